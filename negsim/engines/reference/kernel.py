"""Runs the replications of a job one after another on one world."""

from __future__ import annotations

import threading

from negsim.blocks import Block, Job, Trajectory, empty_block
from negsim.engines.reference.world import World
from negsim.errors import SimulationError
from negsim.program import Bound, Program

__all__ = ["ReferenceKernel"]


class ReferenceKernel:
    """A program made ready for the reference engine."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.bound: dict[tuple[float, ...], Bound] = {}
        self.own = threading.local()

    def world(self, seed: int) -> World:
        """This thread's world, made once: closures are dear, histories are cheap."""
        if getattr(self.own, "seed", None) != seed:
            self.own.world, self.own.seed = World(self.program, seed), seed
        world: World = self.own.world
        return world

    def run(self, job: Job) -> Block:
        """Simulate the job's replications."""
        block = empty_block(self.program, job)
        world, values = self.world(job.seed), None
        for row, replication in enumerate(job.replications):
            wanted = job.rows[replication % len(job.rows)]
            if wanted is not values:
                world.bind(self.numbers(wanted), wanted)
                values = wanted
            try:
                world.run(replication, job.max_events, trace=replication < job.trace)
            except SimulationError as error:
                error.replication, self.own.seed = replication, None
                if job.stop_at_failure:
                    raise
                block.failed[row] = True
                block.failures.append(error)
                world, values = self.world(job.seed), None
                continue
            self.write(world, block, row)
        return block

    def numbers(self, values: tuple[float, ...]) -> Bound:
        """The laws bound to a row of parameters, solved once."""
        if values not in self.bound:
            self.bound[values] = self.program.bind(values)
        return self.bound[values]

    def write(self, world: World, block: Block, row: int) -> None:
        """Copy a finished history to its row."""
        world.watch.write(block, row)
        block.counts[row] = [count for body in world.bodies for count in body.counts][: block.counts.shape[1]]
        block.final[row] = [float(value) for value in world.state[: block.final.shape[1]]]
        block.events[row] = world.events
        if world.log is not None:
            names = [slot.name for slot in self.program.slots]
            block.traces.append(
                Trajectory(world.replication, tuple(zip(names, world.initial, strict=True)), tuple(world.log))
            )
