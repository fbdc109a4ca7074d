"""How much is looked at to tell reasons: no more than a multiple of the size of a scenario."""

from __future__ import annotations

import pytest

import negsim as ns
from negsim.why.explanation import DEPTH, main_conditions
from negsim.why.inquiry import WAYS, Plan


def counting(n: int, *, apart: bool) -> ns.Scenario:
    """Actions that all count the same thing and all wait for a count: each is a way to what each other waits for."""
    parts: list[object] = [ns.Counter("c"), ns.Fact("done")]
    for k in range(n):
        needs = f"c >= {k if apart else k % 7} and c < 1000"
        parts.append(ns.Action(name=f"a{k}", when=needs, clock=ns.Exponential(0.1), effects=["c += 1"]))
    parts.append(ns.Action(name="end", when="c > 5", clock=ns.Exponential(0.1), effects=["done = true"]))
    parts += [ns.Question(name=f"q{day}", condition="done", by=day) for day in range(5, 5 + n // 4)]
    return ns.Scenario("w", start="2025-01-01", end=400, parts=parts)


def looked_at(scenario: ns.Scenario) -> int:
    plan = Plan(scenario)
    plan.ask([question for questions in main_conditions(scenario) for question in questions], DEPTH)
    return plan.found


@pytest.mark.parametrize("apart", [False, True])
def test_ways_grow_with_the_size_of_a_scenario(apart: bool) -> None:
    small, large = (looked_at(counting(n, apart=apart)) for n in (40, 160))
    assert 0 < large <= 4.5 * small, "four times as many actions and questions: four times as many ways"
    for n in (40, 160):
        elements = counting(n, apart=apart).expanded
        size = len(elements.actions) + len(elements.questions)
        assert looked_at(counting(n, apart=apart)) <= WAYS * size + len(elements.actions)


def test_the_first_ways_of_each_question_are_found_before_deeper_ones() -> None:
    scenario = counting(60, apart=True)
    plan = Plan(scenario)
    steps = plan.ask([question for questions in main_conditions(scenario) for question in questions], DEPTH)
    assert all(step.ways for step in steps)


@pytest.mark.parametrize("name", ns.shipped())
def test_shipped_scenarios_stay_far_below(name: str) -> None:
    scenario = ns.load(name)
    elements = scenario.expanded
    assert looked_at(scenario) < WAYS * (len(elements.actions) + len(elements.questions)) / 4
