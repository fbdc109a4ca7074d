"""The second Istanbul round as it looked on 28 May 2025: the scenario in Python, equal to the shipped file.

What was said, by whom, to whom, how far it is believed stands claim by claim in ``seeds/istanbul-2025.toml``: brackets
name the [claim] that a part carries. Numbers stand in ``seeds/evidence``. Reasons move nobody at their centre.
"""

import tomllib
from pathlib import Path
from typing import Any

import negsim as ns

# fmt: off
Row = dict[str, Any]
Reason = tuple[str, str, Any, str, Any]
SEED, RATES, JUDGED = (tomllib.loads((Path(__file__).parents[1] / f"seeds/{name}.toml").read_text("utf-8"))
                       for name in ("istanbul-2025", "evidence/rates", "evidence/judgements"))
RUSSIA, UKRAINE, US, PRESS = (ns.Party(**row) for row in SEED["party"])
BOTH, FUND = [RUSSIA, UKRAINE], "minerals, a fund"
def decision(name: str, by: ns.Party, title: str, options: Row, reasons: dict[str, Reason], **at: Any) -> ns.Decision:
    """Options: share, sentence, effects. Reasons: option, sentence, what is read, weight in log odds, centre."""
    return ns.Decision(name, by=by, title=title, **at, options={
        key: ns.Option(share=share, says=says, effects=effects) for key, (share, says, *effects) in options.items()},
        reasons={key: ns.ReasonFor(option, says=says, reads=reads, weight=weight, centre=centre)
                 for key, (option, says, reads, weight, centre) in reasons.items()})
def view(option: str, says: str, who: ns.Party, word: str) -> Reason:  # the party holds this claim true
    return option, says, f"{who.name}.sees.{word}", "views.weight", f"{word}.credited_by_{who.name}"
def pressed(option: str, who: ns.Party) -> Reason:  # pressure with a target, as far as that takes it seriously
    target, share = ("moscow", "us.on_moscow") if who is RUSSIA else ("kyiv", "(1 - us.on_moscow)")
    return (option, "Washington presses it and means it", f"us_presses.{target} and {who.name}.sees.pressure_meant",
            "log(us.multiplier) / pressure.share", f"us.engaged * {share} * pressure_meant.credited_by_{who.name}")
def weary(option: str, who: ns.Party, centre: str | float) -> Reason:  # its own losses [war_of_attrition]
    return (option, "its losses are heavy, and nobody wins", f"{who.name}.losses if {who.name}.sees.stalemate else 0",
            "losses.weight", centre)
def faith(who: ns.Party, step: str) -> str:  # an act moves a side's faith that the other is serious
    return f"{who.name}.faith = faith.kept * {who.name}.faith + {step}"
def blame(step: str) -> str:  # or whom Washington blames: 1 is all on Moscow, -1 all on Kyiv
    return f"us.blame = blame.kept * us.blame + {step}"
def act(name: str, mean: str, when: Any, *effects: str, by: ns.Party | None = None, pace: Any = 1) -> ns.Action:
    clock = ns.Exponential(mean=mean) if mean else ns.Immediately()  # or as soon as it turns true
    return ns.Action(name=name, clock=clock, when=when, effects=effects, by=by, pace=pace, priority=0 if mean else 1)

# ---- What stands on 28 May: [no_breakthrough], [since_march], [unconditional], [territory], [trilateral], [minerals] -
made, since, offer = ns.Fact("breakthrough.made"), ns.Fact("process.since_march", True), ns.Fact("offer.stands", True)
sought, matters = ns.Fact("territory.sought", True), ns.Fact("summit.matters", True)
levels = [*(ns.Level(f"{who.name}.losses", low=0, high=3, step=0.1) for who in BOTH),
          *(ns.Level(name, low=-1, high=1, step=0.1) for name in ("russia.faith", "ukraine.faith", "us.blame"))]
