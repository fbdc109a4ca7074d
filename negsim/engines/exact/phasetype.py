"""Laws as phase-type laws: exactly where they are sums of exponential stages, else fitted with the error reported.

A phase-type law is the time to absorption of a small Markov chain (Neuts 1981, *Matrix-Geometric Solutions*, ch. 2).
Here: branches of stages in a row, one branch chosen at the start (hyper-Erlang; dense in all laws on the positive half
line, Asmussen 2003, *Applied Probability and Queues*, III.4). Exponential and Erlang laws, with or without "never",
are such laws themselves. Others are fitted on asking by expectation-maximisation over the branch weights (Asmussen,
Nerman and Olsson 1996, Scand. J. Stat. 23:419).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from negsim.laws import Law, quantile, survival

__all__ = ["PhaseLaw", "beside", "exact_phases", "fitted_phases", "residual_phases"]

Floats = NDArray[np.float64]
CELLS = 1500
ROUNDS = 400


@dataclass(frozen=True, slots=True, eq=False)
class PhaseLaw:
    """Stages in rows.

    Attributes
    ----------
    start : float64 (K,)
        Probability to begin in each stage; together ``1 - never``.
    rates : float64 (K,)
        Rate (per day) of leaving each stage.
    follows : int64 (K,)
        The stage after each, -1 where leaving it is the event.
    never : float
        Probability that it never happens.
    distance : float
        Total variation distance to the law it stands for (0 if exact): the largest error of any probability.
    """

    start: Floats
    rates: Floats
    follows: NDArray[np.int64]
    never: float
    distance: float = 0.0

    @property
    def stages(self) -> int:
        """Number of stages."""
        return len(self.rates)


def exact_phases(law: Law) -> PhaseLaw | None:
    """The law as stages if it is one: exponential, Erlang, Gamma of whole shape, untruncated; None for others.

    Examples
    --------
    >>> exact_phases(Law("erlang", (3.0, 2.0))).rates.tolist()
    [0.5, 0.5, 0.5]
    """
    if law.truncated:
        return None
    if law.family == "exponential":
        return _rows([(1, law.params[0], 1.0)], law.never)
    if law.family in ("erlang", "gamma") and law.params[0].is_integer() and law.params[0] <= 10_000:
        return _rows([(int(law.params[0]), 1.0 / law.params[1], 1.0)], law.never)
    return None


def _rows(branches: list[tuple[int, float, float]], never: float, distance: float = 0.0) -> PhaseLaw:
    """Branches (stages, rate, weight) laid out one after the other."""
    start: list[float] = []
    rates: list[float] = []
    follows: list[int] = []
    for stages, rate, weight in branches:
        first = len(rates)
        start += [weight * (1.0 - never)] + [0.0] * (stages - 1)
        rates += [rate] * stages
        follows += [*range(first + 1, first + stages), -1]
    return PhaseLaw(np.array(start), np.array(rates), np.array(follows, dtype=np.int64), never, distance)


@lru_cache(maxsize=256)
def fitted_phases(law: Law, stages: int) -> PhaseLaw:
    """Fit stages to a law; ``distance`` says how far the fit is from it.

    Parameters
    ----------
    law : Law
        Of any clock family.
    stages : int
        Most stages to use.

    Examples
    --------
    >>> fitted_phases(Law("gamma", (2.5, 1.0)), 12).distance < 0.02
    True
    """
    return _fitted(Law(law.family, law.params, low=law.low, high=law.high), law.never, stages, 0.0)


def residual_phases(law: Law, stages: int | None) -> PhaseLaw | None:
    """What is left of a law truncated from below once that time is over: T - low, given T > low.

    Exact for exponential and Erlang laws (an Erlang law in stage k with the probability that k - 1 stages were over); for
    others fitted, if stages are allowed.

    Examples
    --------
    >>> residual_phases(Law("erlang", (2.0, 1.0), low=1.0), None).start.tolist()
    [0.5, 0.5]
    """
    low = law.low or 0.0
    whole = exact_phases(Law(law.family, law.params, never=law.never))
    if whole is None:
        return None if stages is None else _left(law, stages)
    k = whole.stages
    # Poisson weights of the stages over, given fewer than k; by ratios, so that nothing overflows.
    ratios = [low * float(whole.rates[0]) / j for j in range(1, k)]
    weights = np.cumprod(np.array([1.0, *ratios])) if low * float(whole.rates[0]) < 500.0 else _late(ratios)
    start = weights / weights.sum() * (1.0 - law.never)
    return PhaseLaw(start, whole.rates, whole.follows, law.never)


def _late(ratios: list[float]) -> Floats:
    """Weights from the last one backwards, where the first are negligible beside it."""
    found: Floats = np.cumprod(np.array([1.0, *(1.0 / r for r in ratios[::-1])]))[::-1].copy()
    return found


@lru_cache(maxsize=256)
def _left(law: Law, stages: int) -> PhaseLaw:
    return _fitted(Law(law.family, law.params, low=law.low, high=law.high), law.never, stages, law.low or 0.0)


def beside(whole: PhaseLaw | None, left: PhaseLaw) -> PhaseLaw:
    """Both laws in one list of stages, begun as the whole one is (with no stage, if there is none)."""
    if whole is None:
        return PhaseLaw(np.zeros(left.stages), left.rates, left.follows, left.never, left.distance)
    moved = np.where(left.follows >= 0, left.follows + whole.stages, -1)
    return PhaseLaw(
        np.concatenate([whole.start, np.zeros(left.stages)]),
        np.concatenate([whole.rates, left.rates]),
        np.concatenate([whole.follows, moved]),
        left.never,
        max(whole.distance, left.distance),
    )


def _fitted(proper: Law, never: float, stages: int, shift: float) -> PhaseLaw:
    """Stages fitted to a law less a shift that it always exceeds."""
    edges = _edges(proper, CELLS // 5, shift)
    mass = -np.diff([survival(proper, x + shift) for x in edges])
    best: tuple[float, list[tuple[int, float]], Floats] | None = None
    for shapes in _candidates(proper, stages, shift):
        table = _masses(shapes, edges)
        weights = _maximised(table, mass, ROUNDS // 4)
        distance = float(np.abs(table @ weights - mass).sum()) / 2
        if best is None or distance < best[0]:
            best = distance, shapes, weights
    assert best is not None
    return _finished(proper, never, best[1], shift)


def _finished(law: Law, never: float, shapes: list[tuple[int, float]], shift: float) -> PhaseLaw:
    """The chosen shapes with their weights settled, and the distance on a fine grid."""
    edges = _edges(law, CELLS, shift)
    mass = -np.diff([survival(law, x + shift) for x in edges])
    table = _masses(shapes, edges)
    weights = _maximised(table, mass, ROUNDS)
    weights = np.where(weights < 1e-12, 0.0, weights)
    weights /= weights.sum()
    distance = float(np.abs(table @ weights - mass).sum()) / 2
    kept = [(*shape, float(weight)) for shape, weight in zip(shapes, weights, strict=True) if weight > 0]
    return _rows(kept, never, distance)


def _edges(law: Law, cells: int, shift: float) -> Floats:
    """Cell borders: equally likely cells, with finer ones in both tails, from 0 to infinity."""
    inner = np.linspace(0.0, 1.0, cells - 39)[1:-1]
    tails = 10.0 ** np.linspace(-6, math.log10(inner[0]), 20, endpoint=False)
    shares = np.unique(np.concatenate([tails, inner, 1 - tails]))
    points = np.unique([quantile(law, float(p)) - shift for p in shares])
    return np.concatenate([[0.0], points[points > 0], [math.inf]])


def _masses(shapes: list[tuple[int, float]], edges: Floats) -> Floats:
    """Probability of each cell under each Erlang law, (cells, laws)."""
    from scipy.special import gammaincc

    tails = np.array([gammaincc(k, rate * edges) for k, rate in shapes]).T
    return -np.diff(tails, axis=0)


def _maximised(table: Floats, mass: Floats, rounds: int) -> Floats:
    """Branch weights of greatest likelihood for the cell masses (the problem is concave)."""
    weights = np.full(table.shape[1], 1.0 / table.shape[1])
    for _ in range(rounds):
        weights = weights * (table.T @ (mass / np.maximum(table @ weights, 1e-300)))
        weights /= weights.sum()
    return weights


def _candidates(law: Law, stages: int, shift: float) -> Iterator[list[tuple[int, float]]]:
    """Sets of Erlang laws of at most so many stages in all: (stages, rate) each."""
    middle, low, high = (quantile(law, p) - shift for p in (0.5, 0.01, 0.99))
    low = max(low, middle * 1e-3)
    for each in [k for k in (1, 2, 3, 4, 6, 8, 12, 16, 24, 32) if k <= stages]:
        branches = stages // each
        for stretch in (0.7, 1.0, 1.5):
            means = np.geomspace(low * stretch, high / stretch, branches) if branches > 1 else np.array([middle])
            yield [(each, each / float(mean)) for mean in means]
    # Erlang laws of rising length and one rate: good for a spread much below that of an exponential law.
    count = next((n for n in range(1, stages + 1) if (n + 1) * (n + 2) // 2 > stages), stages)
    for reach in (0.6, 0.8, 1.0, 1.3):
        yield [(k, count / (high * reach)) for k in range(1, count + 1)]
    longest = max(1, stages // 2)
    for k in range(1, longest + 1):
        yield [(k, (2 * k + 1) / 2 / middle), (min(k + 1, stages - k), (2 * k + 1) / 2 / middle)]
