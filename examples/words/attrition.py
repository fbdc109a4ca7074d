"""A war of attrition: the concession hazard of each side is set by the cost and value of the other."""

import negsim as ns

word = ns.Attrition(
    "war", between=["north", "south"], value={"north": 1, "south": 1}, cost={"north": 0.1, "south": 0.1}
)
parts = [word]
scenario = ns.Scenario("attrition", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("over within 5 days, 1 - exp(-1) = 0.632:", runs.probability(word.over, by="5 days"))
    print("north gave in:", runs.probability(word.conceded("north")))
