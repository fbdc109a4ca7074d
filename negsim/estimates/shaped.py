"""Ranges where rows have so few replications that their shares have no shape of their own: one is assumed, and said."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["A_SHAPE", "Spread", "beta_end", "beta_spread", "coarse"]

A_SHAPE = 10
"""Replications a row below which the shares of rows say nothing of the shape of the range: of two there are three shares."""


def coarse(size: NDArray[np.float64]) -> bool:
    """Whether rows have so few replications that their shares have no shape."""
    return bool(np.median(size) < A_SHAPE)


def beta_end(mean: float, variance: float, p: float) -> float:
    """The quantile of the beta law with this mean and variance; the mean where there is no variance."""
    from scipy.special import betaincinv

    most = mean * (1 - mean)
    if not variance > 0 or most <= 0:
        return mean
    # A variance as large as a share can have would be a law on 0 and 1 alone.
    nu = max(most / variance - 1, 1e-3)
    return float(betaincinv(mean * nu, (1 - mean) * nu, p))


@dataclass(frozen=True, slots=True)
class Spread:
    """What one count of the failed replications says about the draws."""

    low: float
    high: float
    low_error: float
    high_error: float
    noise: float
    between: float


def beta_spread(
    shares: NDArray[np.float64], size: NDArray[np.float64], noise: float, between: float, low: float, high: float
) -> Spread:
    """The ends of the beta law that has the variance between draws, and how far they move with its standard error."""
    mean = float(shares.mean())
    # What each row adds to the variance between rows: their scatter is its standard error.
    pieces = (shares - mean) ** 2 - shares * (1 - shares) / (size - 1)
    error = float(pieces.std(ddof=1)) / math.sqrt(len(pieces))
    ends, errors = [], []
    for p in (low, high):
        ends.append(beta_end(mean, between, p))
        moved = (beta_end(mean, max(between + step, 0.0), p) for step in (-error, error))
        errors.append(max(abs(one - ends[-1]) for one in moved))
    return Spread(ends[0], ends[1], errors[0], errors[1], noise, between)
