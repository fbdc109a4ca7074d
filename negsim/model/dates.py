"""Dates that lie outside the scenario, and calendars with more dates than a history can have events."""

from __future__ import annotations

from collections.abc import Iterator

from negsim.errors import ScenarioError, problem_of
from negsim.model.actions import Action
from negsim.model.calendar import DAY, Calendar, Moment, days
from negsim.model.clocks import Every, On
from negsim.model.elements import Elements
from negsim.model.origins import TABLES, table_of
from negsim.model.places import Places

__all__ = ["MOST_EVENTS", "calendar_events", "check_dates", "crowded"]

MOST_EVENTS = 100_000
"""Firings of one history, unless `simulate` is told another number."""
NEAR = 0.5
"""Share of them that the calendar alone may take before it is told."""


def check_dates(places: Places, calendar: Calendar, horizon: float) -> tuple[str, ...]:
    """Refuse dates on which nothing can happen; return notes on those that may be meant.

    What is dated before the start never happens. What is dated after the end does not happen in this scenario: for a
    word (a meeting, an election, a deadline) that is a slip; a plain action may wait for a later end.
    """
    notes = []
    for name, action in sorted(places.elements.actions.items()):
        # What is supposed is checked with its own words.
        if name in places.elements.supposed:
            continue
        for moment, when in _dates(action, calendar):
            side = "before the start" if when < 0 else "after the end"
            text = (
                f"{moment!r} lies {side} ({calendar.label(0.0)} to {calendar.label(horizon)}), so that it never happens"
            )
            plain = table_of(places.elements.origins.get(("actions", name), action)) in TABLES.values()
            if not _outside(action, calendar, horizon) or (not plain and not _given(places, name, moment)):
                continue
            # A plain action after the end may wait for a later end; lint tells it again.
            if plain and when >= 0:
                notes.append(f"action {name}: {text}")
                continue
            error = ScenarioError(f"{text}; move it, or the scenario's start or end, or leave it out")
            with places.at("actions", name, "clock", about=moment):
                raise ScenarioError.telling([problem_of(error, code="date", value=str(moment))])
    note = crowded(places.elements, calendar, horizon)
    return (*notes, note) if note else tuple(notes)


def _dates(action: Action, calendar: Calendar) -> Iterator[tuple[Moment, float]]:
    """The first instant of a calendar clock as it was written, and in microseconds."""
    if isinstance(action.clock, On):
        yield from ((moment, calendar.opening(moment, "On")) for moment in action.clock.instants[:1])
    elif isinstance(action.clock, Every) and action.clock.start is not None:
        yield action.clock.start, calendar.opening(action.clock.start, "Every")


def _outside(action: Action, calendar: Calendar, horizon: float) -> bool:
    """Whether no instant of the clock lies within the scenario."""
    if isinstance(action.clock, On):
        return not any(0 <= calendar.opening(moment, "On") <= horizon for moment in action.clock.instants)
    start = action.clock.start if isinstance(action.clock, Every) else None
    return start is not None and calendar.opening(start, "Every") > horizon


def _given(places: Places, action: str, moment: Moment) -> bool:
    """Whether the date stands in the word itself: one that a word reckons from others may lie where it will."""
    from negsim.model.origins import holder, named

    origin = places.elements.origins.get(("actions", action))
    return origin is not None and len(holder(origin, named(moment))) > 2


def calendar_events(elements: Elements, calendar: Calendar, horizon: float) -> int:
    """About how many instants the calendar clocks have in all, limits regarded, guards not."""
    count = 0.0
    for action in elements.actions.values():
        clock, most = action.clock, float("inf") if action.limit is None else action.limit
        if isinstance(clock, On):
            count += min(most, sum(0 <= calendar.opening(moment, "On") <= horizon for moment in clock.instants))
        elif isinstance(clock, Every):
            period = days(clock.period) * DAY
            first = period if clock.start is None else calendar.instant(clock.start, "Every")
            # Only instants from the start on count; the index of those before it is kept, but nothing happens at them.
            first += max(0.0, -(first // period)) * period
            count += min(most, max(0.0, (horizon - first) // period + 1))
    return int(count)


def crowded(elements: Elements, calendar: Calendar, horizon: float) -> str:
    """A warning if the calendar alone comes near the most events that a history may have; empty if not."""
    count = calendar_events(elements, calendar, horizon)
    if count < NEAR * MOST_EVENTS:
        return ""
    # Twice what the calendar has, rounded up: other events need room as well.
    needed = -(-2 * count // 10_000) * 10_000
    return (
        f"the calendar alone has {count:,} dates, and a history ends with an error after {MOST_EVENTS:,} events; "
        f"simulate with max_events={needed:_}, or use longer periods"
    )
