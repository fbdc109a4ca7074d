"""Quantiles of what histories answer: counts, values, durations, and times that some never reach."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, percent, thousands
from negsim.estimates.checks import check_level
from negsim.estimates.proportions import Proportion
from negsim.estimates.rows import FEWEST, METHOD, NONE, ratio, row_notes, shifted_ends
from negsim.estimates.weights import effective_number, told_effective

__all__ = ["Quantile", "quantile_of", "weighted_quantile_of"]

Floats = NDArray[np.float64]
ORDER = "order statistics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantile:
    """The number below which, or at which, a share of the histories lies.

    Parameters
    ----------
    p : float
        Which share, strictly between 0 and 1.
    value : float
        The smallest number that at least this share does not exceed; infinite if so many never get there.
    low, high : float
        Monte Carlo interval; infinite where the histories leave an end open.
    level : float
        Confidence level.
    method : str
        ``"order statistics"`` (exact), ``"t over rows"``, or ``"none"`` with fewer than 5 rows of parameters.
    n, unknown : int
        Replications with an answer, and failed ones: these widen the interval as if they lay below all, and above.
    never : Proportion or None
        Of a time: the share of replications that never get there, which counts as later than any time.
    rows : int or None
        Rows of parameters, where they were drawn.
    effective : float or None
        Of weighted histories, how many equal ones they are worth.
    """

    p: float
    value: float
    low: float
    high: float
    level: float
    method: str
    n: int
    unknown: int = 0
    never: Proportion | None = None
    rows: int | None = None
    effective: float | None = None

    @property
    def printed(self) -> str:
        """The quantile as text; ``"never"`` if so many never get there."""
        return "never" if self.value == math.inf else self.estimate().printed

    def interval(self) -> Interval:
        """Return the Monte Carlo interval, at the level that was asked for."""
        return Interval(low=self.low, high=self.high, level=self.level, method=self.method)

    def estimate(self) -> Estimate:
        """Return value, interval and printed form in one."""
        notes = () if self.rows is None else row_notes(None, self.rows)
        if self.never is not None and self.never.hits + self.never.unknown:
            notes = (f"never in {self.never.estimate(self.level).printed} of histories", *notes)
        plain = Estimate(
            value=self.value,
            low=self.low,
            high=self.high,
            level=self.level,
            kind="chance",
            method=self.method,
            n=self.n,
            notes=notes,
        )
        rows = "" if self.rows is None else f" in {thousands(self.rows)} rows of parameters"
        failed = f", {thousands(self.unknown)} failed: below all and above all" if self.unknown else ""
        n = f"n = {thousands(self.n)}" if self.effective is None else told_effective(self.n, self.effective)
        low, high = plain.ends()
        if all(math.isfinite(one) and one == round(one) for one in (self.value, self.low, self.high)):
            low, high = f"{self.low:.0f}", f"{self.high:.0f}"  # numbers of histories themselves, as they are
        if self.never is not None:
            low, high = ("never" if end == "inf" else end for end in (low, high))
        ends = "" if self.method == NONE else f" [{low}, {high}], chance {percent(self.level)}"
        name = "median" if self.p == 0.5 else f"{percent(self.p)} quantile"
        text = f"{name} {plain.printed}{ends}, {n}{rows}{failed}"
        return replace(plain, text=text)

    def __str__(self) -> str:
        return str(self.estimate())

    __repr__ = __str__


def quantile_of(
    values: ArrayLike,
    p: float,
    *,
    level: float = 0.95,
    unknown: int = 0,
    row: ArrayLike | None = None,
    failed_by_row: ArrayLike | None = None,
    never: Proportion | None = None,
    least: float = -math.inf,
) -> Quantile:
    """Return the `p`-quantile of numbers, one a replication that did not fail.

    Parameters
    ----------
    values : array_like of shape (n,)
        inf for times that are never reached.
    p : float
        Strictly between 0 and 1.
    level : float, optional
        Confidence level of the interval.
    unknown : int, optional
        Failed replications.
    row : int array of shape (n,), optional
        The row of parameters of each replication, where parameters were drawn.
    failed_by_row : array of shape (k,), optional
        Failed replications by row.
    never : Proportion, optional
        Share of the replications that never get there.
    least : float, optional
        No number lies below this one.

    Raises
    ------
    EstimateError
        If `p` or the level is not strictly between 0 and 1, or there is no number.

    Notes
    -----
    Independent replications: order statistics, exact at any law (Clopper, Pearson 1934 for the count below). Drawn
    parameters: the count below is a share over rows, whose interval is read back on the numbers (Woodruff 1952, J. Am.
    Stat. Assoc. 47:635).

    Examples
    --------
    >>> print(quantile_of(range(100), 0.5))
    median 49 [39, 60], chance 95 %, n = 100
    """
    check_level(level)
    if not 0 < p < 1:
        raise EstimateError(f"p is {p!r}; it must lie strictly between 0 and 1, such as 0.5 for the median")
    x = np.asarray(values, dtype=np.float64).ravel()
    if x.size == 0 or np.isnan(x).any():
        raise EstimateError(f"a quantile needs at least one number, and {int(np.isnan(x).sum())} of {x.size} are none")
    ordered = np.sort(x)
    value = _reached(ordered, p)
    rows = None
    if row is None:
        low, high = _order_ends(ordered, p, level, unknown)
        method = ORDER
    else:
        low, high, method, rows = _row_ends(ordered, x, np.asarray(row), value, p, level, failed_by_row)
    return Quantile(
        p=p,
        value=value,
        low=min(max(low, least), value),
        high=max(high, value),
        level=level,
        method=method,
        n=x.size,
        unknown=unknown,
        never=never,
        rows=rows,
    )


def weighted_quantile_of(
    values: ArrayLike,
    weights: ArrayLike,
    p: float,
    *,
    row: NDArray[np.int64],
    k: int,
    level: float = 0.95,
    never: Proportion | None = None,
    least: float = -math.inf,
) -> Quantile:
    """Return the `p`-quantile of weighted numbers, its interval over islands (Woodruff 1952, as in `quantile_of`).

    Parameters
    ----------
    values, weights : array_like of shape (n,)
    p : float
        Strictly between 0 and 1.
    row : int array of shape (n,)
        The island of each, below `k`.
    level, never, least
        As in `quantile_of`.
    """
    check_level(level)
    if not 0 < p < 1:
        raise EstimateError(f"p is {p!r}; it must lie strictly between 0 and 1, such as 0.5 for the median")
    x, w = (np.asarray(one, dtype=np.float64).ravel() for one in (values, weights))
    order = np.argsort(x, kind="stable")
    ordered, shares = x[order], np.cumsum(w[order]) / w.sum()

    def reached(share: float) -> float:
        place = int(np.searchsorted(shares, share * (1 - 1e-12)))
        return -math.inf if share <= 0 else float(ordered[place]) if place < ordered.size and share <= 1 else math.inf

    def totals(chosen: NDArray[np.bool_]) -> Floats:
        return np.asarray(np.bincount(row[chosen], weights=w[chosen], minlength=k), dtype=np.float64)

    value, size = reached(p), totals(np.ones(len(x), dtype=np.bool_))
    errors = [ratio(totals(below), size) for below in (x <= value, x < value)]
    low, high = shifted_ends(p, max(one.error for one in errors), errors[0].rows, level)
    return Quantile(
        p=p,
        value=value,
        low=min(max(reached(low), least), value),
        high=max(reached(high), value),
        level=level,
        method=METHOD,
        n=x.size,
        never=never,
        effective=effective_number(w),
    )


def _reached(ordered: Floats, p: float) -> float:
    """The smallest of the numbers that a share of at least p does not exceed; -inf and inf beyond all shares."""
    if p <= 0:
        return -math.inf
    # A share that is whole but for rounding does not ask for one number more.
    place = math.ceil(p * ordered.size * (1 - 1e-12)) - 1
    return float(ordered[max(place, 0)]) if place < ordered.size and p <= 1 else math.inf


def _order_ends(ordered: Floats, p: float, level: float, unknown: int) -> tuple[float, float]:
    """The ends by rank: how many of the numbers lie below the quantile is binomial."""
    from scipy.special import bdtr

    n, tail = ordered.size + unknown, (1 - level) / 2

    def first(enough: float) -> int:
        """The least count whose distribution function exceeds it."""
        low, high = -1, n
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if float(bdtr(middle, n, p)) > enough else (middle, high)
        return high

    least, most = first(tail), first(1 - tail) + 1
    # Failed replications may lie below all numbers, or above them.
    below = least - unknown
    low = float(ordered[below - 1]) if below >= 1 else -math.inf
    return low, float(ordered[most - 1]) if most <= ordered.size else math.inf


def _row_ends(
    ordered: Floats, x: Floats, row: NDArray[np.int64], value: float, p: float, level: float, failed: ArrayLike | None
) -> tuple[float, float, str, int]:
    """The ends over rows: the error of the share up to the quantile, read back on the numbers."""
    k = int(row.max()) + 1 if failed is None else len(np.asarray(failed))
    unknown = np.zeros(k) if failed is None else np.asarray(failed, dtype=np.float64)
    size = np.bincount(row, minlength=k)
    count = int((size > 0).sum())
    if count < FEWEST:
        return -math.inf, math.inf, NONE, count
    # Where many numbers are equal, the share just below them may be the one that is uncertain.
    found = [
        ratio(np.bincount(row[below], minlength=k).astype(np.float64), size.astype(np.float64))
        for below in (x <= value, x < value)
    ]
    low, high = shifted_ends(p, max(one.error for one in found), count, level)
    shift = float(unknown.sum()) / (float(unknown.sum()) + x.size)
    good = 1 - shift
    return _reached(ordered, (low - shift) / good), _reached(ordered, high / good), METHOD, count
