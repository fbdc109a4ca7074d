"""Pictures of runs: the probability that something has happened, by date. matplotlib is imported where it is used."""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from negsim.errors import EstimateError, NotRecorded
from negsim.model.calendar import DAY
from negsim.model.kinds import named
from negsim.program.probes import Asked
from negsim.report.pictures.bars import levers, reasons, tornado
from negsim.report.pictures.calibrated import calibration
from negsim.report.pictures.curves import based, curves
from negsim.report.pictures.lanes import history
from negsim.report.pictures.news import watching
from negsim.report.pictures.nowcast import nowcast, passing
from negsim.report.pictures.shapes import Shape, on_dates, shape_of, stairs
from negsim.report.pictures.style import FAINT, INK, LINE, Sheet, dated, held_to_percent, new_figure, plain_axes
from negsim.report.pictures.waiting import waits
from negsim.report.words import bare, by_a_model, clean, day, judgement, plain
from negsim.results.answers import stated
from negsim.results.base import Results
from negsim.results.estimators import NothingCounted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "calibration",
    "chart",
    "curves",
    "first_passage",
    "history",
    "levers",
    "nowcast",
    "passing",
    "reasons",
    "tornado",
    "waits",
    "watching",
]

MOST_PANELS = 60
"""Panels in one picture; more are named, not drawn."""
DATED = re.compile(r"(_(by|on|at|in))?_(\d|day_\d|end).*$")
"""Kinds of questions that have a curve by date."""


def first_passage(
    runs: Results, question: Any, ax: Axes | None = None, *, level: float = 0.95, label: str | None = None
) -> Axes:
    """Draw the probability that a condition has come true, by date, up to the last deadline that is asked about.

    The line is the model's probability; the narrow band is Monte Carlo error of the whole curve at once; the wide
    band, where parameters were drawn, is ignorance: 5-95 % of the draws.

    Parameters
    ----------
    runs : Runs or CountedRuns
    question : str, Question or condition
        Of kind reached, happens or when. Deadlines of questions on the same condition are marked; their probabilities
        stand above the picture, as every table prints them.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    level : float, optional
        Confidence level of the Monte Carlo band, and of the intervals that say how the probabilities are rounded.
    label : str, optional
        Written above the picture; by default the question's wording, or nothing if it is empty.

    Returns
    -------
    Axes
    """
    asked = runs.asked(question)
    if not asked.question.row.timed:
        raise EstimateError(
            f"question {asked.question.name} is of kind {asked.question.kind!r};"
            f" a curve by date needs one of kind {named(lambda kind: kind.timed)}"
        )
    group = [*_alike(runs, asked), question]
    shape = shape_of(runs, group, level)
    if ax is None:
        ax = Sheet(None, 7.0, 2.8).ax
    title = label if label is not None else asked.question.text or plain(str(asked.question.condition))
    _panel(ax, runs, group, shape, clean(title), level, wide=60)
    return ax


def _panel(ax: Axes, runs: Results, group: Sequence[Any], shape: Shape, title: str, level: float, wide: int) -> None:
    """One picture with its title, and the probabilities below the title, where no line can cross them."""
    stairs(ax, runs, shape)
    told = _mark(ax, runs, group, shape, level)
    lines = textwrap.wrap(" · ".join(one.replace(" ", "\u00a0") for one in told), int(1.1 * wide))
    text = "\n".join(line.removesuffix(" ·") for line in lines).replace("\u00a0", " ")
    ax.annotate(
        text, (0, 1), xycoords="axes fraction", xytext=(0, 5), textcoords="offset points", fontsize=9, color=INK,
        va="bottom", ha="left", parse_math=False, annotation_clip=False,
    )  # fmt: skip
    heading = "\n".join(textwrap.wrap(title, wide))
    ax.set_title(heading, loc="left", fontsize=10, color=INK, pad=9 + 12 * len(lines), parse_math=False)
    _dress(ax, runs, shape.end)


