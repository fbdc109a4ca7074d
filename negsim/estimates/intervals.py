"""Intervals for a binomial share, as functions of plain numbers: hits, replications, alpha = 1 - level."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from negsim.errors import EstimateError, nearest

__all__ = ["METHODS", "bisect", "check_method", "clopper_pearson", "jeffreys", "sequence", "share_interval", "wilson"]

Ends = tuple[float, float]


def clopper_pearson(hits: float, n: float, alpha: float) -> Ends:
    """Return the exact interval: it covers with at least its level whatever the true share.

    Clopper, Pearson (1934), Biometrika 26:404, DOI 10.1093/biomet/26.4.404.
    """
    from scipy.special import betainccinv, betaincinv

    # At the ends the beta law degenerates, and the interval is closed there by definition.
    low = float(betaincinv(hits, n - hits + 1, alpha / 2)) if hits > 0 else 0.0
    high = float(betainccinv(hits + 1, n - hits, alpha / 2)) if hits < n else 1.0
    return low, high


def wilson(hits: float, n: float, alpha: float) -> Ends:
    """Return the score interval: close to its level on average, short, good for many intervals side by side.

    Wilson (1927), J. Am. Stat. Assoc. 22:209, DOI 10.1080/01621459.1927.10502953.
    """
    from scipy.special import ndtri

    z = -float(ndtri(alpha / 2))
    share, z2 = hits / n, z * z
    middle = (hits + z2 / 2) / (n + z2)
    half = z / (n + z2) * math.sqrt(n * share * (1 - share) + z2 / 4)
    # Algebra gives exactly 0 without hits, floats a rounding beside it.
    return (max(0.0, middle - half) if hits > 0 else 0.0), (min(1.0, middle + half) if hits < n else 1.0)


def jeffreys(hits: float, n: float, alpha: float) -> Ends:
    """Return the equal-tailed interval of the Beta(1/2, 1/2) prior, with the ends 0 and 1 at no and at all hits.

    Brown, Cai, DasGupta (2001), Stat. Sci. 16:101, DOI 10.1214/ss/1009213286.
    """
    from scipy.special import betainccinv, betaincinv

    # The ends at no hit and at hits alone are set to 0 and 1, as the authors of the comparison do: else the interval
    # would miss the truth for shares near the ends.
    a, b = hits + 0.5, n - hits + 0.5
    low = float(betaincinv(a, b, alpha / 2)) if hits > 0 else 0.0
    return low, (float(betainccinv(a, b, alpha / 2)) if hits < n else 1.0)


def sequence(hits: float, n: float, alpha: float) -> Ends:
    """Return the confidence sequence of the uniform mixture: it holds at all n at once, so one may look and go on.

    The shares p with ``B(h + 1, n - h + 1) / (p^h (1 - p)^(n - h)) < 1/alpha`` (Robbins 1970, Ann. Math. Stat.
    41:1397, DOI 10.1214/aoms/1177696786; Howard et al. 2021, Ann. Stat. 49:1055, DOI 10.1214/20-AOS1991).
    """
    from scipy.special import betaln

    # All in logarithms: the likelihood of a million replications is below the least double.
    bound = float(betaln(hits + 1, n - hits + 1)) + math.log(alpha)

    def inside(p: float) -> bool:
        # 0 * log(0) is 0 here, and a NaN in floats.
        yes = hits * math.log(p) if hits else 0.0
        no = (n - hits) * math.log1p(-p) if hits < n else 0.0
        return bound < yes + no

    # The likelihood has one maximum, at the share itself, and falls to either side: one crossing each.
    low = bisect(inside, hits / n, 0.0) if hits > 0 else 0.0
    return low, (bisect(inside, hits / n, 1.0) if hits < n else 1.0)


METHODS: Mapping[str, Callable[[float, float, float], Ends]] = {
    "clopper-pearson": clopper_pearson,
    "wilson": wilson,
    "jeffreys": jeffreys,
    "sequence": sequence,
}


def share_interval(hits: float, n: float, level: float, method: str) -> Ends:
    """Return the ends of the interval that `method` names, both sides together at `level`."""
    check_method(method)
    return METHODS[method](hits, n, 1 - level)


def check_method(method: str) -> None:
    """Refuse a method that does not exist, and name the nearest that does."""
    if method not in METHODS:
        names = ", ".join(METHODS)
        raise EstimateError(f"method is {method!r}; it must be one of {names}{nearest(str(method), METHODS)}")


def bisect(inside: Callable[[float], bool], good: float, bad: float) -> float:
    """Return the last float that is inside, on the way from `good` (taken as inside) to `bad` (never asked)."""
    # Until no double lies between: at most some sixty steps near 1, and no tolerance to choose.
    while (middle := good + (bad - good) / 2) not in (good, bad):
        good, bad = (middle, bad) if inside(middle) else (good, middle)
    return good
