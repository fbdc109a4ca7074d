"""Questions without a deadline: is it ever reached, after how long in the mean, what is gathered until then, and how things stand in the long run.

Up to the last calendar instant the chain is carried through time; from there on it runs alone for good, and each answer
is one sparse linear solve (`sojourns`). States behind what is waited for are not explored.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from negsim.engines.exact.explore import Budget, Wanted, explore, summed
from negsim.engines.exact.generator import ENDED, OPEN, TRUE, Chain
from negsim.engines.exact.graph import Graph
from negsim.engines.exact.machine import Machine, on_chain, undelayed
from negsim.engines.exact.questions import Posed, Watch, exact, is_condition, on_states
from negsim.engines.exact.sojourns import Sojourns
from negsim.engines.exact.structure import can_reach, graph_of
from negsim.engines.exact.transient import EPSILON, Sweep
from negsim.errors import EngineError, EstimateError
from negsim.estimates import Estimate
from negsim.model.calendar import DAY
from negsim.model.clocks import Every, On

__all__ = ["ever", "gathered", "long_run", "long_run_rate", "mean_time"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
METHOD = "sparse linear solve"


@dataclass(frozen=True, eq=False)
class Endless:
    """A chain after its last calendar instant.

    Attributes
    ----------
    graph, chain
    begun : float
        Days to that instant.
    v : float64 (n,)
        Probabilities after it.
    before : float64 (r,)
        Rewards gathered until then.
    sweep : Sweep
        The errors so far.
    moves : sparse (n, n)
        Transposed rates; of states in which a delay that began at random runs, what its start leads to.
    lengths : float64 (n,)
        Days that a day counts: 1, and of such a start the mean days until it is over or interrupted.
    links : sparse (n, n)
        Who leads to whom, rows to columns.
    possible : bool (n,)
        States that can occur from then on.
    ends : float
        When the time allowed is over.
    """

    graph: Graph
    chain: Chain
    begun: float
    v: Floats
    before: Floats
    sweep: Sweep
    moves: sparse.csr_array
    lengths: Floats
    links: sparse.csr_array
    possible: Bools
    ends: float

    @property
    def sensitivity(self) -> float:
        """What rates good to four units in the last place leave uncertain, relative to a sum of sojourns.

        Each is a ratio of sums of products of at most n rates (the matrix-tree theorem), none subtracted.
        """
        # An embedded delay enters by numbers that are themselves worked out, each with its own error.
        off = 0.0 if self.chain.delay is None else 2.0 * self.chain.delay.over[2]
        return (8.0 * EPSILON + off) * (self.chain.size + 8)

    def check(self) -> None:
        """Give up when the time allowed is over."""
        # The message about time that is over has one home.
        Sweep(ends=self.ends).check()


def _explored(machine: Machine, watch: Watch, stops: bool) -> tuple[Graph, Chain]:
    """The chain of a watch over all states that can ever occur."""
    cone = machine.cone(watch)
    key = (cone, replace(watch, trees=()), stops)
    if key not in machine.endless:
        _check_calendar(machine, cone.ranks)
        wanted = Wanted(watch.monitors, watch.counted, forever=True, stops=stops)
        budget = Budget(machine.max_states, machine.max_seconds, machine.tolerance)
        graph = explore(machine.program, cone, machine.numbers, wanted, budget, machine.stages)
        # Over a bounded time the expected number of draws bounds what a stand-in changes; without an end there is no
        # such number.
        if graph.fitted:
            raise EngineError(
                "fitted stages stand in the place of a law, and over unbounded time their error has no bound; use "
                "Exponential or Erlang, ask with a deadline, or simulate"
            )
        machine.endless[key] = graph, machine.begun(graph, watch, stops, None)
    return machine.endless[key]


def _check_calendar(machine: Machine, ranks: tuple[int, ...]) -> None:
    """Refuse calendars that go on beyond the scenario's end: what happens there is not in the program."""
    calendar, actions = machine.scenario.calendar, machine.scenario.expanded.actions
    for rank in ranks:
        row = machine.program.actions[rank]
        clock = actions[row.name].clock
        # It never ends, so there is no last instant from which on the chain runs alone.
        if isinstance(clock, Every):
            raise EngineError(
                f"action {row.name} comes again and again on the calendar (Every), and a question without a deadline looks "
                "beyond the scenario's end; give it the dates that matter (On), a random clock, or ask with a deadline"
            )
        late = isinstance(clock, On) and any(
            calendar.opening(instant, row.name) > machine.horizon for instant in clock.instants
        )
        if late:
            raise EngineError(
                f"action {row.name} has a date beyond the scenario's end, and a question without a deadline looks beyond "
                "it; move the end of the scenario behind its last date, or ask with a deadline"
            )


