"""The second Istanbul round as it looked on 28 May 2025: the scenario in Python, equal to the shipped file.

Run it: ``python examples/istanbul_2025.py``. Numbers (what each is, range, source, grade), sources and the wording of
questions are data in ``seeds/``. Every multiplier is 1 at its centre; its title says what the centre is.
"""

import csv
import tomllib
from pathlib import Path

import negsim as ns

# fmt: off
SEEDS = Path(__file__).parents[1] / "seeds"
SEED = tomllib.loads((SEEDS / "istanbul-2025.toml").read_text("utf-8"))
TABLES = [(SEEDS / "evidence" / name).read_text("utf-8").splitlines()[1:] for name in ("rates.csv", "judgements.csv")]
RUSSIA, UKRAINE = ns.Party("russia", "Russia"), ns.Party("ukraine", "Ukraine")
US = ns.Party("united_states", "United States")
BOTH, KNOWN = [RUSSIA, UKRAINE], {"as_of": "2025-05-28", "source": "judgement"}

def parameter(row):
    """Its best value is the median of what is believed (or the mean); 5 % lies below the range, 5 % above."""
    said = {key: float(row[at]) for key, at in ((row["said_as"], "best"), ("p5", "low"), ("p95", "high")) if row[at]}
    late = {"as_of": "2025-07-23", "hindsight": True} if row["hindsight"] == "yes" else {}
    return ns.Parameter(row["parameter"], unit=row["unit"], source=row["source"], grade=row["grade"], title=row["what"],
                        family=row["family"] or None, **said, **late)
def once(name, when, *effects):
    """Something that happens as soon as a condition turns true."""
    return ns.Action(name=name, clock=ns.Immediately(), when=when, effects=effects)
def act(name, mean, *effects, when=True, by=None, pace=1):
    """Something that happens again and again, after exponential times with this mean."""
    return ns.Action(name=name, clock=ns.Exponential(mean=mean), effects=effects, when=when, by=by, pace=pace)
def never(*facts):
    """Suppose that these never come, or never were."""
    return tuple(ns.Do(fact=fact, never=True) for fact in facts)
def without(*names):
    """Suppose these things away."""
    return tuple(ns.Without(element=name) for name in names)

# ---- Moods: trust between the two, weariness of each, Washington's pressure and whom it blames ---------------------
offer, made, near = ns.Fact("ukraine.offer_stands", True), ns.Fact("breakthrough.made"), ns.Fact("deadline.near")
engaged, blames = ns.Fact("us.engaged", True), ns.Fact("us.blames_moscow", ns.chance(0.5))
trust = ns.Level("trust", 0, low=-1, high=1, step=0.1)
weary = [ns.Level(f"{who.name}.weariness", 0, low=0, high=2, step=0.1) for who in BOTH]
minerals = ns.SideDeal("minerals", between=[UKRAINE, US], signed=True, bond="minerals.bond", subject="minerals, a fund")

trusting = ns.exp("trust.weight * (trust - trust.centre)")
weariness = ns.exp("weariness.weight * (russia.weariness + ukraine.weariness - weariness.centre)")
pushed = ns.where(engaged, "us.multiplier", 1) / ns.parse("1 + us.centre * (us.multiplier - 1)")
blamed = ns.where(blames, "us.target", 1) / ns.parse("0.5 + 0.5 * us.target")
spared = ns.where(blames, 1, "us.target") / ns.parse("0.5 + 0.5 * us.target")
mood, unbound = trusting * pushed, ns.where(minerals.in_force, 1, "minerals.bond")

# ---- Root causes first; the memorandum; Ukraine's terms; the round of 2 June; the rounds after it ------------------
root_causes = ns.Demand(
    "root_causes", of=RUSSIA, needs=made, yields=ns.Exponential(mean="3000 days"), pace=weariness,
    title="root causes before any ceasefire")
settling = ns.where(offer, 1, "1 / offer.weight") * ns.where(root_causes.clear, "sequencing.weight", 1) / ns.parse(
    "1 - offer.gone * (1 - 1 / offer.weight) + sequencing.gone * (sequencing.weight - 1)") * pushed * weariness
