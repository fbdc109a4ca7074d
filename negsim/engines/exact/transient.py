"""Transient probabilities of a Markov chain: uniformisation, and two methods for stiff chains.

Uniformisation (Jensen 1953, Skand. Aktuarietidskr. 36:87; Grassmann 1977, doi:10.1016/0305-0548(77)90007-7): with
``P = I + Q/q``, ``p(t) = sum_k Poisson(k; qt) p(0) P^k``. No number is ever subtracted, so small probabilities come
with as many digits as large ones.

Its rounding grows with the number of jumps, and so does its work. Stiff chains (many jumps in the time asked for) are
taken by `squaring` if they fit into a dense matrix, else by `implicit`; both reckon with twice the digits.

Errors are reported: absolute ones (mass left out, series cut off, what corrections left) and relative ones (rounding,
that of the rates included: each is good to a few units in its last place).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from negsim.engines.exact.implicit import Resolvents
from negsim.engines.exact.poisson import poisson_weights
from negsim.engines.exact.squaring import LARGEST, Ladder
from negsim.errors import EngineError

__all__ = ["METHODS", "Leg", "Stiff", "Sweep", "carry"]

Floats = NDArray[np.float64]
METHODS = ("auto", "uniformisation", "squaring", "implicit")
# Half a unit in the last place of 1: what rounding to nearest loses at most.
EPSILON = 2.0**-53
DENSE = 300
"""Largest chain for which squaring is taken by itself (it can be asked for up to 600 states)."""
DENSE_JUMPS = 4_000
"""Squaring is taken where uniformisation would need this many jumps in one stretch, and ..."""
DENSE_JUMPS_A_PAIR = 4.0
"""... this many for each pair of states."""
MANY_STRETCHES = 50
"""As many jumps as this in all stretches together are as bad."""
FEW_JUMPS = 200
"""A stretch this short is uniformised in any case."""
MOST_JUMPS = 500_000
"""Beyond this many jumps in one stretch the implicit method is taken."""
MOST_UNIFORMISED = 2e7
"""Jumps of one stretch beyond which uniformisation is refused: what is noted at each would not fit into memory."""
STATIONARY_EVERY = 64


@dataclass(slots=True)
class Leg:
    """What is wanted of one stretch without calendar instants.

    Attributes
    ----------
    days : float
        Its length.
    times : sequence of float
        Times within it (days from its start) at which functionals are wanted.
    functionals : sequence of (n,) arrays
        One a time.
    rewards : float64 (n, r)
        Rewards per day, integrated over the whole stretch.
    """

    days: float
    times: Sequence[float] = ()
    functionals: Sequence[Floats] = ()
    rewards: Floats | None = None


class Stiff:
    """What the methods for stiff chains keep of a chain from one stretch to the next, made when it is needed.

    Parameters
    ----------
    moves : sparse (n, n)
        Rates (per day) from column to row, without a diagonal.
    """

    def __init__(self, moves: sparse.csr_array) -> None:
        self.moves = moves

    @cached_property
    def ladder(self) -> Ladder:
        """For squaring."""
        return Ladder(self.moves)

    @cached_property
    def resolvents(self) -> Resolvents:
        """For the implicit method."""
        return Resolvents(self.moves)

    @property
    def sensitivity(self) -> float:
        """What rates good to four units in the last place leave uncertain, relative to an answer.

        An answer at an exponential time is a ratio of sums of products of at most n rates each (the matrix-tree
        theorem), so that it moves by at most 2n times as much as they do; at a fixed time as much is allowed.
        """
        n = int(self.moves.shape[0])
        # Capped: the bound by n is for the worst chain, and of a large one no answer passes through all states.
        return 8.0 * (min(n, 1_000) + 8) * EPSILON


@dataclass(slots=True)
class Sweep:
    """Errors gathered while a chain is carried through time, and what is allowed on the way.

    Attributes
    ----------
    whole : float
        Jumps of all stretches together, as far as is known.
    ends : float
        Time (of `time.perf_counter`) at which to give up.
    watch : callable, optional
        Called now and then instead.
    lost : float
        Absolute error: mass left out, stopping at a stationary law, series cut off.
    relative : float
        Relative error by rounding.
    steps : int
        Matrix products and solves done.
    methods : set of str
        Which methods were used.
    """

    tolerance: float = 1e-12
    method: str = "auto"
    whole: float = 0.0
    ends: float = math.inf
    watch: Callable[[], None] | None = None
    lost: float = 0.0
    relative: float = 0.0
    steps: int = 0
    methods: set[str] = field(default_factory=set)

    def rounding(self, products: int, degree: int) -> None:
        """Note so many products in a row: sums of ``degree`` terms, doubled when the mass is restored, and rates."""
        # No subtraction anywhere, so relative errors of products and sums add up, and nothing amplifies them.
        self.relative += products * (2 * degree + 12) * EPSILON

    def check(self) -> None:
        """Give up when the time allowed is over."""
        if self.watch is not None:
            self.watch()
        # Also where another watch is asked: both limits hold.
        if time.perf_counter() > self.ends:
            raise EngineError(
                f"the time allowed (max_seconds) is over after {self.steps:,} products; allow more, ask fewer dates at a "
                "time, make the fastest actions slower or Immediate, or simulate"
            )


def carry(
    jump: sparse.csr_array, rate: float, degree: int, v: Floats, leg: Leg, sweep: Sweep, stiff: Stiff | None = None
) -> tuple[Floats, Floats, Floats]:
    """Carry a probability vector through a stretch.

    Parameters
    ----------
    jump : sparse (n, n)
        Transposed jump matrix.
    rate : float
        Jumps per day.
    degree : int
        Most terms in a row of it.
    v : float64 (n,)
    leg : Leg
    sweep : Sweep
        Takes the errors.
    stiff : Stiff, optional
        What other stretches of the same chain left.

    Returns
    -------
    v : float64 (n,)
        At the end.
    values : float64 (len(leg.times),)
    integrals : float64 (r,)
    """
    # Poisson weights of nothing are no division of anything: nothing moves.
    if rate == 0.0 or leg.days == 0.0:
        values = np.array([float(f @ v) for f in leg.functionals])
        return v, values, np.zeros(0) if leg.rewards is None else (v @ leg.rewards) * leg.days
    method = sweep.method if sweep.method != "auto" else choose(len(v), rate * leg.days, sweep.whole)
    sweep.methods.add(method)
    if method == "uniformisation":
        if not rate * leg.days < MOST_UNIFORMISED:
            raise EngineError(f"uniformisation would need {rate * leg.days:.3g} jumps; use method='auto'")
        return _Uniformised(jump, rate, degree, leg, sweep).run(v)
    if method in ("squaring", "implicit"):
        return _stepwise(stiff or Stiff(_moves(jump, rate)), v, leg, sweep, method)
    raise EngineError(f"method is {method!r}; use one of {', '.join(METHODS)}")


def choose(n: int, jumps: float, whole: float = 0.0) -> str:
    """The method for a chain of n states and so many expected jumps in a stretch, and in all."""
    many = max(DENSE_JUMPS, DENSE_JUMPS_A_PAIR * n * n)
    if n <= DENSE and (jumps > many or (jumps > FEW_JUMPS and whole > MANY_STRETCHES * many)):
        return "squaring"
    if n <= LARGEST and jumps > 1e10:
        # So stiff that the implicit method would take longer than the doublings.
        return "squaring"
    return "uniformisation" if jumps <= MOST_JUMPS else "implicit"


def _moves(jump: sparse.csr_array, rate: float) -> sparse.csr_array:
    """Rates from column to row, without a diagonal, of a transposed jump matrix."""
    found = sparse.csr_array(jump * rate)
    found.setdiag(0.0)
    found.eliminate_zeros()
    return found


class _Uniformised:
    """One stretch by uniformisation."""

    def __init__(self, jump: sparse.csr_array, rate: float, degree: int, leg: Leg, sweep: Sweep) -> None:
        self.jump, self.degree, self.leg, self.sweep = jump, degree, leg, sweep
        self.rate = rate
        # Far below the tolerance, so that rare probabilities keep their digits; it costs few jumps more.
        self.weights = poisson_weights(rate * leg.days, sweep.tolerance * 1e-18)
        self.inner = [poisson_weights(rate * t, sweep.tolerance * 1e-18) for t in leg.times]
        self.last = max([self.weights.last, *(w.last for w in self.inner)])
        # Curves ask for the same functional at a hundred times: it is multiplied once a jump.
        # By identity: comparing the arrays would cost as much as a product.
        unique = {id(f): f for f in leg.functionals}
        self.place = {key: row for row, key in enumerate(unique)}
        self.table = np.array(list(unique.values())) if unique else np.zeros((0, jump.shape[0]))

    def run(self, v: Floats) -> tuple[Floats, Floats, Floats]:
        out = np.zeros_like(v)
        weights, first = self.weights.values, self.weights.first
        begun = float(v.sum())
        history = np.zeros((len(self.table), self.last + 1))
        # What rounding took from the vector at each jump is given back to what is read there (below).
        mass = np.full(self.last + 1, begun)
        sums = None if self.leg.rewards is None else np.zeros_like(v)
        tails = self._tails() if sums is not None else np.zeros(0)
        stopped = self.last
        for k in range(self.last + 1):
            if len(self.table):
                history[:, k] = self.table @ v
                mass[k] = v.sum()
            if first <= k <= self.weights.last:
                out += weights[k - first] * v
            if sums is not None:
                sums += tails[k] * v
            # Before the product: the last one would be thrown away.
            if k == self.last:
                break
            after = self.jump @ v
            if k % STATIONARY_EVERY == STATIONARY_EVERY - 1:
                self.sweep.check()
                # Where nothing moves any more, further jumps change nothing: the rest of the weights goes to the vector
                # as it is.
                if self._stationary(v, after, k):
                    stopped = k
                    break
            v = after
        if stopped < self.last:
            self._rest(out, sums, history, tails, v, stopped)
            mass[stopped + 1 :] = v.sum()
        self.sweep.steps += stopped
        self.sweep.lost += max([self.weights.lost, *(w.lost for w in self.inner)])
        # All jumps, also those not done: a change below rounding is not seen, and may come with every one of them.
        # Relative errors are bounded by the jumps of the series and not by those done.
        self.sweep.rounding(self.last, self.degree)
        if len(self.table) and begun > 0.0:
            # Rounding takes mass in every product, always in proportion: the total is known and is restored.
            history *= begun / np.where(mass > 0.0, mass, begun)
        if sums is None or self.leg.rewards is None:
            integrals = np.zeros(0)
        else:
            integrals = _restored(sums, begun * self.leg.days) @ self.leg.rewards
        return _restored(out, begun), self._read(history), integrals

    def _tails(self) -> Floats:
        """P(jumps > k) for every k from 0: the weights of integrals."""
        tails = np.ones(self.last + 1)
        above = self.weights.tails()
        tails[self.weights.first : self.weights.last + 1] = above
        tails[self.weights.last + 1 :] = 0.0
        return tails

    def _stationary(self, v: Floats, after: Floats, k: int) -> bool:
        """Whether nothing to come can change the answer: the change per jump never grows (P is stochastic)."""
        left = self.last - k
        # Not worth an error: what is left takes less time than the looks did.
        if left < 4 * STATIONARY_EVERY:
            return False
        error = float(np.abs(after - v).sum()) * left
        # What is read may be far rarer than the tolerance; it keeps nine digits.
        read = self.table @ v if len(self.table) else v
        if error > min(self.sweep.tolerance, 1e-9 * float(read[read > 0].min(initial=math.inf))):
            return False
        self.sweep.lost += error
        return True

    def _rest(self, out: Floats, sums: Floats | None, history: Floats, tails: Floats, v: Floats, k: int) -> None:
        """The jumps not done: the vector stays."""
        weights, first = self.weights.values, self.weights.first
        out += float(weights[max(k + 1 - first, 0) :].sum()) * v
        if sums is not None:
            sums += float(tails[k + 1 :].sum()) * v
        # From there on every jump would read the same.
        history[:, k + 1 :] = (self.table @ v)[:, None]

    def _read(self, history: Floats) -> Floats:
        """Functionals at the inner times."""
        found = []
        for weights, functional in zip(self.inner, self.leg.functionals, strict=True):
            row = history[self.place[id(functional)]]
            found.append(float(weights.values @ row[weights.first : weights.last + 1]))
        return np.array(found)


def _restored(v: Floats, mass: float) -> Floats:
    """The vector with the mass that it must have: jumps lose none, and rounding should not either."""
    # A chain neither gains nor loses probability: what the sum lacks is rounding and what the series left out.
    found = float(v.sum())
    return v * (mass / found) if found > 0.0 else v


def _stepwise(stiff: Stiff, v: Floats, leg: Leg, sweep: Sweep, method: str) -> tuple[Floats, Floats, Floats]:
    """One stretch from inner time to inner time."""
    rewards = np.zeros((len(v), 0)) if leg.rewards is None else leg.rewards
    values = np.zeros(len(leg.times))
    # Times may come in any order; the chain can only go forwards.
    order = np.argsort(leg.times, kind="stable")
    total = np.zeros(rewards.shape[1])
    sweep.relative += stiff.sensitivity
    now = 0.0
    # -1 stands for the end of the stretch, which is no time that anybody asked for.
    for place in [*order.tolist(), -1]:
        upto = leg.days if place < 0 else leg.times[place]
        if upto > now:
            v, gained = _moved(stiff, v, upto - now, rewards, sweep, method)
            total += gained
            now = upto
        if place >= 0:
            # Exactly rounded: these methods reckon with twice the digits, and a plain sum would lose them again.
            values[place] = math.fsum(leg.functionals[place] * v)
    return v, values, total


def _moved(stiff: Stiff, v: Floats, days: float, rewards: Floats, sweep: Sweep, method: str) -> tuple[Floats, Floats]:
    sweep.check()
    if method == "squaring":
        v, gained, error = stiff.ladder.carry(v, days, rewards, sweep.check)
        sweep.steps += 1
    else:
        v, gained, error, solves = stiff.resolvents.carry(v, days, rewards, sweep.check)
        sweep.steps += solves
    sweep.lost += error
    # Rounded to float64 in between.
    sweep.relative += 2 * EPSILON
    return v, gained
