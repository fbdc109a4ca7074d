"""The form of names: lower case words joined by dots, none of them a word of the expression language."""

from __future__ import annotations

import re

from negsim.errors import ScenarioError

__all__ = ["RESERVED", "check_name"]

RESERVED = frozenset(
    "and or not if else true false min max abs exp log sqrt clip all_of any_of at_least".split()
)
NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


def check_name(name: object, what: str) -> str:
    """Return the name if it is well formed.

    Raises
    ------
    ScenarioError
        Saying what is wrong with it and how a name must look.

    Examples
    --------
    >>> check_name("russia.deliver_memorandum", "action")
    'russia.deliver_memorandum'
    """
    if not isinstance(name, str) or len(name) > 120 or not NAME.fullmatch(name):
        shown = name[:60] if isinstance(name, str) else name
        raise ScenarioError(f"{what} {shown!r} is not a name; use lower case letters, digits and _ after a letter, parts joined by dots (at most 120)")
    word = next((part for part in name.split(".") if part in RESERVED), None)
    if word:
        raise ScenarioError(f"{what} {name!r} uses the reserved word {word!r}; choose another word")
    return name
