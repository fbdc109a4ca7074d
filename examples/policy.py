"""A party that decides by a function of its own view: Ukraine answers offers, stubbornly at first.

Run it: ``python examples/policy.py``. Such a scenario runs on the reference engine; replay and workers stay exact.
"""

from __future__ import annotations

import negsim as ns


def stubborn(view: ns.View, draw: ns.Draw) -> str:
    """Refuse the first two offers; then accept the likelier, the less is trusted in waiting."""
    if view["offers"] < 2:
        return "refuse"
    return "accept" if draw() < 0.3 - 0.2 * float(view["trust"]) else "refuse"


offers, accepted = ns.Counter("offers"), ns.Fact("accepted")
trust = ns.Level("trust", 0, low=-1, high=1, step=0.1)
answer = ns.Action(
    name="ukraine.answer",
    by="ukraine",
    when=~accepted,
    clock=ns.Every("7 days"),
    effects=[offers.add(1)],
    outcomes=[
        ns.Outcome(name="accept", effects=[accepted.set(True)]),
        ns.Outcome(name="refuse", effects=[trust.add(-0.1)]),
    ],
)
scenario = ns.Scenario(
    "offers",
    start="2025-05-29",
    end="2025-12-31",
    zone="Europe/Istanbul",
    parts=[
        ns.Party("ukraine", policy=stubborn),
        offers,
        accepted,
        trust,
        answer,
        ns.Question(name="accepted", condition=accepted, by="2025-07-31"),
    ],
)

if __name__ == "__main__":
    runs = ns.simulate(scenario, replications=1000, seed=1)
    print(f"accepted by 31 July: {runs.probability('accepted')} ({runs.note})")
    print(ns.narrate(runs, 0))
