"""The shortest way to state a case, as a researcher would write it."""

from __future__ import annotations

import negsim as ns

from .helpers import accepts, lognormal


def test_a_case_in_ten_lines():
    russia, ukraine = ns.Party("russia"), ns.Party("ukraine")
    memo = ns.Promise("memorandum", by=russia, to=ukraine, delay=ns.LogNormal(median="14 days", sigma=0.8))
    talks = ns.Meeting(
        "istanbul_2",
        among=[russia, ukraine],
        on="2025-06-02T13:00",
        requires={ukraine: memo.delivered},
        waiver=0.4,
        otherwise=ns.Postpone(ns.LogNormal(median="7 days", sigma=1.75), never=0.45),
    )
    scenario = ns.Scenario(
        "istanbul", start="2025-05-29", end="2025-12-31", zone="Europe/Istanbul", parts=[memo, talks]
    )
    runs = ns.simulate(scenario, replications=4_000, seed=1)
    held = runs.probability(talks.held, by="2025-06-02T13:00")
    by_then = lognormal(4 + 13 / 24, 2.6390573296152584, 0.8)
    assert accepts(held.hits, held.n, by_then + (1 - by_then) * 0.4)
    early = ns.simulate(scenario.do(memo.delivered, on="2025-05-30"), replications=100, seed=1)
    assert early.probability(talks.held, by="2025-06-02").hits == 100
    assert ns.loads(ns.dumps(scenario)) == scenario
