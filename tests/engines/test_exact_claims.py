"""What the exact engine claims: every answer lies within its error of one with sixty digits, by every method."""

from __future__ import annotations

import math
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import linalg, sparse

import negsim as ns
from negsim.engines.exact import transient
from negsim.engines.exact.doubled import Doubled, added, product, product_error, scaled
from negsim.engines.exact.implicit import series
from negsim.engines.exact.transient import Leg, Stiff, Sweep, carry
from negsim.errors import EngineError
from negsim.running.solving import solve

Floats = NDArray[np.float64]
Table = list[list[Decimal]]
METHODS = ["uniformisation", "squaring", "implicit", "auto"]
MOST_UNIFORMISED = 1e5
"""Jumps beyond which the tests leave uniformisation out: it is slow there, not wrong."""


def times(a: Table, b: Table) -> Table:
    """A product of matrices."""
    columns = list(zip(*b, strict=True))
    return [[sum((x * y for x, y in zip(row, column, strict=True)), Decimal(0)) for column in columns] for row in a]


def reference(rates: Floats, days: float) -> list[Decimal]:
    """Law of the state after so many days from state 0, to fifty digits: Taylor series, scaled and squared."""
    with localcontext() as context:
        context.prec = 80
        n = len(rates)
        table = [[Decimal(float(x)) for x in row] for row in rates]
        for k, row in enumerate(table):
            row[k] = -sum(row, Decimal(0))
        size = max(float(-table[k][k]) for k in range(n)) * days
        halvings = max(0, math.ceil(math.log2(size)) + 4) if size > 0 else 0
        step = Decimal(days) / Decimal(2) ** halvings
        short = [[x * step for x in row] for row in table]
        term: Table = [[Decimal(int(i == k)) for k in range(n)] for i in range(n)]
        found = term
        for order in range(1, 45):
            term = [[x / order for x in row] for row in times(term, short)]
            found = [[x + y for x, y in zip(a, b, strict=True)] for a, b in zip(found, term, strict=True)]
        for _ in range(halvings):
            found = times(found, found)
        return found[0]


def carried(rates: Floats, days: float, method: str, rewards: Floats | None = None) -> tuple[Floats, Floats, Sweep]:
    """The law after so many days from state 0, integrals of rewards, and the errors claimed."""
    n = len(rates)
    rate = 1.02 * float(rates.sum(axis=1).max())
    jump = sparse.csr_array((np.eye(n) + (rates - np.diag(rates.sum(axis=1))) / rate).T)
    sweep = Sweep(method=method)
    stiff = Stiff(sparse.csr_array(rates.T))
    v, _, gained = carry(jump, rate, n, np.eye(n)[0], Leg(days, rewards=rewards), sweep, stiff)
    return v, gained, sweep


def claim(sweep: Sweep, right: Floats) -> Floats:
    """Error claimed for each probability."""
    return sweep.lost + (sweep.relative + 4e-16) * right


@st.composite
def stiff_chains(draw: Any) -> tuple[Floats, float]:
    """Rates from 1e-6 to 1e6 a day between two to five states (one of them may keep what gets there), up to 1e7 days."""
    n = draw(st.integers(2, 5))
    exponents = st.one_of(st.none(), st.floats(-6, 6))
    rates = np.zeros((n, n))
    for i in range(n):
        for k in range(n):
            power = draw(exponents) if i != k else None
            rates[i, k] = 0.0 if power is None else 10.0**power
    if draw(st.booleans()):
        rates[n - 1] = 0.0
    if not rates[0].any():
        rates[0, n - 1] = 1.0
    return rates, 10.0 ** draw(st.floats(-3, 7))


def usable(rates: Floats, days: float, methods: list[str]) -> list[str]:
    jumps = float(rates.sum(axis=1).max()) * days
    return [m for m in methods if m != "uniformisation" or jumps < MOST_UNIFORMISED]


