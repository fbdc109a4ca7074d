"""Clocks that run for a fixed time from a known date on: their end is a date too, and between dates the chain runs alone.

A `Fixed` clock that starts at a calendar instant (or at the start, or when another such clock is over) ends at a date that
is known then: the state keeps which one, and the dates join the calendar. So does the time in which a law truncated
from below cannot fire: when it is over, the clock goes on with the law of what is left, ``T - low`` given ``T > low``
(residual life, Cox 1962, *Renewal Theory*, ch. 5). Deterministic and stochastic Petri nets: Ajmone Marsan and Chiola 1987,
doi:10.1007/3-540-18086-9_23.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.layout import Layout
from negsim.engines.exact.markov import Clockwork
from negsim.errors import EngineError
from negsim.program import Program

__all__ = ["STOPPED", "Agenda", "Diary", "Run", "started"]

STOPPED = -1
"""What stands in a state for a moment: a clock was interrupted at this very instant."""
MOST_DATES = 100_000
"""Instants in all, those of the calendar included."""


class Run(NamedTuple):
    """How far a clock was at some instant, how fast it has gone on since, and when it is over (microseconds)."""

    age: float
    since: float
    speed: float
    due: float

    def moved(self, now: float, speed: float, length: float) -> Run:
        """The same clock at another speed from now on."""
        return started(self.age + self.speed * (now - self.since), now, speed, length)


def started(age: float, now: float, speed: float, length: float) -> Run:
    """A clock of some age that goes on at a speed until it has run for so long."""
    due = math.inf if speed == 0.0 else now + max(0.0, float(np.rint((length - age) / speed)))
    return Run(age, now, speed, due)


class Diary:
    """The runs of clocks met so far, each with a number that the state keeps; and delays that begin at random instants.

    Parameters
    ----------
    layout : Layout
    clocks : mapping of int to Clockwork
        Those with a delay are kept here.
    """

    def __init__(self, layout: Layout, clocks: Mapping[int, Clockwork]) -> None:
        self.layout = layout
        self.ranks = [rank for rank in layout.stage if clocks[rank].delay > 0.0]
        self.now: float | None = None
        self.runs: dict[int, list[Run]] = {rank: [] for rank in self.ranks}
        self.numbers: dict[tuple[int, Run], int] = {}
        self.new: list[tuple[float, int, int]] = []
        self.random: dict[int, float] = {}

    def number(self, rank: int, run: Run) -> int:
        """What the state keeps of a run."""
        key = rank, run
        if key not in self.numbers:
            place = len(self.runs[rank])
            self.runs[rank].append(run)
            self.numbers[key] = self.layout.dated[rank] + 1 + place
            if math.isfinite(run.due):
                self.new.append((run.due, rank, self.numbers[key]))
        return self.numbers[key]

    def run(self, rank: int, value: int) -> Run:
        """The run that a state keeps."""
        return self.runs[rank][value - self.layout.dated[rank] - 1]

    def running(self, rank: int, rows: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Where a clock runs for a fixed time, towards a date or not."""
        found: NDArray[np.bool_] = rows[:, self.layout.stage[rank]] >= self.layout.dated[rank]
        return found

    def at_random(self, rank: int, rows: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Where a clock runs for a fixed time that began at a random instant."""
        found: NDArray[np.bool_] = rows[:, self.layout.stage[rank]] == self.layout.dated[rank]
        return found

    def stop(self, rank: int, rows: NDArray[np.int32], off: NDArray[np.bool_]) -> None:
        """Throw away how far a clock was; one that began at random and stops at random may not begin again at once."""
        column = self.layout.stage[rank]
        marked = (
            off & self.at_random(rank, rows) if rank in self.random and self.now is None else None
        )  # before it is 0
        rows[off, column] = 0
        if marked is not None:
            rows[marked, column] = STOPPED


class Agenda:
    """Instants in order: those of the calendar, and the ends of clocks as they become known.

    What is due at one is a tuple of codes: the rank of an action on the calendar; rank plus actions times the number of a
    run; and, where clocks start by date, minus the instant's own number, since what happens there depends on the date.
    """

    def __init__(self, program: Program, diary: Diary, ranks: Iterable[int], until: float) -> None:
        self.diary = diary
        self.actions = len(program.actions)
        self.until = until
        self.count = 0
        self.waiting = [(when, rank, 0) for rank in ranks for _, when in program.actions[rank].instants]
        heapq.heapify(self.waiting)

    def _refill(self) -> None:
        for entry in self.diary.new:
            if entry[0] <= self.until:
                heapq.heappush(self.waiting, entry)
        self.diary.new.clear()

    def next(self) -> float:
        """The next instant; infinite if there is none."""
        self._refill()
        return self.waiting[0][0] if self.waiting else math.inf

    def take(self) -> tuple[float, tuple[int, ...]]:
        """The next instant and what is due at it."""
        when = self.next()
        found = []
        while self.waiting and self.waiting[0][0] == when:
            _, rank, value = heapq.heappop(self.waiting)
            found.append(rank + self.actions * value)
        self.count += 1
        if self.count > MOST_DATES:
            raise EngineError(
                f"clocks that start again and again by date have more than {MOST_DATES:,} ends; end the scenario earlier, ask "
                "with a deadline, or simulate"
            )
        due = tuple(sorted(found, key=lambda code: (code % self.actions, code)))
        return when, due if not self.diary.ranks else (*due, -self.count)

    def decoded(self, due: tuple[int, ...]) -> list[tuple[int, int]]:
        """Ranks due, each with the number of the run that is over (0: the calendar's), the ends of delays first."""
        found = [(code % self.actions, code // self.actions) for code in due if code >= 0]
        return sorted(found, key=lambda pair: (not (pair[1] and self.silent(pair[0])), pair))

    def silent(self, rank: int) -> bool:
        """Whether the end of the run is no event: a law goes on from there."""
        return self.diary.layout.laws[rank] is not None
