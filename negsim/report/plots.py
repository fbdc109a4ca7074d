"""Pictures of runs: the probability that something has happened, by date. matplotlib is imported where it is used."""

from __future__ import annotations

import math
import os
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from negsim.analysis.answers import stated
from negsim.errors import EstimateError
from negsim.estimates import Curve, draw_band
from negsim.model.calendar import DAY
from negsim.model.questions import Question
from negsim.report.words import clean, day, judgement, percent, plain
from negsim.runs import Results, Runs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["chart", "first_passage"]

LINE, INK, FAINT = "#1f4e79", "#222222", "#8a8a8a"
DATES = 48
"""Dates at which the range over draws is computed."""

MOST_PANELS = 12
DATED = re.compile(r"(_(by|on|at|in))?_(\d|day_\d|end).*$")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is drawn of one question: a curve in days, and the range over draws at some dates."""

    curve: Curve
    dates: NDArray[np.float64]
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None


MISSING = "pictures need matplotlib; install it with: pip install matplotlib"


def _new_figure(size: tuple[float, float]) -> Any:
    """A figure of its own: without pyplot there is no window system and no list of open figures."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(MISSING) from None
    return Figure(figsize=size)


def _new_axes() -> Any:
    """Axes of a new figure of pyplot, which a notebook shows by itself."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError(MISSING) from None
    return plt.subplots(figsize=(7, 4), layout="constrained")[1]


def first_passage(
    runs: Results, question: Any, ax: Axes | None = None, *, level: float = 0.95, label: str | None = None
) -> Axes:
    """Draw the probability that a condition has come true, by date.

    The line is the model's probability; the narrow band is Monte Carlo error of the whole curve at once
    (Dvoretzky-Kiefer-Wolfowitz); the wide band, where parameters were drawn, is ignorance: 5-95 % of the draws.

    Parameters
    ----------
    runs : Runs or CountedRuns
    question : str, Question or condition
        Of kind reached or when. Dates of questions on the same condition are marked with their probabilities.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    level : float, optional
        Confidence level of the Monte Carlo band.
    label : str, optional
        Written above the picture; by default the question's wording, or nothing if it is empty.

    Returns
    -------
    Axes
    """
    if ax is None:
        ax = _new_axes()
    shape = _shape(runs, question, level)
    _draw(ax, runs, shape)
    _mark(ax, runs, question, shape.curve)
    asked = runs.asked(question).question
    title = label if label is not None else asked.text or plain(str(asked.condition))
    ax.set_title("\n".join(textwrap.wrap(clean(title), 60)), loc="left", fontsize=10, color=INK)
    _dress(ax, runs)
    return ax


def _shape(runs: Any, question: Any, level: float) -> _Shape:
    entry = runs.asked(question)
    if entry.question.kind not in ("reached", "when"):
        raise EstimateError(
            f"question {entry.question.name} is of kind {entry.question.kind!r};"
            " a curve by date needs one of kind reached or when"
        )
    dates = np.linspace(0.0, runs.program.horizon / DAY, DATES)
    if not isinstance(runs, Runs):
        return _Shape(runs.first_passage(question, level=level).curve, dates, None, None)
    _, counted = runs.answers(question, by=None)
    alive = counted & ~runs.block.failed
    first = runs.first_times(question)
    times = np.where(first < entry.after / DAY, math.inf, first)
    if not alive.any():
        raise EstimateError(
            f"question {entry.question.name}: its condition (given) came true in no history; simulate more of them"
        )
    curve = Curve.of(times[alive], level=level)
    low, high = _ignorance(runs, times, alive, dates)
    return _Shape(curve, dates, low, high)


def _ignorance(runs: Runs, times: Any, alive: Any, dates: Any) -> tuple[Any, Any]:
    """The range over draws at each date, inner noise removed; nothing if parameters were not drawn."""
    k = len(runs.rows)
    believed = any(parameter.belief is not None for parameter in runs.program.parameters)
    if not runs.drawn or k < 2 or not believed:
        return None, None
    row = runs.block.replications % k
    n = np.bincount(row[alive], minlength=k)
    enough = n >= 2
    if enough.sum() < 2:
        return None, None
    bands = [draw_band(np.bincount(row[alive & (times <= when)], minlength=k)[enough], n[enough]) for when in dates]
    return np.array([band.low for band in bands]), np.array([band.high for band in bands])


def _draw(ax: Axes, runs: Results, shape: _Shape) -> None:
    at = _at(runs)
    end = runs.program.horizon / DAY
    curve = shape.curve
    times = np.concatenate([[0.0], curve.times, [end]])
    start = curve.at(-1.0)

    def stepped(values: Any, first: float) -> Any:
        last = values[-1] if len(values) else first
        return np.concatenate([[first], values, [last]])

    keep = _thinned(times)
    when: Any = [at(float(time)) for time in times[keep]]
    if shape.low is not None and shape.high is not None:
        dates: Any = [at(float(time)) for time in shape.dates]
        ax.fill_between(dates, shape.low, shape.high, color=LINE, alpha=0.14, lw=0)
    low, high = stepped(curve.low, start.low)[keep], stepped(curve.high, start.high)[keep]
    ax.fill_between(when, low, high, step="post", color=LINE, alpha=0.35, lw=0)
    ax.step(when, stepped(curve.values, start.value)[keep], where="post", color=LINE, lw=1.6)


def _at(runs: Results) -> Callable[[float], Any]:
    """From days since the start to wall-clock instants."""
    return lambda days: runs.scenario.calendar.at(days * DAY)


def _thinned(times: NDArray[np.float64], most: int = 1500) -> NDArray[np.int64]:
    """Places of at most so many times, first and last among them: a picture shows no more."""
    if times.size <= most:
        return np.arange(times.size)
    return np.unique(np.linspace(0, times.size - 1, most).astype(np.int64))


def _mark(ax: Axes, runs: Results, question: Any, curve: Curve) -> None:
    """A dot with its probability at the deadline of every question on this condition, and at the end."""
    entry = runs.asked(question)
    dues = {runs.asked(one).by / DAY for one in _alike(runs, question)} | {entry.by / DAY}
    for due in sorted(dues):
        value = curve.at(due).value
        right = due > 0.8 * runs.program.horizon / DAY
        # A curve rises to the right: below on the right, and above on the left, there is room.
        above = value < 0.09 if not right else value < 0.9
        date: Any = _at(runs)(due)
        last = _at(runs)(due - 1 / DAY)
        ax.plot([date], [value], "o", ms=4, color=LINE, zorder=5, clip_on=False)
        ax.annotate(
            f"{percent(value)} % by {last.day} {last:%b}",
            (date, value),
            xytext=(-5 if right else 5, 5 if above else -12),
            textcoords="offset points",
            ha="right" if right else "left",
            fontsize=9,
            color=INK,
        )


def _alike(runs: Results, question: Any) -> list[Question]:
    """The stated questions that one curve answers."""
    asked = runs.asked(question)
    return [
        one
        for one in stated(runs.scenario)
        if one.kind in ("reached", "when") and _key(runs, one) == (asked.column, asked.given, asked.after)
    ]


def _key(runs: Results, question: Any) -> tuple[Any, ...]:
    asked = runs.asked(question)
    return asked.column, asked.given, asked.after


def _dress(ax: Axes, runs: Results) -> None:
    """Dates below, percent at the side, nothing that is not needed."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
    from matplotlib.ticker import PercentFormatter

    at, zone = _at(runs), runs.scenario.calendar.origin.tzinfo
    locator = AutoDateLocator(tz=zone, minticks=3, maxticks=7)  # type: ignore[no-untyped-call] # of matplotlib
    ax.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, tz=zone, show_offset=False)  # type: ignore[no-untyped-call] # likewise
    ax.xaxis.set_major_formatter(formatter)
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_ylim(0, 1)
    ax.set_xlim(at(0.0), at(runs.program.horizon / DAY))
    ax.grid(axis="y", color="#e4e4e4", lw=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8, colors=FAINT, labelcolor=INK)


