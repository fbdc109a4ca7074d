"""The shape of a probability by date: its curve, its range over draws, and how both are drawn as stairs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from negsim.estimates import Curve
from negsim.estimates.bands import ranges_over_rows
from negsim.model.calendar import DAY
from negsim.program.probes import Asked
from negsim.report.pictures.style import LINE
from negsim.report.words import day
from negsim.results.base import Results
from negsim.results.runs import Runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["Shape", "at_date", "marks", "on_dates", "shape_of", "stairs"]

DATES, MOST_JUMPS = 160, 240
"""Regular dates at which the range over draws is computed, and the instants at which the curve jumps besides."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is drawn of one condition: a curve in days up to the last deadline, and the range over draws at some dates."""

    curve: Curve
    end: float
    dates: Floats
    low: Floats | None
    high: Floats | None


def shape_of(runs: Any, group: Sequence[Any], level: float) -> Shape:
    """The curve that answers some questions on one condition, up to the last of their deadlines."""
    last = max(group, key=lambda question: float(runs.asked(question).by))
    entry = runs.asked(last)
    curve, end = runs.first_passage(last, level=level).curve, entry.by / DAY
    # Of weighted histories there is no such range.
    if curve.rows is None or curve.effective is not None:
        return Shape(curve, end, np.zeros(0), None, None)
    # Histories can be counted at any date; counts were kept at some, and the range is known there.
    if isinstance(runs, Runs):
        dates = _dates(curve, end, [runs.asked(question).by / DAY for question in group])
        hits = _hits(runs, last, entry, dates)
    else:
        dates, hits = runs.pivots / DAY, curve.rows.hits
    found = ranges_over_rows(hits, curve.rows.size, curve.rows.unknown)
    upto = dates <= end
    low, high = (None, None) if found is None else (found[0][upto], found[1][upto])
    return Shape(curve, end, dates[upto], low, high)


def _dates(curve: Curve, end: float, dues: Sequence[float]) -> Floats:
    """Where the range over draws is computed: regularly, at each deadline, and at each instant at which many come at once."""
    steps = np.diff(curve.hits, prepend=0)
    # A jump of more than one history, and of more than one in ten thousand, is drawn at its instant.
    jumps = curve.times[steps > max(1, 1e-4 * curve.n)]
    if jumps.size > MOST_JUMPS:
        sizes = steps[steps > max(1, 1e-4 * curve.n)]
        jumps = jumps[np.argsort(sizes)[-MOST_JUMPS:]]
    return np.unique(np.concatenate([np.linspace(0.0, end, DATES), jumps, dues]))


def _hits(runs: Runs, question: Any, entry: Asked, dates: Floats) -> Floats:
    """Replications in which it has happened, by row of parameters and date."""
    counts = runs.answers(question)[1] & ~runs.block.failed
    times = runs.first_times(question)
    times = np.where(times < entry.after / DAY, math.inf, times)[counts]
    # A date in days is not the whole number of microseconds that it stands for, but nearer to it than half of one.
    places = np.searchsorted(dates + 0.25 / DAY, times, side="left")
    k, p = len(runs.rows), len(dates)
    there = places < p
    found = np.bincount(places[there] + p * runs.draw[counts][there], minlength=k * p).reshape(k, p)
    return np.cumsum(found, axis=1, dtype=np.float64)


def stairs(ax: Axes, runs: Results, shape: Shape, colour: str = LINE, stroke: Any = "-") -> None:
    """Draw the curve and its bands as steps: nothing is joined by a slope."""
    at, curve = on_dates(runs), shape.curve
    upto = int(np.searchsorted(curve.times, shape.end, side="right"))
    times = np.concatenate([[0.0], curve.times[:upto], [shape.end]])
    start = curve.at(-1.0)

    def stepped(values: Any, first: float) -> Any:
        # The last value holds up to the deadline.
        last = values[upto - 1] if upto else first
        return np.concatenate([[first], values[:upto], [last]])

    keep = _thinned(times, np.diff(curve.hits[:upto], prepend=0) > 1e-3 * curve.n)
    when: Any = [at(float(time)) for time in times[keep]]
    if shape.low is not None and shape.high is not None:
        dates: Any = [at(float(time)) for time in shape.dates]
        ax.fill_between(dates, shape.low, shape.high, step="post", color=colour, alpha=0.14, lw=0)
    low, high = stepped(curve.low, start.low)[keep], stepped(curve.high, start.high)[keep]
    ax.fill_between(when, low, high, step="post", color=colour, alpha=0.35, lw=0)
    ax.step(when, stepped(curve.values, start.value)[keep], where="post", color=colour, lw=1.6, ls=stroke)


def on_dates(runs: Results) -> Callable[[float], Any]:
    """From days since the start to wall-clock instants."""
    return lambda days: runs.scenario.calendar.at(days * DAY)


def _thinned(times: Floats, jumps: NDArray[np.bool_], most: int = 1500) -> NDArray[np.int64]:
    """Places of about so many times, first, last and jumps among them: a picture shows no more.

    ``jumps`` is of the times without the first and the last one.
    """
    if times.size <= most:
        return np.arange(times.size)
    regular = np.linspace(0, times.size - 1, most).astype(np.int64)
    return np.unique(np.concatenate([regular, 1 + np.flatnonzero(jumps)]))


def at_date(runs: Results, days: float) -> Any:
    """An instant of the scenario's wall clock, from days since the start."""
    return on_dates(runs)(days)


def marks(runs: Any, question: Any, level: float) -> tuple[Any, float, str]:
    """Date and height of the dot at a question's deadline, and the probability there as every table prints it."""
    due = runs.asked(question).by
    value = runs.probability(question)
    calendar = runs.scenario.calendar
    return calendar.at(due), value.value, f"{value.estimate(level).printed} by {day(calendar.date_text(due))}"
