"""Answers of two variants put together history by history."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.estimates import PairedDifference, Rows
from negsim.results.runs import Runs

__all__ = ["Told", "paired", "sides_by_row"]

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Told:
    """Whether each history says yes, and whether it failed."""

    yes: Bools
    failed: Bools


def paired(one: Told, two: Told, by_row: Runs | None) -> tuple[PairedDifference, Bools, Bools]:
    """The difference of two variants, and in which histories only the second says yes, and only the first.

    ``by_row`` are runs with their rows of parameters, where histories that share one are not independent.
    """
    failed = one.failed | two.failed
    good = ~failed
    gained, lost = two.yes & ~one.yes & good, one.yes & ~two.yes & good
    counts = {
        "both": one.yes & two.yes & good,
        "first_only": lost,
        "second_only": gained,
        "neither": ~one.yes & ~two.yes & good,
        "unknown": failed,
    }
    rows = None
    if by_row is not None:
        change = gained.astype(np.float64) - lost
        # Of each row the sum of changes (+1, 0, -1): pairs within a row are a cluster.
        rows = Rows.of(by_row.draw, len(by_row.rows), change, np.ones_like(failed), failed)
    pairs = PairedDifference(n=good.size, **{name: int(mask.sum()) for name, mask in counts.items()}, rows=rows)
    return pairs, gained, lost


def sides_by_row(by_row: Runs, one: Told, two: Told) -> tuple[Rows, Rows]:
    """The hits of either variant by row of parameters, failed pairs left out."""
    # In either variant: both sides have to be of the same histories, or their difference is not that of the pairs.
    failed = one.failed | two.failed
    first, second = (
        Rows.of(by_row.draw, len(by_row.rows), told.yes.astype(np.float64), ~failed, np.zeros_like(failed))
        for told in (one, two)
    )
    return first, second
