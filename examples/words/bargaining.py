"""Bargaining over land and guarantees: a boulware side against a conceder, round by round."""

import negsim as ns

land = ns.Issue(
    name="land", ideal={"north": 1, "south": 0}, limit={"north": 0.3, "south": 0.6}, salience={"north": 2, "south": 1}
)
guard = ns.Issue(
    name="guarantees",
    ideal={"north": 0, "south": 1},
    limit={"north": 0.8, "south": 0.3},
    salience={"north": 1, "south": 2},
)
word = ns.Bargaining(
    "talks",
    between=["north", "south"],
    issues=[land, guard],
    rounds=8,
    gap=ns.LogNormal(median="14 days", sigma=0.8),
    tactics={"north": ns.Tactic(exponent=0.3), "south": ns.Tactic(exponent=1.5)},
    reservation={"north": 0.1, "south": 0.1},
)
terms = ns.Question(
    name="land", kind="value", condition=word.terms("land"), text="Land for north, 0 if there are no terms"
)
parts = [word, terms]
scenario = ns.Scenario("bargaining", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("agreed by year's end:", runs.probability(word.agreed), "failed:", runs.probability(word.failed))
    print("land for north:", runs.mean("land"))
