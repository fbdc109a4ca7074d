"""Resampling of rows by keyed draws: the same seed and name give the same resamples, whoever asks and how often."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from negsim.laws.draws import uniforms_array

__all__ = ["MOST_GROUPS", "RESAMPLES", "grouped", "resample_counts"]

Floats = NDArray[np.float64]

RESAMPLES = 400
"""Resamples of an interval."""
MOST_GROUPS = 1_000
"""Of more rows than this, neighbours are resampled together: sums over groups are as independent as the rows are."""


def grouped(columns: Floats) -> Floats:
    """Sums of the rows of an array over at most `MOST_GROUPS` groups of (nearly) equal size, (groups, columns)."""
    n = len(columns)
    if n <= MOST_GROUPS:
        return columns
    edges = np.arange(MOST_GROUPS) * n // MOST_GROUPS
    found: Floats = np.add.reduceat(columns, edges, axis=0)
    return found


def resample_counts(seed: int, name: str, groups: int, resamples: int = RESAMPLES) -> Floats:
    """How often each group was drawn with replacement, less once, (resamples, groups).

    The draw of group g in resample b is keyed by (seed, ``bootstrap``, name, g, b).

    Examples
    --------
    >>> counts = resample_counts(1, "summit", 50, 4)
    >>> counts.shape, float(counts.sum())
    ((4, 50), 0.0)
    """
    numbers = np.arange(groups)
    found = np.empty((resamples, groups))
    for number in range(0, resamples, 2):
        pair = uniforms_array(seed, "bootstrap", name, numbers, number // 2)
        for place, uniforms in zip(range(number, min(number + 2, resamples)), pair, strict=False):
            found[place] = np.bincount((uniforms * groups).astype(np.int64), minlength=groups)
    return found - 1.0
