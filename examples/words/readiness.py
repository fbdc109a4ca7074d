"""Ready to talk: motivation times optimism; pressure and trust move it, and an offer waits for it."""

import negsim as ns

trust = ns.Level("trust", 0.3, low=0, high=1)
push = ns.Pressure("push", by="united_states", on="north", applied=ns.Exponential(mean="40 days"), half_life="30 days")
word = ns.Readiness(
    "north_ready", of="north", cost=0.4, pressure=push.level * 0.5, trust=trust, counterpart=0.9, threshold=0.2
)
visits = ns.Action(name="visit", clock=ns.Exponential(mean="20 days"), effects=[trust.add(0.1)])
offer = ns.Offer(
    "talks", by="north", to="south", when=word.ready, answers=ns.LogNormal(median="10 days", sigma=0.8), accepts=0.5
)
parts = [trust, push, word, visits, offer]
scenario = ns.Scenario("readiness", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("north ready by the end of July:", runs.probability(word.ready, by="2025-07-31"))
    print("talks accepted by year's end:", runs.probability(offer.accepted))