minerals = ns.SideDeal("minerals", between=[UKRAINE, US], signed=True, title="the minerals deal", subject=FUND)
mood = ns.exp("faith.weight * (russia.faith + ukraine.faith - faith.centre_both)"
              " + log(us.multiplier) * ((0 if us_presses.nobody else 1) - us.engaged)")
# ---- Washington: whom it presses, a fortnight at a time [fast_end]; whether it is for a meeting with Moscow ----------
us_presses = decision("us_presses", US, "whom does it press?", {
    "moscow": ("us.engaged * us.on_moscow", "it presses Moscow"),
    "kyiv": ("us.engaged * (1 - us.on_moscow)", "it presses Kyiv"), "nobody": (None, "it presses nobody")}, {
    "blame_moscow": ("moscow", "it blames Moscow", "us.blame", "blame.weight", "blame.centre"),
    "blame_kyiv": ("kyiv", "it blames Kyiv", "-us.blame", "blame.weight", "-blame.centre"),
    "offer": ("moscow", "Kyiv means its offer", "offer.stands and united_states.sees.offer_meant", "views.weight",
              "offer.centre"),
    "terms": view("moscow", "Kyiv has sent its terms", US, "terms_sent"),                                 # [terms_sent]
    "text": view("kyiv", "Moscow will bring its text", US, "text_promised"),                           # [date_proposed]
    "causes": view("kyiv", "Moscow's root causes are terms that can be met", US, "causes_meant"),        # [root_causes]
    "willing": view("moscow", "Kyiv does not prolong the war", US, "kyiv_willing"),                        # [narrative]
    "minerals": ("nobody", "no minerals deal binds it", ~minerals.in_force, "minerals.weight", 0),          # [minerals]
    "success": ("nobody", "success is near", made, "-breakthrough.weight", 0)}, every="14 days", on="2025-05-29T06:00")
us_meets = decision("us_meets", US, "is it for a meeting with Moscow?", {
    "invite": ("us.meets", "it is for a meeting"), "wait": (None, "it waits")}, {
    "aloof": ("wait", "it presses nobody", "us_presses.nobody", "minerals.weight", "1 - us.engaged"),
    "minerals": ("wait", "no minerals deal binds it", ~minerals.in_force, "minerals.weight", 0),
    "blame": ("wait", "it blames Moscow", "us.blame", "blame.weight", "blame.centre"),
    "ready": view("invite", "Moscow's leader is ready", US, "russia_ready")}, every="28 days", on="2025-05-29T07:00")
# ---- Kyiv answers the story told in Washington [narrative]; Moscow has a text to hand over [date_proposed] -----------
kyiv_answers = decision("kyiv_answers", UKRAINE, "does it act against the story that it prolongs the war?", {
    "answer": ("answers.share", "it acts to show that it wants peace", blame("blame.step")),
    "let_stand": (None, "it lets the story stand")}, {
    "blame": ("answer", "the blame lies on it", "-us.blame", "blame.weight", "-blame.centre"),
    "meant": view("answer", "Washington's pressure has consequences", UKRAINE, "pressure_meant")}, at="us_presses.kyiv")
moscow_hands_over = decision("moscow_hands_over", RUSSIA, "when does it hand over its text?", {
    "ahead": (None, "it sends the text as soon as it is ready"),
    "at_table": ("memorandum.share_at_table * (1 - memorandum.withheld)", "it keeps the text for the table"),
    "withhold": ("memorandum.withheld", "it hands over no text for now")}, {
    "pressed": pressed("ahead", RUSSIA), "faith": ("ahead", "Kyiv is serious", "russia.faith", "faith.weight", 0),
    "terms": ("ahead", "it has Kyiv's terms", "russia.sees.terms_sent", "terms.weight", "terms.centre"),
    "time": ("withhold", "it plays for time", "russia.sees.moscow_stalls", "stalls.weight", "stalls.centre")},
    at="us_presses.decided and not istanbul_2.due and not rounds.due and not memorandum.delivered")
