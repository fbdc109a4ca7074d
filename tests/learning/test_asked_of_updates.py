"""Whatever is asked of runs can be asked of histories that were conditioned on news, or is refused in words."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

import negsim as ns
from negsim.errors import EstimateError
from negsim.program import lower
from negsim.running.again import again

SUMMIT = "summit_by_day_30"
NEWS = [ns.Observation(name="memo", happened="memorandum.delivered", after=2, by=3)]


def updated(draws: int | None = None) -> ns.Updated:
    toy = ns.load("toy")
    parts = [part for part in toy.parts if part.name != "memorandum.rate"]
    law = ns.LogNormal(median=0.3, sigma=0.8)
    rate = ns.Parameter(
        name="memorandum.rate", best=0.3, belief=law, unit="1/day", source="definition", grade="definition"
    )
    return ns.update(replace(toy, parts=(*parts, rate)), NEWS, replications=3_200, draws=draws, seed=1)


@pytest.fixture(scope="module", params=[None, 3_200])
def runs(request: pytest.FixtureRequest) -> ns.Updated:
    return updated(request.param)


def after_talks(days: float) -> float:
    """The summit so many days after talks: two stages of 0.05 and 0.1 a day."""
    return 1 - 2 * math.exp(-0.05 * days) + math.exp(-0.1 * days)


def test_news_to_watch_and_what_they_tell(runs: ns.Updated) -> None:
    found = ns.watch(runs, SUMMIT, dates=["19 days"])
    signal = next(one for one in found.signals if one.name == "ceasefire.agreed")
    chance = 1 - math.exp(-0.05 * 14)  # talks were held on day 5, for sure
    assert signal.chance.low - 0.02 < chance < signal.chance.high + 0.02
    assert "rows of parameters" not in str(found)


def test_reasons_are_refused_in_words(runs: ns.Updated) -> None:
    with pytest.raises(EstimateError, match="conditioned on news keep no log of their events"):
        ns.explain(runs, SUMMIT)
    assert ns.main_reasons(runs) == ()


def test_pictures_tables_and_curves(runs: ns.Updated) -> None:
    assert ns.plots.first_passage(runs, SUMMIT) is not None
    frame = runs.to_dataframe()
    assert frame["weight"].sum() == pytest.approx(runs.replications)
    assert runs.count("agree_ceasefire").value == pytest.approx(1 - math.exp(-0.05 * 35), abs=0.04)
    assert ns.answers(runs)[0].value == 1.0


def test_what_cannot_be_asked_is_refused(runs: ns.Updated) -> None:
    with pytest.raises(EstimateError, match="no pairs"):
        ns.compare(runs, runs, SUMMIT)
    with pytest.raises(EstimateError, match="no range over parameter draws"):
        runs.band(SUMMIT)


def test_parameters_that_carry_an_answer() -> None:
    assert ns.sensitivity(updated(3_200), SUMMIT).n > 0
    with pytest.raises(EstimateError, match="were not drawn"):
        ns.sensitivity(updated(), SUMMIT)


def test_histories_are_told_again_to_the_same_bits(runs: ns.Updated) -> None:
    more = ns.Question(name="more", condition="ceasefire.agreed", by=20)
    own = [entry.question for name, entry in runs.program.probes.asked.items()]
    program = lower(runs.scenario, [*own, more])
    assert runs.retold is not None
    told = runs.retold(program)
    assert np.array_equal(told.first_times(SUMMIT), runs.first_times(SUMMIT))
    equal = again(runs, program, 3_200)
    assert equal.weights is None
    exact = after_talks(25)
    assert abs(equal.probability(SUMMIT).value - exact) < 0.06
