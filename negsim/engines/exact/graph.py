"""What exploration finds: states, and the transitions between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.firing import Firings, Monitor, Nth
from negsim.engines.exact.layout import Layout

__all__ = ["Edges", "Graph", "Growing", "Whole"]

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Whole = NDArray[np.signedinteger]


@dataclass(slots=True)
class Edges:
    """Transitions: rates per day, or probabilities of a step.

    Attributes
    ----------
    source, target : int32 or int64 (e,)
    flags : int64 (e,)
        What the monitors saw on the way (two bits each), the target included.
    mass : float64 (e, 1 + m)
        Rate or probability, and its derivatives.
    """

    source: Whole
    target: Whole
    flags: Longs
    mass: Floats

    def __len__(self) -> int:
        return len(self.source)


class Growing:
    """Edges while they are found, in arrays that double."""

    def __init__(self, columns: int) -> None:
        self.size = 0
        # Numbers of states fit into half a word: half the memory, which large graphs consist of.
        ends = [np.zeros(1024, dtype=np.int32) for _ in range(2)]
        self.room = Edges(ends[0], ends[1], np.zeros(1024, dtype=np.int64), np.zeros((1024, columns)))

    def add(self, edges: Edges) -> None:
        end = self.size + len(edges)
        for name in Edges.__slots__:
            array = getattr(self.room, name)
            if end > len(array):
                wider = np.empty((max(2 * len(array), end), *array.shape[1:]), array.dtype)  # not touched: not taken
                wider[: self.size] = array[: self.size]
                array = wider
                setattr(self.room, name, array)
            array[self.size : end] = getattr(edges, name)
        self.size = end

    def all(self) -> Edges:
        """Views of all edges so far."""
        room, end = self.room, self.size
        return Edges(room.source[:end], room.target[:end], room.flags[:end], room.mass[:end])


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """What was explored for one cone and one set of monitors.

    Attributes
    ----------
    layout : Layout
    rows : int32 (N, columns)
        The states.
    start : Edges
        From nowhere (source 0) into the first states.
    rates : Edges
        Exponential transitions.
    ends : Edges
        What the end of a fixed delay that began at a random instant does, by the state before it.
    steps : dict from ranks due together to Edges
        What each kind of calendar instant does.
    timeline : tuple of (microseconds, ranks due)
        The calendar instants after the start, in order.
    monitors : tuple of Monitor
    counted : tuple of (rank, outcome or None)
    tallies : float64 (N, C)
        Firings per day in each state, by counted column.
    step_tallies : dict from ranks due together to float64 (N, C)
        Those at the end of such a delay under the empty tuple.
    start_tallies : float64 (C,)
    fitted : tuple of int
        Ranks of clocks with fitted stages; the last columns of the tallies count their starts.
    nth : Nth or None
        What is counted in the flags of edges.
    cut : float
        Bound of the probability to leave the states explored; those beyond were cut off.
    seconds : float
        Time spent exploring.
    """

    layout: Layout
    firings: Firings
    rows: NDArray[np.int32]
    start: Edges
    rates: Edges
    ends: Edges
    steps: dict[tuple[int, ...], Edges]
    timeline: tuple[tuple[float, tuple[int, ...]], ...]
    monitors: tuple[Monitor, ...]
    counted: tuple[tuple[int, int | None], ...]
    tallies: Floats
    step_tallies: dict[tuple[int, ...], Floats]
    start_tallies: Floats
    fitted: tuple[int, ...]
    nth: Nth | None
    cut: float
    seconds: float

    @property
    def states(self) -> int:
        """Number of states."""
        return len(self.rows)

    @property
    def transitions(self) -> int:
        """Number of transitions, those at calendar instants and at the ends of delays included."""
        return len(self.rates) + len(self.ends) + sum(len(edges) for edges in self.steps.values())
