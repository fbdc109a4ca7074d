"""Bars: what carries an answer (a tornado), what would change it (levers), why it is no (reasons)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.estimates import Interval, Proportion
from negsim.report.pictures.style import (
    FAINT,
    HIGH,
    INK,
    LOW,
    NEITHER,
    TEXT,
    Sheet,
    held_to_percent,
    plain_axes,
    wrapped,
)
from negsim.what_if.influences import Influence, Sensitivity
from negsim.what_if.lever import Lever, Levers
from negsim.why.explanation import Explanation

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["levers", "reasons", "tornado"]

MOST_BARS, MOST_LEVERS, MOST_REASONS = 12, 16, 16
LABEL, BAR = 3, 0.17
"""Lines that a bar's label may have; inches of a bar."""


@dataclass(slots=True)
class _Rows:
    """Rows of bars, the first on top, as many as there is room for: each as high as its label needs, in inches."""

    sheet: Sheet
    texts: list[str]
    places: list[float]

    @classmethod
    def of(cls, ax: Axes | None, labels: Sequence[str]) -> _Rows:
        sheet = Sheet(ax, 7.5, 1.0)
        texts = [wrapped(label, sheet.room(), TEXT, most=LABEL) for label in labels]
        # Inches as the unit of the axis: a bar is as high in one picture as in another.
        edges = np.cumsum([0.0, *(0.14 + 0.145 * (text.count("\n") + 1) for text in texts)])
        room = edges[-1] if sheet.own else sheet.tall
        # An axes of somebody's own has the height that it has: what does not fit is left away, and said.
        count = max(1, int(np.searchsorted(edges, room + 1e-6, side="right")) - 1)
        edges = edges[: count + 1]
        sheet.body = max(float(edges[-1]), 0.4)
        rows = cls(sheet, texts[:count], [float(one) for one in (edges[:-1] + edges[1:]) / 2])
        rows._write(float(edges[-1]))
        return rows

    def _write(self, low: float) -> None:
        ax = self.sheet.ax
        ax.set_ylim(low, 0)
        ax.set_yticks(self.places, self.texts, fontsize=TEXT, parse_math=False)
        plain_axes(ax, "x")
        ax.tick_params(axis="y", length=0)


def _more(left: int) -> str:
    return f" {left} more not drawn for want of room." if left > 0 else ""


def tornado(found: Sensitivity, ax: Axes | None = None, *, most: int = MOST_BARS, title: str | None = None) -> Axes:
    """Draw how far the answer moves from a low to a high value of each parameter, the largest expected move on top.

    Parameters
    ----------
    found : Sensitivity
        What `sensitivity` found.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    most : int, optional
        Bars at most; only what stands out from chance is drawn, or else the first parameter.
    title : str, optional
        By default what the answer is of.

    Returns
    -------
    Axes
    """
    # Something is drawn even where nothing stands out: an empty picture would look broken.
    shown = [one for one in found.influences if one.stands_out][:most] or list(found.influences[:1])
    labels = [f"{one.title} ({_ends(one)})" for one in shown] or ["nothing is uncertain"]
    rows = _Rows.of(ax, labels)
    ax = rows.sheet.ax
    for place, one in zip(rows.places, shown, strict=False):
        _swing(ax, place, one)
    ax.axvline(found.answer.value, color=INK, lw=1)
    if found.answer.unit == "%":
        held_to_percent(ax.xaxis)
        low, high = ax.get_xlim()
        # A probability has no whiskers outside 0 and 1.
        ax.set_xlim(max(0.0, low), min(1.0, high))
    note = (
        "Bars: the answer if the parameter had its value at 5 % (orange end) or at 95 % (blue end) of what is believed. Whiskers: "
        f"Monte Carlo intervals, {100 * found.answer.level:g} %. Line: the answer now, {found.answer.printed}. "
        f"n = {found.n:,} histories of {found.rows:,} draws.{_more(len(shown) - len(rows.places))}"
    )
    return rows.sheet.finish(title if title is not None else f"What carries {found.what}", note)


def _ends(one: Influence) -> str:
    unit = f" {one.unit}" if one.unit and not one.claim else ""
    return f"{one.value(one.low[0])} to {one.value(one.high[0])}{unit}"


def _swing(ax: Any, place: float, one: Influence) -> None:
    (_, low), (_, high) = one.low, one.high
    ends = sorted((low.value, high.value))
    ax.barh(place, ends[1] - ends[0], left=ends[0], height=BAR, color="#d5dfe9", lw=0)
    for answer, colour, shift in ((low, LOW, -0.04), (high, HIGH, 0.04)):
        ax.plot([answer.low, answer.high], [place + shift] * 2, color=colour, lw=1.4)
        ax.plot([answer.value] * 2, [place - BAR / 2, place + BAR / 2], color=colour, lw=2.6)


