"""Cumulative hazards of many ages at once, for what is worked out about histories and not in them.

They agree with `cumulative_hazard` to rounding; the bits are those of numpy's functions and no engine repeats them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from negsim.laws import plain
from negsim.laws.families import Law
from negsim.laws.quantities import tails

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["hazards"]


def _minus_log(survival: Floats) -> Floats:
    return -np.log(np.clip(survival, 0.0, 1.0))


def _exponential(params: tuple[float, ...], x: Floats) -> Floats:
    return params[0] * x


def _weibull(params: tuple[float, ...], x: Floats) -> Floats:
    return np.asarray((x / params[1]) ** params[0])


def _gamma(params: tuple[float, ...], x: Floats) -> Floats:
    return _minus_log(np.asarray(plain.special().gammaincc(params[0], x / params[1])))


def _lognormal(params: tuple[float, ...], x: Floats) -> Floats:
    return -np.asarray(plain.special().log_ndtr((params[0] - np.log(x)) / params[1]))


def _uniform(params: tuple[float, ...], x: Floats) -> Floats:
    low, high = params
    return _minus_log((high - np.maximum(x, low)) / (high - low))


def _triangular(params: tuple[float, ...], x: Floats) -> Floats:
    low, mode, high = params
    inside = np.clip(x, low, high)
    rising, falling = (high - low) * (mode - low), (high - low) * (high - mode)
    # each side of the mode has a form that keeps the digits of small probabilities there
    below = -np.log1p(-np.minimum((inside - low) ** 2 / rising, 1.0)) if rising else np.zeros_like(x)
    above = _minus_log((high - inside) ** 2 / falling) if falling else np.full_like(x, np.inf)
    return np.where(inside <= mode, below, above)


def _pert(params: tuple[float, ...], x: Floats) -> Floats:
    low, _, high = params
    alpha, beta = plain.pert_shapes(*params)
    return _minus_log(np.asarray(plain.special().betaincc(alpha, beta, np.clip((x - low) / (high - low), 0.0, 1.0))))


_HAZARDS: dict[str, Callable[[tuple[float, ...], Floats], Floats]] = {
    "exponential": _exponential,
    "weibull": _weibull,
    "gamma": _gamma,
    "erlang": _gamma,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
}


def hazards(law: Law, ages: Floats) -> Floats:
    """The cumulative hazard of a clock's law at ages in days, of any shape; inf where its support has ended.

    Examples
    --------
    >>> hazards(Law("weibull", (2.0, 10.0)), np.array([5.0, 10.0])).tolist()
    [0.25, 1.0]
    """
    with np.errstate(all="ignore"):
        found = _HAZARDS[law.family](law.params, np.maximum(ages, 0.0))
        if law.truncated:
            (low, high), (upper, mass) = law.bounds, tails(law)
            cut = _minus_log((np.exp(-found) - upper) / mass)
            found = np.where(ages <= low, 0.0, np.where(ages < high, cut, np.inf))
        if law.mixed:
            found = _minus_log(law.never + (1.0 - law.never) * np.exp(-found))
    return np.asarray(found + 0.0)