def _endless(
    machine: Machine,
    watch: Watch,
    stops: bool,
    rewards: Floats | None = None,
    steps: dict[tuple[int, ...], Floats] | None = None,
) -> Endless:
    """The chain carried to its last calendar instant."""
    machine.unobserved("an answer without a deadline")
    graph, chain = _explored(machine, watch, stops)
    # Nothing after it depends on the calendar, and one linear solve takes the place of all time.
    last = max((when for when, _ in chain.timeline), default=0.0)
    found = machine.travel(chain, last, rewards=rewards, step_rewards=steps)
    moves, lengths = chain.stiff.moves, np.ones(chain.size)
    if chain.delay is not None:
        chain.delay.check(found.v)
        moves, lengths = chain.delay.embedded()
    links = graph_of(moves)
    # Explored states need not be possible any more at that instant; those would make certainties look like chances.
    possible = can_reach(sparse.csr_array(links.T), found.v > 0.0)
    ends = time.perf_counter() + machine.max_seconds
    return Endless(
        graph, chain, last / DAY, found.v, found.integrals, found.sweep, moves, lengths, links, possible, ends
    )


def _plain(machine: Machine, posed: Posed) -> None:
    """Refuse what has no meaning without a deadline."""
    machine.needs(posed, "first")
    machine.ungiven(posed, "an answer without a deadline")
    if posed.entry.after > 0.0:
        raise EstimateError(
            f"question {posed.entry.question.name} looks from a date on, and an answer without a deadline looks at all "
            "times; ask of the condition itself"
        )


@dataclass(frozen=True, eq=False)
class Waiting:
    """What is waited for, and the states on the way.

    Attributes
    ----------
    there, open : bool (n,)
        It has come; it can still come.
    stuck : bool (n,)
        It can come no longer.
    """

    there: Bools
    open: Bools
    stuck: Bools


def _waiting(endless: Endless) -> Waiting:
    status = endless.chain.status[:, 0]
    there = status == TRUE
    # By the graph and not by numbers: whether something is certain must not hang on a residual.
    way = can_reach(endless.links, there) & endless.possible & (status == OPEN)
    stuck = endless.possible & ((status == ENDED) | ((status == OPEN) & ~way))
    return Waiting(there, way, stuck)


def ever(machine: Machine, posed: Posed) -> Estimate:
    """Probability that a condition is ever reached."""
    _plain(machine, posed)
    found = _endless(machine, posed.alone, True)
    waiting = _waiting(found)
    if not (found.possible & waiting.there).any():
        # No path leads there: 0 without an error.
        return exact(0.0, 0.0, METHOD, share=True)
    if not waiting.stuck.any():
        # No state that can occur is without a way there, and finitely many states: it comes with certainty.
        # `exact` adds what rounding may have done, and here nothing was rounded.
        return replace(exact(1.0, 0.0, METHOD, share=True), low=1.0, error=0.0)
    solve = Sojourns(found.moves, waiting.open, found.check)

    def reached(days: Floats) -> float:
        return float(solve.leaving(days)[waiting.there].sum())

    # From every state it is reached with a probability of 1 at most.
    days, residual = solve.times(found.v, reached, np.sum)
    value = float(found.v[waiting.there].sum()) + reached(days)
    relative = found.sweep.relative + found.sensitivity + solve.relative
    error = float(residual.sum()) + found.sweep.lost + relative * value
    return exact(value, error, METHOD, share=True)


