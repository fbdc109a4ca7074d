"""Pictures of a probability as the news came in, and of the passage of time. matplotlib is imported where it is used."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from negsim.learning.nowcasting import Nowcast
from negsim.learning.passage import Passing
from negsim.report.pictures.nowcast import items, news_lines, passing_lines
from negsim.report.pictures.style import INK, dated, new_figure, plain_axes, wrapped
from negsim.report.titles import question_titles

__all__ = ["draw_nowcast"]

WIDE, MOST_PANELS = 7.0, 20
"""Inches of a line of text, and questions in one picture."""
LINE_HEIGHT = 0.125
"""Of the items below the picture, in inches."""


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
    legend = items(found, WIDE)
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


def _panel(ax: Any, found: Nowcast, name: str, silent: Passing | None) -> None:
    question = next(one for one in found.questions if one.name == name)
    news_lines(ax, found, name, silent)
    if silent is not None:
        passing_lines(ax, found, silent)
        ax.legend(frameon=False, fontsize=8, loc="best")
    plain_axes(ax, "y")
    dated(ax, found.scenario.calendar.at(0.0).tzinfo)
    title = question_titles(found.scenario, [question])[name]
    ax.set_title(wrapped(title, WIDE, 9, most=2), loc="left", fontsize=9, color=INK, parse_math=False)
