"""Means of counts, durations and values, from statistics that can be merged without losing digits."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, check_level, set_counts, thousands

__all__ = ["Mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The mean of a number over replications: a count, a duration in days, a value.

    Parameters
    ----------
    n : int
        Replications with a value; at least 1.
    mean : float
        Their mean, in the unit of the values.
    m2 : float
        Sum of squared deviations from the mean, in that unit squared.
    unknown : int, optional
        Failed replications. A mean has no bound from them; the printed form names them.

    Raises
    ------
    EstimateError
        If a number is not finite, `m2` is negative, or `n` is 0.

    Notes
    -----
    Sums of squares lose all digits of a small variance around a large mean; mean and m2 do not (Chan, Golub, LeVeque
    1983, Am. Stat. 37:242, DOI 10.1080/00031305.1983.10483115).

    Examples
    --------
    >>> print(Mean.of([1.0, 2.0, 3.0, 4.0]))
    2.5 [0.4, 4.6], chance 95 %, n = 4
    """

    n: int
    mean: float
    m2: float
    unknown: int = 0

    def __post_init__(self) -> None:
        set_counts(self, "n", "unknown")
        if self.n < 1:
            raise EstimateError("n is 0; a mean needs at least one value")
        if not math.isfinite(self.mean):
            raise EstimateError(f"mean is {self.mean!r}; it must be finite (the time of what never happens has none)")
        if not 0 <= self.m2 < math.inf or (self.n == 1 and self.m2 != 0):
            raise EstimateError(f"m2 is {self.m2!r} with n = {self.n}; it must be finite, not negative, 0 if n is 1")

    @classmethod
    def of(cls, values: ArrayLike, unknown: int = 0) -> Mean:
        """Return the mean of an array of values, one per replication.

        Raises
        ------
        EstimateError
            If there is no value or one is not finite.
        """
        x = np.asarray(values, dtype=float).ravel()
        if x.size == 0 or not np.isfinite(x).all():
            raise EstimateError(
                f"{x.size} values, {int((~np.isfinite(x)).sum())} not finite; all must be, one at least"
            )
        # Shifted by the first value, so that equal values have exactly no spread.
        mean = float(x[0] + (x - x[0]).mean())
        return cls(n=x.size, mean=mean, m2=float(np.square(x - mean).sum()), unknown=unknown)

    @property
    def value(self) -> float:
        """The mean."""
        return self.mean

    @property
    def variance(self) -> float:
        """Unbiased variance of a single value; infinite if there is only one."""
        return self.m2 / (self.n - 1) if self.n > 1 else math.inf

    @property
    def standard_error(self) -> float:
        """Standard error of the mean, in the unit of the values; infinite if there is only one."""
        return math.sqrt(self.variance / self.n)

    def combine(self, other: Mean) -> Mean:
        """Return the mean of both sets of replications together (Chan et al. 1983).

        >>> Mean.of([1.0, 2.0]).combine(Mean.of([3.0, 4.0])) == Mean.of([1.0, 2.0, 3.0, 4.0])
        True
        """
        n, gap = self.n + other.n, other.mean - self.mean
        return Mean(
            n=n,
            mean=self.mean + gap * (other.n / n),
            m2=self.m2 + other.m2 + gap * gap * (self.n * (other.n / n)),
            unknown=self.unknown + other.unknown,
        )

    def interval(self, level: float = 0.95, method: str = "t") -> Interval:
        """Return the Monte Carlo interval of the mean.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.
        method : {"t", "normal"}, optional
            Student's t with n - 1 degrees of freedom, or the normal law. Both rest on the central limit theorem.

        Raises
        ------
        EstimateError
            If the level or the method does not exist.
        """
        from scipy.special import ndtri, stdtrit

        check_level(level)
        if method not in ("t", "normal"):
            raise EstimateError(f"method is {method!r}; it must be one of t, normal")
        if self.n == 1:
            return Interval(low=-math.inf, high=math.inf, level=level, method=method)
        tail = (1 - level) / 2
        width = -float(stdtrit(self.n - 1, tail) if method == "t" else ndtri(tail)) * self.standard_error
        return Interval(low=self.mean - width, high=self.mean + width, level=level, method=method)

    def estimate(self, level: float = 0.95, method: str = "t") -> Estimate:
        """Return mean, interval and printed form in one; arguments as for `interval`."""
        low, high = self.interval(level, method)
        plain = Estimate(value=self.mean, low=low, high=high, level=level, kind="chance", method=method, n=self.n)
        return replace(plain, text=self._text(plain))

    def __str__(self) -> str:
        return str(self.estimate())

    def _text(self, plain: Estimate) -> str:
        """Return the printed form; an interval of no width is not printed as if it were certainty."""
        alike = f"{self.mean:.7g} in all {thousands(self.n)} replications: no interval from their spread"
        failed = f", {thousands(self.unknown)} failed: left out, so no bound" if self.unknown else ""
        return (alike if self.m2 == 0 and self.n > 1 else str(plain)) + failed
