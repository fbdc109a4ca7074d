"""Where in a file something stands, and how a value is quoted in a message."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from negsim.errors import FileError, NegsimError

__all__ = ["Path", "located", "path_text", "short"]

Path = tuple[str | int, ...]
"""Keys and positions from the root of a file to a value."""

BARE = re.compile(r"[A-Za-z0-9_-]+")
LONGEST = 60


def path_text(path: Path) -> str:
    """Return a path as a file would write it.

    >>> path_text(("action", "russia.deliver", "effects", 0))
    'action."russia.deliver".effects[0]'
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            key = step if BARE.fullmatch(step) else '"' + short(step, quote=False) + '"'
            text += f".{key}" if text else key
    return text


def short(value: object, *, quote: bool = True) -> str:
    """Return a value fit for a message: one line, at most 60 characters.

    >>> short("a" * 100)[-5:]
    "a...'"
    """
    if isinstance(value, str):
        cut = value if len(value) <= LONGEST else value[: LONGEST - 3] + "..."
        return repr(cut) if quote else repr(cut)[1:-1]
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, int) and abs(value) >= 10**LONGEST:
        return "an integer of many digits"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)[:LONGEST]


@contextmanager
def located(where: str) -> Iterator[None]:
    """Put a place before the message of every error of negsim; other errors of a constructor become a FileError.

    Raises
    ------
    NegsimError
        Of the type that was raised within.
    FileError
        For a TypeError, ValueError, OverflowError, LookupError or AttributeError raised within: what a word's own
        constructor says when it is given something that it did not expect.
    """
    try:
        yield
    except NegsimError as error:
        raise type(error)(f"{where}: {error}") from error
    except RecursionError:
        raise FileError(f"{where}: nested too deep to be worked through; split it over several variables") from None
    except (TypeError, ValueError, OverflowError, LookupError, AttributeError) as error:
        raise FileError(f"{where}: {error}; correct the value") from error
