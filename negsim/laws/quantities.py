"""What is asked of a `Law`: hazards for clocks, quantiles for draws, mean and median for readers.

Truncation and "or never" are wrapped around the untruncated family here, and nowhere else. With S = exp(-H0) the
survival before truncation, lo and hi the truncation (an open side has S(lo) = 1, S(hi) = 0), -log(q) taken as inf for
q <= 0 and as 0 for q >= 1, the operations are, in this order::

    truncated   H(x)    = 0 if x <= lo else inf if x >= hi else -log((exp(-H0(x)) - S(hi))/(S(lo) - S(hi)))
                Hinv(h) = H0inv(-log(S(hi) + exp(-h)*(S(lo) - S(hi)))), then clipped to [lo, hi]
    or_never(p) H(x)    = -log(p + (1 - p)*exp(-H1(x)))                       H1: of the law, truncated or not
                Hinv(h) = inf if exp(-h) <= p else H1inv(-log((exp(-h) - p)/(1 - p)))
    draws       S^-1(u) = S0^-1(S(hi) + u*(S(lo) - S(hi))), then clipped to [lo, hi]        (truncated)
"""

from __future__ import annotations

import math
from itertools import pairwise

from negsim.errors import LawError
from negsim.laws import plain
from negsim.laws.families import CLOCK_FAMILIES, Law, number
from negsim.laws.plain import Function, minus_log
from negsim.laws.pools import Pooled
from negsim.laws.search import crossing


def _clip(x: float, low: float, high: float) -> float:
    # Not min and max: with NaN these give one or the other, depending on the order.
    return low if x < low else high if x > high else x


def tails(law: Law) -> tuple[float, float]:
    """S(hi) and S(lo) - S(hi), before truncation."""
    survival = plain.survival(law.family, law.params)
    low, high = law.bounds
    # An open side has the exact 0 or 1: survival(inf) would be that only up to what a special function makes of inf.
    upper = 0.0 if law.high is None else survival(high)
    return upper, (1.0 if law.low is None else survival(low)) - upper


def _check_clock(law: Law) -> None:
    if law.family not in CLOCK_FAMILIES:
        known = ", ".join(sorted(CLOCK_FAMILIES))
        raise LawError(f"{law.family} has no cumulative hazard of a time, it is no clock; use one of {known}")


def cumulative_hazard(law: Law) -> Function:
    """Return H, the cumulative hazard at an age in days, ``-log`` of the probability of lasting longer.

    Raises
    ------
    LawError
        If the family is not a clock (normal, beta).

    Examples
    --------
    >>> cumulative_hazard(Law("weibull", (2.0, 10.0)))(5.0)
    0.25
    """
    _check_clock(law)
    hazard, _ = plain.hazard_pair(law.family, law.params)
    if law.truncated:
        hazard = _truncated_hazard(law, hazard)
    # A law that is said to be defective goes through the mixture even with probability 0: expressions of parameters may
    # make it 0 in one row, and the operations must be the same in all.
    return _defective_hazard(law.never, hazard) if law.mixed else hazard


def inverse_hazard(law: Law) -> Function:
    """Return Hinv, the age in days at which the cumulative hazard reaches h >= 0; inf where it never does.

    Raises
    ------
    LawError
        If the family is not a clock (normal, beta).

    Examples
    --------
    >>> inverse_hazard(Law("weibull", (2.0, 10.0)))(0.25)
    5.0
    """
    _check_clock(law)
    _, inverse = plain.hazard_pair(law.family, law.params)
    if law.truncated:
        inverse = _truncated_inverse(law, inverse)
    return _defective_inverse(law.never, inverse) if law.mixed else inverse


def _truncated_hazard(law: Law, hazard: Function) -> Function:
    (low, high), (upper, mass) = law.bounds, tails(law)
    exp = math.exp

    def truncated(x: float) -> float:
        if x <= low:
            return 0.0
        return minus_log((exp(-hazard(x)) - upper) / mass) if x < high else math.inf

    return truncated


