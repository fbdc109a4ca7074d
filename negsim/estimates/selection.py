"""Several variants compared with one at once, and the best of them chosen with a guarantee."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from negsim.estimates.base import Interval
from negsim.estimates.paired import PairedDifference

__all__ = ["Selection", "select_best", "simultaneous", "stands_out"]


def simultaneous(level: float, several: int) -> float:
    """Return the level of each of several intervals that hold all together at `level` (Bonferroni)."""
    return 1 - (1 - level) / max(1, several)


def stands_out(pairs: PairedDifference, found: Interval) -> int:
    """Whether a difference is above 0 (1), below (-1) or not told apart from it (0), given its interval.

    Where histories are independent, the exact sign test of the flips must agree at the interval's level: a score
    interval is approximate, and at the high levels of many intervals at once that would show.
    """
    sign = (found.low > 0) - (found.high < 0)
    if sign and pairs.rows is None and pairs.sign_test() > 1 - found.level:
        return 0
    return sign


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The best of several variants, and what is known of the choice.

    Attributes
    ----------
    probability : float
        Estimated probability, at least, that the variant chosen is the best or has the same answers as the best.
    within : float
        No other variant is better by more than this, at `level`.
    contenders : tuple of int
        Places of the variants of which one is the best, at `level`, the chosen one first.
    level : float
    method : str
    """

    probability: float
    within: float
    contenders: tuple[int, ...]
    level: float
    method: str


METHOD = (
    "Multiple comparisons with the best (Hsu 1984) over paired differences, Bonferroni; probability of correct selection "
    "by Bonferroni's bound with normal errors (Chen et al. 2000)"
)


def select_best(ahead: Sequence[PairedDifference], level: float) -> Selection:
    """Judge the choice of the first of several variants, given the difference of each other one to it (chosen first).

    Parameters
    ----------
    ahead : sequence of PairedDifference
        Chosen minus other, pair by pair.
    level : float
        Of the guarantee.

    Notes
    -----
    Let b be the best. With b fixed there are k - 1 comparisons with it, so at one-sided level 1 - (1 - level)/(k - 1)
    each, b is with probability `level` a contender, and no variant is worse than b by more than the largest upper end:
    Hsu (1984), Ann. Stat. 12:1136, DOI 10.1214/aos/1176346732. Probability of correct selection: Chen, Lin, Yucesan,
    Chick (2000), Discrete Event Dyn. Syst. 10:251, DOI 10.1023/A:1008349927281.
    """
    each = max(level, 1 - 2 * (1 - level) / max(1, len(ahead)))  # two-sided level of these one-sided bounds
    lows = [one.interval(each).low for one in ahead]
    wrong = sum(_overtaken(one) for one in ahead)
    contenders = (0, *(place for place, low in enumerate(lows, 1) if low <= 0))
    return Selection(
        probability=max(0.0, 1 - wrong),
        within=max([0.0, *(-low for low in lows)]),
        contenders=contenders,
        level=level,
        method=METHOD,
    )


def _overtaken(pairs: PairedDifference) -> float:
    """Estimated probability that the other variant is better after all."""
    from scipy.special import ndtr

    if pairs.flips == (0, 0) and not pairs.unknown:
        return 0.0
    low, high = pairs.interval(0.95)
    error = (high - low) / (2 * 1.959963984540054)
    return float(ndtr(-pairs.value / error)) if error > 0 and math.isfinite(error) else 0.5
