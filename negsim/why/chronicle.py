"""Histories with every state they went through, looked at by conditions: what held when, and which event changed it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from negsim.engines import Job, Trajectory, choose, prepare
from negsim.engines.blocks import Block, Event
from negsim.errors import NegsimError
from negsim.model.expressions import Evaluator, Expression, reads
from negsim.program import Program
from negsim.results.base import Results

__all__ = ["Chronicle", "Reader", "chronicles", "retold"]


class Reader:
    """The conditions of one program, compiled once for all its histories."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.instants = {row.name: tuple(when for _, when in row.instants) for row in program.actions}
        self.known: dict[Expression, tuple[Evaluator, tuple[int, ...]]] = {}
        self.near: dict[int, tuple[Expression, tuple[Evaluator, tuple[int, ...]]]] = {}

    def kind(self, name: str) -> str:
        """Whether a name is that of a fact, counter, level or parameter."""
        return self.program.slots[self.program.index[name]].kind

    def ends(self, name: str) -> tuple[float, ...]:
        """The least and the most that a level can be."""
        slot = self.program.slots[self.program.index[name]]
        return (slot.low, slot.high) if slot.kind == "level" else ()

    def of(self, tree: Expression) -> tuple[Evaluator, tuple[int, ...]]:
        """The function of a state that an expression is, and the slots that it reads."""
        # Comparing trees costs more than evaluating them, and mostly the very same one is asked for.
        same, found = self.near.get(id(tree), (None, None))
        if same is not tree or found is None:
            if tree not in self.known:
                slots = tuple(sorted(self.program.index[name] for name in reads(tree)))
                self.known[tree] = self.program.compile(tree), slots
            found = self.known[tree]
            self.near[id(tree)] = (tree, found)
        return found


class Chronicle:
    """One history: state 0 is the start, state k is what is there after event k - 1."""

    def __init__(self, told: Trajectory, reader: Reader) -> None:
        self.reader, self.told, self.replication, self.events = reader, told, told.replication, told.events
        # What each slot was from which state on: whole states would be a thousand numbers for each one that is looked at.
        self.moved: dict[int, tuple[list[int], list[float]]] = {}
        self.state = [value for _, value in told.initial]
        index = reader.program.index
        for number, event in enumerate(told.events, 1):
            for name, old, new in event.changes:
                slot = index[name]
                if slot not in self.moved:
                    self.moved[slot] = [0], [old]
                states, values = self.moved[slot]
                states.append(number)
                values.append(new)
        self.ats = [event.at for event in told.events]

    def index(self, time: float) -> int:
        """The state after everything at a time."""
        return bisect_right(self.ats, time)

    def time(self, state: int) -> float:
        """When a state began, in microseconds."""
        return self.ats[state - 1] if state else 0.0

    def slot(self, name: str, state: int) -> float:
        """What a name was in a state."""
        number = self.reader.program.index[name]
        if number not in self.moved:
            return self.state[number]
        states, values = self.moved[number]
        return values[bisect_right(states, state) - 1]

    def value(self, tree: Expression, state: int) -> float:
        """What an expression is in a state; not a number where it cannot be evaluated."""
        # One state is kept for all looks; only what the expression reads is put in, so nothing is copied.
        evaluator, slots = self.reader.of(tree)
        for slot in slots:
            if slot in self.moved:
                states, values = self.moved[slot]
                self.state[slot] = values[bisect_right(states, state) - 1]
        try:
            return float(evaluator(self.state))
        except NegsimError:
            return float("nan")

    def supposing(self, tree: Expression, state: int, name: str, value: float) -> float:
        """What an expression would be in a state if one name had another value."""
        # Puts in what the expression reads in that state, before one of it is changed.
        self.value(tree, state)
        slot = self.reader.program.index[name]
        # Put back at once: the next look may read this slot without its being among those that moved.
        kept, self.state[slot] = self.state[slot], float(value)
        try:
            return float(self.reader.of(tree)[0](self.state))
        except NegsimError:
            return float("nan")
        finally:
            self.state[slot] = kept

    def would(self, condition: Expression, state: int, name: str, value: float) -> bool:
        """Whether a condition would hold in a state if one name had another value."""
        return self.supposing(condition, state, name, value) == 1.0

    def holds(self, condition: Expression, state: int) -> bool:
        """Whether a condition holds in a state."""
        return self.value(condition, state) == 1.0

    def changes(self, condition: Expression, upto: int) -> list[int]:
        """States up to one in which something that a condition reads has just changed, the latest first; and the start."""
        slots = self.reader.of(condition)[1]
        found = {state for slot in slots for state in self.moved.get(slot, ((0,),))[0] if state <= upto}
        return sorted(found | {0}, reverse=True)

    def last(self, condition: Expression, upto: int) -> int:
        """The latest state up to one at whose end a condition holds; -1 if there is none."""
        if self.holds(condition, upto):
            return upto
        # A state lasts until the next change of what is read, so its last number is one less than that.
        ended = upto + 1
        for state in self.changes(condition, upto):
            if self.holds(condition, state):
                return ended - 1
            ended = state
        return -1

    def since(self, condition: Expression, upto: int) -> int:
        """The state from which on a condition has been what it is, without a break up to a state."""
        now, found = self.holds(condition, upto), upto
        for state in self.changes(condition, upto):
            if self.holds(condition, state) != now:
                return found
            found = state
        return 0

    def first(self, condition: Expression, upto: int) -> int:
        """The first state in which a condition holds, up to a state; -1 if there is none."""
        for state in reversed(self.changes(condition, upto)):
            if self.holds(condition, state):
                return state
        return -1

    def fired(self, action: str, outcomes: Sequence[str] | None, upto: int) -> int:
        """The number of the last event of an action, with one of some outcomes, that led to a state up to one; or -1."""
        # From the end: what came last decides, and it is mostly near.
        for number in range(upto - 1, -1, -1):
            event = self.events[number]
            if event.action == action and (outcomes is None or event.outcome in outcomes):
                return number
        return -1

    def event(self, number: int) -> Event:
        """The event that led from state ``number`` to the next."""
        return self.events[number]


def retold(runs: Results, program: Program, replications: Sequence[int], *, traced: bool = False) -> Block:
    """Some histories of finished runs once more: the same seed, rows and numbers, and so the same with the same program."""
    job = Job(
        seed=runs.seed,
        replications=np.asarray(replications, dtype=np.int64).tolist(),
        rows=runs.rows,
        contested=() if runs.drawn else program.contested,
        trace=max(replications) + 1 if traced else 0,
        max_events=runs.max_events,
        stop_at_failure=False,
        lean=True,
        told=0,
    )
    # Every engine that simulates tells the same histories: the quickest does.
    return prepare(choose("auto", program)[0], program).run(job)


def chronicles(runs: Results, program: Program, replications: Sequence[int]) -> list[Chronicle]:
    """Some histories of finished runs with all their states; those that fail are left out."""
    if not replications:
        return []
    # One for all: conditions are compiled once and looked at in every history.
    reader = Reader(program)
    return [Chronicle(one, reader) for one in retold(runs, program, replications, traced=True).traces]
