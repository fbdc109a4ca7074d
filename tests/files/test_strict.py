"""The strict profile: small, closed, flat; whatever is valid under it has the form that the reader asks for."""

from __future__ import annotations

import json
import random
import re
from typing import Any

import jsonschema
import pytest

import negsim as ns
from negsim.errors import NegsimError, as_json

STRICT: dict[str, Any] = dict(ns.schema(profile="strict"))
NAMES = ["north", "south", "envoy", "memo", "talks", "pause", "rate", "share", "signed", "vote"]
CONDITIONS = ["memo.delivered", "talks.held", "pause.holds", "not signed", "signed and talks.held", "vote.ratified"]
DATES = ["2025-03-01", "2025-04-10T12:00", "2025-06-30", "2025-12-31T23:59"]
SPANS = ["3 days", "2 weeks", "36 hours", "rate"]
SHAPE = ("unknown_key", "missing")
"""Codes of what a closed schema excludes."""


def pool(key: str) -> list[str]:
    """What somebody would write under a key."""
    if key in (
        "when",
        "needs",
        "agreed_when",
        "guaranteed_when",
        "met",
        "condition",
        "given",
        "at",
        "applied_when",
        "reads",
    ):
        return CONDITIONS
    if key in ("start", "as_of", "date", "election", "waived_on", "by", "after", "on", "end"):
        return [*DATES, *NAMES[:3]] if key in ("by", "on") else DATES
    if key in ("fixed", "mean", "median", "p90", "low", "high", "every", "halving", "half_life", "extension"):
        return SPANS
    if key == "effects" or key in ("acceptance", "refusal", "consequence", "backing_down"):
        return ["signed = true", "trust += 0.2"]
    if key in ("pace", "share", "weight", "accepts", "passes", "resolve", "waiver", "value", "never", "loses"):
        return ["share", "0.4", "memo.delivered"]
    if key == "zone":
        return ["UTC", "Europe/Istanbul", "Europe/Atlantis"]
    return NAMES


def instance(schema: dict[str, Any], rng: random.Random, key: str = "") -> Any:
    """A random instance of a schema of the strict profile."""
    if "$ref" in schema:
        return instance(STRICT["$defs"][schema["$ref"].removeprefix("#/$defs/")], rng, key)
    if "anyOf" in schema:
        return instance(rng.choice(schema["anyOf"]), rng, key)
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kinds = schema["type"]
    kind = kinds if isinstance(kinds, str) else rng.choice(kinds)
    if kind == "object":
        return {name: instance(one, rng, name) for name, one in schema["properties"].items()}
    if kind == "array":
        few = rng.randint(schema.get("minItems", 0), schema.get("maxItems", 2))
        found = [instance(schema["items"], rng, key) for _ in range(few)]
        for place, one in enumerate(found):
            if isinstance(one, dict):
                # alike across tables, so that what one names is there; unlike within one, or nothing else is told
                one["name"] = f"{NAMES[place]}_{key}" if rng.random() < 0.3 else NAMES[place]
        return found
    fits = [text for text in pool(key) if re.search(schema.get("pattern", ""), text)]
    return {
        "string": lambda: rng.choice(fits or ["2025-04-10T12:00" if "T" in schema["pattern"] else "2025-06-30"]),
        "number": lambda: rng.choice([0.5, 0, 1, 14, -3, 1e9]),
        "integer": lambda: rng.choice([0, 1, 3]),
        "boolean": lambda: rng.random() < 0.5,
        "null": lambda: None,
    }[kind]()


def test_the_profile_is_small_and_in_the_form_of_structured_outputs() -> None:
    text = json.dumps(STRICT, ensure_ascii=False, separators=(",", ":"))
    assert len(text.encode()) < 25_000
    jsonschema.Draft202012Validator.check_schema(STRICT)
    allowed = {
        "type",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "anyOf",
        "enum",
        "$ref",
        "description",
        "pattern",
    }
    for one in nodes(STRICT, skip=True):
        assert set(one) <= allowed | {"$defs", "minItems", "maxItems"}, one
        assert "$ref" not in one or len(one) == 1  # nothing stands beside a reference
        if one.get("type") == "object":
            assert one["additionalProperties"] is False
            assert one["required"] == list(one["properties"])
    assert 10 <= len(set(STRICT["properties"]) - PLAIN) <= 14


