"""An exchange of prisoners: agreed at a round, carried out in three stages, each a little goodwill."""

import negsim as ns

trust = ns.Level("trust", 0, low=-1, high=1)
round_1 = ns.Meeting(
    "round_1", among=["russia", "ukraine"], on="2025-06-16T13:00", on_date=0.6, products={"exchange": 0.7}
)
word = ns.Exchange(
    "thousand",
    between=["russia", "ukraine"],
    what="a thousand for a thousand",
    agreed_when=round_1.product("exchange"),
    takes=ns.Uniform(1, 5),
    stages=3,
    fails=0.05,
    goodwill=[trust.add(0.05)],
)
parts = [trust, round_1, word]
scenario = ns.Scenario("exchange", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("agreed:", runs.probability(word.agreed), "done, 0.95**3 of these:", runs.probability(word.done))