def _truncated_inverse(law: Law, inverse: Function) -> Function:
    (low, high), (upper, mass) = law.bounds, tails(law)
    exp = math.exp

    def truncated(h: float) -> float:
        return _clip(inverse(minus_log(upper + exp(-h) * mass)), low, high)

    return truncated


def _defective_hazard(never: float, hazard: Function) -> Function:
    ever, exp = 1.0 - never, math.exp

    def defective(x: float) -> float:
        return minus_log(never + ever * exp(-hazard(x)))

    return defective


def _defective_inverse(never: float, inverse: Function) -> Function:
    ever, exp = 1.0 - never, math.exp

    def defective(h: float) -> float:
        left = exp(-h)
        # Asked before the quotient, which is 0 or negative there and would only be inf by a further convention.
        return math.inf if left <= never else inverse(minus_log((left - never) / ever))

    return defective


def upper_quantile(law: Law) -> Function:
    """Return the function that turns a uniform u into a draw: the value exceeded with probability u.

    Raises
    ------
    LawError
        If the law is defective: what may never happen has no value.

    Examples
    --------
    >>> upper_quantile(Law("uniform", (0.0, 8.0)))(0.25)
    6.0
    """
    if law.defective:
        raise LawError(
            f"{law.family}: never = {law.never!r} leaves draws without a value; remove or_never, or use it on a clock"
        )
    return _proper_quantile(law)


def _proper_quantile(law: Law) -> Function:
    if isinstance(law, Pooled):
        return _pooled_quantile(law)
    quantile = plain.upper_quantile(law.family, law.params)
    if not law.truncated:
        return quantile
    (low, high), (upper, mass) = law.bounds, tails(law)
    return lambda u: _clip(quantile(upper + u * mass), low, high)


def survival(law: Law, x: float) -> float:
    """Return the probability of a value above x (of not having happened by day x).

    Examples
    --------
    >>> survival(Law("uniform", (0.0, 8.0), never=0.5), 6.0)
    0.625
    """
    if isinstance(law, Pooled):
        return _pooled_survival(law, x)
    low, high = law.bounds
    upper, mass = tails(law)
    s = plain.survival(law.family, law.params)(x)
    # Rounding can leave the quotient a bit outside of [0, 1].
    proper = 1.0 if x < low else 0.0 if x >= high else _clip((s - upper) / mass, 0.0, 1.0)
    return law.never + (1.0 - law.never) * proper


def quantile(law: Law, p: float) -> float:
    """Return the value reached with probability p, 0 <= p <= 1; inf for a share that never happens.

    Raises
    ------
    LawError
        If p is no probability.

    Examples
    --------
    >>> quantile(Law("uniform", (0.0, 8.0)), 0.25)
    2.0
    """
    q = number(law.family, "p", p)
    if not 0.0 <= q <= 1.0:
        raise LawError(f"{law.family}: p = {p!r} must be a probability; give a number from 0 to 1")
    if law.family in CLOCK_FAMILIES:
        # For readers, so accuracy for small q counts and not bits that an engine must repeat.
        return inverse_hazard(law)(-math.log1p(-q) if q < 1.0 else math.inf)
    if law.truncated or isinstance(law, Pooled):
        return _proper_quantile(law)(1.0 - q)
    return _lower_quantile(law, q)


def _lower_quantile(law: Law, p: float) -> float:
    """Of an untruncated normal, beta or logit-normal, without the rounding of 1 - p."""
    first, second = law.params
    if law.family in ("normal", "logitnormal"):
        x = first + second * float(plain.special().ndtri(p))
        return x if law.family == "normal" else plain.from_log_odds(x)
    # The lower tail by its own inverse: 1 - p has lost the digits of a small p.
    return float(plain.special().betaincinv(first, second, p))


