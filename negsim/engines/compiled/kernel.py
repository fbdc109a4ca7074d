"""What of the compiled engine is Python, once a run.

The loop is in ``*.h``, written from the semantics alone; ``loop.pyx`` is its door. Python does what happens once a run:
lowering (`tables`, `code`), keys, rows of parameters, traces, and the words of an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from negsim.blocks import Block, Event, Job, Trajectory, empty_block
from negsim.engines.compiled import loop
from negsim.engines.compiled.layouts import LAYOUTS, together
from negsim.engines.compiled.tables import Lowered, law_rows, lower_program, seats
from negsim.errors import EngineError, SimulationError
from negsim.program import Program

__all__ = ["CompiledKernel"]

# Seeds and rows of parameters of which keys and laws are kept.
KEPT_SEEDS, KEPT_ROWS = 4, 4096
# Replications with one row of parameters from which on it pays to simulate them one after the other.
WORTH_SORTING = 24
# The arrays of a block that a run fills.
RESULTS = ("first", "at", "held", "fired", "counts", "final", "events", "failed")


def _check_layouts() -> None:
    wrong = [name for name, size in loop.SIZES.items() if LAYOUTS[name].itemsize != size]
    if wrong:
        raise EngineError(f"the compiled engine was built from other sources ({', '.join(wrong)}); build it again")


_check_layouts()


class CompiledKernel:
    """A program made ready to run; any number of threads may run blocks of it at once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lowered: Lowered = lower_program(program)
        self.kernel = loop.Kernel(self.lowered)
        self.keys: dict[int, dict[str, Any]] = {}
        self.laws: dict[tuple[float, ...], Any] = {}
        self.idle: list[Any] = []

    def run(self, job: Job) -> Block:
        """Simulate the job's replications.

        Raises
        ------
        SimulationError
            With ``stop_at_failure``, of the first replication that cannot be finished.
        """
        sorting_pays = 1 < len(job.rows) * WORTH_SORTING <= len(job.replications)
        return self._row_by_row(job) if sorting_pays and len(job.rows) > 1 else self._plain(job)

    def _row_by_row(self, job: Job) -> Block:
        """Replications that share a row of parameters one after the other: what a row decides is worked out once."""
        block = empty_block(self.program, job.replications)
        numbers = block.replications % len(job.rows)
        order = np.argsort(numbers, kind="stable")
        failures: list[tuple[int, SimulationError]] = []
        traces: list[tuple[int, Trajectory]] = []
        for places in np.split(order, np.flatnonzero(np.diff(numbers[order])) + 1) if len(order) else ():
            rows = (job.rows[int(numbers[places[0]])],)
            alike = block.replications[places].tolist()
            part = self._plain(replace(job, replications=alike, rows=rows, stop_at_failure=False))
            for name in RESULTS:
                getattr(block, name)[places] = getattr(part, name)
            failures += zip(places[part.failed].tolist(), part.failures, strict=True)
            traces += zip(
                places[np.isin(part.replications, [t.replication for t in part.traces])].tolist(),
                part.traces,
                strict=True,
            )
        block.failures = [failure for _, failure in sorted(failures, key=_place)]
        block.traces = [trace for _, trace in sorted(traces, key=_place)]
        if job.stop_at_failure and block.failures:
            raise block.failures[0]
        return block

    def _plain(self, job: Job) -> Block:
        """Simulate replications that share one row of parameters."""
        block = empty_block(self.program, job.replications)
        # a list's pop and append are atomic, so no two threads get the same workspace
        work = self.idle.pop() if self.idle else loop.Workspace(self.kernel)
        try:
            self._run(job, block, work)
        finally:
            self.idle.append(work)
        return block

    def _run(self, job: Job, block: Block, work: Any) -> None:
        work.give_keys(self._keys(job.seed))
        given = {**self._rows(job, block), **_arrays(block), "max_events": job.max_events}
        given["stop_at_failure"] = job.stop_at_failure
        work.bind(given["parameters"], given["laws"], given["single"])
        for begin, end, tracing in _segments(block.replications, job.trace):
            done = work.run({**given, "tracing": tracing}, begin, end)
            if done < end:
                raise self._failure(job, int(block.replications[done]))
            if tracing and not block.failed[begin]:
                block.traces.append(self._trajectory(int(block.replications[begin]), *work.trace()))
        for row in np.flatnonzero(block.failed):
            block.failures.append(self._failure(job, int(block.replications[row])))

    def _keys(self, seed: int) -> dict[str, Any]:
        found = self.keys.get(seed)
        if found is None:
            while len(self.keys) >= KEPT_SEEDS:
                self.keys.pop(next(iter(self.keys)), None)
            self.keys[seed] = found = self.lowered.keys(seed)
        return found

    def _laws(self, row: tuple[float, ...]) -> Any:
        found = self.laws.get(row)
        if found is None:
            if len(self.laws) >= KEPT_ROWS:
                self.laws.clear()
            found = together({"laws": law_rows(self.program.bind(row))})["laws"]
            loop.prepare(found)
            self.laws[row] = found
        return found

    def _laws_of(self, rows: Sequence[tuple[float, ...]]) -> Any:
        count = len(self.program.laws)
        laws = [self._laws(row)[:count] for row in rows]
        return np.concatenate(laws) if count else np.zeros(1, LAYOUTS["Law"])

    def _rows(self, job: Job, block: Block) -> dict[str, Any]:
        """The rows of parameters that these replications use, and which uses which."""
        numbers = block.replications % len(job.rows)
        used, row_of = np.unique(numbers, return_inverse=True)
        rows = [tuple(job.rows[int(number)]) for number in used] or [self.program.best()]
        return {
            "replications": block.replications,
            "row_of": row_of.astype(np.int32),
            "parameters": np.array([*(x for row in rows for x in row), 0.0]),
            "laws": self._laws(rows[0]) if len(rows) == 1 else self._laws_of(rows),
            "n_parameters": len(self.program.parameters),
            "single": len(rows) == 1,
        }

    def _trajectory(self, replication: int, initial: list[float], events: Sequence[tuple[Any, ...]]) -> Trajectory:
        names = [slot.name for slot in self.program.slots]
        actions = [None if i is None else self.program.actions[i] for i in seats(self.program)]
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

    def _failure(self, job: Job, replication: int) -> SimulationError:
        """The error of a replication that failed.

        The kernel knows only that it failed: failures are rare, so the reference engine tells that one history again
        and finds the words (which expression, which values).
        """
        from negsim.engines.reference import ReferenceKernel

        alone = Job(seed=job.seed, replications=[replication], rows=job.rows, max_events=job.max_events)
        try:
            ReferenceKernel(self.program).run(alone)
        except SimulationError as error:
            return error
        return SimulationError(
            "the compiled engine could not finish this replication and the reference engine could: a fault of negsim,"
            " please report it",
            replication=replication,
        )


def _place(pair: tuple[int, Any]) -> int:
    return pair[0]


def _arrays(block: Block) -> dict[str, Any]:
    # an empty array has no address of its own
    return {name: array if (array := getattr(block, name)).size else np.zeros(1, array.dtype) for name in RESULTS}


def _segments(replications: Any, trace: int) -> list[tuple[int, int, bool]]:
    """Runs of rows (begin, end, traced); a traced row is a run of its own."""
    segments: list[tuple[int, int, bool]] = []
    begin = 0
    for row in np.flatnonzero(replications < trace) if trace else ():
        if begin < row:
            segments.append((begin, int(row), False))
        segments.append((int(row), int(row) + 1, True))
        begin = int(row) + 1
    if begin < len(replications):
        segments.append((begin, len(replications), False))
    return segments
