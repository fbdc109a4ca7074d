"""Decisions: shares at the centre, log odds and softmax by hand, hard preconditions, once an occasion, on every engine."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.engines import simulating
from negsim.errors import ArgumentError, ScenarioError, UnknownName
from negsim.files import dumps, loads
from negsim.model.expressions import evaluate

from .helpers import accepts, scenario

RUNNABLE = simulating()
ROWS = ("first", "at", "held", "fired", "counts", "final", "events")
N = 20_000
NOON = "2025-06-02T12:00"

go, stay = ns.Option(share=0.4, says="it goes"), ns.Option(says="it stays")
blame = ns.ReasonFor("go", reads="blame", weight=1, centre=2, says="the blame would fall on it")


def choice(**changes: Any) -> ns.Decision:
    """A decision between going and staying at noon of the second day, with one reason to go."""
    fields: dict[str, Any] = {
        "by": "north",
        "options": {"go": go, "stay": stay},
        "reasons": {"blame": blame},
        "on": NOON,
    }
    return ns.Decision("attends", **{**fields, **changes})


def world(*parts: Any, blamed: float = 2, **rest: Any) -> ns.Scenario:
    return scenario(*parts, ns.Level("blame", blamed, low=0, high=10, step=0.5), **rest)


def shares(decision: ns.Decision, **state: float | bool) -> dict[str, float]:
    """What the event's weights come to in a state."""
    told = scenario(decision, *(ns.Fact(n) if isinstance(v, bool) else ns.Level(n, 0) for n, v in state.items()))
    outcomes = told.expanded.actions[f"{decision.name}.decide"].outcomes
    weights = {one.name: float(evaluate(one.weight, state)) for one in outcomes}
    total = math.fsum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def taken(s: ns.Scenario, option: str, n: int = N, engine: str = "compiled", **rest: Any) -> int:
    runs = ns.simulate(s, replications=n, seed=20250528, engine=engine, **rest)
    return int(np.sum(runs.firings("attends.decide", option) > 0))


# Shares -----------------------------------------------------------------------------------------------------------


def test_at_the_centre_of_all_reasons_the_shares_are_kept() -> None:
    """Exactly so, whatever the weights and the temperature."""
    three = {"go": ns.Option(share=0.3), "stay": ns.Option(), "ask": ns.Option(share=0.2)}
    reasons = {
        "blame": blame,
        "hope": ns.ReasonFor("ask", reads="hope", weight=-3, centre=0.25),
        "cost": ns.ReasonFor("stay", reads="cost", weight=7, centre=1),
    }
    found = shares(choice(options=three, reasons=reasons, temperature=0.5), blame=2.0, hope=0.25, cost=1.0)
    assert found == {"ask": 0.2, "go": 0.3, "stay": 0.5}


def test_one_more_of_a_reason_moves_log_odds_by_its_weight() -> None:
    """logit(x) = logit(.4) + 1, so x = .4 e / (.4 e + .6) = .6444050..."""
    x = 0.4 * math.e / (0.4 * math.e + 0.6)
    assert round(x, 7) == 0.6444050
    assert shares(choice(), blame=3.0)["go"] == pytest.approx(x, abs=1e-15)
    assert ns.solve(world(choice(), blamed=3)).probability("attends.go").value == pytest.approx(x, abs=1e-12)
    hits = taken(world(choice(), blamed=3), "go")
    assert accepts(hits, N, x)
    assert not accepts(hits, N, 0.8 / 1.4)  # odds that are doubled are another model
    assert not accepts(hits, N, 0.4)


def test_a_temperature_divides_all_reasons() -> None:
    x = 0.4 * math.exp(0.5) / (0.4 * math.exp(0.5) + 0.6)
    assert shares(choice(temperature=2), blame=3.0)["go"] == pytest.approx(x, abs=1e-15)


