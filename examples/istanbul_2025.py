"""The second Istanbul round as it looked on 28 May 2025: the scenario in Python, equal to the shipped file.

Run it: ``python examples/istanbul_2025.py``. Every multiplier is 1 at its centre; what the centre is stands in its title.
"""

from __future__ import annotations

import negsim as ns

# fmt: off
RUSSIA, UKRAINE, US = ns.Party("russia", "Russia"), ns.Party("ukraine", "Ukraine"), ns.Party("united_states", "United States")
BOTH, LATER = [RUSSIA, UKRAINE], {"as_of": "2025-07-23", "hindsight": True}

# ---- Sources -------------------------------------------------------------------------------------------------------
MEETINGS, LOG, SEQUEL, EARLIER = "scheduled_meetings", "log_to_28_may", "log_after_28_may", "earlier_processes"
TRUCES, GAPS, BASE = "ceasefire_data", "gaps_between_rounds", "question_base_rates"
evidence = [
    ns.Evidence(MEETINGS, "Meetings announced for a date and what came of them, rows announced before 28 May 2025 (seeds/evidence/scheduled_vs_held.csv)", date="2025-05-28"),
    ns.Evidence(LOG, "Dated log of the negotiation from February to 28 May 2025 (seeds/evidence/russia_ukraine_2025.csv)", date="2025-05-28"),
    ns.Evidence(SEQUEL, "Dated log of the negotiation after 28 May 2025 (the same file)", date="2025-08-28"),
    ns.Evidence(EARLIER, "Own dated logs of nine earlier negotiation processes, 1951-2024", date="2024-12-31"),
    ns.Evidence(TRUCES, "Ceasefires 1989-2020, ETH/PRIO Civil Conflict Ceasefire data set (Clayton et al. 2022), own fits", "https://doi.org/10.1177/00220027221129195", date="2022-11-01"),
    ns.Evidence(GAPS, "Gaps between mediation efforts in civil wars (353) and between rounds in 9 processes (22), own fits", date="2025-05-28"),
    ns.Evidence(BASE, "Shares of resolved questions that came true, Good Judgment Project and ForecastBench", "https://doi.org/10.7910/DVN/BPCDH5", note="classes assigned with hindsight"),
]

# ---- Shorthand -----------------------------------------------------------------------------------------------------
def p(name, best, low, high, title, grade="judgement", source="judgement", unit="1", **rest):
    """A parameter and its range: a smooth triangle from low to high with its peak at the best value."""
    return ns.Parameter(name, best, ns.Pert(low, best, high), unit, source, grade, title=title, **rest)
def fixed(name, best, title, grade="definition", source="definition", unit="1", **rest):
    """A number without a range: the spread of a law, or what follows from a choice of centre or scale."""
    return ns.Parameter(name, best, unit=unit, source=source, grade=grade, title=title, **rest)
def act(name, mean, effects, when=True, by=None, **rest):
    """Something that happens again and again, after exponential times with this mean."""
    return ns.Action(name=name, clock=ns.Exponential(mean=mean), effects=effects, when=when, by=by, **rest)
def once(name, when, effects):
    """Something that happens as soon as a condition turns true."""
    return ns.Action(name=name, clock=ns.Immediately(), when=when, effects=effects)
def never(*facts):
    """Suppose that these never come, or never were."""
    return tuple(ns.Do(fact=fact, never=True) for fact in facts)
def without(*names):
    """Suppose these things away."""
    return tuple(ns.Without(element=name) for name in names)
def q(name, condition, by, base_rate=None, text="", **rest):
    """Does it become true by then?"""
    return ns.Question(name=name, condition=condition, by=by, base_rate=base_rate, text=text, source=BASE if base_rate else "", **rest)

