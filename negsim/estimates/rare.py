"""A rare probability from independent repetitions of histories that carry weights."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, percent, thousands
from negsim.estimates.checks import check_level, check_probability, whole
from negsim.estimates.intervals import clopper_pearson
from negsim.estimates.rows import quantile_t

__all__ = ["RareEstimate"]

FEW = 30
"""Effective histories below which the error itself is not known well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RareEstimate:
    """A rare probability, with its relative error and how it was obtained.

    Parameters
    ----------
    question : str
        What was asked, in words.
    values : tuple of float
        The estimate of each independent repetition; their mean is the estimate. Of an exact answer one.
    method : str
        How it was obtained, in words.
    replications : int, optional
        Histories that were simulated; 0 of an exact answer.
    hits : int, optional
        How many of them got there.
    effective : float, optional
        As how many histories of equal weight these count.
    plain, seen : int, optional
        Plain histories besides, where no forced one got there, and how many of them did: they give the bound.
    error : float, optional
        Numerical error of an exact answer.

    Attributes
    ----------
    value, low, high : float
        The probability and the ends of its 95 % interval; without a hit 0 and a bound.
    relative_error : float
        Standard error over value; inf without a hit, 0 of an exact answer.

    Raises
    ------
    EstimateError
        If a number contradicts the others.

    See Also
    --------
    rare : Estimate a rare probability.
    Proportion : The share of histories with the answer yes.

    Examples
    --------
    >>> one = RareEstimate(question="summit", values=(1.9e-6, 2.0e-6, 2.1e-6, 2.0e-6, 2.0e-6), method="forcing",
    ...                    replications=1000, hits=900, effective=850)
    >>> round(one.relative_error, 4)
    0.0158
    >>> print(one)
    summit: 0.000200 % (about 1 in 500 000) [0.000191, 0.000209], ...
    """

    question: str
    values: tuple[float, ...]
    method: str
    replications: int = 0
    hits: int = 0
    effective: float = 0.0
    plain: int = 0
    seen: int = 0
    error: float = 0.0

    def __post_init__(self) -> None:
        for name in ("replications", "hits", "plain", "seen"):
            object.__setattr__(self, name, whole(name, getattr(self, name)))
        if not self.values or not all(one >= 0 and math.isfinite(one) for one in self.values):
            raise EstimateError(f"values are {self.values!r}; they must be numbers of at least 0, one a repetition")
        check_probability("the estimate", min(self.value, 1.0))

    @property
    def value(self) -> float:
        """The probability: the mean of the repetitions."""
        return math.fsum(self.values) / len(self.values)

    @property
    def repetitions(self) -> int:
        """Independent repetitions."""
        return len(self.values)

    @property
    def exact(self) -> bool:
        """Whether no history was simulated."""
        return self.replications == 0

    @property
    def relative_error(self) -> float:
        """Standard error of the mean of the repetitions, over the mean."""
        if self.exact:
            return 0.0
        if self.value == 0 or self.repetitions < 2:
            return math.inf
        spread = math.fsum((one - self.value) ** 2 for one in self.values) / (self.repetitions - 1)
        return math.sqrt(spread / self.repetitions) / self.value

    @property
    def low(self) -> float:
        """Lower end of the 95 % interval."""
        return self.interval().low

    @property
    def high(self) -> float:
        """Upper end of the 95 % interval."""
        return self.interval().high

    def interval(self, level: float = 0.95) -> Interval:
        """Return the interval of the probability: Student's t over the repetitions, for its logarithm.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Interval
            Without a hit from 0 to the bound that the plain histories give.
        """
        check_level(level)
        value = self.value
        if self.exact:
            ends = max(0.0, value - self.error), min(1.0, value + self.error)
            return Interval(low=ends[0], high=ends[1], level=level, method="exact")
        if value == 0:
            high = clopper_pearson(self.seen, self.plain, 2 * (1 - level))[1] if self.plain else 1.0
            return Interval(low=0.0, high=high, level=level, method="one-sided bound of plain histories")
        wide = quantile_t(self.repetitions, level) * self.relative_error if self.repetitions > 1 else math.inf
        # beyond this nothing is known, and the exponential would overflow
        factor = math.exp(min(wide, 700.0))
        return Interval(
            low=value / factor, high=max(value, min(1.0, value * factor)), level=level, method="t over repetitions"
        )

    def estimate(self, level: float = 0.95) -> Estimate:
        """Return value and interval as every other estimate has them.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Estimate
            Of kind ``chance``, or ``exact``.
        """
        ends = self.interval(level)
        return Estimate(
            value=min(self.value, 1.0),
            low=min(ends.low, 1.0),
            high=max(ends.high, min(self.value, 1.0)),
            level=level,
            kind="exact" if self.exact else "chance",
            method=self.method,
            n=self.replications,
            error=self.error,
            unit="%",
            text=self.text,
            bound=(0.0, ends.high) if self.value == 0 and not self.exact else None,
        )

    @property
    def printed(self) -> str:
        """The number in percent, with the digits that its error supports, and as one in so many."""
        if self.value == 0 and not self.exact:
            return f"< {_plain(100 * self.high, 2)} %"
        return f"{_plain(100 * self.value, self._digits)} %{_one_in(self.value)}"

    @property
    def _digits(self) -> int:
        error = self.relative_error if not self.exact else max(self.error / self.value if self.value else 1.0, 1e-7)
        return max(1, min(7, 1 - math.floor(math.log10(max(error, 1e-7))))) if error < 1 else 1

    @property
    def text(self) -> str:
        """The full printed form."""
        ends = self.interval()
        if self.exact:
            error = f" (error below {self.error:.1g})" if self.error else ""
            return f"{self.question}: {self.printed}{error}, {self.method}"
        told = f"{thousands(self.replications)} histories in {self.repetitions} repetitions"
        if self.value == 0:
            return (
                f"{self.question}: {self.printed} (none of {told} got there, and {self._seen} of {thousands(self.plain)} plain ones; "
                f"one-sided {percent(ends.level)} bound, chance); {self.method}"
            )
        low, high = (_plain(100 * end, self._digits) for end in ends)
        return (
            f"{self.question}: {self.printed} [{low}, {high}], chance {percent(ends.level)}, relative error "
            f"{_plain(100 * self.relative_error, 2)} %, {told}; {self.method}{self._warning}"
        )

    @property
    def _seen(self) -> str:
        return thousands(self.seen) if self.seen else "none"

    @property
    def _warning(self) -> str:
        if self.effective >= FEW:
            return ""
        return (
            f"; the histories that got there count as {self.effective:.3g}, fewer than {FEW}: the error itself is not known "
            "well, take more replications"
        )

    def __str__(self) -> str:
        return self.text

    def as_dict(self) -> dict[str, object]:
        """Return the numbers and the printed form as a plain dictionary.

        Examples
        --------
        >>> RareEstimate(question="q", values=(0.25,), method="exact").as_dict()["value"]
        0.25
        """
        ends = self.interval()
        return {
            "question": self.question,
            "value": self.value,
            "low": ends.low,
            "high": ends.high,
            "level": ends.level,
            "relative_error": None if math.isinf(self.relative_error) else self.relative_error,
            "replications": self.replications,
            "repetitions": self.repetitions,
            "hits": self.hits,
            "effective": self.effective,
            "method": self.method,
            "printed": self.printed,
            "text": self.text,
        }


def _plain(value: float, digits: int) -> str:
    """A number with so many significant digits, never with an exponent."""
    if value == 0:
        return "0"
    exact = Decimal(value)
    return f"{exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_HALF_EVEN):f}"


def _one_in(value: float) -> str:
    if not 0 < value < 0.01:
        return ""
    many = float(f"{1 / value:.3g}")
    return f" (about 1 in {thousands(int(many))})" if many < 1e15 else f" (about 1 in {many:.0e})"