PLAIN = {"format_version", "scenario", "party", "evidence", "parameter", "fact", "level", "action", "question"}


def nodes(node: Any, *, skip: bool = False) -> Any:
    """All schemas within a schema."""
    if isinstance(node, dict):
        if not skip or "type" in node or "anyOf" in node or "$ref" in node or "enum" in node:
            yield node
        for key, one in node.items():
            if key in ("properties", "$defs"):
                for inner in one.values():
                    yield from nodes(inner)
            elif key in ("items", "anyOf"):
                for inner in one if isinstance(one, list) else [one]:
                    yield from nodes(inner)


def depth(schema: dict[str, Any]) -> int:
    """Levels of objects and arrays, references followed."""
    if "$ref" in schema:
        return depth(STRICT["$defs"][schema["$ref"].removeprefix("#/$defs/")])
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inner += [schema["items"]] if "items" in schema else []
    own = int("properties" in schema or "items" in schema)
    return own + max((depth(one) for one in inner), default=0)


def test_the_profile_is_flat() -> None:
    assert depth(STRICT) <= 10


@pytest.mark.parametrize("seed", range(4))
def test_random_instances_have_no_error_of_form(seed: int) -> None:
    """They load, or what is wrong is what is said: a name, a date, a circle, never a key or a kind of value."""
    rng, checker = random.Random(seed), jsonschema.Draft202012Validator(STRICT)
    for _ in range(25):
        data = instance(STRICT, rng)
        checker.validate(data)
        try:
            ns.loads(json.dumps(data))
        except NegsimError as error:
            for told in as_json(error):
                assert told["code"] not in SHAPE, told
                assert not re.search(r"does not belong here|not valid JSON", told["text"]), told


def test_a_case_under_the_profile_loads_as_its_twin_in_toml() -> None:
    data = blank()
    data["party"] = [{"name": "north", "title": "North"}, {"name": "south", "title": "South"}]
    data["parameter"] = [
        {
            "name": "memo.median",
            "title": "days",
            "best": 14,
            "mean": None,
            "range": [7, 30],
            "unit": "days",
            "source": {"kind": "model", "text": "typical"},
            "grade": "judgement",
        }
    ]
    law = {"law": "lognormal", "median": "memo.median", "p90": "60 days", "never": None}
    data["promise"] = [
        {"name": "memo", "title": "Memo", "by": "north", "to": "south", "delay": law, "when": None, "pace": None}
    ]
    jsonschema.validate(data, STRICT)
    twin = ns.loads(
        """
        format_version = 1
        [scenario]
        name = "case"
        title = "A case"
        start = "2025-01-01"
        end = "2025-12-31"
        zone = "UTC"
        as_of = "2025-01-01"
        [party.north]
        title = "North"
        [party.south]
        title = "South"
        [parameter."memo.median"]
        title = "days"
        best = 14
        range = [7, 30]
        unit = "days"
        source.kind = "model"
        source.text = "typical"
        grade = "judgement"
        [promise.memo]
        title = "Memo"
        by = "north"
        to = "south"
        delay = {law = "lognormal", median = "memo.median", p90 = "60 days"}
        """
    )
    assert ns.loads(json.dumps(data)) == twin


def blank() -> dict[str, Any]:
    """A case with nothing in it."""
    head = {"name": "case", "title": "A case", "start": "2025-01-01", "end": "2025-12-31", "zone": "UTC"}
    return {
        "format_version": 1,
        "scenario": {**head, "as_of": "2025-01-01"},
        **{name: [] for name in STRICT["properties"] if name not in ("format_version", "scenario")},
    }
