"""Stiff chains too large for dense matrices: a series in the resolvent, with every error measured or bounded.

With ``R = (I - h g Q)^-1`` (a stochastic matrix: the state after an exponential time) and ``x = 1/g``,

    exp(hQ) = sum_k l_k (I - R)^k,    l_k = L_k(x) - L_(k-1)(x),  Laguerre polynomials,

the generating function of the Laguerre polynomials. Cut after order p it is the rational method with one pole that
Runge-Kutta people call singly implicit. What is cut off is ``E (I - R)^(p+1) v``, where E is the transform of a signed
measure of known total mass K (derived at `remainder_mass`): so the error of a step is at most K times the 1-norm of the
next term, which is one more solve. Errors of earlier steps never grow, since ``exp(hQ)`` does not expand the 1-norm.

The alternating sum costs digits, so that terms carry twice those of float64: each solve is corrected by its residual,
computed from pieces of the generator whose products are exact and whose columns sum to zero exactly, until the
corrections are far below what the sum can magnify; the last correction is the measure of what is left.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import splu

from negsim.engines.exact.doubled import Doubled, added, scaled, slices, two_sum
from negsim.engines.exact.squaring import FASTEST, too_stiff
from negsim.errors import EngineError

__all__ = ["Resolvents", "flow_of", "negative"]

Floats = NDArray[np.float64]
ORDER = 20
TARGET = 1e-16
"""Largest error of a step that is accepted."""
HOPELESS = 1e-6
"""A step that never gets better than this is given up with words."""
HALVED = 0.5
SOLVED = 1e-22
"""Relative size of a correction that needs no other."""
MOST_CORRECTIONS = 25
PIECES = 5
GROWTH = 8.0
"""Most by which a step is lengthened at once."""


@cache
def series() -> tuple[float, tuple[float, ...], float]:
    """The number x, the coefficients ``l_0 .. l_p``, and K.

    x is a root of ``L_p``: the method then forgets infinitely fast states at once. Of the roots whose method also halves
    everything that a step is too long for (so that steps soon can grow), the one that lets steps be longest.
    """
    from scipy.special import roots_laguerre

    best: tuple[float, float, tuple[float, ...], float] | None = None
    u = np.linspace(0.0, 1.0, 2001)
    for x in roots_laguerre(ORDER)[0].tolist():
        polynomials = laguerre(ORDER, x)
        numbers = (1.0, *(b - a for a, b in pairwise(polynomials)))
        mass = remainder_mass(x, numbers)
        share = (TARGET / mass) ** (1 / (ORDER + 1))
        reach = x * share / (1 - share)
        left = float(np.abs(np.polyval(numbers[::-1], u[u > share])).max())
        if left <= HALVED and (best is None or reach > best[0]):
            best = reach, x, numbers, mass
    assert best is not None
    return best[1:]


def laguerre(count: int, x: float, alpha: float = 0.0) -> list[float]:
    """Generalised Laguerre polynomials of degrees 0 to ``count`` at x, by their recurrence."""
    found = [1.0, 1.0 + alpha - x]
    for k in range(1, count):
        found.append(((2 * k + 1 + alpha - x) * found[k] - (k + alpha) * found[k - 1]) / (k + 1))
    return found[: count + 1]


def remainder_mass(x: float, numbers: tuple[float, ...]) -> float:
    """The number K: total mass of the measure whose transform is ``(exp(z) - r(z)) / u**(p+1)``, ``u = 1 - R``.

    With ``R = 1/(1 - z/x)`` the factor ``1/u`` is ``1 + x/(-z)``: a unit mass and x times Lebesgue measure. So
    ``r/u**(p+1) = sum_k l_k u**-(p+1-k)`` is a mass ``sum l_k = L_p(x)`` at 0 and the density ``sum_k l_k x
    L1_(p-k)(-x s)`` (Laguerre polynomials of parameter 1), and ``exp(z)/u**(p+1)`` likewise from s = 1 on. The series
    is right to order p at z = 0, so that both densities cancel beyond 1: what is left is the unit mass at 1, the mass
    at 0, and the density on [0, 1], whose absolute value is integrated.
    """
    s = np.linspace(0.0, 1.0, 4001)
    tables = np.array([laguerre(ORDER, -x * float(point), 1.0) for point in s])
    density = tables[:, ::-1] @ np.array(numbers) * x
    # A polynomial of degree 20 between points this close: a hundredth is far more than the rule can miss.
    return 1.01 * (1.0 + abs(sum(numbers)) + float(np.trapezoid(np.abs(density), s)))


class Resolvents:
    """The chain's generator in exact pieces, and factors of ``I - h g Q`` for the last few steps' lengths.

    Parameters
    ----------
    moves : sparse (n, n)
        Rates (per day) from column to row, without a diagonal.
    """

    def __init__(self, moves: sparse.csr_array) -> None:
        n = moves.shape[0]
        self.size = n
        degree = (
            int(max(np.diff(moves.indptr).max(initial=1), np.bincount(moves.indices, minlength=1).max(initial=1))) + 1
        )
        self.bits = (53 - 2 * degree.bit_length()) // 2
        self.rate = float(np.bincount(moves.indices, moves.data, n).max(initial=0.0))
        if not self.rate < FASTEST:
            raise EngineError(too_stiff(self.rate))
        self.pieces = _generator_pieces(moves, self.bits)
        self.generator = sparse.csc_array(sum(self.pieces[1:], self.pieces[0]))
        self.factors: dict[float, object] = {}

    def flow(self, v: Doubled) -> Doubled:
        """``Q v``, columns to rows: exact products, added up from the smallest; cancels without error."""
        return flow_of(self.pieces, self.bits, v)

    def solve(self, b: Doubled, reach: float) -> tuple[Doubled, float]:
        """``(I - reach Q)^-1 b`` and the size of the correction that was not made."""
        factor = self._factor(reach)
        found = Doubled.of(factor.solve(b.hi))  # type: ignore[attr-defined] # SuperLU has no stub
        size = float(np.abs(b.hi).sum())
        last = math.inf
        for _ in range(MOST_CORRECTIONS):
            rest = added(added(b, negative(found)), scaled(self.flow(found), reach))
            correction = factor.solve(rest.hi)  # type: ignore[attr-defined]
            change = float(np.abs(correction).sum())
            if not change < last / 2:
                return found, last if math.isfinite(last) else change
            found = added(found, Doubled.of(correction))
            if change <= SOLVED * size:
                return found, change
            last = change
        return found, last

    def _factor(self, reach: float) -> object:
        if reach not in self.factors:
            if len(self.factors) > 3:
                self.factors.clear()
            matrix = sparse.eye_array(self.size, format="csc") - self.generator * reach
            try:
                self.factors[reach] = splu(sparse.csc_matrix(matrix), diag_pivot_thresh=0.0)
            except RuntimeError:  # the unit on the diagonal is lost beside the rates
                raise EngineError(too_stiff(self.rate)) from None
        return self.factors[reach]

    def carry(
        self, v: Floats, days: float, rewards: Floats, check: Callable[[], None] | None = None
    ) -> tuple[Floats, Floats, float, int]:
        """The vector so many days later, the integrals of the rewards, a bound of the error (1-norm), and the solves."""
        now, error, solves = Doubled.of(v), 0.0, 0
        total = np.zeros(rewards.shape[1])
        done, size = 0.0, float(np.abs(v).sum())
        step = days if self.rate * days < 1.0 else 1.0 / self.rate
        best = math.inf
        while done < days:
            if check is not None:
                check()
            step = min(step, days - done)
            after, held, wrong = self._step(now, step)
            solves += ORDER + 1
            if wrong > TARGET * size and step * self.rate > 1e-3:
                best = min(best, wrong / max(size, 1e-300))
                step *= max(0.25, 0.8 * (TARGET * size / wrong) ** (1 / (ORDER + 1)))
                continue
            if not wrong <= HOPELESS * max(size, 1e-300):
                raise EngineError(too_stiff(self.rate, days))
            now, error = after, error + wrong
            total += held @ rewards
            done = days if done + step >= days else done + step
            step *= min(GROWTH, max(1.0, 0.8 * (TARGET * size / max(wrong, 1e-300)) ** (1 / (ORDER + 1))))
        return np.maximum(now.hi + now.lo, 0.0), total, error, solves

    def _step(self, v: Doubled, days: float) -> tuple[Doubled, Floats, float]:
        """One step: the vector, its integral over the step, and a bound of the error."""
        x, numbers, mass = series()
        reach = days / x
        term, out = v, v
        held = Doubled.of(np.zeros(self.size))
        noise = 0.0
        for number in numbers[1:]:
            solved, left = self.solve(term, reach)
            held = added(held, scaled(solved, number))
            term = added(term, negative(solved))
            noise += left
            out = added(out, scaled(term, number))
        solved, left = self.solve(term, reach)
        rest = float(np.abs(added(term, negative(solved)).hi).sum())
        # A correction not made in one term is in all later ones; the coefficients can magnify it by their sum.
        magnified = (noise + left) * (sum(map(abs, numbers)) + mass)
        return out, (held.hi + held.lo) * -reach, mass * rest + magnified


def flow_of(pieces: list[sparse.csr_array], bits: int, v: Doubled) -> Doubled:
    """The product of a sum of matrices of few bits with a vector: exact products, added up from the smallest."""
    parts = slices(v, bits, PIECES, None)
    hi = np.zeros(len(v.hi))
    lo = np.zeros(len(v.hi))
    last = len(pieces) + PIECES - 2
    for both in range(last, -1, -1):
        for k in range(max(0, both - PIECES + 1), min(both, len(pieces) - 1) + 1):
            hi, error = two_sum(hi, pieces[k] @ parts[both - k])
            lo = lo + error
    return Doubled(*two_sum(hi, lo))


def negative(a: Doubled) -> Doubled:
    """Minus the array."""
    return Doubled(-a.hi, -a.lo)


def _generator_pieces(moves: sparse.csr_array, bits: int) -> list[sparse.csr_array]:
    """The generator as a sum of matrices of so few bits that products are exact; each one's columns sum to zero."""
    n = moves.shape[0]
    rest = moves.data.copy()
    exponent = max(int(np.frexp(np.abs(rest).max(initial=0.0))[1]), -800)
    pieces: list[sparse.csr_array] = []
    while rest.any() and len(pieces) < 40:
        quantum = math.ldexp(1.0, exponent - bits * (len(pieces) + 1))
        if quantum < 1e-290:
            break
        part = np.rint(rest / quantum) * quantum
        rest = rest - part
        if part.any() or not pieces:
            away = sparse.csr_array((part, moves.indices, moves.indptr), shape=(n, n))
            stay = sparse.diags_array(np.asarray(away.sum(axis=0)).ravel(), format="csr")
            pieces.append(sparse.csr_array(away - stay))
        else:
            pieces.append(sparse.csr_array((n, n)))
    return pieces or [sparse.csr_array((n, n))]
