"""The probability by date: several variants, or several questions, in one axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from negsim.errors import EstimateError
from negsim.model.questions import Question
from negsim.report.pictures.shapes import Shape, at_date, marks, shape_of, stairs
from negsim.report.pictures.style import (
    FAINT,
    INK,
    PALETTE,
    STROKES,
    TEXT,
    Sheet,
    dated,
    held_to_percent,
    plain_axes,
    wrapped,
)
from negsim.report.titles import question_titles
from negsim.report.words import day
from negsim.results.base import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["based", "curves", "titled"]

MOST_LINES = 12
MARKS = ("o", "s", "^", "D", "v", "P", "X")


def curves(
    runs: Results | Mapping[str, Results] | Sequence[Results],
    question: Any,
    ax: Axes | None = None,
    *,
    level: float = 0.95,
    title: str | None = None,
) -> Axes:
    """Draw the probability by date of several variants, or of several questions, as lines in one axes.

    Each line has its band of Monte Carlo error and, where parameters were drawn, the wider one of ignorance. What each
    line is stands above the axes with the probability at the deadline; a base rate is a dotted line.

    Parameters
    ----------
    runs : Runs or CountedRuns, or mapping or sequence of them
        One variant or several; the names of a mapping stand in the key.
    question : str, Question or condition, or list of them
        Of kind reached, happens or when.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    level : float, optional
        Confidence level of the Monte Carlo bands, each for its whole curve.
    title : str, optional
        By default that of the question.

    Returns
    -------
    Axes

    Raises
    ------
    EstimateError
        If a question has no curve by date, or there are more than 12 lines.
    """
    variants = _variants(runs)
    questions = list(question) if isinstance(question, list | tuple) else [question]
    several = [(name, one, asked) for name, one in variants.items() for asked in questions]
    if not several or len(several) > MOST_LINES:
        raise EstimateError(f"{len(several)} lines are asked for; give 1 to {MOST_LINES} variants and questions")
    sheet = Sheet(ax, 7.0, 3.2)
    shapes = [shape_of(one, [asked], level) for _, one, asked in several]
    handles = [
        _line(sheet.ax, k, shape, _called(name, one, asked, len(variants), len(questions)), (one, asked, level))
        for k, (shape, (name, one, asked)) in enumerate(zip(shapes, several, strict=True))
    ]
    # A base rate is one of a deadline, and no line across all dates.
    handles += _base_rates(sheet.ax, several)
    first = several[0][1]
    _frame(sheet, first, max(shape.end for shape in shapes))
    if len(handles) > 1:
        sheet.key([_cut(one, sheet) for one in handles])
    alone = handles[0].get_label() if len(handles) == 1 else ""
    heading = title if title is not None else _heading(several, len(questions))
    return sheet.finish(heading, _note(several, shapes, level), above=alone)


def _variants(runs: Any) -> dict[str, Results]:
    """The variants by the names that people read."""
    if isinstance(runs, Mapping):
        return {str(name): one for name, one in runs.items()}
    if isinstance(runs, Results):
        return {runs.scenario.title or runs.scenario.name: runs}
    names = [one.scenario.title or one.scenario.name for one in runs]
    # Variants of one scenario may have one title: then they are numbered.
    return {
        f"{name} ({k})" if names.count(name) > 1 else name: one
        for k, (name, one) in enumerate(zip(names, runs, strict=True), 1)
    }


def titled(runs: Results, asked: Any) -> str:
    """The title of a question, with its deadline, as every table has it."""
    question: Question = runs.asked(asked).question
    return question_titles(runs.scenario, [question])[question.name]


def _heading(several: Sequence[tuple[str, Results, Any]], questions: int) -> str:
    (name, runs, asked), *_ = several
    return titled(runs, asked) if questions == 1 else name


def _called(name: str, runs: Results, asked: Any, variants: int, questions: int) -> str:
    what = titled(runs, asked)
    return what if variants == 1 else name if questions == 1 else f"{name}: {what}"


def _line(ax: Any, place: int, shape: Shape, name: str, whose: tuple[Any, Any, float]) -> Any:
    """One curve with its bands and the dot at its deadline; what stands for it in the key."""
    from matplotlib.lines import Line2D

    runs, asked, level = whose
    # By turns, so that neighbours differ in colour and in stroke.
    colour, stroke = PALETTE[place % len(PALETTE)], STROKES[place % len(STROKES)]
    stairs(ax, runs, shape, colour, stroke)
    date, value, text = marks(runs, asked, level)
    mark = MARKS[place % len(MARKS)]
    ax.plot([date], [value], mark, ms=5, color=colour, zorder=5, clip_on=False)
    return Line2D([], [], color=colour, ls=stroke, lw=1.8, marker=mark, ms=5, label=f"{name}: {text}")


def based(ax: Any, date: Any, rate: float) -> str:
    """Draw a base rate as a hollow diamond at its deadline; as text."""
    ax.plot([date], [rate], "D", ms=5, mfc="white", mec=INK, mew=1.1, zorder=6, clip_on=False)
    return f"{100 * rate:.3g} %"


def _base_rates(ax: Any, several: Sequence[tuple[str, Results, Any]]) -> list[Any]:
    """The base rates of the questions, each once, and what stands for them in the key."""
    from matplotlib.lines import Line2D

    told = {}
    for _, runs, asked in several:
        entry = runs.asked(asked)
        if entry.question.base_rate is not None:
            date = runs.scenario.calendar.at(entry.by)
            by = day(runs.scenario.calendar.date_text(entry.by))
            told[by, entry.question.base_rate] = f"{based(ax, date, entry.question.base_rate)} by {by}"
    label = f"base rate of comparable cases: {', '.join(told.values())}"
    return [Line2D([], [], ls="", marker="D", ms=5, mfc="white", mec=INK, label=label)] if told else []


def _cut(handle: Any, sheet: Sheet) -> Any:
    """A line of the key that is no wider than the axes."""
    handle.set_label(wrapped(handle.get_label(), max(1.0, sheet.wide - 0.6), TEXT, most=2))
    return handle


def _frame(sheet: Sheet, runs: Results, end: float) -> None:
    ax = sheet.ax
    dated(ax, runs.scenario.calendar.origin.tzinfo)
    held_to_percent(ax.yaxis)
    ax.set_ylim(0, 1)
    ax.set_xlim(at_date(runs, 0.0), at_date(runs, max(end, 1e-3)))
    plain_axes(ax, "y")
    ax.tick_params(colors=FAINT, labelcolor=INK)


def _note(several: Sequence[tuple[str, Results, Any]], shapes: Sequence[Shape], level: float) -> str:
    wide = any(shape.low is not None for shape in shapes)
    told = "Line: the model's probability that it has happened, by date. "
    told += "Wide band: ignorance, 5–95 % of the draws of the parameters. " if wide else ""
    numbers = sorted({f"{runs.replications:,}" for _, runs, _ in several})
    runs = several[0][1]
    as_of = "" if runs.scenario.as_of is None else f" As of {day(runs.scenario.as_of)}."
    return f"{told}Narrow band: Monte Carlo error, {100 * level:.10g} % for the whole curve. n = {' and '.join(numbers)}.{as_of}"
