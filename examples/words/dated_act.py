"""A referendum that one party has set, and may put off under pressure: decided on each of its dates."""

import negsim as ns

pressure = ns.Level("pressure", 0.4, low=0, high=1)
holds = ns.Decision(
    "erbil_holds",
    by="erbil",
    at="referendum.due and not referendum.requires.erbil",
    options={"hold": ns.Option(share=0.5, says="Erbil votes all the same"), "wait": ns.Option(says="Erbil waits")},
    reasons={"pressure": ns.ReasonFor("wait", reads=pressure, weight=2, centre=0.4, says="its neighbours press")},
)
word = ns.DatedAct(
    "referendum",
    by="erbil",
    on="2025-09-25T08:00",
    requires={"erbil": "offered"},
    waiver=holds.chose("hold"),
    otherwise=ns.Postpone(ns.LogNormal(median="60 days", sigma=0.5), never=0.2),
    effects=[pressure.add(0.4)],
    title="the referendum",
)
offer = ns.Action(
    name="offer", by="baghdad", when="not offered", clock=ns.Exponential(0.005), effects=["offered = true"]
)
late = ns.Question(name="put_off", condition=word.postponed)
parts = [late, pressure, holds, word, ns.Fact("offered"), offer, ns.Party("erbil"), ns.Party("baghdad")]
scenario = ns.Scenario("dated_act", start="2025-06-01", end="2026-06-01", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("held:", runs.probability(word.done))
    print("put off at least once:", runs.probability(late))
