"""Rare probabilities that are known: stages in series and side by side, and models that must fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rare.stages import DEADLINES, in_time, side_by_side, stages, three_in_time

import negsim as ns
from negsim.running import rare as door
from negsim.running.forcing import islands
from negsim.running.forcing.outlook import Outlook

WORST = {5.0: 0.15, 8.0: 0.15, 12.0: 0.08, 30.0: 0.08}
"""Relative errors that a thousand histories may have, at most."""


def score(found: ns.RareEstimate, wanted: float) -> float:
    """How many standard errors the estimate is off."""
    return abs(found.value - wanted) / (found.value * found.relative_error)


@pytest.mark.parametrize("day", DEADLINES)
def test_three_stages_in_series(day: float) -> None:
    wanted = three_in_time(day)
    assert wanted == pytest.approx(DEADLINES[day], rel=2e-6)
    found = ns.rare(stages(), "done2", by=day, seed=1)
    assert found.replications == 1_000
    assert found.relative_error <= WORST[day]
    assert score(found, wanted) < 6


def test_six_independent_parts() -> None:
    wanted = in_time(5.0) ** 6
    assert wanted == pytest.approx(9.43931e-7, rel=2e-6)
    found = ns.rare(side_by_side(), " and ".join(f"done{i}" for i in range(6)), by=5.0, seed=2)
    assert found.value == pytest.approx(wanted, rel=0.1)
    assert score(found, wanted) < 6


def test_plain_histories_agree_where_both_see() -> None:
    forced = ns.rare(stages(), "done2", by=30, seed=3)
    plain = ns.simulate(
        stages(), questions=[ns.Question(name="q", condition="done2", by=30)], replications=20_000, seed=4
    )
    share = plain.probability("q").value
    error = np.hypot(np.sqrt(share * (1 - share) / 20_000), forced.value * forced.relative_error)
    assert abs(share - forced.value) < 6 * error


def test_without_a_hit_there_is_a_bound() -> None:
    found = ns.rare(stages(), "done2", by=5.0, seed=1, method="plain")
    assert (found.value, found.hits) == (0.0, 0)
    assert found.high == pytest.approx(1 - 0.05 ** (1 / 1000))
    assert found.printed == "< 0.30 %"


# ---- wrong models ----


def test_forgotten_weights_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(islands, "settle", lambda pending, now, leant: np.zeros(len(now.instants)))
    assert ns.rare(stages(), "done2", by=12.0, seed=1).value > 0.5


def counted_levels(cone: Any, laws: Any, now: Any, chosen: Any, *rest: Any) -> Outlook:
    """An outlook that counts what has come and does not ask whether the rest still fits into the time left."""
    done = now.kept.state[:, :3].sum(axis=1)
    return Outlook(0.05 ** (3.0 - done), [])


def test_level_counting_is_not_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(islands, "look", counted_levels)
    found = [ns.rare(stages(), "done2", by=5.0, seed=seed, method="splitting") for seed in range(4)]
    assert all(one.relative_error > 0.5 for one in found)


# ---- what no answer may hang on ----


def test_no_answer_hangs_on_blocks_or_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ns.rare(stages(), "done2", by=8.0, seed=5, replications=500, repetitions=10, workers=1)
    for size, workers in ((50, 1), (150, 2)):
        monkeypatch.setattr(door, "AT_ONCE", size)
        assert ns.rare(stages(), "done2", by=8.0, seed=5, replications=500, repetitions=10, workers=workers) == whole


def test_parameters_are_drawn_and_each_repetition_has_its_own() -> None:
    rate = ns.Parameter("rate", belief=ns.Gamma(2, rate=400))
    act = ns.Action(name="act", when="not a", clock=ns.Exponential("rate"), effects=["a = true"])
    believed = ns.Scenario("believed", start="2025-01-01T00:00", end=9, parts=[rate, ns.Fact("a"), act])
    found = ns.rare(believed, "a", by=1.0, seed=1, draws=1_000)
    # of a Gamma(k, b) the mean of exp(-rate * t) is (b / (b + t)) ** k
    assert score(found, 1 - (400 / 401) ** 2) < 6
    with pytest.raises(ns.errors.ArgumentError, match="at least 25"):
        ns.rare(believed, "a", by=1.0, seed=1, draws=10)


def test_the_exact_engine_answers_where_it_can() -> None:
    found = ns.rare(ns.load("toy"), "summit.held", by=7)
    assert found.exact
    assert found.value == ns.solve(ns.load("toy")).probability("summit.held", by=7).value
    assert "exact" in str(found)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (ns.Question(name="q", kind="duration", condition="done1"), "has no probability"),
        (ns.Question(name="q", condition="done1", given="done0"), "divide"),
    ],
)
def test_questions_without_such_an_answer_are_refused(asked: ns.Question, said: str) -> None:
    with pytest.raises(ns.errors.ArgumentError, match=said):
        ns.rare(stages(), asked)


def test_a_name_that_nobody_asked_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(ns.errors.NotRecorded, match="summit_by_day_30"):
        ns.rare(ns.load("toy"), "summit", by=3)


@pytest.mark.slow
def test_intervals_cover_as_often_as_they_say() -> None:
    wanted = three_in_time(5.0)
    inside = 0
    for seed in range(2_000):
        low, high = ns.rare(stages(), "done2", by=5.0, seed=seed, method="forcing").interval()
        inside += low <= wanted <= high
    assert 0.93 <= inside / 2_000 <= 0.97


def test_both_engines_tell_the_same() -> None:
    one, two = (
        ns.rare(stages(), "done2", by=8.0, seed=1, replications=60, repetitions=5, engine=engine)
        for engine in ("compiled", "reference")
    )
    assert one == two