def chart(runs: Results, questions: Iterable[Any] | None = None, path: str | os.PathLike[str] | None = None) -> Any:
    """Draw the cumulative probability by date for each condition asked about, a panel each, with source and numbers.

    Parameters
    ----------
    runs : Runs or CountedRuns
    questions : iterable, optional
        By default those that the scenario states; one panel for all questions on one condition.
    path : path, optional
        Where the picture is saved (the format follows the suffix).

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    EstimateError
        If no question asks when or whether something happens.
    """
    asked = list(stated(runs.scenario) if questions is None else questions)
    panels: dict[tuple[int, int | None, float], list[Any]] = {}
    for question in asked:
        if runs.asked(question).question.kind in ("reached", "when"):
            panels.setdefault(_key(runs, question), []).append(question)
    if not panels:
        raise EstimateError("no question asks when or whether something happens, so there is no curve to draw")
    groups = list(panels.values())[:MOST_PANELS]
    figure = _figure(runs, groups)
    if path is not None:
        figure.savefig(os.fspath(path), dpi=150)
    return figure


def _figure(runs: Results, groups: Sequence[Sequence[Any]]) -> Any:
    columns = min(3 if len(groups) > 4 else 2, len(groups))
    rows = -(-len(groups) // columns)
    size = (max(6.5, 3.9 * columns), 2.55 * rows + 1.5)
    figure = _new_figure(size)
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    headings = _headings(runs, groups)
    for place, ax in enumerate(axes.flat):
        if place >= len(groups):
            ax.set_visible(False)
            continue
        first_passage(runs, groups[place][-1], ax, label="")
        ax.set_title(headings[place], loc="left", fontsize=10, color=INK)
    height, wide = size[1], int(15 * size[0])
    title = clean(runs.scenario.title or runs.scenario.name)
    figure.text(0.01, 1 - 0.12 / height, title, ha="left", va="top", fontsize=13, color=INK, weight="bold")
    lines = textwrap.wrap(_key_text(runs), wide)
    figure.text(0.01, 1 - 0.45 / height, "\n".join(lines), ha="left", va="top", fontsize=9, color=INK)
    source = textwrap.wrap(_source(runs), int(1.1 * wide))
    figure.text(0.01, 0.1 / height, "\n".join(source), ha="left", va="bottom", fontsize=8, color=FAINT)
    top, bottom = 0.55 + 0.17 * len(lines), 0.18 + 0.14 * len(source)
    figure.tight_layout(rect=(0, bottom / height, 1, 1 - top / height), h_pad=1.4, w_pad=1.0)
    return figure


def _key_text(runs: Results) -> str:
    wide = "; wide band: ignorance, 5–95 % of the draws of what is believed of the parameters" if _drawn(runs) else ""
    return (
        f"Probability that it has happened, by date. Line: the model's answer{wide}; narrow band: Monte Carlo error,"
        f" 95 % for the whole curve. Dots: deadlines of the questions. {_period(runs)}."
    )


def _period(runs: Results) -> str:
    at, last = _at(runs), (runs.program.horizon - 1) / DAY
    return f"From {day(at(0.0).date().isoformat())} to {day(at(last).date().isoformat())}"


def _drawn(runs: Results) -> bool:
    return runs.drawn and any(parameter.belief is not None for parameter in runs.program.parameters)


def _headings(runs: Results, groups: Sequence[Sequence[Any]]) -> list[str]:
    """What the questions of each panel are about: their names without dates, where that tells the panels apart."""
    names = [runs.asked(group[0]).question.name for group in groups]
    short = [DATED.sub("", name) for name in names]
    told = [one if short.count(one) == 1 else name for one, name in zip(short, names, strict=True)]
    return ["\n".join(textwrap.wrap(plain(one), 40)) for one in told]


def _source(runs: Results) -> str:
    scenario = runs.scenario
    guessed, total, _ = judgement(scenario)
    as_of = "" if scenario.as_of is None else f"as of {day(scenario.as_of)}, "
    draws = f", {len(runs.rows):,} draws of parameters" if _drawn(runs) else ""
    known = f", {guessed} of {total} parameters are judgement" if total else ""
    return f"Source: negsim scenario {scenario.name}, {as_of}n = {runs.replications:,}{draws}, seed {runs.seed}{known}"
