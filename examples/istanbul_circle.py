"""The circle of 28 May 2025: the memorandum only at the table, the table only with the memorandum.

Run it: ``python examples/istanbul_circle.py``. Four worlds with the same random numbers: nobody waives; Kyiv may waive;
the memorandum comes early; a guarantor hands the text over. The first is what the others are compared with.
"""

from dataclasses import replace

import negsim as ns

REPLICATIONS, SEED, QUESTION = 20_000, 20250528, "round2_by_30_june"


def guaranteed(world: ns.Scenario) -> ns.Scenario:
    """Turkey offers, after three days on average, to guarantee the talks: it is given the text and hands it over."""
    turkey = ns.Mediator("guarantor", who="turkey", between=["russia", "ukraine"], guarantees=ns.Exponential(mean=3))
    hand_over = ns.Action(
        name="guarantor.hand_over",
        title="Turkey hands over Moscow's text",
        by="turkey",
        when=turkey.guarantee,
        clock=ns.Immediately(),
        effects=["memorandum.delivered = true"],
    )
    return replace(world, parts=(*world.parts, ns.Party("turkey", "Turkey"), turkey, hand_over))


scenario = ns.load("istanbul-2025")
stuck = scenario.without("waived_precondition")
worlds = {
    "nobody waives": stuck,
    "Kyiv may waive": scenario,
    "an early memorandum": stuck.do("memorandum.delivered", on="2025-05-30"),
    "a guarantor": guaranteed(stuck),
}

if __name__ == "__main__":
    print(scenario.expanded.mechanisms["waived_precondition"].title)
    for note in scenario.notes:
        print(f"In the model: {note}.")
    runs = {name: ns.simulate(world, replications=REPLICATIONS, seed=SEED) for name, world in worlds.items()}
    base = runs["nobody waives"]
    print(f"\nThe second round opens by 30 June ({REPLICATIONS:,} histories a world, seed {SEED}):")
    for name, found in runs.items():
        print(f"  {name:20} {found.probability(QUESTION)}")
        if found is not base:
            print(f"  {'':20} more by {ns.compare(base, found, QUESTION).estimate()}")

    number = int(ns.compare(base, runs["a guarantor"], QUESTION).gained[0])
    print(f"\nHistory {number}: without the guarantor no round by 30 June; with it, told to the day of the round:")
    for entry in ns.narrate(runs["a guarantor"], number).entries:
        print(f"  {entry.date}  {' '.join(f'{clause[0].upper()}{clause[1:]}.' for clause in entry.happened)}")
        if entry.date >= "2025-06-02 13:00":
            break
