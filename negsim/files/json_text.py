"""Scenarios as JSON, TOML's twin: the same keys, with lines, and with refusals before anything is built.

A program that writes JSON against a strict schema cannot choose keys of its own and must write every key. So a table of
named things may be an array of objects with a ``name`` (and a ``value``, where what is named is no table), and null means
that a key is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from negsim.errors.problems import Path, path_text, short
from negsim.files.limits import DEEPEST, check_depth, check_length, refused

__all__ = ["is_json", "json_lines", "parse_json"]

# Possessive and open-ended, so that text that is no JSON is passed in linear time and left to the parser.
TOKEN = re.compile(r'"(?:[^"\\\n]|\\[^\n])*+"?|[\[\]{}:,\n]|[^\s\[\]{}:,"]++')
HALF = re.compile("[\ud800-\udfff]")


def is_json(text: str, name: str = "") -> bool:
    """Whether a text is meant as JSON: no TOML begins with a brace.

    >>> is_json(' {"format_version": 1}'), is_json("[scenario]"), is_json("[]", "a.json")
    (True, False, True)
    """
    return name.endswith(".json") or text.lstrip(" \t\r\n\ufeff").startswith("{")


def parse_json(text: str, name: str) -> dict[str, Any]:
    """Return the tables of a JSON text whose size and depth are bounded, keys that are null left out.

    Raises
    ------
    FileError
        If it is too long or too deep, not JSON, has a key twice in one object, or is no object.
    """
    check_length(text, name)
    # Before the parser: it goes down a level of its own for each bracket.
    _check_tokens(text, name)
    try:
        # JSON has no NaN, but Python's parser takes it.
        data = json.loads(text.lstrip("\ufeff"), object_pairs_hook=_object, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        said = f"not valid JSON: {error.msg} (at line {error.lineno}, column {error.colno}); correct it there"
        raise refused(name, said, error.lineno) from None
    # NaN, or an integer of too many digits.
    except (ValueError, RecursionError) as error:
        raise refused(name, f"not valid JSON: {short(str(error), quote=False)}; correct it", None) from None
    if not isinstance(data, dict):
        raise refused(name, f"{short(data)} is no scenario; write an object with format_version and scenario", 1)
    twice = _twice(data, ())
    if twice is not None:
        # Once it is known what is there twice, its second line is looked for; most files never need it.
        raise refused(name, f"{path_text(twice)} is there twice; remove one", _second(text, twice), twice)
    # Escapes of half a character become signs that no file can hold.
    if HALF.search(json.dumps(data, ensure_ascii=False)):
        raise refused(name, "a text holds half a character (a lone surrogate); correct the text", None)
    check_depth(data, name)
    # For editors; no key of the format.
    data.pop("$schema", None)
    return data


class _Doubled(dict[str, Any]):
    """An object in which a key is there twice."""

    key = ""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        doubled = _Doubled(found)
        seen: set[str] = set()
        doubled.key = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value] # add gives nothing
        return doubled
    # Null is how JSON leaves a key out.
    return {key: value for key, value in found.items() if value is not None}


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")


def _twice(data: Any, path: Path) -> Path | None:
    """The path of the first key that is there twice."""
    if isinstance(data, _Doubled):
        return (*path, data.key)
    items: Any = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in items:
        found = _twice(value, (*path, step)) if isinstance(value, dict | list) else None
        if found is not None:
            return found
    return None


def _second(text: str, path: Path) -> int | None:
    lines = [line for found, line in _places(text) if found == path]
    return lines[1] if len(lines) > 1 else None


def _check_tokens(text: str, name: str) -> None:
    depth = 0
    for found in TOKEN.finditer(text):
        sign = found.group()
        depth += (sign in "[{") - (sign in "]}")
        if depth > DEEPEST:
            line = text.count("\n", 0, found.start()) + 1
            said = f"line {line} is nested deeper than {DEEPEST}; a scenario needs no more than 10"
            raise refused(name, said, line)


def json_lines(text: str) -> dict[str, int]:
    """The line of every key and entry of a valid JSON text; of what is named in an array also by its name.

    >>> json_lines('{"fact": [\\n{"name": "memo", "initial": true}]}')[".fact.memo.initial"]
    2
    """
    found: dict[str, int] = {}
    # Both ways: some messages go by the place in an array, others by the name of what stands there.
    names = dict(_names(json.loads(text.lstrip("\ufeff")), ()))
    for path, line in _places(text):
        found.setdefault(_flat(path), line)
        found.setdefault(_flat(_by_name(path, names)), line)
    return found


def _names(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """What the entries of arrays are called."""
    items: Any = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in items:
        if isinstance(step, int) and isinstance(value, dict) and isinstance(value.get("name"), str):
            yield (*path, step), value["name"]
        yield from _names(value, (*path, step))


def _by_name(path: Path, names: dict[Path, str]) -> Path:
    steps = [names.get(path[: place + 1], step) for place, step in enumerate(path)]
    # A pair with a value is a single thing in TOML: its value has the line of the pair.
    pair = len(path) > 1 and path[-1] == "value" and path[:-1] in names
    return tuple(steps[:-1] if pair else steps)


def _flat(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)


def _places(text: str) -> Iterator[tuple[Path, int]]:
    """The path and the line of every key and entry, in the order of the text."""
    line, at = 1, 0
    path: list[str | int] = []
    key: str | None = None
    for match in TOKEN.finditer(text):
        sign = match.group()
        line, at = line + text.count("\n", at, match.start()), match.start()
        if sign in ",:\n":
            continue
        if sign in "]}":
            path.pop()
            key = None
            continue
        if path and isinstance(path[-1], int):
            path[-1] += 1
        elif path and key is None:
            key = path[-1] = json.loads(sign)
            yield tuple(path), line
            continue
        if path and isinstance(path[-1], int):
            yield tuple(path), line
        key = None
        if sign in "[{":
            # One below the first place; an entry raises it before it is noted.
            path.append(-1 if sign == "[" else "")
