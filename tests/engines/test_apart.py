"""Histories that stop each at the next firing of one of some actions are the histories that never stopped."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from engines.bits import differences, job_of
from engines.stories import clocks, order, state
from running import AVAILABLE, on_every_engine

import negsim as ns
from negsim.engines import Population, Snapshot, prepare
from negsim.program import Program, lower

CHOSEN = dict(clocks())
STORIES = {
    "order": order(),
    "state": state(),
    **{name: CHOSEN[name] for name in ("lognormal-resume-cut", "gamma-reset-never", "fixed-repeat-plain")},
}


def stopped_often(program: Program, population: Population, actions: list[int], until: float, most: int) -> Population:
    """Stop at firings, at most so often, and every third time go on from the snapshot."""
    for number in range(most):
        population.advance_apart(actions, until)
        if population.instants is None or (population.instants == until).all():
            return population
        if number % 3 == 2:
            population = prepare(AVAILABLE[0], program).resume(population.snapshot(), population.instants)
            population.advance(until)
            return population
    return population


@on_every_engine
@pytest.mark.parametrize("name", STORIES)
def test_histories_that_stop_at_firings_are_one_run(engine: str, name: str) -> None:
    program = lower(STORIES[name])
    kernel, job = prepare(engine, program), job_of(program, count=12, lean=True, trace=0)
    population = stopped_often(program, kernel.begin(job), [*range(0, len(program.actions), 2)], program.horizon / 2, 6)
    assert differences(kernel.run(job), population.advance(program.horizon).block()) == []


def snapshots(name: str) -> list[tuple[Snapshot, Any]]:
    program = lower(STORIES[name])
    found = []
    for engine in AVAILABLE:
        population = prepare(engine, program).begin(job_of(program, count=12))
        population.advance_apart([len(program.actions) - 1], program.horizon / 2)
        clones = population.select([3, 3, 1, 5], 1, [40, 41, 42, 43])
        found.append((clones.snapshot(), clones.instants))
    return found


@pytest.mark.parametrize("name", STORIES)
def test_engines_stop_and_clone_at_the_same_instants(name: str) -> None:
    (one, first), (two, second) = snapshots(name)[0], snapshots(name)[-1]
    assert (first == second).all()
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name), err_msg=field.name)


@on_every_engine
def test_each_stops_after_everything_at_its_firing(engine: str) -> None:
    parts = [
        *(ns.Fact(name) for name in "ab"),
        ns.Action(name="first", clock=ns.Exponential(0.2), when="not a", effects=["a = true"]),
        ns.Action(name="then", clock=ns.Immediately(), when="a", effects=["b = true"]),
        ns.Question(name="a", condition="a"),
    ]
    program = lower(ns.Scenario("tiny", start="2025-01-01", end=10, parts=parts))
    plain = prepare(engine, program).run(job_of(program, count=30)).first[:, 0]
    names = [row.name for row in program.actions]
    population = prepare(engine, program).begin(job_of(program, count=30))
    population.advance_apart([names.index("first")], program.horizon)
    assert population.instants is not None
    np.testing.assert_array_equal(population.instants, np.minimum(plain, program.horizon))
    kept = population.snapshot()
    np.testing.assert_array_equal(kept.state[:, program.index["b"]], plain <= program.horizon)
