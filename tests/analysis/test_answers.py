"""Answers: the right number from the right column, its uncertainties kept apart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns
from negsim.results.answers import Answer, deadline, stated

SEED = 20250528


def believed(**extra: object) -> ns.Scenario:
    rate = ns.Parameter("rate", 0.5, belief=ns.Gamma(2, rate=4), unit="1/day", source="judgement", grade="judgement")
    done, met = ns.Fact("done"), ns.Fact("met")
    acts = [
        ns.Action(name="do_it", when=~done, clock=ns.Exponential(rate=rate), effects=[done.set(True)]),
        ns.Action(name="meet", when=~met, clock=ns.Exponential(0.2), effects=[met.set(True)]),
    ]
    questions = [
        ns.Question(name="by_5", condition=done, by=5.0),
        ns.Question(name="given", condition=done, by=5.0, given=met),
        ns.Question(name="after_2", condition=done, by=5.0, after=2.0),
        ns.Question(name="on_5", kind="holds", condition=done, by=5.0),
        ns.Question(name="how_long", kind="duration", condition=done, by=5.0),
        ns.Question(name="how_often", kind="fired", action="meet", by=5.0),
    ]
    return ns.Scenario("believed", start="2025-01-01", end=10, parts=[rate, done, met, *acts, *questions], **extra)


def test_predictive_mean_and_band_of_a_gamma_mixture() -> None:
    # P(T <= 5 | rate) = 1 - exp(-5 rate), rate ~ Gamma(2, 4): mean 1 - (4/9)**2 (SEMANTICS 9, row 8).
    runs = ns.simulate(believed(), replications=40_000, seed=SEED, draws=400)
    row = next(one for one in ns.answers(runs) if one.id == "by_5")
    truth = 1 - (4 / 9) ** 2
    assert row.low < row.value < row.high
    assert row.low - 0.02 < truth < row.high + 0.02
    # Between draws the standard deviation is sqrt(.0426): the range is wide, and the interval is of clusters.
    assert row.band_low is not None
    assert row.band_high is not None
    assert row.band_high - row.band_low > 0.5
    found = runs.probability("by_5")
    assert tuple(found.interval()) == (row.low, row.high), "the table and the library tell one interval"
    independent = replace(found, rows=None).interval()
    assert row.high - row.low > 2 * independent.width
    assert abs(row.value - math.exp(-2)) > 0.5, "the wrong model: the best value's no"


def test_conditional_interval_holds_the_pooled_share() -> None:
    runs = ns.simulate(believed(), replications=8_000, seed=SEED, draws=200)
    row = next(one for one in ns.answers(runs) if one.id == "given")
    assert row.given == "met"
    assert row.value == runs.probability("given").value
    assert row.low < row.value < row.high


def test_best_values_have_no_band() -> None:
    runs = ns.simulate(believed(), replications=2_000, seed=SEED)
    for row in ns.answers(runs):
        assert row.band_low is None
        assert row.band_high is None
    plain = runs.probability("by_5").interval()
    row = next(one for one in ns.answers(runs) if one.id == "by_5")
    assert (row.low, row.high) == (plain.low, plain.high)


def test_nothing_believed_means_no_band_either() -> None:
    runs = ns.simulate(ns.load("toy"), replications=2_000, seed=SEED, draws=200)
    assert all(row.band_low is None for row in ns.answers(runs))


def test_levels_widen_the_interval() -> None:
    runs = ns.simulate(believed(), replications=4_000, seed=SEED, draws=100)
    narrow, wide = (ns.answers(runs, ["by_5"], level=level)[0] for level in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_other_kinds_are_means() -> None:
    runs = ns.simulate(believed(), replications=2_000, seed=SEED, draws=100)
    rows = {row.id: row for row in ns.answers(runs)}
    assert not rows["how_long"].is_share
    assert rows["how_long"].words == ""
    assert rows["how_often"].value == pytest.approx(runs.block.fired[:, 0].mean())
    assert rows["on_5"].value == rows["by_5"].value, "a fact that stays true holds on the date iff it came by then"


def test_a_window_is_no_larger_than_the_whole() -> None:
    rows = {row.id: row for row in ns.answers(ns.simulate(believed(), replications=2_000, seed=SEED))}
    assert rows["after_2"].value < rows["by_5"].value


def test_zero_hits_are_never_zero_percent() -> None:
    never = ns.Fact("never_done")
    act = ns.Action(name="x", when=~never, clock=ns.Exponential(1e-9), effects=[never.set(True)])
    scenario = ns.Scenario("no", start="2025-01-01", end=2, parts=[never, act, ns.Question(name="q", condition=never)])
    row = ns.answers(ns.simulate(scenario, replications=500, seed=1))[0]
    assert row.value == 0.0
    assert row.high > 0.0
    assert row.rounded().startswith("< ")
    assert row.words == "almost no chance"


def test_a_condition_that_never_came_true_is_unknown() -> None:
    done, met = ns.Fact("done"), ns.Fact("met")
    act = ns.Action(name="do_it", when=~done, clock=ns.Exponential(1), effects=[done.set(True)])
    question = ns.Question(name="q", condition=done, given=met)
    meet = ns.Action(name="meet", clock=ns.Exponential(1), effects=[met.set(True)])
    scenario = ns.Scenario("no", start="2025-01-01", end=2, parts=[done, met, act, meet, question]).without("meet")
    row = ns.answers(ns.simulate(scenario, replications=50, seed=1))[0]
    assert math.isnan(row.value)
    assert row.rounded() == "unknown"


def test_stated_questions_stand_together_by_condition() -> None:
    toy = ns.load("toy")
    names = [question.name for question in stated(toy)]
    assert names == ["talks_day_5", "talks_by_day_14", "ceasefire_by_day_30", "summit_by_day_30"]


def test_words_bring_questions_only_where_none_is_stated() -> None:
    memo = ns.Promise("memo", by="a", to="b", delay=ns.Exponential(0.1))
    scenario = ns.Scenario("words", start="2025-01-01", end="2025-02-01", parts=[memo])
    assert [question.name for question in stated(scenario)] == ["memo.delivered"]
    assert deadline(stated(scenario)[0], scenario) == "2025-02-01"


def test_exact_answers_over_draws_weigh_a_given_as_histories_do() -> None:
    # Done by 5 given met by 5, both at one believed rate: a draw that makes the meeting likely counts for more.
    rate = ns.Parameter("rate", 0.3, belief=ns.LogNormal(median=0.3, sigma=1.0), unit="1/day", source="judgement")
    done, met = ns.Fact("done"), ns.Fact("met")
    acts = [
        ns.Action(name=name, when=~fact, clock=ns.Exponential(rate=rate), effects=[fact.set(True)])
        for name, fact in (("do_it", done), ("meet", met))
    ]
    asked = ns.Question(name="q", condition=done, by=5.0, given=met)
    told = ns.Scenario("s", start="2025-01-01", end=10, parts=[rate, done, met, *acts, asked])
    draws = 60
    row = ns.solve_answers(told, draws=draws, seed=SEED).answers[0]
    p = 1 - np.exp(-5 * ns.simulate(told, replications=draws, seed=SEED, draws=draws).parameters[:, 0])
    assert row.value == pytest.approx((p * p).sum() / p.sum(), abs=1e-9)
    assert abs(row.value - p.mean()) > 0.05, "the plain mean over draws is the wrong model"
    simulated = ns.answers(ns.simulate(told, replications=60_000, seed=SEED, draws=draws))[0]
    assert abs(row.value - simulated.value) < 6 * math.sqrt(0.25 / simulated.counted)


PUBLISHED = {
    "almost no chance": (0, 5),
    "very unlikely": (5, 20),
    "unlikely": (20, 45),
    "roughly even chance": (45, 55),
}


@given(hits=st.integers(0, 400), n=st.integers(1, 400), digits=st.sampled_from([None, 0, 1, 3]))
def test_the_word_is_that_of_the_number_that_is_printed(hits: int, n: int, digits: int | None) -> None:
    """Two answers that look alike never have two words: of 180 and 182 in 400, both 45 %, one was 'unlikely'."""
    found = ns.Proportion(hits=min(hits, n), n=n).estimate()
    row = Answer(
        id="x",
        text="",
        kind="reached",
        by="2025-01-02",
        value=found.value,
        low=found.low,
        high=found.high,
        estimate=found,
    )
    shown = row.rounded(digits)
    if shown[0].isdigit():
        percent = float(shown.split()[0])
        mirrored = min(percent, 100 - percent)
        low, high = PUBLISHED.get(row.in_words(digits)) or PUBLISHED[OPPOSITE[row.in_words(digits)]]
        assert low <= mirrored <= high
        assert (row.in_words(digits) in OPPOSITE) == (percent > 55)
    assert row.words == row.in_words()


OPPOSITE = {"almost certain": "almost no chance", "very likely": "very unlikely", "likely": "unlikely"}
