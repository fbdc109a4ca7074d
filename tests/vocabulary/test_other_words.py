"""Claim, Precondition, Ceasefire; and what all words have in common."""

from __future__ import annotations

import math
import pickle

import pytest

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.clocks import Exponential, Fixed, LogNormal, Weibull, chance
from negsim.model.elements import Part
from negsim.model.expressions import any_of, at_least
from negsim.model.questions import Question
from negsim.model.variables import Counter, Fact
from negsim.vocabulary import WORDS, Ceasefire, Claim, Meeting, Postpone, Precondition, Process, Promise

from .helpers import accepts, hits, lognormal, run, scenario

SIDES = ["russia", "ukraine"]
EXAMPLES = {
    Ceasefire: Ceasefire("truce", between=SIDES, duration=LogNormal(mu=1, sigma=1), direct=Exponential(0.1)),
    Claim: Claim("sent", by="ukraine", credibility=0.9, views={"russia": "0.5 if sent.holds else 0.1"}),
    Meeting: Meeting("talks", among=SIDES, on=5.0, waiver=0.4, otherwise=Postpone(Fixed(3), never=0.5),
                     products={"exchange": 0.7}),
    Precondition: Precondition("first", of="ukraine", needs="memo", expires=9.0, waiver=0.2, waived_on=4.0,
                               latched=False),
    Process: Process("rounds", among=SIDES, gap=Exponential(0.1), stalled_gap=Exponential(0.01), stalls=0.2),
    Promise: Promise("memo_promise", by="russia", to="ukraine", delay=Exponential(0.1), age=3, due=9.0,
                     reliability=0.9),
}  # fmt: skip


def memo_comes(day: float) -> tuple[Fact, Action]:
    return Fact("memo"), Action(name="deliver", clock=Fixed(day), effects=["memo = true"], limit=1)


@pytest.mark.parametrize("word", EXAMPLES)
def test_every_word_expands_runs_is_hashable_and_can_be_taken_away(word):
    example = EXAMPLES[word]
    assert isinstance(example, Part)
    assert pickle.loads(pickle.dumps(example)) == example
    assert hash(example) == hash(pickle.loads(pickle.dumps(example)))
    world = scenario(example, *memo_comes(2))
    assert world.expanded.variables or world.expanded.parameters
    run(example, *memo_comes(2), n=20)
    left = world.without(example.name) if world.expanded.owners[example.name] else world
    assert not [name for name in left.expanded.actions if name.startswith(example.name + ".")]


@pytest.mark.parametrize("word", EXAMPLES)
def test_every_word_names_its_table_and_cites_literature(word):
    assert word in WORDS
    assert word.table == word.__name__.lower()
    assert "Examples" in word.__doc__
    assert "Notes" in word.__doc__


@pytest.mark.parametrize("draws", [None, 12_000])
def test_a_claim_and_what_others_hold_of_it_are_drawn_whether_or_not_beliefs_are(draws):
    sent = EXAMPLES[Claim]
    assert sent.holds.best is True
    assert sent.holds.belief == chance(0.9)
    seen = Question(name="seen", condition=sent.seen_by("russia"))
    assert str(seen.condition) == "russia.sees.sent"
    runs = run(sent, seen, n=12_000, draws=draws)
    assert accepts(hits(runs, "seen"), 12_000, 0.9 * 0.5 + 0.1 * 0.1)
    assert not accepts(hits(runs, "seen"), 12_000, 0.5), "as if the claim were true in all histories"


def test_a_claim_has_views_of_named_parties_only():
    with pytest.raises(ScenarioError, match="ukraine has no view"):
        EXAMPLES[Claim].seen_by("ukraine")
    with pytest.raises(ScenarioError, match="credibility must be a probability"):
        Claim("x", by="a", credibility=1.5)


def met_at(demand, *parts):
    return set(run(demand, *parts, n=2).first_times(f"{demand.name}.met"))