# ---- Numbers -------------------------------------------------------------------------------------------------------
parameters = [
    p("memorandum.median", 14, 7, 30, "median delay of the memorandum, days after 19 May", "weak", SEQUEL, "days", **LATER),
    fixed("memorandum.sigma", 0.8, "spread of that delay", "weak", SEQUEL, **LATER),
    p("memorandum.share_at_table", 0.5, 0.2, 0.8, "share that Russia hands over only at the table", "weak", SEQUEL, **LATER),
    p("round.waiver", 0.4, 0.15, 0.7, "the round is held on its date though the memorandum is missing", source=EARLIER),
    p("round.on_date", 0.57, 0.3, 0.7, "held on its date if nothing is missing, channel active", "fair", MEETINGS),
    p("round.never", 0.45, 0.3, 0.6, "never held, if not on its date", "fair", MEETINGS),
    p("round.slip_mu", 2.0, 1.0, 3.0, "slip of a postponed meeting: lognormal mu", "fair", MEETINGS, "log days"),
    fixed("round.slip_sigma", 1.75, "slip of a postponed meeting: lognormal sigma", "fair", MEETINGS),
    p("rounds.gap_mu", 3.14, 2.64, 3.69, "gap between rounds, active: lognormal mu", "fair", GAPS, "log days"),
    fixed("rounds.gap_sigma", 1.19, "gap between rounds, active: lognormal sigma", "fair", GAPS),
    p("rounds.stalled_mu", 4.75, 4.09, 5.3, "gap between rounds, stalled: lognormal mu", "good", GAPS, "log days"),
    fixed("rounds.stalled_sigma", 1.5, "gap between rounds, stalled: lognormal sigma", "good", GAPS),
    p("rounds.stall", 0.25, 0.1, 0.5, "a round is followed by a stall", "unknown"),
    p("yield.ceasefire", 0.03, 0, 0.15, "a round yields a general ceasefire", "weak", SEQUEL, **LATER),
    p("yield.truce", 0.15, 0.05, 0.4, "a round yields a limited truce", "weak", SEQUEL, **LATER),
    p("yield.exchange", 0.7, 0.4, 0.9, "a round yields an exchange of prisoners", "weak", SEQUEL, **LATER),
    p("yield.breakthrough", 0.03, 0, 0.15, "a round agrees on principles", "unknown"),
    p("ceasefire.per_month", 0.03, 0.01, 0.08, "general ceasefire agreed within 30 days, all paths together", "fair", TRUCES),
    fixed("ceasefire.rounds_per_day", 0.0195, "rounds a day, at the centre to the end: their part of that hazard is not counted twice", unit="1/day"),
    p("ceasefire.mu", 4.31, 2.27, 5.0, "duration of a general ceasefire: lognormal mu (low: Ukraine 2014-20)", "good", TRUCES, "log days"),
    fixed("ceasefire.sigma", 2.94, "duration of a general ceasefire: lognormal sigma", "good", TRUCES),
    p("truce.per_month", 0.3, 0.03, 0.9, "limited truce agreed within 30 days, all paths together", "weak", LOG),
    fixed("truce.rounds_per_day", 0.0228, "rounds a day, at the centre over 90 days: their part of that hazard is not counted twice", unit="1/day"),
    fixed("truce.mu", 1.61, "duration of a limited truce: lognormal mu", "good", TRUCES, "log days"),
    fixed("truce.sigma", 1.56, "duration of a limited truce: lognormal sigma", "good", TRUCES),
    p("us_russia.within_60", 0.15, 0.02, 0.4, "a leaders' meeting being arranged, without a date, is held within 60 days", "weak", MEETINGS),
    fixed("us_russia.scale", 2.68, "hazard of consent over hazard of the meeting"),
    p("leaders.on_date", 0.45, 0.2, 0.75, "a leaders' meeting with a date is held on it", "weak", MEETINGS),
    p("leaders.never", 0.727, 0.4, 0.9, "never held, if not on its date (0.4 of all, 0.55 missed their date)", "weak", MEETINGS),
    p("leaders.lead", 8, 2, 33, "median days from a date being set to that date", "fair", MEETINGS, "days"),
    p("summit.per_month", 0.02, 0.003, 0.08, "summit of the enemies' leaders within 30 days, under discussion", "fair", BASE),
    fixed("summit.scale", 1.91, "hazard of Moscow's consent by way of rounds over hazard of the summit"),
    p("summit.us_path", 1.0, 0.3, 3, "weight of the path by way of a US-Russian meeting (rounds: 1)", "unknown"),
    p("summit.ceasefire_path", 3.0, 1, 6, "weight of the path by way of a ceasefire (rounds: 1)", "unknown"),
    p("us.multiplier", 1.4, 1.0, 2.0, "US pressure on talks and agreement; centred on the run's mean", "unknown"),
    fixed("us.centre", 0.78, "mean share of days on which the United States is engaged"),
    p("us.target", 1.7, 1.0, 2.5, "Moscow's pace when the blame lies with Moscow over when with Kyiv; centred at even odds of blame", "unknown"),
    p("us.patience", 150, 60, 300, "mean days until US pressure tires", "judgement", unit="days"),
    p("us.return_after", 60, 20, 180, "mean days until a tired United States comes back", "judgement", unit="days"),
    p("minerals.bond", 1.8, 1.0, 3.0, "US patience wears faster by this factor without the minerals deal; centred at the start (in force)", "unknown"),
    p("terms.seen", 0.5, 0.2, 0.8, "Moscow takes Ukraine's terms for delivered"),
    p("terms.reciprocity", 1.6, 1.0, 2.5, "Moscow's pace if it has seen Ukraine's terms over if not; centred on its mean", "unknown"),
    p("deadline.rush", 2.0, 1.0, 4.0, "hazard of delivery in the last day and a half over before; centred on the days to the date"),
    fixed("deadline.share", 0.342, "share of the memorandum's hazard to the date that falls into the rush"),
    p("trust.weight", 1.0, 0.2, 2.0, "log pace of talks and agreement for each unit of trust; centred on the run's mean", "unknown"),
    fixed("trust.centre", -0.05, "mean trust over the run"),
    p("weariness.weight", 0.5, 0.1, 1.0, "log odds of a ceasefire for each unit of both sides' weariness; centred on the run's mean", "unknown"),
    fixed("weariness.centre", 1.32, "mean of both sides' weariness, added, over the run"),
    p("offer.weight", 4.0, 1, 8, "odds of a ceasefire with Ukraine's open offer over without; centred on the run's mean, with the next two", "unknown"),
    p("sequencing.weight", 4.0, 1, 10, "odds of a ceasefire once Moscow drops root causes first; centred on the run's mean", "unknown"),
    p("breakthrough.weight", 3.0, 1, 6, "odds of a ceasefire, pace of a summit after a breakthrough; the odds centred on the run's mean, the pace at the start (none)", "unknown"),
    fixed("offer.gone", 0.07, "mean share of days on which Ukraine's offer is withdrawn"),
    fixed("sequencing.gone", 0.03, "mean share of days on which Moscow has dropped its sequencing"),
    fixed("breakthrough.share", 0.08, "mean share of days after a breakthrough"),
    p("territory.drive", 1.6, 1.0, 2.5, "pace of offensives under the resolve to take more territory; centred at the start (resolved)", "unknown"),
]

