"""Conformance of every simulating engine: outcomes, effects, clipping and grids, drawn sizes, initial values, questions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from running import asked, block_of, final, on_every_engine, scenario, switch, trajectory, uniform_b
from scipy import special

import negsim as ns
from negsim.laws.draws import Stream

SEEDS = range(25)


def at(day: float, *effects: Any, name: str = "go", **said: Any) -> ns.Action:
    return ns.Action(name=name, clock=ns.On(day), effects=effects, **said)


def drawn(kind: str, name: str, occurrence: int, seed: int) -> float:
    return Stream(seed, kind, name).uniforms(0, occurrence)[0]


# ---- outcomes ----


@on_every_engine
def test_the_outcome_is_the_first_in_order_of_name_whose_running_sum_passes_the_draw(engine: str) -> None:
    weights = {"b": 0.1, "a.z": 0.3, "c": 0.25, "a": 0.0, "d": 0.7}
    outcomes = [ns.Outcome(name=name, weight=weight) for name, weight in weights.items()]
    described = scenario(ns.Action(name="vote", clock=ns.On(1.0), outcomes=outcomes))
    for seed in range(60):
        running, sums = 0.0, []
        for name in sorted(weights):
            running += weights[name]
            sums.append((running, name))
        reach = uniform_b("vote", seed=seed) * running
        expected = next(name for total, name in sums if reach < total)
        assert trajectory(described, engine, seed=seed).events[0].outcome == expected


@on_every_engine
def test_weights_are_those_of_the_state_before_the_firing(engine: str) -> None:
    outcomes = [
        ns.Outcome(name="held", weight="1 if memo else 0"),
        ns.Outcome(name="not_held", weight="0 if memo else 1"),
    ]
    described = scenario(ns.Fact("memo"), at(1.0, "memo = true", outcomes=outcomes))
    assert trajectory(described, engine).events[0].outcome == "not_held"


@on_every_engine
def test_an_outcome_brings_its_own_effects_beside_those_of_the_action(engine: str) -> None:
    outcomes = [ns.Outcome(name="yes", effects=["n += 10"]), ns.Outcome(name="no", weight=0, effects=["n += 100"])]
    described = scenario(ns.Counter("n"), ns.Fact("f"), at(1.0, "f = true", outcomes=outcomes))
    assert (final(described, engine, "n"), final(described, engine, "f")) == (10.0, 1.0)


# ---- effects ----


@on_every_engine
def test_effects_read_the_state_before_the_firing_and_are_assigned_together(engine: str) -> None:
    parts = [ns.Counter("x", 1), ns.Counter("y", 2), ns.Fact("more"), ns.Level("z", 0.5)]
    event = trajectory(scenario(*parts, at(1.0, "x = y", "y = x", "more = x > y", "z += x + y")), engine).events[0]
    assert event.changes == (("x", 1.0, 2.0), ("y", 2.0, 1.0), ("z", 0.5, 3.5))


@on_every_engine
def test_a_firing_that_changes_nothing_is_an_event_and_wakes_nobody(engine: str) -> None:
    parts = [ns.Level("trust", 1, low=0, high=1), at(1.0, "trust += 0.5")]
    parts.append(ns.Action(name="echo", when="trust > 1", clock=ns.Immediately()))
    history = trajectory(scenario(*parts), engine)
    assert [(event.action, event.changes) for event in history.events] == [("go", ())]


@on_every_engine
@pytest.mark.parametrize(("effect", "expected"), [("x += 5", 3.0), ("x = -7", -2.0), ("x = 2.9", 2.9)])
def test_a_level_is_clipped(engine: str, effect: str, expected: float) -> None:
    assert final(scenario(ns.Level("x", 0, low=-2, high=3), at(1.0, effect)), engine, "x") == expected


@on_every_engine
@pytest.mark.parametrize(
    ("step", "start", "effect", "expected"),
    [
        (0.5, 0, "x += 0.25", 0.0),  # half a step: to even, that is 0
        (0.5, 0.5, "x += 0.25", 1.0),  # 1.5 steps: to even, that is 2
        (0.5, 0, "x += 0.26", 0.5),
        (0.1, 0, "x = 0.3", 0.3),  # the nearest double of the decimal, and not 3 * 0.1
        (0.1, 0, "x = 3 * 0.1", 0.3),
        (0.1, 0.3, "x += 0.4", 0.7),
        (0.1, 0, "x = 99", 2.0),
        (0.1, -0.5, "x -= 0.25", -0.8),  # -7.5 steps: to even
        (0.05, 1.0, "x -= 0.05 + 0.6", 0.35),
        (0.25, 0.6, "x += 0", 0.5),  # the initial value is put on the grid likewise
        (2.0, 0, "x += 1", 0.0),
        (2.0, 0, "x += 1.5", 2.0),
    ],
)
def test_a_level_with_a_step_is_a_whole_number_of_steps(
    engine: str, step: float, start: float, effect: str, expected: float
) -> None:
    assert final(scenario(ns.Level("x", start, low=-2, high=2, step=step), at(1.0, effect)), engine, "x") == expected


@on_every_engine
def test_decimal_steps_meet_the_numbers_that_are_written(engine: str) -> None:
    """Three steps of 0.1 are 0.3, and thirteen of 0.05 down from 1 are 0.35: comparisons mean what they say."""
    thrice = [ns.Level("x", 0, low=-1, high=1, step=0.1), *(at(float(d), "x += 0.1", name=f"a{d}") for d in (1, 2, 3))]
    for text, truth in (("x <= 0.3", 1.0), ("x == 0.3", 1.0), ("x > 0.3", 0.0), ("x + 0.4 == 0.7", 1.0)):
        assert asked(engine, *thrice, kind="holds", condition=text, by=3) == truth
    for high in (math.inf, 3):  # with bounds there are tables of where effects lead
        falling = ns.Level("x", 1, low=-high, high=high, step=0.05)
        fall = ns.Action(name="fall", clock=ns.Every("1 day"), effects=["x -= 0.05"])
        assert asked(engine, falling, fall, kind="when", condition="x <= 0.35") == 13.0


@on_every_engine
@pytest.mark.parametrize("step", [0.1, 0.05, 2.5, 0.3, 1e-7, 4.0, 0.125])
@pytest.mark.parametrize("bounded", [True, False])
def test_every_point_of_a_grid_is_the_nearest_double_of_its_decimal(engine: str, step: float, bounded: bool) -> None:
    exact = Fraction(str(step))
    bound = float(50 * exact) if bounded else math.inf
    level = ns.Level("x", float(-50 * exact), low=-bound, high=bound, step=step)
    rise = ns.Action(name="rise", clock=ns.Every("1 hour"), effects=[f"x += {step!r}"])
    changes = [event.changes[0][2] for event in trajectory(scenario(level, rise, end=5), engine).events[:100]]
    assert changes == [float(exact * k) for k in range(-49, 51)]


@on_every_engine
def test_whole_numbers_reach_two_to_the_53rd_and_no_further(engine: str) -> None:
    most = 2.0**53
    for sign in (1, -1):
        for low, high in ((-math.inf, math.inf), (-most, most)):
            level = ns.Level("x", sign * (most - 1), low=low, high=high, step=1)
            assert final(scenario(level, at(1.0, f"x += {sign}")), engine, "x") == sign * most
        assert final(scenario(ns.Counter("x", sign * (most - 1)), at(1.0, f"x += {sign}")), engine, "x") == sign * most
        assert final(scenario(ns.Counter("x", sign * most), at(1.0, "x += 0")), engine, "x") == sign * most
        for beyond in (ns.Counter("x", sign * most), ns.Level("x", sign * most, step=1)):
            with pytest.raises(ns.errors.EvaluationError):
                final(scenario(beyond, at(1.0, f"x += 2 * {sign}")), engine, "x")
    with pytest.raises(ns.errors.EvaluationError):
        final(scenario(ns.Level("x", 0, step=2.5), at(1.0, "x = 9007199254740996 / 2")), engine, "x")


@on_every_engine
def test_assigning_an_equal_value_is_no_change_also_of_minus_zero(engine: str) -> None:
    zero = scenario(ns.Level("x", 0), at(1.0, "x = 0 * -1"))
    assert math.copysign(1.0, final(zero, engine, "x")) == 1.0
    minus = scenario(ns.Level("x", 1), at(1.0, "x = 0 * -1"), at(2.0, "x = 0", name="later"))
    assert math.copysign(1.0, final(minus, engine, "x")) == -1.0
    assert [event.changes for event in trajectory(minus, engine).events] == [(("x", 1.0, 0.0),), ()]
    grid = scenario(ns.Level("x", 1, low=-1, high=1, step=0.5), at(1.0, "x = -0.1"))
    assert math.copysign(1.0, final(grid, engine, "x")) == 1.0  # k is the integer 0


@on_every_engine
def test_min_and_max_return_the_first_of_equals(engine: str) -> None:
    for text, sign in {
        "min(0, 0 * -1)": 1.0,
        "min(0 * -1, 0)": -1.0,
        "max(0 * -1, 0)": -1.0,
        "max(0, 0 * -1)": 1.0,
    }.items():
        described = scenario(ns.Level("x", 1), at(1.0, f"x = {text}"))
        assert math.copysign(1.0, final(described, engine, "x")) == sign


@on_every_engine
def test_conditions_are_lazy(engine: str) -> None:
    parts = [ns.Counter("n"), ns.Fact("f", True), ns.Fact("lazy")]
    for text in ("f or 1 / n > 0", "not (not f and 1 / n > 0)", "at_least(0, 1 / n > 0)", "at_least(1, f, 1 / n > 0)"):
        assert final(scenario(*parts, at(1.0, f"lazy = {text}")), engine, "lazy") == 1.0
    assert final(scenario(*parts, at(1.0, "n = 3 if f else 1 / n")), engine, "n") == 3.0


# ---- drawn sizes ----


@on_every_engine
def test_sizes_are_upper_quantiles_of_keyed_uniforms(engine: str) -> None:
    laws: dict[str, tuple[Any, Any]] = {
        "normal": (ns.Normal(0.5, 2), lambda u: 0.5 - 2.0 * float(special.ndtri(u))),
        "uniform": (ns.Uniform(-1, 2), lambda u: 2.0 - 3.0 * u),
        "beta": (ns.Beta(2, 3), lambda u: float(special.betainccinv(2.0, 3.0, u))),
        "exponential": (ns.Exponential(0.5), lambda u: -math.log(u) / 0.5),
    }
    for law, quantile in laws.values():
        described = scenario(ns.Level("x", 1), at(1.0, ns.Effect("x", "add", law)))
        for seed in SEEDS:
            assert final(described, engine, "x", seed=seed) == 1.0 + quantile(drawn("effect", "go>x", 0, seed))


@on_every_engine
def test_sizes_are_numbered_as_their_firings(engine: str) -> None:
    tick = ns.Action(
        name="tick", when="open", clock=ns.On(1.0, 2.0, 3.0), effects=[ns.Effect("x", "set", ns.Uniform(0, 1))]
    )
    described = scenario(ns.Level("x"), ns.Fact("open"), switch("open", 1.5), tick)
    for seed in SEEDS:  # the instant on day 1 was missed and had number 0
        changes = [
            event.changes[0][2] for event in trajectory(described, engine, seed=seed).events if event.action == "tick"
        ]
        assert changes == [1.0 - drawn("effect", "tick>x", k, seed) for k in (1, 2)]


# ---- initial values ----


@on_every_engine
def test_initial_values_are_fixed_or_drawn_once_a_replication(engine: str) -> None:
    parts = [
        ns.Parameter("p", 0.3),
        ns.Parameter("claim", True),
        ns.Fact("f", ns.chance("2 * p")),
        ns.Fact("g", ns.Fact("claim") & (ns.Counter("p") > 0.2)),
        ns.Level("x", ns.Normal(0, 2), low=-1, high=1, step=0.5),
        ns.Level("y", "10 * p", low=0, high=2),
    ]
    for seed in SEEDS:
        history = dict(trajectory(scenario(*parts), engine, seed=seed).initial)
        assert history["f"] == float(drawn("variable", "f", 0, seed) < 0.6)
        value = 0.0 - 2.0 * float(special.ndtri(drawn("variable", "x", 0, seed)))
        assert history["x"] == round(min(1.0, max(-1.0, value)) / 0.5) * 0.5
        assert (history["g"], history["y"]) == (1.0, 2.0)


@on_every_engine
def test_beliefs_are_rows_of_keyed_draws(engine: str) -> None:
    belief = ns.Parameter("rate", 0.5, ns.Uniform(0.25, 2))
    claim_believed = ns.Parameter("claim", True, ns.chance(0.7))
    described = scenario(belief, claim_believed, ns.Level("x"), ns.Fact("told", "claim"), at(1.0, "x = rate"))
    program = ns.lower(described)
    rows = program.draws(7, range(3))
    block = block_of(described, engine, seed=7, replications=6, rows=rows)
    for replication in range(6):
        u = Stream(7, "parameter", "rate").uniforms(replication % 3, 0)[0]
        claim = Stream(7, "parameter", "claim").uniforms(replication % 3, 0)[0] < 0.7
        assert block.final[replication, program.index["x"]] == 2.0 - 1.75 * u
        assert block.final[replication, program.index["told"]] == float(claim)
