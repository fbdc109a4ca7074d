"""Conformance of every simulating engine: what is recorded of a history, on dates, in windows and between them."""

from __future__ import annotations

import math
from typing import Any

import pytest
from running import DAY, asked, block_of, names, on_every_engine, scenario, switch, told, uniform_b

import negsim as ns


def at(day: float, *effects: Any, name: str = "go", **said: Any) -> ns.Action:
    return ns.Action(name=name, clock=ns.On(day), effects=effects, **said)


FLASH = [
    ns.Fact("f"),
    at(2.0, "f = true"),
    ns.Action(name="off", when="f", clock=ns.Immediately(), effects=["f = false"]),
]


@on_every_engine
def test_a_state_of_zero_duration_counts_for_becoming_true_and_for_no_time(engine: str) -> None:
    assert asked(engine, *FLASH, condition="f") == 2.0
    assert asked(engine, *FLASH, kind="holds", condition="f", by=2) == 0.0
    assert asked(engine, *FLASH, kind="duration", condition="f") == 0.0
    assert asked(engine, *FLASH, condition="not f") == 0.0


@on_every_engine
def test_on_a_date_is_after_everything_on_it(engine: str) -> None:
    parts = [ns.Counter("n"), at(2.0, "n += 1"), at(2.0, "n += 1", name="z", priority=10), at(3.0, "n += 1", name="y")]
    for by, expected in ((2, 2.0), (2 - 1 / DAY, 0.0), (2.5, 2.0), (3, 3.0), (40, 3.0), ("2025-01-02", 0.0)):
        assert asked(engine, *parts, kind="value", condition="n * 1", by=by) == expected
    assert [asked(engine, *parts, kind="fired", action="go", by=by) for by in (1.5, 2, 40)] == [0, 1, 1]


@on_every_engine
def test_throughout_must_hold_in_every_state_before_the_first_time(engine: str) -> None:
    parts = [
        ns.Fact("calm", True),
        ns.Fact("held"),
        switch("calm", 2.0, "false"),
        switch("calm", 3.0),
        switch("held", 5.0),
    ]
    assert asked(engine, *parts, condition="held") == 5.0
    assert asked(engine, *parts, condition="held", throughout="calm") == math.inf
    together = [ns.Fact("calm", True), ns.Fact("held"), at(2.0, "calm = false", "held = true")]
    assert asked(engine, *together, condition="held", throughout="calm") == 2.0
    assert asked(engine, ns.Fact("calm"), ns.Fact("held", True), condition="held", throughout="calm") == 0.0


@on_every_engine
def test_durations_end_at_their_date(engine: str) -> None:
    parts = [ns.Fact("f", True), switch("f", 2.0, "false"), switch("f", 5.0), switch("f", 9.0, "false")]
    for by, expected in ((1, 1.0), (2, 2.0), (4, 2.0), (6, 3.0), (40, 6.0)):
        assert asked(engine, *parts, kind="duration", condition="f", by=by) == expected
    assert asked(engine, ns.Fact("f", True), kind="duration", condition="f") == 40.0


SECOND = 1 / 86_400
# True from day 2 to 4, from day 6 to 8 and from day 9 on.
OFTEN = [ns.Fact("f"), *(switch("f", float(day), "false" if day in (4, 8) else "true") for day in (2, 4, 6, 8, 9))]


@on_every_engine
@pytest.mark.parametrize(
    ("after", "turns", "holds"),
    [
        (0, 2, 2),
        (2, 2, 2),  # the window is closed: an edge at its opening lies in it
        (2 + SECOND, 6, 2 + SECOND),  # it turned true before; or_holds counts that it is true
        (4 - SECOND, 6, 4 - SECOND),
        (4, 6, 4),  # it holds in the state before what happens on day 4
        (4 + SECOND, 6, 6),
        (5, 6, 6),
        (6, 6, 6),
        (7, 9, 7),
        (8.5, 9, 9),
        (9, 9, 9),
        (20, math.inf, 20),  # nothing happens any more
        (40, math.inf, 40),
    ],
)
def test_a_condition_turns_true_in_a_window(engine: str, after: float, turns: float, holds: float) -> None:
    assert asked(engine, *OFTEN, kind="happens", condition="f", after=after) == turns
    assert asked(engine, *OFTEN, kind="happens", condition="f", after=after, or_holds=True) == pytest.approx(
        holds, abs=0
    )