def test_three_options_are_a_softmax() -> None:
    """By hand: .5 e^1 = 1.3591409, .3 e^-2 = 0.0406006, .2 e^0 = .2; their sum is 1.5997415."""
    three = {"go": ns.Option(share=0.5), "stay": ns.Option(share=0.3), "ask": ns.Option()}
    reasons = {"blame": blame, "hope": ns.ReasonFor("stay", reads="hope", weight=-4, centre=1)}
    decision = choice(options=three, reasons=reasons)
    by_hand = {"go": 0.8495996, "stay": 0.0253795, "ask": 0.1250202}
    found = shares(decision, blame=3.0, hope=1.5)
    assert {name: round(value, 5) for name, value in found.items()} == {n: round(v, 5) for n, v in by_hand.items()}
    s = world(decision, ns.Level("hope", 1.5), blamed=3)
    for name, p in found.items():
        assert accepts(taken(s, name), N, p)
    assert not accepts(taken(s, "go"), N, 0.5)


def test_a_condition_counts_one_where_it_holds() -> None:
    reason = ns.ReasonFor("go", reads="called", weight=1, centre=0.5)
    decision = choice(reasons={"called": reason})
    x = 0.4 * math.exp(0.5) / (0.4 * math.exp(0.5) + 0.6)
    assert shares(decision, called=True)["go"] == pytest.approx(x, abs=1e-15)
    written = choice(reasons={"called": replace(reason, reads="1 if called else 0")})
    assert shares(written, called=True) == shares(decision, called=True)


def test_reasons_beyond_all_bounds_are_as_sure_as_can_be() -> None:
    """No overflow, and an option with a share is never quite impossible: odds of e^-300 at the least."""
    found = shares(choice(), blame=1e9)
    assert found["stay"] == pytest.approx(1.5 * math.exp(-300), rel=1e-12)
    assert shares(choice(), blame=-1e9)["stay"] == 1.0


def test_shares_may_be_parameters_and_the_rest_is_what_they_leave() -> None:
    p = ns.Parameter("p", 0.09)
    decision = choice(options={"go": ns.Option(share=p), "stay": stay}, reasons={})
    assert accepts(taken(world(decision, p), "go"), N, 0.09)
    assert taken(world(decision, p).with_parameter("p", 0), "go") == 0
    assert taken(world(decision, p).with_parameter("p", 1), "stay") == 0


# Preconditions of an option ----------------------------------------------------------------------------------------

ASKED = [
    ns.Fact("text"),
    ns.Action(name="deliver", when="not text", clock=ns.Exponential(0.2), effects=["text = true"]),
    ns.Action(name="withdraw", when="text", clock=ns.Exponential(0.2), effects=["text = false"]),
]


def without_text(s: ns.Scenario, n: int = 300) -> int:
    """How often the option was taken while the text was not there."""
    found = 0
    for history in ns.simulate(s, replications=n, seed=3, engine="reference", trace=n).traces:
        text = bool(dict(history.initial)["text"])
        for event in history.events:
            found += event.outcome == "go" and not text
            text = next((bool(new) for name, _, new in event.changes if name == "text"), text)
    return found


def test_an_option_with_a_hard_precondition_is_never_taken_without_it() -> None:
    hard = choice(options={"go": replace(go, when="text"), "stay": stay}, on=None, every="1 day")
    s = world(hard, *ASKED)
    assert without_text(s) == 0
    assert without_text(world(choice(on=None, every="1 day"), *ASKED)) > 0  # the wrong model
    assert without_text(s.without("attends.options.go.when")) > 0
    assert without_text(s.meet("attends.options.go.when")) > 0
    assert without_text(s.harden("attends.options.go.when")) == 0
    assert without_text(s.decide("attends", "go")) == 0


def test_closed_options_leave_their_share_to_the_others() -> None:
    three = {"go": ns.Option(share=0.5, when="text"), "stay": ns.Option(share=0.3), "ask": ns.Option()}
    found = shares(choice(options=three, reasons={}), text=False)
    assert found == {"ask": pytest.approx(0.4), "go": 0.0, "stay": pytest.approx(0.6)}


