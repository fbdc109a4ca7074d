"""A ripe moment: both sides must see that they are stuck; a mediator may seize it, or it passes."""

import negsim as ns

losses = ns.Counter("losses")
battle = ns.Action(name="battle", clock=ns.Exponential(mean="10 days"), effects=[losses.add(1)])
exit_seen = ns.Fact("envoy_listens")
envoy = ns.Action(name="envoy", when=~exit_seen, clock=ns.Exponential(mean="60 days"), effects=[exit_seen.set(True)])
word = ns.Ripeness(
    "ripe",
    between=["north", "south"],
    stalemate={"north": losses >= 4, "south": losses >= 6},
    way_out={"north": exit_seen},
    notices=ns.Exponential(mean="15 days"),
    seize=ns.Exponential(mean="45 days"),
    by="mediator",
)
parts = [losses, battle, exit_seen, envoy, word]
scenario = ns.Scenario("ripeness", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("ripe at some time:", runs.probability(word.ripe))
    print("and seized:", runs.probability(word.seized))
