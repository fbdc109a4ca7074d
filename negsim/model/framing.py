"""The frame of a scenario: its dates within the calendar, its parts in one order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from negsim.errors import ScenarioError
from negsim.model.calendar import DAY, Calendar, Moment
from negsim.model.elements import Element, Part
from negsim.model.inputs import Given
from negsim.model.interventions import Intervention
from negsim.model.parameters import Parameter

if TYPE_CHECKING:
    Start: TypeAlias = Given[str, str | date]
    AsOf: TypeAlias = Given[str | None, str | date | None]
    # Any objects, not only parts: to a type checker a list of unlike words is a list of objects.
    Parts: TypeAlias = Given[tuple[Element | Part, ...], Iterable[object]]
    Steps: TypeAlias = Given[tuple[Intervention, ...], Iterable[Intervention]]
else:
    Start, AsOf, Parts, Steps = str, str | None, tuple[Element | Part, ...], tuple[Intervention, ...]

Fixing: TypeAlias = (
    Mapping[str, float | bool] | Mapping[Parameter, float | bool] | Mapping[Parameter | str, float | bool]
)
"""Parameters and contested claims, by name or themselves, and the values that they are fixed at."""

__all__ = ["AsOf", "Fixing", "Parts", "Start", "Steps", "canonical", "check_dates"]

A_YEAR = 366 * DAY


def check_dates(start: str, end: Moment, zone: str) -> None:
    """Refuse a scenario that ends before it starts, or whose tables and charts could not be dated."""
    calendar = Calendar(start, zone)
    try:
        origin, horizon = calendar.origin, calendar.deadline(end, "end")
        for when in (-A_YEAR, horizon + A_YEAR):  # what tables and charts date, with their margins
            calendar.at(when)
    except OverflowError:
        raise ScenarioError(f"start {start!r} or end {end!r} lies outside the calendar; use years 3 to 9997") from None
    if not (origin and horizon > 0):
        raise ScenarioError(f"end {end!r} is not after start {start!r}; move one of them")


def canonical(parts: Iterable[Element | Part]) -> tuple[Element | Part, ...]:
    """The parts in an order that does not depend on how they were given."""
    if isinstance(parts, str) or not isinstance(parts, Iterable):
        raise ScenarioError(f"parts must be a list, not {str(parts)[:60]!r}; write parts=[...]")
    items = list(parts)
    for item in items:
        # A name is all that is asked of a part here: words of users have classes of their own.
        if not hasattr(item, "name"):
            raise ScenarioError(
                f"{item!r} is no part of a scenario; give parties, variables, parameters, actions, questions, evidence "
                "or words"
            )
    # By class first, because names are only unique among things of one kind.
    return tuple(sorted(items, key=lambda part: (type(part).__module__, type(part).__qualname__, part.name)))
