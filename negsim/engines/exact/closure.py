"""What exponential transitions lead to: states expanded whole frontiers at once, or one by one where these are narrow."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.cutting import A_NARROW_STEP, A_STEP, Depth, carried, negligible
from negsim.engines.exact.dated import Agenda
from negsim.engines.exact.firing import Batch, Firings, Monitor, Nth, join
from negsim.engines.exact.graph import Edges, Growing
from negsim.engines.exact.layout import Table, grown
from negsim.engines.exact.markov import Numbers
from negsim.engines.exact.moving import moves
from negsim.engines.exact.narrow import NARROW, Narrow
from negsim.engines.exact.starting import go_on, settle
from negsim.errors import EngineError

__all__ = ["Budget", "Closure", "Wanted", "apart", "chunked", "summed"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Longs = NDArray[np.int64]
# States expanded together: enough that numpy's calls cost nothing, few enough that what they make stays in the caches.
CHUNK = 16_384
ENDED_DELAY = 1 << 62
"""In the flags of an edge: it is not taken at a rate, but when a delay that began at random is over."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is watched on the way: conditions, firings to be counted, and firings counted in the state.

    ``forever``: whatever can ever occur is wanted, not what can by the end. ``stops``: what comes after the first
    condition is known is not looked at.
    """

    monitors: tuple[Monitor, ...] = ()
    counted: tuple[tuple[int, int | None], ...] = ()
    nth: Nth | None = None
    forever: bool = False
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Budget:
    """Most states, most seconds, and the probability that may be cut off with states beyond."""

    states: int = 2_000_000
    seconds: float = 60.0
    tolerance: float = 1e-12


class Closure:
    """The table of states while it grows, and what transitions without calendar instants lead to."""

    def __init__(self, firings: Firings, numbers: Numbers, budget: Budget, wanted: Wanted) -> None:
        self.firings = firings
        self.wanted = wanted
        self.program = firings.program
        self.layout = firings.layout
        self.diary = firings.diary
        self.numbers = numbers
        self.columns = 1 + len(numbers.thetas)
        self.began = time.perf_counter()
        self.budget = budget
        self.table = Table(self.layout, budget.states)
        self.narrow = Narrow(firings, self.table, self.columns)
        self.rates = Growing(self.columns)
        self.steps: dict[tuple[int, ...], Growing] = {}
        self.tallies: list[tuple[Longs, Floats]] = []
        self.step_tallies: dict[tuple[int, ...], list[tuple[Longs, Floats]]] = {}
        # -1: not expanded. A state without edges has a place too, and length 0.
        self.first = np.full(1024, -1, dtype=np.int64)
        self.length = np.zeros(1024, dtype=np.int64)
        self.seen: dict[tuple[tuple[int, ...], bytes], Bools] = {}
        self.cut = 0.0
        # Only where something was cut off: probabilities of the states at the beginning of a stretch, by its number.
        self.deep = False
        self.stretches: list[tuple[float, tuple[int, ...]]] = []
        self.carried: tuple[int, Floats] | None = None
        self.begun: Edges | None = None
        until = math.inf if wanted.forever else self.program.horizon
        self.agenda = Agenda(self.program, self.diary, self.layout.cone.ranks, until)

    def _check(self) -> None:
        """Give up when the time allowed is over."""
        if time.perf_counter() - self.began > self.budget.seconds:
            raise EngineError(
                f"{self.table.size:,} states were found in {self.budget.seconds:g} seconds (max_seconds), and more "
                f"come{grown(self.layout, self.table.states)}"
            )

    def _closure(self, frontier: Longs, days: float, number: int) -> Bools:
        """All states that exponential transitions lead to from some states within a stretch, these included.

        States so far away that they are reached with a negligible probability are left out, and not looked at further.
        """
        mask = np.zeros(self.table.size, dtype=np.bool_)
        mask[frontier] = True
        # No time passes: what is due at one instant twice leads nowhere by rates.
        if days == 0.0:
            return mask
        depth = None if math.isinf(days) else Depth(days)
        while len(frontier):
            self._check()
            if self.narrow.able and len(frontier) <= NARROW:
                done, frontier, mask = self._narrowly(frontier, mask, depth, days, number)
                if done:
                    break
            # States may have been expanded for an earlier stretch; their edges are still there.
            for chunk in chunked(frontier[self._unknown(frontier)]):
                self._expand(chunk)
            mask = self._fitted(mask)
            source, target, rates = self._leading_out(frontier, mask)
            if not len(target):
                break
            if depth is not None and self._hardly(
                depth, mask, days, number, float(np.bincount(source, rates).max()), len(target)
            ):
                break
            frontier = np.unique(target)
            mask[frontier] = True
        return mask

    def _narrowly(
        self, frontier: Longs, mask: Bools, depth: Depth | None, days: float, number: int
    ) -> tuple[bool, Longs, Bools]:
        """The same from step to step without arrays, as long as the frontier is narrow.

        Returns whether there is nothing further; else the frontier that is not done yet; and the mask.
        """
        level, met, checked = frontier.tolist(), set[int](), self.narrow.count
        while level and len(level) <= NARROW:
            # Looking at the clock for each state would cost as much as the state.
            if self.narrow.count - checked > CHUNK:
                checked = self.narrow.count
                self._check()
            ahead = self._one_step(level, mask, met)
            if ahead is None:
                break
            rate, level = ahead
            if level and depth is not None:
                within = mask
                if depth.steps + 1 >= depth.next_look or self._full(len(level)):
                    within = self._met(mask, met)
                if self._hardly(depth, within, days, number, rate, len(level), A_NARROW_STEP):
                    level = []
            met.update(level)
        return not level, np.array(level, dtype=np.int64), self._met(mask, met)

    def _one_step(self, level: list[int], mask: Bools, met: set[int]) -> tuple[float, list[int]] | None:
        """The largest rate out of what was met, and the states there; None if something must be done over arrays."""
        known, stops, targets, largest = len(mask), self.wanted.stops, set[int](), 0.0
        for state in level:
            edges = self._edges_of(state)
            if edges is None:
                return None
            total = 0.0
            for target, flags, rate in edges:
                # States numbered since the mask was made lie beyond its end.
                if not (target in met or (target < known and mask[target]) or (stops and flags & 3)):
                    total += rate
                    targets.add(target)
            largest = max(largest, total)
        # Sorted: sets have no order of their own, and the numbering of states must not change from run to run.
        return largest, sorted(targets)

    def _edges_of(self, state: int) -> list[tuple[int, int, float]] | None:
        """Targets, flags and rates out of a state."""
        if state in self.narrow.waiting:
            return self.narrow.waiting[state][0]
        if state < len(self.first) and self.first[state] >= 0:
            here = slice(int(self.first[state]), int(self.first[state] + self.length[state]))
            room = self.rates.room
            columns = (room.target[here].tolist(), room.flags[here].tolist(), room.mass[here, 0].tolist())
            return list(zip(*columns, strict=True))
        return self.narrow.expand(state)

    def _met(self, mask: Bools, met: set[int]) -> Bools:
        """The mask with what was met one by one, once that is kept in arrays too."""
        edges, numbers, tallies = self.narrow.taken()
        self._unknown(np.zeros(0, dtype=np.int64))
        self.first[numbers] = 0
        self._keep(edges)
        if self.firings.counted and len(numbers):
            self.tallies.append((numbers, tallies))
        mask = self._fitted(mask)
        mask[list(met)] = True
        return mask

    def _keep(self, edges: Edges) -> None:
        """Note transitions that come sorted by their sources, and where those of each begin."""
        begun = self.rates.size
        self.rates.add(edges)
        place = np.flatnonzero(np.diff(edges.source, prepend=-1) != 0)
        self.first[edges.source[place]] = begun + place
        self.length[edges.source[place]] = np.diff(place, append=len(edges))

    def _full(self, ahead: int) -> bool:
        """Whether what comes next may be more than there may be."""
        return self.table.size + 2 * ahead > self.budget.states

    def _hardly(
        self, depth: Depth, mask: Bools, days: float, number: int, rate: float, ahead: int, effort: float = A_STEP
    ) -> bool:
        """Whether the states ahead are reached with a negligible probability, which is then lost."""
        lost = depth.further(rate, effort)
        if self.diary.random:
            return False  # what a delay leads to is reached with a probability that rates do not bound
        full = self._full(ahead)  # the last chance
        allowed = self.budget.tolerance if full else negligible(self.budget.tolerance, self.table.size)
        if lost > allowed and (full or depth.due(self.rates.all())):
            lost = self._lost(mask, days, number)
        if lost > allowed:
            return False
        # Never quite nothing, so that a graph that was cut can be told from one that is whole.
        # Never 0: that something was left out must be seen in the error, however little it was.
        self.cut += max(lost, 1e-300)
        self.deep = True
        return True

    def _goes_on(self, flags: Longs) -> Bools:
        """Edges behind which there is something to look at: the first condition is still open, if that is all."""
        return flags & 3 == 0 if self.wanted.stops else np.ones(len(flags), dtype=np.bool_)

    def _lost(self, mask: Bools, days: float, number: int) -> float:
        """Probability to leave some states within a stretch."""
        _, lost = carried(self._probabilities(number), days, self.rates.all(), mask, self.budget.tolerance, self._check)
        return lost

    def _probabilities(self, number: int) -> Floats:
        """Probabilities of the states when a stretch begins (what was cut off earlier is missing)."""
        if self.carried is None or self.carried[0] > number:
            assert self.begun is not None
            self.carried = 0, summed(self.begun.target, self.begun.mass[:, 0], self.table.size)
        place, v = self.carried
        # States found since then have probability 0 at that instant.
        v = np.pad(v, (0, self.table.size - len(v)))
        for days, due in self.stretches[place:number]:
            v, _ = carried(v, days, self.rates.all(), self._everyone(), self.budget.tolerance, self._check)
            step = self.steps[due].all()
            v = summed(step.target, step.mass[:, 0] * v[step.source], self.table.size)
        self.carried = number, v
        return v

    def _everyone(self) -> Bools:
        return np.ones(self.table.size, dtype=np.bool_)

    def _unknown(self, numbers: Longs) -> Bools:
        # Doubled, so that all growing together costs no more than the last array.
        while len(self.first) < self.table.size:
            self.first = np.concatenate([self.first, np.full_like(self.first, -1)])
            self.length = np.concatenate([self.length, np.zeros_like(self.length)])
        unknown: Bools = self.first[numbers] < 0
        return unknown

    def _expand(self, chunk: Longs) -> None:
        """Find the exponential transitions out of some states."""
        tallied = self._tallying(len(chunk))
        batch = self._standing(chunk)
        parts = [part for rank in self.layout.cone.ranks for part in moves(self.firings, batch, rank)]
        parts = [part for part in parts if len(part)]
        # Also where nothing leads out: else they would be expanded again each time.
        self.first[chunk] = 0
        found = [self._numbered(settle(self.firings, join(parts)), chunk)] if parts else []
        if tallied is not None:
            self.tallies.append((chunk, tallied))
        found += [self._ended(chunk, rank) for rank in self.diary.random]
        if found:
            self._keep(by_source(found))

    def _ended(self, chunk: Longs, rank: int) -> Edges:
        """What the end of a delay that began at a random instant does, in each state in which it runs."""
        batch = self._standing(chunk)
        tallied = self._tallying(len(chunk))
        batch = batch.at(self.diary.at_random(rank, batch.rows))
        if not len(batch):
            return self._numbered(batch, chunk)
        if self.agenda.silent(rank):
            batch = go_on(self.firings, batch, rank, np.ones(len(batch), dtype=np.bool_))
        else:
            batch = self.firings.fire(batch, rank)
        edges = self._numbered(settle(self.firings, batch), chunk)
        # Marked, because these edges are no rates and are kept among them.
        edges.flags = edges.flags | ENDED_DELAY
        if tallied is not None:
            self.step_tallies.setdefault((), []).append((chunk, tallied))
        return edges

    def _leading_out(self, numbers: Longs, mask: Bools) -> tuple[Longs, Longs, Floats]:
        """Transitions from some states to states outside a mask: sources, targets, rates."""
        lengths = self.length[numbers]
        ends = np.cumsum(lengths)
        # All runs first, first + 1, ... laid one after the other, without a loop over states.
        within = np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths)
        place = np.repeat(self.first[numbers], lengths) + within
        every = self.rates.all()
        place = place[~mask[every.target[place]] & self._goes_on(every.flags[place])]
        return every.source[place], every.target[place], every.mass[place, 0]

    def _tallying(self, n: int) -> Floats | None:
        """Room for the firings of the next sources."""
        self.firings.tallies = np.zeros((n, len(self.firings.counted))) if self.firings.counted else None
        return self.firings.tallies

    def _fitted(self, mask: Bools) -> Bools:
        """A mask as long as the table is now."""
        return np.pad(mask, (0, self.table.size - len(mask)))

    def _standing(self, numbers: Longs) -> Batch:
        """A batch of some states, each its own source."""
        n = len(numbers)
        mass = np.zeros((n, self.columns))
        mass[:, 0] = 1.0
        pending = np.zeros((n, len(self.firings.immediate)), dtype=np.bool_)
        return Batch(self.table.states[numbers], np.arange(n), mass, np.zeros(n, dtype=np.int64), pending)

    def _numbered(self, batch: Batch, sources: Longs | None = None) -> Edges:
        """The batch as edges between numbered states, like ones made one, by source."""
        target, _ = self.table.find(batch.rows)
        # Edges to one state with the same flags are added up: outcomes and actions that lead to the same make one.
        order = np.lexsort((batch.flags, target, batch.source))
        source, target, flags = batch.source[order], target[order], batch.flags[order]
        new = np.ones(len(order), dtype=np.bool_)
        new[1:] = (np.diff(source) != 0) | (np.diff(target) != 0) | (np.diff(flags) != 0)
        first = np.flatnonzero(new)
        mass = np.add.reduceat(batch.mass[order], first, axis=0) if len(first) else batch.mass[:0]
        source = source[first]
        return Edges(source if sources is None else sources[source], target[first], flags[first], mass)


def by_source(parts: list[Edges]) -> Edges:
    """Edges of several parts, sorted by their sources."""
    if len(parts) == 1:
        return parts[0]
    source, target, flags = (np.concatenate([getattr(one, name) for one in parts]) for name in Edges.__slots__[:3])
    mass = np.concatenate([one.mass for one in parts])
    order = np.argsort(source, kind="stable")
    return Edges(source[order], target[order], flags[order], mass[order])


def apart(edges: Edges) -> tuple[Edges, Edges]:
    """Edges taken at rates, and those taken when a delay is over."""
    ended = edges.flags & ENDED_DELAY != 0
    if not ended.any():
        nothing = np.zeros(0, dtype=np.int64)
        return edges, Edges(nothing, nothing, nothing, edges.mass[:0])
    rates, ends = (
        Edges(edges.source[k], edges.target[k], edges.flags[k] & ~ENDED_DELAY, edges.mass[k]) for k in (~ended, ended)
    )
    return rates, ends


def summed(places: NDArray[np.integer], values: Floats, n: int) -> Floats:
    """Sums of values by place."""
    # bincount gives integers where there is nothing to count.
    return np.bincount(places, values, n).astype(np.float64)


def chunked(numbers: Longs) -> list[Longs]:
    """Parts that fit into the caches."""
    return [numbers[k : k + CHUNK] for k in range(0, len(numbers), CHUNK)]
