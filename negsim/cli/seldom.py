"""Questions that a run hardly saw come true are answered by histories that are steered to them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from negsim.cli.limits import Limits

if TYPE_CHECKING:
    from negsim.results.answers import Answer
    from negsim.results.base import Results

__all__ = ["seldom"]

HITS = 30
"""Hits in a run below which a question is rare."""
HISTORIES, REPETITIONS, LEAST = 1_000, 25, 5
SHARE = 0.8
"""Of the time that is left, where there is a limit."""


def seldom(
    runs: Results, rows: Sequence[Answer], limits: Limits, wanted: bool | None, level: float
) -> tuple[Answer, ...]:
    """The answers, those of rare questions replaced: if it is wanted, or if nobody said and a budget of time was given.

    Parameters
    ----------
    runs : Runs or CountedRuns
    rows : sequence of Answer
        As the runs answer.
    limits : Limits
    wanted : bool or None
    level : float
        Of the intervals.
    """
    from negsim.errors import BudgetError
    from negsim.running.interrupts import within

    if not (limits.said if wanted is None else wanted):
        return tuple(rows)
    if wanted and not limits.said:
        limits.lift()
    found = list(rows)
    try:
        with within(None if limits.unlimited else max(0.0, limits.left * SHARE), "rare questions were", limits.clock):
            for place, row in enumerate(rows):
                if _is_rare(row):
                    found[place] = _answered(runs, row, level)
    except BudgetError as error:
        print(f"negsim: {error}; the rest keep their plain answers, allow more with --seconds", file=sys.stderr)
    return tuple(found)


def _is_rare(row: Answer) -> bool:
    return row.is_share and not row.given and row.estimate is not None and row.value * row.counted < HITS


def _answered(runs: Results, row: Answer, level: float) -> Answer:
    """The answer to one rare question, with a note on how it was obtained."""
    import negsim as ns
    from negsim.estimates.base import thousands

    draws = len(runs.rows) if runs.drawn and any(one.belief is not None for one in runs.program.parameters) else None
    if runs.asked(row.id).question.weights:
        return replace(row, notes=(*row.notes, "rare, and a count with weights, towards which no history is steered"))
    if draws is not None and tuple(runs.rows[0]) != runs.program.draws(runs.seed, [0])[0]:
        # Steered histories would draw what the scenario believes, and not what somebody gave.
        return replace(row, notes=(*row.notes, "rare; histories with rows of one's own are not steered"))
    repetitions = REPETITIONS if draws is None else min(REPETITIONS, draws)
    if repetitions < LEAST:
        return replace(row, notes=(*row.notes, f"rare, but {draws} draws of parameters are too few to tell how rare"))
    found = ns.rare(
        runs.scenario,
        row.id,
        replications=HISTORIES,
        seed=runs.seed,
        draws=draws,
        repetitions=repetitions,
        workers=1,  # a limit interrupts the main thread, which must not wait for others then
    )
    if found.value == 0 and not found.exact:
        return replace(row, notes=(*row.notes, "rare: no steered history got there either"))
    estimate = found.estimate(level)
    hits = round(row.value * row.counted)
    error = (
        ""
        if found.exact
        else f", relative error {100 * found.relative_error:.2g} % in {thousands(found.replications)} histories"
    )
    note = (
        f"rare, {found.printed}: {found.method}{error} (plain histories: {thousands(hits)} of {thousands(row.counted)})"
    )
    return replace(
        row,
        value=estimate.value,
        low=estimate.low,
        high=estimate.high,
        band_low=None,
        band_high=None,
        estimate=estimate,
        notes=(*row.notes, note),
    )
