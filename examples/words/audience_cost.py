"""Audience costs: public commitments pile up and slow the concession that would break them."""

import negsim as ns

gave_way = ns.Fact("north.gave_way")
approval = ns.Level("approval", 0.5, low=0, high=1)
word = ns.AudienceCost(
    "words",
    of="north",
    speaks=ns.Exponential(mean="15 days"),
    when=~gave_way,
    weight=0.4,
    gives_way=gave_way,
    price=[approval.add(-0.2)],
)
concede = ns.Action(
    name="give_way",
    by="north",
    when=~gave_way,
    clock=ns.Exponential(mean="60 days"),
    pace=word.pace,
    effects=[gave_way.set(True)],
)
parts = [gave_way, approval, word, concede]
scenario = ns.Scenario("audience-cost", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("gave way and paid for it:", runs.probability(word.paid))
    print("public commitments:", runs.count("words.commit"))
