"""Cumulative hazards of many ages at once, for what is worked out about histories and not in them.

They agree with `cumulative_hazard` to rounding; the bits are those of numpy's functions and no engine repeats them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from negsim.laws import plain
from negsim.laws.families import Law
from negsim.laws.quantities import tails

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Several", "hazards", "several"]


def _minus_log(survival: Floats) -> Floats:
    return -np.log(np.clip(survival, 0.0, 1.0))


def _exponential(params: tuple[Floats, ...], x: Floats) -> Floats:
    return params[0] * x


def _weibull(params: tuple[Floats, ...], x: Floats) -> Floats:
    return np.asarray((x / params[1]) ** params[0])


def _gamma(params: tuple[Floats, ...], x: Floats) -> Floats:
    return _minus_log(np.asarray(plain.special().gammaincc(params[0], x / params[1])))


def _lognormal(params: tuple[Floats, ...], x: Floats) -> Floats:
    return -np.asarray(plain.special().log_ndtr((params[0] - np.log(x)) / params[1]))


def _uniform(params: tuple[Floats, ...], x: Floats) -> Floats:
    low, high = params
    return _minus_log((high - np.maximum(x, low)) / (high - low))


def _triangular(params: tuple[Floats, ...], x: Floats) -> Floats:
    low, mode, high = params
    inside = np.clip(x, low, high)
    rising, falling = (high - low) * (mode - low), (high - low) * (high - mode)
    # each side of the mode has a form that keeps the digits of small probabilities there
    below = np.where(rising > 0, -np.log1p(-np.minimum((inside - low) ** 2 / rising, 1.0)), 0.0)
    above = np.where(falling > 0, _minus_log((high - inside) ** 2 / falling), np.inf)
    return np.where(inside <= mode, below, above)


def _pert(params: tuple[Floats, ...], x: Floats) -> Floats:
    low, mode, high = params
    alpha, beta = 1.0 + 4.0 * (mode - low) / (high - low), 1.0 + 4.0 * (high - mode) / (high - low)
    return _minus_log(np.asarray(plain.special().betaincc(alpha, beta, np.clip((x - low) / (high - low), 0.0, 1.0))))


_HAZARDS: dict[str, Callable[[tuple[Floats, ...], Floats], Floats]] = {
    "exponential": _exponential,
    "weibull": _weibull,
    "gamma": _gamma,
    "erlang": _gamma,
    "lognormal": _lognormal,
    "uniform": _uniform,
    "triangular": _triangular,
    "pert": _pert,
}


@dataclass(frozen=True, slots=True)
class Several:
    """Laws of one family, a row each: every number as a column (n, 1)."""

    family: str
    params: tuple[Floats, ...]
    bounds: tuple[Floats, Floats]
    tails: tuple[Floats, Floats]
    never: Floats
    truncated: bool
    mixed: bool


def several(laws: Sequence[Law]) -> Several:
    """Laws that come from one clock under different parameters."""
    first = laws[0]
    if all(law is first for law in laws):
        laws = laws[:1]  # one row, which fits any number of them

    def column(values: Iterable[float]) -> Floats:
        return np.array([*values], dtype=np.float64)[:, None]

    ends = [tails(law) for law in laws] if first.truncated else [(0.0, 1.0)]
    return Several(
        family=first.family,
        params=tuple(column(law.params[k] for law in laws) for k in range(len(first.params))),
        bounds=(column(law.bounds[0] for law in laws), column(law.bounds[1] for law in laws)),
        tails=(column(upper for upper, _ in ends), column(mass for _, mass in ends)),
        never=column(law.never for law in laws),
        truncated=first.truncated,
        mixed=any(law.mixed for law in laws),
    )


def hazards(laws: Several, ages: Floats) -> Floats:
    """The cumulative hazards of clocks' laws at ages in days, (n, K); inf where their support has ended.

    Examples
    --------
    >>> hazards(several([Law("weibull", (2.0, 10.0))]), np.array([[5.0, 10.0]])).tolist()
    [[0.25, 1.0]]
    """
    with np.errstate(all="ignore"):
        found = _HAZARDS[laws.family](laws.params, np.maximum(ages, 0.0))
        if laws.truncated:
            (low, high), (upper, mass) = laws.bounds, laws.tails
            cut = _minus_log((np.exp(-found) - upper) / mass)
            found = np.where(ages <= low, 0.0, np.where(ages < high, cut, np.inf))
        if laws.mixed:
            found = _minus_log(laws.never + (1.0 - laws.never) * np.exp(-found))
    return np.asarray(found + 0.0)
