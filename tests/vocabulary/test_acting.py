"""Words that act by being there: what they say they act on is what their author would have written by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.errors import ScenarioError, UnknownName
from negsim.files import dumps, loads

from .helpers import accepts, scenario

SIDES = ("north", "south")
N = 20_000

MEMO = ns.Promise("memo", by="north", to="south", delay=ns.Exponential(0.1))
TALKS = ns.Meeting("talks", among=SIDES, on="2025-06-09T13:00", on_date=0.6, products={"swap": 0.3})
GOES = ns.Decision("goes", by="south", on="2025-06-03T12:00", options={"go": ns.Option(share=0.4), "stay": ns.Option()})
WORDS: list[Any] = [
    ns.Mediator("w", who="un", between=SIDES, hosting=1.5, disengages=ns.Exponential(0.1)),
    ns.Pressure("w", by="un", on="north", strength=0.5, centre=0, half_life="10 days", step=2, factor=1.4),
    ns.Threat("w", by="north", to="south", tested_when="rung", resolve=0.5, deters=0.5),
    ns.SideDeal("w", between=SIDES, bond=3, signs=ns.Exponential(0.2)),
    ns.Channel("w", between=SIDES, contacts=ns.Exponential(0.1), helps=2, opens=ns.Exponential(0.3)),
    ns.Deadline("w", by="un", on="2025-06-20T12:00", met="rung", peak=4, halving="5 days"),
    ns.Readiness("w", of="north", cost="0.5 if rung else 0.2", threshold=0.3),
    ns.Reputation("w", of="north", among="south", kept=["rung"]),
    ns.AudienceCost("w", of="north", speaks_when="rung", weight=0.5),
]
RUNG = [ns.Fact("rung"), ns.Action(name="ring", when="not rung", clock=ns.Exponential(0.2), effects=["rung = true"])]


def world(*parts: Any, **rest: Any) -> ns.Scenario:
    return scenario(*parts, *RUNG, **rest)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: type(word).__name__)
def test_to_act_on_a_word_is_to_stand_in_its_pace(word: Any) -> None:
    acting = world(replace(word, acts_on=["memo"]), MEMO)
    by_hand = world(word, replace(MEMO, pace=word.pace))
    named = world(word, replace(MEMO, pace="w.pace"))
    assert acting.expanded.actions == by_hand.expanded.actions == named.expanded.actions
    assert acting.expanded.actions["memo.deliver"].pace != ns.as_number(1)
    for one in (acting, named):
        assert loads(dumps(one)) == one
        assert loads(dumps(one)).expanded == one.expanded
    runs = [ns.simulate(one, replications=50, seed=1) for one in (acting, by_hand)]
    np.testing.assert_array_equal(runs[0].block.final, runs[1].block.final)


def bond(*on: Any, **rest: Any) -> ns.SideDeal:
    """A bond of three that is there from the start."""
    return ns.SideDeal("bond", between=SIDES, bond=3, signed=True, acts_on=on, **rest)


@pytest.mark.parametrize(
    ("on", "asked", "p"),
    [
        ("talks.on_date", "talks.held", 1.8 / 2.2),  # odds .6/.4 = 1.5, times 3 = 4.5
        ("goes.go", "goes.go", 1.2 / 1.8),  # odds 2/3, times 3 = 2
        ("talks.swap", "talks.swap", 0.6 * 0.9 / 1.6),  # odds 3/7, times 3 = 9/7; and held in .6
        ("memo", "memo.delivered", 1 - math.exp(-0.3 * 8)),
        ("memo.deliver", "memo.delivered", 1 - math.exp(-0.3 * 8)),
        ("ring", "rung", 1 - math.exp(-0.6 * 8)),
        ("toss.heads", "up", 3 / 4),
    ],
)
def test_odds_and_hazards_of_all_that_can_be_named(on: str, asked: str, p: float) -> None:
    """What takes time is asked after eight days; without the bond every answer is another one."""
    sides = [ns.Outcome(name="heads", effects=["up = true"]), ns.Outcome(name="tails")]
    toss = ns.Action(name="toss", clock=ns.On("2025-06-02T12:00"), outcomes=sides)
    question = ns.Question(name="q", condition=asked, by=8 if asked in ("memo.delivered", "rung") else 39)
    s = world(bond(on), MEMO, TALKS, GOES, toss, ns.Fact("up"), question)
    hits = int(ns.simulate(s, replications=N, seed=3).answers("q")[0].sum())
    assert accepts(hits, N, p)
    without = int(ns.simulate(s.without("bond"), replications=N, seed=3).answers("q")[0].sum())
    assert not accepts(without, N, p)


def test_a_word_that_is_away_acts_on_nothing_whoever_takes_it_away() -> None:
    host = ns.Mediator(
        "host", who="un", between=SIDES, hosting=5, target="north", push=2, acts_on=["memo"], presses_on=["ring"]
    )
    s = world(host, MEMO, ns.Mechanism(name="good_offices", off=[ns.Without(element="host")]))
    assert str(s.expanded.actions["memo.deliver"].pace) == "5 if host.engaged else 1"
    assert str(s.expanded.actions["ring"].pace) == "5 * 2 if host.engaged else 1"
    for gone in (s.without("host"), s.without("un"), s.without("good_offices")):
        assert str(gone.expanded.actions["memo.deliver"].pace) == "1"
        assert str(gone.expanded.actions["ring"].pace) == "1"
    assert str(s.without("north").expanded.actions["ring"].pace) == "5 * 2 if host.engaged else 1"


def test_several_words_act_on_one_thing_in_any_order() -> None:
    more = ns.Channel("line", between=SIDES, contacts=ns.Exponential(0.1), helps=2, acts_on="memo")
    one, two = world(bond("memo"), more, MEMO), world(MEMO, more, bond("memo"))
    assert one.expanded == two.expanded
    assert ns.solve(one).probability("memo.delivered").value > ns.solve(world(MEMO)).probability("memo.delivered").value


def test_a_presence_is_a_reason_on_the_partys_page() -> None:
    text = " ".join(ns.party(world(bond("goes.go"), GOES), "south").text().split())
    assert "what bond does" in text
    assert "66.7 % now (40 % at the centre of all reasons)" in text


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ("memmo", "which is not there; did you mean 'memo'"),
        ("goes", "which has no pace of its own"),
        ("ring.bell", "the outcomes of ring are none"),
        ("talks.review", "no law whose hazard could be multiplied"),
        ("rung", "which is not there"),
    ],
)
def test_what_cannot_be_acted_on_is_told_with_a_remedy(on: str, words: str) -> None:
    with pytest.raises((ScenarioError, UnknownName), match=words) as told:
        world(bond(on), MEMO, TALKS, GOES)
    assert "side_deal.bond" in str(told.value)


def test_what_is_no_share_has_no_odds() -> None:
    deal = ns.SideDeal("other", between=SIDES, signs=ns.Exponential(0.1), bond=4)
    with pytest.raises(ScenarioError, match=r"which is 4.0 and no share whose odds could move"):
        world(bond("other.bond"), deal)


def test_pressing_needs_somebody_to_press_on() -> None:
    with pytest.raises(ScenarioError, match="presses_on without target"):
        ns.Mediator("host", who="un", between=SIDES, presses_on=["memo"])


def test_lint_names_a_word_that_acts_on_nothing() -> None:
    asked = ns.Question(name="q", condition="memo.delivered", by=20)
    told = [str(one) for one in ns.lint(world(replace(bond(), acts_on=()), MEMO, asked)) if one.code == "idle"]
    assert any("side_deal bond: it is there and acts on nothing" in one for one in told)
    for quiet in (
        world(bond("memo"), MEMO, asked),
        world(bond(), replace(MEMO, pace="bond.pace"), asked),
        world(bond(), replace(MEMO, when="bond.in_force"), asked),
    ):
        assert not [one for one in ns.lint(quiet) if "acts on nothing" in one.text]


def test_names_of_what_words_work_out_can_be_read_and_stand_behind_variables() -> None:
    spy = ns.Source(name="spy", hit=0.9, false_alarm=0.3, after=ns.Fixed("2 days"))
    view = ns.Belief("view", of="south", about="rung", sources=[spy])
    s = world(view, replace(MEMO, pace="2 if view.probability > 0.6 else 1"))
    assert "exp(-view.log_odds)" in str(s.expanded.actions["memo.deliver"].pace)
    own = world(bond(), replace(MEMO, pace="bond.pace"), ns.Level("bond.pace", 7))
    assert str(own.expanded.actions["memo.deliver"].pace) == "bond.pace"
    with pytest.raises(UnknownName, match=r"promise.memo.pace: unknown name 'bond.pase'"):
        world(bond(), replace(MEMO, pace="bond.pase"))
