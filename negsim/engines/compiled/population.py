"""Histories that can be stopped, on the compiled engine: they advance side by side, in lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, Event, Job, empty_block, rows_of
from negsim.engines.compiled.machine import Machine
from negsim.engines.histories import Histories, Log, empty_snapshot, job_of
from negsim.engines.population import BY_ACTION, Snapshot
from negsim.program import Program

__all__ = ["CompiledPopulation"]

# Histories with the same parameters from which on it pays to keep tables of what expressions are.
WORTH_TABLES = 24
# What is known of questions before the end, and the rest of the arrays that a run fills.
KNOWN, REST = ("first", "edges", "at", "held", "fired", "counts"), ("final", "events", "failed")
# The arrays of a snapshot that are no rows of a block.
KEPT = ("state", *BY_ACTION, "open", "turned", "since", "events")


class CompiledPopulation(Histories):
    """Histories of the compiled engine."""

    def __init__(
        self,
        program: Program,
        job: Job,
        machine: Machine,
        kept: Snapshot | None = None,
        instants: NDArray[np.float64] | None = None,
    ) -> None:
        super().__init__(program, job, kept, instants)
        self.machine = machine
        self.due: NDArray[np.float64] | None = None
        self.parameters, self.row_of = self._parameters()

    def _parameters(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """The rows of parameters that these histories have, and which has which."""
        if self.kept is None:
            return rows_of(self.program, self.job)
        first = len(self.program.slots) - len(self.program.parameters)
        # nothing is kept of histories that failed, their parameters neither; they have any row
        alive, row_of = ~self.kept.failed, np.zeros(len(self.kept), np.int64)
        values = np.ascontiguousarray(self.kept.state[alive, first:])
        if not values.size:
            return np.array([self.program.best()]), row_of
        place, row_of[alive] = _different(values)
        return values[place], row_of

    def keep(self, until: float, *, logged: bool = True) -> Snapshot:
        branches = np.zeros((len(self.row_of), 1), np.int32) if self.kept is None else self.kept.branches
        found = empty_snapshot(self.program, self.job, until, branches)
        due = np.full(found.target.shape, np.nan)
        self.go(found, until, logged, _kept(found, due))
        self.due = due
        return found

    def keep_apart(self, actions: Sequence[int], until: float) -> tuple[Snapshot, NDArray[np.float64]]:
        own = {"untils": np.full(len(self.row_of), until), "stops": np.zeros(len(self.program.actions) + 1, np.uint8)}
        own["stops"][list(actions)] = 1
        branches = np.zeros((len(self.row_of), 1), np.int32) if self.kept is None else self.kept.branches
        found = empty_snapshot(self.program, self.job, until, branches)
        self.due = np.full(found.target.shape, np.nan)
        self.go(found, until, True, _kept(found, self.due), own)
        return found, own["untils"]

    def finish(self) -> Block:
        # fresh memory is dear, and every row of what begins at the start is written
        block = empty_block(self.program, self.job, blank=self.kept is not None)
        self.go(block, self.program.horizon, True, None)
        return block

    def clones(self, kept: Snapshot, instants: NDArray[np.float64] | None) -> Self:
        job = job_of(self.program, kept)
        found = empty_snapshot(self.program, job, kept.now, kept.branches)
        clones = type(self)(self.program, job, self.machine, kept, instants)
        for name in KNOWN:
            getattr(found, name)[...] = getattr(kept, name)
        clones.due = np.full(kept.target.shape, np.nan)
        with self.machine.use(job.seed) as work:
            given = clones.orders(found, kept.now, _kept(found, clones.due))
            work.clone(given, len(kept))
        clones.kept = found
        return clones

    def consumed(self) -> NDArray[np.float64]:
        kept = self.snapshot()
        found = np.zeros(kept.target.shape)
        with self.machine.use(self.job.seed) as work:
            work.consumed(self.orders(kept, kept.now, None), found)
        return found

    def rates(self, action: int) -> NDArray[np.float64]:
        kept = self.snapshot()
        found = np.full(len(kept), np.nan)
        with self.machine.use(self.job.seed) as work:
            work.rates(self.orders(kept, kept.now, None), action, found)
        found[kept.failed] = np.nan
        return found

    def go(
        self,
        rows: Block | Snapshot,
        until: float,
        logged: bool,
        to: dict[str, Any] | None,
        own: dict[str, Any] | None = None,
    ) -> None:
        """Take the histories to an instant: fill the rows, and write down where they stand then."""
        n, over = len(self.row_of), np.zeros(len(self.row_of), np.bool_)
        if self.kept is not None:
            over = self.kept.failed
            rows.failed[...] = over
            for name in KNOWN:
                getattr(rows, name)[...] = getattr(self.kept, name)
        traced = self.traced() if logged else np.zeros(n, np.bool_)
        # those with the same parameters one after the other: what these decide is worked out once
        order = np.argsort(np.where(over, 2 * n + 1, np.where(traced, n + np.arange(n), self.row_of)), kind="stable")
        plain, alive = n - int((traced | over).sum()), n - int(over.sum())
        with self.machine.use(self.job.seed) as work:
            given = self.orders(rows, until, to) | {"order": order if n else np.zeros(1, np.int64)} | (own or {})
            failed = work.run(given, 0, plain)
            for place in range(plain, alive):
                row = int(order[place])
                failed = min(failed, work.run(given | {"tracing": True}, place, place + 1))
                self.log(row, *work.trace())
        if failed < n:
            raise self.machine.failures(replace(self.job, told=1), [failed], self.kept, until, self.instants)[0]
        new = (rows.failed & ~over).nonzero()[0].tolist()
        self.failures.update(
            zip(new, self.machine.failures(self.job, new, self.kept, until, self.instants), strict=True)
        )

    def traced(self) -> NDArray[np.bool_]:
        """Which histories have a log."""
        if self.kept is None:
            return np.asarray(self.job.replications, dtype=np.int64) < self.job.trace
        found = np.zeros(len(self.row_of), np.bool_)
        found[list(self.logs)] = True
        return found

    def orders(self, rows: Block | Snapshot, until: float, to: dict[str, Any] | None) -> dict[str, Any]:
        """What a workspace is told to do, and where."""
        parameters = self.parameters if len(self.parameters) else np.array([self.program.best()])
        source = None
        if self.kept is not None:
            due = self.due if self.due is not None else np.full(self.kept.target.shape, np.nan)
            source = _kept(self.kept, due) | {"nows": self.instants}
        return {
            **{name: _array(getattr(rows, name, None)) for name in (*KNOWN, *REST)},
            "replications": rows.replications,
            "order": np.arange(len(self.row_of) or 1),
            "row_of": self.row_of.astype(np.int32),
            "parameters": np.append(parameters.reshape(-1), 0.0),
            "laws": self.machine.laws(parameters),
            "n_parameters": len(self.program.parameters),
            "alike": len(parameters) == 1,
            "tables": WORTH_TABLES * len(parameters) <= len(self.row_of) or len(parameters) == 1,
            "max_events": self.job.max_events,
            "stop_at_failure": self.job.stop_at_failure,
            "lean": self.job.lean,
            "tracing": False,
            "branched": self.kept is not None and bool(self.kept.branches[:, -1].any()),
            "until": until,
            "untils": None,
            "stops": None,
            "from": source,
            "to": to,
            "ended": self.job.ended,
        }

    def log(self, row: int, initial: list[float], events: Sequence[tuple[Any, ...]]) -> None:
        """Add the events of a piece to the log of a history."""
        names, actions = [slot.name for slot in self.program.slots], self.program.actions
        self.logs.setdefault(row, Log(initial)).events.extend(
            Event(
                time,
                actions[action].name,
                actions[action].outcomes[outcome].name,
                tuple((names[slot], old, now) for slot, old, now in changes),
            )
            for time, action, outcome, changes in events
        )


def _different(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where each row is found first that differs in some bit, and which of these each row is."""
    # bits, so that -0.0 is another row than 0.0
    bits = values.view(np.uint64)
    # One number a row: sums that wrap around, of odd multiples.
    _, place, which = np.unique(bits @ _odd(bits.shape[1]), return_index=True, return_inverse=True)
    if (bits[place][which] == bits).all():
        return place, which
    # Two rows have one number, which hardly ever is: whole rows are compared, which takes 20 times as long.
    pieces = values.view(np.dtype((np.void, values.itemsize * values.shape[1]))).reshape(-1)
    _, place, which = np.unique(pieces, return_index=True, return_inverse=True)
    return place, which


@lru_cache(maxsize=64)
def _odd(count: int) -> NDArray[np.uint64]:
    """Odd numbers without a pattern."""
    found = np.random.Generator(np.random.PCG64(count)).integers(0, 2**63, count, dtype=np.uint64)
    return found * np.uint64(2) + np.uint64(1)


def _kept(kept: Snapshot, due: NDArray[np.float64]) -> dict[str, Any]:
    arrays = {name: getattr(kept, name) for name in KEPT}
    return arrays | {"nows": None, "now": kept.now, "branch": np.ascontiguousarray(kept.branches[:, -1]), "due": due}


def _array(array: Any) -> Any:
    # an empty array has no address of its own
    return array if array is not None and array.size else np.zeros(1)
