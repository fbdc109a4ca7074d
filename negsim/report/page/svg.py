"""Where the lines of a report's pictures run: plain numbers and paths, which the templates put into SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.model.calendar import DAY
from negsim.report.page.curves import Drawn
from negsim.results.base import Results

__all__ = ["bar", "curve_picture", "network"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """The box of a curve within its picture, in its units."""

    left: float = 44.0
    right: float = 350.0
    top: float = 12.0
    bottom: float = 170.0
    width: float = 360.0
    height: float = 196.0

    def across(self, share: Floats | float) -> Any:
        """From left to right."""
        return self.left + share * (self.right - self.left)

    def up(self, share: Floats | float) -> Any:
        """From the bottom up."""
        return self.bottom - share * (self.bottom - self.top)


FRAME = Frame()
LEAST_GAP = 54.0
"""Units between the middles of two dates below a curve, so that they never touch."""


def _n(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def _stairs(xs: Floats, ys: Floats) -> str:
    """A path of steps: each value holds until the next time."""
    parts = [f"M{_n(xs[0])} {_n(ys[0])}"]
    for k in range(1, len(xs)):
        # Only where the height changes: most steps of a curve are too small to be seen.
        if _n(ys[k]) != _n(ys[k - 1]) or k == len(xs) - 1:
            parts.append(f"H{_n(xs[k])}")
            if _n(ys[k]) != _n(ys[k - 1]):
                parts.append(f"V{_n(ys[k])}")
    return "".join(parts)


def _between(xs: Floats, low: Floats, high: Floats) -> str:
    """An area between two such stairs."""
    back = np.repeat(xs[::-1], 2)[1:-1]
    under = np.repeat(low[::-1], 2)[2:]
    turn = [f"L{_n(x)} {_n(y)}" for x, y in zip(back, under, strict=True)]
    # Steps, never slopes: between two dates nothing is known to happen little by little.
    # Back along the lower edge: each step's height holds from its time on, so it is walked from its end to its beginning.
    return f"{_stairs(xs, high)}L{_n(xs[-1])} {_n(low[-1])}{''.join(_plain(turn))}Z"


def _plain(points: Sequence[str]) -> list[str]:
    """Points without repetitions."""
    return [point for k, point in enumerate(points) if k == 0 or point != points[k - 1]]


def curve_picture(runs: Results, one: Drawn, base_rates: Sequence[float | None]) -> dict[str, Any]:
    """The stairs of a curve with both its bands, its deadlines, and its axes."""
    times = one.times[one.times <= one.end]
    # A deadline at the very start would divide by 0.
    whole = max(one.end, 1e-9)
    points = [one.curve.at(float(time)) for time in times]
    xs = np.asarray(FRAME.across(times / whole))
    value, low, high = (np.array([point[k] for point in points]) for k in range(3))
    found: dict[str, Any] = {
        "frame": FRAME,
        "end": one.end,
        "line": _stairs(xs, FRAME.up(value)),
        "band": _between(xs, FRAME.up(low), FRAME.up(high)),
        "wide": "",
        "percents": [(_n(FRAME.up(share)), f"{100 * share:.0f}") for share in (0.0, 0.25, 0.5, 0.75, 1.0)],
        "dates": _ticks(runs, whole),
        "dots": [_dot(one, due, whole) for due in one.dues],
        "rates": [
            (_n(FRAME.across(due / whole)), _n(FRAME.up(rate)))
            for due, rate in zip(one.dues, base_rates, strict=True)
            if rate is not None
        ],
    }
    if one.low is not None and one.high is not None:
        upto = len(times)
        found["wide"] = _between(xs, FRAME.up(one.low[:upto]), FRAME.up(one.high[:upto]))
    return found


def _dot(one: Drawn, due: float, whole: float) -> tuple[str, str]:
    return _n(FRAME.across(due / whole)), _n(FRAME.up(one.curve.at(due).value))


def _ticks(runs: Results, whole: float) -> list[tuple[str, str]]:
    """A few dates along the axis: beginnings of months where there are enough of them, else days regularly."""
    calendar = runs.scenario.calendar
    begin, end = calendar.at(0.0), calendar.at(whole * DAY)
    places: list[tuple[float, str]] = []
    months = [
        datetime(begin.year + (begin.month + k - 1) // 12, (begin.month + k - 1) % 12 + 1, 1) for k in range(1, 200)
    ]
    inside = [one for one in months if one.date() <= end.date()]
    if len(inside) >= 3:
        for one in inside:
            when = calendar.opening(one.date().isoformat(), "date") / DAY
            places.append((float(FRAME.across(when / whole)), f"{one:%b} {one:%y}" if one.month == 1 else f"{one:%b}"))
    elif whole >= 2:
        step = max(1, round(whole / 5))
        for k in range(0, int(whole) + 1, step):
            date = calendar.at(k * DAY)
            places.append((float(FRAME.across(k / whole)), f"{date.day} {date:%b}"))
    else:
        for k in range(5):
            date = calendar.at(round(k * whole * DAY / 4))
            places.append((float(FRAME.across(k / 4)), f"{date:%H:%M}"))
    found: list[tuple[str, str]] = []
    last = -math.inf
    for place, text in places:
        if place - last >= LEAST_GAP and place <= FRAME.right:
            found.append((_n(place), text))
            # The first date stands right of its place, so as not to reach over the edge.
            last = place if place > FRAME.left + 12 else place + 16
    return found


def bar(value: float, low: float | None, high: float | None, ends: tuple[float, float]) -> dict[str, str]:
    """Where a number and its interval stand on an axis that is 100 units long, between two ends."""
    first, last = ends
    span = (last - first) or 1.0

    def at(number: float) -> float:
        return 100 * min(1.0, max(0.0, (number - first) / span))

    found = {"value": _n(at(value)), "zero": _n(at(0.0))}
    if low is not None and high is not None:
        # A narrow interval keeps a width that can be seen.
        found |= {"low": _n(at(low)), "width": _n(max(0.6, at(high) - at(low)))}
    return found


WIDE, TALL, REACH = 480.0, 360.0, (168.0, 132.0)
BEND, MOST_NODES, LETTERS, MOST_LINES = 0.16, 12, 15, 3


def network(pairs: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Parties around an ellipse with bent arrows between them; nothing where they are too many to be read."""
    # Parties first, things (in quotation marks) after them.
    names = sorted({pair[key] for pair in pairs for key in ("who", "whom")}, key=lambda name: (name[0] == '"', name))
    if not 2 <= len(names) <= MOST_NODES:
        return None
    # Two stand side by side, more around an ellipse with the first on top.
    turn = 2 * math.pi / len(names)
    begin = math.pi if len(names) == 2 else math.pi / 2
    places = {
        name: (WIDE / 2 + REACH[0] * math.cos(begin + k * turn), TALL / 2 - REACH[1] * math.sin(begin + k * turn))
        for k, name in enumerate(names)
    }
    boxes = [_box(name, *places[name]) for name in names]
    sizes = {name: (box["w"] / 2, box["h"] / 2) for name, box in zip(names, boxes, strict=True)}
    arrows = [_arrow(pair, places, sizes) for pair in pairs]
    return {"view": _view(boxes, arrows), "boxes": boxes, "arrows": arrows}


