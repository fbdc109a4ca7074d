"""Replications that share a row of parameters are a cluster: the one estimator of everything that is asked of a run.

Every estimate is a ratio of totals, ``sum(total) / sum(size)``, and its Monte Carlo error comes from how the rows
differ from it. Independent replications are the case in which each is a row of its own. Weighted histories need no
other estimator: their weights are summed where `Rows.of` counts them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negsim.errors import EstimateError
from negsim.estimates.base import Interval
from negsim.estimates.checks import check_level
from negsim.estimates.intervals import clopper_pearson

__all__ = [
    "extreme_bound",
    "one_sided_ends",
    "FEW",
    "FEWEST",
    "METHOD",
    "NONE",
    "Ratio",
    "Rows",
    "number_ends",
    "quantile_t",
    "ratio",
    "row_notes",
    "share_ends",
    "share_over_rows",
    "shifted_ends",
]

Floats = NDArray[np.float64]
Ends = tuple[float, float]

FEWEST = 5
"""Rows of parameters below which there is no interval."""
FEW = 30
"""Rows of parameters below which a reader is warned."""
METHOD, NONE = "t over rows", "none"
"""How an interval over rows was made, and what it is called where too few rows allow none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Totals by row of parameters.

    Parameters
    ----------
    total : array_like of shape (k,)
        Sum of what is asked for over the replications of each row that count and did not fail: hits, days, firings.
    size : array_like of shape (k,)
        Replications of each row that count and did not fail.
    unknown : array_like of shape (k,), optional
        Failed replications of each row.

    Raises
    ------
    EstimateError
        If the shapes differ, a number is not finite, or a count is negative.
    """

    total: Floats
    size: Floats
    unknown: Floats

    def __init__(self, *, total: ArrayLike, size: ArrayLike, unknown: ArrayLike = 0.0) -> None:
        arrays = [np.asarray(one, dtype=np.float64) for one in (total, size)]
        arrays.append(np.broadcast_to(np.asarray(unknown, dtype=np.float64), arrays[0].shape))
        if arrays[0].ndim != 1 or any(one.shape != arrays[0].shape for one in arrays):
            raise EstimateError(f"totals by row have the shapes {[one.shape for one in arrays]}; they must be alike")
        if not all(np.isfinite(one).all() for one in arrays) or (arrays[1] < 0).any() or (arrays[2] < 0).any():
            raise EstimateError("totals by row must be finite, and counts not negative")
        # A row without a replication says nothing and would only lower the number of clusters that count.
        there = arrays[1] + arrays[2] > 0
        for name, one in zip(("total", "size", "unknown"), arrays, strict=True):
            kept = one[there]
            # Estimates are shared and compared; an array that somebody changes would change them under their intervals.
            kept.setflags(write=False)
            object.__setattr__(self, name, kept)

    @classmethod
    def of(
        cls,
        row: NDArray[np.int64],
        k: int,
        values: Floats,
        counts: NDArray[np.bool_],
        failed: NDArray[np.bool_],
        weights: Floats | None = None,
    ) -> Rows:
        """Sum by row.

        Parameters
        ----------
        row : int array of shape (n,)
            Which of the `k` rows of parameters each replication has.
        k : int
        values : float array of shape (n,)
        counts, failed : bool arrays of shape (n,)
            Whether a replication counts at all (its condition came true), and whether it failed.
        weights : float array of shape (n,), optional
            What each replication counts, where they do not all count alike.
        """
        good = counts & ~failed
        if weights is not None:
            return cls(
                total=np.bincount(row[good], weights=weights[good] * values[good], minlength=k),
                size=np.bincount(row[good], weights=weights[good], minlength=k),
                unknown=np.bincount(row[failed], weights=weights[failed], minlength=k),
            )
        return cls(
            total=np.bincount(row[good], weights=values[good], minlength=k),
            size=np.bincount(row[good], minlength=k),
            # Failed ones count whether or not their condition came true: that is not known either.
            unknown=np.bincount(row[failed], minlength=k),
        )

    @property
    def count(self) -> int:
        """Rows that have a replication that counts."""
        return int((self.size > 0).sum())

    def bounds(self, least: float = 0.0, most: float = 1.0) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]]:
        """Return totals and sizes with each failed replication counted as `least`, and as `most`."""
        size = self.size + self.unknown
        return (self.total + least * self.unknown, size), (self.total + most * self.unknown, size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """A ratio of totals over rows, with its standard error.

    Attributes
    ----------
    value, error : float
    rows : int
        Rows that count.
    skewness : float
        Of what the rows add to the error.
    """

    value: float
    error: float
    rows: int
    skewness: float


def ratio(total: Floats, size: Floats) -> Ratio:
    """Return the ratio of totals and its linearised standard error, the rows taken as clusters.

    Raises
    ------
    EstimateError
        If no row counts.

    Notes
    -----
    ``var = k/(k - 1) sum((total - value*size)**2) / sum(size)**2`` over the k rows that count (Cochran 1977,
    *Sampling Techniques*, eq. 6.13 and 9.30); the rows may have any numbers of replications, random ones too.
    """
    there = size > 0
    total, size = total[there], size[there]
    k, whole = size.size, float(size.sum())
    if k == 0:
        raise EstimateError("no replication counts, so there is nothing to estimate from")
    value = float(total.sum()) / whole
    # Not the rows' own ratios: a row with few replications must weigh little, and one with none at all has no ratio.
    rest = total - value * size
    # Rows that agree differ by rounding only.
    if k == 1 or np.abs(rest).max() <= 1e-12 * max(np.abs(total).max(), 1e-300):
        # One row says nothing about how rows differ.
        return Ratio(value=value, error=math.inf if k == 1 else 0.0, rows=k, skewness=0.0)
    scale = float(np.abs(rest).max())  # so that no power of a small or a large number leaves the floats
    squares = float(np.square(rest / scale).mean())
    # The factor k/(k - 1) is that of a variance from as many deviations as there are clusters.
    error = scale * math.sqrt(k / (k - 1) * k * squares) / whole
    return Ratio(value=value, error=error, rows=k, skewness=float(((rest / scale) ** 3).mean()) / squares**1.5)


def quantile_t(rows: int, level: float) -> float:
    """Return the two-sided quantile of Student's t with ``rows - 1`` degrees of freedom."""
    from scipy.special import stdtrit

    check_level(level)
    # The lower tail and a sign: 1 - (1 - level)/2 loses digits for levels near 1.
    return -float(stdtrit(rows - 1, (1 - level) / 2))


