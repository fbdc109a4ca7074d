"""A program made ready for the compiled engine: its tables, keys of seeds, laws of rows of parameters, workspaces.

The loop is in ``*.h``, written from the semantics alone; ``loop.pyx`` is its door. Python does what happens once a run:
lowering (`tables`, `code`), keys, rows of parameters, and the words of an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Job, untold
from negsim.engines.compiled import loop
from negsim.engines.compiled.layouts import LAYOUTS, together
from negsim.engines.compiled.tables import Lowered, law_columns, law_rows, lower_program
from negsim.engines.population import Snapshot
from negsim.errors import EngineError, SimulationError
from negsim.program import Program

__all__ = ["Machine"]

# Seeds and rows of parameters of which keys and laws are kept.
KEPT_SEEDS, KEPT_ROWS = 4, 4096
# So few rows are kept together with their laws.
FEW_ROWS, KEPT_FEW = 64, 32
# Rows from which on their laws are solved all at once.
ALL_AT_ONCE = 16


def moved(row: str, field: str) -> bool:
    """Whether a field of a row stands elsewhere, or has another size, than the compiler says."""
    fields = LAYOUTS[row].fields
    assert fields is not None  # each row has some
    kind, at = fields[field][:2]
    return loop.PLACES.get((row, field)) != (at, kind.itemsize)


def _check_layouts() -> None:
    wrong = [name for name, size in loop.SIZES.items() if LAYOUTS[name].itemsize != size]
    # Two fields of one size that changed places leave the size as it was.
    wrong += [name for name, layout in LAYOUTS.items() if any(moved(name, field) for field in layout.names or ())]
    if wrong:
        raise EngineError(f"the compiled engine was built from other sources ({', '.join(wrong)}); build it again")


_check_layouts()


class Machine:
    """A program made ready; any number of threads may use it at once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lowered: Lowered = lower_program(program, loop.FEW, loop.MOST_COLUMNS)
        self.kernel = loop.Kernel(self.lowered)
        self.seeds: dict[int, dict[str, Any]] = {}
        self.solved: dict[bytes, Any] = {}
        self.few: dict[bytes, Any] = {}
        self.solving, self.telling = Lock(), Lock()
        self.idle: list[Any] = []
        self.teller: Any = None

    @contextmanager
    def use(self, seed: int) -> Iterator[Any]:
        """A workspace that no other thread has."""
        try:  # a list's pop and append are atomic
            work = self.idle.pop()
        except IndexError:
            work = loop.Workspace(self.kernel)
        work.give_keys(self.keys(seed))
        yield work
        self.idle.append(work)  # one that was left by an exception is in no state to be used again

    def keys(self, seed: int) -> dict[str, Any]:
        """The keys of a seed's streams."""
        found = self.seeds.get(seed)
        if found is None:
            while len(self.seeds) >= KEPT_SEEDS:
                self.seeds.pop(next(iter(self.seeds)), None)
            self.seeds[seed] = found = self.lowered.keys(seed)
        return found

    def laws(self, rows: NDArray[np.float64]) -> Any:
        """The laws of rows of parameters one after the other, ready for use; each row is solved by one thread only.

        Rows that come again in every block are kept; of so many that they hardly do, none.
        """
        if self.program.laws and len(rows) > KEPT_ROWS // 2:
            return self.solve(rows)
        if len(rows) > FEW_ROWS:
            return self._laws(rows)
        key = rows.tobytes()
        found = self.few.get(key)  # populations ask for their few rows again and again
        if found is None:
            if len(self.few) >= KEPT_FEW:
                self.few.clear()
            self.few[key] = found = self._laws(rows)
        return found

    def _laws(self, rows: NDArray[np.float64]) -> Any:
        with self.solving:
            keys = [row.tobytes() for row in rows]
            if len(self.solved) >= KEPT_ROWS:
                self.solved.clear()
            new = [place for place, key in enumerate(keys) if key not in self.solved]
            solved, count = self.solve(rows[new]), len(self.program.laws)
            self.solved.update((keys[place], solved[i * count : (i + 1) * count]) for i, place in enumerate(new))
            if len(new) == len(rows) or not count:
                return together({"laws": solved})["laws"]
            found = [self.solved[key].view(np.uint8) for key in keys]
            return together({"laws": np.concatenate(found).view(solved.dtype)})["laws"]

    def solve(self, rows: NDArray[np.float64]) -> Any:
        """The laws of rows that are not known yet."""
        if len(rows) < ALL_AT_ONCE:
            solved = law_rows([self.program.bind(row) for row in rows.tolist()])
        else:
            solved = law_columns(self.program.bind_rows(rows), len(rows))
        loop.prepare(solved)
        return solved

    def failures(
        self,
        job: Job,
        rows: Sequence[int],
        kept: Snapshot | None,
        until: float,
        instants: NDArray[np.float64] | None = None,
    ) -> list[SimulationError]:
        """The errors of histories that failed on their way to an instant, in the order of their rows.

        The kernel knows only that they failed: failures are rare, so the reference engine tells these histories again
        and finds the words (which expression, which values). One world of it, which is dear to make, tells them all.
        """
        from negsim.engines.reference import ReferenceKernel

        numbers = [int(job.replications[row]) for row in rows]
        first, rest = rows[: job.told], numbers[job.told :]
        if not first:
            return [*map(untold, rest)]
        with self.telling:
            self.teller = self.teller or ReferenceKernel(self.program)
            if kept is None:
                retold = replace(job, replications=numbers[: job.told], trace=0, stop_at_failure=False)
                histories = self.teller.begin(retold)
            else:
                stopped = kept.rows(np.array(first))
                stood = None if instants is None else instants[first]
                histories = self.teller.resume(replace(stopped, stop_at_failure=False), stood)
            histories.advance(until)
            told = {error.replication: error for error in histories.failures.values()}
        return [*(told.get(number) or _fault(number) for number in numbers[: job.told]), *map(untold, rest)]


def _fault(replication: int) -> SimulationError:
    return SimulationError(
        "the compiled engine could not finish this replication and the reference engine could: a fault of negsim,"
        " please report it",
        replication=replication,
    )
