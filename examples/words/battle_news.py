"""Battle news: the balance wanders, and who is losing is readier to offer talks."""

import negsim as ns

word = ns.BattleNews(
    "front", between=["north", "south"], arrives=ns.Exponential(mean="7 days"), shift=ns.Normal(0, 0.1), weight=2
)
asks = {who: ns.Fact(f"{who}.asks") for who in ("north", "south")}
sue = [
    ns.Action(
        name=f"{who}.ask",
        by=who,
        when=~fact,
        clock=ns.Exponential(mean="200 days"),
        pace=word.pace_for("south" if who == "north" else "north"),
        effects=[fact.set(True)],
    )
    for who, fact in asks.items()
]
parts = [
    word,
    *asks.values(),
    *sue,
    ns.Question(name="talks", condition=asks["north"] & asks["south"], text="Do both ask?"),
]
scenario = ns.Scenario("battle-news", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("both ask for talks:", runs.probability("talks"))
