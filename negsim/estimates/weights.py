"""Histories that do not all count alike: what their weights are worth, and how they are told.

A history that was conditioned, or drawn from another law, carries a log weight. Estimates are then ratios of weighted
totals, and the histories are worth ``(sum w)**2 / sum w**2`` equal ones (Kong 1992, University of Chicago, technical
report 348). They live in islands that never exchange anything, so that the totals of islands are independent and give the
interval (Lee and Whiteley 2018, Stat. Anal. Data Min. 11:109).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negsim.errors import EffectiveError
from negsim.estimates.base import Interval, thousands
from negsim.estimates.intervals import clopper_pearson
from negsim.estimates.rows import Rows, share_over_rows

__all__ = ["LEAST", "check_effective", "effective_number", "share_over_islands", "told_effective", "weights_of"]

Floats = NDArray[np.float64]

LEAST = 30.0
"""Equal histories that weighted ones must be worth before anything is told of them."""


def weights_of(log_weights: ArrayLike) -> Floats:
    """Return weights with mean 1, whatever the scale of their logarithms.

    >>> weights_of([-1000.0, -1000.0]).tolist()
    [1.0, 1.0]
    """
    logs = np.asarray(log_weights, dtype=np.float64)
    top = logs.max(initial=-np.inf)
    if top == -np.inf:
        return np.zeros(logs.shape)
    weights = np.exp(logs - top)
    return np.asarray(weights * (logs.size / weights.sum()))


def effective_number(weights: ArrayLike) -> float:
    """Return how many equal histories weighted ones are worth: ``(sum w)**2 / sum w**2``, 0 of none.

    >>> effective_number([1.0, 1.0, 1.0, 0.0])
    3.0
    """
    w = np.asarray(weights, dtype=np.float64)
    top = w.max(initial=0.0)
    if top == 0.0:
        return 0.0
    # scaled, so that no square of a small number vanishes
    w = w / top
    return float(w.sum() ** 2 / np.square(w).sum())


def check_effective(what: str, worth: float) -> None:
    """Refuse to tell anything of histories that are worth too few equal ones.

    Raises
    ------
    EffectiveError
        If they are worth fewer than 30.
    """
    if worth < LEAST:
        raise EffectiveError(
            f"{what}: the weighted histories are worth {worth:.1f} equal ones, and it takes {LEAST:.0f}; simulate more of "
            "them (replications=), or ask something that happens more often"
        )


def told_effective(n: int, worth: float) -> str:
    """Return how many histories there are and what they are worth, in words.

    >>> told_effective(50_000, 21_234.5)
    'n = 50 000 (worth 21 234 equal ones)'
    """
    return f"n = {thousands(n)} (worth {thousands(int(worth))} equal ones)"


def share_over_islands(rows: Rows, worth: float, level: float) -> Interval:
    """Return the interval of a share over islands; of one that was seen never or always, that of so many equal histories."""
    found = share_over_rows(rows, level)
    size = float(rows.size.sum())
    value = min(max(float(rows.total.sum()) / size, 0.0), 1.0) if size else 0.0
    if value not in (0.0, 1.0):
        return found
    low, high = clopper_pearson(value * worth, worth, 1 - level)
    return Interval(low=low, high=high, level=level, method=found.method)
