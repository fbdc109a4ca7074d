"""A channel: secret contacts that build trust until they leak."""

import negsim as ns

trust = ns.Level("trust", 0, low=0, high=1)
word = ns.Channel(
    "oslo",
    between=["north", "south"],
    level="envoys",
    opens=ns.Exponential(mean="30 days"),
    contacts=ns.Exponential(mean="14 days"),
    secret=True,
    leaks=ns.Exponential(mean="120 days"),
    effects=[trust.add(0.1)],
    scandal=[trust.add(-0.3)],
)
talks = ns.Offer("open_talks", by="north", to="south", when=trust >= 0.4, answers=ns.Fixed("7 days"), accepts=trust)
parts = [trust, word, talks]
scenario = ns.Scenario("channel", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("leaked:", runs.probability(word.leaked), "contacts:", runs.count("oslo.contact"))
    print("open talks accepted:", runs.probability(talks.accepted))
