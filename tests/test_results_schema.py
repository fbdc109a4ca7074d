"""Every command's JSON is one object of the one schema: on shipped scenarios, on random ones, and where something is wrong.

The schema is what ``negsim schema --results`` prints; a validator of another project reads it, and no bare NaN or Infinity
is let through.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
import warnings
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from believed_scenario import believed_toy
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from strategies import scenarios
from vocabulary.test_word_properties import words, world

import negsim as ns
from negsim.cli import main

FEW = ("-n", "64", "--seed", "1")
COMMANDS: list[tuple[str, ...]] = [
    ("run", "FILE", *FEW),
    ("run", "FILE", *FEW, "--best", "--no-reasons"),
    ("run", "FILE", "--engine", "exact"),
    ("compare", "FILE", "FILE", *FEW),
    ("levers", "FILE", "QUESTION", *FEW),
    ("why", "FILE", "QUESTION", *FEW),
    ("why", "FILE", "QUESTION", *FEW, "--yes"),
    ("watch", "FILE", "QUESTION", *FEW),
    ("sensitivity", "FILE", "QUESTION", *FEW, "--totals"),
    ("replay", "FILE", "3", "--seed", "1"),
    ("validate", "FILE"),
    ("lint", "FILE"),
    ("show", "FILE"),
    ("show", "FILE", "--expanded"),
    ("show", "FILE", "--toml"),
    ("show", "FILE", "--waits"),
    ("show", "FILE", "--party", "PARTY"),
    ("verify", "FILE", "-n", "40"),
    ("export", "FILE", "--prism", "--stages", "100"),
    ("report", "FILE", *FEW, "--levers", "2"),
]
ELSEWHERE: list[tuple[str, ...]] = [
    ("list",),
    ("docs",),
    ("docs", "Truce"),
    ("docs", "Truc"),
    ("guide",),
    ("report", "toy", *FEW, "--levers", "0"),
    ("update", "toy", "--news", "news.toml", "-n", "320", "--seed", "1"),
    ("update", "toy", "--news", "nothing.toml"),
    ("new", "it.toml"),
    ("run", "no_such_scenario"),
    ("run", "toy", "--draws", "1"),
    ("run", "toy", "-n", "x"),
    ("run", "toy", "--question", "nothing"),
    ("run", "toy", "--by", "2031-01-01"),
    ("run", "toy", "--set", "rate=0.5"),
    ("run", "toy", "--set", "summit.rate"),
    ("run", "toy", "--out", "/dev/null/x"),
    ("run",),
    ("dance",),
    ("sensitivity", "toy", "talks_day_5"),
    ("compare", "toy"),
]
SMALL = ("toy", "istanbul-markov")
LARGE = tuple(name for name in ns.shipped() if name not in SMALL)


@cache
def validator() -> Draft202012Validator:
    out = called("schema", "--results")[1]
    schema = json.loads(out)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def called(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
        pytest.raises(SystemExit) as end,
    ):
        main(list(args))
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def checked(*args: str) -> dict[str, Any]:
    """The one object of a command, held to the schema; it has errors if and only if the exit code says so."""
    code, out, err = called(*args, "--format", "json")
    found: dict[str, Any] = json.loads(out, parse_constant=lambda name: pytest.fail(f"{args}: {name}"))
    branch = next((one for one in validator().schema["$defs"].values() if fits(one, found)), None)
    assert branch is not None, f"{args}: {sorted(found)}"
    errors = list(Draft202012Validator({**branch, "$defs": validator().schema["$defs"]}).iter_errors(found))
    assert not errors, f"{args}: {[(list(one.absolute_path), one.message[:300]) for one in errors[:3]]}"
    assert "Traceback" not in err
    if "errors" in found:
        assert code in (1, 2), args
        assert all(one["text"] for one in found["errors"])
    else:
        assert code == 0 or (args[0] in ("lint", "verify") and code == 1), args
        assert found["negsim"] == ns.__version__
    return found


def fits(branch: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether a definition is that of this command's object, or of errors."""
    keys = branch.get("properties", {})
    if "command" not in keys:
        return False
    return "errors" in keys if "errors" in found else keys["command"].get("const") == found["command"]


