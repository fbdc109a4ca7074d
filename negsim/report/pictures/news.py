"""What to watch: how far each piece of news would move the answer, by the date at which it is known."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from negsim.report.pictures.style import PALETTE, STROKES, TEXT, Sheet, dated, plain_axes, wrapped
from negsim.report.words import day
from negsim.what_if.signals import Signal, Watching

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["watching"]

MOST_LINES = 7
MARKS = ("o", "s", "^", "D", "v", "P", "X")


def watching(found: Watching, ax: Axes | None = None, *, most: int = MOST_LINES, title: str | None = None) -> Axes:
    """Draw how far each of the most telling pieces of news would move the answer, by the date at which it is known.

    Parameters
    ----------
    found : Watching
        What `watch` found.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    most : int, optional
        Lines at most.
    title : str, optional
        By default what the answer is of.

    Returns
    -------
    Axes
    """
    sheet = Sheet(ax, 7.5, 3.0)
    room = sheet.width - 1.6 if sheet.own else max(1.0, sheet.wide - 0.7)
    handles = [_line(sheet.ax, place, one, room) for place, one in enumerate(found.signals[:most])]
    plain_axes(sheet.ax)
    sheet.ax.set_ylabel("Expected move, points", fontsize=TEXT)
    # Nothing moves the answer by less than 0, and an axis without length cannot be drawn.
    sheet.ax.set_ylim(0, max(1e-3, 1.04 * sheet.ax.get_ylim()[1]))
    if handles:
        dated(sheet.ax, None)
    else:
        sheet.ax.set(xticks=[], yticks=[])
    sheet.key(handles)
    note = (
        "By how much the news would move the probability on average, once it is known whether it has come by that date. Thick "
        f"strokes: Monte Carlo interval, {100 * found.answer.level:g} %, at the most telling date. The answer now: "
        f"{found.answer.printed}. n = {found.n:,} histories."
    )
    none = "" if handles else "No news would tell anything of it."
    return sheet.finish(title if title is not None else f"What to watch for {found.what}", note, above=none)


def _line(ax: Any, place: int, one: Signal, room: float) -> Any:
    """One piece of news over its dates; what stands for it in the key."""
    colour, stroke, mark = (some[place % len(some)] for some in (PALETTE, STROKES, MARKS))
    dates: Any = [datetime.fromisoformat(by) for by, _, _ in one.dates]
    moves = [100 * move for _, _, move in one.dates]
    label = wrapped(f"{one.text} (most telling by {day(one.by)})", room, TEXT, most=2)
    (line,) = ax.plot(dates, moves, color=colour, ls=stroke, lw=1.6, marker=mark, ms=4, label=label)
    # The interval is known for the most telling date alone; one at each date would hide the lines.
    best: Any = datetime.fromisoformat(one.by)
    low, high = max(0.0, 100 * one.move.low), 100 * one.move.high
    ax.plot([best, best], [low, high], color=colour, lw=4, alpha=0.35, solid_capstyle="butt")
    return line
