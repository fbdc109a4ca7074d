"""The second Istanbul round as it looked on 28 May 2025: the scenario in Python, equal to the shipped file.

Run it: ``python examples/istanbul_2025.py``. What was said, by whom, to whom and how far it is believed stands claim by
claim in ``seeds/istanbul-2025.toml``; brackets name the [claim] that a part carries. Numbers, with range, source and
grade, stand in ``seeds/evidence``. Reasons move nobody at their centre, so that shares are kept there.
"""
import tomllib
from pathlib import Path

import negsim as ns

# fmt: off
SEEDS = Path(__file__).parents[1] / "seeds"
SEED, RATES, JUDGED = (tomllib.loads((SEEDS / f"{name}.toml").read_text("utf-8"))
                       for name in ("istanbul-2025", "evidence/rates", "evidence/judgements"))
RUSSIA, UKRAINE, US, PRESS = (ns.Party(**row) for row in SEED["party"])
BOTH = [RUSSIA, UKRAINE]

def heard(row):
    """A claim and what each hearer makes of it: it is held true with the credibility that the speaker has for it."""
    views = {who: f"{row['word']}.credited_by_{who}" for who in row["credibility"]}
    for who, (mean, *limits) in row["credibility"].items():
        yield ns.Parameter(views[who], mean=mean, range=limits, source="judgement", grade="judgement",
                           title=f"{who.replace('_', ' ')} holds it true: {row['text']}")
    views.update((who, f"1 if {row['word']}.holds else 0") for who in row.get("knows", ()))
    yield ns.Claim(row["word"], by=row["by"], credibility=row["holds"], views=views, text=row["text"],
                   source="judgement", as_of="2025-05-28")
def decision(name, by, title, options, reasons, **occasion):
    """Options: share, sentence, effects. Reasons: option, sentence, what is read, weight in log odds, centre."""
    return ns.Decision(name, by=by, title=title, **occasion, options={
        key: ns.Option(share=share, says=says, effects=effects) for key, (share, says, *effects) in options.items()},
        reasons={key: ns.ReasonFor(option, says=says, reads=reads, weight=weight, centre=centre)
                 for key, (option, says, reads, weight, centre) in reasons.items()})
def view(option, says, who, word):
    """A reason: the party holds this claim true."""
    return option, says, f"{who.name}.sees.{word}", "views.weight", f"{word}.credited_by_{who.name}"
def pressed(option, who, target, share):
    """A reason: pressure with a target, as far as the target takes it seriously [fast_end]."""
    return (option, "Washington presses it and means it", f"us_presses.{target} and {who.name}.sees.pressure_meant",
            "2 * log(us.multiplier)", f"us.engaged * {share} * pressure_meant.credited_by_{who.name}")
def weary(option, who, centre=None):
    """A reason: a side's own losses, where it holds that nobody wins [war_of_attrition]."""
    return (option, "its losses are heavy, and nobody wins", f"{who.name}.losses if {who.name}.sees.stalemate else 0",
            "losses.weight", f"losses.centre_{who.name}" if centre is None else centre)
def once(name, when, *effects, by=None):
    return ns.Action(name=name, clock=ns.Immediately(), when=when, effects=effects, by=by)
def act(name, mean, *effects, when=True, by=None, pace=1):
    return ns.Action(name=name, clock=ns.Exponential(mean=mean), effects=effects, when=when, by=by, pace=pace)
def faith(who, step):
    """An act keeps a share of a side's faith that the other is serious, and moves it by a step."""
    return f"{who.name}.faith = faith.kept * {who.name}.faith + {step}"
def blame(step):
    """The same of Washington's blame: 1 is all on Moscow, -1 all on Kyiv."""
    return f"us.blame = blame.kept * us.blame + {step}"

# ---- What stands on 28 May: [no_breakthrough], [since_march], [unconditional], [territory], [trilateral], [minerals] -
made, since, offer = ns.Fact("breakthrough.made"), ns.Fact("process.since_march", True), ns.Fact("offer.stands", True)
sought, matters = ns.Fact("territory.sought", True), ns.Fact("summit.matters", True)
levels = [*(ns.Level(f"{who.name}.losses", low=0, high=3, step=0.1) for who in BOTH),
          *(ns.Level(name, low=-1, high=1, step=0.1) for name in ("russia.faith", "ukraine.faith", "us.blame"))]