memo = ns.Promise("memorandum", by=RUSSIA, to=UKRAINE, age="10 days", when=moscow_hands_over.chose("ahead"),
                  delay=ns.LogNormal(median="memorandum.median", sigma="memorandum.sigma"), title="the promised text")
hand_over = act("memorandum.hand_over", "", "(istanbul_2.held or rounds.number >= 2) and moscow_hands_over.at_table",
                "memorandum.delivered = true", by=RUSSIA)
# ---- The round of 2 June only with the text [round_conditional], unless Kyiv waives that [text_first]; later rounds --
kyiv_attends = decision("kyiv_attends", UKRAINE, "does it come without the text?", {
    "go": ("round.waiver", "it comes without the text", blame("blame.step")),
    "stay": (None, "it stays away", blame("-blame.step"))}, {
    "blame": ("go", "the blame would fall on it", "-us.blame", "blame.weight", "-blame.at_round"),
    "pressed": pressed("go", UKRAINE), "losses": weary("go", UKRAINE, 0),
    "faith": ("go", "Moscow is serious", "ukraine.faith", "faith.weight", "faith.at_round"),
    "text": view("go", "the text will lie on the table", UKRAINE, "text_promised"),
    "ready": view("go", "Moscow's leader is ready", UKRAINE, "russia_ready"),
    "causes": view("go", "Moscow's root causes are terms that can be met", UKRAINE, "causes_meant"),
    "time": ("stay", "it plays for time", "ukraine.sees.kyiv_stalls", "stalls.weight", "stalls.centre")},
    at="istanbul_2.due and not istanbul_2.requires.ukraine or rounds.due")
yields = {name: ns.odds(ns.parse(f"yield.{name}"), mood) for name in ("truce", "exchange", "breakthrough")}
yields["halt"] = ns.minimum("yield.ceasefire / (causes.dropped * halt.centre)", 1)
slip, waiver = ns.LogNormal("round.slip_mu", "round.slip_sigma"), kyiv_attends.chose("go")
talks = ns.Meeting("istanbul_2", title="the second round", among=BOTH, on="2025-06-02T13:00", waiver=waiver,
    requires={UKRAINE: memo.delivered}, products=yields, on_date=ns.parse("round.on_date"),
    otherwise=ns.Postpone(slip.truncated("11 hours"), never=ns.parse("round.never")))
rounds = ns.Process(
    "rounds", among=BOTH, held_before=1, opening=talks, products=yields, revived_by="us_russia.held",
    requires={UKRAINE: "rounds.number >= 2 or memorandum.delivered"}, waiver=waiver, pace=ns.sqrt(mood) * ns.where(
        since, 1, "1 / process.seasoned"), stalls=ns.odds(ns.parse("rounds.stall"), 1 / mood),
    gap=ns.LogNormal("rounds.gap_mu", "rounds.gap_sigma").truncated("48 hours"), title="the talks",
    stalled_gap=ns.LogNormal("rounds.stalled_mu", "rounds.stalled_sigma").truncated("48 hours"))
# ---- A halt of fighting: Moscow's root causes [root_causes], Kyiv's offer [unconditional]; truces; offensives --------
root_causes = ns.Demand("root_causes", of=RUSSIA, needs=made, title="root causes before any ceasefire")
moscow_halts = decision("moscow_halts", RUSSIA, "does it drop its root causes for a halt?", {
    "accept": (ns.where(root_causes.clear, 1, "causes.dropped") * ns.where(offer, 1, "halt.without_offer"),
               "it agrees", "halt.proposed = false"), "insist": (None, "it insists", "halt.proposed = false")}, {
    "losses": weary("accept", RUSSIA, "losses.centre_russia"), "pressed": pressed("accept", RUSSIA),
    "faith": ("accept", "Kyiv is serious", "russia.faith", "faith.weight", "faith.centre_russia"),
    "offer": view("accept", "Kyiv means its offer", RUSSIA, "offer_meant"),
    "ready": view("accept", "Kyiv's leader is ready", RUSSIA, "ukraine_ready"),
    "summit": ("accept", "the presidents met", "summit.held and summit.matters", "summit.weight", 0),     # [trilateral]
    "advance": ("insist", "its offensive is on", "moscow_attacks.attack", "attack.weight", "attack.centre"),
    "time": ("insist", "it stalls", "russia.sees.moscow_stalls", "stalls.weight", "stalls.centre")}, at="halt.proposed")
