"""Where an item leaves too little, further histories set out by themselves and join the islands."""

from __future__ import annotations

import math

import numpy as np
import pytest

import negsim as ns
from negsim.learning.islands import Step, Voyage, joined_voyages
from negsim.learning.sailing import ISLANDS, Sailing


def rare() -> ns.Scenario:
    """A fact drawn at the start with a chance of one in fifty, and a clock that it makes ten times as fast."""
    return ns.Scenario(
        "rare",
        start="2025-01-01",
        end=30,
        parts=[
            ns.Fact("keen", ns.chance(0.02)),
            ns.Fact("met"),
            ns.Action(
                name="meet",
                when="not met",
                clock=ns.Exponential(0.02),
                pace="10 if keen else 1",
                effects=["met = true"],
            ),
            ns.Question(name="q", condition="met", by=10),
        ],
    )


NEWS = [ns.Observation(name="seen", holds="keen", on=1, source="a test")]


@pytest.fixture(scope="module")
def found() -> ns.Updated:
    return ns.update(rare(), NEWS, replications=3_200, seed=4)


def test_more_are_taken_and_it_is_said(found: ns.Updated) -> None:
    assert 3_200 < found.replications <= 4 * 3_200
    assert found.replications % ISLANDS == 0
    assert "seen" in found.warnings[0]


def test_the_answer_is_that_of_the_conditioned_law(found: ns.Updated) -> None:
    """P(met by 10 | keen) = 1 - exp(-2); evidence .02."""
    answer = found.probability("q").estimate()
    assert abs(answer.value - (1 - math.exp(-2.0))) < 3 * (answer.high - answer.low)
    evidence = found.log_evidence
    assert evidence.low - 0.3 < math.log(0.02) < evidence.high + 0.3


def test_evidence_of_joined_islands_has_no_bias() -> None:
    """Of 60 runs with legs the mean evidence is that of the law; six standard errors."""
    found = [math.exp(ns.update(rare(), NEWS, replications=640, seed=seed).log_evidence.value) for seed in range(60)]
    assert abs(np.mean(found) - 0.02) < 6 * np.std(found) / math.sqrt(60)


def test_workers_change_nothing_and_it_can_be_asked_again(found: ns.Updated) -> None:
    again = ns.update(rare(), NEWS, replications=3_200, seed=4, workers=1)
    assert np.array_equal(again.log_weights, found.log_weights)
    assert np.array_equal(again.block.first, found.block.first, equal_nan=True)


def test_how_many_more() -> None:
    """As many as are missing and a little, in whole islands, never beyond the most; none where it is enough."""
    assert Sailing.more(3_200, 12_800, 1.0) == 0
    assert Sailing.more(3_200, 12_800, 1.5) == 2_336
    assert Sailing.more(3_200, 4_000, 2.0) == 800
    assert Sailing.more(3_200, 3_210, 2.0) == 0
    assert Sailing.more(3_200, 128_000, math.inf) == 9_600


def test_a_leg_of_which_nothing_is_left_counts_in_the_evidence() -> None:
    block = ns.simulate(rare(), replications=2, seed=1).block
    step = Step("seen", 1.0, math.log(2.0), math.log(2.0), settled=True)
    alive = Voyage(block, np.zeros(2), np.zeros((2, 0)), [step])
    dead = Voyage(None, np.full(2, -np.inf), np.zeros((0, 0)), [Step("seen", 1.0, -math.inf, -math.inf, settled=True)])
    joined = joined_voyages([alive], [dead])[0]
    assert (joined.lost, len(joined.log_weights), joined.steps[0].log_sum) == (2, 2, math.log(2.0))
    assert joined_voyages([dead], [alive])[0].lost == 2
    assert joined_voyages([dead], [dead])[0].block is None
