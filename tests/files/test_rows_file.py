"""Rows of parameters from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import negsim as ns
from negsim.cli import main

TEXT = """
format_version = 1
[scenario]
name = "s"
start = "2025-01-01"
end = 20
[parameter.rate]
best = 0.1
[parameter.waived]
best = false
[fact.done]
[action.act]
when = "not done"
clock = {law = "exponential", rate = "rate"}
pace = "3 if waived else 1"
effects = ["done = true"]
[question.q]
condition = "done"
by = 10
"""


def ran(*words: str) -> object:
    """The exit code of ``negsim run``."""
    try:
        main(["run", *words])
    except SystemExit as end:
        return end.code or 0
    return 0


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "s.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_run_takes_its_rows_from_a_file(case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same histories as with rows= from Python."""
    rows = tmp_path / "rows.csv"
    rows.write_text("\ufeffrate,waived\n0.05,true\n0.4,false\n\n", encoding="utf-8")
    assert ran(str(case), "--rows", str(rows), "-n", "200", "--seed", "3", "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)["questions"][0]
    runs = ns.simulate(ns.load(case), replications=200, seed=3, rows={"rate": [0.05, 0.4], "waived": [1, 0]})
    assert found["value"] == runs.probability("q").value
    assert ns.read_rows(rows) == {"rate": [0.05, 0.4], "waived": [1.0, 0.0]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no rows"),
        ("rate\n", "has no rows"),
        ("rate\nhigh\n", "row 1: rate: 'high' is no number"),
        ("rate,waived\n0.1\n", "row 1: has 1 values for 2 columns"),
        ("rate,rate\n0.1,0.2\n", "stands there twice"),
        ("rat\n0.1\n", "did you mean 'rate'"),
        ("rate\nnan\n", "a finite number"),
        ("waived\n0.5\n", "true or false"),
    ],
)
def test_mistakes_are_told(
    case: Path, tmp_path: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text(text, encoding="utf-8")
    assert ran(str(case), "--rows", str(rows), "-n", "20") != 0
    assert words in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("other", [["--draws", "5"], ["--best"], ["--engine", "exact"]])
def test_one_thing_says_where_parameters_come_from(case: Path, tmp_path: Path, other: list[str]) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("rate\n0.1\n", encoding="utf-8")
    assert ran(str(case), "--rows", str(rows), "-n", "20", *other) == 2


def test_rare_questions_keep_the_rows_that_were_given(
    case: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What somebody else believes is not drawn anew from what the scenario believes."""
    case.write_text(
        case.read_text(encoding="utf-8").replace("best = 0.1", "best = 0.1\np95 = 0.3\nmean = 0.1"), encoding="utf-8"
    )
    rows = tmp_path / "rows.csv"
    rows.write_text("rate\n0.00001\n0.00002\n" * 1, encoding="utf-8")
    assert ran(str(case), "--rows", str(rows), "-n", "400", "--seed", "3", "--format", "json", "--rare") == 0
    found = json.loads(capsys.readouterr().out)["questions"][0]
    assert found["value"] < 0.01
    assert any("rows of one's own" in note for note in found["notes"])
