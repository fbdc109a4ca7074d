"""From an explored graph to the Markov chain of one question: statuses of its conditions joined to the states."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from negsim.engines.exact.delayed import Delay
from negsim.engines.exact.firing import COUNT_SHIFT
from negsim.engines.exact.graph import Edges, Graph, Whole
from negsim.engines.exact.transient import Stiff
from negsim.errors import EngineError
from negsim.model.calendar import DAY

__all__ = ["ENDED", "OPEN", "TRUE", "Chain", "chain_of"]

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
OPEN, TRUE, ENDED = 0, 1, 2
# Above the largest exit rate, so that no diagonal of the jump matrix loses digits by cancellation.
# A little above the largest exit rate, so that every state may stay where it is: a chain that must jump can be
# periodic, and never be seen to be stationary.
ROOM = 1.02
MOST_JOINED = 60_000_000
"""Statuses times edges that are laid out at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """A Markov chain with calendar steps, ready to be carried through time.

    Attributes
    ----------
    rate : float
        Jumps per day of the uniformised chain.
    jump : sparse (n, n)
        Transposed jump matrix ``I + Q'/rate``: no entry is negative.
    steps : dict from ranks due together to sparse (n, n)
        Transposed stochastic matrices.
    start : float64 (n,)
    state : int64 (n,)
        State of the graph behind each state of the chain, -1 where it is no longer of interest.
    status : int8 (n, watched conditions)
        OPEN, TRUE or ENDED.
    stiff : Stiff
        The same rates without a diagonal, for stiff methods.
    timeline : tuple of (microseconds, ranks due)
    degree : int
        Most terms that meet in one entry of a product (for the rounding error).
    slopes : sequence of (jump', steps', start')
        Derivatives with respect to each number asked for.
    jumps : sequence of sparse (n, n)
        Transposed rates of chosen transitions, for observed events.
    delay : Delay or None
        A fixed delay that begins at random instants.
    """

    rate: float
    jump: sparse.csr_array
    steps: dict[tuple[int, ...], sparse.csr_array]
    start: Floats
    state: Longs
    status: NDArray[np.int8]
    stiff: Stiff
    timeline: tuple[tuple[float, tuple[int, ...]], ...]
    degree: int
    slopes: tuple[tuple[sparse.csr_array, dict[tuple[int, ...], sparse.csr_array], Floats], ...] = ()
    jumps: tuple[sparse.csr_array, ...] = ()
    delay: Delay | None = None

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.start)

    def generator(self) -> sparse.csr_array:
        """The generator Q, rows to columns, per day."""
        return ((self.jump - sparse.eye_array(self.size)) * self.rate).T.tocsr()


