"""Arithmetic with twice the digits of float64, over whole arrays.

A number is an unevaluated sum ``hi + lo`` (Dekker 1971, Numer. Math. 18:224). Products of matrices are sums of products
of *slices*: pieces of so few bits that a float64 product of two of them is exact, whatever the order in which it is
added up (Ozaki, Ogita, Oishi and Rump 2012, doi:10.1007/s11075-011-9478-1).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Doubled", "added", "product", "product_error", "scaled", "slices", "total", "two_sum"]

Floats = NDArray[np.float64]
LEAST_SCALE = -900
"""Exponent below which entries count as zero: their slices would be subnormal."""
MANY = 64
"""Matrices larger than this take a slice more, which makes up for the bits that long sums need."""


class Doubled(NamedTuple):
    """Arrays of equal shape whose sum is meant; ``lo`` is at most half a unit in the last place of ``hi``."""

    hi: Floats
    lo: Floats

    @classmethod
    def of(cls, array: Floats) -> Doubled:
        """A plain array."""
        return cls(array, np.zeros_like(array))


def two_sum(a: Floats, b: Floats) -> Doubled:
    """The sum and its exact error (Knuth)."""
    s = a + b
    part = s - a
    return Doubled(s, (a - (s - part)) + (b - part))


def added(a: Doubled, b: Doubled) -> Doubled:
    """The sum of two arrays."""
    s = two_sum(a.hi, b.hi)
    return _settled(s.hi, s.lo + (a.lo + b.lo))


def _settled(hi: Floats, lo: Floats) -> Doubled:
    """Bring ``lo`` below half a unit of ``hi`` (it is smaller already)."""
    s = hi + lo
    return Doubled(s, lo - (s - hi))


def scaled(a: Doubled, factor: float) -> Doubled:
    """The product with a float64."""
    high, low = _halves(np.float64(factor))
    p = a.hi * factor
    x, y = _halves(a.hi)
    error = ((x * high - p) + x * low + y * high) + y * low
    return _settled(p, error + a.lo * factor)


def _halves(a: Floats | np.float64) -> tuple[Floats, Floats]:
    """Two parts of 26 bits (Veltkamp)."""
    shifted = np.asarray(a * 134217729.0)
    high: Floats = shifted - (shifted - a)
    return high, a - high


def total(a: Doubled) -> float:
    """The sum of all entries, rounded once."""
    return math.fsum([*a.hi.ravel().tolist(), *a.lo.ravel().tolist()])


def slices(a: Doubled, bits: int, count: int, axis: int | None) -> list[Floats]:
    """Pieces of at most so many bits each, the largest first; scaled together along an axis (None: all of it)."""
    size = (
        np.abs(a.hi).max(axis=axis, keepdims=True, initial=0.0) if axis is not None else np.abs(a.hi).max(initial=0.0)
    )
    exponent = np.maximum(np.frexp(size)[1], LEAST_SCALE)
    found = []
    hi, lo = a
    for number in range(1, count + 1):
        quantum = np.ldexp(1.0, exponent - bits * number)
        piece = np.rint(hi / quantum) * quantum
        hi, lo = two_sum(hi - piece, lo)
        found.append(piece)
    return found


def _shape(inner: int) -> tuple[int, int]:
    """Bits a slice and slices for sums of so many terms."""
    bits = (53 - max(1, (inner - 1).bit_length())) // 2
    return bits, 5 if inner <= MANY else 6


def product(a: Doubled, b: Doubled) -> Doubled:
    """The matrix product."""
    bits, count = _shape(a.hi.shape[-1])
    left, right = slices(a, bits, count, 1), slices(b, bits, count, 0)
    hi = np.zeros((a.hi.shape[0], b.hi.shape[1]))
    lo = np.zeros_like(hi)
    # The smallest first.
    for both in range(count - 1, -1, -1):
        for k in range(both + 1):
            hi, error = two_sum(hi, left[k] @ right[both - k])
            lo += error
    return _settled(hi, lo)


def product_error(n: int) -> float:
    """Bound of a product's error in the sum of absolute values of any row, for n by n matrices with rows that sum to 1.

    Slices left out are at most ``(count + 3) * n * 2**(-bits*count)`` of the scales of row and column, which are below
    2; what is kept is rounded to 105 bits.
    """
    bits, count = _shape(n)
    return 4.0 * (count + 3) * n * n * 2.0 ** (-bits * count) + 2.0**-103
