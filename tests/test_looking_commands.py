"""Every command that looks at a file, on every valid file: an answer or words, never a traceback."""

from __future__ import annotations

import contextlib
import io
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from strategies import scenarios
from vocabulary.test_word_properties import words, world

import negsim as ns
from negsim.cli import main

LOOKING = [
    ["show"],
    ["show", "--expanded"],
    ["show", "--toml"],
    ["show", "--waits"],
    ["validate"],
    ["lint"],
    ["lint", "--strict"],
]


def called(*args: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
        pytest.raises(SystemExit) as end,
    ):
        main(list(args))
    return int(end.value.code or 0), out.getvalue(), err.getvalue()


def looks_well(scenario: ns.Scenario) -> None:
    """All commands on a scenario's file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "mine.toml"
        ns.save(scenario, file)
        assert ns.load(file) == scenario, "what is written is valid, and the same"
        hard = [finding for finding in ns.lint(scenario) if finding.hard]
        for command in LOOKING:
            code, out, err = called(command[0], str(file), *command[1:])
            refuses = command[0] in ("validate", "lint") and bool(hard)
            strict = "--strict" in command and "to look at" in out
            assert code == int(refuses or strict), (command, out, err)
            assert bool(out) != bool(err), (command, out, err)
            assert "Traceback" not in err


@settings(max_examples=25)
@given(scenarios())
def test_commands_end_with_an_answer_on_every_valid_file(scenario: ns.Scenario) -> None:
    looks_well(scenario)


@settings(max_examples=25)
@given(words())
def test_commands_end_with_an_answer_on_every_word(word: object) -> None:
    looks_well(world(word))


def test_a_question_without_words_and_a_period_in_hours_are_shown() -> None:
    act = ns.Action(name="act", clock=ns.Every("36 hours"), effects=["memo = true"])
    asked = [ns.Question(name="q", condition="memo", by=3), ns.Question(name="f", kind="fired", action="act")]
    scenario = ns.Scenario("s", start="2025-01-01", end=5, parts=[ns.Fact("memo"), act, *asked])
    looks_well(scenario)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "mine.toml"
        ns.save(scenario, file)
        assert "  f: act\n  q: memo\n" in called("show", str(file))[1]
        assert "every 36 hours" in called("show", str(file), "--expanded")[1]


def test_a_party_and_who_waits_for_whom_are_shown(tmp_path: Path) -> None:
    assert called("show", "istanbul-2025", "--party", "ukraine")[1].startswith("Ukraine, in: ")
    code, _, err = called("show", "istanbul-2025", "--party", "ukrain")
    assert (code, "did you mean 'ukraine'" in err) == (1, True)
    assert called("show", "toy", "--waits", "mermaid")[1].startswith("flowchart LR\n")
    assert called("show", "toy", "--waits", "graphviz")[1].startswith("digraph waits {\n")
    picture = tmp_path / "waits.svg"
    assert called("show", "toy", "--waits", "--out", str(picture))[1] == f"{picture} is written\n"
    assert "<svg" in picture.read_text("utf-8")
    for wrong in (["mermaid"], ["--waits", "dot"], ["--waits", "--out", "a.txt"], ["--waits", "--party", "x"]):
        code, out, err = called("show", "toy", *wrong)
        assert (code, out) == (2, "")
        assert "Error" in err


def test_list_and_schema() -> None:
    assert called("list")[0] == 0
    assert called("schema")[0] == 0