def check_claims(rates: Floats, days: float, methods: list[str]) -> None:
    exact = reference(rates, days)
    right = np.array([float(x) for x in exact])
    found = {}
    for method in usable(rates, days, methods):
        v, _, sweep = carried(rates, days, method)
        wrong = np.array([abs(float(Decimal(float(x)) - y)) for x, y in zip(v, exact, strict=True)])
        assert np.all(wrong <= claim(sweep, right) + 1e-300), (method, wrong, claim(sweep, right))
        assert sweep.relative > 2.0**-53, "rounding cannot be less than that of one number"
        assert abs(v.sum() - 1.0) < 1e-14
        found[method] = v, claim(sweep, right)
    for v, error in found.values():
        for other, its in found.values():
            assert np.all(np.abs(v - other) <= error + its + 1e-300)


@settings(max_examples=60)
@given(chain=stiff_chains())
def test_every_method_but_the_slowest_is_within_its_claim(chain: tuple[Floats, float]) -> None:
    check_claims(*chain, ["uniformisation", "squaring", "auto"])


@settings(max_examples=12)
@given(chain=stiff_chains())
def test_the_implicit_method_is_within_its_claim(chain: tuple[Floats, float]) -> None:
    check_claims(*chain, ["squaring", "implicit"])


@pytest.mark.slow
@settings(max_examples=300)
@given(chain=stiff_chains())
def test_every_method_is_within_its_claim(chain: tuple[Floats, float]) -> None:
    check_claims(*chain, METHODS)


