"""The exact engine against known answers and closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import sparse

import negsim as ns
from negsim.engines.exact import Observed, Solution
from negsim.engines.exact.poisson import poisson_weights
from negsim.engines.exact.transient import Leg, Sweep, carry
from negsim.errors import EngineError, EstimateError, UnknownName
from negsim.running.solving import solve

NINE = 1e-9


def toy(rate: float = 0.3) -> ns.Scenario:
    """Row 1 of the known answers: memorandum, review, talks, ceasefire, summit."""
    return ns.Scenario(
        "toy",
        start="2025-01-01",
        end=40,
        parts=[
            *(ns.Fact(name) for name in ("memo", "talks", "ceasefire", "summit")),
            ns.Action(name="deliver", when="not memo", clock=ns.Exponential(rate), effects=["memo = true"]),
            ns.Action(
                name="review",
                when="memo and not talks",
                clock=ns.Every("7 days", start=5),
                effects=["talks = true"],
                priority=10,
            ),
            ns.Action(
                name="agree", when="talks and not ceasefire", clock=ns.Exponential(0.05), effects=["ceasefire = true"]
            ),
            ns.Action(
                name="meet", when="ceasefire and not summit", clock=ns.Exponential(0.1), effects=["summit = true"]
            ),
        ],
    )


@pytest.fixture(scope="module")
def solved() -> Solution:
    return solve(toy())


def near(estimate: ns.Estimate, value: float, tolerance: float = NINE) -> bool:
    """The estimate is right, and right within the error that it states (a little rounding in the formula allowed)."""
    assert estimate.kind == "exact"
    return abs(estimate.value - value) <= min(tolerance, estimate.error + 1e-14)


def chained(begin: float, until: float) -> float:
    """P(two exponential stages at 0.05 and 0.1 are done in the time left)."""
    t = until - begin
    return 1 - (0.1 * math.exp(-0.05 * t) - 0.05 * math.exp(-0.1 * t)) / 0.05 if t > 0 else 0.0


def talks_at(k: int, rate: float = 0.3) -> float:
    """P(talks are held at the k-th review): the memorandum comes in the week before it."""
    before = math.exp(-rate * (5 + 7 * (k - 1))) if k else 1.0
    return before - math.exp(-rate * (5 + 7 * k))


def test_toy_to_nine_digits(solved: Solution) -> None:
    assert near(solved.probability("talks", by=5), 1 - math.exp(-1.5))
    assert near(solved.probability("talks", by=14), 1 - math.exp(-3.6))
    ceasefire = sum(talks_at(k) * -math.expm1(-0.05 * (30 - 5 - 7 * k)) for k in range(4))
    assert near(solved.probability("ceasefire", by=30), ceasefire)
    summit = sum(talks_at(k) * chained(5 + 7 * k, 30) for k in range(4))
    assert near(solved.probability("summit", by=30), summit)
    rounded = [
        solved.probability(q, by=t).value for q, t in (("talks", 5), ("talks", 14), ("ceasefire", 30), ("summit", 30))
    ]
    assert rounded == pytest.approx([0.7768698, 0.9726763, 0.6811664, 0.4688283], abs=5e-8)
    assert not near(solve(toy(0.33)).probability("talks", by=5), 1 - math.exp(-1.5))


def test_a_deadline_includes_its_instant_and_a_window_its_ends(solved: Solution) -> None:
    tick = 1 / 86_400_000_000
    assert solved.probability("talks", by=5 - tick).value == 0.0
    assert near(solved.probability("talks", by=math.nextafter(5.0, 0.0)), 1 - math.exp(-1.5)), "the nearest microsecond"
    assert near(solved.probability("talks", by=5, after=5), 1 - math.exp(-1.5))
    assert near(solved.probability("talks", by=12, after=5 + tick), talks_at(1))
    with pytest.raises(EstimateError, match="is empty"):
        solved.probability("talks", by=5, after=6)


def test_race() -> None:
    first = ns.Action(name="one", when="not two and not one", clock=ns.Exponential(0.2), effects=["one = true"])
    second = ns.Action(name="two", when="not two and not one", clock=ns.Exponential(0.3), effects=["two = true"])
    race = solve(ns.Scenario("race", start="2025-01-01", end=5, parts=[ns.Fact("one"), ns.Fact("two"), first, second]))
    assert near(race.probability("one", by=1), 0.4 * -math.expm1(-0.5))
    assert race.probability("one", by=1).value == pytest.approx(0.1573877, abs=5e-8)


@pytest.mark.parametrize(
    ("observed", "answer"),
    [
        ([Observed(condition="talks", on=5)], 0.5090754),
        ([Observed(condition="not memo", on=5)], 0.3287002),
        ([Observed(condition="talks", on=5), Observed(condition="ceasefire", at=12)], 0.8347011),
        ([Observed(condition="talks", at=5), Observed(condition="ceasefire", at="2025-01-13T00:00")], 0.8347011),
    ],
)
def test_dated_observations(solved: Solution, observed: list[Observed], answer: float) -> None:
    assert solved.given(*observed).probability("summit", by=30).value == pytest.approx(answer, abs=5e-8)


def test_observations_to_nine_digits(solved: Solution) -> None:
    held = solved.given(Observed(condition="talks", on=5))
    assert near(held.probability("summit", by=30), chained(5, 30))
    assert near(held.given(Observed(condition="ceasefire", at=12)).probability("summit", by=30), 1 - math.exp(-1.8))
    late = solved.given(Observed(condition="not memo", on=5))
    answer = sum(talks_at(k) * chained(5 + 7 * k, 30) for k in range(1, 4)) / math.exp(-1.5)
    assert near(late.probability("summit", by=30), answer)
    # Smoothing: what is learnt on day 12 bears on day 3.
    memo_3 = -math.expm1(-0.9) / -math.expm1(-1.5)
    assert near(held.probability("memo", by=3), memo_3)
    assert near(held.holds("memo", 3), memo_3)
    with pytest.raises(EngineError, match="probability 0"):
        solved.given(Observed(condition="talks", on=4)).probability("summit", by=30)


def test_two_states_and_a_change_of_rate() -> None:
    """Row 11: 0 -> 1 at 0.1, from day 7 on at 0.5; 1 -> 0 at 0.4."""
    parts = [
        ns.Fact("up"),
        ns.Fact("later"),
        ns.Action(
            name="rise", when="not up", clock=ns.Exponential(0.1), pace="5 if later else 1", effects=["up = true"]
        ),
        ns.Action(name="fall", when="up", clock=ns.Exponential(0.4), effects=["up = false"]),
        ns.Action(name="change", clock=ns.On(7.0), effects=["later = true"]),
    ]
    solution = solve(ns.Scenario("two-states", start="2025-01-01", end=20, parts=parts))
    at_7 = 0.2 * -math.expm1(-3.5)
    at_10 = 5 / 9 + (at_7 - 5 / 9) * math.exp(-2.7)
    assert near(solution.holds("up", 7), at_7)
    assert near(solution.holds("up", 10), at_10)
    assert (at_7, at_10) == pytest.approx((0.1939605, 0.5312544), abs=5e-8)


STIFF = np.array([[-1000.0, 1000, 0], [999, -1000, 1], [0, 0, 0]])


@pytest.mark.parametrize(("method", "relative"), [("uniformisation", NINE), ("squaring", NINE), ("implicit", NINE)])
def test_stiff_generator(method: str, relative: float) -> None:
    rate = 1020.0
    jump = sparse.csr_array((np.eye(3) + STIFF / rate).T)
    sweep = Sweep(method=method)
    v, _, _ = carry(jump, rate, 3, np.array([1.0, 0, 0]), Leg(30.0), sweep)
    right = np.array([1.52378381606e-7, 1.52454627987e-7, 0.99999969516699])
    assert np.all(np.abs(v - right) <= relative * right)
    assert np.all(np.abs(v - right) <= sweep.lost + (sweep.relative + 1e-11) * right)


@pytest.mark.parametrize("mean", [0.0, 1e-9, 1.0, 400.0, 1e5])
def test_poisson_weights_sum_to_one(mean: float) -> None:
    weights = poisson_weights(mean)
    assert abs(weights.values.sum() - 1) < NINE
    assert weights.lost <= 1e-30
    k = int(mean)
    logarithm = (k * math.log(mean) if mean else 0.0) - mean - math.lgamma(k + 1)
    assert weights.values[k - weights.first] == pytest.approx(math.exp(logarithm), rel=1e-9)


def test_rare_to_six_digits() -> None:
    """Six facts must come in turn, each unlikely by day 1: an Erlang law far in its lower tail."""
    parts = []
    for k in range(6):
        before = f" and f{k - 1}" if k else ""
        parts += [
            ns.Fact(f"f{k}"),
            ns.Action(name=f"a{k}", when=f"not f{k}{before}", clock=ns.Exponential(0.03), effects=[f"f{k} = true"]),
        ]
    rare = solve(ns.Scenario("rare", start="2025-01-01", end=5, parts=parts)).probability("f5", by=1)
    right = sum(math.exp(-0.03) * 0.03**k / math.factorial(k) for k in range(6, 20))
    assert right < 1e-12
    assert rare.value == pytest.approx(right, rel=1e-6)
    assert rare.error < 1e-6 * right


def test_refusals_name_the_remedy() -> None:
    def scenario(*parts: object) -> ns.Scenario:
        return ns.Scenario("x", start="2025-01-01", end=10, parts=[ns.Fact("a"), *parts])

    def act(clock: object, **more: object) -> ns.Action:
        return ns.Action(name="act", when="not a", clock=clock, effects=["a = true"], **more)

    begin = ns.Action(name="begin", when="not b", clock=ns.Exponential(1), effects=["b = true"])
    late = [ns.Action(name=f"late{k}", when="b and not a", clock=ns.Fixed(k), effects=["a = true"]) for k in (3, 4)]
    with pytest.raises(EngineError, match=r"late4: .* late3 has such a delay too.*Erlang.*On or Every"):
        solve(scenario(ns.Fact("b"), begin, *late)).probability("a")
    with pytest.raises(EngineError, match=r"lognormal.*stages=20"):
        solve(scenario(act(ns.LogNormal(median=3, sigma=1)))).probability("a")
    paced = scenario(
        ns.Fact("b"),
        act(ns.Erlang(3, 1.0), pace="2 if b else 1"),
        ns.Action(name="bee", clock=ns.On(2.0), effects=["b = true"]),
    )
    with pytest.raises(EngineError, match=r"pace .* use speed"):
        solve(paced).probability("a")
    level = scenario(
        ns.Level("trust"),
        act(ns.Exponential(1), pace="exp(trust)"),
        ns.Action(name="up", clock=ns.Exponential(1), effects=["trust += 0.5"]),
    )
    with pytest.raises(EngineError, match="level trust has no step"):
        solve(level).probability("a")
    counter = scenario(
        ns.Counter("n"),
        ns.Action(name="up", clock=ns.Exponential(1), effects=["n += 1"]),
        act(ns.Exponential(1), pace="n"),
    )
    with pytest.raises(EngineError, match=r"more than 50 states: n alone takes .* values"):
        solve(counter, max_states=50).probability("a")
    with pytest.raises(EngineError, match="no_such"):
        solve(toy(), method="no_such")
    with pytest.raises(UnknownName, match="did you mean 'deliver'"):
        solve(toy()).derivative("talks", "delivr", by=5)
    with pytest.raises(EstimateError, match="kind 'fired'"):
        solve(toy()).probability(ns.Question(name="n", kind="fired", action="deliver"))


def test_a_question_that_does_not_feel_a_clock_is_answered_beside_it() -> None:
    """Lumping: what is not Markov and bears on nothing asked is left out, and so are its states."""
    other = ns.Action(name="other", clock=ns.LogNormal(median=3, sigma=1), effects=["noise += 1"])
    scenario = ns.Scenario("x", start="2025-01-01", end=40, parts=[*toy().parts, ns.Counter("noise"), other])
    solution = solve(scenario)
    assert near(solution.probability("talks", by=5), 1 - math.exp(-1.5))
    assert solution.states <= 3
    with pytest.raises(EngineError, match="lognormal"):
        solution.value("noise", 5)
