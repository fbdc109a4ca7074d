"""What to watch: known answers of the toy, confounding, and histories that are the same when they are told again."""

from __future__ import annotations

import contextlib
import json
import math

import numpy as np
import pytest
from believed_scenario import believed_toy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import scenarios

import negsim as ns
from negsim.errors import EstimateError
from negsim.estimates.news import bits_of, moves_of, shapley
from negsim.program import lower
from negsim.running.again import again
from negsim.what_if.items import news_of

N = 60_000


@pytest.fixture(scope="module")
def runs() -> ns.Runs:
    return ns.simulate(ns.load("toy"), replications=N, seed=4, keep="answers")


def within(one: ns.Estimate, truth: float) -> bool:
    """Six standard errors, from the 95 % interval."""
    return abs(one.value - truth) < 6 * (one.high - one.low) / (2 * 1.959964)


@pytest.mark.parametrize(
    ("name", "by", "yes", "no"),
    [("talks.held", "5 days", 0.5090754, None), ("ceasefire.agreed", "15 days", 0.8600188, 0.2735713)],
)
def test_summit_given_news(runs: ns.Runs, name: str, by: str, yes: float, no: float | None) -> None:
    found = ns.watch(runs, "summit_by_day_30", dates=[by], histories=N)[name]
    assert within(found.given_yes, yes)
    if no is not None:
        assert within(found.given_no, no)
        # P(yes) follows from .4688283 = q .8600188 + (1 - q) .2735713, and the move from both.
        chance = (0.4688283 - no) / (yes - no)
        assert within(found.chance, chance)
        assert within(found.move, 2 * chance * (1 - chance) * (yes - no))
        assert within(found.bits, information(chance, yes, no))
    assert not within(found.given_yes, 0.4688283)  # the wrong model: news tells nothing


def information(q: float, yes: float, no: float) -> float:
    """Bits: the entropy of the answer less what is left of it given the news."""

    def entropy(p: float) -> float:
        return -p * math.log2(p) - (1 - p) * math.log2(1 - p)

    return entropy(q * yes + (1 - q) * no) - q * entropy(yes) - (1 - q) * entropy(no)


def test_the_answer_itself_is_no_news(runs: ns.Runs) -> None:
    found = ns.watch(runs, "summit_by_day_30")
    assert not {"summit.held", "hold_summit"} & {one.name for one in found}
    assert {one.name for one in found} >= {"talks.held", "ceasefire.agreed"}


def test_news_is_seen_and_not_made() -> None:
    """Z is a coin; C is done at .8 if Z, .1 if not; given C, S follows at .6 if Z, .05 if not: .5388889, made .325."""
    parts = [
        ns.Fact("z", ns.chance(0.5)),
        *(ns.Fact(name) for name in ("c", "s", "tried")),
        ns.Action(
            name="party_decides",
            when="not tried",
            clock=ns.Fixed("1 day"),
            effects=["tried = true"],
            outcomes=[
                ns.Outcome(name="done", weight="0.8 if z else 0.1", effects=["c = true"]),
                ns.Outcome(name="left", weight="0.2 if z else 0.9"),
            ],
        ),
        ns.Action(
            name="follow",
            when="c",
            clock=ns.Fixed("1 day"),
            limit=1,
            outcomes=[
                ns.Outcome(name="yes", weight="0.6 if z else 0.05", effects=["s = true"]),
                ns.Outcome(name="no", weight="0.4 if z else 0.95"),
            ],
        ),
        ns.Question(name="follows", condition="s", by="5 days"),
    ]
    world = ns.Scenario("confounded", start="2025-01-01", end=6, parts=parts)
    seen = ns.watch(ns.simulate(world, replications=N, seed=6), "follows", dates=["36 hours"], histories=N)["c"]
    assert within(seen.given_yes, 0.5388889)
    assert not within(seen.given_yes, 0.325)
    made = ns.simulate(world.do("c", on="2025-01-02"), replications=N, seed=6).probability("follows")
    assert within(made.estimate(), 0.325)


