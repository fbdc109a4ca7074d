"""What a run answers, as plain data: answers, the curves behind them, and why what fails fails."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.errors import EstimateError, NotRecorded
from negsim.model.calendar import DAY
from negsim.model.expressions import Expression
from negsim.report.titles import titles_of
from negsim.report.words import bare_count
from negsim.results.answers import Answer, Answering

if TYPE_CHECKING:
    from negsim.model.questions import Question
    from negsim.results.counted import CountedRuns
    from negsim.results.runs import Runs
    from negsim.why.explanation import Explanation

__all__ = ["answer_rows", "curves", "plain_fields", "run_data"]

POINTS = 61
"""Dates at which a curve is told, ends of the simulated time included."""


def run_data(
    runs: Answering,
    rows: Sequence[Answer],
    *,
    level: float,
    digits: int | None = None,
    reasons: Iterable[Explanation] = (),
    asked: Sequence[Question | str] = (),
) -> dict[str, Any]:
    """All that a run says: how it was made, a row a question, curves of what has a date, reasons for no.

    Parameters
    ----------
    runs : Runs, CountedRuns or Solved
        Finished runs, or what was solved.
    rows : sequence of Answer
        The answers to print.
    level : float
        Of all intervals.
    digits : int, optional
        Least number of decimals of the printed forms.
    reasons : iterable of Explanation, optional
        Why the answers are no.
    asked : sequence of Question or str, optional
        Questions whose curves are told.

    Returns
    -------
    dict
        Plain data.
    """
    return {
        "engine": runs.engine,
        "replications": runs.replications,
        "draws": len(runs.rows) if runs.drawn else None,
        "seed": runs.seed,
        "level": level,
        "events": runs.events,
        "seconds": runs.seconds,
        "bare_numbers": bare_count(runs.scenario),
        "note": runs.note,
        "questions": answer_rows(runs, rows, digits),
        "curves": curves(runs, asked, level) if runs.replications else [],
        "reasons": [plain_fields(one) for one in reasons],
    }


def answer_rows(runs: Answering, rows: Sequence[Answer], digits: int | None = None) -> list[dict[str, Any]]:
    """A row for each answer: numbers as they are, and the texts that table and chart show of them."""
    titles = titles_of(runs, [row.id for row in rows])
    return [_answer(row, titles[row.id], digits) for row in rows]


def _answer(row: Answer, title: str, digits: int | None) -> dict[str, Any]:
    interval, spread = row.interval(digits), row.range(digits)
    errors = (None, None) if row.estimate is None or row.estimate.spread is None else row.estimate.spread_errors
    return {
        "id": row.id,
        "title": title,
        "text": row.text,
        "kind": row.kind,
        "by": row.by,
        "value": row.value,
        "printed": row.rounded(digits),
        "probability": row.value if row.is_share else None,
        "low": row.low,
        "high": row.high,
        "interval": None if interval == "–" else interval,
        "method": None if row.estimate is None else row.estimate.method,
        "band_low": row.band_low,
        "band_high": row.band_high,
        "band_low_error": errors[0],
        "band_high_error": errors[1],
        "range": None if spread == "–" else spread,
        "words": row.in_words(digits) or None,
        "base_rate": row.base_rate,
        "given": row.given or None,
        "n": row.n,
        "counted": row.counted,
        "notes": list(row.notes),
    }


def curves(runs: Any, asked: Sequence[Question | str], level: float) -> list[dict[str, Any]]:
    """By when each thing that is asked about has happened: one curve for all questions on the same thing."""
    found: dict[tuple[Any, ...], dict[str, Any]] = {}
    for question in asked:
        entry = runs.asked(question)
        if not entry.question.row.timed:
            continue
        key = (entry.question.row.record, entry.column, entry.after, entry.given)
        if key in found:
            found[key]["questions"].append(entry.question.name)
            continue
        try:
            found[key] = {"questions": [entry.question.name], **_curve(runs, question, level)}
        except (EstimateError, NotRecorded):  # nothing counts, or only counts were kept: the answer's row says so
            continue
    return list(found.values())


def _curve(runs: Runs | CountedRuns, question: Question | str, level: float) -> dict[str, Any]:
    curve, calendar = runs.first_passage(question, level=level).curve, runs.scenario.calendar
    days = np.unique(np.rint(np.linspace(0.0, runs.program.horizon / DAY, POINTS)))
    times = [min(float(day), runs.program.horizon / DAY) for day in days]
    points = [curve.at(time) for time in times]
    return {
        "dates": [calendar.date_text(time * DAY) for time in times],
        "values": [one.value for one in points],
        "low": [one.low for one in points],
        "high": [one.high for one in points],
        "n": curve.n,
        "level": level,
        "method": "simultaneous band over rows of parameters"
        if curve.rows is not None
        else "Dvoretzky-Kiefer-Wolfowitz",
    }


def plain_fields(one: Any) -> Any:
    """A result as plain data: as it tells itself, else by its fields."""
    if hasattr(one, "as_dict"):
        return one.as_dict()
    if isinstance(one, Expression):
        return str(one)
    if is_dataclass(one) and not isinstance(one, type):
        return {field.name: plain_fields(getattr(one, field.name)) for field in fields(one)}
    if isinstance(one, (list, tuple)):
        return [plain_fields(each) for each in one]
    if isinstance(one, Mapping):
        return {key: plain_fields(each) for key, each in one.items()}
    return one
