"""Meeting and Process: held on the date or not, waiver, postponement, products, leaders, rounds."""

from __future__ import annotations

import math

import numpy as np
import pytest

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.clocks import Exponential, Fixed, LogNormal, chance
from negsim.model.evidence import Party
from negsim.model.expressions import evaluate
from negsim.model.questions import Question
from negsim.model.variables import Fact
from negsim.running.simulation import simulate
from negsim.vocabulary import Meeting, Postpone, Process
from negsim.vocabulary.common import odds

from .helpers import accepts, hits, lognormal, run, scenario

DATE = "2025-06-06T13:00"
RUSSIA, UKRAINE = Party("russia"), Party("ukraine")
MEMO = Fact("memo", chance(0.25))


def talks(**rest):
    return Meeting("talks", **{"among": [RUSSIA, UKRAINE], "on": DATE, "requires": {UKRAINE: MEMO}, **rest})


def test_held_on_its_date_if_in_order_else_by_waiver():
    runs = run(talks(on_date=0.6, waiver=0.4), MEMO, n=4000)
    assert accepts(hits(runs, Fact("talks.held")), 4000, 0.25 * 0.6 + 0.75 * 0.4)
    assert not accepts(hits(runs, "talks.held"), 4000, 0.6 * (0.25 + 0.75 * 0.4)), "waiver and date are not multiplied"
    assert set(runs.first_times("talks.held")) == {5 + 13 / 24, np.inf}


def test_without_a_waiver_what_is_unmet_prevents_it():
    waived = Question(name="waived", condition="talks.waived")
    world = (talks(on_date=0.6, waiver=0.4), MEMO, waived)
    assert accepts(hits(run(*world, n=4000), "waived"), 4000, 0.75 * 0.4)
    runs = simulate(scenario(*world).do("talks.waived", never=True), replications=4000, seed=4, engine="reference")
    assert accepts(hits(runs, "talks.held"), 4000, 0.25 * 0.6)


def test_postponed_or_never():
    otherwise = Postpone(LogNormal(mu=2.0, sigma=1.75), never=0.45)
    runs = run(talks(requires={}, on_date=0.5, otherwise=otherwise), n=4000)
    late = 40 - (5 + 13 / 24)
    assert accepts(hits(runs, "talks.held"), 4000, 0.5 + 0.5 * 0.55 * lognormal(late, 2.0, 1.75))


def test_products_come_by_themselves_and_together():
    both = Question(name="both", condition="talks.exchange and talks.truce")
    either = Question(name="either", condition="talks.exchange or talks.truce")
    runs = run(talks(requires={}, products={"exchange": 0.7, "truce": 0.3}), both, either, n=4000)
    assert accepts(hits(runs, "both"), 4000, 0.21)
    assert accepts(hits(runs, "either"), 4000, 1 - 0.3 * 0.7)


def test_what_is_met_at_the_very_instant_counts():
    late = Action(name="deliver", clock=Fixed(5 + 13 / 24), effects=["memo = true"])
    assert hits(run(talks(), Fact("memo"), late, n=3), "talks.held") == 3


def test_leaders_meet_when_all_consent_and_lose_consent_after_a_failed_date():
    summit = Meeting(
        "summit",
        among=[RUSSIA, UKRAINE],
        leaders=True,
        lead=Fixed(1),
        on_date=0.5,
        requires={RUSSIA: "ground"},
        consent={RUSSIA: Exponential(0.1)},
        willing={RUSSIA: 2},
    )
    ground = Action(name="prepare", clock=Fixed(4), effects=["ground = true"])
    runs = run(summit, Fact("ground"), ground, n=4000)
    by = 11.0
    assert accepts(hits(runs, summit.held, by), 4000, _two_chances(0.2, by - 4))
    assert not accepts(hits(runs, summit.held, by), 4000, -math.expm1(-0.2 * (by - 5))), "every date held"


def _two_chances(rate: float, span: float) -> float:
    """P(a consent whose date, a day later, is held, comes within the span), dates held with probability one half."""
    total, scale = 0.0, 1.0
    for k in range(1, 12):
        left = rate * (span - k)  # k consents, each with a day of waiting
        if left <= 0:
            break
        scale *= 0.5
        total += scale * (1 - sum(math.exp(-left) * left**j / math.factorial(j) for j in range(k)))
    return total


def test_a_lost_precondition_withdraws_consent():
    summit = Meeting("summit", among=[RUSSIA, UKRAINE], leaders=True, lead=Fixed(6), requires={RUSSIA: "ground"})
    moves = [
        Action(name="prepare", clock=Fixed(4), effects=["ground = true"], limit=1),
        Action(name="spoil", clock=Fixed(8), effects=["ground = false"], limit=1),
    ]
    assert hits(run(summit, Fact("ground"), *moves, n=2), summit.held) == 0
    assert hits(run(summit, Fact("ground"), moves[0], n=2), summit.held) == 2


def test_rounds_follow_their_gaps():
    rounds = Process(
        "rounds", among=[RUSSIA, UKRAINE], gap=LogNormal(mu=2, sigma=1), stalled_gap=LogNormal(mu=4, sigma=1),
        held_before=1, opening="talks", stalls=0.3,
    )  # fmt: skip
    third = Question(name="third", condition=rounds.number >= 3)
    runs = run(talks(requires={}), rounds, third, n=4000)
    after = 20 - (5 + 13 / 24)
    expected = 0.7 * lognormal(after, 2, 1) + 0.3 * lognormal(after, 4, 1)
    assert accepts(hits(runs, "third", 20.0), 4000, expected)
    assert not accepts(hits(runs, "third", 20.0), 4000, lognormal(after, 2, 1))


def test_a_meeting_called_off_stalls_the_process_and_revival_ends_the_stall():
    world = (
        talks(requires={}, on_date=0),
        Process("rounds", among=[RUSSIA, UKRAINE], gap=Fixed_gap(2), stalled_gap=Fixed_gap(10), opening="talks",
                products={"exchange": 1}, revived_by="visit"),
        Fact("visit"),
    )  # fmt: skip
    quiet = run(*world, Question(name="first", condition="rounds.exchange"), n=2, end=15.0)
    assert hits(quiet, "first") == 0
    visit = Action(name="visit", clock=Fixed(6), effects=["visit = true"])
    lively = run(*world, visit, Question(name="first", condition="rounds.exchange"), n=2, end=15.0)
    assert hits(lively, "first") == 2


def Fixed_gap(days: float) -> LogNormal:  # reads as a law
    """A law so narrow that it is all but fixed."""
    return LogNormal(median=days, sigma=1e-6)


def test_odds_stay_within_bounds_and_one_changes_nothing():
    assert evaluate(odds(0.4, 1), {}) == pytest.approx(0.4)
    assert evaluate(odds(0.4, 1e9), {}) < 1
    assert evaluate(odds(0.5, 3), {}) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"among": [RUSSIA]}, "two parties or more"),
        ({"on": None}, "either on=instant or lead="),
        ({"lead": Fixed(1)}, "either on=instant or lead="),
        ({"requires": {"france": "memo"}}, "names france, which does not take part"),
        ({"consent": {RUSSIA: Exponential(1)}}, "belong to leaders=True"),
        ({"products": {"held": 0.5}}, "used by the word itself"),
        ({"products": {f"p{k}": 0.5 for k in range(6)}}, "too many"),
    ],
)
def test_contradictions_are_refused(wrong, message):
    with pytest.raises(ScenarioError, match=message):
        talks(**wrong)
