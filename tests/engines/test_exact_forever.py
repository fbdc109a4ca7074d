"""Questions without a deadline: closed forms, rational linear algebra on random chains, and what has no such answer."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.engines.exact import Solution
from negsim.errors import EngineError, EstimateError


def scenario(*parts: object, end: float = 5) -> ns.Scenario:
    """A scenario that ends long before what is asked of it comes."""
    return ns.Scenario("forever", start="2025-01-01", end=end, parts=list(parts))


def solved(*parts: object, end: float = 5, **limits: object) -> Solution:
    return ns.solve(scenario(*parts, end=end), **limits)  # type: ignore[arg-type] # limits are numbers


def right(estimate: ns.Estimate, value: float, relative: float = 1e-11) -> bool:
    """The answer is right within the error that it states, and that is small."""
    assert estimate.kind == "exact"
    assert estimate.error <= relative * max(abs(value), 1e-300) or estimate.error < 1e-14
    return abs(estimate.value - value) <= estimate.error + 2e-15 * abs(value)


def walk(up: float, down: float, top: int, begin: int, bottom: int = 0, *, ends: bool = True) -> Solution:
    """A number that goes up and down one by one; with ``ends`` it stops at both."""
    low = f"x > {bottom}" if ends else f"x >= {bottom}"
    high = f"x < {top}"
    return solved(
        ns.Counter("x", initial=begin),
        ns.Action(name="up", when=f"{low} and {high}", clock=ns.Exponential(up), effects=["x += 1"]),
        ns.Action(
            name="down",
            when=f"x > {bottom} and {high}" if ends else f"x > {bottom}",
            clock=ns.Exponential(down),
            effects=["x -= 1"],
        ),
    )


@pytest.mark.parametrize(("up", "down"), [(0.6, 0.4), (1.0, 1.0), (0.01, 3.0), (5.0, 0.002)])
@pytest.mark.parametrize(("top", "begin"), [(3, 1), (20, 7)])
def test_gamblers_ruin(up: float, down: float, top: int, begin: int) -> None:
    game = walk(up, down, top, begin)
    r = Fraction(down) / Fraction(up)
    won = Fraction(begin, top) if r == 1 else (1 - r**begin) / (1 - r**top)
    assert right(game.ever(f"x == {top}"), float(won))
    assert right(game.ever("x == 0"), float(1 - won))
    assert game.ever(f"x == 0 or x == {top}").value == 1.0
    # Mean duration: by Wald's equation for a drift, begin * (top - begin) steps for none.
    drift = Fraction(up) - Fraction(down)
    steps = begin * (top - begin) / (2 * Fraction(up)) if drift == 0 else (won * top - begin) / drift
    assert right(game.mean_time(f"x == 0 or x == {top}"), float(steps))
    assert not right(game.ever(f"x == {top}"), float(won) * (1 + 1e-9)), "6e-33 keeps its digits too"


def test_histories_that_win_alone() -> None:
    """Given that it is won, a game is a walk with drift in the same direction, whichever it was (Doob): same duration."""
    for up, down in ((0.6, 0.4), (0.4, 0.6)):
        found = walk(up, down, 10, 4).mean_time("x == 10", reached_only=True)
        r, drift = Fraction(2, 3), Fraction(1, 5)
        # Conditioned walk: h(x) = 1 - r**x; E[T | won] = (10 coth-like sum), by the classical formula of Stern (1975).
        n, i = 10, 4
        formula = (n * (1 + r**n) / (1 - r**n) - i * (1 + r**i) / (1 - r**i)) / drift
        assert right(found, float(formula), 1e-10)


def test_what_may_never_come_has_no_mean_over_all_histories() -> None:
    game = walk(0.6, 0.4, 10, 4)
    with pytest.raises(
        EstimateError, match=r"is ever reached with probability 0\.\d+ only, so that the mean .* infinite"
    ):
        game.mean_time("x == 10")
    with pytest.raises(EstimateError, match="is never reached, in no history"):
        game.mean_time("x == 12")
    with pytest.raises(EstimateError, match="is never reached, in no history"):
        game.mean_time("x == 12", reached_only=True)
    with pytest.raises(EstimateError, match="ever reached with probability"):
        game.gathered("up", "x == 10")
    assert game.ever("x == 12").value == 0.0
    assert game.ever("x == 4").value == 1.0
    assert game.mean_time("x == 4").value == 0.0


@pytest.mark.parametrize(("up", "down", "top"), [(1.0, 0.5, 12), (0.3, 2.0, 15), (1e-3, 10.0, 8)])
def test_birth_and_death_first_time(up: float, down: float, top: int) -> None:
    """Mean time from 0 to the top: sum over i <= j of (down/up)**(j - i) / up."""
    chain = walk(up, down, top, 0, ends=False)
    r = Fraction(down) / Fraction(up)
    mean = sum(r ** (j - i) for j in range(top) for i in range(j + 1)) / Fraction(up)
    assert right(chain.mean_time(f"x == {top}"), float(mean))
    fired = sum((r ** (j - i)) for j in range(top) for i in range(j + 1))
    assert right(chain.gathered("up", f"x == {top}"), float(fired))
    assert right(chain.gathered("x == 0", f"x == {top}"), float(sum(r**j for j in range(top)) / Fraction(up)))
    # The number itself, summed up over time.
    whole = sum(i * r ** (j - i) for j in range(top) for i in range(j + 1)) / Fraction(up)
    assert right(chain.gathered("x", f"x == {top}"), float(whole))
    assert right(chain.gathered("-2 * x", f"x == {top}"), -2 * float(whole))


@pytest.mark.parametrize(("arrive", "serve", "room"), [(0.5, 1.0, 5), (2.0, 0.5, 7), (1.0, 1.0, 4), (1e-4, 10.0, 30)])
def test_queue_with_a_waiting_room(arrive: float, serve: float, room: int) -> None:
    """M/M/1/K: geometric shares, and what is served a day."""
    queue = solved(
        ns.Counter("n"),
        ns.Action(name="arrive", when=f"n < {room}", clock=ns.Exponential(arrive), effects=["n += 1"]),
        ns.Action(name="serve", when="n > 0", clock=ns.Exponential(serve), effects=["n -= 1"]),
    )
    rho = Fraction(arrive) / Fraction(serve)
    whole = sum(rho**k for k in range(room + 1))
    for k in (0, 1, room):
        assert right(queue.long_run(f"n == {k}"), float(rho**k / whole))
    assert right(queue.long_run(ns.parse("n")), float(sum(k * rho**k for k in range(room + 1)) / whole))
    through = Fraction(arrive) * (1 - rho**room / whole)
    assert right(queue.long_run_rate("serve"), float(through))
    assert right(queue.long_run_rate("arrive"), float(through))
    assert not right(queue.long_run("n == 0"), float(1 / whole) * (1 + 1e-9))


@pytest.mark.parametrize(("fail", "mend"), [(0.1, 1.0), (1e-6, 10.0), (1e-7, 1e5)])
def test_two_units_with_repair(fail: float, mend: float) -> None:
    """Mean time to the failure of both: (3 fail + mend) / (2 fail**2); share of time without any, M/M machine repair."""
    units = solved(
        ns.Counter("up", initial=2),
        ns.Action(name="fail", when="up > 0", clock=ns.Exponential(fail), pace="up", effects=["up -= 1"]),
        ns.Action(name="mend", when="up < 2", clock=ns.Exponential(mend), effects=["up += 1"]),
    )
    a, b = Fraction(fail), Fraction(mend)
    assert right(units.mean_time("up == 0"), float((3 * a + b) / (2 * a**2)))
    weights = [Fraction(1), 2 * a / b, 2 * a**2 / b**2]
    assert right(units.long_run("up == 0"), float(weights[2] / sum(weights)))


def test_what_lies_behind_is_not_explored() -> None:
    """A counter without an end begins to run only once the peace is made: nobody looks there."""
    parts = [
        ns.Fact("peace"),
        ns.Counter("n"),
        ns.Action(name="agree", when="not peace and n == 2", clock=ns.Exponential(1), effects=["peace = true"]),
        ns.Action(name="meet", when="n < 2 or peace", clock=ns.Exponential(0.5), effects=["n += 1"]),
    ]
    found = solved(*parts, max_states=100)
    assert right(found.mean_time("peace"), 5.0)
    assert found.ever("peace and n == 2").value == 1.0
    with pytest.raises(EngineError, match="more than 100 states: n alone"):
        found.ever("n == 7 and not peace")


def test_after_the_last_date_the_chain_runs_alone() -> None:
    parts = [
        *(ns.Fact(name) for name in ("memo", "talks", "summit")),
        ns.Action(name="deliver", when="not memo", clock=ns.Exponential(0.3), effects=["memo = true"]),
        ns.Action(name="review", when="memo", clock=ns.On(5), effects=["talks = true"]),
        ns.Action(name="meet", when="talks and not summit", clock=ns.Exponential(0.05), effects=["summit = true"]),
        ns.Action(name="again", when="memo", clock=ns.Exponential(0.25), effects=["memo = false"]),
    ]
    found = solved(*parts[:-1])
    assert right(found.ever("summit"), -math.expm1(-1.5))
    sure = solved(*parts[:3], ns.Action(name="review", clock=ns.On(5), effects=["talks = true"]), parts[5])
    assert right(sure.mean_time("summit"), 25.0)
    assert right(sure.gathered("review", "summit"), 1.0)
    assert right(sure.gathered("not talks", "summit"), 5.0)
    with pytest.raises(EstimateError, match="without calendar instants"):
        found.mean_time("summit", reached_only=True)
    # On and off, in the long run: 0.3 against 0.25; whether talks are held is decided on day 5.
    swinging = solved(*parts)
    assert right(swinging.long_run("memo"), 0.3 / 0.55)
    held = 0.3 / 0.55 * -math.expm1(-0.55 * 5)
    assert right(swinging.long_run("talks"), held)
    assert right(swinging.long_run_rate("deliver"), 0.3 * 0.25 / 0.55)


def test_classes_that_are_never_left_are_weighted_by_how_likely_they_are() -> None:
    """From the middle to one of two swings, 3 to 1; in each another share."""
    parts = [
        ns.Counter("s"),
        *(
            ns.Action(name=f"from{i}to{j}", when=f"s == {i}", clock=ns.Exponential(rate), effects=[f"s = {j}"])
            for i, j, rate in [(0, 1, 0.3), (0, 3, 0.1), (1, 2, 1.0), (2, 1, 4.0), (3, 4, 2.0), (4, 3, 2.0)]
        ),
    ]
    found = solved(*parts)
    assert right(found.long_run("s == 1"), 0.75 * 0.8)
    assert right(found.long_run("s == 4"), 0.25 * 0.5)
    assert right(found.long_run_rate("from1to2"), 0.75 * 0.8)
    assert found.long_run("s == 0").value == 0.0


def test_a_condition_that_has_to_hold_until_then() -> None:
    question = ns.Question(name="through", condition="x == 3", throughout="x < 3 and x > 0")
    open_game = ns.Scenario(
        "open",
        start="2025-01-01",
        end=5,
        parts=[
            ns.Counter("x", initial=1),
            ns.Action(name="up", when="x < 3", clock=ns.Exponential(1), effects=["x += 1"]),
            ns.Action(name="down", when="x > -50", clock=ns.Exponential(1), effects=["x -= 1"]),
            question,
        ],
    )
    found = ns.solve(open_game)
    assert right(found.ever("through"), 1 / 3)
    assert found.ever("x == 3").value == 1.0
    with pytest.raises(EstimateError, match="looks from a date on"):
        found.ever(ns.Question(name="late", condition="x == 3", after=2))


def test_what_has_no_answer_without_a_deadline() -> None:
    memo = ns.Fact("memo")
    weekly = ns.Action(name="weekly", when="not memo", clock=ns.Every("7 days"), effects=["memo = true"])
    with pytest.raises(EngineError, match=r"weekly comes again and again .* give it the dates"):
        solved(memo, weekly, end=30).ever("memo")
    late = ns.Action(name="late", when="not memo", clock=ns.On(3, 60), effects=["memo = true"])
    with pytest.raises(EngineError, match="late has a date beyond the scenario's end"):
        solved(memo, late, end=30).ever("memo")
    lognormal = ns.LogNormal(median=3, sigma=0.5)
    slow = ns.Action(name="slow", when="not memo", clock=lognormal, effects=["memo = true"])
    with pytest.raises(EngineError, match="over unbounded time their error has no bound"):
        solved(memo, slow, stages=5).mean_time("memo")
    plain = ns.Action(name="plain", when="not memo", clock=ns.Exponential(1), effects=["memo = true"])
    with pytest.raises(EstimateError, match="not given together with observations"):
        solved(memo, plain).given(ns.Observed(condition="not memo", on=1)).ever("memo")
    with pytest.raises(EstimateError, match="ask one of kind reached or when"):
        solved(memo, plain, ns.Question(name="h", kind="holds", condition="memo")).ever("h")


Rates = dict[tuple[int, int], float]


@st.composite
def chains(draw: st.DrawFn) -> tuple[int, Rates]:
    """A chain of a few states with rates over twelve orders of magnitude, and some that are never left."""
    n = draw(st.integers(2, 7))
    pairs = st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).filter(lambda pair: pair[0] != pair[1])
    exponents = st.floats(-6, 6, allow_nan=False)
    rates = draw(st.dictionaries(pairs, exponents, min_size=n, max_size=3 * n))
    there = reach(dict.fromkeys(rates, 1.0), {0})
    return n, {pair: float(f"{10.0**x:.6g}") for pair, x in rates.items() if pair[0] in there}


def chain_of(n: int, rates: Rates) -> Solution:
    return solved(
        ns.Counter("s"),
        *(
            ns.Action(name=f"a{i}_{j}", when=f"s == {i}", clock=ns.Exponential(rate), effects=[f"s = {j}"])
            for (i, j), rate in rates.items()
        ),
        ns.Question(name="last", kind="when", condition=f"s == {n - 1}"),
    )


def inverse_times(matrix: list[list[Fraction]], right_side: list[Fraction]) -> list[Fraction]:
    """The solution of a linear system in rational numbers."""
    n = len(matrix)
    rows = [[*row, b] for row, b in zip(matrix, right_side, strict=True)]
    for k in range(n):
        pivot = next(r for r in range(k, n) if rows[r][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [x / rows[k][k] for x in rows[k]]
        for r in range(n):
            if r != k and rows[r][k] != 0:
                rows[r] = [x - rows[r][k] * y for x, y in zip(rows[r], rows[k], strict=True)]
    return [row[-1] for row in rows]


def reach(rates: Rates, begin: set[int]) -> set[int]:
    found = set(begin)
    while more := {j for (i, j) in rates if i in found} - found:
        found |= more
    return found


def hitting(n: int, rates: Rates) -> tuple[Fraction, Fraction | None]:
    """Probability ever to come from 0 to the last state, and the mean time until then (None: infinite)."""
    goal = n - 1
    back = {(j, i): rate for (i, j), rate in rates.items()}
    way = sorted((reach(back, {goal}) & reach({p: r for p, r in rates.items() if p[0] != goal}, {0})) - {goal})
    if 0 not in way:
        return Fraction(int(goal == 0)), None
    exits = {i: sum((Fraction(r) for (a, _), r in rates.items() if a == i), Fraction(0)) for i in range(n)}
    matrix = [[(exits[i] if i == j else Fraction(0)) - Fraction(rates.get((i, j), 0)) for j in way] for i in way]
    likely = inverse_times(matrix, [Fraction(rates.get((i, goal), 0)) for i in way])
    reached = likely[way.index(0)]
    before = {p: r for p, r in rates.items() if p[0] != goal}
    if any(k not in way and k != goal for k in reach(before, {0})):
        return reached, None
    return reached, inverse_times(matrix, [Fraction(1)] * len(way))[way.index(0)]


@settings(max_examples=100)
@given(drawn=chains())
def test_random_chains_against_rational_linear_algebra(drawn: tuple[int, Rates]) -> None:
    """Within the stated error, which is small, however far apart the rates are."""
    n, rates = drawn
    found = chain_of(n, rates)
    reached, mean = hitting(n, rates)
    assert right(found.ever("last"), float(reached), 1e-10)
    if mean is None:
        with pytest.raises(EstimateError, match=r"never reached|infinite"):
            found.mean_time("last")
    else:
        assert right(found.mean_time("last"), float(mean), 1e-10)
        off = ns.Estimate(
            value=float(mean) * (1 + 1e-8), low=0, high=math.inf, level=0.95, kind="ignorance", method="", n=0
        )
        assert abs(off.value - found.mean_time("last").value) > found.mean_time("last").error


@settings(max_examples=60)
@given(drawn=chains())
def test_long_run_of_random_chains(drawn: tuple[int, Rates]) -> None:
    """A chain that comes back from everywhere has one stationary law: the solution of its balance equations."""
    n, rates = drawn
    rates = rates | {(i, (i + 1) % n): rates.get((i, (i + 1) % n), 0.5) for i in range(n)}
    found = chain_of(n, rates)
    matrix = [
        [
            Fraction(rates.get((i, j), 0))
            - (sum(Fraction(r) for (a, _), r in rates.items() if a == i) if i == j else 0)
            for i in range(n)
        ]
        for j in range(n)
    ]
    matrix[-1] = [Fraction(1)] * n
    law = inverse_times(matrix, [Fraction(0)] * (n - 1) + [Fraction(1)])
    for state in (0, n - 1):
        assert right(found.long_run(f"s == {state}"), float(law[state]), 1e-10)
    assert sum(found.long_run(f"s == {k}").value for k in range(n)) == pytest.approx(1.0, abs=1e-13)
    (i, j), rate = next(iter(rates.items()))
    assert right(found.long_run_rate(f"a{i}_{j}"), float(law[i] * Fraction(rate)), 1e-10)


def test_a_thousand_states_with_a_bound() -> None:
    """Sizes at which nobody inverts a matrix: residual and bound stay honest."""
    chain = walk(1.0, 0.999, 3_000, 0, ends=False)
    r = 0.999
    mean = math.fsum((1 - r ** (j + 1)) / (1 - r) for j in range(3_000))
    assert right(chain.mean_time("x == 3000"), mean, 1e-10)
    assert np.isfinite(chain.mean_time("x == 3000").error)


@pytest.mark.parametrize(("factored", "few"), [(50_000_000, 0), (0, 0), (0, 600)])
def test_every_way_of_solving_gives_the_same(monkeypatch: pytest.MonkeyPatch, factored: int, few: int) -> None:
    """Factors, an incomplete factorisation that is iterated upon, elimination: each alone."""
    monkeypatch.setattr("negsim.engines.exact.sojourns.FACTORED", factored)
    monkeypatch.setattr("negsim.engines.exact.sojourns.FEW", few)
    game = walk(0.6, 0.5, 200, 20)
    r = Fraction(0.5) / Fraction(0.6)
    won = (1 - r**20) / (1 - r**200)
    assert right(game.ever("x == 200"), float(won), 1e-9)
    mean = (won * 200 - 20) / (Fraction(0.6) - Fraction(0.5))
    assert right(game.mean_time("x == 0 or x == 200"), float(mean), 1e-9)
    formula = (200 * (1 + r**200) / (1 - r**200) - 20 * (1 + r**20) / (1 - r**20)) / (Fraction(0.6) - Fraction(0.5))
    assert right(game.mean_time("x == 200", reached_only=True), float(formula), 1e-9)
    chain = walk(0.6, 0.5, 50, 0, ends=False)
    assert right(chain.mean_time("x == 50"), float(sum(r**k * (50 - k) for k in range(50)) / Fraction(0.6)), 1e-9)