def _mark(ax: Axes, runs: Any, group: Sequence[Any], shape: Shape, level: float) -> list[str]:
    """A dot at each deadline; returns the probabilities there, each as every table prints it."""
    calendar = runs.scenario.calendar
    years = {calendar.at(when).year for when in (0.0, runs.program.horizon - 1)}
    told: dict[float, str] = {}
    for question in group:
        due = runs.asked(question).by
        if due in told:
            continue
        date: Any = calendar.at(due)
        value = runs.probability(question)
        ax.plot([date], [value.value], "o", ms=4, color=LINE, zorder=5, clip_on=False)
        by = day(calendar.date_text(due))
        told[due] = f"{value.estimate(level).printed} by {by if len(years) > 1 else by.replace(f' {date.year}', '')}"
        # A base rate is one of a deadline: beside the answer there, and not a line across all dates.
        rate = runs.asked(question).question.base_rate
        if rate is not None:
            told[due] += f" (base rate {based(ax, date, rate)})"
    return [told[due] for due in sorted(told)]


def _alike(runs: Results, asked: Asked) -> list[Any]:
    """The stated questions that one curve answers."""
    return [one for one in stated(runs.scenario) if one.row.timed and _key(runs.asked(one)) == _key(asked)]


def _key(asked: Asked) -> tuple[Any, ...]:
    """What questions have in common that are answered by one curve."""
    own = asked.by if asked.given is not None and asked.given.default else None
    given = None if asked.given is None else (asked.given.form, asked.given.column, own or asked.given.when)
    return asked.question.row.record == "edges", asked.column, given, asked.after


def _dress(ax: Axes, runs: Results, end: float) -> None:
    """Dates below, percent at the side, nothing that is not needed."""
    at = on_dates(runs)
    dated(ax, runs.scenario.calendar.origin.tzinfo)
    held_to_percent(ax.yaxis)
    ax.set_ylim(0, 1)
    ax.set_xlim(at(0.0), at(max(end, 1e-3)))
    plain_axes(ax, "y")


def chart(
    runs: Results,
    questions: Iterable[Any] | None = None,
    path: str | os.PathLike[str] | None = None,
    *,
    level: float = 0.95,
) -> Any:
    """Draw the cumulative probability by date for each condition asked about, a panel each, with source and numbers.

    Parameters
    ----------
    runs : Runs or CountedRuns
    questions : iterable, optional
        By default those that the scenario states; one panel for all questions on one condition. What cannot be drawn
        is named below the panels, with the reason.
    path : path, optional
        Where the picture is saved (the format follows the suffix).
    level : float, optional
        Confidence level of the Monte Carlo bands.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    EstimateError
        If no question asks when or whether something happens.
    """
    asked = list(stated(runs.scenario) if questions is None else questions)
    panels: dict[tuple[Any, ...], list[Any]] = {}
    for question in asked:
        if runs.asked(question).question.row.timed:
            panels.setdefault(_key(runs.asked(question)), []).append(question)
    if not panels:
        raise EstimateError("no question asks when or whether something happens, so there is no curve to draw")
    figure = _figure(runs, list(panels.values()), level)
    if path is not None:
        figure.savefig(os.fspath(path), dpi=150)
    return figure


