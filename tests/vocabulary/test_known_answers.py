"""Known answers of the wider vocabulary, each from a formula, each with a wrong model beside it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom

import negsim as ns
from negsim.errors import ScenarioError
from tests.vocabulary.helpers import accepts, run, scenario

N = 4_000


def hits(runs: ns.Runs, question: Any, by: Any = None) -> int:
    yes, counted = runs.answers(question, by)
    return int((yes & counted).sum())


def assert_share(runs: ns.Runs, question: Any, p: float, wrong: float, by: Any = None) -> None:
    """The share lies in the exact region of p, and outside that of a wrong model."""
    found = hits(runs, question, by)
    assert accepts(found, runs.replications, p), (found / runs.replications, p)
    assert not accepts(found, runs.replications, wrong), f"a wrong model of {wrong} passes too"


# ---- readiness and ripeness


def test_readiness_is_a_product_not_a_sum() -> None:
    word = ns.Readiness("r", of="north", cost=0.3, risk=0.1, pressure=0.2, trust=0.5, counterpart=0.8, centre=0.12)
    values: dict[str, float | bool] = {}
    from negsim.model.expressions import evaluate

    assert evaluate(word.level, values) == pytest.approx(0.6 * 0.4)
    assert evaluate(word.pace, values) == pytest.approx(2.0)
    hopeless = replace(word, trust=0)
    assert evaluate(hopeless.level, values) == 0.0, "motivation alone is not enough"
    eager = replace(word, cost=9)
    assert evaluate(eager.motivation, values) == 1.0


def test_readiness_follows_the_state() -> None:
    trust = ns.Level("trust", 0, low=0, high=1)
    up = ns.Action(name="up", clock=ns.Fixed(5), effects=[trust.set(1)], limit=1)
    down = ns.Action(name="down", clock=ns.Fixed(8), effects=[trust.set(0)], limit=1)
    word = ns.Readiness("r", of="north", cost=1, trust=trust, threshold=0.5)
    held = ns.Question(name="ready_days", kind="duration", condition=word.ready)
    runs = run(trust, up, down, word, held, n=1)
    assert runs.first_times("r.ready")[0] == 5.0
    assert runs.mean("ready_days").value == 3.0


def test_ripeness_needs_both_and_can_pass() -> None:
    hurts = {who: ns.Fact(f"{who}.hurts") for who in ("north", "south")}
    begin = [
        ns.Action(name=f"{who}.hurt", clock=ns.Fixed(day), effects=[fact.set(True)], limit=1)
        for (who, fact), day in zip(hurts.items(), (2, 4), strict=True)
    ]
    relief = ns.Action(name="relief", clock=ns.Fixed(10), effects=[hurts["north"].set(False)], limit=1)
    word = ns.Ripeness("ripe", between=["north", "south"], stalemate=hurts, seize=ns.Exponential(0.1))
    runs = run(*hurts.values(), *begin, relief, word, n=N)
    assert runs.first_times("ripe.ripe").tolist() == [4.0] * N
    assert_share(runs, "ripe.seized", 1 - math.exp(-0.6), 1 - math.exp(-3.6))


# ---- attrition, pressure, deadline


def test_symmetric_attrition() -> None:
    word = ns.Attrition("war", between=["a", "b"], value={"a": 1, "b": 1}, cost={"a": 0.1, "b": 0.1})
    runs = run(word, n=N, end=400)
    assert_share(runs, "war.over", 1 - math.exp(-1), 1 - math.exp(-0.5), by=5)
    assert_share(runs, "war.conceded_a", 0.5, 0.6)
    times = runs.first_times("war.over")
    assert abs(times.mean() - 5) < 6 * 5 / math.sqrt(N)


def test_attrition_hazard_is_set_by_the_other_side() -> None:
    word = ns.Attrition("war", between=["a", "b"], value={"a": 2, "b": 1}, cost={"a": 0.1, "b": 0.3})
    # a concedes at c_b/v_b = 0.3, b at c_a/v_a = 0.05; the naive model has each side's own ratio.
    runs = run(word, n=N, end=400)
    assert_share(runs, "war.conceded_a", 0.3 / 0.35, 0.05 / 0.35)


def test_attrition_atom_at_the_beginning() -> None:
    word = ns.Attrition(
        "war", between=["a", "b"], value={"a": 1, "b": 1}, cost={"a": 0.1, "b": 0.1}, at_once={"a": 0.25}
    )
    runs = run(word, n=N)
    assert_share(runs, "war.over", 0.25, 0.0001, by=0)


def test_a_half_life_may_be_a_parameter() -> None:
    """Three steps of a week under a half-life of two weeks leave 0.8 / 2 ** 1.5, whether it is said or drawn."""
    fades = ns.Parameter("fades", 14, unit="days")
    rest = {"by": "us", "on": "north", "strength": 0.8, "step": "7 days", "factor": 2}
    finals = []
    for half_life, more in (("14 days", []), (fades, [fades]), ("fades * 2 / 2", [fades])):
        push = ns.Pressure("push", half_life=half_life, **rest)
        finals.append(run(push, *more, n=5, end=22).block.final[:, 0])
    for found in finals:
        np.testing.assert_allclose(found, 0.8 / 2**1.5, rtol=1e-12)
    with pytest.raises(ScenarioError, match="positive durations"):
        ns.Pressure("push", half_life="0 days", **rest)


def test_pressure_halves_in_its_half_life_and_is_centred() -> None:
    word = ns.Pressure("push", by="us", on="north", strength=0.8, half_life="14 days", step="7 days", factor=2)
    asked = [ns.Question(name=f"d{day}", kind="value", condition=word.level, by=day) for day in (6, 7, 14, 28)]
    runs = run(word, *asked, n=1)
    found = [runs.mean(question.name).value for question in asked]
    assert found == pytest.approx([0.8, 0.8 / math.sqrt(2), 0.4, 0.2])
    from negsim.model.expressions import evaluate

    assert evaluate(word.pace, {"push.strength": 0.8}) == 1.0
    assert evaluate(word.pace, {"push.strength": 0.0}) == pytest.approx(2**-0.8)


def test_pressure_is_applied_and_lifted_by_what_happens() -> None:
    bell, calm = ns.Fact("bell"), ns.Fact("calm")
    ring = ns.Action(name="ring", clock=ns.Fixed(3), effects=[bell.set(True)], limit=1)
    rest = ns.Action(name="rest", clock=ns.Fixed(6), effects=[calm.set(True)], limit=1)
    word = ns.Pressure("push", by="us", on="north", applied_when=bell, lifted_when=calm)
    asked = [ns.Question(name=f"d{day}", kind="value", condition=word.level, by=day) for day in (2, 4, 7)]
    runs = run(bell, calm, ring, rest, word, *asked, n=1)
    assert [runs.mean(question.name).value for question in asked] == [0.0, 1.0, 0.0]


def test_deadline_pressure_rises_and_falls_back() -> None:
    word = ns.Deadline("d", on="2025-06-21T00:00", peak=5, window="8 days", halving="4 days", steps=2)
    asked = [ns.Question(name=f"d{day}", kind="value", condition=word.pace, by=day) for day in (11, 13, 17, 21)]
    runs = run(word, *asked, n=1)
    assert [runs.mean(question.name).value for question in asked] == pytest.approx([1, 1 + 4 / 4, 1 + 4 / 2, 1])
    assert runs.first_times("d.missed")[0] == 20.0


def test_deadline_pressure_may_be_parameters() -> None:
    peak = ns.Parameter("peak", 5.0, source="judgement", grade="judgement")
    slow = ns.Parameter("slow", 4.0, unit="days", source="judgement", grade="judgement")
    word = ns.Deadline("d", on="2025-06-21T00:00", peak=peak, window="8 days", halving=slow, steps=2)
    plain = ns.Deadline("d", on="2025-06-21T00:00", peak=5, window="8 days", halving="4 days", steps=2)
    for one in (word, plain):
        asked = [ns.Question(name=f"d{day}", kind="value", condition=one.pace, by=day) for day in (11, 13, 17, 21)]
        runs = run(peak, slow, one, *asked, n=1)
        assert [runs.mean(question.name).value for question in asked] == pytest.approx([1, 1 + 4 / 4, 1 + 4 / 2, 1])
        assert str(plain.at(4)) == "3"


def test_deadline_settled_extended_missed() -> None:
    word = ns.Deadline("d", on=5, settle=0.2, extend=0.5, extension="3 days", most=2, peak=1)
    runs = run(word, n=N)
    one = 0.2
    settled = one + 0.4 * one + 0.4 * 0.4 * one
    assert_share(runs, "d.settled", settled, 0.2)
    assert_share(runs, "d.extended", 0.4, 0.5)
    assert_share(runs, "d.missed", 1 - settled, 0.4)
    last = runs.first_times("d.missed")
    assert set(last[last < math.inf].tolist()) == {5.0, 8.0, 11.0}


def test_deadline_that_is_met_neither_settles_nor_misses() -> None:
    deal = ns.Fact("deal")
    agree = ns.Action(name="agree", clock=ns.Fixed(4), effects=[deal.set(True)], limit=1)
    word = ns.Deadline("d", on=5, met=deal, settle=0.5, extend=0.5)
    runs = run(deal, agree, word, n=20)
    assert hits(runs, "d.settled") == hits(runs, "d.missed") == hits(runs, "d.extended") == 0


def test_ultimatum() -> None:
    word = ns.Ultimatum(
        "u", by="a", to="b", on=10, complies=ns.Exponential(0.05), resolve=0.4, extend=0.5, extension="4 days"
    )
    runs = run(word, n=N)
    left, more = math.exp(-0.5), math.exp(-0.2)
    carried = left * (0.4 + 0.3 * more * 0.4)
    assert_share(runs, "u.carried_out", carried, left * 0.4)
    assert_share(runs, "u.backed_down", left * (0.3 + 0.3 * more * 0.6), left * 0.6)
    assert_share(runs, "u.complied", 1 - left + left * 0.3 * (1 - more), 1 - math.exp(-0.05 * 14))


# ---- third parties


def test_mediator_doubles_the_pace_while_engaged() -> None:
    word = ns.Mediator("m", who="turkey", between=["a", "b"], engages=ns.Uniform(9.999999, 10), hosting=3)
    memo = ns.Promise("memo", by="a", to="b", delay=ns.Exponential(0.02), pace=word.pace)
    runs = run(word, memo, n=N)
    assert_share(runs, "memo.delivered", 1 - math.exp(-0.02 * (10 + 3 * 10)), 1 - math.exp(-0.4), by=20)


def test_mediator_pushes_its_target_only() -> None:
    word = ns.Mediator("m", who="turkey", between=["a", "b"], hosting=1, target="a", push=3)
    from negsim.model.expressions import evaluate

    assert evaluate(word.pace_on("a"), {"m.engaged": True}) == 3.0
    assert evaluate(word.pace_on("b"), {"m.engaged": True}) == 1.0
    assert evaluate(word.pace_on("a"), {"m.engaged": False}) == 1.0


def test_mediator_tires_and_comes_back_fresh() -> None:
    day = ns.Uniform(19.999999, 20)
    word = ns.Mediator(
        "m",
        who="t",
        between=["a", "b"],
        half_life="10 days",
        step="5 days",
        disengages=day,
        returns=ns.Uniform(4.999999, 5),
    )
    asked = [ns.Question(name=f"d{at}", kind="value", condition=word.leverage, by=at) for at in (11, 19, 23, 26)]
    runs = run(word, *asked, n=1)
    assert [runs.mean(question.name).value for question in asked] == pytest.approx([0.5, 2**-1.5, 2**-1.5, 1.0])


def test_side_deal_binds_while_in_force() -> None:
    word = ns.SideDeal("deal", between=["a", "b"], signed=True, collapses=ns.Uniform(9.999999, 10), bond=3)
    memo = ns.Promise("memo", by="a", to="b", delay=ns.Exponential(0.02), pace=word.pace)
    runs = run(word, memo, n=N)
    assert_share(runs, "memo.delivered", 1 - math.exp(-0.02 * 40), 1 - math.exp(-0.4), by=20)


def test_spoiler_acts_more_on_the_eve_of_success() -> None:
    word = ns.Spoiler("s", by="camp", acts=ns.Exponential(0.02), progress=0.5, growth=2, derails=0.5)
    runs = run(word, n=N)
    # Derailing acts are a thinned Poisson process.
    assert_share(runs, "s.derailed", 1 - math.exp(-0.5 * 0.02 * math.e * 40), 1 - math.exp(-0.5 * 0.02 * 40))


def test_audience_cost_slows_and_is_paid_once() -> None:
    gave = ns.Fact("gave")
    word = ns.AudienceCost("w", of="a", cost=2, weight=0.5, gives_way=gave)
    concede = ns.Action(name="concede", when=~gave, clock=ns.Exponential(0.1), pace=word.pace, effects=[gave.set(True)])
    runs = run(gave, word, concede, n=N)
    slow = 1 - math.exp(-0.1 * math.exp(-1) * 20)
    assert_share(runs, "w.paid", slow, 1 - math.exp(-2), by=20)
    assert runs.firings("w.pay").max() == 1


# ---- ratification, offers, agreements


def test_ratification_with_a_second_attempt() -> None:
    word = ns.Ratification("v", of="c", takes=ns.Fixed(3), passes=0.4, attempts=2, again=ns.Fixed(5))
    runs = run(word, n=N)
    assert_share(runs, "v.ratified", 1 - 0.6**2, 0.4)
    assert_share(runs, "v.failed", 0.36, 0.6)
    assert runs.firings("v.vote_again").max() == 1


def test_offer_made_again_after_a_refusal() -> None:
    word = ns.Offer("o", by="a", to="b", answers=ns.Fixed(2), accepts=0.2, again=ns.Fixed(8))
    runs = run(word, n=N, end=22.5)  # answers on days 2, 12, 22
    assert_share(runs, "o.accepted", 1 - 0.8**3, 0.2)


def test_offer_lapses_before_its_answer() -> None:
    word = ns.Offer("o", by="a", to="b", answers=ns.Exponential(0.1), accepts=1, lapses=ns.Fixed(5))
    runs = run(word, n=N)
    assert_share(runs, "o.accepted", 1 - math.exp(-0.5), 1 - math.exp(-4))
    assert_share(runs, "o.lapsed", math.exp(-0.5), 0.5)


def test_agreement_steps_are_gates() -> None:
    steps = [
        ns.Rung(name="framework", takes=ns.Exponential(0.1), fails=0.5),
        ns.Rung(name="signed", takes=ns.Exponential(0.05)),
    ]
    word = ns.Agreement("deal", between=["a", "b"], rungs=steps)
    runs = run(word, n=N, end=30)
    # Both steps have rate 0.05 in the end: the sum is Erlang(2, 0.05).
    assert_share(runs, "deal.signed", 1 - math.exp(-1.5) * 2.5, 1 - math.exp(-1.5))
    first, second = runs.first_times("deal.framework"), runs.first_times("deal.signed")
    assert (first <= second).all()


def test_agreement_begins_where_it_is() -> None:
    steps = [ns.Rung(name=name, takes=ns.Fixed(5)) for name in ("partial", "signed", "implemented")]
    word = ns.Agreement("deal", between=["a", "b"], rungs=steps, done=1)
    runs = run(word, n=1)
    assert [runs.first_times(f"deal.{name}")[0] for name in ("partial", "signed", "implemented")] == [0.0, 5.0, 10.0]


def test_broken_agreement_stands_still_until_mended() -> None:
    steps = [ns.Rung(name="framework", takes=ns.Fixed(1)), ns.Rung(name="signed", takes=ns.Fixed(10))]
    word = ns.Agreement(
        "deal", between=["a", "b"], rungs=steps, breaks=ns.Uniform(4.999999, 5), mends=ns.Uniform(2.999999, 3)
    )
    runs = run(word, n=1)
    # Framework on day 1; broken on day 6, mended on day 9, and so on: never ten days in a row.
    assert runs.first_times("deal.broken")[0] == pytest.approx(6, abs=1e-5)
    assert math.isinf(runs.first_times("deal.signed")[0])


# ---- beliefs


def test_two_sources_known_answer() -> None:
    assert ns.posterior(0.5, [(0.9, 0.3, True), (0.6, 0.1, False)]) == pytest.approx(4 / 7)
    assert round(ns.posterior(0.5, [(0.9, 0.3, True), (0.6, 0.1, False)]), 7) == 0.5714286


def test_belief_in_the_model_equals_the_formula() -> None:
    claim = ns.Claim("x", by="a", credibility=1)
    sources = [
        ns.Source(name="one", hit=0.9, false_alarm=0.3, after=ns.Fixed(1)),
        ns.Source(name="two", hit=0.6, false_alarm=0.1, after=ns.Fixed(2)),
    ]
    word = ns.Belief("view", of="b", about=claim.holds, sources=sources)
    mixed = word.said("one") & word.said("two", yes=False)
    value = ns.Question(name="p", kind="value", condition=ns.where(mixed, word.probability, -1), by=3)
    happened = ns.Question(name="mixed", condition=mixed, by=3)
    runs = run(claim, word, value, happened, n=N)
    assert_share(runs, "mixed", 0.9 * 0.4, 0.3 * 0.9)
    values = runs.to_dataframe()["p"]
    assert set(values[values >= 0].round(12)) == {round(4 / 7, 12)}


def test_belief_is_calibrated_under_its_own_prior() -> None:
    """Among histories with one posterior, the share in which the matter is true is that posterior."""
    fact = ns.Fact("x", ns.chance(0.3))
    word = ns.Belief(
        "view",
        of="b",
        about=fact,
        prior=0.3,
        sources=[ns.Source(name="s", hit=0.8, false_alarm=0.25, after=ns.Fixed(1))],
    )
    said = ns.Question(name="true_if_said", condition=fact & word.said("s"), given=word.said("s"), by=2)
    runs = run(fact, word, said, n=N)
    estimate = runs.probability("true_if_said")
    yes, counted = runs.answers("true_if_said")
    expected = ns.posterior(0.3, [(0.8, 0.25, True)])
    low, high = binom.ppf(5e-10, counted.sum(), expected), binom.isf(5e-10, counted.sum(), expected)
    assert low <= yes.sum() <= high, estimate
    assert not binom.ppf(5e-10, counted.sum(), 0.3) <= yes.sum() <= binom.isf(5e-10, counted.sum(), 0.3)


def test_reputation_with_forgetting() -> None:
    kept, broken = ns.Fact("kept"), ns.Fact("broken")
    keep = ns.Action(name="keep", clock=ns.Fixed(1), effects=[kept.set(~kept)], limit=3)
    fail = ns.Action(name="fail", clock=ns.Fixed(5), effects=[broken.set(True)], limit=1)
    word = ns.Reputation("w", of="a", kept=[kept], broken=[broken], forgetting=0.5)
    trust = ns.Question(name="trust", kind="value", condition=word.trust, by=10)
    runs = run(kept, broken, keep, fail, word, trust, n=1)
    a, b = 1.0, 1.0
    for good in (True, True, False):  # kept rises on days 1 and 3, broken on day 5
        a, b = a * 0.5 + good, b * 0.5 + (not good)
    assert runs.mean("trust").value == pytest.approx(a / (a + b))


# ---- exchange, threat, channel, leaders, battle


def test_exchange_stages_and_no_repeat_on_a_standing_agreement() -> None:
    round_ = ns.Fact("round")
    meet = ns.Action(name="meet", clock=ns.Fixed(2), effects=[round_.set(True)], limit=1)
    word = ns.Exchange("swap", between=["a", "b"], agreed_when=round_, takes=ns.Fixed(1), stages=3, fails=0.1)
    runs = run(round_, meet, word, n=N)
    assert_share(runs, "swap.done", 0.9**3, 0.9)
    assert runs.firings("swap.agree").max() == 1
    done = runs.first_times("swap.done")
    assert set(done[done < math.inf].tolist()) == {5.0}


def test_threat_deters_and_is_tested_once() -> None:
    attacks = ns.Fact("attacks")
    word = ns.Threat("t", by="a", to="b", tested_when=attacks, resolve=0.25, deters=0.8, credibility=0.5)
    attack = ns.Action(
        name="attack", when=~attacks, clock=ns.Exponential(0.1), pace=word.pace, effects=[attacks.set(True)]
    )
    asked = ns.Question(name="attack", kind="when", condition=attacks)
    runs = run(attacks, word, attack, asked, n=N)
    assert_share(runs, "attack", 1 - math.exp(-0.06 * 20), 1 - math.exp(-2), by=20)
    given = runs.first_times("attack") <= 39
    carried = runs.first_times("t.carried_out") < math.inf
    assert accepts(int((carried & given).sum()), int(given.sum()), 0.25)


def test_channel_contacts_until_it_leaks() -> None:
    word = ns.Channel("c", between=["a", "b"], contacts=ns.Exponential(0.2), secret=True, leaks=ns.Exponential(0.1))
    runs = run(word, n=N, end=400)
    # Contacts before the leak are geometric: mean rate / leak rate, none with probability leak / (rate + leak).
    assert_share(runs, "c.used", 0.2 / 0.3, 0.5)


def test_leader_is_fresh_for_a_while() -> None:
    word = ns.LeaderChange("v", of="a", election=10, loses=0.3, fresh_for="7 days")
    held = ns.Question(name="fresh", kind="duration", condition=word.fresh)
    runs = run(word, held, n=N)
    assert_share(runs, "v.changed", 0.3, 0.5)
    assert set(runs.to_dataframe()["fresh"].round(9)) == {0.0, 7.0}


def test_offensive_ends_as_its_weights_say() -> None:
    word = ns.Offensive(
        "o", by="a", against="b", starts=ns.Fixed(5), lasts=ns.Fixed(3), breakthrough=0.2, defeat=0.5, most=1
    )
    runs = run(word, n=N)
    assert_share(runs, "o.broke_through", 0.2, 0.5)
    assert_share(runs, "o.beaten", 0.4, 0.5)


def test_battle_news_stay_within_bounds() -> None:
    word = ns.BattleNews("n", between=["b", "a"], arrives=ns.Exponential(1), shift=ns.Normal(0.2, 0.3), weight=0.5)
    top = ns.Question(name="top", condition=word.level >= 1)
    assert word.between == ("b", "a"), "the balance is seen from the first"
    with pytest.raises(ns.errors.ScenarioError, match=r"nothing can ever make 'n.balance > 1' true"):
        scenario(word, ns.Question(name="out", condition=word.level > 1))
    runs = run(word, top, n=300)
    assert hits(runs, "top") > 250


# ---- preconditions in full


def test_circle_without_a_way_out_is_refused_and_named() -> None:
    one = ns.Demand("one", of="a", needs="two.met")
    two = ns.Demand("two", of="b", needs="one.met")
    with pytest.raises(
        ns.errors.CircularPrecondition, match=r"one\.fulfil waits for two\.fulfil waits for one\.fulfil"
    ):
        scenario(one, two)


@pytest.mark.parametrize(
    "way",
    [
        {"waived_on": 5, "waiver": 0.5},
        {"yields": ns.Exponential(0.1)},
        {"guaranteed_when": "guarantee"},
        {"together_with": "two", "together": ns.Exponential(0.1)},
    ],
    ids=["date", "pressure", "guarantor", "simultaneity"],
)
def test_circle_with_a_way_out_is_legal_and_named(way: dict[str, Any]) -> None:
    guarantee = ns.Fact("guarantee")
    offer = ns.Action(name="guarantee_it", when=~guarantee, clock=ns.Exponential(0.1), effects=[guarantee.set(True)])
    one, two = ns.Demand("one", of="a", needs="two.met", **way), ns.Demand("two", of="b", needs="one.met")
    described = scenario(guarantee, offer, one, two)
    circle = [note for note in described.notes if "circle that something can break" in note]
    assert len(circle) == 1
    assert "one.fulfil waits for two.fulfil" in circle[0]
    runs = ns.simulate(described, replications=500, seed=1, engine="reference")
    assert 0.3 < runs.probability("two.met").value <= 1
    both = ns.Question(name="both", condition="one.met and two.met")
    runs = ns.simulate(described, replications=200, seed=1, engine="reference", questions=[both])
    assert hits(runs, "both") == hits(runs, "two.met"), "whoever is freed frees the other"


def test_demand_in_order_not_too_early_and_verified() -> None:
    facts = [ns.Fact(name) for name in ("first", "second", "goal")]
    days = (6, 2, 3)  # the second step comes before the first and does not count until it has
    acts = [
        ns.Action(name=f"do_{f.name}", clock=ns.Fixed(day), effects=[f.set(True)], limit=1)
        for f, day in zip(facts, days, strict=True)
    ]
    plain = ns.Demand("plain", of="a", needs=facts[2])
    ordered = ns.Demand("ordered", of="a", needs=facts[2], after=facts[:2])
    late = ns.Demand("late", of="a", needs=facts[2], not_until="2025-06-11T00:00")
    seen = ns.Demand("seen", of="a", needs=facts[2], verified_by="monitor", verifies=ns.Fixed(4))
    runs = run(*facts, *acts, plain, ordered, late, seen, n=1)
    assert [runs.first_times(f"{name}.met")[0] for name in ("plain", "ordered", "late", "seen")] == [
        3.0,
        6.0,
        10.0,
        7.0,
    ]


def test_demand_revoked_expired_stated() -> None:
    goal, alarm = ns.Fact("goal"), ns.Fact("alarm")
    acts = [
        ns.Action(name="reach", clock=ns.On(3), effects=[goal.set(True)]),
        ns.Action(name="lose", clock=ns.On(8), effects=[goal.set(False)]),
        ns.Action(name="ring", clock=ns.On(5), effects=[alarm.set(True)]),
    ]
    revocable = ns.Demand("revocable", of="a", needs=goal, latched=False)
    latched = ns.Demand("latched", of="a", needs=goal)
    expired = ns.Demand("expired", of="a", needs=goal, expires=2, waived_on=20, waiver=1)
    raised = ns.Demand("raised", of="a", needs=~goal & alarm, stated_when=alarm)
    clear = ns.Question(name="blocked", kind="duration", condition=~raised.clear)
    asked = [
        ns.Question(name=f"{word.name}_days", kind="duration", condition=word.met)
        for word in (revocable, latched, expired)
    ]
    runs = run(goal, alarm, *acts, revocable, latched, expired, raised, clear, *asked, n=1)
    assert [runs.mean(f"{name}_days").value for name in ("revocable", "latched", "expired")] == [5.0, 37.0, 20.0]
    assert runs.mean("blocked").value == 3.0, "from the alarm on day 5 to the loss on day 8"


def test_sequence_counts_only_in_order() -> None:
    steps = [ns.Fact(name) for name in ("a", "b", "c")]
    days = (5, 2, 7)
    acts = [
        ns.Action(name=f"do_{f.name}", clock=ns.Fixed(day), effects=[f.set(True)], limit=1)
        for f, day in zip(steps, days, strict=True)
    ]
    lost = ns.Action(name="undo_b", clock=ns.On(4), effects=[steps[1].set(False)])
    word = ns.Sequence("s", steps=steps)
    early = ns.Question(name="early", kind="when", condition=word.out_of_order)
    runs = run(*steps, *acts, lost, word, early, n=1)
    assert math.isinf(runs.first_times("s.done")[0]), "b came before a and was lost again"
    assert runs.first_times("early")[0] == 2.0
    kept = run(*steps, *acts, word, early, n=1)
    assert kept.first_times("s.done")[0] == 7.0, "b still holds when a comes"


def test_sequencing_is_one_switch() -> None:
    truce, treaty = ns.Fact("truce"), ns.Fact("treaty")

    def plan(policy: str) -> ns.Runs:
        word = ns.Sequencing("p", tracks={"ceasefire": truce, "causes": treaty}, policy=policy)
        work = [
            ns.Action(name=f"work_{t}", when=word.open(t) & ~f, clock=ns.Fixed(d), effects=[f.set(True)])
            for t, f, d in (("ceasefire", truce, 3), ("causes", treaty, 10))
        ]
        return run(truce, treaty, word, *work, n=1)

    found = {
        policy: plan(policy).first_times("p.completed")[0] for policy in ("parallel", "ceasefire_first", "causes_first")
    }
    assert found == {"parallel": 10.0, "ceasefire_first": 13.0, "causes_first": 13.0}
    with pytest.raises(
        ns.errors.ScenarioError, match=r"policy 'ceasfire_first' is not one of .*did you mean 'ceasefire_first'"
    ):
        ns.Sequencing("p", tracks={"ceasefire": truce, "causes": treaty}, policy="ceasfire_first")
    ordered = ns.Sequencing("p", tracks={"b": "x", "a": "y", "c": "z"}, policy="in_order", order=["b", "a", "c"])
    assert str(ordered.may("c")) == "x and y"


def test_deadlock_is_declared_and_broken() -> None:
    memo, talks = ns.Fact("memo"), ns.Fact("talks")
    hold = ns.Action(name="hold", clock=ns.On(9), effects=[talks.set(True)])
    word = ns.Deadlock("circle", waits={"a": memo, "b": talks}, declared=ns.Fixed(4))
    held = ns.Question(name="days", kind="duration", condition=word.holds)
    runs = run(memo, talks, hold, word, held, n=1)
    assert runs.first_times("circle.declared")[0] == 4.0
    assert runs.first_times("circle.over")[0] == 9.0
    assert runs.mean("days").value == 9.0


# ---- process, appointment, truce


def test_suspension_long_run_share() -> None:
    word = ns.Suspension(
        "t",
        among=["a", "b"],
        walks_out={"a": ns.Exponential(0.06), "b": ns.Exponential(0.04)},
        resumes=ns.Exponential(0.1),
    )
    days = ns.Question(name="days", kind="duration", condition=word.running)
    runs = run(word, days, n=400, end=400)
    # Two states, from running: mean time running = t/2 + (1 - exp(-0.2 t)) / (4 * 0.1).
    expected = 400 / 2 + (1 - math.exp(-80)) * 0.1 / 0.2**2
    found = runs.to_dataframe()["days"]
    assert abs(found.mean() - expected) < 6 * found.std() / math.sqrt(400)


def test_suspension_that_ends_the_process() -> None:
    word = ns.Suspension("t", among=["a", "b"], walks_out={"a": ns.Uniform(1.9, 2)}, resumes=ns.Fixed(1), ends=0.5)
    runs = run(word, n=N, end=4.5)
    assert_share(runs, "t.ended", 0.5, 0.75, by=2)
    assert runs.firings("t.resume").max() == 1


def test_appointment_shares_of_its_day() -> None:
    word = ns.Appointment(
        "s", among=["a", "b"], on=10, on_date=0.4, absent={"b": 0.2}, downgraded=0.1, delay=ns.Fixed(5), never=0.5
    )
    without = ns.Question(name="without", condition=word.held_without("b"))
    runs = run(word, without, n=N)
    rest = 0.6
    assert_share(runs, "s.held", 0.4 + rest * 0.3, 0.4, by=10)
    assert_share(runs, "without", rest * 0.2, 0.2)
    assert_share(runs, "s.downgraded", rest * 0.1, 0.1)
    assert_share(runs, "s.called_off", rest * 0.7 * 0.5, rest * 0.5)
    assert_share(runs, "s.held", 0.4 + rest * 0.3 + rest * 0.7 * 0.5, 0.4 + rest * 0.3, by=15)


def test_appointment_with_a_missing_confirmation_has_lower_odds() -> None:
    word = ns.Appointment(
        "s", among=["a", "b"], on=10, on_date=0.6, unconfirmed=0.5, confirms={"b": ns.Exponential(0.05)}
    )
    runs = run(word, n=N)
    confirmed = 1 - math.exp(-0.5)
    assert_share(runs, "s.held", confirmed * 0.6 + (1 - confirmed) * 0.3 / 0.7, 0.6)


def test_appointment_cancelled_and_reinstated_for_the_same_date() -> None:
    word = ns.Appointment(
        "s",
        among=["a", "b"],
        level="leaders",
        on=10,
        on_date=1,
        cancels=ns.Exponential(0.1),
        reinstates=ns.Exponential(0.3),
    )
    runs = run(word, n=N)
    # Two states; standing at 10 with probability (0.3 + 0.1 exp(-4)) / 0.4.
    assert_share(runs, "s.held", (0.3 + 0.1 * math.exp(-4)) / 0.4, math.exp(-1))
    held, off = runs.first_times("s.held"), runs.first_times("s.called_off")
    assert ((held == 10.0) ^ (off == 10.0)).all()


def test_appointment_needs_its_condition_on_the_day() -> None:
    ready = ns.Fact("ready")
    word = ns.Appointment(
        "s", among=["a", "b"], on=10, when=ready, on_date=1, absent={"a": 1}, delay=ns.Fixed(5), never=0
    )
    late = ns.Action(name="prepare", clock=ns.On(12), effects=[ready.set(True)])
    runs = run(ready, late, word, n=5)
    assert runs.first_times("s.postponed").tolist() == [10.0] * 5
    assert runs.first_times("s.held").tolist() == [17.0] * 5, "five days from day 12, when it can be held at all"


def test_truce_collapse_multiplies_hazards() -> None:
    word = ns.Truce("t", by=["a", "b"], lasts=ns.Exponential(0.1), monitored=True, written=True, again=False)
    runs = run(word, n=N)
    assert_share(runs, "t.broken", 1 - math.exp(-0.1 * 0.81 * 0.58 * 10), 1 - math.exp(-1), by=10)


def test_truce_of_a_term_is_extended_or_lapses() -> None:
    word = ns.Truce(
        "t",
        by=["a", "b"],
        lasts=ns.Exponential(1e-9),
        term="7 days",
        extends=0.5,
        extension="5 days",
        most=2,
        again=False,
    )
    runs = run(word, n=N)
    assert_share(runs, "t.extended", 0.5, 0.75)
    lapsed = runs.first_times("t.lapsed")
    assert set(lapsed.tolist()) == {7.0, 12.0, 17.0}
    assert accepts(int((lapsed == 17.0).sum()), N, 0.25)


def test_truce_collapses_at_violations_within_a_window() -> None:
    """Four violations, each within two days of the one before; a longer pause wipes the slate clean."""
    word = ns.Truce(
        "t",
        by=["a", "b"],
        lasts=ns.Exponential(1e-9),
        violations=ns.Exponential(0.5),
        window="2 days",
        tolerates=2,
        again=False,
    )
    runs = run(word, n=N)
    gap = math.exp(-1)  # no violation within two days of one

    # P(broken at the second violation): the first gap is free, the second within the window.
    second = runs.firings("t.violate") == 2
    broken = runs.first_times("t.broken") < math.inf
    assert accepts(int((second & broken).sum()), N, 1 - gap)
    assert not accepts(int((second & broken).sum()), N, 1.0 - gap**2)


def test_truce_declared_by_a_condition_is_not_declared_anew_by_it() -> None:
    agreed = ns.Fact("agreed")
    agree = ns.Action(name="agree", clock=ns.Fixed(2), effects=[agreed.set(True)], limit=1)
    word = ns.Truce("t", by=["a"], towards=["b"], declared_when=agreed, lasts=ns.Uniform(1, 2), refused=0.5)
    runs = run(agreed, agree, word, n=N)
    assert_share(runs, "t.declared", 0.5, 0.75)
    assert runs.firings("t.be_declared").max() == 1


# ---- words for what they refuse


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ns.Offer("o", by="a", to="a", answers=ns.Fixed(1), accepts=0.5), "makes an offer to itself"),
        (lambda: ns.Offer("o", by="a", to="b", answers=ns.Fixed(1), accepts=1.5), "must be a probability"),
        (lambda: ns.Attrition("w", between=["a", "b", "c"], value={}, cost={}), "exactly two parties"),
        (lambda: ns.Attrition("w", between=["a", "b"], value={"a": 1}, cost={"a": 1, "b": 1}), "one entry for each"),
        (lambda: ns.Ripeness("r", between=["a", "b"], stalemate={"a": True}), "nothing makes b feel a stalemate"),
        (lambda: ns.Mediator("m", who="a", between=["a", "b"]), "is a party to the conflict"),
        (lambda: ns.Deadline("d", on="2025-06-30"), "has no hour"),
        (lambda: ns.Deadline("d", on=5, peak=2), "a peak needs halving="),
        (lambda: ns.Deadline("d", on=5, peak=2, halving=0), "halving must be positive"),
        (lambda: ns.Ultimatum("u", by="a", to="b", on=3, resolve=0.5), "nothing can meet the demand"),
        (lambda: ns.Exchange("x", between=["a", "b"], takes=ns.Fixed(1)), "nothing can bring it about"),
        (lambda: ns.Truce("t", by=[], lasts=ns.Exponential(1), towards=["a", "b"]), "by needs at least one party"),
        (lambda: ns.Truce("t", by=["a", "b"], lasts=ns.Exponential(1), extends=0.5), "needs a term"),
        (lambda: ns.Appointment("s", among=["a", "b"], on=3, lead=ns.Fixed(1)), "give either on=instant or lead="),
        (
            lambda: ns.Appointment("s", among=["a", "b"], on=3, absent={"a": 0.7}, downgraded=0.6),
            "add up to more than 1",
        ),
        (lambda: ns.Appointment("s", among=["a", "b"], on=3, level="kings"), "is not one of delegation"),
        (lambda: ns.Source(name="s", hit=1, false_alarm=0.1, after=ns.Fixed(1)), "strictly between 0 and 1"),
        (lambda: ns.Reputation("r", of="a"), "nothing ever moves it"),
        (lambda: ns.Demand("d", of="a", needs="x", waiver=0.5), "go together"),
        (lambda: ns.Sequence("s", steps=["x"]), "at least two conditions"),
        (lambda: ns.Deadlock("d", waits={"a": "x"}), "waits alone is no deadlock"),
        (lambda: ns.Ratification("v", of="a", takes=ns.Fixed(1), passes=0.5, attempts=2), "go together"),
        (lambda: ns.Agreement("g", between=["a", "b"], rungs=[]), "steps of different names"),
        (
            lambda: ns.Channel("c", between=["a", "b"], contacts=ns.Exponential(1), leaks=ns.Exponential(1)),
            "only a secret channel can leak",
        ),
        (lambda: ns.Pressure("p", by="a", on="b", strength=2), r"must lie in \[0, 1\]"),
        (lambda: ns.LeaderChange("l", of="a"), "nothing can bring it about"),
        (lambda: ns.LeaderChange("l", of="a", election=3), "election and loses go together"),
        (lambda: ns.SideDeal("s", between=["a", "b"]), "either it is signed at the start"),
        (lambda: ns.Suspension("s", among=["a", "b"]), "nothing can suspend the talks"),
        (lambda: ns.AudienceCost("a", of="a", weight=0.5, price=["x = 1"]), "a price without gives_way"),
        (lambda: ns.Readiness("r", of="a", threshold=0), r"must lie in \(0, 1\]"),
        (lambda: ns.Threat("t", by="a", to="a", resolve=0.5), "cannot threaten itself"),
    ],
)
def test_refusals_say_what_to_do(make: Any, message: str) -> None:
    with pytest.raises(ns.errors.ScenarioError, match=message):
        make()
