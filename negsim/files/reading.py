"""From a file to a scenario."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from importlib import resources
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from negsim.errors import FileError, nearest
from negsim.files.annotations import Codec
from negsim.files.limits import MOST_PARTS, parse_toml, read_text
from negsim.files.places import Path, located, path_text, short
from negsim.files.tables import Table
from negsim.model.clocks import LAWS
from negsim.model.scenario import Scenario

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["VERSION", "codec_of", "load", "loads", "schema", "shipped"]

VERSION = 1


def vocabulary() -> tuple[type, ...]:
    """The words that negsim itself brings."""
    from negsim.vocabulary import WORDS

    return WORDS


@lru_cache(maxsize=16)
def codec_of(words: tuple[type, ...]) -> Codec:
    """The codec for the vocabulary and these words."""
    return Codec((*vocabulary(), *words))


@lru_cache(maxsize=64)
def model_of(words: tuple[type, ...], tables: frozenset[str] | None = None) -> Any:
    """The pydantic model of a file with these words; ``tables`` names those that the file has."""
    from negsim.files.models import file_model

    codec = codec_of(words)
    return file_model(codec, tables if tables is not None and tables <= codec.tables.keys() else None)


def shipped() -> tuple[str, ...]:
    """Names of the scenarios that come with negsim, sorted."""
    folder = resources.files("negsim") / "scenarios"
    return tuple(sorted(one.name[:-5] for one in folder.iterdir() if one.name.endswith(".toml")))


def load(source: str | os.PathLike[str], words: Iterable[type] = ()) -> Scenario:
    """Read a scenario from a file, or a shipped one by its name.

    Parameters
    ----------
    source : str or path
        Path of a TOML file, or one of :func:`shipped`.
    words : iterable of type
        Word classes of your own whose tables the file may hold.

    Returns
    -------
    Scenario

    Raises
    ------
    FileError
        If there is no such file or scenario, it is no regular file of at most 1 MiB of UTF-8, it is not TOML, or a
        key or value does not belong where it stands. The message has file, table, key, value and remedy.
    ScenarioError
        If the parts contradict each other; the message begins with the file and the table.

    Examples
    --------
    >>> load("toy").name
    'toy'
    """
    text = os.fspath(source)
    known = shipped()
    if isinstance(source, str) and source in known:
        file = resources.files("negsim") / "scenarios" / f"{source}.toml"
        # What negsim ships is validated by its tests; validating it again would double the time to the first answer.
        return _read(file.read_text("utf-8"), f"{source}.toml", tuple(words), validate=False)
    if isinstance(source, str) and not _is_path(source):
        hint = nearest(source[:200], known)
        raise FileError(f"{short(source)}: no such file and no shipped scenario{hint}; shipped are {', '.join(known)}")
    return loads(read_text(text), name=short(FilePath(text).name, quote=False), words=words)


def _is_path(source: str) -> bool:
    if source.endswith(".toml") or os.sep in source:
        return True
    try:
        return os.path.lexists(source)
    except ValueError:
        return True


def loads(text: str, name: str = "<text>", words: Iterable[type] = ()) -> Scenario:
    """Read a scenario from TOML text; ``name`` stands for the file in errors.

    Raises
    ------
    FileError, ScenarioError
        As :func:`load`.

    Examples
    --------
    >>> scenario = loads('''
    ... format_version = 1
    ... [scenario]
    ... name = "tiny"
    ... start = 2025-01-01
    ... end = "40 days"
    ... [fact.memo]
    ... [action.deliver]
    ... clock = {law = "exponential", rate = 0.3}
    ... effects = ["memo = true"]
    ... ''')
    >>> [part.name for part in scenario.parts]
    ['deliver', 'memo']
    """
    return _read(text, name, tuple(words), validate=True)


def _read(text: str, name: str, words: tuple[type, ...], *, validate: bool) -> Scenario:
    codec = codec_of(words)
    data = parse_toml(text, name)
    _check_version(data, name)
    with located(name):
        data = flattened(data, codec)
    if validate:
        _validate(data, name, words)
    with located(name):
        return build(data, codec)


def _validate(data: dict[str, Any], name: str, words: tuple[type, ...]) -> None:
    from pydantic import ValidationError

    model = model_of(words, frozenset(data) - {"format_version", "scenario", "intervention"})
    try:
        model.model_validate(data)
    except ValidationError as error:
        raise FileError(f"{name}: {said(error, data)}") from None


def _check_version(data: Mapping[str, Any], name: str) -> None:
    version = data.get("format_version")
    if version is None:
        raise FileError(f"{name}: format_version is missing; write 'format_version = {VERSION}' as the first line")
    if isinstance(version, bool) or version != VERSION or not isinstance(version, int):
        newer = isinstance(version, int) and version > VERSION
        remedy = "update negsim to read this file" if newer else f"write 'format_version = {VERSION}'"
        raise FileError(f"{name}: format_version: {short(version)} is not {VERSION}; {remedy}")


def flattened(data: dict[str, Any], codec: Codec) -> dict[str, Any]:
    """The same file with dotted names as single keys: ``[action.russia.deliver]`` is ``[action."russia.deliver"]``."""
    result, count = dict(data), 0
    for table, record in codec.tables.items():
        named = data.get(table)
        if not isinstance(named, dict):
            continue
        found: dict[str, Any] = {}
        for key, value in named.items():
            for name, definition in _definitions(key, value, record):
                if name in found:
                    raise FileError(f"{path_text((table, name))} is there twice, once in quotes; remove one")
                found[name] = definition
        result[table] = found
        count += len(found)
    if count > MOST_PARTS:
        raise FileError(f"{count:,} parts are more than {MOST_PARTS:,}; split the scenario")
    return result


def _definitions(name: str, value: Any, record: Table) -> Iterator[tuple[str, Any]]:
    """What is defined under a name, and under the longer names within it."""
    if not isinstance(value, dict) or not value:
        yield name, value
        return
    inner = {key for key, one in value.items() if isinstance(one, dict) and key not in record.keys}
    own = {key: one for key, one in value.items() if key not in inner}
    if own:
        slips = {key for key in inner if get_close_matches(key[:200], record.keys, n=1, cutoff=0.8)}
        yield name, {**own, **{key: value[key] for key in slips}}
        inner -= slips
    for key in inner:
        yield from _definitions(f"{name}.{key}", value[key], record)


def said(error: ValidationError, data: Any) -> str:
    """The first thing that pydantic found, with its place, and how many more there are."""
    found = error.errors(include_url=False, include_input=True)
    first = found[0]
    place = where(first["loc"], data)
    kind = first["type"]
    if kind == "missing":
        text = "is missing; add it"
    elif kind == "dict_type":
        text = f"{short(first['input'])} does not belong here; write a table"
    elif kind == "list_type":
        text = f"{short(first['input'])} does not belong here; write an array, as in [ ... ]"
    elif kind in ("too_long", "too_short"):
        text = _length(first)
    else:
        text = first["msg"]
        if text.startswith("does not belong here"):
            text = f"{_shown(first['input'])} {text}"
    more = f" (and {len(found) - 1:,} more)" if len(found) > 1 else ""
    return f"{path_text(place)}: {text}{more}" if place else f"{text}{more}"


def _shown(value: Any) -> str:
    """A value in a message; of a table, what it claims to be."""
    if not isinstance(value, dict):
        return short(value)
    if isinstance(value.get("law"), str):
        return f"law {short(value['law'])}{nearest(value['law'][:200], LAWS)}"
    keys = ", ".join(short(key, quote=False) for key in list(value)[:5])
    return f"a table with the keys {keys}" if keys else "an empty table"


def _length(first: Any) -> str:
    limits = first.get("ctx", {})
    least, most = limits.get("min_length"), limits.get("max_length")
    wanted = f"at least {least}" if least is not None else f"at most {most:,}"
    return f"holds {limits.get('actual_length')} entries; give {wanted}"


def where(steps: tuple[int | str, ...], data: Any) -> Path:
    """The place without pydantic's names of branches, which are in no file."""
    place: list[str | int] = []
    for n, step in enumerate(steps):
        if isinstance(step, str) and step.startswith("<") and not (isinstance(data, dict) and step in data):
            continue
        place.append(step)
        inside = isinstance(data, dict) and step in data
        inside = inside or (isinstance(data, list) and isinstance(step, int) and step < len(data))
        if not inside and n < len(steps) - 1:
            break
        data = data[step] if inside else None
    return tuple(place)


def build(data: Mapping[str, Any], codec: Codec) -> Scenario:
    """The scenario of a validated file."""
    parts = []
    for table, record in codec.tables.items():
        for name, definition in data.get(table, {}).items():
            parts.append(record.build({"name": name, **definition}, (table, name)))
    steps = [codec.intervention.build(step, ("intervention", n)) for n, step in enumerate(data.get("intervention", ()))]
    head = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in data["scenario"].items()}
    return Scenario(parts=tuple(parts), interventions=tuple(steps), **head)


def schema(words: Iterable[type] = ()) -> dict[str, Any]:
    """Return the JSON Schema of scenario files, for editors and for other programs.

    The schema knows names with dots in their quoted form, ``[action."russia.deliver"]``, as :func:`save` writes them.

    Parameters
    ----------
    words : iterable of type
        Word classes of your own.

    Examples
    --------
    >>> sorted(schema()["required"])
    ['format_version', 'scenario']
    """
    model = model_of(tuple(words))
    found: dict[str, Any] = model.model_json_schema(by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    found["title"] = "negsim scenario, format 1"
    found["description"] = "A negotiation as data. Save this schema as negsim-1.schema.json beside the scenario file."
    return found
