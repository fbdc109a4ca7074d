"""Reports of any scenario: a whole page whose numbers are all told twice alike, and that asks nobody for anything."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from report.test_page import Page, asks_nobody, block, pointed
from strategies import scenarios

import negsim as ns
from negsim.errors import NegsimError
from negsim.report.page.numbers import placed

CHECKS: Any = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


def holds(scenario: ns.Scenario) -> None:
    """The property: whatever the scenario, its report is a page, and its texts agree with each other."""
    try:
        runs = ns.simulate(scenario, replications=64, draws=8, seed=1, keep="answers")
    except NegsimError:
        return  # it cannot be simulated, and says so: there is nothing to report
    report = ns.build_report(runs, levers=2, histories=64)
    found = Page(report.html())
    data = block(found)
    asks_nobody(found)
    assert data == json.loads(report.json())
    for one in found.all("data"):
        twin = pointed(data, one["attrs"]["data-ref"])
        assert one["text"] == twin["printed"]
        assert json.loads(one["attrs"]["value"] or "null") == twin["value"]
    for number in placed(report.data):
        low, value, high = number["low"], number["value"], number["high"]
        assert value is None or low is None or high is None or low <= value <= high
        assert not re.search(r"nan|inf", number["printed"])
    for row, one in zip(ns.answers(runs), report.data["answers"], strict=True):
        assert one["number"] is None or one["number"]["value"] == row.value
    steps(found)
    assert report.markdown().startswith("# ")


def steps(found: Page) -> None:
    """Curves never fall: their lines go right and up, never left or down (up is towards 0)."""
    for one in found.all("path"):
        if one["attrs"].get("class") == "line":
            path = one["attrs"]["d"]
            across = [float(x) for x in re.findall(r"[MH]([\d.]+)", path)]
            heights = [float(y) for y in re.findall(r"(?:M[\d.]+ |V)([\d.]+)", path)]
            assert across == sorted(across)
            assert heights == sorted(heights, reverse=True)


@settings(max_examples=8, **CHECKS)
@given(scenarios())
def test_any_scenario_has_a_whole_report(scenario: ns.Scenario) -> None:
    holds(scenario)


@pytest.mark.slow
@settings(max_examples=200, **CHECKS)
@given(scenarios())
def test_many_scenarios_have_whole_reports(scenario: ns.Scenario) -> None:
    holds(scenario)


def test_a_line_that_falls_is_found() -> None:
    """The wrong picture beside it: a step down."""
    with pytest.raises(AssertionError):
        steps(Page('<svg><path class="line" d="M10 50H20V60"/></svg>'))
