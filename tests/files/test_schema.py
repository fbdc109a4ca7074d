"""The JSON Schema is what the reader checks, and names everything that a file can say."""

from __future__ import annotations

import copy
import json
import random
import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from negsim.errors import NegsimError
from negsim.files import dumps, load, loads, schema, shipped
from negsim.files.reading import model_of
from negsim.files.schemas import options_of
from negsim.model.clocks import LAWS
from negsim.model.parameters import GRADES
from negsim.vocabulary import WORDS


def references(node: Any) -> Iterator[str]:
    """All references within a schema."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for one in node.values():
            yield from references(one)
    elif isinstance(node, list):
        for one in node:
            yield from references(one)


def test_the_schema_names_every_table_and_is_json() -> None:
    found = json.loads(json.dumps(schema()))
    tables = {
        "party",
        "evidence",
        "parameter",
        "correlation",
        "constraint",
        "fact",
        "counter",
        "level",
        "action",
        "mechanism",
        "says",
        "question",
        "intervention",
    }
    assert set(found["properties"]) == tables | {"format_version", "scenario", "$schema"} | {
        word.table for word in WORDS
    }  # type: ignore[attr-defined] # words have tables
    assert found["additionalProperties"] is False
    assert found["required"] == ["format_version", "scenario"]
    assert {law.__name__ for law in LAWS.values()} <= set(found["$defs"])
    assert {"clock", "when", "outcome", "memory"} <= set(found["$defs"]["Action"]["properties"])


def test_no_reference_dangles_and_no_table_is_open() -> None:
    found = schema()
    assert {ref.removeprefix("#/$defs/") for ref in references(found)} <= set(found["$defs"])
    tables = [one for one in found["$defs"].values() if one.get("type") == "object" and "properties" in one]
    assert all(one["additionalProperties"] is False for one in tables)


def mutated(data: Any, rng: random.Random) -> Any:
    """The same with one thing wrong, or at least another."""
    found = copy.deepcopy(data)
    places = list(objects(found))
    table = rng.choice([one for one in places if one])
    key = rng.choice(sorted(table))
    how = rng.randrange(4)
    if how == 0:
        del table[key]
    elif how == 1:
        table["x_" + key] = table[key]
    else:
        table[key] = rng.choice(
            [True, 3, 0.5, "memo", [], {}, ["a", 1], {"law": "exponential", "rate": 1}, "2025-01-01"]
        )
    return found


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """All objects within some data."""
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from objects(one)


@pytest.mark.parametrize("name", shipped())
def test_the_schema_is_that_of_the_reader(name: str) -> None:
    """What is read is valid; what is valid has the form that the reader asks for."""
    checker = jsonschema.Draft202012Validator(schema())
    model, rng = model_of(()), random.Random(name)
    data = json.loads(dumps(load(name), format="json"))
    checker.validate(data)
    del data["$schema"]
    agree = 0
    for _ in range(60):
        other = mutated(data, rng)
        valid = checker.is_valid(other)
        try:
            model.model_validate(other)
            formed = True
        except ValidationError:
            formed = False
        assert formed or not valid, other
        agree += formed == valid
    assert agree >= 55  # enumerations are the schema's alone: their constructors refuse what is none


def test_every_field_is_described_and_enumerations_are_named() -> None:
    found = schema()
    definitions = found["$defs"]
    assert isinstance(definitions, dict)
    bare = [
        (name, key)
        for name, one in definitions.items()
        for key, value in one.get("properties", {}).items()
        if "description" not in definitions.get(value.get("$ref", "").removeprefix("#/$defs/"), value)
        and "description" not in value
    ]
    assert bare == []
    assert definitions["Parameter"]["properties"]["grade"]["enum"] == list(GRADES)
    assert "null" not in json.dumps(found)
    assert len(json.dumps(found, ensure_ascii=False, separators=(",", ":"))) < 100_000


@pytest.mark.parametrize(("cls", "key"), options_of())
def test_enumerations_are_what_the_constructors_take(cls: str, key: str) -> None:
    options = options_of()[cls, key]
    text = next(text for (one, _), text in TAKES.items() if one == cls)
    for option in (*options, "nonsense"):
        try:
            loads(HEAD + text.replace("KEY", f'{key} = "{option}"'))
            assert option in options
        except NegsimError as error:
            told = str(error)
            assert ("nonsense" in told) == (option == "nonsense"), told
            assert option == "nonsense" or not re.search(r"one of|there is no", told), told


HEAD = """format_version = 1
[scenario]
name = "a"
start = "2025-01-01"
end = "40 days"
[fact.memo]
"""
TAKES = {
    ("Action", ""): '[action.a]\nclock = {law = "exponential", rate = 1}\neffects = ["memo = true"]\nKEY',
    ("Question", ""): '[question.a]\ncondition = "memo"\nKEY',
    ("Evidence", ""): "[evidence.a]\nKEY",
    ("Parameter", ""): "[parameter.a]\nbest = 1\nKEY",
    ("AsKnown", ""): "[parameter.a]\nbest = 1\nhindsight = true\nas_known = {best = 2, KEY}",
    ("Claim", ""): '[claim.a]\nby = "north"\ncredibility = 0.5\nKEY',
    ("Appointment", ""): '[appointment.a]\namong = ["x", "y"]\non = "2025-01-09T12:00"\nKEY',
    ("Ceasefire", ""): '[ceasefire.a]\nbetween = ["x", "y"]\ndirect = {law = "exponential", rate = 1}\n'
    'duration = {law = "exponential", rate = 1}\nKEY',
    ("Truce", ""): '[truce.a]\nby = ["x"]\ntowards = ["y"]\nlasts = {law = "exponential", rate = 1}\nKEY',
}


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_validate(name: str) -> None:
    data = tomllib.loads((resources.files("negsim") / "scenarios" / f"{name}.toml").read_text("utf-8"))
    model = model_of(())
    model.model_validate(data)
    with pytest.raises(ValidationError):
        model.model_validate({**data, "scenario": {**data["scenario"], "start": 3}})


def test_the_same_schema_every_time() -> None:
    assert json.dumps(schema()) == json.dumps(schema())
    loads("format_version = 1\n[scenario]\nname = 'x'\nstart = 2025-01-01\nend = 1\n")
    before = json.dumps(schema())
    dumps(load("toy"))
    model_of.cache_clear()
    assert json.dumps(schema()) == before  # whatever was read or written meanwhile
    assert schema() is not schema()


def test_the_shipped_schema_file_is_the_schema() -> None:
    """It stands beside the shipped scenarios, whose first line names it; ``negsim schema`` prints it anew."""
    file = resources.files("negsim") / "scenarios" / "negsim-1.schema.json"
    assert json.loads(file.read_text("utf-8")) == json.loads(json.dumps(schema()))
