"""Checks that every estimate makes of its counts, levels and ranges."""

from __future__ import annotations

import operator
from numbers import Real
from typing import SupportsIndex

from negsim.errors import EstimateError

__all__ = ["check_level", "check_order", "check_probability", "set_counts", "whole"]


def whole(name: str, value: SupportsIndex, least: int = 0) -> int:
    """Return `value` as an int of at least `least`, or say which count is wrong."""
    try:
        number = operator.index(value)
    except TypeError:
        raise EstimateError(f"{name} is {value!r}; it must be a whole number") from None
    if isinstance(value, bool) or number < least:
        raise EstimateError(f"{name} is {value!r}; it must be a whole number of at least {least}")
    return number


def set_counts(owner: object, *names: str) -> None:
    """Check the named counts of a frozen object and store them as plain ints (numpy's overflow)."""
    for name in names:
        object.__setattr__(owner, name, whole(name, getattr(owner, name)))


def check_level(level: float) -> None:
    """Refuse a level that is not strictly between 0 and 1."""
    if not isinstance(level, Real) or not 0 < level < 1:
        raise EstimateError(f"level is {level!r}; it must lie strictly between 0 and 1, such as 0.95")


def check_order(low: float, high: float) -> None:
    """Refuse ends that are not numbers or are in the wrong order."""
    if not low <= high:
        raise EstimateError(f"the range [{low!r}, {high!r}] must have a low end that is not above its high end")


def check_probability(name: str, value: float) -> None:
    """Refuse a number outside [0, 1]."""
    if not 0 <= value <= 1:
        raise EstimateError(f"{name} is {value!r}; it must be a probability between 0 and 1")
