"""The door to the reference engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, Job
from negsim.engines.histories import job_of
from negsim.engines.population import Snapshot
from negsim.engines.reference.population import ReferencePopulation
from negsim.engines.reference.worlds import Worlds
from negsim.program import Program

__all__ = ["ReferenceKernel"]


class ReferenceKernel:
    """A program made ready for the reference engine."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.worlds = Worlds(program)

    def begin(self, job: Job) -> ReferencePopulation:
        """The job's histories at the start."""
        return ReferencePopulation(self.program, job, self.worlds)

    def resume(self, snapshot: Snapshot, instants: NDArray[np.float64] | None = None) -> ReferencePopulation:
        """The histories of a snapshot, of this engine or another."""
        return ReferencePopulation(self.program, job_of(self.program, snapshot), self.worlds, snapshot, instants)

    def run(self, job: Job) -> Block:
        """Simulate the job's replications."""
        return self.begin(job).advance(self.program.horizon).block()
