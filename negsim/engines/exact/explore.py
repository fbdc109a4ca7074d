"""The states that can occur, explored from the start, and the transitions between them."""

from __future__ import annotations

import hashlib
import math
import time

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.closure import Budget, Closure, Wanted, apart, chunked, summed
from negsim.engines.exact.cutting import carried, negligible
from negsim.engines.exact.firing import STARTS, Batch, Firings, join
from negsim.engines.exact.graph import Edges, Graph, Growing
from negsim.engines.exact.immediate import resolve
from negsim.engines.exact.layout import Layout
from negsim.engines.exact.lumping import Cone
from negsim.engines.exact.markov import Numbers, clockworks
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


class _Explorer(Closure):
    """Grows the table of states from instant to instant; one use."""

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

    def _graph(self, start: Edges, tallies: Floats, timeline: list[tuple[float, tuple[int, ...]]]) -> Graph:
        n, columns = self.table.size, len(self.firings.counted)
        rates, ends = apart(self.rates.all())
        return Graph(
            layout=self.layout,
            firings=self.firings,
            rows=self.table.states,
            start=start,
            rates=rates,
            ends=ends,
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
        for chunk in chunked(np.flatnonzero(mask & ~known)):
            self._check()
            tallied = self._tallying(len(chunk))
            edges.add(self._numbered(self._due(now, self._standing(chunk), due), chunk))
            if tallied is not None:
                self.step_tallies.setdefault(due, []).append((chunk, tallied))
        every = edges.all()
        targets = np.unique(every.target[mask[every.source] & self._goes_on(every.flags)]).astype(np.int64)
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


def settle_edges(firings: Firings, batch: Batch) -> Batch:
    """Fire what is pending, between two calendar actions at one instant (clocks start when the instant is over)."""
    return resolve(firings, batch) if batch.pending.any() else batch


def _scattered(parts: list[tuple[Longs, Floats]], n: int, columns: int) -> Floats:
    out = np.zeros((n, columns))
    for numbers, values in parts:
        out[numbers] = values
    return out
