"""A limited ceasefire: agreed directly, begun two days later, violated, and sooner or later collapsed."""

import negsim as ns

word = ns.Ceasefire(
    "truce",
    between=["north", "south"],
    scope="limited",
    terms="no strikes on energy",
    direct=ns.Exponential(mean="30 days"),
    begins=ns.Fixed("2 days"),
    duration=ns.LogNormal(1.61, 1.56),
    violations=ns.Exponential(mean="4 days"),
    renewable=True,
)
parts = [word]
scenario = ns.Scenario("ceasefire", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("agreed:", runs.probability(word.agreed))
    print("violations:", runs.count("truce.violate"))
