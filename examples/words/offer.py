"""An offer: made, answered or left to lapse, and made again."""

import negsim as ns

word = ns.Offer(
    "full_truce",
    by="ukraine",
    to="russia",
    terms="an unconditional halt of fighting for 30 days",
    answers=ns.LogNormal(median="10 days", sigma=1.0),
    accepts=0.1,
    lapses=ns.Fixed("30 days"),
    again=ns.Exponential(mean="45 days"),
)
parts = [word]
scenario = ns.Scenario("offer", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("accepted by year's end:", runs.probability(word.accepted))
    print("left unanswered at least once:", runs.probability(word.lapsed))
