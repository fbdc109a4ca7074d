"""Counters without an end, budgets, refusals, and when an answer is called exact."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

import negsim as ns
from negsim.engines.exact import Observed, Solution, cutting
from negsim.engines.exact.cutting import Depth
from negsim.engines.exact.questions import exact
from negsim.errors import EngineError, EstimateError, NegsimError
from negsim.running.solving import solve, solve_answers


def scenario(*parts: Any, end: float = 40) -> ns.Scenario:
    """Parts under one roof."""
    return ns.Scenario("x", start="2025-01-01", end=end, parts=parts)


def queue(come: float, serve: float, end: float = 40, most: int | None = None, **more: Any) -> ns.Scenario:
    """Customers come at one rate and are served one by one at another; nobody is turned away unless ``most`` wait."""
    room = "true" if most is None else f"n < {most}"
    return scenario(
        ns.Counter("n"),
        ns.Action(name="come", when=room, clock=ns.Exponential(come), effects=["n += 1"], **more),
        ns.Action(name="serve", when="n > 0", clock=ns.Exponential(serve), effects=["n -= 1"]),
        end=end,
    )


def waiting(come: float, serve: float, t: float, most: int) -> np.ndarray:
    """P(n wait at t), n = 0 to most, of an empty beginning: Bessel functions (Gross and Harris, *Queueing Theory*, 2.11)."""
    rho, a = come / serve, 2 * t * math.sqrt(come * serve)
    scale = math.exp(a - (come + serve) * t)
    n = np.arange(most + 1)
    k = np.arange(most + 400)
    bessel = special.ive(k, a)
    # The sum from n + 2 on, weighted.
    weighted = bessel * rho ** (-k / 2.0)
    rest = np.array([weighted[j + 2 :].sum() for j in n])
    return scale * (rho ** (n / 2) * bessel[n] + rho ** ((n - 1) / 2) * bessel[n + 1] + (1 - rho) * rho**n * rest)


@pytest.mark.parametrize(("come", "serve", "t"), [(0.4, 1.0, 12.0), (1.0, 1.1, 40.0), (1.0, 0.8, 25.0)])
def test_a_queue_without_an_end_against_its_transient_law(come: float, serve: float, t: float) -> None:
    law = waiting(come, serve, t, 300)
    assert law.sum() == pytest.approx(1.0, abs=1e-12)
    solution = solve(queue(come, serve))
    for k in (0, 1, 5, 20):
        found = solution.holds(f"n <= {k}", t)
        assert abs(found.value - law[: k + 1].sum()) <= found.error + 1e-13
        assert found.error < 1e-11
    mean = solution.value("n", t)
    assert abs(mean.value - law @ np.arange(301)) <= mean.error + 1e-11
    assert 64 <= solution.states < 1_000
    served = solution.count("serve", t)
    assert served.value == pytest.approx(come * t - mean.value, rel=1e-11)
    # The wrong model: a room for five.
    assert abs(solve(queue(come, serve, most=5)).holds("n <= 4", t).value - law[:5].sum()) > 1e-3


def test_firings_without_an_end_against_the_poisson_law() -> None:
    solution = solve(scenario(ns.Counter("n"), ns.Action(name="go", clock=ns.Exponential(2.5), effects=["n += 1"])))
    for k, day in ((3, 1.0), (90, 40.0), (130, 40.0)):
        found = solution.probability(f"n >= {k}", by=day)
        right = special.gammainc(k, 2.5 * day)
        assert abs(found.value - right) <= found.error + 1e-14 * right + 1e-16
    far = solution.probability("n >= 190", by=40)
    assert far.value == pytest.approx(special.gammainc(190, 100.0), rel=1e-9), "rare answers keep their digits"
    assert far.value < 1e-13


def test_a_long_queue_needs_the_states_that_it_visits() -> None:
    """Ten thousand days of arrivals, and never more than a few waiting: what is found ends long before what could come."""
    solution = solve(queue(1.0, 1.5, end=10_000))
    found = solution.holds("n >= 5", 10_000)
    assert abs(found.value - (1 / 1.5) ** 5) <= found.error + 1e-14
    assert solution.states < 600


@settings(max_examples=5)
@given(
    come=st.sampled_from([0.2, 1.0, 2.0]),
    serve=st.sampled_from([0.5, 1.0, 4.0]),
    step=st.sampled_from([None, "5 days", "7 days"]),
    limit=st.sampled_from([None, 3]),
    pace=st.sampled_from(["1", "1 + n / 4", "2 if n > 2 else 1"]),
)
def test_cutting_off_is_part_of_the_error(come: float, serve: float, step: Any, limit: Any, pace: str) -> None:
    """The answers of a counter without an end, and of one that ends far beyond where it gets, differ by less than both errors."""

    def model(room: str) -> Solution:
        parts = [
            ns.Counter("n"),
            ns.Fact("f"),
            ns.Action(
                name="come", when=room, clock=ns.Exponential(come), pace=pace if come < 1 else "1", effects=["n += 1"]
            ),
            ns.Action(name="serve", when="n > 0", clock=ns.Exponential(serve), effects=["n -= 1"]),
            ns.Action(name="leave", when="n > 4", clock=ns.Exponential(0.1), effects=["n = 0"], limit=limit),
        ]
        if step is not None:
            parts.append(ns.Action(name="look", clock=ns.Every(step), effects=["f = n >= 3"]))
        return solve(scenario(*parts, end=12))

    open_, closed = model("true"), model("n < 90")
    for ask in (
        lambda s: s.holds("f or n > 2", 12),
        lambda s: s.probability("n >= 8", by=11),
        lambda s: s.count("serve", 12),
        lambda s: s.duration("n > 1", 12),
    ):
        a, b = ask(open_), ask(closed)
        assert abs(a.value - b.value) <= a.error + b.error
        assert a.error < 1e-8 * max(1.0, abs(a.value))


def test_an_error_that_left_out_what_was_cut_off_would_be_false(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wrong model: cut off generously, the value is off by more than rounding, and the claim says so."""
    monkeypatch.setattr(cutting, "SHALLOW", 4)
    monkeypatch.setattr(cutting, "negligible", lambda tolerance, states: 0.3)
    monkeypatch.setattr("negsim.engines.exact.closure.negligible", lambda tolerance, states: 0.3)
    solution = solve(queue(1.0, 1.1))
    found = solution.holds("n <= 5", 40)
    wrong = abs(found.value - waiting(1.0, 1.1, 40, 300)[:6].sum())
    assert 1e-11 < wrong <= found.error
    assert "exact" not in str(found)
    assert wrong > found.error - solution.graphs[0][2].cut


