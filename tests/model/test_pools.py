"""Several opinions as one: pools of probabilities by hand, of beliefs by their definition."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

import negsim as ns
from negsim.errors import LawError, ScenarioError
from negsim.laws import Law, mean, median, quantile, survival, upper_quantile
from negsim.laws.pools import Pooled
from negsim.program import lower

SHARES = st.floats(0.001, 0.999)


def test_pools_of_two_probabilities_by_hand():
    assert ns.pool([0.9, 0.99]) == pytest.approx(0.945, abs=1e-15)
    # Odds 9 and 99: their geometric mean is sqrt(891) = 29.84962.
    odds = math.sqrt(9 * 99)
    assert ns.pool([0.9, 0.99], method="log_odds") == pytest.approx(odds / (1 + odds), abs=1e-14)
    assert ns.pool([0.2, 0.8], [3, 1]) == pytest.approx(0.35, abs=1e-15)
    assert ns.pool([0.0, 1.0]) == 0.5


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ns.pool([]), "there is nobody to pool"),
        (lambda: ns.pool([0.2, 1.2]), "pool: 1.2 is no probability"),
        (lambda: ns.pool([0.2, True]), "pool: True is no probability"),
        (lambda: ns.pool([0.2, math.nan]), "is no probability"),
        (lambda: ns.pool([0.2, 0.3], [1]), "must be 2 positive numbers"),
        (lambda: ns.pool([0.2, 0.3], [1, 0]), "must be 2 positive numbers"),
        (lambda: ns.pool([0.0, 0.3], method="log_odds"), "has no log odds"),
        (lambda: ns.pool([0.2], method="logodds"), "did you mean 'log_odds'"),
    ],
)
def test_what_cannot_be_pooled_is_refused(call, words):
    with pytest.raises(LawError, match=words):
        call()


@given(st.lists(SHARES, min_size=1, max_size=5), st.sampled_from(["linear", "log_odds"]))
def test_a_pool_lies_among_the_opinions_and_knows_no_order(values, method):
    found = ns.pool(values, method=method)
    assert min(values) - 1e-12 <= found <= max(values) + 1e-12
    assert ns.pool(values[::-1], method=method) == pytest.approx(found, abs=1e-12)
    assert ns.pool([1 - one for one in values], method=method) == pytest.approx(1 - found, abs=1e-9)


# ---- beliefs ---------------------------------------------------------------------------------------------------------
A, B = Law("lognormal", (2.0, 0.5)), Law("gamma", (3.0, 10.0))


def test_a_linear_pool_is_the_mixture():
    law = Pooled([A, B], [0.25, 0.75])
    one, two = stats.lognorm(0.5, scale=math.exp(2.0)), stats.gamma(3.0, scale=10.0)
    for x in (1.0, 8.0, 30.0, 80.0):
        expected = 0.25 * one.sf(x) + 0.75 * two.sf(x)
        assert survival(law, x) == pytest.approx(expected, rel=1e-12)
        assert upper_quantile(law)(expected) == pytest.approx(x, rel=1e-9)
    assert mean(law) == pytest.approx(0.25 * one.mean() + 0.75 * two.mean(), rel=1e-12)
    assert law.support == (0.0, math.inf)


def test_a_pool_of_log_odds_averages_quantiles_in_log_odds():
    parts = Law("beta", (2.0, 5.0)), Law("beta", (6.0, 2.0))
    law = Pooled(parts, [0.5, 0.5], "log_odds")
    for p in (0.05, 0.5, 0.95):
        values = [stats.beta(*one.params).ppf(p) for one in parts]
        odds = [value / (1 - value) for value in values]
        pooled = math.sqrt(odds[0] * odds[1])
        assert quantile(law, p) == pytest.approx(pooled / (1 + pooled), rel=1e-9)
        assert survival(law, quantile(law, p)) == pytest.approx(1 - p, rel=1e-9)
    area = integrate.quad(lambda p: quantile(law, p), 0, 1)[0]
    assert mean(law) == pytest.approx(area, rel=1e-6)
    with pytest.raises(LawError, match="only shares"):
        Pooled([A, B], [0.5, 0.5], "log_odds")


@given(st.floats(0.2, 3.0), st.floats(0.2, 2.0), st.floats(1e-6, 1 - 1e-6), st.floats(0.05, 0.95))
def test_quantile_and_survival_undo_each_other(mu, sigma, u, weight):
    law = Pooled([Law("lognormal", (mu, sigma)), Law("normal", (5.0, 1.0))], [weight, 1 - weight])
    x = upper_quantile(law)(u)
    assert survival(law, x) == pytest.approx(u, rel=1e-6, abs=1e-9)


def scenario(belief: object) -> ns.Scenario:
    memo = ns.Fact("memo")
    deliver = ns.Action(name="deliver", when=~memo, clock=ns.Fixed(after="delay"), effects=[memo.set(True)])
    asked = ns.Question(name="there", condition="memo", by="20 days")
    delay = ns.Parameter("delay", belief=belief, unit="days")
    return ns.Scenario("pooled", start="2025-01-01", end=400, parts=[memo, deliver, asked, delay])


TWO = ns.Pool([ns.Elicited(range=[3, 40]), ns.Gamma(shape=3.0, scale=10.0)], weights=[1, 3])


def test_draws_are_of_the_mixture():
    """The share of draws below 20 days is the pooled belief's, in an exact region; that of either opinion is not."""
    found = lower(scenario(TWO)).drawn(5, range(4000))[:, 0]
    law = scenario(TWO).expanded.parameters["delay"].fit.law
    hits = int((found <= 20.0).sum())
    low, high = (stats.binom.ppf(p, 4000, 1 - survival(law, 20.0)) for p in (5e-10, 1 - 5e-10))
    assert low <= hits <= high
    for part in law.laws:
        wrong = [stats.binom.ppf(p, 4000, 1 - survival(part, 20.0)) for p in (5e-10, 1 - 5e-10)]
        assert not wrong[0] <= hits <= wrong[1]


