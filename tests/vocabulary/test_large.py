"""A scenario of fifty parties, three hundred meetings and two hundred promises is valid and runs."""

from __future__ import annotations

import time

import pytest

import negsim as ns
from negsim.model.names import check_name

PARTIES, MEETINGS, PROMISES = 50, 300, 200


def large() -> ns.Scenario:
    """Every tenth promise is what a meeting waits for; every meeting is of two neighbours in a ring."""
    names = [check_name(f"party_{k}", "party") for k in range(PARTIES)]
    promises = [
        ns.Promise(
            f"promise_{k}",
            by=names[k % PARTIES],
            to=names[(k + 1) % PARTIES],
            delay=ns.LogNormal(median=20 + k % 30, sigma=0.8),
            due=100 + k % 50,
        )
        for k in range(PROMISES)
    ]
    meetings = [
        ns.Meeting(
            f"meeting_{k}",
            among=[names[k % PARTIES], names[(k + 7) % PARTIES]],
            on=1 + k % 180,
            requires={names[k % PARTIES]: promises[k % PROMISES].delivered},
            on_date=0.5,
            waiver=0.4,
            otherwise=ns.Postpone(ns.LogNormal(mu=2.0, sigma=1.75), never=0.45),
        )
        for k in range(MEETINGS)
    ]
    return ns.Scenario("large", start="2025-01-01", end=200, parts=[*map(ns.Party, names), *promises, *meetings])


def test_it_is_valid_and_runs() -> None:
    scenario = large()
    assert len(scenario.expanded.parties) == PARTIES
    assert len(scenario.expanded.actions) >= 2 * PROMISES + 3 * MEETINGS
    assert not scenario.notes
    runs = ns.simulate(scenario, replications=3, seed=1, engine="reference")
    assert runs.failures == []
    assert runs.events > 3 * (MEETINGS + PROMISES)
    held = [runs.probability(f"meeting_{k}.held").value for k in range(MEETINGS)]
    assert 0.5 < sum(held) / MEETINGS < 0.9


@pytest.mark.benchmark
def test_it_validates_in_under_a_second() -> None:
    large()
    best = min(_seconds() for _ in range(3))
    assert best < 1.0


def _seconds() -> float:
    began = time.process_time()
    assert not large().notes
    return time.process_time() - began
