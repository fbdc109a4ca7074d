"""A promised text that is already ten days late: what is left of its delay, or the table, or never."""

import negsim as ns

talks = ns.Meeting("talks", among=["north", "south"], on="2025-06-20T12:00")
word = ns.Promise(
    "text",
    by="north",
    to="south",
    delay=ns.LogNormal(median="14 days", sigma=0.8),
    age="10 days",
    due="2025-06-15T12:00",
    reliability=0.9,
    only_at_table=0.3,
    at_table=talks.held,
)
parts = [talks, word]
scenario = ns.Scenario("promise", start="2025-06-01", end="2025-08-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    for fact in (word.delivered, word.broken):
        print(f"{fact.name}:", runs.probability(fact))
