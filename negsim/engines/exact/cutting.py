"""Where exploration stops when a counter has no end: states that are reached with hardly any probability are cut off.

The chain without them loses exactly the probability that a history ever leaves the states explored, which therefore
bounds the error of every probability (finite state projection, Munsky and Khammash 2006, doi:10.1063/1.2145882). That
probability is bounded twice: beforehand, by the steps away from where a stretch began, and, where that takes many, by
carrying the probabilities of the states explored so far through the stretch.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from negsim.engines.exact.graph import Edges
from negsim.engines.exact.transient import Leg, Sweep, carry

__all__ = ["A_NARROW_STEP", "A_STEP", "Depth", "carried", "negligible"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
SHALLOW = 64
"""Steps within which nothing is cut off: an answer far below any tolerance keeps its digits."""
A_STEP = 5e5
"""Products that a step over arrays is worth, and ..."""
A_NARROW_STEP = 2e5
"""... one where states are found one by one: it costs a tenth of that, but what is found is carried for every answer."""
EXPONENTS = np.logspace(-3, 12, 121)


class Depth:
    """How unlikely it is to get so many steps away within a stretch.

    From the states i steps away, those i + 1 away are entered at a rate of ``r_i`` at most. So the time to get d steps
    away is at least a sum of exponential times of these rates, and ``P(sum <= t) <= exp(s t) prod r_i/(r_i + s)`` for
    every s > 0 (Chernoff).
    """

    def __init__(self, days: float) -> None:
        self.days = days
        self.steps = 0
        self.next_look = SHALLOW
        self.effort = 0.0
        self.slopes = EXPONENTS / days if days > 0.0 else EXPONENTS
        self.logs: Floats = self.slopes * days

    def further(self, rate: float, effort: float = A_STEP) -> float:
        """One step more, entered at this rate at most, which took so much to find; the bound then."""
        self.steps += 1
        self.effort += effort
        with np.errstate(over="ignore"):
            self.logs = self.logs - np.log1p(self.slopes / rate)
        if self.steps < SHALLOW:
            return 1.0
        return math.exp(min(float(self.logs.min()), 0.0))

    def due(self, rates: Edges) -> bool:
        """Whether it is time to look how much really is lost: each time at twice the depth, once it costs little.

        What it costs to carry the states found through the stretch is compared to what it cost to find them, in
        products: about 400 an edge and half a million a step (less where states are found one by one). No clock is asked, so that answers do not depend on it.
        """
        if self.steps < self.next_look:
            return False
        exits = np.bincount(rates.source, rates.mass[:, 0])
        cost = min(float(exits.max()) * self.days, 5e5) * (len(rates) + 1_000)
        if cost > 400 * len(rates) + self.effort:
            self.next_look = self.steps + self.steps // 4
            return False
        self.next_look *= 2
        return True


def negligible(tolerance: float, states: int) -> float:
    """Probability that may be cut off in a stretch: far below the tolerance while that costs little."""
    return tolerance * (1e-18 if states < 20_000 else 1e-3)


def carried(
    v: Floats, days: float, rates: Edges, inside: Bools, tolerance: float, check: Callable[[], None]
) -> tuple[Floats, float]:
    """State probabilities at the end of a stretch, and a bound of the probability to have left some states.

    Parameters
    ----------
    v : float64 (n,)
        At its beginning.
    rates : Edges
        Those of states outside are not used: what gets there stays there.
    inside : bool (n,)
    """
    n = len(inside)
    moving = inside[rates.source] & (rates.source != rates.target)
    source, target, mass = rates.source[moving], rates.target[moving], rates.mass[moving, 0]
    exits = np.bincount(source, mass, n)
    rate = 1.02 * float(exits.max(initial=0.0))
    if rate == 0.0 or days == 0.0 or not math.isfinite(rate):
        return v, 0.0 if rate == 0.0 or days == 0.0 else 1.0
    everyone = np.arange(n)
    table = sparse.coo_array(
        (
            np.concatenate([mass / rate, 1.0 - exits / rate]),
            (np.concatenate([target, everyone]), np.concatenate([source, everyone])),
        ),
        shape=(n, n),
    ).tocsr()
    degree = int(np.diff(table.indptr).max(initial=1))
    sweep = Sweep(tolerance=tolerance, watch=check)
    after, _, _ = carry(table, rate, degree, v, Leg(days), sweep)
    return after, float(after[~inside].sum()) * (1.0 + sweep.relative) + sweep.lost
