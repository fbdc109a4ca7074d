"""Expected sojourns before a set of states is left: one sparse linear solve, its residual, and a bound of its error.

With S the states that are left sooner or later, ``A = -Q'`` on S is a nonsingular M-matrix: all entries of its inverse
are sojourns, none negative (Kemeny and Snell 1960, *Finite Markov Chains*, ch. 3). So where a computed solution leaves a
residual r, no sum ``f y`` can be wrong by more than ``max |f| * sum |r_i| w_i``, w the mean time until S is left from
each state; and any v with ``A' v >= c > 0`` in every entry proves ``w <= v/c``. Residuals are computed with twice the
digits of float64, from pieces of the generator whose columns sum to zero exactly, and solutions are corrected by them.

Where that proves too little (an answer far rarer than others of the same solve, or sojourns further apart than float64
has digits) and the states are few, they are eliminated one by one without any subtraction (Grassmann, Taksar and Heyman
1985, doi:10.1287/opre.33.5.1107): every number then keeps its own digits (O'Cinneide 1993, doi:10.1007/BF01385743).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee
from scipy.sparse.linalg import LinearOperator, gmres, spilu, splu

from negsim.engines.exact.doubled import Doubled, added
from negsim.engines.exact.implicit import Resolvents, flow_of, negative
from negsim.errors import EngineError

__all__ = ["Sojourns"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Solve: TypeAlias = Callable[[Floats], Floats]
FACTORED = 50_000_000
"""States times bandwidth up to which all factors are computed at once; else an incomplete factorisation is iterated upon."""
DIRECT = 200_000
"""States up to which factors are computed where that does not converge."""
MOST_CORRECTIONS = 30
GOOD = 1e-12
"""Error relative to an answer from which on states are eliminated one by one, if ..."""
FEW = 600
"""... they are no more than this."""
SOLVED = 1e-25
"""Relative size of a correction that needs no other."""


class Sojourns:
    """Linear systems of the states that are left sooner or later.

    Parameters
    ----------
    moves : sparse (n, n)
        Rates (per day) from column to row, without a diagonal.
    inside : bool (n,)
        S: from each of these some path leads out of S.
    check : callable, optional
        Called between solves, to give up when the time allowed is over.

    Attributes
    ----------
    relative : float
        Error of every number that elimination gave, relative to it; 0 where none did.
    """

    def __init__(self, moves: sparse.csr_array, inside: Bools, check: Callable[[], None] | None = None) -> None:
        self.check = check or (lambda: None)
        self.relative = 0.0
        self.inside = inside
        self.places = np.flatnonzero(inside)
        kept = moves.copy()
        # Columns outside of S are emptied: nothing that has left comes back.
        kept.data *= inside[kept.indices]
        kept.eliminate_zeros()
        self.moves = kept
        pieces = Resolvents(kept)
        # The generator in pieces whose products with a vector's pieces are exact in float64.
        self.pieces, self.bits = pieces.pieces, pieces.bits
        self.matrix = sparse.csc_array(-pieces.generator[self.places][:, self.places])

    @cached_property
    def transposed(self) -> list[sparse.csr_array]:
        """The pieces of the generator, rows to columns."""
        return [sparse.csr_array(piece.T) for piece in self.pieces]

    @cached_property
    def _solve(self) -> tuple[Solve, Solve]:
        """Approximate solutions of ``A y = b`` and ``A' w = f``."""
        matrix = sparse.csc_matrix(self.matrix)
        if matrix.shape[0] * _bandwidth(matrix) <= FACTORED:
            return self._factors
        loose = self._loose(matrix)
        back = sparse.csc_matrix(matrix.T)
        return (
            self._iterated(matrix, loose.solve, 0),
            self._iterated(back, lambda f: np.asarray(loose.solve(f, trans="T")), 1),
        )

    @cached_property
    def _factors(self) -> tuple[Solve, Solve]:
        """Solutions by factors of the whole matrix; columns are diagonally dominant: stable without pivoting."""
        self.check()
        try:
            factor = splu(sparse.csc_matrix(self.matrix), diag_pivot_thresh=0.0, permc_spec="MMD_AT_PLUS_A")
        except (RuntimeError, MemoryError) as error:
            raise self._hopeless(str(error)) from None
        return factor.solve, lambda f: np.asarray(factor.solve(f, trans="T"), dtype=np.float64)

    def _loose(self, matrix: sparse.csc_matrix) -> Any:
        """Incomplete factors, for methods that iterate."""
        try:
            return spilu(matrix, drop_tol=1e-3, fill_factor=5.0, diag_pivot_thresh=0.0)
        except (RuntimeError, MemoryError) as error:
            raise self._hopeless(str(error)) from None

    def _hopeless(self, why: str) -> EngineError:
        return EngineError(
            f"the linear system of {len(self.places):,} states cannot be solved here ({why}); ask with a deadline "
            "(probability(by=)), let fewer variables bear on the question, or simulate"
        )

    def _iterated(self, matrix: sparse.csc_matrix, loose: Solve, side: int) -> Solve:
        """Approximate solutions by a Krylov method, and by factors where it does not get there."""
        near = LinearOperator(matrix.shape, matvec=loose)
        failed = False

        def solve(b: Floats) -> Floats:
            nonlocal failed
            size = float(np.abs(b).max(initial=0.0))
            if size == 0.0:
                return np.zeros_like(b)
            if not failed:
                found, left = gmres(
                    matrix,
                    b / size,
                    rtol=1e-9,
                    atol=0.0,
                    restart=40,
                    maxiter=20,
                    M=near,
                    callback=lambda _: self.check(),
                    callback_type="pr_norm",
                )
                failed = left != 0 or not np.isfinite(found).all()
                if not failed:
                    return np.asarray(found * size, dtype=np.float64)
            if matrix.shape[0] > DIRECT:
                raise self._hopeless("iterations do not converge: its rates are too far apart")
            return self._factors[side](b)

        return solve

    def times(
        self,
        entering: Floats,
        answer: Callable[[Floats], float] | None = None,
        bound: Callable[[Floats], float] | None = None,
    ) -> tuple[Floats, Floats]:
        """Expected days in each state of S for what enters at each (probabilities or rates), and the residual.

        Parameters
        ----------
        entering : float64 (n,)
        answer : callable, optional
            What is asked of the days, a sum without signs; by default all of them together.
        bound : callable, optional
            Its error, from the residual; by default `error`.

        Returns
        -------
        days : float64 (n,)
        residual : float64 (n,)
            Absolute values; what it does to sums is said by `error`.
        """
        b = np.where(self.inside, entering, 0.0)
        if not b.any():
            return b, np.zeros_like(b)
        few = len(self.places) <= FEW
        try:
            found, rest = self._corrected(b, self.pieces, self._solve[0])
        except EngineError:
            if not few:
                raise
            # NaN fails every comparison below, so that elimination is taken.
            found, rest = np.full_like(b, np.nan), b
        # A sojourn cannot be negative; below 0 it is what the solve left, and the residual has it.
        days, residual = np.maximum(found, 0.0), np.abs(rest)
        asked = float(days.sum()) if answer is None else answer(days)
        # Written as `not good`, so that NaN counts as not good enough.
        if few and not (asked > 0.0 and (self.error if bound is None else bound)(residual) <= GOOD * asked):
            days, _ = self._eliminated(b, np.zeros_like(b))
            residual = np.zeros_like(b)
        return days, residual

    def backward(self, gains: Floats) -> tuple[Floats, float]:
        """Expected gain until S is left from each of its states, for gains a day; and its largest residual."""
        f = np.where(self.inside, gains, 0.0)
        if len(self.places) <= FEW:
            return self._eliminated(np.zeros_like(f), f)[1], 0.0
        found, rest = self._corrected(f, self.transposed, self._solve[1])
        return found, float(np.abs(rest).max(initial=0.0))

    def _eliminated(self, entering: Floats, gains: Floats) -> tuple[Floats, Floats]:
        """Days in each state and gains from each, by elimination without subtraction.

        After k states the rest is a chain again, its rates off by a few roundings each; what is asked is a ratio of sums
        of products of at most n - k of them, so that each step costs 2 (n - k) times these roundings.
        """
        places, n = self.places, len(self.places)
        # Rows are sources here: the inner loop runs along them in memory.
        rates = self.moves[places][:, places].toarray().T.copy()
        outside = np.where(self.inside, 0.0, 1.0)
        out = np.asarray(self.moves.T @ outside)[places]
        b, f, leaving = entering[places], gains[places], np.zeros(n)
        # From the last to the first; the diagonal is never formed, but each exit rate is summed anew from what leads
        # out.
        for k in range(n - 1, -1, -1):
            leaving[k] = rates[k, :k].sum() + out[k]
            share, back = rates[k, :k] / leaving[k], rates[:k, k] / leaving[k]
            rates[:k, :k] += np.outer(rates[:k, k], share)
            out[:k] += back * out[k]
            b[:k] += b[k] * share
            f[:k] += back * f[k]
        days, gained = np.zeros(n), np.zeros(n)
        for k in range(n):
            days[k] = (b[k] + days[:k] @ rates[:k, k]) / leaving[k]
            gained[k] = (f[k] + rates[k, :k] @ gained[:k]) / leaving[k]
        # Of n steps, each with 2 (n - k) times the roundings of a pairwise sum and a few operations.
        self.relative = n * n * (math.log2(n + 1) + 8.0) * 2.0**-53
        whole = np.zeros((2, len(self.inside)))
        whole[:, places] = days, gained
        return whole[0], whole[1]

    def _corrected(
        self, b: Floats, pieces: list[sparse.csr_array], solve: Callable[[Floats], Floats]
    ) -> tuple[Floats, Floats]:
        """The solution corrected by its residual as long as that helps, and the residual that is left."""
        n, places = len(b), self.places
        found, last = Doubled.of(np.zeros(n)), math.inf
        rest = Doubled.of(b)
        best = found, rest
        for _ in range(MOST_CORRECTIONS):
            self.check()
            correction = np.zeros(n)
            correction[places] = solve(rest.hi[places])
            change = float(np.abs(correction).sum())
            # Where a correction does not halve, further ones only wander.
            if not math.isfinite(change) or change > last / 2:
                break
            found = added(found, Doubled.of(correction))
            flow = flow_of(pieces, self.bits, found)
            # From the original right side and not from the last residual, whose own roundings would stay.
            rest = added(Doubled.of(b), Doubled(*(np.where(self.inside, part, 0.0) for part in flow)))
            best = found, rest
            if change <= SOLVED * float(np.abs(found.hi).sum()):
                break
            last = change
        found, rest = best
        return found.hi + found.lo, rest.hi + rest.lo

    @cached_property
    def longest(self) -> Floats:
        """Proven bound of the mean time (days) until S is left, from each of its states; infinite where none is."""
        if not len(self.places):
            return np.zeros(len(self.inside))
        found, _ = self._corrected(self.inside.astype(np.float64), self.transposed, self._solve[1])
        flow = negative(flow_of(self.transposed, self.bits, Doubled.of(found)))
        least = float((flow.hi + flow.lo)[self.places].min())
        # Nothing is proved then, and the bound is infinite rather than wrong.
        if not (least > 0.5 and found[self.places].min() >= 0.0):
            return np.where(self.inside, math.inf, 0.0)
        # Two ulps for rounding the corrected solution; the flow itself has twice the digits.
        # The quotient is rounded upwards: it is a bound.
        return found / least * (1.0 + 1e-15)

    def error(self, residual: Floats) -> float:
        """Bound of the error of the sum of all sojourns (of a sum with weights: times the largest weight)."""
        used = residual > 0.0
        return float(residual[used] @ self.longest[used]) if used.any() else 0.0

    def leaving(self, days: Floats) -> Floats:
        """What enters every state from S in all, for given sojourns: rates times days, nothing subtracted."""
        found: Floats = self.moves @ days
        return found


def _bandwidth(matrix: sparse.csc_matrix) -> int:
    """How far apart neighbours are in a good order (Cuthill and McKee 1969): what factors would fill."""
    both = sparse.csr_matrix(abs(matrix) + abs(matrix.T))
    order = reverse_cuthill_mckee(both, symmetric_mode=True)
    place = np.empty_like(order)
    place[order] = np.arange(len(order), dtype=order.dtype)
    entries = both.tocoo()
    return int(np.abs(place[entries.row] - place[entries.col]).max(initial=0)) + 1
