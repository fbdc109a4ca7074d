"""Preconditions hold at every date of the thing: a property of all words, closed forms, and what can be supposed."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import gammainc

import negsim as ns
from negsim.engines import simulating

from .helpers import accepts
from .pending import SIDES, Forgetful, appointments, breaches, histories, meetings, moves, others, world
from .test_word_properties import words

RUNNABLE = simulating()
ROWS = ("first", "counts", "final")

pending = st.one_of(meetings(), meetings(), appointments())


def obeys(word: Any, moving: list[ns.Action], n: int, *steps: Any) -> None:
    found = list(breaches(histories(world(word, moving, *steps), n)))
    assert not found, found[0]


@settings(max_examples=60)
@given(pending, moves())
def test_a_meeting_held_had_every_hard_requirement_at_that_instant(word: Any, moving: list[ns.Action]) -> None:
    obeys(word, moving, 12)


@pytest.mark.slow
@settings(max_examples=1_000)
@given(pending, moves())
def test_a_meeting_held_had_every_hard_requirement_at_that_instant_of_a_thousand(
    word: Any, moving: list[ns.Action]
) -> None:
    obeys(word, moving, 25)


@settings(max_examples=50)
@given(st.one_of(others(), words()), moves())
def test_so_had_every_other_step(word: Any, moving: list[ns.Action]) -> None:
    obeys(word, moving, 8)


@pytest.mark.slow
@settings(max_examples=1_000)
@given(st.one_of(others(), words()), moves())
def test_so_had_every_other_step_of_a_thousand(word: Any, moving: list[ns.Action]) -> None:
    obeys(word, moving, 12)


def test_a_meeting_of_the_old_kind_is_caught() -> None:
    caught: list[str] = []

    @settings(max_examples=60)
    @given(meetings(Forgetful), moves())
    def old(word: Any, moving: list[ns.Action]) -> None:
        caught.extend(breaches(histories(world(word, moving), 12)))

    old()
    assert len(caught) > 20


@settings(max_examples=40)
@given(pending, moves())
def test_random_meetings_are_written_read_and_alike_on_every_engine(word: Any, moving: list[ns.Action]) -> None:
    scenario = world(word, moving)
    assert ns.loads(ns.dumps(scenario)) == scenario
    runs = [
        ns.simulate(scenario, replications=12, seed=5, engine=name, max_events=3_000, on_error="count")
        for name in RUNNABLE
    ]
    for other in runs[1:]:
        for row in ROWS:
            np.testing.assert_array_equal(getattr(other.block, row), getattr(runs[0].block, row))


# ---- known answers

N = 6_000


def held(waiver: float, later: float | None, never: float, most: int, rate: float, days: float) -> float:
    """P(held within so many days of the first date) of a meeting whose requirement never comes, by its waivers.

    After j missed dates the next one is j + 1 exponential delays away; each is waived by itself.
    """
    again = waiver if later is None else later
    total, missed = waiver, 1 - waiver
    for j in range(1, most + 1):
        missed *= 1 - never
        total += missed * again * float(gammainc(j, rate * days))
        missed *= 1 - again
    return total


@pytest.mark.parametrize(
    ("waiver", "later", "never", "most"), [(0.3, None, 0, 3), (0.3, 0.1, 0.2, 4), (0, 0.5, 0, 1), (0.4, 0, 0.3, 5)]
)
def test_waived_anew_at_each_date_up_to_a_limit(waiver: float, later: float | None, never: float, most: int) -> None:
    rate, days = 0.25, 20.0
    otherwise = ns.Postpone(ns.Exponential(rate), never=never, waiver=later, most=most)
    word = ns.Meeting("w", among=SIDES, on=5.0, requires={"north": "text"}, waiver=waiver, otherwise=otherwise)
    scenario = ns.Scenario("s", start="2025-01-01", end=5 + days, parts=[ns.Fact("text"), word])
    expected = held(waiver, later, never, most, rate, days)
    runs = ns.simulate(scenario, replications=N, seed=20250602)
    hits = int(runs.answers("w.held")[0].sum())
    assert accepts(hits, N, expected), (hits / N, expected)
    once = waiver + (1 - waiver) * (1 - never) * -math.expm1(-rate * days)
    assert not accepts(hits, N, once), "held at the first later date whatever it requires"
    assert ns.solve(scenario).answer("w.held").value == pytest.approx(expected, abs=1e-9)


def test_what_never_comes_and_is_never_waived_is_never_held() -> None:
    for on in ({"on": 5.0}, {"lead": ns.Exponential(0.2)}):
        for leaders in (False, True):
            otherwise = ns.Postpone(ns.Exponential(0.5), most=50)
            word = ns.Meeting("w", among=SIDES, requires={"north": "text"}, leaders=leaders, otherwise=otherwise, **on)
            scenario = ns.Scenario("s", start="2025-01-01", end=200, parts=[ns.Fact("text"), word])
            assert ns.simulate(scenario, replications=2_000, seed=3).probability("w.held").hits == 0
            assert ns.solve(scenario).answer("w.held").value == 0


def test_a_text_that_comes_late_lets_the_meeting_be_held_at_its_next_date() -> None:
    otherwise = ns.Postpone(ns.Fixed(3), most=9)
    word = ns.Meeting("w", among=SIDES, on=5.0, requires={"north": "text"}, otherwise=otherwise)
    text = [ns.Fact("text"), ns.Action(name="write", clock=ns.Fixed(11), effects=["text = true"], limit=1)]
    runs = ns.simulate(ns.Scenario("s", start="2025-01-01", end=40, parts=[*text, word]), replications=3, seed=1)
    assert runs.first_times("w.held").tolist() == [11.0] * 3, "dates 5, 8, 11; what comes at the very instant counts"
    short = replace(word, otherwise=ns.Postpone(ns.Fixed(3), most=1))
    runs = ns.simulate(ns.Scenario("s", start="2025-01-01", end=40, parts=[*text, short]), replications=3, seed=1)
    assert not np.isfinite(runs.first_times("w.held")).any(), "called off after the one later date that it could have"


def test_a_leader_who_withdrew_for_good_does_not_come() -> None:
    word = ns.Meeting(
        "w",
        among=SIDES,
        on=5.0,
        on_date=0,
        leaders=True,
        requires={"north": "calm"},
        otherwise=ns.Postpone(ns.Fixed(4)),
    )
    calm = ns.Fact("calm", True)
    spoil = ns.Action(name="spoil", clock=ns.Fixed(7), effects=[calm.set(False)], limit=1)
    scenario = ns.Scenario("s", start="2025-01-01", end=90, parts=[calm, spoil, word])
    assert ns.simulate(scenario, replications=50, seed=1).probability("w.held").hits == 0
    assert ns.simulate(scenario.without("spoil"), replications=50, seed=1).first_times("w.held").tolist() == [9.0] * 50


def test_leaders_who_waive_consent_without_what_they_require() -> None:
    word = ns.Meeting("w", among=SIDES, lead=ns.Fixed(1), leaders=True, requires={"north": "text"}, waiver=0.5)
    scenario = ns.Scenario("s", start="2025-01-01", end=30, parts=[ns.Fact("text"), word])
    for one, times in ((scenario, math.inf), (scenario.waive("w.requires.north"), 1), (scenario.meet("w.requires"), 1)):
        runs = ns.simulate(one, replications=3, seed=1)
        assert runs.first_times("w.held").tolist() == [times] * 3


def test_who_lets_something_pass_does_so_together_with_the_others() -> None:
    word = ns.Meeting(
        "w", among=SIDES, on=5.0, requires={"north": "text", "south": "calm"}, waiver=0.6, waivers={"south": 0.2}
    )
    parts = [ns.Fact("text"), ns.Fact("calm", ns.chance(0.5)), word]
    scenario = ns.Scenario("s", start="2025-01-01", end=9, parts=parts)

    def share(world: ns.Scenario) -> float:
        return float(ns.solve(world).answer("w.held").value)

    assert share(scenario) == pytest.approx(0.5 * 0.6 + 0.5 * 0.2)
    assert share(scenario.harden("w.requires.south")) == pytest.approx(0.5 * 0.6)
    assert share(scenario.waive("w.requires.south")) == pytest.approx(0.6)
    assert share(scenario.waive("w.requires.north")) == pytest.approx(0.5 + 0.5 * 0.2)
    assert share(scenario.harden("w")) == share(scenario.without("w.waiver")) == 0
    assert share(scenario.without("w.requires")) == 1


def test_an_appointment_asks_for_confirmations_at_every_date_and_in_every_form() -> None:
    said = {"among": SIDES, "on": 5, "confirms": {"north": ns.Exponential(1e-9)}, "on_date": 1, "delay": ns.Fixed(2)}
    for extra in ({}, {"downgraded": 0.5}, {"absent": {"south": 1}}):
        word = ns.Appointment("w", **said, **extra, never=0, unconfirmed=0)
        runs = ns.simulate(ns.Scenario("s", start="2025-01-01", end=60, parts=[word]), replications=200, seed=2)
        assert runs.probability("w.held").hits == 0
    without = ns.Appointment("w", **said, absent={"north": 1}, unconfirmed=0)
    runs = ns.simulate(ns.Scenario("s", start="2025-01-01", end=60, parts=[without]), replications=20, seed=2)
    assert runs.probability("w.held").hits == 20, "without the one who did not confirm"


def test_later_rounds_ask_too() -> None:
    word = ns.Process(
        "w", among=SIDES, gap=ns.Exponential(1), stalled_gap=ns.Exponential(1), requires={"north": "text"}
    )
    scenario = ns.Scenario("s", start="2025-01-01", end=30, parts=[ns.Fact("text"), word])
    rounds = ns.Question(name="rounds", kind="value", condition="w.number")

    def mean(one: ns.Scenario) -> float:
        return float(ns.simulate(one, replications=2_000, seed=4, questions=[rounds]).mean("rounds").value)

    assert mean(scenario) == 0
    assert mean(scenario.without("w.requires.north")) == pytest.approx(30, abs=6 * math.sqrt(30 / 2_000))
    half = replace(word, waiver=0.5)
    assert mean(replace(scenario, parts=[ns.Fact("text"), half])) == pytest.approx(15, abs=6 * math.sqrt(15 / 2_000))


def test_rounds_go_on_where_one_of_two_never_waives() -> None:
    word = ns.Process(
        "w", among=SIDES, gap=ns.Exponential(1), stalled_gap=ns.Exponential(1),
        requires={"north": "text", "south": "calm"}, waiver=0.5,
    )  # fmt: skip
    parts = [ns.Fact("text"), ns.Fact("calm", ns.chance(0.5)), word]
    scenario = ns.Scenario("s", start="2025-01-01", end=30, parts=parts)
    held = ns.Question(name="held", condition="w.number >= 1")
    for firm, likely in (("south", 0.5), ("north", 0.0)):
        one = scenario.harden(f"w.requires.{firm}")
        assert accepts(ns.simulate(one, replications=N, seed=4, questions=[held]).probability("held").hits, N, likely)


# ---- what can be supposed of a requirement


def case(**said: Any) -> ns.Scenario:
    memo = ns.Promise("memo", by="south", to="north", delay=ns.Exponential(0.1))
    options: dict[str, Any] = {"on": 5.0, "on_date": 0.5, "waiver": 0.3, **said}
    word = ns.Meeting(
        "w", among=SIDES, requires={"north": memo.delivered}, otherwise=ns.Postpone(ns.Exponential(0.3)), **options
    )
    on_date = ns.Question(name="on_date", condition=word.held, by=5.0)
    return ns.Scenario("s", start="2025-01-01", end=40, parts=[memo, word, on_date])


def test_requirement_waiver_and_what_is_required_are_three_elements() -> None:
    scenario = case()
    delivered = -math.expm1(-0.5)

    def on_date(world: ns.Scenario) -> float:
        return float(ns.solve(world).answer("on_date").value)

    assert on_date(scenario) == pytest.approx(delivered * 0.5 + (1 - delivered) * 0.3)
    assert on_date(scenario.without("w.requires.north")) == pytest.approx(0.5)
    assert on_date(scenario.meet("w.requires.north")) == pytest.approx(0.5)
    assert on_date(scenario.waive("w.requires.north")) == pytest.approx(delivered * 0.5 + (1 - delivered))
    assert on_date(scenario.harden("w.requires.north")) == pytest.approx(delivered * 0.5)
    assert on_date(scenario.without("w.waiver")) == pytest.approx(delivered * 0.5)
    assert on_date(scenario.do("w.waived", never=True)) == pytest.approx(delivered * 0.5)
    assert on_date(scenario.do("memo.delivered", never=True)) == pytest.approx(0.3)
    gone = ns.simulate(scenario.without("w.requires.north"), replications=300, seed=1)
    there = ns.simulate(scenario.do("memo.delivered", on="2025-01-01"), replications=300, seed=1)
    assert (gone.first_times("memo.delivered") > 0).all(), "not asked for is not delivered"
    assert (there.first_times("memo.delivered") == 0).all()
    np.testing.assert_array_equal(gone.first_times("w.held"), there.first_times("w.held"))


def test_nobody_waives_at_any_date() -> None:
    never = case().do("memo.delivered", never=True)
    for firm in (never.harden("w.requires.north"), never.without("w.waiver"), never.do("w.waived", never=True)):
        assert ns.simulate(firm, replications=2_000, seed=8).probability("w.held").hits == 0
    assert ns.simulate(never, replications=2_000, seed=8).probability("w.held").hits > 1_000


@pytest.mark.parametrize("said", [{}, {"on": None, "lead": ns.Exponential(0.2)}, {"waiver": 0}])
def test_all_other_draws_stay(said: dict[str, Any]) -> None:
    """The text's delivery, the first date and the first later date come when they came, if they come at all."""
    scenario = case(**said)
    asked = [
        ns.Question(name="first_date", kind="when", condition="w.due"),
        ns.Question(name="later_date", kind="when", condition="w.due and w.postponed"),
    ]
    plain = ns.simulate(scenario, replications=300, seed=6, questions=asked)
    for how in ("without", "meet", "waive", "harden"):
        other = ns.simulate(getattr(scenario, how)("w.requires.north"), replications=300, seed=6, questions=asked)
        for name in ("memo.delivered", "first_date"):
            np.testing.assert_array_equal(plain.first_times(name), other.first_times(name), err_msg=f"{how} {name}")
        later = np.column_stack([runs.first_times("later_date") for runs in (plain, other)])
        later = later[np.isfinite(later).all(axis=1)]
        assert len(later) > 20 or how == "waive"
        np.testing.assert_array_equal(later[:, 0], later[:, 1], err_msg=how)


