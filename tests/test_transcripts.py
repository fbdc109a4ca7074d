"""Readers' attempts, replayed: each comes to what was recorded, within three rounds, with nothing silently dead at the end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from transcribed import attempts, outcome

FOLDERS = sorted(path for path in (Path(__file__).parent / "transcripts").iterdir() if path.is_dir())
ROUNDS = 3


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_attempts_come_to_what_was_recorded(folder: Path) -> None:
    recorded = json.loads((folder / "outcome.json").read_text("utf-8"))
    assert list(recorded) == [path.name for path in attempts(folder)]
    for path in attempts(folder):
        assert outcome(path) == recorded[path.name], path.name


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_cases_are_valid_in_three_rounds_and_nothing_in_the_last_is_dead(folder: Path) -> None:
    recorded = json.loads((folder / "outcome.json").read_text("utf-8"))
    assert (folder / "article.md").read_text("utf-8").strip()
    valid = [one["valid"] for one in recorded.values()]
    assert any(valid[:ROUNDS])
    last = list(recorded.values())[-1]
    assert last["valid"]
    assert last["dead"] == []


def test_most_cases_are_valid_at_the_first_attempt() -> None:
    if len(FOLDERS) >= 10:
        first = [next(iter(json.loads((one / "outcome.json").read_text("utf-8")).values())) for one in FOLDERS]
        assert sum(one["valid"] for one in first) >= 0.8 * len(first)