terms = ns.Claim(
    "ukraine_terms_sent", by=UKRAINE, credibility=0.9, text="Ukraine has handed its terms to Russia", **KNOWN,
    views={UKRAINE: 1, RUSSIA: "terms.seen if ukraine_terms_sent.holds else 0.1"})
seen = ns.where(terms.seen_by(RUSSIA), "terms.reciprocity", 1) / ns.parse("1 + terms.seen * (terms.reciprocity - 1)")
rush = ns.where("istanbul_2.held or istanbul_2.postponed or istanbul_2.called_off", 1, ns.where(
    near, "deadline.rush", 1) / ns.parse("1 - deadline.share + deadline.share * deadline.rush"))
memo = ns.Promise(
    "memorandum", by=RUSSIA, to=UKRAINE, delay=ns.LogNormal(median="memorandum.median", sigma="memorandum.sigma"),
    age="10 days", pace=ns.where(engaged, blamed, 1) * seen * rush, only_at_table="memorandum.share_at_table",
    at_table="istanbul_2.held", title="the text Moscow promised on 19 May")
yields = {name: ns.odds(f"yield.{name}", mood) for name in ("truce", "exchange", "breakthrough")}
yields["ceasefire"] = ns.odds("yield.ceasefire", trusting * settling)
slip, waiver = ns.LogNormal("round.slip_mu", "round.slip_sigma"), ns.odds("round.waiver", ns.where(engaged, spared, 1))
talks = ns.Meeting(
    "istanbul_2", among=BOTH, on="2025-06-02T13:00", on_date="round.on_date", requires={UKRAINE: memo.delivered},
    waiver=waiver, otherwise=ns.Postpone(slip.truncated("11 hours"), never="round.never"), products=yields,
    title="the round proposed for 2 June")
rounds = ns.Process(
    "rounds", among=BOTH, held_before=1, opening=talks, products=yields, revived_by="us_russia.held",
    requires={UKRAINE: ns.parse("rounds.number >= 2") | memo.delivered}, waiver=waiver,
    stalls=ns.odds("rounds.stall", ns.where(made, "1 / breakthrough.weight", 1) / mood),
    gap=ns.LogNormal("rounds.gap_mu", "rounds.gap_sigma").truncated("48 hours"),
    stalled_gap=ns.LogNormal("rounds.stalled_mu", "rounds.stalled_sigma").truncated("48 hours"))

# ---- Ceasefire, truce, leaders -------------------------------------------------------------------------------------
def direct(name):
    """Agreed in other ways than at a round."""
    return ns.Exponential(f"max(0.00001, -log(1 - {name}.per_month) / 30 - {name}.rounds_per_day * yield.{name})")
def halt(name, days, harm, **rest):
    """A halt of fighting that rounds, or other ways, bring about, and whose violations cost trust."""
    return ns.Ceasefire(
        name, between=BOTH, agreed_when=f"istanbul_2.{name} or rounds.{name}", direct=direct(name), harm=[harm],
        duration=ns.LogNormal(f"{name}.mu", f"{name}.sigma"), violations=ns.Exponential(mean=days), **rest)
def leaders(name, among, hazard, **rest):
    """A meeting of leaders while Washington is engaged, once Moscow consents; its date may come to nothing."""
    return ns.Meeting(
        name, among=among, when=engaged, leaders=True, lead=ns.LogNormal(median="leaders.lead", sigma=0.9),
        on_date="leaders.on_date", otherwise=ns.Postpone(slip, never="leaders.never"),
        consent={RUSSIA: ns.Exponential(hazard)}, **rest)
ceasefire = halt("ceasefire", 40, "trust -= 0.1", pace=settling, terms="all fighting, whole front, 30 days or more")
truce = halt(
    "truce", 30, "trust -= 0.3", pace=trusting, scope="limited", terms="energy, sea, local, holiday or a few days")
us_russia = leaders(
    "us_russia", [US, RUSSIA], "-log(1 - us_russia.within_60) / 60 * us_russia.scale", willing={RUSSIA: blamed},
    title="the presidents of the United States and Russia")
