"""What lint says of the structure of a scenario: ties, what moves no question, doors that exclude each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import scenarios

import negsim as ns
from negsim.checking.lint.influence import slice_of
from negsim.errors import NegsimError
from negsim.model.exclusions import cases, exclusions
from negsim.model.expressions import evaluate, parse

NOON = ns.On("2025-01-02T12:00")


def world(*parts: Any, end: Any = 40, start: str = "2025-01-01") -> ns.Scenario:
    return ns.Scenario("w", start=start, end=end, parts=parts)


def found(scenario: ns.Scenario, code: str) -> list[str]:
    return [str(finding) for finding in ns.lint(scenario) if finding.code == code]


def facts(*names: str) -> list[ns.Fact]:
    return [ns.Fact(name) for name in names]


# ---- ties ----


def pair(one: dict[str, Any], other: dict[str, Any], *more: Any, **said: Any) -> list[str]:
    actions = [ns.Action(name=name, **{"clock": NOON, **told}) for name, told in (("a", one), ("b", other))]
    return found(
        world(*facts("x", "y", "z"), ns.Counter("n"), ns.Level("v", low=0, high=1), *actions, *more, **said), "order"
    )


TIED = [
    # each walks out if the other has not
    ({"when": "not y", "effects": ["x = true"]}, {"when": "not x", "effects": ["y = true"]}),
    ({"effects": ["x = true"]}, {"effects": ["x = false"]}),
    ({"effects": ["x = true"]}, {"effects": ["y = x"]}),
    ({"effects": ["v += 0.5"]}, {"effects": ["v -= 0.7"]}),  # clipped
    ({"effects": ["n += 1"]}, {"outcomes": [ns.Outcome(name="o", weight="n"), ns.Outcome(name="p")]}),
    # a fixed delay from the start meets a date, and one from a date
    (
        {"clock": ns.Fixed("36 hours"), "when": "not z", "effects": ["x = true"]},
        {"when": "not x", "effects": ["y = true"]},
    ),
    (
        {"clock": ns.Every("1 day", start="2025-01-01T12:00"), "effects": ["x = true"]},
        {"when": "x", "effects": ["y = true"]},
    ),
    # what is due while it is made to stand still
    (
        {"effects": ["z = true"]},
        {"clock": ns.Fixed("36 hours"), "speed": "0 if z else 1", "effects": ["y = true"]},
    ),
    # two that one event sets going
    (
        {"clock": ns.Immediately(), "when": "z", "effects": ["x = true"]},
        {"clock": ns.Immediately(), "when": "z and not x", "effects": ["y = true"]},
    ),
    (
        {"clock": ns.Fixed(2), "when": "z and not y", "effects": ["x = true"]},
        {"clock": ns.Fixed(2), "when": "z and not x", "effects": ["y = true"]},
    ),
]
STARTS = ns.Action(name="c", when="not z", clock=ns.Exponential(1), effects=["z = true"])

APART = [
    # another priority, other variables, other instants
    ({"priority": 1, "effects": ["x = true"]}, {"effects": ["x = false"]}),
    ({"effects": ["x = true"]}, {"effects": ["y = true"]}),
    ({"clock": ns.On("2025-01-02T12:01"), "effects": ["x = true"]}, {"effects": ["x = false"]}),
    # what comes to the same in either order
    ({"effects": ["x = true"]}, {"effects": ["x = true"]}),
    ({"effects": ["n += 1"]}, {"effects": ["n += 2"]}),
    # random times meet nothing
    ({"clock": ns.Exponential(1), "effects": ["x = true"]}, {"effects": ["x = false"]}),
    ({"clock": ns.Fixed(2), "when": "z", "effects": ["x = true"]}, {"effects": ["x = false"]}),
    # what waits for opposite things is never due together
    (
        {"clock": ns.Immediately(), "when": "z and not y", "effects": ["x = true"]},
        {"clock": ns.Immediately(), "when": "not z and y", "effects": ["x = false"]},
    ),
]


@pytest.mark.parametrize(("one", "other"), TIED)
def test_pairs_that_can_meet_and_touch_are_named(one: dict[str, Any], other: dict[str, Any]) -> None:
    (said,) = [text for text in pair(one, other, STARTS) if text.startswith("action a: it and action b ")]
    assert "can be due at the same instant" in said
    assert "priority" in said


@pytest.mark.parametrize(("one", "other"), APART)
def test_pairs_that_cannot_are_not(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert not [text for text in pair(one, other, STARTS) if "action a" in text and "action b" in text]


def test_a_pair_of_a_word_and_an_action_is_named_by_the_word() -> None:
    round_ = ns.Meeting("round", among=["north", "south"], on="2025-01-02T12:00", requires={"north": "x"}, waiver=0)
    late = ns.Action(name="late", clock=NOON, effects=["x = true"])

    def said(priority: int) -> list[str]:
        return found(world(*facts("x"), round_, replace(late, priority=priority)), "order")

    assert not said(0)
    assert not said(9), "what arrives at that very instant counts"
    (one,) = said(10)
    assert one.startswith(
        "action late: it and meeting round can be due at the same instant (2025-01-02 12:00), and both touch x"
    )


@settings(max_examples=25)
@given(scenarios(max_actions=4, max_horizon=12))
def test_what_lint_does_not_name_does_not_hang_on_names(scenario: ns.Scenario) -> None:
    """Where no pair is named, the order of names decides nothing: other priorities of single actions change no answer."""
    timed = [
        part for part in scenario.parts if isinstance(part, ns.Action) and isinstance(part.clock, ns.On | ns.Every)
    ]
    if not timed or any(finding.code == "order" for finding in ns.lint(scenario)):
        return
    by_priority: dict[int, list[ns.Action]] = {}
    for action in timed:
        by_priority.setdefault(action.priority, []).append(action)
    last = by_priority[min(by_priority)]
    # Spread the priorities of one group the other way round, within the room that the others leave.
    room = {
        action.name: action.priority * 10 + 5 - place
        for place, action in enumerate(sorted(last, key=lambda one: one.name))
    }
    parts = [
        replace(part, priority=room.get(part.name, part.priority * 10)) if isinstance(part, ns.Action) else part
        for part in scenario.parts
    ]
    others = {part.priority for part in scenario.parts if isinstance(part, ns.Action) and part.name not in room}
    if min(by_priority) in others:
        return  # actions of other clocks share the priority and may lie between
    assert answers(scenario) == answers(replace(scenario, parts=tuple(parts)))


# ---- what moves no question ----


COLUMNS = {
    "reached": "first",
    "when": "first",
    "happens": "edges",
    "holds": "at",
    "value": "at",
    "duration": "held",
    "integral": "held",
    "fired": "fired",
}


def answers(scenario: ns.Scenario) -> list[Any] | None:
    """The bits of what a scenario's own questions record, their givens included; None if a history fails."""
    own = [part.name for part in scenario.parts if isinstance(part, ns.Question)]
    try:
        runs = ns.simulate(scenario, replications=40, seed=7, engine="reference", max_events=2_000)
    except NegsimError:
        return None
    found = []
    for name in own:
        asked = runs.program.probes.asked[name]
        found.append((name, getattr(runs.block, COLUMNS[asked.question.kind])[:, asked.column].tobytes()))
        if asked.given is not None:
            found.append(
                (
                    name,
                    getattr(runs.block, "at" if asked.given.form == "on" else "first")[:, asked.given.column].tobytes(),
                )
            )
    return found