def test_where_no_option_is_open_no_decision_is_taken_and_that_is_recorded() -> None:
    """The choice before it stands no more, so that nothing later rests on it."""
    none = {"go": replace(go, when="text"), "stay": replace(stay, when="text")}
    decision = choice(options=none, on=("2025-06-02T12:00", "2025-06-04T12:00"))
    gone = ns.Action(name="lose", clock=ns.On("2025-06-03T12:00"), effects=["text = false"])
    runs = ns.simulate(world(decision, ns.Fact("text", True), gone), replications=500, seed=1)  # type: ignore[arg-type]
    assert set(runs.firings("attends.decide", "none")) == {1}
    assert set(runs.firings("attends.decide", "go") + runs.firings("attends.decide", "stay")) == {1}
    assert runs.probability("attends.decided").value == 1
    late = scenario(
        *world(decision, ns.Fact("text", True), gone).parts,
        ns.Question(name="q", condition="attends.go or attends.stay", kind="value"),
    )  # type: ignore[arg-type]
    assert ns.simulate(late, replications=200, seed=1).mean("q").value == 0


# Once an occasion --------------------------------------------------------------------------------------------------


def test_one_decision_an_occasion_however_long_its_guard_stays_true() -> None:
    """A fund is signed in 9 % of histories. A plain action decides again and again: by 40 days at a rate of .1 it has

    decided a Poisson number of times with mean 4, so signed at least once with probability 1 - exp(-4 * .09) = 30 %.
    """
    offered = ns.Action(name="offer", when="not offered", clock=ns.Fixed(1), effects=["offered = true"])
    fund = {"go": ns.Option(share=0.09), "stay": ns.Option()}
    s = world(choice(on=None, at="offered", options=fund, reasons={}), offered, ns.Fact("offered"))
    hits = taken(s, "go")
    assert accepts(hits, N, 0.09)
    plain = ns.Action(
        name="attends.decide",
        when="offered and not signed",
        clock=ns.Exponential(0.1),
        outcomes=[ns.Outcome(name="go", weight=0.09, effects=["signed = true"]), ns.Outcome(name="stay", weight=0.91)],
    )
    again = scenario(plain, offered, ns.Fact("offered"), ns.Fact("signed"), end=41)
    wrong = taken(again, "go")
    assert accepts(wrong, N, 1 - math.exp(-4 * 0.09))
    assert not accepts(wrong, N, 0.09)


def test_a_new_occasion_is_one_that_was_gone_meanwhile() -> None:
    knocks = [
        ns.Action(name="come", clock=ns.On(NOON, "2025-06-05T12:00"), effects=["there = true"]),
        ns.Action(name="knock", clock=ns.On("2025-06-03T12:00"), effects=["there = true"]),
        ns.Action(name="leave", clock=ns.On("2025-06-04T12:00"), effects=["there = false"]),
    ]
    s = world(choice(on=None, at="there"), ns.Fact("there"), *knocks)
    runs = ns.simulate(s, replications=400, seed=5)
    assert set(runs.firings("attends.decide")) == {2}


def test_an_occasion_that_is_there_at_the_start_is_one() -> None:
    assert (
        taken(world(choice(on=None, at="blame >= 1")), "go") + taken(world(choice(on=None, at="blame >= 1")), "stay")
        == N
    )


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ({"on": (NOON, "2025-06-09T12:00")}, 2),
        ({"on": None, "every": "10 days"}, 4),
        ({"on": NOON, "every": "10 days"}, 4),
        ({"on": NOON, "when": "blame < 1"}, 0),
        ({"on": None, "every": "10 days", "when": "blame >= 1"}, 4),
    ],
)
def test_dates_and_pulses_are_occasions(said: dict[str, Any], times: int) -> None:
    runs = ns.simulate(world(choice(**said)), replications=50, seed=1)
    assert set(runs.firings("attends.decide")) == {times}


# What follows ------------------------------------------------------------------------------------------------------


def test_effects_come_as_long_after_the_choice_as_they_take() -> None:
    late = choice(options={"go": replace(go, takes=ns.Fixed("3 days"), effects=["blame += 1"]), "stay": stay})
    s = world(
        late,
        ns.Question(name="q", kind="when", condition="blame > 2"),
        ns.Question(name="d", kind="when", condition="attends.go"),
    )
    runs = ns.simulate(s, replications=500, seed=1)
    chosen, done = runs.first_times("d"), runs.first_times("q")
    assert np.array_equal(np.isfinite(chosen), np.isfinite(done))
    gone = np.isfinite(done)
    assert set(done[gone] - chosen[gone]) == {3.0}


