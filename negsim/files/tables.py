"""Tables with known keys: dataclasses, laws, effects."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import MISSING, Field, dataclass, fields, replace
from typing import Any

from negsim.errors import FileError, Gather, NegsimError
from negsim.errors.problems import Problem
from negsim.files.places import Path, located, path_text
from negsim.files.shapes import Choice, Many, Scalar, Shape, ShapeBook, TableShape, Tree
from negsim.laws.statements import KNOWLEDGE
from negsim.model.clocks import LAWS, Chance, Distribution, Every, Fixed, Immediately, On
from negsim.model.effects import Effect, as_effect
from negsim.model.expressions import Expression
from negsim.model.interventions import Decide, Do, Harden, Meet, Nudge, Waive, WithLaw, Without, WithParameter

__all__ = [
    "TAGS",
    "TREE",
    "BoundsTable",
    "EffectTable",
    "EffectText",
    "HeadTable",
    "Key",
    "LawTable",
    "Record",
    "Table",
]

TREE = Tree(("text", "real", "flag"))
SIZE = Tree(("text", "real"))
NAME = Scalar(("text",))
TAGS: dict[type, tuple[str, str | None]] = {
    Chance: ("chance", "p"),
    Fixed: ("fixed", "after"),
    On: ("on", "instants"),
    Every: ("every", "period"),
    Immediately: ("immediately", None),
    Do: ("do", "fact"),
    Nudge: ("nudge", "fact"),
    Without: ("without", "element"),
    WithLaw: ("with_law", "action"),
    WithParameter: ("with_parameter", "name"),
    Meet: ("meet", "requirement"),
    Waive: ("waive", "requirement"),
    Harden: ("harden", "requirement"),
    Decide: ("decide", "decision"),
}
"""Tables known by a key of their own, and the field that stands under it."""


@dataclass(frozen=True)
class Key:
    """What stands under a key: its shape, whether it must be there, and what it is if it is not."""

    shape: Shape
    required: bool
    default: Any = None


class Table(TableShape):
    """A table with known keys."""

    def __init__(self, codec: ShapeBook, title: str, wants: str) -> None:
        self.codec = codec
        self.title = title
        self.wants = wants
        self._keys: dict[str, Key] | None = None

    @abstractmethod
    def find_keys(self) -> dict[str, Key]:
        """The keys, found when first needed: tables may hold tables of their own kind."""

    @abstractmethod
    def make(self, values: dict[str, Any]) -> Any:
        """The Python value from what stands under the keys."""

    @abstractmethod
    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        """What to write under the keys, defaults left out."""

    @property
    def keys(self) -> dict[str, Key]:
        """The keys and what stands under them."""
        if self._keys is None:
            self._keys = self.find_keys()
        return self._keys

    def annotation(self) -> Any:
        return self.codec.reference(self)

    def build(self, raw: Any, path: Path) -> Any:
        # All keys are built, so that each that is wrong is told, and not the first alone.
        values: dict[str, Any] = {}
        gather = Gather()
        for key, value in raw.items():
            if key in self.keys:
                with gather.going_on():
                    values[key] = self.keys[key].shape.build(value, (*path, key))
        # Without a key that must be there the constructor could only say so again.
        if gather.errors and any(one.required and key not in values for key, one in self.keys.items()):
            gather.check()
        # The name stands above the table and is no key of it.
        if "name" in raw and "name" not in self.keys:
            values["name"] = raw["name"]
        made = self.made(values, path, gather)
        try:
            gather.check()
        except NegsimError as error:
            error.partial = made
            raise
        return made

    def made(self, values: dict[str, Any], path: Path, gather: Gather) -> Any:
        """The value; if its constructor refuses a key that may be left out, it is asked once more without that key.

        What it refuses then is wrong too, unless it speaks of the key that was left out.
        """
        left_out = [key for key in self.keys if gather.errors and key in _failed(gather, path)]
        # Each round leaves a key out, so that it ends.
        for _ in range(len(values) + 1):
            try:
                with located(path, self.keys):
                    return self.make(dict(values))
            except NegsimError as error:
                problems = [_by_value(problem, path, values) for problem in error.problems]
                # What speaks of a key that was left out may come of just that.
                if not any(_speaks_of(problem, left_out) for problem in problems):
                    gather.errors.append(type(error).telling(problems))
                culprits = [problem.path[len(path)] for problem in problems if len(problem.path) > len(path)]
                # What must be there cannot be left out: no more can be found.
                again = [key for key in culprits if key in values and key in self.keys and not self.keys[key].required]
                if not again:
                    return None
                left_out += again
                values = {key: value for key, value in values.items() if key not in again}
        return None

    def plain(self, value: Any, path: Path) -> Any:
        return {key: self.keys[key].shape.plain(part, (*path, key)) for key, part in self.parts(value, path).items()}


def _by_value(problem: Problem, path: Path, values: dict[str, Any]) -> Problem:
    """The problem of a whole table under the one key whose value it quotes."""
    texts = {key: str(value) for key, value in values.items() if isinstance(value, str | Expression) and key != "name"}
    keys = [key for key, text in texts.items() if text == problem.value]
    # Only if one value is meant: of two equal ones nobody knows which.
    return replace(problem, path=(*path, keys[0])) if problem.path == path and len(keys) == 1 else problem


def _failed(gather: Gather, path: Path) -> set[str | int]:
    """The keys whose values could not be made."""
    places = [problem.path for error in gather.errors for problem in error.problems]
    return {place[len(path)] for place in places if len(place) > len(path)}


def _speaks_of(problem: Problem, keys: list[str]) -> bool:
    words = set(re.findall(r"[a-z_]+", problem.text))
    return any(key in words for key in keys)


class Record(Table):
    """A dataclass, key by key.

    Parameters
    ----------
    codec : ShapeBook
    cls : type
    named : bool
        The name is the key under which the table stands, not a key within it.
    kind : str
        Value of the key ``kind`` that tells the table from others in a choice.
    """

    def __init__(self, codec: ShapeBook, cls: type, *, named: bool = False, kind: str = "") -> None:
        self.cls = cls
        self.named = named
        self.kind = kind
        self.tag, self.tagged = TAGS.get(cls, ("", None))
        wants = f"{self.tag} = ..." if self.tag else f'kind = "{kind}", ...'
        super().__init__(codec, cls.__name__, wants)
        self.fields: dict[str, Field[Any]] = {}

    def find_keys(self) -> dict[str, Key]:
        found: dict[str, Key] = {}
        if self.kind:
            found["kind"] = Key(Scalar(("text",), (self.kind,)), True)
        if self.tag and self.tagged is None:
            found[self.tag] = Key(Scalar(("flag",), (True,)), True)
        for field, key, shape in self.codec.fields_of(self.cls):
            if self.named and field.name == "name":
                continue
            key = self.tag if field.name == self.tagged else key
            default = field.default
            if field.default_factory is not MISSING:
                default = field.default_factory()
            required = default is MISSING
            found[key] = Key(shape, required, None if required else default)
            self.fields[key] = field
        return found

    def make(self, values: dict[str, Any]) -> Any:
        # Its constructor takes instants one by one or in a list.
        if self.cls is On:
            return On(values["on"])
        given = {"name": values["name"]} if self.named else {}
        given.update({self.fields[key].name: value for key, value in values.items() if key in self.fields})
        return self.cls(**given)

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._refuse_hidden(value, path)
        for key, one in self.keys.items():
            if key == "kind" and self.kind:
                found[key] = self.kind
            elif key == self.tag and self.tagged is None:
                found[key] = True
            else:
                self._part(getattr(value, self.fields[key].name), key, one, found, path)
        return found

    def _refuse_hidden(self, value: Any, path: Path) -> None:
        for field in fields(self.cls):
            hidden = field.metadata.get("file", True) is False
            if hidden and getattr(value, field.name) != field.default:
                # Code cannot be written down, and to leave it out would change the scenario in silence.
                where = path_text((*path, field.name))
                raise FileError(f"{where}: files hold data, no Python objects; keep this scenario in Python")

    def _part(self, part: Any, key: str, one: Key, found: dict[str, Any], path: Path) -> None:
        # By type as well: 1 and true are equal.
        if not one.required and type(part) is type(one.default) and part == one.default:
            return
        if part is None:
            where, field = path_text((*path, key)), f"{self.title}.{key}"
            raise FileError(f"{where}: a file cannot say 'none' unless that is the default; make it that of {field}")
        found[key] = part

    def claims(self, raw: Mapping[str, Any]) -> bool:
        return self.tag in raw if self.tag else raw.get("kind") == self.kind

    def holds(self, value: Any) -> bool:
        return type(value) is self.cls


class LawTable(Table):
    """A law: ``{law = "lognormal", median = "14 days", sigma = 0.8, truncate = [1, 90], never = 0.1}``.

    A truncation on one side only is a table: ``truncate = {high = "90 days"}``.
    """

    def __init__(self, codec: ShapeBook, law: type[Distribution]) -> None:
        super().__init__(codec, law.__name__, f"law = {law.family}")
        self.law = law

    def find_keys(self) -> dict[str, Key]:
        law = self.law
        known = KNOWLEDGE if len(law.keys) < 3 else ()
        found = {"law": Key(Scalar(("text",), (law.family,)), True)}
        found.update({key: Key(SIZE, False) for key in (*law.keys, *law.aliases, *known)})
        found["truncate"] = Key(Choice((Many(SIZE, length=2), self.codec.bounds)), False)
        found["never"] = Key(SIZE, False)
        return found

    def make(self, values: dict[str, Any]) -> Any:
        bounds, never = values.pop("truncate", None), values.pop("never", None)
        values.pop("law")
        law = self.law(**values)
        law = law if bounds is None else law.truncated(*bounds)
        return law if never is None else law.or_never(never)

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {"law": self.law.family, **dict(value.given)}
        if value.floor is not None or value.ceiling is not None:
            found["truncate"] = (value.floor, value.ceiling)
            # An array in TOML has no null.
            if None in found["truncate"]:
                found["truncate"] = Bounds(value.floor, value.ceiling)
        if value.never is not None:
            found["never"] = value.never
        return found

    def claims(self, raw: Mapping[str, Any]) -> bool:
        return raw.get("law") == self.law.family

    def holds(self, value: Any) -> bool:
        return type(value) is self.law


class Bounds(tuple[Any, Any]):
    """Truncation bounds of which one is missing."""

    __slots__ = ()

    def __new__(cls, low: Any, high: Any) -> Bounds:
        return super().__new__(cls, (low, high))


class BoundsTable(Table):
    """A truncation on one side: ``{low = 1}`` or ``{high = "90 days"}``."""

    def __init__(self, codec: ShapeBook) -> None:
        super().__init__(codec, "Bounds", "low = ... or high = ...")

    def find_keys(self) -> dict[str, Key]:
        return {"low": Key(SIZE, False), "high": Key(SIZE, False)}

    def make(self, values: dict[str, Any]) -> Any:
        if not values:
            raise FileError("a truncation needs a bound; write {low = ...}, {high = ...} or [low, high]")
        return Bounds(values.get("low"), values.get("high"))

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        return {key: bound for key, bound in zip(("low", "high"), value, strict=True) if bound is not None}

    def claims(self, raw: Mapping[str, Any]) -> bool:
        return True

    def holds(self, value: Any) -> bool:
        return isinstance(value, Bounds)


class EffectTable(Table):
    """An effect whose size is drawn: ``{variable = "trust", add = {law = "normal", mu = 0, sigma = 0.1}}``."""

    def __init__(self, codec: ShapeBook) -> None:
        super().__init__(codec, "Effect", "variable = ..., add = ...")

    def find_keys(self) -> dict[str, Key]:
        amount = Choice((TREE, *(self.codec.law(law) for law in LAWS.values())))
        return {"variable": Key(NAME, True), "set": Key(amount, False), "add": Key(amount, False)}

    def make(self, values: dict[str, Any]) -> Any:
        kinds = [kind for kind in ("set", "add") if kind in values]
        if len(kinds) != 1:
            raise FileError("an effect either sets or adds; give one of 'set' and 'add'")
        return Effect(values["variable"], kinds[0], values[kinds[0]])

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        return {"variable": value.variable, value.kind: value.amount}

    def claims(self, raw: Mapping[str, Any]) -> bool:
        return True

    def holds(self, value: Any) -> bool:
        return isinstance(value, Effect) and isinstance(value.amount, Distribution)


class EffectText(Scalar):
    """An effect as text: ``"trust += 0.4"``."""

    def holds(self, value: Any) -> bool:
        return isinstance(value, Effect) and not isinstance(value.amount, Distribution)

    def build(self, raw: Any, path: Path) -> Any:
        with located(path):
            return as_effect(raw)

    def plain(self, value: Any, path: Path) -> Any:
        # Written for its refusal: an amount that does not read back must not be hidden in a text.
        TREE.plain(value.amount, path)
        return str(value)


class HeadTable(Table):
    """What the scenario is called, and when and where it plays."""

    def __init__(self, codec: ShapeBook) -> None:
        super().__init__(codec, "Scenario", "")

    def find_keys(self) -> dict[str, Key]:
        text, day = Scalar(("text",)), Scalar(("text", "date"))
        return {
            "name": Key(text, True),
            "title": Key(text, False, ""),
            "start": Key(day, True),
            "end": Key(Scalar(("text", "date", "real")), True),
            "zone": Key(text, False, "UTC"),
            "as_of": Key(day, False),
            "note": Key(text, False, ""),
            "language": Key(text, False, ""),
        }

    def make(self, values: dict[str, Any]) -> Any:
        return values

    def parts(self, value: Any, path: Path) -> dict[str, Any]:
        found = {key: getattr(value, key) for key in self.keys}
        return {key: part for key, part in found.items() if self.keys[key].required or part != self.keys[key].default}

    def claims(self, raw: Mapping[str, Any]) -> bool:
        return True

    def holds(self, value: Any) -> bool:
        return True
