"""What is refused before a TOML parser sees it: bytes from strangers are bounded first.

``tomllib`` recurses into brackets and is quadratic in the parts of one dotted key, so both are counted beforehand.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import tomllib
from typing import Any

from negsim.errors import FileError
from negsim.errors.problems import Path, Problem, short

__all__ = [
    "DEEPEST",
    "MOST_BYTES",
    "MOST_PARTS",
    "check_depth",
    "check_length",
    "parse_toml",
    "read_input",
    "read_text",
    "refused",
]

MOST_BYTES = 2**20
MOST_PARTS = 50_000
DEEPEST = 24
"""Brackets open at once, parts of one dotted key, tables within tables."""

# Every alternative takes all it looks at, also of a string that never ends: a failed match would be tried again at
# the next quotation mark, in quadratic time.
TOKEN = re.compile(
    r"#[^\n]*+"
    r'|"""(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5})?'
    r"|'''(?:[^']|'(?!''))*+(?:'{3,5})?"
    r'|"(?:[^"\\\n]|\\[^\n])*+"?'
    r"|'[^'\n]*+'?"
    r"|[\[\]{}.=,\n]",
    re.DOTALL,
)


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the text of a regular file of at most 1 MiB of UTF-8.

    Raises
    ------
    FileError
        If it is missing, not a regular file, too large, or not UTF-8.
    """
    name = short(os.fspath(path), quote=False)
    # Not blocking: opening a pipe that nobody writes to would wait. Binary, so that line ends stay on Windows.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(path, flags)
        with open(handle, "rb") as file:
            # Asked of the open file and not of the path, which another program may have changed in between.
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise FileError(f"{name}: not a regular file; give the path of a scenario file")
            # One more than allowed: enough to see that it is too long.
            data = file.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise FileError(f"{name}: a folder, not a file; give the path of a scenario file") from None
    except FileNotFoundError:
        raise FileError(f"{name}: no such file; check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{name}: cannot be read ({reason}); give the path of a readable file") from None
    return _decoded(data, name)


LAST_INPUT: list[tuple[Any, str]] = []
"""Standard input as it was read last: a command that asks for it twice gets it twice."""


def read_input() -> str:
    """Return what stands on standard input: at most 1 MiB of UTF-8, however often it is asked for.

    Raises
    ------
    FileError
        If standard input is closed, gives more than that, or is not UTF-8.
    """
    stream, name = sys.stdin, "standard input"
    if stream is None or stream.closed:
        raise FileError(f"{name} is closed; send the scenario to it, or give the path of a file")
    # A stand-in for standard input may have text alone.
    raw: Any = getattr(stream, "buffer", stream)
    try:
        data = raw.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise FileError(f"{name} cannot be read ({reason}); give the path of a file") from None
    # It is empty the second time, because it has been read to its end.
    if not data and LAST_INPUT and LAST_INPUT[0][0] is stream:
        return LAST_INPUT[0][1]
    text = _decoded(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"), name)
    LAST_INPUT[:] = [(stream, text)]
    return text


def _decoded(data: bytes, name: str) -> str:
    if len(data) > MOST_BYTES:
        raise FileError(f"{name}: larger than {MOST_BYTES:,} bytes; split the scenario or shorten its texts")
    try:
        # Editors on Windows put a mark before the text.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8") from None


def refused(name: str, text: str, line: int | None, path: Path = ()) -> FileError:
    """The error of a text that is no scenario at all, with the line for programs."""
    error = FileError(f"{name}: {text}")
    # Messages end with what to do, after the last semicolon.
    remedy = text.rpartition("; ")[2]
    error.found = (Problem(code="syntax", path=path, text=text, file=name, line=line, remedy=remedy),)
    return error


def check_length(text: str, name: str) -> None:
    """Refuse a text beyond 1 MiB."""
    # Characters first: to encode a text that is far too long would take the memory that this protects.
    if len(text) > MOST_BYTES or len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise FileError(f"{name}: longer than {MOST_BYTES:,} bytes; split the scenario or shorten its texts")


def parse_toml(text: str, name: str) -> dict[str, Any]:
    """Return the tables of a TOML text whose size and depth are bounded.

    Raises
    ------
    FileError
        If it is too long or too deep, or not TOML.
    """
    check_length(text, name)
    _check_tokens(text, name)
    try:
        data = tomllib.loads(text)
    # The parser goes down a level for each table.
    except (ValueError, RecursionError) as error:
        said = str(error) if len(str(error)) <= 200 else short(str(error), quote=False)
        line = re.search(r"at line (\d+)", said)
        # What is copied out of a chat or a page often has such lines around it.
        fence = "; leave out the ``` around the scenario" if text.lstrip().startswith("```") else "; correct it there"
        raise refused(name, f"not valid TOML: {said}{fence}", int(line[1]) if line else None) from None
    check_depth(data, name)
    return data


def _check_tokens(text: str, name: str) -> None:
    depth = dots = 0
    for found in TOKEN.finditer(text):
        sign = found.group()
        # Dots between keys make tables as brackets do; the next sign ends a dotted key.
        if sign == ".":
            dots += 1
        elif len(sign) == 1:
            dots = 0
            depth += (sign in "[{") - (sign in "]}")
        if depth > DEEPEST or dots > DEEPEST:
            line = text.count("\n", 0, found.start()) + 1
            said = f"line {line} is nested deeper than {DEEPEST}; a scenario needs no more than 10"
            raise refused(name, said, line)


def check_depth(data: dict[str, Any], name: str) -> None:
    """Refuse tables within tables beyond what a scenario needs."""
    # Level by level and not by recursion, which the text could make run out of stack.
    level: list[Any] = [data]
    for _ in range(DEEPEST + 1):
        level = [
            child
            for one in level
            for child in (one.values() if isinstance(one, dict) else one)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise FileError(f"{name}: tables are nested deeper than {DEEPEST}; a scenario needs no more than 10")
