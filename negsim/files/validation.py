"""From what pydantic found in a file to problems: the place, the value, what may stand there, the nearest key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from negsim.errors import nearest
from negsim.errors.problems import Problem, short
from negsim.files.annotations import Codec
from negsim.files.places import Path
from negsim.files.shapes import Choice, Many, Named, Pairs, Shape
from negsim.files.tables import Table
from negsim.model.clocks import LAWS

if TYPE_CHECKING:
    from pydantic import ValidationError

__all__ = ["problems_in"]


def problems_in(error: ValidationError, data: dict[str, Any], codec: Codec) -> list[Problem]:
    """Everything that pydantic found, with its place.

    A key that is written wrong is there: it is not told as missing too.
    """
    found = [_problem(one, data, codec) for one in error.errors(include_url=False, include_input=True)]
    missing = {problem.path for problem in found if problem.code == "missing"}
    for problem in found:
        if problem.code == "unknown_key":
            above, key = problem.path[:-1], str(problem.path[-1])
            meant = nearest(key[:200], [str(path[-1]) for path in missing if path[:-1] == above])
            # A missing key and an unknown one beside it that is nearly the same are one slip, told once.
            missing -= {(*above, meant.removeprefix("; did you mean '").removesuffix("'?"))}
    return [problem for problem in found if problem.code != "missing" or problem.path in missing]


def _problem(found: Any, data: dict[str, Any], codec: Codec) -> Problem:
    path, kind, value = _place(found["loc"], data), found["type"], found["input"]
    if kind == "missing":
        return Problem(code="missing", path=path, text="is missing; add it", expected=path_end(path), remedy="add it")
    if kind == "extra_forbidden":
        return _unknown_key(path, data, codec)
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        expected = "a table"
        text = f"{short(value)} does not belong here; write a table"
    elif kind == "list_type":
        expected = "an array"
        text = f"{short(value)} does not belong here; write an array, as in [ ... ]"
    elif kind in ("too_long", "too_short"):
        text = _length(found)
        expected = text.partition("give ")[2]
    else:
        text = found["msg"]
        # Shapes do not know the value when their remedy is made, so it is put before it here.
        if text.startswith("does not belong here"):
            text = f"{_shown(value)} {text}"
        expected = text.partition("; write ")[2]
    code = "syntax" if kind in ("too_long", "too_short") else "type"
    _, _, remedy = text.rpartition("; ")
    return Problem(code=code, path=path, text=text, value=short(value), expected=expected, remedy=remedy)


def path_end(path: Path) -> str:
    """The last key of a path, as what is expected there."""
    return str(path[-1]) if path else ""


def _unknown_key(path: Path, data: dict[str, Any], codec: Codec) -> Problem:
    key, known = str(path[-1]), list(_keys_at(path[:-1], data, codec))
    there = f"the keys here are {', '.join(known)}" if known else "there are no keys here"
    hint = nearest(key[:200], known)
    return Problem(
        code="unknown_key",
        path=path,
        text=f"unknown key {short(key)}{hint}; {there}",
        value=key,
        expected=", ".join(known),
        remedy=hint.removeprefix("; ") or there,
    )


def _keys_at(path: Path, data: dict[str, Any], codec: Codec) -> Iterable[str]:
    """The keys that a table of a file may have."""
    if not path:
        return ("format_version", "scenario", *codec.tables, "intervention")
    shape: Shape | None = codec.head if path[0] == "scenario" else codec.tables.get(str(path[0]))
    raw, rest = data[str(path[0])], path[1:]
    if path[0] == "intervention":
        shape = Many(codec.intervention)
    elif path[0] != "scenario":
        raw, rest = raw[path[1]], path[2:]
    for step in rest:
        shape, raw = _within(shape, step, raw), raw[step]
    # A choice within a choice: the form that the value has decides which keys belong there.
    while isinstance(shape, Choice):
        shape = shape.member(raw)
    return shape.keys if isinstance(shape, Table) else ()


def _within(shape: Shape | None, step: str | int, raw: Any) -> Shape | None:
    while isinstance(shape, Choice):
        shape = shape.member(raw)
    if isinstance(shape, Table):
        return shape.keys[str(step)].shape
    if isinstance(shape, Named):
        record: Shape = shape.record
        return record
    return shape.item if isinstance(shape, Many | Pairs) else None


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


def _place(steps: tuple[int | str, ...], data: Any) -> Path:
    """The place without pydantic's names of branches, which are in no file."""
    return tuple(_steps(steps, data))


def _steps(steps: tuple[int | str, ...], data: Any) -> Iterator[str | int]:
    # A mark of a branch, unless the file has a key that looks like one.
    for n, step in enumerate(steps):
        if isinstance(step, str) and step.startswith("<") and not (isinstance(data, dict) and step in data):
            continue
        yield step
        inside = isinstance(data, dict) and step in data
        inside = inside or (isinstance(data, list) and isinstance(step, int) and step < len(data))
        if not inside and n < len(steps) - 1:
            return
        # Beyond what the file has, pydantic's steps tell nothing.
        data = data[step] if inside else None
