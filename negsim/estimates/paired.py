"""Two variants of a scenario compared replication by replication (common random numbers)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, check_level, set_counts
from negsim.estimates.intervals import bisect

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

    Raises
    ------
    EstimateError
        If a count is not a whole number or the counts do not add up to `n`.

    Examples
    --------
    >>> pairs = PairedDifference(n=21, both=1, first_only=7, second_only=1, neither=12)
    >>> print(pairs)
    -0.29 [-0.52, -0.03], chance 95 %, n = 21
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
        """Return Tango's score interval of the difference.

        It keeps close to its level also where few pairs differ, or none, which is what common random numbers are
        for; the textbook (Wald) interval has zero width there.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.

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

    def estimate(self, level: float = 0.95) -> Estimate:
        """Return difference, interval and printed form in one."""
        low, high = found = self.interval(level)
        plain = Estimate(
            value=self.value, low=low, high=high, level=level, kind="chance", method=found.method, n=self.n
        )
        if not self.unknown:
            return plain
        least, most = self.range
        text = f"{plain}, {self.unknown} failed: the difference lies between {least:.4g} and {most:.4g}"
        return replace(plain, text=text)

    def __str__(self) -> str:
        return str(self.estimate())


def _shares(n: int, first: int, second: int) -> tuple[float, float]:
    """Return two counts as shares of n, zero if there is nothing to share."""
    return (first / n, second / n) if n else (0.0, 0.0)


def _tango_low(gained: int, lost: int, n: int, level: float) -> float:
    """Return the low end of the score interval of (gained - lost)/n: where the statistic first exceeds z."""
    from scipy.special import ndtri

    z = -float(ndtri((1 - level) / 2))
    change = (gained - lost) / n
    return bisect(lambda delta: _tango_score(gained, lost, n, delta) < z, change, -1.0) if change > -1 else -1.0


def _tango_score(gained: int, lost: int, n: int, delta: float) -> float:
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
