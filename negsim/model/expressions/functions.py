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

    Parameters
    ----------
    value : number, bool, str or Expression
        What is given: text is parsed.

    Returns
    -------
    Expression
        A condition, or a name that may be one.

    Raises
    ------
    ExpressionError
        If it is known to be a number.

    See Also
    --------
    as_number : What is given, as a number.
    parse : Read an expression from text.

    Examples
    --------
    >>> as_condition(True)
    parse('true')
    """
    tree = as_expression(value)
    require("this place", CONDITION, tree)
    return tree


def as_number(value: Expressible) -> Expression:
    """The value as a tree that is a number, or may turn out to be one when names are declared.

    Parameters
    ----------
    value : number, bool, str or Expression
        What is given: text is parsed.

    Returns
    -------
    Expression
        A number, or a name that may be one.

    Raises
    ------
    ExpressionError
        If it is known to be a condition.

    See Also
    --------
    as_condition : What is given, as a condition.
    parse : Read an expression from text.

    Examples
    --------
    >>> as_number("trust - 0.3")
    parse('trust - 0.3')
    """
    tree = as_expression(value)
    require("this place", NUMBER, tree)
    return tree


def where(condition: Expressible, then: Expressible, otherwise: Expressible) -> Expression:
    """`then` where the condition holds, else `otherwise`; only the one chosen is evaluated.

    Parameters
    ----------
    condition : condition, str or Expression
        What decides.
    then : number, condition, str or Expression
        Where it holds.
    otherwise : number, condition, str or Expression
        Where it does not; of the same kind as ``then``.

    Returns
    -------
    Expression
        Of the kind of the two.

    See Also
    --------
    clip : A number held within bounds.
    at_least : Whether so many conditions hold.

    Examples
    --------
    >>> where("memo", 1, 0)
    parse('1 if memo else 0')
    """
    return Choice(as_expression(condition), as_expression(then), as_expression(otherwise))


def equal(left: Expressible, right: Expressible) -> Expression:
    """Whether two numbers, or two conditions, have the same value (`==` asks whether two trees are alike).

    Parameters
    ----------
    left : number, bool, str or Expression
        The one.
    right : number, bool, str or Expression
        The other, of the same kind.

    Returns
    -------
    Expression
        A condition.

    See Also
    --------
    different : Whether two values differ.

    Examples
    --------
    >>> equal("rounds", 3)
    parse('rounds == 3')
    """
    return Compare("==", as_expression(left), as_expression(right))


def different(left: Expressible, right: Expressible) -> Expression:
    """Whether two numbers, or two conditions, have different values.

    Parameters
    ----------
    left : number, bool, str or Expression
        The one.
    right : number, bool, str or Expression
        The other, of the same kind.

    Returns
    -------
    Expression
        A condition.

    See Also
    --------
    equal : Whether two values are the same.

    Examples
    --------
    >>> different("rounds", 3)
    parse('rounds != 3')
    """
    return Compare("!=", as_expression(left), as_expression(right))


def all_of(*conditions: Expressible | Iterable[Expressible]) -> Expression:
    """Whether all conditions hold; they may come as one iterable. One condition is itself.

    Parameters
    ----------
    *conditions : condition, str or iterable of these
        What is to hold; may come as one iterable.

    Returns
    -------
    Expression
        A condition.

    Raises
    ------
    ExpressionError
        If none is given, or one is a number.

    See Also
    --------
    any_of : Whether at least one condition holds.
    at_least : Whether so many conditions hold.

    Examples
    --------
    >>> all_of("memo", "not withdrawn")
    parse('memo and not withdrawn')
    """
    trees = _conditions("all_of", conditions)
    return single(trees[0]) if len(trees) == 1 else And(trees)


def any_of(*conditions: Expressible | Iterable[Expressible]) -> Expression:
    """Whether any condition holds; they may come as one iterable. One condition is itself.

    Parameters
    ----------
    *conditions : condition, str or iterable of these
        What is to hold; may come as one iterable.

    Returns
    -------
    Expression
        A condition.

    Raises
    ------
    ExpressionError
        If none is given, or one is a number.

    See Also
    --------
    all_of : Whether all conditions hold.
    at_least : Whether so many conditions hold.

    Examples
    --------
    >>> any_of(["visit", "call"])
    parse('visit or call')
    """
    trees = _conditions("any_of", conditions)
    return single(trees[0]) if len(trees) == 1 else Or(trees)


def at_least(k: int, *conditions: Expressible | Iterable[Expressible]) -> Expression:
    """Whether at least `k` of the conditions hold; they may come as one iterable.

    Parameters
    ----------
    k : int
        How many of them.
    *conditions : condition, str or iterable of these
        What is to hold; may come as one iterable.

    Returns
    -------
    Expression
        A condition.

    See Also
    --------
    all_of : Whether all conditions hold.
    any_of : Whether at least one condition holds.

    Examples
    --------
    >>> at_least(2, "a", "b", "c")
    parse('at_least(2, a, b, c)')
    """
    return AtLeast(k, _conditions("at_least", conditions))


def call(function: str, *args: Expressible) -> Expression:
    """Return the call of one of the functions of the language."""
    return Call(function, tuple(as_expression(arg) for arg in args))


def _conditions(word: str, given: Sequence[Expressible | Iterable[Expressible]]) -> tuple[Expression, ...]:
    # One iterable stands for its items; a text is iterable too, and is one condition.
    if len(given) == 1 and isinstance(given[0], Iterable) and not isinstance(given[0], str):
        given = tuple(given[0])
    if not given:
        raise ExpressionError(f"'{word}' needs a condition or more: leave it out, or write true or false")
    trees = tuple(as_expression(one) for one in given)  # type: ignore[arg-type]
    require(f"'{word}'", CONDITION, *trees)
    return trees


__all__ = [
    "Expressible",
    "all_of",
    "any_of",
    "as_condition",
    "as_expression",
    "as_number",
    "at_least",
    "call",
    "different",
    "equal",
    "where",
]
