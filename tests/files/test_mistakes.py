"""Typical mistakes in a file: each ends in words that name the line, the author's own table and key, the value and what to do."""

from __future__ import annotations

import pytest

import negsim as ns
from negsim.checking.lint import hard_findings

BASE = """format_version = 1
[scenario]
name = "x"
start = 2025-01-01
end = 40
[party.north]
[party.south]
[promise.memo]
by = "north"
to = "south"
delay = {law = "exponential", rate = 0.1}
[meeting.round]
among = ["north", "south"]
on = 2025-01-20T13:00:00
"""
"""Fourteen lines; what follows stands in line 15, within ``[meeting.round]`` unless it opens a table of its own."""

NEEDS = 'requires = {south = "memo.delivered"}\n'
PROMISE = '[promise.b]\nby = "north"\nto = "south"\n'
DELAY = 'delay = {law = "exponential", rate = 0.1}\n'
ACT = "[action.a]\nclock = {fixed = 1}\n"

MISTAKES = [
    # shares, multipliers, levels
    ("waiver = 40", "line 15, meeting.round.waiver", "40", "give a number in [0, 1]"),
    ("on_date = 1.5", "line 15, meeting.round.on_date", "1.5", "give a number in [0, 1]"),
    (
        'otherwise = {delay = {fixed = "7 days"}, never = 30}',
        "line 15, meeting.round.otherwise",
        "30",
        "give a number in",
    ),
    (
        NEEDS + 'waiver = "w"\n[parameter.w]\nbest = 1.7',
        "line 16, meeting.round.waiver",
        "1.7",
        "give a number from 0 to 1",
    ),
    (
        NEEDS + 'waiver = "w / 10"\n[parameter.w]\nbest = 40',
        "line 16, meeting.round.waiver",
        "4",
        "give a number from 0 to 1",
    ),
    ("[fact.x]\ninitial = {chance = 60}", "line 16, fact.x.initial", "60", "a probability lies in [0, 1]; give"),
    (
        '[fact.x]\ninitial = {chance = "p"}\n[parameter.p]\nbest = 60',
        "line 16, fact.x.initial",
        "60 % is 0.6",
        "give a number",
    ),
    ('[action.a]\nclock = {law = "exponential", rate = 1}\npace = -2', "line 17, action.a.pace", "-2", "at least 0"),
    (ACT + "outcome.a.weight = -1", "line 17, action.a.outcome.a.weight", "-1", "must not be negative"),
    ("[level.trust]\ninitial = 5\nlow = 0\nhigh = 1", "line 16, level.trust.initial", "5.0", "lies outside [0.0, 1.0]"),
    ("[level.trust]\nlow = 1\nhigh = 0", "line 16, level.trust.low", "1.0", "must be below high"),
    ("[counter.n]\ninitial = 0.5", "line 16, counter.n.initial", "0.5", "use a Level for fractions"),
    # beliefs and sources
    (
        '[parameter.w]\nbest = 1.4\nbelief = {law = "beta", a = 2, b = 2}',
        "line 16, parameter.w.best",
        "1.4",
        "correct the one",
    ),
    (
        '[evidence.talks]\n[parameter.w]\nbest = 1\nsource = "talk_log"',
        "line 18, parameter.w.source",
        "talk_log",
        "declare it",
    ),
    ('[parameter.w]\nbest = 1\ngrade = "god"', "line 17, parameter.w.grade", "god", "did you mean 'good'?"),
    # dates
    (
        PROMISE + DELAY + "due = 2024-01-01T12:00:00",
        "line 19, promise.b.due",
        "2024-01-01T12:00:00",
        "before the start",
    ),
    ("[deadline.d]\non = 2026-01-01T12:00:00", "line 16, deadline.d.on", "2026-01-01T12:00:00", "after the end"),
    (
        '[leader_change.l]\nof = "north"\nelection = 2024-11-05T20:00:00\nloses = 0.5',
        "line 17, leader_change.l.election",
        "2024-11-05",
        "move it",
    ),
    ("[deadline.d]\non = 2025-01-11", "line 16, deadline.d.on", "2025-01-11", "write '2025-01-11T23:59'"),
    (
        '[question.q]\ncondition = "round.held"\nby = 2026-01-01',
        "line 17, question.q.by",
        "2026-01-01",
        "move it or the scenario's end",
    ),
    (
        '[action.a]\nclock = {on = ["2024-01-03T12:00"]}',
        "line 16, action.a.clock",
        "2024-01-03T12:00",
        "before the start",
    ),
    ('[[intervention]]\ndo = "memo.delivered"\non = 2024-01-02', "line 15, intervention[0]", "2024-01-02", "move it"),
    # durations
    (PROMISE + 'delay = {fixed = "3 dayz"}', "line 18, promise.b.delay", "3 dayz", "use days, weeks, hours or minutes"),
    (PROMISE + 'delay = {fixed = "1 month"}', "line 18, promise.b.delay", "1 month", "write it in days or weeks"),
    (PROMISE + DELAY + 'age = "-3 days"', "line 19, promise.b.age", "-3 days", "write '3 days'"),
    # names
    (PROMISE.replace("north", "nord") + DELAY, "line 16, promise.b.by", "nord", "did you mean 'north'?"),
    (
        'requires = {south = "memo.delivred"}',
        "line 15, meeting.round.requires.south",
        "memo.delivred",
        "'memo.delivered'?",
    ),
    ('requires = {suoth = "memo.delivered"}', "line 15, meeting.round.requires", "suoth", "add it to among="),
    (ACT + 'by = "nort"', "line 17, action.a.by", "nort", "did you mean 'north'?"),
    (ACT + 'effects = ["rounds += 1"]', "line 17, action.a.effects", "rounds", "declare it"),
    (ACT + 'effects = ["round.held += 1"]', "line 17, action.a.effects", "round.held += 1", "set it to true, false"),
    (
        '[question.q]\nkind = "fired"\naction = "memo.delivr"',
        "line 15, question.q",
        "memo.delivr",
        "did you mean 'memo.deliver'?",
    ),
    ('[fact.x]\ninitial = "yes"', "line 16, fact.x.initial", "yes", "write true"),
    ("[fact.memo.delivered]\ninitial = true", "promise.memo", "memo.delivered", "rename one"),
    ('[[intervention]]\nwithout = "memos"', "line 15, intervention[0]", "memos", "did you mean 'memo'?"),
    (
        '[[intervention]]\nwith_parameter = "round.waiver"\nvalue = 0.7',
        "line 15, intervention[0]",
        "round.waiver",
        "(waiver = 'p')",
    ),
    # the form
    ('[question.q]\ncondition = "memo.delivered && round.held"', "line 16, question.q.condition", "&", "write 'and'"),
    (
        '[question.q]\ncondition = "memo.delivered = true"',
        "line 16, question.q.condition",
        "=",
        "write '==' to compare",
    ),
    (PROMISE + "dealy = {fixed = 1}", "line 18, promise.b", "dealy", "did you mean 'delay'?"),
    (
        '[action.a]\nclock = {every = "7 days", strat = 2025-01-02T12:00:00}',
        "line 16, action.a.clock",
        "strat",
        "'start'?",
    ),
    (
        '[action.a]\nclock = {law = "lognormall", mu = 1, sigma = 1}',
        "line 16, action.a.clock",
        "lognormall",
        "'lognormal'?",
    ),
    ("[action.a]\nclock = 3", "line 16, action.a.clock", "3", "write {fixed = ...}"),
    ("[action.a]\nwhen = true", "line 15, action.a.clock", "is missing", "add it"),
    ('[party.north.title]\nx = "y"', "line 15, party.north.title", "a table", "write text"),
]


