"""What firings do to many states at once: outcomes, effects, edges of immediate actions, clocks that stop and start."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.dated import Diary
from negsim.engines.exact.layout import Layout, Names
from negsim.engines.exact.lumping import writes
from negsim.engines.exact.markov import Clockwork
from negsim.engines.exact.vector import Compiled, Value, evaluate
from negsim.errors import EngineError, EvaluationError
from negsim.laws import Law, survival
from negsim.model.expressions import Expression, Truth, reads
from negsim.program import ActionRow, EffectRow, OutcomeRow, Program, Slot

__all__ = [
    "COUNT_SHIFT",
    "MOST_COUNTED",
    "STARTS",
    "Batch",
    "Firings",
    "Monitor",
    "Nth",
    "cell_shares",
    "join",
    "nonzero",
    "times",
]

STARTS = -1
"""In place of an outcome: the starts of a clock are counted, not its firings."""
COUNT_SHIFT = 50
"""Bits above this one of a batch's flags count the firings that a question asks "at least k" of."""
MOST_COUNTED = 4_000
MOST_CELLS = 20_000
MOST_SPREAD = 50_000_000
"""Numbers in the rows that a drawn effect makes of some states at once."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Monitor:
    """A condition looked at after every firing until it was true once, or until ``throughout`` failed before.

    With ``edge`` it must turn true: hold after a firing and not before it (at the start it is enough to hold).
    """

    condition: Expression
    throughout: Expression
    edge: bool = False


@dataclass(frozen=True, slots=True)
class Nth:
    """Firings of an action (with an outcome, or any) that are counted in the state, up to k."""

    rank: int
    outcome: int | None
    k: int


@dataclass(slots=True)
class Batch:
    """Probability on its way through firings of no duration.

    Attributes
    ----------
    rows : int32 (n, columns)
        States.
    source : int64 (n,)
        Where each came from.
    mass : float64 (n, 1 + m)
        Probability (or rate), and its derivatives.
    flags : int64 (n,)
        Two bits a monitor: 0 open, 1 was true, 2 gave up; above them, firings counted.
    pending : bool (n, immediate actions)
        Rising edges not yet fired.
    """

    rows: Ints
    source: Longs
    mass: Floats
    flags: Longs
    pending: Bools

    def __len__(self) -> int:
        return len(self.source)

    def at(self, which: Bools | Longs) -> Batch:
        """Some of the rows."""
        return Batch(self.rows[which], self.source[which], self.mass[which], self.flags[which], self.pending[which])


def join(batches: Sequence[Batch]) -> Batch:
    """All rows of some batches (at least one)."""
    if len(batches) == 1:
        return batches[0]
    return Batch(
        np.concatenate([batch.rows for batch in batches]),
        np.concatenate([batch.source for batch in batches]),
        np.concatenate([batch.mass for batch in batches]),
        np.concatenate([batch.flags for batch in batches]),
        np.concatenate([batch.pending for batch in batches]),
    )


def nonzero(table: NDArray[Any]) -> Bools:
    """Rows in which anything is not zero."""
    return np.asarray(table.any(axis=1), dtype=np.bool_)


def times(mass: Floats, value: Floats | float, slope: Floats | None) -> Floats:
    """The product of masses with factors, by the product rule in the columns of derivatives."""
    factor = np.asarray(value, dtype=np.float64)
    out: Floats = mass * (factor[:, None] if factor.ndim else factor)
    if slope is not None:
        out[:, 1:] += mass[:, :1] * slope
    return out


class Firings:
    """The actions of a cone, made ready to fire in many states at once."""

    def __init__(
        self,
        layout: Layout,
        clocks: Mapping[int, Clockwork],
        laws: Sequence[object],
        monitors: Sequence[Monitor],
        counted: Sequence[tuple[int, int | None]],
        nth: Nth | None = None,
    ) -> None:
        self.layout = layout
        self.program: Program = layout.program
        self.clocks = clocks
        self.laws = laws
        self.monitors = tuple(monitors)
        self.counted = tuple(counted)
        self.nth = nth
        self.diary = Diary(layout, clocks)
        self.compiled: dict[int, Compiled] = {}
        self.immediate = [rank for rank in layout.cone.ranks if clocks[rank].kind == "immediate"]
        self.tallies: Floats | None = None
        actions = self.program.actions
        self.written = {rank: writes(actions[rank]) & set(layout.column) for rank in layout.cone.ranks}
        self.watched = [self._slots(m.condition) | self._slots(m.throughout) for m in self.monitors]
        self.repeats = [
            rank for rank in layout.cone.ranks if actions[rank].memory == "repeat" and clocks[rank].kind == "rate"
        ]

    def _slots(self, tree: Expression) -> set[int]:
        index = self.program.index
        return {index[name] for name in reads(tree)}

    def value(self, tree: Expression, names: Names, action: str | None = None) -> Value:
        """A tree's value in some states; it is compiled once."""
        if id(tree) not in self.compiled:
            self.compiled[id(tree)] = Compiled(tree)  # which keeps the tree, and with it its address
        return evaluate(self.compiled[id(tree)], names, action)

    def guard(self, rank: int, names: Names) -> Bools:
        """Where the guard of an action holds."""
        row = self.program.actions[rank]
        found = self.value(row.guard, names, row.name).v
        return np.broadcast_to(np.asarray(found, dtype=np.bool_), len(names.rows))

    def below_limit(self, rank: int, rows: Ints) -> Bools:
        """Where an action may still fire."""
        limit = self.program.actions[rank].limit
        if limit is None:
            return np.ones(len(rows), dtype=np.bool_)
        below: Bools = rows[:, self.layout.count[rank]] < limit
        return below

    def ready(self, rank: int, rows: Ints) -> Bools:
        """Where the guard holds and the limit is not reached."""
        return self.guard(rank, self.layout.view(rows)) & self.below_limit(rank, rows)

    def fire(self, batch: Batch, rank: int) -> Batch:
        """Fire an action in all rows: every outcome with a chance, its effects, and what follows at once."""
        row = self.program.actions[rank]
        names = self.layout.view(batch.rows)
        found = []
        for number, mass in enumerate(self._shares(row, names, batch.mass)):
            alive = nonzero(mass)
            if not alive.any():
                continue
            self.tally(rank, number, batch.source, mass)
            part = batch if alive.all() else batch.at(alive)
            part = Batch(part.rows, part.source, mass[alive], self._counted(part.flags, rank, number), part.pending)
            found.append(self._outcome(part, rank, row.outcomes[number]))
        return join(found)

    def _counted(self, flags: Longs, rank: int, outcome: int) -> Longs:
        """One firing more, if the question counts it and has not enough."""
        nth = self.nth
        if nth is None or nth.rank != rank or nth.outcome not in (None, outcome):
            return flags
        more: Longs = (flags >> COUNT_SHIFT < nth.k).astype(np.int64)
        return flags + (more << COUNT_SHIFT)

    def _shares(self, row: ActionRow, names: Names, mass: Floats) -> list[Floats]:
        """The masses of the outcomes."""
        if not row.branching:
            return [mass]
        n, m = len(mass), mass.shape[1] - 1
        weights = [self.value(outcome.weight, names, row.name) for outcome in row.outcomes]
        values = [np.broadcast_to(np.asarray(w.v, dtype=np.float64), n) for w in weights]
        for outcome, value in zip(row.outcomes, values, strict=True):
            if (value < 0).any():
                raise EvaluationError(
                    f"the weight of outcome {outcome.name} is {float(value.min())!r}, and must not be negative; clip it at 0",
                    action=row.name,
                )
        total = np.sum(values, axis=0)
        if not np.all((total > 0) & np.isfinite(total)):
            raise EvaluationError("the weights of the outcomes are all zero in a state that can occur", action=row.name)
        slopes = [np.zeros((n, m)) if w.d is None else np.broadcast_to(w.d, (n, m)) for w in weights]
        whole = np.sum(slopes, axis=0)
        shares = [value / total for value in values]
        return [
            times(mass, p, (slope - p[:, None] * whole) / total[:, None] if m else None)
            for p, slope in zip(shares, slopes, strict=True)
        ]

    def tally(self, rank: int, outcome: int, source: Longs, mass: Floats) -> None:
        """Add up firings for the questions that count them."""
        if self.tallies is None:
            return
        for column, (wanted, which) in enumerate(self.counted):
            if wanted == rank and (which == outcome or (which is None and outcome != STARTS)):
                self.tallies[:, column] += np.bincount(source, mass[:, 0], len(self.tallies))

    def _outcome(self, batch: Batch, rank: int, outcome: OutcomeRow) -> Batch:
        """Effects evaluated on the state before, assigned together; then edges, stops and looks."""
        before = batch.rows
        batch, before = self._effects(batch, before, outcome, self.program.actions[rank].name)
        if rank in self.layout.count:
            batch.rows[:, self.layout.count[rank]] += 1
        if rank in self.layout.stage:
            batch.rows[:, self.layout.stage[rank]] = 0
        touched = {effect.slot for effect in outcome.effects} & self.written[rank]
        self._edges(batch, before, rank, touched)
        self._stops(batch.rows, before, rank, touched)
        self.look(batch, touched, before)
        return batch

    def _effects(self, batch: Batch, before: Ints, outcome: OutcomeRow, action: str) -> tuple[Batch, Ints]:
        names = self.layout.view(before)
        after = Batch(before.copy(), batch.source, batch.mass, batch.flags, batch.pending.copy())
        drawn = []
        for effect in outcome.effects:
            if effect.slot not in self.layout.column:
                continue
            if effect.law is not None:
                drawn.append(effect)
                continue
            column = self.layout.column[effect.slot]
            slot = self.program.slots[effect.slot]
            after.rows[:, column] = self._assigned(effect, slot, before[:, column], names, action)
        for effect in drawn:
            after, before = self._drawn(after, before, effect)
        return after, before

    def _assigned(self, effect: EffectRow, slot: Slot, old: Ints, names: Names, action: str) -> Ints:
        """The new values of a slot, as they are kept."""
        assert effect.amount is not None
        amount = self.value(effect.amount, names, action).v
        if slot.kind == "fact":
            return np.broadcast_to(np.asarray(amount, dtype=np.int32), len(old))
        value = np.broadcast_to(np.asarray(amount, dtype=np.float64), len(old))
        if effect.add:
            value = (old if slot.kind == "counter" else old * slot.grid[0] / slot.grid[1]) + value
        if slot.kind == "counter":
            return _whole(slot, value, action)
        p, q = slot.grid
        steps: Ints = np.rint(np.clip(value, slot.low, slot.high) * q / p).astype(np.int32)
        return steps

    def _drawn(self, batch: Batch, before: Ints, effect: EffectRow) -> tuple[Batch, Ints]:
        """A level that gets a drawn amount: one row a cell of its grid, with the exact probability of the cell."""
        slot = self.program.slots[effect.slot]
        law = self.laws[effect.law or 0]
        assert isinstance(law, Law)
        column = self.layout.column[effect.slot]
        cells, shares = cell_shares(law, slot, relative=effect.add)
        old = before[:, column]
        new = np.add.outer(old if effect.add else np.zeros_like(old), cells).ravel()
        low, high = slot.ends
        if len(old) * len(cells) * before.shape[1] > MOST_SPREAD:
            raise EngineError(
                f"level {slot.name} is drawn from a law with {len(cells):,} values in each of many states; give it a coarser "
                "step, or nearer low and high, or simulate"
            )
        which = np.repeat(np.arange(len(old)), len(cells))
        spread = batch.at(which)
        spread.rows[:, column] = np.clip(new, low, high)
        spread.mass = spread.mass * np.tile(shares, len(old))[:, None]
        return spread, before[which]

    def _edges(self, batch: Batch, before: Ints, rank: int, touched: set[int]) -> None:
        """Rising and lost edges of immediate actions."""
        old, new = self.layout.view(before), self.layout.view(batch.rows)
        for place, other in enumerate(self.immediate):
            if other == rank:
                batch.pending[:, place] = False
            if not (self.program.actions[other].guard_reads & touched):
                continue
            holds = self.guard(other, new)
            rises = holds & ~self.guard(other, old) & self.below_limit(other, batch.rows)
            batch.pending[:, place] = (batch.pending[:, place] & holds) | rises

    def _stops(self, rows: Ints, before: Ints, rank: int, touched: set[int]) -> None:
        """Clocks whose guard turned false: stages thrown away; a clock that would repeat its target is refused."""
        names = self.layout.view(rows)
        for other, column in self.layout.stage.items():
            row = self.program.actions[other]
            if not row.guard_reads & touched or (row.memory == "resume" and other not in self.layout.dated):
                continue
            off = ~self.guard(other, names)
            if row.memory != "resume":
                self.diary.stop(other, rows, off)
            else:  # how far a delay was is not kept: it may not go on
                rows[off & self.diary.running(other, rows), column] = self.layout.dated[other] - 1
        for other in self.repeats:
            if other == rank or not (self.program.actions[other].guard_reads & touched):
                continue
            if (~self.guard(other, names) & self.ready(other, before)).any():
                raise EngineError(
                    f"action {self.program.actions[other].name}: memory 'repeat' and interrupted by "
                    f"{self.program.actions[rank].name}: not Markov; use reset or resume, or simulate"
                )

    def look(self, batch: Batch, touched: set[int] | None = None, before: Ints | None = None) -> None:
        """Let the monitors look at the states (at those that read a touched slot; None: all)."""
        if not self.monitors:
            return
        names = self.layout.view(batch.rows)
        old = None if before is None else self.layout.view(before)
        flags = batch.flags.copy()
        for k, monitor in enumerate(self.monitors):
            if touched is not None and not (self.watched[k] & touched):
                continue
            open_ = (flags >> (2 * k)) & 3 == 0
            true = open_ & np.asarray(self.value(monitor.condition, names).v, dtype=np.bool_)
            if monitor.edge and old is not None:
                true = true & ~np.asarray(self.value(monitor.condition, old).v, dtype=np.bool_)
            flags |= true.astype(np.int64) << (2 * k)
            if monitor.throughout != Truth(True):
                ended = open_ & ~true & ~np.asarray(self.value(monitor.throughout, names).v, dtype=np.bool_)
                flags |= ended.astype(np.int64) << (2 * k + 1)
        batch.flags = flags


