"""The only place that joins scenario, engine and workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from negsim.engines import Job, Trajectory, choose, prepare
from negsim.errors import NegsimError
from negsim.laws.draws import check_seed, fresh_seed
from negsim.model.elements import Asking
from negsim.model.scenario import Fixing, Scenario, check_is_scenario
from negsim.program import lower
from negsim.program.drawn import parameter_rows
from negsim.program.given import GivenRows, given_rows
from negsim.results.base import Results
from negsim.results.runs import Runs
from negsim.results.tally import grid
from negsim.running.arguments import check_memory, check_seconds, check_simulate, path_of
from negsim.running.precision import MOST, Wanted, precision_of
from negsim.running.sizes import block_size
from negsim.running.underway import Underway
from negsim.running.workers import Plan

if TYPE_CHECKING:
    from negsim.results.counted import CountedRuns

__all__ = ["parameter_rows", "replay", "simulate"]

HISTORIES = 10_000
SAVE_EVERY = 2.0
"""Seconds between checkpoints, at least; and no more than a twentieth of the time goes into them."""


@overload
def simulate(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    questions: Iterable[Asking] = (),
    engine: str = "auto",
    draws: int | None = None,
    rows: GivenRows | None = None,
    fix: Fixing | None = None,
    keep: Literal["all", "answers"] = "all",
    trace: int = 0,
    max_events: int = 100_000,
    on_error: Literal["raise", "count"] = "raise",
    workers: int | None = None,
    executor: Executor | None = None,
    block: int | None = None,
    checkpoint: str | Path | None = None,
    seconds: float | None = None,
    memory: float | None = None,
    events: int | None = None,
    precision: Wanted | Mapping[str, Wanted] | None = None,
    progress: Callable[[int, int], None] | bool | None = None,
) -> Runs: ...
@overload
def simulate(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    questions: Iterable[Asking] = (),
    engine: str = "auto",
    draws: int | None = None,
    rows: GivenRows | None = None,
    fix: Fixing | None = None,
    keep: Literal["counts"],
    trace: int = 0,
    max_events: int = 100_000,
    on_error: Literal["raise", "count"] = "raise",
    workers: int | None = None,
    executor: Executor | None = None,
    block: int | None = None,
    checkpoint: str | Path | None = None,
    seconds: float | None = None,
    memory: float | None = None,
    events: int | None = None,
    precision: Wanted | Mapping[str, Wanted] | None = None,
    progress: Callable[[int, int], None] | bool | None = None,
) -> CountedRuns: ...
def simulate(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    questions: Iterable[Asking] = (),
    engine: str = "auto",
    draws: int | None = None,
    rows: GivenRows | None = None,
    fix: Fixing | None = None,
    keep: Literal["all", "answers", "counts"] = "all",
    trace: int = 0,
    max_events: int = 100_000,
    on_error: Literal["raise", "count"] = "raise",
    workers: int | None = None,
    executor: Executor | None = None,
    block: int | None = None,
    checkpoint: str | Path | None = None,
    seconds: float | None = None,
    memory: float | None = None,
    events: int | None = None,
    precision: Wanted | Mapping[str, Wanted] | None = None,
    progress: Callable[[int, int], None] | bool | None = None,
) -> Runs | CountedRuns:
    """Simulate a scenario's histories.

    Parameters
    ----------
    scenario : Scenario
        Whose histories they are.
    replications : int, optional
        How many histories: 10,000 by default; with ``precision`` at most so many, 1,000,000 by default.
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
    rows : mapping of str to array, data frame or array, optional
        Rows of parameters of one's own in place of ``draws``: a design, a posterior, what somebody else believes. Columns by
        name, of equal length; parameters that are not named keep their best value. Or an array (rows, parameters) in the
        order of ``scenario.expanded.parameters``. Replication r uses row r modulo the number of rows.
    fix : mapping of str to bool or float, optional
        Claims that are read one way, ``{"terms": True}``, and parameters fixed at a value: short for simulating
        ``scenario.fixing(fix)``.
    keep : {'all', 'answers', 'counts'}
        Arrays with a row a replication (`Runs`); the same without firings by action and final values, in less memory;
        or counts in constant memory (`CountedRuns`).
    trace : int
        Keep the full log of the first so many replications; refused with ``keep="counts"``.
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
        Where completed replications are kept; the same call resumes from there, after a kill too. A policy is compared
        by its code. If the disk is full meanwhile, a `CheckpointWarning` says so and the run goes on.
    seconds : float, optional
        Budget of wall-clock time, from 1. When it is used up, the result holds the replications done so far and is
        flagged ``partial``.
    memory : float, optional
        Budget of bytes for the results and for what is under way, from 64,000,000; likewise.
    events : int, optional
        Budget of firings in all. The first 64 replications tell how many one has, and the run has as many replications
        as that allows (64 at least). No clock decides, so that the same call gives the same answer everywhere.
    precision : float, str or mapping of str to these, optional
        End the run when every yes/no question asked without ``given`` (or each of those named) is known to within so
        much, such as 0.01 (or ``"10 %"``, a share of the probability itself): half the width of a confidence sequence, all
        questions together at 95 %, however often one looks. Looks are after fixed numbers of histories, so that no worker
        or block decides how many there are; the result's note says what was reached. With ``draws`` it is the mean over
        these draws that is known so well.
    progress : callable or bool, optional
        Called with (replications done, replications in all); True draws a bar on stderr.

    Returns
    -------
    Runs or CountedRuns
        As ``keep`` says.

    Raises
    ------
    SimulationError
        With ``on_error="raise"``: the first replication that could not be finished. ``error.runs`` has those before it,
        as it has when a worker is lost or the run is interrupted (``KeyboardInterrupt``).
    CheckpointError
        If the checkpoint belongs to another run or version, or cannot be written: before anything is simulated.
    BudgetError
        If there is not as much memory as the results need, or a budget is too small to be kept.
    WorkerError
        If a worker is lost, or the scenario cannot be sent to one.

    See Also
    --------
    solve : Solve a scenario exactly.
    Runs : Simulated histories as arrays.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=200, seed=1)
    >>> 0.6 < runs.probability("talks_day_5").value < 0.95
    True
    """
    began = time.perf_counter()
    check_is_scenario(scenario, "simulate")
    replications = _most(precision is not None) if replications is None else replications
    asked = check_simulate(locals())
    path = None if checkpoint is None else path_of(checkpoint)
    ends = None if seconds is None else began + check_seconds(seconds)
    memory = None if memory is None else check_memory(memory)
    seed = fresh_seed() if seed is None else check_seed(seed)
    scenario, drawn = scenario.fixing(fix or {}), draws is not None or rows is not None
    enough = (
        None
        if precision is None
        else precision_of(scenario, asked, precision, replications, _cycle(scenario, draws, rows))
    )
    if enough is not None:
        replications = enough.rounded(replications)
    program = lower(scenario, asked)
    chosen, note = choose(engine, program)
    job = Job(
        seed=seed,
        replications=(),
        rows=parameter_rows(program, seed, draws) if rows is None else given_rows(program, rows),
        contested=program.contested if not drawn else (),
        trace=trace,
        max_events=max_events,
        stop_at_failure=on_error == "raise",
        lean=keep == "answers",
        told=0,  # the run puts words to the first failures itself, once its blocks are in order
    )
    edges = grid(program, scenario.calendar) if keep == "counts" else None
    run = Underway(
        scenario=scenario,
        plan=Plan(program=program, engine=chosen, job=job, edges=edges),
        replications=replications,
        drawn=drawn,
        note=note,
        size=block or block_size(chosen, replications, len(job.rows), workers),
        threads=workers,
        executor=executor,
        memory=memory,
        events=events,
        ends=ends,
        precision=enough,
        report=_reporter(progress),
        save_every=SAVE_EVERY,
    )
    if path is not None:
        from negsim.running.identity import identity

        run.resume(path, identity(run.plan, scenario.calendar, draws))
    return run.go()


def _most(precise: bool) -> int:
    """Histories if nobody says how many."""
    return MOST if precise else HISTORIES


def _cycle(scenario: Scenario, draws: int | None, rows: GivenRows | None) -> int | None:
    """How many rows there are, where they differ: draws do where anything is believed of the parameters."""
    if rows is not None:
        return len(given_rows(lower(scenario), rows))
    return draws if any(one.belief is not None for one in scenario.expanded.parameters.values()) else None


def _reporter(progress: Callable[[int, int], None] | bool | None) -> Callable[[int, int], None]:
    """What is told of progress: nothing, a bar on stderr with rate and time left, or the caller's own."""
    if callable(progress):
        return progress
    if not progress:
        return lambda done, wanted: None
    try:
        # The package itself first: its part for notebooks may have been imported before it was taken away.
        import tqdm as _  # noqa: F401 # asked for, not used
        from tqdm.auto import tqdm
    except ImportError:
        raise ImportError(
            "progress=True needs tqdm; install it with: pip install 'negsim[progress]', or give a function of "
            "(replications done, replications in all)"
        ) from None

    bar = tqdm(total=1, unit=" histories", unit_scale=True, leave=False)

    def tell(done: int, wanted: int) -> None:
        bar.total = wanted
        bar.update(done - bar.n)
        if done >= wanted:
            bar.close()

    return tell


def replay(runs: Results, replication: int) -> Trajectory:
    """Simulate one replication of finished runs again, with its full log.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    replication : int
        Any number from 0 on, also beyond those simulated.

    Returns
    -------
    Trajectory
        The initial state and every event.

    See Also
    --------
    Trajectory : One simulated history, event by event.
    narrate : Tell one history in words.

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
