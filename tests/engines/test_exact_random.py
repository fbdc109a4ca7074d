"""Random Markov scenarios: exact answers lie where the simulators' histories allow, and a planted wrong rate does not."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings

import negsim as ns
from negsim.analysis.verify import verify
from negsim.engines.exact import solve
from negsim.errors import RunawayError, ScenarioError, SimulationError

SCENARIOS = 300
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
    scenario = drawn(data)
    try:
        found = verify(scenario, replications=REPLICATIONS, seed=7, level=LEVEL)
    except (RunawayError, SimulationError):
        assume(False)
        raise
    assert found.agree, str(found)
    assert all(line.exact is not None or "probability 0" in line.note for line in found.lines), str(found)


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