def test_another_choice_meanwhile_drops_what_is_under_way_and_the_same_one_does_not_delay_it() -> None:
    """Choices a day apart with three days to go: effects come if the three choices after the first are not to stay."""
    dates = tuple(f"2025-06-0{k}T12:00" for k in (2, 3, 4, 5))
    late = choice(
        options={"go": replace(go, share=0.7, takes=ns.Fixed("60 hours"), effects=["blame = 5"]), "stay": stay},
        reasons={},
        on=dates,
    )
    s = world(late, ns.Question(name="q", kind="reached", condition="blame > 4", by=3.5), end=20)
    runs = ns.simulate(s, replications=N, seed=1)
    # By day 4: chosen on the first date, and not undone on the second and third; the fourth is later than 60 hours.
    hits = int(runs.answers("q", by=4.1)[0].sum())
    assert accepts(hits, N, 0.7**3)


def test_the_last_choice_stands_alone() -> None:
    s = world(
        choice(on=None, every="2 days"),
        ns.Question(name="both", kind="happens", condition="attends.go and attends.stay", or_holds=True),
    )
    assert ns.simulate(s, replications=300, seed=1).probability("both").value == 0


# What is supposed of it --------------------------------------------------------------------------------------------


def test_an_option_is_forced_by_an_intervention_in_python_and_in_a_mechanism() -> None:
    off = ns.Mechanism(name="absence", off=[ns.Decide(decision="attends", option="go")])
    s = world(choice(), off)
    assert taken(s.decide("attends", "go"), "go") == N
    assert taken(s.decide(choice(), "stay"), "stay") == N
    assert taken(s.without("absence"), "go") == N
    assert 'off = [{decide = "attends", option = "go"}]' in dumps(s)
    assert loads(dumps(s.decide("attends", "go"))) == s.decide("attends", "go")


def test_all_other_draws_stay_under_a_forced_choice() -> None:
    other = ns.Action(name="other", clock=ns.Exponential(0.1), effects=["blame += 1"], limit=3)
    s = world(choice(), other)
    one, two = (ns.simulate(x, replications=300, seed=1).firings("other") for x in (s, s.decide("attends", "stay")))
    assert np.array_equal(one, two)


def test_a_reason_and_all_reasons_can_be_supposed_away() -> None:
    reasons = {"blame": blame, "hope": ns.ReasonFor("stay", reads="blame", weight=2)}
    s = world(choice(reasons=reasons), blamed=3)
    one, none = s.without("attends.reasons.hope"), s.without("attends.reasons")
    assert accepts(taken(one, "go"), N, 0.4 * math.e / (0.4 * math.e + 0.6))
    assert accepts(taken(none, "go"), N, 0.4)
    assert ns.simulate(s.without("attends"), replications=100, seed=1).probability("attends.go").value == 0


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (("attend", "go"), "did you mean 'attends'"),
        (("attends", "going"), "its options are go, stay"),
        (("nobody", "go"), "the scenario's decisions are attends"),
    ],
)
def test_what_cannot_be_forced_is_told(step: tuple[str, str], words: str) -> None:
    with pytest.raises(UnknownName, match=words):
        world(choice()).decide(*step)


# Waivers -----------------------------------------------------------------------------------------------------------

RULE = "w.due and not w.requires.north"


def meeting(**rest: Any) -> ns.Meeting:
    later = ns.Postpone(ns.Fixed("7 days"), most=2)
    fields: dict[str, Any] = {
        "among": ("north", "south"),
        "on": NOON,
        "requires": {"north": "text"},
        "otherwise": later,
    }
    return ns.Meeting("w", **{**fields, **rest})


def test_a_meeting_is_held_where_the_party_decides_to_come_on_one_of_its_dates() -> None:
    """Three dates, each with a decision of its own: 1 - .6^3 = .784; one decision for all dates would give .4."""
    s = world(choice(on=None, at=RULE), meeting(waiver="attends.go"), ns.Fact("text"), ns.Parameter("none", 0))
    runs = ns.simulate(s, replications=N, seed=1)
    hits = int(runs.answers("w.held")[0].sum())
    assert accepts(hits, N, 1 - 0.6**3)
    assert not accepts(hits, N, 0.4)
    assert int(np.max(runs.firings("attends.decide"))) == 3
    assert ns.simulate(s.harden("w.requires.north"), replications=300, seed=1).probability("w.held").value == 0
    assert ns.simulate(s.waive("w.requires.north"), replications=300, seed=1).probability("w.held").value == 1
    assert ns.simulate(s.decide("attends", "go"), replications=300, seed=1).probability("w.held").value == 1


