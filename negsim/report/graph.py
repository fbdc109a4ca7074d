"""A file with a picture of who waits for whom: `negsim.report.pictures` draws it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from negsim.report.pictures.style import FRESH, filed
from negsim.report.pictures.waiting import waits

if TYPE_CHECKING:
    from negsim.why.waits import Waits

__all__ = ["draw_waits"]


def draw_waits(found: Waits, path: str | os.PathLike[str]) -> None:
    """Draw who waits for whom to a file: lines lead to who could bring what is missing.

    Thick orange lines belong to circles; dashed ones are preconditions that can be waived. ``ns.plots.waits`` draws it
    in axes of yours.

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
    filed(waits(found, FRESH), path)
