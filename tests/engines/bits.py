"""Whether two engines told the same histories, to the last bit."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

import negsim as ns
from negsim.engines import Block, Job, prepare
from negsim.program import Program, lower
from negsim.running.simulation import parameter_rows

FLOATS = ("first", "edges", "at", "held", "final")
WHOLE = ("fired", "counts", "events", "failed", "replications")


def differences(one: Block, two: Block) -> list[Any]:
    """Everything in which two blocks differ, with the first places; floats are compared as bits."""
    found: list[Any] = []
    for name in (*FLOATS, *WHOLE):
        a, b = getattr(one, name), getattr(two, name)
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        bits = [x.view(np.int64) if name in FLOATS else x for x in (a, b)]
        for place in map(tuple, np.argwhere(bits[0] != bits[1])[:3]):
            found.append((name, place, a[place], b[place]))
    # repr shows the sign of zero, and all digits
    for first, second in zip(one.traces, two.traces, strict=True):
        if repr(first) != repr(second):
            found.append((first, second))
    said = [[(type(e), str(e), e.action, e.time, e.replication) for e in block.failures] for block in (one, two)]
    return found if said[0] == said[1] else [*found, said]


def both(program: Program, job: Job) -> tuple[Block, Block]:
    """A job on the reference engine and on the compiled one."""
    return prepare("reference", program).run(job), prepare("compiled", program).run(job)


def job_of(program: Program, *, seed: int = 1, count: int = 40, draws: int | None = None, **said: Any) -> Job:
    """Some replications, all traced, failures counted."""
    claims = program.contested if draws is None else ()
    given: dict[str, Any] = {"contested": claims, "trace": count, "max_events": 3000, "stop_at_failure": False, **said}
    return Job(seed=seed, replications=range(count), rows=parameter_rows(program, seed, draws), **given)


def assert_same(scenario: ns.Scenario, **said: Any) -> Block:
    """Run on both engines, compare everything, return the compiled one's block.

    Traced histories are told one after the other; without traces they advance side by side, to the same end.
    """
    program = lower(scenario)
    job = job_of(program, **said)
    one, two = both(program, job)
    assert not differences(one, two)
    side_by_side = prepare("compiled", program).run(dataclasses.replace(job, trace=0))
    assert not differences(dataclasses.replace(two, traces=[]), side_by_side)
    return two