minerals = ns.SideDeal("minerals", between=[UKRAINE, US], signed=True, bond=1, subject="minerals, a fund")
mood = ns.exp("faith.weight * (russia.faith + ukraine.faith - faith.centre_russia - faith.centre_ukraine)"
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
    "at_table": ("memorandum.share_at_table", "it keeps the text for the table"),
    "withhold": ("memorandum.withheld", "it hands over no text for now")}, {
    "pressed": pressed("ahead", RUSSIA, "moscow", "us.on_moscow"),
    "faith": ("ahead", "Kyiv is serious", "russia.faith", "faith.weight", 0),
    "terms": ("ahead", "it has Kyiv's terms", "russia.sees.terms_sent", "2 * views.weight", "terms.centre"),
    "time": ("withhold", "it plays for time", "russia.sees.moscow_stalls", "stalls.weight", 0.5)},
    at="us_presses.decided and not istanbul_2.due and not rounds.due and not memorandum.delivered")
memo = ns.Promise("memorandum", by=RUSSIA, to=UKRAINE, age="10 days", when=moscow_hands_over.chose("ahead"),
                  delay=ns.LogNormal(median="memorandum.median", sigma="memorandum.sigma"),
                  title="the text that Moscow promised on 19 May")
hand_over = once("memorandum.hand_over", ns.all_of("rounds.number >= 2", moscow_hands_over.chose("at_table"), ~memo.delivered),
                 memo.delivered.set(True), by=RUSSIA)
# ---- The round of 2 June only with the text [round_conditional], unless Kyiv waives that [text_first]; later rounds --
kyiv_attends = decision("kyiv_attends", UKRAINE, "does it come without the text?", {
    "go": ("round.waiver", "it comes without the text", blame("blame.step")),
    "stay": (None, "it stays away", blame("-blame.step"))}, {
    "blame": ("go", "the blame would fall on it", "-us.blame", "blame.weight", "-blame.at_round"),
    "pressed": pressed("go", UKRAINE, "kyiv", "(1 - us.on_moscow)"),
    "faith": ("go", "Moscow is serious", "ukraine.faith", "faith.weight", "faith.at_round"),
    "losses": weary("go", UKRAINE, 0), "text": view("go", "the text will lie on the table", UKRAINE, "text_promised"),
    "ready": view("go", "Moscow's leader is ready", UKRAINE, "russia_ready"),
    "causes": view("go", "Moscow's root causes are terms that can be met", UKRAINE, "causes_meant"),
    "time": ("stay", "it plays for time", "ukraine.sees.kyiv_stalls", "stalls.weight", 0.5)},
    at="istanbul_2.due and not istanbul_2.requires.ukraine or rounds.due")
yields = {name: ns.odds(f"yield.{name}", mood) for name in ("truce", "exchange", "breakthrough")}
yields["halt"] = ns.minimum("yield.ceasefire / (causes.dropped * halt.centre)", 1)
slip, waiver = ns.LogNormal("round.slip_mu", "round.slip_sigma"), kyiv_attends.chose("go")
talks = ns.Meeting(
    "istanbul_2", among=BOTH, on="2025-06-02T13:00", on_date="round.on_date", requires={UKRAINE: memo.delivered},
    waiver=waiver, otherwise=ns.Postpone(slip.truncated("11 hours"), never="round.never"), products=yields,
    title="the round proposed for 2 June")
rounds = ns.Process(
    "rounds", among=BOTH, held_before=1, opening=talks, products=yields, revived_by="us_russia.held", waiver=waiver,
    requires={UKRAINE: ns.parse("rounds.number >= 2") | memo.delivered}, stalls=ns.odds("rounds.stall", 1 / mood),
    pace=ns.where(since, 1, "1 / process.seasoned"),                                                     # [since_march]
    gap=ns.LogNormal("rounds.gap_mu", "rounds.gap_sigma").truncated("48 hours"),
    stalled_gap=ns.LogNormal("rounds.stalled_mu", "rounds.stalled_sigma").truncated("48 hours"))
