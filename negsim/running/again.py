"""Histories of finished runs told once more, with other things recorded of them, or under other parameters."""

from __future__ import annotations

from collections.abc import Sequence

from negsim.engines import Job
from negsim.program import Program
from negsim.results.base import Results
from negsim.results.runs import Runs
from negsim.running.sizes import block_size
from negsim.running.underway import Underway
from negsim.running.workers import Plan

__all__ = ["again"]


def again(
    runs: Results, program: Program, replications: int | None = None, rows: Sequence[tuple[float, ...]] | None = None
) -> Runs:
    """Simulate the first replications of finished runs once more: the same seed, numbers and draws of parameters.

    Parameters
    ----------
    runs : Runs or CountedRuns
    program : Program
        The scenario's, with the same histories and other questions.
    replications : int, optional
        By default as many as the runs have.
    rows : sequence of tuple of float, optional
        Other values of the parameters.
    """
    n = runs.replications if replications is None else replications
    job = Job(
        seed=runs.seed,
        replications=(),
        rows=runs.rows if rows is None else rows,
        contested=() if runs.drawn else program.contested,
        max_events=runs.max_events,
        stop_at_failure=False,
        lean=True,
        told=0,
    )
    run = Underway(
        scenario=runs.scenario,
        plan=Plan(program=program, engine=runs.engine, job=job, edges=None),
        replications=n,
        drawn=runs.drawn,
        note="",
        size=block_size(runs.engine, n, len(job.rows), None),
        threads=None,
        executor=None,
        memory=None,
        events=None,
        ends=None,
        report=lambda done, wanted: None,
        save_every=2.0,
    )
    found = run.go()
    assert isinstance(found, Runs)
    return found
