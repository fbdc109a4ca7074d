"""What may stand in the language: functions and their arguments, numbers."""

from __future__ import annotations

import math
from numbers import Integral, Real

from negsim.errors import ExpressionError

CONDITION = "condition"
NUMBER = "number"
# The fewest and the most arguments; None: any number.
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "min": (2, None),
    "max": (2, None),
    "abs": (1, 1),
    "exp": (1, 1),
    "log": (1, 1),
    "sqrt": (1, 1),
    "floor": (1, 1),
    "clip": (3, 3),
}
CALLS = frozenset(FUNCTIONS) | {"all_of", "any_of", "at_least"}


def exact_float(value: float) -> float:
    """The same number as a float.

    Raises
    ------
    ExpressionError
        If it is not a number, is not finite, or is an integer that no float represents.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ExpressionError(f"{value!r} is not a number")
    # A whole number may be larger than any float.
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if not math.isfinite(result):
        raise ExpressionError(f"the number {short(value)} is not finite: numbers are finite 64-bit floats")
    if isinstance(value, Integral) and int(result) != int(value):
        raise ExpressionError(f"the integer {short(value)} has no exact 64-bit float: write {result!r} if that will do")
    return result


def short(value: object, limit: int = 60) -> str:
    """A quotation fit for an error message."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to print integers of thousands of digits
        text = "with thousands of digits"
    return text if len(text) <= limit else text[:limit] + "..."
