"""Where in a file something stands: paths, and the lines of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace

from negsim.errors import FileError, NegsimError, problem_of
from negsim.errors.problems import Path, Problem, path_text, short
from negsim.model.origins import settled

__all__ = ["Path", "every_line", "in_file", "line_of", "lines_of", "located", "path_text", "short"]

TOKEN = re.compile(
    r"#[^\n]*"
    r'|"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5})"
    r'|"(?:[^"\\\n]|\\[^\n])*+"'
    r"|'[^'\n]*+'"
    r"|[\[\]{}=,.\n]"
    r"|[^\s\[\]{}=,.\"'#]+",
    re.DOTALL,
)


@contextmanager
def located(path: Path, keys: Collection[str] = ()) -> Iterator[None]:
    """Say where the problems of every error of negsim stand; other errors of a constructor become a FileError.

    ``keys`` are those of the table that stands there: a message that begins with one of them is about it.

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
        # The type stays, so that a caller can still tell a slip in a name from a law that does not exist.
        placed = [settled(problem, path, keys) for problem in error.problems]
        raise type(error).telling(placed) from error
    except RecursionError:
        text = "nested too deep to be worked through; split it over several variables"
        raise _file_error(path, text) from None
    except (TypeError, ValueError, OverflowError, LookupError, AttributeError) as error:
        raise _file_error(path, f"{error}; correct the value") from error


def _file_error(path: Path, text: str) -> NegsimError:
    return FileError.telling([problem_of(FileError(text), path)])


def in_file(error: NegsimError, name: str, text: str) -> NegsimError:
    """The error of a file: its name before the message, and the line of each problem."""
    try:
        lines = every_line(text)
    except (IndexError, RecursionError, ValueError):  # no TOML: the parser has said where
        lines = {}
    placed = [replace(problem, file=name, line=_line(problem, lines)) for problem in error.problems]
    # Those without a line first: they are about the whole file.
    placed.sort(key=lambda problem: problem.line or 0)
    return type(error).telling(placed, about=name)


def every_line(text: str) -> dict[str, int]:
    """The line of every key of a text, TOML or JSON, by its path with dots."""
    from negsim.files.json_text import is_json, json_lines

    return json_lines(text) if is_json(text) else lines_of(text)


def _line(problem: Problem, lines: dict[str, int]) -> int | None:
    if problem.line is not None or not problem.path:
        return problem.line
    # What is missing has no line of its own; that of the table in which it belongs is told.
    for length in range(len(problem.path), 0, -1):
        found = lines.get(_flat(problem.path[:length]))
        if found is not None:
            return found
    return None


def line_of(text: str, where: str) -> int | None:
    """The line of a path as it is written in messages; of what it lies in, if it has none of its own.

    >>> line_of('[action."a.b"]\\nclock = {fixed = 1}', 'action."a.b".clock.fixed')
    2
    """
    lines = every_line(text)
    # Quotation marks do not matter: a name with dots has the same path as tables within tables.
    place = "." + where.replace('"', "")
    while place:
        if place in lines:
            return lines[place]
        place = place.rpartition(".")[0]
    return None


def _flat(path: Path) -> str:
    """A path without regard to which of its dots stand within quotation marks."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def lines_of(text: str) -> dict[str, int]:
    """The line of every table, key and entry of a valid TOML text, by its path with dots.

    >>> lines_of('[a.b]\\nx = [1,\\n{y = 2}]')
    {'.a': 1, '.a.b': 1, '.a.b.x': 2, '.a.b.x[0]': 2, '.a.b.x[1]': 3, '.a.b.x[1].y': 3}
    """
    return _Lines(text).found


class _Lines:
    """Walks through the tokens of a valid TOML text."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, int]] = []
        line, at = 1, 0
        for match in TOKEN.finditer(text):
            line += text.count("\n", at, match.start())
            at = match.start()
            if not match.group().startswith("#"):
                self.tokens.append((match.group(), line))
        # A line end after the last token, so that a walk that looks ahead always finds one.
        self.tokens.append(("\n", line))
        self.place = 0
        self.found: dict[str, int] = {}
        self.arrays: dict[str, int] = {}
        self.walk()

    @property
    def sign(self) -> str:
        return self.tokens[self.place][0]

    def note(self, path: Path) -> None:
        for length in range(1, len(path) + 1):
            # The first place stays: a table is found where it is first spoken of.
            self.found.setdefault(_flat(path[:length]), self.tokens[self.place][1])

    def walk(self) -> None:
        """The lines of the file: headers and keys."""
        table: Path = ()
        while self.place < len(self.tokens):
            if self.sign == "\n":
                self.place += 1
            elif self.sign == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> Path:
        several = self.tokens[self.place + 1][0] == "["
        self.place += 2 if several else 1
        names = self.names("]")
        path: Path = ()
        for place, name in enumerate(names):
            path = (*path, name)
            last = place == len(names) - 1
            if last and several:
                self.arrays[_flat(path)] = self.arrays.get(_flat(path), -1) + 1
            # Later headers mean the last entry of an array of tables.
            if _flat(path) in self.arrays:
                path = (*path, self.arrays[_flat(path)])
        self.note(path)
        self.place += 2 if several else 1
        return path

    def names(self, end: str) -> list[str]:
        """The parts of a dotted key; afterwards its end is next."""
        found = []
        while self.sign != end:
            if self.sign != ".":
                found.append(_unquoted(self.sign))
            self.place += 1
        return found

    def pair(self, table: Path) -> None:
        start = self.place
        names = self.names("=")
        after, self.place = self.place + 1, start
        path = (*table, *names)
        # Noted where the key begins, not where its value does.
        self.note(path)
        self.place = after
        self.value(path)

    def value(self, path: Path) -> None:
        while self.sign == "\n" and self.place < len(self.tokens) - 1:
            self.place += 1
        self.note(path)
        if self.sign == "[":
            self.entries(path, "]")
        elif self.sign == "{":
            self.entries(path, "}")
        else:
            # An inner sign of a bare value (a date's colon, a number's point) is no end.
            while self.sign not in ("\n", ",", "]", "}"):
                self.place += 1

    def entries(self, path: Path, end: str) -> None:
        self.place += 1
        number = 0
        while self.sign != end:
            if self.sign in ("\n", ","):
                self.place += 1
            elif end == "}":
                self.pair(path)
            else:
                self.value((*path, number))
                number += 1
        self.place += 1


def _unquoted(sign: str) -> str:
    return sign[1:-1] if sign[0] in "\"'" else sign