def test_where_the_requirement_is_met_or_not_asked_nothing_is_decided() -> None:
    s = world(choice(on=None, at=RULE), meeting(waiver="attends.go"), ns.Fact("text"))
    for supposed in (s.meet("w.requires.north"), s.without("w.requires.north"), s.nudge("text", on="2025-06-02T11:00")):
        runs = ns.simulate(supposed, replications=100, seed=1)
        assert set(runs.firings("attends.decide")) == {0}
        assert runs.probability("w.held").value == 1


def test_a_decision_of_an_earlier_date_waives_nothing_at_a_later_one() -> None:
    """It goes on the first date only; what else is missing then makes that a date missed."""
    first = choice(
        on=None, at=RULE, options={"go": ns.Option(share=1, when="w.times_put_off < 1"), "stay": ns.Option()}
    )
    later = ns.Postpone(ns.Fixed("7 days"), most=2)
    word = meeting(waivers={"north": "attends.go"}, requires={"north": "text", "south": "blame > 5"}, otherwise=later)
    grow = ns.Action(name="grow", clock=ns.On("2025-06-05T12:00"), effects=["blame = 6"])
    s = world(first, word, grow, ns.Fact("text"))
    assert ns.simulate(s, replications=100, seed=1).probability("w.held").value == 0


@pytest.mark.parametrize("kind", ["process", "appointment", "precondition", "demand"])
def test_every_word_that_waives_can_be_waived_by_a_decision(kind: str) -> None:
    gap = ns.Uniform(1, 2)
    sides = ("north", "south")
    words: dict[str, Any] = {
        "process": ns.Process(
            "w", among=sides, gap=gap, stalled_gap=gap, requires={"north": "text"}, waiver="attends.go"
        ),
        "appointment": ns.Appointment(
            "w", among=sides, on=NOON, on_date=1, requires={"north": "text"}, waiver="attends.go"
        ),
        "precondition": ns.Precondition("w", of="north", needs="text", waiver="attends.go", waived_on=NOON),
        "demand": ns.Demand("w", of="north", needs="text", waiver="attends.go", waived_on=NOON),
    }
    step = {"process": "w.number >= 1", "appointment": "w.held"}.get(kind, "w.met")
    at = {"process": "w.due", "appointment": RULE}.get(kind)
    decision = choice(on=None if at else "2025-06-02T11:00", **({"at": at} if at else {}))
    s = world(decision, words[kind], ns.Fact("text"), ns.Question(name="q", condition=step, kind="reached"), end=3.9)
    hits = int(ns.simulate(s, replications=N, seed=1).answers("q", by=2)[0].sum())
    assert accepts(hits, N, 0.4)
    assert loads(dumps(s)) == s
    assert ns.simulate(s.decide("attends", "stay"), replications=200, seed=1).probability("q").value == 0


# Every engine, every order -----------------------------------------------------------------------------------------

reads = st.sampled_from(["blame", "called", "blame > 1", "count", "2 * count - blame"])
numbers = st.sampled_from([0.0, 0.5, 1.0, -2.0, 3.0])


