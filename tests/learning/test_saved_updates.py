"""Conditioned histories in a file: equal when they are loaded, and told again for what was not asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import negsim as ns

TALKS = ns.Observation(name="talks", happened="talks.held", at="5 days", source="definition")
QUIET = ns.Observation(name="quiet", not_happened="ceasefire.agreed", by="8 days")


@pytest.mark.parametrize("draws", [None, 640])
@pytest.mark.parametrize("news", [[TALKS], [TALKS, QUIET]], ids=["one", "two"])
def test_what_is_loaded_is_what_was_saved(tmp_path: Path, draws: int | None, news: list[ns.Observation]) -> None:
    runs = ns.update(ns.load("toy"), news, replications=1_600, seed=2, draws=draws)
    runs.save(tmp_path / "runs.npz")
    again = ns.load_runs(tmp_path / "runs.npz")
    assert isinstance(again, ns.Updated)
    assert again == runs
    assert (again.news, again.effects, again.warnings) == (runs.news, runs.effects, runs.warnings)
    assert again.log_evidence == runs.log_evidence
    for question in ("summit_by_day_30", "talks_day_5"):
        assert again.probability(question).estimate() == runs.probability(question).estimate()


def test_it_is_told_again_for_what_was_not_asked(tmp_path: Path) -> None:
    """`watch` needs the histories once more, with other things recorded."""
    runs = ns.update(ns.load("toy"), [TALKS], replications=1_600, seed=2)
    runs.save(tmp_path / "runs.npz")
    again = ns.load_runs(tmp_path / "runs.npz")
    assert isinstance(again, ns.Updated)
    assert again.retell is not None
    assert np.array_equal(again.retell(again.program).block.first, runs.block.first, equal_nan=True)
    one, other = (json.dumps(ns.watch(found, "summit_by_day_30").as_dict(), sort_keys=True) for found in (runs, again))
    assert one == other


def test_other_weights_are_another_result(tmp_path: Path) -> None:
    runs = ns.update(ns.load("toy"), [TALKS], replications=1_600, seed=2)
    assert runs != ns.update(ns.load("toy"), [TALKS], replications=1_600, seed=3)
    assert runs != ns.update(ns.load("toy"), [TALKS, QUIET], replications=1_600, seed=2)
