"""A chain in which one fixed delay at a time starts at random instants: its histories meet again one delay later.

While it runs, the chain runs alone from the state in which it started, so that over the delay d the states E in which it
runs go over into each other by ``G = exp(Q_EE d)`` (deterministic and stochastic Petri nets: Ajmone Marsan and Chiola
1987, doi:10.1007/3-540-18086-9_23). What starts at time t is over at t + d: time is cut into pieces of length d, and in each
piece, at the same place, ends enter that are starts of the piece before, carried over by G (the method of steps for
equations with a delay, Bellman and Cooke 1963, *Differential-Difference Equations*, ch. 3). In a piece there are

    p' = p Q + o Q_EN + s F,    o' = o Q_EE - s,    s = (starts a day of the piece before) G,

p all states (in E those that started in this piece), o those in E that started in the piece before, F what the end does.
All are power series in the jumps of one uniformised chain, so that starts need be kept for each jump only, and no
quadrature is done. The only subtraction is that in o, which ends at 0; what is left there is part of the error.

For questions without a deadline a start is one step: to where it is interrupted, ``int exp(Q_EE a) da Q_EN``, or over, G F.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from negsim.engines.exact.poisson import poisson_weights
from negsim.engines.exact.transient import EPSILON, Sweep
from negsim.errors import EngineError

__all__ = ["Delay"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
MOST_RUNNING = 2_000
"""States in which a delay may run: over it they go over into each other in all ways."""
MOST_KEPT = 100_000_000
"""Numbers kept of the starts of one piece."""
SHORT = 8.0
"""Jumps of the time that is doubled."""


@dataclass(frozen=True, eq=False)
class Delay:
    """The delay of a chain.

    Attributes
    ----------
    name : str
        Of the action.
    days : float
    running : bool (n,)
        E: states in which it runs.
    ends : sparse (n, n)
        Transposed: what the end does in each state of E.
    moves : sparse (n, n)
        Transposed rates without a diagonal.
    jump : sparse (n, n)
        Transposed jump matrix of the uniformised chain.
    rate : float
        Jumps a day.
    degree : int
    """

    name: str
    days: float
    running: Bools
    ends: sparse.csr_array
    moves: sparse.csr_array
    jump: sparse.csr_array
    rate: float
    degree: int

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Numbers of the states of E."""
        found = np.flatnonzero(self.running)
        if len(found) > MOST_RUNNING:
            raise EngineError(
                f"action {self.name}: its fixed delay starts at random instants and runs in {len(found):,} states (at most "
                f"{MOST_RUNNING:,} are followed); ask one question at a time, use Erlang, or simulate"
            )
        return found

    @cached_property
    def over(self) -> tuple[Floats, Floats, float]:
        """G and the integral of ``exp(Q_EE a)`` over the delay, rows to columns, and their error relative to each entry.

        Doubled from a short time on; nothing is subtracted.
        """
        inner = sparse.csr_array(self.jump.T)[self.places][:, self.places]
        jumps = max(self.rate, 1e-300) * self.days
        doublings = max(0, math.ceil(math.log2(max(jumps, 1e-300) / SHORT)))
        weights = poisson_weights(jumps / 2.0**doublings)
        power = np.eye(len(self.places))
        stay, spent = np.zeros_like(power), np.zeros_like(power)
        tails = np.append(np.ones(weights.first), weights.tails())
        for k in range(weights.last + 1):
            if k >= weights.first:
                stay += weights.values[k - weights.first] * power
            spent += tails[k] * power
            power = inner @ power
        spent = spent / self.rate if self.rate > 0.0 else np.eye(len(self.places)) * self.days
        for _ in range(doublings):
            spent = spent + stay @ spent
            stay = stay @ stay
        wrong = 2.0**doublings * (weights.last * (2 * self.degree + 12) + 2 * len(self.places)) * EPSILON
        return stay, spent, wrong

    def carry(
        self, v: Floats, days: float, rewards: Floats | None, at_ends: Floats | None, sweep: Sweep
    ) -> tuple[Floats, Floats]:
        """The vector so many days later, and what was gathered: per day in each state, and at each end by its state."""
        self.check(v)
        pieces = max(math.ceil(days / self.days - 1e-12), 1)
        last = days - (pieces - 1) * self.days
        parts = [part for part in (self.days - last, last) if part > 0.0]
        total = np.zeros(0 if rewards is None else rewards.shape[1])
        begun = [None] * (len(parts) - 1)
        kept: list[Floats | None] = [*begun, None]
        p, o = v, np.zeros(len(self.places))
        for piece in range(pieces):
            after: list[Floats | None] = []
            for number, part in enumerate(parts):
                if piece == 0 and number < len(parts) - 1:
                    after.append(None)  # the first piece is as long as the last part: nothing was before it
                    continue
                series = _Series(self, part, rewards, at_ends, sweep)
                p, o, starts, gained = series.run(p, o, kept[number])
                after.append(starts)
                total[: len(gained)] += gained
            sweep.lost += float(np.abs(o).sum())
            kept = after
            if piece < pieces - 1:
                p, o = np.where(self.running, 0.0, p), p[self.places]
        wrong = self.over[2] * pieces
        sweep.relative += wrong
        sweep.methods.add("method of steps")
        return p, total

    def check(self, v: Floats) -> None:
        """Refuse to stop while the delay runs: how long it has been running is not in the state."""
        if v[self.running].any():
            raise EngineError(
                f"action {self.name}: its fixed delay starts at a random instant and still runs at an instant of the calendar, or "
                "on a date, at which something is decided or looked at; exact answers follow it to one date alone (no window "
                "that opens, no given on another date, no calendar meanwhile): use Erlang, or simulate"
            )

    def embedded(self) -> tuple[sparse.csr_array, Floats]:
        """The rates with starts as states that are left by one step, transposed without a diagonal; mean days in each.

        A state of E stands for a start in it; its "rate" is one, so that its "days" count starts.
        """
        stay, spent, _ = self.over
        inner = sparse.csr_array(self.moves.T)[self.places]
        outside = inner @ sparse.diags_array(np.where(self.running, 0.0, 1.0))
        left = sparse.csr_array(spent @ outside.toarray()) + sparse.csr_array(stay @ self.ends.T[self.places].toarray())
        spread = sparse.csr_array(
            (np.ones(len(self.places)), (self.places, np.arange(len(self.places)))),
            (len(self.running), len(self.places)),
        )
        plain = self.moves @ sparse.diags_array(np.where(self.running, 0.0, 1.0))
        found = sparse.csr_array(plain + (spread @ left).T)
        found.setdiag(0.0)
        found.eliminate_zeros()
        lengths = np.ones(len(self.running))
        lengths[self.places] = spent.sum(axis=1)
        return found, lengths

    def gained(self, a_day: Floats, at_ends: Floats | None) -> Floats:
        """Gains a day of plain states, and of starts what is gained until the delay is over or interrupted."""
        stay, spent, _ = self.over
        found = a_day.copy()
        found[self.places] = spent @ a_day[self.places]
        if at_ends is not None:
            found[self.places] += stay @ at_ends[self.places]
        return found


