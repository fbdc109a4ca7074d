"""One island of histories that lives through the news: drawn towards them, weighed, resampled.

Islands exchange nothing, so that what they find is independent, and no answer hangs on workers or blocks: an island is
always worked through whole, by one thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines import Block, Job, Population, Snapshot
from negsim.engines.blocks import ARRAYS
from negsim.laws.draws import Stream
from negsim.learning.items import Item, Items
from negsim.learning.moves import Moves
from negsim.learning.proposals import Desk
from negsim.learning.tilting import WEIGHT, Kernels

__all__ = ["Island", "Step", "Voyage", "arrays_of", "cuts_of", "joined_voyages"]

Floats = NDArray[np.float64]

SPARE = 0.5
"""Share of the histories that the weighted ones must be worth, else they are resampled."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one item, or the silence before it, did to an island's weights.

    Attributes
    ----------
    item : str
        Its name.
    closes : float
        By when it was decided.
    log_sum, log_squares : float
        Logarithms of the sums of weights and of their squares after it, on one scale for all islands.
    settled : bool
        Whether no window was open and nothing else closed then: else draws towards other items are in the weights, and
        these items are not yet.
    resampled : bool
        Whether the island was resampled then.
    """

    item: str
    closes: float
    log_sum: float
    log_squares: float
    settled: bool
    resampled: bool = False


@dataclass(slots=True)
class Voyage:
    """What an island comes to.

    Attributes
    ----------
    block : Block or None
        Its histories at the end; None if it ended early because no history was left.
    log_weights : float array, (m,)
    parameters : float array, (m, parameters)
    steps : list of Step
    moved : int
        How often rows of parameters were moved.
    lost : int
        Histories besides these of which none was left at the end.
    """

    block: Block | None
    log_weights: Floats
    parameters: Floats
    steps: list[Step] = field(default_factory=list)
    moved: int = 0
    lost: int = 0


def joined_voyages(before: Sequence[Voyage], more: Sequence[Voyage]) -> list[Voyage]:
    """Islands with further histories, which set out by themselves: what counts is the sum of their weights over their number."""
    return [_joined(one, other) for one, other in zip(before, more, strict=True)] if before else list(more)


def _joined(one: Voyage, other: Voyage) -> Voyage:
    steps = [_both(*pair) for pair in zip_longest(one.steps, other.steps)]
    there = [voyage for voyage in (one, other) if voyage.block is not None]
    blocks = [voyage.block for voyage in there if voyage.block is not None]
    if not there:
        return Voyage(None, np.concatenate([one.log_weights, other.log_weights]), one.parameters, steps)
    lost = sum(voyage.lost if voyage.block is not None else len(voyage.log_weights) for voyage in (one, other))
    return Voyage(
        block=Block(**arrays_of(blocks)),
        log_weights=np.concatenate([voyage.log_weights for voyage in there]),
        parameters=np.concatenate([voyage.parameters for voyage in there]),
        steps=steps,
        moved=one.moved + other.moved,
        lost=lost,
    )


def arrays_of(blocks: Sequence[Block]) -> dict[str, Any]:
    """The arrays of several blocks, one after the other."""
    return {name: np.concatenate([getattr(block, name) for block in blocks]) for name in ARRAYS}


def _both(one: Step | None, other: Step | None) -> Step:
    """A step of all histories of an island; part of them may have ended before."""
    there = [step for step in (one, other) if step is not None]
    return replace(
        there[0],
        log_sum=float(np.logaddexp.reduce([step.log_sum for step in there])),
        log_squares=float(np.logaddexp.reduce([step.log_squares for step in there])),
        settled=all(step.settled for step in there),
        resampled=any(step.resampled for step in there),
    )


def cuts_of(items: Sequence[Item]) -> list[float]:
    """Return the instants at which histories have to stop: before what is seen begins, and after it."""
    found = set()
    # A microsecond before it opens: what is drawn to fire in the window must not fire before it.
    for item in items:
        found |= {max(0.0, item.dates.opens - 1.0), item.dates.closes} if item.event else {item.dates.closes}
        if item.observation.kind == "not_happened" and item.dates.opens > 0.0:
            found.add(item.dates.opens - 1.0)
    return sorted(found)


class Island:
    """Histories of one island, standing after everything at one instant."""

    def __init__(self, kernels: Kernels, job: Job, items: Items, number: int, moves: Moves | None = None) -> None:
        self.moves = moves
        self.kernels, self.kernel, self.items, self.number = kernels, kernels.plain, items, number
        self.population: Population = self.kernel.begin(job)
        # whether outcomes are drawn with more than their shares since the last stop
        self.leaning = False
        self.seed, self.size = job.seed, len(job.replications)
        self.log_weights = np.zeros(self.size)
        self.branch = 0
        # items whose clocks are drawn already, until their window has closed
        self.drawn: dict[str, tuple[int, ...]] = {}

    def go(self, horizon: float) -> Voyage:
        """Live through all items, and on to the end."""
        # With a stop at the start, where a window may already be open.
        stops, steps = sorted({0.0, *cuts_of(self.items)}), list[Step]()
        for place, (cut, after) in enumerate(pairwise([*stops, horizon])):
            self.population.advance(cut)
            self.upright()
            steps += self.weigh(cut)
            # Nothing is left to live on: the island counts for nothing, but in the evidence.
            if np.isneginf(self.log_weights).all():
                return Voyage(None, self.log_weights, np.zeros((0, 0)), steps)
            if self.resample(cut) and steps:
                steps[-1] = replace(steps[-1], resampled=True)
            if cut < horizon:
                self.draw(place, cut, after)
        # Before the end, where nothing is kept; rows are moved at stops alone.
        parameters = self.parameters(self.population.snapshot())
        self.population.advance(horizon)
        moved = 0 if self.moves is None else self.moves.moved
        return Voyage(self.population.block(), self.log_weights, parameters, steps, moved)

    def parameters(self, snapshot: Snapshot) -> Floats:
        """The parameters of each history, (m, parameters)."""
        first = len(self.kernel.program.slots) - len(self.kernel.program.parameters)
        return np.array(snapshot.state[:, first:])

    # -- weights --------------------------------------------------------------------------------------------------

    def weigh(self, cut: float) -> list[Step]:
        """Count each history as it brings what closes now, and drop those that can no longer bring what is to come."""
        snapshot, steps = self.population.snapshot(), list[Step]()
        for item in self.items:
            # what is seen by a date counts after everything on it
            if item.dates.closes == cut:
                self.log_weights = self.log_weights + item.likelihood(snapshot)
                steps.append(Step(item.name, cut, *_sums(self.log_weights), False))
                # Its window has closed: its clocks are free for other items.
                self.drawn.pop(item.name, None)
            elif cut < item.dates.closes and item.watched(cut):
                self.log_weights = np.where(item.possible(snapshot), self.log_weights, -np.inf)
        if steps:
            steps[-1] = replace(steps[-1], settled=not self.open(cut))
        return steps

    def open(self, cut: float) -> bool:
        """Whether a window is open in which clocks or outcomes are drawn towards an item that has not counted yet."""
        return bool(self.drawn) or any(
            item.tilts and item.dates.opens <= cut < item.dates.closes for item in self.items
        )

    def resample(self, cut: float) -> bool:
        """Clone histories in proportion to their weights if these are worth too few; not while a window is open."""
        # Scaled by the largest: no exponential overflows.
        logs = self.log_weights - self.log_weights.max()
        weights = np.exp(logs)
        if self.open(cut) or weights.sum() ** 2 >= SPARE * self.size * np.square(weights).sum():
            return False
        # systematic: one uniform for all, so that a history of weight w has w clones up to one more or less
        u = Stream(self.seed, "resample", f"{cut:.0f}").uniforms(self.number, 0)[0]
        reach = np.cumsum(weights)
        indices = np.searchsorted(reach, (u + np.arange(self.size)) * (reach[-1] / self.size), side="right")
        # a rounding of the last sum must not point behind the last history, nor to one that counts nothing
        last = int(np.flatnonzero(weights)[-1])
        self.clone(np.minimum(indices, last))
        # All alike, and the island's weight as a whole stays what it was.
        self.log_weights = np.full(self.size, self.log_weights.max() + np.log(weights.sum() / self.size))
        if self.moves is not None and cut < self.kernel.program.horizon and self.moves.poor():
            kept = self.population.snapshot()
            self.population = self.kernel.resume(replace(kept, state=self.moves.move(kept)))
        return True

    def clone(self, indices: NDArray[np.int64]) -> None:
        """Go on with these histories, each with a future of its own."""
        self.branch += 1
        self.population = self.population.select(indices.tolist(), self.branch)
        if self.moves is not None:
            self.moves.select(indices)

    # -- draws ----------------------------------------------------------------------------------------------------

    def draw(self, place: int, now: float, until: float) -> None:
        """Draw the clocks of what begins now, and keep quiet those that must not fire before the next stop."""
        forced = [item for item in self.items if self.begins(item, now)]
        quiet = [item for item in self.items if item.quiet(now, until)]
        tilts = [item.tilts for item in self.items if item.tilted(now, until)]
        if forced or quiet:
            self.edit(forced, quiet, place, until)
        if tilts:
            kernel = self.kernels.leaning(tilts)
            kept = self.population.snapshot()
            self.population = kernel.resume(replace(kept, program=kernel.program.fingerprint()))
            self.leaning = True

    def upright(self) -> None:
        """Count what outcomes with more than their shares have added, and go on with the shares as they are."""
        if not self.leaning:
            return
        kept, column = self.population.snapshot(), self.kernels.program.index[WEIGHT]
        # The state has gathered the true shares over those used.
        self.log_weights = self.log_weights + np.log(kept.state[:, column])
        state = np.array(kept.state)
        state[:, column] = 1.0
        self.population = self.kernel.resume(replace(kept, state=state, program=self.kernel.program.fingerprint()))
        self.leaning = False

    def edit(self, forced: Sequence[Item], quiet: Sequence[Item], place: int, until: float) -> None:
        """Draw clocks anew, some so that they fire and some so that they do not."""
        if self.branch == 0:
            # targets can be drawn anew in clones alone: all histories become clones of themselves
            self.clone(np.arange(self.size))
        numbers = {number for item in forced for number in item.causes.random}
        numbers |= {number for item in quiet for number in item.ruling_out}
        desk = Desk(self.kernel, self.population.snapshot(), numbers, place)
        # A clock that an earlier item has drawn must fire as it was drawn.
        busy = {number for drawn in self.drawn.values() for number in drawn}
        # two items on one clock: the first is drawn, the other counts as it comes
        for item in forced:
            busy |= self.force(item, desk, busy)
        still = tuple(sorted({number for item in quiet for number in item.ruling_out} - busy))
        # those that fire exactly when they have used up what they do now, and the others, each with their own mixture
        for sure in (True, False):
            chosen = tuple(number for number in still if self.items.steady[number][0] is sure)
            if chosen:
                desk.quiet(chosen, until, sure)
        self.log_weights = self.log_weights + desk.log_weights
        self.population = self.kernel.resume(desk.edited)

    def begins(self, item: Item, now: float) -> bool:
        """Whether an item is about a clock that can be drawn now: no date of the calendar does it, and it is still to come."""
        dates, found = item.dates, item.causes
        if not item.event or max(0.0, dates.opens - 1.0) != now or not found.random:
            return False
        return not any(dates.opens <= when <= dates.closes for when in found.dated)

    def force(self, item: Item, desk: Desk, busy: set[int]) -> set[int]:
        """Draw the clocks that can bring an item about, so that one of them does; return which."""
        numbers = tuple(number for number in item.causes.random if number not in busy)
        if not numbers:
            return set()
        if item.dense:
            desk.strike(numbers, item.dates.opens)
        else:
            desk.force(numbers, item.dates.closes, self.sure(item, desk, numbers))
        self.drawn[item.name] = numbers
        return set(numbers)

    def sure(self, item: Item, desk: Desk, numbers: tuple[int, ...]) -> NDArray[np.bool_]:
        """Where the item can come about in no other way than by what these clocks use up at their present pace."""
        found = np.full(self.size, not item.causes.delayed and len(numbers) == len(item.causes.random))
        for number in numbers:
            goes_on, started = self.items.steady[number]
            found &= goes_on & (desk.running(number) | (not started))
        return found


def _sums(log_weights: Floats) -> tuple[float, float]:
    """Logarithms of the sums of weights and of their squares."""
    # Without a history left the logarithm of the sum is minus infinity, and not a number otherwise.
    top = float(log_weights.max())
    if top == -np.inf:
        return -np.inf, -np.inf
    scaled = np.exp(log_weights - top)
    return top + float(np.log(scaled.sum())), 2 * top + float(np.log(np.square(scaled).sum()))