def mean_time(machine: Machine, posed: Posed, reached: bool = False) -> Estimate:
    """Mean days until a condition is first true, of all histories or of those in which it ever is.

    Raises
    ------
    EstimateError
        If it is never reached, or in some histories never (and the mean of all is asked for).
    """
    _plain(machine, posed)
    watch = posed.alone
    _, chain = _explored(machine, watch, True)
    still = (chain.status[:, 0] != TRUE).astype(np.float64)[:, None]
    found = _endless(machine, watch, True, still)
    waiting = _waiting(found)
    _check_reached(machine, posed, found, waiting, reached)
    solve = Sojourns(found.moves, waiting.open, found.check)
    days, residual = solve.times(found.v)
    if reached and waiting.stuck.any():
        return _of_those(found, waiting, solve, days, residual)
    value = float(found.before[0] + found.lengths @ days)
    error = solve.error(residual) * float(found.lengths.max()) + found.sweep.lost * found.begun
    return exact(value, error + (found.sweep.relative + found.sensitivity + solve.relative) * value, METHOD)


def _check_reached(machine: Machine, posed: Posed, found: Endless, waiting: Waiting, reached: bool) -> None:
    condition = posed.entry.question.condition
    if not (found.possible & waiting.there).any():
        raise EstimateError(f"'{condition}' is never reached, in no history, so that it has no mean time")
    if waiting.stuck.any() and not reached:
        share = ever(machine, posed)
        raise EstimateError(
            f"'{condition}' is ever reached with probability {share.value:.7g} only, so that the mean of its first time over "
            "all histories is infinite; ask for that of the histories in which it is (reached_only=True), or by a date "
            "(first_time(by=))"
        )


def _of_those(found: Endless, waiting: Waiting, solve: Sojourns, days: Floats, residual: Floats) -> Estimate:
    """The mean over the histories in which it is ever reached: states weighted by how likely it is from there."""
    undelayed(found.chain, "the mean over the histories in which it is ever reached")
    if found.begun > 0.0:
        raise EstimateError(
            "the mean over the histories in which it is ever reached is given without calendar instants only; ask for "
            "first_time(by=) with a late date"
        )
    entering = np.asarray(solve.moves.T @ waiting.there.astype(np.float64))
    likely, wrong = solve.backward(entering)
    likely = np.clip(likely, 0.0, 1.0)
    share = float(found.v[waiting.there].sum() + found.v[waiting.open] @ likely[waiting.open])
    value = float(days @ likely) / share
    # Sojourns off by the residual count once, at most; chances are off by `wrong` times the mean time left.
    error = solve.error(residual)
    if wrong > 0.0:
        error += wrong * float(days @ solve.longest) + value * wrong * float(found.v @ solve.longest)
    return exact(value, error / share + 4.0 * (found.sensitivity + solve.relative) * value, METHOD)


def gathered(machine: Machine, what: Posed, until: Posed) -> Estimate:
    """Mean of what is gathered until a condition is first true: firings of an action, or a number a day."""
    _plain(machine, until)
    machine.ungiven(what, "what is gathered until a condition is reached")
    watch = Watch(until.watch.monitors[:1], what.watch.counted, what.watch.trees[:1])
    graph, chain = _explored(machine, watch, True)
    still = (chain.status[:, 0] != TRUE).astype(np.float64)
    steps: dict[tuple[int, ...], Floats] = {}
    begun = 0.0
    if what.record == "fired":
        a_day = on_chain(chain, what.added(graph, graph.tallies))
        steps = {k: on_chain(chain, what.added(graph, v)) * still[:, None] for k, v in graph.step_tallies.items()}
        begun = float(what.added(graph, graph.start_tallies))
    else:
        a_day = on_states(graph, chain, what.watch.trees[0])[:, None]
    found = _endless(machine, watch, True, a_day * still[:, None], steps)
    gains = a_day[:, 0] * still
    if chain.delay is not None:
        gains = chain.delay.gained(gains, steps[()][:, 0] if () in steps else None)
    waiting = _waiting(found)
    _check_reached(machine, until, found, waiting, False)
    solve = Sojourns(found.moves, waiting.open, found.check)
    days, residual = solve.times(found.v)
    largest, size = float(np.abs(gains).max(initial=0.0)), float(np.abs(gains) @ days)
    value = begun + float(found.before[0] + gains @ days)
    a_step = sum(float(np.abs(step).max(initial=0.0)) for step in steps.values())
    most = largest * found.begun + a_step * len(chain.timeline)
    error = solve.error(residual) * largest + found.sweep.lost * most
    relative = found.sensitivity + solve.relative + len(gains) * EPSILON
    error += found.sweep.relative * most + relative * (size + abs(value))
    return exact(value, error, METHOD)