def share_ends(total: Floats, size: Floats, level: float) -> Ends:
    """Return the ends of the interval of a share: Student's t over rows, on the scale of log odds.

    Notes
    -----
    On the scale of log odds the interval stays inside (0, 1) and keeps its level where the rows are skewed, as they
    are near 0 and 1 (Korn, Graubard 1998, *Surv. Methodol.* 24:193). Rows that all agree have no spread, yet are no
    certainty: each counts as one replication then (Clopper-Pearson, wider than need be).
    """
    found = ratio(total, size)
    # A quotient of sums of floats can miss 1 by a rounding.
    value = min(max(found.value, 0.0), 1.0)
    if found.error == 0 or value in (0.0, 1.0):
        # Hits are no whole number here; the beta quantiles take any.
        return clopper_pearson(value * found.rows, found.rows, 1 - level)
    return shifted_ends(value, found.error, found.rows, level)


def shifted_ends(value: float, error: float, rows: int, level: float) -> Ends:
    """Return the ends around a share strictly between 0 and 1, given its standard error over so many rows."""
    odds = math.log(value / (1 - value))
    # The error on the scale of log odds, by the derivative of the logit.
    width = quantile_t(rows, level) * error / (value * (1 - value))
    # Going there and back rounds: the ends must not lie on the wrong side of the value.
    return min(value, _expit(odds - width)), max(value, _expit(odds + width))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def share_over_rows(rows: Rows, level: float) -> Interval:
    """Return the interval of a share over rows, failures counted as no below and as yes above."""
    if rows.count < FEWEST:
        return Interval(low=0.0, high=1.0, level=level, method=NONE)
    worst, best = rows.bounds()
    low, high = share_ends(*worst, level)
    # Two intervals, of the worst and of the best that failed replications may have been.
    if rows.unknown.any():
        high = share_ends(*best, level)[1]
    return Interval(low=low, high=high, level=level, method=METHOD)


