"""The guide's example is what it says: of the strict form, valid, with nothing dead in it."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema

import negsim as ns

STRICT: dict[str, Any] = dict(ns.schema(profile="strict"))
GUIDE = ns.guide()
EXAMPLE = re.search(r"```json\n(.*?)```", GUIDE, re.DOTALL)[1]  # type: ignore[index] # it is there


def filled(data: Any, schema: dict[str, Any]) -> Any:
    """The same with null, or nothing, under every key that was left out."""
    if "$ref" in schema:
        return filled(data, STRICT["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    if isinstance(data, list):
        return [filled(one, schema["items"]) for one in data]
    if isinstance(data, dict) and "anyOf" in schema:
        known = [one for one in schema["anyOf"] if one != {"type": "null"}]
        tables = [STRICT["$defs"][one["$ref"].removeprefix("#/$defs/")] if "$ref" in one else one for one in known]
        while any("anyOf" in one for one in tables):
            nested = [inner for one in tables for inner in one.get("anyOf", [one])]
            tables = [STRICT["$defs"][one["$ref"].removeprefix("#/$defs/")] if "$ref" in one else one for one in nested]
        return filled(data, next(one for one in tables if fits(data, one)))
    if isinstance(data, dict):
        properties = schema["properties"]
        given = {key: filled(one, properties[key]) for key, one in data.items()}
        return given | {
            key: [] if one.get("type") == "array" else None for key, one in properties.items() if key not in given
        }
    return data


def fits(data: dict[str, Any], table: dict[str, Any]) -> bool:
    """Whether an object is of a table, by its keys and its law."""
    keys = table.get("properties", {})
    law = keys.get("law", {}).get("enum")
    return set(data) <= set(keys) and (law is None or data.get("law") in law)


def test_the_example_is_of_the_strict_form_and_nothing_in_it_is_dead() -> None:
    whole = filled(json.loads(EXAMPLE), STRICT)
    jsonschema.validate(whole, STRICT)
    assert ns.loads(json.dumps(whole)) == ns.loads(EXAMPLE)
    found = ns.validate(text=EXAMPLE, seconds=None)
    assert found.valid
    assert found.dead == found.advice == found.notes == ()


def test_the_guide_is_one_page_and_knows_every_word_of_the_profile() -> None:
    assert len(GUIDE.encode()) < 12_000
    plain = {"format_version", "scenario", "party", "evidence", "parameter", "question"}
    assert [name for name in set(STRICT["properties"]) - plain if f"`{name}`" not in GUIDE] == []
    assert max(map(len, GUIDE.splitlines())) <= 150
