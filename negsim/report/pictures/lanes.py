"""One history as a swim lane for each party: what happened when, and who did it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from negsim.report.pictures.style import (
    FAINT,
    GRID,
    INK,
    PALETTE,
    SMALL,
    TEXT,
    Sheet,
    dated,
    plain_axes,
    width_of,
    wrapped,
)
from negsim.results.base import Results
from negsim.why.narrative import Narrative, Scene, narrate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["history"]

NOBODY = "no party"
"""The lane of what no party does."""
WIDEST, LINES = 1.9, 2
"""Inches and lines of a label."""
LEVEL, FOOT, LOWEST = 0.29, 0.2, 0.34
"""Inches of a level of labels in a lane, of the line of marks below them, and of a lane in all, whose name has two lines."""
MOST = 40
"""Events that are written out; others are marks."""


@dataclass(slots=True)
class _Lane:
    """The events of one party: each with its place in inches; labels in levels that have room."""

    name: str
    marks: list[float] = field(default_factory=list)
    labels: list[tuple[float, float, int, str]] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)

    def write(self, x: float, text: str, wide: float, most: int) -> bool:
        """Put a label on the lowest level on which it lies on no other; false if there is none."""
        size = max(width_of(line, SMALL) for line in text.splitlines()) + 0.12
        # Near the right edge a label leads to the left.
        left = min(x, max(0.0, wide - size))
        # The lowest level whose last label ends before this one begins; labels come in the order of time.
        level = next((k for k, end in enumerate(self.ends) if left >= end), len(self.ends))
        if level >= most:
            return False
        self.ends[level : level + 1] = [left + size]
        self.labels.append((x, left, level, text))
        return True

    @property
    def height(self) -> float:
        return max(LOWEST, FOOT + LEVEL * len(self.ends) + 0.06)


def history(
    story: Narrative | Results,
    replication: int = 0,
    ax: Axes | None = None,
    *,
    most: int = MOST,
    title: str | None = None,
) -> Axes:
    """Draw one history with a lane for each party: what it did, and when.

    Parameters
    ----------
    story : Narrative, Runs or CountedRuns
        What `narrate` told, or runs of which a history is told.
    replication : int, optional
        Number of the history, where runs are given.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    most : int, optional
        Events written out at most: facts that changed first; the others are marks.
    title : str, optional
        By default the scenario's name and the number of the history.

    Returns
    -------
    Axes
    """
    told = narrate(story, replication) if isinstance(story, Results) else story
    # The bookkeeping of words is no event for people.
    scenes = [scene for scene in told.scenes if scene.told]
    names = list(dict.fromkeys(scene.who or NOBODY for scene in scenes)) or [NOBODY]
    sheet = Sheet(ax, 9.0, 2.0)
    _frame(sheet, told, names)
    wide, tall = sheet.wide, None if sheet.own else sheet.tall
    lanes = _laid_out(scenes, told, wide, tall, most)
    written = sum(len(lane.labels) for lane in lanes)
    sheet.body = sum(lane.height for lane in lanes)
    _drawn(sheet.ax, lanes, wide, sheet.body)
    left = len(scenes) - written
    note = "One possible history of many, not a forecast. Marks: events."
    note += f" {left:,} of {len(scenes):,} are marks alone." if left else ""
    draw = "" if told.draw is None else f", draw {told.draw} of the parameters"
    named = f"{told.scenario}, history {told.replication} of seed {told.seed}{draw}"
    return sheet.finish(title if title is not None else named, note)


def _frame(sheet: Sheet, told: Narrative, names: list[str]) -> None:
    """Dates and names of lanes, before it is known how high these are: the width for labels hangs on them."""
    ax = sheet.ax
    begin, end = _ends(told)
    dated(ax, None)
    ax.set_xlim(begin, end)
    ax.set_ylim(0, 1)
    plain_axes(ax, "x")
    ax.tick_params(axis="y", length=0)
    ax.set_yticks(
        [k / len(names) for k in range(len(names))],
        [wrapped(name, sheet.room(0.16), TEXT, most=2) for name in names],
        parse_math=False,
    )


def _ends(told: Narrative) -> tuple[datetime, datetime]:
    """Start and end; a minute at least, since they are told by minutes."""
    begin, end = (datetime.fromisoformat(one) for one in (told.start, told.end))
    # A picture needs a span of time.
    return begin, max(end, begin + timedelta(minutes=1))


def _laid_out(scenes: list[Scene], told: Narrative, wide: float, tall: float | None, most: int) -> list[_Lane]:
    """The lanes with their labels, as many as there is room for; what changed a fact comes before what moved a number."""
    lanes = {scene.who or NOBODY: _Lane(scene.who or NOBODY) for scene in scenes} or {NOBODY: _Lane(NOBODY)}
    begin, end = _ends(told)
    span = (end - begin).total_seconds() / 86_400
    for scene in scenes:
        # Told by minutes, an event at the end may lie a little behind it.
        lanes[scene.who or NOBODY].marks.append(wide * min(1.0, scene.time / span))
    levels = 6 if tall is None else max(0, int((tall / len(lanes) - FOOT - 0.06) / LEVEL))
    for scene in _chosen(scenes, most):
        text = wrapped(scene.what, min(WIDEST, 0.3 * wide), SMALL, most=LINES)
        if text:
            lanes[scene.who or NOBODY].write(wide * min(1.0, scene.time / span), text, wide, levels)
    return list(lanes.values())


def _chosen(scenes: Sequence[Scene], most: int) -> list[Scene]:
    """What is worth writing out: changes of facts before the rest, what is rare before what comes again and again."""
    often = Counter((scene.action, scene.outcome) for scene in scenes)
    order = sorted(
        range(len(scenes)),
        key=lambda k: (
            scenes[k].quiet,
            not scenes[k].changes,
            often[scenes[k].action, scenes[k].outcome],
            _scattered(k),
        ),
    )
    return [scenes[k] for k in sorted(order[:most])]


def _scattered(number: int) -> int:
    """Numbers in an order that goes over the whole history again and again, finer each time.

    >>> sorted(range(8), key=_scattered)
    [0, 4, 2, 6, 1, 5, 3, 7]
    """
    return int(f"{number:020b}"[::-1], 2)


def _drawn(ax: Any, lanes: list[_Lane], wide: float, total: float) -> None:
    """Marks and labels, in inches from the top left corner of the axes."""
    from matplotlib.transforms import blended_transform_factory

    ax.set_ylim(total, 0)
    # Across as a share of the axes, so that marks stay with their dates when the figure is made wider.
    across = blended_transform_factory(ax.transAxes, ax.transData)
    top, ticks = 0.0, []
    for number, lane in enumerate(lanes):
        base = top + lane.height - max(FOOT, LOWEST if not lane.ends else 0.0) / 2
        colour = PALETTE[number % len(PALETTE)]
        ax.axhline(base, color=GRID, lw=1, zorder=0)
        ax.plot([x / wide for x in lane.marks], [base] * len(lane.marks), "|", ms=9, color=colour, transform=across)
        for x, left, level, text in lane.labels:
            y = base - FOOT / 2 - 0.02 - LEVEL * level
            ax.plot([x / wide] * 2, [base, y], color=FAINT, lw=0.5, alpha=0.6, zorder=0.5, transform=across)
            ax.text(
                (left + 0.03) / wide, y, text, va="bottom", ha="left", size=SMALL, color=INK, parse_math=False,
                linespacing=1.05, transform=across, zorder=3, bbox={"boxstyle": "square,pad=0.05", "fc": "white", "ec": "none"},
            )  # fmt: skip
        ticks.append(base)
        top += lane.height
        if number < len(lanes) - 1:
            ax.axhline(top, color=FAINT, lw=0.6, zorder=0)
    labels = [one.get_text() for one in ax.get_yticklabels()]
    ax.set_yticks(ticks, labels, fontsize=TEXT, parse_math=False)
