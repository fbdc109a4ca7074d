"""Clocks drawn so that the news come about, and the weights that make up for it.

A clock that runs fires when what is left of its unit exponential target is used up; by the end of a window it uses up
``L`` at its present pace. *Forced*, what is left is drawn below L, and the history counts ``1 - exp(-L)``; *kept quiet*,
it is drawn above L, and the history counts ``exp(-L)``. Where paces may change in between, or a clock may start anew, the
draw is a mixture with the free one: the weight is then the free density over that of the mixture (the balance heuristic;
Veach and Guibas 1995, doi:10.1145/218380.218498), so that it stays right whatever happens in the window.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from negsim.engines import Kernel, Snapshot
from negsim.errors import EngineError
from negsim.laws.draws import uniforms_array

__all__ = ["FORCED", "QUIET", "Desk"]

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

FORCED, QUIET = 0.8, 0.5
"""Share of the mixture that is forced, or kept quiet, where the free draw may be right too."""


class Desk:
    """A snapshot on which targets are drawn anew; the log weights that come of it.

    Attributes
    ----------
    kernel : Kernel
    snapshot : Snapshot
        Of clones, so that no target is still the first one (`negsim.engines.population`).
    numbers : list of int
        Actions that may be drawn anew, each once.
    log_weights : float array, (n,)
        What the draws have added so far.
    """

    def __init__(self, kernel: Kernel, snapshot: Snapshot, numbers: Iterable[int], occurrence: int) -> None:
        self.kernel, self.snapshot, self.occurrence = kernel, snapshot, occurrence
        self.numbers = sorted(set(numbers))
        self.log_weights = np.zeros(len(snapshot))
        self.known: dict[float, Floats] = {}
        self.arrays = {
            key: getattr(snapshot, key).copy() for key in ("age", "consumed", "target", "touched", "purpose")
        }

    @property
    def edited(self) -> Snapshot:
        """The snapshot with the targets as they are now."""
        # copies: a population that goes on from a snapshot makes it read-only
        return replace(self.snapshot, **{name: array.copy() for name, array in self.arrays.items()})

    def running(self, number: int) -> Truths:
        """Whether an action's clock runs, in each history."""
        there: Truths = self.snapshot.target[:, number] > 0.0
        return there & (self.snapshot.pace[:, number] > 0.0) & (self.snapshot.speed[:, number] > 0.0)

    def consumed(self, when: float) -> Floats:
        """The hazard that the clocks will have consumed by an instant if they go on at their present pace, (n, actions)."""
        # Asked of the engine, and so dear; several items ask for the same instant.
        if when not in self.known:
            kept = self.snapshot
            target = np.zeros_like(kept.target)
            # without an end, so that nothing is cut off at the target; other clocks are not looked at
            target[:, self.numbers] = np.where(kept.target[:, self.numbers] > 0.0, np.inf, 0.0)
            self.known[when] = self.kernel.resume(replace(kept, now=when, target=target)).consumed()
        return self.known[when]

    def left(self, numbers: tuple[int, ...], until: float) -> Floats:
        """What clocks use up from now to an instant at their present pace, (n, clocks); 0 of one that stands still."""
        chosen = list(numbers)
        now, then = self.consumed(self.snapshot.now)[:, chosen], self.consumed(until)[:, chosen]
        # a clock that repeats must use up first what it is known to have survived
        most = np.maximum(self.snapshot.most[:, chosen], now)
        running = np.column_stack([self.running(number) for number in numbers])
        spent = np.where(np.isinf(then), np.inf, then - np.where(np.isinf(most), 0.0, most))
        return np.where(running, np.maximum(spent, 0.0), 0.0)

    def uniforms(self, number: int, purpose: int) -> tuple[Floats, Floats]:
        """Two uniforms a history, keyed by the action, its history's number, and how often histories had stopped before."""
        name, kept = self.kernel.program.actions[number].name, self.snapshot
        return uniforms_array(kept.seed, "move", name, kept.replications, self.occurrence, purpose)

    def force(self, numbers: tuple[int, ...], until: float, sure: Truths) -> None:
        """Draw the clocks so that one of them fires by an instant; which one, in proportion to how likely each does.

        Parameters
        ----------
        numbers : tuple of int
            Random clocks.
        until : float
        sure : bool array, (n,)
            Where a free draw cannot bring about what was observed, so that none is needed.
        """
        used = self.left(numbers, until)
        # expm1: a day of a slow clock has a probability that 1 - exp would round away
        fires = -np.expm1(-used)
        total = fires.sum(axis=1)
        able = total > 0.0
        share = np.where(sure, 1.0, FORCED)
        coin, place = self.uniforms(numbers[0], 0)
        forced = able & (coin < share)
        chosen = _chosen(fires, place)
        within = np.zeros(len(total))
        for column, number in enumerate(numbers):
            u = self.uniforms(number, 1)[0]
            mine, most = forced & (chosen == column), used[:, column]
            rest = np.where(mine, np.minimum(-np.log1p(-u * fires[:, column]), most), -np.log(u))
            self.put(number, rest)
            within += self.running(number) & (rest <= most)
        # The weight is that of the mixture, whatever part a history was drawn from.
        mixed = (1.0 - share) + share * within / np.where(able, total, 1.0)
        self.log_weights -= np.where(able, np.log(np.where(able, mixed, 1.0)), 0.0)

    def quiet(self, numbers: tuple[int, ...], until: float, sure: bool) -> None:
        """Draw the clocks so that none of them fires by an instant.

        Parameters
        ----------
        numbers : tuple of int
            Random clocks whose firing would contradict what was observed.
        until : float
        sure : bool
            Whether each fires exactly when it has used up what it uses up at its present pace.
        """
        used = self.left(numbers, until)
        # That none of them fires is that none has used up what all do together.
        total = used.sum(axis=1)
        # a law whose support ends by then fires for sure
        able = np.isfinite(total)
        kept = able & (sure | (self.uniforms(numbers[0], 0)[0] < QUIET))
        lasts = able
        for column, number in enumerate(numbers):
            rest = np.where(kept, used[:, column], 0.0) - np.log(self.uniforms(number, 1)[0])
            self.put(number, rest)
            lasts = lasts & (kept | ~self.running(number) | (rest > used[:, column]))
        if sure:
            self.log_weights -= total
            return
        free = np.log1p(-QUIET)
        mixed = np.where(lasts, np.logaddexp(free, np.log(QUIET) + np.where(able, total, 0.0)), free)
        # where a law ends by then the draw was free, and has no weight
        self.log_weights -= np.where(able, mixed, 0.0)

    def strike(self, numbers: tuple[int, ...], at: float) -> None:
        """Let one of the clocks fire at an instant, in proportion to their hazards; histories count their sum, per day.

        Raises
        ------
        EngineError
            If the instant is not the next microsecond.
        """
        # At any later instant something else may come first.
        if at != self.snapshot.now + 1.0:
            raise EngineError(f"a clock strikes at the next microsecond, not at {at!r}")
        population = self.kernel.resume(self.snapshot)
        rates = np.column_stack([population.log_hazard(self.kernel.program.actions[k].name) for k in numbers])
        hazards = np.exp(rates)
        total = hazards.sum(axis=1)
        chosen = _chosen(hazards, self.uniforms(numbers[0], 0)[1])
        for column, number in enumerate(numbers):
            self._due(number, at, (chosen == column) & (total > 0.0))
        with np.errstate(divide="ignore"):
            self.log_weights += np.log(total)

    def _due(self, number: int, at: float, rows: Truths) -> None:
        """Bring the clock of some histories to an instant, with nothing left of its target."""
        kept, arrays = self.snapshot, self.arrays
        used = np.maximum(kept.consumed[:, number], kept.most[:, number])
        arrays["age"][rows, number] += (kept.speed[:, number] * (at - arrays["touched"][:, number]))[rows]
        arrays["touched"][rows, number] = at
        # above 0, since a target of 0 is none
        arrays["consumed"][rows, number] = arrays["target"][rows, number] = np.maximum(used, 1e-300)[rows]
        arrays["purpose"][rows, number] = 1

    def put(self, number: int, rest: Floats) -> None:
        """Bring a clock to now where it runs, with so much left of its target."""
        kept, arrays, rows = self.snapshot, self.arrays, self.running(number)
        used = self.consumed(kept.now)[:, number]
        age = kept.age[:, number] + kept.speed[:, number] * (kept.now - kept.touched[:, number])
        arrays["age"][rows, number] = age[rows]
        arrays["touched"][rows, number] = kept.now
        arrays["consumed"][rows, number] = used[rows]
        arrays["target"][rows, number] = (np.maximum(kept.most[:, number], used) + rest)[rows]
        # so that engines keep it as it is, instead of drawing it again from its number
        arrays["purpose"][rows, number] = 1


def _chosen(sizes: Floats, place: Floats) -> NDArray[np.int64]:
    """Which of several, in proportion to their sizes: the first whose running sum exceeds a uniform's share of the total."""
    reach = np.cumsum(sizes, axis=1)
    return np.asarray((place[:, None] * reach[:, -1:] < reach).argmax(axis=1), dtype=np.int64)
