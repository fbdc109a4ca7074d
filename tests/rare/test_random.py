"""Forced histories of random scenarios have the probabilities of the exact engine, and of plain histories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engines.markov_strategies import markov_scenarios
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st
from strategies import scenarios

import negsim as ns
from negsim.errors import EngineError, EstimateError, NegsimError, SimulationError

FORCED, PLAIN = 500, 10_000
QUICK = {
    "deadline": None,
    "database": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def asked_of(described: ns.Scenario) -> list[ns.Question]:
    """Questions that can be rare."""
    questions = described.expanded.questions.values()
    return [one for one in questions if one.probable and one.given is None and not one.weights]


def score(described: ns.Scenario, asked: ns.Question, wanted: float, error: float = 0.0) -> float:
    """How many standard errors a forced estimate is off, and no fewer than those of as many plain histories."""
    found = ns.rare(described, asked.name, seed=7, replications=FORCED, method="forcing", workers=1)
    own = found.value * found.relative_error if found.value else 0.0
    # a handful of heavy histories does not know its own error; plain ones would have this one at least
    chance = max(wanted, found.value, 1 / FORCED)
    return (found.value - wanted) / float(np.hypot(max(own, np.sqrt(chance * (1 - min(chance, 0.99)) / FORCED)), error))


def drawn(data: Any, strategy: Any) -> ns.Scenario:
    try:
        found: ns.Scenario = data.draw(strategy)
    except NegsimError:  # a random scenario that contradicts itself
        assume(False)
    return found


def exact_scores(described: ns.Scenario) -> list[float]:
    """Scores of all questions that the exact engine answers."""
    found = []
    try:
        solution = ns.solve(described, max_states=500, max_seconds=1.0)
    except (EngineError, EstimateError):
        return []
    for asked in asked_of(described):
        try:
            found.append(score(described, asked, solution.probability(asked.name).value))
        except (EngineError, EstimateError, SimulationError):
            continue
    return found


def plain_scores(described: ns.Scenario) -> list[float]:
    """Scores against plain histories."""
    found = []
    try:
        runs = ns.simulate(described, replications=PLAIN, seed=3, max_events=1_000, keep="answers")
    except NegsimError:
        return []
    for asked in asked_of(described):
        try:
            share = float(runs.probability(asked.name).value)
            error = np.sqrt(max(share, 1 / PLAIN) * (1 - min(share, 0.99)) / PLAIN)
            found.append(score(described, asked, share, float(error)))
        except (EstimateError, SimulationError):
            continue
    return found


@seed(20261201)
@settings(max_examples=8, **QUICK)
@given(st.data())
def test_random_chains_agree_with_the_exact_engine(data: Any) -> None:
    assert all(abs(one) < 6 for one in exact_scores(drawn(data, markov_scenarios())))


@seed(20261202)
@settings(max_examples=12, **QUICK)
@given(st.data())
def test_random_scenarios_agree_with_plain_histories(data: Any) -> None:
    assert all(abs(one) < 6 for one in plain_scores(drawn(data, scenarios(max_actions=4, max_horizon=12))))


@pytest.mark.slow
def test_many_random_scenarios_are_not_off_on_the_whole() -> None:
    scores: list[float] = []

    @seed(20261203)
    @settings(max_examples=250, **QUICK)
    @given(st.data())
    def collect(data: Any) -> None:
        scores.extend(exact_scores(drawn(data, markov_scenarios())))
        scores.extend(plain_scores(drawn(data, scenarios(max_actions=5, max_horizon=20))))

    collect()
    found = np.array(scores)
    assert len(found) > 200
    assert np.abs(found).max() < 6
    assert abs(found.mean()) * np.sqrt(len(found)) < 6
