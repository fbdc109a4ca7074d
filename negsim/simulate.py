"""The only place that joins scenario, engine and workers."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

from negsim.engines import Job, choose, prepare
from negsim.engines.blocks import Trajectory
from negsim.errors import NegsimError, SimulationError
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.program import Program, lower
from negsim.runs import Runs
from negsim.streams import check_seed, fresh_seed

__all__ = ["parameter_rows", "replay", "simulate"]


def simulate(
    scenario: Scenario,
    *,
    replications: int = 10_000,
    seed: int | None = None,
    questions: Iterable[Question] = (),
    engine: str = "auto",
    draws: int | None = None,
    trace: int = 0,
    max_events: int = 100_000,
    on_error: str = "raise",
    progress: Any = None,
) -> Runs:
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
        By default every parameter has its best value.
    trace : int
        Keep the full log of the first so many replications.
    max_events : int
        Most firings in one replication.
    on_error : {'raise', 'count'}
        Raise at the first replication that fails (the error carries the runs so far), or count failures once as no
        and once as yes, so that estimates become bounds.
    progress : callable, optional
        Called with (replications done, replications in all).

    Returns
    -------
    Runs

    Raises
    ------
    SimulationError
        With ``on_error="raise"``: the first replication that could not be finished.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=200, seed=1)
    >>> 0.6 < runs.probability("talks_day_5").value < 0.95
    True
    """
    check_count("replications", replications)
    if on_error not in ("raise", "count"):
        raise NegsimError(f"on_error is {on_error!r}; use 'raise' or 'count'")
    seed = fresh_seed() if seed is None else check_seed(seed)
    program = lower(scenario, questions)
    name, note = choose(engine, program)
    rows = parameter_rows(program, seed, draws)
    kernel = prepare(name, program)
    blocks = []
    began = time.perf_counter()
    size = max(1, min(1000, replications))
    for first in range(0, replications, size):
        numbers = range(first, min(first + size, replications))
        job = Job(seed=seed, replications=numbers, rows=rows, trace=trace, max_events=max_events, stop_at_failure=on_error == "raise")
        try:
            blocks.append(kernel.run(job))
        except SimulationError as error:
            if blocks:
                error.runs = Runs.of(scenario, program, blocks, seed=seed, rows=rows, drawn=draws is not None, engine=name, note=note, seconds=time.perf_counter() - began, max_events=max_events)
            raise
        if progress is not None:
            progress(numbers.stop, replications)
    return Runs.of(scenario, program, blocks, seed=seed, rows=rows, drawn=draws is not None, engine=name, note=note, seconds=time.perf_counter() - began, max_events=max_events)


def check_count(what: str, value: object) -> None:
    """Refuse what is not a positive whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise NegsimError(f"{what} must be a whole number of at least 1, not {value!r}")


def parameter_rows(program: Program, seed: int, draws: int | None) -> Sequence[tuple[float, ...]]:
    """The best values, or so many rows drawn from what is believed of the parameters."""
    if draws is None:
        return (program.best(),)
    check_count("draws", draws)
    return tuple(program.draw(seed, row) for row in range(draws))


def replay(runs: Runs, replication: int) -> Trajectory:
    """Simulate one replication of finished runs again, with its full log.

    Parameters
    ----------
    runs : Runs
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
        seed=runs.seed, replications=[replication], rows=runs.rows, trace=replication + 1, max_events=runs.max_events
    )
    return kernel.run(job).traces[0]
