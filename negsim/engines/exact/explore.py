"""The states that can occur, explored from the start, and the transitions between them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.firing import STARTS, Batch, Firings, Monitor, join, nonzero, times
from negsim.engines.exact.graph import Edges, Graph, Growing
from negsim.engines.exact.immediate import resolve, settle
from negsim.engines.exact.layout import Layout, Table
from negsim.engines.exact.lumping import Cone
from negsim.engines.exact.markov import Clockwork, Numbers, clockworks
from negsim.engines.exact.start import initial
from negsim.engines.exact.vector import evaluate
from negsim.errors import EngineError, EvaluationError
from negsim.model.calendar import DAY
from negsim.program import Program

__all__ = ["explore"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Longs = NDArray[np.int64]
CHUNK = 16_384
MOST_MONITORS = 31


def explore(
    program: Program,
    cone: Cone,
    numbers: Numbers,
    monitors: Sequence[Monitor] = (),
    counted: Sequence[tuple[int, int | None]] = (),
    max_states: int = 2_000_000,
    stages: int | None = None,
) -> Graph:
    """Explore all states that can occur by the horizon.

    Raises
    ------
    EngineError
        If a part of the scenario is not Markov, a variable has no finite range, or there are too many states.
    RunawayError, EvaluationError
        If a firing that can occur cannot be done.
    """
    if len(monitors) > MOST_MONITORS:
        raise EngineError(f"{len(monitors)} conditions to watch at once, and {MOST_MONITORS} can be; ask in turns")
    check_slots(program, cone)
    clocks = clockworks(program, cone, numbers, stages)
    layout = Layout(program, cone, clocks, numbers)
    fitted = [rank for rank, clock in clocks.items() if clock.law is not None and clock.law.distance > 0]
    firings = Firings(layout, clocks, numbers.laws, monitors, [*counted, *((rank, STARTS) for rank in fitted)])
    return _Explorer(firings, numbers, max_states).run()


def check_slots(program: Program, cone: Cone) -> None:
    """Refuse variables without a finite range."""
    for slot in (program.slots[number] for number in cone.slots):
        if slot.kind == "level" and not slot.step:
            raise EngineError(f"level {slot.name} has no step, so it has no end of values; give it one (step=0.1), or simulate")


class _Explorer:
    """Grows the table of states; one use."""

    def __init__(self, firings: Firings, numbers: Numbers, max_states: int) -> None:
        self.firings = firings
        self.program = firings.program
        self.layout = firings.layout
        self.numbers = numbers
        self.columns = 1 + len(numbers.thetas)
        self.began = time.perf_counter()
        self.table = Table(self.layout, max_states)
        self.rates = Growing(self.columns)
        self.steps: dict[tuple[int, ...], Growing] = {}
        self.tallies: list[tuple[Longs, Floats]] = []
        self.step_tallies: dict[tuple[int, ...], list[tuple[Longs, Floats]]] = {}
        self.first = np.full(1024, -1, dtype=np.int64)
        self.length = np.zeros(1024, dtype=np.int64)
        self.seen: dict[tuple[tuple[int, ...], bytes], Bools] = {}

    def run(self) -> Graph:
        timeline = self._timeline()
        at_start = timeline.pop(0)[1] if timeline and timeline[0][0] == 0.0 else ()
        start, tallies = self._start(at_start)
        mask = self._closure(np.unique(start.target))
        for _, due in timeline:
            mask = self._instant(due, mask)
        return self._graph(start, tallies, timeline)

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
            seconds=time.perf_counter() - self.began,
            fitted=tuple(rank for rank, which in self.firings.counted if which == STARTS),
        )

    def _timeline(self) -> list[tuple[float, tuple[int, ...]]]:
        """Calendar instants in days, with the ranks due."""
        found: dict[float, list[int]] = {}
        for rank in self.layout.cone.ranks:
            for _, when in self.program.actions[rank].instants:
                found.setdefault(when / DAY, []).append(rank)
        return [(when, tuple(sorted(found[when]))) for when in sorted(found)]

    def _start(self, due: tuple[int, ...]) -> tuple[Edges, Floats]:
        """The mixture of first states, after everything at the start."""
        batch = initial(self.firings, self.numbers)
        tallied = self._tallying(1)
        batch = self._due(batch, due)
        return self._numbered(batch), tallied[0] if tallied is not None else np.zeros(0)

    def _tallying(self, n: int) -> Floats | None:
        """Room for the firings of the next sources."""
        self.firings.tallies = np.zeros((n, len(self.firings.counted))) if self.firings.counted else None
        return self.firings.tallies

    def _due(self, batch: Batch, due: tuple[int, ...]) -> Batch:
        """Everything at a calendar instant: interventions first, then immediate actions, then the rest by rank."""
        for rank in due:
            if self.firings.immediate and rank > self.firings.immediate[0]:
                batch = settle_edges(self.firings, batch)
            ready = self.firings.ready(rank, batch.rows)
            if ready.any():
                parts = [batch.at(~ready), self.firings.fire(batch.at(ready), rank)]
                batch = join(parts)
        return settle(self.firings, batch)

    def _instant(self, due: tuple[int, ...], mask: Bools) -> Bools:
        """The states that can be after an instant and until the next, given those before it."""
        key = (due, hashlib.blake2b(np.packbits(mask).tobytes()).digest())
        if key in self.seen:
            return self._fitted(self.seen[key])
        edges = self.steps.setdefault(due, Growing(self.columns))
        known = np.zeros(self.table.size, dtype=np.bool_)
        known[edges.all().source] = True
        for chunk in _chunks(np.flatnonzero(mask & ~known)):
            tallied = self._tallying(len(chunk))
            edges.add(self._numbered(self._due(self._standing(chunk), due), chunk))
            if tallied is not None:
                self.step_tallies.setdefault(due, []).append((chunk, tallied))
        every = edges.all()
        targets = np.unique(every.target[mask[every.source]])
        after = self._closure(targets)
        self.seen[key] = after
        return self._fitted(after)

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

    def _closure(self, frontier: Longs) -> Bools:
        """All states that exponential transitions lead to from some states, these included."""
        mask = np.zeros(self.table.size, dtype=np.bool_)
        mask[frontier] = True
        while len(frontier):
            for chunk in _chunks(frontier[self._unknown(frontier)]):
                self._expand(chunk)
            mask = self._fitted(mask)
            targets = self._successors(frontier)
            frontier = np.unique(targets[~mask[targets]])
            mask[frontier] = True
        return mask

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
        parts = [part for rank in self.layout.cone.ranks for part in self._moves(batch, rank)]
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

    def _successors(self, numbers: Longs) -> Longs:
        """Targets of the transitions out of some states."""
        lengths = self.length[numbers]
        if not lengths.sum():
            return np.zeros(0, dtype=np.int64)
        ends = np.cumsum(lengths)
        within = np.arange(ends[-1]) - np.repeat(ends - lengths, lengths)
        found: Longs = self.rates.all().target[np.repeat(self.first[numbers], lengths) + within]
        return found

    def _moves(self, batch: Batch, rank: int) -> list[Batch]:
        """Firings of a random clock and the moves between its stages."""
        clock = self.firings.clocks[rank]
        if clock.kind not in ("rate", "stages"):
            return []
        ready = self.firings.ready(rank, batch.rows)
        if not ready.any():
            return []
        part = batch.at(ready)
        if clock.kind == "rate":
            part.mass = self._paced(part, rank, clock)
            moving = nonzero(part.mass)
            return [self.firings.fire(part.at(moving), rank)] if moving.any() else []
        return self._stage_moves(part, rank, clock)

    def _paced(self, part: Batch, rank: int, clock: Clockwork) -> Floats:
        """Rates of a plain exponential clock: pace times rate times speed."""
        pace, speed = self._factors(part, rank)
        mass = times(part.mass, *pace)
        slope = None if clock.rate_slopes is None else clock.rate_slopes[None, :]
        mass = times(mass, np.full(len(part), clock.rate), slope)
        return times(mass, *speed)

    def _factors(self, part: Batch, rank: int) -> list[tuple[Floats, Floats | None]]:
        """Pace and speed with their derivatives."""
        row = self.program.actions[rank]
        names = self.layout.view(part.rows)
        found = []
        for which, tree in (("pace", row.pace), ("speed", row.speed)):
            value = evaluate(tree, names, row.name)
            v = np.broadcast_to(np.asarray(value.v, dtype=np.float64), len(part))
            if (v < 0).any():
                text = f"{which} '{tree}' is {v.min()!r}, and must not be negative; clip it at 0"
                raise EvaluationError(text, action=row.name)
            found.append((v, value.d))
        return found

    def _stage_moves(self, part: Batch, rank: int, clock: Clockwork) -> list[Batch]:
        """From stage to stage at the stage's rate times the speed; from the last one by a firing."""
        law = clock.law
        assert law is not None
        column = self.layout.stage[rank]
        part = part.at((part.rows[:, column] > 0) & (part.rows[:, column] <= law.stages))
        if not len(part):
            return []
        (pace, slope), speed = self._factors(part, rank)
        row = self.program.actions[rank]
        if (pace != 1.0).any() or slope is not None:
            raise EngineError(
                f"action {row.name}: pace '{row.pace}' on a clock with stages is not Markov; use speed, or Exponential, or simulate"
            )
        stage = part.rows[:, column] - 1
        slopes = None if clock.rates_slopes is None else clock.rates_slopes[stage]
        part.mass = times(times(part.mass, law.rates[stage], slopes), *speed)
        moving = nonzero(part.mass)
        part, stage = part.at(moving), stage[moving]
        on = law.follows[stage] >= 0
        moved, ended = part.at(on), part.at(~on)
        moved.rows[:, column] = law.follows[stage[on]] + 1
        return [moved, self.firings.fire(ended, rank)] if len(ended) else [moved]


def settle_edges(firings: Firings, batch: Batch) -> Batch:
    """Fire what is pending, between two calendar actions at one instant (clocks start when the instant is over)."""
    return resolve(firings, batch) if batch.pending.any() else batch


def _chunks(numbers: Longs) -> list[Longs]:
    return [numbers[k : k + CHUNK] for k in range(0, len(numbers), CHUNK)]


def _scattered(parts: list[tuple[Longs, Floats]], n: int, columns: int) -> Floats:
    out = np.zeros((n, columns))
    for numbers, values in parts:
        out[numbers] = values
    return out
