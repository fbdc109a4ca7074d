"""The mixture of initial states."""

from __future__ import annotations

import numpy as np

from negsim.engines.exact.firing import Batch, Firings, cell_shares, nonzero, times
from negsim.engines.exact.markov import Numbers
from negsim.engines.exact.vector import evaluate
from negsim.laws import Law
from negsim.program import Slot

__all__ = ["initial"]


def initial(firings: Firings, numbers: Numbers) -> Batch:
    """The mixture of initial states, looked at by the monitors, with the edges of the start pending."""
    layout = firings.layout
    columns = 1 + len(numbers.thetas)
    mass = np.zeros((1, columns))
    mass[0, 0] = 1.0
    zero = np.zeros(1, dtype=np.int64)
    pending = np.zeros((1, len(firings.immediate)), dtype=np.bool_)
    batch = Batch(np.zeros((1, layout.width), dtype=np.int32), zero, mass, zero, pending)
    for number, column in layout.column.items():
        batch = _begun(layout.program.slots[number], column, batch, firings)
    for place, rank in enumerate(firings.immediate):
        batch.pending[:, place] = firings.ready(rank, batch.rows)
    firings.look(batch)
    return batch


def _begun(slot: Slot, column: int, batch: Batch, firings: Firings) -> Batch:
    """The initial value of one slot."""
    fixed = firings.layout.fixed
    if slot.chance is not None:
        p = evaluate(slot.chance, fixed)
        value = min(max(float(p.v), 0.0), 1.0)
        rows = batch.at(np.repeat(np.arange(len(batch)), 2))
        rows.rows[:, column] = np.tile([0, 1], len(batch))
        slope = None if p.d is None else np.tile([[-1.0], [1.0]], (len(batch), 1)) * np.atleast_2d(p.d)
        rows.mass = times(rows.mass, np.tile([1.0 - value, value], len(batch)), slope)
        return rows.at(nonzero(rows.mass))
    if slot.law is not None:
        law = firings.laws[slot.law]
        assert isinstance(law, Law)
        cells, shares = cell_shares(law, slot, relative=False)
        rows = batch.at(np.repeat(np.arange(len(batch)), len(cells)))
        rows.rows[:, column] = np.tile(cells, len(batch))
        rows.mass = times(rows.mass, np.tile(shares, len(batch)), None)
        return rows
    assert slot.initial is not None
    value = float(evaluate(slot.initial, fixed).v)
    if slot.kind == "level":
        value = float(np.rint(min(max(value, slot.low), slot.high) * slot.grid[1] / slot.grid[0]))
    batch.rows[:, column] = int(value)
    return batch
