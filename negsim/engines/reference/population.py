"""Histories that can be stopped, on the reference engine: one after another on one world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, Job, empty_block, rows_of
from negsim.engines.histories import Histories, Log, empty_snapshot, job_of
from negsim.engines.population import Snapshot
from negsim.engines.reference.world import World
from negsim.engines.reference.worlds import Worlds
from negsim.errors import SimulationError
from negsim.program import Program

__all__ = ["ReferencePopulation"]


class ReferencePopulation(Histories):
    """Histories of the reference engine."""

    def __init__(
        self,
        program: Program,
        job: Job,
        worlds: Worlds,
        kept: Snapshot | None = None,
        instants: NDArray[np.float64] | None = None,
    ) -> None:
        super().__init__(program, job, kept, instants)
        self.worlds = worlds
        if kept is None:
            rows, row_of = rows_of(program, job)
            wanted = [*map(tuple, rows.tolist())]
            self.parameters = [wanted[number] for number in row_of.tolist()]
        else:
            first = len(program.slots) - len(program.parameters)
            self.parameters = [tuple(values) for values in kept.state[:, first:].tolist()]

    def keep(self, until: float, *, logged: bool = True) -> Snapshot:
        found = empty_snapshot(self.program, self.job, until, self.branches())
        self.go(until, logged, found.failed, lambda world, row: world.save(found, row))
        return found

    def keep_apart(self, actions: Sequence[int], until: float) -> tuple[Snapshot, NDArray[np.float64]]:
        found = empty_snapshot(self.program, self.job, until, self.branches())
        instants = np.full(len(found), until)

        def write(world: World, row: int) -> None:
            world.save(found, row)
            instants[row] = world.now

        self.go(until, True, found.failed, write, frozenset(actions))
        return found, instants

    def finish(self) -> Block:
        block = empty_block(self.program, self.job)
        self.go(self.program.horizon, True, block.failed, lambda world, row: self.write(world, block, row))
        return block

    def clones(self, kept: Snapshot, instants: NDArray[np.float64] | None) -> Self:
        job = job_of(self.program, kept)
        found = empty_snapshot(self.program, job, kept.now, kept.branches)

        def redraw(world: World, row: int) -> None:
            world.branch_off()
            world.save(found, row)

        self.look(kept, redraw, instants)
        return type(self)(self.program, job, self.worlds, found, instants)

    def consumed(self) -> NDArray[np.float64]:
        kept = self.snapshot()
        found = np.zeros(kept.target.shape)

        def look(world: World, row: int) -> None:
            found[row] = [clock.consumed_by_now() for clock in world.clocks]

        self.look(kept, look, self.instants)
        return found

    def rates(self, action: int) -> NDArray[np.float64]:
        kept = self.snapshot()
        found = np.full(len(kept), np.nan)

        def look(world: World, row: int) -> None:
            found[row] = world.clocks[action].log_hazard()

        self.look(kept, look, self.instants)
        return found

    def branches(self) -> NDArray[np.int32]:
        """The branches that the histories have taken."""
        return np.zeros((len(self.job.replications), 1), np.int32) if self.kept is None else self.kept.branches

    def go(
        self,
        until: float,
        logged: bool,
        failed: NDArray[np.bool_],
        write: Callable[[World, int], None],
        stops: frozenset[int] = frozenset(),
    ) -> None:
        """Take the histories to an instant and have each written down; those that fail on the way are marked."""
        with self.worlds.use(self.job.seed) as world:
            for row, replication in enumerate(self.job.replications):
                if row in self.failures:
                    failed[row] = True
                    continue
                try:
                    log = self.stand(world, row, logged)
                    world.advance(until, stops)
                    write(world, row)
                except SimulationError as error:
                    error.replication = int(replication)
                    if self.job.stop_at_failure:
                        raise
                    failed[row], self.failures[row] = True, error
                    world.set_out()
                    continue
                if log is not None:
                    self.logs[row] = log

    def stand(self, world: World, row: int, logged: bool) -> Log | None:
        """Make a world be one of the histories, as it was last kept; return the log of a traced one."""
        self.worlds.bind(world, self.parameters[row])
        if self.kept is not None:
            known = self.logs.get(row) if logged else None
            log = None if known is None else Log(known.initial, list(known.events))
            world.load(_at(self.kept, self.instants, row), row, None if log is None else log.events)
            return log
        replication = int(self.job.replications[row])
        traced: Log | None = Log([]) if logged and replication < self.job.trace else None
        world.begin(replication, self.job.max_events, None if traced is None else traced.events)
        if traced is not None:
            traced.initial = world.initial
        return traced

    def look(
        self,
        kept: Snapshot,
        look: Callable[[World, int], None],
        instants: NDArray[np.float64] | None = None,
    ) -> None:
        """Show a world that is one of these histories after the other, but not those that failed."""
        with self.worlds.use(kept.seed) as world:
            first = len(self.program.slots) - len(self.program.parameters)
            for row in np.flatnonzero(~kept.failed).tolist():
                self.worlds.bind(world, tuple(kept.state[row, first:].tolist()))
                world.load(_at(kept, instants, row), row)
                look(world, row)

    def write(self, world: World, block: Block, row: int) -> None:
        """Copy a finished history to its row."""
        world.end()
        world.watch.write(block, row)
        block.counts[row] = world.counts()[: block.counts.shape[1]]
        block.final[row] = [float(value) for value in world.state[: block.final.shape[1]]]
        block.events[row] = world.events


def _at(kept: Snapshot, instants: NDArray[np.float64] | None, row: int) -> Snapshot:
    """The snapshot as one of its histories stands in it."""
    return kept if instants is None else replace(kept, now=float(instants[row]))
