"""A file with a picture of levers: `negsim.report.pictures` draws it."""

from __future__ import annotations

import os
from typing import Any

from negsim.report.pictures.bars import MOST_LEVERS, levers
from negsim.report.pictures.style import FRESH, filed
from negsim.what_if.lever import Levers

__all__ = ["draw_levers"]


def draw_levers(found: Levers, path: str | os.PathLike[str] | None = None, *, most: int = MOST_LEVERS) -> Any:
    """Draw by how much each change would move the answer, the most helpful on top and the worst spoiler below.

    ``ns.plots.levers`` draws it in axes of yours.

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
    return filed(levers(found, FRESH, most=most), path)
