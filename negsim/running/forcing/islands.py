"""Histories that are forced, step by step, on islands: each island has its own, and its estimate hangs on no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from negsim.engines import Block, Job, Kernel, Population
from negsim.engines.blocks import answered
from negsim.laws.draws import uniforms_array
from negsim.program import Program
from negsim.program.probes import Asked
from negsim.running.forcing.cone import Cone
from negsim.running.forcing.leaning import Leaning
from negsim.running.forcing.outlook import look
from negsim.running.forcing.standing import Standing, standing
from negsim.running.forcing.targets import Forced, force, free_ones, settle

__all__ = ["Archipelago", "Plan"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
STRETCHES = 4
"""Pieces of the time to the deadline at whose ends all histories stop."""
ENOUGH = 0.5
"""Effective share of an island's histories below which they are drawn again."""
FLOOR = 0.01
"""Of the mean outlook: what a history without one counts for, since an outlook can be wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What all islands share."""

    program: Program
    kernel: Kernel
    cone: Cone
    entry: Asked
    laws: Callable[[tuple[float, ...]], tuple[Any, ...]]
    size: int
    leaning: Leaning | None = None
    forcing: bool = True
    resampling: bool = True

    @property
    def window(self) -> tuple[float, float]:
        """In which the condition has to come true."""
        dated = self.entry.question.row.record == "at"
        return (0.0 if dated else self.entry.after, self.entry.by)


