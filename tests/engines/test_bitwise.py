"""The compiled engine tells the reference engine's histories, to the last bit; a change of one microsecond is caught."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import scenarios, seeds

import negsim as ns
from negsim.engines import Job, available, prepare
from negsim.laws import Law
from negsim.program import Bound, Program, lower

if not available("compiled"):
    pytest.skip("no C compiler made the compiled engine", allow_module_level=True)

from engines.bits import assert_same, both, differences, job_of
from engines.stories import AGES, clocks, crowd, failing, order, state, supposed

from negsim.engines.compiled.loop import FEW

DAY = 86_400_000_000.0
BENCH = Path(__file__).parents[2] / "benchmarks" / "istanbul-bench.toml"
CLOCKS = dict(clocks())
ANCIENT = dict(clocks(AGES))
FAILING = dict(failing())


@pytest.mark.parametrize("name", CLOCKS)
def test_every_clock_memory_pace_speed_truncation_and_never(name: str) -> None:
    assert assert_same(CLOCKS[name], count=25).events.sum() > 500


@pytest.mark.parametrize("name", CLOCKS)
def test_last_bits_show_in_a_scenario_of_centuries(name: str) -> None:
    """Its instants are whole microseconds up to 2**52.8: each order of operations in touch and schedule has its own."""
    assert assert_same(ANCIENT[name], count=12).events.sum() > 250


def test_odd_microseconds_of_the_second_half() -> None:
    """From 2**52 on floats are whole, and the sum with 2**52 has even ones only: delays must not go through it there."""
    delays = [2.0**52 + k for k in (1, 3, 2**40 + 1)]
    for delay in delays:
        days = next(
            d
            for d in (delay / DAY, math.nextafter(delay / DAY, 0), math.nextafter(delay / DAY, 1e9))
            if round(d * DAY) % 2
        )
        work = ns.Action(name="work", clock=ns.Fixed(days), limit=1)
        drawn = ns.Action(name="drawn", clock=ns.Exponential(1 / days), limit=1)
        block = assert_same(story(work, drawn, end=100_000), count=40)
        times = [event.at for trace in block.traces for event in trace.events]
        assert times.count(round(days * DAY)) == 40
        assert any(at > 2**52 and at % 2 for at in times if at != round(days * DAY))


def test_many_things_at_one_instant() -> None:
    assert assert_same(order()).events.min() > 50


@pytest.mark.parametrize("draws", [None, 1, 7])
def test_state_drawn_sizes_parameters(draws: int | None) -> None:
    block = assert_same(state(), draws=draws, count=60)
    assert block.events.sum() > 3000
    assert not block.failed.any()


@pytest.mark.parametrize("number", range(len(supposed())))
def test_interventions(number: int) -> None:
    assert_same(supposed()[number], draws=3)


@pytest.mark.parametrize("name", FAILING)
def test_failures_say_the_same(name: str) -> None:
    block = assert_same(FAILING[name], count=9)
    assert block.failed.any()
    assert len(block.failures) == block.failed.sum()


@pytest.mark.parametrize("name", FAILING)
def test_the_first_failure_is_raised(name: str) -> None:
    program = lower(FAILING[name])
    said = []
    for engine in ("reference", "compiled"):
        with pytest.raises(ns.errors.SimulationError) as caught:
            prepare(engine, program).run(job_of(program, stop_at_failure=True))
        error = caught.value
        said.append((type(error), str(error), error.action, error.time, error.replication))
    assert said[0] == said[1]


@pytest.mark.parametrize("size", [20, 60, 150])
def test_many_actions(size: int) -> None:
    """More than a scan can take, and more atoms than fit in a word."""
    assert assert_same(crowd(size), count=12).events.sum() > 12 * size


def test_replications_of_all_sizes() -> None:
    """Both halves of the counter's words, blocks that are no multiple of eight, any order."""
    program = lower(state())
    numbers = [2**63 - 1, 0, 5, 2**32, 2**32 + 1, 7, 3, 2**40, 1, 2, 2**62]
    job = Job(seed=2**64 - 1, replications=numbers, rows=(program.best(),), trace=2**63 - 1)
    one, two = both(program, job)
    assert not differences(one, two)
    assert len(two.traces) == len(numbers) - 1


