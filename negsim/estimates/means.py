"""Means of counts, durations and values, from statistics that can be merged without losing digits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import ArrayLike

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, percent, thousands
from negsim.estimates.checks import check_level, set_counts
from negsim.estimates.proportions import Proportion
from negsim.estimates.rows import FEWEST, METHOD, NONE, Ratio, Rows, number_ends, ratio, row_notes
from negsim.estimates.weights import effective_number, told_effective

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
    rows : Rows, optional
        Sums and numbers of values by row of parameters, where parameters were drawn: the interval is then taken over
        rows.
    never : Proportion, optional
        Of a time: the share of replications that never get there. The mean is that of the others.
    least, most : float, optional
        Limits within which every value lies (a count is not negative): no interval goes beyond them.
    effective : float, optional
        Of weighted histories: how many equal ones they are worth. `mean` is then the weighted mean, and the rows are
        weighted sums by island.

    Raises
    ------
    EstimateError
        If a number is not finite, `m2` is negative, or `n` is 0.

    See Also
    --------
    Proportion : The share of histories with the answer yes.
    Estimate : A number with its interval and its printed form.

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
    rows: Rows | None = field(default=None, repr=False, compare=False)
    never: Proportion | None = None
    least: float = -math.inf
    most: float = math.inf
    effective: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        set_counts(self, "n", "unknown")
        if self.n < 1:
            raise EstimateError("n is 0; a mean needs at least one value")
        if not math.isfinite(self.mean):
            raise EstimateError(f"mean is {self.mean!r}; it must be finite (the time of what never happens has none)")
        if not 0 <= self.m2 < math.inf or (self.n == 1 and self.m2 != 0):
            raise EstimateError(f"m2 is {self.m2!r} with n = {self.n}; it must be finite, not negative, 0 if n is 1")

    @classmethod
    def of(cls, values: ArrayLike, unknown: int = 0, *, rows: Rows | None = None, least: float = -math.inf) -> Mean:
        """Return the mean of an array of values, one per replication; the rest as in the class.

        Parameters
        ----------
        values : array_like, (n,)
            One a replication that did not fail.
        unknown : int, optional
            Failed replications.
        rows : Rows, optional
            The same values by row of parameters, where these were drawn.
        least : float, optional
            A bound that no value can lie below; the interval is clipped to it.

        Returns
        -------
        Mean
            With its Monte Carlo interval on request.

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
        m2 = float(np.square(x - mean).sum())
        return cls(n=x.size, mean=mean, m2=m2, unknown=unknown, rows=rows, least=least)

    @classmethod
    def weighted(cls, values: ArrayLike, weights: ArrayLike, *, rows: Rows, unknown: int = 0) -> Mean:
        """Return the mean of weighted values; `rows` has their weighted sums by island.

        Parameters
        ----------
        values, weights : array_like, (n,)
            One a replication that did not fail.
        rows : Rows
            Weighted sums and sums of weights, by island.
        unknown : int, optional
            Failed replications.

        Returns
        -------
        Mean
            With its Monte Carlo interval over islands on request.
        """
        x, w = (np.asarray(one, dtype=np.float64).ravel() for one in (values, weights))
        mean = float(rows.total.sum() / rows.size.sum())
        spread = float((w * np.square(x - mean)).sum() / w.sum()) if x.size > 1 else 0.0
        # as much as so many equal values with this variance have
        return cls(
            n=x.size,
            mean=mean,
            m2=spread * (x.size - 1),
            unknown=unknown,
            rows=rows,
            effective=effective_number(w),
        )

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
        """Standard error of the mean, in the unit of the values; infinite if there is only one value, or row."""
        return math.sqrt(self.variance / self.n) if self._ratio is None else self._ratio.error

    @property
    def _ratio(self) -> Ratio | None:
        return None if self.rows is None else ratio(self.rows.total, self.rows.size)

    @property
    def printed(self) -> str:
        """The mean as text: what tables and pictures show."""
        return self.estimate().printed

    def combine(self, other: Mean) -> Mean:
        """Return the mean of both sets of replications together, which must be independent ones (Chan et al. 1983).

        Parameters
        ----------
        other : Mean or Proportion
            The other estimate, of other replications.

        Returns
        -------
        Mean
            Of all values of both.

        Raises
        ------
        EstimateError
            If one of them has rows of parameters, or is a time that some never reach.

        Examples
        --------
        >>> Mean.of([1.0, 2.0]).combine(Mean.of([3.0, 4.0])) == Mean.of([1.0, 2.0, 3.0, 4.0])
        True
        """
        if any(one.rows is not None or one.never is not None for one in (self, other)):
            raise EstimateError("means over drawn parameters, or of times, cannot be joined; simulate them in one run")
        n, gap = self.n + other.n, other.mean - self.mean
        return Mean(
            n=n,
            mean=self.mean + gap * (other.n / n),
            m2=self.m2 + other.m2 + gap * gap * (self.n * (other.n / n)),
            unknown=self.unknown + other.unknown,
        )

    def interval(self, level: float = 0.95, method: str | None = None) -> Interval:
        """Return the Monte Carlo interval of the mean.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.
        method : {"t", "normal"}, optional
            Student's t with n - 1 degrees of freedom (by default), or the normal law. Both rest on the central limit
            theorem. Where parameters were drawn there is one method, Student's t over rows.

        Returns
        -------
        Interval
            Without ends (infinite ones) and with the method ``"none"`` for one value, or fewer than 5 rows.

        Raises
        ------
        EstimateError
            If the level or the method does not exist, or is one for independent replications where they are not.
        """
        from scipy.special import ndtri, stdtrit

        check_level(level)
        if self.rows is not None:
            return self._over_rows(self.rows, level, method)
        method = method or "t"
        if method not in ("t", "normal"):
            raise EstimateError(f"method is {method!r}; it must be one of t, normal")
        if self.n == 1:
            return Interval(low=-math.inf, high=math.inf, level=level, method=NONE)
        tail = (1 - level) / 2
        width = -float(stdtrit(self.n - 1, tail) if method == "t" else ndtri(tail)) * self.standard_error
        return self._cut(self.mean - width, self.mean + width, level, method)

    def _over_rows(self, rows: Rows, level: float, method: str | None) -> Interval:
        if method not in (None, METHOD):
            raise EstimateError(
                f"method {method!r} is for independent replications, but replications of one row of parameters are not;"
                " leave method= away"
            )
        if rows.count < FEWEST:
            return Interval(low=-math.inf, high=math.inf, level=level, method=NONE)
        low, high = number_ends(rows.total, rows.size, level)
        return self._cut(min(low, self.mean), max(high, self.mean), level, METHOD)

    def _cut(self, low: float, high: float, level: float, method: str) -> Interval:
        """What no value can be, the mean cannot be either."""
        return Interval(
            low=min(max(low, self.least), self.mean),
            high=max(min(high, self.most), self.mean),
            level=level,
            method=method,
        )

    def estimate(self, level: float = 0.95, method: str | None = None) -> Estimate:
        """Return mean, interval and printed form in one; arguments as for `interval`.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.
        method : str, optional
            One of the methods of `interval`.

        Returns
        -------
        Estimate
            Prints with as many digits as the interval supports.
        """
        found = self.interval(level, method)
        notes = () if self.rows is None or self.effective is not None else row_notes(self._ratio, self.rows.count)
        if self.never is not None and self.never.hits + self.never.unknown:
            notes = (
                f"never in {self.never.estimate(level).printed} of histories: the mean is that of the others",
                *notes,
            )
        plain = Estimate(
            value=self.mean,
            low=found.low,
            high=found.high,
            level=level,
            kind="chance",
            method=found.method,
            n=self.n,
            notes=notes,
        )
        return replace(plain, text=self._text(plain, found))

    def __str__(self) -> str:
        return str(self.estimate())

    __repr__ = __str__

    def _text(self, plain: Estimate, found: Interval) -> str:
        """Return the printed form; an interval of no width is not printed as if it were certainty."""
        failed = f", {thousands(self.unknown)} failed: left out, so no bound" if self.unknown else ""
        n = f"n = {thousands(self.n)}"
        if self.effective is not None:
            n = told_effective(self.n, self.effective)
        elif self.rows is not None:
            n += f" in {thousands(self.rows.count)} rows of parameters"
        if self.m2 == 0 and self.n > 1:
            return f"{self.mean:.7g} in all {thousands(self.n)} replications: no interval from their spread{failed}"
        if found.method == NONE:
            one = "" if self.rows is not None else ": no interval from one value"
            return f"{plain.printed}, {n}{one}{failed}"
        low, high = plain.ends()
        return f"{plain.printed} [{low}, {high}], chance {percent(plain.level)}, {n}{failed}"
