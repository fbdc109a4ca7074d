"""A meeting that one side comes to only with a text: reviewed at its date, put off, reviewed again."""

import negsim as ns

memo = ns.Promise("memo", by="russia", to="ukraine", delay=ns.LogNormal(median="14 days", sigma=0.8))
word = ns.Meeting(
    "round_2",
    among=["russia", "ukraine"],
    on="2025-06-09T13:00",
    requires={"ukraine": memo.delivered},
    on_date=0.6,
    waiver=0.4,
    otherwise=ns.Postpone(ns.LogNormal(median="7 days", sigma=1), never=0.3, waiver=0.2, most=3),
    products={"exchange": 0.7},
)
parts = [memo, word]
scenario = ns.Scenario("meeting", start="2025-06-01", end="2025-08-31", parts=parts)
worlds = {
    "as it is": scenario,
    "nobody waives": scenario.harden("round_2.requires.ukraine"),
    "no text is asked for": scenario.without("round_2.requires.ukraine"),
    "no text is written": scenario.do(memo.delivered, never=True),
    "neither text nor waiver": scenario.do(memo.delivered, never=True).without("round_2.waiver"),
}

if __name__ == "__main__":
    for name, world in worlds.items():
        runs = ns.simulate(world, replications=2_000, seed=1)
        print(f"held, {name}:", runs.probability(word.held))
