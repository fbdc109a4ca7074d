"""Many laws of one family at once, a row each, to the bits of `solve` and `upper_quantile` row by row.

What is written here are only forms that numpy computes exactly as Python does: sums, products, quotients, and the
functions of `scipy.special`, whose loops call the scalar function for every number. Logarithms, exponentials and powers
are those of `math`, number by number. Whatever is not plainly in order is left to the scalar functions.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from negsim.laws import plain
from negsim.laws.families import CLOCK_FAMILIES, PARAMETERS, POSITIVE, Law
from negsim.laws.quantities import tails, upper_quantile
from negsim.laws.statements import QUANTILES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["in_order", "solved_columns", "upper_quantiles"]

MARGIN = 1e-9
"""Probability that surely is left between two bounds, whatever the last bits of the survival there."""


def _each(function: Callable[[float], float], values: Floats) -> Floats:
    # Number by number with math: numpy's vector functions may differ in the last bit, and a row must have the bits that
    # it has alone.
    return np.fromiter(map(function, values.tolist()), np.float64, values.size)


# -- draws ------------------------------------------------------------------------------------------------------------


def upper_quantiles(law: Law, uniforms: Floats) -> Floats:
    """The values that are exceeded with these probabilities: `upper_quantile` of each, bit for bit."""
    inner = _QUANTILES.get(law.family)
    if inner is None:
        return _each(upper_quantile(law), uniforms)
    if not law.truncated:
        return inner(law.params, uniforms)
    upper, mass = tails(law)
    low, high = law.bounds
    values = inner(law.params, upper + uniforms * mass)
    # Not np.clip: the order of the comparisons is that of the scalar one, which decides what becomes of NaN and -0.
    return np.where(values < low, low, np.where(values > high, high, values))


def _hazards(uniforms: Floats) -> Floats:
    # Strictly inside minus_log is -log and nothing else; the calls of a Python function are spared.
    if ((uniforms > 0.0) & (uniforms < 1.0)).all():
        return -_each(math.log, uniforms)
    return _each(plain.minus_log, uniforms)


def _exp(values: Floats) -> Floats:
    """``exp``, inf where it overflows."""
    # exp overflows above 709.78: below 700 no exception has to be caught.
    return _each(math.exp if (values < 700.0).all() else plain.exponential, values)


def _normal(params: Sequence[float], u: Floats) -> Floats:
    mu, sigma = params
    return mu - sigma * np.asarray(plain.special().ndtri(u))


def _logitnormal(params: Sequence[float], u: Floats) -> Floats:
    x = _normal(params, u)
    # The exponential that cannot overflow, for either sign; the quotient is that of `plain.from_log_odds`.
    odds = _exp(-np.abs(x))
    return np.where(x >= 0.0, 1.0, odds) / (1.0 + odds)


def _beta(params: Sequence[float], u: Floats) -> Floats:
    return np.asarray(plain.special().betainccinv(*params, u))


def _uniform(params: Sequence[float], u: Floats) -> Floats:
    low, high = params
    return high - (high - low) * u


def _exponential(params: Sequence[float], u: Floats) -> Floats:
    return _hazards(u) / params[0]


def _weibull(params: Sequence[float], u: Floats) -> Floats:
    shape, scale = params
    exponent = 1.0 / shape
    return scale * _each(lambda h: plain.power(h, exponent), _hazards(u))


def _gamma(params: Sequence[float], u: Floats) -> Floats:
    shape, scale = params
    tail = _exp(-_hazards(u))
    return scale * np.asarray(plain.special().gammainccinv(shape, tail))


def _lognormal(params: Sequence[float], u: Floats) -> Floats:
    mu, sigma = params
    return _exp(mu - sigma * np.asarray(plain.special().ndtri_exp(-_hazards(u))))


def _pert(params: Sequence[float], u: Floats) -> Floats:
    low, mode, high = params
    alpha, beta = plain.pert_shapes(low, mode, high)
    tail = _exp(-_hazards(u))
    return low + (high - low) * np.asarray(plain.special().betainccinv(alpha, beta, tail))


_QUANTILES: dict[str, Callable[[Sequence[float], Floats], Floats]] = {
    "normal": _normal,
    "logitnormal": _logitnormal,
    "beta": _beta,
    "uniform": _uniform,
    "exponential": _exponential,
    "weibull": _weibull,
    "gamma": _gamma,
    "erlang": _gamma,
    "lognormal": _lognormal,
    "pert": _pert,
}


# -- statements -------------------------------------------------------------------------------------------------------


def solved_columns(family: str, given: Mapping[str, Floats]) -> tuple[Floats, ...] | None:
    """The parameters of the laws that the statements determine, a row each; None if they are solved one by one.

    Only where `in_order` says so do the numbers mean anything.

    Examples
    --------
    >>> solved_columns("exponential", {"mean": np.array([4.0, 8.0])})[0].tolist()
    [0.25, 0.125]
    """
    names = PARAMETERS[family]
    # A scale is what is solved for; a rate of 0 becomes inf here and is sorted out as not in order.
    if family in ("gamma", "erlang") and "rate" in given and "scale" not in given:
        with np.errstate(all="ignore"):
            given = {key: 1.0 / x if key == "rate" else x for key, x in given.items()}
        given["scale"] = given.pop("rate")
    if set(given) == set(names):
        return tuple(given[name] for name in names)
    said = [key for key in given if key not in names]
    known = [key for key in given if key in names]
    solver = _SOLVERS.get((family, *known))
    if solver is None or len(said) != 1 or len(known) + 1 != len(names):
        return None
    (key,) = said
    if key != "mean" and key not in QUANTILES:
        return None
    with np.errstate(all="ignore"):
        try:
            return solver(given[key], given[known[0]] if known else given[key], QUANTILES.get(key))
        # Some row is not in order, and math says so by an exception: all rows go the slow way, which names the one.
        except (ValueError, OverflowError, ZeroDivisionError):
            return None


Solver = Callable[["Floats", "Floats", "float | None"], "tuple[Floats, ...]"]
"""From a mean (share None) or a quantile, and the parameter that is known, to all parameters."""


def _exponential_of(x: Floats, _: Floats, share: float | None) -> tuple[Floats, ...]:
    return ((1.0 if share is None else -math.log1p(-share)) / x,)


def _normal_of(x: Floats, sigma: Floats, share: float | None) -> tuple[Floats, ...]:
    z = 0.0 if share is None else float(plain.special().ndtri(share))
    return x - sigma * z, sigma


def _lognormal_of(x: Floats, sigma: Floats, share: float | None) -> tuple[Floats, ...]:
    centre = _each(math.log, x)
    return _normal_of(centre, sigma, share) if share is not None else (centre - sigma * sigma / 2.0, sigma)


def _weibull_of(x: Floats, shape: Floats, share: float | None) -> tuple[Floats, ...]:
    if share is None:
        return shape, x / _each(lambda k: plain.mean("weibull", (k, 1.0)), shape)
    hazard = -math.log1p(-share)
    return shape, x / _each(lambda k: plain.power(hazard, 1.0 / k), shape)


def _gamma_of(x: Floats, shape: Floats, share: float | None) -> tuple[Floats, ...]:
    if share is None:
        # The multiplication is that of the scalar solver, which divides by the mean at scale 1.
        return shape, x / (shape * 1.0)
    return shape, x / np.asarray(plain.special().gammaincinv(shape, share))


_SOLVERS: dict[tuple[str, ...], Solver] = {
    ("exponential",): _exponential_of,
    ("normal", "sigma"): _normal_of,
    ("lognormal", "sigma"): _lognormal_of,
    ("weibull", "shape"): _weibull_of,
    ("gamma", "shape"): _gamma_of,
}


# -- what is plainly in order -----------------------------------------------------------------------------------------


def in_order(
    family: str,
    given: Mapping[str, Floats],
    params: Sequence[Floats],
    low: Floats | None,
    high: Floats | None,
    never: Floats | None,
) -> NDArray[np.bool_]:
    """Rows whose law surely exists, so that its parameters are those of `solve`; others must be asked for one by one."""
    with np.errstate(all="ignore"):
        good = np.ones_like(params[0], dtype=np.bool_)
        for key, x in given.items():
            good &= np.isfinite(x) & ((x > 0.0) | (key == "mu"))
        for name, x in zip(PARAMETERS[family], params, strict=True):
            good &= np.isfinite(x) & ((x > 0.0) if name in POSITIVE else True)
        if family == "erlang":
            good &= params[0] == np.floor(params[0])
        if PARAMETERS[family][0] == "low":
            # Where the square of the width under- or overflows, quotients by it mean nothing.
            square = (params[-1] - params[0]) * (params[-1] - params[0])
            good &= (params[0] < params[-1]) & (params[0] <= params[-2]) & (params[-2] <= params[-1])
            good &= (square >= 1e-300) & (square < math.inf)
        if never is not None:
            good &= (never >= 0.0) & (never <= (1.0 if family in CLOCK_FAMILIES else 0.0))
        if low is not None or high is not None:
            good &= _leaves_mass(family, params, low, high)
    return good


def _leaves_mass(family: str, params: Sequence[Floats], low: Floats | None, high: Floats | None) -> NDArray[np.bool_]:
    """Rows in which surely something is left between the bounds."""
    bounds = [bound for bound in (low, high) if bound is not None]
    good = np.logical_and.reduce([np.isfinite(bound) for bound in bounds])
    survival = _SURVIVAL.get(family)
    if survival is None:
        # A law whose tails are not at hand is bound alone, slowly and surely.
        return np.zeros_like(good)
    above = 1.0 if low is None else survival(params, low)
    below = 0.0 if high is None else survival(params, high)
    if low is not None and high is not None:
        good &= low < high
    kept: NDArray[np.bool_] = good & (above > below + MARGIN)
    return kept


def _survival_of_lognormal(params: Sequence[Floats], x: Floats) -> Floats:
    # 5e-324, the least positive double, stands in where the logarithm has no value: np.where works out both sides.
    return np.where(x > 0.0, plain.special().ndtr((params[0] - np.log(np.maximum(x, 5e-324))) / params[1]), 1.0)


_SURVIVAL: dict[str, Callable[[Sequence[Floats], Floats], Floats]] = {
    "exponential": lambda params, x: np.exp(-params[0] * np.maximum(x, 0.0)),
    "weibull": lambda params, x: np.exp(-((np.maximum(x, 0.0) / params[1]) ** params[0])),
    "gamma": lambda params, x: plain.special().gammaincc(params[0], np.maximum(x, 0.0) / params[1]),
    "erlang": lambda params, x: plain.special().gammaincc(params[0], np.maximum(x, 0.0) / params[1]),
    "lognormal": _survival_of_lognormal,
    "normal": lambda params, x: plain.special().ndtr((params[0] - x) / params[1]),
    "uniform": lambda params, x: np.clip((params[1] - x) / (params[1] - params[0]), 0.0, 1.0),
}
"""Survival to many digits, which is enough to see that something is left; bits are of no matter here."""
