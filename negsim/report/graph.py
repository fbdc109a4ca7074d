"""A picture of who waits for whom. matplotlib is imported where it is drawn with."""

from __future__ import annotations

import math
import os
import textwrap
from typing import TYPE_CHECKING, Any

from negsim.report.plots import new_figure
from negsim.report.words import clean

if TYPE_CHECKING:
    from negsim.why.waits import Waits

__all__ = ["draw_waits"]

HARD, CIRCLE, INK = "#1f4e79", "#b03030", "#222222"
WIDE, TALL, BEND = 10.0, 6.5, 0.18
"""Inches of the picture without the list below it; how much arrows bend, so that two ways do not lie on each other."""


def draw_waits(found: Waits, path: str | os.PathLike[str]) -> None:
    """Draw who waits for whom to a file: arrows point to who could bring what is missing.

    Red arrows belong to circles; dashed ones are preconditions that can be waived.

    Parameters
    ----------
    found : Waits
    path : str or path
        Its ending (``.png``, ``.svg``, ``.pdf``) says what is written.

    Raises
    ------
    ImportError
        Without matplotlib.
    """
    edges = list(found.edges())
    nodes = sorted({name for who, whom, *_ in edges for name in (who, whom)}, key=lambda name: (name[0] == '"', name))
    told = _told(edges) or ["Nobody waits for anybody: every precondition is met."]
    below = 0.18 * len(told) + 0.7
    figure = new_figure((WIDE, TALL + below))
    axes = figure.add_axes((0.0, below / (TALL + below), 1.0, (TALL - 0.7) / (TALL + below)))
    axes.set_axis_off()
    axes.set_xlim(-1.75, 1.75)
    axes.set_ylim(-1.2, 1.2)
    places = _places(nodes)
    for number, (who, whom, _, circle, hard) in enumerate(edges, 1):
        _arrow(axes, places[who], places[whom], str(number), CIRCLE if circle else HARD, hard)
    for name, (x, y) in places.items():
        thing = name.startswith('"')
        box = {"boxstyle": "round,pad=0.45", "facecolor": "#f4f4f4" if thing else "white", "edgecolor": INK}
        text = textwrap.fill(clean(name.strip('"')), 22)
        style = {"size": 9, "style": "italic"} if thing else {"size": 12, "weight": "bold"}
        axes.text(x, y, text, ha="center", va="center", bbox=box, color=INK, zorder=3, parse_math=False, **style)
    say = {"ha": "left", "parse_math": False, "color": INK}
    title = textwrap.fill(clean(f"Who waits for whom at the start: {found.title}"), 90)
    figure.text(0.02, 1 - 0.15 / (TALL + below), title, va="top", size=12, weight="bold", **say)
    key = "Arrows point to who could bring what is missing. Red: in a circle. Dashed: some of it can be waived."
    figure.text(0.02, (below - 0.25) / (TALL + below), key, va="top", size=8, style="italic", **say)
    figure.text(0.02, (below - 0.5) / (TALL + below), "\n".join(told), va="top", size=8.5, linespacing=1.3, **say)
    figure.savefig(os.fspath(path), dpi=150)


def _told(edges: list[tuple[str, str, str, bool, bool]]) -> list[str]:
    """The numbered list below the picture: what each arrow stands for."""
    lines = []
    for number, (who, whom, label, _, _) in enumerate(edges, 1):
        text = f"{number}  {who} waits for {whom}: {'; '.join(label.splitlines())}"
        lines += textwrap.wrap(clean(text), 125, subsequent_indent="     ")
    return lines


def _places(nodes: list[str]) -> dict[str, tuple[float, float]]:
    """Nodes around an ellipse, the first on the left."""
    turn = 2 * math.pi / max(1, len(nodes))
    return {name: (-1.35 * math.cos(k * turn), 0.95 * math.sin(k * turn)) for k, name in enumerate(nodes)}


def _arrow(
    axes: Any, begin: tuple[float, float], end: tuple[float, float], label: str, colour: str, hard: bool
) -> None:
    arrow = {
        "arrowstyle": "-|>",
        "color": colour,
        "lw": 1.6,
        "linestyle": "-" if hard else "--",
        "connectionstyle": f"arc3,rad={BEND}",
        "shrinkA": 40,
        "shrinkB": 40,
    }
    axes.annotate("", xy=end, xytext=begin, zorder=1, arrowprops=arrow)
    (x0, y0), (x1, y1) = begin, end
    # A third of the way along the curve, whose control point lies off the middle of the straight line.
    cx, cy = (x0 + x1) / 2 + BEND * (y1 - y0), (y0 + y1) / 2 - BEND * (x1 - x0)
    t = 0.36
    x = (1 - t) ** 2 * x0 + 2 * t * (1 - t) * cx + t * t * x1
    y = (1 - t) ** 2 * y0 + 2 * t * (1 - t) * cy + t * t * y1
    box = {"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": colour}
    axes.text(x, y, label, ha="center", va="center", size=8.5, color=colour, bbox=box, zorder=2, parse_math=False)