class _Product:
    """States joined to the statuses of some monitors, and to firings counted up to ``times``.

    With ``absorb`` the chain stops where nothing can change the answer any more: all conditions true, or the first
    one given up (then only its status matters).
    """

    def __init__(self, graph: Graph, watched: Sequence[int], absorb: bool, times: int) -> None:
        self.graph = graph
        self.watched = tuple(watched)
        self.absorb = absorb
        self.times = times
        # A status is a number in a mixed radix: the firings counted so far, then three values a condition.
        self.radix = (*((times + 1,) if times else ()), *(3 for _ in self.watched))
        self.blocks: dict[tuple[int, ...], int] = {}
        self.sinks: dict[tuple[int, ...], int] = {}
        n = graph.states
        if math.prod(self.radix) * max(n, len(graph.rates)) > MOST_JOINED:
            raise EngineError(
                f"counting to {times} in each of {n:,} states is too much; ask for fewer firings at least, or simulate"
            )
        tuples = list(itertools.product(*(range(r) for r in self.radix)))
        for status in tuples:
            # A copy of the graph for each status that goes on; of the others one state each, because their state does
            # not matter.
            if not self._sink(status):
                self.blocks[status] = len(self.blocks) * n
        offset = len(self.blocks) * n
        for status in tuples:
            if self._sink(status):
                self.sinks[status] = offset + len(self.sinks)
        self.size = offset + len(self.sinks)

    def statuses(self, status: tuple[int, ...]) -> tuple[int, ...]:
        """OPEN, TRUE or ENDED for each: enough firings counted is TRUE."""
        return (TRUE if status[0] == self.times else OPEN, *status[1:]) if self.times else status

    def _sink(self, status: tuple[int, ...]) -> bool:
        if not (self.absorb and status):
            return False
        found = self.statuses(status)
        # The question's own condition given up is a no, whatever becomes of what it is given.
        return found[0] == ENDED or all(s == TRUE for s in found)

    def _seen(self, flags: Longs) -> list[Longs]:
        """What the monitors saw on some edges, and firings counted on the way."""
        fired = [flags >> COUNT_SHIFT] if self.times else []
        return [*fired, *((flags >> (2 * k)) & 3 for k in self.watched)]

    def _after(self, status: Sequence[int], seen: Sequence[Longs]) -> list[Longs]:
        """Statuses after some edges."""
        # What is known once stays known: only open conditions look at a transition.
        found = [np.where(s == OPEN, flag, s) for s, flag in zip(status, seen, strict=True)]
        if self.times:
            found[0] = np.minimum(status[0] + seen[0], self.times)
        return found

    def spread(self, edges: Edges, absorbed: float) -> tuple[Whole, Whole, Floats]:
        """Edges between joined states; ``absorbed`` is the mass of a sink's edge to itself."""
        seen = self._seen(edges.flags)
        sources, targets, masses = [], [], []
        for status, offset in self.blocks.items():
            sources.append(edges.source + offset)
            targets.append(self._place(self._after(status, seen), edges.target))
            masses.append(edges.mass)
        if absorbed and self.sinks:
            place = np.array(list(self.sinks.values()), dtype=np.int64)
            mass = np.zeros((len(place), edges.mass.shape[1]))
            mass[:, 0] = absorbed
            sources.append(place)
            targets.append(place)
            masses.append(mass)
        return np.concatenate(sources), np.concatenate(targets), np.concatenate(masses)

    def _place(self, status: list[Longs], target: Whole) -> Whole:
        """Numbers of joined states."""
        if not status:
            return target
        code = np.zeros(len(target), dtype=np.int64)
        for s, r in zip(status, self.radix, strict=True):
            code = code * r + s
        # A table of offsets by code, looked up for all edges at once.
        table = np.zeros(math.prod(self.radix), dtype=np.int32)
        sink = np.zeros(len(table), dtype=np.bool_)
        for statuses, offset in (*self.blocks.items(), *self.sinks.items()):
            number = 0
            for one, r in zip(statuses, self.radix, strict=True):
                number = number * r + one
            table[number] = offset
            sink[number] = statuses in self.sinks
        # All states of a status that ends it are one.
        return np.where(sink[code], table[code], table[code] + target)

    def begin(self, edges: Edges) -> tuple[Whole, Floats]:
        """Where the chain starts."""
        seen = self._seen(edges.flags)
        return self._place(self._after([OPEN] * len(seen), seen), edges.target), edges.mass

    def labels(self) -> tuple[Longs, NDArray[np.int8]]:
        """State of the graph and statuses of every joined state."""
        n = self.graph.states
        states = [np.arange(n) for _ in self.blocks] + [np.full(len(self.sinks), -1)]
        rows = [np.tile(np.array(self.statuses(s), dtype=np.int8), (n, 1)) for s in self.blocks]
        rows += [np.array([self.statuses(s)], dtype=np.int8) for s in self.sinks]
        return np.concatenate(states), np.concatenate(rows) if rows else np.zeros((n, 0), dtype=np.int8)


def chain_of(
    graph: Graph,
    watched: Sequence[int] = (),
    absorb: bool = True,
    chosen: Sequence[NDArray[np.bool_]] = (),
    times: int = 0,
    start: Edges | None = None,
) -> Chain:
    """The chain of a question that watches some of the graph's monitors.

    Parameters
    ----------
    graph : Graph
    watched : sequence of int
        Numbers of monitors; the question's condition first, then what it is given.
    absorb : bool
        Stop where the answer is known; not if observations are to be made of the state later.
    chosen : sequence of bool (e,)
        Sets of exponential transitions whose matrices are wanted too.
    times : int
        Firings to count, as the first status (0: none are).
    start : Edges, optional
        Where the chain starts, if not where the scenario does.
    """
    product = _Product(graph, watched, absorb, times)
    source, target, mass = product.spread(graph.rates, 0.0)
    begin, begun = product.begin(graph.start if start is None else start)
    steps = {due: product.spread(edges, 1.0) for due, edges in graph.steps.items()}
    ends = product.spread(graph.ends, 0.0)
    used = _reachable(product.size, begin, [(source, target), ends[:2], *((s, t) for s, t, _ in steps.values())])
    # 32 bits: a sparse product is bound by what it reads.
    number = (np.cumsum(used) - 1).astype(np.int32)
    n = int(used.sum())
    columns = graph.start.mass.shape[1]

    def kept(source: Whole, target: Whole, mass: Floats) -> tuple[Whole, Whole, Floats]:
        # Copying everything to leave nothing out would double the memory of the largest chains.
        if n == product.size:
            return source, target, mass
        keep = used[source]
        return number[source[keep]], number[target[keep]], mass[keep]

    rate, jump, moves, slopes = _jump(n, *kept(source, target, mass))
    small = {due: kept(*edges) for due, edges in steps.items()}
    repeated = len(source) // max(len(graph.rates), 1)
    jumps = [np.tile(which, repeated) for which in chosen]
    starts: list[Floats] = [np.bincount(number[begin], begun[:, k], n).astype(np.float64) for k in range(columns)]
    matrices = {due: [_matrix(n, s, t, m[:, k]) for k in range(columns)] for due, (s, t, m) in small.items()}
    state, status = product.labels()
    return Chain(
        rate=rate,
        jump=jump,
        steps={due: found[0] for due, found in matrices.items()},
        start=starts[0],
        state=state[used],
        status=status[used],
        stiff=Stiff(moves),
        timeline=graph.timeline,
        delay=_delay(graph, state[used], kept(*ends), (moves, jump, rate)),
        degree=_degree(jump, matrices),
        slopes=tuple(
            (slopes[k - 1], {due: found[k] for due, found in matrices.items()}, starts[k]) for k in range(1, columns)
        ),
        jumps=tuple(_matrix(n, s, t, m[:, 0]) for s, t, m in (kept(source[w], target[w], mass[w]) for w in jumps)),
    )