def long_run(machine: Machine, posed: Posed) -> Estimate:
    """Long-run share of time in a condition, or mean of an expression."""
    machine.needs(posed, "at", "held")
    machine.ungiven(posed, "a long-run share")
    watch = Watch(trees=posed.watch.trees[:1])
    found = _endless(machine, watch, False)
    gains = on_states(found.graph, found.chain, watch.trees[0])
    if found.chain.delay is not None:
        gains = found.chain.delay.gained(gains, None)
    return _settled(found, gains, share=is_condition(found.graph, watch.trees[0]))


def long_run_rate(machine: Machine, posed: Posed) -> Estimate:
    """Long-run rate of an action: firings a day."""
    machine.needs(posed, "fired")
    machine.ungiven(posed, "a long-run rate")
    found = _endless(machine, Watch(counted=posed.watch.counted), False)
    graph, chain = found.graph, found.chain
    gains = on_chain(chain, posed.added(graph, graph.tallies))[:, 0]
    if chain.delay is not None:
        ends = graph.step_tallies.get(())
        gains = chain.delay.gained(gains, None if ends is None else on_chain(chain, posed.added(graph, ends))[:, 0])
    return _settled(found, gains, share=False)


def _settled(found: Endless, gains: Floats, share: bool) -> Estimate:
    """The mean gain a day in the long run: of each class of states that is never left, by how likely that is.

    In a class, sojourns between visits to one of its states are one solve (of all classes together); on the way to a
    class, another.
    """
    n, moves = found.chain.size, found.moves
    count, label = csgraph.connected_components(found.links, directed=True, connection="strong")
    edges = found.links.tocoo()
    is_open = np.zeros(count, dtype=np.bool_)
    is_open[label[edges.row[label[edges.row] != label[edges.col]]]] = True
    closed = ~is_open[label] & found.possible
    way = found.possible & ~closed
    solve = Sojourns(moves, way, found.check)
    days, residual = solve.times(found.v, lambda days: float(solve.leaving(days)[closed].sum()), np.sum)
    entering = np.where(closed, found.v + solve.leaving(days), 0.0)
    weight = np.bincount(label, entering, count)
    spent, unsure, off = _between_visits(found, closed, label, count)
    whole = np.bincount(label, spent * found.lengths, count)
    gained = np.bincount(label, spent * gains, count)
    sized = np.bincount(label, spent * np.abs(gains), count)
    used = weight > 0.0
    means, sizes = gained[used] / whole[used], sized[used] / whole[used]
    largest = float(np.abs(gains[closed]).max(initial=0.0))
    value = float(weight[used] @ means)
    error = float(residual.sum()) * largest + found.sweep.lost * largest
    sure = largest + np.abs(means) * float(found.lengths.max())
    error += float(weight[used] @ (sure * unsure[used] / whole[used]))
    relative = found.sweep.relative + 3.0 * found.sensitivity + n * EPSILON + solve.relative + 2.0 * off
    return exact(value, error + relative * float(weight[used] @ sizes), METHOD, share=share)


def _between_visits(
    found: Endless, closed: Bools, label: NDArray[np.int32], count: int
) -> tuple[Floats, Floats, float]:
    """Sojourns between two visits to one state of each class, that one included; error of their sum by class; relative.

    The state is one of the likeliest: else the sojourns would be too many orders of magnitude apart.
    """
    n, moves = found.chain.size, found.moves
    places = np.flatnonzero(closed)
    spent: Floats = np.zeros(n)
    unsure: Floats = np.zeros(count)
    off = 0.0
    likely: Floats = -np.bincount(moves.indices, moves.data, n).astype(np.float64)
    for _ in range(3):
        order = places[np.lexsort((-likely[places], label[places]))]
        heads = order[np.unique(label[order], return_index=True)[1]]
        inside = closed.copy()
        inside[heads] = False
        solve = Sojourns(moves, inside, found.check)
        head = np.zeros(n)
        # A day in each head: rates out of it are what enters the others.
        head[heads] = 1.0
        days, residual = solve.times(np.asarray(moves @ head))
        spent = days + head
        off = solve.relative
        wrong = np.zeros(n)
        wrong[residual > 0.0] = (residual * solve.longest)[residual > 0.0]
        unsure = summed(label, wrong, count)
        if float(days.max(initial=0.0)) < 1e3:
            break
        likely = spent
    return spent, unsure, off