paths = ns.where("rounds.number >= 2", 1, 0) + ns.where(us_russia.held, "summit.us_path", 0) + ns.where(
    ceasefire.holds, "summit.ceasefire_path", 0)
summit = leaders(
    "summit", [*BOTH, US], "-log(1 - summit.per_month) / 30 * summit.scale", title="the three presidents in one room",
    requires={RUSSIA: (rounds.number >= 2) | us_russia.held | ceasefire.holds, UKRAINE: offer},
    willing={RUSSIA: paths * ns.where(made, "breakthrough.weight", 1) * trusting})

# ---- The war, the words, Washington --------------------------------------------------------------------------------
territory = ns.Claim("more_territory", by=RUSSIA, credibility=0.8, **KNOWN, text=(
    "it is Russia that would take more territory if talks fail (else: Ukraine, as a conditional threat)"))
stands = ns.Fact("more_territory.stands", True)
resolved = ns.where(territory.holds, ns.where(stands, 1, "1 / territory.drive"), "1 / territory.drive")
waiting = ns.where(memo.delivered, 0.8, 1.25)
threatens = ns.where(stands & ~territory.holds & ~rounds.active, "territory.drive", 1)
happenings = [
    ns.Action(name="deadline.nears", clock=ns.On("2025-06-01T00:00"), effects=["deadline.near = true"]),
    act("russia.lose_men", 85, "russia.weariness += 0.3", by=RUSSIA),
    act("ukraine.lose_men", 70, "ukraine.weariness += 0.3", by=UKRAINE),
    act("russia.attack", 50, "trust = 0.5 * trust - 0.3", "ukraine.weariness += 0.1", when=~ceasefire.holds, by=RUSSIA,
        pace=resolved),
    act("ukraine.strike", 60, "trust = 0.5 * trust - 0.2", "russia.weariness += 0.1", when=~ceasefire.holds, by=UKRAINE,
        pace=threatens),
    act("words.accuse", 54, "trust = 0.5 * trust - 0.3"),
    act("words.soothe", 45, "trust = 0.5 * trust + 0.4"),
    once("prisoners.come_home", "rounds.exchange", "trust = 0.8 * trust + 0.2"),
    once("prisoners.come_home_first", "istanbul_2.exchange", "trust = 0.8 * trust + 0.2"),
    once("breakthrough.make", "istanbul_2.breakthrough or rounds.breakthrough", "breakthrough.made = true"),
    act("ukraine.withdraw_offer", 1500, "ukraine.offer_stands = false", when=offer, by=UKRAINE, pace=1 / pushed),
    act("us.tire", "us.patience", "us.engaged = false", when=engaged, by=US, pace=unbound * ns.where(made, 0.5, 1)),
    act("us.return", "us.return_after", "us.engaged = true", when=~engaged, by=US),
    act("us.turn_on_moscow", 60, "us.blames_moscow = true", when=~blames, by=US, pace=waiting),
    act("us.turn_on_kyiv", 60, "us.blames_moscow = false", when=blames, by=US, pace=unbound),
]