def test_suppositions_are_saved_loaded_and_stand_in_mechanisms() -> None:
    mechanism = ns.Mechanism(name="waived", off=[ns.Harden(requirement="w.requires.north")], title="off: nobody waives")
    scenario = replace(case(), parts=(*case().parts, mechanism))
    several = scenario.meet("w.requires.north").waive("w").without("w.requires.north").harden("w.requires")
    for one in (scenario, several, scenario.without("waived")):
        assert ns.loads(ns.dumps(one)) == one
        assert ns.loads(ns.dumps(one)).expanded == one.expanded
    assert 'waive = "w"' in ns.dumps(several)
    assert scenario.without("waived").expanded.actions == scenario.harden("w.requires.north").expanded.actions
    assert scenario.waive(scenario.expanded.requirements["w.requires.north"]) == scenario.waive("w.requires.north")


def test_who_requires_what_is_listed() -> None:
    (one,) = case().expanded.requirements.values()
    assert (one.name, one.of, one.steps, str(one.waiver)) == ("w.requires.north", "north", ("w.held",), "0.3")
    assert not one.hard
    assert case().harden(one).expanded.requirements[one.name].hard


def test_what_reads_the_facts_of_a_waiver_stays_legal() -> None:
    scenario = case()
    asked = ns.Question(name="waived", condition="w.waived")
    runs = ns.simulate(scenario.without("w.requires.north"), replications=50, seed=1, questions=[asked])
    assert runs.probability("waived").hits == 0


