"""A deadline: the pace rises before it, some matters are settled at it, it is extended, it is missed."""

import negsim as ns

word = ns.Deadline(
    "easter",
    on="2025-06-30T23:59",
    by="chair",
    met="deal.made",
    settle=0.2,
    settles=["deal.made = true"],
    extend=0.6,
    extension="14 days",
    most=2,
    peak=4,
    window="14 days",
    halving="4 days",
)
deal = ns.Fact("deal.made")
work = ns.Action(
    name="agree", when=~deal, clock=ns.Exponential(mean="80 days"), pace=word.pace, effects=[deal.set(True)]
)
parts = [word, deal, work, ns.Question(name="deal", kind="when", condition=deal, text="When is the deal made?")]
scenario = ns.Scenario("deadline", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("deal by the date:", runs.probability("deal", by="2025-06-30"))
    print("extended:", runs.probability(word.extended), "missed for good:", runs.probability(word.missed))