moscow_attacks = decision("moscow_attacks", RUSSIA, "does it go on the offensive?", {
    "attack": ("attack.share", "it attacks", faith(UKRAINE, "-faith.step"), blame(
        "(blame.step if united_states.sees.russia_wants_more else 0)")), "hold": (None, "it holds")}, {
    "losses": weary("hold", RUSSIA, "losses.centre_russia"), "pressed": pressed("hold", RUSSIA),
    "land": ("attack", "it wants more land", "territory.sought and russia.sees.russia_wants_more",         # [territory]
             "territory.weight", "territory.centre")}, every="28 days", on="2025-05-30T08:00")
def rest(name: str, share: str = "1") -> str:  # mean days to what comes about in other ways than at a round
    return f"{share} / max(rate.least, -log(1 - {name}.per_month) / month - {name}.rounds_per_day * yield.{name})"
shaken = [faith(who, "-faith.step") for who in BOTH]
ceasefire = ns.Ceasefire(
    "ceasefire", between=BOTH, agreed_when=moscow_halts.chose("accept"), terms="all fighting, whole front, 30 days on",
    title="a general ceasefire", duration=ns.LogNormal("ceasefire.mu", "ceasefire.sigma"), harm=shaken,
    violations=ns.Exponential(mean="ceasefire.violated_every"))
truce = ns.Ceasefire(
    "truce", between=BOTH, agreed_when="istanbul_2.truce or rounds.truce", terms="energy, sea, local, days", pace=mood,
    title="a limited truce", scope="limited", duration=ns.LogNormal("truce.mu", "truce.sigma"), harm=shaken,
    violations=ns.Exponential(mean="truce.violated_every"), direct=ns.Exponential(mean=rest("truce")))
# ---- Leaders: Washington and Moscow; the three [trilateral], each of them only when ready [readiness] ----------------
def readiness(who: ns.Party, word: str, capital: str) -> ns.Readiness:  # motivation times optimism
    return ns.Readiness(
        f"{who.name}_readiness", of=who, cost=f"readiness.losses * {who.name}.losses", risk=f"1 if {word}.holds else 0",
        pressure=f"readiness.pressure if us_presses.{capital} and {who.name}.sees.pressure_meant else 0",
        trust=f"1 + {who.name}.faith", threshold="readiness.threshold")
ready = [readiness(RUSSIA, "russia_ready", "moscow"), readiness(UKRAINE, "ukraine_ready", "kyiv"), ns.Readiness(
    "us_readiness", of=US, risk="1 if us_ready.holds or us_russia.held else 0", threshold="readiness.threshold")]
def leaders(name: str, title: str, requires: dict[ns.Party | str, Any], hazard: str, willing: Any) -> ns.Meeting:
    return ns.Meeting(
        name, among=list(requires), leaders=True, lead=ns.LogNormal(median="leaders.lead", sigma="leaders.lead_sigma"),
        on_date=ns.parse("leaders.on_date"), otherwise=ns.Postpone(slip, never=ns.parse("leaders.never")), title=title,
        requires=requires, consent={RUSSIA: ns.Exponential(hazard)}, willing={RUSSIA: willing})
_, _, felt, weight, centre = pressed("", RUSSIA)
pull = ns.exp(f"{weight} * ((1 if {felt} else 0) - {centre})")
us_russia = leaders(
    "us_russia", "the meeting of the American and Russian presidents", {US: us_meets.chose("invite"), RUSSIA: True},
    "-log(1 - us_russia.within_60) / us_russia.window * us_russia.scale",
    pull * ns.exp("views.weight * ((1 if russia.sees.us_ready else 0) - us_ready.credited_by_russia)"))
