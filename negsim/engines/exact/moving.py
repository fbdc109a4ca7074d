"""What random clocks do in a state: firings and moves between stages, each at its rate."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.firing import Batch, Firings, nonzero, times
from negsim.engines.exact.markov import Clockwork
from negsim.errors import EngineError, EvaluationError

__all__ = ["moves"]

Floats = NDArray[np.float64]


def moves(firings: Firings, batch: Batch, rank: int) -> list[Batch]:
    """Firings of a random clock and the moves between its stages."""
    clock = firings.clocks[rank]
    if clock.kind not in ("rate", "stages"):
        return []
    ready = firings.ready(rank, batch.rows)
    if not ready.any():
        return []
    part = batch.at(ready)
    if clock.kind == "rate":
        part.mass = _paced(firings, part, rank, clock)
        moving = nonzero(part.mass)
        return [firings.fire(part.at(moving), rank)] if moving.any() else []
    return _stage_moves(firings, part, rank, clock)


def _paced(firings: Firings, part: Batch, rank: int, clock: Clockwork) -> Floats:
    """Rates of a plain exponential clock: pace times rate times speed."""
    pace, speed = _factors(firings, part, rank)
    slope = None if clock.rate_slopes is None else clock.rate_slopes[None, :]
    mass = times(times(part.mass, *pace), clock.rate, slope)
    return times(mass, *speed)


def _factors(firings: Firings, part: Batch, rank: int) -> list[tuple[Floats, Floats | None]]:
    """Pace and speed with their derivatives."""
    row = firings.program.actions[rank]
    names = firings.layout.view(part.rows)
    found = []
    for which, tree in (("pace", row.pace), ("speed", row.speed)):
        value = firings.value(tree, names, row.name)
        v = np.asarray(value.v, dtype=np.float64)
        if (v < 0).any():
            text = f"{which} '{tree}' is {float(v.min())!r}, and must not be negative; clip it at 0"
            raise EvaluationError(text, action=row.name)
        found.append((v, value.d))
    return found


def _stage_moves(firings: Firings, part: Batch, rank: int, clock: Clockwork) -> list[Batch]:
    """From stage to stage at the stage's rate times the speed; from the last one by a firing."""
    law = clock.law
    assert law is not None
    column = firings.layout.stage[rank]
    part = part.at((part.rows[:, column] > 0) & (part.rows[:, column] <= law.stages))
    if not len(part):
        return []
    (pace, slope), speed = _factors(firings, part, rank)
    row = firings.program.actions[rank]
    one = law.stages == 1 and law.never == 0.0
    if one:
        part.mass = times(part.mass, pace, slope)
    elif (pace != 1.0).any() or slope is not None:
        raise EngineError(
            f"action {row.name}: pace '{row.pace}' on a clock with stages is not Markov; use speed, or Exponential, or simulate"
        )
    stage = part.rows[:, column] - 1
    slopes = None if clock.rates_slopes is None else clock.rates_slopes[stage]
    part.mass = times(times(part.mass, law.rates[stage], slopes), *speed)
    moving = nonzero(part.mass)
    part, stage = part.at(moving), stage[moving]
    on = law.follows[stage] >= 0
    moved, ended = part.at(on), part.at(~on)
    moved.rows[:, column] = law.follows[stage[on]] + 1
    return [moved, firings.fire(ended, rank)] if len(ended) else [moved]
