"""An agreement as a ladder: each step is a gate for the next; it can break down and be mended."""

import negsim as ns

steps = [
    ns.Rung(name="partial", takes=ns.LogNormal(median="30 days", sigma=1)),
    ns.Rung(name="framework", takes=ns.LogNormal(median="60 days", sigma=1), fails=0.3),
    ns.Rung(name="signed", takes=ns.LogNormal(median="30 days", sigma=0.5)),
    ns.Rung(name="implemented", takes=ns.LogNormal(median="60 days", sigma=0.5)),
]
word = ns.Agreement(
    "deal",
    between=["iran", "six_powers"],
    rungs=steps,
    breaks=ns.Weibull(0.5, 400),
    mends=ns.Exponential(mean="60 days"),
)
parts = [word]
scenario = ns.Scenario("agreement", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    for step in steps:
        print(f"{step.name}:", runs.probability(word.step(step.name)))
