"""Histories that carry weights and live in islands: what they are worth, and which cluster each belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from negsim.estimates import (
    Conditional,
    Curve,
    CurveRows,
    Proportion,
    Rows,
    check_effective,
    effective_number,
    weights_of,
)
from negsim.program.probes import Asked
from negsim.results.base import Results

if TYPE_CHECKING:
    from collections.abc import Callable

    from negsim.engines.blocks import Block
    from negsim.program import Program

__all__ = ["Weighing", "Weighted", "weighted_curve", "weighted_share"]


@dataclass(frozen=True, slots=True)
class Weighing:
    """Of weighted histories: how many say yes, count, and failed; and how many equal ones those that count are worth."""

    hits: int
    counted: int
    failed: int
    effective: float


def weighted_share(entry: Asked, rows: Rows, n: int, weighing: Weighing) -> Proportion | Conditional:
    """Return how often the answer is yes by weight.

    Raises
    ------
    EffectiveError
        If the histories that count are worth fewer than 30 equal ones.
    """
    check_effective(f"question {entry.question.name}", weighing.effective)
    if entry.given is None:
        return Proportion(hits=weighing.hits, n=n, unknown=weighing.failed, rows=rows, effective=weighing.effective)
    return Conditional(
        hits=weighing.hits,
        given=weighing.counted,
        n=n,
        unknown=weighing.failed,
        rows=rows,
        effective=weighing.effective,
    )


def weighted_curve(
    entry: Asked, days: NDArray[np.float64], weights: NDArray[np.float64], failed: int, level: float, rows: CurveRows
) -> Curve:
    """Return the curve of weighted first times, the weights scaled to count as many as there are."""
    worth = effective_number(weights)
    check_effective(f"question {entry.question.name}", worth)
    order = np.argsort(days, kind="stable")
    seen = order[np.isfinite(days[order])]
    scaled = len(weights) / weights.sum()
    return Curve(
        first_times=days[seen],
        n=len(days) + failed,
        unknown=failed,
        level=level,
        weights=weights[seen] * scaled,
        rows=CurveRows(hits=rows.hits * scaled, size=rows.size * scaled, unknown=rows.unknown * scaled),
        effective=worth,
    )


@dataclass(frozen=True, kw_only=True, repr=False)
class Weighted(Results):
    """Results of histories that may carry weights, and may live in islands.

    Parameters
    ----------
    log_weights : float array, (n,), optional
        Logarithm of what each history counts; by default all count alike.
    islands : int array, (n,), optional
        Which island each history belongs to, from 0 on, where histories were resampled.
    """

    log_weights: NDArray[np.float64] | None = None
    islands: NDArray[np.int64] | None = None

    if TYPE_CHECKING:
        block: Block

    @cached_property
    def weights(self) -> NDArray[np.float64] | None:
        """What each history counts, (n,), with mean 1; None where they all count alike."""
        return None if self.log_weights is None else weights_of(self.log_weights)

    @property
    def effective(self) -> float:
        """How many equal histories these are worth: ``(sum w)**2 / sum w**2``."""
        return float(self.replications) if self.weights is None else effective_number(self.weights)

    def weighing(self, yes: NDArray[np.bool_], counts: NDArray[np.bool_]) -> Weighing | None:
        """Return how many histories say yes and count, and what they are worth; None where they all count alike.

        Parameters
        ----------
        yes, counts : bool array, (n,)
            As `Runs.answers` returns them.

        Returns
        -------
        Weighing or None
            Failed histories apart.
        """
        if self.weights is None:
            return None
        failed = self.block.failed
        good = counts & ~failed
        hits, count = (int((one & good).sum()) for one in (yes, good))
        return Weighing(hits, count, int(failed.sum()), effective_number(self.weights[good]))

    @cached_property
    def clustered(self) -> bool:
        """Whether histories have something in common: a row of parameters, or an island."""
        return self.islands is not None or super().clustered

    @property
    def cluster(self) -> NDArray[np.int64]:
        """The cluster of each history, (n,): its island, or its row of parameters."""
        return self.draw if self.islands is None else self.islands

    @property
    def clusters(self) -> int:
        """How many clusters there are."""
        return len(self.rows) if self.islands is None else int(self.islands.max(initial=0)) + 1

    @property
    def retold(self) -> Callable[[Program], Weighted] | None:
        """What tells the same histories once more under a program that records other things, where the seed alone cannot."""
        return None

    @cached_property
    def draw(self) -> NDArray[np.int64]:
        """The row of parameters of each replication, (n,)."""
        return np.asarray(self.block.replications % len(self.rows), dtype=np.int64)
