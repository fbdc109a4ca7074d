"""Pressure on a target: applied now and then, fading with a half-life, a multiplier of what is pressed for."""

import negsim as ns

word = ns.Pressure(
    "push",
    by="united_states",
    on="russia",
    strength=0.2,
    applied=ns.Exponential(mean="60 days"),
    dose=0.5,
    half_life="30 days",
    factor=2.0,
)
memo = ns.Promise("memorandum", by="russia", to="ukraine", delay=ns.Exponential(mean="60 days"), pace=word.pace)
parts = [word, memo]
scenario = ns.Scenario("pressure", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("delivered within 30 days:", runs.probability(memo.delivered, by="30 days"))
    print("pressure applied:", runs.probability(word.ever))
