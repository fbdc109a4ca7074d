"""Roots and minima of functions of one number: short, and without the half second that importing an optimiser takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

__all__ = ["crossing", "least", "root"]

EXACT = 1e-15
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
NARROW = 1e-8
"""Width at which a sum of squares is flat to rounding, so that golden sections tell nothing more."""


def crossing(f: Callable[[float], float], a: float, b: float) -> float:
    """Return where f changes sign between a and b, to rounding, by Brent's method (Brent 1973, ch. 4).

    Its steps are those of ``scipy.optimize.brentq`` with a tolerance of 1e-15, to the last bit: laws that were solved
    keep their numbers, and nobody waits for the optimisers to be imported.
    """
    # `best` is the newest point and the nearer to zero, `other` has the other sign, `last` was best before.
    last, best, other = a, b, 0.0
    f_last, f_best, f_other = f(last), f(best), 0.0
    if f_last == 0.0 or f_best == 0.0:
        return last if f_last == 0.0 else best
    before = step = 0.0
    for _ in range(500):
        if f_last != 0.0 and f_best != 0.0 and (f_last < 0.0) != (f_best < 0.0):
            other, f_other = last, f_last
            before = step = best - last
        if abs(f_other) < abs(f_best):
            last, best, other = best, other, best
            f_last, f_best, f_other = f_best, f_other, f_best
        near = (EXACT + EXACT * abs(best)) / 2.0
        half = (other - best) / 2.0
        if f_best == 0.0 or abs(half) < near:
            return best
        tried = _interpolated(last, best, other, f_last, f_best, f_other) if abs(before) > near else math.inf
        if abs(f_best) < abs(f_last) and 2.0 * abs(tried) < min(abs(before), 3.0 * abs(half) - near):
            before, step = step, tried
        else:  # it does not get on: halve
            before = step = half
        last, f_last = best, f_best
        best += step if abs(step) > near else math.copysign(near, half)
        f_best = f(best)
    return best


def _interpolated(last: float, best: float, other: float, f_last: float, f_best: float, f_other: float) -> float:
    """The step from the best point to where a line, or a hyperbola through three points, is zero."""
    try:
        if last == other:
            return -f_best * (best - last) / (f_best - f_last)
        to_last = (f_last - f_best) / (last - best)
        to_other = (f_other - f_best) / (other - best)
        return -f_best * (f_other * to_other - f_last * to_last) / (to_other * to_last * (f_other - f_last))
    except ZeroDivisionError:
        return math.inf


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
