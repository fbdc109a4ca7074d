"""The mixture of initial states."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.firing import Batch, Firings, cell_shares, nonzero, times
from negsim.engines.exact.layout import MOST_IN_A_COLUMN, Layout
from negsim.engines.exact.markov import Numbers
from negsim.engines.exact.vector import evaluate
from negsim.errors import EngineError
from negsim.laws import Law
from negsim.model.expressions import reads
from negsim.program import Slot

__all__ = ["initial"]


def initial(firings: Firings, numbers: Numbers, most: int) -> Batch:
    """The mixture of initial states, looked at by the monitors, with the edges of the start pending."""
    layout = firings.layout
    columns = 1 + len(numbers.thetas)
    mass = np.zeros((1, columns))
    mass[0, 0] = 1.0
    zero = np.zeros(1, dtype=np.int64)
    pending = np.zeros((1, len(firings.immediate)), dtype=np.bool_)
    batch = Batch(np.zeros((1, layout.width), dtype=np.int32), zero, mass, zero, pending)
    if _beginnings(firings) > most:
        raise EngineError(_too_many(firings, most))
    slots = layout.program.slots
    # claims that are mixed over come first: initial values of others may read them
    for number, column in sorted(layout.column.items(), key=lambda item: _variables(slots[item[0]], layout) != set()):
        batch = _begun(slots[number], column, batch, firings)
    for place, rank in enumerate(firings.immediate):
        batch.pending[:, place] = firings.ready(rank, batch.rows)
    firings.look(batch)
    return batch


def _variables(slot: Slot, layout: Layout) -> set[str]:
    """The variables that an initial value reads."""
    trees = [tree for tree in (slot.initial, slot.chance) if tree is not None]
    return {name for tree in trees for name in reads(tree) if name not in layout.fixed}


def _beginnings(firings: Firings) -> int:
    """Number of first states: every drawn value with every other."""
    found = 1
    for number in firings.layout.column:
        slot = firings.layout.program.slots[number]
        if slot.chance is not None:
            known = not _variables(slot, firings.layout)
            decided = known and not 0.0 < float(evaluate(slot.chance, firings.layout.fixed).v) < 1.0
            found *= 1 if decided else 2
        elif slot.law is not None:
            law = firings.laws[slot.law]
            assert isinstance(law, Law)
            found *= len(cell_shares(law, slot, relative=False)[0])
    return found


def _too_many(firings: Firings, most: int) -> str:
    """Words for more beginnings than there may be states."""
    layout = firings.layout
    slots = [layout.program.slots[number] for number in layout.column]
    drawn = [slot.name for slot in slots if slot.chance is not None or slot.law is not None]
    told = ", ".join(drawn[:3]) + (f" and {len(drawn) - 3} more" if len(drawn) > 3 else "")
    return (
        f"the start alone has more than {most:,} states: {len(drawn)} variables begin with a drawn value ({told}), which can "
        "be combined in too many ways; let those that need not be drawn begin with a known value, ask one question at a time "
        "(only what bears on it is kept), raise max_states, or simulate"
    )


def _begun(slot: Slot, column: int, batch: Batch, firings: Firings) -> Batch:
    """The initial value of one slot."""
    known = firings.layout.view(batch.rows) if _variables(slot, firings.layout) else firings.layout.fixed
    if slot.chance is not None:
        p = evaluate(slot.chance, known)
        value = np.broadcast_to(np.clip(p.v, 0.0, 1.0), len(batch))
        rows = batch.at(np.repeat(np.arange(len(batch)), 2))
        rows.rows[:, column] = np.tile([0, 1], len(batch))
        slope = None if p.d is None else np.tile([[-1.0], [1.0]], (len(batch), 1)) * _each(p.d, len(batch))
        rows.mass = times(rows.mass, np.stack([1.0 - value, value], axis=1).ravel(), slope)
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
    value = np.asarray(evaluate(slot.initial, known).v, dtype=np.float64)
    if slot.kind == "level":
        value = np.rint(np.minimum(np.maximum(value, slot.low), slot.high) * slot.grid[1] / slot.grid[0])
    if not np.all(np.abs(value) <= MOST_IN_A_COLUMN):
        raise EngineError(
            f"{slot.kind} {slot.name} begins at {slot.initial}, beyond what the exact engine holds (2**30, of a level so many "
            "steps); use a coarser unit, or simulate"
        )
    batch.rows[:, column] = value.astype(np.int64)
    return batch


def _each(slopes: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Derivatives of a probability, which may differ by state, for both values of each state."""
    found: NDArray[np.float64] = np.repeat(np.broadcast_to(np.atleast_2d(slopes), (n, np.shape(slopes)[-1])), 2, axis=0)
    return found
