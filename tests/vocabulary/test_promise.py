"""Promise: residual life, shares, the table, the date."""

from __future__ import annotations

import math

import pytest

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.clocks import Exponential, Fixed, LogNormal, On
from negsim.model.questions import Question
from negsim.model.variables import Fact
from negsim.vocabulary import Promise

from .helpers import accepts, hits, lognormal, run

LAW = LogNormal(median="14 days", sigma=0.8)
TABLE = (Fact("table"), Action(name="sit_down", clock=On("2025-06-05T13:00"), effects=["table = true"]))


def test_delivery_follows_its_law():
    runs = run(Promise("memo", by="a", to="b", delay=LAW), n=4000)
    for day in (3.0, 14.0, 30.0):
        assert accepts(hits(runs, Fact("memo.delivered"), day), 4000, lognormal(day, math.log(14), 0.8))


def test_an_old_promise_has_the_residual_life_of_its_law():
    runs = run(Promise("memo", by="a", to="b", delay=LAW, age="10 days"), n=4000)
    before, then = lognormal(10, math.log(14), 0.8), lognormal(14.5, math.log(14), 0.8)
    expected = (then - before) / (1 - before)
    assert accepts(hits(runs, "memo.delivered", 4.5), 4000, expected)
    assert not accepts(hits(runs, "memo.delivered", 4.5), 4000, lognormal(4.5, math.log(14), 0.8)), "as if new"


def test_pace_multiplies_the_hazard_of_an_old_promise():
    runs = run(Promise("memo", by="a", to="b", delay=LAW, age=10, pace=2), n=4000)
    survival = (1 - lognormal(15, math.log(14), 0.8)) / (1 - lognormal(10, math.log(14), 0.8))
    assert accepts(hits(runs, "memo.delivered", 5.0), 4000, 1 - survival**2)
    assert not accepts(hits(runs, "memo.delivered", 5.0), 4000, 1 - survival)


def test_reliability_is_the_share_that_ever_comes():
    runs = run(Promise("memo", by="a", to="b", delay=Exponential(2.0), reliability=0.7, pace=3), n=4000)
    assert accepts(hits(runs, "memo.delivered"), 4000, 0.7)
    assert not accepts(hits(runs, "memo.delivered"), 4000, 0.7**3), "a defective law would move with the pace"


def test_the_table_only_share_is_handed_over_after_the_opening():
    memo = Promise("memo", by="a", to="b", delay=Exponential(0.1), only_at_table=0.5, at_table="table")
    before = Question(name="before", condition="memo.delivered", throughout="not table")
    runs = run(memo, *TABLE, before, n=4000)
    opening = 4 + 13 / 24
    early = 0.5 * -math.expm1(-0.1 * opening)
    assert accepts(hits(runs, "before", opening), 4000, early)
    assert accepts(hits(runs, "memo.delivered", opening), 4000, early + 0.5)


def test_a_promise_that_is_not_kept_when_due_is_broken():
    runs = run(Promise("memo", by="a", to="b", delay=Exponential(0.1), due="2025-06-06T00:00"), n=4000)
    assert accepts(hits(runs, "memo.broken"), 4000, math.exp(-0.5))


def test_what_arrives_at_the_very_instant_is_in_time():
    runs = run(Promise("memo", by="a", to="b", delay=Fixed("5 days"), due="2025-06-06T00:00"), n=5)
    assert hits(runs, "memo.broken") == 0


def test_the_clock_stands_still_while_the_condition_is_false():
    open_door = Action(name="open", clock=Fixed(3), effects=["door = true"])
    runs = run(Promise("memo", by="a", to="b", delay=Fixed(2), when="door"), Fact("door"), open_door, n=3)
    assert set(runs.first_times("memo.delivered")) == {5.0}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"to": "a"}, "a promises to itself"),
        ({"age": -1}, "age must not be negative"),
        ({"age": 3, "delay": Fixed(4)}, "not truncated"),
        ({"only_at_table": 0.5}, "needs at_table="),
    ],
)
def test_contradictions_are_refused(wrong, message):
    with pytest.raises(ScenarioError, match=message):
        Promise("memo", **{"by": "a", "to": "b", "delay": LAW, **wrong})
