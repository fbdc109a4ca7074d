"""Sequencing: one switch for ceasefire first, root causes first, or both in parallel."""

from dataclasses import replace

import negsim as ns

truce, treaty = ns.Fact("truce.agreed"), ns.Fact("treaty.signed")
word = ns.Sequencing("plan", tracks={"ceasefire": truce, "root_causes": treaty}, policy="ceasefire_first")
work = [
    ns.Action(
        name=f"work_on_{track}",
        when=word.open(track) & ~fact,
        clock=ns.Exponential(mean=days),
        effects=[fact.set(True)],
    )
    for track, fact, days in (("ceasefire", truce, "60 days"), ("root_causes", treaty, "150 days"))
]
parts = [truce, treaty, word, *work]
scenario = ns.Scenario("sequencing", start="2025-06-01", end="2025-12-31", parts=parts)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=2_000, seed=1)
    for policy in ("ceasefire_first", "root_causes_first", "parallel"):
        plan = replace(word, policy=policy)
        again = ns.Scenario("plan", start="2025-06-01", end="2025-12-31", parts=[truce, treaty, plan, *work])
        print(policy, ns.simulate(again, replications=2_000, seed=1).probability(word.completed))
