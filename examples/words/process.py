"""Rounds of talks that follow each other; one side comes to the second only with a text, to later ones without asking."""

import negsim as ns

memo = ns.Promise("memo", by="russia", to="ukraine", delay=ns.LogNormal(median="14 days", sigma=0.8))
word = ns.Process(
    "rounds",
    among=["russia", "ukraine"],
    gap=ns.LogNormal(mu=3.1, sigma=1.2),
    stalled_gap=ns.LogNormal(mu=4.7, sigma=1.5),
    held_before=1,
    requires={"ukraine": ns.parse("rounds.number >= 2") | memo.delivered},
    waiver=0.4,
    stalls=0.25,
    products={"exchange": 0.7},
)
second = ns.Question(name="second", condition=word.number >= 2)
parts = [memo, word, second]
scenario = ns.Scenario("process", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    for name, world in {"may waive": scenario, "insists": scenario.harden("rounds.requires.ukraine")}.items():
        runs = ns.simulate(world, replications=2_000, seed=1)
        print(f"second round by 31 July, Kyiv {name}:", runs.probability("second", by="2025-07-31"))
