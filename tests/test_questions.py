"""What can be asked of windows and under conditions: edges, counts, givens by a date; closed forms and wrong readings."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from running import on_every_engine, scenario
from scipy import integrate, stats
from strategies import scenarios, seeds

import negsim as ns
from negsim.errors import EstimateError, NotRecorded, ScenarioError
from negsim.model.calendar import DAY
from negsim.program import lower

N = {"compiled": 100_000, "reference": 6_000}
LEFT_OUT = 1e-9


def accepted(estimate: Any, p: float) -> bool:
    """Whether the count lies in the central region of the binomial law that leaves out 1e-9."""
    law = stats.binom(getattr(estimate, "given", estimate.n), p)
    return bool(law.ppf(LEFT_OUT / 2) <= estimate.hits <= law.isf(LEFT_OUT / 2))


def run(engine: str, *parts: Any, n: int | None = None, **said: Any) -> Any:
    return ns.simulate(scenario(*parts, **said), replications=n or N[engine], seed=20250801, engine=engine)


ROUNDS = [ns.Counter("rounds"), ns.Action(name="round", clock=ns.Exponential(0.05), effects=["rounds += 1"])]
AUGUST = {"start": "2025-07-01", "end": "2025-12-31"}


@on_every_engine
def test_a_round_in_august(engine: str) -> None:
    """A Poisson stream of 0.05 a day: in 31 days one or more with 1 - exp(-1.55), two or more, 1.55 on average."""
    window = {"after": "2025-08-01", "by": "2025-08-31"}
    runs = run(
        engine,
        *ROUNDS,
        ns.Question(name="one", kind="fired", action="round", at_least=1, **window),
        ns.Question(name="two", kind="fired", action="round", at_least=2, **window),
        ns.Question(name="number", kind="fired", action="round", **window),
        ns.Question(name="third", kind="happens", condition="rounds == 3", **window),
        ns.Question(name="first_one", condition="rounds >= 1", **window),
        **AUGUST,
    )
    one, two = 1 - math.exp(-1.55), 1 - math.exp(-1.55) * 2.55
    assert accepted(runs.probability("one"), one)
    assert accepted(runs.probability("two"), two)
    mean = runs.mean("number")
    assert abs(mean.value - 1.55) < 6 * math.sqrt(1.55 / mean.n)
    third = stats.gamma(3, scale=20)
    assert accepted(runs.probability("third"), third.cdf(62) - third.cdf(31))
    first = runs.probability("first_one")
    assert accepted(first, math.exp(-1.55) * one)
    assert not accepted(first, one), "the first round in the window is another question"


@on_every_engine
def test_edges_and_what_holds_at_the_opening(engine: str) -> None:
    """A truce from day 2 to day 6, and again from day 9 on."""
    truce = [
        ns.Fact("truce"),
        ns.Action(name="stop", clock=ns.On(2, 9), effects=["truce = true"]),
        ns.Action(name="resume", clock=ns.On(6), effects=["truce = false"]),
    ]
    begun = [ns.Fact("truce", initial=True), ns.Action(name="resume", clock=ns.On(6), effects=["truce = false"])]

    def answer(parts: list[Any], after: float, by: float, or_holds: bool = False) -> bool:
        asked = ns.Question(name="q", kind="happens", condition="truce", after=after, by=by, or_holds=or_holds)
        return bool(run(engine, *parts, asked, n=1, end=20).probability("q").value)

    rows = [(0, 1, False, False), (0, 2, True, True), (2, 2, True, True), (3, 5, False, True), (3, 9, True, True)]
    rows += [(6, 8, False, True), (7, 8, False, False), (9, 20, True, True), (10, 20, False, True)]
    for after, by, plain, holding in rows:
        assert answer(truce, after, by) == plain, (after, by)
        assert answer(truce, after, by, or_holds=True) == holding, (after, by)
    assert answer(begun, 0, 3), "the start counts as a turn if the condition holds there"
    assert not answer(begun, 1, 3)
    assert answer(begun, 6, 8, or_holds=True), "it holds when the window opens, and ends at that very instant"
    assert not answer(begun, 7, 8, or_holds=True)


@on_every_engine
def test_a_state_of_zero_duration_is_an_edge(engine: str) -> None:
    parts = [
        ns.Fact("a"),
        ns.Action(name="raise", clock=ns.On(3), effects=["a = true"]),
        ns.Action(name="drop", when="a", clock=ns.Immediately(), effects=["a = false"]),
        ns.Question(name="q", kind="happens", condition="a", after=3, by=3),
        ns.Question(name="p", kind="happens", condition="a", after=4, or_holds=True),
    ]
    runs = run(engine, *parts, n=1)
    assert (runs.probability("q").value, runs.probability("p").value) == (1, 0)


PAIR = [
    ns.Fact("a"),
    ns.Fact("b"),
    ns.Action(name="do_a", when="not a", clock=ns.Exponential(0.02), effects=["a = true"]),
    ns.Action(name="do_b", when="not b", clock=ns.Exponential(0.01), pace="5 if a else 1", effects=["b = true"]),
]


def late(until: float, by: float) -> float:
    """P(no b by ``by``, given no a by ``until``): a comes at until + u at .02, b has hazard .01 before and .05 after."""
    span = by - until
    inner = integrate.quad(lambda u: 0.02 * math.exp(-0.02 * u - 0.01 * (until + u) - 0.05 * (span - u)), 0, span)[0]
    return inner + math.exp(-0.02 * span - 0.01 * by)


@on_every_engine
def test_given_that_it_did_not_happen_by_a_date(engine: str) -> None:
    """Row 17: .7919703 given no a by day 30; .8766980 in all."""
    asked = [
        ns.Question(name="if_no", condition="b", by=90, given="a", given_not_by=30),
        ns.Question(name="if_yes", condition="b", by=90, given="a", given_by=30),
        ns.Question(name="if_not_then", condition="b", by=90, given="not a", given_on=30),
        ns.Question(name="plain", condition="b", by=90),
    ]
    runs = run(engine, *PAIR, *asked, end=100)
    right, whole = 1 - late(30, 90), 1 - late(0, 90)
    assert abs(right - 0.7919703) < 1e-7
    assert abs(whole - 0.8766980) < 1e-7
    no = runs.probability("if_no")
    assert accepted(no, right)
    assert not accepted(no, whole)
    assert accepted(runs.probability("plain"), whole)
    assert runs.probability("if_not_then") == no, "a does not turn back, so both say the same"
    share = math.exp(-0.6)
    assert accepted(runs.probability("if_yes"), (whole - share * right) / (1 - share))
    assert no.given + runs.probability("if_yes").given == no.n


def test_a_given_that_the_start_decides_is_refused() -> None:
    for extra, remedy in (({}, "given_on .* or given_not_by"), ({"given_by": 30}, "given_on .* or given_not_by")):
        with pytest.raises(ScenarioError, match=f"'not a' is true at the start of every history, .*{remedy}"):
            scenario(*PAIR, ns.Question(name="q", condition="b", given="not a", **extra))
    with pytest.raises(ScenarioError, match=r"no history is without it by 30.*use given_on"):
        scenario(*PAIR, ns.Question(name="q", condition="b", given="not a", given_not_by=30))
    with pytest.raises(ScenarioError, match="nothing can ever make 'c' true"):
        scenario(*PAIR, ns.Fact("c"), ns.Question(name="q", condition="b", given="c", given_not_by=30))
    drawn = ns.Fact("begun", ns.chance(1.0))
    runs = ns.simulate(
        scenario(*PAIR, drawn, ns.Question(name="q", condition="b", given="begun")), replications=9, seed=1
    )
    with pytest.raises(EstimateError, match="true at the start of every history"):
        runs.probability("q")
    counts = ns.simulate(runs.scenario, replications=9, seed=1, keep="counts")
    with pytest.raises(EstimateError, match="true at the start of every history"):
        counts.probability("q")


@on_every_engine
def test_seeing_is_not_doing(engine: str) -> None:
    """Row 14: a fair coin z moves both c and s; seen c tells of z, made c does not: .5388889 against .325."""
    parts = [
        *(ns.Fact(name) for name in ("c", "s")),
        ns.Fact("z", ns.chance(0.5)),
        ns.Action(
            name="act",
            clock=ns.On(1),
            outcomes=[
                ns.Outcome(name="yes", weight="0.8 if z else 0.1", effects=["c = true"]),
                ns.Outcome(name="no", weight="0.2 if z else 0.9"),
            ],
        ),
        ns.Action(
            name="follow",
            when="c",
            clock=ns.On(2),
            outcomes=[
                ns.Outcome(name="yes", weight="0.6 if z else 0.05", effects=["s = true"]),
                ns.Outcome(name="no", weight="0.4 if z else 0.95"),
            ],
        ),
        ns.Question(name="seen", condition="s", given="c"),
        ns.Question(name="plain", condition="s"),
    ]
    seen = (0.5 * 0.8 * 0.6 + 0.5 * 0.1 * 0.05) / (0.5 * 0.8 + 0.5 * 0.1)
    made = 0.5 * 0.6 + 0.5 * 0.05
    described = scenario(*parts)
    n = N[engine]
    found = ns.simulate(described, replications=n, seed=7, engine=engine).probability("seen")
    done = ns.simulate(described.do("c", on=1), replications=n, seed=7, engine=engine).probability("plain")
    assert accepted(found, seen)
    assert not accepted(found, made)
    assert accepted(done, made)
    assert not accepted(done, seen)


@on_every_engine
def test_before_by_and_zones(engine: str) -> None:
    """21:00 in Washington on 31 July is 04:00 on 1 August in Istanbul."""
    asked = {
        "by_there": ({"condition": "night", "by": "2025-07-31T23:59-04:00"}, 1),
        "by_here": ({"condition": "night", "by": "2025-07-31"}, 0),
        "by_date": ({"condition": "morning", "by": "2025-08-01"}, 1),
        "before_date": ({"condition": "morning", "before": "2025-08-01"}, 0),
        "before_next": ({"condition": "morning", "before": "2025-08-02"}, 1),
        "at_instant": ({"condition": "morning", "by": "2025-08-01T10:00"}, 1),
        "before_instant": ({"condition": "morning", "before": "2025-08-01T10:00"}, 0),
    }
    parts = [
        *(ns.Fact(name) for name in ("night", "morning")),
        ns.Action(name="meet_night", clock=ns.On("2025-07-31T21:00-04:00"), effects=["night = true"]),
        ns.Action(name="meet_morning", clock=ns.On("2025-08-01T10:00"), effects=["morning = true"]),
        *(ns.Question(name=name, **said) for name, (said, _) in asked.items()),
    ]
    runs = run(engine, *parts, n=1, start="2025-07-01", end="2025-09-01", zone="Europe/Istanbul")
    assert {name: runs.probability(name).value for name in asked} == {name: right for name, (_, right) in asked.items()}
    assert runs.probability("by_date", before="2025-08-01").value == 0
    with pytest.raises(EstimateError, match=r"give either by=.* or before=.* not both"):
        runs.probability("by_date", by="2025-08-01", before="2025-08-01")


def test_what_a_window_did_not_look_at_is_refused_with_the_line_to_add() -> None:
    asked = [
        ns.Question(name="n", kind="fired", action="round", after=3, by=9, at_least=2),
        ns.Question(name="h", kind="happens", condition="rounds == 2", after=3, by=9),
        ns.Question(name="plain", kind="fired", action="round"),
    ]
    runs = ns.simulate(scenario(*ROUNDS, *asked), replications=20, seed=1)
    with pytest.raises(NotRecorded, match=r"kind='fired', action='round', at_least=2, .*by='2025-01-09T00:00'"):
        runs.probability("n", by=8)
    with pytest.raises(NotRecorded, match="kind='happens', condition='rounds == 2', after='2025-01-03"):
        runs.probability("h", after=2)
    assert runs.probability("h", by=5).hits <= runs.probability("h").hits, "an earlier deadline is known"
    with pytest.raises(EstimateError, match="its answer is a number and has no probability; give it at_least="):
        runs.probability("plain")


@settings(max_examples=60)
@given(scenarios(max_actions=4, max_horizon=15), seeds)
def test_windows_and_givens_are_those_of_the_log(described: ns.Scenario, seed: int) -> None:
    """Every answer of a history, by brute force from its full log."""
    n = 4
    runs = ns.simulate(described, replications=n, seed=seed, engine="reference", trace=n, on_error="count")
    program = lower(described)
    if runs.block.failed.any():
        return
    for name, entry in runs.program.probes.asked.items():
        question = entry.question
        if not question.probable:
            continue
        try:
            yes, counted = runs.answers(name)
        except EstimateError:
            continue  # a given that every history began with
        for r, trace in enumerate(runs.traces):
            states = _states(trace, program)
            assert bool(counted[r]) == _given(states, entry, program)
            if counted[r]:
                assert bool(yes[r]) == _yes(states, trace, entry, program), (name, question, r)


def _states(trace: Any, program: Any) -> list[tuple[float, list[float]]]:
    """The state from each instant on, one row an event."""
    state = [value for _, value in trace.initial]
    rows = [(0.0, list(state))]
    for event in trace.events:
        for name, _, new in event.changes:
            state[program.index[name]] = new
        rows.append((event.at, list(state)))
    return rows


def _true(tree: Any, state: list[float], program: Any) -> bool:
    return bool(program.compile(tree)(state))


def _given(states: list[Any], entry: Any, program: Any) -> bool:
    given = entry.given
    if given is None:
        return True
    tree = entry.question.given
    if given.form == "on":
        return _true(tree, [state for at, state in states if at <= given.when][-1], program)
    came = any(_true(tree, state, program) for at, state in states if at <= given.when)
    return came == (given.form == "by")


def _yes(states: list[Any], trace: Any, entry: Any, program: Any) -> bool:
    question = entry.question
    if question.kind == "fired":
        count = sum(
            entry.after <= event.at <= entry.by
            and event.action == question.action
            and question.outcome in (None, event.outcome)
            for event in trace.events
        )
        return count >= question.at_least
    holds = [_true(question.condition, state, program) for _, state in states]
    times = [at for at, _ in states]
    if question.kind == "holds":
        return [h for h, at in zip(holds, times, strict=True) if at <= entry.by][-1]
    if question.kind == "happens":
        turned = [at for k, at in enumerate(times) if holds[k] and not (k and holds[k - 1])]
        if question.or_holds:
            before = [h for h, at in zip(holds, times, strict=True) if at < entry.after] or [holds[0]]
            turned += [entry.after] if before[-1] else []
        return any(entry.after <= at <= entry.by for at in turned)
    for k, (at, state) in enumerate(states):
        if holds[k]:
            return entry.after <= at <= entry.by
        if question.throughout is not None and not _true(question.throughout, state, program):
            return False
    return False


def test_a_scenario_of_more_than_285_years_is_not_simulated() -> None:
    long = scenario(*ROUNDS, end=2**53 / DAY + 1)
    with pytest.raises(ns.errors.NegsimError, match=r"lasts 104,251 days, .* exact up to 104,250 days \(285 years\)"):
        ns.simulate(long, replications=1, seed=1)
    assert np.isfinite(
        ns.solve(
            scenario(
                ns.Fact("x"),
                ns.Action(name="a", clock=ns.Exponential(1), effects=["x = true"], limit=1),
                ns.Question(name="q", condition="x", by=3),
                end=2**53 / DAY + 1,
            )
        )
        .probability("q")
        .value
    )