@pytest.mark.parametrize(
    ("how", "name", "message"),
    [
        ("meet", "w.requires.nort", "did you mean 'w.requires.north'"),
        ("waive", "memo", "requirements are w.requires.north"),
        ("harden", "v.requires", "no requirement has this name"),
        ("without", "w.requires.nort", "did you mean 'w.requires.north'"),
    ],
)
def test_unknown_requirements_are_refused_with_the_nearest_name(how: str, name: str, message: str) -> None:
    with pytest.raises(ns.errors.UnknownName, match=message):
        getattr(case(), how)(name)


def test_a_scenario_without_requirements_says_so() -> None:
    with pytest.raises(ns.errors.UnknownName, match="the scenario has none"):
        ns.load("toy").meet("review")


def demanded(*words: Any) -> ns.Scenario:
    text = ns.Fact("text")
    write = ns.Action(name="write", clock=ns.Fixed(8), effects=[text.set(True)], limit=1)
    word = ns.Meeting("w", among=SIDES, on=5.0, requires={"north": words[0].met})
    return ns.Scenario("s", start="2025-01-01", end=20, parts=[text, write, *words, word])


@pytest.mark.parametrize(
    "demand",
    [
        ns.Precondition("first", of="north", needs="text", waiver=0.5, waived_on=4.0),
        ns.Demand("first", of="north", needs="text", waiver=0.5, waived_on=4.0),
        ns.Demand("first", of="north", needs="text", yields=ns.Exponential(1), guaranteed_when="text"),
    ],
    ids=["precondition", "demand", "yields"],
)
def test_a_demand_is_a_requirement_under_its_own_name(demand: Any) -> None:
    scenario = demanded(demand)

    def hits(world: ns.Scenario, fact: str = "w.held") -> int:
        asked = ns.Question(name="asked", condition=fact)
        return ns.simulate(world, replications=40, seed=1, questions=[asked]).probability("asked").hits

    assert 0 < hits(scenario) < 41
    assert hits(scenario.harden("first")) == hits(scenario.harden("first"), "first.waived") == 0
    assert hits(scenario.without("first")) == hits(scenario.meet("first")) == hits(scenario.waive("first")) == 40
    assert hits(scenario.waive("first"), "first.waived") == 40
    assert hits(scenario.without("first"), "first.waived") == hits(scenario.meet("first"), "first.waived") == 0
    assert hits(scenario.without("first.waiver")) == 0


