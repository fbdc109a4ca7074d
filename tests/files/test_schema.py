"""The JSON Schema is what the reader checks, and names everything that a file can say."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from importlib import resources
from typing import Any

import pytest
from pydantic import ValidationError

from negsim.files import dumps, load, loads, schema, shipped
from negsim.files.reading import model_of
from negsim.model.clocks import LAWS
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
        "fact",
        "counter",
        "level",
        "action",
        "mechanism",
        "says",
        "question",
        "intervention",
    }
    assert set(found["properties"]) == tables | {"format_version", "scenario"} | {word.table for word in WORDS}  # type: ignore[attr-defined] # words have tables
    assert found["additionalProperties"] is False
    assert found["required"] == ["format_version", "scenario"]
    assert {law.__name__ for law in LAWS.values()} <= set(found["$defs"])
    assert {"clock", "when", "outcome", "memory"} <= set(found["$defs"]["Action"]["properties"])


def test_no_reference_dangles_and_no_table_is_open() -> None:
    found = schema()
    assert {ref.removeprefix("#/$defs/") for ref in references(found)} <= set(found["$defs"])
    assert all(one["additionalProperties"] is False for one in found["$defs"].values())


def test_the_schema_is_that_of_the_reader() -> None:
    model = model_of(())
    ours = schema()
    theirs = model.model_json_schema()
    for key in ("$defs", "properties", "required", "additionalProperties"):
        assert ours[key] == theirs[key]


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
