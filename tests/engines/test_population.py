"""Histories that are stopped, written down, asked and gone on from are those of one run, to the last bit."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from engines.bits import differences, job_of
from engines.pieces import differ, in_pieces, through_a_file, unlike
from engines.stories import AGES, clocks, crowd, failing, order, state
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st
from running import AVAILABLE, DAY, on_every_engine, scenario
from strategies import scenarios, seeds

import negsim as ns
from negsim.engines import ENGINES, Job, prepare
from negsim.engines.blocks import rows_of
from negsim.errors import LawError, SimulationError
from negsim.program import Program, lower

CLOCKS = dict(clocks())
ANCIENT = dict(clocks(AGES))
FAILING = dict(failing())


@st.composite
def cuts(draw: Any) -> list[float]:
    """Shares of the whole time at which histories are stopped, and where they are gone on with."""
    return sorted(
        draw(st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.8, 0.99, 1.0]) | st.floats(0, 1), min_size=1, max_size=4))
    )


def instants(program: Program, shares: list[float]) -> list[float]:
    """Whole microseconds; half of them whole days, on which most happens."""
    exact = [share * program.horizon for share in shares]
    whole = [round(at / DAY) * DAY if number % 2 else float(round(at)) for number, at in enumerate(exact)]
    return sorted(min(at, program.horizon) for at in whole)


def solvable(program: Program, job: Job) -> bool:
    """Whether every row of parameters gives laws that exist."""
    try:
        return all(program.bind(row) for row in rows_of(program, job)[0])
    except LawError:
        return False


def check_twins(described: ns.Scenario, seed: int, shares: list[float], engines: list[str], draws: int | None) -> None:
    program = lower(described)
    job = job_of(program, seed=seed, count=6, draws=draws, max_events=400, trace=0)
    assume(solvable(program, job))
    stops = instants(program, shares)
    chosen = [engines[number % len(engines)] for number in range(len(stops) + 1)]
    whole = prepare(AVAILABLE[0], program).run(job)
    assert not unlike(whole, in_pieces(program, job, stops, chosen))
    kept = [prepare(name, program).begin(job).advance(stops[0]) for name in AVAILABLE]
    assert all(not differ(kept[0].snapshot(), other.snapshot()) for other in kept[1:])
    check_clones(program, kept, stops)


def check_clones(program: Program, kept: list[Any], stops: list[float]) -> None:
    """Clones, and clones of clones that stand elsewhere, are the same on every engine; so are hazards."""
    random = [action.name for action in program.actions if action.clock == "random"]
    hazards = [np.column_stack([p.consumed(), *(p.log_hazard(name) for name in random)]) for p in kept]
    assert all(hazards[0].tobytes() == other.tobytes() for other in hazards[1:])
    alive = np.flatnonzero(~kept[0].snapshot().failed)[::-1].tolist() * 2
    clones = [population.select(alive, 7, range(50, 50 + len(alive))) for population in kept]
    assert all(not differ(clones[0].snapshot(), other.snapshot()) for other in clones[1:])
    for population in clones:
        population.advance(stops[-1])
    left = np.flatnonzero(~clones[0].snapshot().failed).tolist()[:9]
    # on one engine from where it stands, on the next from what the one before wrote down
    snapshots = [population.snapshot() for population in clones]
    again = [population.select(left, 3) for population in clones]
    again += [prepare(name, program).resume(through_a_file(snapshots[0])).select(left, 3) for name in AVAILABLE[1:]]
    assert all(not differ(again[0].snapshot(), other.snapshot()) for other in again[1:])
    blocks = [population.advance(program.horizon).block() for population in again]
    assert all(not unlike(blocks[0], other) for other in blocks[1:])


twins = given(
    scenarios(runaways=True),
    seeds,
    cuts(),
    st.lists(st.sampled_from(AVAILABLE), min_size=1, max_size=3),
    st.sampled_from([None, 2]),
)


@settings(max_examples=40, phases=[Phase.generate])
@twins
def test_pieces_are_one_run(
    described: ns.Scenario, seed: int, shares: list[float], engines: list[str], draws: int | None
) -> None:
    check_twins(described, seed, shares, engines, draws)


@pytest.mark.slow
@settings(max_examples=300, phases=[Phase.generate])
@twins
def test_pieces_are_one_run_of_many(
    described: ns.Scenario, seed: int, shares: list[float], engines: list[str], draws: int | None
) -> None:
    check_twins(described, seed, shares, engines, draws)


@pytest.mark.parametrize("name", CLOCKS)
@on_every_engine
def test_every_clock_in_pieces(engine: str, name: str) -> None:
    program = lower(CLOCKS[name])
    job = job_of(program, count=8, trace=0)
    stops = [DAY * day for day in (0.0, 1.0, 2.5, 6.0)]
    others = [name for name in AVAILABLE if name != engine] or [engine]
    assert not unlike(
        prepare(engine, program).run(job),
        in_pieces(program, job, stops, [engine, *others, engine, *others, engine][:5]),
    )


@pytest.mark.parametrize("name", [*ANCIENT][::4])
def test_every_clock_in_pieces_of_a_century(name: str) -> None:
    """Due times beyond 2**53 do not tell when a clock began, and the last bits of instants show."""
    program = lower(ANCIENT[name])
    job = job_of(program, count=4, trace=0)
    stops = [float(round(program.horizon * share)) for share in (0.01, 0.3, 0.31, 0.9)]
    engines = [AVAILABLE[k % len(AVAILABLE)] for k in range(5)]
    assert not unlike(prepare(AVAILABLE[0], program).run(job), in_pieces(program, job, stops, engines))
    check_clones(program, [prepare(name, program).begin(job).advance(stops[1]) for name in AVAILABLE], stops)


OTHERS = {"many at once": order(), "state": state(), "a crowd": crowd(60), "more than lanes take": crowd(150)}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(("draws", "lean"), [(None, True), (3, False)])
def test_whole_stories_in_pieces(name: str, draws: int | None, lean: bool) -> None:
    program = lower(OTHERS[name])
    job = job_of(program, count=4, trace=0, draws=draws, lean=lean)
    stops = [DAY * day for day in (0.0, 2.0, 3.0, 4.5)]
    engines = [AVAILABLE[k // 2 % len(AVAILABLE)] for k in range(5)]
    assert not unlike(prepare(AVAILABLE[0], program).run(job), in_pieces(program, job, stops, engines))
    check_clones(program, [prepare(name, program).begin(job).advance(stops[2]) for name in AVAILABLE], stops)


@on_every_engine
def test_more_histories_than_lanes(engine: str) -> None:
    """The compiled engine has 384 of them: others wait, and take the place of those that have stopped."""
    program = lower(order())
    job = job_of(program, count=1000 if engine == "compiled" else 20, trace=0, max_events=200)
    kernel = prepare(engine, program)
    population = kernel.begin(job)
    for day in (1, 4, 4, 7.5):
        population.advance(day * DAY)
    assert not unlike(kernel.run(job), population.advance(program.horizon).block())


@on_every_engine
def test_no_histories_at_all(engine: str) -> None:
    program = lower(state())
    population = prepare(engine, program).begin(job_of(program, count=0)).advance(DAY)
    assert population.values("trust").shape == (0,)
    clones = prepare(engine, program).resume(through_a_file(population.snapshot())).select([], 1)
    assert clones.consumed().shape == (0, len(program.actions))
    assert len(clones.advance(program.horizon).block().failed) == 0


@on_every_engine
@pytest.mark.parametrize("name", FAILING)
def test_the_first_failure_of_a_piece_is_raised(engine: str, name: str) -> None:
    """Of those that fail in the first piece in which any does, the first row; in the words of one run."""
    program = lower(FAILING[name])
    job = job_of(program, count=9, stop_at_failure=True, trace=0)
    told = {str(error) for error in prepare(engine, program).run(replace(job, stop_at_failure=False)).failures}
    with pytest.raises(SimulationError) as caught:
        in_pieces(program, job, [day * DAY for day in (1.0, 2.0, 3.0, 3.25, 4.0)], [engine] * 6)
    assert str(caught.value) in told


def policy(view: Any, draw: Any) -> str:
    """Decide by a draw of its own."""
    return view.options[int(draw() * len(view.options))]


def test_parties_that_decide_by_functions() -> None:
    outcomes = [ns.Outcome(name="yes", weight=1, effects=["n += 1"]), ns.Outcome(name="no", weight=1)]
    choose = ns.Action(name="north.choose", by="north", clock=ns.Exponential(0.5), outcomes=outcomes)
    parts = [ns.Counter("n"), ns.Party("north", policy=policy), choose]
    program = lower(ns.Scenario("p", start="2025-01-01", end=40, parts=parts))
    job = job_of(program, count=20, trace=0)
    kernel = prepare("reference", program)
    assert not unlike(kernel.run(job), in_pieces(program, job, [3 * DAY, 9 * DAY], ["reference"] * 3))
    population = kernel.begin(job).advance(3 * DAY)
    clones = [population.select([0] * 200, branch, range(200)).advance(program.horizon) for branch in (1, 2)]
    counts = [population.block().counts for population in clones]
    assert (counts[0] != counts[1]).any()
    firings, yes = sum(int(count.sum()) for count in counts), sum(int(count[:, 1].sum()) for count in counts)
    assert abs(yes - firings / 2) < 6 * (firings / 4) ** 0.5


@on_every_engine
def test_logs_go_on_within_one_population(engine: str) -> None:
    program = lower(state())
    job = job_of(program, count=9, trace=5, draws=3)
    kernel = prepare(engine, program)
    population = kernel.begin(job)
    for day in (0, 1, 3, 3, 8):
        population.advance(day * DAY)
        population.snapshot()
    population.advance(program.horizon)
    population.snapshot()  # also at the end, where it is told once more
    assert not differences(kernel.run(job), population.block())
    assert sum(len(trace.events) for trace in population.block().traces) > 100


def test_the_table_says_whose_histories_can_be_stopped() -> None:
    for name, engine in ENGINES.items():
        home = getattr(importlib.import_module(engine.module), engine.kernel)
        assert engine.snapshots == (hasattr(home, "begin") and hasattr(home, "resume")), name


@on_every_engine
@pytest.mark.parametrize("name", ["age", "consumed", "target", "touched", "pace", "speed", "drawn", "passed", "state"])
def test_a_snapshot_with_other_numbers_is_another_history(engine: str, name: str) -> None:
    """What must fail: each of these arrays decides something else than itself within two days."""
    program = lower(CLOCKS["weibull-resume-plain"])
    kernel = prepare(engine, program)
    kept = kernel.begin(job_of(program, count=30, trace=0)).advance(5 * DAY).snapshot()
    changed = (getattr(kept, name) * 1.5 + 1).astype(getattr(kept, name).dtype)
    two = [kernel.resume(one).advance(7 * DAY).snapshot() for one in (kept, replace(kept, **{name: changed}))]
    assert unlike(*two, [other for other in kept.arrays if other != name])


@on_every_engine
def test_parameters_of_histories_that_failed_are_not_asked_for(engine: str) -> None:
    """Nothing is kept of them, and no law may exist where a parameter is 0."""
    wait = ns.Parameter("wait", 2.0, ns.Gamma(shape=4, rate=2))
    broken = ns.Action(name="break", clock=ns.Exponential(0.5), limit=1, effects=["x = 1 / (x - x)"])
    work = ns.Action(name="work", clock=ns.LogNormal(median="wait", sigma=0.5), effects=["n += 1"])
    program = lower(scenario(wait, ns.Level("x", 1), ns.Counter("n"), broken, work))
    job = job_of(program, count=12, draws=4, trace=0)
    whole = prepare(engine, program).run(job)
    assert not unlike(whole, in_pieces(program, job, [DAY, 2 * DAY], [engine] * 3))
    assert whole.failed.sum() > 6