def test_two_items_in_log_odds(runs: ns.Runs) -> None:
    news = [ns.News("talks.held", "5 days"), ns.News("ceasefire.agreed", "15 days", came=False)]
    found = ns.attribute(runs, "summit_by_day_30", news)
    steps = [one for _, _, one in found]
    assert within(steps[0], 0.092653)
    assert within(steps[1], -0.920231)
    # Coming first, the talks would be worth .1611: the wrong model, one order in place of all.
    assert not within(steps[0], 0.161157)
    logit = [math.log(one.value / (1 - one.value)) for one in (found.before, found.after)]
    assert sum(one.value for one in steps) == pytest.approx(logit[1] - logit[0])
    assert "spoke against it" in str(found)
    json.dumps(found.as_dict(), allow_nan=False)


@given(st.lists(st.floats(-3, 3), min_size=8, max_size=8))
@settings(max_examples=50, deadline=None)
def test_shares_of_news_add_up(values: list[float]) -> None:
    worth = {frozenset(k for k in range(3) if number >> k & 1): value for number, value in enumerate(values)}
    assert sum(shapley(worth, 3)) == pytest.approx(worth[frozenset({0, 1, 2})] - worth[frozenset()])


@given(st.integers(0, 2**32 - 1), st.floats(0.05, 0.95), st.floats(0.05, 0.95))
@settings(max_examples=30, deadline=None)
def test_news_never_changes_the_mean(seed: int, q: float, p: float) -> None:
    """What is expected after the news is what was expected before it."""
    rng = np.random.default_rng(seed)
    news, yes = rng.random(400) < q, rng.random(400) < p
    found = moves_of(news[:, None], yes)
    if 0 < news.sum() < 400:
        mean = found.chance[0] * found.given_yes[0] + (1 - found.chance[0]) * found.given_no[0]
        assert mean == pytest.approx(yes.mean())
        move = found.chance[0] * abs(found.given_yes[0] - yes.mean()) + (1 - found.chance[0]) * abs(
            found.given_no[0] - yes.mean()
        )
        assert found.move[0] == pytest.approx(move)
    assert 0 <= bits_of(news, yes)[0] <= 1


def test_errors_are_taken_over_rows() -> None:
    """Histories of a row that are copies of each other know no more than one of them."""
    rng = np.random.default_rng(3)
    news, yes = rng.random((100, 1)) < 0.5, rng.random(100) < 0.5
    once = moves_of(news, yes).error[0]
    copied = moves_of(np.repeat(news, 9, axis=0), np.repeat(yes, 9), np.repeat(np.arange(100), 9)).error[0]
    assert copied == pytest.approx(once)
    assert moves_of(np.repeat(news, 9, axis=0), np.repeat(yes, 9)).error[0] < copied / 2.5


@pytest.mark.parametrize("name", ["toy", "istanbul-2025"])
@pytest.mark.parametrize("draws", [None, 20])
def test_histories_told_again_are_the_same(name: str, draws: int | None) -> None:
    """The witnesses of firings change no bit of what was recorded before."""
    described = ns.load(name)
    plain = ns.simulate(described, replications=60, seed=7, draws=draws, keep="answers")
    told = news_of(plain, 60)
    np.testing.assert_array_equal(plain.block.events, told.runs.block.events)
    for question in plain.program.probes.asked.values():
        if question.question.kind == "reached":
            np.testing.assert_array_equal(
                plain.first_times(question.question), told.runs.first_times(question.question)
            )
    repeated = again(plain, lower(described))
    np.testing.assert_array_equal(plain.block.first, repeated.block.first)