def _whole(slot: Slot, value: Floats, action: str) -> Ints:
    if not np.all((value == np.floor(value)) & (np.abs(value) < 2.0**31)):
        worst = value[np.argmax((value != np.floor(value)) | (np.abs(value) >= 2.0**31))]
        raise EvaluationError(
            f"counter {slot.name} would become {float(worst)!r}; it must be whole and below 2**31", action=action
        )
    return value.astype(np.int32)


def cell_shares(law: Law, slot: Slot, relative: bool) -> tuple[Ints, Floats]:
    """Cells of a level's grid (or offsets in steps) with their probabilities under a law; the ends take the tails.

    Raises
    ------
    EngineError
        If the level has no grid or no bounds.
    """
    if slot.step is None:
        raise EngineError(f"level {slot.name} is drawn from a law and has no step; give it one (step=0.1) or simulate")
    if not (math.isfinite(slot.low) and math.isfinite(slot.high)):
        raise EngineError(f"level {slot.name} is drawn from a law without bounds; give it low and high, or simulate")
    low, high = slot.ends
    p, q = slot.grid
    if relative:
        low, high = low - high, high - low
    if high - low > MOST_CELLS:
        raise EngineError(
            f"level {slot.name} is drawn from a law and has {high - low + 1:,} values to draw (at most {MOST_CELLS:,}); give it "
            "a coarser step, or nearer low and high, or simulate"
        )
    cells = np.arange(low, high + 1, dtype=np.int32)
    tails = [survival(law, (k + 0.5) * p / q) for k in range(low, high)]
    shares = -np.diff(np.array([1.0, *tails, 0.0]))
    kept = shares > 0
    return cells[kept], shares[kept]