# ---- Moods: what multiplies pace and odds ----------------------------------------------------------------------------
offer, root_causes = ns.Fact("ukraine.offer_stands", True), ns.Fact("russia.root_causes_first", True)
engaged, blames = ns.Fact("us.engaged", True), ns.Fact("us.blames_moscow", ns.chance(0.5))
minerals, made = ns.Fact("minerals.in_force", True), ns.Fact("breakthrough.made")
trust = ns.Level("trust", 0, low=-1, high=1, step=0.05)
weary = {who.name: ns.Level(f"{who.name}.weariness", 0, low=0, high=2, step=0.05) for who in BOTH}
pull = ns.Level("deadline.pull", "1 / (1 - deadline.share + deadline.share * deadline.rush)", low=0, high=10)

us_push = ns.where(engaged, "us.multiplier", 1) / ns.parse("1 + us.centre * (us.multiplier - 1)")
on_moscow = ns.where(engaged, ns.where(blames, "us.target", 1) / ns.parse("0.5 + 0.5 * us.target"), 1)
on_kyiv = ns.where(engaged, ns.where(blames, 1, "us.target") / ns.parse("0.5 + 0.5 * us.target"), 1)
trusting = ns.exp("trust.weight * (trust - trust.centre)")
mood = trusting * us_push
weariness = ns.exp("weariness.weight * (russia.weariness + ukraine.weariness - weariness.centre)")
settling = ns.where(offer, 1, "1 / offer.weight") * ns.where(root_causes, 1, "sequencing.weight") * ns.where(made, "breakthrough.weight", 1)
settled = ns.parse("1 - offer.gone * (1 - 1 / offer.weight) + sequencing.gone * (sequencing.weight - 1) + breakthrough.share * (breakthrough.weight - 1)")
agreement = mood * weariness * settling / settled

