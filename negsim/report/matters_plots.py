"""Pictures of what carries an answer, and of what to watch by date. matplotlib is imported where it is used."""

from __future__ import annotations

import os
import textwrap
from datetime import datetime
from typing import Any

from negsim.report.plots import FAINT, INK, new_figure
from negsim.report.words import clean, day
from negsim.what_if.influences import Influence, Sensitivity
from negsim.what_if.signals import Watching

__all__ = ["draw_sensitivity", "draw_watching", "framed", "plain_axes"]

LOW, HIGH = "#b5651d", "#1f4e79"
COLOURS = ("#1f4e79", "#b5651d", "#4d7c3a", "#7a4a8c", "#a83232", "#2a8a8a", "#6b6b6b", "#c49a1a")
MOST_BARS, MOST_LINES, WRAP = 12, 8, 46


def draw_sensitivity(found: Sensitivity, path: str | os.PathLike[str] | None = None, *, most: int = MOST_BARS) -> Any:
    """Draw how far the answer moves from a low to a high value of each parameter, the largest expected move on top.

    A bar runs from the answer given the parameter's value at 5 % to that given its value at 95 % of what is believed;
    whiskers are Monte Carlo intervals; the line is the answer itself.

    Parameters
    ----------
    found : Sensitivity
        What `sensitivity` found.
    path : path, optional
        Where the picture is saved; the format follows the suffix.
    most : int, optional
        Bars at most; only what stands out from chance is drawn, or else the first parameter.

    Returns
    -------
    matplotlib Figure
        With one pair of axes.

    Raises
    ------
    ImportError
        If matplotlib is not installed.

    See Also
    --------
    sensitivity : Tell which uncertain parameters carry an answer.
    draw_watching : Draw the expected moves by date.

    Examples
    --------
    >>> import negsim as ns
    >>> rate = ns.Parameter("rate", 0.3, ns.LogNormal(median=0.3, sigma=0.8), unit="per day")
    >>> memo = ns.Action(name="deliver", when="not memo", clock=ns.Exponential("rate"), effects=["memo = true"])
    >>> asked = ns.Question(name="early", condition="memo", by="3 days")
    >>> tiny = ns.Scenario("tiny", start="2025-01-01", end=40, parts=[rate, ns.Fact("memo"), memo, asked])
    >>> found = ns.sensitivity(ns.simulate(tiny, replications=2_000, draws=500, seed=1), "early")
    >>> [label.get_text() for label in ns.draw_sensitivity(found).axes[0].get_yticklabels()]
    ['rate']
    """
    shown = [one for one in found.influences if one.stands_out][:most] or list(found.influences[:1])
    labels = ["\n".join(textwrap.wrap(clean(one.title), WRAP)) for one in shown]
    height = 1.9 + sum(0.3 + 0.17 * (1 + label.count("\n")) for label in labels)
    figure = new_figure((9.0, height))
    ax = figure.subplots()
    scale = 100.0 if found.answer.unit == "%" else 1.0
    for place, one in enumerate(shown):
        _bar(ax, len(shown) - 1 - place, one, scale)
    ax.axvline(scale * found.answer.value, color=INK, lw=1)
    ax.set_yticks(range(len(shown)), labels[::-1], fontsize=8, parse_math=False)
    ax.set_ylim(-0.6, len(shown) - 0.4)
    ax.set_xlabel("Probability, %" if scale == 100.0 else "Mean answer", fontsize=9)
    left, right = ax.get_xlim()
    ax.set_xlim(left - 0.1 * (right - left), right + 0.1 * (right - left))  # room for the values at the ends
    if scale == 100.0:
        ax.set_xticks([one for one in ax.get_xticks() if 0 <= one <= 100 and left <= one <= right])
    plain_axes(ax)
    key = (
        "Bars: the answer if the parameter had its value at 5 % (brown end) or 95 % (blue end) of what is believed, the values "
        f"written at the ends; whiskers: Monte Carlo intervals, {100 * found.answer.level:g} %. Line: the answer now, "
        f"{found.answer.printed}. n = {found.n:,} histories of {found.rows:,} draws."
    )
    framed(figure, f"What carries {found.what}", key, height)
    if path is not None:
        figure.savefig(os.fspath(path), dpi=150)
    return figure