def test_a_claim_without_rounding_would_be_false(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wrong model: a method that counts what it cuts off and forgets that floats are rounded."""
    monkeypatch.setattr(transient, "EPSILON", 0.0)
    rates = np.array([[0.0, 0.3, 1e3], [0.7, 0.0, 0.1], [1e3, 0.2, 0.0]])
    for method, days in (("uniformisation", 5.0), ("squaring", 1e5)):
        exact = reference(rates, days)
        v, _, sweep = carried(rates, days, method)
        wrong = max(abs(float(Decimal(float(x)) - y)) for x, y in zip(v, exact, strict=True))
        assert wrong > sweep.lost + sweep.relative


@settings(max_examples=25)
@given(chain=stiff_chains(), method=st.sampled_from(["squaring", "auto"]))
def test_integrals_are_within_their_claim(chain: tuple[Floats, float], method: str) -> None:
    """Time spent in each state: the integral of the law, by an extra state for each that is fed and never left.

    The reference is the same matrix exponential with rates into such states; they are no probabilities, so that rows no
    longer sum to zero, which the Taylor series does not mind.
    """
    rates, days = chain
    n = len(rates)
    v, gained, sweep = carried(rates, days, method, np.eye(n))
    assert gained.sum() == pytest.approx(days, rel=1e-12)
    # Feller's renewal identity: what leaves a state in all is what was in it, minus what is, plus what came.
    flow = gained @ (rates - np.diag(rates.sum(axis=1)))
    scale = gained @ (rates + np.diag(rates.sum(axis=1)))
    room = (sweep.lost * days * rates.sum(axis=1).max() + (sweep.relative + 1e-15) * scale) + claim(sweep, v)
    assert np.all(np.abs(flow - (v - np.eye(n)[0])) <= room)


# The chain of the slow and the fast: failures at 1, repairs at 1e5 a day, down at two of them, another cause at 1e-5.


def failing(mend: float = 1e5, end: float = 3.5e6) -> ns.Scenario:
    """Two failures before a repair bring it down, unless another cause comes first."""
    alive = "not down and not other"
    return ns.Scenario(
        "failing",
        start="0100-01-01",
        end=end,
        parts=[
            ns.Counter("n"),
            *(ns.Fact(name) for name in ("down", "other")),
            ns.Action(name="fail", when=f"n < 2 and {alive}", clock=ns.Exponential(1.0), effects=["n += 1"]),
            ns.Action(name="mend", when=f"n > 0 and n < 2 and {alive}", clock=ns.Exponential(mend), effects=["n -= 1"]),
            ns.Action(name="fall", when="n >= 2", clock=ns.Immediately(), effects=["down = true"]),
            ns.Action(name="cause", when=alive, clock=ns.Exponential(1e-5), effects=["other = true"]),
        ],
    )


def falls_first(mend: int = 100_000) -> Fraction:
    """P(down before the other cause), by first steps: from none and from one failure."""
    other = Fraction(1, 100_000)
    # p0 = p1/(1 + other); p1 = (mend*p0 + 1)/(mend + 1 + other)
    share = Fraction(1) / (mend + 1 + other)
    return share / (1 + other) / (1 - mend * share / (1 + other))


@pytest.mark.parametrize("method", ["auto", "squaring", "implicit"])
def test_the_slow_behind_the_fast_to_twelve_digits(method: str) -> None:
    right = float(falls_first())
    assert right == pytest.approx(0.499995000025, abs=5e-13)
    found = solve(failing(), method=method).probability("down", by=3e6)
    assert abs(found.value - right) < 1e-12
    assert abs(found.value - right) <= found.error < 1e-12
    assert "exact" in str(found)


def test_float_doubling_loses_what_is_asked_for() -> None:
    """The wrong model: plain squaring, and a general matrix exponential, are off in the fifth digit or worse than 1e-9."""
    rates = np.zeros((4, 4))
    rates[0, 1], rates[1, 0], rates[1, 2], rates[0, 3], rates[1, 3] = 1.0, 1e5, 1.0, 1e-5, 1e-5
    generator = rates - np.diag(rates.sum(axis=1))
    halvings = 45
    plain = np.eye(4) + generator * (3e6 / 2**halvings)
    for _ in range(halvings):
        plain = plain @ plain
    right = float(falls_first())
    assert abs(plain[0, 2] - right) > 1e-9
    assert abs(linalg.expm(generator * 3e6)[0, 2] - right) > 1e-12
    v, _, _ = carried(rates, 3e6, "squaring")
    assert abs(v[2] - right) < 1e-15


@pytest.mark.parametrize("method", ["auto", "squaring"])
def test_what_has_happened_stays_so(method: str) -> None:
    """P(down by T) never falls, also where nothing is left to come but rounding."""
    solution = solve(failing(), method=method)
    days = np.unique(np.concatenate([np.geomspace(1e-3, 3.5e6, 40), np.linspace(2.9e6, 3.1e6, 9)]))
    values = [solution.probability("down", by=float(day)).value for day in days]
    assert np.all(np.diff(values) >= 0.0)
    assert values[-1] == pytest.approx(float(falls_first()), abs=1e-15)
    assert np.all(np.diff(solution.first_passage("down", dates=days.tolist()).curve.values) >= 0.0)


@settings(max_examples=20)
@given(chain=stiff_chains())
def test_absorbed_probability_never_falls(chain: tuple[Floats, float]) -> None:
    rates, days = chain
    rates[-1] = 0.0
    stiff = Stiff(sparse.csr_array(rates.T))
    values = []
    for share in np.linspace(0.05, 1.0, 12):
        v, _, _ = stiff.ladder.carry(np.eye(len(rates))[0], days * float(share), np.zeros((len(rates), 0)))
        values.append(float(v[-1]))
    assert np.all(np.diff(values) >= 0.0)


def test_a_mean_time_is_claimed_as_well_at_a_late_deadline_as_at_an_early_one() -> None:
    """Mean of an exponential time cut off at T, beside a fast action that makes the chain stiff."""
    parts = [
        ns.Fact("f"),
        ns.Fact("blink"),
        ns.Action(
            name="come",
            when="not f",
            clock=ns.Exponential(1 / 66.18981),
            pace="2 if blink else 0.5",
            effects=["f = true"],
        ),
        ns.Action(name="on", when="not blink", clock=ns.Exponential(500.0), effects=["blink = true"]),
        ns.Action(name="off", when="blink", clock=ns.Exponential(1000.0), effects=["blink = false"]),
    ]
    solution = solve(ns.Scenario("mean", start="0100-01-01", end=2e6, parts=parts))
    # First steps: m0 = (1 + 500 m1)/(500 + r/2), m1 = (1 + 1000 m0)/(1000 + 2 r).
    r = 1 / 66.18981
    a, b = 500 + r / 2, 1000 + 2 * r
    mean = (1 + 500 / b) / a / (1 - 500 * 1000 / (a * b))
    for by in (1e4, 1e5, 2e6):
        found = solution.first_time("f", by)
        assert abs(found.value - mean) <= found.error + 1e-11
        assert found.error < 1e-7
    short = solution.first_time("f", 10.0)
    assert short.value < 5.0
    assert abs(short.value - mean) > short.error, "histories cut off at day 10 have another mean"


def test_a_stiff_calendar_is_carried_stretch_by_stretch() -> None:
    """A hundred reviews, and between them so many jumps that rounding of each would be seen."""
    parts = [
        *(ns.Fact(name) for name in ("f", "busy")),
        ns.Action(name="on", when="not busy", clock=ns.Exponential(3e5), effects=["busy = true"]),
        ns.Action(name="off", when="busy", clock=ns.Exponential(1e5), effects=["busy = false"]),
        ns.Action(
            name="review",
            when="busy and not f",
            clock=ns.Every("36 hours"),
            outcomes=[ns.Outcome(name="yes", weight=0.02, effects=["f = true"]), ns.Outcome(name="no", weight=0.98)],
        ),
    ]
    found = solve(ns.Scenario("calendar", start="2025-01-01", end=150, parts=parts)).probability("f", by=150)
    # Busy with probability 3/4 at each of a hundred reviews, forgotten in between.
    right = 1 - (1 - 0.75 * 0.02) ** 100
    assert abs(found.value - right) <= found.error + 1e-15
    assert found.error < 1e-12


# The arithmetic.


@given(
    rows=st.lists(st.lists(st.floats(1e-12, 1.0), min_size=3, max_size=3), min_size=3, max_size=3),
    tails=st.lists(st.floats(-1e-17, 1e-17), min_size=9, max_size=9),
    factor=st.floats(1e-6, 1e6),
)
def test_twice_the_digits(rows: list[list[float]], tails: list[float], factor: float) -> None:
    """Products, sums and multiples of sums of two floats, against fractions."""
    whole = np.array(rows) / 3.0
    one = added(Doubled.of(whole), Doubled.of(whole * np.array(tails).reshape(3, 3)))

    def fractions(a: Doubled) -> list[list[Fraction]]:
        return [
            [Fraction(float(x)) + Fraction(float(y)) for x, y in zip(hi, lo, strict=True)]
            for hi, lo in zip(*a, strict=True)
        ]

    exact, got = fractions(one), fractions(product(one, one))
    for i in range(3):
        wrong = sum(abs(sum(exact[i][m] * exact[m][k] for m in range(3)) - got[i][k]) for k in range(3))
        assert wrong <= product_error(3)
    for a, b in zip(exact, fractions(scaled(one, factor)), strict=True):
        assert all(abs(x * Fraction(factor) - y) <= abs(y) * Fraction(2) ** -100 for x, y in zip(a, b, strict=True))


def test_the_series_and_its_remainder() -> None:
    """The sum is the exponential where z is small, and the next term times K bounds what is cut off everywhere."""
    x, numbers, mass = series()
    for z in (*np.geomspace(1e-3, 1e6, 200).tolist(), 0.0):
        u = z / (x + z)
        value = sum(number * u**k for k, number in enumerate(numbers))
        assert abs(value - math.exp(-z)) <= mass * u ** len(numbers) + 1e-13
    assert mass < 100
    # The wrong K: a hundredth would be less than what is cut off of some long step.
    assert any(
        abs(sum(number * (z / (x + z)) ** k for k, number in enumerate(numbers)) - math.exp(-z))
        > 0.01 * (z / (x + z)) ** len(numbers)
        for z in (10.0, 30.0, 100.0)
    )


def test_what_no_method_can_follow_is_refused_with_words() -> None:
    def fast(rate: float) -> ns.Scenario:
        act = ns.Action(name="go", clock=ns.Exponential(rate), effects=["f = not f"])
        return ns.Scenario("fast", start="2025-01-01", end=40, parts=[ns.Fact("f"), act])

    for rate in (1e308, 1e200, 1e30):
        for method in ("auto", "squaring", "implicit"):
            with pytest.raises(EngineError, match=r"too many|not finite"):
                solve(fast(rate), method=method).probability("not f and f")
    with pytest.raises(EngineError, match="method='auto'"):
        solve(fast(1e9), method="uniformisation").holds("f", 3)
    assert solve(fast(1e9)).holds("f", 3).value == pytest.approx(0.5, abs=1e-15)