# ---- The memorandum, Ukraine's terms, the round of 2 June -------------------------------------------------------------
terms = ns.Claim("ukraine_terms_sent", by=UKRAINE, credibility=0.9, views={UKRAINE: 1, RUSSIA: "terms.seen if ukraine_terms_sent.holds else 0.1"}, text="Ukraine has handed its terms to Russia", source="judgement", as_of="2025-05-28")
seen = ns.where(terms.seen_by(RUSSIA), "terms.reciprocity", 1) / ns.parse("1 + terms.seen * (terms.reciprocity - 1)")
memo = ns.Promise(
    "memorandum", by=RUSSIA, to=UKRAINE, delay=ns.LogNormal(median="memorandum.median", sigma="memorandum.sigma"), age="10 days", pace=on_moscow * seen * pull,
    only_at_table="memorandum.share_at_table", at_table="istanbul_2.held", title="the text Moscow promised on 19 May")
yields = {"ceasefire": ns.odds("yield.ceasefire", agreement), "truce": ns.odds("yield.truce", mood), "exchange": ns.odds("yield.exchange", mood), "breakthrough": ns.odds("yield.breakthrough", mood)}
talks = ns.Meeting(
    "istanbul_2", among=BOTH, on="2025-06-02T13:00", requires={UKRAINE: memo.delivered}, on_date="round.on_date", waiver=ns.odds("round.waiver", on_kyiv),
    otherwise=ns.Postpone(ns.LogNormal("round.slip_mu", "round.slip_sigma").truncated("11 hours"), never="round.never"),
    products=yields, pace=mood, title="the second round, proposed by Moscow for 2 June")
rounds = ns.Process(
    "rounds", among=BOTH, held_before=1, opening=talks, products=yields, revived_by="us_russia.held", pace=mood,
    stalls=ns.odds("rounds.stall", 1 / mood * ns.where(made, "1 / breakthrough.weight", 1)),
    gap=ns.LogNormal("rounds.gap_mu", "rounds.gap_sigma").truncated("48 hours"),
    stalled_gap=ns.LogNormal("rounds.stalled_mu", "rounds.stalled_sigma").truncated("48 hours"))

# ---- Ceasefire and truce --------------------------------------------------------------------------------------------
ceasefire = ns.Ceasefire(
    "ceasefire", between=BOTH, agreed_when="istanbul_2.ceasefire or rounds.ceasefire", pace=agreement, duration=ns.LogNormal("ceasefire.mu", "ceasefire.sigma"),
    direct=ns.Exponential("max(0.00001, -log(1 - ceasefire.per_month) / 30 - ceasefire.rounds_per_day * yield.ceasefire)"),
    violations=ns.Exponential(mean="20 days"), harm=["trust -= 0.05"], terms="all fighting, whole front, 30 days or open-ended")
truce = ns.Ceasefire(
    "truce", scope="limited", between=BOTH, agreed_when="istanbul_2.truce or rounds.truce", pace=mood, duration=ns.LogNormal("truce.mu", "truce.sigma"),
    direct=ns.Exponential("max(0.00001, -log(1 - truce.per_month) / 30 - truce.rounds_per_day * yield.truce)"),
    violations=ns.Exponential(mean="10 days"), harm=["trust -= 0.1"], terms="energy, sea, local, holiday or a few days")

# ---- Leaders --------------------------------------------------------------------------------------------------------
LEADERS = {
    "leaders": True, "lead": ns.LogNormal(median="leaders.lead", sigma=0.9), "on_date": "leaders.on_date",
    "otherwise": ns.Postpone(ns.LogNormal("round.slip_mu", "round.slip_sigma"), never="leaders.never"),
}
us_russia = ns.Meeting(
    "us_russia", among=[US, RUSSIA], requires={US: engaged}, willing={RUSSIA: trusting * on_moscow}, title="the presidents of the United States and Russia",
    consent={RUSSIA: ns.Exponential("-log(1 - us_russia.within_60) / 60 * us_russia.scale")}, **LEADERS)
paths = ns.where("rounds.number >= 2", 1, 0) + ns.where(us_russia.held, "summit.us_path", 0) + ns.where(ceasefire.holds, "summit.ceasefire_path", 0)
summit = ns.Meeting(
    "summit", among=[*BOTH, US], willing={RUSSIA: paths * trusting * on_moscow * ns.where(made, "breakthrough.weight", 1)},
    requires={RUSSIA: (rounds.number >= 2) | us_russia.held | ceasefire.holds, UKRAINE: offer, US: engaged},
    consent={RUSSIA: ns.Exponential("-log(1 - summit.per_month) / 30 * summit.scale")}, title="the three presidents in one room", **LEADERS)

