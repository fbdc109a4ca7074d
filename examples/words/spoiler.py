"""A spoiler: acts the more often the nearer the agreement comes, and may derail it."""

import negsim as ns

steps = [
    ns.Rung(name="framework", takes=ns.Exponential(mean="60 days")),
    ns.Rung(name="signed", takes=ns.Exponential(mean="60 days")),
]
deal = ns.Agreement("deal", between=["north", "south"], rungs=steps, breaks=ns.Exponential(0.0001))
word = ns.Spoiler(
    "camp",
    by="hardliners",
    acts=ns.Exponential(mean="90 days"),
    progress=deal.progress,
    growth=2,
    when=~deal.step("signed"),
    derails=0.2,
    derailment=[deal.broken.set(True)],
)
parts = [deal, word]
scenario = ns.Scenario("spoiler", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("derailed:", runs.probability(word.derailed), "signed:", runs.probability(deal.step("signed")))
    print("acts:", runs.count("camp.act"))