def test_the_best_value_is_the_median():
    parameter = scenario(TWO).expanded.parameters["delay"]
    assert parameter.best == median(parameter.fit.law)
    assert survival(parameter.fit.law, parameter.best) == pytest.approx(0.5, rel=1e-9)


def test_a_pool_stands_in_a_file():
    text = ns.dumps(scenario(TWO))
    assert ns.loads(text) == scenario(TWO)
    assert "weights = [1" in text
    share = ns.Pool([ns.Elicited(median=0.2, p95=0.5), ns.Elicited(median=0.6, p95=0.9)], method="log_odds")
    chance = ns.Parameter("chance", belief=share)
    both = ns.Scenario("s", start="2025-01-01", end=4, parts=[chance, ns.Fact("a", initial=ns.chance("chance"))])
    assert ns.loads(ns.dumps(both)) == both
    odds = math.sqrt(0.25 * 1.5)
    assert both.expanded.parameters["chance"].best == pytest.approx(odds / (1 + odds), rel=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ns.Pool([]), "there is nobody to pool"),
        (lambda: ns.Pool([3]), "3 is no belief"),
        (lambda: ns.Pool([ns.Elicited(p95=3)]), "alone is no belief; say a second thing"),
        (lambda: ns.Pool([ns.Elicited(range=[1, 2])], weights=[1, 2]), "must be 1 positive numbers"),
        (lambda: ns.Pool([ns.Elicited(range=[1, 2])], method="geometric"), "is no way of pooling"),
        (lambda: ns.Pool("ab"), "must be a list of beliefs"),
        (lambda: scenario({"pool": []}), "a belief has no 'pool'"),
    ],
)
def test_what_is_no_pool_is_refused(call, words):
    with pytest.raises(ScenarioError, match=words):
        call()


def test_everything_reads_a_pooled_belief():
    asked = scenario(TWO)
    runs = ns.simulate(asked, replications=2000, seed=1, draws=200)
    share = runs.probability("there")
    truth = 1 - survival(asked.expanded.parameters["delay"].fit.law, 20.0)
    assert abs(share.value - truth) < 6 * math.sqrt(0.25 / 200)
    assert "delay" in str(ns.sensitivity(runs, "there"))
    assert ns.lint(asked) is not None
