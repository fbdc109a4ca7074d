"""Random Markov scenarios with random news: histories against the exact engine, and posteriors that average to the prior."""

from __future__ import annotations

import importlib.util
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.engines.exact.questions import NoSuchHistory
from negsim.errors import (
    ContradictionError,
    EffectiveError,
    EngineError,
    NegsimError,
    RunawayError,
    ScenarioError,
    SimulationError,
)
from negsim.learning.explicit import explicit

WORST = 5.0
"""Standard errors beyond which two answers differ; over all scenarios of a suite a false alarm is below 1e-3."""


def loaded(name: str) -> Any:
    """The strategies of the exact engine's tests (tests are no package)."""
    path = Path(__file__).parents[1] / "engines" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


markov = loaded("markov_strategies")


@st.composite
def observations(draw: Any, name: str) -> ns.Observation:
    """One item that the exact engine can be given too."""
    condition, when = draw(markov.conditions), draw(st.sampled_from([0.5, 1, 2, 3, 4, 6]))
    kind = draw(st.sampled_from(["holds", "not_happened", "reported", "level", "unreported", "happened", "at"]))
    if kind == "level":
        low = draw(st.sampled_from([0, 0.5, 1]))
        return ns.Observation(name=name, level="n + t", low=low, high=low + 2, on=when)
    if kind == "reported":
        return ns.Observation(name=name, reported=condition, on=when, true_positive=0.9, false_positive=0.2)
    if kind == "unreported":
        delay = draw(st.sampled_from([None, ns.Exponential(1)]))
        return ns.Observation(name=name, unreported=condition, by=when, probability=0.8, delay=delay)
    if kind == "happened":
        return ns.Observation(name=name, happened=condition, after=when, by=when + draw(st.sampled_from([0.5, 2])))
    if kind == "at":
        return ns.Observation(name=name, happened=condition, at=when)
    return ns.Observation(name=name, **{kind: condition, "by" if kind == "not_happened" else "on": when})


def error_of(found: ns.Proportion, exact: float) -> float:
    """The standard error over islands; of what nearly no island saw, as many histories as they are worth."""
    assert found.rows is not None
    assert found.effective is not None
    total, size = found.rows.total, found.rows.size
    rest = total - total.sum() / size.sum() * size
    spread = math.sqrt(len(size) / (len(size) - 1) * np.square(rest).sum()) / size.sum()
    return max(spread, math.sqrt(exact * (1 - exact) / found.effective), 3 / found.effective)


def compare(data: Any, items: int, replications: int) -> None:
    """The answers of histories and of the exact engine to one question given random news."""
    try:
        scenario = data.draw(markov.markov_scenarios())
        news = [data.draw(observations(f"i{k}")) for k in range(items)]
        told, seen = explicit(scenario, news)
    except (ScenarioError, EngineError):
        assume(False)
    observed = [ns.Observed(condition=condition, **{how: when}) for condition, how, when in seen]
    question = ns.Question(name="asked", condition=data.draw(markov.conditions), by=8)
    try:
        solution = ns.solve(told, observed=observed, questions=[question])
        exact = solution.probability(question).value
    except NoSuchHistory:
        exact = None
    except (NegsimError, RunawayError):
        assume(False)
    try:
        runs = ns.update(scenario, news, replications=replications, seed=5, questions=[question], most=8 * replications)
    except ContradictionError:
        runs = None
    except (SimulationError, RunawayError):
        assume(False)
    except EffectiveError:
        assume(False)
    if exact is None or runs is None:
        assert exact is None or runs is not None or unlikely(told, observed)
        return
    found = runs.probability(question)
    assert isinstance(found, ns.Proportion)
    assert abs(found.value - exact) < WORST * error_of(found, exact), (found.value, exact, [str(one) for one in news])


def unlikely(told: ns.Scenario, observed: list[ns.Observed]) -> bool:
    """Whether the news are so rare that no history need have brought them."""
    probability = 1.0
    for k, one in enumerate(observed):
        if one.on is not None:
            probability *= ns.solve(told, observed=observed[:k]).holds(one.condition, on=one.on).value
    return probability < 0.01


@settings(max_examples=12)
@given(data=st.data())
def test_histories_agree_with_the_exact_engine(data: Any) -> None:
    compare(data, 3, 1_280)


@pytest.mark.slow
@settings(max_examples=200)
@given(data=st.data())
def test_histories_agree_with_the_exact_engine_on_five_items(data: Any) -> None:
    compare(data, 5, 6_400)


CONDITIONS = ("a", "b", "n >= 1")


def average(scenario: ns.Scenario, times: int, replications: int) -> tuple[float, float, float]:
    """The mean of posteriors over news that the scenario brings itself, its standard error, and the prior."""
    asked = ns.Question(name="asked", condition="b and n >= 1", by=8)
    looks = [ns.Question(name=f"l{k}", kind="holds", condition=one, by=1 + k) for k, one in enumerate(CONDITIONS)]
    truth = ns.simulate(scenario, replications=times, seed=11, questions=looks)
    posteriors: dict[tuple[bool, ...], float] = {}
    found = []
    for row in range(times):
        seen = tuple(bool(truth.answers(look)[0][row]) for look in looks)
        if seen not in posteriors:
            news = [
                ns.Observation(name=f"l{k}", holds=one if so else f"not ({one})", on=1 + k)
                for k, (one, so) in enumerate(zip(CONDITIONS, seen, strict=True))
            ]
            runs = ns.update(scenario, news, replications=replications, seed=7, questions=[asked], most=2**20)
            posteriors[seen] = runs.probability(asked).value
        found.append(posteriors[seen])
    prior = ns.simulate(scenario, replications=50_000, seed=13, questions=[asked]).probability(asked).value
    return float(np.mean(found)), float(np.std(found)) / math.sqrt(times) + 0.005, prior


def check_average(data: Any, times: int, replications: int) -> None:
    try:
        scenario = data.draw(markov.markov_scenarios())
        mean, error, prior = average(scenario, times, replications)
    except (ScenarioError, SimulationError, RunawayError):
        assume(False)
    assert abs(mean - prior) < WORST * error


@settings(max_examples=2)
@given(data=st.data())
def test_posteriors_average_to_the_prior(data: Any) -> None:
    check_average(data, 400, 640)


@pytest.mark.slow
@settings(max_examples=20)
@given(data=st.data())
def test_posteriors_average_to_the_prior_on_twenty_scenarios(data: Any) -> None:
    check_average(data, 4_000, 3_200)
