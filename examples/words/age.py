"""The age of a running truce, which trust, and with it the next round, is made of."""

import negsim as ns

truce = ns.Truce("truce", by=["north", "south"], lasts=ns.Weibull(0.5, 60), declares=ns.Exponential(0.05))
word = ns.Age("quiet", of=truce.holds, step="5 days", most=20)
talks = ns.Process(
    "talks",
    among=["north", "south"],
    gap=ns.Exponential(mean="40 days"),
    stalled_gap=ns.Exponential(mean="200 days"),
    pace=1 + word.days / 30,
)
calm = ns.Question(name="thirty_days", condition=word.days >= 30)
third = ns.Question(name="three_rounds", condition=talks.number >= 3)
parts = [truce, word, talks, calm, third]
scenario = ns.Scenario("age", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("a truce of thirty days:", runs.probability(calm))
    print("three rounds:", runs.probability(third))
