"""A belief: sources with hit and false-alarm rates report, and a party makes up its mind."""

import negsim as ns

sent = ns.Claim("terms", by="ukraine", credibility=0.9, text="Ukraine has handed over its terms")
spy = ns.Source(name="spy", hit=0.9, false_alarm=0.3, after=ns.Fixed("2 days"))
press = ns.Source(name="press", hit=0.6, false_alarm=0.1, after=ns.Fixed("5 days"))
word = ns.Belief("view", of="russia", about=sent.holds, prior=0.5, sources=[spy, press], convinced_at=0.7)
believes = ns.Question(
    name="belief", kind="value", condition=word.probability, by="10 days", text="Mean belief on day 10"
)
parts = [sent, word, believes]
scenario = ns.Scenario("belief", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("spy asserts, press denies:", round(ns.posterior(0.5, [(0.9, 0.3, True), (0.6, 0.1, False)]), 7))
    print("mean belief on day 10:", runs.mean("belief"), "convinced:", runs.probability(word.held, by="10 days"))
