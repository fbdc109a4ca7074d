"""JSON is TOML's twin: the same keys, equal scenarios, errors with lines, nothing twice."""

from __future__ import annotations

import io
import json
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import scenarios

import negsim as ns
from negsim.errors import FileError, NegsimError
from negsim.files.json_text import json_lines
from negsim.files.limits import MOST_BYTES

TINY = {
    "format_version": 1,
    "scenario": {"name": "tiny", "start": "2025-01-01", "end": "40 days"},
    "party": {"north": {"title": "North"}, "south": {}},
    "promise": {"memo": {"by": "north", "to": "south", "delay": {"law": "exponential", "rate": 0.3}}},
    "meeting": {
        "round": {"among": ["north", "south"], "on": "2025-01-10T13:00", "requires": {"south": "memo.delivered"}}
    },
}
NAMED = {
    **TINY,
    "party": [{"name": "north", "title": "North"}, {"name": "south", "title": None}],
    "promise": [{"name": "memo", "title": None, **TINY["promise"]["memo"]}],  # type: ignore[index] # a plain dict
    "meeting": [
        {
            "name": "round",
            "among": ["north", "south"],
            "on": "2025-01-10T13:00",
            "requires": [{"name": "south", "value": "memo.delivered"}],
            "waiver": None,
        }
    ],
}


@given(scenarios())
@settings(max_examples=25, deadline=None)
def test_json_and_toml_give_equal_scenarios(scenario: ns.Scenario) -> None:
    as_json, as_toml = ns.dumps(scenario, format="json"), ns.dumps(scenario)
    assert ns.loads(as_json) == ns.loads(as_toml)
    assert ns.dumps(ns.loads(as_json), format="json") == as_json
    data = json.loads(as_json)
    assert data.pop("$schema") == "negsim-1.schema.json"
    assert data == tomllib.loads(as_toml)


@pytest.mark.parametrize("name", ns.shipped())
def test_shipped_scenarios_are_the_same_in_json(name: str) -> None:
    assert ns.loads(ns.dumps(ns.load(name), format="json")) == ns.load(name)


def test_files_and_standard_input_are_detected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toy = ns.load("toy")
    ns.save(toy, tmp_path / "toy.json")
    assert (tmp_path / "toy.json").read_text().startswith("{")
    assert ns.load(tmp_path / "toy.json") == toy
    for format in ("json", "toml"):
        text = ns.dumps(toy, format=format)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert ns.load("-") == toy
        assert ns.load("-") == toy  # a command may ask twice


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"{" + b" " * MOST_BYTES, "larger than 1,048,576 bytes"),
        (b"\xff", "is not UTF-8"),
        (b"", "format_version is missing"),
        (b"```json\n{}\n```", "leave out the ``` around the scenario"),
    ],
)
def test_standard_input_is_bounded(data: bytes, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    with pytest.raises(FileError, match=said):
        ns.load("-")


def test_standard_input_that_is_closed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(FileError, match="standard input is closed"):
        ns.load("-")


def test_arrays_of_named_things_and_nulls_are_tables_and_nothing() -> None:
    assert ns.loads(json.dumps(NAMED)) == ns.loads(json.dumps(TINY))
    toml = 'format_version = 1\n[scenario]\nname = "a"\nstart = "2025-01-01"\nend = 9\n[[party]]\nname = "north"\n'
    assert ns.loads(toml).parts == (ns.Party("north"),)


REFUSED: list[tuple[str, str, int | None]] = [
    ('{"format_version": 1,\n "format_version": 1}', "format_version is there twice; remove one", 2),
    ('{"a": {"b": 1,\n"c": 2,\n"b": 3}}', "a.b is there twice; remove one", 3),
    ('{"a": NaN}', "NaN is no number of JSON", None),
    ('{"a": 1,}', "not valid JSON", 1),
    ('{"a": "\\ud800"}', "half a character", None),
    ('{"a": ' + "[" * 30 + "]" * 30 + "}", "nested deeper than 24", 1),
    ('{"a": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}", "nested deeper than 24", 1),
    ('{"a": ' + "9" * 5000 + "}", "not valid JSON", None),
    ("{", "not valid JSON", 1),
]


@pytest.mark.parametrize(("text", "said", "line"), REFUSED)
def test_what_is_no_json_is_refused_with_its_line(text: str, said: str, line: int | None) -> None:
    with pytest.raises(FileError, match=r"^a\.json: ") as caught:
        ns.loads(text, name="a.json")
    (told,) = ns.errors.as_json(caught.value)
    assert said in told["text"]
    assert told["code"] == "syntax"
    assert told["line"] == line


@pytest.mark.parametrize("text", ["[]", "3", '"a"', "null"])
def test_json_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(FileError, match="no scenario; write an object"):
        ns.loads(text, name="a.json")


@pytest.mark.parametrize("data", [TINY, NAMED])
def test_errors_of_json_have_lines(data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1).replace("memo.delivered", "memo.sent").replace('"north"', '"nord"', 1)
    text = text.replace('"delay"', '"dely"')
    with pytest.raises(NegsimError) as caught:
        ns.loads(text)
    lines = text.splitlines()
    told = {one["place"]: one["line"] for one in ns.errors.as_json(caught.value)}
    assert "dely" in lines[told["promise.memo.dely"] - 1]


@pytest.mark.parametrize(
    ("party", "code", "place"),
    [
        ([{"title": "North"}], "missing", "party[0]"),
        ([{"name": "a"}, {"name": "a"}], "clash", "party[1]"),
        (["north"], "missing", "party[0]"),
        ([None], "missing", "party[0]"),
        ([{"name": "a", "tilte": "b"}], "unknown_key", "party.a.tilte"),
    ],
)
def test_arrays_of_named_things_that_are_none_are_told(party: Any, code: str, place: str) -> None:
    with pytest.raises(NegsimError) as caught:
        ns.loads(json.dumps({**TINY, "party": party}, indent=1))
    told = ns.errors.as_json(caught.value)
    assert (told[0]["code"], told[0]["place"]) == (code, place)
    assert told[0]["line"] is not None


def test_lines_of_names_in_arrays() -> None:
    text = '{\n"party": [\n{"name": "a",\n"title": "A"},\n{"name": "b"}\n],\n"x": {"y": [1,\n2, []]}}'
    found = json_lines(text)
    assert found[".party.a.title"] == found[".party[0].title"] == 4
    assert found[".party.b"] == 5
    assert found[".x.y[1]"] == 8
    assert found[".x.y[2]"] == 8


@given(st.text(alphabet='{}[]":,1n\\ \n', max_size=60))
@settings(max_examples=150, deadline=None)
def test_any_text_is_refused_in_words_or_loaded(text: str) -> None:
    with pytest.raises(NegsimError):
        ns.loads("{" + text)