@settings(max_examples=330)
@given(scenarios(), seeds, st.sampled_from([None, 1, 3]))
def test_random_scenarios(scenario: ns.Scenario, seed: int, draws: int | None) -> None:
    assert_same(scenario, seed=seed, draws=draws, count=11, max_events=400)


@settings(max_examples=60)
@given(scenarios(runaways=True), seeds, st.sampled_from([300, 2500]))
def test_random_scenarios_that_may_run_away(scenario: ns.Scenario, seed: int, most: int) -> None:
    assert_same(scenario, seed=seed, count=5, max_events=most)


def story(*parts: Any, end: float = 9) -> ns.Scenario:
    return ns.Scenario("s", start="2025-01-01", end=end, parts=parts)


@pytest.mark.parametrize("low", [-1_000_000, -9, -2, 1, 3, 8, 1_000_000])
def test_drawn_levels_away_from_zero(low: int) -> None:
    """Before they are drawn nothing may be looked up for them in tables."""
    x = ns.Level("x", ns.Uniform(low, low + 4), low=low, high=low + 4, step=1)
    level = ns.Level("y", 1, low=0, high=8, step=1)
    up = ns.Action(name="a", clock=ns.Exponential(0.5), pace="p * y + y * 2 + 0.25", effects=["y += 1"])
    down = ns.Action(name="b", clock=ns.Exponential(0.5), when="p * x + x * 2 > -3", effects=["x -= 1"])
    assert_same(story(ns.Parameter("p", 0.5), level, x, up, down), count=60)


@pytest.mark.parametrize("size", [1, 2, 64, 65, FEW - 1, FEW, FEW + 1])
def test_every_number_of_actions(size: int) -> None:
    """Of up to 128 actions histories advance side by side, and each action may be next in one of them."""
    actions = [ns.Action(name=f"a{i:03d}", clock=ns.Exponential(1.0), effects=["c += 1"]) for i in range(size)]
    assert assert_same(story(ns.Counter("c"), *actions, end=2), count=400, trace=2).events.sum() > size * 300


def test_initial_values_without_a_value() -> None:
    x = ns.Level("x", "sqrt(p - 0.5)", low=0, high=1, step=0.1)
    rise = ns.Action(name="b", clock=ns.Exponential(0.5), when="x * 3 + x * 2 < 3", effects=["x += 0.1"])
    block = assert_same(story(ns.Parameter("p", 0.5, ns.Uniform(0, 1)), x, rise), count=60, draws=50)
    assert 10 < block.failed.sum() < 50


def test_constant_effects_that_overflow() -> None:
    x = ns.Level("x", 0, low=0, high=1.6e308)
    rise = ns.Action(name="x_rises", clock=ns.Exponential(1), effects=["x += 1e308"])
    other = ns.Action(name="y", clock=ns.Exponential(1), when="x * 0.3 + x * 0.4 < 1e308", effects=["g = true"])
    assert assert_same(story(x, ns.Fact("g"), rise, other, end=100), count=20).failed.all()


def test_nothing_is_consumed_at_pace_0() -> None:
    """Also where the product of speed and time is too large."""
    on = ns.Action(name="on", clock=ns.Fixed(3), when="not f", effects=["f = true"])
    pace = "1e-308 if f else 0"
    x = ns.Action(name="x", clock=ns.Exponential(0.5), pace=pace, speed="1e308", limit=1, effects=["g = true"])
    block = assert_same(story(ns.Fact("f"), ns.Fact("g"), on, x, end=100), count=9)
    assert block.traces[0].events[1].time > 3.5


@pytest.mark.parametrize("draws", [7, 40, 400])
def test_rows_of_parameters_side_by_side(draws: int) -> None:
    """More replications than lanes, with tables for each row of parameters or too many rows for that, in any order."""
    program = lower(ns.load("istanbul-2025"))
    numbers = np.random.default_rng(draws).permutation(1500)[:700].tolist()
    rows = program.draws(3, range(draws))
    one, two = both(program, Job(seed=3, replications=numbers, rows=rows, trace=20))
    assert not differences(one, two)
    kernel = prepare("compiled", program)
    for part in (numbers[:1], numbers[:9], numbers[5:600]):
        kernel.run(Job(seed=3, replications=part, rows=rows))
    assert not differences(kernel.run(Job(seed=3, replications=numbers, rows=rows, trace=20)), two)