def test_the_bound_of_distance_holds() -> None:
    """Steps at one rate: the chance of d of them is a Poisson tail, below the bound and not far."""
    depth = Depth(10.0)
    bounds = [depth.further(2.0) for _ in range(200)]
    for d in (70, 100, 150):
        right = special.gammainc(d, 20.0)
        assert right <= bounds[d - 1] < 1e3 * right


def test_a_small_budget_is_used_up_before_it_is_refused() -> None:
    """Three hundred states leave less than the tolerance of a queue that would be explored further if it might."""
    found = solve(queue(1.0, 1.2, end=3_000), max_states=300).holds("n >= 5", 3_000)
    assert abs(found.value - (1 / 1.2) ** 5) <= found.error < 1e-10
    free = solve(queue(1.0, 1.2, end=3_000))
    assert free.holds("n >= 5", 3_000).value == pytest.approx(found.value, abs=1e-10)
    assert free.states > 300


def test_a_budget_of_time_and_of_states_says_what_grew() -> None:
    explosive = scenario(
        ns.Counter("n", initial=1), ns.Action(name="breed", clock=ns.Exponential(1), pace="n", effects=["n += 1"])
    )
    with pytest.raises(
        EngineError, match=r"states were found in 0\.2 seconds.*n alone takes .* values, from 1 to .*guards"
    ):
        solve(explosive, max_seconds=0.2).holds("n > 3", 3)
    with pytest.raises(EngineError, match=r"more than 50 states: n alone takes 51 values"):
        solve(queue(1, 1), max_states=50).holds("n > 3", 3)
    coarse = scenario(
        ns.Level("t", low=0, high=1, step=0.001),
        ns.Action(name="drift", clock=ns.Exponential(9), effects=["t += 0.001"]),
    )
    with pytest.raises(EngineError, match=r"t alone takes 501 values; give it a coarser step"):
        solve(coarse, max_states=500).holds("t > 0.3", 40)
    limited = scenario(ns.Fact("f"), ns.Action(name="go", clock=ns.Exponential(9), limit=900, effects=["f = not f"]))
    with pytest.raises(EngineError, match=r"firings of go alone takes .*lower that limit"):
        solve(limited, max_states=500).holds("f", 40)


