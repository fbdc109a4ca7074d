"""Offensives: they begin, last, and break through, stall or are beaten; a truce stops new ones."""

import negsim as ns

truce = ns.Truce("truce", by=["north", "south"], declares=ns.Exponential(mean="300 days"), lasts=ns.Weibull(0.45, 90))
word = ns.Offensive(
    "summer",
    by="north",
    against="south",
    starts=ns.Exponential(mean="60 days"),
    when=~truce.holds,
    lasts=ns.Gamma(4, 10),
    breakthrough=0.1,
    defeat=0.2,
)
parts = [truce, word]
scenario = ns.Scenario("offensive", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("a breakthrough:", runs.probability(word.broke_through), "beaten:", runs.probability(word.beaten))
    print("offensives:", runs.count("summer.begin"))
