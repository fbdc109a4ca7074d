"""Small cases that people of the field met in other programs, with their right values: time, ties and order.

Each test names where the case comes from; the scenario and the derivation are our own.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from running import on_every_engine, scenario

import negsim as ns
from negsim.model.calendar import DAY


def first(runs: Any, name: str = "q") -> float:
    return float(runs.first_times(name)[0])


def run(engine: str, *parts: Any, **said: Any) -> Any:
    return ns.simulate(scenario(*parts, **said), replications=1, seed=1, engine=engine)


WHEN = {"kind": "when"}


@on_every_engine
@pytest.mark.parametrize("hour", [9, 13])
def test_an_ultimatum_that_runs_out_at_the_hour_of_the_meeting(engine: str, hour: int) -> None:
    """libcosim issue 80, myokit issue 296 (22159.6 + 1340.6 < 23500.2): doubles as a clock."""
    for length, apart in (("1 day", 1), ("72 hours", 3), ("7 days", 7)):
        for k in range(0, 28, 3):
            given = date(2025, 6, 1) + timedelta(k)
            meets = given + timedelta(apart)
            parts = [
                *(ns.Fact(name) for name in ("given", "answer")),
                ns.Action(name="give", clock=ns.On(f"{given}T{hour:02d}:00"), effects=["given = true"]),
                ns.Action(name="answer", when="given", clock=ns.Fixed(length), effects=["answer = true"], limit=1),
                ns.Meeting("talks", among=["a", "b"], on=f"{meets}T{hour:02d}:00", requires={"a": "answer"}),
                ns.Meeting("early", among=["a", "b"], on=f"{meets}T{hour - 1:02d}:59", requires={"a": "answer"}),
            ]
            runs = run(engine, *parts, start="2025-06-01", end="2025-09-01")
            assert (runs.probability("talks.held").value, runs.probability("early.held").value) == (1, 0)


@on_every_engine
def test_a_weekly_session_at_thirteen_utc(engine: str) -> None:
    """Metaculus issues 699 and 3786, augur-ui issue 2409: whose 13:00 is meant, over the change of clocks in Kyiv."""
    tick = ns.Action(name="session", clock=ns.Every("7 days", start="2025-10-20T13:00Z"), effects=["n += 1"])
    described = scenario(ns.Counter("n"), tick, start="2025-10-01", end="2025-11-20", zone="Europe/Kyiv")
    runs = ns.simulate(described, replications=1, seed=1, engine=engine, trace=1)
    begins = 19 * DAY + 16 * DAY / 24  # 1 October 00:00 in Kyiv is 21:00Z of the day before
    assert [event.at for event in runs.traces[0].events] == [begins + 7 * k * DAY for k in range(5)]


@on_every_engine
def test_fourteen_days_over_the_change_of_clocks(engine: str) -> None:
    """augur-ui issue 2409, fatebook issue 30: extended at 23:59 by 14 days, it is up at 23:59."""
    pay = ns.Action(name="pay", clock=ns.On("2025-11-03T23:30"), effects=["paid = true"], limit=1)
    term = {"by": "x", "met": "settled", "settle": 0, "extend": 1, "extension": "14 days", "most": 1, "peak": 1}
    parts = [
        *(ns.Fact(name) for name in ("settled", "paid")),
        ns.Action(name="settle", when="false", clock=ns.On("2025-11-30T00:00"), effects=["settled = true"]),
        pay,
        ns.Deadline("term", on="2025-10-20T23:59", **term),
        ns.Deadline("utc", on="2025-10-20T23:59+00:00", **term),
        ns.Deadline("elapsed", on="2025-10-20T23:59", **{**term, "extension": "336 hours"}),
        ns.Ultimatum("last", by="x", to="y", on="2025-10-20T23:59", met="settled", resolve=0, extend=1),
        ns.Question(name="q", condition="paid and not term.missed"),
        *(ns.Question(name=name, condition=f"{name}.missed", **WHEN) for name in ("term", "utc", "elapsed")),
        ns.Question(name="last", condition="last.backed_down", **WHEN),
    ]
    runs = run(engine, *parts, start="2025-10-01", end="2025-12-31", zone="Europe/Kyiv")
    label = runs.scenario.calendar.label
    assert runs.probability("q").value == 1
    assert {name: label(first(runs, name) * DAY) for name in ("term", "utc", "elapsed", "last")} == {
        "term": "2025-11-03 23:59",
        "utc": "2025-11-04 01:59",
        "elapsed": "2025-11-03 22:59",
        "last": "2025-11-03 23:59",
    }


@on_every_engine
def test_the_midnight_180_days_on(engine: str) -> None:
    """The same: by="180 days" from 1 June in Kyiv is 28 November 00:00; 180 days of 24 hours end at 23:00."""
    go = ns.Action(name="go", clock=ns.On("2025-11-27T23:30"), effects=["a = true"])
    asked = [ns.Question(name=f"q{k}", condition="a", by=by) for k, by in enumerate(("180 days", 180, "4320 hours"))]
    runs = run(engine, ns.Fact("a"), go, *asked, start="2025-06-01", end="2025-12-31", zone="Europe/Kyiv")
    assert [runs.probability(f"q{k}").value for k in range(3)] == [1, 0, 0]


@on_every_engine
def test_daily_at_an_hour_that_one_day_does_not_have(engine: str) -> None:
    tick = ns.Action(name="tick", clock=ns.Every("1 day", start="2025-03-29T02:30"), effects=["n += 1"])
    asked = ns.Question(name="n", kind="value", condition="n", by="2025-04-01")
    runs = run(engine, ns.Counter("n"), tick, asked, start="2025-03-28", end="2025-04-30", zone="Europe/Berlin")
    assert runs.mean("n").value == 4


@on_every_engine
def test_time_bounds_of_zero_and_of_one_instant(engine: str) -> None:
    """storm issues 748, 818, 914, prism issue 9."""
    parts = [
        ns.Fact("old", initial=True),
        *(ns.Fact(name) for name in ("at_once", "five", "some")),
        ns.Action(name="begin", clock=ns.Immediately(), effects=["at_once = true"]),
        ns.Action(name="day_five", clock=ns.On("2025-01-06T00:00"), effects=["five = true"]),
        ns.Action(name="random", when="not some", clock=ns.Exponential(0.5), effects=["some = true"]),
    ]
    rows = [("old", None, 0, 1), ("at_once", None, 0, 1), ("five", 5, 5, 1), ("some", 5, 5, 0), ("some", 0, None, 1)]
    rows += [("old", 0, 0, 1), ("old", 5, 5, 0), ("five", 0, 4.999, 0)]
    asked = [
        ns.Question(name=f"q{k}", condition=what, after=after, by=by) for k, (what, after, by, _) in enumerate(rows)
    ]
    described = scenario(*parts, *asked, end=60)
    runs = ns.simulate(described, replications=300, seed=1, engine=engine)
    solved = ns.solve(described)
    for k, (*_, right) in enumerate(rows):
        assert runs.probability(f"q{k}").value == right
        assert abs(solved.probability(f"q{k}").value - right) < 1e-9


@on_every_engine
@pytest.mark.parametrize(("length", "right"), [(4.5, 6.5), (5.5, 11.5)])
def test_working_days_by_weekly_switches(engine: str, length: float, right: float) -> None:
    """pm4py issue 558, jbpm PR 1830: from Thursday 18 December; weekends, 25 and 26 December do not count.

    There is no calendar of working days; it is built by hand, as here.
    """
    parts = [
        ns.Fact("sits", initial=True),
        ns.Fact("voted"),
        ns.Action(name="weekend", clock=ns.Every("7 days", start="2025-12-20T00:00"), effects=["sits = false"]),
        ns.Action(name="monday", clock=ns.Every("7 days", start="2025-12-22T00:00"), effects=["sits = true"]),
        ns.Action(name="christmas", clock=ns.On("2025-12-25T00:00"), effects=["sits = false"]),
        ns.Action(
            name="vote",
            when="not voted",
            clock=ns.Fixed(length),
            speed="1 if sits else 0",
            priority=-1,
            effects=["voted = true"],
        ),
        ns.Question(name="q", condition="voted", **WHEN),
    ]
    assert first(run(engine, *parts, start="2025-12-18", end="2026-02-01", zone="Europe/Vienna")) == right


@on_every_engine
def test_work_that_is_done_as_the_office_closes(engine: str) -> None:
    """pathsim PR 248, myokit issue 296: what is decided by the alphabet is said, and a priority decides it."""
    found = {}
    for name, priority in (("vote", 0), ("adopt", 0), ("vote", -1), ("adopt", -1)):
        parts = [
            ns.Fact("open", initial=True),
            ns.Fact("voted"),
            ns.Action(name="closing", clock=ns.On("2025-12-25T00:00"), effects=["open = false"]),
            ns.Action(name="opening", clock=ns.On("2025-12-29T00:00"), effects=["open = true"]),
            ns.Action(
                name=name,
                when="not voted",
                clock=ns.Fixed("7 days"),
                speed="1 if open else 0",
                priority=priority,
                effects=["voted = true"],
            ),
            ns.Question(name="q", condition="voted", **WHEN),
        ]
        described = scenario(*parts, start="2025-12-18", end="2026-02-01")
        found[name, priority] = first(ns.simulate(described, replications=1, seed=1, engine=engine))
        told = [str(one) for one in ns.lint(described) if name in str(one) and "closing" in str(one)]
        assert any("priority" in text for text in told) == (priority == 0), told
    assert found == {("vote", 0): 11, ("adopt", 0): 7, ("vote", -1): 7, ("adopt", -1): 7}


@on_every_engine
def test_two_that_decide_at_once(engine: str) -> None:
    """Agents.jl issue 331, mesa PR 3349: in turn, one walks out, and lint says that the name decides; with a look
    beforehand both do."""
    noon = ns.On("2025-01-02T12:00")
    plain = [
        *(ns.Fact(name) for name in ("a_out", "b_out")),
        ns.Action(name="a_decides", when="not b_out", clock=noon, effects=["a_out = true"]),
        ns.Action(name="b_decides", when="not a_out", clock=noon, effects=["b_out = true"]),
    ]
    seen = [
        *(ns.Fact(name) for name in ("a_out", "b_out", "a_saw", "b_saw")),
        ns.Action(name="look", clock=noon, priority=-1, effects=["a_saw = b_out", "b_saw = a_out"]),
        ns.Action(name="a_decides", when="not a_saw", clock=noon, effects=["a_out = true"]),
        ns.Action(name="b_decides", when="not b_saw", clock=noon, effects=["b_out = true"]),
    ]
    answers, findings = [], []
    for parts in (plain, seen):
        described = scenario(*parts, ns.Question(name="both", kind="holds", condition="a_out and b_out", by=3))
        answers.append(ns.simulate(described, replications=1, seed=1, engine=engine).probability("both").value)
        findings.append([str(one) for one in ns.lint(described) if "a_decides" in str(one) and "b_decides" in str(one)])
    assert answers == [0, 1]
    assert any("priority" in text for text in findings[0])
    assert not findings[1]


@on_every_engine
def test_a_rule_that_resets_its_own_trigger(engine: str) -> None:
    """GillesPy2 issue 715, tellurium issue 339: once for each time that the count reaches ten; the start counts."""
    for step, most, initial, right in ((1, 35, 0, (3, 5)), (25, 1, 0, (1, 15)), (1, 1, 10, (1, 1))):
        parts = [
            ns.Counter("x", initial=initial),
            ns.Counter("fired"),
            ns.Action(name="incident", clock=ns.Every("1 day"), limit=most, effects=[f"x += {step}"]),
            ns.Action(name="rule", when="x >= 10", clock=ns.Immediately(), effects=["x -= 10", "fired += 1"]),
            *(ns.Question(name=f"q.{name}", kind="value", condition=name) for name in ("fired", "x")),
        ]
        runs = run(engine, *parts, end=60)
        assert (runs.mean("q.fired").value, runs.mean("q.x").value) == right


@on_every_engine
def test_a_delay_that_outlives_its_cause_needs_a_latch(engine: str) -> None:
    """PySCeS PRs 83 and 87: an action has one clock, so that a second cause is swallowed while the first delay runs."""
    days = {"rise": "02T00:00", "fall": "02T12:00", "rise2": "03T00:00", "fall2": "03T12:00"}
    cause = [
        ns.Action(name=name, clock=ns.On(f"2025-01-{at}"), effects=[f"cause = {str('rise' in name).lower()}"])
        for name, at in days.items()
    ]
    start = [ns.Fact("cause"), ns.Counter("effects"), *cause]
    plain = [ns.Action(name="come", when="cause", clock=ns.Fixed("3 days"), effects=["effects += 1"])]
    latch = [
        ns.Fact("due"),
        ns.Action(name="latch", when="cause", clock=ns.Immediately(), effects=["due = true"]),
        ns.Action(name="come", when="due", clock=ns.Fixed("3 days"), effects=["effects += 1", "due = false"]),
    ]
    for parts, right in ((plain, []), (latch, [4.0])):
        described = scenario(*start, *parts, end=20)
        trace = ns.simulate(described, replications=1, seed=1, engine=engine, trace=1).traces[0]
        assert [event.time for event in trace.events if event.action == "come"] == right
