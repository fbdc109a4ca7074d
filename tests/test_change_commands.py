"""``negsim levers``, ``negsim compare`` and ``negsim run --precision``: tables in words, JSON, rows, pictures, refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

import negsim as ns
from negsim.cli import main


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> tuple[str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(list(args))
    told = capsys.readouterr()
    assert int(exit_.value.code or 0) == code, told.err
    return told.out, told.err


CASE, ASKED, NEED = "singapore-2018", "reinstated_by_5_june", "singapore.requires.north_korea"
LEVERS = ("levers", CASE, ASKED, "--seed", "1", "-n", "500")


def test_levers_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, *LEVERS)
    assert "n = 500 a variant" in out
    assert "Suppose:" in out
    assert "from no to yes" in out
    assert "95 %" in out
    assert "whether anybody can bring it about" in out


def test_levers_json_rows_and_picture(capsys: pytest.CaptureFixture[str]) -> None:
    out, err = said(capsys, *LEVERS, "--format", "json", "--csv", "rows.csv", "--out", "it.png")
    told, found = json.loads(out), ns.levers(ns.load(CASE), ASKED, replications=500, seed=1)
    assert told["levers"] == json.loads(json.dumps(found.as_dict()["levers"]))
    assert told["guarantee"] == found.guarantee
    with open("rows.csv", encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    assert [float(row["difference"]) for row in rows] == [one.value for one in found]
    assert Path("it.png").stat().st_size > 10_000
    assert "it.png" in err


def test_compare_in_words_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--waive", NEED, "-q", ASKED, "-q", "statement_by_31_december", "--seed", "1", "-n", "500")
    out, _ = said(capsys, "compare", CASE, *options)
    assert "common random numbers" in out
    assert "If what North Korea requires" in out
    assert "is always waived where it is unmet" in " ".join(out.split())
    assert NEED not in out, "no ids where people read"
    told = json.loads(said(capsys, "compare", CASE, *options, "--format", "json", "--csv", "rows.csv")[0])
    case = ns.load(CASE)
    runs = [ns.simulate(one, replications=500, seed=1) for one in (case, case.waive(NEED))]
    assert told["rows"][0]["difference"] == ns.compare(runs[0], runs[1], ASKED).value
    assert len(told["rows"]) == 2
    assert Path("rows.csv").exists()


def test_compare_sweeps(capsys: pytest.CaptureFixture[str]) -> None:
    act = ns.Action(name="sign", when="not signed", clock=ns.Exponential("rate"), effects=["signed = true"])
    asked = ns.Question(name="soon", condition="signed", by="2 days")
    parts = [ns.Parameter("rate", 0.3), ns.Fact("signed"), act, asked]
    ns.save(ns.Scenario("deal", start="2025-01-01", end=10, parts=parts), "deal.toml")
    out, _ = said(capsys, "compare", "deal.toml", "--sweep", "rate=0.1,0.6", "--seed", "1", "--format", "json")
    rows = json.loads(out)["rows"]
    assert [(row["variant"], row["changes"]) for row in rows] == [("rate = 0.1", -1), ("rate = 0.6", 1)]


@pytest.mark.parametrize("wrong", [(), ("--decide", "nothing"), ("--sweep", "rate")])
def test_compare_refuses(wrong: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    _, err = said(capsys, "compare", "toy", *wrong, code=2)
    assert "Traceback" not in err


def test_nothing_to_change(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, "levers", "toy", "talks_day_5", "--seed", "1", "--out", "it.png")
    assert "There is nothing to change" in out


def test_unknown_names_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody" in said(capsys, "compare", "toy", "--without", "nobody", code=1)[1]
    assert "nothing_asked" in said(capsys, "levers", "toy", "nothing_asked", code=1)[1]


@pytest.mark.parametrize(("text", "wanted"), [("20 %", "20 %"), ("20%", "20 %"), ("0.05", 0.05)])
def test_precision_in_points_or_as_a_share(capsys: pytest.CaptureFixture[str], text: str, wanted: float | str) -> None:
    asked = ("-q", "talks_day_5", "--seed", "3", "--precision", text, "--best", "--format", "json")
    plain = ns.simulate(ns.load("toy"), seed=3, precision=wanted)
    assert json.loads(said(capsys, "run", "toy", *asked)[0])["replications"] == plain.replications


@pytest.mark.parametrize("text", ["0", "-0.1", "0.5", "nan", "much", "120 %", "0 %", "%"])
def test_what_is_no_precision(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert "such as '10 %'" in " ".join(
        said(capsys, "run", "toy", "--precision", text, code=2)[1].replace("│", "").split()
    )


def test_run_with_precision(capsys: pytest.CaptureFixture[str]) -> None:
    out, _ = said(capsys, "run", "toy", "--seed", "3", "--precision", "0.03", "--best", "--format", "json")
    told = json.loads(out)
    assert told["replications"] == ns.simulate(ns.load("toy"), seed=3, precision=0.03).replications
    assert "known to within" in told["note"]
    assert "known to within" in " ".join(said(capsys, "run", "toy", "--seed", "3", "--precision", "0.03")[0].split())