def on_file(scenario: ns.Scenario, commands: list[tuple[str, ...]]) -> None:
    """Commands on a scenario's file; what they cannot answer is told as errors of the same schema."""
    elements = scenario.expanded
    names = {"QUESTION": next(iter(elements.questions), "nothing"), "PARTY": next(iter(elements.parties), "nobody")}
    with TemporaryDirectory() as folder:
        names["FILE"] = str(Path(folder) / "mine.toml")
        ns.save(scenario, names["FILE"])
        for command in commands:
            checked(*(names.get(one, one) for one in command))


@pytest.mark.parametrize("command", ELSEWHERE, ids=" ".join)
def test_commands_without_a_file_and_what_is_wrong(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("news.toml").write_text('[news.talks]\nhappened = "talks.held"\nat = "5 days"\nsource = "the protocol"\n')
    checked(*command)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", SMALL)
def test_every_command_on_small_scenarios(name: str, command: tuple[str, ...]) -> None:
    on_file(ns.load(name), [command])


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("name", LARGE)
def test_every_command_on_every_shipped_scenario(name: str, command: tuple[str, ...]) -> None:
    on_file(ns.load(name), [command])


def test_a_large_scenario() -> None:
    names = ("istanbul-2025", "round2_on_2_june")
    for command in [one for one in COMMANDS if one[0] in ("run", "watch", "replay") and one[2] == "-n"][:3]:
        checked(*({"FILE": names[0], "QUESTION": names[1], "PARTY": "ukraine"}.get(one, one) for one in command))


def test_what_is_believed_is_told() -> None:
    on_file(believed_toy(), COMMANDS[:8])


QUICK = [command for command in COMMANDS if command[0] in ("run", "validate", "lint", "show", "replay")]


@settings(max_examples=8, deadline=None)
@given(scenarios())
def test_random_scenarios(scenario: ns.Scenario) -> None:
    on_file(scenario, QUICK)


@settings(max_examples=6, deadline=None)
@given(words())
def test_random_words(word: object) -> None:
    on_file(world(word), QUICK)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(scenarios())
def test_random_scenarios_on_all_commands(scenario: ns.Scenario) -> None:
    on_file(scenario, COMMANDS)


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(
        'format_version = 1\n[scenario]\nname = "x"\nstart = "2025-01-01"\nend = 9\n[fcat.memo]\n[fact.f]\ninital = true\n'
        '[question.q]\ncondition = "nope"\n'
    )
    rows = checked("validate", str(file))["errors"]
    assert {(one["code"], one["line"]) for one in rows} >= {
        ("unknown_key", 6),
        ("unknown_key", 8),
        ("unknown_name", 10),
    }
    assert all(one["file"] == "bad.toml" for one in rows)


def test_a_wrong_object_is_refused() -> None:
    """The wrong model: a key too many, a number that is text, a command that is none."""
    found = checked("run", "toy", *FEW)
    assert validator().is_valid(found)
    assert not validator().is_valid({**found, "colour": 1})
    assert not validator().is_valid({**found, "replications": "64"})
    assert not validator().is_valid({**found, "command": "dance"})


def test_a_process_of_its_own_prints_one_object_and_nothing_else() -> None:
    for args, code in ((["run", "toy", "--nope"], 2), (["validate", "-"], 1)):
        done = subprocess.run(
            [sys.executable, "-m", "negsim", *args, "--format", "json"],
            input="format_version = 1\n[fcat.x]\n",
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (code, "")
        assert json.loads(done.stdout)["errors"]


def test_standard_input_is_a_scenario_for_every_command(monkeypatch: pytest.MonkeyPatch) -> None:
    text = ns.dumps(ns.load("toy"))
    for command in COMMANDS:
        names = {"FILE": "-", "QUESTION": "talks_day_5", "PARTY": "russia"}
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        found = checked(*(names.get(one, one) for one in command))
        assert "errors" not in found or command[0] == "sensitivity", (command, found)
