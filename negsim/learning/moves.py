"""Parameters moved a little when histories are cloned, so that not all of them come to share a few rows.

The kernel of Liu and West (2001, in *Sequential Monte Carlo Methods in Practice*, chapter 10): each parameter, on the scale
on which what is believed of it is normal, is drawn towards the mean of its island and spread out again by as much, so that
mean and covariance stay what they are. It is an approximation, and is said where it was used.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines import Snapshot
from negsim.laws.draws import uniforms_array
from negsim.model.clocks import Chance, Fixed
from negsim.model.expressions import reads
from negsim.program import Program

__all__ = ["KEPT", "Moves"]

Floats = NDArray[np.float64]

DISCOUNT = 0.98
"""Liu and West's discount: near 1 a row moves little, and often."""
KEPT = 0.25
"""Share of its rows that an island may lose before the others are moved."""
PARTNERS = 8
"""Differences of other histories from the mean of which a move is made: their sum has the covariance of all."""


@dataclass(slots=True)
class Moves:
    """The parameters of an island's histories on normal scales.

    Attributes
    ----------
    program : Program
    seed : int
    columns : tuple of int
        Numbers of the parameters that may be moved: of which something is believed, but what is true or false, and what
        fixed delays read, since those would jump.
    scores : float array, (m, columns)
    rows : int
        Different rows at the start.
    moved : int
        How often the rows were moved.
    """

    program: Program
    seed: int
    columns: tuple[int, ...]
    scores: Floats
    rows: int
    moved: int = 0

    @classmethod
    def of(cls, program: Program, seed: int, rows: NDArray[np.int64]) -> Moves:
        """The histories with these rows of parameters, as they were drawn."""
        from scipy.special import ndtri

        fixed = {
            name for law in program.laws if isinstance(law, Fixed) for tree in law.arguments() for name in reads(tree)
        }
        columns = tuple(
            number
            for number, one in enumerate(program.parameters)
            if one.belief is not None and not isinstance(one.belief, Chance) and one.name not in fixed
        )
        # As they were drawn: those of correlated ones together, and where constraints had them drawn again, the last.
        scores = -ndtri(program.beliefs.uniforms(seed, rows)[:, list(columns)])
        return cls(program, seed, columns, np.asarray(scores, dtype=np.float64), len(np.unique(rows)))

    def poor(self) -> bool:
        """Whether so few different rows are left that they are to be moved."""
        return bool(self.columns) and len(np.unique(self.scores, axis=0)) < KEPT * self.rows

    def select(self, indices: NDArray[np.int64]) -> None:
        """Clone the rows with their histories."""
        self.scores = self.scores[indices]

    def move(self, kept: Snapshot) -> Floats:
        """Move the rows; return the state of the histories with them, (m, slots)."""
        from scipy.special import ndtr

        m = len(self.scores)
        # Shrunk towards the mean by as much as the noise adds, so that mean and covariance stay.
        shrink = (3 * DISCOUNT - 1) / (2 * DISCOUNT)
        # of histories that count alike: rows are moved right after they were cloned in proportion to weights
        centre = self.scores.mean(axis=0)
        spread = np.zeros_like(self.scores)
        for partner in range(PARTNERS):
            a, b = self._uniforms(kept, partner)
            # Differences of real rows have the covariance of all, without a matrix that could be singular.
            spread += _normal(a)[:, None] * (self.scores[np.minimum((b * m).astype(np.int64), m - 1)] - centre)
        noise = spread * (np.sqrt(1 - shrink * shrink) / np.sqrt(PARTNERS))
        moved = shrink * self.scores + (1 - shrink) * centre + noise
        self.moved += 1
        # parameters are the last columns
        state, first = np.array(kept.state), kept.state.shape[1] - len(self.program.parameters)
        beliefs, columns = self.program.beliefs, list(self.columns)
        # Those that are not moved have the values that they have.
        values = state[:, first:].copy()
        uniforms = np.zeros_like(values)
        # Kept off 0 and 1, where quantiles are infinite.
        uniforms[:, columns] = np.clip(ndtr(-moved), 2.0**-53, 1 - 2.0**-53)
        values = beliefs.values(uniforms, columns, values)
        # Where a constraint would be broken, the row stays where it is.
        fine = beliefs.allowed(values)
        self.scores = np.where(fine[:, None], moved, self.scores)
        state[fine, first:] = values[fine]
        return state

    def _uniforms(self, kept: Snapshot, partner: int) -> tuple[Floats, Floats]:
        return uniforms_array(self.seed, "move", "parameters", kept.replications, self.moved, partner)


def _normal(uniforms: Floats) -> Floats:
    from scipy.special import ndtri

    return np.asarray(ndtri(uniforms), dtype=np.float64)
