"""Clocks of the reference engine: one SimPy process an action, waiting for its appointment.

Every formula is that of the semantics, section 4: (x, T, t0, m, s) are age (microseconds) and consumed hazard at t0, the
instant when the clock was last touched, and its pace and speed since. Hazards speak of days.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import lru_cache
from math import exp, inf, log, nan
from typing import Any

from negsim.engines.population import Snapshot
from negsim.engines.reference.agenda import Agenda, Appointment
from negsim.engines.reference.history import History
from negsim.engines.reference.memory import Memory
from negsim.errors import EvaluationError
from negsim.laws import Law, cumulative_hazard, inverse_hazard, log_hazard_rate
from negsim.laws.draws import Stream
from negsim.model.calendar import DAY
from negsim.model.expressions import Evaluator, Number
from negsim.program import ActionRow

__all__ = ["Clock", "FixedClock", "RandomClock"]


@lru_cache(maxsize=4096)
# Kept by law: rows of parameters come again and again, and preparing a truncated law costs several special functions.
def _hazards(law: Law) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """H and its inverse; rows of parameters take turns, so they are kept."""
    return cumulative_hazard(law), inverse_hazard(law)


@lru_cache(maxsize=4096)
def _log_rate(law: Law) -> Callable[[float], float]:
    """The logarithm of the hazard rate; seldom asked for."""
    return log_hazard_rate(law)


def whole(value: float) -> float:
    """The nearest whole number, half to even; what is larger than 2**52 is whole already, infinite or not a number."""
    # Above 2**52 doubles are whole already; round() would go by way of a large integer, and fails at inf.
    return float(round(value)) if -(2.0**52) < value < 2.0**52 else value


class Clock:
    """An action at work: its guard, its process and its numbering of firings.

    Whoever listens is called when its turn comes.
    """

    def __init__(self, history: History, rank: int, row: ActionRow, memory: Memory) -> None:
        self.history = history
        self.rank = rank
        self.row = row
        self.name = row.name
        self.guard: Evaluator = memory.compile(row.guard)
        self.due: Appointment
        self.at_most = inf if row.limit is None else row.limit
        self.listener: Callable[[Clock], None]

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
        # No instant of a history: the first firing at 0 must not count as a second one.
        self.last_instant = -1.0
        self.at_instant = 0

    def set_out(self, agenda: Agenda) -> Generator[Any, Any, None]:
        """Its process: wait until due, act, for ever."""
        self.due = Appointment(agenda, self.rank)
        while True:
            yield self.due
            self.listener(self)

    def comes(self) -> bool:
        """Whether it fires now that its turn has come."""
        return True

    def begin(self) -> None:
        """The start of a history."""
        if self.guard(self.history.state):
            self.holds = True
            self.start()

    def review(self) -> None:
        """A variable that the guard, pace or speed reads has changed."""
        if self.guard(self.history.state):
            # A guard that stays true keeps its clock going: only what it runs at may have changed.
            if self.holds:
                self.repace()
            else:
                self.holds = True
                self.start()
        elif self.holds:
            self.holds = False
            self.stop()

    def draw(self, occurrence: int, purpose: int = 0) -> tuple[float, float]:
        """The uniforms of one draw of this action in this history."""
        return self.stream.uniforms(self.history.replication, occurrence, purpose, self.history.branch)

    def outcome_uniform(self) -> float:
        """Uniform b of the firing."""
        return self.draw(self.occurrence)[1]

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

    def save(self, kept: Snapshot, row: int) -> None:
        """Write what it is now to its place in a snapshot."""
        kept.firings[row, self.rank] = self.firings

    def load(self, kept: Snapshot, row: int) -> None:
        """Be what a snapshot says; its state stands already."""
        self.reset()
        self.firings = int(kept.firings[row, self.rank])
        # Not kept in the snapshot: it follows from the state.
        self.holds = bool(self.guard(self.history.state))

    def branch_off(self) -> None:
        """The history is a clone from now on: draw anew what its past has not decided."""

    def consumed_by_now(self) -> float:
        """The hazard consumed under the present target; 0 without one."""
        return 0.0

    def log_hazard(self) -> float:
        """The logarithm of the hazard per day with which it fires now."""
        return nan


class RandomClock(Clock):
    """A clock that draws a unit exponential target and fires when the hazard consumed reaches it."""

    def __init__(self, history: History, rank: int, row: ActionRow, memory: Memory) -> None:
        super().__init__(history, rank, row, memory)
        self.constant = isinstance(row.pace, Number) and isinstance(row.speed, Number)
        self.pace: Evaluator = memory.compile(row.pace)
        self.speed: Evaluator = memory.compile(row.speed)

    def bind(self, law: Law | tuple[float, float] | None) -> None:
        assert isinstance(law, Law)
        self.law = law
        self.hazard, self.inverse = _hazards(law)
        # Without memory and truncation the formulas need no age; the compiled engine takes the same short way, so that
        # the bits agree.
        plain = law.family == "exponential" and law.low is None and law.high is None and not law.mixed
        self.rate = law.params[0] if plain else None

    def reset(self) -> None:
        super().reset()
        self.running = False
        self.target: float | None = None
        self.drawn = self.purpose = 0
        self.x = self.T = self.t0 = self.m = self.s = self.most = 0.0

    def outcome_uniform(self) -> float:
        return self.second

    def start(self) -> None:
        if self.firings >= self.at_most:
            return
        # A clock that resumes, or repeats, keeps its target: one occurrence is one draw, however often it is
        # interrupted.
        if self.target is None:
            self.occurrence, self.purpose = self.drawn, 0
            self.drawn += 1
            u, self.second = self.draw(self.occurrence)
            # A unit exponential, by whose using up the hazard is defined; u is never 0.
            self.target = -log(u)
            self.x = self.T = self.most = 0.0
        self.t0 = self.history.now
        self.m, self.s = self.factors()
        self.running = True
        self.schedule()

    def factors(self) -> tuple[float, float]:
        """Pace and speed in the present state."""
        state = self.history.state
        pace, speed = self.pace(state), self.speed(state)
        if pace < 0 or speed < 0:
            which, value = ("pace", pace) if pace < 0 else ("speed", speed)
            tree = self.row.pace if pace < 0 else self.row.speed
            raise EvaluationError(
                f"{which} '{tree}' is {value!r}, and must not be negative; clip it at 0",
                action=self.name,
                time=self.history.now / DAY,
            )
        return pace, speed

    def repace(self) -> None:
        # What cannot change need not be evaluated; evaluating it could not fail later than at the start.
        if self.constant or not self.running:
            return
        m, s = self.factors()
        # Touching costs a rounding: a clock whose factors stay as they are must not be moved by others' events.
        if m != self.m or s != self.s:
            self.touch()
            self.m, self.s = m, s
            self.schedule()

    def touch(self) -> None:
        """Carry age and consumed hazard on to now."""
        now = self.history.now
        aged = self.s * (now - self.t0)
        x1 = self.x + aged
        # Not 0 * (inf - inf): where the hazard does not run nothing is consumed, whatever it is.
        if self.m > 0:
            self.T = self.consumed(x1, aged)
        self.x, self.t0 = x1, now

    def consumed(self, x1: float, aged: float) -> float:
        """The consumed hazard when age has reached ``x1``."""
        target: float = self.target  # type: ignore[assignment] # a running clock has a target
        if self.rate is not None:
            return min(target, self.T + self.m * self.rate * (aged / DAY))
        end = self.hazard(x1 / DAY)
        # At the end of a bounded law all is consumed; inf - inf would be NaN.
        if end == inf:
            return target
        # Never beyond the target: rounding must not make an appointment lie in the past.
        return min(target, self.T + self.m * (end - self.hazard(self.x / DAY)))

    def consumed_by_now(self) -> float:
        if self.target is None:
            return 0.0
        aged = self.s * (self.history.now - self.t0)
        return self.consumed(self.x + aged, aged) if self.running and self.m > 0 else self.T

    def log_hazard(self) -> float:
        pull = self.m * self.s
        # A clock that repeats cannot fire before it has consumed again what it had consumed before.
        if not self.running or pull == 0 or self.consumed_by_now() < self.most:
            return -inf
        return log(pull) + _log_rate(self.law)((self.x + self.s * (self.history.now - self.t0)) / DAY)

    def schedule(self) -> None:
        """Move the appointment to where the target will be reached."""
        self.due.put(self.when(self.history.now))

    def when(self, now: float) -> float:
        """The due time of a clock touched now, in exactly the order of the semantics."""
        m, s = self.m, self.s
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
        # In this order of operations, which is part of the meaning.
        wait = whole((self.inverse(consumed + left / m) * DAY - self.x) / s)
        # wait == wait: NaN, of inf - inf, never comes.
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
            # The most that any earlier run consumed: the target is known to lie above it.
            self.most = max(self.most, self.T)
            self.x = self.T = 0.0

    def used(self) -> None:
        self.running = False
        self.target = None

    def again(self) -> None:
        if self.holds:
            self.start()

    def save(self, kept: Snapshot, row: int) -> None:
        super().save(kept, row)
        place = row, self.rank
        kept.drawn[place] = self.drawn
        if self.target is None:
            return
        kept.age[place], kept.consumed[place], kept.target[place] = self.x, self.T, self.target
        kept.most[place], kept.purpose[place] = self.most, self.purpose
        if self.running:
            kept.touched[place], kept.pace[place], kept.speed[place] = self.t0, self.m, self.s

    def load(self, kept: Snapshot, row: int) -> None:
        super().load(kept, row)
        place = row, self.rank
        self.drawn = int(kept.drawn[place])
        self.target = float(kept.target[place]) or None  # a target is above 0
        if self.target is None:
            return
        self.occurrence, self.purpose = self.drawn - 1, int(kept.purpose[place])
        # Not kept in the snapshot: a keyed draw can be made again.
        self.second = self.draw(self.occurrence, self.purpose)[1]
        self.x, self.T, self.most = float(kept.age[place]), float(kept.consumed[place]), float(kept.most[place])
        self.t0, self.m, self.s = float(kept.touched[place]), float(kept.pace[place]), float(kept.speed[place])
        self.running = self.holds
        if self.running:
            # From the last touch, as it was scheduled; from now on it would be rounded once more.
            self.due.put(self.when(self.t0))

    def branch_off(self) -> None:
        """What is left of a unit exponential target after M consumed is exponential again, whatever the law."""
        if self.target is None:
            return
        if self.running:
            self.touch()
        # Given that it has not fired, what is left of a unit exponential is one again: the law has no memory in this
        # scale.
        consumed = max(self.most, self.T)
        self.purpose = 1
        u, self.second = self.draw(self.occurrence, 1)
        self.target = consumed - log(u)
        if self.row.memory == "repeat":
            self.most = consumed
        if self.running:
            self.schedule()


class FixedClock(RandomClock):
    """A clock that fires at exactly one age; numbered like a random one."""

    def bind(self, law: Law | tuple[float, float] | None) -> None:
        assert isinstance(law, tuple)
        self.delay, self.never = law

    def consumed(self, x1: float, aged: float) -> float:
        return 0.0

    def when(self, now: float) -> float:
        if self.s == 0 or exp(-self.target) <= self.never:  # type: ignore[operator] # a running clock has a target
            return inf
        return now + max(0.0, whole((self.delay - self.x) / self.s))

    def branch_off(self) -> None:
        """It keeps its time. Whether that comes at all is still open as long as it is not over."""
        if self.target is None:
            return
        self.second = self.draw(self.occurrence)[1]
        # Only whether it ever comes is chance in a fixed time; once it is over, that is known.
        if self.never > 0 and not self.over():
            self.target = -log(self.draw(self.occurrence, 1)[0])
        if self.running:
            self.due.put(max(self.history.now, self.when(self.t0)))

    def over(self) -> bool:
        """Whether the time at which it may fire has passed."""
        if self.x >= self.delay or not self.running or self.s == 0:
            return self.x >= self.delay
        return self.t0 + max(0.0, whole((self.delay - self.x) / self.s)) <= self.history.now
