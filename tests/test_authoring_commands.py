"""Commands for those who state cases: guide, new with its schema, templates, validate and lint with what does nothing."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

import negsim as ns
from negsim.cli import main
from negsim.report.starter import TEMPLATES

WITH_IDLE_HOST = ns.dumps(
    ns.Scenario(
        "case",
        start="2025-01-01",
        end=90,
        parts=[
            ns.Party("north"),
            ns.Party("south"),
            ns.Party("east"),
            ns.Promise("memo", by="north", to="south", delay=ns.Exponential(mean="9 days")),
            ns.Mediator("host", who="east", between=["north", "south"], hosting=2),
            ns.Question(name="sent", condition="memo.delivered", by="30 days"),
        ],
    ),
    format="json",
)


def said(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """What a command ends with and says."""
    try:
        main(list(args))
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def test_guide_is_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "guide") == (0, ns.guide(), "")


def test_templates_are_listed_with_a_sentence_each(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "new", "--template", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(TEMPLATES)
    assert all(len(line.split()) > 6 for line in out.splitlines())
    code, _, err = said(capsys, "new")
    assert code == 2
    assert "say where to write it" in err


@pytest.mark.parametrize("name", ["mine.toml", "mine.json"])
def test_new_writes_the_schema_that_its_file_names(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str
) -> None:
    file = tmp_path / name
    code, out, _ = said(capsys, "new", str(file), "--template", "standoff")
    assert code == 0
    assert "negsim-1.schema.json beside it" in out
    schema = tmp_path / "negsim-1.schema.json"
    assert schema.name in file.read_text("utf-8").splitlines()[0 if name.endswith("toml") else 1]
    assert json.loads(schema.read_text("utf-8")) == json.loads(json.dumps(ns.schema()))
    assert ns.load(file).name == "mine"
    schema.write_text("{}")
    assert said(capsys, "new", str(tmp_path / "other.toml"))[0] == 0
    assert schema.read_text() == "{}"  # what is there already is somebody's


@pytest.mark.parametrize("command", ["validate", "lint"])
def test_what_does_nothing_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WITH_IDLE_HOST.encode())))
    code, out, err = said(capsys, command, "-")
    assert (code, err) == (0, "")
    assert "mediator" in out
    assert "host" in out


def test_validate_as_json_has_what_is_dead(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(WITH_IDLE_HOST, "utf-8")
    code, out, _ = said(capsys, "validate", str(file), "--format", "json")
    assert code == 0
    assert any("host" in one for one in json.loads(out)["dead"])


def test_strict_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, "schema", "--profile", "strict")
    assert code == 0
    assert json.loads(out) == json.loads(json.dumps(ns.schema(profile="strict")))
