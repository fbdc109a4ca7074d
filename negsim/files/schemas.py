"""The JSON Schema of scenario files, made from the shapes that the reader goes by."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from negsim.files.annotations import Codec
from negsim.files.beliefs import PoolTable
from negsim.files.docstrings import fields_of, first_line, first_sentence
from negsim.files.shapes import Choice, Many, Named, Pairs, Scalar, Shape
from negsim.files.tables import LawTable, Record, Table
from negsim.laws.statements import KNOWLEDGE
from negsim.model.actions import MEMORIES
from negsim.model.beliefs import STATEMENTS, Pool
from negsim.model.clocks import On
from negsim.model.evidence import EVIDENCE_KINDS
from negsim.model.kinds import KINDS
from negsim.model.parameters import GRADES

__all__ = ["Schemas", "described", "full_schema", "options_of", "schema_text"]

TYPES = {"text": "string", "flag": "boolean", "whole": "integer", "real": "number", "date": "string"}
DRAFT = "https://json-schema.org/draft/2020-12/schema"
SPELT = ("mean", "median", "p5", "p10", "p90", "p95", "share", "within", "range", "family")
"""Statements of what people know that the schema names; the other quantiles are a pattern."""
QUANTILES = "^p[1-9][0-9]?$"
OFTEN, LONG = 3, 50
"""How often, and how long, what stands under a key is when it is written once."""
MANY = 4
"""Tables in a choice from which on it is written once and referred to."""

STATED = {
    "law": "The family of the law.",
    "mean": "Its mean.",
    "median": "As likely below as above.",
    "range": "5 % lie below the first, 5 % above the second.",
    "within": 'A duration in which the share lies, or both in words: "90 % within 3 weeks".',
    "share": "The share that lies within the duration.",
    "family": "Family of the law; without it the numbers decide.",
    "truncate": "Given that it lies between these two.",
    "never": "Probability that it does not happen at all.",
    "rate": "Events a day: 1 over the mean.",
    "low": "Lower end.",
    "high": "Upper end.",
    "mode": "Most likely value.",
    "mu": "Mean of the logarithm (of the value, for a normal law).",
    "sigma": "Standard deviation of the logarithm (of the value, for a normal law).",
    "shape": "Shape; below 1 the hazard falls with age.",
    "scale": "Scale, a duration.",
    "k": "Number of stages.",
    "a": "First shape; the mean is a / (a + b).",
    "b": "Second shape.",
    "chance": "Probability that it is true at the start.",
    "on": "Instants, each with its hour.",
    "set": "The new value.",
    "add": "What is added.",
    "variable": "Name of what is changed.",
    "kind": "Which of several tables this is.",
    "text": "The source in words, or names of evidence tables.",
    "name": "What the scenario is called.",
    "start": "A date (its 00:00) or an instant, wall clock of the zone.",
    "end": "A date (the whole of that day), an instant, or a duration from the start.",
    "zone": "IANA time zone of every wall clock in the file.",
    "as_of": "The newest day that may be known.",
    "title": "What people read in place of the name.",
    "note": "What a reader should know besides.",
}
"""Keys that no docstring speaks of."""


def options_of() -> dict[tuple[str, str], tuple[str, ...]]:
    """Return what a text can be, by class and field, where a constructor takes no other."""
    from negsim.vocabulary import appointment, ceasefire, truce

    return {
        ("Action", "memory"): MEMORIES,
        ("Question", "kind"): tuple(KINDS),
        ("Evidence", "kind"): EVIDENCE_KINDS,
        ("Parameter", "grade"): GRADES,
        ("AsKnown", "grade"): GRADES,
        ("Claim", "grade"): GRADES,
        ("Appointment", "level"): appointment.LEVELS,
        ("Ceasefire", "scope"): ceasefire.SCOPES,
        ("Truce", "scope"): truce.SCOPES,
    }


PATTERNS = {("Sequencing", "policy"): {"anyOf": [{"enum": ["parallel", "in_order"]}, {"pattern": "_first$"}]}}


def described(table: Table, key: str) -> str:
    """What stands under a key, in the words of the docstring."""
    if isinstance(table, Record):
        if key == table.tag and table.tagged is None:
            return first_line(table.cls)
        field = table.fields.get(key) if table.keys else None
        said = fields_of(table.cls).get(key if field is None else field.name, "")
        if said:
            return said
    elif isinstance(table, PoolTable):
        said = fields_of(Pool).get("beliefs" if key == "pool" else key, "")
        if said:
            return said
    elif isinstance(table, LawTable):
        said = fields_of(table.law).get(key, "")
        if said:
            return said
    if key.startswith("p") and key[1:].isdigit():
        return f"{key[1:]} % lie below it."
    return STATED.get(key, "")


class Schemas:
    """Makes schemas of shapes; what is used again is kept under ``defs``."""

    def __init__(self) -> None:
        self.defs: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.tables: list[Table] = []
        self.options = options_of()

    def of(self, shape: Shape) -> dict[str, Any]:
        """The schema of a shape."""
        if isinstance(shape, Choice):
            return self.choice(shape)
        if isinstance(shape, Table):
            return {"$ref": f"#/$defs/{self.name_of(shape)}"}
        if isinstance(shape, Many):
            bounds = {} if shape.length is None else {"minItems": shape.length, "maxItems": shape.length}
            return {"type": "array", "items": self.of(shape.item), **bounds}
        if isinstance(shape, Named | Pairs):
            inner: Shape = shape.record if isinstance(shape, Named) else shape.item
            return {"type": "object", "additionalProperties": self.of(inner)}
        assert isinstance(shape, Scalar)
        return self.scalar(shape)

    def scalar(self, shape: Scalar) -> dict[str, Any]:
        """Text, numbers, truth values, dates."""
        if shape.options:
            return {"enum": list(shape.options)}
        # A whole number is a number in JSON Schema.
        types = sorted({TYPES[kind] for kind in shape.kinds} - ({"integer"} if "real" in shape.kinds else set()))
        return {"type": types[0] if len(types) == 1 else types}

    def choice(self, shape: Choice) -> dict[str, Any]:
        """One of several: written once if there are many tables among them."""
        members = [self.of(one) for one in shape.members]
        found = {"anyOf": members}
        tables = [one for one in shape.members if isinstance(one, Table)]
        # Few tables are read more easily where they stand.
        if len(tables) < MANY:
            return found
        if any(not isinstance(one, Table) for one in shape.members):
            rest = [one for one in shape.members if not isinstance(one, Table)]
            return {"anyOf": [*map(self.of, rest), self.choice(Choice(tuple(tables)))]}
        return {"$ref": f"#/$defs/{self._kept(tables, found)}"}

    def _kept(self, tables: Sequence[Table], found: dict[str, Any]) -> str:
        laws = [one for one in tables if isinstance(one, LawTable)]
        others = [one.title for one in tables if not isinstance(one, LawTable)]
        # The same choice comes up under many keys, and is one definition.
        known = [name for name, one in self.defs.items() if one == found]
        if known:
            return known[0]
        name = "Law" if not others else "Clock" if "Every" in others else "Delay" if laws else "Supposition"
        while name in self.defs:
            name += "Too"
        self.defs[name] = found
        return name

    def name_of(self, table: Table) -> str:
        """The name of a table's schema, which is made at the end."""
        if id(table) not in self.names:
            name = table.title
            while name in self.defs:
                name += "Part"
            self.names[id(table)] = name
            # A place for it first: a table may refer to itself.
            self.defs[name] = {}
            self.tables.append(table)
        return self.names[id(table)]

    def settle(self) -> dict[str, Any]:
        """The schemas of all tables that were referred to, sorted."""
        for table in self.tables:  # grows meanwhile
            self.defs[self.names[id(table)]] = self.table(table)
        return dict(sorted(self.defs.items()))

    def table(self, table: Table) -> dict[str, Any]:
        """The schema of a table: its keys, and what must be there."""
        # A pattern stands for the hundred quantiles, which would make most of the schema.
        hidden = {*KNOWLEDGE, *STATEMENTS} - set(SPELT) if _states(table) else set()
        properties = {key: self.property(table, key) for key in table.keys if key not in hidden}
        found: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        if hidden:
            found["patternProperties"] = {QUANTILES: {"type": ["number", "string"]}}
        required = [key for key, one in table.keys.items() if one.required]
        if required:
            found["required"] = required
        said = _about(table)
        return {"description": said, **found} if said else found

    def property(self, table: Table, key: str) -> dict[str, Any]:
        """What may stand under a key, described."""
        found = self.shaped(table, key)
        said = described(table, key)
        return {**found, "description": first_sentence(said)} if said else found

    def shaped(self, table: Table, key: str) -> dict[str, Any]:
        """What may stand under a key."""
        if isinstance(table, Record) and table.cls is On:
            instant = {"type": ["number", "string"]}
            return {"anyOf": [instant, {"type": "array", "items": instant}]}
        options = self.options.get((table.title, key))
        if options is not None:
            return {"enum": list(options)}
        return {**self.of(table.keys[key].shape), **PATTERNS.get((table.title, key), {})}


