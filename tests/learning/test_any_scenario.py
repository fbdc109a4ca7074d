"""Random scenarios of all kinds: what histories drawn towards the news say is what those say that brought them by chance.

Every law, memory, fixed delay, defective clock, outcome and initial draw is met here. The other side needs no filter: plain
histories, each counting as likely as it brings the news.
"""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import scenarios

import negsim as ns
from negsim.errors import ContradictionError, EffectiveError, NegsimError, ScenarioError
from negsim.learning.items import items_of, questions_of
from negsim.program import lower

WORST = 5.5
LEAST = 60


@st.composite
def items(draw: Any, scenario: ns.Scenario, name: str) -> ns.Observation:
    """Something that can be seen of a scenario: of a fact or a counter, or of an action."""
    elements, days = scenario.expanded, scenario.horizon / 86_400e6
    facts = [one.name for one in elements.variables.values() if isinstance(one, ns.Fact)]
    counters = [f"{one.name} >= {one.initial}" for one in elements.variables.values() if isinstance(one, ns.Counter)]
    condition = draw(st.sampled_from([*facts, *(f"not {one}" for one in facts), *counters, "true"]))
    actions = sorted(elements.actions)
    kind = draw(st.sampled_from(["happened", "fired", "not_happened", "holds", "reported", "unreported"]))
    begin = draw(st.sampled_from([0.0, 0.1, 0.25, 0.5])) * days
    end = begin + draw(st.sampled_from([0.05, 0.2, 0.4])) * days
    if kind == "fired" and actions:
        action = elements.actions[draw(st.sampled_from(actions))]
        outcome = draw(st.sampled_from([None, *(one.name for one in action.outcomes)]))
        return ns.Observation(name=name, fired=action.name, outcome=outcome, after=begin, by=end)
    if kind in ("happened", "fired"):
        return ns.Observation(name=name, happened=condition, after=begin, by=end)
    if kind == "not_happened":
        return ns.Observation(name=name, not_happened=condition, after=begin if begin else None, by=end)
    if kind == "reported":
        return ns.Observation(name=name, reported=condition, on=end, credibility=0.8)
    if kind == "unreported":
        return ns.Observation(name=name, unreported=condition, by=end, probability=0.7, delay=ns.Gamma(mean=2, sd=1))
    return ns.Observation(name=name, holds=condition, on=end)


def by_chance(
    scenario: ns.Scenario, news: list[ns.Observation], asked: ns.Question, n: int
) -> tuple[np.ndarray, np.ndarray]:
    """How likely each of n plain histories brings the news, and whether it says yes."""
    questions = [asked, *questions_of(scenario, news)]
    plain = ns.simulate(scenario, replications=n, seed=21, questions=questions)
    seen = SimpleNamespace(
        **{key: getattr(plain.block, key) for key in ("first", "edges", "at", "fired")}, now=math.inf
    )
    ready = items_of(scenario, lower(scenario, questions), news)
    likelihood = np.exp(sum((item.likelihood(seen) for item in ready), np.zeros(n)))
    return likelihood, plain.answers(asked)[0]


def check(data: Any, many: int, few: int) -> None:
    scenario = data.draw(scenarios(ask=False))
    try:
        news = [data.draw(items(scenario, f"i{k}")) for k in range(data.draw(st.integers(1, 3)))]
        facts = [one.name for one in scenario.expanded.variables.values() if isinstance(one, ns.Fact)]
        assume(facts)
        asked = ns.Question(name="asked", condition=data.draw(st.sampled_from(facts)))
        likelihood, yes = by_chance(scenario, news, asked, many)
    except (ScenarioError, NegsimError):
        assume(False)
    worth = likelihood.sum() ** 2 / max(np.square(likelihood).sum(), 1e-300)
    try:
        runs = ns.update(scenario, news, replications=few, seed=3, questions=[asked], most=8 * few)
    except (ContradictionError, EffectiveError):
        assert worth < LEAST
        return
    assume(worth >= LEAST)
    mass = float(likelihood.mean())
    half = float(likelihood.std()) / math.sqrt(many) / mass
    error = math.hypot((runs.log_evidence.high - runs.log_evidence.low) / 4.08, half) + 3 / few
    assert abs(runs.log_evidence.value - math.log(mass)) < WORST * error
    prior = float((likelihood * yes).sum() / likelihood.sum())
    found = runs.probability(asked)
    assert found.rows is not None
    total, size = found.rows.total, found.rows.size
    rest = total - total.sum() / size.sum() * size
    spread = math.sqrt(np.square(rest).sum()) / size.sum()
    other = math.sqrt(max(prior * (1 - prior), 1 / worth) / worth)
    assert abs(found.value - prior) < WORST * (math.hypot(spread, other) + 3 / runs.effective)


@settings(max_examples=10)
@given(data=st.data())
def test_drawn_towards_the_news_or_met_by_chance(data: Any) -> None:
    check(data, 6_000, 640)


@pytest.mark.slow
@settings(max_examples=300)
@given(data=st.data())
def test_drawn_towards_the_news_or_met_by_chance_at_length(data: Any) -> None:
    check(data, 40_000, 3_200)


@settings(max_examples=3)
@given(data=st.data())
def test_no_worker_and_no_engine_shows(data: Any) -> None:
    scenario = data.draw(scenarios(ask=False))
    try:
        news = [data.draw(items(scenario, f"i{k}")) for k in range(2)]
        found = [
            ns.update(scenario, news, replications=128, draws=64, seed=3, most=128, **more)
            for more in ({"workers": 1}, {"workers": 3}, {"engine": "reference"})
        ]
    except NegsimError:
        assume(False)
    for other in found[1:]:
        assert np.array_equal(found[0].block.events, other.block.events)
        assert np.array_equal(found[0].block.final, other.block.final)
        assert np.allclose(found[0].log_weights, other.log_weights, rtol=0, atol=1e-7)
    assert np.array_equal(found[0].log_weights, found[1].log_weights)
