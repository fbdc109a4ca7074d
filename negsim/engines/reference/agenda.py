"""SimPy's event list, ordered by (time, rank), on which an appointment can be moved."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

import simpy

__all__ = ["Agenda", "Appointment"]


class Appointment(simpy.Event):  # type: ignore[misc] # simpy ships no types
    """The event a process waits for: due at ``time`` (None when it is off), with a rank among equals.

    It can be moved and used again; an entry that the agenda still holds for an earlier date is passed over.
    """

    def __init__(self, env: Agenda, rank: int) -> None:
        super().__init__(env)
        self._ok, self._value = True, None
        self.rank = rank
        self.time: float | None = None

    def put(self, time: float) -> None:
        """Make it due at exactly this time; beyond the horizon it is never due."""
        if time == self.time:
            return
        self.time = time
        if time <= self.env.horizon:
            heappush(self.env._queue, (time, self.rank, next(self.env._eid), self))

    def cancel(self) -> None:
        """Make it not due."""
        self.time = None


class Agenda(simpy.Environment):  # type: ignore[misc] # simpy ships no types
    """An environment whose clock jumps to absolute dates; never ``now + (t - now)``, nothing after the horizon.

    SimPy's own ``run(until=T)`` drops what is due at T and breaks ties by insertion; here the horizon is closed and
    ties go by rank.
    """

    def __init__(self, horizon: float) -> None:
        super().__init__()
        self.horizon = horizon

    def clear(self) -> None:
        """Go back to the start; processes keep waiting for their appointments."""
        self._queue.clear()
        self._now = 0.0

    def schedule(self, event: Any, priority: int = 1, delay: float = 0) -> None:
        """SimPy's own scheduling, used to start processes; a process that failed raises its error at once."""
        if not event._ok:
            raise event._value
        heappush(self._queue, (self._now + delay, priority - 2, next(self._eid), event))

    def step(self) -> None:
        """Let the next event happen."""
        queue = self._queue
        while queue:
            time, _, _, event = heappop(queue)
            if type(event) is Appointment:
                if event.time != time:
                    continue
                event.time = None
            self._now = time
            callbacks, event.callbacks = event.callbacks, []
            for callback in callbacks:
                callback(event)
            return
        raise simpy.core.EmptySchedule