class Archipelago:
    """Some islands, side by side.

    Attributes
    ----------
    total, square, hits : float64 (islands,)
        Sums over the histories that got there: of their weights, of the squares of these, and of ones.
    """

    def __init__(self, plan: Plan, job: Job) -> None:
        self.plan, self.number = plan, np.asarray(job.replications, dtype=np.int64)
        self.numbers, self.first = self.number, int(self.number[0]) // plan.size
        islands = len(self.numbers) // plan.size
        self.total, self.square, self.hits = np.zeros((3, islands))
        self.population: Population = plan.kernel.begin(job).advance(0.0)
        self.island = np.repeat(np.arange(islands), plan.size)
        self.weight, self.chance = np.zeros((2, len(self.island)))
        self.pending: list[Forced] = []

    def go(self) -> Archipelago:
        """To the deadline."""
        self._turn(1, self._all(False), self._all(True))
        ends = np.unique(np.rint(np.linspace(0.0, self.plan.entry.by, STRETCHES + 1)))
        for number, end in enumerate(ends[ends > 0].tolist()):
            if not len(self.island):
                break
            # steps are numbered so that no island's draws hang on how often others beside it stopped
            stops = self.plan.cone.stops
            first, arrived = 2 + number * (stops + 2), self._all(False)
            for stop in range(stops + 1):
                self.population.advance_apart(self.plan.cone.watched if stop < stops else (), end)
                before, arrived = arrived, self._arrived(end)
                arrived = self._turn(first + stop, before, ~arrived)
                if arrived.all():
                    break
            if not len(self.island):
                break
            # all stand at the end of the stretch: those that came early wait with targets that nobody chose
            self._turn(first + stops + 1, self._all(True), self._all(True))
        return self

    def _all(self, value: bool) -> Bools:
        return np.full(len(self.island), value)

    def _arrived(self, end: float) -> Bools:
        instants = self.population.instants
        return self._all(True) if instants is None else instants == end

    def _turn(self, step: int, stood: Bools, forced: Bools) -> Bools:
        """All histories have stopped: what they weigh, who got there, who goes on, and with which targets.

        Parameters
        ----------
        step : int
        stood : bool (n,)
            Those that stood here at the last turn already.
        forced : bool (n,)
            Those whose targets are chosen now.

        Returns
        -------
        bool (n,)
            Those that go on, and whether they need not be forced.
        """
        plan, now = self.plan, standing(self.population)
        leaning = plan.leaning
        self.weight += settle(self.pending, now, 0.0 if leaning is None else leaning.odds(now))
        going = self._count(now)
        looked = going[forced[going] | ~stood[going]]
        outlook = look(plan.cone, plan.laws, now, looked, plan.window, self._missing(now))
        self.chance[looked] = outlook.chance[looked]
        parents = self._parents(going, stood, step)
        self.chance, self.pending = self.chance[parents], []
        if len(parents):
            clones = self.population.select(parents.tolist(), step, self.number.tolist())
            wanted = np.where(forced[parents] & plan.forcing, parents, -1)
            kept = clones.snapshot()
            free = free_ones(kept, step)
            new, self.pending = force(plan.program, kept, outlook.running, wanted, free, step)
            if leaning is not None:
                new = leaning.put(new, outlook.leans, wanted, free)
            self.population = plan.kernel.resume(new, clones.instants)
        return ~forced[parents]

    # -- who got there ----------------------------------------------------------------------------------------------

    def _count(self, now: Standing) -> Ints:
        """Add up the histories that are over; return the rows of the others."""
        kept, entry = now.kept, self.plan.entry
        over, record = now.instants >= entry.by, entry.question.row.record
        yes = answered(cast(Block, kept), entry, entry.after, entry.by)[0]
        if record in ("first", "edges"):
            over |= np.isfinite((kept.first if record == "first" else kept.edges)[:, entry.column])
        if record == "first":
            over |= kept.open[:, entry.column] == 0
        if record == "fired":
            over |= yes
        done = np.flatnonzero(over & yes)
        weight = np.exp(self.weight[done])
        for sums, terms in ((self.total, weight), (self.square, weight * weight), (self.hits, np.ones(len(done)))):
            np.add.at(sums, self.island[done], terms)
        self.numbers = np.setdiff1d(self.numbers, self.number[done])
        return np.flatnonzero(~over)

    def _missing(self, now: Standing) -> Ints | None:
        entry = self.plan.entry
        if self.plan.cone.counted is None:
            return None
        return np.maximum(int(entry.question.at_least or 1) - now.kept.fired[:, entry.column], 1)

    # -- who goes on ------------------------------------------------------------------------------------------------

    def _parents(self, going: Ints, stood: Bools, step: int) -> Ints:
        """The rows that are gone on with, some of them more than once; their weights and numbers are set."""
        parents, weights, islands, numbers = [], [], [], []
        for island in np.unique(self.island[going]).tolist():
            rows = going[self.island[going] == island]
            changed = self.plan.resampling and not stood[rows].all()
            drawn = self._drawn_again(island, rows, self.chance[rows], step) if changed else None
            rows, weight, number = (rows, self.weight[rows], self.number[rows]) if drawn is None else drawn
            parents.append(rows)
            weights.append(weight)
            numbers.append(number)
            islands.append(np.full(len(rows), island))
        if not parents:
            self.island = self.island[:0]
            return going
        self.weight, self.island = np.concatenate(weights), np.concatenate(islands)
        self.number = np.concatenate(numbers)
        return np.concatenate(parents)

    def _drawn_again(self, island: int, rows: Ints, chance: Floats, step: int) -> tuple[Ints, Floats, Ints] | None:
        """Some histories of an island in place of all, by weight and outlook; None while they are good enough."""
        weight = np.exp(self.weight[rows])
        if not weight.sum() > 0:  # less than the least float: nothing can be told apart any more
            return None
        mean = float((weight * chance).sum() / weight.sum())
        score = weight * (chance + FLOOR * mean if mean > 0 else np.ones_like(chance))
        # those that got there count as what they are, with an outlook of one
        total, square = score.sum() + self.total[island], (score * score).sum() + self.square[island]
        if total * total >= ENOUGH * self.plan.size * square:
            return None
        first = (self.first + island) * self.plan.size
        numbers = self.numbers[(self.numbers >= first) & (self.numbers < first + self.plan.size)]
        seed, name = self.population.snapshot().seed, self.plan.entry.question.name
        (start,), _ = uniforms_array(seed, "resample", name, [self.first + island], step)
        by = np.cumsum(score) / score.sum()
        place = np.minimum(np.searchsorted(by, (np.arange(len(numbers)) + start) / len(numbers)), len(rows) - 1)
        new = weight[place] * score.sum() / (score[place] * len(numbers))
        with np.errstate(divide="ignore"):
            return rows[place], np.log(new), numbers
