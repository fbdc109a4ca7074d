"""A decision: whether to come to a round without the text that was promised, on every date of the round."""

import negsim as ns

memo = ns.Promise(
    "memo", by="russia", to="ukraine", delay=ns.LogNormal(median="14 days", sigma=0.8), due="2025-06-08T12:00"
)
blame = ns.Level("ukraine.fears_blame", 1, low=0, high=2)
word = ns.Decision(
    "kyiv_attends",
    by="ukraine",
    at="round_2.due and not round_2.requires.ukraine",
    options={
        "go": ns.Option(share=0.4, says="Kyiv comes without the text"),
        "stay": ns.Option(says="Kyiv stays away", effects=[blame.add(0.5)]),
    },
    reasons={
        "blame": ns.ReasonFor("go", reads=blame, weight=1, centre=1, says="the blame would fall on Kyiv"),
        "silence": ns.ReasonFor("stay", reads=memo.broken, weight=2, says="Moscow has let its own date pass"),
    },
    title="does Kyiv come without the text?",
)
talks = ns.Meeting(
    "round_2",
    among=["russia", "ukraine"],
    on="2025-06-09T13:00",
    requires={"ukraine": memo.delivered},
    waiver=word.chose("go"),
    otherwise=ns.Postpone(ns.Fixed("7 days"), never=0.3),
)
parts = [memo, blame, word, talks]
scenario = ns.Scenario("decision", start="2025-06-01", end="2025-08-31", parts=parts)
worlds = {"as it is": scenario, "Kyiv always comes": scenario.decide("kyiv_attends", "go")}

if __name__ == "__main__":
    for name, world in worlds.items():
        runs = ns.simulate(world, replications=2_000, seed=1)
        print(f"held, {name}:", runs.probability(talks.held))
        print(f"Kyiv stayed away at least once, {name}:", runs.probability(word.chose("stay")))
