"""Histories with weights: every answer uses them, names what they are worth, and is refused where that is too little."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

import negsim as ns
from negsim.errors import EffectiveError
from negsim.estimates import effective_number

ISLANDS = 32
OWN, OTHER, DAYS = 0.2, 0.3, 5.0
TIME = ns.Question(name="memo", kind="when", condition="memorandum.delivered")


def histories(n: int = 20_000, seed: int = 3) -> ns.Runs:
    """Histories of the toy whose memorandum comes at another rate than the one that is asked about."""
    slow = ns.load("toy").with_law("russia.deliver_memorandum", ns.Exponential(OWN))
    return ns.simulate(slow, replications=n, seed=seed, questions=[TIME])


def weighed(runs: ns.Runs) -> ns.Runs:
    """The same, weighed as if it came at the rate asked about: the ratio of the two densities, or of the two tails."""
    days = runs.first_times("memo")
    seen = np.isfinite(days)
    end = runs.program.horizon / 86_400e6
    logs = np.where(seen, np.log(OTHER / OWN) + (OWN - OTHER) * np.where(seen, days, 0.0), (OWN - OTHER) * end)
    islands = np.arange(runs.replications) % ISLANDS
    return replace(runs, log_weights=logs - 800.0, islands=islands)  # their scale has no meaning


def test_weights_answer_for_the_other_law() -> None:
    runs = weighed(histories())
    found = runs.probability("talks_day_5")
    exact = 1 - np.exp(-OTHER * DAYS)
    low, high = found.interval(1 - 1e-6)
    assert low <= exact <= high
    assert not low <= 1 - np.exp(-OWN * DAYS) <= high  # what it is without the weights
    assert 0.5 * runs.replications < runs.effective < runs.replications
    assert "worth" in str(found)
    assert "rows of parameters" not in str(found)
    mean = runs.mean("memo")
    inside = (1 - np.exp(-OTHER * 40) * (1 + OTHER * 40)) / OTHER / (1 - np.exp(-OTHER * 40))
    low, high = mean.interval(1 - 1e-6)
    assert low <= inside <= high
    quantile = runs.quantile("memo", 0.5, level=1 - 1e-6)
    assert quantile.low <= np.log(2) / OTHER <= quantile.high
    point = runs.first_passage("memo", level=1 - 1e-6).at("7 days")
    assert point.low <= 1 - np.exp(-7 * OTHER) <= point.high
    assert abs(point.value - runs.probability("memo", by="7 days").value) < 1e-12


def test_equal_weights_change_no_number() -> None:
    plain = histories(2_000)
    equal = replace(plain, log_weights=np.full(2_000, -3.0), islands=np.arange(2_000) % ISLANDS)
    for name in plain.program.probes.asked:
        assert equal.probability(name).value == pytest.approx(plain.probability(name).value, abs=1e-13)
    assert equal.mean("memo").value == pytest.approx(plain.mean("memo").value, rel=1e-12)
    assert equal.quantile("memo", 0.3).value == plain.quantile("memo", 0.3).value
    assert equal.effective == pytest.approx(2_000)


def test_intervals_over_islands_keep_their_level() -> None:
    trials, exact = 120, 1 - np.exp(-OTHER * DAYS)
    inside = 0
    for seed in range(trials):
        low, high = weighed(histories(1_280, seed)).probability("talks_day_5").interval(0.8)
        inside += low <= exact <= high
    assert binom.ppf(1e-5, trials, 0.8) <= inside <= binom.ppf(1 - 1e-5, trials, 0.8)


def test_too_few_effective_histories_are_refused() -> None:
    runs = weighed(histories(640))
    logs = np.full(640, -50.0)
    logs[:29] = 0.0
    with pytest.raises(EffectiveError, match=r"worth 29\.0 equal ones, and it takes 30"):
        replace(runs, log_weights=logs).probability("talks_day_5")
    logs[:30] = 0.0
    assert replace(runs, log_weights=logs).probability("talks_day_5").value > 0
    # the number of histories is no help: one that counts for all of them is one
    assert effective_number(np.exp(np.r_[0.0, np.full(10**6, -40.0)])) < 1.001


def test_a_given_is_weighed_among_what_counts() -> None:
    asked = ns.Question(name="g", condition="summit.held", given="talks.held", given_by="5 days", by="30 days")
    slow = ns.load("toy").with_law("russia.deliver_memorandum", ns.Exponential(OWN))
    runs = weighed(ns.simulate(slow, replications=20_000, seed=3, questions=[TIME, asked]))
    low, high = runs.probability("g").interval(1 - 1e-6)
    assert low <= 0.5090754 <= high  # known answer 10: it hangs on the talks' date alone
    assert runs.row("g").counted < runs.replications
