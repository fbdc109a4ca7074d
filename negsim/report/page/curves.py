"""Curves of a report: the probability that something has happened, read at the end of each day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError, NotRecorded
from negsim.estimates import Curve
from negsim.estimates.bands import ranges_over_rows
from negsim.model.calendar import DAY
from negsim.model.questions import Question
from negsim.program.probes import Asked
from negsim.results.base import Results
from negsim.results.estimators import NothingCounted
from negsim.results.runs import Runs

__all__ = ["Drawn", "curves_of", "days_of"]

MOST_DAYS, MOST_STEPS, MOST_CURVES = 240, 320, 24
"""Dates at which curves are read, steps that a picture shows, and pictures on one page."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One curve up to the last deadline of its questions.

    Attributes
    ----------
    questions : tuple of Question
        That it answers, by deadline.
    dues : tuple of float
        Their deadlines, days from the start.
    curve : Curve
    times : array
        Days at which it is read: ends of days, deadlines, and the largest of its steps.
    low, high : array or None
        The range over draws at these times.
    """

    questions: tuple[Question, ...]
    dues: tuple[float, ...]
    curve: Curve
    times: Floats
    low: Floats | None
    high: Floats | None

    @property
    def end(self) -> float:
        """Days from the start to its last deadline."""
        return self.dues[-1]

    def place(self, time: float) -> int:
        """Where among its times the last one is that is not after a time."""
        return max(0, int(np.searchsorted(self.times, min(time, self.end), side="right")) - 1)


def days_of(runs: Results, end: float) -> list[float]:
    """The ends of the scenario's days up to a time, in days from its start; every second, third, ... if they are many."""
    calendar = runs.scenario.calendar
    first = calendar.at(0.0).date()
    count = (calendar.at(end * DAY).date() - first).days + 1
    # Years of days would make a file of megabytes, and a slider that nobody can set to a day.
    step = max(1, -(-count // MOST_DAYS))
    dates = (first + timedelta(days=k) for k in range(0, count, step))
    found = [calendar.deadline(date.isoformat(), "date") / DAY for date in dates]
    # A window shorter than a day has no end of a day.
    return [time for time in found if time <= end] or [end]


def curves_of(runs: Results, questions: Sequence[Question], level: float) -> tuple[list[Drawn], list[str]]:
    """A curve for all questions on one condition; and what cannot be drawn, with the reason."""
    groups: dict[tuple[Any, ...], list[Question]] = {}
    for question in questions:
        asked = runs.asked(question)
        if asked.question.row.timed:
            groups.setdefault(_key(asked), []).append(question)
    found, missing = [], []
    for group in groups.values():
        names = ", ".join(one.called for one in group)
        try:
            found.append(_drawn(runs, sorted(group, key=lambda one: float(runs.asked(one).by)), level))
        # One question that has no curve takes none from the others.
        except NothingCounted:
            missing.append(f"{names}: what it is given came true in no history")
        except (NotRecorded, EstimateError) as error:
            missing.append(f"{names}: {error}")
    missing += [f"{one.questions[0].called}: there are too many curves for one page" for one in found[MOST_CURVES:]]
    return found[:MOST_CURVES], missing


def _key(asked: Asked) -> tuple[Any, ...]:
    """What questions have in common that are answered by one curve."""
    given = asked.given
    # A given without a date of its own ends with its question, so that each deadline has other histories.
    own = asked.by if given is not None and given.default else None
    told = None if given is None else (given.form, given.column, own or given.when)
    # Only questions that count the same histories, from the same opening on, share a curve.
    return asked.question.row.record == "edges", asked.column, told, asked.after


def _drawn(runs: Results, group: Sequence[Question], level: float) -> Drawn:
    last = group[-1]
    dues = tuple(float(runs.asked(one).by) / DAY for one in group)
    curve = runs.first_passage(last, level=level).curve  # type: ignore[attr-defined] # arrays and counts both have it
    times = _times(curve, dues, days_of(runs, dues[-1]))
    low, high = _ranges(runs, last, curve, times) or (None, None)
    return Drawn(tuple(group), dues, curve, times, low, high)


def _times(curve: Curve, dues: Sequence[float], days: Sequence[float]) -> Floats:
    """Ends of days, deadlines, and the instants at which most happens at once."""
    # Small steps within a day are not seen in a picture; large ones are drawn at their instants.
    steps = np.diff(curve.hits, prepend=0)
    # A step that a picture shows: more than one history, and more than a thousandth of them.
    large = (curve.times <= dues[-1]) & (steps > max(1, 1e-3 * curve.n))
    jumps = curve.times[large][np.argsort(-steps[large], kind="stable")[:MOST_STEPS]]
    return np.unique(np.concatenate([[0.0], days, jumps, dues]))


def _ranges(runs: Results, question: Question, curve: Curve, times: Floats) -> tuple[Floats, Floats] | None:
    """The range over draws of the parameters at these times; nothing where none were drawn."""
    if curve.rows is None or getattr(runs, "log_weights", None) is not None:
        return None  # of histories that count differently there is no such range
    hits = _hits(runs, question, times) if isinstance(runs, Runs) else _kept(runs, curve.rows.hits, times)
    return ranges_over_rows(hits, curve.rows.size, curve.rows.unknown)


def _kept(runs: Results, hits: Floats, times: Floats) -> Floats:
    """What was counted by the last of the dates of counting that is not after a time."""
    # Counts are kept at fixed dates only: between two of them the earlier one holds.
    places = np.searchsorted(runs.pivots / DAY, times + 0.25 / DAY, side="right") - 1
    return np.where(places >= 0, hits[:, np.maximum(places, 0)], 0.0)


def _hits(runs: Runs, question: Question, times: Floats) -> Floats:
    """Histories in which it has happened, by row of parameters and time."""
    entry = runs.asked(question)
    counts = runs.answers(question)[1] & ~runs.block.failed
    first = runs.first_times(question)
    first = np.where(first < entry.after / DAY, math.inf, first)[counts]
    # A time in days is not the whole number of microseconds that it stands for, but nearer to it than half of one.
    places = np.searchsorted(times + 0.25 / DAY, first, side="left")
    rows, size = len(runs.rows), len(times)
    there = places < size
    hits = np.bincount(places[there] + size * runs.draw[counts][there], minlength=rows * size).reshape(rows, size)
    return np.cumsum(hits, axis=1, dtype=np.float64)
