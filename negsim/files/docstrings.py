"""What docstrings say of the fields of a class, for the JSON Schema: the text that stands under each parameter."""

from __future__ import annotations

import inspect
import re
from functools import lru_cache
from typing import Any

__all__ = ["fields_of", "first_line", "first_sentence"]

ENTRY = re.compile(r"^((?:\*{0,2}\w+)(?:, \w+)*) : ", re.MULTILINE)
ROLE = re.compile(r":\w+:`([^`]*)`")
SENTENCE = re.compile(r"^.*?[.;](?= [A-Z(`]|$)|^.*", re.DOTALL)


def fields_of(cls: Any) -> dict[str, str]:
    """Return the text under each parameter of a numpydoc docstring, those of base classes included.

    >>> fields_of(Example)
    {'of': 'Whose it is, and `why`.', 'by': 'Whose it is, and `why`.'}
    """
    return _fields(cls)


# Beyond this many the oldest go: classes of users would be held forever.
@lru_cache(maxsize=256)
def _fields(cls: type) -> dict[str, str]:
    found: dict[str, str] = {}
    # Base classes first: what a class says of its own field goes before.
    for one in reversed(cls.__mro__):
        found.update(_own(one.__dict__.get("__doc__") or ""))
    return found


def _own(text: str) -> dict[str, str]:
    _, _, rest = inspect.cleandoc(text).partition("Parameters\n----------\n")
    section = re.split(r"\n\S[^\n]*\n-{3,}\n", rest)[0]
    parts = ENTRY.split(section)[1:]
    return {
        name: said
        for names, body in zip(parts[::2], parts[1::2], strict=True)
        for name in names.split(", ")
        if (said := _plain(body.partition("\n")[2]))
    }


def _plain(text: str) -> str:
    """One line, in plain signs."""
    return " ".join(ROLE.sub(r"`\1`", text).replace("``", "`").split())


def first_line(cls: type) -> str:
    """First line of a docstring."""
    return (cls.__doc__ or cls.__name__).strip().splitlines()[0].replace("``", "`")


def first_sentence(text: str) -> str:
    """The first sentence of a text.

    >>> first_sentence("Whose it is. It may be left out.")
    'Whose it is.'
    """
    found = SENTENCE.match(text)
    return found.group().rstrip(";") if found else text


class Example:
    """An example.

    Parameters
    ----------
    of, by : str
        Whose it is,
        and ``why``.

    Notes
    -----
    a : b
    """