@pytest.mark.parametrize(("text", "place", "value", "remedy"), MISTAKES)
def test_a_mistake_is_told_with_place_value_and_remedy(text: str, place: str, value: str, remedy: str) -> None:
    with pytest.raises(ns.errors.NegsimError) as caught:
        ns.loads(BASE + text + "\n", name="mine.toml")
    said = str(caught.value)
    assert said.startswith("mine.toml: ")
    for part in (place, value, remedy):
        assert part in said, (part, said)
    assert len(caught.value.problems) == 1, said
    (problem,) = caught.value.problems
    assert problem.file == "mine.toml"
    assert problem.line is not None
    assert problem.as_dict()["path"], "programs get the path as a list"


def test_there_are_forty_of_them() -> None:
    assert len(MISTAKES) >= 40
    ns.loads(BASE)  # the file itself is in order


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (PROMISE + 'delay = {law = "exponential", rate = -1}', "promise.b.delay", "must be above 0"),
        (
            '[fact.x]\ninitial = {chance = "p"}\n[parameter.p]\nbest = 0.5\nbelief = {law = "uniform", low = 0, high = 2}',
            "fact.x.initial.chance",
            "runs from 0 to 2",
        ),
        (
            '[parameter.p]\nbest = 3\nbelief = {law = "uniform", low = 0, high = 2}',
            "parameter p",
            "impossible under its own belief",
        ),
    ],
)
def test_what_shows_only_when_laws_are_solved_is_a_hard_finding(text: str, place: str, said: str) -> None:
    (found,) = hard_findings(ns.loads(BASE + text))
    assert found.hard
    assert found.where == place
    assert said in found.text