def test_a_demand_raised_later_is_waived_when_it_is_raised() -> None:
    demand = ns.Demand("first", of="north", needs="false or text", stated_when="text", yields=ns.Exponential(1e-9))
    asked = ns.Question(name="waived", kind="when", condition="first.waived")
    runs = ns.simulate(demanded(demand).waive("first"), replications=3, seed=1, questions=[asked])
    assert runs.first_times("waived").tolist() == [8.0] * 3
    runs = ns.simulate(demanded(demand).without("first"), replications=3, seed=1, questions=[asked])
    assert not np.isfinite(runs.first_times("waived")).any()


def test_a_demand_that_is_never_dropped_is_not_dropped_together_with_another() -> None:
    one = ns.Demand("one", of="north", needs="text", together_with="two", together=ns.Exponential(1))
    two = ns.Demand("two", of="south", needs="text")
    scenario = demanded(two, one)
    assert ns.simulate(scenario, replications=100, seed=1).probability("w.held").hits > 90
    assert ns.simulate(scenario.harden("two"), replications=100, seed=1).probability("w.held").hits == 0


@pytest.mark.parametrize(
    "word",
    [
        ns.Ratification("v", of="north", takes=ns.Fixed(2), passes=0.9, when="text"),
        ns.Agreement("v", between=SIDES, rungs=[ns.Rung(name="signed", takes=ns.Fixed(2), when="text")]),
        ns.Truce("v", by=SIDES, lasts=ns.Exponential(1e-9), declared_on=3.0, when="text"),
        ns.Ceasefire("v", between=SIDES, duration=ns.Exponential(1e-9), direct=ns.Exponential(9), when="text"),
    ],
    ids=lambda word: str(word.table),
)
def test_what_a_step_needs_can_be_supposed_away(word: Any) -> None:
    scenario = ns.Scenario("s", start="2025-01-01", end=20, parts=[ns.Fact("text"), word])
    (one,) = scenario.expanded.requirements.values()
    asked = ns.Question(name="asked", condition=one.steps[0])
    assert one.name.endswith(".when")
    free = [scenario.without(one.name), scenario.meet(one.name)]
    for case_, likely in [(scenario, False), (scenario.harden(one.name), False), *((free_, True) for free_ in free)]:
        hits = ns.simulate(case_, replications=20, seed=1, questions=[asked]).probability("asked").hits
        assert hits > 10 if likely else hits == 0


