"""Clocks without a target, which are due on an occasion: an instant of the calendar, an edge of the guard."""

from __future__ import annotations

from negsim.engines.population import Snapshot
from negsim.engines.reference.clocks import Clock, FixedClock, RandomClock
from negsim.engines.reference.history import History
from negsim.engines.reference.memory import Memory
from negsim.program import ActionRow

__all__ = ["CalendarClock", "ImmediateClock", "make_clock"]


class CalendarClock(Clock):
    """A clock due at calendar instants whatever its guard; found false when its turn comes, it is missed."""

    def begin(self) -> None:
        self.next = 0
        self.again()

    def again(self) -> None:
        """Make the next instant the appointment, whether this one was missed or not."""
        if self.next < len(self.row.instants) and self.firings < self.at_most:
            self.due.put(self.row.instants[self.next][1])

    def comes(self) -> bool:
        self.occurrence = self.row.instants[self.next][0]
        self.next += 1
        return bool(self.guard(self.history.state))

    def save(self, kept: Snapshot, row: int) -> None:
        super().save(kept, row)
        kept.passed[row, self.rank] = self.next

    def load(self, kept: Snapshot, row: int) -> None:
        self.reset()
        self.firings, self.next = int(kept.firings[row, self.rank]), int(kept.passed[row, self.rank])
        self.again()

    def review(self) -> None:
        """The guard is looked at when its turn comes, not before."""


class ImmediateClock(Clock):
    """Fires each time the guard turns true; an edge is lost if the guard is false before its turn."""

    def reset(self) -> None:
        super().reset()
        self.edges = 0

    def start(self) -> None:
        if self.firings < self.at_most:
            self.occurrence = self.edges
            self.edges += 1
            self.due.put(self.history.now)

    def stop(self) -> None:
        self.due.cancel()

    def save(self, kept: Snapshot, row: int) -> None:
        super().save(kept, row)
        kept.drawn[row, self.rank] = self.edges

    def load(self, kept: Snapshot, row: int) -> None:
        super().load(kept, row)
        self.edges = int(kept.drawn[row, self.rank])


def make_clock(history: History, rank: int, row: ActionRow, memory: Memory) -> Clock:
    """The clock of a row."""
    kinds = {"random": RandomClock, "fixed": FixedClock, "calendar": CalendarClock, "immediate": ImmediateClock}
    return kinds[row.clock](history, rank, row, memory)
