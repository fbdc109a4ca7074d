"""The shapes that a value can have in a file: each knows its pydantic type, reads a value and writes one.

A shape has three verbs: ``annotation`` (what pydantic validates), ``build`` (validated TOML
value to Python value) and ``plain`` (Python value to TOML value). `negsim.files.annotations` makes them from the
annotations of dataclass fields, so a word of a user's own needs no code for files. Pydantic is imported when a file is
validated: the scenarios that negsim ships are validated by its tests.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import Field, dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from negsim.errors import FileError, Gather, nearest, problem_of
from negsim.files.places import Path, located, path_text, short
from negsim.model.calendar import DURATION, days
from negsim.model.expressions import Expression, Number, Operand, Truth, as_expression, parse

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError

__all__ = [
    "MOST_ENTRIES",
    "Choice",
    "Many",
    "Named",
    "Pairs",
    "Scalar",
    "Shape",
    "ShapeBook",
    "TableShape",
    "Tree",
    "refuse",
]

MOST_ENTRIES = 1_000
"""Longest array, and largest table of named things, within one part of a scenario."""

# TOML promises whole numbers of 64 bits, and no more.
BIGGEST = 2**63
IN_WORDS = {
    "text": "text",
    "flag": "true or false",
    "whole": "a whole number",
    "real": "a finite number",
    "date": "a date",
}


def refuse(message: str) -> PydanticCustomError:
    """Return the error that pydantic reports with its place."""
    from pydantic_core import PydanticCustomError

    return PydanticCustomError("negsim", "{message}", {"message": message})


class Shape(ABC):
    """What a value looks like in a file."""

    @abstractmethod
    def annotation(self) -> Any:
        """The type that pydantic validates."""

    @abstractmethod
    def build(self, raw: Any, path: Path) -> Any:
        """The Python value of a validated TOML value."""

    @abstractmethod
    def plain(self, value: Any, path: Path) -> Any:
        """The TOML value of a Python value."""

    @abstractmethod
    def holds(self, value: Any) -> bool:
        """Whether a Python value is of this shape."""


@dataclass(frozen=True)
class Scalar(Shape):
    """Text, a truth value, a number, a date: whatever of these is in ``kinds``; or one of ``options``."""

    kinds: tuple[str, ...]
    options: tuple[Any, ...] = ()

    def annotation(self) -> Any:
        from pydantic import PlainValidator

        return Annotated[Any, PlainValidator(self._check)]

    def _check(self, raw: Any) -> Any:
        kind = _kind(raw)
        # A whole number is a number, but no number stands for a whole one.
        fits = kind in self.kinds or (kind == "whole" and "real" in self.kinds)
        bounded = -BIGGEST <= raw < BIGGEST if kind == "whole" else kind != "real" or math.isfinite(raw)
        if not fits or not bounded:
            words = ", ".join(IN_WORDS[kind] for kind in self.kinds)
            raise refuse(f"{short(raw)} does not belong here; write {words}")
        if self.options and raw not in self.options:
            choices = ", ".join(short(option) for option in self.options)
            raise refuse(f"{short(raw)} is not one of {choices}{nearest(str(raw)[:120], map(str, self.options))}")
        return raw

    def build(self, raw: Any, path: Path) -> Any:
        # So that 1 and 1.0 in a file are the same scenario to the bit.
        if isinstance(raw, int) and not isinstance(raw, bool) and "whole" not in self.kinds:
            return float(raw)
        return raw.isoformat() if isinstance(raw, date) else raw

    def holds(self, value: Any) -> bool:
        return isinstance(value, (str, bool, int, float, date, timedelta, Operand))

    def plain(self, value: Any, path: Path) -> Any:
        if isinstance(value, Operand):
            return _tree_value(value.__expression__(), path)
        if isinstance(value, timedelta):
            return days(value)
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, float) and not math.isfinite(value):
            raise FileError(f"{path_text(path)}: {value!r} cannot be written; use a finite number")
        if not isinstance(value, (str, bool, int, float)):
            raise FileError(
                f"{path_text(path)}: {short(value)} cannot be written; give text, a number or true or false"
            )
        return value


class Tree(Scalar):
    """A condition or number: a TOML number or truth value, or text that is read as an expression.

    A duration (``"14 days"``) and a share with one (``"90 % within 3 weeks"``) are left to the constructor: only some
    places take them.
    """

    def build(self, raw: Any, path: Path) -> Any:
        # Durations and percentages are no expressions; the field that holds them reads them itself.
        if isinstance(raw, str) and ("%" in raw or DURATION.fullmatch(raw)):
            return raw
        with located(path):
            return as_expression(raw)


def _kind(raw: Any) -> str:
    # First: true is a whole number to Python.
    if isinstance(raw, bool):
        return "flag"
    for kind, types in (("whole", int), ("real", float), ("text", str), ("date", date)):
        if isinstance(raw, types):
            return kind
    return "other"


def _tree_value(tree: Expression, path: Path) -> Any:
    """Number and truth as they are, any other tree as text that is known to read back."""
    if isinstance(tree, (Number, Truth)):
        return tree.value
    text = str(tree)
    try:
        # Trees of users may have no text of their own that reads back; a file must not change what they mean.
        same = parse(text) == tree
    except ValueError as error:
        raise FileError(f"{path_text(path)}: {error}") from error
    if not same:
        raise FileError(f"{path_text(path)}: the expression {short(text)} does not read back; build it from text")
    return text


def _each(build: Callable[[Any, Path], Any], items: list[tuple[Path, Any]]) -> list[Any]:
    """The values of all, or the problems of all."""
    found, gather = [], Gather()
    for path, value in items:
        with gather.going_on():
            found.append(build(value, path))
    gather.check()
    return found


@dataclass(frozen=True)
class Many(Shape):
    """An array; ``kind`` makes the Python value of the list, ``length`` is fixed if given."""

    item: Shape
    kind: Any = tuple
    length: int | None = None

    def annotation(self) -> Any:
        from pydantic import Field

        low, high = (0, MOST_ENTRIES) if self.length is None else (self.length, self.length)
        inner: Any = self.item.annotation()
        return Annotated[list[inner], Field(min_length=low, max_length=high)]

    def build(self, raw: Any, path: Path) -> Any:
        return self.kind(_each(self.item.build, [((*path, k), value) for k, value in enumerate(raw)]))

    def plain(self, value: Any, path: Path) -> Any:
        # Sets have no order, and a file must be the same each time.
        items = sorted(value) if isinstance(value, frozenset) else value
        return [self.item.plain(item, (*path, k)) for k, item in enumerate(items)]

    def holds(self, value: Any) -> bool:
        return isinstance(value, (tuple, list, frozenset))


@dataclass(frozen=True)
class Pairs(Shape):
    """A table from names to values, kept in Python as a mapping or as sorted pairs."""

    item: Shape
    mapping: bool

    def annotation(self) -> Any:
        from pydantic import Field

        inner: Any = self.item.annotation()
        return Annotated[dict[str, inner], Field(max_length=MOST_ENTRIES)]

    def build(self, raw: Any, path: Path) -> Any:
        # Sorted, because mappings and pairs are equal whatever the order in a file.
        values = _each(self.item.build, [((*path, key), raw[key]) for key in sorted(raw)])
        pairs = tuple(zip(sorted(raw), values, strict=True))
        return dict(pairs) if self.mapping else pairs

    def plain(self, value: Any, path: Path) -> Any:
        pairs = dict(value)
        return {key: self.item.plain(pairs[key], (*path, key)) for key in sorted(pairs)}

    def holds(self, value: Any) -> bool:
        return isinstance(value, Mapping) or (isinstance(value, tuple) and all(isinstance(one, tuple) for one in value))


class TableShape(Shape):
    """A table; in a choice between several it is known by a key of its own."""

    wants: str

    @abstractmethod
    def claims(self, raw: Mapping[str, Any]) -> bool:
        """Whether a TOML table is meant to be of this shape."""


@dataclass(frozen=True)
class Named(Shape):
    """A table of tables, one for each named thing of a tuple, in the order in which they stand."""

    record: Any

    def annotation(self) -> Any:
        from pydantic import Field

        inner: Any = self.record.annotation()
        return Annotated[dict[str, inner], Field(max_length=MOST_ENTRIES)]

    def build(self, raw: Any, path: Path) -> Any:
        tables = [((*path, name), {"name": name, **table}) for name, table in raw.items()]
        return tuple(_each(self.record.build, tables))

    def plain(self, value: Any, path: Path) -> Any:
        found = {one.name: self.record.plain(one, (*path, one.name)) for one in value}
        if len(found) != len(value):
            raise FileError(f"{path_text(path)}: two of these have one name; rename one")
        return found

    def holds(self, value: Any) -> bool:
        return isinstance(value, tuple)


@dataclass(frozen=True)
class Choice(Shape):
    """One of several shapes: scalars are told by their type, tables by their keys."""

    members: tuple[Shape, ...]

    def annotation(self) -> Any:
        from pydantic import Discriminator, Tag

        # Brackets are in no key: `validation` takes these marks out of paths again.
        tagged = tuple(Annotated[one.annotation(), Tag(f"<{k}>")] for k, one in enumerate(self.members))
        union: Any = tagged[0]
        for one in tagged[1:]:
            union = union | one
        return Annotated[
            union,
            Discriminator(
                self._tag,
                custom_error_type="negsim",
                custom_error_message=self._remedy(),
            ),
        ]

    def _remedy(self) -> str:
        tables = [one.wants for one in self.members if isinstance(one, TableShape)]
        others = [IN_WORDS[kind] for one in self.members if isinstance(one, Scalar) for kind in one.kinds]
        laws = [want for want in tables if want.startswith("law = ")]
        rest = [f"{{{want}}}" for want in tables if want not in laws]
        named = [f"{{law = ...}} with law one of {', '.join(want[6:] for want in laws)}"] if laws else []
        return "does not belong here; write " + " or ".join((*others, *rest, *named))

    def member(self, raw: Any) -> Shape | None:
        """The shape that a TOML value is of."""
        index = self._index(raw)
        return None if index is None else self.members[index]

    def _index(self, raw: Any) -> int | None:
        for k, one in enumerate(self.members):
            if isinstance(raw, dict):
                found = self._table(one, raw)
            else:
                found = isinstance(one, Many) if isinstance(raw, list) else isinstance(one, Scalar)
            if found:
                return k
        return None

    def _table(self, member: Shape, raw: dict[str, Any]) -> bool:
        if isinstance(member, TableShape):
            # Alone among the members, a table need not say what it is.
            only = sum(isinstance(one, TableShape) for one in self.members) == 1
            return only or member.claims(raw)
        return isinstance(member, (Pairs, Named))

    def _tag(self, raw: Any) -> str | None:
        index = self._index(raw)
        return None if index is None else f"<{index}>"

    def build(self, raw: Any, path: Path) -> Any:
        index = self._index(raw)
        if index is None:
            raise FileError.telling([problem_of(FileError(f"{short(raw)} {self._remedy()}"), path)])
        return self.members[index].build(raw, path)

    def plain(self, value: Any, path: Path) -> Any:
        # Tables first: they know their class exactly, while a scalar may hold what is like one.
        order: Sequence[Shape] = sorted(self.members, key=lambda one: not isinstance(one, TableShape))
        for one in order:
            if one.holds(value):
                return one.plain(value, path)
        raise FileError(f"{path_text(path)}: {short(value)} cannot be written here")

    def holds(self, value: Any) -> bool:
        return any(one.holds(value) for one in self.members)


class ShapeBook(Protocol):
    """What a table may ask of the collection that it is in: the shapes of other things."""

    @property
    def bounds(self) -> Shape:
        """The table of the bounds of a truncated law."""

    def law(self, law: type[Any]) -> Shape:
        """The one table of a law."""

    def fields_of(self, cls: type) -> Iterator[tuple[Field[Any], str, Shape]]:
        """Each field of a dataclass with its key in a file and its shape."""

    def reference(self, table: Any) -> Any:
        """The pydantic model of a table, by name: tables may hold tables of their own kind."""