def without_idle(scenario: ns.Scenario) -> ns.Scenario | None:
    """The scenario without all that lint says moves no question, effects of others on it included."""
    idle = {finding.where.partition(" ")[2] for finding in ns.lint(scenario) if finding.code in ("idle", "unused")}
    kept = [part for part in scenario.parts if part.name not in idle or isinstance(part, ns.Question)]
    deaf = [_deaf(part, idle) if isinstance(part, ns.Action) else part for part in kept]
    return None if len(kept) == len(scenario.parts) else replace(scenario, parts=tuple(deaf))


def _deaf(action: ns.Action, names: set[str]) -> ns.Action:
    def left(effects: Any) -> Any:
        return [effect for effect in effects if effect.variable not in names]

    outcomes = [replace(outcome, effects=left(outcome.effects)) for outcome in action.outcomes]
    by = None if action.by in names else action.by
    return replace(action, by=by, effects=left(action.effects), outcomes=outcomes)


@settings(max_examples=40)
@given(scenarios(suppose=False, max_horizon=15))
def test_deleting_what_moves_nothing_changes_no_bit(scenario: ns.Scenario) -> None:
    if not any(isinstance(part, ns.Question) for part in scenario.parts):
        return
    less = without_idle(scenario)
    before = answers(scenario)
    if less is not None and before is not None:
        assert answers(less) == before


