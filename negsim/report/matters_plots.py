"""Files with pictures of what carries an answer, and of what to watch: `negsim.report.pictures` draws them."""

from __future__ import annotations

import os
from typing import Any

from negsim.report.pictures.bars import MOST_BARS, tornado
from negsim.report.pictures.news import MOST_LINES, watching
from negsim.report.pictures.style import FRESH, filed
from negsim.what_if.influences import Sensitivity
from negsim.what_if.signals import Watching

__all__ = ["draw_sensitivity", "draw_watching"]


def draw_sensitivity(found: Sensitivity, path: str | os.PathLike[str] | None = None, *, most: int = MOST_BARS) -> Any:
    """Draw how far the answer moves from a low to a high value of each parameter, the largest expected move on top.

    A bar runs from the answer given the parameter's value at 5 % to that given its value at 95 % of what is believed;
    whiskers are Monte Carlo intervals; the line is the answer itself. ``ns.plots.tornado`` draws it in axes of yours.

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
    ['rate (0.0802 to 1.02 per day)']
    """
    return filed(tornado(found, FRESH, most=most), path)


def draw_watching(found: Watching, path: str | os.PathLike[str] | None = None, *, most: int = MOST_LINES) -> Any:
    """Draw how far each of the most telling pieces of news would move the answer, by the date at which it is known.

    ``ns.plots.watching`` draws it in axes of yours.

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
    >>> len(figure.axes[0].get_legend().get_texts())
    2
    """
    return filed(watching(found, FRESH, most=most), path)
