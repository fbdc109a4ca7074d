"""A before B before C: a step counts only after those before it."""

import negsim as ns

steps = [ns.Fact(f"step.{letter}") for letter in "abc"]
moves = [
    ns.Action(name=f"do_{fact.name[-1]}", when=~fact, clock=ns.Exponential(mean="30 days"), effects=[fact.set(True)])
    for fact in steps
]
reversals = [
    ns.Action(name=f"undo_{fact.name[-1]}", when=fact, clock=ns.Exponential(mean="60 days"), effects=[fact.set(False)])
    for fact in steps
]
word = ns.Sequence("order", steps=steps)
parts = [*steps, *moves, *reversals, word]
scenario = ns.Scenario("sequence", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("done in order:", runs.probability(word.done))
