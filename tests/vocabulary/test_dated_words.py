"""Acts that are put off, ultimata made anew, terms that end, votes on a date, ages, and voices within a party."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.errors import ScenarioError, UnknownName
from negsim.files import dumps, loads

from .helpers import accepts, scenario
from .test_decision import choice

N = 20_000
NOON = "2025-06-02T12:00"


def share(s: ns.Scenario, condition: Any, by: Any = None, n: int = N) -> int:
    asked = ns.Question(name="asked", condition=condition, kind="reached", by=by)
    return int(ns.simulate(s, replications=n, seed=20250528, questions=[asked]).answers("asked")[0].sum())


# A dated act -------------------------------------------------------------------------------------------------------


def act(**rest: Any) -> ns.DatedAct:
    later = ns.Postpone(ns.Fixed("7 days"), never=0.25, most=2)
    fields: dict[str, Any] = {"by": "north", "on": NOON, "requires": {"north": "text"}, "otherwise": later}
    return ns.DatedAct("vote", **{**fields, **rest})


def test_an_act_put_off_is_decided_anew_on_each_of_its_dates() -> None:
    """.4 + .6 * .75 * .4 + (.6 * .75)^2 * .4: two dates on which it is put off and not dropped, then the last."""
    decision = choice(on=None, at="vote.due and not vote.requires.north", reasons={})
    s = scenario(act(waiver="attends.go"), decision, ns.Fact("text"))
    p = 0.4 * (1 + 0.45 + 0.45**2)
    hits = share(s, "vote.done")
    assert accepts(hits, N, p)
    assert not accepts(hits, N, 0.4)
    assert share(s.decide("attends", "go"), "vote.done", n=200) == 200
    assert share(s.harden("vote.requires.north"), "vote.done", n=200) == 0
    assert accepts(share(scenario(act(waiver=0.4), ns.Fact("text")), "vote.done"), N, p)
    assert loads(dumps(s)) == s


def test_an_act_in_order_is_done_on_its_date_with_what_it_changes() -> None:
    s = scenario(act(requires={}, on_date=0.7, otherwise=None, effects=["text = true"]), ns.Fact("text"))
    runs = ns.simulate(s, replications=N, seed=1)
    assert accepts(int(runs.answers("vote.done")[0].sum()), N, 0.7)
    first = runs.first_times("vote.done")
    assert set(first[np.isfinite(first)]) == {1.5}
    done = np.isfinite(first)
    assert np.array_equal(done, runs.firings("vote.review", "done") == 1)
    assert share(s, "text") == int(ns.simulate(s, replications=N, seed=20250528).answers("vote.done")[0].sum())


def test_an_act_is_of_one_party_alone() -> None:
    with pytest.raises(ScenarioError, match="south has no part in it; it is an act of north alone"):
        act(requires={"south": "text"})


# An ultimatum made anew --------------------------------------------------------------------------------------------


def ultimatum(**rest: Any) -> ns.Scenario:
    fields: dict[str, Any] = {"by": "north", "to": "south", "on": NOON, "met": "text", "resolve": 0.3}
    text = ns.Action(name="give", when="not text", clock=ns.On("2025-07-09T12:00"), effects=["text = true"])
    return scenario(ns.Ultimatum("u", **{**fields, **rest}), ns.Fact("text"), text)


def test_an_ultimatum_is_made_anew_after_a_cooling_off_with_a_date_of_its_own() -> None:
    """Let pass with .7 each time: after a cooling-off of 5 days it has 10 days, and at most two times anew."""
    s = ultimatum(rearms=ns.Fixed("5 days"), allows="10 days", most=2)
    assert accepts(share(s, "u.carried_out", by=10), N, 0.3)
    assert accepts(share(s, "u.carried_out", by=1.5 + 15), N, 1 - 0.7**2)
    assert accepts(share(s, "u.carried_out"), N, 1 - 0.7**3)
    assert not accepts(share(ultimatum(), "u.carried_out"), N, 1 - 0.7**3)
    assert share(s, "u.times > 2", n=500) == 0
    assert loads(dumps(s)) == s


def test_a_demand_met_meanwhile_ends_it() -> None:
    """The text comes on day 38.5: one made anew later is met at once."""
    s = ultimatum(rearms=ns.Fixed("36 days"), allows="1 day", resolve=0)
    assert share(s, "u.complied", n=300) == 300
    assert share(s, "u.complied", by=38, n=300) == 0


# An agreement that lapses ------------------------------------------------------------------------------------------

RUNG = ns.Rung(name="signed", takes=ns.Exponential(1))


def deal(**rest: Any) -> ns.Agreement:
    return ns.Agreement("deal", between=["north", "south"], rungs=[RUNG], done=1, **rest)


def test_an_agreement_lapses_at_the_end_of_a_term_unless_it_is_renewed() -> None:
    s = scenario(deal(lasts=ns.Fixed("10 days"), renews=0.4, lapse=["over = true"]), ns.Fact("over"))
    for terms, by in ((1, 10), (2, 20), (3, 30)):
        assert accepts(share(s, "deal.lapsed", by=by), N, 1 - 0.4**terms)
    assert share(s, "over") == share(s, "deal.lapsed") == share(s, "not deal.in_force")
    assert loads(dumps(s)) == s


def test_its_end_is_an_occasion_to_decide() -> None:
    s = scenario(deal(lasts=ns.Fixed("10 days"), renews="attends.go"), choice(on=None, at="deal.runs_out", reasons={}))
    assert accepts(share(s, "deal.lapsed", by=20), N, 1 - 0.4**2)
    assert share(s.decide("attends", "go"), "deal.lapsed", n=200) == 0
    assert share(s.decide("attends", "stay"), "deal.lapsed", by=10, n=200) == 200


def test_what_belongs_to_a_term_needs_one() -> None:
    with pytest.raises(ScenarioError, match="renews and lapse belong to a term"):
        deal(renews=0.4)


# A vote on a date --------------------------------------------------------------------------------------------------


def ratification(**rest: Any) -> ns.Scenario:
    vote = ns.Ratification("vote", of="north", on="2025-06-10T12:00", passes=0.6, when="signed", **rest)
    sign = ns.Action(name="sign", when="not signed", clock=ns.On("2025-06-15T12:00"), effects=["signed = true"])
    return scenario(vote, ns.Fact("signed"), sign)


def test_a_vote_is_held_on_its_date_if_what_it_is_on_is_there() -> None:
    s = ratification().nudge("signed", on="2025-06-09T12:00")
    runs = ns.simulate(s, replications=N, seed=1)
    assert accepts(int(runs.answers("vote.ratified")[0].sum()), N, 0.6)
    first = runs.first_times("vote.ratified")
    assert set(first[np.isfinite(first)]) == {9.5}
    assert share(ratification(), "vote.ratified", n=300) == 0
    assert share(ratification(), "vote.failed", n=300) == 300


def test_a_vote_without_it_is_put_off_and_held_later() -> None:
    """Signed on day 14.5: with three days to the next vote it passes on day 17.5, with .6."""
    s = ratification(again=ns.Fixed("3 days"))
    runs = ns.simulate(s, replications=N, seed=1)
    assert accepts(int(runs.answers("vote.ratified")[0].sum()), N, 0.6)
    first = runs.first_times("vote.ratified")
    assert set(first[np.isfinite(first)]) == {17.5}
    assert set(runs.firings("vote.vote", "not_held")) == {1}
    twice = ratification(again=ns.Fixed("3 days"), attempts=2)
    assert accepts(share(twice, "vote.ratified"), N, 1 - 0.4**2)


def test_a_vote_has_a_law_or_a_date() -> None:
    with pytest.raises(ScenarioError, match="give either takes=law of the days to the vote or on=its date"):
        ns.Ratification("vote", of="north", passes=0.5)


# Ages --------------------------------------------------------------------------------------------------------------


def aged(**rest: Any) -> ns.Scenario:
    """It holds from day 2 to day 7.5 and from day 10 on."""
    on = ns.Action(name="on", clock=ns.On(2.0, 10.0), effects=["holds = true"])
    off = ns.Action(name="off", clock=ns.On(7.5), effects=["holds = false"])
    return scenario(ns.Age("age", of="holds", **rest), ns.Fact("holds"), on, off)


@pytest.mark.parametrize(
    ("said", "by", "days"),
    [
        ({}, 7, 5.0),
        ({}, 8, 0.0),
        ({}, 13.2, 3.0),
        ({"step": "2 days"}, 7, 4.0),
        ({"keeps": True}, 9, 5.0),
        ({"keeps": True}, 10.4, 5.0),
        ({"keeps": True}, 10.5, 6.0),  # half a day of a step was left over
        ({"most": 2}, 7, 2.0),
        ({"already": "100 days", "keeps": True}, 4, 102.0),
        ({"already": "100 days"}, 1, 0.0),  # it did not hold at the start
    ],
)
def test_an_age_is_the_time_in_whole_steps(said: dict[str, Any], by: float, days: float) -> None:
    asked = ns.Question(name="q", kind="value", condition="age.days", by=by)
    for engine in ("reference", "compiled"):
        runs = ns.simulate(aged(**said), replications=3, seed=1, questions=[asked], engine=engine)
        assert runs.mean("q").value == days


def test_ages_of_nothing_are_refused() -> None:
    with pytest.raises(ScenarioError, match="step must be a positive duration"):
        ns.Age("age", of="holds", step=0)


# Voices ------------------------------------------------------------------------------------------------------------


def household() -> ns.Scenario:
    parties = [
        ns.Party("north", title="the North"),
        ns.Party("minister", title="the minister", within="north"),
        ns.Party("faction", title="the faction", within="minister"),
        ns.Party("south"),
    ]
    acts = [
        ns.Action(name=f"{who}.speak", by=who, clock=ns.On(2.0), effects=["count += 1"])
        for who in ("north", "minister", "faction", "south")
    ]
    return scenario(*parties, *acts, ns.Counter("count"), choice(by="minister"), ns.Level("blame", 2))


def test_voices_are_away_with_their_party_and_have_pages() -> None:
    s = household()
    assert s.without("minister").expanded.actions.keys() == {"north.speak", "south.speak"}
    assert s.without("north").expanded.actions.keys() == {"south.speak"}
    text = ns.party(s, "north").text()
    assert "Its voices, each with a page of its own\n  the minister\n  the faction\n" in text
    assert ns.party(s, "minister").text().startswith("the minister, a voice within the North, in: ")
    assert loads(dumps(s)) == s


def test_voices_of_nobody_and_of_each_other_are_refused() -> None:
    with pytest.raises(UnknownName, match=r"party.a.within: no party is named 'nord'; did you mean 'north'"):
        scenario(ns.Party("north"), ns.Party("a", within="nord"))
    with pytest.raises(UnknownName, match="would be voices of each other"):
        scenario(ns.Party("a", within="b"), ns.Party("b", within="a"))
