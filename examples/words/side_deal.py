"""A side deal: signed beside the talks, a bond of interest while it is in force."""

import negsim as ns

word = ns.SideDeal(
    "minerals",
    between=["ukraine", "united_states"],
    subject="minerals and reconstruction",
    signs=ns.LogNormal(median="30 days", sigma=0.7),
    collapses=ns.Exponential(mean="2000 days"),
    bond=1.5,
)
aid = ns.Fact("aid.approved")
vote = ns.Action(
    name="approve_aid", when=~aid, clock=ns.Exponential(mean="150 days"), pace=word.pace, effects=[aid.set(True)]
)
parts = [word, aid, vote, ns.Question(name="aid", condition=aid, text="Is aid approved by the end of the year?")]
scenario = ns.Scenario("side-deal", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("signed within 30 days:", runs.probability(word.was_signed, by="30 days"))
    print("aid approved:", runs.probability("aid"))