# ---- The war, the words, Washington ----------------------------------------------------------------------------------
territory = ns.Claim("more_territory", by=RUSSIA, credibility=0.8, text="it is Russia that would take more territory if talks fail (else: Ukraine, as a conditional threat)", source="judgement", as_of="2025-05-28")
stands = ns.Fact("more_territory.stands", True)
drive = ns.where(stands, 1, "1 / territory.drive")
happenings = [
    ns.Action(name="deadline.nears", clock=ns.On("2025-06-01T00:00"), effects=["deadline.pull = deadline.pull * deadline.rush"]),
    ns.Action(name="deadline.passes", clock=ns.On("2025-06-02T13:00"), effects=["deadline.pull = 1"], priority=11),
    act("russia.lose_men", 30, ["russia.weariness += 0.1"], by=RUSSIA),
    act("ukraine.lose_men", 25, ["ukraine.weariness += 0.1"], by=UKRAINE),
    act("russia.attack", 20, ["trust = 0.8 * trust - 0.15", "ukraine.weariness += 0.05"], "not ceasefire.holds", RUSSIA, pace=ns.where(territory.holds, drive, "1 / territory.drive")),
    act("ukraine.strike", 25, ["trust = 0.8 * trust - 0.1", "russia.weariness += 0.05"], "not ceasefire.holds", UKRAINE, pace=ns.where("more_territory.stands and not more_territory.holds and not rounds.active", "territory.drive", 1)),
    act("words.accuse", 15, ["trust = 0.8 * trust - 0.15"]),
    act("words.soothe", 12, ["trust = 0.8 * trust + 0.2"]),
    once("prisoners.come_home", "rounds.exchange", ["trust = 0.8 * trust + 0.2"]),
    once("prisoners.come_home_first", "istanbul_2.exchange", ["trust = 0.8 * trust + 0.2"]),
    once("breakthrough.make", "istanbul_2.breakthrough or rounds.breakthrough", ["breakthrough.made = true"]),
    act("russia.drop_sequencing", 3000, ["russia.root_causes_first = false"], root_causes, RUSSIA, pace=mood * weariness * on_moscow),
    act("ukraine.withdraw_offer", 1500, ["ukraine.offer_stands = false"], offer, UKRAINE, pace=1 / mood),
    act("us.tire", "us.patience", ["us.engaged = false"], engaged, US, pace=ns.where(minerals, 1, "minerals.bond") * ns.where(made, 0.5, 1)),
    act("us.return", "us.return_after", ["us.engaged = true"], ~engaged, US),
    act("us.turn_on_moscow", 40, ["us.blames_moscow = true"], ~blames, US, pace=ns.where(memo.delivered, 0.8, 1.25)),
    act("us.turn_on_kyiv", 40, ["us.blames_moscow = false"], blames, US, pace=ns.where(minerals, 1, "minerals.bond")),
]

# ---- What it would mean to suppose each mechanism away -----------------------------------------------------------------
mechanisms = [ns.Mechanism(name=name, title=title, off=off) for name, title, off in [
    ("memorandum_promise", "the memorandum promised and delivered; off: never delivered", never(memo.delivered)),
    ("handover_at_table", "the memorandum only at the table; off: no such share", without("memorandum.hand_over")),
    ("terms_of_ukraine", "Ukraine's terms sent, seen differently by each side; off: Moscow never saw them", never(terms.seen_by(RUSSIA))),
    ("waived_precondition", "the circle: memorandum only at the table, table only with the memorandum; a waiver breaks it; off: nobody waives", never(talks.waived)),
    ("postponement", "a round that slips is held late; off: never late", without("istanbul_2.meet_late")),
    ("later_rounds", "rounds follow in active and stalled states; off: none follows", without("rounds.meet", "rounds.meet_again")),
    ("stalling", "rounds stall; off: the process stays active", without(rounds.active)),
    ("prisoner_exchanges", "exchanges of prisoners build trust; off: none is agreed", never("istanbul_2.exchange", "rounds.exchange")),
    ("ceasefire_offer", "Ukraine's offer of an unconditional ceasefire; off: no offer", never(offer)),
    ("root_causes_first", "Russia's root causes first; off: not insisted on", never(root_causes)),
    ("limited_truces", "limited truces; off: none", never(truce.agreed, truce.holds)),
    ("war_of_attrition", "losses wear both sides down at their own pace; off: no losses", without("russia.lose_men", "ukraine.lose_men")),
    ("war_of_words", "accusations cost trust; off: no accusations", without("words.accuse")),
    ("offensives", "attacks and strikes cost trust and wear down; off: none", without("russia.attack", "ukraine.strike")),
    ("contested_territory", "someone means to take more territory; off: nobody does", never(stands)),
    ("no_breakthrough", "no breakthrough so far; off: the first round made one", [ns.Do(fact=made, on="2025-05-29")]),
    ("minerals_deal", "the minerals deal binds US interest; off: not in force", never(minerals)),
    ("us_pressure", "US pressure for a fast end; off: not engaged", never(engaged)),
    ("target_of_pressure", "the dispute over blame turns the pressure on Moscow; off: only on Kyiv", never(blames)),
    ("us_fatigue", "US pressure tires; off: it does not", without("us.tire")),
    ("approach_of_date", "the date of the round hurries the memorandum; off: it does not draw near", without("deadline.nears")),
    ("us_russia_meeting", "a meeting of the US and Russian presidents; off: never", never(us_russia.held)),
    ("trilateral_summit", "the summit of three; off: never", never(summit.held)),
]]

