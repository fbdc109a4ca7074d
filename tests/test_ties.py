"""Ties: what is due at exactly the instant of a meeting is found there, whatever the hour, the length and the zone.

A thing given at an hour brings an answer after a fixed delay, which is elapsed time; at the elapsed instant a review of
priority 10 looks for it, another one microsecond earlier must not find it, and one of smaller priority neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from running import on_every_engine, scenario

import negsim as ns
from negsim.model.calendar import DAY, Calendar, days, microseconds

LENGTHS = (
    [f"{k} days" for k in range(1, 29)] + [f"{k} hours" for k in range(1, 73)] + [f"{k} minutes" for k in range(1, 91)]
)
CHANGES = [
    ("Europe/Kyiv", "2025-03-16"),  # clocks go forward on 30 March
    ("Europe/Kyiv", "2025-10-12"),  # and back on 26 October
    ("America/New_York", "2025-02-23"),
    ("America/New_York", "2025-10-19"),
    ("Asia/Kathmandu", "2025-03-16"),  # no change, and an offset of 5:45
]


def half_hours(first: str) -> list[str]:
    """Each half hour of the fourteenth and fifteenth day after the first: the change of clocks lies between them."""
    begin = datetime.fromisoformat(first) + timedelta(days=13)
    return [(begin + timedelta(minutes=30 * k)).isoformat() for k in range(96)]


def pairs(zone: str, first: str, every: int) -> list[tuple[str, str]]:
    """Starts and lengths: all, or one in so many."""
    return [(start, length) for start in half_hours(first) for length in LENGTHS][::every]


def world(zone: str, first: str, chosen: list[tuple[str, str]]) -> ns.Scenario:
    return scenario(*_parts(zone, first, chosen), start=first, end="60 days", zone=zone)


def _parts(zone: str, first: str, chosen: list[tuple[str, str]]) -> Iterator[Any]:
    calendar = Calendar(first, zone)
    yield from (ns.Counter(name) for name in ("met", "early", "first"))
    starts = {start: f"given.n{k}" for k, start in enumerate(dict.fromkeys(start for start, _ in chosen))}
    for start, given in starts.items():
        yield ns.Fact(given)
        yield ns.Action(name=f"give.{given}", clock=ns.On(start), effects=[f"{given} = true"])
    for k, (start, length) in enumerate(chosen):
        due = calendar.instant(start, "start") + timedelta_of(length)
        answer, on = f"answer.n{k}", [calendar.at(due).isoformat(), calendar.at(due - 1).isoformat()]
        yield ns.Fact(answer)
        yield ns.Action(
            name=f"{answer}.come", when=starts[start], clock=ns.Fixed(length), effects=[f"{answer} = true"], limit=1
        )
        yield ns.Action(name=f"{answer}.meet", when=answer, clock=ns.On(on[0]), priority=10, effects=["met += 1"])
        yield ns.Action(name=f"{answer}.hurry", when=answer, clock=ns.On(on[0]), priority=-1, effects=["first += 1"])
        yield ns.Action(name=f"{answer}.early", when=answer, clock=ns.On(on[1]), priority=10, effects=["early += 1"])
    yield from (ns.Question(name=f"q_{name}", kind="value", condition=name) for name in ("met", "early", "first"))


def timedelta_of(length: str) -> float:
    """Microseconds by the standard library, not by ours."""
    number, unit = length.split()
    return float(timedelta(**{unit: int(number)}) // timedelta(microseconds=1))


def found(described: ns.Scenario, engine: str) -> tuple[float, float, float]:
    runs = ns.simulate(described, replications=1, seed=1, engine=engine)
    return tuple(runs.mean(f"q_{name}").value for name in ("met", "early", "first"))  # type: ignore[return-value] # three


@on_every_engine
@pytest.mark.parametrize(("zone", "first"), CHANGES)
def test_what_is_due_at_the_instant_of_a_meeting_is_found_there(engine: str, zone: str, first: str) -> None:
    chosen = pairs(zone, first, 61)
    assert found(world(zone, first, chosen), engine) == (len(chosen), 0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(("zone", "first"), CHANGES)
def test_every_half_hour_and_every_length(zone: str, first: str) -> None:
    for start in half_hours(first):
        chosen = [(start, length) for length in LENGTHS]
        assert found(world(zone, first, chosen), "auto") == (len(chosen), 0, 0)


@pytest.mark.parametrize(("zone", "first"), CHANGES)
def test_instants_and_delays_add_up_without_error(zone: str, first: str) -> None:
    """All pairs by arithmetic; days in floats, the wrong way, miss many of them."""
    calendar, missed = Calendar(first, zone), 0
    for start, length in pairs(zone, first, 1):
        at = calendar.instant(start, "start")
        due = calendar.instant(calendar.at(at + timedelta_of(length)).isoformat(), "due")
        assert at + microseconds(days(length)) == due
        missed += at / DAY + days(length) > due / DAY
    assert missed > 1000


@on_every_engine
def test_ten_minutes_six_times_are_an_hour(engine: str) -> None:
    step = ns.Action(name="step", when="n < 6", clock=ns.Fixed("10 minutes"), effects=["n += 1"])
    asked = [
        ns.Question(name="by", condition="n == 6", by=1 / 24),
        ns.Question(name="before", condition="n == 6", before="2025-01-01T01:00"),
    ]
    runs = ns.simulate(scenario(ns.Counter("n"), step, *asked), replications=1, seed=1, engine=engine)
    assert (runs.probability("by").value, runs.probability("before").value) == (1, 0)


@on_every_engine
def test_a_desk_with_arrivals_and_service_of_an_hour_turns_nobody_away(engine: str) -> None:
    parts = [
        ns.Fact("busy"),
        *(ns.Counter(name) for name in ("taken", "done", "turned_away")),
        ns.Action(name="finish", when="busy", clock=ns.Fixed("1 hour"), effects=["busy = false", "done += 1"]),
        ns.Action(name="refuse", when="busy", clock=ns.Every("1 hour"), priority=9, effects=["turned_away += 1"]),
        ns.Action(
            name="take", when="not busy", clock=ns.Every("1 hour"), priority=10, effects=["busy = true", "taken += 1"]
        ),
    ]
    described = scenario(*parts, end="1 day")
    block = ns.simulate(described, replications=1, seed=1, engine=engine).block
    order = sorted(described.expanded.variables)
    assert dict(zip(order, block.final[0], strict=True)) == {"busy": 1, "taken": 24, "done": 23, "turned_away": 0}


@on_every_engine
def test_levels_stand_on_their_decimals(engine: str) -> None:
    """Three steps of .1 are .3; from 1 down by .05 a day `x <= .35` is first true on day 13."""
    parts = [
        ns.Level("up", 0, low=-1, high=1, step=0.1),
        ns.Level("down", 1, low=0, high=1, step=0.05),
        ns.Action(name="rise", clock=ns.Every("1 day"), limit=3, effects=["up += 0.1"]),
        ns.Action(name="sink", clock=ns.Every("1 day"), effects=["down -= 0.05"]),
        *(
            ns.Question(name=name, kind="holds", condition=f"up {op} 0.3", by=5)
            for name, op in (("le", "<="), ("eq", "=="), ("gt", ">"))
        ),
        ns.Question(name="low", kind="when", condition="down <= 0.35"),
    ]
    runs = ns.simulate(scenario(*parts), replications=1, seed=1, engine=engine)
    assert [runs.probability(name).value for name in ("le", "eq", "gt")] == [1, 1, 0]
    assert runs.first_times("low")[0] == 13
    assert np.cumsum([0.1] * 3)[-1] > 0.3, "plain sums of floats are not"
