"""Roots and minima of functions of one number: short, and without the half second that importing an optimiser takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

__all__ = ["least", "root"]

GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
NARROW = 1e-8
"""Width at which a sum of squares is flat to rounding, so that golden sections tell nothing more."""


def root(f: Callable[[float], float], a: float, b: float) -> float:
    """Return where f changes sign between a and b, by false position with the Illinois rule (Dowell and Jarratt 1971,
    doi:10.1007/BF01934364), halving where that stalls.

    Raises
    ------
    ValueError
        If f has one sign at both ends.
    """
    fa, fb = f(a), f(b)
    if fa == 0.0 or fb == 0.0:
        return a if fa == 0.0 else b
    if not (fa < 0.0) != (fb < 0.0):
        raise ValueError(f"no change of sign between {a!r} and {b!r}")
    for turn in range(300):
        x = (a + b) / 2.0 if turn % 4 == 3 else (a * fb - b * fa) / (fb - fa)
        if not min(a, b) < x < max(a, b):
            x = (a + b) / 2.0
        fx = f(x)
        if fx == 0.0 or abs(b - a) <= 4e-16 * max(1.0, abs(x)):
            return x
        if (fx < 0.0) == (fb < 0.0):
            b, fb, fa = x, fx, fa / 2.0
        else:
            a, fa, b, fb = b, fb, x, fx
    return x


def least(gaps: Callable[[float], Sequence[float]], start: float, reach: float) -> float:
    """Return where the sum of squares of the gaps is least within reach of a start.

    Golden sections, then Gauss-Newton steps as long as they help: where all gaps can be closed these go on to rounding.
    """

    def cost(t: float) -> float:
        return math.fsum(gap * gap for gap in gaps(t))

    low, high = start - reach, start + reach
    one, two = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    f, g = cost(one), cost(two)
    while high - low > NARROW:
        if f <= g:
            high, two, g = two, one, f
            one = high - GOLDEN * (high - low)
            f = cost(one)
        else:
            low, one, f = one, two, g
            two = low + GOLDEN * (high - low)
            g = cost(two)
    best, lowest = (one, f) if f <= g else (two, g)
    for _ in range(6):
        here, step = gaps(best), 1e-5
        slopes = [(y - x) / (2.0 * step) for x, y in zip(gaps(best - step), gaps(best + step), strict=True)]
        steep = math.fsum(slope * slope for slope in slopes)
        t = (
            best - math.fsum(gap * slope for gap, slope in zip(here, slopes, strict=True)) / steep
            if steep > 0.0
            else best
        )
        if not (abs(t - start) <= reach and (new := cost(t)) < lowest):
            break
        best, lowest = t, new
    return best
