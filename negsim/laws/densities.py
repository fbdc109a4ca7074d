"""Densities and hazard rates, as logarithms: what a filter or a likelihood asks of a law at an age.

They are those of the law as it is: truncated, and with its share that never happens. The order of operations is part of
the meaning; the compiled engine repeats it bit for bit. At the lower end of its support a law has the density just above
it, at the upper end none.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from negsim.laws import plain
from negsim.laws.families import Law
from negsim.laws.plain import INF, Function, Params
from negsim.laws.quantities import cumulative_hazard, tails

__all__ = ["hazard_rate", "log_density", "log_hazard_rate"]

# log(sqrt(2*pi)), as the other transcription writes it
LOG_ROOT = 0.9189385332046727


def log_power(exponent: float, y: float) -> float:
    """``log(y**exponent)`` for y >= 0, also where y is 0; that of ``0**0`` is 0."""
    if exponent == 0.0:
        return 0.0
    if y <= 0.0:
        return -INF if exponent > 0.0 else INF
    return exponent * math.log(y)


def _exponential_rate(params: Params) -> Function:
    (rate,) = params
    return lambda x: math.log(rate)


def _weibull_rate(params: Params) -> Function:
    shape, scale = params
    return lambda x: math.log(shape / scale) + log_power(shape - 1.0, x / scale)


def _from_rate(rate_of: Callable[[Params], Function], family: str) -> Callable[[Params], Function]:
    def density(params: Params) -> Function:
        rate, (hazard, _) = rate_of(params), plain.hazard_pair(family, params)
        return lambda x: rate(x) - hazard(x)

    return density


def _gamma(params: Params) -> Function:
    shape, scale = params
    gammaln = plain.special().gammaln
    return lambda x: log_power(shape - 1.0, x / scale) - x / scale - float(gammaln(shape)) - math.log(scale)


def _lognormal(params: Params) -> Function:
    mu, sigma = params

    def density(x: float) -> float:
        if x <= 0.0:
            return -INF
        z = (math.log(x) - mu) / sigma
        return -z * z / 2.0 - math.log(x) - math.log(sigma) - LOG_ROOT

    return density


def _uniform(params: Params) -> Function:
    low, high = params
    return lambda x: -math.log(high - low)


def _triangular(params: Params) -> Function:
    low, mode, high = params
    width = high - low

    def density(x: float) -> float:
        if x < mode:
            return log_power(1.0, 2.0 * (x - low) / (width * (mode - low)))
        return log_power(1.0, 2.0 * (high - x) / (width * (high - mode)))

    return density


def _pert(params: Params) -> Function:
    low, mode, high = params
    alpha, beta = plain.pert_shapes(low, mode, high)
    width, betaln = high - low, plain.special().betaln

    def density(x: float) -> float:
        y = (x - low) / width
        powers = log_power(alpha - 1.0, y) + log_power(beta - 1.0, 1.0 - y)
        return powers - float(betaln(alpha, beta)) - math.log(width)

    return density


def _normal(params: Params) -> Function:
    mu, sigma = params

    def density(x: float) -> float:
        z = (x - mu) / sigma
        return -z * z / 2.0 - math.log(sigma) - LOG_ROOT

    return density


def _beta(params: Params) -> Function:
    a, b = params
    betaln = plain.special().betaln
    return lambda x: log_power(a - 1.0, x) + log_power(b - 1.0, 1.0 - x) - float(betaln(a, b))


def _logit_normal(params: Params) -> Function:
    normal = _normal(params)
    return lambda x: normal(plain.log_odds(x)) - math.log(x) - math.log1p(-x) if x > 0.0 else -INF


RATES: dict[str, Callable[[Params], Function]] = {"exponential": _exponential_rate, "weibull": _weibull_rate}
"""Log hazard rates of families that have them in closed form."""

DENSITIES: dict[str, Callable[[Params], Function]] = {
    **{family: _from_rate(rate, family) for family, rate in RATES.items()},
    "gamma": _gamma,
    "erlang": _gamma,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
    "normal": _normal,
    "beta": _beta,
    "logitnormal": _logit_normal,
}


def log_density(law: Law) -> Function:
    """Return the logarithm of the density per day at an age in days; -inf outside the support.

    Of a law that may never happen the density integrates to the probability that it does.

    Examples
    --------
    >>> log_density(Law("uniform", (0.0, 8.0), never=0.5))(2.0) == -math.log(16.0)
    True
    """
    low, high = law.support
    plain_density = DENSITIES[law.family](law.params)
    mass = math.log(tails(law)[1]) if law.truncated else 0.0
    ever = -INF if law.never >= 1.0 else math.log(1.0 - law.never)

    def density(x: float) -> float:
        if not low <= x < high:
            return -INF
        return plain_density(x) - mass + ever

    return density


def log_hazard_rate(law: Law) -> Function:
    """Return the logarithm of the hazard per day at an age in days: of the density among those that lasted so long.

    It is -inf where nothing can happen yet and inf where the support has ended.

    Raises
    ------
    LawError
        If the family is not a clock (normal, beta).

    Examples
    --------
    >>> log_hazard_rate(Law("exponential", (0.25,)))(7.0) == math.log(0.25)
    True
    """
    hazard, density = cumulative_hazard(law), log_density(law)
    if law.family in RATES and not (law.truncated or law.mixed):
        closed = RATES[law.family](law.params)
        return lambda x: closed(x) if x >= 0.0 else -INF

    def rate(x: float) -> float:
        consumed, d = hazard(x), density(x)
        return INF if consumed == INF else d + consumed

    return rate


def hazard_rate(law: Law) -> Function:
    """Return the hazard per day at an age in days.

    Raises
    ------
    LawError
        If the family is not a clock (normal, beta).

    Examples
    --------
    >>> round(hazard_rate(Law("uniform", (0.0, 8.0)))(6.0), 12)
    0.5
    """
    rate = log_hazard_rate(law)
    return lambda x: plain.exponential(rate(x))
