"""The words of the language as Python functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from negsim.errors import ExpressionError
from negsim.model.expressions.base import Expression, Operable, lift
from negsim.model.expressions.nodes import And, AtLeast, Call, Choice, Compare, Or, require, single
from negsim.model.expressions.parser import parse
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
    "clip",
    "different",
    "equal",
    "exp",
    "log",
    "maximum",
    "minimum",
    "sqrt",
    "where",
]