def _delay(
    graph: Graph,
    state: Longs,
    over: tuple[Whole, Whole, Floats],
    chain: tuple[sparse.csr_array, sparse.csr_array, float],
) -> Delay | None:
    """The delay that begins at random instants, if the chain gets into one."""
    if not graph.firings.diary.random:
        return None
    ((rank, length),) = graph.firings.diary.random.items()
    running = (state >= 0) & graph.firings.diary.at_random(rank, graph.rows)[state]
    if not running.any():
        return None
    ends = _matrix(len(state), over[0], over[1], over[2][:, 0])
    moves, jump, rate = chain
    degree = int(max(np.diff(matrix.indptr).max(initial=1) for matrix in (jump, ends)))
    name = graph.layout.program.actions[rank].name
    return Delay(name, length / DAY, running, ends, moves, jump, rate, degree)


def _reachable(n: int, begin: Whole, edges: list[tuple[Whole, Whole]]) -> NDArray[np.bool_]:
    """States that some path leads to; searched from an extra state that leads to all first ones."""
    # One more state that leads to all beginnings: a single search finds all that can be reached.
    source = np.concatenate([np.full(len(begin), n), *(s for s, _ in edges)])
    target = np.concatenate([begin, *(t for _, t in edges)])
    graph = sparse.csr_array((np.ones(len(source), dtype=np.int8), (source, target)), shape=(n + 1, n + 1))
    found = sparse.csgraph.breadth_first_order(graph, n, return_predecessors=False)
    used = np.zeros(n + 1, dtype=np.bool_)
    used[found] = True
    return used[:n]


def _matrix(n: int, source: Whole, target: Whole, values: Floats) -> sparse.csr_array:
    """Transposed matrix of edges."""
    found = sparse.coo_array((values, (target, source)), shape=(n, n)).tocsr()
    # Edges of several actions to the same state are one entry, which also makes the products shorter.
    found.sum_duplicates()
    # Half the memory traffic of 64-bit indices; a chain never has 2**31 entries.
    indices, indptr = found.indices.astype(np.int32), found.indptr.astype(np.int32)
    return sparse.csr_array((found.data, indices, indptr), shape=(n, n))


def _jump(
    n: int, source: Whole, target: Whole, mass: Floats
) -> tuple[float, sparse.csr_array, sparse.csr_array, list[sparse.csr_array]]:
    """Uniformisation: jump matrix, rates and derivatives, transposed; edges from a state to itself say nothing."""
    # A transition that leads back changes nothing, and would only make the uniformised chain jump more often.
    moving = source != target
    source, target, mass = source[moving], target[moving], mass[moving]
    exits = np.bincount(source, mass[:, 0], n)
    rate = ROOM * float(exits.max(initial=0.0))
    if not np.isfinite(rate):
        raise EngineError(
            "a state is left at a rate that is not finite; bound the paces, speeds and rates, or give the fastest action "
            "an Immediately clock"
        )
    everyone = np.arange(n, dtype=np.int32)
    moves = _matrix(n, source, target, mass[:, 0])
    if rate == 0.0:
        zero = sparse.csr_array((n, n))
        return 0.0, sparse.eye_array(n, format="csr"), moves, [zero] * (mass.shape[1] - 1)
    leaving = mass[:, 0] / rate
    both = np.concatenate([source, everyone]), np.concatenate([target, everyone])
    jump = _matrix(n, *both, np.concatenate([leaving, _staying(n, source, leaving)]))
    slopes = []
    for k in range(1, mass.shape[1]):
        out = np.bincount(source, mass[:, k], n)
        slopes.append(_matrix(n, *both, np.concatenate([mass[:, k], -out]) / rate))
    return rate, jump, moves, slopes


def _staying(n: int, source: Whole, leaving: Floats) -> Floats:
    """One minus what leaves each state, good to its last place: the leading bits are added up without rounding."""
    # The sum of the leading parts is exact, and 1 minus it too: a probability of staying that is small keeps its
    # digits.
    leading = np.rint(leaving * 2.0**30) * 2.0**-30
    rest = (1.0 - np.bincount(source, leading, n)) - np.bincount(source, leaving - leading, n)
    # A rounding below 0 would make the matrix no stochastic one.
    return np.asarray(np.maximum(rest, 0.0), dtype=np.float64)


def _degree(jump: sparse.csr_array, matrices: dict[tuple[int, ...], list[sparse.csr_array]]) -> int:
    every = [jump, *(found[0] for found in matrices.values())]
    return int(max(np.diff(matrix.indptr).max(initial=1) for matrix in every))
