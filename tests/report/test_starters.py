"""Starter files: each valid, with nothing to look at, run, and written with the schema that it names."""

from __future__ import annotations

import pytest

import negsim as ns
from negsim.report.starter import TEMPLATES, starter

CLEAN = ("standoff", "monitored", "ratification", "strike")


@pytest.mark.parametrize("template", CLEAN)
def test_starters_are_valid_clean_and_answer(template: str) -> None:
    found = ns.validate(text=starter(template, "mine"), seconds=None)
    assert found.valid
    assert [str(one) for one in (*found.dead, *found.advice)] == []
    assert found.scenario is not None
    assert found.scenario.name == "mine"
    runs = ns.simulate(found.scenario, replications=1_000, seed=1)
    for answer in ns.answers(runs):
        assert 0.03 < answer.value < 0.97, answer.id


def test_starters_have_no_word_that_the_strict_profile_has_not() -> None:
    """A model may write each of them."""
    properties = ns.schema(profile="strict")["properties"]
    assert isinstance(properties, dict)
    for template in TEMPLATES:
        for part in ns.loads(starter(template)).parts:
            assert getattr(type(part), "table", "action") in properties


def test_the_standoff_has_what_such_a_case_has() -> None:
    parts = ns.loads(starter("standoff")).parts
    kinds = {type(part).__name__ for part in parts}
    assert {"Demand", "Mediator", "Ultimatum", "Deadline", "Meeting", "Process"} <= kinds
    assert any(isinstance(part, ns.Meeting) and part.leaders for part in parts)
    assert all(part.source for part in parts if isinstance(part, ns.Parameter))
