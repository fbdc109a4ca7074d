"""Typical mistakes in Python: each ends in words that name the place, the value and what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import negsim as ns

MEMO = ns.Promise("memo", by="north", to="south", delay=ns.Exponential(0.1))
FACT, N = ns.Fact("signed"), ns.Counter("n")


def world(*parts: Any, **said: Any) -> ns.Scenario:
    return ns.Scenario("s", **{"start": "2025-01-01", "end": 40, **said}, parts=parts)


def round_(**said: Any) -> ns.Meeting:
    needs = {"south": MEMO.delivered}
    return ns.Meeting("round", **{"among": ["north", "south"], "on": "2025-01-20T13:00", "requires": needs, **said})


def act(**said: Any) -> ns.Action:
    return ns.Action(name="act", **{"clock": ns.Fixed(1), **said})


MISTAKES: list[tuple[Callable[[], Any], str, str, str]] = [
    # arguments
    (
        lambda: ns.Promise("memo", by="north", to="south", dealy=ns.Fixed(1)),
        "promise memo",
        "dealy",
        "did you mean 'delay'?",
    ),
    (lambda: ns.Promise("memo", by="north", delay=ns.Fixed(1)), "promise memo", "to is missing", "add to="),
    (lambda: ns.Party("north", titel="North"), "party north", "titel", "did you mean 'title'?"),
    (lambda: act(effect=["n += 1"]), "action act", "effect", "did you mean 'effects'?"),
    (lambda: ns.Scenario("s", start="2025-01-01", ends=40), "scenario s", "ends", "did you mean 'end'?"),
    (lambda: world(ns.Party("north"), parts_="x"), "scenario s", "parts_", "did you mean 'parts'?"),
    (lambda: ns.LogNormal(median=10, sgma=1), "lognormal", "sgma", "did you mean 'sigma'?"),
    (
        lambda: ns.Scenario("s", start="2025-01-01", end=1, parts=FACT),
        "parts",
        "Fact(name='signed'",
        "write parts=[...]",
    ),
    (lambda: world("memo"), "part", "'memo'", "give parties, variables"),
    (lambda: act(clock=3), "action act", "3", "use Exponential"),
    (lambda: act(by=5), "action act: by", "5", "write by='russia'"),
    # expressions
    (lambda: FACT and N > 1 and FACT, "has no truth value", "signed", "& | ~"),
    (lambda: 1 < N < 3, "n", "has no truth value", "comparisons do not chain"),
    (lambda: FACT + 1, "signed", "is a condition", "ns.where"),
    (lambda: world(FACT, act(when="sgned")), "action.act.when", "sgned", "did you mean 'signed'?"),
    (lambda: world(FACT, act(when="signed = true")), "signed = true", "=", "write '=='"),
    (lambda: world(FACT, act(effects=["signed += 1"])), "action.act.effects", "signed += 1", "set it to true, false"),
    (lambda: world(N, act(effects=["m += 1"])), "action.act.effects", "m += 1", "declare it"),
    (lambda: world(N, act(clock=ns.Exponential("n"))), "action.act.clock", "n", "let the state act through pace"),
    (
        lambda: world(MEMO, round_(requires={"south": "memo.delivred"})),
        "meeting.round.requires.south",
        "memo.delivred",
        "'memo.delivered'?",
    ),
    (lambda: world(MEMO, round_(requires={"suoth": "memo.delivered"})), "meeting round", "suoth", "add it to among="),
    (
        lambda: world(ns.Party("north"), ns.Party("south"), ns.Promise("p", by="nord", to="south", delay=ns.Fixed(1))),
        "promise.p.by",
        "nord",
        "did you mean 'north'?",
    ),
    (lambda: world(MEMO, ns.Parameter("memo.delivered", 1)), "promise.memo", "memo.delivered", "rename one"),
    (lambda: world(FACT, ns.Fact("signed", True)), "fact.signed", "signed", "rename one"),
    # numbers
    (lambda: world(MEMO, round_(waiver=40)), "meeting round: waiver", "40", "give a number in [0, 1]"),
    (
        lambda: world(MEMO, ns.Parameter("w", 1.7), round_(waiver="w")),
        "meeting.round.waiver",
        "1.7",
        "give a number from 0 to 1",
    ),
    (
        lambda: world(MEMO, ns.Parameter("w", 0.7), round_(waiver="w")).with_parameter("w", 1.7),
        "w",
        "1.7",
        "give a number from 0 to 1",
    ),
    (
        lambda: world(ns.Parameter("p", 0.4, ns.Beta(2, 3))).with_parameter("p", 1.4),
        "intervention[0]",
        "1.4",
        "correct the one",
    ),
    (lambda: world(ns.Parameter("p", 1.4, ns.Beta(2, 3))), "parameter.p.best", "1.4", "correct the one"),
    (lambda: ns.chance(60), "chance", "60", "a probability lies in [0, 1]; give such a number"),
    (lambda: ns.Outcome(name="a", weight=-1), "outcome a: weight", "-1", "must not be negative"),
    (lambda: world(act(clock=ns.Exponential(1), pace="1 - 3")), "action.act.pace", "-2", "at least 0"),
    (
        lambda: world(ns.Parameter("f", -1), act(clock=ns.Exponential(1), pace="exp(log(f))")),
        "action.act.pace",
        "log(f)",
        "change what it is made of",
    ),
    (lambda: ns.Level("x", 5, low=0, high=1), "level x: initial", "5.0", "lies outside [0.0, 1.0]"),
    (lambda: ns.Parameter("p", 1, grade="god"), "parameter p: grade", "god", "did you mean 'good'?"),
    (
        lambda: world(ns.Evidence("own_cases"), ns.Parameter("p", 1, source="own_case")),
        "parameter.p.source",
        "own_case",
        "'own_cases'?",
    ),
    # dates and durations
    (lambda: world(MEMO, round_(on="2024-01-20T13:00")), "meeting.round.on", "2024-01-20T13:00", "before the start"),
    (lambda: world(MEMO, round_(on="2025-01-20")), "meeting", "2025-01-20", "write '2025-01-20T13:00'"),
    (lambda: world(ns.Deadline("d", on="2026-01-01T12:00")), "deadline.d.on", "2026-01-01T12:00", "move it"),
    (lambda: world(act(clock=ns.On("2024-12-01T12:00"))), "action.act.clock", "2024-12-01T12:00", "before the start"),
    (lambda: ns.Every("1 month"), "duration", "1 month", "list the instants"),
    (
        lambda: world(MEMO, ns.Question(name="q", condition=MEMO.delivered, by="2026-01-01")),
        "question.q.by",
        "2026-01-01",
        "move it",
    ),
    (lambda: world(FACT, start="01.01.2025"), "start", "01.01.2025", "write '2025-06-02'"),
    (lambda: world(FACT, zone="Europe/Istambul"), "zone", "Europe/Istambul", "'Europe/Istanbul'?"),
    # what is supposed, and what is run
    (lambda: world(N).do("n", on=5), "intervention[0]", "n is a counter", "add an action instead"),
    (lambda: world(FACT).do("signd", on=5), "intervention[0]", "signd", "did you mean 'signed'?"),
    (
        lambda: world(MEMO, round_()).with_parameter("round.waiver", 0.5),
        "intervention[0]",
        "round.waiver",
        "(waiver = 'p')",
    ),
    (lambda: ns.simulate("toy"), "simulate", "text", "write simulate(load('toy'))"),
    (lambda: ns.simulate(ns.load("toy"), questions=["talks.held"]), "questions", "talks.held", "Question(name='mine'"),
    (lambda: ns.simulate(ns.load("toy"), keep="counts", trace=3), "trace", "3", "ns.replay(runs, number)"),
    (lambda: ns.load("toyy"), "toyy", "no such file", "did you mean 'toy'?"),
]


@pytest.mark.parametrize(("make", "place", "value", "remedy"), MISTAKES)
def test_a_mistake_is_told_with_place_value_and_remedy(
    make: Callable[[], Any], place: str, value: str, remedy: str
) -> None:
    with pytest.raises(ns.errors.NegsimError) as caught:
        make()
    said = str(caught.value)
    for part in (place, value, remedy):
        assert part in said, (part, said)
    assert caught.value.problems


def test_there_are_forty_of_them() -> None:
    assert len(MISTAKES) >= 40
    world(MEMO, round_())  # the world itself is in order


def test_names_that_do_not_exist_come_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"no attribute 'Meetng'; did you mean 'Meeting'\?"):
        _ = ns.Meetng
    with pytest.raises(AttributeError, match=r"'LogLogistic'; the laws are Beta, Erlang, .*told by median and p90"):
        _ = ns.LogLogistic


def test_all_that_is_wrong_is_told_at_once() -> None:
    parts = [
        MEMO,
        round_(waiver="x", when="memo.broken"),
        act(when="foo", effects=["bar = true"]),
        ns.Question(name="q", condition="baz and foo", by=3),
    ]
    with pytest.raises(ns.errors.UnknownName) as caught:
        world(*parts)
    places = [problem.place for problem in caught.value.problems]
    assert sorted(places) == [
        *("action.act.effects", "action.act.when", "meeting.round.waiver", "meeting.round.when"),
        *("question.q.condition", "question.q.condition"),
    ]
    assert str(caught.value).startswith("6 things to correct\n")
    assert {problem.value for problem in caught.value.problems} >= {"x", "memo.broken", "foo", "baz"}


def test_errors_of_several_kinds_are_told_by_what_they_have_in_common() -> None:
    late = ns.Parameter("p", 1.4, ns.Beta(2, 3), source="log", as_of="2025-06-01")
    with pytest.raises(ns.errors.ScenarioError) as caught:
        world(late, as_of="2025-01-01")
    assert type(caught.value) is ns.errors.ScenarioError
    assert {problem.code for problem in caught.value.problems} == {"belief", "hindsight"}


def test_durations_are_taken_in_every_form() -> None:
    ages = [timedelta(days=20), 20, 20.0, "20 days", "480 hours", "2 weeks 6 days"]
    promises = [ns.Promise("p", by="a", to="b", delay=ns.Exponential(0.1), age=age) for age in ages]
    assert len(set(promises)) == 1


def test_an_action_is_an_intervention_by_what_it_is_and_not_by_its_name() -> None:
    harm = ns.Action(name="do.harm", clock=ns.On("2026-01-01T12:00"), effects=["signed = true"])
    (note,) = world(FACT, harm).notes
    assert note.startswith("action do.harm: '2026-01-01T12:00' lies after the end")
    with pytest.raises(ns.errors.ScenarioError, match="has no hour"):
        world(FACT, ns.Action(name="nudge.on", clock=ns.On("2025-01-05"), effects=["signed = true"]))
    once = world(FACT, ns.Action(name="do.signed", clock=ns.On(3), effects=["signed = true"])).do(
        "signed", on="2025-01-03"
    )
    told = ns.replay(ns.simulate(once, replications=1, seed=1, engine="reference"), 0)
    assert [(event.action, event.time) for event in told.events] == [("do.signed.n2", 2.0), ("do.signed", 3.0)]


def test_a_calendar_near_the_most_events_is_told_at_load() -> None:
    hourly = ns.Action(name="review", clock=ns.Every("1 hour"))
    (note,) = world(hourly, end="2036-01-01").notes
    assert note.startswith("the calendar alone has 96,431 dates")
    assert "simulate with max_events=200_000" in note
    assert world(hourly, end="2030-01-01").notes == ()