class _Series:
    """One part of a piece, as a power series in the jumps."""

    def __init__(self, delay: Delay, days: float, rewards: Floats | None, at_ends: Floats | None, sweep: Sweep) -> None:
        if not delay.rate * days < 2e7:
            raise EngineError(
                f"{delay.rate * days:.3g} expected transitions within one fixed delay; make the fastest actions slower or "
                "Immediate, or simulate"
            )
        self.delay, self.days, self.rewards, self.at_ends, self.sweep = delay, days, rewards, at_ends, sweep
        self.weights = poisson_weights(delay.rate * days, sweep.tolerance * 1e-18)
        places = delay.places
        if (self.weights.last + 1) * len(places) > MOST_KEPT:
            raise EngineError(
                f"action {delay.name}: {self.weights.last:,} transitions within its fixed delay are too many for "
                f"{len(places):,} states; make the fastest actions slower or Immediate, or simulate"
            )
        rows = delay.moves[places]
        self.starting = sparse.csr_array(rows @ sparse.diags_array(np.where(delay.running, 0.0, 1.0)))
        self.inner = delay.jump[places][:, places]
        away = delay.moves[:, places]
        self.interrupted = sparse.csr_array(sparse.diags_array(np.where(delay.running, 0.0, 1.0)) @ away)
        self.ends = sparse.csr_array(delay.ends[:, places])
        self.again = sparse.csr_array(self.ends[places])

    def run(self, p: Floats, o: Floats, before: Floats | None) -> tuple[Floats, Floats, Floats, Floats]:
        """All states and those that run from the piece before, the starts kept, what was gathered."""
        delay, weights = self.delay, self.weights
        rate = max(delay.rate, 1e-300)
        stay = delay.over[0]
        tails = np.append(np.ones(weights.first), weights.tails())
        out_p, out_o, size = np.zeros_like(p), np.zeros_like(o), 0.0
        starts = np.zeros((weights.last + 1, len(o)))
        gained = np.zeros(0 if self.rewards is None else self.rewards.shape[1])
        for k in range(weights.last + 1):
            if k % 64 == 63:
                self.sweep.check()
            size = max(size, float(np.abs(p).sum() + np.abs(o).sum()))
            if k >= weights.first:
                out_p += weights.values[k - weights.first] * p
                out_o += weights.values[k - weights.first] * o
            starts[k] = self.starting @ p
            ending = None if before is None else before[k]
            if ending is not None:
                starts[k] += self.again @ ending
            if self.rewards is not None:
                here = p @ self.rewards + o @ self.rewards[delay.places]
                if ending is not None and self.at_ends is not None:
                    here = here + ending @ self.at_ends[delay.places]
                gained += here * (tails[k] / rate)
            entering = self.interrupted @ o
            o = self.inner @ o
            if ending is not None:
                entering = entering + self.ends @ ending
                o = o - ending / rate
            p = delay.jump @ p + entering / rate
        self.sweep.steps += weights.last
        products = (2 * delay.degree + 12 + len(delay.places)) * EPSILON * (weights.last + 1)
        self.sweep.lost += weights.lost + products * size
        return out_p, out_o, starts @ stay, gained