@on_every_engine
def test_the_start_is_an_edge_of_what_holds_there(engine: str) -> None:
    begun = [ns.Fact("f", True), switch("f", 3.0, "false"), switch("f", 5.0)]
    assert asked(engine, *begun, kind="happens", condition="f") == 0.0
    assert asked(engine, *begun, kind="happens", condition="f", after=0, or_holds=True) == 0.0
    assert asked(engine, *begun, kind="happens", condition="f", after=SECOND) == 5.0
    assert asked(engine, *begun, kind="happens", condition="f", after=SECOND, or_holds=True) * 86_400 == 1.0
    assert asked(engine, *begun, kind="happens", condition="not f", after=0) == 3.0


@on_every_engine
def test_an_edge_of_zero_duration_counts_and_a_window_opens_before_what_happens_there(engine: str) -> None:
    assert asked(engine, *FLASH, kind="happens", condition="f", after=2) == 2.0
    assert asked(engine, *FLASH, kind="happens", condition="f", after=2 + SECOND) == math.inf
    # on day 2 it turns false and, at the same instant, true again: an edge; a window that opens there has seen it hold
    blink = [ns.Fact("f", True), at(2.0, "f = false", name="a"), at(2.0, "f = true", name="b")]
    for or_holds in (False, True):
        assert asked(engine, *blink, kind="happens", condition="f", after=2, or_holds=or_holds) == 2.0
    # on day 2 it turns false: before that it held
    assert asked(engine, ns.Fact("f", True), at(2.0, "f = false"), kind="happens", condition="f", after=2) == math.inf
    ends = [ns.Fact("f", True), at(2.0, "f = false")]
    assert asked(engine, *ends, kind="happens", condition="f", after=2, or_holds=True) == 2.0
    assert asked(engine, *ends, kind="happens", condition="f", after=2 + 1 / DAY, or_holds=True) == math.inf


@on_every_engine
def test_a_condition_that_stays_true_while_what_it_reads_changes_does_not_turn(engine: str) -> None:
    parts = [ns.Counter("n"), *(at(float(day), "n += 1", name=f"a{day}") for day in (2, 4, 5))]
    assert asked(engine, *parts, kind="happens", condition="n >= 1", after=1) == 2.0
    assert asked(engine, *parts, kind="happens", condition="n >= 1", after=3) == math.inf
    assert asked(engine, *parts, kind="happens", condition="n >= 1", after=3, or_holds=True) == 3.0
    assert asked(engine, *parts, kind="happens", condition="n >= 2", after=3) == 4.0


@on_every_engine
def test_after_its_edge_a_condition_is_not_looked_at_any_more(engine: str) -> None:
    parts = [ns.Counter("n"), at(2.0, "n = 2"), at(3.0, "n = 1", name="later")]
    assert asked(engine, *parts, kind="happens", condition="1 / (n - 1) > 0.5") == 2.0


@on_every_engine
def test_firings_are_counted_in_a_closed_window(engine: str) -> None:
    parts = [ns.Action(name="go", clock=ns.On(1.0, 2.0, 3.0, 5.0))]
    for after, by, expected in (
        (None, 3, 3),
        (2, 3, 2),
        (2 + SECOND, 3, 1),
        (2, 3 - SECOND, 1),
        (2 + SECOND, 3 - SECOND, 0),
        (3, 3, 1),
        (1, 5, 4),
        (0, 40, 4),
    ):
        assert asked(engine, *parts, kind="fired", action="go", after=after, by=by) == expected


@on_every_engine
def test_counts_by_outcome_sum_to_events(engine: str) -> None:
    outcomes = [ns.Outcome(name="no"), ns.Outcome(name="yes")]
    described = scenario(ns.Action(name="vote", clock=ns.Every("1 day"), outcomes=outcomes), at(3.5))
    block = block_of(described, engine, replications=5)
    assert (block.counts.sum(axis=1) == block.events).all()
    assert (block.counts[:, 0] == 1).all()  # go comes first in order of rank
    yes = [sum(uniform_b("vote", k, replication=r) * 2.0 >= 1.0 for k in range(40)) for r in range(5)]
    assert block.counts[:, 2].tolist() == yes


@on_every_engine
def test_a_history_does_not_depend_on_its_place_in_the_batch(engine: str) -> None:
    described = scenario(
        ns.Level("x"), ns.Action(name="a", clock=ns.Exponential(0.4), effects=[ns.Effect("x", "add", ns.Normal(0, 1))])
    )
    alone = told(described, engine, replication=7)
    block = block_of(described, engine, replications=[3, 7, 2**40], trace=8)
    assert [(event.time, event.action) for event in block.traces[1].events] == alone
    assert names(described, engine, replication=3) == [event.action for event in block.traces[0].events]