@st.composite
def decisions(draw: Any, markov: bool = False) -> ns.Decision:
    names = draw(st.lists(st.sampled_from(["go", "stay", "ask", "wait"]), min_size=2, max_size=4, unique=True))
    even = [draw(st.sampled_from([0.0, 0.1, 0.25])) for _ in names[1:]]
    options = {}
    for name, share in zip(names, [None, *even], strict=True):
        when = draw(st.sampled_from(["true", "true", "called", "not called", "count >= 1"]))
        effects = draw(st.sampled_from([(), ("count += 1",), ("blame += 0.5",), ("called = not called",)]))
        takes = draw(st.sampled_from([None, None, ns.Exponential(0.5)] + ([] if markov else [ns.Fixed(2)])))
        options[name] = ns.Option(share=share, when=when, effects=effects, takes=takes)
    reasons = {
        f"r{k}": ns.ReasonFor(
            draw(st.sampled_from(names)), reads=draw(reads), weight=draw(numbers), centre=draw(numbers)
        )
        for k in range(draw(st.integers(0, 3)))
    }
    occasion: dict[str, Any] = {"at": draw(st.sampled_from(["called", "not called", "count >= 1 and not called"]))}
    if not markov and draw(st.booleans()):
        occasion = {"every": "3 days", "when": draw(st.sampled_from(["true", "called"]))}
    temperature = draw(st.sampled_from([1, 2.0, "1 + count"]))
    return ns.Decision("attends", by="north", options=options, reasons=reasons, temperature=temperature, **occasion)


def lively(decision: ns.Decision, **rest: Any) -> ns.Scenario:
    """A scenario in which what the decision reads comes and goes; every option asks whether it was ever taken."""
    return scenario(
        decision,
        ns.Fact("called"),
        ns.Counter("count"),
        ns.Level("blame", 1, low=0, high=3, step=0.5),
        ns.Action(name="call", when="not called", clock=ns.Exponential(0.3), effects=["called = true"]),
        ns.Action(name="hang_up", when="called", clock=ns.Exponential(0.4), effects=["called = false"]),
        ns.Action(name="more", when="count < 3", clock=ns.Exponential(0.2), effects=["count += 1"]),
        end=12,
        **rest,
    )


@settings(max_examples=120)
@given(decisions())
def test_engines_tell_the_same_histories_and_files_keep_them(decision: ns.Decision) -> None:
    s = lively(decision)
    again = loads(dumps(s))
    assert again == s
    assert again.expanded == s.expanded
    runs = [ns.simulate(s, replications=40, seed=7, engine=engine) for engine in RUNNABLE]
    for other in runs[1:]:
        for table in ROWS:
            np.testing.assert_array_equal(getattr(other.block, table), getattr(runs[0].block, table), err_msg=table)


@settings(max_examples=60)
@given(decisions(), st.randoms(use_true_random=False))
def test_the_order_of_options_and_reasons_means_nothing(decision: ns.Decision, random: Any) -> None:
    def mixed(table: Any) -> dict[str, Any]:
        names = list(table)
        random.shuffle(names)
        return {name: table[name] for name in names}

    twin = replace(decision, options=mixed(decision.options), reasons=mixed(decision.reasons))
    assert twin == decision
    assert lively(twin).expanded == lively(decision).expanded


@settings(max_examples=40)
@given(decisions(markov=True))
def test_the_exact_engine_agrees_with_the_simulators(decision: ns.Decision) -> None:
    s = lively(
        replace(decision, options={k: replace(o, effects=_bounded(o.effects)) for k, o in decision.options.items()})
    )
    found = ns.verify(s, replications=400, seed=7, level=1e-9 / 40)
    assert found.agree, str(found)


def _bounded(effects: Any) -> Any:
    """Counts that cannot grow without end, for a finite space of states."""
    return ["count = min(count + 1, 3)" if effect.variable == "count" else effect for effect in effects]