@settings(max_examples=30)
@given(meetings(), moves(), st.lists(st.sampled_from(["without", "meet", "waive", "harden"]), min_size=1, max_size=3))
def test_the_property_holds_whatever_is_supposed(word: Any, moving: list[ns.Action], hows: list[str]) -> None:
    name = next(iter(word.requires))
    steps = [
        ns.Without(element=f"w.requires.{name}") if how == "without" else HOWS[how](requirement=f"w.requires.{name}")
        for how in hows
    ]
    obeys(word, moving, 8, *steps)


HOWS: dict[str, Any] = {"meet": ns.Meet, "waive": ns.Waive, "harden": ns.Harden}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"waivers": {"france": 0.5}}, "waivers names france, which does not take part"),
        ({"waivers": {"south": 0.5}}, "waivers names south, which requires nothing"),
        ({"waiver": 1.5}, "waiver must be a probability"),
        ({"waivers": {"north": -1}}, "waiver of north must be a probability"),
    ],
)
def test_waivers_of_nobody_and_of_nothing_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ns.errors.ScenarioError, match=message):
        ns.Meeting("w", among=SIDES, on=5.0, requires={"north": "text"}, **wrong)


@pytest.mark.parametrize(
    ("wrong", "message"), [({"most": 0}, "most must be a positive"), ({"waiver": 2}, "postpone: waiver")]
)
def test_postponements_check_themselves(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ns.errors.ScenarioError, match=message):
        ns.Postpone(ns.Fixed(1), **wrong)
