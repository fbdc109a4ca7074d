"""First a text or a guarantee, then we come: fulfilled, waived on a date, or no longer asked from another on."""

import negsim as ns

memo = ns.Promise("memo", by="north", to="south", delay=ns.Exponential(mean="40 days"))
word = ns.Precondition(
    "text_first",
    of="south",
    needs="memo.delivered or guarantee",
    waiver=0.3,
    waived_on="2025-06-20T12:00",
    expires="2025-08-01T00:00",
)
guarantee = ns.Action(
    name="guarantee_it", when="not guarantee", clock=ns.Exponential(0.005), effects=["guarantee = true"]
)
talks = ns.Meeting("talks", among=["north", "south"], on="2025-07-01T12:00", when=word.met)
parts = [memo, ns.Fact("guarantee"), guarantee, word, talks]
scenario = ns.Scenario("precondition", start="2025-06-01", end="2025-08-31", parts=parts)

if __name__ == "__main__":
    for name, world in {"as it is": scenario, "never waived": scenario.harden("text_first")}.items():
        runs = ns.simulate(world, replications=2_000, seed=1)
        print(f"talks held, {name}:", runs.probability(talks.held))
