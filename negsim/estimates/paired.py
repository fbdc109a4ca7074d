"""Two variants of a scenario compared replication by replication (common random numbers)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, percent, thousands
from negsim.estimates.checks import check_level, set_counts
from negsim.estimates.intervals import bisect
from negsim.estimates.rows import FEWEST, METHOD, NONE, Rows, number_ends, ratio, row_notes

__all__ = ["PairedDifference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedDifference:
    """The difference of two probabilities, from pairs of replications that share their random numbers.

    Parameters
    ----------
    n : int
        All pairs; at least 1; the sum of the other counts.
    both, first_only, second_only, neither : int
        Pairs by answer: yes in both variants, in the first alone, in the second alone, in neither.
    unknown : int, optional
        Pairs of which at least one replication failed. They are counted once as ``first_only`` and once as
        ``second_only``.
    rows : Rows, optional
        The change (second alone minus first alone) by row of parameters, where parameters were drawn: the interval is
        then taken over rows.

    Raises
    ------
    EstimateError
        If a count is not a whole number or the counts do not add up to `n`.

    See Also
    --------
    compare : Compare two variants, history by history.
    Proportion : The share of histories with the answer yes.

    Examples
    --------
    >>> pairs = PairedDifference(n=21, both=1, first_only=7, second_only=1, neither=12)
    >>> print(pairs)
    -29 points [-52, -3], chance 95 %, n = 21
    >>> pairs.flips
    (7, 1)
    >>> pairs.sign_test()
    0.0703125
    """

    n: int
    both: int
    first_only: int
    second_only: int
    neither: int
    unknown: int = 0
    rows: Rows | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        parts = ("both", "first_only", "second_only", "neither", "unknown")
        set_counts(self, "n", *parts)
        total = sum(getattr(self, part) for part in parts)
        if self.n < 1 or total != self.n:
            raise EstimateError(f"n is {self.n} and {', '.join(parts)} add up to {total}; they must agree, above 0")

    @property
    def range(self) -> tuple[float, float]:
        """The difference with every failed pair against the second variant, and for it."""
        change = self.second_only - self.first_only
        return (change - self.unknown) / self.n, (change + self.unknown) / self.n

    @property
    def value(self) -> float:
        """Probability in the second variant minus that in the first; if pairs failed, the middle of `range`."""
        return (self.second_only - self.first_only) / self.n

    @property
    def flips(self) -> tuple[int, int]:
        """Pairs whose answer differs: (yes in the first alone, yes in the second alone)."""
        return self.first_only, self.second_only

    @property
    def variance_paired(self) -> float:
        """Estimated variance of the difference as simulated, in pairs. Pairs that failed are left out of it."""
        m = self.n - self.unknown
        gone, come = _shares(m, self.first_only, self.second_only)
        return (gone + come - (come - gone) * (come - gone)) / m if m else math.inf

    @property
    def variance_independent(self) -> float:
        """Estimated variance of the difference of two runs of the same size without common random numbers."""
        m = self.n - self.unknown
        first, second = _shares(m, self.both + self.first_only, self.both + self.second_only)
        return (first * (1 - first) + second * (1 - second)) / m if m else math.inf

    @property
    def variance_ratio(self) -> float:
        """Variance of independent over that of paired runs: how many times the replications pairing has saved.

        It is infinite if no pair differs while the answers vary, and 1 if there is nothing to compare.
        """
        paired, independent = self.variance_paired, self.variance_independent
        if paired == independent:
            return 1.0
        return independent / paired if paired > 0 else math.inf

    def interval(self, level: float = 0.95) -> Interval:
        """Return the Monte Carlo interval of the difference: Tango's score interval, or Student's t over rows.

        Tango's keeps close to its level also where few pairs differ, or none, which is what common random numbers are
        for; the textbook (Wald) interval has zero width there. Where parameters were drawn, histories that share a row
        are not independent: the interval is over rows, and there is none ([-1, 1], method ``"none"``) with fewer than 5.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Interval
            Within [-1, 1].

        Raises
        ------
        EstimateError
            If the level is none.

        Notes
        -----
        Tango (1998), Stat. Med. 17:891, DOI
        10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B. Recommended by Fagerland, Lydersen, Laake
        (2014), Stat. Med. 33:2850, DOI 10.1002/sim.6148.

        Examples
        --------
        >>> low, high = PairedDifference(n=100, both=50, first_only=0, second_only=0, neither=50).interval()
        >>> round(low, 4), round(high, 4)
        (-0.037, 0.037)
        """
        check_level(level)
        if self.rows is not None:
            return _over_rows(self.rows, level)
        low = _tango_low(self.second_only, self.first_only + self.unknown, self.n, level)
        high = -_tango_low(self.first_only, self.second_only + self.unknown, self.n, level)
        return Interval(low=low, high=high, level=level, method="tango")

    def sign_test(self) -> float:
        """Return the exact two-sided p-value of "the variants are equally likely", from the pairs that differ.

        With failed pairs it is the largest over everything they may have been.

        Notes
        -----
        Also known as the exact McNemar test. Dixon, Mood (1946), J. Am. Stat. Assoc. 41:557, DOI
        10.1080/01621459.1946.10501898.
        """
        from scipy.special import bdtr

        more, fewer = max(self.flips), min(self.flips) + self.unknown
        return 1.0 if fewer >= more else min(1.0, 2 * float(bdtr(fewer, more + fewer, 0.5)))

    @property
    def printed(self) -> str:
        """The difference as text, in points of a percent."""
        return self.estimate().printed

    def estimate(self, level: float = 0.95) -> Estimate:
        """Return difference, interval and printed form in one.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Estimate
            In points of a percent.
        """
        found = self.interval(level)
        notes = () if self.rows is None else row_notes(None, self.rows.count)
        plain = Estimate(
            value=self.value,
            low=min(found.low, self.value),
            high=max(found.high, self.value),
            level=level,
            kind="chance",
            method=found.method,
            n=self.n,
            unit="points",
            notes=notes,
        )
        low, high = plain.ends()
        n = f"n = {thousands(self.n)}"
        if self.rows is not None:
            n += f" in {thousands(self.rows.count)} rows of parameters"
        ends = "" if found.method == NONE else f" [{low}, {high}], chance {percent(level)}"
        text = f"{plain.printed}{ends}, {n}"
        if self.unknown:
            least, most = (100 * one for one in self.range)
            text += f", {thousands(self.unknown)} failed: the difference lies between {least:.4g} and {most:.4g} points"
        return replace(plain, text=text)

    def __str__(self) -> str:
        return str(self.estimate())

    __repr__ = __str__


def _shares(n: int, first: int, second: int) -> tuple[float, float]:
    """Return two counts as shares of n, zero if there is nothing to share."""
    return (first / n, second / n) if n else (0.0, 0.0)


def _over_rows(rows: Rows, level: float) -> Interval:
    """The interval over rows; failed pairs are counted against the second variant below, for it above."""
    if rows.count < FEWEST:
        return Interval(low=-1.0, high=1.0, level=level, method=NONE)
    ends = []
    for total, size in rows.bounds(-1.0, 1.0):
        found = ratio(total, size)
        if found.error == 0:
            # Rows that all agree are no certainty: each counts as one pair.
            gained, lost = max(found.value, 0.0) * found.rows, max(-found.value, 0.0) * found.rows
            ends += [_tango_low(gained, lost, found.rows, level), -_tango_low(lost, gained, found.rows, level)]
        else:
            ends += number_ends(total, size, level)
    return Interval(low=max(-1.0, min(ends)), high=min(1.0, max(ends)), level=level, method=METHOD)


# Of many comparisons most have the same few counts, none at all above all.
@lru_cache(maxsize=4096)
def _tango_low(gained: float, lost: float, n: int, level: float) -> float:
    """Return the low end of the score interval of (gained - lost)/n: where the statistic first exceeds z."""
    from scipy.special import ndtri

    z = -float(ndtri((1 - level) / 2))
    change = (gained - lost) / n
    return bisect(lambda delta: _tango_score(gained, lost, n, delta) < z, change, -1.0) if change > -1 else -1.0


def _tango_score(gained: float, lost: float, n: int, delta: float) -> float:
    """Return the score statistic of "the difference is delta".

    `q` is the maximum-likelihood share of `lost` under that difference: the larger root of a quadratic equation.
    """
    b = (2 * n - gained + lost) * delta - gained - lost
    c = -lost * delta * (1 - delta)
    root = math.sqrt(max(0.0, b * b - 8 * n * c))
    # The textbook root cancels where b > 0; the other form of the quadratic formula does not.
    q = (root - b) / (4 * n) if b <= 0 else -2 * c / (root + b)
    spread = n * (2 * q + delta * (1 - delta))
    return (gained - lost - n * delta) / math.sqrt(spread) if spread > 0 else math.inf
