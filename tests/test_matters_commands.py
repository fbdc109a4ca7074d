"""``negsim sensitivity`` and ``negsim watch``: tables in words, one JSON object, rows in a file, pictures, refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from believed_scenario import believed_toy

import negsim as ns
from negsim.cli import main
from negsim.report.matters import sensitivity_rows, watching_rows


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    ns.save(believed_toy(), "believed.toml")
    return "believed.toml"


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(list(args))
    told = capsys.readouterr()
    assert int(exit_.value.code or 0) == code, told.err
    return told.out, told.err


@pytest.mark.parametrize("command", ["sensitivity", "watch"])
def test_a_table_in_words(command: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, command, file, "summit", "--seed", "1", "-n", "4000")
    assert "seed 1" in out
    assert "n = 4,000" in out
    assert "move" in out
    assert "95 %" in out
    assert "1. " in out


@pytest.mark.parametrize("command", ["sensitivity", "watch"])
def test_json_csv_and_picture(command: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--seed", "1", "-n", "2000", "--format", "json", "--csv", "rows.csv", "--out", "it.png")
    out, err = said(capsys, command, file, "summit", *options)
    told = json.loads(out)
    assert told["question"] == "summit"
    assert told["answer"]["low"] < told["answer"]["value"] < told["answer"]["high"]
    with open("rows.csv", encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert rows
    assert all(float(row["move_low"]) <= float(row["move"]) <= float(row["move_high"]) for row in rows)
    assert Path("it.png").stat().st_size > 10_000
    assert "it.png" in err


def test_table_json_and_csv_have_the_same_numbers() -> None:
    runs = ns.simulate(believed_toy(), replications=2_000, draws=1_000, seed=1)
    carried, watched = ns.sensitivity(runs, "summit"), ns.watch(runs, "summit")
    assert [row["move"] for row in sensitivity_rows(carried)] == [one.move.value for one in carried]
    assert [row["name"] for row in watching_rows(watched)] == [row["name"] for row in watched.as_dict()["ranked"]]


def test_totals_are_told_when_asked_for(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, "sensitivity", file, "summit", "--seed", "1", "-n", "4000", "--totals")
    assert "Total" in out


def test_dates_and_conditions(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--seed", "1", "-n", "2000", "--date", "2025-01-10", "--condition", "talks_held and ceasefire_agreed")
    out, _ = said(capsys, "watch", file, "summit", *options, "--format", "json")
    told = json.loads(out)
    assert {one["by"] for one in told["news"]} == {"2025-01-10"}


@pytest.mark.parametrize("command", ["sensitivity", "watch"])
def test_mistakes_are_told_in_words(command: str, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean 'summit'" in said(capsys, command, file, "sumit", code=1)[1]
    assert ".png" in said(capsys, command, file, "summit", "--out", "picture.doc", code=2)[1]
    assert "between 0 and 1" in said(capsys, command, file, "summit", "--level", "95", code=2)[1]


def test_nothing_believed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing" in said(capsys, "sensitivity", "toy", "summit_by_day_30", "-n", "200", code=1)[1]
    out, _ = said(capsys, "watch", "toy", "summit_by_day_30", "-n", "2000", "--seed", "1")
    assert "no parameter is uncertain" in out
