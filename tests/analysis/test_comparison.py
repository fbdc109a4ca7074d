"""Paired comparison: known difference, histories that flip, and runs that are no pairs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import negsim as ns
from negsim.errors import EstimateError

SEED = 7


@pytest.fixture(scope="module")
def toy() -> ns.Scenario:
    return ns.load("toy")


def test_known_difference_of_two_rates(toy: ns.Scenario) -> None:
    # P(memorandum by day 5) at 0.33 less that at 0.30 a day (SEMANTICS 9, row 6).
    truth = math.exp(-5 * 0.30) - math.exp(-5 * 0.33)
    faster = toy.with_law("russia.deliver_memorandum", ns.Exponential(0.33))
    n = 40_000
    found = ns.compare(
        ns.simulate(toy, replications=n, seed=SEED), ns.simulate(faster, replications=n, seed=SEED), "talks_day_5"
    )
    spread = math.sqrt(truth * (1 - truth) / n)
    assert abs(found.value - truth) < 6 * spread
    assert abs(found.value - 2 * truth) > 6 * spread, "a wrong model must fail"
    assert found.lost.size == 0, "no replication is reversed"
    assert found.difference.variance_ratio == pytest.approx(10.9, rel=0.2)


def test_flips_are_replication_numbers(toy: ns.Scenario) -> None:
    late = toy.do("memorandum.delivered", never=True)
    a, b = (ns.simulate(one, replications=500, seed=SEED) for one in (toy, late))
    found = ns.compare(a, b, "talks_day_5")
    yes, _ = a.answers("talks_day_5")
    assert np.array_equal(found.lost, np.flatnonzero(yes))
    assert found.gained.size == 0
    assert any(scene.action == "review" for scene in ns.narrate(a, int(found.lost[0])))
    assert "with do memorandum.delivered" in str(found)


def test_another_deadline(toy: ns.Scenario) -> None:
    early = toy.do("memorandum.delivered", on="2025-01-02")
    a, b = (ns.simulate(one, replications=500, seed=SEED) for one in (toy, early))
    assert ns.compare(a, b, "talks_day_5", by="14 days").by == "2025-01-15 00:00"
    assert ns.compare(a, b, "talks_day_5", by="14 days").value < ns.compare(a, b, "talks_day_5").value


def test_the_same_runs_differ_by_nothing(toy: ns.Scenario) -> None:
    runs = ns.simulate(toy, replications=400, seed=SEED)
    found = ns.compare(runs, runs, "summit_by_day_30")
    assert found.value == 0
    low, high = found.interval()
    assert low < 0 < high


def test_drawn_parameters_are_clusters() -> None:
    rate = ns.Parameter("rate", 0.5, belief=ns.Gamma(2, rate=4), unit="1/day")
    done = ns.Fact("done")
    act = ns.Action(name="do_it", when=~done, clock=ns.Exponential(rate=rate), effects=[done.set(True)])
    question = ns.Question(name="q", condition=done, by=2.0)
    one = ns.Scenario("one", start="2025-01-01", end=10, parts=[rate, done, act, question])
    two = one.with_law("do_it", ns.Exponential(rate=ns.parse("rate * 2")))
    a, b = (ns.simulate(each, replications=4_000, seed=SEED, draws=100) for each in (one, two))
    found = ns.compare(a, b, "q")
    assert found.interval().method == "t over rows"
    assert found.by_draw is not None
    assert found.by_draw.mean() == pytest.approx(found.value)
    assert found.interval().width > replace(found.difference, rows=None).interval().width


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"seed": 2, "replications": 50}, "seed"),
        ({"seed": 1, "replications": 60}, "replications"),
        ({"seed": 1, "replications": 50, "draws": 5}, "draws"),
    ],
)
def test_runs_that_are_no_pairs(toy: ns.Scenario, options: dict[str, int], told: str) -> None:
    first = ns.simulate(toy, seed=1, replications=50)
    with pytest.raises(EstimateError, match=rf"{told}.*simulate both"):
        ns.compare(first, ns.simulate(toy, **options), "talks_day_5")


def test_conditional_questions_are_refused(toy: ns.Scenario) -> None:
    asked = ns.Question(name="mine", condition="summit.held", given="ceasefire.agreed")
    runs = ns.simulate(toy, seed=1, replications=50, questions=[asked])
    with pytest.raises(EstimateError, match="without given="):
        ns.compare(runs, runs, "mine")