def facts(count: int, **more: Any) -> list[Any]:
    return [ns.Fact(f"e{k}", **more) for k in range(count)]


def test_many_facts_are_refused_for_what_they_are() -> None:
    """Twenty-one facts drawn at the start: two million combinations, none of them wide."""
    names = ", ".join(f"e{k}" for k in range(21))
    ask = ns.Question(name="q", condition=f"at_least(3, {names})")
    drawn = solve(scenario(*facts(21, initial=ns.chance(0.1)), ask), max_states=2_000_000)
    with pytest.raises(
        EngineError,
        match=r"the start alone .* 21 variables begin with a drawn value \(e0, e1, e10 and 18 more\).*known value",
    ):
        drawn.probability("q")
    acts = [
        ns.Action(name=f"do{k}", when=f"not e{k}", clock=ns.Exponential(1), effects=[f"e{k} = true"]) for k in range(21)
    ]
    with pytest.raises(EngineError, match=r"21 variables with a few values each .* count them in one counter"):
        solve(scenario(*facts(21), *acts, ask), max_states=20_000).probability("q")
    few = solve(
        scenario(
            *facts(12, initial=ns.chance(0.1)),
            ns.Question(name="q", condition="at_least(3, e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, e10, e11)"),
        )
    )
    right = 1 - sum(math.comb(12, k) * 0.1**k * 0.9 ** (12 - k) for k in range(3))
    assert few.probability("q", by=0).value == pytest.approx(right, rel=1e-12)


# When an answer is called exact.


def test_exact_is_said_only_of_what_is_small_against_the_value_and_not_fitted() -> None:
    """Three stages in series, each lognormal: three fitted stages each give a number, and no exact one."""
    parts: list[Any] = []
    for k in range(3):
        before = f" and s{k - 1}" if k else ""
        parts += [
            ns.Fact(f"s{k}"),
            ns.Action(
                name=f"do{k}",
                when=f"not s{k}{before}",
                clock=ns.LogNormal(median=14, sigma=0.8),
                effects=[f"s{k} = true"],
            ),
        ]
    right = {5: 6.36923e-7, 8: 5.98221e-5, 12: 1.392357e-3, 30: 0.1410891}
    for stages in (3, 8):
        solution = solve(scenario(*parts, end=30), stages=stages)
        for day, value in right.items():
            found = solution.probability("s2", by=day)
            assert found.low <= value <= found.high
            assert "exact" not in str(found)
            assert "by fitted stages" in str(found)
            assert "fitted stages" in found.method
            assert "exact" not in str(solution.first_time("s2", by=day))
    assert "exact" not in str(solution.given(Observed(condition="s0", on=9)).probability("s2"))


def test_the_words_follow_the_error() -> None:
    assert str(exact(0.25, 1e-12, "m")) == "0.25, exact (error below 1e-12)"
    assert str(exact(2.5e-8, 1e-9, "m")) == "2.5e-08 (error below 1e-09)"
    assert str(exact(2.6e-8, 0.6, "m", fitted=True)) == "3e-08, by fitted stages (error below 0.6)"
    assert str(exact(0.0, 0.0, "m")) == "0, exact"
    assert "exact" not in str(exact(0.0, 1e-30, "m"))
    with pytest.raises(EngineError, match="beyond what a float holds"):
        exact(math.inf, 0.0, "m")


