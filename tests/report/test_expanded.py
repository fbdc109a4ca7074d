"""What a scenario stands for, written out."""

from __future__ import annotations

import pytest

import negsim as ns
from negsim.report.expanded import expanded_text, overview
from negsim.report.starter import TEMPLATES, starter


@pytest.mark.parametrize("name", ["toy", "istanbul-2025"])
def test_every_element_is_told_once(name: str) -> None:
    scenario = ns.load(name)
    elements, lines = scenario.expanded, expanded_text(scenario).splitlines()
    for kind, shelf in (("action", elements.actions), ("parameter", elements.parameters), ("party", elements.parties)):
        told = [line.split()[1].rstrip(":") for line in lines if line.startswith(f"{kind} ")]
        assert sorted(told) == sorted(shelf)


def test_interventions_are_seen() -> None:
    text = expanded_text(ns.load("toy").do("talks.held", on="2025-01-03"))
    assert "action do.talks.held: suppose that talks.held" in text
    assert "does   talks.held = true" not in text.split("[from interventions]")[0]


def test_outcomes_and_clocks_are_written_out() -> None:
    text = expanded_text(ns.load("istanbul-2025"))
    assert "[meeting istanbul_2]" in text
    assert "clock  on 2025-06-02T13:00" in text
    assert "either called_off (weight " in text
    assert "clock  immediately" in text
    assert "object at 0x" not in text


def test_an_overview_counts_judgement() -> None:
    text = overview(ns.load("istanbul-2025"))
    assert "judgement" in text
    assert "Europe/Istanbul" in text
    assert "round2_on_2_june: " in text


@pytest.mark.parametrize("template", TEMPLATES)
def test_starters_validate_and_answer(template: str) -> None:
    scenario = ns.loads(starter(template, "border-talks"))
    assert scenario.name == "border-talks"
    rows = ns.answers(ns.simulate(scenario, replications=400, seed=1, draws=20))
    assert len(rows) >= 3
    assert all(0 < row.value < 1 for row in rows if row.is_share)
    assert "#" in starter(template)


def test_unknown_templates_are_named() -> None:
    with pytest.raises(ns.errors.ScenarioError, match="did you mean 'meeting'"):
        starter("meetign")
