"""What a run records of a history: questions lowered to probes on the state and on the firings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from negsim.model.calendar import Calendar
from negsim.model.elements import Elements
from negsim.model.expressions import Expression, Truth
from negsim.model.questions import Question

__all__ = ["Asked", "Given", "Probes", "lower_questions"]


@dataclass(frozen=True, slots=True)
class Given:
    """What a question is conditioned on: ``form`` "by", "not_by" (``column`` of first times) or "on" (of values at dates).

    ``when`` is the date in microseconds; ``default`` says that it was not given and is the question's own deadline.
    """

    form: str
    column: int
    when: float
    default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question with its dates in microseconds and the column that answers it.

    ``column`` counts within the probes of what its kind records: first times, rising edges, values at dates, durations,
    firings. ``terms`` are the columns that a count adds up, each with what a firing counts.
    """

    question: Question
    by: float
    after: float
    column: int
    given: Given | None = None
    terms: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """The tables of what is recorded; every date in whole microseconds from the start.

    Attributes
    ----------
    first : tuple of (condition, throughout)
        First time the condition is true, if ``throughout`` held in every state before.
    edges : tuple of (condition, after, or_holds)
        First time from ``after`` on at which the condition turns true, the start being such a time if it holds
        initially; with ``or_holds``, ``after`` itself if the condition holds in the state before what happens there.
    at : tuple of (expression, date)
        Value after everything at that date (conditions as 0 and 1).
    held : tuple of (condition, date)
        Total time the condition holds by then.
    fired : tuple of (action, outcome or None, after, by)
        Firings between the dates, both included; numbers of `Program.actions` and of its outcomes.
    asked : mapping from name to Asked
    law_places : tuple of str
        Where each law stands, for messages.
    """

    first: tuple[tuple[Expression, Expression], ...]
    edges: tuple[tuple[Expression, float, bool], ...]
    at: tuple[tuple[Expression, float], ...]
    held: tuple[tuple[Expression, float], ...]
    fired: tuple[tuple[int, int | None, float, float], ...]
    asked: Mapping[str, Asked]
    law_places: tuple[str, ...]


class _Columns(dict[object, int]):
    """Numbers keys in the order in which they first come."""

    def of(self, key: object) -> int:
        return self.setdefault(key, len(self))


ALWAYS = Truth(True)


def lower_questions(
    questions: Mapping[str, Question],
    elements: Elements,
    calendar: Calendar,
    horizon: float,
    order: Sequence[str],
    places: tuple[str, ...],
) -> Probes:
    """Lower questions to probes; the same thing asked twice is recorded once."""
    tables = {name: _Columns() for name in ("first", "edges", "at", "held", "fired")}
    asked = {}
    for name in sorted(questions):
        question = questions[name]
        by, after = question.closes(calendar, horizon), question.opens(calendar)
        keys = _keys(question, (after, by), elements, order)
        columns = [tables[question.row.record].of(key) for key in keys]
        terms = tuple(zip(columns, (weight for _, _, weight in question.counts), strict=False))
        given = _given(question, calendar, by, tables)
        asked[name] = Asked(question=question, by=by, after=after, column=columns[0], given=given, terms=terms)
    rows = {name: tuple(table) for name, table in tables.items()}
    return Probes(**rows, asked=asked, law_places=places)  # type: ignore[arg-type] # the columns' keys are these rows


def _keys(
    question: Question, window: tuple[float, float], elements: Elements, order: Sequence[str]
) -> list[tuple[object, ...]]:
    """What is recorded for a question, as rows of the table that its kind asks for: one, or one for each count."""
    after, by = window
    record, condition = question.row.record, question.recorded
    if record == "first":
        return [(condition, ALWAYS if question.throughout is None else question.throughout)]
    if record == "edges":
        return [(condition, after, question.or_holds)]
    if record == "fired":
        return [
            (order.index(action), _outcome(action, outcome, elements), after, by)
            for action, outcome, _ in question.counts
        ]
    return [(condition, by)]


def _given(question: Question, calendar: Calendar, by: float, tables: Mapping[str, _Columns]) -> Given | None:
    if question.given is None:
        return None
    form, when = question.conditioned(calendar, by)
    if form == "on":
        return Given(form, tables["at"].of((question.given, when)), when)
    default = form == "by" and question.given_by is None
    return Given(form, tables["first"].of((question.given, ALWAYS)), when, default)


def _outcome(action: str, outcome: str | None, elements: Elements) -> int | None:
    return None if outcome is None else [one.name for one in elements.actions[action].outcomes].index(outcome)
