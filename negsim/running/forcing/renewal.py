"""Tries that follow each other until one is good: on a grid of times, as if each told nothing of the next."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["masses", "renewed", "thinned", "waiting"]

Floats = NDArray[np.float64]


def masses(edges: Floats) -> Floats:
    """Probabilities that a target lies in each cell, and the last beyond all, given that it is beyond the first border."""
    ahead = edges - edges[:, :1]
    with np.errstate(invalid="ignore"):
        width = np.where(np.isinf(ahead[:, :-1]), 0.0, np.diff(ahead, axis=1))
    inside = np.exp(-ahead[:, :-1]) * -np.expm1(-width)
    return np.concatenate([inside, np.exp(-ahead[:, -1:])], axis=1)


def thinned(edges: Floats, good: Floats, again: Floats) -> Floats:
    """Masses (n, K+1) of the first good try of those that come at a steady hazard.

    Parameters
    ----------
    edges : float64 (n, K+1)
        The hazard of tries, up to each border.
    good, again : float64 (n,)
        Probabilities that a try is good, and that it is not but another one follows.
    """
    ends = 1.0 - again
    share = np.divide(good, ends, out=np.zeros_like(good), where=ends > 0)
    found = share[:, None] * masses(ends[:, None] * edges)[:, :-1]
    return np.concatenate([np.zeros((len(edges), 1)), found], axis=1)


def renewed(law: Floats, good: Floats, again: Floats) -> Floats:
    """Masses of the first good try, where each takes a time of a law (n, K+1) of its own; solved cell after cell."""
    found = np.zeros_like(law)
    for k in range(1, law.shape[1]):
        # two times in the middles of their cells add up to a border between two cells
        before = law[:, k:1:-1] + law[:, k - 1 : 0 : -1]
        known = 0.5 * (before * found[:, 1:k]).sum(axis=1)
        found[:, k] = (good * law[:, k] + again * known) / (1.0 - 0.5 * again * law[:, 1])
    return found


def waiting(count: Floats, good: Floats, again: Floats) -> tuple[Floats, Floats]:
    """Of who waits for dates, so many in each cell (n, K+1): probabilities of a good one in it, and of going on waiting."""
    on = again[:, None] ** count
    ends = 1.0 - again[:, None]
    return np.divide(good[:, None] * (1.0 - on), ends, out=np.zeros_like(on), where=ends > 0), on
