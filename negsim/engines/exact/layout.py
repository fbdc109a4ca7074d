"""Packed states: which column holds what, and the table that numbers states."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.lumping import Cone
from negsim.engines.exact.markov import Clockwork, Numbers
from negsim.engines.exact.vector import Value
from negsim.errors import EngineError
from negsim.program import Program

__all__ = ["Layout", "Table", "grown"]

Ints = NDArray[np.int32]
MOST_IN_A_COLUMN = 2**30


class Layout:
    """The columns of a state: variables of the cone, then firings of limited actions, then stages of running clocks.

    A fact is 0 or 1, a counter itself, a level its number of steps. Stage 0 is "no target", ``K + 1`` "never". Of a clock
    that runs for a fixed time, ``K + 2`` is "interrupted", `dated` (``K + 3``) "since a random instant", and from there on
    stand the runs of its diary, which end on dates.
    """

    def __init__(self, program: Program, cone: Cone, clocks: Mapping[int, Clockwork], numbers: Numbers) -> None:
        self.program = program
        self.cone = cone
        self.column: dict[int, int] = {}
        self.count: dict[int, int] = {}
        self.stage: dict[int, int] = {}
        self.names: list[str] = []
        self.kinds: list[str] = []
        for slot in cone.slots:
            self.column[slot] = self._new(program.slots[slot].name, program.slots[slot].kind)
        for rank in cone.ranks:
            if program.actions[rank].limit is not None:
                self.count[rank] = self._new(f"firings of {program.actions[rank].name}", "limit")
        for rank in cone.ranks:
            if clocks[rank].kind in ("stages", "fixed"):
                self.stage[rank] = self._new(f"stage of {program.actions[rank].name}", "stage")
        self.laws = {rank: clocks[rank].law for rank in self.stage}
        self.dated = {
            rank: (0 if law is None else law.stages) + 3 for rank, law in self.laws.items() if clocks[rank].delay > 0.0
        }
        first = len(program.slots) - len(program.parameters)
        self.fixed: dict[str, Value] = {}
        for number, slot_row in enumerate(program.slots[first:]):
            slope = numbers.slopes[number] if numbers.slopes else None
            value = numbers.values[number]
            is_fact = isinstance(program.parameters[number].best, bool)
            self.fixed[slot_row.name] = Value(bool(value)) if is_fact else Value(np.float64(value), slope)

    def _new(self, name: str, kind: str) -> int:
        self.names.append(name)
        self.kinds.append(kind)
        return len(self.names) - 1

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.names)

    def view(self, rows: Ints) -> Names:
        """The named values of some states."""
        return Names(self, rows)


class Names(dict[str, Value]):
    """Named columns of some states, made when they are asked for."""

    def __init__(self, layout: Layout, rows: Ints) -> None:
        super().__init__(layout.fixed)
        self.layout = layout
        self.rows = rows

    def __missing__(self, name: str) -> Value:
        layout = self.layout
        slot = layout.program.index[name]
        row = layout.program.slots[slot]
        column = self.rows[:, layout.column[slot]]
        if row.kind == "fact":
            found = Value(column != 0)
        elif row.kind == "level":
            found = Value(column * row.grid[0] / row.grid[1])
        else:
            found = Value(column.astype(np.float64))
        self[name] = found
        return found


class Table:
    """Numbers states in the order in which they first come; looks them up by a packed key.

    A key is the state's columns in as many bits as the values met so far need: one 64-bit word, or several mixed into
    one. Mixed keys are verified against the state itself, and mixed anew in the event of a collision.
    """

    def __init__(self, layout: Layout, most: int) -> None:
        self.layout = layout
        self.most = most
        self.rows: Ints = np.zeros((1024, layout.width), dtype=np.int32)
        self.size = 0
        self.known: dict[int, int] = {}
        self.low = np.zeros(layout.width, dtype=np.int64)
        self.bits = np.ones(layout.width, dtype=np.int64)
        self.salt = np.uint64(0x9E3779B97F4A7C15)
        self._place()

    @property
    def states(self) -> Ints:
        """All states so far, (n, columns)."""
        return self.rows[: self.size]

    def _place(self) -> None:
        """Give every column its word and shift."""
        self.word, self.shift = [], []
        word, used = 0, 0
        for bits in self.bits.tolist():
            if used + bits > 64:
                word, used = word + 1, 0
            self.word.append(word)
            self.shift.append(used)
            used += bits
        self.words = word + 1
        spans = (1 << self.bits).tolist()
        self.single = list(zip(self.low.tolist(), spans, self.shift, strict=True))

    def keys(self, rows: Ints) -> NDArray[np.uint64]:
        """Packed keys of some states, (n,)."""
        packed = np.zeros((self.words, len(rows)), dtype=np.uint64)
        for column in range(rows.shape[1]):
            offset = (rows[:, column] - self.low[column]).astype(np.uint64)
            packed[self.word[column]] |= offset << np.uint64(self.shift[column])
        mixed: NDArray[np.uint64] = packed[0]
        for part in packed[1:]:
            mixed = _mix((mixed ^ part) * self.salt)
        return mixed

    def find(self, rows: Ints) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Numbers of some states, and the numbers of those that were new."""
        if len(rows) == 0:
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty
        self._widen(rows)
        keys, first, inverse = np.unique(self.keys(rows), return_index=True, return_inverse=True)
        numbers = np.fromiter(map(self.known.get, keys.tolist(), repeat(-1)), np.int64, len(keys))
        fresh = np.flatnonzero(numbers < 0)
        # In the order in which they come, not in that of their keys: numbers then do not depend on the packing.
        fresh = fresh[np.argsort(first[fresh], kind="stable")]
        numbers[fresh] = np.arange(self.size, self.size + len(fresh))
        self._append(rows[first[fresh]])
        self.known.update(zip(keys[fresh].tolist(), numbers[fresh].tolist(), strict=True))
        found = numbers[inverse]
        if self.words > 1 and not np.array_equal(self.rows[found], rows):
            return self._again(rows, len(fresh))
        return found, numbers[fresh]

    def one(self, row: tuple[int, ...]) -> int:
        """The number of a single state."""
        if self.words == 1:
            key = 0
            for value, (low, span, shift) in zip(row, self.single, strict=True):
                offset = value - low
                if not 0 <= offset < span:
                    break
                key |= offset << shift
            else:
                found = self.known.get(key)
                if found is None and self.size < min(self.most, len(self.rows)):
                    found = self.known[key] = self.size
                    self.rows[found] = row
                    self.size += 1
                if found is not None:
                    return found
        return int(self.find(np.array([row], dtype=np.int32))[0][0])

    def _again(self, rows: Ints, added: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Two states had one mixed key: mix with another salt."""
        self.size -= added
        self.salt = self.salt * np.uint64(6364136223846793005) + np.uint64(2)
        self._rebuild()
        return self.find(rows)

    def _append(self, rows: Ints) -> None:
        if self.size + len(rows) > self.most:
            raise EngineError(
                f"more than {self.most:,} states{grown(self.layout, np.concatenate([self.states, rows]))}"
            )
        while self.size + len(rows) > len(self.rows):
            self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
        self.rows[self.size : self.size + len(rows)] = rows
        self.size += len(rows)

    def _widen(self, rows: Ints) -> None:
        """Make room for values outside the ranges met so far."""
        low, high = rows.min(axis=0).astype(np.int64), rows.max(axis=0).astype(np.int64)
        if np.all(low >= self.low) and np.all(high < self.low + (1 << self.bits)):
            return
        for column in np.flatnonzero((low < self.low) | (high >= self.low + (1 << self.bits))).tolist():
            self._stretch(column, int(low[column]), int(high[column]))
        self._rebuild()

    def _stretch(self, column: int, low: int, high: int) -> None:
        """Widen a column to hold the values, with as much again on the side on which it grew."""
        bottom, top = int(self.low[column]), int(self.low[column]) + (1 << int(self.bits[column])) - 1
        span = max(top, high) - min(bottom, low) + 1
        top = high + span if high > top else top
        bottom = low - span if low < bottom else bottom
        if max(abs(top), abs(bottom)) > MOST_IN_A_COLUMN:
            raise EngineError(
                f"{self.layout.names[column]} goes to {max(high, -low):,}, beyond what the exact engine holds (2**30); bound it, or simulate"
            )
        self.low[column] = bottom
        self.bits[column] = (top - bottom).bit_length()

    def _rebuild(self) -> None:
        self._place()
        keys = self.keys(self.states) if self.size else np.zeros(0, dtype=np.uint64)
        self.known = dict(zip(keys.tolist(), range(self.size), strict=True))


REMEDIES = {
    "counter": "bound it by the guards of the actions that change it, or by limit= on them",
    "level": "give it a coarser step, or nearer low and high",
    "limit": "lower that limit",
    "stage": "solve with fewer stages",
}
WIDE = 12


def grown(layout: Layout, rows: Ints) -> str:
    """What made the states so many, and what can be done about that."""
    counts = [len(np.unique(column)) for column in rows.T]
    widest = max(range(len(counts)), key=counts.__getitem__, default=None)
    others = (
        "ask one question at a time (only what bears on it is kept), end the scenario earlier, allow more, or simulate"
    )
    if widest is not None and counts[widest] >= WIDE:
        name, kind = layout.names[widest], layout.kinds[widest]
        low, high = int(rows[:, widest].min()), int(rows[:, widest].max())
        ends = f", from {low:,} to {high:,}" if kind == "counter" else ""
        return f": {name} alone takes {counts[widest]:,} values{ends}; {REMEDIES.get(kind, 'bound it')}, {others}"
    several = [layout.names[k] for k in sorted(range(len(counts)), key=lambda k: -counts[k]) if counts[k] > 1]
    told = ", ".join(several[:3]) + (f" and {len(several) - 3} more" if len(several) > 3 else "")
    return (
        f": {len(several)} variables with a few values each ({told}) can be combined in too many ways; where several are "
        f"alike, count them in one counter, let what need not be drawn begin with a known value, {others}"
    )


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
