"""Results about files: what is in them, what is wrong with them, what comes along."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from negsim.report.results_schema.parts import OfScenario, Result, Table

__all__ = [
    "Docs",
    "Errors",
    "Export",
    "Finding",
    "Guide",
    "Lint",
    "Listing",
    "New",
    "Problem",
    "Shipped",
    "Show",
    "Validate",
]


class Finding(Table):
    """One thing to look at."""

    code: str
    where: str
    text: str
    remedy: str
    hard: bool
    """Whether it cannot be meant; else it is advice."""


class Lint(OfScenario):
    """``negsim lint``."""

    command: Literal["lint"]
    findings: list[Finding]


class Problem(Table):
    """One thing that is wrong."""

    code: str
    path: list[str | int]
    """Table, name, key and positions, as in the file; empty if the whole is meant."""
    place: str
    line: int | None
    value: str
    expected: str
    """What may stand there."""
    remedy: str
    text: str
    file: str


class Validate(OfScenario):
    """``negsim validate``; what is not valid is told as errors."""

    command: Literal["validate"]
    valid: Literal[True]
    file: str
    variables: int
    actions: int
    questions: int
    """Those that the file states."""
    questions_of_words: int
    parameters: int
    notes: list[str]
    """What is legal and easily overlooked."""
    dead: list[str]
    """What is valid and changes no answer when it is left out."""
    to_look_at: list[str]


class Show(OfScenario):
    """``negsim show``: the page as text, and what stands on it."""

    model_config = ConfigDict(extra="allow")

    command: Literal["show"]
    page: Literal["overview", "expanded", "file", "party", "waits"]
    text: str


class Export(OfScenario):
    """``negsim export``."""

    command: Literal["export"]
    language: Literal["prism"]
    model: str
    properties: str
    files: list[str]


class Shipped(Table):
    """A scenario that comes along."""

    name: str
    title: str


class Listing(Result):
    """``negsim list``."""

    command: Literal["list"]
    scenarios: list[Shipped]


class New(Result):
    """``negsim new``; with ``--template list`` no file is named, and ``templates`` has them with a sentence each."""

    model_config = ConfigDict(extra="allow")

    command: Literal["new"]
    file: str
    schema_file: str
    template: str


class Guide(Result):
    """``negsim guide``."""

    command: Literal["guide"]
    page: str
    """In Markdown."""


class Docs(Result):
    """``negsim docs``: a word's page, or the list of words."""

    command: Literal["docs"]
    word: str | None
    page: str | None
    """In Markdown."""
    words: list[dict[str, str]]


class Errors(Result):
    """Any command that failed: everything that is wrong, all at once. The exit code is 1, or 2 for wrong use."""

    command: str
    errors: list[Problem] = Field(min_length=1)
