"""Conformance of every simulating engine: outcomes, effects, clipping and grids, drawn sizes, initial values, questions."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from running import block_of, final, names, on_every_engine, scenario, switch, told, trajectory, uniform_b
from scipy import special

import negsim as ns
from negsim.streams import Stream

SEEDS = range(25)
DAY = 86_400_000_000.0


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
            with pytest.raises(ns.EvaluationError):
                final(scenario(beyond, at(1.0, f"x += 2 * {sign}")), engine, "x")
    with pytest.raises(ns.EvaluationError):
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


# ---- what is recorded ----


def asked(engine: str, *parts: Any, **question: Any) -> Any:
    named = ns.Question(name="q", **question)
    block = block_of(scenario(*parts, named), engine)
    if named.kind == "fired":
        return int(block.fired[0, 0])
    if named.kind in ("holds", "value"):
        return float(block.at[0, 0])
    times = {"duration": block.held, "happens": block.edges}.get(named.kind, block.first)
    return float(times[0, 0]) / DAY


FLASH = [
    ns.Fact("f"),
    at(2.0, "f = true"),
    ns.Action(name="off", when="f", clock=ns.Immediately(), effects=["f = false"]),
]


@on_every_engine
def test_a_state_of_zero_duration_counts_for_becoming_true_and_for_no_time(engine: str) -> None:
    assert asked(engine, *FLASH, condition="f") == 2.0
    assert asked(engine, *FLASH, kind="holds", condition="f", by=2) == 0.0
    assert asked(engine, *FLASH, kind="duration", condition="f") == 0.0
    assert asked(engine, *FLASH, condition="not f") == 0.0


@on_every_engine
def test_on_a_date_is_after_everything_on_it(engine: str) -> None:
    parts = [ns.Counter("n"), at(2.0, "n += 1"), at(2.0, "n += 1", name="z", priority=10), at(3.0, "n += 1", name="y")]
    for by, expected in ((2, 2.0), (2 - 1 / DAY, 0.0), (2.5, 2.0), (3, 3.0), (40, 3.0), ("2025-01-02", 0.0)):
        assert asked(engine, *parts, kind="value", condition="n * 1", by=by) == expected
    assert [asked(engine, *parts, kind="fired", action="go", by=by) for by in (1.5, 2, 40)] == [0, 1, 1]


@on_every_engine
def test_throughout_must_hold_in_every_state_before_the_first_time(engine: str) -> None:
    parts = [
        ns.Fact("calm", True),
        ns.Fact("held"),
        switch("calm", 2.0, "false"),
        switch("calm", 3.0),
        switch("held", 5.0),
    ]
    assert asked(engine, *parts, condition="held") == 5.0
    assert asked(engine, *parts, condition="held", throughout="calm") == math.inf
    together = [ns.Fact("calm", True), ns.Fact("held"), at(2.0, "calm = false", "held = true")]
    assert asked(engine, *together, condition="held", throughout="calm") == 2.0
    assert asked(engine, ns.Fact("calm"), ns.Fact("held", True), condition="held", throughout="calm") == 0.0


@on_every_engine
def test_durations_end_at_their_date(engine: str) -> None:
    parts = [ns.Fact("f", True), switch("f", 2.0, "false"), switch("f", 5.0), switch("f", 9.0, "false")]
    for by, expected in ((1, 1.0), (2, 2.0), (4, 2.0), (6, 3.0), (40, 6.0)):
        assert asked(engine, *parts, kind="duration", condition="f", by=by) == expected
    assert asked(engine, ns.Fact("f", True), kind="duration", condition="f") == 40.0


SECOND = 1 / 86_400
# True from day 2 to 4, from day 6 to 8 and from day 9 on.
OFTEN = [ns.Fact("f"), *(switch("f", float(day), "false" if day in (4, 8) else "true") for day in (2, 4, 6, 8, 9))]


@on_every_engine
@pytest.mark.parametrize(
    ("after", "turns", "holds"),
    [
        (0, 2, 2),
        (2, 2, 2),  # the window is closed: an edge at its opening lies in it
        (2 + SECOND, 6, 2 + SECOND),  # it turned true before; or_holds counts that it is true
        (4 - SECOND, 6, 4 - SECOND),
        (4, 6, 4),  # it holds in the state before what happens on day 4
        (4 + SECOND, 6, 6),
        (5, 6, 6),
        (6, 6, 6),
        (7, 9, 7),
        (8.5, 9, 9),
        (9, 9, 9),
        (20, math.inf, 20),  # nothing happens any more
        (40, math.inf, 40),
    ],
)
def test_a_condition_turns_true_in_a_window(engine: str, after: float, turns: float, holds: float) -> None:
    assert asked(engine, *OFTEN, kind="happens", condition="f", after=after) == turns
    assert asked(engine, *OFTEN, kind="happens", condition="f", after=after, or_holds=True) == pytest.approx(holds, abs=0)


@on_every_engine
def test_the_start_is_an_edge_of_what_holds_there(engine: str) -> None:
    begun = [ns.Fact("f", True), switch("f", 3.0, "false"), switch("f", 5.0)]
    assert asked(engine, *begun, kind="happens", condition="f") == 0.0
    assert asked(engine, *begun, kind="happens", condition="f", after=0, or_holds=True) == 0.0
    assert asked(engine, *begun, kind="happens", condition="f", after=SECOND) == 5.0
    assert asked(engine, *begun, kind="happens", condition="f", after=SECOND, or_holds=True) * 86_400 == 1.0
    assert asked(engine, *begun, kind="happens", condition="not f", after=0) == 3.0


@on_every_engine
def test_an_edge_of_zero_duration_counts_and_a_window_opens_before_what_happens_there(engine: str) -> None:
    assert asked(engine, *FLASH, kind="happens", condition="f", after=2) == 2.0
    assert asked(engine, *FLASH, kind="happens", condition="f", after=2 + SECOND) == math.inf
    # on day 2 it turns false and, at the same instant, true again: an edge; a window that opens there has seen it hold
    blink = [ns.Fact("f", True), at(2.0, "f = false", name="a"), at(2.0, "f = true", name="b")]
    for or_holds in (False, True):
        assert asked(engine, *blink, kind="happens", condition="f", after=2, or_holds=or_holds) == 2.0
    # on day 2 it turns false: before that it held
    assert asked(engine, ns.Fact("f", True), at(2.0, "f = false"), kind="happens", condition="f", after=2) == math.inf
    ends = [ns.Fact("f", True), at(2.0, "f = false")]
    assert asked(engine, *ends, kind="happens", condition="f", after=2, or_holds=True) == 2.0
    assert asked(engine, *ends, kind="happens", condition="f", after=2 + 1 / DAY, or_holds=True) == math.inf


@on_every_engine
def test_after_its_edge_a_condition_is_not_looked_at_any_more(engine: str) -> None:
    parts = [ns.Counter("n"), at(2.0, "n = 2"), at(3.0, "n = 1", name="later")]
    assert asked(engine, *parts, kind="happens", condition="1 / (n - 1) > 0.5") == 2.0


@on_every_engine
def test_firings_are_counted_in_a_closed_window(engine: str) -> None:
    parts = [ns.Action(name="go", clock=ns.On(1.0, 2.0, 3.0, 5.0))]
    for after, by, expected in (
        (None, 3, 3),
        (2, 3, 2),
        (2 + SECOND, 3, 1),
        (2, 3 - SECOND, 1),
        (2 + SECOND, 3 - SECOND, 0),
        (3, 3, 1),
        (1, 5, 4),
        (0, 40, 4),
    ):
        assert asked(engine, *parts, kind="fired", action="go", after=after, by=by) == expected


@on_every_engine
def test_counts_by_outcome_sum_to_events(engine: str) -> None:
    outcomes = [ns.Outcome(name="no"), ns.Outcome(name="yes")]
    described = scenario(ns.Action(name="vote", clock=ns.Every("1 day"), outcomes=outcomes), at(3.5))
    block = block_of(described, engine, replications=5)
    assert (block.counts.sum(axis=1) == block.events).all()
    assert (block.counts[:, 0] == 1).all()  # go comes first in order of rank
    yes = [sum(uniform_b("vote", k, replication=r) * 2.0 >= 1.0 for k in range(40)) for r in range(5)]
    assert block.counts[:, 2].tolist() == yes


@on_every_engine
def test_an_atom_without_a_value_on_the_date_does_not_stop_a_history(engine: str) -> None:
    parts = [
        ns.Counter("gap"),
        ns.Fact("held"),
        ns.Action(name="a", when="gap > 0 and 1 / gap > 2", clock=ns.Fixed(1), effects=["held = true"]),
    ]
    parts.append(at(39.0, "gap = 1"))
    assert asked(engine, *parts, ns.Fact("x", ns.chance(0.5)), condition="held or x") in (0.0, math.inf)


@on_every_engine
def test_a_history_does_not_depend_on_its_place_in_the_batch(engine: str) -> None:
    described = scenario(
        ns.Level("x"), ns.Action(name="a", clock=ns.Exponential(0.4), effects=[ns.Effect("x", "add", ns.Normal(0, 1))])
    )
    alone = told(described, engine, replication=7)
    block = block_of(described, engine, replications=[3, 7, 2**40], trace=8)
    assert [(event.time, event.action) for event in block.traces[1].events] == alone
    assert names(described, engine, replication=3) == [event.action for event in block.traces[0].events]
