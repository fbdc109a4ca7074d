"""The state of one history and what a firing does to it."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from functools import lru_cache
from itertools import count
from math import isfinite
from typing import Any

from negsim.engines.blocks import Event
from negsim.engines.reference.agenda import Agenda, Appointment
from negsim.engines.reference.clocks import CalendarClock, Clock, make_clock
from negsim.engines.reference.memory import Memory
from negsim.engines.reference.watch import Watch
from negsim.errors import EvaluationError, RunawayError, nearest
from negsim.laws import Law, upper_quantile
from negsim.laws.draws import Stream
from negsim.model.calendar import DAY
from negsim.model.expressions import Evaluator
from negsim.model.policies import Policy, View
from negsim.model.variables import on_grid
from negsim.program import Bound, EffectRow, Program, Slot

__all__ = ["World"]

MOST_AT_ONCE = 1000
WHOLE = 2.0**53


class World:
    """Parties and their actions as SimPy processes around one state; made once, run for many histories."""

    def __init__(self, program: Program, seed: int) -> None:
        self.program = program
        self.agenda = Agenda(program.horizon)
        self.memory = Memory(program)
        self.state: list[Any] = []
        self.now = 0.0
        self.replication = 0
        self.clocks = [make_clock(self, rank, row) for rank, row in enumerate(program.actions)]
        self.bodies = [Body(self, clock) for clock in self.clocks]
        self.seeds = [_first_value(slot, program, seed) for slot in program.slots]
        self.watch = Watch(self, program)
        self.readers = self._readers()
        for clock in self.clocks:
            clock.new_seed(seed)
        for body in self.bodies:
            body.new_seed(seed)
        self.set_out()

    def set_out(self) -> None:
        """Every party's process begins; again after a history that could not be finished, which has ended one of them."""
        self.agenda.clear()
        for clock in self.clocks:
            clock.due = Appointment(self.agenda, clock.rank)
        for party in sorted({clock.row.by or "" for clock in self.clocks}):
            self.agenda.process(self.party(party))
        self.agenda.run()

    def party(self, name: str) -> Generator[Any, Any, None]:
        """A party's process: it sets its actions going, each a process of its own."""
        for clock in self.clocks:
            if (clock.row.by or "") == name:
                clock.process = self.agenda.process(clock.live())
        yield self.agenda.event()

    def _readers(self) -> list[tuple[Clock, ...]]:
        found: list[list[Clock]] = [[] for _ in self.program.slots]
        for clock in self.clocks:
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
        self.memory.forget_all()

    def run(self, replication: int, max_events: int, trace: bool) -> None:
        """Simulate one history from the start to the horizon, both included."""
        self.replication, self.now, self.max_events = replication, 0.0, max_events
        self.events = 0
        self.log: list[Event] | None = [] if trace else None
        self.agenda.clear()
        self.begin_state()
        for clock in self.clocks:
            clock.reset()
        for body in self.bodies:
            body.counts = [0] * len(body.counts)
        self.watch.begin()
        for clock in self.clocks:
            self.guarded(clock, clock.begin)
        self.agenda.run()
        self.watch.end(self.program.horizon)

    def begin_state(self) -> None:
        """Fixed and drawn initial values."""
        first = len(self.program.slots) - len(self.values)
        self.state[:] = [0.0] * first + self.values
        for number in range(first):
            try:
                self.state[number] = self.seeds[number](self)
            except EvaluationError as error:
                error.message, error.time = f"initial value of {self.program.slots[number].name}: {error.message}", 0.0
                raise
        self.memory.forget_variables()
        self.initial = [float(value) for value in self.state] if self.log is not None else []

    def guarded(self, clock: Clock, step: Any) -> None:
        """Do a step of a clock; an expression without a value is told with its action and time."""
        try:
            step()
        except EvaluationError as error:
            error.action, error.time = clock.name, self.now / DAY
            raise

    def fire(self, clock: Clock) -> None:
        """A firing: outcome, effects together, then the guards, paces and speeds that read a changed variable."""
        now = self.now = self.agenda.now
        self.watch.pass_dates(now)
        self.limits(clock, now)
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
        clock.used()
        if self.log is not None:
            self.log.append(self.told(clock, body, chosen, changed))
        self.watch.count(clock.rank, chosen)
        if changed:
            slots = [slot for slot, _, _ in changed]
            self.watch.after(slots)
            for other in self.affected(slots):
                self.guarded(other, other.review)
        self.guarded(clock, clock.again)

    def affected(self, slots: list[int]) -> tuple[Clock, ...]:
        """Clocks that read one of the slots, by rank."""
        if len(slots) == 1:
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
        if clock.last_instant != now:
            clock.last_instant, clock.at_instant = now, 0
        clock.at_instant += 1
        if clock.at_instant > MOST_AT_ONCE:
            names = [
                other.name
                for other in self.clocks
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


class Body:
    """What an action does when it fires: weights and effects as closures."""

    def __init__(self, world: World, clock: Clock) -> None:
        row = clock.row
        self.world, self.clock = world, clock
        self.branching = row.branching
        self.policy, self.sees = row.policy, row.sees or {}
        self.names = [outcome.name for outcome in row.outcomes]
        self.weights: list[Evaluator] = [world.memory.compile(outcome.weight) for outcome in row.outcomes]
        self.effects = [[_Change(effect, world) for effect in outcome.effects] for outcome in row.outcomes]
        self.counts = [0] * len(row.outcomes)

    def new_seed(self, seed: int) -> None:
        """Take the keyed streams of this seed."""
        for change in self.changes():
            if change.law is not None:
                change.stream = Stream(seed, "effect", change.key)

    def changes(self) -> Iterator[_Change]:
        """All changes of all outcomes."""
        for effects in self.effects:
            yield from effects

    def bind(self, bound: Bound) -> None:
        """Take the numbers of the laws."""
        for change in self.changes():
            if change.law is not None:
                law = bound.laws[change.law]
                assert isinstance(law, Law)
                change.quantile = _quantile(law)

    def choose(self, state: list[Any]) -> int:
        """The outcome, in order of name: the first with u * W < w1 + ... + wi."""
        if not self.branching:
            return 0
        if self.policy is not None:
            decided = self.decide(self.policy, state)
            if decided is not None:
                return decided
        total, sums = 0.0, []
        for name, weight in zip(self.names, self.weights, strict=True):
            value = weight(state)
            if value < 0:
                raise EvaluationError(
                    f"the weight of outcome {name} is {value!r}, and must not be negative; clip it at 0"
                )
            total += value
            sums.append(total)
        if not 0 < total < math.inf:
            raise EvaluationError(
                f"the weights of the outcomes {', '.join(self.names)} add up to {total!r}; they must be finite and not "
                "all zero"
            )
        reach = self.clock.outcome_uniform() * total
        return next((i for i, upto in enumerate(sums) if reach < upto), sums.index(total))

    def decide(self, policy: Policy, state: list[Any]) -> int | None:
        """The outcome that the party's policy chooses, None to leave it to the weights."""
        clock, world = self.clock, self.world
        view = View(
            world.now / DAY, clock.name, tuple(self.names), {name: state[slot] for name, slot in self.sees.items()}
        )
        purposes = count(1)

        def draw() -> float:
            return clock.stream.uniforms(world.replication, clock.occurrence, next(purposes))[0]

        try:
            answer = policy(view, draw)
        except Exception as error:  # a stranger's function may raise anything
            raise EvaluationError(
                f"the policy of {clock.row.by} raised {type(error).__name__}: {error}; mend the function (it returns the "
                "name of an outcome, or None)"
            ) from error
        if answer is not None and answer not in self.names:
            raise EvaluationError(
                f"the policy of {clock.row.by} chose {answer!r}{nearest(str(answer), self.names)}; it must return one "
                f"of {', '.join(self.names)}, or None"
            )
        return None if answer is None else self.names.index(answer)

    def apply(self, chosen: int, state: list[Any], occurrence: int) -> list[tuple[int, Any, Any]]:
        """Evaluate all effects on the state before the firing, then assign them together; return what changed."""
        effects = self.effects[chosen]
        values = [change.value(state, self.world.replication, occurrence) for change in effects]
        changed = []
        for change, value in zip(effects, values, strict=True):
            old = state[change.slot]
            if value != old:
                state[change.slot] = value
                self.world.memory.forget(change.slot)
                changed.append((change.slot, old, value))
        return changed


@lru_cache(maxsize=4096)
def _quantile(law: Law) -> Any:
    """The upper quantile of a law; rows of parameters take turns, so it is kept."""
    return upper_quantile(law)


class _Change:
    """One effect: the new value of one slot."""

    def __init__(self, row: EffectRow, world: World) -> None:
        self.slot, self.add, self.law, self.key = row.slot, row.add, row.law, row.stream
        self.kept = world.program.slots[row.slot]
        self.amount = None if row.amount is None else world.memory.compile(row.amount)
        self.text = str(row.amount)
        self.stream: Stream
        self.quantile: Any

    def value(self, state: list[Any], replication: int, occurrence: int) -> Any:
        """The value after the firing, clipped and on its grid."""
        if self.amount is None:
            amount = self.quantile(self.stream.uniforms(replication, occurrence)[0])
        else:
            amount = self.amount(state)
        if self.kept.kind == "fact":
            return bool(amount)
        if self.add:
            amount = state[self.slot] + amount
        if not isfinite(amount):
            raise EvaluationError(f"the effect on {self.kept.name} ('{self.text}') gives {amount!r}; keep it finite")
        return fitted(self.kept, amount)


def fitted(slot: Slot, value: float) -> float:
    """A value as a slot keeps it: whole, or clipped and on its grid. It must be finite before it is clipped."""
    if not isfinite(value):
        raise EvaluationError(f"{slot.kind} {slot.name} would become {value!r}; keep it finite")
    if slot.kind == "counter":
        if value != math.floor(value) or abs(value) > WHOLE:
            raise EvaluationError(f"counter {slot.name} would become {value!r}; it must be whole and at most 2**53")
        return value
    value = slot.low if value < slot.low else slot.high if value > slot.high else value
    if slot.step is None:
        return value
    kept = on_grid(value, slot.step)
    if kept != kept:
        p, q = slot.step
        raise EvaluationError(
            f"level {slot.name} would become {value!r}, too large for its step of {p / q!r}; give it bounds"
        )
    return kept


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
