"""Beliefs fitted to what people say: what must hold holds exactly, the rest by least squares, and the misfit is told."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import minimize
from scipy.special import expit

from negsim.errors import LawError
from negsim.laws import BELIEF_FAMILIES, Law, default_families, elicit, mean, quantile, solve, survival, upper_quantile

THREE = {"p10": 2.0, "median": 5.0, "p90": 14.0}
SHARES = {"p5": 0.05, "p10": 0.1, "p25": 0.25, "median": 0.5, "p75": 0.75, "p90": 0.9, "p95": 0.95}
POSITIVE = st.floats(0.05, 1000)
STRETCH = st.floats(1.2, 12)


# ---- known answers -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("family", "first", "second"), [("lognormal", 1.625187, 0.757745), ("gamma", 2.002514, 1 / 0.317447)]
)
def test_three_quantiles_by_least_squares_on_the_distribution_function(family, first, second):
    fit = elicit([family], THREE)
    assert fit.law.params == pytest.approx((first, second), rel=2e-6)
    assert [one.key for one in fit.points] == ["p10", "median", "p90"]
    assert fit.misfit == pytest.approx(max(abs(1 - survival(fit.law, x) - SHARES[key]) for key, x in THREE.items()))
    on_logs = np.polyfit(stats.norm.ppf([0.1, 0.5, 0.9]), np.log([2.0, 5.0, 14.0]), 1)
    assert elicit(["lognormal"], THREE).law.params[0] != pytest.approx(on_logs[1], rel=1e-3), "fitted to values instead"


@pytest.mark.parametrize("family", ["weibull", "beta", "logitnormal", "normal"])
def test_no_search_finds_a_nearer_law(family):
    said = {"p10": 0.12, "median": 0.3, "p75": 0.42, "p90": 0.7}
    fit = elicit([family], said)

    def cost(v):
        first = float(v[0]) if family in ("normal", "logitnormal") else math.exp(v[0])
        law = Law(family, (first, math.exp(v[1])))
        return 1e6 * sum((1 - survival(law, x) - SHARES[key]) ** 2 for key, x in said.items())

    first = fit.law.params[0] if family in ("normal", "logitnormal") else math.log(fit.law.params[0])
    here = [first, math.log(fit.law.params[1])]
    found = minimize(
        cost, [here[0] + 0.1, here[1] - 0.1], method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12}
    )
    assert cost(here) <= found.fun + 1e-9


def test_p5_and_p95_of_a_lognormal():
    law = solve("lognormal", {"p5": 3.0, "p95": 40.0})
    sigma = math.log(40 / 3) / (2 * stats.norm.ppf(0.95))
    assert law.params == pytest.approx((math.log(120) / 2, sigma), rel=1e-12)
    assert elicit(["lognormal"], {"p5": 3.0, "p95": 40.0}).law == law


# ---- properties ------------------------------------------------------------------------------------------------------
@st.composite
def statements(draw):
    """A family with a centre within its support and two quantiles about it."""
    family = draw(st.sampled_from(sorted(set(BELIEF_FAMILIES) - {"uniform"})))
    low_key, high_key = draw(st.sampled_from([("p5", "p95"), ("p10", "p90"), ("p25", "p95")]))
    centre, down, up = draw(POSITIVE), draw(STRETCH), draw(STRETCH)
    low, high = centre / down, centre * up
    if family == "normal":
        low, high = centre - down, centre + up
    elif BELIEF_FAMILIES[family] == "share":
        low, centre, high = (x / (1 + x) for x in (low, centre, high))
    return family, centre, {low_key: low, high_key: high}


@given(statements())
def test_a_median_that_must_hold_holds_exactly(told):
    family, centre, said = told
    fit = elicit([family], {"median": centre, **said}, must="median")
    assert quantile(fit.law, 0.5) == pytest.approx(centre, rel=1e-9)
    assert upper_quantile(fit.law)(0.5) == pytest.approx(centre, rel=1e-9)
    assert fit.misfit <= 0.25


@given(statements())
def test_a_mean_holds_exactly_and_the_range_sets_the_spread(told):
    family, centre, said = told
    fit = elicit([family], {"mean": centre, **said})
    assert mean(fit.law) == pytest.approx(centre, rel=1e-9)


@given(statements(), st.data())
def test_nothing_nearby_comes_nearer_with_that_median(told, data):
    family, centre, said = told
    assume(family in ("lognormal", "logitnormal", "normal"))
    fit = elicit([family], {"median": centre, **said}, must="median")

    def cost(law):
        return sum((1 - survival(law, x) - SHARES[key]) ** 2 for key, x in said.items())

    factor = data.draw(st.floats(0.3, 3))
    assert cost(fit.law) <= cost(Law(family, (fit.law.params[0], factor * fit.law.params[1]))) + 1e-10


@given(statements())
def test_two_quantiles_are_met(told):
    family, _, said = told
    try:
        fit = elicit([family], said)
    except LawError:
        assert family in ("beta", "gamma")  # further apart than floats can hold
        return
    assert fit.misfit < 1e-8
    for key, x in said.items():
        assert 1 - survival(fit.law, x) == pytest.approx(SHARES[key], abs=1e-8)


@st.composite
def true_laws(draw):
    """A law and what is true of it: nothing but the truth can be met."""
    a, b = draw(st.floats(0.6, 6)), draw(st.floats(0.6, 6))
    family = draw(st.sampled_from(["beta", "gamma", "weibull", "lognormal", "normal", "logitnormal"]))
    return Law(family, (a - 3, b / 3) if family in ("lognormal", "normal", "logitnormal") else (a, b))


@given(true_laws(), st.sampled_from(["median", "mean"]))
def test_what_is_true_of_a_law_gives_the_law_back(law, anchor):
    centre = quantile(law, 0.5) if anchor == "median" else mean(law)
    said = {anchor: centre, "p5": quantile(law, 0.05), "p95": quantile(law, 0.95)}
    fit = elicit([law.family], said, must="median")
    assert fit.misfit < 1e-7
    for key in ("p5", "p95"):
        assert 1 - survival(fit.law, said[key]) == pytest.approx(SHARES[key], abs=1e-7)
    wrong = elicit([law.family], {**said, "p95": quantile(law, 0.99)}, must="median")
    assert wrong.misfit > 1e-3


# ---- choice of family, support, logit-normal -------------------------------------------------------------------------
def test_the_family_follows_the_support_and_the_first_near_enough_is_taken():
    assert default_families([0.2, 0.9]) == ("beta", "logitnormal")
    assert default_families([0.2, 1.5]) == ("lognormal", "gamma", "weibull")
    assert default_families([0.2, 0.9], "days")[0] == "lognormal"
    assert default_families([2, 3], "log days") == default_families([-1, 2]) == ("normal",)
    families = default_families([1, 8], "days")
    exact = {"median": math.sqrt(8), "p5": 1.0, "p95": 8.0}
    assert elicit(families, exact, must="median").law.family == "lognormal"
    assert elicit(families, {**exact, "median": 4.0}, must="median").law.family == "weibull"


@given(statements())
def test_draws_respect_the_support(told):
    family, centre, said = told
    draw = upper_quantile(elicit([family], {"median": centre, **said}, must="median").law)
    values = [draw(u) for u in (2.0**-53, 1e-6, 0.3, 0.7, 1 - 1e-6, 1 - 2.0**-53)]
    low, high = {"share": (0, 1), "positive": (0, math.inf)}.get(BELIEF_FAMILIES[family], (-math.inf, math.inf))
    assert all(low <= x <= high for x in values)
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("mu", "sigma"), [(-3.0, 0.4), (0.3, 1.0), (2.0, 4.0), (-6.0, 9.0)])
def test_logit_normal(mu, sigma):
    law = Law("logitnormal", (mu, sigma))
    for p in (0.001, 0.05, 0.5, 0.9, 0.999):
        x = float(expit(mu + sigma * stats.norm.ppf(p)))
        assert quantile(law, p) == pytest.approx(x, rel=1e-12)
        assert upper_quantile(law)(1 - p) == pytest.approx(x, rel=1e-9)
        assert survival(law, x) == pytest.approx(1 - p, abs=1e-9)
    by_parts = sum(
        stats.norm.expect(lambda z: expit(mu + sigma * z), lb=a, ub=b, epsabs=1e-13)
        for a, b in zip([-12, *np.linspace(-4, 4, 33)], [*np.linspace(-4, 4, 33), 12], strict=True)
    )
    assert mean(law) == pytest.approx(by_parts, abs=1e-11)
    assert survival(law, -1.0) == 1.0
    assert survival(law, 2.0) == 0.0


# ---- words -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("families", "said", "words"),
    [
        (["lognormal"], {"p5": 4, "p95": 2}, "p5 = 4 and p95 = 2 contradict or repeat each other"),
        (["lognormal"], {"p5": -1, "p95": 2}, "lognormal: p5 = -1 must lie above 0"),
        (["beta"], {"p5": 0.2, "p95": 1}, "beta: p95 = 1 must lie between 0 and 1, neither included"),
        (["gama"], THREE, "did you mean 'gamma'"),
        (["pert"], THREE, "'pert' cannot be fitted"),
        (["lognormal"], {"p95": 3}, "p95 = 3 alone is no belief"),
        (["lognormal"], {"p05": 3, "p95": 4}, "a belief has no 'p05'; did you mean 'p5'"),
        (
            ["lognormal"],
            {"mean": 50, "p5": 1, "p95": 10},
            r"mean = 50, p5 = 1, p95 = 10 contradict each other: the near",
        ),
        (["normal"], {"median": math.nan, "p5": 1}, "median = nan is not a finite number"),
    ],
)
def test_what_cannot_be_is_refused_with_words(families, said, words):
    with pytest.raises(LawError, match=words):
        elicit(families, said, must="median")
