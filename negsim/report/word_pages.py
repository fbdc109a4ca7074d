"""The pages of words: those of the documentation, which the package carries with it, and of one's own words what they say."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import Any

from negsim.errors import FileError, UnknownName, nearest
from negsim.report.docstrings import page

__all__ = ["listing", "page_of", "word_called"]


ELEMENTS = (
    *("Action", "Constraint", "Correlation", "Counter", "Evidence", "Fact", "Level", "Mechanism", "Parameter", "Party"),
    "Question",
)
"""What words are written out into, and what a file may state plainly: not words, but each has a table of its own."""


def listing(words: Iterable[type] = ()) -> list[dict[str, str]]:
    """Every word by its name, plain elements after them: the table that it has in a file, and its first line.

    Parameters
    ----------
    words : iterable of type, optional
        Words of one's own beside those that negsim brings.
    """
    from negsim.vocabulary import WORDS

    every: list[Any] = [*sorted((*WORDS, *words), key=lambda one: str(one.__name__)), *_elements()]
    return [{"word": one.__name__, "table": _table(one), "says": _first_line(one)} for one in every]


def _elements() -> list[type]:
    import negsim as ns

    return [getattr(ns, name) for name in ELEMENTS]


def _table(word: Any) -> str:
    return str(getattr(word, "table", "") or word.__name__.lower())


def _first_line(word: type) -> str:
    return (inspect.getdoc(word) or "").partition("\n")[0].replace("``", "`")


def word_called(name: str, words: Iterable[type] = ()) -> Any:
    """The word of a name: ``Truce``, ``truce``, ``audience_cost``, ``audience cost``; or a plain element.

    Raises
    ------
    UnknownName
        With the nearest name, or where the list of words is.
    """
    from negsim.vocabulary import WORDS

    wanted = _plain(name)
    every: list[Any] = [*words, *WORDS, *_elements()]
    for word in every:
        if wanted in (_plain(word.__name__), _plain(_table(word))):
            return word
    near = nearest(name, [one.__name__ for one in every])
    raise UnknownName(f"no word is called {name[:60]!r}{near or '; negsim docs lists the words'}")


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def page_of(word: Any) -> str:
    """A word's page in Markdown; of plain elements, and of words of one's own, what their docstrings say.

    Raises
    ------
    FileError
        If the package was installed without its pages.
    """
    from negsim.vocabulary import WORDS

    if word not in WORDS:
        return page(word)
    installed = resources.files("negsim") / "pages" / f"{word.table}.md"
    beside = Path(__file__).parents[2] / "docs" / "vocabulary" / f"{word.table}.md"
    for place in (installed, beside):  # beside the package: in a checkout of the project
        if place.is_file():
            return place.read_text("utf-8")
    raise FileError(
        f"the page of {word.__name__} is not installed; install negsim again (pip install --force-reinstall negsim)"
    )