def one_sided_ends(hits: float, unknown: float, n: float, level: float) -> Ends:
    """Return the exact one-sided bounds of a share, each at `level` by itself; failures count against each."""
    from scipy.special import betainccinv, betaincinv

    most = hits + unknown
    low = float(betaincinv(hits, n - hits + 1, 1 - level)) if hits else 0.0
    return low, (float(betainccinv(most + 1, n - most, 1 - level)) if most < n else 1.0)


def extreme_bound(rows: Rows, interval: Interval) -> Ends | None:
    """Return the one-sided bounds where no replication is known to say yes, or none to say no; else nothing.

    All rows agree then, as far as is known, and each counts as one replication.
    """
    hits, unknown, n = float(rows.total.sum()), float(rows.unknown.sum()), float((rows.size + rows.unknown).sum())
    if unknown == n or 0 < hits < n - unknown:
        return None
    # As many replications as there are rows, in the same proportions.
    scale = rows.size.size / n
    low, high = one_sided_ends(scale * hits, scale * unknown, scale * n, interval.level)
    return max(low, interval.low), min(high, interval.high)


def number_ends(total: Floats, size: Floats, level: float) -> Ends:
    """Return the ends of the interval of a mean or a difference: Student's t over rows, their skewness removed.

    Notes
    -----
    A few rows with large numbers are the rule where rates are believed on a logarithmic scale; the plain interval then
    lies too low. Hall (1992), J. R. Stat. Soc. B 54:221, transforms the ratio of error and standard error by the cubic
    that takes the skewness out of it; here its inverse is taken at both quantiles of Student's t.
    """
    found = ratio(total, size)
    if found.rows == 1:
        return -math.inf, math.inf
    bend, t = found.skewness / math.sqrt(found.rows), quantile_t(found.rows, level)
    # The upper quantile gives the lower end: what lies above the mean by chance has to be taken off.
    below, above = (found.value - found.error * _unbent(end, bend) for end in (t, -t))
    return min(below, found.value), max(above, found.value)


def _unbent(x: float, bend: float) -> float:
    """The inverse of Hall's cubic ``y + bend (y*y/3 + 1/6) + bend**2 y**3/27``."""
    # The cubic is the identity then, up to less than its own rounding in 3 / bend.
    if abs(bend) < 1e-6:
        return x
    return 3 / bend * (math.cbrt(1 + bend * (x - bend / 6)) - 1)


def row_notes(found: Ratio | None, rows: int) -> tuple[str, ...]:
    """Return what a reader must know of an interval over so many rows, as sentences without an end."""
    if rows < FEWEST:
        there = "1 row of parameters counts" if rows == 1 else f"{rows} rows of parameters count"
        return (f"no interval: only {there}, and it takes at least {FEWEST}; draw more (draws=)",)
    notes = []
    if rows < FEW:
        notes.append(f"{rows} rows of parameters, fewer than {FEW}: the interval is rough")
    # Cochran (1977), section 2.15: with fewer than 25 skewness**2 the normal law leaves out more than 6 % for 5 %.
    if found is not None and rows < 25 * found.skewness**2:
        notes.append("a few rows of parameters carry this number: the interval may be too narrow; draw more (draws=)")
    return tuple(notes)
