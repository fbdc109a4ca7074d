"""One call of `simulate` under way: what is done so far, when to stop, and when to save."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.engines import Kernel, prepare
from negsim.engines.blocks import TOLD, Block, untold
from negsim.errors import BudgetError, CheckpointError, CheckpointWarning, NegsimError, SimulationError, WorkerError
from negsim.model.scenario import Scenario
from negsim.results.base import Results
from negsim.results.rows import Rows, bytes_a_row
from negsim.results.runs import Runs
from negsim.results.tally import Tally
from negsim.running import workers
from negsim.running.interrupts import Interrupted
from negsim.running.sizes import physical_memory

if TYPE_CHECKING:
    from negsim.results.counted import CountedRuns
    from negsim.running.checkpoint import Checkpoint
    from negsim.running.precision import Precision

__all__ = ["Underway"]

FIRST_BLOCK, LATER = 64, 8
"""With a budget of time, replications in the first block and how much larger than the one before a block may be."""
PILOT = 64
"""Replications by which a budget of firings is judged."""
SHARE_OF_TIME, LONGEST_BLOCK = 1 / 16, 0.25
"""With a budget of time, what a block may take: of the time that is left, and seconds at most."""
MOST_FIRINGS = {"compiled": 4_000_000, "reference": 100_000}
"""With a budget of firings, those of a block: a second or two."""
FOR_RESULTS, FOR_BLOCKS = 0.4, 0.15
"""Of a budget of memory: what the results may take, and the blocks under way; the rest is for what is asked of them."""
A_FEW = 1_000
"""Draws from which the size of counts for more of them is judged."""
RETRY = 5.0


@dataclass(kw_only=True)
class Underway:
    """What `simulate` was asked for, and how far it got.

    Attributes
    ----------
    size : int
        Replications in a block.
    memory : float or None
        Bytes that the results and the blocks under way may take.
    events : int or None
        Firings that all replications together may have, judged by the first ones.
    ends : float or None
        When to stop, on the clock of `time.perf_counter`.
    precision : Precision or None
        When the answers are precise enough, so that the run may end.
    save_every : float
        Seconds between checkpoints, at least; and no more than a twentieth of the time goes into them.
    """

    scenario: Scenario
    plan: workers.Plan
    replications: int
    drawn: bool
    note: str
    size: int
    threads: int | None
    executor: Executor | None
    memory: float | None
    events: int | None
    ends: float | None
    report: Callable[[int, int], None]
    save_every: float
    rows: Rows | None = None
    tally: Tally | None = None
    precision: Precision | None = None
    file: Checkpoint | None = None
    stop: int = field(init=False)
    began: float = field(init=False, default_factory=time.perf_counter)
    first: int = 0
    saved: float = 0.0
    pause: float = 0.0
    last: int = FIRST_BLOCK
    why: str = "a budget ended the run"
    remedy: str = ""

    def __post_init__(self) -> None:
        self.stop = self.replications
        if self.plan.edges is None:
            self._lay_out()
        else:
            self._check_counts()

    @property
    def done(self) -> int:
        """How many replications are finished."""
        if self.rows is not None:
            return self.rows.done
        return 0 if self.tally is None else self.tally.n

    # -- memory ---------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Room for the results, as much as the budget allows."""
        program, job = self.plan.program, self.plan.job
        wide = bytes_a_row(program, job)
        machine = physical_memory()
        if self.memory is not None:
            self.stop = min(self.stop, int(self.memory * FOR_RESULTS / wide))
        elif self.ends is not None or self.precision is not None:
            # With seconds or a precision alone nobody knows how many replications fit: half of the memory at most.
            self.stop = min(self.stop, int(machine / 2 / wide))
        elif self.replications * wide > machine:
            raise BudgetError(
                f"replications = {self.replications:,} need {self.replications * wide / 1e9:,.1f} GB of results, and this "
                f"machine has {machine / 1e9:,.1f} GB; use keep='counts', fewer replications, or a budget of memory"
            )
        self._smaller_blocks(wide)
        self.rows = Rows.of(program, job, self.stop)

    def _smaller_blocks(self, wide: int) -> None:
        """So small that all that are under way fit into the budget."""
        if self.memory is not None:
            at_once = workers.AHEAD * self._workers() + 1
            self.size = max(1, min(self.size, int(self.memory * FOR_BLOCKS / wide / at_once)))

    def _check_counts(self) -> None:
        """Refuse counts that cannot be kept."""
        program, edges = self.plan.program, self.plan.edges
        assert edges is not None
        draws, questions = len(self.plan.job.rows), len(program.probes.asked)
        one = sum(array.nbytes for array in Tally.empty(program, edges, min(draws, A_FEW)).arrays().values())
        # Measured on a few draws and scaled up: counts for a million draws must not be laid out only to see that they
        # do not fit. Each worker has counts of its own, and there are those that they are merged into.
        need = one * max(1.0, draws / A_FEW) * (self._workers() + 1)
        limit = physical_memory() / 2 if self.memory is None else self.memory
        if need > limit:
            raise BudgetError(
                f"counts of {questions:,} questions for {draws:,} draws of the parameters need "
                f"{need / 1e6:,.0f} MB, and there may be {limit / 1e6:,.0f} MB; use fewer draws or more memory"
            )
        self._smaller_blocks(bytes_a_row(program, self.plan.job))

    def _workers(self) -> int:
        return (
            workers.processors() if self.executor is not None else workers.threads_for(self.plan.engine, self.threads)
        )

    @cached_property
    def kernel(self) -> Kernel:
        """The program made ready here."""
        return prepare(self.plan.engine, self.plan.program)

    # -- checkpoints ----------------------------------------------------------------------------------------------

    def resume(self, path: Path, identity: dict[str, Any]) -> None:
        """Open a checkpoint before anything is simulated, and take back what it has."""
        from negsim.running.checkpoint import Checkpoint

        self.file = Checkpoint(path, identity, [] if self.rows is None else self.rows.layout())
        # Opened and locked before anything is simulated: what is wrong with the file is told now and not after an hour.
        self.file.open()
        try:
            self._load(self.file)
        # An interruption too must leave the file unlocked for the next try.
        except BaseException:
            self.file.close()
            raise
        if self.rows is not None:
            self._trace_again(self.rows)

    def _load(self, file: Checkpoint) -> None:
        if self.rows is not None:
            file.load_rows(self.rows)
            return
        found = file.load_state()
        if found is None:
            return
        done, arrays, failures = found
        if done > self.replications:
            raise CheckpointError(
                f"the checkpoint {file.path} has {done:,} replications already, more than the {self.replications:,} asked "
                "for; ask for at least as many, or name another file"
            )
        assert self.plan.edges is not None
        self.tally = Tally.empty(self.plan.program, self.plan.edges, len(self.plan.job.rows))
        self.tally.fill(arrays)
        self.tally.failures = failures

    def _trace_again(self, rows: Rows) -> None:
        """Logs are not kept in a checkpoint: they are simulated again."""
        wanted = range(min(self.plan.job.trace, rows.done))
        if wanted:
            # A checkpoint holds no logs. They are a function of the seed, so they are told again.
            again = replace(self.plan.job, replications=wanted, stop_at_failure=False)
            rows.traces += self.kernel.run(again).traces

    def save(self) -> bool:
        """Save a checkpoint; whether that went well. If not, it is said, and the run goes on."""
        if self.file is None or self.file.file is None:
            return True
        try:
            if self.rows is not None:
                self.file.save_rows(self.rows)
            elif self.tally is not None:
                self.file.save_state(self.done, self.tally.arrays(), self.tally.failures)
        except OSError as error:
            warnings.warn(
                f"the checkpoint {self.file.path} could not be saved ({error.strerror or error}); the run goes on without "
                "it and tries again; make room for it",
                CheckpointWarning,
                # The user's call of simulate is four frames up.
                stacklevel=4,
            )
            return False
        return True

    def save_sometimes(self) -> None:
        """Save a checkpoint if the last one is old enough."""
        now = time.perf_counter()
        if self.file is not None and now - self.saved > self.pause:
            went_well = self.save()
            self.saved = time.perf_counter()
            # Twenty times what saving took: no more than a twentieth of the time goes into it, however slow the disk
            # is.
            self.pause = max(self.save_every if went_well else RETRY, 20 * (self.saved - now))

    # -- the run --------------------------------------------------------------------------------------------------

    def go(self) -> Runs | CountedRuns:
        """Simulate what is missing."""
        self.began = self.saved = time.perf_counter()
        self.first, self.pause = self.done, self.save_every
        pace = workers.Pace(size=self._next_size, go_on=self._go_on, ahead=self._ahead)
        try:
            if self.events is not None:
                self._judge_events(self.events)
            for stop in self._stages():
                for end, result in workers.results(
                    self.plan, lambda: self.kernel, self.done, stop, pace, self.threads, self.executor
                ):
                    self.take(result)
                    self.report(end, self.replications)
                    self.save_sometimes()
        except SimulationError as error:
            # What was done before the failure is not lost with it.
            error.runs = self._before(error)
            raise
        except (WorkerError, KeyboardInterrupt, Interrupted) as error:
            # an `Interrupted` is a limit that is used up, whichever; not the firings that were judged before
            by_hand = not isinstance(error, Interrupted)
            self.why, self.remedy = "the run was interrupted" if by_hand else "a budget ended the run", ""
            error.runs = self.result() if self.done else None  # type: ignore[union-attr] # any exception takes attributes
            raise
        finally:
            self._let_go()
        if self.done == 0:
            raise BudgetError(
                "the budget was used up before the first block of replications was done; allow more seconds or memory"
            )
        return self.result()

    def _stages(self) -> Iterator[int]:
        """Up to where to simulate: to the end, or from look to look until the answers are precise enough."""
        if self.precision is None:
            yield self.stop
            return
        for look in self.precision.looks(self.done, self.stop):
            yield look
            if self.done < look:
                return
            if self.precision.enough(self.result()):
                self.replications = self.stop = self.done
                self.report(self.done, self.done)
                return

    def _let_go(self) -> None:
        """Save what is done, and let the file go."""
        self.save()
        if self.file is not None:
            self.file.close()

    def _judge_events(self, most: int) -> None:
        """End the run where the first replications say that all together would have too many firings.

        They are the same ones whatever the workers, the blocks and the checkpoint.
        """
        # From replication 0 on also where a checkpoint is gone on from: the verdict must not depend on how far that
        # came.
        pilot = self.plan.run(self.kernel, 0, min(PILOT, self.replications))
        if self.done == 0 and self.stop >= PILOT:
            self.take(pilot)
        n, fired = (pilot.n, pilot.events) if isinstance(pilot, Tally) else (len(pilot.events), int(pilot.events.sum()))
        # What a block has is lost with it if the run is interrupted. By firings and not by time: the first histories take
        # long, since nothing is in the caches yet, and cut blocks into pieces too small to be told side by side.
        self.size = max(1, min(self.size, MOST_FIRINGS[self.plan.engine] * n // max(1, fired)))
        # Whole numbers: a quotient of floats could differ by one between machines.
        allowed = max(PILOT, most * n // max(1, fired))
        if allowed < self.stop:
            self.why, self.remedy = (
                f"a budget of {most:,} firings ended the run",
                "; ask for so many replications to have them",
            )
        self.stop = max(self.done, min(self.stop, allowed))

    def _go_on(self) -> bool:
        return self.ends is None or time.perf_counter() < self.ends

    def _ahead(self, count: int) -> int:
        """Blocks under way: with a budget of time one for each worker until it is known how long one takes."""
        # Before the first block is back nobody knows how long one takes; more of them waiting would overrun the budget.
        return count if self.ends is not None and self.done == self.first else workers.AHEAD * count

    def _next_size(self) -> int:
        """Replications in the next block: with a budget of time as many as take a small part of what is left."""
        if self.ends is None:
            return self.size
        now = time.perf_counter()
        if self.done == self.first:
            # A first block small enough to be done in any budget tells how fast it goes.
            return min(self.size, FIRST_BLOCK if self.plan.engine == "compiled" else 1)
        # A clock that did not move between two looks would divide by zero.
        rate = (self.done - self.first) / max(1e-6, now - self.began) / self._workers()
        wanted = int(rate * min(LONGEST_BLOCK, max(0.0, self.ends - now) * SHARE_OF_TIME))
        # Growth by a factor at most: the first blocks may have met cold caches, or cheap rows.
        self.last = max(1, min(self.size, wanted, LATER * self.last))
        return self.last

    def take(self, result: Block | Tally) -> None:
        """Add a block's results."""
        self._tell(result.failures)
        if isinstance(result, Tally):
            if self.tally is None:
                self.tally = result
            else:
                self.tally.merge(result)
        else:
            assert self.rows is not None
            self.rows.add(result)

    def _tell(self, failures: list[SimulationError]) -> None:
        """Put words to the next failures until the run has told ``TOLD``: blocks cannot know how many came before.

        Their histories are simulated again here, unless whoever simulated them had the words at hand.
        """
        so_far = self.rows or self.tally
        left = TOLD - (len(so_far.failures) if so_far is not None else 0)
        wordless = [error for error in failures[: max(0, left)] if error.message == untold(error.replication).message]
        numbers = [error.replication for error in wordless if error.replication is not None]
        if numbers:
            again = replace(self.plan.job, replications=numbers, told=TOLD, stop_at_failure=False, trace=0)
            words = {error.replication: error for error in self.kernel.run(again).failures}
            failures[:] = [words.get(error.replication, error) for error in failures]

    def _before(self, error: SimulationError) -> Results | None:
        """The runs finished before the failing replication."""
        if error.replication is not None and error.replication > self.done:
            self.take(self.plan.run(self.kernel, self.done, error.replication))
        return self.result() if self.done else None

    def result(self) -> Runs | CountedRuns:
        """The results of what is done."""
        job = self.plan.job
        note = self.note
        if self.done < self.replications:
            ended = f"{self.why} after {self.done:,} of {self.replications:,} replications{self.remedy}"
            note = f"{note}; {ended}" if note else ended
        if self.precision is not None:
            note = f"{note}; {self.precision.note}" if note else self.precision.note
        facts: dict[str, Any] = {
            "scenario": self.scenario,
            "program": self.plan.program,
            "seed": job.seed,
            "rows": job.rows,
            "drawn": self.drawn,
            "engine": self.plan.engine,
            "note": note,
            "seconds": time.perf_counter() - self.began,
            "max_events": job.max_events,
            "requested": self.replications,
        }
        if self.tally is not None:
            from negsim.results.counted import CountedRuns

            return CountedRuns(tally=self.tally, **facts)
        if self.rows is None:
            raise NegsimError("no replication was simulated")
        return Runs(block=self.rows.block(), **facts)
