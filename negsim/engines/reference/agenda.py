"""SimPy's event list, ordered by (time, rank), on which an appointment can be moved."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import simpy

__all__ = ["Agenda", "Appointment"]


class Appointment(simpy.Event):
    """The event a process waits for: due at ``time`` (None when it is off), with a rank among equals.

    It can be moved and used again; an entry that the agenda still holds for an earlier date is passed over.
    """

    def __init__(self, env: Agenda, rank: int) -> None:
        super().__init__(env)
        # Set as if it had been triggered: SimPy then resumes whoever waits, each time that it is processed.
        self._ok, self._value = True, None
        self.agenda = env
        self.rank = rank
        self.time: float | None = None

    def put(self, time: float) -> None:
        """Make it due at exactly this time; beyond the horizon it is never due."""
        # Its entry is in the heap already.
        if time == self.time:
            return
        self.time = time
        agenda = self.agenda
        if time <= agenda.horizon:
            # An earlier entry of it stays where it is: taking it out would cost a search, and passing it over costs
            # nothing.
            heappush(agenda.entries, (time, self.rank, next(agenda._eid), self))

    def cancel(self) -> None:
        """Make it not due."""
        self.time = None


class Agenda(simpy.Environment):
    """An environment whose clock jumps to absolute dates; never ``now + (t - now)``, nothing after the horizon.

    SimPy's own ``run(until=T)`` drops what is due at T and breaks ties by insertion; here the horizon is closed and
    ties go by rank.
    """

    def __init__(self, horizon: float) -> None:
        super().__init__()
        self.horizon = horizon
        self.until = 0.0
        self.entries: list[Any] = self._queue

    def clear(self, now: float = 0.0) -> None:
        """Go to an instant with nothing due; processes keep waiting for their appointments."""
        self.entries.clear()
        self._now = now

    def advance(self, until: float) -> None:
        """Let everything happen that is due up to an instant, this included; up to `until`, if somebody moves that."""
        entries, self.until = self.entries, until
        while entries and entries[0][0] <= self.until:
            self.step()

    def schedule(self, event: Any, priority: int = 1, delay: float = 0) -> None:
        """SimPy's own scheduling, used to start processes; a process that failed raises its error at once."""
        if not event._ok:
            raise event._value
        # SimPy's own events (starting a process) come before all ranks of the same instant: -1 and -2.
        heappush(self.entries, (self._now + delay, priority - 2, next(self._eid), event))

    def step(self) -> None:
        """Let the next event happen, if its entry still stands: that of a moved appointment is passed over."""
        if not self.entries:
            raise simpy.core.EmptySchedule
        time, _, _, event = heappop(self.entries)
        if type(event) is Appointment:
            if event.time != time:
                return
            # Before the callbacks: the clock makes its next appointment in them.
            event.time = None
        self._now = time
        # A list again and not None as in SimPy: the event will be used anew.
        callbacks, event.callbacks = event.callbacks, []
        for callback in callbacks:
            callback(event)
