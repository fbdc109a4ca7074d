"""Rows of parameters that are moved: what is learned of a rate from many gaps, against the conjugate answer."""

from __future__ import annotations

import numpy as np
import pytest

import negsim as ns
from negsim.learning import moves

GAPS = (3.0, 5.0, 2.0, 6.0, 4.0, 3.0, 5.0, 4.0, 2.0, 6.0)
SHAPE, SCALE = 1.5, 0.4


def scenario() -> tuple[ns.Scenario, list[ns.Observation]]:
    """Ten gaps of one unknown rate, one after the other, each seen on its day (and its hour)."""
    law = ns.Gamma(shape=SHAPE, scale=SCALE)
    rate = ns.Parameter(name="rate", best=0.5, belief=law, unit="1/day", source="definition", grade="definition")
    parts: list[ns.Part] = [rate, ns.Counter("n")]
    parts.append(ns.Action(name="next", clock=ns.Exponential("rate"), effects=["n += 1"]))
    parts.append(ns.Question(name="soon", condition=f"n >= {len(GAPS) + 1}", by=45))
    ends = np.cumsum(GAPS)
    news = [
        ns.Observation(name=f"gap{k}", fired="next", at=float(end), source="definition") for k, end in enumerate(ends)
    ]
    news += [
        ns.Observation(name=f"none{k}", holds=f"n == {k + 1}", on=float(end), source="definition")
        for k, end in enumerate(ends)
    ]
    return ns.Scenario("gaps", start="2025-01-01", end=60, parts=parts), news


def learned(**more: bool) -> tuple[ns.Updated, float, float]:
    told, news = scenario()
    runs = ns.update(told, news, replications=3_200, draws=3_200, seed=1, most=3_200, **more)
    weights, rates = runs.weights, runs.parameters[:, 0]
    mean = float(np.average(rates, weights=weights))
    return runs, mean, float(np.sqrt(np.average((rates - mean) ** 2, weights=weights)))


def test_a_rate_is_learned_and_stays_spread() -> None:
    runs, mean, spread = learned()
    shape, rate = SHAPE + len(GAPS), 1 / SCALE + sum(GAPS)
    assert mean == pytest.approx(shape / rate, rel=0.05)
    assert spread == pytest.approx(np.sqrt(shape) / rate, rel=0.2)
    assert "Liu and West" in runs.note
    stale, _, _ = learned(move=False)
    assert "Liu" not in stale.note
    assert len(np.unique(stale.parameters)) < 0.25 * len(np.unique(runs.parameters))


def test_a_kernel_that_only_spreads_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the pull towards the mean the spread grows with every move."""
    monkeypatch.setattr(moves, "DISCOUNT", 0.6)
    right = moves.Moves.move

    def spreading(self: moves.Moves, kept: object) -> np.ndarray:
        before = self.scores.copy()
        right(self, kept)  # type: ignore[arg-type]
        self.scores = self.scores + before - before.mean(axis=0)
        return right(self, kept)  # type: ignore[arg-type]

    monkeypatch.setattr(moves.Moves, "move", spreading)
    _, _, spread = learned()
    shape, rate = SHAPE + len(GAPS), 1 / SCALE + sum(GAPS)
    assert abs(spread / (np.sqrt(shape) / rate) - 1) > 0.2
