"""Outcomes that the news need are drawn with more than their shares, and made up for by exactly that."""

from __future__ import annotations

import math

import numpy as np
import pytest

import negsim as ns
from negsim.learning import tilting

SHARE, PULL = 0.02, 3.0


def scenario() -> ns.Scenario:
    """Talks on day 5 come to a rare deal, three times as often where there is trust; the deal is signed at once."""
    parts = [
        ns.Fact("trust"),
        ns.Fact("deal"),
        ns.Fact("signed"),
        ns.Fact("broken"),
        ns.Action(name="win_trust", when="not trust", clock=ns.Exponential(0.2), effects=["trust = true"]),
        ns.Action(
            name="talks",
            clock=ns.On("2025-01-06T00:00"),
            outcomes=[
                ns.Outcome(name="deal", weight=f"{PULL * SHARE} if trust else {SHARE}", effects=["deal = true"]),
                ns.Outcome(name="none", weight=f"1 - ({PULL * SHARE} if trust else {SHARE})"),
            ],
        ),
        ns.Action(name="sign", when="deal", clock=ns.Immediately(), effects=["signed = true"]),
        ns.Action(name="break_off", when="not trust", clock=ns.Exponential(0.1), effects=["broken = true"]),
        ns.Question(name="trusted", kind="holds", condition="trust", by=5),
        ns.Question(name="broken", condition="broken", by=12),
    ]
    return ns.Scenario("rare", start="2025-01-01", end=20, parts=parts)


TRUST = 1 - math.exp(-1.0)
DEAL = SHARE * (1 - TRUST + PULL * TRUST)
NEWS = {
    "signed": ns.Observation(name="signed", happened="signed", at=5),
    "talks": ns.Observation(name="talks", fired="talks", outcome="deal", on="2025-01-06"),
}


@pytest.mark.parametrize("name", NEWS)
def test_a_rare_outcome_keeps_histories_and_its_probability(name: str) -> None:
    runs = ns.update(scenario(), [NEWS[name]], replications=6_400, seed=1)
    error = (runs.log_evidence.high - runs.log_evidence.low) / 4.08
    assert abs(runs.log_evidence.value - math.log(DEAL)) < 4 * error
    assert error < 0.05
    assert runs.effects[0].share > 0.4  # DEAL itself is below 0.05
    found = runs.probability("trusted")
    low, high = found.interval(1 - 1e-5)
    assert low < PULL * SHARE * TRUST / DEAL < high
    assert not low < TRUST < high


def test_a_weight_that_is_not_made_up_for_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    right = tilting.tilted

    def unpaid(program: object, wanted: object) -> object:
        from dataclasses import replace

        leaning = right(program, wanted)  # type: ignore[arg-type]
        plain = []
        for row in leaning.actions:
            kept = [
                replace(one, effects=tuple(e for e in one.effects if tilting.WEIGHT not in e.stream))
                for one in row.outcomes
            ]
            plain.append(replace(row, outcomes=tuple(kept)))
        return replace(leaning, actions=tuple(plain))

    monkeypatch.setattr(tilting, "tilted", unpaid)
    runs = ns.update(scenario(), [NEWS["signed"]], replications=1_280, seed=1)
    assert abs(runs.log_evidence.value - math.log(DEAL)) > 1


def test_an_outcome_that_can_come_otherwise_stays_right() -> None:
    """The action fires again and again: only one of the firings in the window need have the outcome."""
    parts = [
        ns.Fact("a"),
        ns.Action(
            name="try_it",
            clock=ns.Every("1 day"),
            outcomes=[ns.Outcome(name="yes", weight=0.1, effects=["a = true"]), ns.Outcome(name="no", weight=0.9)],
        ),
        ns.Question(name="early", condition="a", by=3),
    ]
    told = ns.Scenario("tries", start="2025-01-01", end=20, parts=parts)
    runs = ns.update(told, [ns.Observation(name="a", happened="a", after=1.5, by=5.5)], replications=6_400, seed=1)
    mass = 0.9 - 0.9**5
    error = (runs.log_evidence.high - runs.log_evidence.low) / 4.08
    assert abs(runs.log_evidence.value - math.log(mass)) < 4 * error
    low, high = runs.probability("early").interval(1 - 1e-5)
    assert low < (0.9 - 0.9**3) / mass < high


def test_engines_lean_alike() -> None:
    one, two = (
        ns.update(scenario(), [NEWS["signed"]], replications=640, seed=3, engine=e) for e in ("compiled", "reference")
    )
    assert np.array_equal(one.block.first, two.block.first)
    assert np.allclose(one.log_weights, two.log_weights, atol=1e-9)
    assert np.array_equal(one.block.final, two.block.final)
    assert one.block.final.shape[1] == 4
