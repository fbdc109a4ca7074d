"""Questions that count several actions, each firing with a weight."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns
from negsim.engines import available

ENGINES = [name for name in ("reference", "compiled") if available(name)]
RATE = {"strike": 0.3, "shell": 1.0, "raid": 0.05}


def strikes(*asked: ns.Question) -> ns.Scenario:
    """Independent Poisson processes; a shell hits in one case of four."""
    aim = [ns.Outcome(name="hit", weight=0.25), ns.Outcome(name="miss", weight=0.75)]
    acts = [
        ns.Action(name=name, clock=ns.Exponential(rate), outcomes=aim if name == "shell" else [])
        for name, rate in RATE.items()
    ]
    return ns.Scenario("strikes", start="2025-01-01", end=40, parts=[*acts, *asked])


SUM = ns.Question(name="sum", kind="fired", weights={"strike": 2.5, "shell:hit": -0.3, "raid": 10}, after=3.0, by=20.0)
MEAN = 17 * (2.5 * 0.3 - 0.3 * 0.25 + 10 * 0.05)
VARIANCE = 17 * (2.5**2 * 0.3 + 0.3**2 * 0.25 + 10**2 * 0.05)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_compound_poisson_sum(engine: str) -> None:
    """Mean and variance of a compound Poisson process: t * sum of rate * w and of rate * w**2; six standard errors."""
    n = 4_000
    runs = ns.simulate(strikes(SUM), replications=n, seed=5, engine=engine)
    found = runs.mean("sum").value
    assert abs(found - MEAN) < 6 * math.sqrt(VARIANCE / n)
    assert abs(found - MEAN * 20 / 17) > 6 * math.sqrt(VARIANCE / n), "as if the window were from the start"


def test_the_exact_engine_and_verify() -> None:
    solved = ns.solve(strikes(SUM)).answer("sum")
    assert abs(solved.value - MEAN) <= solved.error + 1e-12
    assert ns.verify(strikes(SUM), replications=500).agree


def test_three_tenths_and_six_tenths_are_nine_tenths() -> None:
    """Floats say .3 + .6 < .9; what is written decides."""
    asked = ns.Question(name="enough", kind="fired", weights={"strike": 0.3, "shell": 0.6}, at_least=0.9, by=5.0)
    runs = ns.simulate(strikes(asked), replications=2_000, seed=2)
    strike, shell = (runs.block.fired[:, column] for column, _ in runs.program.probes.asked["enough"].terms[::-1])
    assert ((strike == 1) & (shell == 1)).any()
    assert runs.probability("enough").hits == int((3 * strike + 6 * shell >= 9).sum())


@given(
    weights=st.dictionaries(
        st.sampled_from(["strike", "shell", "shell:hit", "shell:miss", "raid"]),
        st.decimals(-5, 5, places=2).filter(bool).map(float),
        min_size=1,
    ),
    after=st.sampled_from([None, 4.0]),
    keep=st.sampled_from(["all", "answers", "counts"]),
)
def test_it_is_the_sum_of_single_counts(weights: dict[str, float], after: float | None, keep: str) -> None:
    """Property: the mean is the weighted sum of the means of single counts of the same histories, however kept."""
    single = [
        ns.Question(
            name=f"n{k}",
            kind="fired",
            action=key.split(":")[0],
            outcome=[*key.split(":"), None][1],
            after=after,
            by=9.0,
        )
        for k, key in enumerate(weights)
    ]
    asked = ns.Question(name="sum", kind="fired", weights=weights, after=after, by=9.0)
    runs = ns.simulate(strikes(asked, *single), replications=60, seed=4, keep=keep)  # type: ignore[call-overload]
    parts = [weight * runs.mean(f"n{k}").value for k, weight in enumerate(weights.values())]
    assert math.isclose(runs.mean("sum").value, sum(parts), rel_tol=1e-9, abs_tol=1e-9)


def test_workers_blocks_and_files_change_nothing(tmp_path: object) -> None:
    scenario = strikes(SUM)
    one = ns.simulate(scenario, replications=300, seed=1, workers=1, block=300)
    two = ns.simulate(scenario, replications=300, seed=1, workers=2, block=7)
    assert np.array_equal(one.block.fired, two.block.fired)
    assert ns.loads(ns.dumps(scenario)) == scenario
    assert ns.simulate(scenario, replications=300, seed=1, keep="counts").mean("sum").value == pytest.approx(
        one.mean("sum").value, rel=1e-12
    )


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"weights": {"strik": 1}}, "strike"),
        ({"weights": {"shell:hitt": 1}}, "hit"),
        ({"weights": {"strike": 0}}, "other than 0"),
        ({"weights": {"strike": "much"}}, "other than 0"),
        ({"weights": {"strike": 1}, "action": "shell"}, "action= or weights="),
        ({"weights": {"strike": 1}, "at_least": -1}, "above 0"),
        ({"action": "strike", "at_least": 1.5}, "whole number"),
        ({}, "action= or weights="),
        ({"kind": "reached", "condition": "true", "weights": {"strike": 1}}, "no action"),
    ],
)
def test_mistakes_are_told(keys: dict[str, object], word: str) -> None:
    with pytest.raises(ns.errors.NegsimError, match=word):
        strikes(ns.Question(**{"name": "q", "kind": "fired", **keys})).expanded  # type: ignore[arg-type]  # noqa: B018
