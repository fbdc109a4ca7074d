"""From a scenario to TOML text, the same text every time, and to a file in one step."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path as FilePath
from typing import Any

from negsim.errors import FileError, ScenarioError
from negsim.errors.problems import BARE, short
from negsim.files.annotations import Codec
from negsim.files.reading import VERSION, codec_of, vocabulary
from negsim.model.scenario import Scenario, check_is_scenario

__all__ = ["dumps", "save"]

WIDTH = 110
SCHEMA_LINE = "#:schema negsim-1.schema.json"
FIRST = ("party", "evidence", "parameter", "correlation", "fact", "counter", "level")
LAST = ("action", "mechanism", "question")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def dumps(scenario: Scenario) -> str:
    """Return the scenario as TOML text: sorted, defaults left out, the same text every time.

    Parameters
    ----------
    scenario : Scenario
        What to write.

    Returns
    -------
    str
        `loads` makes an equal scenario of it.

    Raises
    ------
    ScenarioError
        If a part is of no known class, or a value cannot be written (not finite, an expression that is too long).

    See Also
    --------
    save : Write a scenario to a file.
    loads : Read a scenario from text.

    Examples
    --------
    >>> from negsim.model.evidence import Party
    >>> print(dumps(Scenario("tiny", start="2025-01-01", end=40, parts=[Party("russia", title="Russia")])))
    #:schema negsim-1.schema.json
    format_version = 1
    <BLANKLINE>
    [scenario]
    name = "tiny"
    start = "2025-01-01"
    end = 40
    <BLANKLINE>
    [party.russia]
    title = "Russia"
    <BLANKLINE>
    """
    check_is_scenario(scenario, "dumps")
    codec = _codec_for(scenario)
    lines = [SCHEMA_LINE, f"format_version = {VERSION}", "", "[scenario]"]
    lines += _pairs(codec.head.plain(scenario, ("scenario",)))
    tables = {record.cls: table for table, record in codec.tables.items()}
    words = sorted(set(codec.tables) - {*FIRST, *LAST})
    places = {table: n for n, table in enumerate((*FIRST, *words, *LAST))}
    for part in sorted(scenario.parts, key=lambda one: (places[tables[type(one)]], one.name)):
        table = tables[type(part)]
        lines += _section((table, part.name), codec.tables[table].plain(part, (table, part.name)))
    for n, step in enumerate(scenario.interventions):
        lines += ["", "[[intervention]]", *_pairs(codec.intervention.plain(step, ("intervention", n)))]
    text = "\n".join(lines) + "\n"
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise FileError("a text of the scenario holds half a character (a lone surrogate); correct the text")
    return text


def _codec_for(scenario: Scenario) -> Codec:
    codec = codec_of(())
    known = {record.cls for record in codec.tables.values()}
    others = {type(part) for part in scenario.parts} - known
    if not others:
        return codec
    for cls in others:
        if not isinstance(getattr(cls, "table", None), str):
            raise ScenarioError(
                f"{cls.__name__} cannot be written: it has no class attribute table, such as table = 'promise'"
            )
    ordered = sorted(others - set(vocabulary()), key=lambda cls: (cls.__module__, cls.__qualname__))
    return codec_of(tuple(ordered))


def save(scenario: Scenario, path: str | os.PathLike[str]) -> None:
    """Write the scenario to a TOML file, which is replaced whole or not at all.

    Parameters
    ----------
    scenario : Scenario
        What to write.
    path : str or path
        Where to; its folder must be there.

    Raises
    ------
    FileError
        If the file cannot be written; what was there before is untouched.
    ScenarioError
        As :func:`dumps`.

    See Also
    --------
    dumps : Write a scenario as text.
    load : Read a scenario from a file.

    Examples
    --------
    >>> import tempfile
    >>> from negsim.files import load
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(load("toy"), Path(folder) / "mine.toml")
    ...     load(Path(folder) / "mine.toml") == load("toy")
    True
    """
    data = dumps(scenario).encode("utf-8")
    target = FilePath(path)
    try:
        target = target.resolve()
        if target.exists() and not target.is_file():
            raise FileError(f"{short(str(path), quote=False)}: not a regular file; give the path of a TOML file")
        _replace(target, data)
    except (OSError, ValueError) as error:
        if isinstance(error, FileError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        name = short(str(path), quote=False)
        raise FileError(f"{name}: cannot be written ({reason}); choose another place") from error


def _replace(target: FilePath, data: bytes) -> None:
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
    with suppress(OSError):
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _section(path: tuple[str, ...], table: dict[str, Any]) -> list[str]:
    """A table under its own header; tables of tables within it, and wide ones, get headers of their own."""
    inner = {key: value for key, value in table.items() if isinstance(value, dict) and _apart(key, value)}
    lines = ["", "[" + ".".join(map(_key, path)) + "]"]
    lines += _pairs({key: value for key, value in table.items() if key not in inner})
    for key, value in inner.items():
        if value and all(isinstance(one, dict) for one in value.values()):
            for name, one in value.items():
                lines += _section((*path, key, name), one)
        else:
            lines += _section((*path, key), value)
    return lines


def _apart(key: str, value: dict[str, Any]) -> bool:
    tables = bool(value) and all(isinstance(one, dict) for one in value.values())
    return tables or len(key) + len(_inline(value)) + 3 > WIDTH


def _pairs(table: dict[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, list) and len(key) + len(_inline(value)) + 3 > WIDTH:
            yield f"{_key(key)} = ["
            yield from (f"  {_inline(one)}," for one in value)
            yield "]"
        elif isinstance(value, str) and "\n" in value:
            yield f"{_key(key)} = {_long(value)}"
        else:
            yield f"{_key(key)} = {_inline(value)}"


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _text(key)


def _inline(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(key)} = {_inline(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    return _number(value)


def _number(value: float) -> str:
    """Shortest text that reads back as the same number; whole floats without a point.

    >>> _number(40.0), _number(0.1), _number(1e-7), _number(-0.0)
    ('40', '0.1', '1e-07', '-0.0')
    """
    text = repr(float(value))
    whole = float(value).is_integer() and abs(value) < 2**53 and text != "-0.0"
    return str(int(value)) if whole or isinstance(value, int) else text


def _text(value: str) -> str:
    return '"' + "".join(_sign(sign) for sign in value) + '"'


def _long(value: str) -> str:
    """Text of several lines; a backslash and every quotation mark in a row of three are escaped."""
    lines = value.split("\n")
    return '"""\n' + "\n".join("".join(_sign(sign) for sign in line) for line in lines) + '"""'


def _sign(sign: str) -> str:
    if sign in ESCAPES:
        return ESCAPES[sign]
    return f"\\u{ord(sign):04X}" if sign < " " or sign == "\x7f" else sign
