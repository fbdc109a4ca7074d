"""What is believed of a parameter: best values are medians, ranges hold 90 %, means are means; in Python and in files."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

import negsim as ns
from negsim.files import dumps, loads
from negsim.laws import mean, quantile, survival
from negsim.program import lower

FAMILIES = [None, "beta", "gamma", "logitnormal", "lognormal", "normal", "weibull"]
HEAD = 'format_version = 1\n[scenario]\nname = "t"\nstart = "2025-01-01"\nend = 40\n'


def scenario(*parts):
    return ns.Scenario("t", start="2025-01-01", end=40, parts=parts)


def drawn(parameter, n=20_000, seed=3):
    """What a run would draw of it."""
    return np.array(lower(scenario(parameter)).draws(seed, range(n)))[:, 0]


@st.composite
def believed(draw, families=FAMILIES, keys=("p5", "p95")):
    """A best value with a low and a high quantile about it, inside (0, 1)."""
    best = draw(st.floats(0.02, 0.95))
    odds, down, up = best / (1 - best), draw(st.floats(1.3, 8)), draw(st.floats(1.3, 8))
    low, high = ((x / (1 + x)) for x in (odds / down, odds * up))
    said = {"range": [low, high]} if keys == ("p5", "p95") else dict(zip(keys, (low, high), strict=True))
    return best, low, high, {**said, "family": draw(st.sampled_from(families))}


@given(believed())
def test_the_best_value_is_the_median_of_the_belief(told):
    best, low, high, said = told
    parameter = ns.Parameter("x", best, **said)
    law = parameter.fit.law
    assert parameter.best == best
    assert quantile(law, 0.5) == pytest.approx(best, rel=1e-9)
    below, above = 1 - survival(law, low), survival(law, high)
    assert max(abs(below - 0.05), abs(above - 0.05)) == pytest.approx(parameter.fit.misfit, abs=1e-12)


@given(believed(["lognormal", "logitnormal", "gamma"]), st.floats(1.3, 6))
def test_a_range_that_the_family_can_meet_holds_ninety_per_cent(told, factor):
    best, *_, said = told
    if said["family"] == "lognormal":
        limits = [best / factor, best * factor]
    elif said["family"] == "logitnormal":
        odds = best / (1 - best)
        limits = [x / (1 + x) for x in (odds / factor, odds * factor)]
    else:
        law = ns.Parameter("x", belief=ns.Gamma(factor, scale=best)).fit.law
        best, limits = quantile(law, 0.5), [quantile(law, 0.05), quantile(law, 0.95)]
    parameter = ns.Parameter("x", best, range=limits, family=said["family"])
    assert parameter.fit.misfit < 1e-8
    assert [1 - survival(parameter.fit.law, x) for x in limits] == pytest.approx([0.05, 0.95], abs=1e-8)


@given(believed())
def test_a_mean_is_the_best_value_and_the_mean_of_the_belief(told):
    m, *_, said = told
    parameter = ns.Parameter("x", mean=m, **said)
    assert parameter.best == m
    assert mean(parameter.fit.law) == pytest.approx(m, rel=1e-9)


@given(believed(), st.booleans())
def test_both_ways_to_say_it_and_files_are_one(told, as_mean):
    best, *_, said = told
    centre = {"mean": best} if as_mean else {"best": best}
    said = {key: value for key, value in said.items() if value is not None}
    one = ns.Parameter("x", **centre, **said)
    other = ns.Parameter("x", belief={"mean": best, **said}) if as_mean else ns.Parameter("x", best, belief=said)
    assert one == other == ns.Parameter("x", one.best, ns.Elicited(**({"mean": best} if as_mean else {}), **said))
    described = scenario(one)
    again = loads(dumps(described))
    assert again == described
    assert again.parts[0].fit == one.fit
    assert replace(one, title="x").fit == one.fit


def test_draws_have_the_median_the_tails_and_the_mean_that_were_said():
    def accepts(hits, n, p):
        return binom.ppf(5e-10, n, p) <= hits <= binom.isf(5e-10, n, p)

    low, high = 3.0, 40.0
    values = drawn(ns.Parameter("x", math.sqrt(low * high), range=[low, high], unit="days"))
    n = len(values)
    assert accepts((values < math.sqrt(120)).sum(), n, 0.5)
    assert accepts((values < low).sum(), n, 0.05)
    assert accepts((values > high).sum(), n, 0.05)
    limits = drawn(ns.Parameter("x", belief=ns.Pert(low, math.sqrt(120), high)))
    assert not accepts((limits < low).sum(), n, 0.05), "as if the range were hard limits"
    values = drawn(ns.Parameter("x", mean=0.1, range=[0.02, 0.25]))
    assert abs(values.mean() - 0.1) < 6 * values.std() / math.sqrt(n)
    median = drawn(ns.Parameter("x", 0.1, range=[0.02, 0.25]))
    assert abs(median.mean() - 0.1) > 6 * median.std() / math.sqrt(n), "a median taken for a mean"


def test_known_answers():
    three = ns.Parameter("x", p10=2, median=5, p90=14, family="gamma")
    assert three.fit.law.params == pytest.approx((2.002514, 1 / 0.317447), rel=2e-6)
    assert three.best == pytest.approx(quantile(three.fit.law, 0.5))
    assert ns.Parameter("x", belief=ns.LogNormal(p10=2, median=5, p90=14)).fit.law.params == pytest.approx(
        (1.625187, 0.757745), rel=2e-6
    )
    assert ns.Parameter("x", range=[3, 40], unit="days").best == pytest.approx(math.sqrt(120))
    assert ns.Parameter("x", range=["3 days", "40 days"]) == ns.Parameter("x", p5=3, p95=40)


def test_who_means_a_law_or_a_mode_says_so():
    pert = ns.Parameter("p", best=0.15, belief=ns.Pert(0.05, 0.15, 0.35))
    assert pert.best == 0.15
    assert pert.fit.law.params == (0.05, 0.15, 0.35)
    assert pert.fit.misfit == 0
    law = ns.Parameter("p", belief=ns.Gamma(2, rate=4))
    assert law.best == pytest.approx(quantile(law.fit.law, 0.5))
    other = ns.Parameter("p", best=3, belief={"median": 5, "p95": 14})
    assert other.best == 3
    assert quantile(other.fit.law, 0.5) == pytest.approx(5)


def test_what_cannot_be_met_is_told():
    parameter = ns.Parameter("x", 9, range=[1, 10], unit="days")
    assert parameter.fit.misfit == pytest.approx(0.05, abs=1e-3)
    assert [(one.key, one.said) for one in parameter.fit.points] == [("p5", 0.05), ("median", 0.5), ("p95", 0.95)]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "x: has no value; give best"),
        ({"best": 0.1, "mean": 0.2, "p95": 0.4}, r"best = 0\.1 and mean = 0\.2 differ"),
        ({"best": 0.5, "range": [0.1, 0.3]}, r"best = 0\.5 does not lie below p95 \(the high end of a range\) = 0\.3"),
        ({"mean": 0.05, "range": [0.1, 0.3]}, r"mean = 0\.05 does not lie above p5 \(the low end of a range\) = 0\.1"),
        ({"best": 0.05, "range": [0, 0.15]}, r"p5 \(the low end of a range\) = 0 says .* give a small positive"),
        ({"best": 0.9, "range": [0.7, 1]}, r"p95 \(the high end of a range\) = 1 says .* lies above 1"),
        ({"best": 0.5, "range": [0.3, 0.1]}, r"range = \[0\.3, 0\.1\] is out of order"),
        ({"best": 0.5, "range": 0.3}, r"range = 0\.3 is no pair"),
        ({"best": 0.5, "range": [0.1, 0.7], "p5": 0.2}, "range and p5 say the same"),
        ({"best": 0.5, "median": 0.5, "p50": 0.5}, "p50 and median say the same"),
        ({"best": 0.5, "p10": 0.7, "p90": 0.6}, "p10 = 0.7 and p90 = 0.6 contradict"),
        ({"best": 0.5, "p95": 0.7, "family": "gama"}, "family = 'gama' is not one of .*did you mean 'gamma'"),
        ({"best": 0.5, "family": "gamma"}, "family = 'gamma' alone is no belief"),
        ({"best": -1, "range": [-2, 0.5], "family": "lognormal"}, "lognormal: p5 = -2 must lie above 0"),
        ({"best": 0.5, "rang": [0.1, 0.7]}, "there is no 'rang'; did you mean 'range'"),
        ({"best": 0.5, "p95": "a"}, "p95 = 'a' is no number"),
        ({"best": 0.5, "p95": math.nan}, "p95 = nan is no number; give a finite number"),
        ({"best": True, "p95": 0.7}, r"true/false parameter is believed with chance\(p\)"),
        ({"best": 0.5, "belief": ns.Beta(1, 1), "p95": 0.7}, "belief and p95 both say what is believed"),
        ({"best": 0.5, "belief": 0.7}, r"belief = 0\.7 is none; give a law"),
        ({"best": 0.5, "belief": {"foo": 1}}, "a belief has no 'foo'"),
    ],
)
def test_contradictions_are_told_with_parameter_key_value_and_remedy(said, words):
    with pytest.raises(ns.errors.NegsimError, match=words) as found:
        ns.Parameter("x", **said)
    assert "parameter x" in str(found.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("best = 3\nrange = [1]", "parameter.x.range: holds 1 entries; give at least 2"),
        ("best = 3\nrang = [1, 5]", "parameter.x: unknown key 'rang'; did you mean 'range'"),
        ("best = 3\nbelief = {p10 = 1, foo = 2}", "parameter.x.belief: unknown key 'foo'"),
        ("best = 3\nbelief = {foo = 2}", r"foo does not belong here; write .*\{range = \[low, high\]\}"),
        ("best = 3\nrange = [1, 5]\nfamily = 'gama'", "parameter.x.family: 'gama' is not one of"),
        ("best = 3\nrange = [0, 5]", "parameter.x: p5 .* = 0 says"),
    ],
)
def test_files_say_where(text, words):
    with pytest.raises(ns.errors.NegsimError, match=words):
        loads(f"{HEAD}[parameter.x]\n{text}\n")


def test_a_file_is_written_as_people_say_it():
    text = dumps(scenario(ns.Parameter("x", 12, belief={"p95": 40, "p5": 3}), ns.Parameter("y", mean=0.1, p90=0.2)))
    assert "[parameter.x]\nbest = 12\nrange = [3, 40]\n" in text
    assert "[parameter.y]\nmean = 0.1\np90 = 0.2\n" in text


def test_the_written_out_scenario_tells_the_law_and_what_it_does_not_say():
    from negsim.report.expanded import expanded_text, overview

    described = scenario(ns.Parameter("x", 9, range=[1, 10], unit="days"), ns.Parameter("y", mean=0.1, p90=0.2))
    text = expanded_text(described)
    assert (
        "believed 5 % below 1, 5 % above 10 (weibull, median 9, mean 8.9, 90 % from 7.46 to 10; it has 0 % below 1)"
        in text
    )
    assert "believed mean 0.1, 10 % above 0.2 (beta, " in text
    assert "parameter x: its law differs from what was said, 5 % below 1" in overview(described)
    assert "parameter y:" not in overview(described)
