"""Dates outside the scenario, and calendars that leave a history hardly any room."""

from __future__ import annotations

from collections.abc import Iterator

from negsim.checking.lint.finding import Finding
from negsim.model.dates import crowded
from negsim.model.elements import Elements
from negsim.model.scenario import Scenario

__all__ = ["crowded_calendar", "outside_dates"]

AFTER = "lies after the end"


def outside_dates(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    """Plain actions dated after the end: they wait for a later end, or are slips."""
    # The scenario has noticed these when it was loaded; to look again could say something else.
    for note in scenario.notes:
        where, _, text = note.partition(": ")
        if AFTER in text and where.removeprefix("action ") in elements.actions:
            yield Finding(code="date", where=where, text=text, remedy="move it or the scenario's end, or drop it")


def crowded_calendar(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    """More dates than fit well into a history."""
    text = crowded(elements, scenario.calendar, scenario.horizon)
    if text:
        told, _, remedy = text.partition("; ")
        yield Finding(code="crowded", where="scenario", text=told, remedy=remedy)
