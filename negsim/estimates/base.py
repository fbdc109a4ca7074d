"""What every estimate shares: the interval, and the number with its uncertainty and its text."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from negsim.errors import EstimateError
from negsim.estimates.checks import check_level, check_order, whole
from negsim.estimates.printing import UNITS, printed_ends, printed_number, printed_range, printed_share
from negsim.notebook import Bar, card

__all__ = ["KINDS", "Estimate", "Interval", "percent", "thousands"]

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

    See Also
    --------
    Estimate : A number with its interval and its printed form.
    Proportion : The share of histories with the answer yes.

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
        The full printed form, where the usual one would mislead (no hit at all, failed replications).
    error : float, optional
        Numerical error of an exact engine: its range lies within ``value - error`` and ``value + error``.
    unit : {"%", "points", ""}, optional
        How the number is printed: a probability in percent, a difference of two in points of a percent, or as it is.
    spread : pair of float, optional
        Range of the number over draws of the parameters (ignorance), where they were drawn and it was seen.
    spread_errors : pair of float, optional
        Standard errors of the two ends of `spread`.
    bound : pair of float, optional
        A one-sided bound that the text of the number must respect as well (no hit at all, or nothing but hits).
    notes : tuple of str, optional
        What a reader must know before believing the range, such as that few rows of parameters were drawn.

    Attributes
    ----------
    printed : str
        The number as every table, picture and page shows it: rounded to what its ranges support together, and never
        out of one that it lies in.

    Raises
    ------
    EstimateError
        If the numbers contradict each other or one of them is not a number.

    See Also
    --------
    Interval : A confidence interval and how it was made.
    Answer : The answer to one question as every table shows it.

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
    unit: str = ""
    spread: tuple[float, float] | None = None
    spread_errors: tuple[float, float] = (0.0, 0.0)
    bound: tuple[float, float] | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "n", whole("n", self.n))
        check_level(self.level)
        check_order(self.low, self.high)
        if self.unit not in UNITS:
            raise EstimateError(f"unit is {self.unit!r}; it must be one of {', '.join(map(repr, UNITS))}")
        if self.kind not in KINDS:
            raise EstimateError(f"kind is {self.kind!r}; it must be one of {', '.join(KINDS)}")
        if math.isnan(self.value) or (self.kind != "ignorance" and not self.low <= self.value <= self.high):
            raise EstimateError(f"value is {self.value!r}; it must lie in its range [{self.low!r}, {self.high!r}]")
        if self.kind == "exact" and not self.value - self.error <= self.low <= self.high <= self.value + self.error:
            raise EstimateError(
                f"an exact value has no range beyond its error, but this one has [{self.low!r}, {self.high!r}]"
            )

    @property
    def printed(self) -> str:
        """The number as text, such as ``"52.0 %"``, ``"3.1 points"``, ``"2.5"``."""
        return self.rounded()

    def rounded(self, digits: int | None = None) -> str:
        """Return the number as text, with at least so many decimals instead of those that its ranges support.

        Parameters
        ----------
        digits : int, optional
            Least number of decimals; by default as many as the ranges support.

        Returns
        -------
        str
            With the unit.
        """
        if self.kind == "exact" and self.spread is None:
            return self._exact(digits)
        ranges = [(self.low, self.high)] + [pair for pair in (self.spread, self.bound) if pair is not None]
        if self.unit == "%":
            return printed_share(self.value, ranges, digits)
        return printed_number(self.value, ranges, digits, unit=self.unit)

    def _exact(self, digits: int | None) -> str:
        """An exact number is cut where nobody reads on; 0 and 1 are what they are."""
        if self.unit != "%":
            return f"{self.value:.7g}" if digits is None else f"{self.value:.{digits}f}"
        if self.value in (0.0, 1.0) and self.low == self.high:
            return f"{100 * self.value:.0f} %"
        return printed_share(self.value, [(0.0, 1.0)], 4 if digits is None else digits, bounded=False)

    def ends(self, digits: int | None = None) -> tuple[str, str]:
        """Return the ends of the range as text (without the unit), around `printed`.

        Parameters
        ----------
        digits : int, optional
            Least number of decimals; by default as many as the ranges support.

        Returns
        -------
        tuple of str
            Lower and upper end.
        """
        return printed_ends(self.low, self.high, self.rounded(digits), unit=self.unit)

    def spread_ends(self, digits: int | None = None) -> tuple[str, str] | None:
        """Return the ends of the range over draws in percent, with the digits that their errors support.

        Parameters
        ----------
        digits : int, optional
            Least number of decimals; by default as many as the ranges support.

        Returns
        -------
        tuple of str, or None
            Lower and upper end; None where no parameters were drawn.
        """
        if self.spread is None or self.unit != "%":
            return None
        return printed_range(*self.spread, self.spread_errors, self.rounded(digits))

    def __str__(self) -> str:
        return "; ".join([self.text or self._usual(), *self.notes])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        # Only of a probability it is known where 0 and 1 are, so that a bar can be drawn.
        bar = Bar(self.value, self.low, self.high, self.spread) if self.unit == "%" else ""
        return card(str(self), rows=[[bar]] if bar else ())

    def _usual(self) -> str:
        if self.kind == "exact":
            return f"{self.value:.7g}, exact" + (f" (error below {self.error:.1g})" if self.error else "")
        low, high = self.ends()
        return f"{self.printed} [{low}, {high}], {self.kind} {percent(self.level)}, n = {thousands(self.n)}"

    def as_dict(self) -> dict[str, object]:
        """Return the fields and the printed form as a plain dictionary.

        Examples
        --------
        >>> one = Estimate(value=0.5, low=0.5, high=0.5, level=0.95, kind="exact", method="matrix exponential", n=0)
        >>> one.as_dict()["text"]
        '0.5, exact'
        """
        names = ("value", "low", "high", "level", "kind", "method", "n")
        error = {"error": self.error} if self.kind == "exact" else {}
        return {name: getattr(self, name) for name in names} | error | {"printed": self.printed, "text": str(self)}


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
