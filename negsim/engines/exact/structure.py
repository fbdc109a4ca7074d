"""The shape of a chain: classes of states that are never left, and when a question becomes impossible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from negsim.engines.exact.generator import TRUE, Chain
from negsim.engines.exact.graph import Graph
from negsim.engines.exact.machine import Machine, undelayed
from negsim.engines.exact.questions import Posed, on_states
from negsim.engines.exact.travel import Outcome, Probe
from negsim.model.calendar import DAY, Calendar
from negsim.model.effects import Effect
from negsim.model.expressions import Expression, Not, Truth, atoms, reads, walk

__all__ = ["Impossible", "Shape", "can_reach", "graph_of", "impossible", "shape"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shape:
    """Strongly connected components of the exponential transitions.

    Attributes
    ----------
    states : int
    classes : int
        Strongly connected components.
    closed : int
        Classes that are never left between calendar instants.
    absorbing : int
        States that are never left between calendar instants.
    dead_ends : tuple of (str, float)
        Closed classes from which the question is not answered yes: one state of each in words, and the probability to
        be in it at the deadline; the likeliest ten.
    """

    states: int
    classes: int
    closed: int
    absorbing: int
    dead_ends: tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class Impossible:
    """When a question becomes impossible.

    Attributes
    ----------
    times : float64 (k,)
        Days from the start.
    values : float64 (k,)
        Probability that by then it can no longer come true by its deadline.
    probability : float
        At the deadline itself: that it did not happen, as nothing more can.
    lost : float
        Just before the deadline: that it could no longer happen even then.
    error : float
        Numerical error of all of them.
    waiting : tuple of (action, atom, float)
        What it waits for: parts of the guards of the actions that could bring it about, with the probability that it
        has not happened by the deadline and this part is false then; largest first.
    """

    times: Floats
    values: Floats
    probability: float
    lost: float
    error: float
    waiting: tuple[tuple[str, str, float], ...]
    calendar: Calendar

    def __str__(self) -> str:
        lines = [
            f"not happened by the deadline: {self.probability:.6g}; already impossible just before it: {self.lost:.6g}"
        ]
        lines += [f"  {share:.4g}  {action} waits for: {atom}" for action, atom, share in self.waiting[:10]]
        return "\n".join(lines)


def graph_of(matrix: sparse.csr_array) -> sparse.csr_array:
    """Who leads to whom (rows to columns) of a transposed matrix."""
    found = matrix.T.tocsr()
    # An entry that is there and 0 (of a pace that is 0 in this state) is no way.
    found.eliminate_zeros()
    return found


def can_reach(links: sparse.csr_array, goal: Bools) -> Bools:
    """States from which some path leads to the goal."""
    n = links.shape[0]
    first = np.flatnonzero(goal)
    if not len(first):
        return goal
    back = links.T.tocoo()
    rows = np.concatenate([back.row, np.full(len(first), n)])
    columns = np.concatenate([back.col, first])
    # The links backwards, with one more state that leads to all of the goal.
    whole = sparse.csr_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(n + 1, n + 1))
    found = np.zeros(n + 1, dtype=np.bool_)
    found[csgraph.breadth_first_order(whole, n, return_predecessors=False)] = True
    return found[:n]


def alive_sets(chain: Chain, until: float) -> list[tuple[float, Bools]]:
    """Pairs (from these microseconds on, states from which yes is still possible by the deadline), in order of time."""
    links = graph_of(chain.jump)
    goal = chain.status[:, 0] == TRUE
    alive = can_reach(links, goal)
    found = []
    # From the deadline back: whether it can still come true depends on what comes later only.
    for when, due in reversed([point for point in chain.timeline if point[0] <= until]):
        found.append((when, alive))
        # Before the instant: what the instant leads to, and what leads there.
        # Any probability of going on, however small: possible is not likely.
        through = np.asarray(chain.steps[due].T @ alive.astype(np.float64)) > 0.0
        alive = can_reach(links, through)
    found.append((0.0, alive))
    return found[::-1]


def impossible(machine: Machine, posed: Posed, times: Sequence[float] | None) -> Impossible:
    """The curve of "can no longer happen", and what the histories without it lack."""
    upto, _, _ = machine.dates(posed)
    graph, chain = machine.chain(posed.alone)
    undelayed(chain, "when a question becomes impossible")
    sets = alive_sets(chain, upto)
    if times is None:
        # A hundred, and every instant at which the answer jumps.
        times = sorted({*np.rint(np.linspace(0.0, upto, 101)).tolist(), *(when for when, _ in sets)})
    dead = [(when, (~alive).astype(np.float64)) for when, alive in sets]
    probes = [Probe(time, next(d for when, d in reversed(dead) if when <= time)) for time in times if time <= upto]
    # At the deadline everything that has not happened is impossible; just before it, what no path leads to.
    missed = (chain.status[:, 0] != TRUE).astype(np.float64)
    last = [Probe(upto, dead[-1][1]), Probe(upto, missed)]
    found = machine.travel(chain, upto, probes=[*probes, *last])
    return Impossible(
        times=np.array([probe.time for probe in probes]) / DAY,
        values=found.values[:-2],
        probability=float(found.values[-1]),
        lost=float(found.values[-2]),
        error=found.sweep.lost + found.sweep.relative + machine.misfit(graph, chain, upto),
        waiting=_waiting(machine, posed, upto),
        calendar=machine.scenario.calendar,
    )


def _waiting(machine: Machine, posed: Posed, upto: float) -> tuple[tuple[str, str, float], ...]:
    """Parts of guards that are false where the question has not come true."""
    pairs = list(_behind(machine, posed.entry.question.condition))
    graph, chain = machine.chain(posed.alone)
    missed = chain.status[:, 0] != TRUE
    found = machine.travel(chain, upto)
    names = set(graph.layout.fixed) | {machine.program.slots[slot].name for slot in graph.layout.column}
    rows = []
    for action, atom, wanted in pairs:
        if reads(atom) <= names:
            lacking = missed & (chain.state >= 0) & ((on_states(graph, chain, atom) != 0.0) != wanted)
            rows.append((action, str(atom) if wanted else f"not {atom}", float(found.v[lacking].sum())))
    return tuple(sorted((row for row in rows if row[2] > 0), key=lambda row: (-row[2], row[0], row[1])))


def _behind(machine: Machine, condition: Expression | None) -> list[tuple[str, Expression, bool]]:
    """Action, guard atom and the truth it wants, for the actions that could make a condition true."""
    if condition is None:
        return []
    found = []
    wanted = reads(condition)
    for name, action in sorted(machine.scenario.expanded.actions.items()):
        effects: list[Effect] = [*action.effects, *(e for outcome in action.outcomes for e in outcome.effects)]
        if any(effect.variable in wanted and effect.amount != Truth(False) for effect in effects):
            # `atoms` gives conditions without their negation: what is waited for may be that one is false.
            negated = {node.arg for node in walk(action.when) if isinstance(node, Not)}
            parts = [atom for atom in atoms(action.when) if not isinstance(atom, Truth)]
            found += [(name, atom, atom not in negated) for atom in parts]
    return found


def shape(machine: Machine, posed: Posed) -> Shape:
    """Classes of the question's chain."""
    machine.needs(posed, "first")
    graph, chain = machine.chain(posed.alone)
    undelayed(chain, "the shape of the chain")
    links = graph_of(chain.jump)
    # A class is closed if no edge leads out of it; a single state without edges is one too.
    count, label = csgraph.connected_components(links, directed=True, connection="strong")
    edges = links.tocoo()
    leaving = label[edges.row] != label[edges.col]
    is_open = np.zeros(count, dtype=np.bool_)
    is_open[label[edges.row[leaving]]] = True
    size = np.bincount(label, minlength=count)
    closed = ~is_open
    upto, _, _ = machine.dates(posed)
    found = machine.travel(chain, upto)
    return Shape(
        states=chain.size,
        classes=int(count),
        closed=int(closed.sum()),
        absorbing=int((closed & (size == 1)).sum()),
        dead_ends=_dead_ends(graph, chain, label, closed, found),
    )


