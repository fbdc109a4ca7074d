"""From a scenario to TOML or JSON text, the same text every time, and to a file in one step."""

from __future__ import annotations

import json
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
SCHEMA_FILE = "negsim-1.schema.json"
SCHEMA_LINE = f"#:schema {SCHEMA_FILE}"
FIRST = ("party", "evidence", "parameter", "correlation", "fact", "counter", "level")
LAST = ("action", "mechanism", "question")
ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}


def dumps(scenario: Scenario, *, format: str = "toml") -> str:
    """Return the scenario as TOML or JSON text: sorted, defaults left out, the same text every time.

    Parameters
    ----------
    scenario : Scenario
        What to write.
    format : {"toml", "json"}
        JSON has the same keys.

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
    if format not in ("toml", "json"):
        raise ScenarioError(f"format {format!r:.40} is none of a scenario's; write 'toml' or 'json'")
    codec = _codec_for(scenario)
    data = _tables(scenario, codec)
    text = _as_json(data) if format == "json" else _as_toml(data, codec)
    # What an expression or a name could hold, but no file.
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise FileError("a text of the scenario holds half a character (a lone surrogate); correct the text")
    return text


def _tables(scenario: Scenario, codec: Codec) -> dict[str, Any]:
    """What a file of the scenario holds, in the order in which it is written."""
    found: dict[str, Any] = {"format_version": VERSION, "scenario": codec.head.plain(scenario, ("scenario",))}
    tables = {record.cls: table for table, record in codec.tables.items()}
    words = sorted(set(codec.tables) - {*FIRST, *LAST})
    # In the order in which people read: who there is and what is known first, questions last.
    places = {table: n for n, table in enumerate((*FIRST, *words, *LAST))}
    for part in sorted(scenario.parts, key=lambda one: (places[tables[type(one)]], one.name)):
        table = tables[type(part)]
        found.setdefault(table, {})[part.name] = codec.tables[table].plain(part, (table, part.name))
    steps = [codec.intervention.plain(step, ("intervention", n)) for n, step in enumerate(scenario.interventions)]
    return {**found, "intervention": steps} if steps else found


def _as_toml(data: dict[str, Any], codec: Codec) -> str:
    lines = [SCHEMA_LINE, f"format_version = {VERSION}", "", "[scenario]", *_pairs(data["scenario"])]
    for table, parts in data.items():
        if table in codec.tables:
            for name, part in parts.items():
                lines += _section((table, name), part)
    for step in data.get("intervention", ()):
        lines += ["", "[[intervention]]", *_pairs(step)]
    return "\n".join(lines) + "\n"


def _as_json(data: dict[str, Any]) -> str:
    return json.dumps({"$schema": SCHEMA_FILE, **_whole(data)}, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _whole(value: Any) -> Any:
    """The same with whole numbers without a point, as TOML has them."""
    if isinstance(value, dict):
        return {key: _whole(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(one) for one in value]
    # By way of text, so that both formats write a number alike.
    return json.loads(_number(value)) if isinstance(value, float) else value


def _codec_for(scenario: Scenario) -> Codec:
    codec = codec_of(())
    known = {record.cls for record in codec.tables.values()}
    # Types that files know need nothing; most scenarios have no other.
    others = {type(part) for part in scenario.parts} - known
    if not others:
        return codec
    for cls in others:
        if not isinstance(getattr(cls, "table", None), str):
            raise ScenarioError(
                f"{cls.__name__} cannot be written: it has no class attribute table, such as table = 'promise'"
            )
    # Sorted: the codec is kept by its words in their order.
    ordered = sorted(others - set(vocabulary()), key=lambda cls: (cls.__module__, cls.__qualname__))
    return codec_of(tuple(ordered))


def save(scenario: Scenario, path: str | os.PathLike[str]) -> None:
    """Write the scenario to a TOML file, or to JSON if its name ends so; it is replaced whole or not at all.

    Parameters
    ----------
    scenario : Scenario
        What to write.
    path : str or path
        Where to; its folder must be there. A name that ends in ``.json`` gets JSON.

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
    target = FilePath(path)
    data = dumps(scenario, format="json" if target.suffix == ".json" else "toml").encode("utf-8")
    try:
        # The file behind a link is replaced, not the link.
        target = target.resolve()
        if target.exists() and not target.is_file():
            raise FileError(f"{short(str(path), quote=False)}: not a regular file; give the path of a file")
        _replace(target, data)
    except (OSError, ValueError) as error:
        # A ValueError too: it passes as it is.
        if isinstance(error, FileError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        name = short(str(path), quote=False)
        raise FileError(f"{name}: cannot be written ({reason}); choose another place") from error


def _replace(target: FilePath, data: bytes) -> None:
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o666
    # Beside it: only within one file system a file takes another's place in one step.
    beside = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, target)
    # An interrupt too must leave no half-written file behind.
    except BaseException:
        with suppress(OSError):
            os.unlink(beside)
        raise
    # The new name is safe only when the folder is written as well; where folders cannot be opened, no more can be done.
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
    # -0.0 keeps its sign, and beyond 2**53 a whole number is not the float any more.
    whole = float(value).is_integer() and abs(value) < 2**53 and text != "-0.0"
    return str(int(value)) if whole or isinstance(value, int) else text


def _text(value: str) -> str:
    return '"' + "".join(_sign(sign) for sign in value) + '"'


def _long(value: str) -> str:
    """Text of several lines; a backslash and every quotation mark in a row of three are escaped."""
    # Quotation marks are escaped each, so that no three of them can end the text.
    lines = value.split("\n")
    return '"""\n' + "\n".join("".join(_sign(sign) for sign in line) for line in lines) + '"""'


def _sign(sign: str) -> str:
    if sign in ESCAPES:
        return ESCAPES[sign]
    return f"\\u{ord(sign):04X}" if sign < " " or sign == "\x7f" else sign
