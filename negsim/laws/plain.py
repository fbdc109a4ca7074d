"""The untruncated families: cumulative hazard, its inverse, survival, upper quantile, mean.

Everything here works on a family's name and its canonical parameters, already checked. The order of operations is part
of the meaning: a second, compiled engine repeats it bit for bit. Scalars only (``math`` and `scipy.special` called with
a float), because numpy's vector ``log`` and ``exp`` may differ in the last bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

Function = Callable[[float], float]
Params = tuple[float, ...]

INF = math.inf


@cache
def special() -> Any:
    """`scipy.special`, imported at first use so that importing negsim stays light."""
    from scipy import special as functions

    return functions


def minus_log(q: float) -> float:
    """``-log(q)`` of a survival probability: inf at (or a rounding below) 0, 0.0 at (or a rounding above) 1."""
    if q >= 1.0:
        return 0.0
    return -math.log(q) if q > 0.0 else INF


def power(x: float, y: float) -> float:
    """``pow(x, y)`` for x >= 0, inf where it overflows."""
    try:
        return math.pow(x, y)
    except OverflowError:
        # C's pow gives inf here without a word, and the compiled engine calls that one: Python's exception is undone.
        return INF


# The same of exp: the engines must agree about what is too large as well.
def exponential(x: float) -> float:
    """``exp(x)``, inf where it overflows."""
    try:
        return math.exp(x)
    except OverflowError:
        return INF


def log_odds(share: float) -> float:
    """``log(x/(1 - x))`` of a share strictly between 0 and 1."""
    return math.log(share) - math.log1p(-share)


def from_log_odds(x: float) -> float:
    """The share of these log odds."""
    # Each side takes the exponential that cannot overflow.
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0.0 else math.exp(x) / (1.0 + math.exp(x))


def pert_shapes(low: float, mode: float, high: float) -> tuple[float, float]:
    """The two beta shapes of a PERT law: ``1 + 4*(m - a)/(b - a)`` and ``1 + 4*(b - m)/(b - a)``, left to right."""
    return 1.0 + 4.0 * (mode - low) / (high - low), 1.0 + 4.0 * (high - mode) / (high - low)


def _exponential(params: Params) -> tuple[Function, Function]:
    (rate,) = params

    def hazard(x: float) -> float:
        # Not max(0, x): a NaN must give 0 in both engines, and max would pass on either of its arguments.
        return rate * x if x > 0.0 else 0.0

    def inverse(h: float) -> float:
        return h / rate

    return hazard, inverse


def _weibull(params: Params) -> tuple[Function, Function]:
    shape, scale = params
    # Kept as a number: the compiled engine keeps the same one, and both raise to it.
    exponent = 1.0 / shape

    def hazard(x: float) -> float:
        return power(x / scale, shape) if x > 0.0 else 0.0

    def inverse(h: float) -> float:
        return scale * power(h, exponent)

    return hazard, inverse


def _gamma(params: Params) -> tuple[Function, Function]:
    shape, scale = params
    upper, upper_inverse = special().gammaincc, special().gammainccinv

    def hazard(x: float) -> float:
        # Of the upper tail, not 1 - gammainc: a survival of 1e-20 would be lost in the difference.
        return minus_log(float(upper(shape, x / scale))) if x > 0.0 else 0.0

    def inverse(h: float) -> float:
        return scale * float(upper_inverse(shape, math.exp(-h)))

    return hazard, inverse


def _lognormal(params: Params) -> tuple[Function, Function]:
    mu, sigma = params
    log_ndtr, ndtri_exp = special().log_ndtr, special().ndtri_exp

    def hazard(x: float) -> float:
        # The logarithm of the tail itself, which keeps its digits where the tail underflows.
        return -float(log_ndtr((mu - math.log(x)) / sigma)) if x > 0.0 else 0.0

    def inverse(h: float) -> float:
        return exponential(mu - sigma * float(ndtri_exp(-h)))

    return hazard, inverse


def _uniform(params: Params) -> tuple[Function, Function]:
    low, high = params
    width = high - low

    def hazard(x: float) -> float:
        if x <= low:
            return 0.0
        # Survival is taken as a quotient of lengths, which is exactly 1 at low and exactly 0 at high.
        return minus_log((high - x) / width) if x < high else INF

    def inverse(h: float) -> float:
        # From the upper end: exp(-h) is exact enough there, where low + width * (1 - exp(-h)) would cancel.
        return high - width * math.exp(-h)

    return hazard, inverse


def _triangular(params: Params) -> tuple[Function, Function]:
    low, mode, high = params
    width = high - low
    rising, falling = width * (mode - low), width * (high - mode)

    def hazard(x: float) -> float:
        if x <= low:
            return 0.0
        if x >= high:
            return INF
        if x > mode:
            return minus_log((high - x) * (high - x) / falling)
        # log1p of the share that has happened: near low the survival is 1 to all digits, and its logarithm would be 0.
        share = (x - low) * (x - low) / rising
        # At the mode of a triangle without a falling side the quotient can round to 1.
        return -math.log1p(-share) if share < 1.0 else INF

    # By the same function that is inverted, so that the two branches of the inverse meet where those of the hazard do.
    at_mode = hazard(mode)

    def inverse(h: float) -> float:
        if h <= at_mode:
            # expm1: for small h the difference 1 - exp(-h) would lose all digits.
            return low + math.sqrt(-math.expm1(-h) * width * (mode - low))
        return high - math.sqrt(math.exp(-h) * width * (high - mode))

    return hazard, inverse


def _pert(params: Params) -> tuple[Function, Function]:
    low, mode, high = params
    width = high - low
    alpha, beta = pert_shapes(low, mode, high)
    # The complement has functions of its own: 1 - betainc has no digits left far out in the tail.
    upper, upper_inverse = special().betaincc, special().betainccinv

    def hazard(x: float) -> float:
        if x <= low:
            return 0.0
        return minus_log(float(upper(alpha, beta, (x - low) / width))) if x < high else INF

    def inverse(h: float) -> float:
        return low + width * float(upper_inverse(alpha, beta, math.exp(-h)))

    return hazard, inverse


_HAZARDS: dict[str, Callable[[Params], tuple[Function, Function]]] = {
    "exponential": _exponential,
    "weibull": _weibull,
    "gamma": _gamma,
    "erlang": _gamma,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
}


def hazard_pair(family: str, params: Params) -> tuple[Function, Function]:
    """H and Hinv of an untruncated clock family, days to hazard and back."""
    return _HAZARDS[family](params)


def survival(family: str, params: Params) -> Function:
    """S(x): ``exp(-H(x))`` of a clock family, ``ndtr((mu - x)/sigma)`` of a normal, ``betaincc(a, b, x)`` of a beta; that of
    a logit-normal is the normal's at the log odds of x."""
    if family == "normal":
        mu, sigma = params
        ndtr = special().ndtr
        return lambda x: float(ndtr((mu - x) / sigma))
    if family == "beta":
        a, b = params
        upper = special().betaincc
        # Outside of the support scipy gives NaN, and a truncation may well lie outside.
        return lambda x: 1.0 if x <= 0.0 else 0.0 if x >= 1.0 else float(upper(a, b, x))
    if family == "logitnormal":
        mu, sigma = params
        below = special().ndtr
        return lambda x: 1.0 if x <= 0.0 else 0.0 if x >= 1.0 else float(below((mu - log_odds(x)) / sigma))
    hazard, _ = hazard_pair(family, params)
    return lambda x: math.exp(-hazard(x))


