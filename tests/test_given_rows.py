"""`simulate(rows=)`: rows of parameters of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.program import lower

ASKED: dict[str, Any] = {"replications": 300, "seed": 3}


def story() -> ns.Scenario:
    done = ns.Fact("done")
    rate = ns.Parameter("rate", 0.3, belief=ns.Gamma(shape=2, rate=4), source="test")
    act = ns.Action(name="do_it", when=~done, clock=ns.Exponential(rate=rate), effects=[done.set(True)])
    claim = ns.Parameter("terms", True, belief=ns.chance(0.5), source="test")
    more = ns.Action(name="more", when="terms and not done", clock=ns.Exponential(0.2), effects=[done.set(True)])
    return ns.Scenario(
        "story",
        start="2025-01-01",
        end=20,
        parts=[done, rate, claim, act, more, ns.Question(name="by_5", condition=done, by=5)],
    )


@pytest.mark.parametrize("keep", ["all", "answers", "counts"])
@pytest.mark.parametrize("workers", [1, 2])
def test_rows_that_would_have_been_drawn_give_the_run_that_draws_them(keep: Any, workers: int) -> None:
    drawn = ns.simulate(story(), draws=7, keep=keep, workers=workers, **ASKED)
    table = np.array(lower(story()).draws(3, range(7)))
    names = [parameter.name for parameter in lower(story()).parameters]
    named = {name: table[:, number] for number, name in enumerate(names)}
    for rows in (table, named, np.rec.fromarrays([*named.values()], names=names)):
        given = ns.simulate(story(), rows=rows, keep=keep, workers=workers, block=13, **ASKED)
        assert given.probability("by_5") == drawn.probability("by_5")
        assert given.band("by_5") == drawn.band("by_5")


def test_what_nobody_names_keeps_its_best_value() -> None:
    given = ns.simulate(story(), rows={"terms": [True, False]}, **ASKED)
    assert given.drawn
    assert set(given.rows) == {(0.3, 1.0), (0.3, 0.0)}
    one = ns.simulate(story().fixing({"terms": False}), **ASKED)
    assert given.block.first[1::2].tolist() == one.block.first[1::2].tolist()


def test_a_checkpoint_is_of_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "run.negsim"
    whole = ns.simulate(story(), rows={"rate": [0.1, 0.2, 0.9]}, checkpoint=path, **ASKED)
    again = ns.simulate(story(), rows={"rate": [0.1, 0.2, 0.9]}, checkpoint=path, **ASKED)
    assert (again.block.first == whole.block.first).all()
    with pytest.raises(ns.errors.CheckpointError):
        ns.simulate(story(), rows={"rate": [0.1, 0.2, 0.8]}, checkpoint=path, **ASKED)
    whole.save(tmp_path / "runs.npz")
    assert ns.load_runs(tmp_path / "runs.npz") == whole


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"rat": [1.0]}, "no parameter 'rat'; did you mean 'rate'"),
        ({"rate": [1.0, 2.0], "terms": [1]}, "rate has 2, terms has 1"),
        ({"rate": []}, "at least one"),
        ({}, "there are no columns"),
        ({"rate": [0.1, float("nan")]}, "rate is .*nan.* in row 1; give a finite number"),
        ({"terms": [1, 0.5]}, "terms is .*0.5.* in row 1; give true or false"),
        ({"rate": ["much"]}, "in row 0; give a finite number"),
        ([[1.0, 2.0, 3.0]], "1 by 3 is no row a draw with a column for each of the 2 parameters"),
        (5, "a single value"),
    ],
)
def test_wrong_rows_are_told(rows: Any, message: str) -> None:
    with pytest.raises(ns.errors.ArgumentError, match=message):
        ns.simulate(story(), rows=rows, **ASKED)


def test_rows_and_draws_exclude_each_other() -> None:
    with pytest.raises(ns.errors.ArgumentError, match="leave draws= away"):
        ns.simulate(story(), rows={"rate": [0.1]}, draws=3, **ASKED)
