"""Sensitivity of a run's answer: known answers through the engines, refusals, and words."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from believed_scenario import believed_toy

import negsim as ns
from negsim.errors import EstimateError

SHARES = {"memorandum_rate": 0.103933, "ceasefire_rate": 0.679643, "summit_rate": 0.186679}
TOTALS = {"memorandum_rate": 0.115673, "ceasefire_rate": 0.707319, "summit_rate": 0.206931}
WORTHS = {"memorandum_rate": 0.018894, "ceasefire_rate": 0.063604, "summit_rate": 0.030324}


@pytest.fixture(scope="module")
def runs() -> ns.Runs:
    return ns.simulate(believed_toy(), replications=20_000, draws=4_000, seed=5, keep="answers")


def within(one: ns.Estimate | None, truth: float, deviations: float = 6.0) -> bool:
    assert one is not None
    return abs(one.value - truth) < deviations * (one.high - one.low) / (2 * 1.959964)


def test_known_answers_of_the_believed_toy(runs: ns.Runs) -> None:
    found = ns.sensitivity(runs, "summit", threshold=0.45)
    assert within(found.answer, 0.4418075)
    assert within(found.variance, 0.0385276)
    assert found.chance == pytest.approx(0.2080861, abs=0.01)
    for name in SHARES:
        assert within(found[name].share, SHARES[name])
        assert within(found[name].variance, SHARES[name] * 0.0385276)
        assert within(found[name].worth, WORTHS[name])
    assert within(found.worth, 0.077245)
    assert [one.parameter for one in found] == ["ceasefire_rate", "summit_rate", "memorandum_rate"]


def test_totals_by_pick_freeze(runs: ns.Runs) -> None:
    found = ns.sensitivity(runs, "summit", totals=True)
    for name in TOTALS:
        assert within(found[name].total, TOTALS[name])


def test_gamma_belief() -> None:
    """Memorandum rate believed Gamma(2, rate 4): P(by day 5) has mean .8024691, variances .0426142 and .1158982."""
    rate = ns.Parameter("rate", 0.5, ns.Gamma(shape=2, scale=0.25), unit="1/day")
    deliver = ns.Action(name="deliver", when="not memo", clock=ns.Exponential("rate"), effects=["memo = true"])
    asked = ns.Question(name="early", condition="memo", by="5 days")
    tiny = ns.Scenario("tiny", start="2025-01-01", end=40, parts=[rate, ns.Fact("memo"), deliver, asked])
    found = ns.sensitivity(ns.simulate(tiny, replications=20_000, draws=4_000, seed=8), "early")
    assert within(found.answer, 0.8024691)
    assert within(found.variance, 0.0426142)
    assert found.chance == pytest.approx(0.1158982, abs=0.008)
    assert within(found["rate"].share, 1.0) or found["rate"].share.high == 1.0  # type: ignore[union-attr]


def test_numbers_count_as_answers_too() -> None:
    """Firings within 10 days at a rate believed uniform on (1, 2): mean 15, variance of the mean 100/12."""
    rate = ns.Parameter("rate", 1.5, ns.Uniform(1, 2), unit="1/day")
    shell = ns.Action(name="shell", clock=ns.Exponential("rate"), effects=["shots += 1"])
    asked = ns.Question(name="shots_fired", kind="fired", action="shell", by="10 days")
    tiny = ns.Scenario("tiny", start="2025-01-01", end=20, parts=[rate, ns.Counter("shots"), shell, asked])
    found = ns.sensitivity(ns.simulate(tiny, replications=6_000, draws=2_000, seed=9), "shots_fired")
    assert within(found.answer, 15.0)
    assert within(found.variance, 100 / 12)
    assert within(found["rate"].move, 2.5)
    assert found.chance is None


def test_what_makes_no_difference_is_said_to_make_none(runs: ns.Runs) -> None:
    idle = ns.Parameter("idle", 0.5, ns.Uniform(0, 1))
    twin = ns.Scenario("twin", start="2025-01-01", end=40, parts=[*believed_toy().parts, idle])
    found = ns.sensitivity(ns.simulate(twin, replications=8_000, draws=4_000, seed=5, keep="answers"), "summit")
    assert found["idle"].move.low == 0.0
    assert not found["idle"].stands_out
    assert "no difference" in found["idle"].sentence(found.what)


def test_of_an_answer_that_is_always_the_same_no_shares_are_told() -> None:
    """A variance of nothing has no shares, total ones neither."""
    sure = ns.Scenario("sure", start="2025-01-01", end=40, parts=[
        ns.Parameter("idle", 0.5, ns.Uniform(0, 1)), ns.Fact("signed"),
        ns.Action(name="sign", when="not signed", clock=ns.Fixed(1), effects=["signed = true"]),
        ns.Question(name="treaty", condition="signed", by="30 days"),
    ])  # fmt: skip
    found = ns.sensitivity(ns.simulate(sure, replications=200, draws=50, seed=3), "treaty", totals=True)
    assert found.variance is not None
    assert found.variance.value == 0
    assert (found["idle"].share, found["idle"].total) == (None, None)


def test_the_same_run_gives_the_same_numbers(runs: ns.Runs) -> None:
    one, two = (ns.sensitivity(runs, "summit").as_dict() for _ in range(2))
    assert json.dumps(one, allow_nan=False) == json.dumps(two, allow_nan=False)


def test_one_history_a_row_has_no_share() -> None:
    found = ns.sensitivity(ns.simulate(believed_toy(), replications=4_000, draws=4_000, seed=5), "summit")
    assert found.variance is None
    assert all(one.share is None for one in found)
    assert "draws=2_000" in found.notes[0]


def test_refusals(runs: ns.Runs) -> None:
    with pytest.raises(EstimateError, match="were not drawn"):
        ns.sensitivity(ns.simulate(believed_toy(), replications=100, seed=1), "summit")
    with pytest.raises(EstimateError, match="single histories"):
        ns.sensitivity(ns.simulate(believed_toy(), replications=100, draws=50, seed=1, keep="counts"), "summit")  # type: ignore[arg-type]
    with pytest.raises(EstimateError, match="between 0 and 1"):
        ns.sensitivity(runs, "summit", threshold=45)
    given = ns.Question(name="given_talks", condition="summit_held", given="talks_held", by="30 days")
    asked = ns.simulate(believed_toy(), replications=200, draws=100, seed=1, questions=[given])
    with pytest.raises(EstimateError, match="without given"):
        ns.sensitivity(asked, "given_talks")
    with pytest.raises(EstimateError, match="two histories of each draw"):
        ns.sensitivity(ns.simulate(believed_toy(), replications=100, draws=100, seed=1), "summit", totals=True)


def test_sentences_say_numbers_with_intervals(runs: ns.Runs) -> None:
    found = ns.sensitivity(runs, "summit")
    first = found.influences[0]
    told = first.sentence(found.what)
    assert first.move.printed in told
    assert first.low[1].printed in told
    assert "[" in told
    assert np.isfinite(first.low[0])
    assert not math.isnan(first.high[1].value)
