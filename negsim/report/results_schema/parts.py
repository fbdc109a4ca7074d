"""What results of several commands have in common."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

__all__ = ["About", "Assumption", "Estimate", "OfScenario", "Result", "Table"]

Number: TypeAlias = float | None
"""A number; null where it is infinite, or there is none."""


class Table(BaseModel):
    """A table whose keys are all known."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Assumption(Table):
    """A parameter: a number that nobody knows exactly, and who says so."""

    name: str
    title: str
    best: float | bool
    """The best value, in the unit."""
    low: Number
    """5 % of what is believed lie below; null where nothing is believed, or it is true or false."""
    high: Number
    """95 % of what is believed lie below."""
    unit: str
    grade: str
    """How good the evidence is."""
    source: str
    hindsight: bool
    """Whether it rests on what was known only after the scenario's as-of date."""


class About(Table):
    """The scenario: its dates, what is supposed of it, and what it rests on."""

    title: str
    start: str
    end: str
    zone: str
    as_of: str | None
    """The newest information that it may rest on."""
    supposed: list[str]
    """What was changed on the command line or in the file, a sentence each."""
    parameters: int
    judgement: int
    """Parameters that no evidence carries."""
    hindsight: int
    bare_numbers: int
    """Numbers that are no parameter: no range carries them."""
    assumptions: list[Assumption]


class Result(Table):
    """What every result says."""

    format: Literal["negsim-results-1"]
    negsim: str
    """Version of the program."""
    warnings: list[str]


class OfScenario(Result):
    """What every result of a scenario says."""

    scenario: str
    about: About


class Estimate(Table):
    """A number with its uncertainty."""

    value: Number
    low: Number
    high: Number
    level: float
    """Confidence level of the interval."""
    kind: str
    """What the interval is of: chance (finitely many histories), ignorance (what is believed), exact."""
    method: str
    n: int
    """Histories that it rests on."""
    error: Number = None
    """Of an exact number."""
    printed: str
    text: str