# ---- A halt: Moscow's root causes before it [root_causes], Kyiv's offer of it [unconditional]; offensives; truces ----
root_causes = ns.Demand("root_causes", of=RUSSIA, needs=made, title="root causes before any ceasefire")
moscow_halts = decision("moscow_halts", RUSSIA, "a halt is on the table: does it drop its root causes?", {
    "accept": (ns.where(root_causes.clear, 1, "causes.dropped") * ns.where(offer, 1, "halt.without_offer"),
               "it agrees to a halt", "halt.agreed = true", "halt.proposed = false"),
    "insist": (None, "it insists", "halt.proposed = false")}, {
    "losses": weary("accept", RUSSIA), "pressed": pressed("accept", RUSSIA, "moscow", "us.on_moscow"),
    "faith": ("accept", "Kyiv is serious", "russia.faith", "faith.weight", "faith.centre_russia"),
    "offer": view("accept", "Kyiv means its offer", RUSSIA, "offer_meant"),
    "ready": view("accept", "Kyiv's leader is ready", RUSSIA, "ukraine_ready"),
    "summit": ("accept", "the presidents met", "summit.held and summit.matters", "summit.weight", 0),    # [trilateral]
    "advance": ("insist", "its offensive is on", "moscow_attacks.attack", "attack.weight", "attack.centre"),
    "time": ("insist", "it plays for time", "russia.sees.moscow_stalls", "stalls.weight", 0.5)}, at="halt.proposed")
moscow_attacks = decision("moscow_attacks", RUSSIA, "does it go on the offensive?", {
    "attack": ("attack.share", "it attacks", faith(UKRAINE, "-faith.step"), blame(
        "(blame.step if united_states.sees.russia_wants_more else 0)")), "hold": (None, "it holds")}, {
    "territory": ("attack", "it wants more land", "territory.sought and russia.sees.russia_wants_more",    # [territory]
                  "territory.weight", "territory.centre"),
    "losses": weary("hold", RUSSIA), "pressed": pressed("hold", RUSSIA, "moscow", "us.on_moscow")},
    every="28 days", on="2025-05-30T08:00")
def rest(name, share=1):
    """The law of what is agreed, or put on the table, in other ways than at a round."""
    rate = f"-log(1 - {name}.per_month) / month - {name}.rounds_per_day * yield.{name}"
    return ns.Exponential(f"max(rate.least, {rate}) / {share}")
def lasts(name, harm, **how):
    """A halt of fighting, whose violations cost faith."""
    return ns.Ceasefire(name, between=BOTH, duration=ns.LogNormal(f"{name}.mu", f"{name}.sigma"), harm=harm, **how,
                        violations=ns.Exponential(mean=f"{name}.violated_every"))
ceasefire = lasts("ceasefire", [faith(RUSSIA, "-faith.step"), faith(UKRAINE, "-faith.step")], agreed_when="halt.agreed",
                  terms="all fighting, whole front, 30 days or more")
truce = lasts("truce", [faith(UKRAINE, "-faith.step")], agreed_when="istanbul_2.truce or rounds.truce", pace=mood,
              direct=rest("truce"), scope="limited", terms="energy, sea, local, holiday or a few days")
# ---- Leaders: Washington and Moscow; the three [trilateral], each of them only when ready [readiness] -----------------
def readiness(who, risk, capital):
    """Motivation (losses, pressure) times optimism (faith)."""
    felt = f"readiness.pressure if us_presses.{capital} and {who.name}.sees.pressure_meant else 0"
    return ns.Readiness(f"{who.name}_readiness", of=who, cost=f"readiness.losses * {who.name}.losses", risk=risk,
                        pressure=felt, trust=f"1 + {who.name}.faith", threshold="readiness.threshold")
ready = [readiness(RUSSIA, "1 if russia_ready.holds else 0", "moscow"),
         readiness(UKRAINE, "1 if ukraine_ready.holds else 0", "kyiv"),
         ns.Readiness("us_readiness", of=US, risk="1 if us_ready.holds or us_russia.held else 0")]
def leaders(name, among, hazard, willing, requires, title):
    """A meeting of leaders, once Moscow consents; its date may come to nothing."""
    return ns.Meeting(
        name, among=among, leaders=True, lead=ns.LogNormal(median="leaders.lead", sigma="leaders.lead_sigma"), title=title,
        on_date="leaders.on_date", otherwise=ns.Postpone(slip, never="leaders.never"), requires=requires,
        consent={RUSSIA: ns.Exponential(hazard)}, willing={RUSSIA: willing})
_, _, felt, weight, centre = pressed("", RUSSIA, "moscow", "us.on_moscow")
pull = ns.exp(f"{weight} * ((1 if {felt} else 0) - {centre})")
us_russia = leaders(
    "us_russia", [US, RUSSIA], "-log(1 - us_russia.within_60) / (2 * month) * us_russia.scale",
    pull * ns.exp("views.weight * ((1 if russia.sees.us_ready else 0) - us_ready.credited_by_russia)"),
    {US: us_meets.chose("invite")}, "the presidents of the United States and Russia")