def _view(boxes: Sequence[dict[str, Any]], arrows: Sequence[dict[str, Any]]) -> str:
    """The part of the plane that is drawn in."""
    left = min([float(one["x"]) for one in boxes] + [float(one["x"]) - 12 for one in arrows])
    right = max([float(one["x"]) + one["w"] for one in boxes] + [float(one["x"]) + 12 for one in arrows])
    top = min([float(one["y"]) for one in boxes] + [float(one["y"]) - 12 for one in arrows])
    bottom = max([float(one["y"]) + one["h"] for one in boxes] + [float(one["y"]) + 12 for one in arrows])
    # Never narrower than so much: letters would be larger than those of the page.
    more = max(0.0, 400.0 - (right - left)) / 2
    return " ".join(_n(one) for one in (left - 4 - more, top - 4, right - left + 8 + 2 * more, bottom - top + 8))


def _box(name: str, x: float, y: float) -> dict[str, Any]:
    """A node: its name in a few short lines, and the box around them."""
    lines = _wrapped(name.strip('"'))
    # Nobody knows the reader's letters: widths are guessed from a wide sans-serif.
    wide = max(len(line) for line in lines) * 7.6 + 18
    tall = 17.0 * len(lines) + 11
    return {
        "x": _n(x - wide / 2),
        "y": _n(y - tall / 2),
        "w": wide,
        "h": tall,
        "cx": _n(x),
        "lines": [(_n(y - tall / 2 + 19 + 17 * k), line) for k, line in enumerate(lines)],
        "thing": name.startswith('"'),
    }


def _wrapped(name: str) -> list[str]:
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(longer) <= LETTERS or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    lines = [line if len(line) <= LETTERS + 3 else f"{line[: LETTERS + 2]}…" for line in lines]
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][:LETTERS]}…"]


Place = tuple[float, float]


def _arrow(pair: dict[str, Any], places: dict[str, Place], sizes: dict[str, Place]) -> dict[str, Any]:
    """A bent line from the edge of one box to that of the other, with its number a third of the way."""
    (x0, y0), (x1, y1) = places[pair["who"]], places[pair["whom"]]
    cx, cy = (x0 + x1) / 2 + BEND * (y1 - y0), (y0 + y1) / 2 - BEND * (x1 - x0)
    bx, by = _edge((x0, y0), (cx, cy), sizes[pair["who"]], 3)
    ex, ey = _edge((x1, y1), (cx, cy), sizes[pair["whom"]], 5)
    t = 0.4
    return {
        "path": f"M{_n(bx)} {_n(by)}Q{_n(cx)} {_n(cy)} {_n(ex)} {_n(ey)}",
        "number": pair["number"],
        "x": _n((1 - t) ** 2 * bx + 2 * t * (1 - t) * cx + t * t * ex),
        "y": _n((1 - t) ** 2 * by + 2 * t * (1 - t) * cy + t * t * ey),
        "head": _head((ex, ey), (cx, cy)),
        "circle": pair["circle"],
        "hard": pair["hard"],
    }


def _edge(middle: Place, towards: Place, half: Place, gap: float) -> Place:
    """Where the line from the middle of a box leaves it, and a little further."""
    # The nearer of the two sides that the line can leave by.
    dx, dy = towards[0] - middle[0], towards[1] - middle[1]
    length = math.hypot(dx, dy) or 1.0
    out = min(half[0] / abs(dx) if dx else math.inf, half[1] / abs(dy) if dy else math.inf)
    out = min(1.0, out + gap / length)
    return middle[0] + out * dx, middle[1] + out * dy


def _head(tip: Place, behind: Place) -> str:
    """The triangle at the end of an arrow."""
    turn = math.atan2(tip[1] - behind[1], tip[0] - behind[0])
    sides = [(tip[0] - 9 * math.cos(turn + side), tip[1] - 9 * math.sin(turn + side)) for side in (0.42, -0.42)]
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in (tip, *sides))
