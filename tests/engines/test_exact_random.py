"""Random Markov scenarios: exact answers lie where the simulators' histories allow, and a planted wrong rate does not."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings

import negsim as ns
from negsim.checking.verify import verify
from negsim.errors import RunawayError, ScenarioError, SimulationError
from negsim.running.solving import solve

SCENARIOS = 100
REPLICATIONS = 200
# Over all scenarios together a false alarm has a probability of 1e-9.
LEVEL = 1e-9 / SCENARIOS


def loaded(name: str) -> Any:
    """A module beside this one (tests are no package)."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


strategies = loaded("markov_strategies")


def drawn(data: Any) -> ns.Scenario:
    """A random scenario that does not contradict itself."""
    try:
        return data.draw(strategies.markov_scenarios())  # type: ignore[no-any-return]
    except ScenarioError:
        assume(False)
        raise


@settings(max_examples=SCENARIOS)
@given(data=strategies.st.data())
def test_exact_answers_lie_in_the_simulators_regions(data: Any) -> None:
    check_regions(data, REPLICATIONS, LEVEL)


@pytest.mark.slow
@settings(max_examples=6 * SCENARIOS)
@given(data=strategies.st.data())
def test_exact_answers_lie_in_the_regions_of_many_histories(data: Any) -> None:
    check_regions(data, 5 * REPLICATIONS, LEVEL / 6)


def check_regions(data: Any, replications: int, level: float) -> None:
    scenario = drawn(data)
    try:
        found = verify(scenario, replications=replications, seed=7, level=level)
    except (RunawayError, SimulationError):
        assume(False)
        raise
    assert found.agree, str(found)
    refused = ("probability 0", "is true at the start of every history")
    assert all(line.exact is not None or any(words in line.note for words in refused) for line in found.lines), str(
        found
    )


@settings(max_examples=40)
@given(data=strategies.st.data())
def test_methods_agree_and_what_has_happened_stays_so(data: Any) -> None:
    """Answers of all methods within their claims of each other, at rising dates, at which a probability never falls."""
    scenario = drawn(data)
    assume({"when", "value"} <= set(scenario.expanded.questions))
    try:
        found = {"auto": solve(scenario, max_seconds=600)}
        _, chain = found["auto"].chain(found["auto"].posed("when").alone)
        _, other = found["auto"].chain(found["auto"].posed("value").watch)
        # Dense matrices of hundreds of states take their time.
        others = ("uniformisation", "squaring") if max(chain.size, other.size) <= 60 else ("uniformisation",)
        found |= {method: solve(scenario, method=method, max_seconds=600) for method in others}
        curves = {
            method: [one.probability("when", by=day) for day in (0, 1, 3, 7, 12)] for method, one in found.items()
        }
        values = {method: one.value("value") for method, one in found.items()}
        mass = float(found["auto"].travel(chain, found["auto"].horizon).v.sum())
    except (RunawayError, SimulationError):
        assume(False)
        raise
    assert mass == pytest.approx(1.0, abs=1e-13)
    for one in curves.values():
        assert all(a.value - b.value <= 1e-14 for a, b in pairwise(one))
        for a, b in zip(one, curves["auto"], strict=True):
            assert abs(a.value - b.value) <= a.error + b.error
    for value in values.values():
        assert abs(value.value - values["auto"].value) <= value.error + values["auto"].error


def test_a_planted_wrong_rate_is_caught() -> None:
    """The same comparison with the answers of a scenario whose rate is 30 % off."""
    toy = ns.load("toy")
    wrong = solve(toy.with_law("russia.deliver_memorandum", ns.Exponential(0.21)))
    found = verify(toy, replications=3_000, seed=7, level=LEVEL, solution=wrong)
    assert not found.agree
    assert "talks_day_5" in {line.question for line in found.disagreements}
    assert verify(toy, replications=3_000, seed=7, level=LEVEL).agree


@pytest.mark.parametrize("engine", ["reference"])
def test_engines_that_simulate_are_compared_one_by_one(engine: str) -> None:
    found = verify(ns.load("toy"), replications=200)
    assert engine in found.engines
    assert "exact" in found.engines
    assert "all engines agree" in str(found)
    assert found.as_dict()["agree"] is True
