"""When something first happens: the empirical distribution of first times, with a band that holds everywhere."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negsim.errors import EstimateError
from negsim.estimates.base import percent, thousands
from negsim.estimates.checks import check_level, check_probability, set_counts
from negsim.estimates.printing import printed_ends, printed_share
from negsim.estimates.rows import FEWEST, quantile_t, row_notes
from negsim.laws.draws import uniforms_array

__all__ = ["Curve", "CurvePoint", "CurveQuantile", "CurveRows"]

Floats = NDArray[np.float64]


class CurvePoint(NamedTuple):
    """Probability of having happened by a time, with the ends of the band there."""

    value: float
    low: float
    high: float

    @property
    def printed(self) -> str:
        """The probability as text, rounded to what the band supports there."""
        return printed_share(self.value, [(self.low, self.high)])

    @property
    def printed_ends(self) -> tuple[str, str]:
        """The ends of the band as text, in percent without the sign."""
        return printed_ends(self.low, self.high, self.printed, unit="%")


class CurveQuantile(NamedTuple):
    """Time by which a probability is reached, in days from the start, with its range; inf = not reached."""

    time: float
    low: float
    high: float


MULTIPLIERS = 2000
"""Sets of multipliers by which the size of a band over rows is found."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CurveRows:
    """In how many replications of each row of parameters it has happened by some times.

    Parameters
    ----------
    hits : array of shape (k, p)
        By row and time, the times increasing; the last one is the horizon.
    size : array of shape (k,)
        Replications of each row that count and did not fail.
    unknown : array of shape (k,)
        Failed replications of each row.
    """

    hits: Floats
    size: Floats
    unknown: Floats

    @property
    def count(self) -> int:
        """Rows that have a replication that counts."""
        return int((self.size > 0).sum())

    def half_width(self, level: float) -> float:
        """Return the half-width of a band around the whole curve; infinite with fewer than 5 rows.

        Notes
        -----
        Multiplier bootstrap over the rows as clusters (van der Vaart, Wellner 1996, *Weak Convergence and Empirical
        Processes*, section 2.9): what each row adds to the curve's error is multiplied by a standard normal number,
        and the largest error anywhere is noted, 2,000 times. The multipliers are always the same, so that a band is a
        function of the counts. Student's t in place of the normal law makes up for the number of rows.
        """
        there = self.size + self.unknown > 0
        k, size = self.count, (self.size + self.unknown)[there]
        if k < FEWEST:
            return math.inf
        bands = [self._largest(self.hits[there], size, level)]
        if self.unknown.any():
            bands.append(self._largest(self.hits[there] + self.unknown[there, None], size, level))
        from scipy.special import ndtri

        return max(bands) * math.sqrt(k / (k - 1)) * quantile_t(k, level) / -float(ndtri((1 - level) / 2))

    @staticmethod
    def _largest(hits: Floats, size: Floats, level: float) -> float:
        whole = size.sum()
        rest = hits - np.outer(size, hits.sum(axis=0) / whole)
        return float(np.quantile(np.abs(_multipliers(size.size) @ rest).max(axis=1) / whole, level))