def upper_quantile(family: str, params: Params) -> Function:
    """The x that is exceeded with probability u, as a function of u."""
    if family == "normal":
        mu, sigma = params
        ndtri = special().ndtri
        return lambda u: mu - sigma * float(ndtri(u))
    if family == "beta":
        a, b = params
        upper_inverse = special().betainccinv
        return lambda u: float(upper_inverse(a, b, u))
    if family == "logitnormal":
        mu, sigma = params
        ndtri = special().ndtri
        return lambda u: from_log_odds(mu - sigma * float(ndtri(u)))
    # Not by way of its hazard as for clocks: u itself is the survival, and a logarithm and an exponential would only
    # blur it.
    if family == "uniform":
        low, high = params
        width = high - low
        return lambda u: high - width * u
    _, inverse = hazard_pair(family, params)
    return lambda u: inverse(minus_log(u))


def mean(family: str, params: Params) -> float:
    """The mean, in closed form but for the logit-normal; inf where it overflows."""
    if family in ("triangular", "pert"):
        low, mode, high = params
        # The mode counts once in a triangle and four times in a PERT law; the ends count once in both.
        weight = 1.0 if family == "triangular" else 4.0
        return (low + weight * mode + high) / (2.0 + weight)
    first, second = params if len(params) == 2 else (params[0], 0.0)
    return _TWO_PARAMETER_MEANS[family](first, second)


def _weibull_mean(shape: float, scale: float) -> float:
    # lgamma: gamma itself overflows for shapes below 0.006, where the mean may still be finite after the scale.
    return scale * exponential(math.lgamma(1.0 + 1.0 / shape))


def _logit_normal_mean(mu: float, sigma: float) -> float:
    return logit_normal_slope(mu, sigma)[0]


def logit_normal_slope(mu: float, sigma: float) -> tuple[float, float]:
    """The mean of a logit-normal law, and how fast it grows with mu: the mean of share*(1 - share).

    No closed form: the trapezoidal rule over the normal, which for so smooth a function is exact to rounding. The poles
    of the share as a function of z are pi/sigma from the real line, so the error is near exp(-2*pi^2/(h*sigma)).
    """
    import numpy as np

    z, weight, total = _normal_grid(max(200, math.ceil(40.0 * sigma)))
    # tanh cannot overflow, as the exponential of the log odds can.
    share = 0.5 + 0.5 * np.tanh((mu + sigma * z) / 2.0)
    return float(weight @ share) / total, float(weight @ (share * (1.0 - share))) / total


@lru_cache(maxsize=8)
def _normal_grid(steps: int) -> tuple[Any, Any, float]:
    """Points of a standard normal, their weights, and the sum of these; a fit asks for the same a thousand times."""
    import numpy as np

    # Beyond ten standard deviations the weight is below 1e-22: less than the rounding of the sum.
    z = np.linspace(-10.0, 10.0, 2 * steps + 1)
    weight = np.exp(-z * z / 2.0)
    return z, weight, float(weight.sum())


_TWO_PARAMETER_MEANS: dict[str, Callable[[float, float], float]] = {
    "exponential": lambda rate, _: 1.0 / rate,
    "weibull": _weibull_mean,
    "gamma": lambda shape, scale: shape * scale,
    "erlang": lambda k, scale: k * scale,
    "lognormal": lambda mu, sigma: exponential(mu + sigma * sigma / 2.0),
    "uniform": lambda low, high: (low + high) / 2.0,
    "normal": lambda mu, _: mu,
    "beta": lambda a, b: a / (a + b),
    "logitnormal": _logit_normal_mean,
}
