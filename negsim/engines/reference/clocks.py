"""Clocks of the reference engine: one SimPy process an action, waiting for its appointment.

Every formula is that of the semantics, section 4: (x, T, t0, m, s) are age (microseconds) and consumed hazard at t0, the
instant when the clock was last touched, and its pace and speed since. Hazards speak of days.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import lru_cache
from math import exp, inf, log
from typing import TYPE_CHECKING, Any

from negsim.engines.reference.agenda import Appointment
from negsim.errors import EvaluationError
from negsim.laws import Law, cumulative_hazard, inverse_hazard
from negsim.laws.draws import Stream
from negsim.model.calendar import DAY
from negsim.model.expressions import Evaluator, Number
from negsim.program import ActionRow

if TYPE_CHECKING:
    from negsim.engines.reference.world import World

__all__ = ["CalendarClock", "Clock", "FixedClock", "ImmediateClock", "RandomClock", "make_clock"]


@lru_cache(maxsize=4096)
def _hazards(law: Law) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """H and its inverse; rows of parameters take turns, so they are kept."""
    return cumulative_hazard(law), inverse_hazard(law)


def whole(value: float) -> float:
    """The nearest whole number, half to even; what is larger than 2**52 is whole already, infinite or not a number."""
    return float(round(value)) if -(2.0**52) < value < 2.0**52 else value


class Clock:
    """An action at work: its guard, its process and its numbering of firings."""

    def __init__(self, world: World, rank: int, row: ActionRow) -> None:
        self.world = world
        self.rank = rank
        self.row = row
        self.name = row.name
        self.guard: Evaluator = world.memory.compile(row.guard)
        self.due = Appointment(world.agenda, rank)
        self.most = inf if row.limit is None else row.limit
        self.process: Any = None

    def new_seed(self, seed: int) -> None:
        """Take the keyed stream of this seed."""
        self.stream = Stream(seed, "action", self.name)

    def bind(self, law: Law | tuple[float, float] | None) -> None:
        """Take the numbers of the law (for clocks that have one)."""

    def reset(self) -> None:
        """Forget the last history."""
        self.due.cancel()
        self.holds = False
        self.firings = 0
        self.occurrence = 0
        self.last_instant = -1.0
        self.at_instant = 0

    def live(self) -> Generator[Any, Any, None]:
        """The process: wait until due, act, for ever."""
        while True:
            yield self.due
            self.turn()

    def turn(self) -> None:
        """What happens when the appointment comes."""
        self.world.fire(self)

    def begin(self) -> None:
        """The start of a history."""
        if self.guard(self.world.state):
            self.holds = True
            self.start()

    def review(self) -> None:
        """A variable that the guard, pace or speed reads has changed."""
        if self.guard(self.world.state):
            if self.holds:
                self.repace()
            else:
                self.holds = True
                self.start()
        elif self.holds:
            self.holds = False
            self.stop()

    def outcome_uniform(self) -> float:
        """Uniform b of the firing."""
        return self.stream.uniforms(self.world.replication, self.occurrence)[1]

    def start(self) -> None:
        """The guard turned true."""

    def stop(self) -> None:
        """The guard turned false."""

    def repace(self) -> None:
        """The guard holds on; pace or speed may have changed."""

    def used(self) -> None:
        """The action fires: its target or edge is used up."""

    def again(self) -> None:
        """The firing is complete."""


class RandomClock(Clock):
    """A clock that draws a unit exponential target and fires when the hazard consumed reaches it."""

    def __init__(self, world: World, rank: int, row: ActionRow) -> None:
        super().__init__(world, rank, row)
        self.constant = isinstance(row.pace, Number) and isinstance(row.speed, Number)
        self.pace: Evaluator = world.memory.compile(row.pace)
        self.speed: Evaluator = world.memory.compile(row.speed)

    def bind(self, law: Law | tuple[float, float] | None) -> None:
        assert isinstance(law, Law)
        self.hazard, self.inverse = _hazards(law)
        plain = law.family == "exponential" and law.low is None and law.high is None and not law.mixed
        self.rate = law.params[0] if plain else None

    def reset(self) -> None:
        super().reset()
        self.running = False
        self.target: float | None = None
        self.drawn = 0
        self.x = self.T = self.t0 = 0.0

    def outcome_uniform(self) -> float:
        return self.second

    def start(self) -> None:
        if self.firings >= self.most:
            return
        if self.target is None:
            self.occurrence = self.drawn
            self.drawn += 1
            u, self.second = self.stream.uniforms(self.world.replication, self.occurrence)
            self.target = -log(u)
            self.x = self.T = 0.0
        self.t0 = self.world.now
        self.m, self.s = self.factors()
        self.running = True
        self.schedule()

    def factors(self) -> tuple[float, float]:
        """Pace and speed in the present state."""
        state = self.world.state
        pace, speed = self.pace(state), self.speed(state)
        if pace < 0 or speed < 0:
            which, value = ("pace", pace) if pace < 0 else ("speed", speed)
            tree = self.row.pace if pace < 0 else self.row.speed
            raise EvaluationError(
                f"{which} '{tree}' is {value!r}, and must not be negative; clip it at 0",
                action=self.name,
                time=self.world.now / DAY,
            )
        return pace, speed

    def repace(self) -> None:
        if self.constant or not self.running:
            return
        m, s = self.factors()
        if m != self.m or s != self.s:
            self.touch()
            self.m, self.s = m, s
            self.schedule()

    def touch(self) -> None:
        """Carry age and consumed hazard on to now."""
        now = self.world.now
        aged = self.s * (now - self.t0)
        x1 = self.x + aged
        if self.m > 0:
            self.T = self.consumed(x1, aged)
        self.x, self.t0 = x1, now

    def consumed(self, x1: float, aged: float) -> float:
        """The consumed hazard when age has reached ``x1``."""
        target: float = self.target  # type: ignore[assignment] # a running clock has a target
        if self.rate is not None:
            return min(target, self.T + self.m * self.rate * (aged / DAY))
        end = self.hazard(x1 / DAY)
        if end == inf:
            return target
        return min(target, self.T + self.m * (end - self.hazard(self.x / DAY)))

    def schedule(self) -> None:
        """Move the appointment to where the target will be reached."""
        self.due.put(self.when())

    def when(self) -> float:
        """The due time, in exactly the order of the semantics."""
        m, s, now = self.m, self.s, self.world.now
        if m == 0 or s == 0:
            return inf
        left: float = self.target - self.T  # type: ignore[operator] # a running clock has a target
        if left <= 0:
            return now
        if self.rate is not None:
            pull = m * self.rate * s
            return now + whole(left / pull * DAY) if pull > 0 else inf
        consumed = self.hazard(self.x / DAY)
        if consumed == inf:
            return now
        wait = whole((self.inverse(consumed + left / m) * DAY - self.x) / s)
        return now + max(0.0, wait) if wait == wait else inf

    def stop(self) -> None:
        if not self.running:
            return
        self.touch()
        self.running = False
        self.due.cancel()
        if self.row.memory == "reset":
            self.target = None
        elif self.row.memory == "repeat":
            self.x = self.T = 0.0

    def used(self) -> None:
        self.running = False
        self.target = None

    def again(self) -> None:
        if self.holds:
            self.start()


class FixedClock(RandomClock):
    """A clock that fires at exactly one age; numbered like a random one."""

    def bind(self, law: Law | tuple[float, float] | None) -> None:
        assert isinstance(law, tuple)
        self.delay, self.never = law

    def consumed(self, x1: float, aged: float) -> float:
        return 0.0

    def when(self) -> float:
        if self.s == 0 or exp(-self.target) <= self.never:  # type: ignore[operator] # a running clock has a target
            return inf
        return self.world.now + max(0.0, whole((self.delay - self.x) / self.s))


class CalendarClock(Clock):
    """A clock due at calendar instants whatever its guard; found false when its turn comes, it is missed."""

    def begin(self) -> None:
        self.next = 0
        self.wait()

    def wait(self) -> None:
        """Make the next instant the appointment."""
        if self.next < len(self.row.instants) and self.firings < self.most:
            self.due.put(self.row.instants[self.next][1])

    def turn(self) -> None:
        self.occurrence = self.row.instants[self.next][0]
        self.next += 1
        self.world.now = self.world.agenda.now
        self.world.guarded(self, self.look)
        if self.holds:
            self.world.fire(self)
        self.wait()

    def look(self) -> None:
        """Does the guard hold at this instant?"""
        self.holds = bool(self.guard(self.world.state))

    def review(self) -> None:
        """The guard is looked at when its turn comes, not before."""


class ImmediateClock(Clock):
    """Fires each time the guard turns true; an edge is lost if the guard is false before its turn."""

    def reset(self) -> None:
        super().reset()
        self.edges = 0

    def start(self) -> None:
        if self.firings < self.most:
            self.occurrence = self.edges
            self.edges += 1
            self.due.put(self.world.now)

    def stop(self) -> None:
        self.due.cancel()


def make_clock(world: World, rank: int, row: ActionRow) -> Clock:
    """The clock of a row."""
    kinds = {"random": RandomClock, "fixed": FixedClock, "calendar": CalendarClock, "immediate": ImmediateClock}
    return kinds[row.clock](world, rank, row)
