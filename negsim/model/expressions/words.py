"""The words of the language, and what may stand in it: names, numbers."""

from __future__ import annotations

import math
import re
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
    "clip": (3, 3),
}
CALLS = frozenset(FUNCTIONS) | {"all_of", "any_of", "at_least"}
WORDS = CALLS | {"and", "or", "not", "if", "else", "true", "false"}
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")


def check_name(name: str) -> str:
    """The name, if it can be one of a variable.

    Raises
    ------
    ExpressionError
        If it is not lower-case parts joined by dots, or a part is a word of the language.

    >>> check_name("istanbul_2.held")
    'istanbul_2.held'
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ExpressionError(
            f"{short(name)} is not a name: use parts of lower-case letters, digits and _, joined by dots, "
            "as in 'istanbul_2.held'"
        )
    for part in name.split("."):
        if part in WORDS:
            raise ExpressionError(f"'{part}' is a word of the language: it cannot be (part of) the name '{name}'")
    return name


def exact_float(value: float) -> float:
    """The same number as a float.

    Raises
    ------
    ExpressionError
        If it is not a number, is not finite, or is an integer that no float represents.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ExpressionError(f"{value!r} is not a number")
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
