"""The only place that joins scenario, engine and workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from negsim.engines import Block, Job, Trajectory, choose, prepare
from negsim.errors import CheckpointError, NegsimError, SimulationError
from negsim.model.questions import Question
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.program import Program, lower
from negsim.runs import Results, Runs
from negsim.streams import check_seed, fresh_seed
from negsim.tally import Tally, grid
from negsim.workers import Plan, processors, results

if TYPE_CHECKING:
    from negsim.checkpoint import Checkpoint
    from negsim.counted import CountedRuns

__all__ = ["parameter_rows", "replay", "simulate"]

BLOCK = {
    ("compiled", "times"): 16384,
    ("compiled", "counts"): 16384,
    ("reference", "times"): 250,
    ("reference", "counts"): 250,
}
MOST_IN_BLOCK = 65_536
SAVE_EVERY = 2.0
"""Seconds between checkpoints, at least; and no more than a twentieth of the time goes into them."""


def simulate(
    scenario: Scenario,
    *,
    replications: int = 10_000,
    seed: int | None = None,
    questions: Iterable[Question] = (),
    engine: str = "auto",
    draws: int | None = None,
    fix: Mapping[Any, float | bool] | None = None,
    keep: str = "times",
    trace: int = 0,
    max_events: int = 100_000,
    on_error: str = "raise",
    workers: int | None = None,
    executor: Executor | None = None,
    block: int | None = None,
    checkpoint: str | Path | None = None,
    seconds: float | None = None,
    memory: float | None = None,
    progress: Callable[[int, int], None] | bool | None = None,
) -> Any:
    """Simulate a scenario's histories.

    Parameters
    ----------
    scenario : Scenario
    replications : int
        How many histories.
    seed : int, optional
        In [0, 2**64); drawn from the operating system and stored in the result if not given.
    questions : iterable of Question
        Asked besides the scenario's own.
    engine : str
        ``auto`` (the fastest that can run it), ``compiled`` or ``reference``; all tell the same histories.
    draws : int, optional
        How many rows of parameters to draw from what is believed of them; replication r uses row ``r % draws``.
        By default every parameter has its best value, and contested claims are drawn for each replication with their
        credibility; ``fix`` reads them one way.
    fix : mapping of str to bool or float, optional
        Claims that are read one way, ``{"terms": True}``, and parameters fixed at a value: short for simulating
        ``scenario.fixing(fix)``.
    keep : {'times', 'answers', 'counts'}
        Arrays with a row a replication (`Runs`); the same without firings by action and final values, in less memory;
        or counts in constant memory (`CountedRuns`).
    trace : int
        Keep the full log of the first so many replications (not with ``keep="counts"``).
    max_events : int
        Most firings in one replication.
    on_error : {'raise', 'count'}
        Raise at the first replication that fails (the error carries the runs so far), or count failures once as no
        and once as yes, so that estimates become bounds.
    workers : int, optional
        Threads; by default one a processor if the engine releases the GIL, else one.
    executor : concurrent.futures.Executor, optional
        Anything with that protocol instead of threads: processes, Dask, MPI.
    block : int, optional
        Replications handed out at a time. No answer depends on it, on ``workers`` or on ``executor``.
    checkpoint : path, optional
        Where completed replications are kept; the same call resumes from there, after a kill too.
    seconds, memory : float, optional
        Budgets (wall clock; bytes of results). When one is used up, the result holds the replications done so far
        and is flagged ``partial``.
    progress : callable or bool, optional
        Called with (replications done, replications in all); True draws a bar on stderr.

    Returns
    -------
    Runs or CountedRuns

    Raises
    ------
    SimulationError
        With ``on_error="raise"``: the first replication that could not be finished.
    CheckpointError
        If the checkpoint belongs to another scenario, seed or version.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=200, seed=1)
    >>> 0.6 < runs.probability("talks_day_5").value < 0.95
    True
    """
    check_count("replications", replications)
    for name, number in (("workers", workers), ("block", block), ("draws", draws), ("max_events", max_events)):
        if number is not None:
            check_count(name, number)
    if max_events >= 2**31:
        raise NegsimError(f"max_events = {max_events:,} is more than can be counted; give fewer than {2**31:,}")
    check_choice("on_error", on_error, ("raise", "count"))
    check_choice("keep", keep, ("times", "answers", "counts"))
    if keep == "counts" and trace:
        raise NegsimError(
            f"trace = {trace} needs histories that are kept, and keep='counts' keeps none; leave trace away (replay(runs, "
            "number) tells any of them), or keep more"
        )
    seed = fresh_seed() if seed is None else check_seed(seed)
    check_is_scenario(scenario, "simulate")
    scenario = scenario.fixing(fix or {})
    program = lower(scenario, questions)
    chosen, note = choose(engine, program)
    rows = parameter_rows(program, seed, draws)
    job = Job(
        seed=seed,
        replications=(),
        rows=rows,
        contested=program.contested if draws is None else (),
        trace=trace,
        max_events=max_events,
        stop_at_failure=on_error == "raise",
        lean=keep == "answers",
    )
    edges = grid(program, scenario.calendar) if keep == "counts" else None
    run = _Run(
        scenario=scenario,
        plan=Plan(program=program, engine=chosen, job=job, edges=edges),
        replications=replications,
        drawn=draws is not None,
        note=note,
        size=block or block_size(chosen, keep, replications, len(rows), workers),
        memory=memory,
        ends=None if seconds is None else time.perf_counter() + seconds,
        report=_reporter(progress),
    )
    if checkpoint is not None:
        run.resume(Path(checkpoint))
    return run.go(workers, executor)


def block_size(engine: str, keep: str, replications: int, rows: int, workers: int | None) -> int:
    """Replications handed out at a time: many blocks for each worker, but each row of parameters often in a block."""
    size = min(BLOCK[engine, "counts" if keep == "counts" else "times"], replications // 8)
    if engine == "compiled" and rows > 1:
        size = max(size, min(MOST_IN_BLOCK, -(-replications // (2 * (workers or processors())))))
    return max(1, size)


def check_count(what: str, value: object) -> None:
    """Refuse what is not a positive whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise NegsimError(f"{what} must be a whole number of at least 1, not {value!r}")


