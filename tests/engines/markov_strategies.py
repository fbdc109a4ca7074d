"""Hypothesis strategies for random Markov scenarios: all that the exact engine covers, small enough to be quick."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

import negsim as ns
from negsim.errors import ScenarioError

FACTS = ("a", "b", "c")
HORIZON = 12

atoms = st.sampled_from(["a", "b", "c", "not a", "not b", "not c", "n >= 1", "n < 3", "t > 0", "t <= 0.5", "true"])
conditions = st.one_of(
    atoms,
    st.builds("({} and {})".format, atoms, atoms),
    st.builds("({} or {})".format, atoms, atoms),
    st.builds("at_least(2, {}, {}, {})".format, atoms, atoms, atoms),
)
factors = st.sampled_from(
    ["1", "1", "1", "2 if a else 0.5", "exp(0.5 * t)", "0 if b else 1", "1 + n / 2", "clip(t, 0, 1)"]
)
weights = st.sampled_from(["1", "2", "0.5 + n", "exp(t)", "1 if a else 3", "share"])
days = st.sampled_from([0, 1, 2, 2, 3, 5, 5.5, 8])
rates = st.sampled_from(["0.1", "0.3", "1", "rate", "2 * rate"])


@st.composite
def effects(draw: Any) -> list[str]:
    """Some effects, one a variable at most."""
    choices = [
        st.sampled_from(["a = true", "a = false", "a = not a"]),
        st.sampled_from(["b = true", "b = false", "b = c"]),
        st.sampled_from(["c = true", "c = a or b"]),
        # Counters stay finite by their own effect: clipped to 0 to 4.
        st.sampled_from(["n = min(n + 1, 4)", "n = 0", "n = max(n - 1, 0)"]),
        st.sampled_from(["t += 0.5", "t -= 0.5", "t = 0.7 * t + 0.4", "t = n / 2 - 1"]),
    ]
    wanted = draw(st.lists(st.sampled_from(range(len(choices))), min_size=1, max_size=2, unique=True))
    return [draw(choices[k]) for k in wanted]


@st.composite
def clocks(draw: Any) -> Any:
    """Exponential mostly; Erlang, the calendar, immediate."""
    kind = draw(st.sampled_from(["exponential"] * 4 + ["defective", "erlang", "on", "every", "now"]))
    if kind == "exponential":
        return ns.Exponential(draw(rates))
    if kind == "defective":
        return ns.Exponential(draw(rates)).or_never(draw(st.sampled_from([0.3, "share / 4"])))
    if kind == "erlang":
        return ns.Erlang(draw(st.integers(2, 3)), draw(st.sampled_from([0.5, 2.0])))
    if kind == "on":
        return ns.On(*sorted(set(draw(st.lists(days, min_size=1, max_size=3)))))
    if kind == "every":
        return ns.Every(draw(st.sampled_from(["2 days", "3 days"])), start=draw(days))
    return ns.Immediately()


@st.composite
def actions(draw: Any, name: str) -> ns.Action:
    """An action on a random clock."""
    clock = draw(clocks())
    more: dict[str, Any] = {}
    if isinstance(clock, ns.Exponential) and not isinstance(clock, ns.Erlang):
        more["speed"] = draw(factors)
        if str(clock.never) == "0":
            more["pace"] = draw(factors)
            more["memory"] = draw(st.sampled_from(["reset", "resume"]))
    elif isinstance(clock, ns.Erlang):
        more["speed"] = draw(factors)
        more["memory"] = draw(st.sampled_from(["reset", "resume"]))
    if draw(st.booleans()):
        more["outcomes"] = [
            ns.Outcome(name=f"o{k}", weight=draw(weights), effects=draw(effects()))
            for k in range(draw(st.integers(2, 3)))
        ]
    else:
        more["effects"] = draw(effects())
    return ns.Action(
        name=name,
        when=draw(conditions),
        clock=clock,
        limit=draw(st.sampled_from([None, None, 1, 2])),
        priority=draw(st.sampled_from([0, 0, 1, -1])),
        **more,
    )


@st.composite
def questions(draw: Any) -> list[ns.Question]:
    """One question of every kind."""
    by, other = draw(st.sampled_from([2, 5, 9.5, HORIZON])), draw(st.sampled_from([3, 5, 8]))
    after = draw(st.sampled_from([None, None, 1, 2]))
    throughout = draw(st.sampled_from([None, "not b", "n < 3"]))
    return [
        ns.Question(name="reached", condition=draw(conditions), by=by, after=after, throughout=throughout),
        ns.Question(name="given", condition=draw(conditions), by=by, given=draw(conditions), given_by=other),
        ns.Question(name="when", kind="when", condition=draw(conditions)),
        ns.Question(name="holds", kind="holds", condition=draw(conditions), by=other),
        ns.Question(name="fired", kind="fired", action=draw(st.sampled_from(["x1", "x2"])), by=by),
        ns.Question(name="held", kind="duration", condition=draw(conditions), by=other),
        ns.Question(name="value", kind="value", condition=draw(st.sampled_from(["t", "n", "n * t + 1"])), by=by),
        *draw(windows(by)),
    ]


@st.composite
def windows(draw: Any, by: Any) -> list[ns.Question]:
    """Turns and firings within a window, and answers given by each form."""
    after = draw(st.sampled_from([None, 1, 2, "2 days"]))
    action = draw(st.sampled_from(["x1", "x2"]))
    given = draw(conditions)
    form = draw(st.sampled_from(["given_by", "given_on", "given_not_by"]))
    when = draw(st.sampled_from([0, 1, 2, 3, 8]))
    more = {"given": given, form: when}
    turns = {
        "kind": "happens",
        "condition": draw(conditions),
        "by": by,
        "after": after,
        "or_holds": draw(st.booleans()),
    }
    fires = {"kind": "fired", "action": action, "by": by, "after": after}
    least = draw(st.sampled_from([1, 2, 3]))
    return [
        ns.Question(name="turns", **turns),
        ns.Question(name="turns_given", **turns, **more),
        ns.Question(name="fires", **fires),
        ns.Question(name="fires_often", **fires, at_least=least),
        ns.Question(name="fires_given", **fires, at_least=least, **more),
        ns.Question(name="reached_given", condition=draw(conditions), before=by if by > 2 else 3, after=after, **more),
        ns.Question(name="holds_given", kind="holds", condition=draw(conditions), by=by, **more),
        ns.Question(name="value_given", kind="value", condition="n + t", by=by, **more),
    ]


def written(parts: list[Any]) -> ns.Scenario:
    """The parts as a scenario, without questions that are refused as they stand.

    What is given "by" a date and decided at the start is asked "on" that date.
    """

    def scenario(parts: list[Any]) -> ns.Scenario:
        return ns.Scenario("random", start="2025-01-01", end=HORIZON, parts=parts)

    try:
        return scenario(parts)
    except ScenarioError:
        kept = [part for part in parts if not isinstance(part, ns.Question)]
        for question in (part for part in parts if isinstance(part, ns.Question)):
            for asked in (question, on_a_date(question)):
                with suppress(ScenarioError):
                    kept = list(scenario([*kept, asked]).parts)
                    break
        return scenario(kept)


def on_a_date(part: Any) -> Any:
    """A question given something "by" a date, given it on that date."""
    if not isinstance(part, ns.Question) or part.given is None or part.given_by is None:
        return part
    return replace(part, given_by=None, given_on=part.given_by)


@st.composite
def markov_scenarios(draw: Any) -> ns.Scenario:
    """A scenario that the exact engine covers in full."""
    initial = st.sampled_from([False, False, True, ns.chance(0.4), ns.chance("share / 2")])
    level = draw(st.sampled_from([0, 0.5, -1, ns.Normal(0, 0.6), ns.Uniform(-1.5, 0.5)]))
    parts = [
        *(ns.Fact(name, initial=draw(initial)) for name in FACTS),
        ns.Counter("n", initial=draw(st.integers(0, 2))),
        ns.Level("t", initial=level, low=-1, high=1, step=0.5),
        ns.Parameter("rate", 0.4),
        ns.Parameter("share", 0.8),
        *(draw(actions(f"x{k}")) for k in range(1, draw(st.integers(3, 6)))),
        *draw(questions()),
    ]
    scenario = written(parts)
    supposed = draw(st.sampled_from([None, None, None, "do", "nudge", "never"]))
    if supposed == "do":
        return scenario.do(draw(st.sampled_from(FACTS)), on=draw(days))
    if supposed == "nudge":
        return scenario.nudge(draw(st.sampled_from(FACTS)), on=draw(days))
    return scenario.do(draw(st.sampled_from(FACTS)), never=True) if supposed == "never" else scenario