def test_preconditions_are_trees():
    memo = memo_comes(2)
    other = (Fact("visit"), Action(name="visit", clock=Fixed(6), effects=["visit = true"], limit=1))
    assert met_at(Precondition("p", of="ukraine", needs=any_of("memo", "visit")), *memo, *other) == {2.0}
    assert met_at(Precondition("p", of="ukraine", needs=at_least(2, "memo", "visit")), *memo, *other) == {6.0}
    assert met_at(Precondition("p", of="ukraine", needs="memo and not visit"), *memo, *other) == {2.0}


def test_what_comes_after_the_expiry_does_not_count():
    assert met_at(Precondition("p", of="ukraine", needs="memo", expires=1.0), *memo_comes(2)) == {math.inf}
    assert met_at(Precondition("p", of="ukraine", needs="memo", expires=2.0), *memo_comes(2)) == {2.0}


def test_a_demand_that_is_not_latched_can_be_lost():
    memo, deliver = memo_comes(2)
    withdraw = Action(name="withdraw", clock=Fixed(5), effects=["memo = false"], limit=1)
    for latched, days in ((True, 38.0), (False, 3.0)):
        demand = Precondition("p", of="ukraine", needs=memo, latched=latched)
        runs = run(demand, memo, deliver, withdraw, Question(name="met", kind="duration", condition=demand.met), n=1)
        assert runs.mean("met").value == pytest.approx(days)


def test_waiver_of_an_unmet_demand():
    demand = Precondition("p", of="ukraine", needs="memo", waiver=0.3, waived_on=1.0)
    runs = run(demand, *memo_comes(20), n=4000)
    assert accepts(hits(runs, "p.met", 10.0), 4000, 0.3)
    with pytest.raises(ScenarioError, match="go together"):
        Precondition("p", of="ukraine", needs="memo", waiver=0.3)


def test_a_ceasefire_collapses_by_its_law():
    truce = Ceasefire(
        "truce", between=SIDES, duration=Weibull(shape=0.5, scale=10), agreed_when="signed", strain=2,
        violations=Exponential(1.0), harm=["anger += 1"],
    )  # fmt: skip
    sign = Action(name="sign", clock=Fixed(1), effects=["signed = true"], limit=1)
    over = Question(name="over", condition="truce.agreed and not truce.holds")

    parts = (
        truce,
        Fact("signed"),
        sign,
        over,
        Counter("anger"),
        Question(name="anger", kind="value", condition="anger"),
    )
    runs = run(*parts, n=4000)
    expected = -math.expm1(-2 * math.sqrt(19 / 10))
    assert accepts(hits(runs, "over", 20.0), 4000, expected)
    assert not accepts(hits(runs, "over", 20.0), 4000, -math.expm1(-2 * 19 / 10)), "an exponential"
    assert runs.mean("anger").value > 1


def test_agreement_by_other_ways_and_a_delayed_beginning():
    truce = Ceasefire(
        "truce",
        between=SIDES,
        duration=LogNormal(mu=1.61, sigma=1.56),
        direct=Exponential(0.05),
        pace=2,
        begins=Fixed(3),
    )
    runs = run(truce, Question(name="begun", condition=truce.holds), n=4000)
    assert accepts(hits(runs, truce.agreed, 10.0), 4000, -math.expm1(-1.0))
    assert accepts(hits(runs, "begun", 10.0), 4000, -math.expm1(-0.7))


def test_a_ceasefire_once_only_or_again_and_again():
    def often(renewable):
        truce = Ceasefire("truce", between=SIDES, duration=Fixedly(1), direct=Fixedly(2), renewable=renewable)
        return run(truce, n=1, end=10.0).count("truce.agree_directly").value

    assert (often(True), often(False)) == (3.0, 1.0)
    assert lognormal(5.0, 1.61, 1.56) == pytest.approx(0.4999, abs=1e-3), "the median of limited truces is five days"


def Fixedly(days: float) -> LogNormal:  # reads as a law
    """A law so narrow that it is all but fixed."""
    return LogNormal(median=days, sigma=1e-6)


def test_scope_is_one_of_two():
    with pytest.raises(ScenarioError, match="general, limited"):
        Ceasefire("truce", between=SIDES, duration=LogNormal(mu=1, sigma=1), scope="total")