def test_a_slice_that_forgets_paces_would_be_found_out() -> None:
    """A negative control: what acts through a pace alone changes answers, and lint is silent about it."""
    haste, done = facts("haste", "done")
    rush = ns.Action(name="rush", clock=ns.On(1), effects=["haste = true"])
    work = ns.Action(
        name="work", when="not done", clock=ns.Exponential(0.01), pace="100 if haste else 1", effects=["done = true"]
    )
    asked = ns.Question(name="q", condition="done", by=10)
    scenario = world(haste, done, rush, work, asked)
    assert not found(scenario, "idle")
    assert answers(scenario) != answers(scenario.without("rush"))
    assert slice_of(scenario, scenario.expanded).names == {"haste", "done"}


def test_idle_words_facts_parties_parameters_and_multipliers_are_named() -> None:
    memo = ns.Promise("memo", by="north", to="south", delay=ns.Exponential("rate"))
    rain = ns.Action(name="rain", when="not wet", clock=ns.Exponential("monsoon"), effects=["wet = true"])
    idle_host = ns.Mediator("host", who="un", between=["north", "south"], engages=ns.Exponential(0.1), hosting=2)
    parts = [
        *(ns.Party(name) for name in ("north", "south", "un", "nobody")),
        *(
            memo,
            rain,
            idle_host,
            ns.Fact("wet"),
            ns.Parameter("rate", 0.1),
            ns.Parameter("monsoon", 0.01),
            ns.Parameter("spare", 1),
        ),
        ns.Question(name="q", condition="memo.delivered", by=20),
    ]
    said = found(world(*parts), "idle")
    named = {text.partition(":")[0] for text in said}
    assert named == {"mediator host", "fact wet", "action rain", "parameter monsoon", "party un"}
    assert any("hosting = 2 moves nothing: nothing uses it; say on what it acts" in text for text in said)
    unused = {text.partition(":")[0] for text in found(world(*parts), "unused")}
    assert unused == {"party nobody", "parameter spare"}


def test_a_multiplier_that_is_used_is_not_named() -> None:
    host = ns.Mediator("host", who="un", between=["north", "south"], engages=ns.Exponential(0.1), hosting=2)
    memo = ns.Promise("memo", by="north", to="south", delay=ns.Exponential(0.1), pace=host.pace)
    asked = ns.Question(name="q", condition=memo.delivered, by=20)
    assert not found(world(host, memo, asked), "idle")
    assert found(world(host, replace(memo, pace=1), asked), "idle")


def test_parties_whose_names_are_nearly_the_same() -> None:
    memo = ns.Promise("memo", by="russia", to="ukraine", delay=ns.Exponential(0.1))
    other = ns.Promise("other", by="rusia", to="ukraine", delay=ns.Exponential(0.1))
    assert found(world(memo, other), "party")
    assert not found(world(memo, replace(other, by="poland")), "party")
    numbered = [ns.Promise(f"p{k}", by=f"side_{k}", to=f"side_{k + 1}", delay=ns.Fixed(1)) for k in range(3)]
    assert not found(world(*numbered), "party")


# ---- doors that exclude each other ----


def test_doors_that_exclude_each_other_are_told() -> None:
    swap = ns.Action(name="swap", when="x", clock=ns.Exponential(0.1), effects=["x = false", "y = true"])
    back = ns.Action(name="back", when="y", clock=ns.Exponential(0.1), effects=["x = true", "y = false"])
    enter = ns.Action(name="enter", when="x and y", clock=ns.Exponential(1), effects=["inside = true"])
    asked = ns.Question(name="q", condition="inside")
    doors = [ns.Fact("x", initial=True), ns.Fact("y"), ns.Fact("inside")]
    said = found(world(*doors, swap, back, enter, asked), "never")
    assert [text.partition(":")[0] for text in said] == ["action enter", "question q"]
    assert "'x' and 'y' exclude each other" in said[0]
    both = replace(swap, effects=["y = true"])
    assert not found(world(*doors, both, back, enter, asked), "never")
    assert not found(
        world(ns.Fact("x", initial=True), ns.Fact("y", initial=ns.chance(0.5)), *doors[2:], swap, back, enter, asked),
        "never",
    )


