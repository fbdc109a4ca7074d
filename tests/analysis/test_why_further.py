"""Near misses, until when it was possible, and why a number is low or high: each against what can be counted or worked out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import scenarios

import negsim as ns
from negsim.errors import NegsimError
from negsim.model.calendar import DAY
from negsim.why.chronicle import chronicles
from negsim.why.posing import pose
from negsim.why.turning import Ahead, near_misses

N = 800


def world(*parts: Any, end: float = 60) -> ns.Scenario:
    return ns.Scenario("s", start="2025-09-01", end=end, parts=list(parts))


def race() -> ns.Scenario:
    """A deal in its own time, unless somebody walks out for good before; or at the last date, the 20th day, if invited."""
    return world(
        ns.Party("a"),
        ns.Fact("deal"),
        ns.Fact("out"),
        ns.Action(name="agree", clock=ns.Exponential(0.05), when="not deal and not out", effects=["deal = true"]),
        ns.Action(name="a.walk_out", by="a", clock=ns.Exponential(0.05), when="not deal and not out",
                  effects=["out = true"]),
        ns.Question(name="q", condition="deal", by=30.0),
    )  # fmt: skip


def test_it_became_impossible_when_somebody_walked_out_for_good() -> None:
    runs = ns.simulate(race(), replications=N, seed=1, trace=N)
    found = ns.explain(runs, "q", most=40)
    assert found.turning is not None
    first = [one for one, yes in zip(runs.traces, runs.answers("q")[0], strict=True) if not yes][:40]
    out = [e.at for one in first for e in one.events if e.action == "a.walk_out" and e.at <= 30 * DAY]
    assert (found.turning.looked, found.turning.open) == (40, 40 - len(out))
    assert found.turning.steps == ((found.reasons[0].behind[0].text, len(out)),)
    middle = float(np.quantile(out, 0.5, method="inverted_cdf"))
    assert found.turning.dates[1] == runs.scenario.calendar.date_text(middle)


def test_a_last_date_that_went_by_is_when_it_became_impossible() -> None:
    told = world(
        ns.Fact("held"),
        ns.Fact("asked"),
        ns.Action(name="ask", clock=ns.Exponential(0.05), when="not asked", effects=["asked = true"]),
        ns.Action(name="hold", clock=ns.On(20.0), when="asked", effects=["held = true"]),
        ns.Question(name="q", condition="held", by=50.0),
    )
    found = ns.explain(ns.simulate(told, replications=N, seed=1), "q")
    assert found.turning is not None
    assert found.turning.open == 0
    assert {date[:10] for date in found.turning.dates} == {"2025-09-21"}
    assert found.turning.steps[0][0] == "its last date went by"


def test_near_misses_are_those_that_came_soon_after_the_deadline() -> None:
    runs = ns.simulate(race(), replications=N, seed=1)
    found = ns.explain(runs, "q").near
    late = runs.first_times("q")[~runs.answers("q")[0]] - 30
    assert [one.days for one in found] == [1, 7, 30]
    assert [one.histories for one in found] == [int((late <= days).sum()) for days in (1, 7, 30)]
    assert found[0].of == len(late)
    assert near_misses(pose(runs, "q", by=60.0)) == (), "the histories end with the deadline"


@settings(max_examples=12)
@given(scenarios())
def test_what_came_true_was_never_called_impossible_before(scenario: ns.Scenario) -> None:
    """Looking ahead never rules out what happens: of every history that gets there, every state before it is asked."""
    try:
        runs = ns.simulate(scenario, replications=12, seed=2, max_events=200, on_error="count")
    except NegsimError:
        return
    for question in scenario.expanded.questions.values():
        if question.row.record != "first" or question.given is not None or question.throughout is not None:
            continue
        posed = pose(runs, question)
        ahead = Ahead(scenario.expanded, posed.question.condition)
        for told in chronicles(runs, runs.program, posed.numbers(True, 6)):
            won = max(told.first(posed.question.condition, told.index(posed.entry.by)), 0)
            for state in range(won):
                assert ahead.possible(told, state, told.time(state), posed.entry.by) or told.ats[won - 1] == told.time(
                    state
                )


# ---- numbers ---------------------------------------------------------------------------------------------------------


def quarrel() -> ns.Scenario:
    """Sessions are held once a week unless a quarrel breaks out; a bell rings in half of all histories, to no effect."""
    return world(
        ns.Fact("quarrel"),
        ns.Fact("rung"),
        ns.Counter("sessions"),
        ns.Action(name="break_out", clock=ns.Exponential(0.03), when="not quarrel", effects=["quarrel = true"]),
        ns.Action(name="session", clock=ns.Exponential(0.3), when="not quarrel", effects=["sessions += 1"]),
        ns.Action(name="ring", clock=ns.Exponential(0.012), when="not rung", effects=["rung = true"]),
    )


KINDS = [
    ns.Question(name="n", kind="fired", action="session", by=50.0),
    ns.Question(name="n", kind="value", condition="sessions", by=50.0),
    ns.Question(name="n", kind="duration", condition="not quarrel", by=50.0),
]


@pytest.mark.parametrize("question", KINDS, ids=lambda one: str(one.kind))
def test_why_a_number_is_low_names_what_keeps_it_down(question: ns.Question) -> None:
    runs = ns.simulate(quarrel(), replications=N, seed=1, questions=[question])
    low = ns.explain(runs, question, most=N)
    assert low.side == "low"
    assert low.failures + ns.explain(runs, question, yes=True).failures == low.n == N
    first = next(one for one in low.reasons if one.kind == "with")
    assert first.condition == "break_out"
    assert first.share > first.otherwise
    assert first.helps.value > 0
    assert first.helps.to == "high"
    assert all(one.condition != "ring" for one in low.reasons), "the bell has nothing to do with it"


def test_a_number_that_is_the_same_everywhere_has_no_reasons() -> None:
    asked = ns.Question(name="n", kind="value", condition="1", by=5.0)
    runs = ns.simulate(quarrel(), replications=60, seed=1, questions=[asked])
    assert ns.explain(runs, asked).reasons == ()


def test_so_many_firings_or_more() -> None:
    asked = ns.Question(name="n", kind="fired", action="session", at_least=9, by=40.0)
    found = ns.explain(ns.simulate(quarrel(), replications=N, seed=1, questions=[asked]), asked)
    told = {(one.kind, one.condition) for one in found.reasons}
    assert ("in the way", "not quarrel") in told
    assert told <= {("in the way", "not quarrel"), ("too rarely", "session"), ("time", "session")}


def test_happening_again_is_asked_for_and_what_holds_already_is_no_turn() -> None:
    asked = ns.Question(name="n", kind="happens", condition="quarrel", after=20.0, by=40.0)
    found = ns.explain(ns.simulate(quarrel(), replications=N, seed=1, questions=[asked]), asked)
    assert {one.kind for one in found.reasons} == {"wording", "time"}


def test_histories_with_very_many_events_are_looked_at_in_smaller_number() -> None:
    """A log of every event would fill the memory: some hundred thousand events are looked at, however many a history has."""
    busy = world(
        ns.Counter("ticks"),
        ns.Fact("done"),
        ns.Action(name="tick", clock=ns.Exponential(500.0), effects=["ticks += 1"]),
        ns.Action(name="end", clock=ns.Exponential(0.02), when="not done", effects=["done = true"]),
        ns.Question(name="q", condition="done", by=15.0),
        end=16,
    )
    runs = ns.simulate(busy, replications=200, seed=1)
    found = ns.explain(runs, "q")
    assert 4 <= found.looked < found.failures
    assert found.looked * runs.events / 200 < 400_000
    assert [one.condition for one in found.reasons] == ["end"]


def test_questions_of_ones_own_are_explained_in_brief() -> None:
    runs = ns.simulate(race(), replications=300, seed=1)
    (found,) = ns.main_reasons(runs, ["q"])
    assert (found.question, found.looked) == ("q", min(120, found.failures))
    assert all(one.helps is None for one in found.reasons), "nothing is told again without a reason"
    assert (found.near, found.turning) == ((), None)