def test_first_firings_are_those_of_the_full_log() -> None:
    described = ns.load("istanbul-2025")
    plain = ns.simulate(described, replications=8, seed=9, trace=8)
    told = news_of(plain, 8)
    for place, item in enumerate(told.items):
        if item.kind != "act":
            continue
        action, _, outcome = item.name.partition(": ")
        for number, history in enumerate(plain.traces):
            first = next((e.at for e in history.events if e.action == action and e.outcome == outcome), math.inf)
            assert told.times[number, place] == first


def test_parameters_and_news_stand_in_one_list_with_ties() -> None:
    runs = ns.simulate(believed_toy(), replications=8_000, draws=4_000, seed=2, keep="answers")
    found = ns.watch(runs, "summit")
    moves = [one.move.value for one in found.ranked]
    assert moves == sorted(moves, reverse=True)
    assert {type(one).__name__ for one in found.ranked} == {"Signal", "Influence"}
    assert not found.ranked[0].tied
    json.dumps(found.as_dict(), allow_nan=False)
    assert "Watch by" in str(found)


def test_conditions_of_ones_own(runs: ns.Runs) -> None:
    found = ns.watch(runs, "summit_by_day_30", dates=["15 days"], conditions=["talks.held and ceasefire.agreed"])
    assert found["talks.held and ceasefire.agreed"].given_yes.value > 0.8


def test_refusals(runs: ns.Runs) -> None:
    with pytest.raises(EstimateError, match="30 are needed"):
        ns.attribute(
            ns.simulate(ns.load("toy"), replications=40, seed=1),
            "summit_by_day_30",
            [ns.News("ceasefire.agreed", "6 days")],
        )
    with pytest.raises(EstimateError, match="same in all"):
        ns.attribute(runs, "summit_by_day_30", [ns.News("summit.held", "20 days")])
    with pytest.raises(EstimateError, match="1 to 8"):
        ns.attribute(runs, "summit_by_day_30", [])
    with pytest.raises(EstimateError, match="single histories"):
        ns.watch(ns.simulate(ns.load("toy"), replications=100, seed=1, keep="counts"), "summit_by_day_30")  # type: ignore[arg-type]


@given(scenarios(), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_watching_any_scenario_changes_none_of_its_histories(described: ns.Scenario, seed: int) -> None:
    """Whatever the scenario: told again with witnesses, first times and numbers of events have the same bits."""
    plain = ns.simulate(described, replications=12, seed=seed, on_error="count", max_events=2_000)
    told = news_of(plain, 12).runs
    np.testing.assert_array_equal(plain.block.events, told.block.events)
    np.testing.assert_array_equal(plain.block.failed, told.block.failed)
    for name, entry in plain.program.probes.asked.items():
        other = told.program.probes.asked[name]
        for table in ("first", "edges", "at", "held", "fired"):
            if entry.question.row.record == table:
                before, after = (
                    getattr(plain.block, table)[:, entry.column],
                    getattr(told.block, table)[:, other.column],
                )
                np.testing.assert_array_equal(before, after)


@given(scenarios(), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_question_is_told_or_refused_in_words(described: ns.Scenario, seed: int) -> None:
    runs = ns.simulate(described, replications=80, seed=seed, draws=40, on_error="count", max_events=2_000)
    for name in runs.program.probes.asked:
        for ask in (ns.watch, ns.sensitivity):
            with contextlib.suppress(EstimateError):  # anything else, and what JSON cannot say, fails
                found = ask(runs, name)
                assert json.dumps(found.as_dict(), allow_nan=False)
                assert str(found)


@pytest.mark.parametrize("date", ["2024-12-31", "2025-01-31T00:01", "2026-05-01"])
def test_dates_at_which_nothing_can_be_news_are_refused_with_those_that_can(date: str) -> None:
    runs = ns.simulate(ns.load("toy"), replications=200, seed=1)
    with pytest.raises(
        ns.errors.EstimateError, match=r"is no date of news: give one from .*2025-01-01.* to .*2025-01-31"
    ):
        ns.watch(runs, "summit_by_day_30", dates=[date])
