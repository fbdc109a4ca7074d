"""Results about changes: variants side by side, levers, what carries an answer, what to watch."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from negsim.report.results_schema.parts import Estimate, Number, OfScenario, Table

__all__ = [
    "AtValue",
    "Choice",
    "Compare",
    "Difference",
    "Influence",
    "Lever",
    "Levers",
    "News",
    "OnDate",
    "Ranked",
    "Sensitivity",
    "Variant",
    "Watch",
]


class Difference(Table):
    """What a variant does to one answer."""

    variant: str
    question: str
    by: str
    before: Number
    after: Number
    difference: Number
    low: Number
    high: Number
    no_to_yes: int
    yes_to_no: int
    n: int
    changes: Literal[-1, 0, 1]
    """Whether it stands out from chance, all differences looked at together."""
    method: str
    printed: str
    title: str
    """What the question is called."""
    sentence: str
    gained: list[int]
    """Numbers of some histories that turn from no to yes; negsim replay tells them."""
    lost: list[int]


class Variant(Table):
    """A variant, and what it changes."""

    name: str
    changes: list[str]


class Compare(OfScenario):
    """``negsim compare``."""

    command: Literal["compare"]
    seed: int
    engine: str
    replications: int
    draws: int | None
    not_compared: list[str]
    base: str
    level: float
    level_each: float
    rows: list[Difference]
    variants: list[Variant]


class Lever(Table):
    """One change, and what it does to the answer."""

    name: str
    kind: str
    text: str
    difference: Number
    low: Number
    high: Number
    level_each: float
    method: str
    n: int
    probability: Number
    no_to_yes: int
    yes_to_no: int
    failed: int
    helps: bool
    hinders: bool
    tied: bool
    sentence: str
    parting: dict[str, JsonValue] | None
    """Where histories that flip part: what happens first with the change alone, or without it."""


class Choice(Table):
    """What is known of the best lever being the best."""

    probability_at_least: float
    within: float
    contenders: list[str]
    method: str


class Levers(OfScenario):
    """``negsim levers``."""

    command: Literal["levers"]
    seed: int
    question: str
    by: str
    what: str
    answer: Estimate
    level: float
    n: int
    rows: int
    method: str
    levers: list[Lever]
    best: str | None
    choice: Choice | None
    guarantee: str
    refused: dict[str, str]


class AtValue(Table):
    """The answer if a parameter had a value."""

    value: Number
    answer: Estimate


class Influence(Table):
    """What one parameter does to the answer."""

    parameter: str
    title: str
    unit: str
    grade: str
    expected_move: Estimate
    variance: Estimate
    first_order_share: Estimate | None
    total_share: Estimate | None
    worth: Estimate
    at_5_percent: AtValue
    at_95_percent: AtValue
    stands_out: bool
    tied: bool
    sentence: str


class Sensitivity(OfScenario):
    """``negsim sensitivity``."""

    command: Literal["sensitivity"]
    seed: int
    engine: str
    draws: int | None
    question: str
    by: str
    answer: Estimate
    variance: Estimate | None
    chance_variance: Number
    threshold: Number
    worth_of_all: Estimate | None
    n: int
    rows: int
    method: str
    notes: list[str]
    parameters: list[Influence]


class OnDate(Table):
    """A piece of news by one date."""

    by: str
    chance: Number
    move: Number


class News(Table):
    """What one piece of news, known by one date, tells of the answer."""

    kind: Literal["news"]
    name: str
    party: str | None
    text: str
    by: str
    chance: Estimate
    given_yes: Estimate
    given_no: Estimate
    move: Estimate
    bits: Estimate
    tied: bool
    dates: list[OnDate]
    sentence: str


class Ranked(Table):
    """A place in the ranked list of news and parameters."""

    kind: Literal["news", "parameter"]
    name: str
    tied: bool


class Watch(OfScenario):
    """``negsim watch``."""

    command: Literal["watch"]
    seed: int
    engine: str
    draws: int | None
    question: str
    by: str
    answer: Estimate
    n: int
    rows: int
    method: str
    news: list[News]
    parameters: list[Influence] | None
    ranked: list[Ranked]