def median(law: Law) -> float:
    """Return the value reached with probability one half; inf if it is never with at least that.

    Examples
    --------
    >>> median(Law("uniform", (0.0, 8.0)))
    4.0
    """
    return quantile(law, 0.5)


def mean(law: Law) -> float:
    """Return the mean: a closed form, a quadrature of the quantiles if truncated, inf if defective.

    Examples
    --------
    >>> mean(Law("gamma", (2.0, 3.0)))
    6.0
    """
    if law.defective:
        return math.inf
    if isinstance(law, Pooled):
        return _pooled_mean(law)
    if not law.truncated:
        return plain.mean(law.family, law.params)
    return _truncated_mean(law)


def _truncated_mean(law: Law) -> float:
    if law.family == "normal":
        return _truncated_normal_mean(law)
    low, high = law.support
    if high < math.inf:
        # The mean of a bounded law is its lower end and the area below the survival: no density is needed.
        return low + _integral(lambda x: survival(law, x), (low, high))
    # Q(h)*exp(-h) over the cumulative hazard h: this scale keeps long upper tails smooth
    inverse = inverse_hazard(law)
    return _integral(lambda h: inverse(h) * math.exp(-h), (0.0, 1e-3, math.log(2.0), 5.0, 50.0, 700.0))


def _truncated_normal_mean(law: Law) -> float:
    """``mu + sigma*(phi(alpha) - phi(beta))/mass``, alpha and beta the standardised bounds."""
    mu, sigma = law.params
    alpha, beta = ((bound - mu) / sigma for bound in law.bounds)
    _, mass = tails(law)
    # An open side gives exp(-inf) = 0 here, as it should.
    difference = math.exp(-alpha * alpha / 2.0) - math.exp(-beta * beta / 2.0)
    return _clip(mu + sigma * difference / (math.sqrt(2.0 * math.pi) * mass), *law.bounds)


def _integral(f: Function, points: tuple[float, ...]) -> float:
    """Integral of a positive function from the first point to the last, piece by piece."""
    from scipy.integrate import quad

    # In pieces, because quad sees nothing of a narrow peak in a wide range.
    return math.fsum(quad(f, a, b, epsabs=0.0, epsrel=1e-9, limit=200)[0] for a, b in pairwise(points))


# Pools

INSIDE = (1e-300, 1.0 - 2.0**-53)
"""Shares that have log odds: the nearest to 0 and 1."""


def _pooled_quantile(law: Pooled) -> Function:
    quantiles = [_proper_quantile(one) for one in law.laws]
    if law.method == "log_odds":
        return lambda u: plain.from_log_odds(
            math.fsum(w * plain.log_odds(_clip(f(u), *INSIDE)) for w, f in zip(law.weights, quantiles, strict=True))
        )

    def mixed(u: float) -> float:
        # The value of a mixture lies between those of its parts.
        values = [f(u) for f in quantiles]
        low, high = min(values), max(values)
        if not low < high or not math.isfinite(high - low):
            return low
        return crossing(lambda x: _pooled_survival(law, x) - u, low, high)

    return mixed


def _pooled_survival(law: Pooled, x: float) -> float:
    if law.method == "linear":
        return math.fsum(w * survival(one, x) for w, one in zip(law.weights, law.laws, strict=True))
    if not 0.0 < x < 1.0:
        return 1.0 if x <= 0.0 else 0.0
    quantile = _pooled_quantile(law)
    # Between the shares of the parts: where all agree, it is theirs.
    shares = [survival(one, x) for one in law.laws]
    low, high = min(shares), max(shares)
    return low if not low < high else crossing(lambda u: x - quantile(u), low, high)


def _pooled_mean(law: Pooled) -> float:
    if law.method == "linear":
        return math.fsum(w * mean(one) for w, one in zip(law.weights, law.laws, strict=True))
    quantile = _pooled_quantile(law)
    return _integral(quantile, (0.0, 1e-3, 0.05, 0.5, 0.95, 1.0 - 1e-3, 1.0))
