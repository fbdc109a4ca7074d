"""What is silently dead is named, and what moves an answer is not: cases of which both are known beforehand."""

from __future__ import annotations

import pytest

import negsim as ns
from negsim.checking.silent import silent

CASE = """
format_version = 1
[scenario]
name = "case"
start = "2025-01-01"
end = "2025-12-31"
[party.north]
[party.south]
[promise.memo]
by = "north"
to = "south"
delay = {law = "exponential", mean = "30 days"}
[meeting.talks]
among = ["north", "south"]
on = "2025-02-01T12:00"
requires = {south = "memo.delivered"}
otherwise = {delay = {law = "exponential", mean = "14 days"}, never = 0.1}
[question.held]
text = "Delegations of North and South meet by the end of 30 June 2025 (UTC)"
condition = "talks.held"
by = "2025-06-30"
"""

DEAD: list[tuple[str, str, list[str]]] = [
    ("nothing", "", []),
    (
        "a mediator whose multiplier reaches nobody",
        '[party.east]\n[mediator.host]\nwho = "east"\nbetween = ["north", "south"]\nhosting = 2\n',
        ["mediator.host", "party.east"],
    ),
    (
        "a mediator that hastens the text",
        '[party.east]\n[mediator.host]\nwho = "east"\nbetween = ["north", "south"]\nhosting = 2\nacts_on = ["memo"]\n',
        [],
    ),
    (
        "a circle that nobody asks for",
        '[demand.a]\nof = "north"\nneeds = "b.met"\nyields = {law = "exponential", mean = "30 days"}\n'
        '[demand.b]\nof = "south"\nneeds = "a.met"\nyields = {law = "exponential", mean = "30 days"}\n',
        ["demand.a", "demand.b"],
    ),
    (
        "a deadline that hastens nothing",
        '[deadline.june]\non = "2025-06-01T12:00"\n',
        ["deadline.june"],
    ),
    (
        "a deadline that hastens the text",
        '[deadline.feb]\non = "2025-02-01T12:00"\npeak = 4\nhalving = "5 days"\nacts_on = ["memo"]\n',
        [],
    ),
]


@pytest.mark.parametrize(("what", "more", "where"), DEAD, ids=[one[0] for one in DEAD])
def test_what_is_left_out_and_missed_by_nobody_is_named(what: str, more: str, where: list[str]) -> None:
    assert sorted(one.where for one in silent(ns.loads(CASE + more), seconds=None)) == where


CHANGED: list[tuple[str, str, list[str]]] = [
    ('requires = {south = "memo.delivered"}', 'requires = {south = "memo.delivered"}', []),
    (
        'requires = {south = "memo.delivered"}',
        'requires = {south = "memo.delivered", north = "memo.delivered"}',  # each stands in for the other: both bind
        [],
    ),
    (
        'requires = {south = "memo.delivered"}',
        'requires = {south = "memo.delivered or not memo.delivered"}',
        ["meeting.talks.otherwise", "meeting.talks.requires.south", "promise.memo"],
    ),
    (
        'delay = {law = "exponential", mean = "30',
        'due = "2025-03-01T12:00"\ndelay = {law = "exponential", mean = "30',
        ["promise.memo.due"],
    ),
]


@pytest.mark.parametrize(("before", "after", "where"), CHANGED, ids=range(len(CHANGED)))
def test_keys_and_preconditions_that_do_not_bind_are_named(before: str, after: str, where: list[str]) -> None:
    assert sorted(one.where for one in silent(ns.loads(CASE.replace(before, after)), seconds=None)) == where


ROUND = """
[demand.halt_first]
of = "north"
needs = "relief_first.met"
yields = {law = "exponential", mean = "60 days"}
[demand.relief_first]
of = "south"
needs = "halt_first.met"
yields = {law = "exponential", mean = "80 days"}
"""


def test_of_a_circle_each_precondition_binds_though_the_other_stands_in_for_it() -> None:
    both = CASE.replace('"memo.delivered"}', '"relief_first.met", north = "halt_first.met"}') + ROUND
    assert [one.where for one in silent(ns.loads(both), seconds=None)] == ["promise.memo"]
    signs = (
        '[fact.signed]\n[action.sign]\nwhen = "halt_first.met and relief_first.met and not signed"\n'
        'clock = {law = "exponential", mean = "9 days"}\neffects = ["signed = true"]\n'
        '[question.signs]\ntext = "North and South sign by 30 June 2025 (UTC)"\ncondition = "signed"\nby = "2025-06-30"\n'
    )
    assert silent(ns.loads(CASE + ROUND + signs), seconds=None) == []
    # no circle: one party's text holds whenever the other's does, and is named
    chain = CASE.replace('south = "memo', 'north = "order.delivered", south = "memo') + (
        '[promise.order]\nby = "south"\nto = "north"\ndelay = {law = "exponential", mean = "30 days"}\n'
    )
    chain = chain.replace('to = "south"\n', 'to = "south"\nwhen = "order.delivered and not talks.held"\n')
    assert [one.where for one in silent(ns.loads(chain), seconds=None)] == ["meeting.talks.requires.north"]


def test_time_is_kept_and_what_was_not_looked_at_is_said() -> None:
    (told,) = silent(ns.loads(CASE), seconds=0.0)
    assert told.where == "scenario"
    assert "it was not looked at" in told.text


def test_a_scenario_without_questions_has_nothing_to_move() -> None:
    assert silent(ns.Scenario("empty", start="2025-01-01", end=9)) == []


def test_validate_says_all_of_it_and_raises_nothing() -> None:
    found = ns.validate(text=CASE + DEAD[1][1], seconds=None)
    assert found.valid
    assert "mediator.host" in [one.where.replace(" ", ".") for one in found.dead]
    assert found.as_dict()["scenario"] == "case"
    wrong = ns.validate(text=CASE.replace('"memo.delivered"', '"memo.sent"'))
    assert not wrong.valid
    assert [(one["code"], one["place"]) for one in wrong.problems] == [("unknown_name", "meeting.talks.requires.south")]
    unlikely = ns.validate(text=CASE + '[parameter.x]\nbest = 0.9\nbelief = {law = "uniform", low = 0, high = 0.5}\n')
    assert [one["code"] for one in unlikely.problems]
    with pytest.raises(ns.errors.ArgumentError, match="give one of the two"):
        ns.validate()
    assert ns.validate("no-such-file.toml").problems[0]["text"].startswith("no-such-file.toml: no such file")