# ---- Questions -------------------------------------------------------------------------------------------------------
exchange2 = "istanbul_2.exchange or rounds.number == 2 and rounds.exchange"
questions = [
    q("memo_before_session", memo.delivered, "2025-06-02T13:00", 0.15, "Ukraine's government confirms that it holds the whole text that Russia calls its memorandum before the second round opens, by 13:00 on 2 June if none opens that day", throughout=~talks.held),
    q("memo_by_2_june", memo.delivered, "2025-06-02", 0.26, "the same text is with Ukraine by the end of 2 June, whether before, at or after the table"),
    q("round2_on_2_june", talks.held, "2025-06-02", 0.43, "the second round opens in Istanbul on 2 June, neither earlier nor later", after="2025-06-02"),
    q("round2_by_30_june", rounds.number >= 2, "2025-06-30", 0.67, "the second round opens anywhere by 30 June"),
    q("round3_by_30_june", rounds.number >= 3, "2025-06-30", 0.20, "a third round, over 48 hours after the second, opens anywhere by 30 June"),
    q("round3_by_31_july", rounds.number >= 3, "2025-07-31", 0.25, "a third round, over 48 hours after the second, opens anywhere by 31 July"),
    q("prisoner_exchange_at_round2", exchange2, "2025-06-30", 0.47, "the second round opens by 30 June and both sides announce by the next day that living prisoners of war will be exchanged"),
    q("prisoner_exchange_given_round2", exchange2, "2025-06-30", None, "the same, given that the second round opens by 30 June", given=rounds.number >= 2, given_by="2025-06-30"),
    q("limited_truce_by_31_aug", truce.agreed, "2025-08-31", None, "both governments accept a halt of some kind of fighting"),
    q("ceasefire_by_30_june", ceasefire.agreed, "2025-06-30", 0.03, "both governments publicly accept one halt of all fighting on the whole front, open-ended or for 30 days or more"),
    q("ceasefire_by_31_dec", ceasefire.agreed, "2025-12-31", 0.14, "the same by the end of the year"),
    q("us_russia_leaders_by_31_aug", us_russia.held, "2025-08-31", 0.25, "the presidents of the United States and Russia meet in person for talks that both announced"),
    q("summit_by_30_june", summit.held, "2025-06-30", 0.02, "the presidents of Ukraine, Russia and the United States talk in one room at one time"),
    q("summit_by_31_dec", summit.held, "2025-12-31", 0.14, "the same by the end of the year"),
]

scenario = ns.Scenario(
    "istanbul-2025", start="2025-05-29", end="2025-12-31", zone="Europe/Istanbul", as_of="2025-05-28",
    title="Istanbul, second round: the memorandum, the ceasefire, the summit",
    note="Built after the events from tables of public facts: agreement with what happened is a case study, not a track record. Multipliers are centred at the start or on the run's mean, as their titles say.",
    parts=[RUSSIA, UKRAINE, US, *evidence, *parameters, offer, root_causes, engaged, blames, minerals, made, trust, *weary.values(), pull, terms, memo, talks,
           rounds, ceasefire, truce, us_russia, summit, territory, stands, *happenings, *mechanisms, *questions],
)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    for question in questions:
        print(f"{question.name:32} {runs.probability(question.name)}")
