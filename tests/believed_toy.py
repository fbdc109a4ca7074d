"""The toy with what is believed of its three rates, sampled from its closed form: fast enough for 10,000 runs.

A memorandum comes at rate a; reviews on day 5 and every 7 days hold the talks once it is there; then a ceasefire at
rate b, then a summit at rate c. Believed: log-normal, medians .3, .05, .1 a day, sigmas .8, .7, .5.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BEST = np.array([0.3, 0.05, 0.1])
SIGMA = np.array([0.8, 0.7, 0.5])
END = 40.0


def rates(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    """Rows of the three rates, (*shape, 3)."""
    return np.asarray(BEST * np.exp(SIGMA * rng.standard_normal((*shape, 3))))


@dataclass(frozen=True)
class Times:
    """First times in days, (rows, histories)."""

    memo: Floats
    talks: Floats
    ceasefire: Floats
    summit: Floats


def histories(rng: np.random.Generator, rows: Floats, n: int, faster: float = 1.0) -> Times:
    """Histories of each row; the memorandum `faster` times as fast, with the same random numbers."""
    draws = rng.exponential(size=(3, len(rows), n))
    memo, ceasefire, summit = (draws[k] / rows[:, k, None] for k in range(3))
    memo = memo / faster
    talks = 5 + 7 * np.ceil(np.maximum(memo - 5, 0) / 7)
    return Times(memo, talks, talks + ceasefire, talks + ceasefire + summit)


def chance(rows: Floats, what: str, by: float, faster: float = 1.0) -> Floats:
    """P(what by a date | rates), by the closed form; rows (..., 3)."""
    a, b, c = (rows[..., k] for k in range(3))
    a = a * faster
    total, before = np.zeros_like(a), np.zeros_like(a)
    for review in np.arange(5, by + 1e-9, 7):
        done = -np.expm1(-a * review)
        left = by - review
        if what == "talks":
            after = np.ones_like(a)
        elif what == "ceasefire":
            after = -np.expm1(-b * left)
        else:
            gap = np.where(np.abs(c - b) < 1e-9, 1e-9, c - b)
            after = 1 - (c * np.exp(-b * left) - b * np.exp(-(b + gap) * left)) / gap
        total, before = total + (done - before) * after, done
    return total


def grid(nodes: int = 40) -> tuple[Floats, Floats]:
    """Gauss-Hermite nodes of the beliefs, (nodes**3, 3), and their weights."""
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    places = np.stack([axis.ravel() for axis in np.meshgrid(x, x, x, indexing="ij")], axis=-1)
    weights = np.prod(np.stack(np.meshgrid(w, w, w, indexing="ij")), axis=0).ravel()
    return BEST * np.exp(SIGMA * places), weights / weights.sum()


def believed(what: str, by: float, faster: float = 1.0) -> float:
    """The predictive probability, ignorance averaged over."""
    rows, weights = grid()
    return float(weights @ chance(rows, what, by, faster))


def expected(what: str, by: float) -> float:
    """The predictive mean of the days from `what` to a date (none if it came later): the integral of P over time."""
    x, w = np.polynomial.legendre.leggauss(6)
    total, edges = 0.0, np.unique(np.concatenate([[0.0], np.arange(5, by, 7), np.linspace(0, by, 20)]))
    for low, high in pairwise(edges):
        half = (high - low) / 2
        total += half * sum(weight * believed(what, low + half * (1 + node)) for node, weight in zip(x, w, strict=True))
    return total
