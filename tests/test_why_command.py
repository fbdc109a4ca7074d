"""``negsim why``: sentences on 80 columns, the same numbers as the library as JSON, any question, yes too."""

from __future__ import annotations

import csv
import json
import re
import shlex
from pathlib import Path

import pytest

import negsim as ns
from negsim.cli import main
from negsim.report.results_schema import results_schema

WHY = ("why", "toy", "summit_by_day_30", "--seed", "1", "-n", "600", "--best")


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> tuple[str, str]:
    if code:
        with pytest.raises(SystemExit) as ended:
            main(list(args))
        assert ended.value.code == code
    else:
        with pytest.raises(SystemExit) as ended:
            main(list(args))
        assert ended.value.code in (0, None)
    return capsys.readouterr()


def test_it_fits_and_names_who_did_not_do_what(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    out, _ = said(capsys, *WHY)
    assert max(map(len, out.splitlines())) <= 80
    flat = " ".join(out.split())
    assert "Why not: The summit by day 30" in flat
    assert "A ceasefire has not been agreed" in flat
    assert "Not in time: the summit is held" in flat
    assert "without it" in flat
    assert "ceasefire.agreed" not in flat, "people read no ids"


def test_json_holds_the_numbers_of_the_library_and_fits_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, *WHY, "--format", "json")
    told = json.loads(out)
    runs = ns.simulate(ns.load("toy"), replications=600, seed=1)
    found = json.loads(json.dumps(ns.explain(runs, "summit_by_day_30", most=400).as_dict()))
    assert {key: told[key] for key in found} == found
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(told, results_schema())


def test_why_yes_and_a_condition_of_ones_own_by_another_date(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(
        capsys, "why", "toy", "talks.held and memorandum.delivered", "--yes", "--by", "14 days", "--seed", "1"
    )
    flat = " ".join(out.split())
    assert "Why: Talks have been held and the memorandum is on the table by 14 January 2025? Yes in" in flat
    assert "review with the memorandum in hand" in " ".join(out.split())


def test_rows_are_written(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "why.csv"
    said(capsys, *WHY, "--csv", str(target))
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert rows[0]["condition"] == "ceasefire.agreed"
    assert float(rows[0]["share"]) > 0.4


def test_what_cannot_be_asked_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nothing_asked" in said(capsys, "why", "toy", "nothing_asked", code=1)[1]
    said(capsys, *WHY, "--draws", "20", code=2)


PAGE = (Path(__file__).parents[1] / "docs" / "why.md").read_text(encoding="utf-8")


def test_the_page_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    exec(compile(code, "docs/why.md", "exec"), {})
    told = capsys.readouterr().out
    assert "a ceasefire has not been agreed" in told
    assert "missing" in told


@pytest.mark.parametrize("line", re.findall(r"^negsim (why .*)$", PAGE, re.MULTILINE))
def test_each_line_of_the_page_runs(capsys: pytest.CaptureFixture[str], line: str) -> None:
    out, _ = said(capsys, *shlex.split(line), "-n", "120", "--look", "15")
    assert "why" in out.lower()
