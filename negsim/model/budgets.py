"""How much there may be in a whole scenario, counted before anything is worked out."""

from __future__ import annotations

from collections.abc import Iterable

from negsim.model.actions import Action
from negsim.model.calendar import Calendar
from negsim.model.clocks import Every, On

__all__ = ["MOST_INSTANTS", "too_many_instants"]

MOST_INSTANTS = 100_000
"""Instants of all calendar clocks together: as many as one history may have events."""


def too_many_instants(actions: Iterable[Action], calendar: Calendar, horizon: float) -> tuple[str, str] | None:
    """The action with most instants, and what to say of it, if all calendar clocks together have too many."""
    counts = {}
    for action in actions:
        if isinstance(action.clock, Every):
            clock = action.clock
            # Counted by its period, without making the instants: there may be more than memory holds.
            counts[action.name] = calendar.check_repeats(clock.start, clock.period, horizon, "Every", MOST_INSTANTS)
        elif isinstance(action.clock, On):
            counts[action.name] = len(action.clock.instants)
    total = sum(counts.values())
    if total <= MOST_INSTANTS:
        return None
    most = max(counts, key=lambda name: counts[name])
    others = f", in {len(counts):,} actions" if len(counts) > 1 else ""
    return most, (
        f"this clock has {counts[most]:,} instants, and those of the scenario {total:,} in all{others}; there may be "
        f"{MOST_INSTANTS:,}: use longer periods, fewer such actions or an earlier end"
    )
