"""A threat: deters while it stands and is believed; tested, it is carried out or shown to be a bluff."""

import negsim as ns

attacked = ns.Fact("south.attacks")
word = ns.Threat(
    "word",
    by="north",
    to="south",
    text="an attack on the port will be answered",
    tested_when=attacked,
    acts=ns.Fixed("2 days"),
    resolve=0.3,
    deters=0.6,
    credibility=0.8,
)
attack = ns.Action(
    name="attack",
    by="south",
    when=~attacked,
    clock=ns.Exponential(mean="60 days"),
    pace=word.pace,
    effects=[attacked.set(True)],
)
parts = [attacked, word, attack]
scenario = ns.Scenario("threat", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    print("carried out:", runs.probability(word.carried_out), "a bluff:", runs.probability(word.bluffed))
