"""The style that all pictures share: colours, measured text, titles, dates. matplotlib is imported where it is used.

Labels cannot collide because each has a place of its own: a title, a line of the key above the axes, a tick, the note
below. How wide a text is gets measured; what is too long is wrapped, and cut at the last line that there is room for.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from negsim.report.words import clean

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "FAINT",
    "FRESH",
    "GRID",
    "HIGH",
    "INK",
    "LINE",
    "LOW",
    "NEITHER",
    "PALETTE",
    "Sheet",
    "dated",
    "filed",
    "held_to_percent",
    "new_figure",
    "plain_axes",
    "width_of",
    "wrapped",
]

LINE, INK, FAINT, GRID = "#1f4e79", "#222222", "#6b6b6b", "#e4e4e4"
LOW, HIGH, NEITHER = "#d55e00", "#1f4e79", "#8a8a8a"
"""What hinders or is low, what helps or is high, and neither: told apart by everybody, and in print."""

PALETTE = ("#1f4e79", "#d55e00", "#3ba0d9", "#b05a8c", "#111111", "#d4b000", "#661100")
"""At least 19 apart in CIELAB for everybody, whichever cones are missing; a test computes it."""
STROKES = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)))
"""Lines differ by their strokes too, so that no colour is needed to tell the first ones apart."""

HEAD, TEXT, SMALL = 10.0, 8.0, 7.0
"""Sizes of letters, in points."""
SPACING = 1.25
LABELS, BESIDE, HEIGHT = 0.4, 0.5, 0.4
"""Of a figure's column: what labels beside an axes may take, and what is surely left for the axes; of its row likewise."""
SLACK = 1.12
"""Letters are fitted to pixels when they are drawn: at 100 dots an inch lines become up to a ninth wider than measured."""
MISSING = "pictures need matplotlib; install it with: pip install matplotlib"


def new_figure(size: tuple[float, float]) -> Any:
    """A figure of its own: without pyplot there is no window system and no list of open figures."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ImportError(MISSING) from None
    return Figure(figsize=size)


# A font is looked for on the disk; the sizes are few.
@lru_cache(maxsize=64)
def _font(size: float, weight: str) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(size=size, weight=weight)


# Fitting texts asks for the same words again and again.
@lru_cache(maxsize=4096)
def width_of(text: str, size: float = TEXT, weight: str = "normal") -> float:
    """Inches that a line of text takes at most, from 100 dots an inch on.

    >>> 0.1 < width_of("four") < width_of("four or five")
    True
    """
    from matplotlib.textpath import text_to_path

    points: float = text_to_path.get_text_width_height_descent(text, _font(size, weight), ismath=False)[0]
    return SLACK * points / 72


def wrapped(text: str, inches: float, size: float = TEXT, *, most: int = 99, weight: str = "normal") -> str:
    """Text in lines that are no wider than so many inches, ended by an ellipsis after ``most`` of them.

    >>> wrapped("one two three", 0.7), wrapped("one two three", 0.7, most=1)
    ('one two\\nthree', 'one two…')
    """
    lines: list[str] = []
    # By measure and not by signs: thirty times "i" is a third as wide as thirty times "W".
    for word in clean(text).split():
        for piece in _pieces(word, inches, size, weight):
            longer = f"{lines[-1]} {piece}" if lines else piece
            if lines and width_of(longer, size, weight) <= inches:
                lines[-1] = longer
            else:
                lines.append(piece)
    if len(lines) > most:
        lines[most - 1 :] = [_shortened(lines[most - 1], inches, size, weight)]
    return "\n".join(lines)


def _pieces(word: str, inches: float, size: float, weight: str) -> list[str]:
    """A word, broken where it alone is wider than a line."""
    found: list[str] = []
    while width_of(word, size, weight) > inches and len(word) > 1:
        # A sign at least, or it would never end.
        room = next((k for k in range(len(word) - 1, 1, -1) if width_of(word[:k], size, weight) <= inches), 1)
        found.append(word[:room])
        word = word[room:]
    return [*found, word]


def _shortened(line: str, inches: float, size: float, weight: str) -> str:
    while len(line) > 1 and width_of(f"{line}…", size, weight) > inches:
        line = line[:-1].rstrip()
    return f"{line}…"


def plain_axes(ax: Axes, grid: Any = "both") -> None:
    """Axes with a faint grid and without a frame."""
    ax.grid(axis=grid, color=GRID, lw=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(labelsize=TEXT, colors=FAINT, labelcolor=INK)


def held_to_percent(axis: Any) -> None:
    """Ticks in percent, of numbers between 0 and 1."""
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def dated(ax: Axes, zone: tzinfo | None, most: int = 7) -> None:
    """Dates below, in the scenario's own zone."""
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(tz=zone, minticks=3, maxticks=most)  # type: ignore[no-untyped-call] # of matplotlib
    ax.xaxis.set_major_locator(locator)
    formatter = ConciseDateFormatter(locator, tz=zone, show_offset=False)  # type: ignore[no-untyped-call] # likewise
    ax.xaxis.set_major_formatter(formatter)


FRESH: Any = object()
"""In place of axes: those of a new figure without pyplot, for files."""


def filed(ax: Any, path: str | os.PathLike[str] | None) -> Any:
    """The figure of axes, saved where a path is given: the suffix says in which format."""
    if path is not None:
        ax.figure.savefig(os.fspath(path), dpi=150)
    return ax.figure


