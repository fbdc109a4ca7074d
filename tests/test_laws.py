"""Laws against scipy.stats, hazards against their inverses, checks and messages."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

import negsim as ns
from negsim import laws
from negsim.errors import LawError
from negsim.laws import CLOCK_FAMILIES, FAMILIES, Law, cumulative_hazard, inverse_hazard, upper_quantile
from negsim.program import lower

CASES = {
    "exponential": [((0.3,), stats.expon(scale=1 / 0.3))],
    "weibull": [((0.7, 9.0), stats.weibull_min(0.7, scale=9)), ((2.5, 10.0), stats.weibull_min(2.5, scale=10))],
    "gamma": [((0.4, 5.0), stats.gamma(0.4, scale=5)), ((6.5, 2.0), stats.gamma(6.5, scale=2))],
    "erlang": [((3.0, 2.0), stats.gamma(3, scale=2))],
    "lognormal": [((2.0, 0.8), stats.lognorm(0.8, scale=math.exp(2))), ((0.0, 2.0), stats.lognorm(2.0))],
    "uniform": [((0.0, 6.0), stats.uniform(0, 6)), ((-1.0, 3.0), stats.uniform(-1, 4))],
    "triangular": [
        ((1.0, 3.0, 9.0), stats.triang(0.25, 1, 8)),
        ((1.0, 1.0, 9.0), stats.triang(0.0, 1, 8)),
        ((1.0, 9.0, 9.0), stats.triang(1.0, 1, 8)),
    ],
    "pert": [((2.0, 4.0, 12.0), stats.beta(1.8, 4.2, 2, 10)), ((2.0, 12.0, 12.0), stats.beta(5.0, 1.0, 2, 10))],
    "normal": [((1.0, 2.0), stats.norm(1, 2))],
    "beta": [((2.0, 3.5), stats.beta(2, 3.5)), ((0.5, 0.5), stats.beta(0.5, 0.5))],
}
PAIRS = [(Law(family, params), frozen) for family, cases in CASES.items() for params, frozen in cases]
CLOCKS = [(law, frozen) for law, frozen in PAIRS if law.family in CLOCK_FAMILIES]
P = np.concatenate([[1e-6, 1e-3], np.linspace(0.02, 0.98, 49), [0.999, 1 - 1e-6]])
by_law = pytest.mark.parametrize(("law", "frozen"), PAIRS, ids=str)
by_clock = pytest.mark.parametrize(("law", "frozen"), CLOCKS, ids=str)


def test_every_family_has_a_case():
    assert set(CASES) == FAMILIES
    assert {"normal", "beta"} == FAMILIES - CLOCK_FAMILIES


@by_law
def test_untruncated_against_scipy(law, frozen):
    for p in P:
        x = float(frozen.isf(p))
        assert laws.survival(law, x) == pytest.approx(frozen.sf(x), rel=1e-9)
        assert upper_quantile(law)(p) == pytest.approx(x, rel=1e-9, abs=1e-12)
        assert laws.quantile(law, p) == pytest.approx(frozen.ppf(p), rel=1e-9, abs=1e-12)
    assert laws.mean(law) == pytest.approx(frozen.mean(), rel=1e-12)
    assert laws.median(law) == pytest.approx(frozen.median(), rel=1e-9)


@by_clock
def test_hazard_is_minus_log_survival(law, frozen):
    hazard, inverse = cumulative_hazard(law), inverse_hazard(law)
    for p in P:
        x = float(frozen.isf(p))
        assert math.exp(-hazard(x)) == pytest.approx(p, rel=1e-8)
        assert inverse(-math.log(p)) == pytest.approx(x, rel=1e-8, abs=1e-12)
    below, above = float(frozen.support()[0]), float(frozen.support()[1])
    assert hazard(below) == hazard(below - 1) == 0
    assert hazard(above) == math.inf


def test_a_wrong_parameter_order_fails_the_comparison():
    x = 7.0
    assert math.exp(-cumulative_hazard(Law("weibull", (10.0, 2.5)))(x)) != pytest.approx(
        stats.weibull_min(2.5, scale=10).sf(x), rel=1e-2
    )


def _cuts(frozen):
    a, b = float(frozen.ppf(0.2)), float(frozen.ppf(0.85))
    return [(a, b), (a, None), (None, b)]


@by_law
def test_truncated_against_the_conditional_survival(law, frozen):
    for low, high in _cuts(frozen):
        cut = Law(law.family, law.params, low, high)
        top, bottom = (1.0 if low is None else frozen.sf(low)), (0.0 if high is None else frozen.sf(high))
        for p in np.linspace(0.02, 0.98, 25):
            x = float(frozen.isf(bottom + p * (top - bottom)))
            assert laws.survival(cut, x) == pytest.approx(p, rel=1e-8)
            assert upper_quantile(cut)(p) == pytest.approx(x, rel=1e-8)
            assert laws.quantile(cut, 1 - p) == pytest.approx(x, rel=1e-8)
            if law.family in CLOCK_FAMILIES:
                assert math.exp(-cumulative_hazard(cut)(x)) == pytest.approx(p, rel=1e-8)
                assert inverse_hazard(cut)(-math.log(p)) == pytest.approx(x, rel=1e-8)
        # conditional mean by scipy's own quadrature
        bounds = {
            "lb": frozen.support()[0] if low is None else low,
            "ub": frozen.support()[1] if high is None else high,
        }
        expected = frozen.expect(lambda x: x, **bounds, epsabs=1e-12) / (top - bottom)
        assert laws.mean(cut) == pytest.approx(expected, rel=1e-6)


@by_clock
def test_truncated_ends(law, frozen):
    low, high = _cuts(frozen)[0]
    cut = Law(law.family, law.params, low, high)
    hazard, inverse = cumulative_hazard(cut), inverse_hazard(cut)
    assert hazard(low) == 0
    assert hazard(high) == math.inf
    assert inverse(0.0) == pytest.approx(low, rel=1e-9)
    assert inverse(math.inf) == pytest.approx(high, rel=1e-9)
    assert cut.support == (low, high)


@by_clock
def test_defective_against_the_mixture(law, frozen):
    for low, high in [(None, None), _cuts(frozen)[0]]:
        proper, never = Law(law.family, law.params, low, high), Law(law.family, law.params, low, high, 0.3)
        hazard, inverse = cumulative_hazard(never), inverse_hazard(never)
        for p in np.linspace(0.02, 0.98, 25):
            x, s = upper_quantile(proper)(p), 0.3 + 0.7 * p
            assert math.exp(-hazard(x)) == pytest.approx(s, rel=1e-8)
            assert laws.survival(never, x) == pytest.approx(s, rel=1e-8)
            assert inverse(-math.log(s)) == pytest.approx(x, rel=1e-8)
        # its support never ends
        assert hazard(1e300) == -math.log(0.3)
        assert inverse(-math.log(0.3) + 1e-9) == inverse(math.inf) == math.inf
        assert laws.mean(never) == laws.quantile(never, 0.71) == math.inf
        with pytest.raises(LawError, match=r"never = 0.3 leaves draws without a value; remove or_never"):
            upper_quantile(never)


def test_a_probability_of_never_of_0_has_the_formulas_of_one_above_0():
    """So that a law does not change its formulas where a parameter happens to be 0 in some rows."""
    told = ns.Fact("done")
    for never in (0, "p"):
        clock = ns.Exponential(0.3).or_never(never)
        parts = [told, ns.Parameter("p", 0.0), ns.Action(name="go", clock=clock, effects=[told.set(True)])]
        program = lower(ns.Scenario("zero", start="2025-01-01", end=9, parts=parts))
        (law,) = program.bind(program.best()).laws
        plain = Law("exponential", (0.3,))
        assert law == Law("exponential", (0.3,), mixed=True) != plain
        hazard, inverse = cumulative_hazard(law), inverse_hazard(law)
        points = [k / 7 for k in range(1, 50)]
        assert [hazard(x) for x in points] == [-math.log(0.0 + 1.0 * math.exp(-(0.3 * x))) for x in points]
        assert [inverse(h) for h in points] == [-math.log((math.exp(-h) - 0.0) / 1.0) / 0.3 for h in points]
        assert [hazard(x) for x in points] != [cumulative_hazard(plain)(x) for x in points]
    assert str(ns.Exponential(0.3).or_never(0)) == "Exponential(rate=0.3).or_never(0)"


def test_certainly_never():
    law = Law("exponential", (1.0,), never=1.0)
    assert cumulative_hazard(law)(5.0) == 0
    assert inverse_hazard(law)(0.0) == math.inf


@st.composite
def clock_laws(draw):
    family = draw(st.sampled_from(sorted(CLOCK_FAMILIES)))
    size, shape = draw(st.floats(0.1, 100)), draw(st.floats(0.3, 8))
    low, width, part = draw(st.floats(0, 10)), draw(st.floats(0.5, 50)), draw(st.floats(0, 1))
    params = {
        "exponential": (1 / size,),
        "weibull": (shape, size),
        "gamma": (shape, size),
        "erlang": (float(math.ceil(shape)), size),
        "lognormal": (math.log(size), shape / 4),
        "uniform": (low, low + width),
        "triangular": (low, min(low + part * width, low + width), low + width),
        "pert": (low, min(low + part * width, low + width), low + width),
    }[family]
    plain = Law(family, params)
    below, above = draw(st.floats(0.0, 0.4)), draw(st.floats(0.6, 0.99))
    cut = draw(st.booleans())
    ends = (laws.quantile(plain, below), laws.quantile(plain, above)) if cut else (None, None)
    return Law(family, params, *ends, draw(st.sampled_from([0.0, 0.0, 0.25])))


def _slack(law, x):
    """Change of H over a relative step of 1e-9 in x (of the width of the bounds, where x - low is small beside low)."""
    hazard, step = cumulative_hazard(law), 1e-9 * max(abs(x), 1e-3)
    return hazard(x + step) - hazard(max(x - step, 0.0))


@given(clock_laws(), st.floats(1e-4, 12))
def test_hazard_of_its_inverse(law, h):
    x = inverse_hazard(law)(h)
    if x == math.inf:
        assert law.never >= math.exp(-h)
        return
    # H and Hinv are each good to about 1e-13 in probability, hence 1e-13*exp(h) in H (relative error of a survival
    # exp(-h) that is a difference of numbers of order 1), beside what a last-digit change of x makes of H;
    # truncation divides by the mass kept (0.2 at least), or_never by 1 - p
    tolerance = 1e-12 + 1e-12 * math.exp(h) + _slack(law, x)
    assert cumulative_hazard(law)(x) == pytest.approx(h, abs=tolerance)


@given(clock_laws(), st.floats(0.001, 0.99))
def test_inverse_of_the_hazard(law, p):
    x = laws.quantile(law, p)
    assume(x < math.inf)
    h = cumulative_hazard(law)(x)
    assume(h < 30)
    # an error e of h is an error e*dx/dh of x; e as in the test above
    e = 1e-12 * (1 + math.exp(h))
    inverse = inverse_hazard(law)
    spread = inverse(h + e) - inverse(max(h - e, 0.0))
    assume(spread < math.inf)
    assert inverse(h) == pytest.approx(x, rel=1e-9, abs=1e-12 + spread)


@given(clock_laws(), st.lists(st.floats(0, 300), min_size=2, max_size=6))
def test_hazards_rise(law, points):
    # a special function may step back in its last digits: 1e-13 in probability
    values = [math.exp(-cumulative_hazard(law)(x)) for x in sorted(points)]
    assert all(b <= a + 1e-13 for a, b in itertools.pairwise(values))
    ages = [inverse_hazard(law)(h) for h in sorted(points)]
    assert all(b >= a * (1 - 1e-12) for a, b in itertools.pairwise(ages))


def test_operations_to_the_letter():
    # the same operations, written out; equality of bits
    x, h = 3.7, 0.83
    assert cumulative_hazard(Law("exponential", (0.3,)))(x) == 0.3 * x
    assert inverse_hazard(Law("weibull", (1.7, 9.0)))(h) == 9.0 * math.pow(h, 1 / 1.7)
    assert inverse_hazard(Law("uniform", (1.0, 7.0)))(h) == 7.0 - (7.0 - 1.0) * math.exp(-h)
    three = Law("triangular", (1.0, 3.0, 9.0))
    assert cumulative_hazard(three)(2.2) == -math.log1p(-(2.2 - 1.0) * (2.2 - 1.0) / ((9.0 - 1.0) * (3.0 - 1.0)))
    assert cumulative_hazard(three)(x) == -math.log((9.0 - x) * (9.0 - x) / ((9.0 - 1.0) * (9.0 - 3.0)))
    assert inverse_hazard(three)(0.1) == 1.0 + math.sqrt(-math.expm1(-0.1) * (9.0 - 1.0) * (3.0 - 1.0))
    assert inverse_hazard(three)(h) == 9.0 - math.sqrt(math.exp(-h) * (9.0 - 1.0) * (9.0 - 3.0))
    cut = Law("exponential", (0.3,), 1.0, 9.0)
    s_lo, s_hi = math.exp(-0.3 * 1.0), math.exp(-0.3 * 9.0)
    assert cumulative_hazard(cut)(x) == -math.log((math.exp(-0.3 * x) - s_hi) / (s_lo - s_hi))
    assert inverse_hazard(cut)(h) == -math.log(s_hi + math.exp(-h) * (s_lo - s_hi)) / 0.3
    never = Law("exponential", (0.3,), never=0.2)
    assert cumulative_hazard(never)(x) == -math.log(0.2 + (1 - 0.2) * math.exp(-0.3 * x))
    assert inverse_hazard(never)(h) == -math.log((math.exp(-h) - 0.2) / (1 - 0.2)) / 0.3


def test_overflow_is_infinite_and_no_error():
    assert cumulative_hazard(Law("weibull", (50.0, 1.0)))(1e10) == math.inf
    assert inverse_hazard(Law("weibull", (1e-3, 1.0)))(10.0) == math.inf
    assert inverse_hazard(Law("lognormal", (700.0, 5.0)))(50.0) == math.inf
    for law, _ in CLOCKS:
        assert cumulative_hazard(law)(math.inf) == math.inf
        assert inverse_hazard(law)(math.inf) == law.support[1]
        assert inverse_hazard(law)(0.0) == law.support[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("weibul", (1, 2)), "unknown family of laws 'weibul'; did you mean 'weibull'"),
        (("weibull", (1.0,)), r"got 1 parameters \(1.0,\); give 2: \(shape, scale\)"),
        (("exponential", (math.nan,)), "rate = nan is not a finite number"),
        (("exponential", (True,)), "rate = True is not a finite number"),
        (("exponential", ("1",)), "rate = '1' is not a finite number"),
        (("exponential", (0.0,)), "rate = 0.0 must be above 0"),
        (("lognormal", (0.0, -1.0)), "sigma = -1.0 must be above 0"),
        (("erlang", (2.5, 1.0)), "k = 2.5 must be a whole number of stages; for others use 'gamma'"),
        (("triangular", (0.0, 7.0, 5.0)), "out of order; give numbers with low <= mode <= high"),
        (("uniform", (2.0, 2.0)), "out of order"),
        (("uniform", (0.0, 1e300)), "too wide"),
        (("uniform", (0.0, 1e-300)), "too narrow"),
        (("exponential", (1.0,), 3.0, 2.0), r"truncation \[3.0, 2.0\] is empty"),
        (("exponential", (1.0,), math.nan), "truncation low = nan is not a finite number"),
        (("exponential", (1.0,), 1e4), "leaves no probability"),
        (("uniform", (0.0, 1.0), 2.0, 3.0), "leaves no probability"),
        (("exponential", (1.0,), None, None, 1.5), "never = 1.5 must be a probability"),
        (("exponential", (1.0,), None, None, math.nan), "never = nan is not a finite number"),
        (("normal", (0.0, 1.0), None, None, 0.1), "it is no clock"),
    ],
)
def test_impossible_laws_are_refused(arguments, message):
    with pytest.raises(LawError, match=message):
        Law(*arguments)


def test_other_refusals():
    for family in ("normal", "beta"):
        for function in (cumulative_hazard, inverse_hazard):
            with pytest.raises(LawError, match="it is no clock; use one of erlang, exponential"):
                function(Law(family, (1.0, 1.0)))
    with pytest.raises(LawError, match=r"p = 1\.5 must be a probability"):
        laws.quantile(Law("exponential", (1.0,)), 1.5)


def test_laws_are_hashable_data():
    assert Law("weibull", [2, 10]) == Law("weibull", (2.0, 10.0))
    assert len({Law("weibull", (2, 10)), Law("weibull", (2.0, 10.0))}) == 1