def check_choice(what: str, value: object, allowed: tuple[str, ...]) -> None:
    """Refuse what is not one of the allowed words."""
    if value not in allowed:
        raise NegsimError(f"{what} is {value!r}; use {' or '.join(repr(word) for word in allowed)}")


def parameter_rows(program: Program, seed: int, draws: int | None) -> Sequence[tuple[float, ...]]:
    """The best values, or so many rows drawn from what is believed of the parameters."""
    if draws is None:
        return (program.best(),)
    return program.draws(seed, range(draws))


def _reporter(progress: Callable[[int, int], None] | bool | None) -> Callable[[int, int], None]:
    """What is told of progress: nothing, a bar on stderr with rate and time left, or the caller's own."""
    if callable(progress):
        return progress
    if not progress:
        return lambda done, wanted: None
    from tqdm import tqdm

    bar = tqdm(total=1, unit=" histories", unit_scale=True, leave=False)

    def tell(done: int, wanted: int) -> None:
        bar.total = wanted
        bar.update(done - bar.n)
        if done >= wanted:
            bar.close()

    return tell


@dataclass(kw_only=True)
class _Run:
    """One call of `simulate` under way: what is done so far, and when to stop."""

    scenario: Scenario
    plan: Plan
    replications: int
    drawn: bool
    note: str
    size: int
    memory: float | None
    ends: float | None
    report: Callable[[int, int], None]
    done: int = 0
    blocks: list[Block] | None = None
    tally: Tally | None = None
    file: Checkpoint | None = None
    saved: float = 0.0
    pause: float = SAVE_EVERY
    bytes: int = 0

    def resume(self, path: Path) -> None:
        """Take back what a checkpoint has."""
        from negsim.checkpoint import Checkpoint, block_of, identity, tally_of

        self.file = Checkpoint(path, identity(self.plan))
        found = self.file.load()
        if found is None:
            return
        self.done, arrays, failures = found
        if self.done > self.replications:
            raise CheckpointError(
                f"the checkpoint {path} has {self.done:,} replications already, more than the {self.replications:,} asked for; ask for at least as many, or name another file"
            )
        if self.plan.edges is None:
            self.blocks = [self._with_traces(block_of(arrays, failures))]
        else:
            self.tally = tally_of(self.plan.program, self.plan.edges, len(self.plan.job.rows), arrays, failures)

    def _with_traces(self, block: Block) -> Block:
        """Logs are not kept in a checkpoint: they are simulated again."""
        wanted = range(min(self.plan.job.trace, self.done))
        if wanted:
            block.traces = (
                prepare(self.plan.engine, self.plan.program)
                .run(replace(self.plan.job, replications=wanted, stop_at_failure=False))
                .traces
            )
        return block

    def go(self, workers: int | None, executor: Executor | None) -> Runs | CountedRuns:
        """Simulate what is missing."""
        began = self.saved = time.perf_counter()
        try:
            for end, result in results(
                self.plan, self.done, self.replications, self.size, workers, executor, self.go_on
            ):
                self.take(result)
                self.done = end
                self.report(end, self.replications)
                self.save_sometimes()
        except SimulationError as error:
            error.runs = self.so_far(error, began)
            raise
        finally:
            if self.file is not None:
                self.save()
        if self.done == 0:
            raise NegsimError(
                "the budget was used up before the first block of replications was done; allow more seconds or memory"
            )
        return self.result(time.perf_counter() - began)

    def go_on(self) -> bool:
        """Whether no budget is used up."""
        late = self.ends is not None and time.perf_counter() >= self.ends
        return not late and (self.memory is None or self.bytes < self.memory)

    def take(self, result: Block | Tally) -> None:
        """Add a block's results."""
        if isinstance(result, Tally):
            if self.tally is None:
                self.tally = result
            else:
                self.tally.merge(result)
            return
        self.blocks = self.blocks or []
        self.blocks.append(result)
        self.bytes += result.nbytes

    def so_far(self, error: SimulationError, began: float) -> Results | None:
        """The runs finished before the failing replication."""
        if self.plan.edges is None and error.replication is not None and error.replication > self.done:
            kernel = prepare(self.plan.engine, self.plan.program)
            self.take(kernel.run(replace(self.plan.job, replications=range(self.done, error.replication))))
            self.done = error.replication
        return self.result(time.perf_counter() - began) if self.done else None

    def save_sometimes(self) -> None:
        """Save a checkpoint if the last one is old enough."""
        now = time.perf_counter()
        if self.file is not None and now - self.saved > self.pause:
            self.save()
            self.saved = time.perf_counter()
            self.pause = max(SAVE_EVERY, 20 * (self.saved - now))

    def save(self) -> None:
        """Save a checkpoint."""
        from negsim.blocks import joined
        from negsim.checkpoint import block_arrays

        if self.file is None or self.done == 0:
            return
        if self.tally is not None:
            self.file.save(self.done, self.tally.arrays(), self.tally.failures)
        elif self.blocks:
            self.blocks = [joined(self.blocks)]
            self.file.save(self.done, block_arrays(self.blocks[0]), self.blocks[0].failures)

    def result(self, elapsed: float) -> Runs | CountedRuns:
        """The results of what is done."""
        job = self.plan.job
        note = self.note
        if self.done < self.replications:
            budget = f"a budget ended the run after {self.done:,} of {self.replications:,} replications"
            note = f"{note}; {budget}" if note else budget
        facts: dict[str, Any] = {
            "scenario": self.scenario,
            "program": self.plan.program,
            "seed": job.seed,
            "rows": job.rows,
            "drawn": self.drawn,
            "engine": self.plan.engine,
            "note": note,
            "seconds": elapsed,
            "max_events": job.max_events,
            "requested": self.replications,
        }
        if self.tally is not None:
            from negsim.counted import CountedRuns

            return CountedRuns(tally=self.tally, **facts)
        return Runs.of(self.blocks or [], **facts)


def replay(runs: Results, replication: int) -> Trajectory:
    """Simulate one replication of finished runs again, with its full log.

    Parameters
    ----------
    runs : Runs or CountedRuns
    replication : int
        Any number from 0 on; its history is the same as in the batch.

    Examples
    --------
    >>> import negsim as ns
    >>> history = ns.replay(ns.simulate(ns.load("toy"), replications=10, seed=1), 3)
    >>> history.replication
    3
    """
    if isinstance(replication, bool) or not isinstance(replication, int) or not 0 <= replication < 2**63:
        raise NegsimError(f"replication must be a whole number from 0 on, not {replication!r}")
    kernel = prepare("reference", runs.program)
    job = Job(
        seed=runs.seed,
        replications=[replication],
        rows=runs.rows,
        contested=() if runs.drawn else runs.program.contested,
        trace=replication + 1,
        max_events=runs.max_events,
    )
    return kernel.run(job).traces[0]
