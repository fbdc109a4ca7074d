"""The answers to a scenario's questions, a row each: the number, its range of ignorance, its Monte Carlo interval."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn, Protocol

from negsim.errors import EstimateError, NotRecorded, nearest
from negsim.estimates import Conditional, Estimate, words
from negsim.model.calendar import counted_days
from negsim.model.elements import own_questions
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario
from negsim.program import Program

__all__ = [
    "Answer",
    "Answering",
    "deadline",
    "facts",
    "of_estimate",
    "refuse_unasked",
    "row_of",
    "stated",
]


# A probability that is printed as a number, and not as a bound.
_SHOWN = re.compile(r"(\d+(?:\.\d+)?) %")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question, with its uncertainties kept apart.

    Parameters
    ----------
    id, text, kind : str
        The question's name, resolution wording and kind.
    by : str
        Deadline as ISO text, wall clock of the scenario: a date is the whole of that day.
    value : float
        Probability; for the kinds duration (days), value and fired the mean. Not rounded; not a number where no
        history counts.
    low, high : float
        Monte Carlo interval of the value (infinite, or the whole of [0, 1], if there is none).
    band_low, band_high : float or None
        Range of the probability over draws of the parameters, inner noise removed; None if none were drawn, or the
        draws made no difference that stands out from the noise of chance.
    base_rate : float or None
        Share of yes among comparable questions.
    given : str
        The condition it is conditioned on, or nothing.
    is_share : bool
        Whether the value is a probability.
    unit : str
        Of a value that is none: ``"days"``, ``"times"`` or nothing.
    estimate : Estimate or None
        The number with everything that is printed of it.
    collapsed : bool
        Whether parameters were drawn, and made no difference that stands out from the noise of chance.
    counted, n : int
        Histories that count (in which what it is given came true), and histories in all.
    notes : tuple of str
        What a reader must know before believing the number.

    See Also
    --------
    answers : Answer a scenario's questions from finished runs.
    Estimate : A number with its interval and its printed form.

    Examples
    --------
    >>> import negsim as ns
    >>> row = ns.simulate(ns.load("toy"), replications=2_000, seed=1).row("talks_day_5")
    >>> row.id, row.rounded(), row.words
    ('talks_day_5', '77.5 %', 'likely')
    """

    id: str
    text: str
    kind: str
    by: str
    value: float
    low: float
    high: float
    band_low: float | None = None
    band_high: float | None = None
    base_rate: float | None = None
    given: str = ""
    is_share: bool = True
    unit: str = ""
    estimate: Estimate | None = field(default=None, repr=False)
    collapsed: bool = False
    counted: int = 0
    n: int = 0
    notes: tuple[str, ...] = ()

    @property
    def printed(self) -> str:
        """The number as every table, picture and page shows it."""
        return self.rounded()

    @property
    def words(self) -> str:
        """The probability in the words of ICD 203: one word for the number as it is printed, none for its range."""
        return self.in_words()

    def __repr__(self) -> str:
        return (
            f"<Answer {self.id} by {self.by}: {self.estimate if self.estimate is not None else '; '.join(self.notes)}>"
        )

    def rounded(self, digits: int | None = None) -> str:
        """The value as text, with no more digits than its ranges support, or with at least ``digits`` decimals.

        Parameters
        ----------
        digits : int, optional
            Least number of decimals; by default as many as the ranges support.

        Returns
        -------
        str
            For people.
        """
        return "unknown" if self.estimate is None else self.estimate.rounded(digits)

    def in_words(self, digits: int | None = None) -> str:
        """The words of `words` for the number that `rounded` prints, so that equal numbers have equal words.

        Parameters
        ----------
        digits : int, optional
            Least number of decimals; by default as many as the ranges support.

        Returns
        -------
        str
            Empty for what is no probability.
        """
        if not self.is_share or math.isnan(self.value):
            return ""
        shown = _SHOWN.fullmatch(self.rounded(digits))
        return words(float(Decimal(shown[1]) / 100) if shown else self.value)

    def interval(self, digits: int | None = None) -> str:
        """The Monte Carlo interval as text; a dash where there is none, a word where the number is exact.

        Parameters
        ----------
        digits : int, optional
            Least number of decimals; by default as many as the ranges support.

        Returns
        -------
        str
            For people.
        """
        if self.estimate is None or self.estimate.method == "none":
            return "–"
        if self.estimate.kind == "exact" or self.low == self.high:
            return "exact" if self.estimate.kind == "exact" else "all alike"
        low, high = self.estimate.ends(digits)
        return f"{low}–{high} %" if self.is_share else f"{low} to {high}"

    def range(self, digits: int | None = None) -> str:
        """The range over draws as text; a dash where none were drawn.

        Parameters
        ----------
        digits : int, optional
            Least number of decimals; by default as many as the ranges support.

        Returns
        -------
        str
            For people.
        """
        if self.collapsed:
            return "not seen"
        ends = None if self.estimate is None else self.estimate.spread_ends(digits)
        return "–" if ends is None else f"{ends[0]}–{ends[1]} %"

    def range_errors(self) -> str:
        """The standard errors of the ends of the range, in points of a percent; nothing where there is no range."""
        if self.estimate is None or self.estimate.spread is None:
            return ""
        low, high = (100 * one for one in self.estimate.spread_errors)
        return f"{low:.2g}, {high:.2g}"


