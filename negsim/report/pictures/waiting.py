"""Who waits for whom: the one who waits on the left, what for in the middle, who could bring it on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.model.scenario import Scenario
from negsim.report.pictures.style import HIGH, INK, LOW, SMALL, TEXT, Sheet, width_of, wrapped
from negsim.why.waits import Wait, Waits
from negsim.why.waits import waits as found_in

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["waits"]

LEFT, RIGHT = (0.0, 0.2), (0.8, 1.0)
"""Columns of those who wait and of those who are waited for, as shares of the width."""
MIDDLE = (0.28, 0.72)
ROW, LINES = 0.14, 3
"""Inches of a line of text; lines that a precondition may have."""


def waits(found: Waits | Scenario, ax: Axes | None = None, *, title: str | None = None) -> Axes:
    """Draw who waits for whom at the start, what for, and which of these waits make a circle.

    Each precondition has a row of its own, so that no text can lie on another. Thick orange lines belong to circles;
    dashed ones are preconditions that can be waived.

    Parameters
    ----------
    found : Waits or Scenario
        What `waits` found, or a scenario to look through.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    title : str, optional
        By default that of the scenario.

    Returns
    -------
    Axes
    """
    found = found_in(found) if isinstance(found, Scenario) else found
    edges = _merged(found)
    sheet = Sheet(ax, 8.0, 0.0)
    wide = sheet.width - 0.2 if sheet.own else sheet.wide
    texts = [wrapped(one.needs, 0.95 * wide * (MIDDLE[1] - MIDDLE[0]), TEXT, most=LINES) for one, *_ in edges]
    sheet.body = max(0.5, sum(ROW * (text.count("\n") + 1) + 0.1 for text in texts))
    if sheet.own:
        sheet.ax.figure.set_size_inches(sheet.width, sheet.body + 1.2)
    count = _fitting(texts, sheet.body if sheet.own else sheet.tall)
    _drawn(sheet.ax, found, edges[:count], texts[:count], wide)
    left = len(edges) - count
    none = "" if edges else "Nobody waits for anybody: every precondition is met. "
    more = f" {left} more not drawn for want of room." if left else ""
    note = f"{none}Lines lead from who waits, over what for, to who could bring it. Thick, orange: in a circle. Dashed: can be waived.{more}"
    return sheet.finish(title if title is not None else f"Who waits for whom at the start: {found.title}", note)


def _merged(found: Waits) -> list[tuple[Wait, str, str]]:
    """Each precondition of each pair once, with the two in words."""
    told: dict[tuple[str, str, str], Wait] = {}
    for one in found.waits:
        # The first of several: one precondition is told once for each pair.
        told.setdefault((found.called(one, False), found.called(one, True), one.needs), one)
    return [(one, who.strip('"'), whom.strip('"')) for (who, whom, _), one in told.items()]


def _fitting(texts: list[str], inches: float) -> int:
    """How many rows there is room for, from the first on."""
    used = np.cumsum([ROW * (text.count("\n") + 1) + 0.1 for text in texts]) if texts else np.zeros(0)
    return max(min(1, len(texts)), int(np.searchsorted(used, inches + 1e-9, side="right")))


def _drawn(ax: Any, found: Waits, edges: list[tuple[Wait, str, str]], texts: list[str], wide: float) -> None:
    """The three columns and the lines between them, on a canvas of rows."""
    heights = [ROW * (text.count("\n") + 1) + 0.1 for text in texts]
    total = max(0.5, sum(heights))
    spare = (total - sum(heights)) / 2
    middles = [total - spare - sum(heights[:k]) - heights[k] / 2 for k in range(len(heights))]
    ax.set_axis_on()
    ax.set(xlim=(0, 1), ylim=(0, total), xticks=[], yticks=[])
    ax.spines[:].set_visible(False)
    # Names on both sides stand where their rows are on average, as far as the other names let them.
    who = _column(ax, [name for _, name, _ in edges], middles, heights, LEFT, wide)
    whom = _column(ax, [name for _, _, name in edges], middles, heights, RIGHT, wide)
    for (one, left, right), text, y in zip(edges, texts, middles, strict=True):
        colour, thick = (LOW, 2.2) if one.in_circle else (HIGH, 1.1)
        style = {"color": colour, "lw": thick, "ls": "-" if one.hard else "--", "zorder": 1}
        half = max(width_of(line) for line in text.splitlines() or [""]) / wide / 2 + 0.01
        _bend(ax, (LEFT[1], who[left]), (0.5 - half, y), style)
        _bend(ax, (0.5 + half, y), (RIGHT[0], whom[right]), style)
        ax.plot([RIGHT[0]], [whom[right]], marker=">", ms=6, color=colour, zorder=2)
        ax.text(0.5, y, text, ha="center", va="center", size=TEXT, color=INK, parse_math=False, linespacing=1.15)


def _column(
    ax: Any, names: list[str], middles: list[float], heights: list[float], where: tuple[float, float], wide: float
) -> dict[str, float]:
    """Write each name once, as near to its rows as the others let it; where each stands."""
    inches = 0.92 * wide * (where[1] - where[0])
    rows: dict[str, list[float]] = {}
    for name, y in zip(names, middles, strict=True):
        rows.setdefault(name, []).append(y)
    told = sorted(rows, key=lambda name: float(np.mean(rows[name])))
    texts = [wrapped(name, inches, SMALL + 0.5, most=3, weight="bold") for name in told]
    # Never more room than the rows have: the column is as high as all of them.
    total = max(0.5, sum(heights))
    room = total / max(1, len(told))
    texts = [text if 0.13 * (text.count("\n") + 1) + 0.04 <= room else _one_line(text, inches) for text in texts]
    tall = [min(room, 0.13 * (text.count("\n") + 1) + 0.04) for text in texts]
    places = apart([float(np.mean(rows[name])) for name in told], tall, 0.0, total)
    x, side = (where[1] - 0.01, "right") if where is LEFT else (where[0] + 0.015, "left")
    for text, y in zip(texts, places, strict=True):
        ax.text(
            x, y, text, ha=side, va="center", size=SMALL + 0.5, weight="bold", color=INK,
            parse_math=False, linespacing=1.1,
        )  # fmt: skip
    return dict(zip(told, places, strict=True))


def _one_line(text: str, inches: float) -> str:
    return wrapped(text.replace("\n", " "), inches, SMALL + 0.5, most=1, weight="bold")


def apart(wanted: list[float], tall: list[float], low: float, high: float) -> list[float]:
    """The places nearest to those that are wanted, in their order, at which boxes of these heights do not overlap.

    Least squares under a minimum distance is isotonic regression of what is left after the distances.

    >>> apart([1.0, 1.0, 3.0], [1.0, 1.0, 1.0], 0.0, 4.0)
    [0.5, 1.5, 3.0]
    """
    if not wanted:
        return []
    from scipy.optimize import isotonic_regression

    half = np.asarray(tall) / 2
    steps = np.concatenate([[0.0], np.cumsum(half[:-1] + half[1:])])
    # Between the edges, as far as all boxes fit there at all.
    least, most = low + half[0], high - half[-1] - steps[-1]
    # The nearest places in a given order are an isotonic regression of the places without the boxes.
    free = isotonic_regression(np.asarray(wanted) - steps).x
    return [float(one) for one in np.clip(free, least, max(least, most)) + steps]


def _bend(ax: Any, begin: tuple[float, float], end: tuple[float, float], style: dict[str, Any]) -> None:
    """A line that leaves and arrives level."""
    t = np.linspace(0, 1, 40)
    x = begin[0] + (end[0] - begin[0]) * t
    y = begin[1] + (end[1] - begin[1]) * (3 * t**2 - 2 * t**3)
    ax.plot(x, y, **style)
