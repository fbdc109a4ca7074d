"""Questions together and curves of dates: identities that hold in every run, and known answers of the toy."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.errors import EstimateError

N = 60_000


@pytest.fixture(scope="module")
def runs() -> ns.Runs:
    return ns.simulate(ns.load("toy"), replications=N, seed=11, keep="answers")


NAMES = ["summit_by_day_30", "talks_day_5", "ceasefire_by_day_30"]


def test_the_table_adds_up(runs: ns.Runs) -> None:
    found = ns.together(runs, NAMES)
    assert sum(one.hits for one in found.joint.values()) == N
    for place, name in enumerate(NAMES):
        assert sum(one.hits for key, one in found.joint.items() if key[place]) == found.alone[name].hits
        for other in NAMES:
            if other != name:
                one = found.given[name, other, True]
                assert one is not None
                assert one.given == found.alone[other].hits
    assert found.joint[True, True, False].hits == 0  # no summit without a ceasefire


def test_given_talks_on_day_5(runs: ns.Runs) -> None:
    found = ns.together(runs, NAMES[:2])
    one = found.given["summit_by_day_30", "talks_day_5", True]
    assert one is not None
    assert 0.5090754 in one.interval(1 - 1e-9)
    assert 0.4688283 not in one.interval(1 - 1e-9)


def test_odds(runs: ns.Runs) -> None:
    found = ns.together(runs, NAMES)
    value, interval = found.odds("summit_by_day_30")
    p = found.alone["summit_by_day_30"].value
    assert value == pytest.approx(p / (1 - p))
    assert 0.4688283 / (1 - 0.4688283) in interval
    assert found.odds("ceasefire_by_day_30", "summit_by_day_30")[0] == math.inf
    assert found.odds_ratio("summit_by_day_30", "talks_day_5") > 1
    json.dumps(found.as_dict(), allow_nan=False)


def test_rows_of_parameters_are_clusters() -> None:
    """With few draws the interval of a conditional share is wider than that of as many independent histories."""
    from believed_scenario import believed_toy

    asked = ns.Question(name="talks", condition="talks_held", by="5 days")
    drawn = ns.simulate(believed_toy(), replications=4_000, draws=40, seed=1, questions=[asked])
    one = ns.together(drawn, ["summit", "talks"]).given["summit", "talks", True]
    assert one is not None
    alone = ns.Conditional(hits=one.hits, given=one.given, n=one.n)
    assert one.interval().width > 1.5 * alone.interval().width


def test_what_cannot_stand_together_is_refused(runs: ns.Runs) -> None:
    with pytest.raises(EstimateError, match="2 to 6"):
        ns.together(runs, NAMES[:1])
    with pytest.raises(EstimateError, match="stands twice"):
        ns.together(runs, [NAMES[0], NAMES[0]])


def test_a_curve_of_201_dates(runs: ns.Runs) -> None:
    found = ns.date_curve(runs, "summit_by_day_30", "0 days", "30 days")
    assert len(found.dates) == len(found.values) == 201
    assert found.dates[0].startswith("2025-01-01T00:00")
    assert found.dates[-1].startswith("2025-01-31T00:00")
    assert found.values[0] == 0.0
    assert found.values[-1] == runs.probability("summit_by_day_30").value
    assert found.low[-1] < 0.4688283 < found.high[-1]
    assert found.values[-1] + found.beyond == 1.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.booleans())
@settings(max_examples=80, deadline=None)
def test_every_curve_can_be_submitted(jumps: list[float], open_lower: bool) -> None:
    """Whatever the curve: 201 numbers, no step below .00005 or above .2, and what is never stays above the end."""
    values = np.minimum(np.interp(np.linspace(0, 1, 201), np.linspace(0, 1, len(jumps)), np.sort(jumps)), 1.0)
    curve = ns.DateCurve(
        question="q",
        dates=("",) * 201,
        values=values,
        low=values,
        high=values,
        beyond=1 - float(values[-1]),
        n=1,
        level=0.95,
    )
    told = np.array(curve.submission(open_lower=open_lower))
    steps = np.diff(told)
    assert len(told) == 201
    assert steps.min() >= 0.01 / 200 - 1e-12
    assert steps.max() <= 0.2 + 1e-12
    assert told[-1] <= 0.999 + 1e-12
    assert told[0] >= 0.001 if open_lower else told[0] == 0.0
    if values[-1] > 0.05 and not open_lower:
        assert abs(told[-1] - min(values[-1], 0.999)) < 1e-9


def test_a_sure_date_is_spread_over_five_steps() -> None:
    values = np.where(np.arange(201) >= 100, 1.0, 0.0)
    curve = ns.DateCurve(
        question="q", dates=("",) * 201, values=values, low=values, high=values, beyond=0.0, n=1, level=0.95
    )
    told = np.array(curve.submission())
    assert told[98] < 0.01
    assert told[105] > 0.98


def test_ranges_that_cannot_be_told_are_refused(runs: ns.Runs) -> None:
    with pytest.raises(EstimateError, match="empty"):
        ns.date_curve(runs, "summit_by_day_30", "30 days", "3 days")
    with pytest.raises(EstimateError, match="beyond the simulated time"):
        ns.date_curve(runs, "summit_by_day_30", "0 days", "90 days")
