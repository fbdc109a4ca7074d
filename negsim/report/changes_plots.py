"""Picture of levers. matplotlib is imported where it is used."""

from __future__ import annotations

import os
import textwrap
from typing import Any

from negsim.report.matters_plots import framed, plain_axes
from negsim.report.plots import INK, new_figure
from negsim.report.words import clean
from negsim.what_if.lever import Levers

__all__ = ["draw_levers"]

HELPS, HINDERS, NEITHER = "#1f4e79", "#b5651d", "#9a9a9a"
WRAP = 58


def draw_levers(found: Levers, path: str | os.PathLike[str] | None = None, *, most: int = 16) -> Any:
    """Draw by how much each change would move the answer, the most helpful on top and the worst spoiler below.

    Parameters
    ----------
    found : Levers
        What `levers` found.
    path : path, optional
        Where the picture is saved; the format follows the suffix.
    most : int, optional
        Levers at most, those that stand out from chance by the size of their difference.

    Returns
    -------
    matplotlib.figure.Figure
        The picture.

    Raises
    ------
    ValueError
        If the suffix is none that matplotlib knows.

    See Also
    --------
    levers : Find what helps most, and what hinders.

    Examples
    --------
    >>> import negsim as ns
    >>> found = ns.levers(ns.load("toy"), "talks_day_5", [ns.Do(fact="memorandum.delivered", never=True)], seed=1)
    >>> len(ns.draw_levers(found).axes)
    1
    """
    standing = sorted((one for one in found if one.helps or one.hinders), key=lambda one: -abs(one.value))[:most]
    shown = sorted(standing or list(found.levers[:1]), key=lambda one: one.value)
    labels = ["\n".join(textwrap.wrap(clean(one.text), WRAP)) for one in shown]
    height = 1.9 + sum(0.16 + 0.17 * (1 + label.count("\n")) for label in labels)
    figure = new_figure((9.0, height))
    ax = figure.subplots()
    for place, one in enumerate(shown):
        colour = HELPS if one.helps else HINDERS if one.hinders else NEITHER
        ax.barh(place, 100 * one.value, height=0.5, color=colour, alpha=0.35, lw=0)
        ax.plot([100 * one.interval.low, 100 * one.interval.high], [place, place], color=colour, lw=1.6)
        ax.plot([100 * one.value], [place], color=colour, marker="o", ms=4)
    ax.axvline(0, color=INK, lw=1)
    ax.set_yticks(range(len(shown)), labels, fontsize=7, parse_math=False)
    ax.set_ylim(-0.6, max(1, len(shown)) - 0.4)
    ax.set_xlabel("Difference of the probability, points", fontsize=9)
    plain_axes(ax)
    key = (
        f"Each change by itself, in the model: the scenario with it against the scenario as it is, history by history. Lines: "
        f"intervals of all {len(found)} changes together, {100 * found.level:g} %. Only what stands out from chance is drawn. "
        f"The answer now: {found.answer.printed}. n = {found.n:,} histories of each variant."
    )
    framed(figure, f"What would change {found.what}", key, height)
    if path is not None:
        figure.savefig(os.fspath(path), dpi=150)
    return figure
