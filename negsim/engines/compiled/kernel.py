"""The door to the compiled engine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, Job
from negsim.engines.compiled.machine import Machine
from negsim.engines.compiled.population import CompiledPopulation
from negsim.engines.histories import job_of
from negsim.engines.population import Snapshot

__all__ = ["CompiledKernel"]


class CompiledKernel(Machine):
    """A program made ready to run; any number of threads may run blocks of it at once."""

    def begin(self, job: Job) -> CompiledPopulation:
        """The job's histories at the start."""
        return CompiledPopulation(self.program, job, self)

    def resume(self, snapshot: Snapshot, instants: NDArray[np.float64] | None = None) -> CompiledPopulation:
        """The histories of a snapshot, of this engine or another."""
        return CompiledPopulation(self.program, job_of(self.program, snapshot), self, snapshot, instants)

    def run(self, job: Job) -> Block:
        """Simulate the job's replications.

        Raises
        ------
        SimulationError
            With ``stop_at_failure``, of the first replication that cannot be finished.
        """
        return self.begin(job).advance(self.program.horizon).block()
