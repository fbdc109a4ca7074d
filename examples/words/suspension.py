"""Talks that are walked out of, suspended, resumed and ended."""

import negsim as ns

word = ns.Suspension(
    "table",
    among=["army", "rsf"],
    walks_out={"army": ns.Exponential(mean="30 days"), "rsf": ns.Exponential(mean="90 days")},
    resumes=ns.LogNormal(median="60 days", sigma=1),
    ends=0.2,
)
rounds = ns.Process(
    "rounds",
    among=["army", "rsf"],
    gap=ns.LogNormal(median="10 days", sigma=1),
    stalled_gap=ns.LogNormal(4.75, 1.5),
    when=word.running,
)
parts = [word, rounds]
scenario = ns.Scenario("suspension", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("the army walked out:", runs.probability(word.walked_out), "over for good:", runs.probability(word.ended))
    print("suspensions:", runs.count("table.walk_out_army"))
