"""A change of leader: an election and the irregular way; the new one is freer for a while."""

import negsim as ns

word = ns.LeaderChange(
    "vote",
    of="north",
    election="2025-09-14T20:00",
    loses=0.4,
    changes=ns.Exponential(mean="3000 days"),
    fresh_for="180 days",
    factor=3,
)
truce = ns.Truce(
    "truce",
    by=["north", "south"],
    declares=ns.Exponential(mean="400 days"),
    pace=word.pace,
    lasts=ns.LogNormal(4.31, 2.94),
)
parts = [word, truce]
scenario = ns.Scenario("leader-change", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("a new leader:", runs.probability(word.changed))
    print("truce by year's end:", runs.probability(truce.declared))