def test_all_mistakes_are_told_at_once() -> None:
    text = (
        BASE
        + (
            'waiver = 40\nrequires = {south = "memo.sent"}\n'  # 15, 16
            '[promise.assurances]\nby = "nord"\nto = "south"\ndelay = {fixed = "3 dayz"}\ndue = 2024-06-01T12:00:00\n'  # 17 to 21
            '[action.a]\nclock = {fixed = 1}\nwhen = "mmo"\npace = true\n'  # 22 to 25
            '[question.q]\ncondition = "round.hold"\nby = 2026-01-01\ntitel = "x"\n'  # 26 to 29
            "[parameter.p]\nbest = 1.4\nbelief = {law = 'beta', a = 2, b = 2}\n"  # 30 to 32
        )
    )
    with pytest.raises(ns.errors.NegsimError) as caught:
        ns.loads(text, name="mine.toml")
    found = {(problem.line, problem.place) for problem in caught.value.problems}
    assert found >= {
        (15, "meeting.round.waiver"),
        (20, "promise.assurances.delay.fixed"),
        (24, "action.a.when"),
        (25, "action.a.pace"),
        (29, "question.q.titel"),
    }
    assert [problem.line for problem in caught.value.problems] == sorted(
        problem.line or 0 for problem in caught.value.problems
    )
    assert str(caught.value).startswith(f"mine.toml: {len(found)} things to correct\n  line 15, meeting.round.waiver: ")


def test_what_a_wrong_part_would_have_declared_is_not_missed_as_well() -> None:
    text = BASE + 'waiver = 40\n[question.q]\ncondition = "round.held and memo.sent"\n'
    with pytest.raises(ns.errors.NegsimError) as caught:
        ns.loads(text, name="mine.toml")
    assert [problem.place for problem in caught.value.problems] == ["meeting.round.waiver", "question.q.condition"]
    assert "'memo' has memo.delivered" in str(caught.value)


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ("promise.b.age", ['age = "20 days"', "age = 20", 'age = "480 hours"', 'age = "2 weeks 6 days"']),
        ("mediator.m.half_life", ['half_life = "36 hours"', "half_life = 1.5"]),
    ],
)
def test_durations_are_taken_as_text_or_days(key: str, texts: list[str]) -> None:
    table, name, field = key.split(".")
    head = {
        "promise": PROMISE + DELAY,
        "mediator": '[party.un]\n[mediator.m]\nwho = "un"\nbetween = ["north", "south"]\n',
    }
    worlds = [ns.loads(BASE + head[table] + text) for text in texts]
    values = {ns.simulate(world, replications=50, seed=1, engine="reference").events for world in worlds}
    assert len(values) == 1
    assert all(getattr(part, field) is not None for world in worlds for part in world.parts if part.name == name)


def test_a_calendar_near_the_most_events_is_a_warning_at_load() -> None:
    """Eleven years of an hourly review: 96,431 of 100,000 events, before anything else happens."""
    text = BASE.replace("end = 40", "end = 2036-01-01") + '[action.review]\nclock = {every = "1 hour"}\n'
    with pytest.warns(UserWarning, match=r"mine\.toml: the calendar alone has 96,4\d\d dates.*max_events=200_000"):
        ns.loads(text, name="mine.toml")