def _shared(defs: dict[str, Any]) -> dict[str, Any]:
    """The same with what stands alike under several keys written once, under the name of its key."""
    counts: Counter[str] = Counter()
    for one in defs.values():
        counts.update(_text(value) for value in one.get("properties", {}).values())
    found: dict[str, Any] = {}
    names: dict[str, str] = {}
    for one in defs.values():
        for key, value in one.get("properties", {}).items():
            text = _text(value)
            # A reference is longer than what is short, and worse to read than what is rare.
            if counts[text] < OFTEN or len(text) < LONG:
                continue
            if text not in names:
                names[text] = next(
                    name for name in (key, *(f"{key}_{n}" for n in range(2, 99))) if name not in {*defs, *found}
                )
                found[names[text]] = value
            one["properties"][key] = {"$ref": f"#/$defs/{names[text]}"}
    return {**defs, **found}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _states(table: Table) -> bool:
    """Whether a table takes statements such as quantiles."""
    return "p5" in table.keys and "p95" in table.keys and "p50" in table.keys


def _about(table: Table) -> str:
    if isinstance(table, Record):
        return first_line(table.cls)
    return first_line(table.law if isinstance(table, LawTable) else type(table))


def full_schema(codec: Codec) -> dict[str, Any]:
    """The schema of a whole file, with every table that the codec knows."""
    book = Schemas()
    head = book.table(codec.head)
    head["description"] = "Name, start, end and zone."
    properties: dict[str, Any] = {
        "$schema": {"type": "string"},
        "format_version": {"const": 1},
        "scenario": head,
        **dict(_tables(book, codec.tables)),
        "intervention": {
            "type": "array",
            "items": book.of(codec.intervention),
            "description": "Suppositions, in order.",
        },
    }
    return {
        "$schema": DRAFT,
        "title": "negsim scenario, format 1",
        "description": "A negotiation as data, in TOML or JSON. Save this schema as negsim-1.schema.json beside the file.",
        "type": "object",
        "properties": properties,
        "required": ["format_version", "scenario"],
        "additionalProperties": False,
        "$defs": _shared(book.settle()),
    }


def _tables(book: Schemas, records: Mapping[str, Record]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, record in records.items():
        yield name, {"type": "object", "additionalProperties": book.of(record)}


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as JSON text: a line for each property of the whole, and for each of its definitions.

    >>> print(schema_text({"type": "object", "$defs": {"a": {"type": "string"}, "b": {}}}))
    {
    "type":"object",
    "$defs":{
    "a":{"type":"string"},
    "b":{}}
    }
    """
    lines = [
        f"{_text(key)}:{{\n" + ",\n".join(f"{_text(name)}:{_text(one)}" for name, one in value.items()) + "}"
        if key in ("properties", "$defs")
        else f"{_text(key)}:{_text(value)}"
        for key, value in schema.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}"
