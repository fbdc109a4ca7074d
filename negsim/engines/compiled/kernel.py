"""What of the compiled engine is Python, once a run.

The loop is in ``*.h``, written from the semantics alone; ``loop.pyx`` is its door. Python does what happens once a run:
lowering (`tables`, `code`), keys, rows of parameters, traces, and the words of an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from threading import Lock
from typing import Any

import numpy as np

from negsim.engines.blocks import Block, Event, Job, Trajectory, empty_block, rows_of, untold
from negsim.engines.compiled import loop
from negsim.engines.compiled.layouts import LAYOUTS, together
from negsim.engines.compiled.tables import Lowered, law_rows, lower_program
from negsim.errors import EngineError, SimulationError
from negsim.program import Program

__all__ = ["CompiledKernel"]

# Seeds and rows of parameters of which keys and laws are kept.
KEPT_SEEDS, KEPT_ROWS = 4, 4096
# Replications with the same parameters from which on it pays to keep tables of what expressions are.
WORTH_TABLES = 24
# The arrays of a block that a run fills.
RESULTS = ("first", "edges", "at", "held", "fired", "counts", "final", "events", "failed")


def _check_layouts() -> None:
    wrong = [name for name, size in loop.SIZES.items() if LAYOUTS[name].itemsize != size]
    if wrong:
        raise EngineError(f"the compiled engine was built from other sources ({', '.join(wrong)}); build it again")


_check_layouts()


class CompiledKernel:
    """A program made ready to run; any number of threads may run blocks of it at once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lowered: Lowered = lower_program(program, loop.FEW, loop.MOST_COLUMNS)
        self.kernel = loop.Kernel(self.lowered)
        self.keys: dict[int, dict[str, Any]] = {}
        self.laws: dict[tuple[float, ...], Any] = {}
        self.solving, self.telling = Lock(), Lock()
        self.idle: list[Any] = []
        self.teller: Any = None

    def run(self, job: Job) -> Block:
        """Simulate the job's replications.

        Raises
        ------
        SimulationError
            With ``stop_at_failure``, of the first replication that cannot be finished.
        """
        block = empty_block(self.program, job, blank=False)
        try:  # a list's pop and append are atomic, so no two threads get the same workspace
            work = self.idle.pop()
        except IndexError:
            work = loop.Workspace(self.kernel)
        self._run(job, block, work)
        self.idle.append(work)  # one that was left by an exception is in no state to be used again
        return block

    def _run(self, job: Job, block: Block, work: Any) -> None:
        n = len(block.replications)
        work.give_keys(self._keys(job.seed))
        given = {**self._rows(job, block), **_arrays(block), "max_events": job.max_events}
        given |= {"stop_at_failure": job.stop_at_failure, "lean": job.lean}
        # rows with the same parameters one after the other: what these decide is worked out once
        traced = block.replications < job.trace
        order = np.argsort(np.where(traced, n + np.arange(n), given["row_of"]), kind="stable")
        given["order"] = order if n else np.zeros(1, np.int64)
        plain = n - int(traced.sum())
        failed = work.run({**given, "tracing": False}, 0, plain)
        for place in range(plain, n):
            row = int(order[place])
            failed = min(failed, work.run({**given, "tracing": True}, place, place + 1))
            if not block.failed[row]:
                block.traces.append(self._trajectory(int(block.replications[row]), *work.trace()))
        if failed < n:
            raise self._failures(replace(job, told=1), [int(block.replications[failed])])[0]
        block.failures = self._failures(job, block.replications[block.failed].tolist())

    def _keys(self, seed: int) -> dict[str, Any]:
        found = self.keys.get(seed)
        if found is None:
            while len(self.keys) >= KEPT_SEEDS:
                self.keys.pop(next(iter(self.keys)), None)
            self.keys[seed] = found = self.lowered.keys(seed)
        return found

    def _laws(self, rows: Sequence[tuple[float, ...]]) -> Any:
        """The laws of rows of parameters one after the other, ready for use; each row is solved by one thread only."""
        count = len(self.program.laws)
        with self.solving:
            if len(self.laws) >= KEPT_ROWS:
                self.laws.clear()
            new = [row for row in dict.fromkeys(rows) if row not in self.laws]
            solved = law_rows([self.program.bind(row) for row in new])
            loop.prepare(solved)
            self.laws.update((row, solved[i * count : (i + 1) * count]) for i, row in enumerate(new))
            found = [self.laws[row] for row in rows]
        return together({"laws": np.concatenate(found) if count else solved})["laws"]

    def _rows(self, job: Job, block: Block) -> dict[str, Any]:
        """The rows of parameters that these replications use, and which uses which."""
        rows, row_of = rows_of(self.program, job)
        rows = rows or [self.program.best()]
        return {
            "replications": block.replications,
            "row_of": row_of.astype(np.int32),
            "parameters": np.array([*(x for row in rows for x in row), 0.0]),
            "laws": self._laws(rows),
            "n_parameters": len(self.program.parameters),
            "alike": len(rows) == 1,
            "tables": WORTH_TABLES * len(rows) <= len(row_of) or len(rows) == 1,
        }

    def _trajectory(self, replication: int, initial: list[float], events: Sequence[tuple[Any, ...]]) -> Trajectory:
        names = [slot.name for slot in self.program.slots]
        actions = self.program.actions
        rows = tuple(
            Event(
                time,
                actions[action].name,
                actions[action].outcomes[outcome].name,
                tuple((names[slot], old, now) for slot, old, now in changes),
            )
            for time, action, outcome, changes in events
        )
        return Trajectory(replication, tuple(zip(names, initial, strict=True)), rows)

    def _failures(self, job: Job, replications: list[int]) -> list[SimulationError]:
        """The errors of replications that failed, in their order.

        The kernel knows only that they failed: failures are rare, so the reference engine tells these histories again
        and finds the words (which expression, which values). One world of it, which is dear to make, tells them all.
        """
        from negsim.engines.reference import ReferenceKernel

        first, rest = replications[: job.told], replications[job.told :]
        told: dict[int | None, SimulationError] = {}
        if first:
            retold = replace(job, replications=first, trace=0, stop_at_failure=False)
            with self.telling:
                self.teller = self.teller or ReferenceKernel(self.program)
                told = {error.replication: error for error in self.teller.run(retold).failures}
        return [*(told.get(number) or _fault(number) for number in first), *map(untold, rest)]


def _fault(replication: int) -> SimulationError:
    return SimulationError(
        "the compiled engine could not finish this replication and the reference engine could: a fault of negsim,"
        " please report it",
        replication=replication,
    )


def _arrays(block: Block) -> dict[str, Any]:
    # an empty array has no address of its own
    return {name: array if (array := getattr(block, name)).size else np.zeros(1, array.dtype) for name in RESULTS}
