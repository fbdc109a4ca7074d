"""The words of the language as Python functions, and what is asked of whole trees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from negsim.errors import ExpressionError, UnknownName, nearest
from negsim.model.expressions.base import Expression, Operable, lift
from negsim.model.expressions.nodes import And, AtLeast, Call, Choice, Compare, Not, Or, Ref, require, single
from negsim.model.expressions.parser import parse
from negsim.model.expressions.structure import fold, walk
from negsim.model.expressions.words import CONDITION, NUMBER, short

Expressible: TypeAlias = Operable | str


def as_expression(value: Expressible) -> Expression:
    """The value as a tree: an expression, a variable, a number, a truth, or text.

    Raises
    ------
    ExpressionError
        If it is none of these.

    >>> as_expression(3), as_expression("memo")
    (parse('3'), parse('memo'))
    """
    tree = parse(value) if isinstance(value, str) else lift(value)
    if tree is None:
        raise ExpressionError(f"{short(value)} is not an expression: use a variable, an expression, a number or text")
    return tree


def as_condition(value: Expressible) -> Expression:
    """The value as a tree that is a condition, or may turn out to be one when names are declared.

    Raises
    ------
    ExpressionError
        If it is known to be a number.

    >>> as_condition(True)
    parse('true')
    """
    tree = as_expression(value)
    require("this place", CONDITION, tree)
    return tree


def as_number(value: Expressible) -> Expression:
    """The value as a tree that is a number, or may turn out to be one when names are declared.

    Raises
    ------
    ExpressionError
        If it is known to be a condition.

    >>> as_number("trust - 0.3")
    parse('trust - 0.3')
    """
    tree = as_expression(value)
    require("this place", NUMBER, tree)
    return tree


def where(condition: Expressible, then: Expressible, otherwise: Expressible) -> Expression:
    """`then` where the condition holds, else `otherwise`; only the one chosen is evaluated.

    >>> where("memo", 1, 0)
    parse('1 if memo else 0')
    """
    return Choice(as_expression(condition), as_expression(then), as_expression(otherwise))


def equal(left: Expressible, right: Expressible) -> Expression:
    """Whether two numbers, or two conditions, have the same value (`==` asks whether two trees are alike).

    >>> equal("rounds", 3)
    parse('rounds == 3')
    """
    return Compare("==", as_expression(left), as_expression(right))


def different(left: Expressible, right: Expressible) -> Expression:
    """Whether two numbers, or two conditions, have different values.

    >>> different("rounds", 3)
    parse('rounds != 3')
    """
    return Compare("!=", as_expression(left), as_expression(right))


def all_of(*conditions: Expressible | Iterable[Expressible]) -> Expression:
    """Whether all conditions hold; they may come as one iterable. One condition is itself.

    Raises
    ------
    ExpressionError
        If there is none.

    >>> all_of("memo", "not withdrawn")
    parse('memo and not withdrawn')
    """
    trees = _conditions("all_of", conditions)
    return single(trees[0]) if len(trees) == 1 else And(trees)


def any_of(*conditions: Expressible | Iterable[Expressible]) -> Expression:
    """Whether any condition holds; they may come as one iterable. One condition is itself.

    Raises
    ------
    ExpressionError
        If there is none.

    >>> any_of(["visit", "call"])
    parse('visit or call')
    """
    trees = _conditions("any_of", conditions)
    return single(trees[0]) if len(trees) == 1 else Or(trees)


def at_least(k: int, *conditions: Expressible | Iterable[Expressible]) -> Expression:
    """Whether at least `k` of the conditions hold; they may come as one iterable.

    >>> at_least(2, "a", "b", "c")
    parse('at_least(2, a, b, c)')
    """
    return AtLeast(k, _conditions("at_least", conditions))


def minimum(*numbers: Expressible) -> Expression:
    """The least of two or more numbers.

    >>> minimum("trust", 1)
    parse('min(trust, 1)')
    """
    return _call("min", *numbers)


def maximum(*numbers: Expressible) -> Expression:
    """The greatest of two or more numbers.

    >>> maximum("trust", 0)
    parse('max(trust, 0)')
    """
    return _call("max", *numbers)


def exp(x: Expressible) -> Expression:
    """The exponential of a number.

    >>> exp("trust")
    parse('exp(trust)')
    """
    return _call("exp", x)


def log(x: Expressible) -> Expression:
    """The natural logarithm of a number.

    >>> log("trust")
    parse('log(trust)')
    """
    return _call("log", x)


def sqrt(x: Expressible) -> Expression:
    """The square root of a number.

    >>> sqrt("trust")
    parse('sqrt(trust)')
    """
    return _call("sqrt", x)


def clip(x: Expressible, low: Expressible, high: Expressible) -> Expression:
    """The number, but `low` below `low` and `high` above `high`.

    >>> clip("trust", 0, 1)
    parse('clip(trust, 0, 1)')
    """
    return _call("clip", x, low, high)


def absolute(x: Expressible) -> Expression:
    """The number without its sign; `abs(x)` on an expression is the same.

    >>> absolute("gap")
    parse('abs(gap)')
    """
    return _call("abs", x)


def reads(tree: Expression) -> frozenset[str]:
    """The names of all variables and parameters in the tree.

    >>> sorted(reads(parse("memo and rounds >= 1")))
    ['memo', 'rounds']
    """
    try:
        return tree._names
    except AttributeError:
        found = frozenset(node.name for node in walk(tree) if isinstance(node, Ref))
        object.__setattr__(tree, "_names", found)
        return found


def type_of(tree: Expression) -> str | None:
    """`"condition"`, `"number"`, or None while names decide it whose type is not known.

    >>> type_of(parse("rounds >= 1")), type_of(parse("memo"))
    ('condition', None)
    """
    return tree.kind


def check(tree: Expression, names: Mapping[str, str], expected: str | None = None) -> Expression:
    """The same tree, every name with its declared type, everything checked.

    Parameters
    ----------
    tree
        Built by operators or by `parse`.
    names
        Every declared name, with `"condition"` or `"number"`.
    expected
        What the whole must be, if that matters.

    Raises
    ------
    UnknownName
        If a name is not declared.
    ExpressionError
        If a condition stands where a number is needed, or the reverse.

    Examples
    --------
    >>> type_of(check(parse("memo"), {"memo": "condition"}))
    'condition'
    >>> check(parse("memo + 1"), {"memo": "condition"})
    Traceback (most recent call last):
    ...
    negsim.errors.ExpressionError: 'memo' is a condition but '+' needs a number: choose a number by it, as in '1 if \
memo else 0' (ns.where(c, 1, 0))
    """

    def typed(node: Expression, parts: list[Expression]) -> Expression:
        return _declared(node, names) if isinstance(node, Ref) else node.with_children(parts)

    result = fold(tree, typed)
    if expected is not None:
        require("this place", expected, result)
    return result


def substitute(tree: Expression, mapping: Mapping[str, Expression]) -> Expression:
    """The tree with some names replaced by trees.

    Raises
    ------
    ExpressionError
        If a number would stand for a condition, or the reverse.

    >>> substitute(parse("memo and rounds >= 1"), {"memo": parse("true")})
    parse('true and rounds >= 1')
    """

    def replaced(node: Expression, parts: list[Expression]) -> Expression:
        if not isinstance(node, Ref) or node.name not in mapping:
            return node.with_children(parts)
        new = as_expression(mapping[node.name])
        if node.type is not None:
            require(f"the name '{node.name}'", node.type, new)
        return new

    return fold(tree, replaced)


def atoms(condition: Expression) -> tuple[Expression, ...]:
    """The largest subconditions without and/or/not/at_least at their root, in order, each once.

    >>> atoms(parse("memo and not (rounds >= 1 or memo)"))
    (parse('memo'), parse('rounds >= 1'))
    """
    found: dict[Expression, None] = {}
    waiting = [condition]
    while waiting:
        node = waiting.pop()
        if isinstance(node, And | Or | Not | AtLeast):
            waiting.extend(reversed(node.children))
        else:
            found[node] = None
    return tuple(found)


def _declared(ref: Ref, names: Mapping[str, str]) -> Ref:
    if ref.name not in names:
        truths = {"yes": "true", "no": "false", "on": "true", "off": "false", "none": "false"}
        hint = f"; write {truths[ref.name]}" if ref.name in truths else nearest(ref.name, names)
        raise UnknownName(f"unknown name '{ref.name}'{hint or '; declare it'}")
    kind = names[ref.name]
    if ref.type not in (kind, None):
        raise ExpressionError(f"'{ref.name}' is used as a {ref.type} but declared as a {kind}: use one of the two")
    return ref if ref.type == kind else Ref(ref.name, kind)


def _call(function: str, *args: Expressible) -> Expression:
    return Call(function, tuple(as_expression(arg) for arg in args))


def _conditions(word: str, given: Sequence[Expressible | Iterable[Expressible]]) -> tuple[Expression, ...]:
    if len(given) == 1 and isinstance(given[0], Iterable) and not isinstance(given[0], str):
        given = tuple(given[0])
    if not given:
        raise ExpressionError(f"'{word}' needs a condition or more: leave it out, or write true or false")
    trees = tuple(as_expression(one) for one in given)  # type: ignore[arg-type]
    require(f"'{word}'", CONDITION, *trees)
    return trees


__all__ = [
    "Expressible",
    "absolute",
    "all_of",
    "any_of",
    "as_condition",
    "as_expression",
    "as_number",
    "at_least",
    "atoms",
    "check",
    "clip",
    "different",
    "equal",
    "exp",
    "log",
    "maximum",
    "minimum",
    "reads",
    "sqrt",
    "substitute",
    "type_of",
    "where",
]
