"""What is asked of whole trees: the names they read, their types, what they are with names replaced."""

from __future__ import annotations

from collections.abc import Mapping

from negsim.errors import ExpressionError, UnknownName, nearest
from negsim.model.expressions.base import Expression
from negsim.model.expressions.functions import as_expression
from negsim.model.expressions.nodes import And, AtLeast, Not, Or, Ref, require
from negsim.model.expressions.structure import fold, walk

__all__ = ["atoms", "check", "reads", "substitute", "type_of"]


def reads(tree: Expression) -> frozenset[str]:
    """The names of all variables and parameters in the tree.

    >>> from negsim.model.expressions import parse
    >>> sorted(reads(parse("memo and rounds >= 1")))
    ['memo', 'rounds']
    """
    # Kept with the tree, which never changes; words ask for it again and again.
    try:
        return tree._names
    except AttributeError:
        found = frozenset(node.name for node in walk(tree) if isinstance(node, Ref))
        object.__setattr__(tree, "_names", found)
        return found


def type_of(tree: Expression) -> str | None:
    """`"condition"`, `"number"`, or None while names decide it whose type is not known.

    >>> from negsim.model.expressions import parse
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
    >>> from negsim.model.expressions import parse
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
    # The tree with types, not the one that came in: its parts know now what they are.
    return result


def substitute(tree: Expression, mapping: Mapping[str, Expression]) -> Expression:
    """The tree with some names replaced by trees.

    Raises
    ------
    ExpressionError
        If a number would stand for a condition, or the reverse.

    >>> from negsim.model.expressions import parse
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

    >>> from negsim.model.expressions import parse
    >>> atoms(parse("memo and not (rounds >= 1 or memo)"))
    (parse('memo'), parse('rounds >= 1'))
    """
    # A dict for its order: each once, as they come.
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
        # The words with which other formats say true and false.
        truths = {"yes": "true", "no": "false", "on": "true", "off": "false", "none": "false"}
        hint = f"; write {truths[ref.name]}" if ref.name in truths else nearest(ref.name, names)
        raise UnknownName(f"unknown name '{ref.name}'{hint or '; declare it'}")
    kind = names[ref.name]
    if ref.type not in (kind, None):
        raise ExpressionError(f"'{ref.name}' is used as a {ref.type} but declared as a {kind}: use one of the two")
    return ref if ref.type == kind else Ref(ref.name, kind)
