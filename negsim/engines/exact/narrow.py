"""A few states at a time, one after the other: where a frontier is narrow, arrays cost more than they carry.

The same transitions as `moving` and `firing` find over arrays (a test compares the graphs), for cones without immediate
actions, stages, fixed delays, drawn amounts and derivatives; trees are compiled once. What fails here is done again over
arrays, which say why.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.firing import COUNT_SHIFT, Firings
from negsim.engines.exact.graph import Edges
from negsim.engines.exact.layout import Layout, Table
from negsim.errors import EvaluationError
from negsim.model.expressions import Expression, Number, Truth
from negsim.program import ActionRow, OutcomeRow

__all__ = ["NARROW", "Narrow"]

NARROW = 24
"""States of a frontier up to which they are expanded one by one."""

Row = tuple[int, ...]
Value = Callable[[Any], Any]
Out = tuple[int, int, float]
Floats = NDArray[np.float64]
Longs = NDArray[np.int64]


class Unable(Exception):
    """Something that arrays must do, or tell."""


class Narrow:
    """Transitions out of single states.

    Parameters
    ----------
    firings : Firings
    table : Table
        Numbers the states.
    columns : int
        Columns of the mass: derivatives are done over arrays.

    Attributes
    ----------
    waiting : dict of int to (edges, tallies)
        Found, and not yet taken.
    count : int
        States expanded in all.
    """

    def __init__(self, firings: Firings, table: Table, columns: int) -> None:
        self.firings = firings
        self.table = table
        self.layout: Layout = firings.layout
        self.program = firings.program
        self.state: list[Any] = self._empty()
        self.waiting: dict[int, tuple[list[Out], list[float]]] = {}
        self.count = 0
        self.able = columns == 1 and not firings.immediate and not self.layout.stage and not firings.repeats
        self.able = self.able and all(
            effect.law is None
            for rank in self.layout.cone.ranks
            for outcome in self.program.actions[rank].outcomes
            for effect in outcome.effects
        )
        if not self.able:
            return
        self.reading = [self._reader(slot, column) for slot, column in self.layout.column.items()]
        self.actions = [self._action(rank) for rank in self.layout.cone.ranks if firings.clocks[rank].kind == "rate"]
        self.looks = [self._look(k) for k in range(len(firings.monitors))]

    def _empty(self) -> list[Any]:
        """The values by slot, parameters in place."""
        state: list[Any] = [0.0] * len(self.program.slots)
        for name, value in self.layout.fixed.items():
            state[self.program.index[name]] = bool(value.v) if isinstance(value.v, bool) else float(value.v)
        return state

    def _reader(self, slot: int, column: int) -> tuple[int, int, str, tuple[float, float]]:
        row = self.program.slots[slot]
        return slot, column, row.kind, row.grid if row.kind == "level" else (1.0, 1.0)

    def _tree(self, tree: Expression) -> Value | None:
        """The closure of a tree; None for the number one and the condition that is always true."""
        return None if tree in (Number(1.0), Truth(True)) else self.program.compile(tree)

    def _action(self, rank: int) -> tuple[Any, ...]:
        row = self.program.actions[rank]
        limit = None if row.limit is None else (self.layout.count[rank], row.limit)
        outcomes = [self._outcome(rank, number, row, one) for number, one in enumerate(row.outcomes)]
        clock = self.firings.clocks[rank]
        return self._tree(row.guard), limit, clock.rate, self._tree(row.pace), self._tree(row.speed), outcomes

    def _outcome(self, rank: int, number: int, row: ActionRow, outcome: OutcomeRow) -> tuple[Any, ...]:
        weight = self.program.compile(outcome.weight) if row.branching else None
        writes = []
        for effect in outcome.effects:
            if effect.slot in self.layout.column and effect.amount is not None:
                slot = self.program.slots[effect.slot]
                amount = self.program.compile(effect.amount)
                ends = (slot.low, slot.high, *slot.grid) if slot.kind == "level" else None
                writes.append((effect.slot, self.layout.column[effect.slot], slot.kind, effect.add, amount, ends))
        touched = {effect.slot for effect in outcome.effects} & self.firings.written[rank]
        looking = [k for k, watched in enumerate(self.firings.watched) if watched & touched]
        counted = [c for c, (r, o) in enumerate(self.firings.counted) if r == rank and o in (None, number)]
        nth = self.firings.nth
        nth_fires = nth is not None and nth.rank == rank and nth.outcome in (None, number)
        limit = self.layout.count.get(rank)
        return weight, writes, looking, counted, 1 << COUNT_SHIFT if nth_fires else 0, limit

    def _look(self, k: int) -> tuple[int, Value, bool, Value | None]:
        monitor = self.firings.monitors[k]
        return k, self.program.compile(monitor.condition), monitor.edge, self._tree(monitor.throughout)

    def _read(self, row: Row) -> list[Any]:
        """The values of a state, by slot (a list that is used again)."""
        state = self.state
        for slot, column, kind, (p, q) in self.reading:
            value = row[column]
            state[slot] = value != 0 if kind == "fact" else value * p / q if kind == "level" else float(value)
        return state

    def expand(self, number: int) -> list[Out] | None:
        """Targets, flags and rates out of a state, like ones made one; None if that must be done over arrays."""
        try:
            found, tally = self._moves(tuple(self.table.rows[number].tolist()))
            merged: dict[tuple[int, int], float] = {}
            for target, flags, rate in found:
                key = self.table.one(target), flags
                merged[key] = merged.get(key, 0.0) + rate
        except (EvaluationError, Unable, OverflowError):
            return None
        edges = [(target, flags, rate) for (target, flags), rate in sorted(merged.items())]
        self.waiting[number] = edges, tally
        self.count += 1
        return edges

    def taken(self) -> tuple[Edges, Longs, Floats]:
        """What was found since it was last taken: edges by source, the states, and their tallies."""
        numbers = np.array(list(self.waiting), dtype=np.int64)
        flat = [edge for edges, _ in self.waiting.values() for edge in edges]
        source = np.repeat(numbers, [len(edges) for edges, _ in self.waiting.values()])
        target, flags, rate = zip(*flat, strict=True) if flat else ((), (), ())
        mass = np.array(rate, dtype=np.float64)[:, None]
        found = Edges(source, np.array(target, dtype=np.int64), np.array(flags, dtype=np.int64), mass)
        tallies = np.array([tally for _, tally in self.waiting.values()], dtype=np.float64)
        self.waiting.clear()
        return found, numbers, tallies

    def _moves(self, row: Row) -> tuple[list[tuple[Row, int, float]], list[float]]:
        state = self._read(row)
        fired: list[tuple[Row, list[int], int, float]] = []
        tally = [0.0] * len(self.firings.counted)
        for guard, limit, rate, pace, speed, outcomes in self.actions:
            if (limit is not None and row[limit[0]] >= limit[1]) or (guard is not None and not guard(state)):
                continue
            mass = rate if pace is None else _positive(pace(state)) * rate
            if speed is not None:
                mass *= _positive(speed(state))
            if mass == 0.0:
                continue
            for share, outcome in _shares(outcomes, state):
                part = mass if share is None else mass * share
                if part != 0.0:
                    for column in outcome[3]:
                        tally[column] += part
                    fired.append(self._fired(row, state, outcome, part))
        # The monitors' second looks are at other states: the list of values is filled anew for the next.
        return [(after, self._flags(row, after, looking, flags), part) for after, looking, flags, part in fired], tally

    def _fired(
        self, row: Row, state: list[Any], outcome: tuple[Any, ...], mass: float
    ) -> tuple[Row, list[int], int, float]:
        """The state after an outcome, what must be looked at, firings counted, and the rate."""
        _, writes, looking, _, flags, limit = outcome
        after = list(row)
        for slot, column, kind, add, amount, ends in writes:
            value = amount(state)
            if kind == "fact":
                after[column] = int(bool(value))
                continue
            if add:
                value = state[slot] + value
            after[column] = _steps(value, ends) if ends else _whole(value)
        if limit is not None:
            after[limit] += 1
        return tuple(after), looking, flags, mass

    def _flags(self, row: Row, after: Row, looking: list[int], flags: int) -> int:
        """What the monitors see after a firing."""
        if not looking:
            return flags
        state = self._read(after)
        for k in looking:
            _, condition, edge, throughout = self.looks[k]
            if condition(state) and not (edge and self._held(condition, row, after)):
                flags |= 1 << (2 * k)
            elif throughout is not None and not throughout(state):
                flags |= 2 << (2 * k)
        return flags

    def _held(self, condition: Value, row: Row, after: Row) -> bool:
        """Whether a condition held before; the values are those after again."""
        held = bool(condition(self._read(row)))
        self._read(after)
        return held


def _positive(value: float) -> float:
    if value < 0.0:
        raise Unable
    return value


def _shares(outcomes: list[Any], state: list[Any]) -> list[tuple[float | None, Any]]:
    """The outcomes with their probabilities; None for a single one without a weight."""
    if outcomes[0][0] is None:
        return [(None, outcomes[0])]
    weights = [_positive(outcome[0](state)) for outcome in outcomes]
    total = sum(weights)
    if not (total > 0.0 and math.isfinite(total)):
        raise Unable
    return [(weight / total, outcome) for weight, outcome in zip(weights, outcomes, strict=True)]


def _whole(value: float) -> int:
    if value != math.floor(value) or abs(value) >= 2.0**31:
        raise Unable
    return int(value)


def _steps(value: float, ends: tuple[float, float, float, float]) -> int:
    low, high, p, q = ends
    return int(np.rint(min(max(value, low), high) * q / p))
