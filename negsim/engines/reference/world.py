"""The state of one history and what a firing does to it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from negsim.engines.blocks import Event
from negsim.engines.population import Snapshot
from negsim.engines.reference.agenda import Agenda
from negsim.engines.reference.body import Body, fitted
from negsim.engines.reference.clocks import Clock
from negsim.engines.reference.memory import Memory
from negsim.engines.reference.occasions import CalendarClock, make_clock
from negsim.engines.reference.watch import Watch
from negsim.errors import EvaluationError, RunawayError
from negsim.laws import Law, upper_quantile
from negsim.laws.draws import Stream
from negsim.model.calendar import DAY
from negsim.program import Bound, Program, Slot

__all__ = ["World"]

# A cycle without delay never leaves its instant: some number must tell it from a long chain of consequences.
MOST_AT_ONCE = 1000


class World:
    """Parties and their actions as SimPy processes around one state; made once, run for many histories."""

    def __init__(self, program: Program, seed: int) -> None:
        self.program = program
        self.agenda = Agenda(program.horizon)
        self.memory = Memory(program)
        self.state: list[Any] = []
        self.values: list[float] | None = None
        self.now = 0.0
        self.replication = self.branch = 0
        self.stops: frozenset[int] = frozenset()
        self.clocks = [make_clock(self, rank, row, self.memory) for rank, row in enumerate(program.actions)]
        self.bodies = [Body(self, clock, self.memory, program.slots) for clock in self.clocks]
        # Made ready once: the expressions are the same in every history.
        self.seeds = [_first_value(slot, program, seed) for slot in program.slots]
        self.watch = Watch(self, program)
        self.readers = self._readers()
        for clock in self.clocks:
            clock.new_seed(seed)
            clock.listener = self.turn
        for body in self.bodies:
            body.new_seed(seed)
        self.set_out()

    def set_out(self) -> None:
        """Every party's process begins; again after a history that could not be finished, which has ended one of them."""
        self.agenda.clear()
        for party in sorted({clock.row.by or "" for clock in self.clocks}):
            self.agenda.process(self.party(party))
        self.agenda.run()

    def party(self, name: str) -> Generator[Any, Any, None]:
        """A party's process: it sets its actions going, each a process of its own."""
        for clock in self.clocks:
            if (clock.row.by or "") == name:
                self.agenda.process(clock.set_out(self.agenda))
        # A party's process waits for an event that never comes: it is there to own its actions' processes.
        yield self.agenda.event()

    def _readers(self) -> list[tuple[Clock, ...]]:
        found: list[list[Clock]] = [[] for _ in self.program.slots]
        for clock in self.clocks:
            # A date does not move: its guard is looked at when it is there, and not at every change.
            if not isinstance(clock, CalendarClock):
                for slot in sorted(clock.row.guard_reads | clock.row.pace_reads):
                    found[slot].append(clock)
        return [tuple(clocks) for clocks in found]

    def bind(self, bound: Bound, values: tuple[float, ...]) -> None:
        """Take the numbers of one row of parameters."""
        self.values = list(values)
        for clock in self.clocks:
            clock.bind(None if clock.row.law is None else bound.laws[clock.row.law])
        for body in self.bodies:
            body.bind(bound)
        self.laws = bound.laws
        # Remembered parts of expressions may have read parameters.
        self.memory.forget_all()

    def begin(self, replication: int, max_events: int, log: list[Event] | None) -> None:
        """Put one history at its start; a log, if there is one, takes down its events."""
        self.replication, self.branch, self.now, self.max_events = replication, 0, 0.0, max_events
        self.events, self.log = 0, log
        self.agenda.clear()
        self.begin_state()
        for clock in self.clocks:
            clock.reset()
        for body in self.bodies:
            body.counts = [0] * len(body.counts)
        self.watch.begin()
        for clock in self.clocks:
            self.guarded(clock, clock.begin)

    def advance(self, until: float, stops: frozenset[int] = frozenset()) -> None:
        """Go on until everything at an instant, or at the next firing of one of some actions, has happened."""
        self.stops = stops
        self.agenda.advance(until)
        until = self.agenda.until
        # Everything at the instant is done: dates up to it, itself included, are recorded.
        self.watch.pass_dates(until + 1.0)
        self.now = until

    def end(self) -> None:
        """The horizon is passed."""
        self.now = self.program.horizon
        self.watch.end()

    def save(self, kept: Snapshot, row: int) -> None:
        """Write what this history is now to a row of a snapshot."""
        kept.state[row] = [float(value) for value in self.state]
        kept.events[row] = self.events
        kept.counts[row] = self.counts()[: kept.counts.shape[1]]
        self.watch.save(kept, row)
        for clock in self.clocks:
            clock.save(kept, row)

    def load(self, kept: Snapshot, row: int, log: list[Event] | None = None) -> None:
        """Be the history in a row of a snapshot; its parameters are bound."""
        self.replication, self.branch = int(kept.replications[row]), int(kept.branches[row, -1])
        self.now, self.max_events, self.events, self.log = kept.now, kept.max_events, int(kept.events[row]), log
        self.agenda.clear(kept.now)
        pairs = zip(self.program.slots, kept.state[row].tolist(), strict=True)
        # Snapshots hold floats; a fact must be a truth value again, or texts of failures would show 1.0.
        self.state[:] = [bool(value) if slot.kind == "fact" else value for slot, value in pairs]
        self.memory.forget_variables()
        counts = iter(kept.counts[row].tolist() or self.counts())
        for body in self.bodies:
            body.counts = [next(counts) for _ in body.counts]
        self.watch.load(kept, row)
        for clock in self.clocks:
            clock.load(kept, row)

    def branch_off(self) -> None:
        """Give the loaded history, which has a number and a branch of its own, a future of its own."""
        for clock in self.clocks:
            clock.branch_off()

    def counts(self) -> list[int]:
        """Firings by action and outcome."""
        return [count for body in self.bodies for count in body.counts]

    def begin_state(self) -> None:
        """Fixed and drawn initial values."""
        values = self.values or []
        first = len(self.program.slots) - len(values)
        # In place: compiled expressions hold this very list.
        self.state[:] = [0.0] * first + values
        for number in range(first):
            try:
                self.state[number] = self.seeds[number](self)
            except EvaluationError as error:
                error.message, error.time = f"initial value of {self.program.slots[number].name}: {error.message}", 0.0
                raise
        self.memory.forget_variables()
        self.initial = [float(value) for value in self.state] if self.log is not None else []

    def guarded(self, clock: Clock, step: Callable[[], Any]) -> Any:
        """Do a step of a clock; an expression without a value is told with its action and time."""
        try:
            return step()
        except EvaluationError as error:
            error.action, error.time = clock.name, self.now / DAY
            raise

    def turn(self, clock: Clock) -> None:
        """The turn of an action has come."""
        self.now = self.agenda.now
        if self.guarded(clock, clock.comes):
            self.fire(clock)
        self.guarded(clock, clock.again)

    def fire(self, clock: Clock) -> None:
        """A firing: outcome, effects together, then the guards, paces and speeds that read a changed variable."""
        now = self.now
        # Before the effects: what is recorded of a date before now is the state until now.
        self.watch.pass_dates(now)
        self.limits(clock, now)
        if clock.rank in self.stops:
            self.agenda.until = now
        body = self.bodies[clock.rank]
        try:
            chosen = body.choose(self.state)
            changed = body.apply(chosen, self.state, clock.occurrence)
        except EvaluationError as error:
            error.action, error.time = clock.name, now / DAY
            raise
        self.events += 1
        clock.firings += 1
        body.counts[chosen] += 1
        # Before others are reviewed: an effect may turn the own guard false, and true again, and the clock that fired
        # must not be stopped as if it still ran.
        clock.used()
        if self.log is not None:
            self.log.append(self.told(clock, body, chosen, changed))
        self.watch.count(clock.rank, chosen)
        if changed:
            slots = [slot for slot, _, _ in changed]
            self.watch.after(slots)
            for other in self.affected(slots):
                self.guarded(other, other.review)

    def affected(self, slots: list[int]) -> tuple[Clock, ...]:
        """Clocks that read one of the slots, by rank."""
        if len(slots) == 1:
            # Sorted already, and by far the most frequent case.
            return self.readers[slots[0]]
        return tuple(sorted({clock for slot in slots for clock in self.readers[slot]}, key=_rank))

    def limits(self, clock: Clock, now: float) -> None:
        """Refuse the firing that would be one too many, at this instant or in all."""
        if self.events >= self.max_events:
            raise RunawayError(
                f"more than {self.max_events:,} events; day {now / DAY:.6g} of {self.program.horizon / DAY:.6g} was reached. Look "
                "for delays that shrink or a pace that grows, or raise max_events",
                action=clock.name,
                time=now / DAY,
            )
        # Counted by action and instant; nothing has to be set back for the actions that do not fire.
        if clock.last_instant != now:
            clock.last_instant, clock.at_instant = now, 0
        clock.at_instant += 1
        if clock.at_instant > MOST_AT_ONCE:
            names = [
                other.name
                for other in self.clocks
                # Those that fired a tenth as often are in the cycle; others only happened to fire at this instant.
                if other.last_instant == now and other.at_instant > MOST_AT_ONCE // 10
            ]
            raise RunawayError(
                f"would fire for the {MOST_AT_ONCE + 1:,}st time at one instant; the cycle is {' > '.join(names)}. Let "
                "a guard turn false, or put a delay between them",
                action=clock.name,
                time=now / DAY,
            )

    def told(self, clock: Clock, body: Body, chosen: int, changed: list[tuple[int, Any, Any]]) -> Event:
        """The row of the log."""
        slots = self.program.slots
        changes = [(slots[slot].name, float(old), float(new)) for slot, old, new in changed]
        return self.watch.event(self.now, clock.name, body.names[chosen], changes)


def _rank(clock: Clock) -> int:
    return clock.rank


def _first_value(slot: Slot, program: Program, seed: int) -> Any:
    """A function world -> initial value of a slot."""
    stream = Stream(seed, "variable", slot.name)
    if slot.chance is not None:
        p = program.compile(slot.chance)
        return lambda world: bool(stream.uniforms(world.replication, 0)[0] < p(world.state))
    if slot.law is not None:
        return lambda world: _drawn(world, slot, stream)
    if slot.initial is None:
        return None
    value = program.compile(slot.initial)
    if slot.kind == "fact":
        return lambda world: bool(value(world.state))
    return lambda world: fitted(slot, float(value(world.state)))


def _drawn(world: World, slot: Slot, stream: Stream) -> float:
    law = world.laws[slot.law or 0]
    assert isinstance(law, Law)
    return fitted(slot, upper_quantile(law)(stream.uniforms(world.replication, 0)[0]))