def _figure(runs: Results, groups: Sequence[Sequence[Any]], level: float) -> Any:
    headings = _headings(runs, groups)
    shapes, missing = [], []
    for heading, group in zip(headings, groups, strict=True):
        try:
            shapes.append((heading, group, shape_of(runs, group, level)))
        except NothingCounted:
            missing.append(f"{heading} (what it is given came true in no history)")
        except NotRecorded:
            missing.append(f"{heading} (its curve needs single histories, and only counts were kept)")
    missing += [heading for heading, _, _ in shapes[MOST_PANELS:]]
    shapes = shapes[:MOST_PANELS]
    columns = min(3 if len(shapes) > 4 else 2, max(1, len(shapes)))
    rows = max(1, -(-len(shapes) // columns))
    size = (max(6.5, 3.9 * columns), 2.75 * rows + 1.5)
    figure = new_figure(size)
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for place, ax in enumerate(axes.flat):
        if place >= len(shapes):
            ax.set_visible(False)
            continue
        heading, group, shape = shapes[place]
        _panel(ax, runs, group, shape, heading, level, wide=40)
    _surround(figure, runs, size, level, missing)
    return figure


def _surround(figure: Any, runs: Results, size: tuple[float, float], level: float, missing: Sequence[str]) -> None:
    """Title, key and source of the whole picture; the panels get the room between."""
    height, wide = size[1], int(15 * size[0])
    say = {"ha": "left", "parse_math": False}
    title = textwrap.wrap(clean(runs.scenario.title or runs.scenario.name), int(0.62 * wide))
    figure.text(0.01, 1 - 0.12 / height, "\n".join(title), va="top", fontsize=13, color=INK, weight="bold", **say)
    above = 0.24 + 0.22 * len(title)
    lines = textwrap.wrap(_key_text(runs, level), wide)
    figure.text(0.01, 1 - above / height, "\n".join(lines), va="top", fontsize=9, color=INK, **say)
    told = _source(runs) + (f". Not drawn: {'; '.join(missing)}" if missing else "")
    source = textwrap.wrap(clean(told), int(1.1 * wide))
    figure.text(0.01, 0.1 / height, "\n".join(source), va="bottom", fontsize=8, color=FAINT, **say)
    top, bottom = above + 0.1 + 0.17 * len(lines), 0.18 + 0.14 * len(source)
    figure.tight_layout(rect=(0, bottom / height, 1, 1 - top / height), h_pad=1.4, w_pad=1.0)


def _key_text(runs: Results, level: float) -> str:
    wide = "; wide band: ignorance, 5–95 % of the draws of what is believed of the parameters" if runs.clustered else ""
    return (
        f"Probability that it has happened, by date, up to the last deadline asked about. Line: the model's answer{wide};"
        f" narrow band: Monte Carlo error, {100 * level:.10g} % for the whole curve. Dots: deadlines of the questions."
        f" {_period(runs)}."
    )


def _period(runs: Results) -> str:
    at, last = on_dates(runs), (runs.program.horizon - 1) / DAY
    return f"Simulated from {day(at(0.0).date().isoformat())} to {day(at(last).date().isoformat())}"


def _headings(runs: Results, groups: Sequence[Sequence[Any]]) -> list[str]:
    """What the questions of each panel are about: their titles, or names, without dates where that tells the panels apart."""
    # Titles of one condition differ by their dates, at the end; where two panels would be called alike, names tell them apart.
    titles = [[getattr(runs.asked(one).question, "title", "") for one in group] for group in groups]
    own = [" ".join(_same([title.split() for title in some])) if all(some) else "" for some in titles]
    named = _by_name(runs, groups)
    return [one if one and own.count(one) == 1 else name for one, name in zip(own, named, strict=True)]


def _by_name(runs: Results, groups: Sequence[Sequence[Any]]) -> list[str]:
    names = [_shared([runs.asked(one).question.name for one in group]) for group in groups]
    short = [DATED.sub("", name) for name in names]
    told = [one if short.count(one) == 1 else name for one, name in zip(short, names, strict=True)]
    return [plain(one) for one in told]


def _shared(names: Sequence[str]) -> str:
    """What the names of several questions begin with, to the last whole word that is no preposition.

    >>> _shared(["round_2_by_june", "round_2_by_july"]), _shared(["talks_day_5"])
    ('round_2', 'talks_day_5')
    """
    if len(set(names)) == 1:
        return names[0]
    return "_".join(_same([name.split("_") for name in names])) or names[0]


def _same(words: Sequence[Sequence[str]]) -> list[str]:
    """What several rows of words begin with; a row alone is whole."""
    if len(words) == 1:
        return list(words[0])
    same = [column[0] for column in takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))]
    while same and same[-1] in ("by", "on", "at", "in", "before", "day"):
        same.pop()
    return same


def _source(runs: Results) -> str:
    scenario = runs.scenario
    guessed, total, _ = judgement(scenario)
    as_of = "" if scenario.as_of is None else f"as of {day(scenario.as_of)}, "
    draws = f", {len(runs.rows):,} draws of parameters" if runs.clustered else ""
    known = f", {guessed} of {total} parameters are judgement{by_a_model(scenario)}" if total else ""
    numbers = f", {bare(scenario)}" if bare(scenario) else ""
    return f"Source: negsim scenario {scenario.name}, {as_of}n = {runs.replications:,}{draws}, seed {runs.seed}{known}{numbers}"
