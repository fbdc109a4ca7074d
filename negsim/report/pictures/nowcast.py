"""A probability as the news came in, and as time passes with none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from negsim.errors import EstimateError, nearest
from negsim.learning.nowcasting import Nowcast
from negsim.learning.passage import Passing
from negsim.report.pictures.style import FAINT, INK, LINE, TEXT, Sheet, dated, plain_axes, wrapped
from negsim.report.titles import question_titles
from negsim.report.words import clean, day, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["items", "news_lines", "nowcast", "passing", "passing_lines"]

NEAR = 0.045
"""Items nearer than this share of the picture's width have one label."""


def nowcast(
    found: Nowcast,
    question: str | None = None,
    ax: Axes | None = None,
    *,
    silence: Passing | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a probability by date with a step at each piece of news, and what becomes of it if nothing more happens.

    The line is the model's probability, the band its Monte Carlo interval; numbers on the line name the items below the
    picture. The broken line goes on from the last item: the probability as long as nothing happens.

    Parameters
    ----------
    found : Nowcast
        What `negsim.nowcast` found.
    question : str, optional
        Name of one of its questions; by default the first.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    silence : Passing, optional
        What `negsim.passing` found for the question.
    title : str, optional
        By default the question's.

    Returns
    -------
    Axes
    """
    names = [one.name for one in found.questions]
    name = names[0] if question is None and names else question
    if name not in names:
        raise EstimateError(
            f"the nowcast has no question {question!r}{nearest(str(question), names)}; it has {', '.join(names) or 'none'}"
        )
    asked = next(one for one in found.questions if one.name == name)
    sheet = Sheet(ax, 7.5, 2.6)
    news_lines(sheet.ax, found, name, silence)
    handles = [] if silence is None else [passing_lines(sheet.ax, found, silence)]
    plain_axes(sheet.ax, "y")
    dated(sheet.ax, found.scenario.calendar.at(0.0).tzinfo)
    sheet.key(handles)
    room = sheet.width - 0.6 if sheet.own else max(1.0, sheet.wide)
    note = "\n".join(["Band: Monte Carlo interval of each answer.", *items(found, room)])
    told = title if title is not None else question_titles(found.scenario, [asked])[asked.name]
    return sheet.finish(told, note)


def passing(found: Passing, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw what becomes of a probability as long as nothing happens, with its Monte Carlo interval at each date.

    Parameters
    ----------
    found : Passing
        What `negsim.passing` found.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    title : str, optional
        By default what the probability is of.

    Returns
    -------
    Axes
    """
    sheet = Sheet(ax, 7.5, 2.6)
    when: Any = [datetime.fromisoformat(date) for date in found.dates]
    _silent(sheet.ax, when, found)
    _percent(sheet.ax, 100 * float(found.high.max()))
    plain_axes(sheet.ax, "y")
    dated(sheet.ax, None)
    note = (
        f"The probability on each date, given that this had not happened by then: {plain(found.silence)}. Band: Monte Carlo "
        f"interval, {100 * found.level:g} %, of each date by itself."
    )
    return sheet.finish(title if title is not None else f"If nothing happens: {plain(found.question)}", note)


def news_lines(ax: Any, found: Nowcast, name: str, silence: Passing | None = None) -> None:
    """The steps of one question, with the numbers of the items, up to its deadline or to where the silence begins."""
    question = next(one for one in found.questions if one.name == name)
    calendar, steps = found.scenario.calendar, found.steps(name)
    days = [step.day for step in steps]
    last = max(question.closes(calendar, found.scenario.horizon) / 86_400e6, days[-1])
    ends = last if silence is None else float(silence.days[0])
    begin = calendar.at(0.0)
    when: Any = [begin + timedelta(days=float(one)) for one in (*days, ends)]
    values, low, high = ([100 * getattr(step.answer, key) for step in steps] for key in ("value", "low", "high"))
    ax.fill_between(when, [*low, low[-1]], [*high, high[-1]], step="post", color=LINE, alpha=0.2, lw=0)
    ax.step(when, [*values, values[-1]], where="post", color=LINE, lw=1.6)
    ax.plot(when[1 : len(steps)], values[1:], "o", color=LINE, ms=3)
    for label, k in _labels(days, max(float(last), days[-1])):
        ax.annotate(label, (when[k], values[k]), xytext=(3, 4), textcoords="offset points", fontsize=7, color=INK)
    _percent(ax, max(high))


def passing_lines(ax: Any, found: Nowcast, silence: Passing) -> Any:
    """The probability as long as nothing happens; what stands for it in the key."""
    begin = found.scenario.calendar.at(0.0)
    when: Any = [begin + timedelta(days=float(one)) for one in silence.days]
    return _silent(ax, when, silence)


def _silent(ax: Any, when: Any, found: Passing) -> Any:
    ax.fill_between(when, 100 * found.low, 100 * found.high, color=FAINT, alpha=0.2, lw=0)
    (line,) = ax.plot(when, 100 * found.values, color=FAINT, lw=1.4, ls="--", label="if nothing happens")
    return line


def _percent(ax: Any, highest: float) -> None:
    # From 0 on, since a share of nothing is nothing; up to what is drawn, so that small ones are seen.
    top = max(5.0, min(100.0, 1.25 * highest))
    ax.set_ylim(-0.03 * top, 1.03 * top)
    ax.set_ylabel("%", fontsize=TEXT)


def items(found: Nowcast, inches: float) -> list[str]:
    """The items by number, each with its date, in lines that are no wider than so many inches."""
    steps = found.steps(found.questions[0].name)[1:] if found.questions else ()
    told = [f"[{k}] {day(step.date)}: {clean(step.title)}." for k, step in enumerate(steps, start=1)]
    return [part for line in told for part in wrapped(line, inches, 7.5).split("\n")]


def _labels(days: Sequence[float], wide: float) -> list[tuple[str, int]]:
    """The numbers of the items, those that lie close together as one label beside the last of them."""
    groups: list[list[int]] = []
    for k in range(1, len(days)):
        if groups and days[k] - days[groups[-1][-1]] < NEAR * wide:
            groups[-1].append(k)
        else:
            groups.append([k])
    return [(str(one[0]) if len(one) == 1 else f"{one[0]}–{one[-1]}", one[-1]) for one in groups]