def _bar(ax: Any, place: int, one: Influence, scale: float) -> None:
    ends = [(one.low, LOW), (one.high, HIGH)]
    values = [scale * answer.value for (_, answer), _ in ends]
    ax.barh(place, max(values) - min(values), left=min(values), height=0.46, color="#d5dfe9", lw=0)
    for ((value, answer), colour), other in zip(ends, values[::-1], strict=True):
        at = scale * answer.value
        ax.plot([scale * answer.low, scale * answer.high], [place, place], color=colour, lw=1.4)
        ax.plot([at, at], [place - 0.23, place + 0.23], color=colour, lw=2.6)
        left = at <= other
        edge = scale * (answer.low if left else answer.high)
        ax.annotate(
            one.value(value), (edge, place), xytext=(-4 if left else 4, 0), textcoords="offset points", fontsize=7,
            ha="right" if left else "left", va="center", color=colour,
        )  # fmt: skip


def draw_watching(found: Watching, path: str | os.PathLike[str] | None = None, *, most: int = MOST_LINES) -> Any:
    """Draw how far each of the most telling pieces of news would move the answer, by the date at which it is known.

    Parameters
    ----------
    found : Watching
        What `watch` found.
    path : path, optional
        Where the picture is saved; the format follows the suffix.
    most : int, optional
        Lines at most.

    Returns
    -------
    matplotlib Figure
        With one pair of axes.

    Raises
    ------
    ImportError
        If matplotlib is not installed.

    See Also
    --------
    watch : Tell which news would move the answer most.
    draw_sensitivity : Draw how far each parameter moves the answer.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1)
    >>> figure = ns.draw_watching(ns.watch(runs, "summit_by_day_30", dates=["15 days"]), most=2)
    >>> len(figure.legends[0].get_texts())
    2
    """
    shown = found.signals[:most]
    height = 4.9 + 0.19 * len(shown)
    figure = new_figure((9.0, height))
    ax = figure.subplots()
    for one, colour in zip(shown, COLOURS * 9, strict=False):
        dates: Any = [datetime.fromisoformat(by) for by, _, _ in one.dates]
        moves = [100 * move for _, _, move in one.dates]
        ax.plot(dates, moves, color=colour, lw=1.6, marker="o", ms=3, label=_label(one.text, one.by))
        best: Any = datetime.fromisoformat(one.by)
        low, high = 100 * one.move.low, 100 * one.move.high
        ax.plot([best, best], [low, high], color=colour, lw=4, alpha=0.35, solid_capstyle="butt")
    ax.set_ylabel("Expected move of the probability, points", fontsize=9)
    ax.set_ylim(bottom=0)
    plain_axes(ax)
    _dates(ax)
    key = (
        f"By how much the news would move the probability on average, once it is known whether it has come by that date. Thick "
        f"strokes: Monte Carlo interval, {100 * found.answer.level:g} %, at the most telling date. The answer now: "
        f"{found.answer.printed}. n = {found.n:,} histories."
    )
    if shown:
        figure.legend(loc="lower left", bbox_to_anchor=(0.01, 0.005), fontsize=7, frameon=False, ncols=1)
    framed(figure, f"What to watch for {found.what}", key, height, 0.25 + 0.185 * len(shown))
    if path is not None:
        figure.savefig(os.fspath(path), dpi=150)
    return figure


def _label(text: str, by: str) -> str:
    told = clean(text).replace("$", "")
    return f"{told[:100]}{'…' if len(told) > 100 else ''} (most telling by {day(by)})"


def _dates(ax: Any) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=3, maxticks=8)  # type: ignore[no-untyped-call] # of matplotlib
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call] # likewise


def plain_axes(ax: Any) -> None:
    """Axes with a faint grid and without a frame."""
    ax.grid(axis="both", color="#e4e4e4", lw=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=8, colors=FAINT, labelcolor=INK)


def framed(figure: Any, title: str, key: str, height: float, below: float = 0.05) -> None:
    """Title and key of the picture; the axes get the room between."""
    heads, lines = textwrap.wrap(clean(title), 88), textwrap.wrap(clean(key), 132)
    say = {"ha": "left", "va": "top", "parse_math": False}
    figure.text(0.01, 1 - 0.1 / height, "\n".join(heads), fontsize=11, color=INK, weight="bold", **say)
    above = 0.2 + 0.2 * len(heads)
    figure.text(0.01, 1 - above / height, "\n".join(lines), fontsize=8, color=FAINT, **say)
    top = above + 0.1 + 0.15 * len(lines)
    figure.tight_layout(rect=(0, below / height, 1, 1 - top / height))
