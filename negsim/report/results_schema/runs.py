"""Results of histories: answers, curves, reasons, one history told, engines side by side."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from negsim.report.results_schema.parts import Number, OfScenario, Table

__all__ = ["Answer", "Checked", "Curve", "Explanation", "Replay", "Run", "Scene", "Update", "Verify", "Why"]


class Answer(Table):
    """The answer to one question."""

    id: str
    title: str
    text: str
    """How the question is settled."""
    kind: str
    by: str
    value: Number
    printed: str
    probability: Number
    """The value, if it is one."""
    low: Number
    high: Number
    interval: str | None
    method: str | None
    """How the interval was made."""
    band_low: Number
    """Range of ignorance: over draws of the parameters, the noise of finitely many histories removed."""
    band_high: Number
    band_low_error: Number
    band_high_error: Number
    range: str | None
    words: str | None
    """In the words of ICD 203."""
    base_rate: Number
    given: str | None
    n: int
    counted: int
    """Histories that count: those in which what it is given came true."""
    notes: list[str]


class Curve(Table):
    """By when something has happened, with a band around the whole curve."""

    questions: list[str]
    dates: list[str]
    values: list[float]
    low: list[float]
    high: list[float]
    n: int
    level: float
    method: str


class Helps(Table):
    """What becomes of the same histories without a reason."""

    turned: int
    """Histories with it that turn from no to yes."""
    of: int
    lost: int
    """Histories with yes that turn to no."""
    others: int
    value: float
    """By how much the probability of yes changes."""
    low: float
    high: float
    to: Literal["yes", "high", "low"]


class Reason(Table):
    """One reason, with what is behind it."""

    kind: str
    text: str
    condition: str
    """The condition or the action, as the scenario has it."""
    share: float
    """Of the histories looked at; of a reason behind another: of the histories of that one."""
    low: Number
    high: Number
    alone: float
    histories: int
    otherwise: float
    """Of the histories with the other answer the share in which it was there when that came about."""
    helps: Helps | None
    behind: list[Reason]


class Explanation(BaseModel):
    """Why the answer to one question is no (``side``: or yes)."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    question: str
    by: str
    side: Literal["no", "yes", "low", "high"]
    """Which answer is explained."""
    n: int
    failures: int
    """Histories with this answer."""
    looked_at: int
    reasons: list[Reason]


class Run(OfScenario):
    """``negsim run``."""

    command: Literal["run"]
    engine: str
    replications: int
    draws: int | None
    """Rows of parameters drawn from what is believed of them; null for best values."""
    seed: int | None
    level: float
    events: int
    seconds: float
    bare_numbers: int
    note: str
    questions: list[Answer]
    curves: list[Curve]
    reasons: list[Explanation]


class Why(OfScenario):
    """``negsim why``."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    command: Literal["why"]
    seed: int
    replications: int
    draws: int | None
    question: str
    by: str
    side: Literal["no", "yes", "low", "high"]
    n: int
    failures: int
    """Histories with this answer."""
    looked_at: int
    reasons: list[Reason]
    refuted: list[Reason]
    """What was seen and is no cause."""


class Update(OfScenario):
    """``negsim update``: the answers after each piece of news, by question."""

    command: Literal["update"]
    engine: str
    seed: int | None
    questions: dict[str, list[dict[str, JsonValue]]]
    """Steps: item, title and date of the news, the estimate after it, and what it added."""
    contributions: dict[str, dict[str, Number]]
    if_nothing_happens: dict[str, list[dict[str, JsonValue]]]


class Scene(BaseModel):
    """One event of a history."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    time: float
    """Days from the start."""
    date: str
    who: str
    what: str


class Replay(OfScenario):
    """``negsim replay``."""

    model_config = ConfigDict(extra="allow")

    command: Literal["replay"]
    engine: str
    draws: int | None
    replication: int
    seed: int
    draw: int | None
    scenes: list[Scene]
    start: str
    end: str


class Checked(BaseModel):
    """The answers of several engines to one question, an entry under the name of each."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    question: str
    kind: str
    exact: dict[str, JsonValue] | None
    agree: bool
    note: str


class Verify(OfScenario):
    """``negsim verify``."""

    command: Literal["verify"]
    engines: list[str]
    replications: int
    seed: int
    level: float
    agree: bool
    questions: list[Checked]
