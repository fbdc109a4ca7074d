"""A fixed delay that starts at random instants: closed forms, queues with fixed service, the simulators, and refusals."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import special

import negsim as ns
from negsim.checking.verify import verify
from negsim.errors import EngineError, ScenarioError


def scenario(*parts: Any, end: float = 40) -> ns.Scenario:
    return ns.Scenario("delayed", start="2025-01-01", end=end, parts=list(parts))


def solved(*parts: Any, end: float = 40, **limits: Any) -> Any:
    return ns.solve(scenario(*parts, end=end), **limits)


def act(name: str, when: str, clock: Any, *effects: str, **more: Any) -> ns.Action:
    return ns.Action(name=name, when=when, clock=clock, effects=list(effects), **more)


def near(estimate: ns.Estimate, value: float, tolerance: float = 1e-10) -> bool:
    assert estimate.kind == "exact"
    return abs(estimate.value - value) <= min(tolerance, estimate.error + 1e-14)


A, B = ns.Fact("a"), ns.Fact("b")
GO = act("go", "not a", ns.Exponential(0.3), "a = true")


@pytest.mark.parametrize("by", [1, 4, 4.5, 8, 12, 30.123])
def test_a_delay_after_a_random_time(by: float) -> None:
    found = solved(A, B, GO, act("x", "a and not b", ns.Fixed(4), "b = true"))
    assert near(found.probability("b", by=by), -math.expm1(-0.3 * (by - 4)) if by > 4 else 0.0)
    assert near(found.mean_time("b"), 4 + 1 / 0.3)
    smooth = solved(A, B, GO, act("x", "a and not b", ns.Erlang(40, 0.1), "b = true"))
    if by > 4:
        assert not near(smooth.probability("b", by=by), -math.expm1(-0.3 * (by - 4))), "forty stages are another model"


@pytest.mark.parametrize(("rate", "delay"), [(0.3, 4.0), (2.0, 0.7), (0.05, 11.0)])
def test_a_renewal_process_counts_its_firings(rate: float, delay: float) -> None:
    """Exponential, then fixed, again and again: the n-th end by t with the probability of n stages within t - n d."""
    parts = [
        A,
        ns.Counter("n"),
        act("go", "not a and n < 6", ns.Exponential(rate), "a = true"),
        act("x", "a", ns.Fixed(delay), "a = false", "n += 1"),
    ]
    found = solved(*parts)
    for n in (1, 2, 5):
        left = 30 - n * delay
        exact = float(special.gammainc(n, rate * left)) if left > 0 else 0.0
        assert near(found.probability(f"n >= {n}", by=30), exact)
        assert near(found.probability(ns.Question(name=f"q{n}", kind="fired", action="x", at_least=n, by=30)), exact)
    mean = sum(float(special.gammainc(n, rate * (30 - n * delay))) for n in range(1, 7) if n * delay < 30)
    assert near(found.count("x", by=30), mean)
    assert near(found.value("n", on=30), mean)
    assert near(found.mean_time("n == 5"), 5 * (delay + 1 / rate))
    assert near(found.gathered("a", "n == 5"), 5 * delay)
    assert near(found.gathered("x", "n == 5"), 5)
    curve = found.first_passage("n == 2", dates=[10, 20, 30]).curve
    exact = [float(special.gammainc(2, max(rate * (t - 2 * delay), 0.0))) for t in (10, 20, 30)]
    assert np.allclose(curve.values, exact, atol=1e-10)


def test_a_delay_that_is_interrupted() -> None:
    """On at rate 0.3, off at rate 0.2: done after four days without a break; until twice four days a closed form."""
    parts = [
        A,
        B,
        GO,
        act("x", "a and not b", ns.Fixed(4), "b = true"),
        act("stop", "a and not b", ns.Exponential(0.2), "a = false"),
    ]
    found = solved(*parts)
    for by in (3.0, 5.0, 6.5, 8.0):
        s = max(by - 4, 0.0)
        starts = 0.3 * (0.2 * s + 0.3 * -math.expm1(-0.5 * s) / 0.5) / 0.5
        assert near(found.probability("b", by=by), math.exp(-0.8) * starts)
    tries = math.exp(0.8)
    assert near(found.mean_time("b"), tries * (1 / 0.3 + -math.expm1(-0.8) / 0.2))
    assert near(found.gathered("stop", "b"), tries - 1)
    assert found.ever("b").value == 1.0


@pytest.mark.parametrize(("arrive", "serve", "room"), [(0.5, 1.0, 1), (0.5, 1.0, 3), (2.0, 0.7, 4), (0.9, 1.0, 8)])
def test_queue_with_fixed_service(arrive: float, serve: float, room: int) -> None:
    """M/D/1/K: states at departures form a chain with Poisson arrivals in a service (Gross and Harris 1998, 5.1.8)."""
    queue = solved(
        ns.Counter("n"),
        act("arrive", f"n < {room}", ns.Exponential(arrive), "n += 1"),
        act("serve", "n > 0", ns.Fixed(serve), "n -= 1"),
    )
    rho = arrive * serve
    come = [math.exp(-rho) * rho**k / math.factorial(k) for k in range(room + 1)]
    table = np.zeros((room, room))
    for left in range(room):
        begun = max(left, 1)
        for k in range(room - begun):
            table[left, begun - 1 + k] += come[k]
        table[left, room - 1] += 1 - table[left].sum()
    law = np.linalg.solve(np.vstack([(table.T - np.eye(room))[:-1], np.ones(room)]), np.eye(room)[-1])
    empty = law[0] / (law[0] + rho)
    assert near(queue.long_run("n == 0"), float(empty))
    assert near(queue.long_run(f"n == {room}"), float(1 - 1 / (law[0] + rho)))
    assert near(queue.long_run_rate("serve"), float((1 - empty) / serve))
    assert near(queue.long_run_rate("arrive"), float((1 - empty) / serve))
    late = queue.holds("n == 0", on=40)
    if rho < 1 and room < 5:
        assert abs(late.value - empty) < 1e-4, "forty days come near to the long run"


def test_a_date_decides_once_no_delay_runs() -> None:
    """The calendar comes first; what then starts at random is followed to one date."""
    review = act("review", "a", ns.On(5), "b = true")
    done = ns.Fact("c")
    found = solved(A, B, done, GO, review, act("x", "b and not c", ns.Fixed(3), "c = true"))
    assert near(found.probability("c", by=8), -math.expm1(-1.5)), "the delay starts on a date"
    wait = ns.Fact("d")
    more = [
        wait,
        act("next", "c and not d", ns.Exponential(0.5), "d = true"),
        ns.Fact("e"),
        act("y", "d and not e", ns.Fixed(2), "e = true"),
    ]
    longer = solved(A, B, done, GO, review, act("x", "b and not c", ns.Fixed(3), "c = true"), *more)
    assert near(longer.probability("e", by=20), -math.expm1(-1.5) * -math.expm1(-0.5 * 10))
    assert near(longer.ever("e"), -math.expm1(-1.5))


def test_what_looks_while_the_delay_runs_is_refused() -> None:
    x = act("x", "a and not b", ns.Fixed(4), "b = true")
    found = solved(A, B, GO, x)
    words = r"x: its fixed delay starts at a random instant and still runs.*Erlang, or simulate"
    with pytest.raises(EngineError, match=words):
        found.probability("b", by=20, after=7)
    with pytest.raises(EngineError, match=words):
        found.given(ns.Observed(condition="not b", on=7)).probability("b", by=20)
    asked = ns.Question(name="q", condition="b", by=20, given="a", given_by=6)
    with pytest.raises(EngineError, match=words):
        found.probability(asked)
    review = act("review", "not b", ns.On(5), "a = false")
    with pytest.raises(EngineError, match=words):
        solved(A, B, GO, x, review).probability("b", by=20)
    assert near(solved(A, B, GO, x, review).probability("b", by=4.5), -math.expm1(-0.15))
    for ask, what in (
        (lambda: found.derivative("b", "go", by=9), "a derivative"),
        (lambda: found.impossible("b"), "impossible"),
        (lambda: found.shape("b"), "shape"),
        (lambda: found.first_time("b", by=9), "first time"),
    ):
        with pytest.raises(EngineError, match=rf"x: its fixed delay starts at random instants, and .*{what}"):
            ask()
    with pytest.raises(EngineError, match=r"its speed .* depends on the state, so that its end is not known"):
        solved(A, B, GO, act("x", "a and not b", ns.Fixed(4), "b = true", speed="2 if b else 1")).probability("b")
    swing = act("swing", "a and not b", ns.Exponential(1), "a = false")
    back = act("back", "not a and not b", ns.Immediately(), "a = true", limit=3)
    with pytest.raises(EngineError, match="is interrupted and begins again at one random instant"):
        solved(A, B, GO, swing, back, x).probability("b", by=9)


conditions = st.sampled_from(["true", "not p", "p", "n < 2", "q", "not q and n < 3", "p or q"])
effects = st.sampled_from(
    [["p = true"], ["p = false"], ["p = not p", "n = min(n + 1, 4)"], ["q = true"], ["q = false"], ["n = 0"]]
)


@st.composite
def scenarios(draw: Any) -> ns.Scenario:
    """Random times around one fixed delay, interrupted or not, with outcomes, limits and immediate actions."""
    parts: list[Any] = [*(ns.Fact(name, initial=draw(st.booleans())) for name in "pq"), ns.Counter("n")]
    parts.append(ns.Fact("w"))
    parts.append(act("wake", "not w", ns.Exponential(0.7), "w = true"))
    for k in range(draw(st.integers(1, 4))):
        clock = ns.Exponential(draw(st.sampled_from([0.2, 0.6, 2.0]))) if draw(st.integers(0, 4)) else ns.Immediately()
        parts.append(act(f"x{k}", draw(conditions), clock, *draw(effects), limit=draw(st.sampled_from([None, 1, 2]))))
    outcomes = [
        ns.Outcome(name=f"o{k}", weight=draw(st.sampled_from(["1", "1 + n"])), effects=draw(effects)) for k in range(2)
    ]
    delay = ns.Fixed(draw(st.sampled_from([0.4, 1, 1.7, 3])))
    if draw(st.integers(0, 3)) == 0:
        delay = delay.or_never(0.3)
    guard = draw(st.sampled_from(["w", "w and p", "w and not q", "w and n < 3"]))
    limit = draw(st.sampled_from([None, 1, 3]))
    parts.append(ns.Action(name="d", when=guard, clock=delay, outcomes=outcomes, limit=limit))
    return scenario(
        *parts,
        ns.Question(name="reached", condition="p and n >= 1", by=draw(st.sampled_from([2.5, 6]))),
        ns.Question(name="through", condition="q", throughout="n < 3", by=5.3),
        ns.Question(name="holds", kind="holds", condition="q", by=4),
        ns.Question(name="fired", kind="fired", action="d", by=6),
        ns.Question(name="often", kind="fired", action="d", at_least=2, by=7),
        ns.Question(name="held", kind="duration", condition="p", by=6),
        end=8,
    )


COUNT = 80


@settings(max_examples=COUNT)
@given(data=st.data())
def test_delays_lie_in_the_simulators_regions(data: Any) -> None:
    """Whatever has an exact answer has the simulators' one; most have, and refusals name the action and the remedy."""
    try:
        drawn = data.draw(scenarios())
        found = verify(drawn, replications=400, seed=5, level=1e-9 / COUNT)
    except (ScenarioError, ns.errors.RunawayError, ns.errors.SimulationError):
        assume(False)
        raise
    assert found.agree, str(found)
    refused = [line.note for line in found.lines if line.exact is None]
    assert all("begins again at one random instant" in note for note in refused), refused
