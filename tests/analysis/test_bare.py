"""Bare numbers count wherever they stand, in an action and in a word alike; defaults that act are told."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns
from negsim.checking.bare import bare_numbers
from negsim.checking.lint import lint
from negsim.model.expressions import evaluate, reads

PARTIES = (ns.Party("north"), ns.Party("south"))
MOOD = ns.Level("mood", 0.3, low=0, high=7)
ROUNDS = ns.Counter("rounds")


def scenario(*parts: Any) -> ns.Scenario:
    return ns.Scenario("s", start="2025-01-01", end=40, parts=[*PARTIES, MOOD, ROUNDS, *parts])


def bare(*parts: Any) -> dict[str, tuple[float, ...]]:
    return bare_numbers(scenario(*parts))


@given(
    rate=st.floats(0.01, 0.9), pace=st.floats(1.1, 9), size=st.floats(0.01, 0.9), bound=st.floats(0.01, 0.9).map(float)
)
def test_a_number_counts_in_a_word_as_it_counts_in_an_action(
    rate: float, pace: float, size: float, bound: float
) -> None:
    guard, change = f"mood < {bound!r}", f"mood += {size!r}"
    action = ns.Action(name="a", when=guard, clock=ns.Exponential(rate), pace=pace, effects=[change])
    word = ns.Channel(
        "a",
        between=["north", "south"],
        when=guard,
        contacts=ns.Exponential(rate),
        pace_of_contacts=pace,
        helps=1,
        effects=[change],
    )
    (one,), (other,) = bare(action).values(), bare(word).values()
    assert set(one) == set(other) == {rate, pace, size, bound}


@pytest.mark.parametrize("word", [False, True])
@pytest.mark.parametrize(
    ("guard", "counted"),
    [
        ("rounds >= 3", ()),  # a number of times
        ("mood >= 3", (3.0,)),  # a threshold
        ("mood >= 0.25", (0.25,)),
        ("mood > 0", ()),
        ("at_least(2, rounds > 0, mood > 0, mood > 1)", ()),
    ],
)
def test_thresholds_count_and_counts_do_not(word: bool, guard: str, counted: tuple[float, ...]) -> None:
    part: Any = ns.Action(name="a", when=guard, clock=ns.Exponential("rate"), effects=["rounds += 1"])
    if word:
        part = ns.Channel("a", between=["north", "south"], contacts=ns.Exponential("rate"), when=guard, helps=1)
    rate = ns.Parameter("rate", 0.3, source="judgement", grade="judgement")
    assert tuple(value for values in bare(part, rate).values() for value in values) == counted


def test_what_is_inside_a_word_s_tables_counts() -> None:
    word = ns.Decision(
        "choice",
        by="north",
        every="30 days",
        options={
            "go": ns.Option(share=0.4, takes=ns.Fixed("3 days"), effects=["mood += 0.2"]),
            "stay": ns.Option(),
        },
        reasons={"mood": ns.ReasonFor("go", reads=MOOD, weight=1.5, centre=0.35)},
    )
    (values,) = bare(word).values()
    assert set(values) == {0.4, 3.0, 0.2, 1.5, 0.35}


def test_terms_limits_dates_and_the_start_do_not_count() -> None:
    law = ns.LogNormal(mu="rate", sigma="rate")
    word = ns.Truce(
        "week", by=["north", "south"], lasts=law, term="7 days", extends="rate", extension="5 days", begins_on=3.5
    )
    assert bare(word, ns.Parameter("rate", 0.3, source="judgement", grade="judgement")) == {}


def test_a_law_of_an_initial_value_counts_and_a_fixed_one_does_not() -> None:
    assert bare(ns.Level("hope", 0.4)) == {}
    assert bare(ns.Fact("signed", ns.chance(0.4))) == {"variable signed": (0.4,)}


def test_what_was_supposed_away_does_not_count() -> None:
    action = ns.Action(name="a", clock=ns.Exponential(0.3), effects=["rounds += 1"])
    assert bare_numbers(scenario(action).without("a")) == {}


def defaults(*parts: Any) -> list[str]:
    return [str(finding) for finding in lint(scenario(*parts)) if finding.code == "default"]


def test_a_default_that_acts_is_told_and_one_that_does_not_is_not() -> None:
    rate = ns.Parameter("rate", 0.3, source="judgement", grade="judgement")
    said: dict[str, Any] = {"of": "north", "changes": ns.Exponential("rate")}
    (told,) = defaults(ns.LeaderChange("heir", **said), rate)
    assert told.startswith("leader_change heir: fresh_for is left at its default, 365, and that acts; give fresh_for")
    assert defaults(ns.LeaderChange("heir", **said, fresh_for=200.0), rate) == []
    talks = ns.Appointment("talks", among=["north", "south"], on="2025-01-10T12:00", on_date="rate")
    assert defaults(talks, rate) == [], "its other numbers are 1 and 0 by default"


ACTING: dict[str, Any] = {
    "Mediator": {"who": "un", "between": ["north", "south"], "target": "north"},
    "Channel": {"between": ["north", "south"], "contacts": ns.Exponential(1)},
    "SideDeal": {"between": ["north", "south"], "signed": True},
    "Pressure": {"by": "un", "on": "north", "strength": 0.5},
    "LeaderChange": {"of": "north", "changes": ns.Exponential(1)},
    "Threat": {"by": "north", "to": "south", "resolve": 1},
    "Spoiler": {"by": "camp", "acts": ns.Exponential(1), "progress": "mood"},
}


@pytest.mark.parametrize("name", sorted(ACTING))
def test_a_word_that_was_told_no_multiplier_multiplies_by_one(name: str) -> None:
    word = getattr(ns, name)("w", **ACTING[name])
    state = {"mood": 0.7, "w.strength": 1.0, "w.leverage": 1.0, "w.in_force": True, "w.open": True}
    paces = [word.pace] + ([word.pace_on("north")] if name == "Mediator" else [])
    for pace in paces:
        for true in (False, True):
            facts = {fact: true for fact in reads(pace) if fact not in state}
            assert evaluate(pace, {**state, **facts}) == 1.0


def test_a_default_length_of_time_is_not_laid_to_its_author() -> None:
    """It is said as text and kept as a number of days: nobody wrote those days."""
    word = ns.Ultimatum("dam", by="north", to="south", on="2025-01-10T12:00", resolve="p", met="given")
    scenario = ns.Scenario(
        "s", start="2025-01-01", end=60, parts=[word, ns.Fact("given"), ns.Parameter("p", 0.5, source="judgement")]
    )
    assert [str(one) for one in ns.lint(scenario) if "allows" in str(one) or "14" in str(one)] == []
