"""Runs the replications of a job one after another on one world."""

from __future__ import annotations

from negsim.engines.blocks import Block, Job, Trajectory, empty_block, first_told, rows_of
from negsim.engines.reference.world import World
from negsim.errors import SimulationError
from negsim.program import Bound, Program

__all__ = ["ReferenceKernel"]


class ReferenceKernel:
    """A program made ready for the reference engine."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.bound: dict[tuple[float, ...], Bound] = {}
        self.idle: list[tuple[int, World]] = []

    def world(self, seed: int) -> World:
        """A world that no other thread has, kept from an earlier block: closures are dear, histories are cheap."""
        try:  # a list's pop and append are atomic
            made_for, world = self.idle.pop()
        except IndexError:
            return World(self.program, seed)
        return world if made_for == seed else World(self.program, seed)

    def run(self, job: Job) -> Block:
        """Simulate the job's replications."""
        block, world = empty_block(self.program, job), self.world(job.seed)
        self.simulate(job, block, world)
        # one that was left by an exception is in no state to go on, and is not kept
        self.idle.append((job.seed, world))
        block.failures = first_told(block.failures)
        return block

    def simulate(self, job: Job, block: Block, world: World) -> None:
        """Fill the block's rows."""
        values = None
        rows, row_of = rows_of(self.program, job)
        for row, replication in enumerate(job.replications):
            wanted = rows[row_of[row]]
            if wanted is not values:
                world.bind(self.numbers(wanted), wanted)
                values = wanted
            try:
                world.run(replication, job.max_events, trace=replication < job.trace)
            except SimulationError as error:
                error.replication = replication
                if job.stop_at_failure:
                    raise
                block.failed[row] = True
                block.failures.append(error)
                world.set_out()
                continue
            self.write(world, block, row)

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