paths = 1 + ns.where("rounds.number >= 2", "summit.rounds_path", 0) + ns.where(
    us_russia.held, "summit.us_path", 0) + ns.where(ceasefire.holds, "summit.ceasefire_path", 0)
summit = leaders(
    "summit", [*BOTH, US], "-log(1 - summit.per_month) / month * summit.scale", pull * paths * ns.exp(
        "views.weight * ((1 if offer.stands and russia.sees.offer_meant else 0) - offer_meant.credited_by_russia)"
        " + (breakthrough.weight if breakthrough.made else 0)"), dict(zip([*BOTH, US], [one.ready for one in ready], strict=True)),
    "the three presidents in one room")
# ---- The war, the words ------------------------------------------------------------------------------------------------
threat = ns.where("territory.sought and not russia_wants_more.holds and moscow_attacks.attack", "territory.drive", 1)
def accuse(speaker, hearer, word, sign):
    """It costs the other's faith, unless it knows that it is true; it moves blame if Washington believes it."""
    return act(f"{speaker.name}.accuse", "words.every", faith(hearer, f"(0 if {hearer.name}.sees.{word} else -faith.step)"),
               blame(f"({sign}blame.step if united_states.sees.{word} else 0)"), by=speaker)         # [accusations]
happenings = [
    ns.Action(name="halt.put", clock=rest("ceasefire", "(causes.dropped * halt.centre)"), when="not ceasefire.holds and not halt.proposed",
              effects=["halt.proposed = true", "halt.agreed = false"]),
    once("halt.put_first", "istanbul_2.halt", "halt.proposed = true", "halt.agreed = false"),
    once("halt.put_again", "rounds.halt", "halt.proposed = true", "halt.agreed = false"),
    act("russia.lose_men", "losses.every_russia", "russia.losses += losses.step", by=RUSSIA),    # [war_of_attrition]
    act("ukraine.lose_men", "losses.every_ukraine", "ukraine.losses += losses.step", by=UKRAINE),
    act("ukraine.strike", "strike.every", faith(RUSSIA, "-faith.step"), when=~ceasefire.holds, by=UKRAINE, pace=threat),
    accuse(UKRAINE, RUSSIA, "moscow_stalls", ""), accuse(RUSSIA, UKRAINE, "kyiv_stalls", "-"),
    act("ukraine.withdraw_offer", "offer.lasts", "offer.stands = false", when=offer, by=UKRAINE),
    once("prisoners.come_home", "rounds.exchange", *(faith(who, "faith.step") for who in BOTH)),
    once("prisoners.come_home_first", "istanbul_2.exchange", *(faith(who, "faith.step") for who in BOTH)),
    once("breakthrough.make", "istanbul_2.breakthrough or rounds.breakthrough", "breakthrough.made = true")]

STEPS = {"without": (ns.Without, "element"), "harden": (ns.Harden, "requirement"), "do": (ns.Do, "fact"),
         "decide": (ns.Decide, "decision")}
def mechanism(row):
    """A mechanism, and what it means to suppose it away."""
    off = [(STEPS[what], name, dict(more)) for (what, name), *more in (step.items() for step in row["off"])]
    return ns.Mechanism(name=row["name"], title=row["title"], off=[kind(**{key: name}, **more) for (kind, key), name, more in off])
scenario = ns.Scenario(
    "istanbul-2025", start="2025-05-29", end="2025-12-31", zone="Europe/Istanbul", as_of="2025-05-28",
    title="Istanbul, second round: the memorandum, the ceasefire, the summit",
    note="Built after the events from tables of public facts: agreement with what happened is a case study, not a track"
    " record. Reasons and multipliers are centred at the start or on the run's mean, as their titles say.",
    parts=[
        RUSSIA, UKRAINE, US, PRESS, *(ns.Evidence(**row) for row in SEED["evidence"]),
        *(ns.Parameter(**row) for table in (RATES, JUDGED) for row in table["parameter"]),
        *(part for row in SEED["claim"] if "word" in row for part in heard(row)), made, since, offer, sought, matters,
        ns.Fact("halt.proposed"), ns.Fact("halt.agreed"), *levels, minerals, us_presses, us_meets, kyiv_answers,
        moscow_hands_over, memo, hand_over, kyiv_attends, talks, rounds, root_causes, moscow_halts, moscow_attacks,
        ceasefire, truce, *ready, us_russia, summit, *happenings, *map(mechanism, SEED["mechanism"]),
        *(ns.Question(**row) for row in SEED["question"])])

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    for row in SEED["question"]:
        print(f"{row['name']:32} {runs.probability(row['name'])}")