class Answering(Protocol):
    """What has answers to a scenario's questions: finished runs, or what was solved without any.

    Whoever prints, tables or compares answers asks for no more than this, and never which engine they come from.
    """

    @property
    def scenario(self) -> Scenario:
        """Whose answers they are."""

    @property
    def program(self) -> Program:
        """What the engine saw of it."""

    @property
    def rows(self) -> Sequence[tuple[float, ...]]:
        """Values of the parameters, a tuple a draw."""

    @property
    def drawn(self) -> bool:
        """Whether the rows were drawn from what is believed of the parameters."""

    @property
    def seed(self) -> int | None:
        """Of the draws; None where nothing was drawn."""

    @property
    def engine(self) -> str:
        """Name of the engine."""

    @property
    def note(self) -> str:
        """What is worth saying about how it was computed."""

    @property
    def seconds(self) -> float:
        """Time spent."""

    @property
    def replications(self) -> int:
        """Histories told; 0 where none were needed."""

    @property
    def events(self) -> int:
        """Firings told."""

    def row(self, question: Question | Askable, *, level: float = 0.95) -> Answer:
        """The answer to one question."""


def stated(scenario: Scenario) -> tuple[Question, ...]:
    """The questions that the scenario states itself; those that its words bring only if it states none.

    Sorted so that questions on one condition stand together, the earliest deadline first.
    """
    asked = own_questions(scenario.parts) or list(scenario.expanded.questions.values())
    due = {question.name: _due(question, scenario) for question in asked}
    earliest: dict[str, float] = {}
    for question in asked:
        key = _subject(question)
        earliest[key] = min(earliest.get(key, math.inf), due[question.name])
    return tuple(sorted(asked, key=lambda q: (earliest[_subject(q)], _subject(q), due[q.name], q.name)))


def _subject(question: Question) -> str:
    return question.subject


def _due(question: Question, scenario: Scenario) -> float:
    return question.closes(scenario.calendar, scenario.horizon)


def refuse_unasked(scenario: Scenario, name: str) -> NoReturn:
    """Refuse a name that is no question of the scenario, with those that are."""
    known = scenario.expanded.questions
    raise NotRecorded(
        f"question {name[:80]!r} is not asked by {scenario.name}{nearest(name, known)}; it asks {', '.join(known)}"
    )


def deadline(question: Question, scenario: Scenario) -> str:
    """The deadline as ISO text: a date for the whole of that day, else an instant.

    >>> import negsim as ns
    >>> toy = ns.load("toy")
    >>> deadline(Question(name="q", condition="talks.held", by="2025-01-20"), toy)
    '2025-01-20'
    >>> deadline(Question(name="q", condition="talks.held", by="5 days"), toy)
    '2025-01-06T00:00'
    """
    by = scenario.end if question.by is None else question.by
    if question.before is None and isinstance(by, str) and counted_days(by) is None:
        return by
    return scenario.calendar.date_text(question.closes(scenario.calendar, scenario.horizon))


def row_of(runs: Any, question: Question | Askable, level: float) -> Answer:
    """The answer of finished runs to a question, as a row (see `Results.row`)."""
    asked: Question = runs.asked(question).question
    plain = facts(asked, runs.scenario) | {"n": runs.replications, "counted": runs.replications}
    try:
        found = runs.probability(question) if asked.probable else runs.mean(question)
        estimate = found.estimate(level)
        band = found.band(level=level) if asked.probable else None
    except (EstimateError, NotRecorded) as error:  # of one question: the others have their answers
        return unanswered(plain | {"counted": getattr(error, "counted", plain["counted"])}, str(error))
    if isinstance(found, Conditional):
        plain["counted"] = found.given
    return of_estimate(plain, estimate, collapsed=band is not None and band.collapsed)


def unanswered(plain: dict[str, Any], why: str) -> Answer:
    """The row of a question that has no answer, and why."""
    note = why.removeprefix(f"question {plain['id']}: ")
    return Answer(**plain, value=math.nan, low=math.nan, high=math.nan, notes=(note,))


def facts(question: Question, scenario: Scenario) -> dict[str, Any]:
    """The fields of an answer that its question says."""
    return {
        "id": question.name,
        "text": question.text,
        "kind": question.kind,
        "by": deadline(question, scenario),
        "base_rate": question.base_rate,
        "given": "" if question.given is None else str(question.given),
        "is_share": question.probable,
        "unit": question.unit,
    }


def of_estimate(plain: dict[str, Any], estimate: Estimate, *, collapsed: bool = False) -> Answer:
    """The answer that a number with its uncertainty is."""
    low, high = (None, None) if estimate.spread is None else estimate.spread
    return Answer(
        **plain,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        band_low=low,
        band_high=high,
        estimate=estimate,
        collapsed=collapsed,
        notes=estimate.notes,
    )
