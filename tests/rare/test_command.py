"""``negsim run --rare``: questions that a run hardly saw come true have an answer all the same, and the table says how."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rare.stages import DEADLINES, stages

import negsim as ns
from negsim.cli import main


@pytest.fixture
def deal(tmp_path: Path) -> str:
    asked = [ns.Question(name=f"by_{int(day)}", condition="done2", by=day) for day in (5.0, 30.0)]
    ns.save(stages(more=asked), tmp_path / "deal.toml")
    return str(tmp_path / "deal.toml")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(["run", *arguments, "-n", "2000", "--seed", "1"])
    assert not ended.value.code
    return capsys.readouterr().out


def test_a_rare_question_is_answered_and_the_foot_says_how(deal: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, deal, "--rare", "--format", "json"))["questions"]
    five, thirty = found
    assert abs(five["value"] / DEADLINES[5.0] - 1) < 0.1
    assert "forced clocks" in five["notes"][0]
    assert "plain histories: 0 of 2 000" in five["notes"][0]
    assert thirty["notes"] == []
    assert "5: rare, 0.00006" in " ".join(told(capsys, deal, "--rare").split())


def test_by_itself_it_does_so_where_a_budget_was_given(deal: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "rare, " not in told(capsys, deal)
    assert "rare, " in told(capsys, deal, "--seconds", "50")
    assert "rare, " not in told(capsys, deal, "--seconds", "50", "--no-rare")


def test_a_count_with_weights_keeps_its_plain_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    act = ns.Action(name="act", clock=ns.Exponential(0.001))
    asked = ns.Question(name="q", kind="fired", weights={"act": 2.0}, at_least=4, by=9)
    ns.save(ns.Scenario("s", start="2025-01-01", end=9, parts=[act, asked]), tmp_path / "s.toml")
    with pytest.raises(SystemExit) as end:
        main(["run", str(tmp_path / "s.toml"), "--rare", "-n", "200", "--no-reasons"])
    assert not end.value.code
    assert "count with weights" in " ".join(capsys.readouterr().out.split())