def levers(found: Levers, ax: Axes | None = None, *, most: int = MOST_LEVERS, title: str | None = None) -> Axes:
    """Draw by how much each change would move the answer, the most helpful on top and the worst spoiler below.

    Parameters
    ----------
    found : Levers
        What `levers` found.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    most : int, optional
        Levers at most, those that stand out from chance by the size of their difference.
    title : str, optional
        By default what the answer is of.

    Returns
    -------
    Axes
    """
    # By size first, because the largest are kept; then from the most helpful to the worst.
    standing = sorted((one for one in found if one.helps or one.hinders), key=lambda one: -abs(one.value))[:most]
    shown = sorted(standing or list(found.levers[:1]), key=lambda one: -one.value)
    rows = _Rows.of(ax, [one.text for one in shown] or ["there is nothing to change"])
    if len(rows.places) < len(shown):
        # Written again for the levers that count most: the middle of the list is what can be spared.
        shown = _nearest_kept(shown, len(rows.places))
        rows = _Rows.of(ax, [one.text for one in shown])
    sheet = rows.sheet
    for place, one in zip(rows.places, shown, strict=False):
        _lever(sheet.ax, place, one)
    sheet.ax.axvline(0, color=INK, lw=1)
    sheet.ax.set_xlabel("Difference of the probability, points")
    note = (
        f"Each change by itself, in the model: with it against the scenario as it is, history by history. Lines: intervals of all "
        f"{len(found)} changes together, {100 * found.level:g} %. Only what stands out from chance is drawn. The answer now: "
        f"{found.answer.printed}. n = {found.n:,} histories of each variant.{_more(len(standing) - len(rows.places))}"
    )
    return sheet.finish(title if title is not None else f"What would change {found.what}", note)


def _nearest_kept(shown: list[Lever], count: int) -> list[Lever]:
    """Those with the largest differences, in the order in which they stand."""
    kept = sorted(range(len(shown)), key=lambda place: -abs(shown[place].value))[:count]
    return [shown[place] for place in sorted(kept)]


def _lever(ax: Any, place: float, one: Lever) -> None:
    colour = HIGH if one.helps else LOW if one.hinders else NEITHER
    ax.barh(place, 100 * one.value, height=BAR, color=colour, alpha=0.35, lw=0)
    ax.plot([100 * one.interval.low, 100 * one.interval.high], [place, place], color=colour, lw=1.6)
    ax.plot([100 * one.value], [place], color=colour, marker="o" if one.value >= 0 else "s", ms=4)


@dataclass(frozen=True, slots=True)
class _Bar:
    """A reason as it is drawn: its share of all failures, and within whose share it stands."""

    text: str
    share: float
    alone: float
    interval: Interval | None
    depth: int


def reasons(found: Explanation, ax: Axes | None = None, *, most: int = MOST_REASONS, title: str | None = None) -> Axes:
    """Draw why the answer is no, or yes, by share of these histories; what stands behind a reason below it.

    Parameters
    ----------
    found : Explanation
        What `explain` found.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    most : int, optional
        Reasons at most.
    title : str, optional
        By default the question's.

    Returns
    -------
    Axes
    """
    bars = [bar for reason in found.reasons for bar in _bars(reason, 1.0, found.looked or found.failures, 0)][:most]
    none = f"nothing: the answer is {found.side} in no history" if not found.failures else "nothing was seen"
    labels = [f"{'– ' * bar.depth}{bar.text}" for bar in bars] or [none]
    rows = _Rows.of(ax, labels)
    sheet = rows.sheet
    for place, bar in zip(rows.places, bars, strict=False):
        _reason(sheet.ax, place, bar)
    sheet.ax.set_xlim(0, 1)
    held_to_percent(sheet.ax.xaxis)
    note = (
        f"Bars: share of the histories with the answer {found.side} (several may hold in one); dark: nothing else. After a dash: what "
        f"stood behind the reason above. Lines: Monte Carlo intervals, 95 %. {found.side.capitalize()} in {found.failures:,} of "
        f"{found.n:,} histories. Reasons are reasons inside the model.{_more(len(bars) - len(rows.places))}"
    )
    return sheet.finish(title if title is not None else found.heading, note)


def _bars(reason: Any, whole: float, failures: int, depth: int) -> list[_Bar]:
    """A reason and those behind it, all as shares of the failing histories."""
    share = min(1.0, whole * reason.share)
    interval = None
    # Only a number is equal to itself: a reason behind another has no interval of its own.
    if reason.low == reason.low:
        interval = Interval(low=whole * reason.low, high=whole * reason.high, level=0.95, method="of the reason")
    elif failures:
        # Behind another reason: shares are counts of the histories that were looked at.
        interval = Proportion(hits=round(share * failures), n=failures).interval()
    bar = _Bar(str(reason), share, min(share, whole * reason.alone), interval, depth)
    return [bar, *(one for inner in reason.behind for one in _bars(inner, share, failures, depth + 1))]


def _reason(ax: Any, place: float, bar: _Bar) -> None:
    colour = HIGH if bar.depth == 0 else FAINT
    ax.barh(place, bar.share, height=BAR, color=colour, alpha=0.3, lw=0)
    ax.barh(place, bar.alone, height=BAR, color=colour, alpha=0.45, lw=0)
    if bar.interval is not None:
        ends = (max(0.0, bar.interval.low), min(1.0, bar.interval.high))
        ax.plot(ends, [place, place], color=colour, lw=1.6, solid_capstyle="butt")
        ax.plot([bar.share], [place], color=colour, marker="o", ms=4, clip_on=False)
