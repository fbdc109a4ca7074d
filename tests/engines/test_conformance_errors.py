"""Conformance of every simulating engine: what cannot go on ends with an error that says who, when and where."""

from __future__ import annotations

import math
from typing import Any

import pytest
from running import block_of, on_every_engine, scenario, switch

import negsim as ns
from negsim.errors import EvaluationError, RunawayError, SimulationError


def failure(described: ns.Scenario, engine: str, **said: Any) -> SimulationError:
    with pytest.raises(SimulationError) as caught:
        block_of(described, engine, replications=[5], **said)
    return caught.value


def at(day: float, *effects: Any, **said: Any) -> ns.Action:
    return ns.Action(name="go", clock=ns.On(day), effects=effects, **said)


# ---- runaways ----


@on_every_engine
def test_a_loop_of_immediate_actions_ends_with_its_cycle_named(engine: str) -> None:
    parts = [
        *(ns.Fact("f"), switch("f", 2.0), ns.Action(name="bystander", clock=ns.On(2.0), priority=-1)),
        ns.Action(name="off", when="f", clock=ns.Immediately(), effects=["f = false"]),
        ns.Action(name="on", when="not f", clock=ns.Immediately(), effects=["f = true"]),
    ]
    error = failure(scenario(*parts), engine)
    assert isinstance(error, RunawayError)
    assert (error.action, error.time, error.replication) == ("on", 0.0, 5)
    assert "off" in str(error)
    assert "on" in str(error)
    assert "bystander" not in str(error)
    assert "1,001" in str(error)


@on_every_engine
@pytest.mark.parametrize(("limit", "fails"), [(1000, False), (1001, True)])
def test_the_1001st_firing_at_one_instant_is_not_executed(engine: str, limit: int, fails: bool) -> None:
    described = scenario(ns.Counter("n"), ns.Action(name="spin", clock=ns.Fixed(0), effects=["n += 1"], limit=limit))
    if fails:
        assert isinstance(failure(described, engine), RunawayError)
    else:
        assert block_of(described, engine).events[0] == 1000


@on_every_engine
def test_firings_are_counted_by_action_and_instant(engine: str) -> None:
    spin = [ns.Action(name=name, clock=ns.Fixed(0), limit=900) for name in ("a", "b")]
    day = ns.Action(name="c", clock=ns.Fixed(1))
    again = [ns.Action(name=f"{name}.later", when="n > 0", clock=ns.Fixed(0), limit=900) for name in ("a", "b")]
    described = scenario(ns.Counter("n"), *spin, *again, day, at(1.0, "n += 1"), end=3)
    assert block_of(described, engine).events[0] == 4 * 900 + 3 + 1


@on_every_engine
def test_firings_at_one_instant_are_counted_anew_at_the_next(engine: str) -> None:
    """Two actions a day for more than a thousand days: the second of each day counts its own instant's firings alone."""
    daily = [ns.Action(name=name, clock=ns.Every("1 day")) for name in ("a", "b")]
    assert block_of(scenario(*daily, end=1_100), engine).events[0] == 2 * 1_100
    # a history begins with no firing counted, whatever its predecessor left
    spin = ns.Action(name="spin", clock=ns.Fixed(0), limit=600)
    assert block_of(scenario(spin, *daily, end=3), engine, replications=5).events.tolist() == [600 + 2 * 3] * 5


@on_every_engine
@pytest.mark.parametrize(("most", "words"), [(3000, "1,001"), (1000, "1,000 events")])
def test_ever_shrinking_delays_end(engine: str, most: int, words: str) -> None:
    """Delays below half a microsecond are none, so that they come to a standstill; or the limit of events comes first."""
    zeno = ns.Action(name="zeno", clock=ns.Fixed(1), speed="exp(n)", effects=["n += 1"])
    error = failure(scenario(ns.Level("n", 0, low=0, high=30), zeno), engine, max_events=most)
    assert isinstance(error, RunawayError)
    assert error.action == "zeno"
    assert words in str(error)
    assert "day 1.58" in str(error)  # 1 / (1 - 1/e) = 1.5819767


@on_every_engine
@pytest.mark.parametrize(("most", "fails"), [(40, False), (39, True)])
def test_as_many_events_as_allowed(engine: str, most: int, fails: bool) -> None:
    described = scenario(ns.Action(name="tick", clock=ns.Every("1 day")))
    if fails:
        error = failure(described, engine, max_events=most)
        assert (error.action, error.time) == ("tick", 40.0)
    else:
        assert block_of(described, engine, max_events=most).events[0] == 40


# ---- expressions ----

N = ns.Counter("n", 1)
ZERO = at(2.0, "n -= 1")
RANDOM = ns.Uniform(20, 21)


