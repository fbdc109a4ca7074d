"""Poisson weights for uniformisation, with the mass that truncation loses."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Weights", "poisson_weights"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weights:
    """Poisson probabilities of ``first``, ``first + 1``, ...

    Attributes
    ----------
    first : int
        Number of jumps that the first weight stands for.
    values : float64 (k,)
    lost : float
        Bound of the mass left out on both sides.
    """

    first: int
    values: Floats
    lost: float

    @property
    def last(self) -> int:
        """The largest number of jumps with a weight."""
        return self.first + len(self.values) - 1

    def tails(self) -> Floats:
        """P(jumps > first + i) for every i: sums from the small end, so that small tails are exact too."""
        above = np.cumsum(self.values[::-1])[::-1]
        return np.append(above[1:], 0.0)


def poisson_weights(mean: float, lost: float = 1e-30) -> Weights:
    """Poisson probabilities around the mode until the tails left out are below ``lost``.

    Weights are built by ratios from the mode outward and normalised by their sum, as by Fox and Glynn (1988), Comm. ACM
    31:440, doi:10.1145/42404.42409; the tails are bounded by geometric series, which holds for every mean.

    Parameters
    ----------
    mean : float
        Expected number of jumps, rate times days.
    lost : float
        Most mass to leave out.

    Examples
    --------
    >>> weights = poisson_weights(400.0)
    >>> abs(float(weights.values.sum()) - 1) < 1e-12, weights.lost < 1e-30
    (True, True)
    """
    if not (mean >= 0 and math.isfinite(mean)):
        raise ValueError(f"the mean number of jumps is {mean!r}; it must be finite and not negative")
    mode = math.floor(mean)
    # The largest weight is above 0.3/sqrt(mean + 1), so that these are tails relative to the whole with room to spare.
    least = lost / 4 * 0.3 / math.sqrt(mean + 1.0)
    up, right = _upward(mean, mode, least)
    down, left = _downward(mean, mode, least)
    values = np.concatenate([down[::-1], [1.0], up])
    total = math.fsum(values)
    return Weights(mode - len(down), values / total, (right + left) / total)


def _upward(mean: float, mode: int, least: float) -> tuple[Floats, float]:
    """Weights above the mode relative to it, and the bound of the rest."""
    found: list[float] = []
    weight, k = 1.0, mode
    while True:
        k += 1
        weight *= mean / k
        # Beyond k every ratio is at most mean/(k + 1).
        rest = weight / (1.0 - mean / (k + 1)) if k + 1 > mean else math.inf
        if rest <= least:
            return np.array(found), rest
        found.append(weight)


def _downward(mean: float, mode: int, least: float) -> tuple[Floats, float]:
    """Weights below the mode relative to it, nearest first, and the bound of the rest."""
    found: list[float] = []
    weight, k = 1.0, mode
    while k > 0:
        weight *= k / mean
        k -= 1
        # Below k every ratio is at most k/mean.
        rest = weight / (1.0 - k / mean)
        if rest <= least:
            return np.array(found), rest
        found.append(weight)
    return np.array(found), 0.0