# Arguments and numbers from strangers.

WRONG = [3, 3.5, True, "no such", [], {}, object(), math.nan, math.inf, -1, b"x", len, (1, 2)]


@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_wrong_arguments_end_in_words(wrong: Any) -> None:
    toy = ns.load("toy")
    solution = solve(toy)
    passage = solution.first_passage("talks.held")
    calls = [
        lambda: solve(wrong),
        lambda: solve(toy, questions=wrong),
        lambda: solve(toy, observed=wrong),
        lambda: solve(toy, max_states=wrong),
        lambda: solve(toy, max_seconds=wrong),
        lambda: solve(toy, tolerance=wrong),
        lambda: solve(toy, method=wrong),
        lambda: solve(toy, stages=wrong),
        lambda: solve(toy, parameters=wrong),
        lambda: solve(toy, parameters={"no such": wrong}),
        lambda: solution.answer(wrong),
        lambda: solution.probability(wrong),
        *(lambda key=key: solution.probability("summit.held", **{key: wrong}) for key in ("by", "before", "after")),
        lambda: solution.holds(wrong),
        lambda: solution.value("talks.held", wrong),
        lambda: solution.count(wrong),
        lambda: solution.count("review", outcome=wrong),
        lambda: solution.duration("talks.held", wrong),
        lambda: solution.first_time(wrong),
        lambda: solution.first_passage("talks.held", wrong),
        lambda: passage.quantile(wrong),
        lambda: passage.at(wrong),
        lambda: passage.curve.at(wrong),
        lambda: solution.impossible(wrong),
        lambda: solution.shape(wrong),
        lambda: solution.derivative("talks.held", wrong),
        lambda: solution.given(wrong),
        lambda: ns.verify(wrong),
        lambda: ns.verify(toy, replications=5, questions=wrong),
        lambda: ns.verify(toy, replications=5, level=wrong),
        lambda: ns.verify(toy, replications=5, solution=wrong),
        lambda: ns.export_prism(wrong),
        lambda: ns.export_prism(toy, stages=wrong),
        lambda: solve_answers(wrong),
    ]
    for number, call in enumerate(calls):
        words = f"call {number} is answered"
        try:
            call()
        except NegsimError as error:
            words = str(error)
        # Anything else fails the test: it is an error without words.
        assert len(words) > 15


@pytest.mark.parametrize("size", [1e155, 1e300])
def test_numbers_near_the_largest_float(size: float) -> None:
    flip = ns.Action(name="flip", clock=ns.Exponential("p"), effects=["f = not f"])
    parts = [ns.Parameter("p", 0.5, belief=ns.Uniform(0.1, 1)), ns.Fact("f"), flip]
    value = scenario(*parts, ns.Question(name="v", kind="value", condition=f"{size:g} if f else 0", by=40))
    assert solve(value).value("v").value == pytest.approx(size / 2, rel=1e-6)
    with pytest.raises(EstimateError, match="question v: its answers over the draws reach"):
        solve_answers(value, draws=3, seed=1)
    large = scenario(*parts, ns.Question(name="v", kind="value", condition="2e31 if f else 1e31", by=40))
    assert solve_answers(large, draws=3, seed=1).answers[0].printed.startswith("1")
    often = scenario(
        ns.Fact("f"),
        ns.Action(name="go", clock=ns.Exponential(size), effects=["f = not f"]),
        ns.Question(name="k", kind="fired", action="go", by=2),
    )
    assert solve(often).answer("k").value == pytest.approx(2 * size)
    assert math.isnan(
        solve_answers(scenario(*often.parts, ns.Question(name="on", kind="holds", condition="f"))).answers[1].value
    )


def test_a_rate_near_the_smallest_float_keeps_its_digits() -> None:
    rare = solve(
        scenario(ns.Fact("f"), ns.Action(name="go", when="not f", clock=ns.Exponential(1e-300), effects=["f = true"]))
    )
    assert rare.probability("f", by=40).value == pytest.approx(4e-299, rel=1e-12)
