"""What is wrong with a file or a scenario, one problem at a time: place, value, what may stand there, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

__all__ = ["BARE", "Path", "Problem", "listed", "nearest", "path_text", "quoted", "short"]

Path = tuple[str | int, ...]
"""Table, name, key and positions: from the root of a file, or of a scenario, to a value."""

BARE = re.compile(r"[A-Za-z0-9_-]+")
LONGEST = 60
MOST_TOLD = 20
"""Problems that a message lists; `NegsimError.problems` has them all."""
MOST_NAMED = 8
MOST_COMPARED = 500
"""Names that are compared letter by letter: a stranger's file may have thousands of long ones."""


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
            cut = short(step, quote=False)
            key = cut if BARE.fullmatch(step) else f'"{cut}"'
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
    # Before its digits are asked for: Python refuses to print thousands of them.
    if isinstance(value, int) and abs(value) >= 10**LONGEST:
        return "an integer of many digits"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)[:LONGEST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, for programs that show it to people beside the place.

    Attributes
    ----------
    code : str
        The kind: ``unknown_name``, ``unknown_key``, ``missing``, ``type``, ``range``, ``date``, ``party``, ``source``,
        ``belief``, ``syntax``, ``circle``, ``reach``, ``hindsight``, ``clash``, or ``value`` for whatever else of a
        file. What goes wrong later has the kind of its error: ``law``, ``seed``, ``simulation``, ``evaluation``,
        ``runaway``, ``engine``, ``not_recorded``, ``estimate``, ``budget``, ``worker``, ``checkpoint``.
    path : tuple of str and int
        Table, name and key, as in the file: ``("promise", "memo", "due")``; empty if the whole is meant.
    text : str
        What is wrong, with the value and the remedy.
    file : str
    line : int or None
        Line of the file, from 1 on.
    value : str
        The value, as it would be written.
    expected : str
        What may stand there.
    remedy : str
        What to do.
    """

    code: str = "value"
    path: Path = ()
    text: str = ""
    file: str = ""
    line: int | None = None
    value: str = ""
    expected: str = ""
    remedy: str = ""

    @property
    def place(self) -> str:
        """The path as a file would write it."""
        return path_text(self.path)

    def __str__(self) -> str:
        path = self.path[:-1] if self.code == "unknown_key" else self.path  # the text names the key
        return f"{path_text(path)}: {self.text}" if path else self.text

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data, the path also as text."""
        return {**{key: getattr(self, key) for key in self.__slots__}, "path": list(self.path), "place": self.place}


def listed(problems: Sequence[Problem], about: str) -> str:
    """One problem as a sentence, several as a list."""
    if len(problems) == 1:
        return f"{about}: {_lined(problems[0])}" if about else str(problems[0])
    lines = [f"{about + ': ' if about else ''}{len(problems):,} things to correct"]
    lines += [f"  {_lined(one)}" for one in problems[:MOST_TOLD]]
    more = len(problems) - MOST_TOLD
    return "\n".join([*lines, f"  and {more:,} more"] if more > 0 else lines)


def _lined(problem: Problem) -> str:
    return str(problem) if problem.line is None else f"line {problem.line}, {problem}"


def quoted(text: str) -> str:
    """The value that a message quotes: after the last "not", else the first in quotation marks."""
    # Messages say "x must be a, not b": what is after the last "not" is what was given.
    after = re.search(r", not ([^;,]{1,80})(?:;|$)", text)
    first = after or re.search(r"'([^']{1,80})'", text)
    return first.group(1).strip("'") if first else ""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest existing name, or an empty string.

    Names of the same word come first; where none of them is near, all that the word has are named.

    >>> nearest("trsut", ["trust", "rounds"])
    "; did you mean 'trust'?"
    >>> nearest("memo.sent", ["memo.delivered", "tempo.sent"])
    "; 'memo' has memo.delivered"
    """
    known = list(names)
    word, _, last = name[:120].rpartition(".")
    # A name with a dot is looked up among those of its word first: there the slip is most often in the last part.
    same = sorted(other for other in known if word and other.startswith(word + "."))
    found = _closest(last, [other.rpartition(".")[2] for other in same])
    if found and f"{word}.{found}" in same:
        return f"; did you mean '{word}.{found}'?"
    if same:
        more = ", ..." if len(same) > MOST_NAMED else ""
        return f"; {word!r} has {', '.join(same[:MOST_NAMED])}{more}"
    ends = [other for other in known if other.endswith("." + last)] if not word else []
    found = ends[0] if len(ends) == 1 else _closest(name, known)
    return f"; did you mean '{found}'?" if found else ""


def _closest(name: str, names: Iterable[str]) -> str:
    # Before the costly comparison: names of very different length cannot be near enough.
    likely = [known for known in names if abs(len(known) - len(name)) <= max(len(known), len(name)) / 2]
    # The likeliest first, because only so many are compared.
    likely.sort(key=lambda known: (known[:2] != name[:2], abs(len(known) - len(name)), known))
    found = get_close_matches(name[:120], likely[:MOST_COMPARED], n=1, cutoff=0.6)
    return found[0] if found else ""
