"""What every estimate shares: the interval, the printed number, and the checks on counts and levels."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from dataclasses import dataclass
from numbers import Real
from typing import Any, SupportsIndex

from negsim.errors import EstimateError

__all__ = ["KINDS", "Estimate", "Interval"]

#: What the range of an estimate stands for: finite replications, belief about parameters, or nothing at all.
KINDS = ("chance", "ignorance", "exact")


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The two ends of an interval, with its level and the method that made it.

    It unpacks into its ends and can be asked whether it contains a number.

    Parameters
    ----------
    low, high : float
        Ends, in the unit of the number estimated; ``low <= high``; may be infinite.
    level : float
        Confidence level, strictly between 0 and 1.
    method : str
        Name of the method.

    Raises
    ------
    EstimateError
        If an end is not a number, the ends are in the wrong order, or the level is not between 0 and 1.

    Examples
    --------
    >>> low, high = Interval(low=0.4, high=0.6, level=0.95, method="wilson")
    >>> high
    0.6
    """

    low: float
    high: float
    level: float
    method: str

    def __post_init__(self) -> None:
        check_level(self.level)
        check_order(self.low, self.high)

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        """Distance between the ends, in the unit of the number estimated."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with its uncertainty and how it was obtained.

    Parameters
    ----------
    value : float
        The number.
    low, high : float
        Ends of its range, ``low <= high``. For the kinds ``"chance"`` and ``"exact"`` the range holds the value.
    level : float
        Confidence level of the range (for ``"ignorance"``: the belief it covers), strictly between 0 and 1.
    kind : {"chance", "ignorance", "exact"}
        What the range stands for: Monte Carlo error of finite replications, belief about parameters, or nothing
        (an exact engine: the range is that of its numerical error).
    method : str
        Name of the method.
    n : int
        Replications (for ``"exact"``: 0).
    text : str, optional
        The printed form, where the usual one would mislead (no hit at all, failed replications).
    error : float, optional
        Numerical error of an exact engine: its range lies within ``value - error`` and ``value + error``.

    Raises
    ------
    EstimateError
        If the numbers contradict each other or one of them is not a number.

    Examples
    --------
    >>> print(Estimate(value=0.52, low=0.517, high=0.523, level=0.95, kind="chance", method="wilson", n=100_000))
    0.520 [0.517, 0.523], chance 95 %, n = 100 000
    """

    value: float
    low: float
    high: float
    level: float
    kind: str
    method: str
    n: int
    text: str = ""
    error: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", whole("n", self.n))
        check_level(self.level)
        check_order(self.low, self.high)
        if self.kind not in KINDS:
            raise EstimateError(f"kind is {self.kind!r}; it must be one of {', '.join(KINDS)}")
        if math.isnan(self.value) or (self.kind != "ignorance" and not self.low <= self.value <= self.high):
            raise EstimateError(f"value is {self.value!r}; it must lie in its range [{self.low!r}, {self.high!r}]")
        if self.kind == "exact" and not self.value - self.error <= self.low <= self.high <= self.value + self.error:
            raise EstimateError(f"an exact value has no range beyond its error, but this one has [{self.low!r}, {self.high!r}]")

    def __str__(self) -> str:
        if self.text:
            return self.text
        if self.kind == "exact":
            return f"{self.value:.7g}, exact" + (f" (error below {self.error:.1g})" if self.error else "")
        value, low, high = decimals(self.value, self.low, self.high)
        return f"{value} [{low}, {high}], {self.kind} {percent(self.level)}, n = {thousands(self.n)}"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields and the printed form as a plain dictionary.

        >>> one = Estimate(value=0.5, low=0.5, high=0.5, level=0.95, kind="exact", method="matrix exponential", n=0)
        >>> one.as_dict()["text"]
        '0.5, exact'
        """
        names = ("value", "low", "high", "level", "kind", "method", "n")
        error = {"error": self.error} if self.kind == "exact" else {}
        return {name: getattr(self, name) for name in names} | error | {"text": str(self)}


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


def thousands(n: int) -> str:
    """Write a count with spaces between the thousands.

    >>> thousands(100_000)
    '100 000'
    """
    return f"{n:,}".replace(",", " ")


def percent(level: float) -> str:
    """Write a level in percent.

    >>> percent(0.95), percent(0.999)
    ('95 %', '99.9 %')
    """
    return f"{100 * level:.10g} %"


def decimals(value: float, low: float, high: float) -> tuple[str, str, str]:
    """Write three numbers with the decimals that a fifth of the range's width supports.

    >>> decimals(0.01, 0.0002531, 0.0544594)
    ('0.01', '0.0003', '0.05')
    """
    step = (high - low) / 5
    places = 6 if step == 0 else 2 if math.isinf(step) else min(12, max(0, math.ceil(-math.log10(step))))
    return _fixed(value, places), _fixed(low, places), _fixed(high, places)


def _fixed(x: float, places: int) -> str:
    """Write `x`; what is neither 0 nor 1 is never printed as one of them."""
    while x not in (0.0, 1.0) and places < 16 and float(f"{x:.{places}f}") in (0.0, 1.0):
        places += 1
    return f"{x:.{places}f}"
