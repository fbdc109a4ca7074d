"""The states that can occur, explored from the start, and the transitions between them."""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.cutting import Depth, carried, negligible
from negsim.engines.exact.dated import Agenda
from negsim.engines.exact.firing import STARTS, Batch, Firings, Monitor, Nth, join
from negsim.engines.exact.graph import Edges, Graph, Growing
from negsim.engines.exact.immediate import resolve
from negsim.engines.exact.layout import Layout, Table, grown
from negsim.engines.exact.lumping import Cone
from negsim.engines.exact.markov import Numbers, clockworks
from negsim.engines.exact.moving import moves
from negsim.engines.exact.start import initial
from negsim.engines.exact.starting import go_on, settle
from negsim.errors import EngineError
from negsim.model.calendar import DAY
from negsim.program import Program

__all__ = ["Budget", "Wanted", "explore", "summed"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Longs = NDArray[np.int64]
CHUNK = 16_384
MOST_MONITORS = 31


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


def explore(
    program: Program,
    cone: Cone,
    numbers: Numbers,
    wanted: Wanted | None = None,
    budget: Budget | None = None,
    stages: int | None = None,
) -> Graph:
    """Explore all states that can occur by the horizon, but those that hardly can where there is no end of them.

    Raises
    ------
    EngineError
        If a part of the scenario is not Markov, or there are too many states.
    RunawayError, EvaluationError
        If a firing that can occur cannot be done.
    """
    wanted, budget = wanted or Wanted(), budget or Budget()
    if len(wanted.monitors) > MOST_MONITORS:
        raise EngineError(
            f"{len(wanted.monitors)} conditions to watch at once, and {MOST_MONITORS} can be; ask in turns"
        )
    check_slots(program, cone)
    clocks = clockworks(program, cone, numbers, stages)
    layout = Layout(program, cone, clocks, numbers)
    fitted = [rank for rank, clock in clocks.items() if clock.law is not None and clock.law.distance > 0]
    counted = [*wanted.counted, *((rank, STARTS) for rank in fitted)]
    firings = Firings(layout, clocks, numbers.laws, wanted.monitors, counted, wanted.nth)
    return _Explorer(firings, numbers, budget, wanted).run()


def check_slots(program: Program, cone: Cone) -> None:
    """Refuse variables without a finite range."""
    for slot in (program.slots[number] for number in cone.slots):
        if slot.kind == "level" and not slot.step:
            raise EngineError(
                f"level {slot.name} has no step, so it has no end of values; give it one (step=0.1), or simulate"
            )


class _Explorer:
    """Grows the table of states; one use."""

    def __init__(self, firings: Firings, numbers: Numbers, budget: Budget, wanted: Wanted) -> None:
        self.firings = firings
        self.wanted = wanted
        self.program = firings.program
        self.layout = firings.layout
        self.numbers = numbers
        self.columns = 1 + len(numbers.thetas)
        self.began = time.perf_counter()
        self.budget = budget
        self.table = Table(self.layout, budget.states)
        self.rates = Growing(self.columns)
        self.steps: dict[tuple[int, ...], Growing] = {}
        self.tallies: list[tuple[Longs, Floats]] = []
        self.step_tallies: dict[tuple[int, ...], list[tuple[Longs, Floats]]] = {}
        self.first = np.full(1024, -1, dtype=np.int64)
        self.length = np.zeros(1024, dtype=np.int64)
        self.seen: dict[tuple[tuple[int, ...], bytes], Bools] = {}
        self.cut = 0.0
        # Only where something was cut off: probabilities of the states at the beginning of a stretch, by its number.
        self.deep = False
        self.stretches: list[tuple[float, tuple[int, ...]]] = []
        self.carried: tuple[int, Floats] | None = None
        self.begun: Edges | None = None
        self.diary = firings.diary
        until = math.inf if wanted.forever else self.program.horizon
        self.agenda = Agenda(self.program, self.diary, self.layout.cone.ranks, until)

    def run(self) -> Graph:
        start, tallies = self._start(self.agenda.take()[1] if self.agenda.next() == 0.0 else ())
        self.begun = start
        timeline: list[tuple[float, tuple[int, ...]]] = []
        mask = self._closure(np.unique(start.target[self._goes_on(start.flags)]), self._ahead(0.0), 0)
        while math.isfinite(self.agenda.next()):
            when, due = self.agenda.take()
            self.stretches.append(((when - (timeline[-1][0] if timeline else 0.0)) / DAY, due))
            timeline.append((when, due))
            mask = self._instant(when, due, mask, len(timeline))
        return self._graph(start, tallies, timeline)

    def _ahead(self, now: float) -> float:
        """Days to the next instant or the end."""
        return math.inf if self.wanted.forever else (min(self.agenda.next(), self.program.horizon) - now) / DAY

    def _check(self) -> None:
        """Give up when the time allowed is over."""
        if time.perf_counter() - self.began > self.budget.seconds:
            raise EngineError(
                f"{self.table.size:,} states were found in {self.budget.seconds:g} seconds (max_seconds), and more "
                f"come{grown(self.layout, self.table.states)}"
            )

    def _graph(self, start: Edges, tallies: Floats, timeline: list[tuple[float, tuple[int, ...]]]) -> Graph:
        n, columns = self.table.size, len(self.firings.counted)
        return Graph(
            layout=self.layout,
            firings=self.firings,
            rows=self.table.states,
            start=start,
            rates=self.rates.all(),
            steps={due: edges.all() for due, edges in self.steps.items()},
            timeline=tuple(timeline),
            monitors=self.firings.monitors,
            counted=self.firings.counted,
            tallies=_scattered(self.tallies, n, columns),
            step_tallies={due: _scattered(parts, n, columns) for due, parts in self.step_tallies.items()},
            start_tallies=tallies,
            nth=self.firings.nth,
            cut=self.cut,
            seconds=time.perf_counter() - self.began,
            fitted=tuple(rank for rank, which in self.firings.counted if which == STARTS),
        )

    def _start(self, due: tuple[int, ...]) -> tuple[Edges, Floats]:
        """The mixture of first states, after everything at the start."""
        batch = initial(self.firings, self.numbers, self.budget.states)
        tallied = self._tallying(1)
        batch = self._due(0.0, batch, due)
        return self._numbered(batch), tallied[0] if tallied is not None else np.zeros(0)

    def _tallying(self, n: int) -> Floats | None:
        """Room for the firings of the next sources."""
        self.firings.tallies = np.zeros((n, len(self.firings.counted))) if self.firings.counted else None
        return self.firings.tallies

    def _due(self, now: float, batch: Batch, due: tuple[int, ...]) -> Batch:
        """Everything at an instant: interventions first, then immediate actions, then the rest by rank."""
        self.diary.now = now
        for rank, value in self.agenda.decoded(due):
            if value and self.agenda.silent(rank):
                batch = go_on(self.firings, batch, rank, batch.rows[:, self.layout.stage[rank]] == value)
                continue
            if self.firings.immediate and rank > self.firings.immediate[0]:
                batch = settle_edges(self.firings, batch)
            ready = batch.rows[:, self.layout.stage[rank]] == value if value else self.firings.ready(rank, batch.rows)
            if ready.any():
                parts = [batch.at(~ready), self.firings.fire(batch.at(ready), rank)]
                batch = join(parts)
        batch = settle(self.firings, batch)
        self.diary.now = None
        return batch

    def _instant(self, now: float, due: tuple[int, ...], mask: Bools, number: int) -> Bools:
        """The states that can be after an instant and until the next, given those before it."""
        key = (due, hashlib.blake2b(np.packbits(mask).tobytes()).digest())
        if key in self.seen:
            return self._fitted(self.seen[key])
        if self.deep:
            mask = self._likely(mask, number)
        edges = self.steps.setdefault(due, Growing(self.columns))
        known = np.zeros(self.table.size, dtype=np.bool_)
        known[edges.all().source] = True
        for chunk in _chunks(np.flatnonzero(mask & ~known)):
            self._check()
            tallied = self._tallying(len(chunk))
            edges.add(self._numbered(self._due(now, self._standing(chunk), due), chunk))
            if tallied is not None:
                self.step_tallies.setdefault(due, []).append((chunk, tallied))
        every = edges.all()
        targets = np.unique(every.target[mask[every.source] & self._goes_on(every.flags)])
        cut, days = self.cut, self._ahead(now)
        after = self._closure(targets, days, number)
        if self.cut == cut and days > 0.0:
            self.seen[key] = after
        return self._fitted(after)

    def _likely(self, mask: Bools, number: int) -> Bools:
        """The states before an instant without the least likely ones, whose probability is lost."""
        days, _ = self.stretches[number - 1]
        v, _ = carried(
            self._probabilities(number - 1),
            days,
            self.rates.all(),
            self._everyone(),
            self.budget.tolerance,
            self._check,
        )
        order = np.argsort(v, kind="stable")
        order = order[mask[order]]
        lost = np.cumsum(v[order])
        dropped = int(np.searchsorted(lost, negligible(self.budget.tolerance, self.table.size)))
        if dropped:
            self.cut += float(lost[dropped - 1])
            mask = mask.copy()
            mask[order[:dropped]] = False
        return mask

    def _everyone(self) -> Bools:
        return np.ones(self.table.size, dtype=np.bool_)

    def _probabilities(self, number: int) -> Floats:
        """Probabilities of the states when a stretch begins (what was cut off earlier is missing)."""
        if self.carried is None or self.carried[0] > number:
            assert self.begun is not None
            self.carried = 0, summed(self.begun.target, self.begun.mass[:, 0], self.table.size)
        place, v = self.carried
        v = np.pad(v, (0, self.table.size - len(v)))
        for days, due in self.stretches[place:number]:
            v, _ = carried(v, days, self.rates.all(), self._everyone(), self.budget.tolerance, self._check)
            step = self.steps[due].all()
            v = summed(step.target, step.mass[:, 0] * v[step.source], self.table.size)
        self.carried = number, v
        return v

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
        order = np.lexsort((batch.flags, target, batch.source))
        source, target, flags = batch.source[order], target[order], batch.flags[order]
        new = np.ones(len(order), dtype=np.bool_)
        new[1:] = (np.diff(source) != 0) | (np.diff(target) != 0) | (np.diff(flags) != 0)
        first = np.flatnonzero(new)
        mass = np.add.reduceat(batch.mass[order], first, axis=0) if len(first) else batch.mass[:0]
        source = source[first]
        return Edges(source if sources is None else sources[source], target[first], flags[first], mass)

    def _closure(self, frontier: Longs, days: float, number: int) -> Bools:
        """All states that exponential transitions lead to from some states within a stretch, these included.

        States so far away that they are reached with a negligible probability are left out, and not looked at further.
        """
        mask = np.zeros(self.table.size, dtype=np.bool_)
        mask[frontier] = True
        if days == 0.0:
            return mask
        depth = None if math.isinf(days) else Depth(days)
        while len(frontier):
            self._check()
            for chunk in _chunks(frontier[self._unknown(frontier)]):
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

    def _hardly(self, depth: Depth, mask: Bools, days: float, number: int, rate: float, ahead: int) -> bool:
        """Whether the states ahead are reached with a negligible probability, which is then lost."""
        lost = depth.further(rate)
        # The last chance: what comes next would be more than there may be.
        full = self.table.size + 2 * ahead > self.budget.states
        allowed = self.budget.tolerance if full else negligible(self.budget.tolerance, self.table.size)
        if lost > allowed and (full or depth.due(self.rates.all())):
            lost = self._lost(mask, days, number)
        if lost > allowed:
            return False
        # Never quite nothing, so that a graph that was cut can be told from one that is whole.
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

    def _unknown(self, numbers: Longs) -> Bools:
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
        begun = self.rates.size
        if parts:
            edges = self._numbered(settle(self.firings, join(parts)), chunk)
            self.rates.add(edges)
            # Edges come sorted by the place of their source in the chunk.
            place = np.flatnonzero(np.diff(edges.source, prepend=-1) != 0)
            self.first[edges.source[place]] = begun + place
            self.length[edges.source[place]] = np.diff(place, append=len(edges))
        self.first[chunk] = np.maximum(self.first[chunk], 0)
        if tallied is not None:
            self.tallies.append((chunk, tallied))

    def _leading_out(self, numbers: Longs, mask: Bools) -> tuple[Longs, Longs, Floats]:
        """Transitions from some states to states outside a mask: sources, targets, rates."""
        lengths = self.length[numbers]
        ends = np.cumsum(lengths)
        within = np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths)
        place = np.repeat(self.first[numbers], lengths) + within
        every = self.rates.all()
        place = place[~mask[every.target[place]] & self._goes_on(every.flags[place])]
        return every.source[place], every.target[place], every.mass[place, 0]


def settle_edges(firings: Firings, batch: Batch) -> Batch:
    """Fire what is pending, between two calendar actions at one instant (clocks start when the instant is over)."""
    return resolve(firings, batch) if batch.pending.any() else batch


def summed(places: NDArray[np.integer], values: Floats, n: int) -> Floats:
    """Sums of values by place."""
    return np.bincount(places, values, n).astype(np.float64)


def _chunks(numbers: Longs) -> list[Longs]:
    return [numbers[k : k + CHUNK] for k in range(0, len(numbers), CHUNK)]


def _scattered(parts: list[tuple[Longs, Floats]], n: int, columns: int) -> Floats:
    out = np.zeros((n, columns))
    for numbers, values in parts:
        out[numbers] = values
    return out
