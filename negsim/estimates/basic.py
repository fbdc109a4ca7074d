"""Estimates whose interval comes from resampled errors: the basic interval, kept within what is possible."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from negsim.estimates.base import Estimate, Interval
from negsim.estimates.checks import check_level

__all__ = ["basic_estimate", "basic_interval"]

METHOD = "basic bootstrap of rows"


def basic_interval(
    value: float, errors: NDArray[np.float64], level: float, limits: tuple[float, float] = (-np.inf, np.inf)
) -> Interval:
    """The interval from errors of resamples: the value less their upper, and less their lower quantile.

    >>> low, high = basic_interval(1.0, np.linspace(-0.1, 0.3, 401), 0.9)
    >>> round(low, 2), round(high, 2)
    (0.72, 1.08)
    """
    check_level(level)
    upper, lower = np.quantile(errors, [(1 + level) / 2, (1 - level) / 2])
    low, high = (float(np.clip(end, *limits)) for end in (value - upper, value - lower))
    return Interval(low=low, high=high, level=level, method=METHOD)


def basic_estimate(
    value: float,
    errors: NDArray[np.float64],
    level: float,
    n: int,
    *,
    unit: str = "",
    limits: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """The same with its number, which is moved to the nearest possible one first."""
    low, high = basic_interval(value, errors, level, limits)
    value = float(np.clip(value, *limits))
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        level=level,
        kind="chance",
        method=METHOD,
        n=n,
        unit=unit,
    )
