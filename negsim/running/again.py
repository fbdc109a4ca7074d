"""Histories of finished runs told once more, with other things recorded of them, or under other parameters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from negsim.engines import Block, Job
from negsim.engines.blocks import ARRAYS
from negsim.errors import EstimateError
from negsim.laws.draws import Stream
from negsim.program import Program
from negsim.results.base import Results
from negsim.results.runs import Runs
from negsim.running.sizes import block_size
from negsim.running.underway import Underway
from negsim.running.workers import Plan

__all__ = ["again", "equalised"]


def equalised(runs: Runs, n: int, *, by_row: bool = False) -> Runs:
    """Draw so many histories in proportion to their weights, which then all count alike.

    Parameters
    ----------
    runs : Runs
        With weights.
    n : int
    by_row : bool
        Whether histories are clusters by their row of parameters; else by their island.
    """
    assert runs.weights is not None
    assert runs.islands is not None
    reach = np.cumsum(runs.weights)
    u = Stream(runs.seed, "resample", "equal").uniforms(0, 0)[0]
    chosen = np.searchsorted(reach, (u + np.arange(n)) * (reach[-1] / n), side="right").clip(max=len(reach) - 1)
    rows, cluster = runs.parameters[runs.draw[chosen]], runs.islands[chosen]
    if by_row:
        rows, cluster = np.unique(rows, axis=0, return_inverse=True)
    else:
        # an island is a cluster as a row of parameters is, whatever its parameters are
        rows = np.repeat(np.array([runs.program.best()]), int(runs.islands.max()) + 1, axis=0)
    order = np.argsort(cluster, kind="stable")
    arrays = {name: getattr(runs.block, name)[chosen[order]] for name in ARRAYS}
    own = cluster.reshape(-1)[order]
    turn = np.arange(n) - np.searchsorted(own, own)
    # numbers that lead to the right row
    arrays["replications"] = own + len(rows) * turn
    return Runs(
        scenario=runs.scenario,
        program=runs.program,
        seed=runs.seed,
        rows=tuple(map(tuple, rows.tolist())),
        drawn=runs.drawn or not by_row,
        engine=runs.engine,
        note=f"{n:,} histories drawn in proportion to their weights",
        seconds=runs.seconds,
        max_events=runs.max_events,
        requested=n,
        block=Block(**arrays),
    )


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
    if isinstance(runs, Runs) and runs.retold is not None:
        if rows is not None:
            raise EstimateError(
                "histories that were conditioned on news cannot be told again under other parameters; condition a scenario "
                "with these parameters"
            )
        found = runs.retold(program)
        assert isinstance(found, Runs)
        return equalised(found, n)
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
    told = run.go()
    assert isinstance(told, Runs)
    return told