def _dead_ends(
    graph: Graph, chain: Chain, label: NDArray[np.int32], closed: Bools, found: Outcome
) -> tuple[tuple[str, float], ...]:
    """The likeliest closed classes without a yes, in words."""
    count = len(closed)
    yes = np.zeros(count, dtype=np.bool_)
    yes[label[chain.status[:, 0] == TRUE]] = True
    share = np.bincount(label, found.v, count)
    # Stable, so that classes with equal probability come in the same order everywhere.
    wanted = [c for c in np.argsort(-share, kind="stable").tolist() if closed[c] and not yes[c] and share[c] > 0][:10]
    tell = partial(_told, graph, chain)
    return tuple((tell(int(np.flatnonzero(label == c)[0])), float(share[c])) for c in wanted)


def _told(graph: Graph, chain: Chain, place: int) -> str:
    """A state in words."""
    state = int(chain.state[place])
    if state < 0:
        return "the condition that had to hold throughout has failed"
    program = graph.layout.program
    words = []
    for slot, column in graph.layout.column.items():
        row, value = program.slots[slot], int(graph.rows[state, column])
        if row.kind == "fact":
            words.append(row.name if value else f"not {row.name}")
        else:
            words.append(f"{row.name} = {value * row.grid[0] / row.grid[1] if row.kind == 'level' else value:g}")
    return ", ".join(words)
