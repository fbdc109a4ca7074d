"""Demands that wait for each other: a circle that a guarantor, simultaneity or pressure can break."""

import negsim as ns

guarantor = ns.Mediator("host", who="turkey", between=["north", "south"], guarantees=ns.Exponential(mean="60 days"))
word = ns.Demand(
    "text_first",
    of="north",
    needs="talks_first.met",
    guaranteed_when=guarantor.guarantee,
    together_with="talks_first",
    together=ns.Exponential(mean="200 days"),
)
other = ns.Demand("talks_first", of="south", needs=word.met, verified_by="turkey", verifies=ns.Fixed("3 days"))
parts = [guarantor, word, other]
scenario = ns.Scenario("demand", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print(*scenario.notes, sep="\n")
    print("both met:", runs.probability(other.met), "the first was waived:", runs.probability(word.waived))
