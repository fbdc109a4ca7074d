"""Answers and curves of a report as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

from negsim.estimates.printing import printed_ends, printed_share
from negsim.model.calendar import DAY
from negsim.model.kinds import KINDS
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.report.page.curves import Drawn, curves_of, days_of
from negsim.report.page.gather import Found, own_questions
from negsim.report.page.numbers import Number, exactly, measured
from negsim.report.titles import dated
from negsim.report.words import day, percent
from negsim.results.answers import Answer, deadline
from negsim.results.base import Results
from negsim.wording.phrases import Phrases

__all__ = ["answer_data", "curve_data", "drawn_curves", "title_of"]

MOST_READINGS = 6
"""Dates in the table below a curve."""


def title_of(question: Question, scenario: Scenario) -> str:
    """What people call a question, with its date where that does not say it."""
    said = Phrases(scenario)
    return dated(said.question(question), deadline(question, scenario), said.language)


def answer_data(found: Found) -> list[dict[str, Any]]:
    """An entry each question: the number with both its uncertainties, its words, and what it is about."""
    questions = {one.name: one for one in own_questions(found.runs)}
    return [_answer(row, questions[row.id], found.runs) for row in found.rows]


def _answer(row: Answer, question: Question, runs: Results) -> dict[str, Any]:
    number = measured(row.estimate)
    # The row's own text of its interval: it knows what is exact and where there is none.
    if number is not None:
        told = row.interval()
        number["ends"] = told.replace("–", " to ") if any(sign.isdigit() for sign in told) else ""
    return {
        "id": row.id,
        "title": title_of(question, runs.scenario),
        "text": row.text,
        "kind": row.kind,
        "by": row.by,
        "by_text": day(row.by),
        "given": "" if question.given is None else Phrases(runs.scenario).condition(question.given),
        "counted": row.counted,
        "n": row.n,
        "is_share": row.is_share,
        "unit": KINDS[row.kind].unit,
        "number": number,
        "range_text": "" if row.range() in ("–", "not seen") else row.range().replace("–", " to "),
        "collapsed": row.collapsed,
        "words": row.words,
        "base_rate": None if row.base_rate is None else _base_rate(row.base_rate),
        "notes": list(row.notes),
    }


def _base_rate(share: float) -> Number:
    return exactly(share, f"{100 * share:.3g} %", "%", "stated in the scenario")


def drawn_curves(found: Found) -> tuple[list[Drawn], list[str]]:
    """The curves that the page shows, and what it does not."""
    return curves_of(found.runs, own_questions(found.runs), found.level)


def curve_data(found: Found, curves: Sequence[Drawn]) -> dict[str, Any]:
    """The dates at which curves are read, and what each curve says there."""
    if not curves:
        return {"dates": [], "curves": []}
    runs, level = found.runs, found.level
    rows = {row.id: row for row in found.rows}
    stops = days_of(runs, max(one.end for one in curves))
    return {
        "dates": [_date(runs, stop) for stop in stops],
        "days": stops,
        "level": level,
        "method": "empirical distribution; band for the whole curve at once",
        "curves": [_curve(runs, one, stops, rows) for one in curves],
    }


def _date(runs: Results, time: float) -> str:
    return runs.scenario.calendar.date_text(round(time * DAY))


def _curve(runs: Results, one: Drawn, stops: Sequence[float], rows: Mapping[str, Answer]) -> dict[str, Any]:
    # A curve ends with its last deadline, where the slider stays however far it is moved.
    inside = [stop for stop in stops if stop < one.end]
    read = [_reading(runs, one, time, rows) for time in (*inside, one.end)]
    numbers = [each["number"] for each in read]
    ranged = one.low is not None
    return {
        "title": heading([title_of(question, runs.scenario) for question in one.questions]),
        "questions": [question.called for question in one.questions],
        "closes": _date(runs, one.end),
        "n": one.curve.n,
        **{key: [number[key] for number in numbers] for key in ("value", "low", "high", "printed")},
        "band": [number["ends"] for number in numbers],
        "range_low": [number["range"]["low"] for number in numbers] if ranged else None,
        "range_high": [number["range"]["high"] for number in numbers] if ranged else None,
        "range": [each["range_text"] for each in read] if ranged else None,
        "readings": [_reading(runs, one, time, rows) for time in _told(one, inside)],
    }


def _told(one: Drawn, inside: Sequence[float]) -> list[float]:
    """A few dates, regularly, and the deadlines."""
    # Readers without scripts have these few dates; the slider has all of them.
    step = max(1, len(inside) // (MOST_READINGS - 1))
    dues = list(one.dues)
    few = [stop for stop in inside[step - 1 :: step] if all(abs(stop - due) > 1.0 for due in dues)]
    return sorted({*few[:MOST_READINGS], *dues})


def _reading(runs: Results, one: Drawn, time: float, rows: Mapping[str, Answer]) -> dict[str, Any]:
    """What a curve says at a time; where a question ends, in the very texts of its answer."""
    point, place = one.curve.at(time), one.place(time)
    pairs = [(point.low, point.high)]
    number = Number(
        value=point.value, low=point.low, high=point.high, level=one.curve.level, kind="chance", n=one.curve.n,
        unit="%", method="band for the whole curve", printed="", ends="", range=None,
    )  # fmt: skip
    told = ""
    # Both the band and the range limit the digits.
    if one.low is not None and one.high is not None:
        low, high = float(one.low[place]), float(one.high[place])
        pairs.append((low, high))
        number["range"] = {"low": low, "high": high, "level": 0.9, "method": "quantiles over draws of parameters"}
        told = f"{percent(low)} to {percent(high)} %"
    due = next(
        (rows[question.called] for question, due in zip(one.questions, one.dues, strict=True) if due == time), None
    )
    number["printed"] = printed_share(point.value, pairs)
    # One number has one text: at a deadline that of the answer, whose range has fewer digits than the curve's band.
    if due is not None and due.value == point.value:
        number["printed"] = due.printed
        told = due.range().replace("–", " to ") if due.range() not in ("–", "not seen") else told
    number["ends"] = f"{' to '.join(printed_ends(point.low, point.high, number['printed'], unit='%'))} %"
    return {"date": _date(runs, time), "number": number, "range_text": told, "due": due is not None}


def heading(titles: Sequence[str]) -> str:
    """What several titles begin with, to the last whole word that is no preposition.

    >>> heading(["round 2 by June", "round 2 by July"]), heading(["talks on day 5"])
    ('round 2', 'talks on day 5')
    """
    if len(set(titles)) == 1:
        return titles[0]
    columns = zip(*(title.split(" ") for title in titles), strict=False)
    words = [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]
    # "The summit by" is no title; "The summit" is.
    while words and words[-1].lower() in ("by", "on", "at", "in", "before", "day", "until", "the"):
        words.pop()
    return " ".join(words) or titles[0]