# ---- What it would mean to suppose each mechanism away -------------------------------------------------------------
mechanisms = [ns.Mechanism(name=name, title=title, off=off) for name, title, off in [
    ("memorandum_promise", "the memorandum promised and delivered; off: never delivered", never(memo.delivered)),
    ("handover_at_table", "the memorandum only at the table; off: no such share", without("memorandum.hand_over")),
    ("terms_of_ukraine", "Ukraine's terms, seen differently by each side; off: unseen", never(terms.seen_by(RUSSIA))),
    ("waived_precondition", "the circle: memorandum only at the table, table only with the memorandum; a waiver breaks"
     " it; off: nobody waives", [ns.Harden(requirement=f"{name}.requires.ukraine") for name in (talks.name, "rounds")]),
    ("postponement", "a round that slips is held late; off: never late", without("istanbul_2.meet_late")),
    ("later_rounds", "rounds follow, active or stalled; off: none", without("rounds.meet", "rounds.meet_again")),
    ("stalling", "rounds stall; off: the process stays active", without(rounds.active)),
    ("prisoner_exchanges", "exchanges build trust; off: none agreed", never("istanbul_2.exchange", "rounds.exchange")),
    ("ceasefire_offer", "Ukraine's offer of an unconditional ceasefire; off: no offer", never(offer)),
    ("root_causes_first", "Russia's root causes first; off: not insisted on", never(root_causes.stated)),
    ("limited_truces", "limited truces; off: none", never(truce.agreed, truce.holds)),
    ("war_of_attrition", "losses wear both sides down; off: no losses", without("russia.lose_men", "ukraine.lose_men")),
    ("war_of_words", "accusations cost trust; off: no accusations", without("words.accuse")),
    ("offensives", "attacks cost trust and wear down; off: none", without("russia.attack", "ukraine.strike")),
    ("contested_territory", "someone means to take more territory; off: nobody does", never(stands)),
    ("no_breakthrough", "no breakthrough so far; off: the first round made one", [ns.Do(fact=made, on="2025-05-29")]),
    ("minerals_deal", "the minerals deal binds US interest; off: not in force", never(minerals.in_force)),
    ("us_pressure", "US pressure for a fast end; off: not engaged", never(engaged)),
    ("target_of_pressure", "the dispute over blame turns the pressure on Moscow; off: only on Kyiv", never(blames)),
    ("us_fatigue", "US pressure tires; off: it does not", without("us.tire")),
    ("approach_of_date", "the date hurries the memorandum; off: it does not draw near", without("deadline.nears")),
    ("us_russia_meeting", "a meeting of the US and Russian presidents; off: never", never(us_russia.held)),
    ("trilateral_summit", "the summit of three; off: never", never(summit.held)),
]]

# ---- Questions: their conditions; wording, date and base rate stand in the seed ------------------------------------
exchange2, second = "istanbul_2.exchange or rounds.number == 2 and rounds.exchange", rounds.number >= 2
ASKED = {
    "memo_before_session": {"condition": memo.delivered, "throughout": ~talks.held}, "memo_by_2_june": memo.delivered,
    "round2_on_2_june": {"condition": talks.held, "after": "2025-06-02"}, "round2_by_30_june": second,
    "round3_by_30_june": rounds.number >= 3, "round3_by_31_july": rounds.number >= 3,
    "prisoner_exchange_at_round2": exchange2,
    "prisoner_exchange_given_round2": {"condition": exchange2, "given": second, "given_by": "2025-06-30"},
    "limited_truce_by_31_aug": truce.agreed, "us_russia_leaders_by_31_aug": us_russia.held,
    "ceasefire_by_30_june": ceasefire.agreed, "ceasefire_by_31_dec": ceasefire.agreed,
    "summit_by_30_june": summit.held, "summit_by_31_dec": summit.held,
}
def question(row):
    """Does it become true by then?"""
    asked = ASKED[row["name"]]
    return ns.Question(**row, **(asked if isinstance(asked, dict) else {"condition": asked}),
                       source="base_rates" if "base_rate" in row else "")

scenario = ns.Scenario(
    "istanbul-2025", start="2025-05-29", end="2025-12-31", zone="Europe/Istanbul", as_of="2025-05-28",
    title="Istanbul, second round: the memorandum, the ceasefire, the summit",
    note="Built after the events from tables of public facts: agreement with what happened is a case study, not a track"
    " record. Multipliers are centred at the start or on the run's mean, as their titles say.",
    parts=[
        RUSSIA, UKRAINE, US, *(ns.Evidence(**row) for row in SEED["evidence"]),
        *(parameter(row) for table in TABLES for row in csv.DictReader(table)), offer, made, near, engaged, blames,
        trust, *weary, minerals, root_causes, terms, memo, talks, rounds, ceasefire, truce, us_russia, summit,
        territory, stands, *happenings, *mechanisms, *map(question, SEED["question"])])

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    for asked in SEED["question"]:
        print(f"{asked['name']:32} {runs.probability(asked['name'])}")
