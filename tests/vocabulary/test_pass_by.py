"""An appointment that was cancelled passes by at its instant, after all that arrives then."""

from __future__ import annotations

import pytest

import negsim as ns

DAY = "2025-01-05T13:00"


@pytest.mark.parametrize("name", ["aa.restore", "zz.restore"])
def test_what_takes_a_cancellation_back_at_its_very_instant_comes_in_time(name: str) -> None:
    """With the priority of a review, and whatever its name is."""
    visit = ns.Appointment("visit", among=["north", "south"], on=DAY, cancels=ns.Fixed("1 day"))
    restore = ns.Action(name=name, clock=ns.On(DAY), priority=10, effects=["visit.cancelled = false"])
    for extra, passes in (([restore], 0.0), ([], 1.0)):
        told = ns.Scenario("v", start="2025-01-01", end=9, parts=[visit, *extra])
        assert ns.simulate(told, replications=20, seed=1).count("visit.pass_by").mean == passes