@settings(max_examples=25)
@given(scenarios(max_horizon=15))
def test_what_is_said_to_be_apart_never_happens_together(scenario: ns.Scenario) -> None:
    """Every state of every history is a state that the exclusions allow."""
    apart = exclusions(scenario.expanded)
    assert apart is not None
    try:
        runs = ns.simulate(
            scenario, replications=8, seed=3, engine="reference", max_events=300, trace=8, on_error="count"
        )
    except NegsimError:
        return
    parameters = {
        name: bool(part.best) for name, part in scenario.expanded.parameters.items() if isinstance(part.best, bool)
    }
    known = {literal[0] for literal in apart.number}
    for number in range(8):
        try:
            told = ns.replay(runs, number)
        except NegsimError:
            continue
        for state in states(told, runs):
            case = frozenset(
                (name, bool(value))
                for name, value in {**parameters, **state}.items()
                if name in known - set(parameters)
            )
            assert apart.reachable(case), (case, apart.apart(case))


def states(told: ns.Trajectory, runs: ns.Runs) -> list[dict[str, float]]:
    """The state after each event of a history."""
    state = dict(told.initial)
    found = [state]
    for event in told.events:
        state = {**state, **{name: new for name, _, new in event.changes}}
        found.append(state)
    return found


conditions = st.recursive(
    st.sampled_from(["x", "y", "z", "not x", "not z", "n > 2"]),
    lambda part: st.one_of(
        st.builds("({} and {})".format, part, part),
        st.builds("({} or {})".format, part, part),
        st.builds("not {}".format, part),
        st.builds("at_least({}, {}, {})".format, st.integers(0, 3), part, part),
    ),
    max_leaves=8,
)


@given(conditions, st.tuples(*[st.booleans()] * 3), st.integers(0, 4))
def test_the_cases_of_a_condition_are_what_it_takes(text: str, truths: tuple[bool, bool, bool], n: int) -> None:
    """Where a condition holds, one of its cases does."""
    values = dict(zip("xyz", truths, strict=True))
    if evaluate(parse(text), {**values, "n": n}):
        assert any(all(values[name] == value for name, value in case) for case in cases(parse(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x and not y", [{("x", True), ("y", False)}]),
        ("not (x or y)", [{("x", False), ("y", False)}]),
        ("not (x and y)", [{("x", False)}, {("y", False)}]),
        ("at_least(2, x, y)", [{("x", True), ("y", True)}]),
        ("x and not x", []),
        ("n > 2", [set()]),
    ],
)
def test_cases(text: str, expected: list[set[tuple[str, bool]]]) -> None:
    assert sorted(map(sorted, cases(parse(text)))) == sorted(map(sorted, expected))


def test_dates_and_calendars_are_told() -> None:
    late = ns.Action(name="late", clock=ns.On("2026-01-01T12:00"), effects=["x = true"])
    assert found(world(*facts("x"), late), "date") == [
        "action late: '2026-01-01T12:00' lies after the end (2025-01-01 00:00 to 2025-02-10 00:00), so that it never happens; "
        "move it or the scenario's end, or drop it [date]"
    ]
    hourly = ns.Action(name="review", clock=ns.Every("1 hour"))
    assert "max_events=200_000" in " ".join(found(world(hourly, end="2036-01-01"), "crowded"))
    assert not found(world(hourly, end="2027-01-01"), "crowded")


def test_a_long_chain_is_linted_to_its_end() -> None:
    parts: list[Any] = [ns.Fact("f0", True), *facts(*(f"f{k}" for k in range(1, 120)))]
    for k in range(1, 120):
        parts.append(
            ns.Action(name=f"a{k}", when=f"f{k - 1} and not f{k}", clock=ns.Fixed(1), effects=[f"f{k} = true"])
        )
    parts.append(ns.Question(name="q", condition="f119", by=30))
    assert {finding.code for finding in ns.lint(world(*parts, end=30))} <= {"clairvoyance", "unsourced", "vacuous"}