# What is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"options": {"go": go}}, "two options or more"),
        ({"options": {"go": stay, "stay": stay}}, "only one may take the rest"),
        ({"options": {"go": ns.Option(share=0.4), "stay": ns.Option(share=0.4)}}, "add up to 0.8"),
        ({"options": {"go": ns.Option(share=0.7), "stay": ns.Option(share=0.4), "ask": stay}}, "add up to 1.1"),
        ({"options": {"none": go, "stay": stay}}, "the word uses this name itself"),
        ({"options": {"go": ns.Option(share=1.4), "stay": stay}}, "must be a probability"),
        ({"reasons": {"blame": replace(blame, option="gone")}}, "did you mean 'go'"),
        ({"at": "blame > 1"}, "at which occasion"),
        ({"on": None}, "at which occasion"),
        ({"on": None, "at": "blame > 1", "when": "blame > 2"}, "join it to at="),
        ({"on": (NOON, "2025-06-05T12:00"), "every": "1 day"}, "the one date"),
        ({"temperature": 0}, "temperature must be positive"),
        ({"options": "go"}, "table of Option"),
    ],
)
def test_what_makes_no_decision_is_refused_with_a_remedy(said: dict[str, Any], words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        choice(**said)


def test_an_option_that_is_not_there_cannot_have_been_chosen() -> None:
    with pytest.raises(ScenarioError, match="has no option 'gone'; did you mean 'go'"):
        choice().chose("gone")
    with pytest.raises(ArgumentError, match="unknown key 'shares'"):
        ns.Option(shares=0.4)  # type: ignore[call-arg]


def test_a_name_that_a_reason_reads_wrongly_is_told_in_its_place() -> None:
    with pytest.raises(UnknownName, match=r"decision.attends.reasons.blame.reads: unknown name 'blamed'"):
        world(choice(reasons={"blame": replace(blame, reads="blamed")}))


# Parties -----------------------------------------------------------------------------------------------------------


def test_a_party_says_what_it_wants_and_what_it_sees() -> None:
    north = ns.Party("north", aims=["an end of the war", "its seat"], sees=[ns.Level("blame"), "attends"])
    s = world(choice(), north)
    assert north.sees == ("blame", "attends")
    assert s.expanded.parties["north"].aims == ("an end of the war", "its seat")
    assert 'aims = ["an end of the war", "its seat"]' in dumps(s)
    assert loads(dumps(s)) == s
    assert ns.Party("north", aims="an end") == ns.Party("north", aims=["an end"])


def test_what_a_party_sees_must_be_there() -> None:
    with pytest.raises(
        UnknownName, match=r"party.north.sees: the scenario has nothing called 'blam'; did you mean 'blame'"
    ):
        world(choice(), ns.Party("north", sees=["blam"]))
    with pytest.raises(ScenarioError, match="aims must be a list of texts"):
        ns.Party("north", aims=[3])  # type: ignore[list-item]


def heated(temperature: object, *more: Any, weight: object = 1, share: object = 0.4) -> ns.Scenario:
    """A decision on the first day, with one reason one above its centre."""
    choice = ns.Decision(
        "choice",
        by="north",
        on="2025-01-02T12:00",
        options={"go": ns.Option(share=share), "stay": ns.Option()},
        reasons={"need": ns.ReasonFor("go", reads=1, weight=weight, says="it needs it")},
        temperature=temperature,
    )
    return ns.Scenario("hot", start="2025-01-01", end=10, parts=[ns.Party("north"), choice, ns.Fact("z"), *more])


@pytest.mark.parametrize("temperature", [-1, "-1", "-x", "0 * x", "min(x, -0.5)"])
def test_a_temperature_that_is_never_positive_is_refused_however_it_is_written(temperature: object) -> None:
    """It would turn every reason round, in silence."""
    with pytest.raises(ns.errors.ScenarioError, match=r"temperature.* must be positive"):
        heated(temperature, ns.Parameter("x", 2.0))


@pytest.mark.parametrize("engine", RUNNABLE)
def test_a_temperature_that_falls_below_0_in_a_history_stops_it(engine: str) -> None:
    cools = ns.Action(name="cool", clock=ns.On("2025-01-01T12:00"), effects=["mood = -1"])
    scenario = heated("mood", ns.Level("mood", 1, low=-2, high=2), cools)
    with pytest.raises(ns.errors.EvaluationError, match="mood"):
        ns.simulate(scenario, replications=5, seed=1, engine=engine)


@pytest.mark.parametrize(("key", "value"), [("weight", True), ("weight", "z"), ("share", "z"), ("share", True)])
def test_weights_and_shares_are_numbers_and_no_conditions(key: str, value: object) -> None:
    with pytest.raises(ns.errors.NegsimError, match=r"a number|condition"):
        heated(1, **{key: value})


def test_a_temperature_said_by_a_parameter_is_the_number() -> None:
    for temperature in (2, "x"):
        found = ns.solve(heated(temperature, ns.Parameter("x", 2.0))).probability("choice.go")
        odds = 0.4 / 0.6 * math.exp(0.5)
        assert found.value == pytest.approx(odds / (1 + odds), abs=1e-12)
