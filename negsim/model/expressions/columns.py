"""Trees evaluated for many rows of values at once, to the bits of the evaluation row by row.

Sums, products, quotients and comparisons of arrays are those of numbers, as IEEE 754 defines them; logarithms and
exponentials are those of `math`, number by number, because numpy's own may differ in the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.model.expressions.base import Expression
from negsim.model.expressions.nodes import And, Arithmetic, Call, Choice, Compare, Neg, Not, Number, Or, Ref, Truth
from negsim.model.expressions.structure import fold

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["column", "each"]


class _OneByOne(Exception):
    """Some row may have no finite value, or an operation is known for single numbers only."""


def each(function: Callable[[float], float], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """A function of one number, of every number of an array."""
    return np.fromiter(map(function, values.tolist()), np.float64, values.size)


def column(tree: Expression, values: Mapping[str, NDArray[np.float64]], rows: int) -> NDArray[np.float64] | None:
    """The value of a tree in every row, (rows,), conditions as 0.0 and 1.0; None if rows must be looked at one by one.

    Parameters
    ----------
    tree : Expression
    values : mapping of str to float64 (rows,)
        By name.
    rows : int

    Examples
    --------
    >>> from negsim.model.expressions import parse
    >>> column(parse("2 * rate + 1"), {"rate": np.array([0.5, 1.5])}, 2).tolist()
    [2.0, 4.0]
    """

    def step(node: Expression, parts: list[Any]) -> Any:
        match node:
            case Number() | Truth():
                # As a number of numpy, so that a division by 0 is no Python error.
                return np.float64(node.value)
            case Ref():
                return values[node.name]
        found = _operation(node, parts)
        if not np.isfinite(found).all():  # where the operation need not be evaluated, that is no error
            raise _OneByOne
        return found

    try:
        # What is not finite is found by looking, not by warnings.
        with np.errstate(all="ignore"):
            found = fold(tree, step)
    except (_OneByOne, ValueError, OverflowError):
        return None
    # A tree without names has one value for all rows.
    return np.broadcast_to(np.asarray(found, dtype=np.float64), (rows,))


_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    # Where the quotient is not finite, the remainder is not either.
    "%": lambda x, y: x - y * np.floor(np.true_divide(x, y)),
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "floor": np.floor,
}


def _operation(node: Expression, parts: list[Any]) -> Any:
    match node:
        case Neg():
            return -parts[0]
        case Not():
            # Conditions are 0.0 and 1.0 here: '~' of numpy would turn bits.
            return parts[0] == 0
        case And():
            return np.logical_and.reduce(np.broadcast_arrays(*(part != 0 for part in parts)))
        case Or():
            return np.logical_or.reduce(np.broadcast_arrays(*(part != 0 for part in parts)))
        case Arithmetic():
            return _ARITHMETIC[node.op](*parts)
        case Compare():
            return _COMPARE[node.op](*parts)
        case Choice():
            return np.where(parts[0] != 0, parts[1], parts[2])
        case Call():
            return _call(node.function, parts)
    # What is not known to give the same bits is looked at row by row.
    raise _OneByOne


def _call(function: str, parts: list[Any]) -> Any:
    if function in ("min", "max"):  # the first of equals, as Python's
        best = parts[0]
        for part in parts[1:]:
            best = np.where(part < best if function == "min" else part > best, part, best)
        return best
    if function == "clip":
        x, low, high = parts
        return np.where(x < low, low, np.where(x > high, high, x))
    # By Python's own functions: those of numpy may differ in the last bit.
    return each(_FUNCTIONS[function], np.atleast_1d(parts[0]))
