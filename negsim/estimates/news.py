"""What a piece of news tells of an answer: both are columns of yes and no over the same histories.

With q the chance of the news, the probability moves from p to p given yes, or to p given no; the expected absolute move
is twice the absolute covariance of news and answer, and the information is their mutual information in bits.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Readings", "bits_of", "moves_of", "shapley"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Readings:
    """What each of several pieces of news tells, arrays (items,).

    Attributes
    ----------
    chance : how often it is yes
    given_yes, given_no : the probability then and otherwise; not a number where that never is
    move, error : expected absolute move, and its standard error
    """

    chance: Floats
    given_yes: Floats
    given_no: Floats
    move: Floats
    error: Floats


def moves_of(news: Bools, yes: Bools, row: NDArray[np.int64] | None = None) -> Readings:
    """Tell what news is worth, with standard errors over histories, or over rows of parameters.

    Parameters
    ----------
    news : bool (n, items)
    yes : bool (n,)
    row : int64 (n,), optional
        Histories of one row are a cluster.

    Examples
    --------
    >>> yes = np.array([True, True, False, False])
    >>> found = moves_of(yes[:, None], yes)
    >>> float(found.chance[0]), float(found.given_yes[0]), float(found.move[0])
    (0.5, 1.0, 0.5)
    """
    n = len(yes)
    seen, answer = news.astype(np.float64), yes.astype(np.float64)
    q, p = seen.mean(axis=0), float(answer.mean())
    both = answer @ seen / n
    with np.errstate(divide="ignore", invalid="ignore"):
        given_yes, given_no = both / q, (p - both) / (1 - q)
    together = both - q * p
    influence = (seen - q) * (answer - p)[:, None] - together
    return Readings(q, given_yes, given_no, 2 * np.abs(together), 2 * mean_error(influence, row))


def mean_error(influence: Floats, row: NDArray[np.int64] | None = None) -> Floats:
    """Standard errors of the means of some columns whose means are 0, over histories or over rows."""
    n = len(influence)
    if row is not None:
        order = np.argsort(row, kind="stable")
        starts = np.flatnonzero(np.diff(row[order], prepend=-1))
        influence = np.add.reduceat(influence[order], starts, axis=0)
    k = len(influence)
    found: Floats = np.sqrt((influence**2).sum(axis=0) * k / max(k - 1, 1)) / n
    return found


def bits_of(news: Bools, yes: Bools, row: NDArray[np.int64] | None = None) -> tuple[float, float]:
    """Mutual information of two columns in bits, its upward bias taken off, and its standard error.

    >>> yes = np.arange(1000) % 2 == 0
    >>> round(bits_of(yes, yes)[0], 2)
    1.0
    """
    n = len(yes)
    cell = 2 * news.astype(np.int64) + yes
    joint = np.bincount(cell, minlength=4) / n
    apart = np.outer([joint[:2].sum(), joint[2:].sum()], [joint[::2].sum(), joint[1::2].sum()]).ravel()
    with np.errstate(divide="ignore", invalid="ignore"):
        tells = np.where(joint > 0, np.log2(joint / apart), 0.0)
    value = float((joint * tells).sum())
    error = float(mean_error((tells[cell] - value)[:, None], row)[0])
    # Miller and Madow: three free cells less one and one.
    return max(value - 1 / (2 * n * math.log(2)), 0.0), error


def shapley(worth: Mapping[frozenset[int], float], count: int) -> list[float]:
    """Share out what all pieces of news together did, each by its average step over all orders of arrival.

    Parameters
    ----------
    worth : mapping from a set of numbers below `count` to what these pieces alone lead to

    Examples
    --------
    >>> worth = {frozenset(): 0.0, frozenset({0}): 1.0, frozenset({1}): 3.0, frozenset({0, 1}): 6.0}
    >>> shapley(worth, 2)
    [2.0, 4.0]
    """
    found = []
    for one in range(count):
        rest = [other for other in range(count) if other != one]
        total = 0.0
        for size in range(count):
            weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
            for before in map(frozenset, combinations(rest, size)):
                total += weight * (worth[before | {one}] - worth[before])
        found.append(total)
    return found