@on_every_engine
@pytest.mark.parametrize(
    ("action", "words"),
    [
        (ns.Action(name="act", when="1 / n > 0", clock=RANDOM), "1 / n"),
        (ns.Action(name="act", when="1 / n > 0", clock=ns.Immediately()), "1 / n"),
        (ns.Action(name="act", when="1 / n > 0", clock=ns.On(2.0), priority=1), "1 / n"),
        (ns.Action(name="act", clock=RANDOM, pace="1 / n"), "1 / n"),
        (ns.Action(name="act", clock=RANDOM, pace="n - 0.5"), "negative"),
        (ns.Action(name="act", clock=RANDOM, speed="n - 0.5"), "negative"),
        (ns.Action(name="act", clock=ns.Fixed(9), speed="n - 0.5"), "negative"),
        (ns.Action(name="act", clock=RANDOM, pace="log(n)"), "log"),
        (ns.Action(name="act", clock=RANDOM, pace="sqrt(n - 1)"), "sqrt"),
        (ns.Action(name="act", clock=ns.Fixed(2), priority=1, effects=["m = 1 / n"]), "1 / n"),
        (ns.Action(name="act", clock=ns.Fixed(2), priority=1, effects=["m = exp(1000 - n)"]), "exp"),
        (ns.Action(name="act", clock=ns.Fixed(2), priority=1, effects=["m = 1e300 * (1e300 - n)"]), "1e"),
        (ns.Action(name="act", clock=ns.Fixed(2), priority=1, effects=["whole = n + 0.5"]), "whole"),
        (ns.Action(name="act", clock=ns.Fixed(2), priority=1, effects=["whole = 9007199254740992 * (2 - n)"]), "2**53"),
        (
            ns.Action(name="act", clock=ns.Fixed(2), priority=1, outcomes=[ns.Outcome(name="a", weight="1 / n")]),
            "1 / n",
        ),
        (ns.Action(name="act", clock=ns.Fixed(2), priority=1, outcomes=[ns.Outcome(name="a", weight="n")]), "zero"),
        (
            ns.Action(name="act", clock=ns.Fixed(2), priority=1, outcomes=[ns.Outcome(name="a", weight="n - 1")]),
            "negative",
        ),
    ],
    ids=str,
)
def test_an_expression_that_cannot_go_on_names_action_time_and_replication(
    engine: str, action: ns.Action, words: str
) -> None:
    error = failure(scenario(N, ZERO, ns.Level("m"), ns.Counter("whole"), action), engine)
    if "sqrt" in words:
        assert error.action == "act"
    assert isinstance(error, EvaluationError)
    assert (error.action, error.time, error.replication) == ("act", 2.0, 5)
    assert words in str(error)
    assert "replication 5, action act, day 2:" in str(error)


@on_every_engine
def test_a_step_cannot_hold_what_is_too_large_for_it(engine: str) -> None:
    described = scenario(ns.Level("x", 1, step=0.01), at(2.0, "x = 1e307 * (8 + x)"))
    error = failure(described, engine)
    assert (error.action, error.time) == ("go", 2.0)


@on_every_engine
def test_a_question_without_a_value_says_when(engine: str) -> None:
    for question in (
        ns.Question(name="q", condition="1 / n > 100"),
        ns.Question(name="q", kind="duration", condition="1 / n > 100"),
        ns.Question(name="q", kind="value", condition="1 / n", by=2),
    ):
        error = failure(scenario(N, ZERO, question), engine)
        assert (error.time, error.replication) == (2.0, 5)
        assert "1 / n" in str(error)


@on_every_engine
def test_an_initial_value_that_cannot_be_is_named(engine: str) -> None:
    for part in (ns.Counter("x", "1 / p"), ns.Level("x", "1 / p"), ns.Counter("x", "p + 0.5")):
        error = failure(scenario(ns.Parameter("p", 0), part), engine)
        assert isinstance(error, EvaluationError)
        assert (error.time, error.replication) == (0.0, 5)
        assert "x" in error.message


@on_every_engine
def test_failures_are_counted_and_the_others_are_whole(engine: str) -> None:
    luck = ns.Fact("luck", ns.chance(0.5))
    parts = [
        luck,
        N,
        ZERO,
        ns.Action(name="act", when="luck", clock=RANDOM, pace="1 / n"),
        ns.Question(name="q", condition="n < 1"),
    ]
    described = scenario(*parts)
    block = block_of(described, engine, replications=40, stop_at_failure=False)
    wants = [dict(trajectory_initial(described, engine, k))["luck"] == 1.0 for k in range(40)]
    assert block.failed.tolist() == wants
    assert [error.replication for error in block.failures] == [k for k in range(40) if wants[k]]
    assert all(math.isnan(value) for value in block.first[block.failed, 0])
    assert (block.first[~block.failed, 0] == 2 * 86_400_000_000.0).all()


def trajectory_initial(described: ns.Scenario, engine: str, replication: int) -> Any:
    calm = described.without("go")
    return block_of(calm, engine, replications=[replication], trace=replication + 1).traces[0].initial


@on_every_engine
def test_an_initial_draw_must_be_finite_before_it_is_clipped(engine: str) -> None:
    # The median of this law is exp(720), beyond the largest float.
    level = ns.Level("x", ns.LogNormal(mu=720, sigma=0.001), low=0, high=5)
    error = failure(scenario(level), engine)
    assert isinstance(error, EvaluationError)
    assert (error.time, error.replication) == (0.0, 5)
    assert "x" in str(error)
    small = ns.Level("x", ns.LogNormal(mu=700, sigma=0.001), low=0, high=5)
    assert block_of(scenario(small), engine).final[0, 0] == 5.0
