"""How fast the exact engine is; every benchmark asserts the work done, so that a faster wrong engine fails.

Run with ``pytest -m benchmark benchmarks/test_exact.py``.
"""

from __future__ import annotations

import math
import resource
import sys
import time
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.running.solving import solve

pytestmark = pytest.mark.benchmark


def queues(most: int = 20) -> ns.Scenario:
    """Four independent birth-death counters of 21 values: 194,481 states, 1,481,760 transitions."""
    parts: list[Any] = []
    for n in "abcd":
        parts += [
            ns.Counter(n),
            ns.Action(name=f"up_{n}", when=f"{n} < {most}", clock=ns.Exponential(1.0), effects=[f"{n} += 1"]),
            ns.Action(name=f"down_{n}", when=f"{n} > 0", clock=ns.Exponential(1.1), effects=[f"{n} -= 1"]),
        ]
    text = " and ".join(f"{n} >= 12" for n in "abcd")
    return ns.Scenario("queues", start="2025-01-01", end=116, parts=[*parts, ns.Question(name="all", condition=text)])


def facts(count: int = 16) -> ns.Scenario:
    """Facts that come on their own: 65,536 states, 524,288 transitions, and a product as the answer."""
    parts: list[Any] = []
    for k in range(count):
        clock = ns.Exponential(0.05 + 0.01 * k)
        parts += [ns.Fact(f"f{k}"), ns.Action(name=f"do{k}", when=f"not f{k}", clock=clock, effects=[f"f{k} = true"])]
    return ns.Scenario(
        "facts",
        start="2025-01-01",
        end=40,
        parts=[*parts, ns.Question(name="all", condition=" and ".join(f"f{k}" for k in range(count)))],
    )


def product(days: float, count: int = 16) -> float:
    """P(all facts have come)."""
    return math.prod(-math.expm1(-(0.05 + 0.01 * k) * days) for k in range(count))


def one_counter(days: float, most: int = 20) -> np.ndarray:
    """Law of one birth-death counter by its spectrum (the generator is similar to a symmetric matrix)."""
    up, down = 1.0, 1.1
    size = most + 1
    generator = np.diag(np.full(most, up), 1) + np.diag(np.full(most, down), -1)
    generator -= np.diag(generator.sum(axis=1))
    scale = (up / down) ** (np.arange(size) / 2)
    values, vectors = np.linalg.eigh(generator * scale[:, None] / scale[None, :])
    return (vectors[0] * np.exp(values * days)) @ vectors.T * scale / scale[0]


def test_exploration_and_a_curve_of_thirty_points(benchmark: Any) -> None:
    def work() -> tuple[Any, Any, float]:
        begun = time.process_time()
        solution = solve(queues())
        curve = solution.first_passage("all", dates=[116 * k / 30 for k in range(1, 31)])
        return solution, curve, time.process_time() - begun

    solution, curve, seconds = benchmark.pedantic(work, rounds=1)
    assert (solution.states, solution.transitions) == (194_481, 1_481_760)
    assert np.all(np.diff(curve.curve.values) > 0)
    # First passage is at least being there: four independent counters.
    there = one_counter(116)[12:].sum() ** 4
    assert solution.holds(queues().expanded.questions["all"].condition, 116).value == pytest.approx(there, rel=1e-9)
    assert curve.curve.values[-1] > there
    assert seconds < 20
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    assert peak < 1e9
    benchmark.extra_info["cost"] = solution.cost


def test_a_bounded_probability_after_exploration(benchmark: Any) -> None:
    solution = solve(facts())
    assert (solution.states, solution.transitions) == (65_536, 524_288)

    def work() -> tuple[float, float]:
        begun = time.process_time()
        return solution.probability("all", by=20).value, time.process_time() - begun

    value, seconds = benchmark.pedantic(work, rounds=3)
    assert value == pytest.approx(product(20), rel=1e-12)
    assert seconds < 2


def test_a_rare_probability_keeps_its_digits(benchmark: Any) -> None:
    solution = solve(facts())
    estimate = benchmark.pedantic(lambda: solution.probability("all", by=1.7), rounds=1)
    assert 1e-13 < product(1.7) < 1e-11
    assert estimate.value == pytest.approx(product(1.7), rel=1e-6)
    assert estimate.error < 1e-6 * estimate.value


def chain(most: int = 24_000) -> ns.Scenario:
    """One birth-death counter: each step away finds one state."""
    up = ns.Action(name="up", when=f"x < {most}", clock=ns.Exponential(1.0), effects=["x += 1"])
    down = ns.Action(name="down", when="x > 0", clock=ns.Exponential(0.999), effects=["x -= 1"])
    return ns.Scenario("chain", start="2025-01-01", end=5, parts=[ns.Counter("x"), up, down])


def test_a_long_narrow_chain_without_a_deadline(benchmark: Any) -> None:
    """Mean time to its top: sum over j of (1 - r**(j + 1)) / (1 - r), r = 0.999."""

    def ask() -> ns.Estimate:
        return solve(chain()).mean_time("x == 24000")

    found = benchmark.pedantic(ask, rounds=3, iterations=1)
    mean = math.fsum((1 - 0.999 ** (j + 1)) / (1 - 0.999) for j in range(24_000))
    assert abs(found.value - mean) <= found.error <= 1e-10 * mean
