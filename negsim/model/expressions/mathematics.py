"""The functions of numbers, as Python functions."""

from __future__ import annotations

from negsim.model.expressions.base import Expression
from negsim.model.expressions.functions import Expressible, call

__all__ = ["absolute", "clip", "exp", "floor", "log", "maximum", "minimum", "sqrt"]


def minimum(*numbers: Expressible) -> Expression:
    """The least of two or more numbers.

    Parameters
    ----------
    *numbers : number, str or Expression
        Two or more of them.

    Returns
    -------
    Expression
        A number.

    See Also
    --------
    maximum : The greatest of numbers.
    clip : A number held within bounds.

    Examples
    --------
    >>> minimum("trust", 1)
    parse('min(trust, 1)')
    """
    return call("min", *numbers)


def maximum(*numbers: Expressible) -> Expression:
    """The greatest of two or more numbers.

    Parameters
    ----------
    *numbers : number, str or Expression
        Two or more of them.

    Returns
    -------
    Expression
        A number.

    See Also
    --------
    minimum : The least of numbers.
    clip : A number held within bounds.

    Examples
    --------
    >>> maximum("trust", 0)
    parse('max(trust, 0)')
    """
    return call("max", *numbers)


def exp(x: Expressible) -> Expression:
    """The exponential of a number.

    Parameters
    ----------
    x : number, str or Expression
        The number, or an expression that is one.

    Returns
    -------
    Expression
        A number.

    See Also
    --------
    log : The natural logarithm.

    Examples
    --------
    >>> exp("trust")
    parse('exp(trust)')
    """
    return call("exp", x)


def log(x: Expressible) -> Expression:
    """The natural logarithm of a number.

    Parameters
    ----------
    x : number, str or Expression
        The number, or an expression that is one.

    Returns
    -------
    Expression
        A number; a history in which ``x`` is not positive fails, with the state in words.

    See Also
    --------
    exp : The exponential.

    Examples
    --------
    >>> log("trust")
    parse('log(trust)')
    """
    return call("log", x)


def sqrt(x: Expressible) -> Expression:
    """The square root of a number.

    Parameters
    ----------
    x : number, str or Expression
        The number, or an expression that is one.

    Returns
    -------
    Expression
        A number; a history in which ``x`` is negative fails, with the state in words.

    See Also
    --------
    exp : The exponential.
    absolute : The number without its sign.

    Examples
    --------
    >>> sqrt("trust")
    parse('sqrt(trust)')
    """
    return call("sqrt", x)


def floor(x: Expressible) -> Expression:
    """The largest whole number that is not above a number.

    Parameters
    ----------
    x : number, str or Expression
        The number, or an expression that is one.

    Returns
    -------
    Expression
        A number; `math.floor` of an expression gives the same.

    See Also
    --------
    clip : The number within bounds.
    absolute : The number without its sign.

    Notes
    -----
    ``x % y`` of expressions is ``x - y * floor(x / y)``, in this order of operations: it has the sign of ``y``, and a
    history in which ``y`` is 0 fails, with the state in words.

    Examples
    --------
    >>> floor("rounds / 2")
    parse('floor(rounds / 2)')
    """
    return call("floor", x)


def clip(x: Expressible, low: Expressible, high: Expressible) -> Expression:
    """The number, but `low` below `low` and `high` above `high`.

    Parameters
    ----------
    x : number, str or Expression
        The number, or an expression that is one.
    low : number, str or Expression
        Lower bound.
    high : number, str or Expression
        Upper bound.

    Returns
    -------
    Expression
        A number.

    See Also
    --------
    minimum : The least of numbers.
    maximum : The greatest of numbers.

    Examples
    --------
    >>> clip("trust", 0, 1)
    parse('clip(trust, 0, 1)')
    """
    return call("clip", x, low, high)


def absolute(x: Expressible) -> Expression:
    """The number without its sign; `abs(x)` on an expression is the same.

    Parameters
    ----------
    x : number, str or Expression
        The number, or an expression that is one.

    Returns
    -------
    Expression
        A number.

    See Also
    --------
    clip : A number held within bounds.
    maximum : The greatest of numbers.

    Examples
    --------
    >>> absolute("gap")
    parse('abs(gap)')
    """
    return call("abs", x)
