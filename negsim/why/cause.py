"""What a cause in one history is, and where a history is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from negsim.model.expressions import Expression

__all__ = ["CONDITIONS", "LATE", "Cause", "Spot"]

CONDITIONS = ("missing", "in the way", "none", "start", "low", "high", "several")
"""Kinds of causes that are about a condition, or a number."""

LATE = ("time", "too rarely")
"""Kinds of causes that more time would mend."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause in one history.

    Attributes
    ----------
    kind : str
        ``missing``, ``in the way``, ``undone`` (an event took it away, or brought what is in the way), ``outcome``,
        ``time``, ``since`` (what opened a way late), ``too rarely`` (it happened, but not often enough), ``date``, ``low`` and ``high`` (a number), ``several``
        (no one thing would have been enough), ``none``,
        ``wording``.
    condition : Expression or None
        What was missing, or in the way; what was taken away.
    action, outcome : str
        The event, or the action that was under way or whose date comes later.
    at : float
        When it happened or began, in microseconds.
    span : float
        For how long it had been under way, in microseconds.
    ran : (int, int)
        The states from which and up to which it was under way.
    told : (str, str)
        The event that people know for an action that only gives the signal for it.
    behind : tuple of Cause
        Why that was so.
    """

    kind: str
    condition: Expression | None = None
    action: str = ""
    outcome: str = ""
    at: float = 0.0
    span: float = 0.0
    ran: tuple[int, int] = (0, 0)
    told: tuple[str, str] = ("", "")
    behind: tuple[Cause, ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """What makes it the same cause in another history."""
        # An event is the same whether it went against a step or took a thing away.
        if self.kind in ("outcome", "undone"):
            return "event", None, self.action, self.outcome
        # Several steps can be barred by one event, and several conditions by one clock.
        told = self.condition if self.kind in CONDITIONS else None
        return self.kind, told, self.action, self.outcome


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a history is looked at: a state, and the time up to which dates count."""

    state: int
    time: float
