"""Pictures of a probability as the news came in, and of the passage of time. matplotlib is imported where it is used."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from negsim.learning.nowcasting import Nowcast
from negsim.learning.passage import Passing
from negsim.report.pictures.style import FAINT, INK, LINE, new_figure
from negsim.report.words import clean, plain

__all__ = ["draw_nowcast"]

WIDE, MOST_PANELS = 95, 20
LINE_HEIGHT = 0.125
"""Of the items below the picture, in inches."""
NEAR = 0.045
"""Items nearer than this share of the picture's width have one label."""


def draw_nowcast(
    found: Nowcast,
    path: str | os.PathLike[str] | None = None,
    *,
    questions: Sequence[str] | None = None,
    passing: Sequence[Passing] = (),
) -> Any:
    """Draw a probability by date with a step at each piece of news, and what becomes of it if nothing more happens.

    The line is the model's probability, the band its Monte Carlo interval; numbers on the line name the items below the
    picture. The broken line goes on from the last item: the probability as long as nothing happens.

    Parameters
    ----------
    found : Nowcast
        What `nowcast` found.
    path : path, optional
        Where the picture is saved; the format follows the suffix.
    questions : sequence of str, optional
        By default all, twenty at most.
    passing : sequence of Passing, optional
        What `passing` found for some of them.

    Returns
    -------
    matplotlib Figure
        With one pair of axes a question.

    Raises
    ------
    ImportError
        If matplotlib is not installed.

    See Also
    --------
    nowcast : Make a nowcast.
    passing : What becomes of a probability if nothing happens.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Observation(name="talks", happened="talks.held", at="5 days")
    >>> found = ns.nowcast(ns.load("toy"), [talks], engine="exact")
    >>> len(ns.draw_nowcast(found, questions=["summit_by_day_30"]).axes)
    1
    """
    names = list(questions) if questions is not None else [one.name for one in found.questions][:MOST_PANELS]
    legend = _items(found)
    below = LINE_HEIGHT * len(legend) + 0.25
    height = 2.2 * len(names) + below + 0.2
    figure = new_figure((8.0, height))
    panels = figure.subplots(len(names), 1, squeeze=False)[:, 0]
    silent = {one.question: one for one in passing}
    for ax, name in zip(panels, names, strict=True):
        _panel(ax, found, name, silent.get(name))
    figure.text(0.02, 0.06 / height, "\n".join(legend), fontsize=7.5, color=INK, va="bottom", parse_math=False)
    figure.subplots_adjust(left=0.08, right=0.97, top=1 - 0.55 / height, bottom=(below + 0.35) / height, hspace=0.6)
    if path is not None:
        figure.savefig(path, dpi=150)
    return figure


def _items(found: Nowcast) -> list[str]:
    """The items by number, each with its date."""
    steps = found.steps(found.questions[0].name)[1:] if found.questions else ()
    lines = [f"{k}  {step.date.replace('T', ' ')}  {clean(step.title)}" for k, step in enumerate(steps, start=1)]
    return [part for line in lines for part in textwrap.wrap(line, 118, subsequent_indent="    ")]


def _dates(ax: Any) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call] # of matplotlib
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call] # likewise
    ax.xaxis.get_offset_text().set_fontsize(8)


def _panel(ax: Any, found: Nowcast, name: str, silent: Passing | None) -> None:
    question = next(one for one in found.questions if one.name == name)
    calendar, steps = found.scenario.calendar, found.steps(name)
    ends = question.closes(calendar, found.scenario.horizon) / 86_400e6
    days = [step.day for step in steps]
    last = silent.days[-1] if silent is not None else max(ends, days[-1])
    begin = calendar.at(0.0).replace(tzinfo=None)
    when = [begin + timedelta(days=float(one)) for one in (*days, silent.days[0] if silent is not None else last)]
    values, low, high = ([100 * getattr(step.answer, key) for step in steps] for key in ("value", "low", "high"))
    ax.fill_between(when, [*low, low[-1]], [*high, high[-1]], step="post", color=LINE, alpha=0.2, lw=0)
    ax.step(when, [*values, values[-1]], where="post", color=LINE, lw=1.6)
    ax.plot(when[1 : len(steps)], values[1:], "o", color=LINE, ms=3)
    for label, k in _labels(days, max(float(last), days[-1])):
        ax.annotate(label, (when[k], values[k]), xytext=(3, 4), textcoords="offset points", fontsize=7, color=INK)
    if silent is not None:
        after = [begin + timedelta(days=float(one)) for one in silent.days]
        ax.plot(after, 100 * silent.values, color=FAINT, lw=1.4, ls="--", label="if nothing happens")
        ax.legend(frameon=False, fontsize=8, loc="best")
    ax.set_ylim(-3, 103)
    ax.set_ylabel("%", fontsize=8)
    _dates(ax)
    ax.tick_params(labelsize=8)
    ax.grid(axis="y", color=FAINT, alpha=0.25, lw=0.6)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    lines = textwrap.wrap(clean(question.text or plain(name)), WIDE)
    title = "\n".join(lines if len(lines) <= 2 else [plain(name)])
    ax.set_title(title, loc="left", fontsize=9, color=INK, parse_math=False)


def _labels(days: Sequence[float], wide: float) -> list[tuple[str, int]]:
    """The numbers of the items, those that lie close together as one label beside the last of them."""
    groups: list[list[int]] = []
    for k in range(1, len(days)):
        if groups and days[k] - days[groups[-1][-1]] < NEAR * wide:
            groups[-1].append(k)
        else:
            groups.append([k])
    return [(str(one[0]) if len(one) == 1 else f"{one[0]}–{one[-1]}", one[-1]) for one in groups]
