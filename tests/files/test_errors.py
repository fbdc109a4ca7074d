"""Messages: file, place, value, remedy, nearest name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from negsim.errors import ExpressionError, FileError, HindsightError, NegsimError, ScenarioError, UnknownName
from negsim.files import load, loads, schema

HEAD = 'format_version = 1\n[scenario]\nname = "x"\nstart = 2025-01-01\nend = 40\nas_of = 2025-01-01\n'
ACT = '[fact.memo]\n[action."russia.deliver"]\nclock = {fixed = 1}\n'

CASES: list[tuple[str, str, type[NegsimError]]] = [
    (
        '[action."russia.deliver"]\nclock = {law = "lognormal", median = 3, sigma = nan}',
        'action."russia.deliver".clock.sigma: nan does not belong here; write text, a finite number',
        FileError,
    ),
    (
        '[action."russia.deliver"]\nclock = {law = "lognormal", median = 3, sgma = 1}',
        "action.\"russia.deliver\".clock: unknown key 'sgma'; did you mean 'sigma'?; the keys here are law, mu, sigma",
        FileError,
    ),
    (
        '[action.a]\nclock = {law = "lognormall"}',
        "action.a.clock: law 'lognormall'; did you mean 'lognormal'? does not belong here; write {fixed = ...} or",
        FileError,
    ),
    (
        "[action.a]\nclock = {fixd = 3}",
        "action.a.clock: a table with the keys fixd does not belong here; write {fixed = ...}",
        FileError,
    ),
    ("[action.a]\nclock = 3", "action.a.clock: 3 does not belong here; write {fixed = ...}", FileError),
    ("[action.a]\nwhen = true", "action.a.clock: is missing; add it", FileError),
    (
        "[action.a]\nclock = {law = 'normal', mu = 0, sigma = 1}",
        "action.a: normal is not a clock",
        ScenarioError,
    ),
    (
        "[action.a]\nclock = {law = 'weibull', shape = 1, scale = 2, truncate = [1]}",
        "action.a.clock.truncate: holds 1 entries; give at least 2",
        FileError,
    ),
    (
        "[action.a]\nclock = {law = 'weibull', shape = 1, scale = 2, truncate = {}}",
        "action.a.clock.truncate: a truncation needs a bound; write {low = ...}",
        FileError,
    ),
    ("[action.a]\nclock = {immediately = false}", "action.a.clock.immediately: false is not one of true", FileError),
    (
        ACT + "effects = 'memo = true'",
        "action.\"russia.deliver\".effects: 'memo = true' does not belong here; write an array",
        FileError,
    ),
    (
        ACT + "effects = ['memo = true', 'memo <= 3']",
        "action.\"russia.deliver\".effects[1]: cannot read the effect 'memo <= 3'; write 'name = value'",
        ScenarioError,
    ),
    (
        ACT + "effects = [{variable = 'memo', set = true, add = 3}]",
        "effects[0]: an effect either sets or adds; give one of 'set' and 'add'",
        FileError,
    ),
    (
        ACT + "when = 'memo adn memo'",
        "action.\"russia.deliver\".when: expected an operator or the end before 'adn'",
        ExpressionError,
    ),
    (ACT + "when = 'mmo'", "action.\"russia.deliver\".when: unknown name 'mmo'; did you mean 'memo'?", UnknownName),
    (ACT + "by = 'rusia'\n[party.russia]", "no party is named 'rusia'; did you mean 'russia'?", UnknownName),
    (
        ACT + "priority = 1.5",
        'action."russia.deliver".priority: 1.5 does not belong here; write a whole number',
        FileError,
    ),
    (ACT + "titel = 'x'", "unknown key 'titel'; did you mean 'title'?", FileError),
    (
        "[action.russia.deliver]\nclock = {fixed = 1}\noutcom.a.weight = 1",
        "action.\"russia.deliver\": unknown key 'outcom'; did you mean 'outcome'?",
        FileError,
    ),
    (
        ACT + "outcome.a.weigt = 1",
        "action.\"russia.deliver\".outcome.a: unknown key 'weigt'; did you mean 'weight'?",
        FileError,
    ),
    (
        ACT + "outcome.a.weight = -1",
        'action."russia.deliver".outcome.a.weight: must not be negative, not -1.0',
        ScenarioError,
    ),
    (ACT + "outcome.A.weight = 1", "outcome 'A' is not a name", ExpressionError),
    (
        "[actoin.a]\nclock = {fixed = 1}",
        "unknown key 'actoin'; did you mean 'action'?; the keys here are format_version, scenario, party",
        FileError,
    ),
    ("[fact]\nx = 3", "fact.x: 3 does not belong here; write a table", FileError),
    ("fact = 3", "scenario: unknown key 'fact'", FileError),
    ("[fact.x]\ninitial = {chanse = 3}", "fact.x.initial: unknown key 'chanse'; did you mean 'chance'?", FileError),
    ("[fact.x]\ninitial = '3 days'", "fact.x.initial: expected an operator or the end before 'days'", ExpressionError),
    ("[counter.x]\ninitial = 1.5", "counter.x.initial: must be whole, not 1.5", ScenarioError),
    ("[level.x]\nlow = inf", "level.x.low: inf does not belong here; write a finite number", FileError),
    ("[party.x]\ntitle = 2025-01-01", "party.x.title: 2025-01-01 does not belong here; write text", FileError),
    (
        "[parameter.x]\nbest = '3'",
        "parameter.x.best: '3' does not belong here; write a finite number, true or false",
        FileError,
    ),
    (
        "[parameter.x]\nbest = 3\nas_of = 2025-01-02",
        "parameter.x.as_of: its source is of 2025-01-02, later than the scenario's as-of date",
        HindsightError,
    ),
    (
        "[question.q]\nkind = 'reachd'\ncondition = 'x'",
        "question.q.kind: 'reachd' is not one of reached, happens, when",
        ScenarioError,
    ),
    ("[[intervention]]\ndo = 'x'", "intervention[0].do: do(x): give either on=instant or never=True", ScenarioError),
    (
        "[[intervention]]\ndoo = 'x'",
        "intervention[0]: a table with the keys doo does not belong here; write {do = ...} or {nudge = ...}",
        FileError,
    ),
    ("[intervention]\ndo = 'x'", "intervention: a table does not belong here; write an array", FileError),
    (
        "[mechanism.m]\noff = [{with_law = 'a', law = {}}]",
        "mechanism.m.off[0].law: an empty table does not belong here",
        FileError,
    ),
    ("[meeting.m]\namong = ['a', 3]", "meeting.m.among[1]: 3 does not belong here; write text", FileError),
    ("[promise.p]\nby = 'a'", "promise.p.", FileError),
    ("[scenario]\n", "not valid TOML: Cannot declare ('scenario',) twice (at line 7, column 10)", FileError),
]


@pytest.mark.parametrize(("text", "message", "kind"), CASES)
def test_message(text: str, message: str, kind: type[NegsimError]) -> None:
    with pytest.raises(kind, match=re.escape(message)) as caught:
        loads(HEAD + text, name="mine.toml")
    assert type(caught.value) is kind
    assert re.match(r"mine\.toml: (line \d+, )?", str(caught.value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "format_version is missing; write 'format_version = 1' as the first line"),
        ("format_version = 2", "line 1, format_version: 2 is not 1; update negsim to read this file"),
        ("format_version = '1'", "line 1, format_version: '1' is not 1; write 'format_version = 1'"),
        ("format_version = 1", "mine.toml: scenario: is missing; add it"),
        (
            "format_version = 1\n[scenario]\nname = 'x'\nend = 3",
            "mine.toml: line 2, scenario.start: is missing; add it",
        ),
        (HEAD.replace("end = 40", "end = 2024-01-01"), "mine.toml: end '2024-01-01' is not after start '2025-01-01'"),
        (
            HEAD + "zone = 'Europe/Istambul'",
            "mine.toml: unknown time zone 'Europe/Istambul'; did you mean 'Europe/Istanbul'?",
        ),
    ],
)
def test_message_about_the_file(text: str, message: str) -> None:
    with pytest.raises(NegsimError, match=re.escape(message)):
        loads(text, name="mine.toml")


def test_an_unknown_scenario_names_the_nearest() -> None:
    with pytest.raises(
        FileError, match=r"'toyy': no such file and no shipped scenario; did you mean 'toy'\?; shipped are .*toy"
    ):
        load("toyy")


def test_values_are_shortened() -> None:
    with pytest.raises(FileError) as caught:
        loads(HEAD + f"[party.x]\n{'k' * 5_000} = 1\n")
    assert len(str(caught.value)) < 300


@dataclass(frozen=True, kw_only=True)
class Odd:
    """A word whose constructor says more than it should."""

    table: ClassVar[str] = "odd"
    name: str
    size: int = 0

    def __post_init__(self) -> None:
        raise ValueError("size is odd")

    def expand(self) -> list[Any]:
        return []


def test_what_a_constructor_says_gets_a_place() -> None:
    with pytest.raises(FileError, match=r"mine\.toml: line 7, odd\.x: size is odd; correct the value"):
        loads(HEAD + "[odd.x]\n", name="mine.toml", words=[Odd])


def test_words_that_are_none() -> None:
    @dataclass(frozen=True)
    class Thief:
        table: ClassVar[str] = "action"
        name: str

    @dataclass(frozen=True)
    class Opaque:
        table: ClassVar[str] = "opaque"
        name: str
        thing: object = None

    with pytest.raises(ScenarioError, match="is no word; a word is a dataclass"):
        schema([int])
    with pytest.raises(ScenarioError, match=r"Thief\.table 'action' is taken by Action; choose another"):
        schema([Thief])
    with pytest.raises(ScenarioError, match=r"Opaque\.thing: no file can hold <class 'object'>"):
        schema([Opaque])
