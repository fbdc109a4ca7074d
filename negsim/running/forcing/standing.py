"""Histories that stand still, each at an instant of its own, and their clocks as they are then."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines import Population, Snapshot

__all__ = ["Standing", "standing"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Histories at their instants.

    Attributes
    ----------
    kept : Snapshot
        Clocks as they were last touched.
    instants : float64 (n,)
        In microseconds.
    consumed : float64 (n, A)
        Hazard that is known not to have reached the targets: consumed by now, or in an earlier run of a repeated clock.
    hazard : float64 (n, A)
        Hazard consumed in the present run.
    age : float64 (n, A)
        In microseconds, now.
    """

    kept: Snapshot
    instants: Floats
    consumed: Floats
    hazard: Floats
    age: Floats


def standing(population: Population) -> Standing:
    """What the histories of a population are now."""
    kept = population.snapshot()
    instants = population.instants
    instants = np.full(len(kept), population.now) if instants is None else instants
    hazard = population.consumed()
    # of a clock that does not run the speed is 0
    age = kept.age + kept.speed * (instants[:, None] - kept.touched)
    return Standing(kept, instants, np.maximum(hazard, kept.most), hazard, age)
