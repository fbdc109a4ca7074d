"""A truce: for a term, violated, extended, collapsed or lapsed; violations count within a window."""

import negsim as ns

word = ns.Truce(
    "jeddah",
    by=["army", "rsf"],
    scope="humanitarian",
    declares=ns.Exponential(mean="20 days"),
    begins=ns.Fixed("2 days"),
    lasts=ns.LogNormal(1.4, 2.04),
    term="7 days",
    extends=0.5,
    extension="5 days",
    monitored=True,
    written=True,
    violations=ns.Exponential(mean="3 days"),
    window="2 days",
    tolerates=4,
)
parts = [word]
scenario = ns.Scenario("truce", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    for fact in (word.declared, word.extended, word.lapsed, word.broken):
        print(f"{fact.name}:", runs.probability(fact))
    print("violations:", runs.count("jeddah.violate"))