@pytest.mark.parametrize("stop", [True, False])
@pytest.mark.parametrize("draws", [None, 3, 500])
def test_failures_side_by_side(draws: int | None, stop: bool) -> None:
    """One history in fifteen fails, some of them in the lanes at the same time."""
    rate = ns.Parameter("rate", 0.25, ns.Uniform(0.2, 0.3))
    root = ns.Action(name="root", clock=ns.Exponential("rate"), effects=["x = sqrt(5 - x) + x"])
    program = lower(ns.Scenario("s", start="2025-01-01", end=9, parts=[rate, ns.Level("x", low=-9, high=99), root]))
    job = job_of(program, seed=2, count=900, draws=draws, trace=0, stop_at_failure=stop)
    if not stop:
        one, two = both(program, job)
        assert not differences(one, two)
        assert 20 < two.failed.sum() < 200
        return
    numbers = set()
    for engine in ("reference", "compiled"):
        with pytest.raises(ns.errors.SimulationError) as caught:
            prepare(engine, program).run(job)
        numbers.add((caught.value.replication, caught.value.time))
    assert len(numbers) == 1


def compare_many(scenario: ns.Scenario, count: int, trace: int) -> int:
    program = lower(scenario)
    job = Job(seed=1, replications=range(count), rows=(program.best(),), trace=trace)
    one, two = both(program, job)
    assert not differences(one, two)
    return int(two.events.sum())


def test_bench_scenario() -> None:
    assert compare_many(ns.load(BENCH), 600, 600) == pytest.approx(600 * 76.8, rel=0.02)


@pytest.mark.slow
def test_bench_scenario_10_000_replications() -> None:
    assert compare_many(ns.load(BENCH), 10_000, 10_000) == pytest.approx(768_000, rel=0.005)


@pytest.mark.parametrize("name", ["toy", "istanbul-2025"])
def test_shipped_scenarios(name: str) -> None:
    assert compare_many(ns.load(name), 300, 50) > 300


@pytest.mark.slow
def test_istanbul_10_000_replications() -> None:
    assert compare_many(ns.load("istanbul-2025"), 10_000, 10_000) > 10_000


class Shifted(Program):
    """A program one of whose laws, once it is numbers, has its last parameter moved to the next float."""

    number = 0

    def bind(self, values: Sequence[float]) -> Bound:
        laws = list(super().bind(values).laws)
        law = laws[self.number]
        assert isinstance(law, Law)
        moved = math.nextafter(law.params[-1], math.inf)
        laws[self.number] = dataclasses.replace(law, params=(*law.params[:-1], moved))
        return Bound(tuple(laws))


def shifted(program: Program, number: int) -> Program:
    twin = Shifted(**{one.name: getattr(program, one.name) for one in dataclasses.fields(program)})
    object.__setattr__(twin, "number", number)
    return twin


@pytest.mark.parametrize("name", [name for name in ANCIENT if name.endswith("reset-plain") and "fixed" not in name])
def test_a_planted_last_bit_is_caught(name: str) -> None:
    """One law moved by one unit in the last place in one of the two engines; in days it would hardly ever show."""
    program = lower(ANCIENT[name])
    number = next(row.law for row in program.actions if row.name == "work")
    job = Job(seed=3, replications=range(60), rows=(program.best(),), trace=60)
    truth = prepare("reference", program).run(job)
    assert not differences(truth, prepare("compiled", program).run(job))
    assert differences(truth, prepare("compiled", shifted(program, number or 0)).run(job))


def test_a_planted_microsecond_in_a_pace_is_caught() -> None:
    """The table of a pace with one part in 10**11 more."""
    kernel: Any = prepare("compiled", lower(ns.load(BENCH)))
    job = Job(seed=3, replications=range(100), rows=(kernel.program.best(),), trace=100)
    truth = kernel.run(job)
    cells = kernel.lowered.arrays["cells"]
    cells *= 1.0 + 1e-11
    assert differences(truth, kernel.run(job))
