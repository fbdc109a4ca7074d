"""A named deadlock: it holds while nobody has what it waits for, and somebody calls it by its name."""

import negsim as ns

memo, talks = ns.Fact("memorandum.delivered"), ns.Fact("talks.held")
word = ns.Deadlock("circle", waits={"ukraine": memo, "russia": talks}, declared=ns.Exponential(mean="20 days"))
waive = ns.Action(
    name="ukraine.waive", by="ukraine", when=~talks, clock=ns.Exponential(mean="60 days"), effects=[talks.set(True)]
)
hand_over = ns.Action(
    name="russia.hand_over", by="russia", when=talks & ~memo, clock=ns.Immediately(), effects=[memo.set(True)]
)
parts = [memo, talks, word, waive, hand_over]
scenario = ns.Scenario("deadlock", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("declared:", runs.probability(word.was_declared), "and broken after that:", runs.probability(word.over))