paths = 1 + ns.where("rounds.number >= 2", "summit.rounds_path", 0) + ns.where(
    us_russia.held, "summit.us_path", 0) + ns.where(ceasefire.holds, "summit.ceasefire_path", 0)
summit = leaders(
    "summit", "the meeting of the three presidents", {one.of: one.ready for one in ready},
    "-log(1 - summit.per_month) / month * summit.scale", pull * paths * ns.exp(
        "views.weight * ((1 if offer.stands and russia.sees.offer_meant else 0) - offer_meant.credited_by_russia)"
        " + (breakthrough.weight if breakthrough.made else 0)"))
# ---- The war, the words, what follows from them ----------------------------------------------------------------------
def accuse(speaker: ns.Party, hearer: ns.Party, word: str, step: str) -> ns.Action:  # the other [accusations]
    shaken = f"(0 if {hearer.name}.sees.{word} else -faith.step)"  # not by what it knows to be true
    return act(f"{speaker.name}.accuse", "words.every", True, faith(hearer, shaken), blame(
        f"({step} if united_states.sees.{word} else 0)"), by=speaker)
PUT, HOME = ("halt.proposed = true", "moscow_halts.accept = false"), [faith(who, "faith.step") for who in BOTH]
war = [
    act("halt.put", rest("ceasefire", "causes.dropped * halt.centre"), ~ceasefire.holds, *PUT),
    act("halt.put_first", "", "istanbul_2.halt", *PUT), act("halt.put_again", "", "rounds.halt", *PUT),
    act("russia.lose_men", "losses.every_russia", True, "russia.losses += losses.step", by=RUSSIA),
    act("ukraine.lose_men", "losses.every_ukraine", True, "ukraine.losses += losses.step", by=UKRAINE),
    act("ukraine.strike", "strike.every", ~ceasefire.holds, faith(RUSSIA, "-faith.step"), by=UKRAINE, pace=ns.where(
        "territory.sought and not russia_wants_more.holds and moscow_attacks.attack", "territory.drive", 1)),
    accuse(UKRAINE, RUSSIA, "moscow_stalls", "blame.step"), accuse(RUSSIA, UKRAINE, "kyiv_stalls", "-blame.step"),
    act("ukraine.withdraw_offer", "offer.lasts", offer, "offer.stands = false", by=UKRAINE),
    act("prisoners.come_home", "", "rounds.exchange", *HOME),
    act("prisoners.come_first", "", "istanbul_2.exchange", *HOME),
    act("breakthrough.make", "", "istanbul_2.breakthrough or rounds.breakthrough", "breakthrough.made = true")]
claims = [ns.Claim(row["word"], by=row["by"], credibility=row["holds"], views=row["views"], text=row["text"],
                   source="judgement", as_of="2025-05-28") for row in SEED["claim"] if "word" in row]
mechanisms = [ns.Mechanism(name=row["name"], title=row["title"], off=[
    getattr(ns, what)(**how) for what, how in row["off"]]) for row in SEED["mechanism"]]
scenario = ns.Scenario(**SEED["scenario"], parts=[
    RUSSIA, UKRAINE, US, PRESS, *(ns.Evidence(**row) for row in SEED["evidence"]), *claims, *mechanisms, *levels, *war,
    *(ns.Parameter(**row) for table in (SEED, RATES, JUDGED) for row in table["parameter"]), *ready, us_russia, summit,
    made, since, offer, sought, matters, ns.Fact("halt.proposed"), minerals, us_presses, us_meets, kyiv_answers, memo,
    moscow_hands_over, hand_over, kyiv_attends, talks, rounds, root_causes, moscow_halts, moscow_attacks, ceasefire,
    truce, *(ns.Says(**row) for row in SEED["says"]), *(ns.Question(**row) for row in SEED["question"])])

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print(*(f"{row['name']:32} {runs.probability(row['name'])}" for row in SEED["question"]), sep="\n")
