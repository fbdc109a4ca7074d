"""Immediate actions eliminated: probability is carried through chains of firings until nothing is pending."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.firing import Batch, Firings, join, nonzero
from negsim.errors import RunawayError

__all__ = ["resolve"]

MOST_AT_ONCE = 1000
NEGLIGIBLE = 1e-30
"""Share of a transition's probability that may stay in a loop of immediate actions when it is left."""


def resolve(firings: Firings, batch: Batch) -> Batch:
    """Fire pending immediate actions, the smallest rank first, until none is left.

    Loops that are left with some probability each time round are summed until what stays in them is below 1e-30 of
    the whole; a loop that is never left, or that fires an action more than 1,000 times, is a runaway.

    Raises
    ------
    RunawayError
        With the actions of the loop.
    """
    settled = []
    begun = float(batch.mass[:, 0].max(initial=0.0))
    most = MOST_AT_ONCE * len(firings.immediate) + 1
    snapshot: tuple[bytes, NDArray[np.float64]] | None = None
    for round_ in range(most + 1):
        waiting = nonzero(batch.pending)
        settled.append(batch.at(~waiting))
        if not waiting.any():
            return join(settled)
        batch = batch.at(waiting)
        if round_ >= 8:
            batch = merged(batch)
            batch = batch.at(nonzero(np.abs(batch.mass) > NEGLIGIBLE * begun))
            if len(batch) == 0:
                return join(settled)
            now = (_key(batch).tobytes(), batch.mass[:, 0])
            if snapshot is not None and snapshot[0] == now[0] and np.allclose(snapshot[1], now[1], rtol=1e-13, atol=0):
                break
            # Powers of two: a loop of any length is met again soon after its snapshot (Brent 1980).
            snapshot = now if round_ & (round_ - 1) == 0 else snapshot
        batch = _round(firings, batch)
    raise RunawayError(
        f"would fire for the {MOST_AT_ONCE + 1:,}st time at one instant; the cycle is {' > '.join(_cycle(firings, batch))}. "
        "Let a guard turn false, or put a delay between them",
        action=_cycle(firings, batch)[0],
    )


def _round(firings: Firings, batch: Batch) -> Batch:
    """Every row fires its first pending action."""
    chosen = batch.pending.argmax(axis=1)
    return join([firings.fire(batch.at(chosen == place), firings.immediate[place]) for place in np.unique(chosen)])


def _cycle(firings: Firings, batch: Batch) -> list[str]:
    """Names of the actions that go on firing."""
    found: set[int] = set()
    for _ in range(MOST_AT_ONCE):
        chosen = set(batch.pending.argmax(axis=1).tolist())
        if chosen <= found:
            break
        found |= chosen
        batch = _round(firings, batch)
        batch = batch.at(nonzero(batch.pending))
        if len(batch) == 0:
            break
    return sorted(firings.program.actions[firings.immediate[place]].name for place in found)


def _key(batch: Batch) -> NDArray[np.int64]:
    parts = [batch.source[:, None], batch.flags[:, None], batch.pending.astype(np.int64), batch.rows.astype(np.int64)]
    return np.concatenate(parts, axis=1)


def merged(batch: Batch) -> Batch:
    """Rows that are alike made one, in a fixed order."""
    _, first, inverse = np.unique(_key(batch), axis=0, return_index=True, return_inverse=True)
    mass = np.zeros((len(first), batch.mass.shape[1]))
    np.add.at(mass, inverse.ravel(), batch.mass)
    out = batch.at(first)
    out.mass = mass
    return out
