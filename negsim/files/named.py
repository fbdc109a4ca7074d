"""How things are named in a file: in arrays, as a strict JSON schema has them, and by keys with dots.

``"party": [{"name": "north", "title": "North"}]`` is ``[party.north] title = "North"``, and where what is named is no
table, ``"requires": [{"name": "north", "value": "memo.delivered"}]`` is ``requires = {north = "memo.delivered"}``.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from negsim.errors import FileError, Gather
from negsim.errors.problems import Path, Problem, path_text, short
from negsim.files.annotations import Codec
from negsim.files.limits import MOST_PARTS
from negsim.files.shapes import Choice, Many, Named, Pairs, Shape
from negsim.files.tables import Table

__all__ = ["flattened", "tabled"]

NAMELESS = ("correlation",)
"""Tables of things that nothing refers to: in an array they need no name."""


def tabled(data: dict[str, Any], codec: Codec) -> dict[str, Any]:
    """Return the file with tables in place of arrays of named things.

    Raises
    ------
    FileError
        If an entry of such an array has no name, or the name of another.
    """
    found, gather = dict(data), Gather()
    for table in codec.tables:
        if isinstance(found.get(table), list):
            entries = found[table]
            if table in NAMELESS:
                entries = [
                    {"name": f"{table}_{n}", **one} if isinstance(one, dict) else one
                    for n, one in enumerate(entries, 1)
                ]
            with gather.going_on():
                found[table] = _by_name(entries, (table,))
    # All arrays first: the tables within are looked at only where each part has a name.
    gather.check()
    for table, record in codec.tables.items():
        if isinstance(found.get(table), dict):
            found[table] = {name: _settled(one, record, (table, name)) for name, one in found[table].items()}
    if isinstance(found.get("intervention"), list):
        found["intervention"] = _settled(found["intervention"], Many(codec.intervention), ("intervention",))
    return found


def _settled(raw: Any, shape: Shape, path: Path) -> Any:
    if isinstance(shape, Choice):
        return _chosen(raw, shape, path)
    if isinstance(shape, Named | Pairs):
        if isinstance(raw, list):
            raw = _by_name(raw, path, pairs=isinstance(shape, Pairs))
        inner: Shape = shape.record if isinstance(shape, Named) else shape.item
        return {key: _settled(one, inner, (*path, key)) for key, one in raw.items()} if isinstance(raw, dict) else raw
    if isinstance(shape, Many) and isinstance(raw, list):
        return [_settled(one, shape.item, (*path, place)) for place, one in enumerate(raw)]
    if isinstance(shape, Table) and isinstance(raw, dict):
        return {
            key: _settled(one, shape.keys[key].shape, (*path, key)) if key in shape.keys else one
            for key, one in raw.items()
        }
    return raw


def _chosen(raw: Any, shape: Choice, path: Path) -> Any:
    """What may be of several shapes: an array of named things is one only if no array may stand there."""
    tables = [one for one in shape.members if isinstance(one, Named | Pairs)]
    if isinstance(raw, list) and tables and (raw or not any(isinstance(one, Many) for one in shape.members)):
        # Without names it is left as it stands, and validation tells what belongs there.
        if all(isinstance(one, dict) and "name" in one for one in raw):
            return _settled(raw, tables[0], path)
        return raw
    member = shape.member(raw)
    return raw if member is None else _settled(raw, member, path)


def _by_name(entries: list[Any], path: Path, *, pairs: bool = False) -> dict[str, Any]:
    found: dict[str, Any] = {}
    gather = Gather()
    for place, entry in enumerate(entries):
        with gather.going_on():
            _enter(found, entry, (*path, place), pairs=pairs)
    gather.check()
    return found


def _enter(found: dict[str, Any], entry: Any, path: Path, *, pairs: bool) -> None:
    """Put an entry of an array under its name."""
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str):
        text = f"{short(entry)} has no name; write an object with the key 'name'"
        raise _wrong(path, text, code="missing", expected="name")
    if name in found:
        raise _wrong(path, f"the name {short(name)} is there twice; rename one, or remove it", code="clash")
    rest = {key: value for key, value in entry.items() if key != "name"}
    # Only a value, and it stands for itself: a number or text under a name.
    found[name] = rest.get("value") if pairs and set(rest) <= {"value"} else rest


def _wrong(path: Path, text: str, *, code: str, expected: str = "") -> FileError:
    remedy = text.rpartition("; ")[2]
    return FileError.telling([Problem(code=code, path=path, text=text, expected=expected, remedy=remedy)])


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
    # After dots were counted as names: a few bytes of dotted keys can state many parts.
    if count > MOST_PARTS:
        raise FileError(f"{count:,} parts are more than {MOST_PARTS:,}; split the scenario")
    return result


def _definitions(name: str, value: Any, record: Table) -> Iterator[tuple[str, Any]]:
    """What is defined under a name, and under the longer names within it."""
    if not isinstance(value, dict) or not value:
        yield name, value
        return
    inner = {
        key for key, one in value.items() if isinstance(one, dict) and key not in record.keys and _names(one, record)
    }
    own = {key: one for key, one in value.items() if key not in inner}
    if own:
        # What resembles a key of this table is a slip, and is better refused than taken for a part of a longer name.
        slips = {key for key in inner if get_close_matches(key[:200], record.keys, n=1, cutoff=0.8)}
        yield name, {**own, **{key: value[key] for key in slips}}
        inner -= slips
    for key in inner:
        yield from _definitions(f"{name}.{key}", value[key], record)


def _names(value: dict[str, Any], record: Table) -> bool:
    """Whether a table may be that of a longer name: a law, say, under a key that is not there is none."""
    return not value or any(key in record.keys or isinstance(one, dict) for key, one in value.items())
