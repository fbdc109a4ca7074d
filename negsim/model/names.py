"""The form of names: lower case words joined by dots, none of them a word of the expression language.

On the floor of the expressions, which know names too.
"""

from __future__ import annotations

import re

from negsim.errors import ExpressionError

__all__ = ["LONGEST", "WORDS", "check_name"]

WORDS = frozenset(
    [
        *("and", "or", "not", "if", "else", "true", "false"),
        *("min", "max", "abs", "exp", "log", "sqrt", "floor", "clip", "all_of", "any_of", "at_least"),
    ]
)
"""The words of the expression language, which cannot be (part of) a name."""
LONGEST = 120
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


def check_name(name: object, what: str = "") -> str:
    """Return the name if it is well formed.

    Parameters
    ----------
    name : str
    what : str
        What it is the name of, for the message.

    Raises
    ------
    ExpressionError
        Saying what is wrong with it and how a name must look.

    Examples
    --------
    >>> check_name("russia.deliver_memorandum", "action")
    'russia.deliver_memorandum'
    """
    label = f"{what} " if what else ""
    # The length before the pattern, which a long text would keep busy.
    if not isinstance(name, str) or len(name) > LONGEST or not NAME.fullmatch(name):
        shown = repr(name[:60]) if isinstance(name, str) else f"of type {type(name).__name__}"
        raise ExpressionError(
            f"{label}{shown} is not a name; use lower case letters, digits and _ after a letter, parts joined by dots, "
            f"as in 'istanbul_2.held' (at most {LONGEST} characters)"
        )
    word = next((part for part in name.split(".") if part in WORDS), None)
    if word:
        raise ExpressionError(f"{label}{name!r} uses the reserved word {word!r} of the language; choose another word")
    return name
