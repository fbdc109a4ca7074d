"""Transient probabilities of a Markov chain: uniformisation, and squaring for stiff chains.

Uniformisation (Jensen 1953, Skand. Aktuarietidskr. 36:87; Grassmann 1977, doi:10.1016/0305-0548(77)90007-7): with
``P = I + Q/q``, ``p(t) = sum_k Poisson(k; qt) p(0) P^k``. No number is ever subtracted, so small probabilities come
with as many digits as large ones. Errors are reported: the Poisson mass left out, what stopping early may change, and
rounding (at most ``steps * (degree + 3) * 2**-53`` of the result).

For stiff chains ``exp(Qt)`` is squared up from a short time, which is also free of subtractions (Xue and Ye 2013,
doi:10.1090/S0025-5718-2012-02677-4); for those too large for dense matrices, an implicit method whose error is only
estimated.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from negsim.engines.exact.poisson import poisson_weights
from negsim.errors import EngineError

__all__ = ["METHODS", "Leg", "Sweep", "carry"]

Floats = NDArray[np.float64]
Move: TypeAlias = "Callable[[sparse.csr_array, float, Floats, float, Floats, Sweep], tuple[Floats, Floats]]"
METHODS = ("auto", "uniformisation", "squaring", "implicit")
EPSILON = 2.0**-53
DENSE = 1_200
"""Largest chain for dense squaring."""
DENSE_JUMPS_A_STATE = 40.0
"""Squaring is taken where uniformisation would need this many jumps a state or more ..."""
DENSE_JUMPS = 20_000
"""... and this many at least."""
MOST_JUMPS = 500_000
"""Beyond this many jumps in one stretch the implicit method is taken."""
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


@dataclass(slots=True)
class Sweep:
    """Errors gathered while a chain is carried through time.

    Attributes
    ----------
    lost : float
        Absolute error: Poisson mass left out, stopping at a stationary law, an implicit method's estimate.
    relative : float
        Relative error by rounding.
    steps : int
        Matrix products done.
    methods : set of str
        Which methods were used.
    """

    tolerance: float = 1e-12
    method: str = "auto"
    lost: float = 0.0
    relative: float = 0.0
    steps: int = 0
    methods: set[str] = field(default_factory=set)

    def rounding(self, products: int, degree: int) -> None:
        """Note so many products in a row."""
        self.steps += products
        self.relative += products * (degree + 3) * EPSILON


def carry(
    jump: sparse.csr_array, rate: float, degree: int, v: Floats, leg: Leg, sweep: Sweep
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

    Returns
    -------
    v : float64 (n,)
        At the end.
    values : float64 (len(leg.times),)
    integrals : float64 (r,)
    """
    if rate == 0.0 or leg.days == 0.0:
        values = np.array([float(f @ v) for f in leg.functionals])
        return v, values, np.zeros(0) if leg.rewards is None else (v @ leg.rewards) * leg.days
    method = sweep.method if sweep.method != "auto" else choose(len(v), rate * leg.days)
    sweep.methods.add(method)
    if method == "uniformisation":
        return _Uniformised(jump, rate, degree, leg, sweep).run(v)
    if method == "squaring":
        return _stages(jump, rate, v, leg, sweep, _squared)
    if method == "implicit":
        return _stages(jump, rate, v, leg, sweep, _implicit)
    raise EngineError(f"method is {method!r}; use one of {', '.join(METHODS)}")


def choose(n: int, jumps: float) -> str:
    """The method for a chain of n states and so many expected jumps."""
    if n <= DENSE and jumps > max(DENSE_JUMPS, DENSE_JUMPS_A_STATE * n):
        return "squaring"
    return "uniformisation" if jumps <= MOST_JUMPS else "implicit"