class Sheet:
    """The axes of one picture: somebody else's, or those of a new figure that grows with what is written on it.

    Parameters
    ----------
    ax : matplotlib Axes, None or FRESH
    width, body : float
        Inches of a new figure, and of the inside of its axes.
    """

    def __init__(self, ax: Axes | None, width: float, body: float) -> None:
        # Nobody's figure may grow but one's own: in another one, what does not fit is left away and said.
        self.own, self.width, self.body = ax is None or ax is FRESH, width, body
        self.ax: Any = self._new(width, body + 1.2, ax is None) if self.own else ax
        self.legend: Any = None

    @staticmethod
    def _new(width: float, height: float, shown: bool) -> Any:
        """Axes of a new figure: of pyplot, which a notebook shows by itself, or of nobody's."""
        if not shown:
            figure = new_figure((width, height))
            figure.set_layout_engine("constrained")
            return figure.subplots()
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise ImportError(MISSING) from None
        return plt.subplots(figsize=(width, height), layout="constrained")[1]

    @property
    def inside(self) -> tuple[float, float]:
        """Inches of the axes as they are laid out now."""
        figure = self.ax.figure
        # Only a layout that was worked out tells how large the axes are.
        figure.draw_without_rendering()
        box = self.ax.get_window_extent()
        return box.width / figure.dpi, box.height / figure.dpi

    @property
    def wide(self) -> float:
        """Inches that the axes will have in the end, at least: beside others, labels of these may still take room."""
        found = self.inside[0]
        alone = self.own or len(self.ax.figure.axes) == 1
        return found if alone else min(found, self.room(BESIDE))

    @property
    def tall(self) -> float:
        """Inches of height that the axes will have in the end, at least: titles and notes still take room."""
        found = self.inside[1]
        if len(self.ax.figure.axes) == 1:
            # Somebody's axes may still be given titles, which take of the height.
            return max(0.5 * found, found - 1.0)
        spec = self.ax.get_subplotspec()
        rows = 1 if spec is None else spec.get_gridspec().nrows / len(spec.rowspan)
        return float(min(found, HEIGHT * self.ax.figure.get_figheight() / rows))

    def room(self, share: float = LABELS) -> float:
        """Inches that labels beside the axes may take: of a figure's own column where it has several."""
        if self.own:
            return share * self.width
        spec = self.ax.get_subplotspec()
        columns = 1 if spec is None else spec.get_gridspec().ncols / len(spec.colspan)
        wide: float = self.ax.figure.get_figwidth()
        return share * wide / columns

    def key(self, handles: Sequence[Any]) -> None:
        """What the lines are, a line each, above the axes: no curve can cross it there."""
        if handles:
            self.legend = self.ax.legend(
                handles=list(handles), loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, borderpad=0.2,
                frameon=False, fontsize=TEXT, labelspacing=0.3, handlelength=2.6, ncols=1,
            )  # fmt: skip
            for text in self.legend.get_texts():
                text.set_parse_math(False)

    def finish(self, title: str, note: str = "", *, above: str = "") -> Axes:
        """Write title, what stands ``above`` the axes, and the note below; a new figure becomes as high as it needs."""
        # The axes must have its ticks by now: how far left the texts may begin hangs on the labels beside it.
        left, wide = self._measured()
        inches = wide if self.own else self.wide
        told = wrapped(above, inches, TEXT)
        heading = wrapped(title, inches, HEAD, most=6)
        below = wrapped(note, inches, SMALL, most=9)
        over = self._over(told, left)
        self.ax.set_title(heading, loc="left", fontsize=HEAD, color=INK, pad=6 + over, x=left, parse_math=False)
        label = "\n".join(one for one in (wrapped(self.ax.get_xlabel(), inches, TEXT), below) if one)
        if label:
            self.ax.set_xlabel(label, loc="left", fontsize=SMALL if below else TEXT, color=FAINT, parse_math=False)
            self.ax.xaxis.label.set_x(left)
            self.ax.xaxis.label.set_linespacing(SPACING)
        if self.own:
            lines = _lines(heading) * HEAD * SPACING + _lines(label) * TEXT * SPACING + over + 46
            self.ax.figure.set_size_inches(self.width, self.body + lines / 72)
        axes: Axes = self.ax
        return axes

    def _measured(self) -> tuple[float, float]:
        """Where texts above and below begin, as a share of the axes' width, and how many inches they have."""
        figure = self.ax.figure
        wide, _ = self.inside
        if not self.own:
            return 0.0, wide
        outer, inner = self.ax.get_tightbbox(), self.ax.get_window_extent()
        left = min(0.0, (outer.x0 - inner.x0) / inner.width)
        return left, wide * (1 - left) - 4 / figure.dpi

    def _over(self, told: str, left: float) -> float:
        """Points that the key and the text above the axes take."""
        over = 0.0
        if self.legend is not None:
            self.legend.set_bbox_to_anchor((left, 1), transform=self.ax.transAxes)
            over += self.legend.get_window_extent().height * 72 / self.ax.figure.dpi + 4
        if told:
            self.ax.annotate(
                told, (left, 1), xycoords="axes fraction", xytext=(0, 5 + over), textcoords="offset points",
                fontsize=TEXT, color=INK, va="bottom", ha="left", parse_math=False, annotation_clip=False,
            )  # fmt: skip
            over += _lines(told) * TEXT * SPACING + 4
        return over


def _lines(text: str) -> int:
    return text.count("\n") + 1 if text else 0
