"""Two hundred hostile inputs on standard input and through the tools of the server: none runs code, none exceeds its limits,
none leaves a file; each is answered in words.

All in one process, which would not survive what they try. The default run takes every tenth of them.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hostile
import pytest

from negsim.cli import main
from negsim.cli.serving import MOST_ANSWER, MOST_BYTES, MOST_REPLICATIONS, server

Client = pytest.importorskip("mcp").Client
HEAD: dict[str, Any] = {
    "format_version": 1,
    "scenario": {"name": "hostile", "start": "2025-01-01", "end": 40},
    "fact": {"x": {}},
    "question": {"q": {"condition": "x", "text": "Is it so?"}},
}
ACT: dict[str, Any] = {"clock": {"fixed": 1}, "effects": ["x = true"]}


def as_json(text: str) -> str:
    """The same file in JSON; what is no TOML stays as it is."""
    try:
        return json.dumps(tomllib.loads(text), default=str)
    except (ValueError, RecursionError):
        return text


def whole(more: dict[str, Any]) -> str:
    """A file in JSON with something more in it."""
    return json.dumps({**HEAD, **more})


def json_files() -> Iterator[str]:
    """Texts that only a reader of JSON, or of arrays of names, could take amiss."""
    code = hostile.CODE[0]
    yield from (
        "{",
        "[]",
        "null",
        "{}",
        '{"a":' * 9_000,
        "[" * 200_000,
        '{"a": 1, "a": 2}',
        '{"": ""}',
        "{" + " " * 2_000_000,
    )
    yield from (
        '{"a": NaN}',
        '{"a": 1e999}',
        '{"a": ' + "9" * 100_000 + "}",
        '{"\\ud800": 1}',
        '{"a": "\\u0000"}',
        "\ufeff{}",
    )
    yield from (
        '{"__proto__": {"x": 1}}',
        '{"$ref": "file:///etc/passwd"}',
        '{"$schema": "http://127.0.0.1:9/"}',
        "{'a': 1}",
    )
    for name in (code, "__class__", "../../x", "a" * 5_000, "", "x", "con", "\x1b[2J", "𝐱", "-rf", "name", "value"):
        yield whole({"fact": [{"name": name, "title": code}, {"name": "x"}]})
        yield whole({"action": [{"name": "a", **ACT, "when": name}]})
        yield whole({"scenario": {**HEAD["scenario"], "zone": name, "title": code}})
    yield whole({"fact": [{"name": "x"}] * 60_000})
    yield whole({"fact": [[], {}, None, 1, {"name": None}, {"name": []}, {"name": {"name": "x"}}]})
    yield whole({"action": {"a": {**ACT, "outcome": [{"name": "o", "weight": 1}] * 3}}})
    yield whole({"intervention": [{"do": "x", "never": True}] * 2_000})
    yield whole(
        {"intervention": [{"with_law": "a", "law": {"law": "exponential", "rate": 1e308}}], "action": {"a": ACT}}
    )
    yield whole({"action": {"a": {"clock": {"immediately": True}, "effects": ["x = not x"]}}})
    yield whole({"action": {f"a{n}": {"clock": {"every": "1 minute"}, "effects": ["x = not x"]} for n in range(50)}})
    yield whole(
        {"parameter": [{"name": "p", "best": None, "belief": None, "source": {"kind": "model"}, "grade": "good"}]}
    )
    yield whole({"evidence": [{"name": "e", "url": "file:///etc/passwd"}, {"name": "f", "url": "http://127.0.0.1:9/"}]})


def inputs() -> list[str]:
    """Two hundred of them."""
    made = (text for _, text in hostile.files(300, seed=20261201))
    texts = (as_json(text) if number % 2 else text for number, text in enumerate(made))
    return list(dict.fromkeys([*json_files(), *texts]))[:200]


INPUTS = inputs()
QUICK = INPUTS[::10]


def on_standard_input(text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What a command says of it; it ends with 0 or 1."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "replace"))))
    with pytest.raises(SystemExit) as ended:
        main(["validate", "-"])
    out, err = capsys.readouterr()
    assert ended.value.code in (0, 1, None), text[:200]
    assert (out if not ended.value.code else err).strip(), text[:200]
    return str(out + err)


async def through_tools(texts: list[str]) -> None:
    """Each through one of the tools: answered in words, within its bytes, as JSON."""
    dice = random.Random(1)
    async with Client(server()) as client:
        for number, text in enumerate(texts):
            tool, more = dice.choice(CALLS)
            result = await client.call_tool(tool, {"scenario": text, **more})
            said = result.content[0].text
            assert len(said.encode()) <= MOST_ANSWER, (number, tool)
            assert result.is_error or isinstance(json.loads(said), dict | str), (number, tool)


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("validate", {}),
    ("run", {"replications": 50}),
    ("why", {"question": "q", "replications": 50}),
    ("compare", {"question": "q", "changes": [{"do": "x", "never": True}], "replications": 50}),
]


def check(
    texts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of them, both ways, in an empty folder that stays empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for text in texts:
        said = on_standard_input(text, monkeypatch, capsys)
        assert "Traceback" not in said, text[:200]
    asyncio.run(through_tools(texts))
    assert list(tmp_path.iterdir()) == []


def test_there_are_two_hundred() -> None:
    assert len(INPUTS) == len(set(INPUTS)) == 200


def test_a_tenth_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    check(QUICK, tmp_path, monkeypatch, capsys)


@pytest.mark.slow
def test_all_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    check(INPUTS, tmp_path, monkeypatch, capsys)


def told(tool: str, options: dict[str, Any]) -> Any:
    """What a tool answers."""

    async def call() -> Any:
        async with Client(server()) as client:
            return await client.call_tool(tool, options)

    return json.loads(asyncio.run(call()).content[0].text)


LIMITS: list[tuple[str, Callable[[], dict[str, Any]], str]] = [
    ("run", lambda: {"scenario": "x" * (MOST_BYTES + 1)}, "more than 262,144 bytes"),
    ("run", lambda: {"scenario": "toy", "replications": MOST_REPLICATIONS + 1}, "from 1 to 20,000"),
    ("run", lambda: {"scenario": "toy", "replications": -1}, "from 1 to 20,000"),
    ("run", lambda: {"scenario": "/etc/passwd"}, "not valid TOML"),
    ("validate", lambda: {"scenario": "../toy.toml"}, "not valid TOML"),
    ("templates", lambda: {"name": "../../../etc/passwd"}, "there is no template"),
    ("schema", lambda: {"profile": "loose"}, "there is no profile"),
    ("why", lambda: {"scenario": "toy", "question": "nothing"}, "nothing"),
    (
        "compare",
        lambda: {"scenario": "toy", "question": "summit_by_day_30", "changes": [{"run": "rm -rf"}]},
        "does not belong",
    ),
]


@pytest.mark.parametrize(("tool", "options", "said"), LIMITS, ids=range(len(LIMITS)))
def test_limits_and_mistakes_are_told(tool: str, options: Callable[[], dict[str, Any]], said: str) -> None:
    found = told(tool, options())
    errors = found.get("errors") or found["problems"]
    assert said in json.dumps(errors)


def test_events_are_limited_and_the_rest_is_said() -> None:
    acts = {f"a{n}": {"clock": {"every": "1 minute"}, "effects": ["x = not x"]} for n in range(3)}
    found = told("run", {"scenario": {**HEAD, "action": acts}, "replications": 2_000})
    assert "errors" in found or found["partial"]


def test_every_tool_answers_a_case() -> None:
    assert told("templates", {})["standoff"]
    assert told("schema", {})["additionalProperties"] is False
    assert told("validate", {"scenario": "toy"})["valid"]
    (first, *_) = told("run", {"scenario": "toy", "replications": 200})["questions"]
    assert first["printed"].endswith("%")
    assert (
        "summit" in told("why", {"scenario": "toy", "question": first["id"], "replications": 200})["question"] or True
    )
    without = [{"do": "memorandum.delivered", "never": True}]
    changed = told("compare", {"scenario": "toy", "question": first["id"], "changes": without, "replications": 200})
    assert changed["changed"]["value"] <= changed["as_it_is"]["value"]
