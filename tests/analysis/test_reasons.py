"""The rules by which reasons are told, one by one, on histories written down by hand; and failed histories."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

import negsim as ns
from negsim.model.expressions import Expression, parse
from negsim.why.inquiry import Way
from negsim.why.reasons import DATE, OUTCOME, TIME, Look, _look, _nearest
from negsim.why.routes import Route

A, B, OPEN = parse("a"), parse("b"), parse("open")


def way(guard: tuple[Expression, ...], gate: tuple[Expression, ...] = (), *, clock: Any = None, **said: Any) -> Way:
    act = ns.Action(name="act", clock=clock or ns.Exponential(1))
    return Way(
        route=Route(action=act, verdict=act, guard=guard, gate=gate, others=("no",)),
        time=1.0,
        **{"dated": False, **said},
    )


def seen(holds: dict[Expression, list[bool]], fired: list[bool]) -> Any:
    """Histories in which conditions held, and in which the action fired with another outcome."""
    return SimpleNamespace(
        runs=SimpleNamespace(replications=len(fired)),
        holds=lambda need, time: np.array(holds[need]),
        fired=lambda action, outcomes, time: np.array(fired),
    )


def test_a_dated_way_that_fired_had_its_guard_and_went_the_other_way() -> None:
    """In the histories: nothing there and not fired; fired, and a taken away since; fired with its gate shut; all there."""
    holds = {A: [False, False, True, True], B: [True, True, False, True]}
    look = _look(way((A,), (B,), dated=True), seen(holds, [False, True, True, False]))
    assert look.unmet.tolist() == [[True, False], [False, False], [False, True], [False, False]]
    assert look.score.tolist() == [1, OUTCOME, 1, DATE]


def test_what_is_immediate_and_has_all_it_needs_went_the_other_way() -> None:
    holds = {A: [False, True]}
    assert _look(way((A,), clock=ns.Immediately()), seen(holds, [False, False])).score.tolist() == [1, OUTCOME]
    assert _look(way((A,)), seen(holds, [False, False])).score.tolist() == [1, TIME]


def test_a_follower_is_told_only_where_nothing_was_missing_before_it() -> None:
    """A date that was put off follows the first one: where something was missing at the first, that is the reason."""
    first = Look(way((A,)), np.array([1, DATE, 1]), np.array([[True], [False], [True]]))
    later = Look(way((B,), follows=True), np.array([TIME, TIME, 1]), np.array([[False], [False], [True]]))
    assert _nearest([first, later]).tolist() == [0, 1, 0]
    assert _nearest([later, first]).tolist() == [1, 0, 1]


def test_a_follower_is_told_where_only_its_being_under_way_barred_the_first() -> None:
    """The first way waits for a door to be shut that the follower goes through."""
    first = Look(way((parse("not open"), A)), np.array([1, 2]), np.array([[True, False], [True, True]]))
    later = Look(way((OPEN,), follows=True), np.array([TIME, TIME]), np.array([[False], [False]]))
    assert _nearest([first, later]).tolist() == [1, 0]


def test_failed_histories_are_no_histories_of_no() -> None:
    zero = ns.Action(name="zero", clock=ns.On(2.0), when="luck", effects=["n = 1 / n - 1"])
    work = ns.Action(name="work", clock=ns.Exponential(0.3), when="not done", effects=["done = true"])
    asked = ns.Question(name="q", condition="done", by=3)
    parts = [ns.Fact("luck", ns.chance(0.3)), ns.Counter("n"), ns.Fact("done"), zero, work, asked]
    told = ns.Scenario("unlucky", start="2025-01-01", end=3, parts=parts)
    runs = ns.simulate(told, replications=400, seed=4, on_error="count")
    failed, yes = runs.block.failed, runs.answers("q")[0]
    assert failed.sum() > 50
    found = ns.explain(runs, "q")
    assert found.n == (~failed).sum()
    assert found.failures == (~failed & ~yes).sum()
    assert found.reasons[0].share == 1.0