class _Uniformised:
    """One stretch by uniformisation."""

    def __init__(self, jump: sparse.csr_array, rate: float, degree: int, leg: Leg, sweep: Sweep) -> None:
        self.jump, self.degree, self.leg, self.sweep = jump, degree, leg, sweep
        self.rate = rate
        # Far below the tolerance, so that rare probabilities keep their digits; it costs few jumps more.
        self.weights = poisson_weights(rate * leg.days, sweep.tolerance * 1e-18)
        self.inner = [poisson_weights(rate * t, sweep.tolerance * 1e-18) for t in leg.times]
        self.last = max([self.weights.last, *(w.last for w in self.inner)])
        unique = {id(f): f for f in leg.functionals}
        self.place = {key: row for row, key in enumerate(unique)}
        self.table = np.array(list(unique.values())) if unique else np.zeros((0, jump.shape[0]))

    def run(self, v: Floats) -> tuple[Floats, Floats, Floats]:
        out = np.zeros_like(v)
        weights, first = self.weights.values, self.weights.first
        history = np.zeros((len(self.table), self.last + 1))
        sums = None if self.leg.rewards is None else np.zeros_like(v)
        tails = self._tails()
        stopped = self.last
        for k in range(self.last + 1):
            if len(self.table):
                history[:, k] = self.table @ v
            if first <= k <= self.weights.last:
                out += weights[k - first] * v
            if sums is not None:
                sums += tails[k] * v
            if k == self.last:
                break
            after = self.jump @ v
            if k % STATIONARY_EVERY == STATIONARY_EVERY - 1 and self._stationary(v, after, k):
                stopped = k
                break
            v = after
        if stopped < self.last:
            self._rest(out, sums, history, tails, v, stopped)
        self.sweep.lost += max([self.weights.lost, *(w.lost for w in self.inner)])
        self.sweep.rounding(stopped, self.degree)
        integrals = np.zeros(0) if sums is None or self.leg.rewards is None else sums @ self.leg.rewards / self.rate
        return out, self._read(history), integrals

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
        if left < 4 * STATIONARY_EVERY:
            return False
        error = float(np.abs(after - v).sum()) * left
        # What is read may be far rarer than the tolerance; it keeps nine digits.
        read = self.table @ v if len(self.table) else v
        if error > min(self.sweep.tolerance, 1e-9 * float(read[read > 0].min(initial=math.inf))):
            return False
        self.sweep.lost += error
        return True

    def _rest(
        self, out: Floats, sums: Floats | None, history: Floats, tails: Floats, v: Floats, k: int
    ) -> None:
        """The jumps not done: the vector stays."""
        weights, first = self.weights.values, self.weights.first
        out += float(weights[max(k + 1 - first, 0) :].sum()) * v
        if sums is not None:
            sums += float(tails[k + 1 :].sum()) * v
        history[:, k + 1 :] = (self.table @ v)[:, None]

    def _read(self, history: Floats) -> Floats:
        """Functionals at the inner times."""
        found = []
        for weights, functional in zip(self.inner, self.leg.functionals, strict=True):
            row = history[self.place[id(functional)]]
            found.append(float(weights.values @ row[weights.first : weights.last + 1]))
        return np.array(found)


def _stages(jump: sparse.csr_array, rate: float, v: Floats, leg: Leg, sweep: Sweep, move: Move) -> tuple[Floats, Floats, Floats]:
    """One stretch from inner time to inner time."""
    n = jump.shape[0]
    rewards = np.zeros((n, 0)) if leg.rewards is None else leg.rewards
    values = np.zeros(len(leg.times))
    order = np.argsort(leg.times, kind="stable")
    total = np.zeros(rewards.shape[1])
    now = 0.0
    for place in [*order.tolist(), -1]:
        upto = leg.days if place < 0 else leg.times[place]
        if upto > now:
            v, gained = move(jump, rate, v, upto - now, rewards, sweep)
            total += gained
            now = upto
        if place >= 0:
            values[place] = float(leg.functionals[place] @ v)
    return v, values, total


def _squared(
    jump: sparse.csr_array, rate: float, v: Floats, days: float, rewards: Floats, sweep: Sweep
) -> tuple[Floats, Floats]:
    """``exp(Qt)`` by squaring, with the integrals of the rewards as further columns."""
    n, r = rewards.shape
    doublings = max(0, math.ceil(math.log2(rate * days)))
    h = days / 2**doublings
    base = np.zeros((n + r, n + r))
    # Rows to columns; rewards are rates into states that keep them, and scale so that no entry overflows.
    scale = max(1.0, float(np.abs(rewards).max(initial=0.0)))
    base[:n, :n] = jump.toarray().T * (rate * h)
    base[:n, n:] = rewards / scale * h
    base[n:, n:] = np.eye(r) * (rate * h)
    total = term = np.eye(n + r)
    for k in range(1, 40):
        term = term @ base / k
        total = total + term
    total *= math.exp(-rate * h)
    for _ in range(doublings):
        total = total @ total
    sweep.steps += doublings + 40
    sweep.relative += 2.0**doublings * (n + r + 60) * EPSILON
    out = v @ total[:n]
    return out[:n], out[n:] * scale


def _implicit(
    jump: sparse.csr_array, rate: float, v: Floats, days: float, rewards: Floats, sweep: Sweep
) -> tuple[Floats, Floats]:
    """Radau IIA of order 5 with sparse factors; its error is estimated by a second run with a tighter tolerance."""
    n, r = rewards.shape
    generator = (jump - sparse.eye_array(n)) * rate
    whole = sparse.block_array([[generator, sparse.csr_array((n, r))], [sparse.csr_array(rewards.T), None]]).tocsc()
    begin = np.concatenate([v, np.zeros(r)])
    coarse, fine = (_radau(whole, begin, days, sweep, tight) for tight in (10.0, 1.0))
    sweep.lost += float(np.abs(coarse - fine)[:n].sum())
    return np.maximum(fine[:n], 0.0), fine[n:]


def _radau(whole: sparse.csc_array, begin: Floats, days: float, sweep: Sweep, factor: float) -> Floats:
    from scipy.integrate import solve_ivp

    tolerance = max(sweep.tolerance, 1e-12) * factor
    found = solve_ivp(
        lambda t, y: whole @ y, (0.0, days), begin, method="Radau", jac=sparse.csc_matrix(whole), rtol=max(tolerance, 2.3e-14), atol=tolerance * 1e-2
    )
    if not found.success:
        raise EngineError(f"the implicit method gave up: {found.message}; use method='uniformisation'")
    sweep.steps += int(found.nfev)
    end: Floats = found.y[:, -1]
    return end
