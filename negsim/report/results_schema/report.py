"""The report's data: the number of each answer with its twin, and everything that the page tells."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue

from negsim.report.results_schema.parts import Number, OfScenario, Table

__all__ = ["Report", "ReportAnswer", "ReportNumber", "ReportRange"]


class ReportRange(Table):
    """What is not known of the assumptions leaves this of a number."""

    low: Number
    high: Number
    level: float
    """Share of what is believed between the two ends."""
    method: str
    errors: list[float] | None = None
    """Standard errors of the two ends."""


class ReportNumber(Table):
    """A number of the page: with its interval, and the text that the page has of it."""

    value: Number
    low: Number
    high: Number
    level: Number
    kind: str
    """What the interval is of: chance (finitely many histories), ignorance (what is believed), exact."""
    method: str
    n: int
    """Histories that it rests on; 0 where it rests on none."""
    unit: str
    printed: str
    ends: str
    """The interval as the page prints it."""
    range: ReportRange | None


class ReportAnswer(Table):
    """The answer to one question."""

    id: str
    title: str
    text: str
    kind: str
    by: str
    by_text: str
    given: str
    counted: int
    n: int
    is_share: bool
    unit: str
    number: ReportNumber | None
    range_text: str
    collapsed: bool
    """Whether the draws of the assumptions made no difference that stands out from chance."""
    words: str
    base_rate: ReportNumber | None
    notes: list[str]


class Report(OfScenario):
    """``negsim report``."""

    command: Literal["report"]
    case: dict[str, JsonValue]
    """Name, title, dates and hash of the scenario."""
    run: dict[str, JsonValue]
    """Seed, histories, draws, engine, versions, and what to type for the same again."""
    question: str | None
    """The one that is looked into."""
    level: float
    answers: list[ReportAnswer]
    by_date: dict[str, JsonValue]
    """Curves, each read at the dates."""
    why: list[JsonValue]
    watch: dict[str, JsonValue] | None
    levers: dict[str, JsonValue] | None
    waits: dict[str, JsonValue]
    stories: dict[str, JsonValue]
    assumptions: dict[str, JsonValue]
    not_carried: list[JsonValue]
    """Numbers without source and range, by where they stand."""
    limits: list[str]
    missing: dict[str, str]
    """Parts that are left out, each with the reason."""