@lru_cache(maxsize=4)
def _multipliers(k: int) -> Floats:
    """Standard normal numbers, (MULTIPLIERS, k): a function of nothing but k."""
    from scipy.special import ndtri

    rows = np.arange(k)
    found = [
        one for b in range(MULTIPLIERS // 2) for one in uniforms_array(0, "bootstrap", "curve", rows, occurrence=b)
    ]
    return np.asarray(ndtri(np.array(found)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """The probability that something has happened, as a function of time.

    Parameters
    ----------
    first_times : array_like of shape (h,)
        First times of the replications in which it happened, in days from the start, not negative, sorted.
    n : int
        All replications, failed ones included; at least 1.
    unknown : int, optional
        Failed replications: counted once as never, and once as there from the start.
    level : float, optional
        Confidence level of the band, strictly between 0 and 1; `at_level` changes it.
    weights : array_like of shape (h,), optional
        How many replications each first time stands for (whole numbers, or weights); by default one.
    rows : CurveRows, optional
        The same by row of parameters, where parameters were drawn: the band is then taken over rows.
    effective : float, optional
        Of weighted histories, how many equal ones they are worth; `n` is then the sum of their weights.

    Attributes
    ----------
    times : ndarray of shape (k,)
        The distinct times at which the curve rises, in days from the start.
    values, low, high : ndarray of shape (k,)
        Curve and band from each of these times up to the next. Before the first, see ``at(0.0)``.
    half_width : float
        Half-width of the band before it is cut to [0, 1] (failed replications come on top).

    Raises
    ------
    EstimateError
        If the times are not finite, sorted and non-negative, or are more than ``n - unknown``.

    See Also
    --------
    FirstPassage : When a condition is first true, in dates.
    Band : The range of a probability over beliefs.

    Notes
    -----
    The band covers the whole curve at once with at least its level: half-width ``sqrt(log(2/alpha)/(2n))``, Dvoretzky,
    Kiefer, Wolfowitz (1956), Ann. Math. Stat. 27:642, DOI 10.1214/aoms/1177728174, with the constant of Massart
    (1990), Ann. Probab. 18:1269, DOI 10.1214/aop/1176990746. One may therefore read off any number of dates. Where
    parameters were drawn, replications are not independent and the half-width is that of `CurveRows` (at least the one
    of independent replications; the whole of [0, 1] with fewer than 5 rows).

    Examples
    --------
    >>> curve = Curve.of([3.0, 1.0, float("inf"), 2.0])
    >>> curve.at(2.5).value
    0.5
    >>> curve.quantile(0.5).time
    2.0
    >>> curve.quantile(0.9).time
    inf
    """

    first_times: Floats
    n: int
    unknown: int = 0
    level: float = 0.95
    weights: NDArray[np.int64] | Floats | None = None
    rows: CurveRows | None = field(default=None, repr=False)
    effective: float | None = None
    half_width: float = field(init=False)
    times: Floats = field(init=False, repr=False)
    values: Floats = field(init=False, repr=False)
    low: Floats = field(init=False, repr=False)
    high: Floats = field(init=False, repr=False)
    hits: NDArray[np.int64] | Floats = field(init=False, repr=False)

    def __post_init__(self) -> None:
        set_counts(self, "n", "unknown")
        check_level(self.level)
        seen = np.array(self.first_times, dtype=np.float64)
        kind = np.int64 if self.effective is None else np.float64
        weights: NDArray[Any] = np.ones(seen.size, kind) if self.weights is None else np.array(self.weights, kind)
        _check_times(seen, weights, self.n, self.unknown)
        times, first = np.unique(seen, return_index=True)
        hits = np.cumsum(np.add.reduceat(weights, first)) if times.size else np.zeros(0, dtype=np.int64)
        object.__setattr__(self, "half_width", self._half_width())
        value, low, high = self._band(hits)
        arrays = (seen, times, value, low, high, hits)
        for name, array in zip(("first_times", "times", "values", "low", "high", "hits"), arrays, strict=True):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @classmethod
    def of(cls, times: ArrayLike, unknown: int = 0, level: float = 0.95, *, rows: CurveRows | None = None) -> Curve:
        """Return the curve of first times in any order, one per replication that did not fail, inf = never.

        Parameters
        ----------
        times : array_like, (n,)
            First times (days); inf for never.
        unknown : int, optional
            Failed replications.
        level : float, optional
            Confidence level, strictly between 0 and 1.
        rows : CurveRows, optional
            The rows of parameters of the replications, where these were drawn.
        """
        every = np.asarray(times, dtype=np.float64).ravel()
        if np.isnan(every).any():
            raise EstimateError("a first time is not a number; use inf for never, and count failures in unknown")
        happened = np.sort(every[every != math.inf])
        return cls(first_times=happened, n=every.size + unknown, unknown=unknown, level=level, rows=rows)

    def _half_width(self) -> float:
        if self.rows is None:
            return self._dkw(self.n if self.effective is None else self.effective)
        width = self.rows.half_width(self.level)
        # Rows that all agree are no certainty: each counts as one replication then.
        if self.effective is not None:
            return max(width, self._dkw(self.effective))
        return max(width, self._dkw(self.n)) if width > 0 else self._dkw(self.rows.count)

    def _dkw(self, n: float) -> float:
        return math.sqrt(math.log(2 / (1 - self.level)) / (2 * n))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know before believing the band, such as that few rows of parameters were drawn."""
        return () if self.rows is None or self.effective is not None else row_notes(None, self.rows.count)

    def at_level(self, level: float) -> Curve:
        """Return the same curve with a band of another level.

        Parameters
        ----------
        level : float
            Confidence level of the band, strictly between 0 and 1.

        Returns
        -------
        Curve
            With the same steps.
        """
        return replace(self, level=level)

    def at(self, time: float) -> CurvePoint:
        """Return the probability of having happened by `time` (days from the start), with the band there.

        Parameters
        ----------
        time : float
            Days from the start.

        Returns
        -------
        CurvePoint
            Probability, with the ends of the band.

        Raises
        ------
        EstimateError
            If the time is not a number.
        """
        if math.isnan(time):
            raise EstimateError("time is not a number; it must be in days from the start")
        place = int(np.searchsorted(self.times, time, side="right"))
        value, low, high = self._band(self.hits[place - 1 : place] if place else np.zeros(1, dtype=np.int64))
        return CurvePoint(float(value[0]), float(low[0]), float(high[0]))

    def quantile(self, p: float) -> CurveQuantile:
        """Return the first time at which the curve reaches `p`, and the range that the band leaves for it.

        The ranges of all `p` hold together at the level of the band.

        Parameters
        ----------
        p : float
            Probability, above 0 and at most 1.

        Returns
        -------
        CurveQuantile
            Days from the start; inf where the curve (or an edge of the band) does not reach `p` within the horizon.

        Raises
        ------
        EstimateError
            If `p` is not in (0, 1].
        """
        check_probability("p", p)
        if p == 0:
            raise EstimateError("p is 0.0; every curve has reached that from the start, ask for more")
        before = self.at(-1.0)
        # The upper edge reaches p first: it gives the earliest time.
        return CurveQuantile(
            self._reach(self.values, before.value, p),
            self._reach(self.high, before.high, p),
            self._reach(self.low, before.low, p),
        )

    def __str__(self) -> str:
        point = self.at(math.inf)
        low, high = point.printed_ends
        band = f"[{low}, {high}], chance {percent(self.level)} for the whole curve"
        failed = f", {thousands(self.unknown)} failed" if self.unknown else ""
        rows = "" if self.rows is None else f" in {thousands(self.rows.count)} rows of parameters"
        if self.effective is not None:
            rows = f" (worth {thousands(int(self.effective))} equal ones)"
        told = f"happens within the horizon: {point.printed} {band}, n = {thousands(self.n)}{rows}{failed}"
        return "; ".join([told, *self.notes])

    def __repr__(self) -> str:
        return f"<Curve: {self}>"

    def _band(self, hits: NDArray[np.int64] | Floats) -> tuple[Floats, Floats, Floats]:
        """Return curve, lower and upper edge for counts of replications in which it has happened."""
        low = np.maximum(hits / self.n - self.half_width, 0.0)
        high = np.minimum((hits + self.unknown) / self.n + self.half_width, 1.0)
        return (hits + self.unknown / 2) / self.n, low, high

    def _reach(self, edge: Floats, before: float, p: float) -> float:
        """Return the first time at which a rising edge is at least p."""
        if before >= p:
            return 0.0
        i = int(np.searchsorted(edge, p, side="left"))
        return float(self.times[i]) if i < self.times.size else math.inf


def _check_times(times: Floats, weights: NDArray[np.int64] | Floats, n: int, unknown: int) -> None:
    """Refuse times that are not sorted, finite and non-negative, and counts that do not add up."""
    if times.shape != weights.shape or (weights < 0).any():
        raise EstimateError(
            f"{times.shape} times and {weights.shape} weights; give a weight of at least 0 for each time"
        )
    # weights are no whole numbers, and their sum may be more than n by a rounding
    if times.ndim != 1 or weights.sum() + unknown > n * (1 + 1e-9) or n < 1:
        shape = f"times of shape {times.shape} and {unknown} failed replications of n = {n}"
        raise EstimateError(f"{shape}; at most n in all are possible, n at least 1, and the times in one row")
    if not (np.isfinite(times).all() and (times >= 0).all() and (times[1:] >= times[:-1]).all()):
        raise EstimateError("first times must be finite, not negative and sorted; Curve.of takes them in any order")
