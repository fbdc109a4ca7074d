"""Probabilities of an answer together with all that is given: one sweep, or two where a window opens a new count."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact import questions as ask
from negsim.engines.exact.generator import TRUE, Chain
from negsim.engines.exact.graph import Edges, Graph
from negsim.engines.exact.machine import Machine
from negsim.engines.exact.questions import Posed, Watch, exact
from negsim.engines.exact.transient import Sweep
from negsim.engines.exact.travel import Mark
from negsim.estimates import Estimate

__all__ = ["Mass", "given_mass", "joint_mass", "misfit", "ratio", "refuse_decided", "weighed"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mass:
    """What is left of the probability after all marks, with its numerical error."""

    value: float
    error: float
    method: str

    @classmethod
    def of(cls, v: Floats, *sweeps: Sweep, size: float = 1.0) -> Mass:
        """The sum of a vector (of probabilities times values no larger than ``size``)."""
        total = float(np.abs(v).sum())
        error = sum(sweep.lost for sweep in sweeps) * size + sum(sweep.relative for sweep in sweeps) * total
        methods = set().union(*(sweep.methods for sweep in sweeps))
        return cls(float(v.sum()), error, ", ".join(sorted(methods)) or "closed form")


def joint_mass(machine: Machine, posed: Posed, upto: float, since: float, given: float) -> Mass:
    """Probability of yes, and of what is given and observed.

    Parameters
    ----------
    upto, since, given : float
        Deadline, opening, and date of what is given, in microseconds.
    """
    if posed.windowed and since > 0.0:
        return _windowed(machine, posed, upto, since, given)
    graph, chain = machine.chain(posed.watch, _absorbs(machine, posed))
    opening = since if posed.record == "first" else 0.0
    marks = [
        *machine.evidence(graph, chain),
        *ask.question_marks(chain, upto, opening),
        *ask.given_marks(graph, chain, posed, given),
    ]
    found = machine.travel(chain, max(mark.time for mark in marks), marks=marks)
    return Mass.of(found.v, found.sweep)


def _absorbs(machine: Machine, posed: Posed) -> bool:
    """Whether the state may be forgotten once the answer is known: not if it is looked at later."""
    return not machine.observed and posed.form != "on"


def _windowed(machine: Machine, posed: Posed, upto: float, since: float, given: float) -> Mass:
    """Up to the opening only what is given is watched; what the question asks begins there."""
    graph = machine.graph(posed.watch)
    before = machine.begun(graph, posed.rest, False, None)
    early = [*machine.evidence(graph, before), *ask.given_marks(graph, before, posed, given)]
    first = machine.travel(before, since, marks=[mark for mark in early if mark.time < since], closed=False)
    start = _opening(graph, before, first.v, posed)
    chain = machine.begun(graph, posed.watch, _absorbs(machine, posed), start)
    late = [
        *machine.evidence(graph, chain),
        *ask.given_marks(graph, chain, posed, given),
        *ask.question_marks(chain, upto),
    ]
    late = [mark for mark in late if mark.time >= since]
    then = machine.travel(chain, max(mark.time for mark in late), marks=late, begin=(since, chain.start))
    return Mass.of(then.v, first.sweep, then.sweep)


def _opening(graph: Graph, chain: Chain, v: Floats, posed: Posed) -> Edges:
    """Where a window begins: the states just before it, with what is known of the given."""
    flags = np.zeros(chain.size, dtype=np.int64)
    for column, monitor in enumerate(posed.rest.monitors):
        flags |= chain.status[:, column].astype(np.int64) << (2 * graph.monitors.index(monitor))
    condition = posed.entry.question.condition
    if posed.entry.question.or_holds and condition is not None:
        own = graph.monitors.index(posed.watch.monitors[0])
        flags |= (ask.on_states(graph, chain, condition) != 0.0).astype(np.int64) << (2 * own)
    return Edges(np.zeros(chain.size, dtype=np.int64), chain.state, flags, v[:, None])


def misfit(machine: Machine, posed: Posed, until: float) -> tuple[float, bool]:
    """What stages fitted and states cut off can change in a probability, and whether anything was fitted."""
    graph = machine.graph(posed.watch)
    if not graph.fitted:
        return graph.cut, False
    # Before a window opens nothing is known of its answer, so that the chain goes on all the time.
    watch = posed.rest if posed.windowed else posed.watch
    graph, chain = machine.chain(watch, not posed.windowed and _absorbs(machine, posed))
    return machine.misfit(graph, chain, until), bool(graph.fitted)


def given_mass(machine: Machine, posed: Posed, given: float) -> Mass:
    """Probability (or density) of what is given and observed."""
    # The chain of the answer may stop where the answer is no: what is given is asked of a chain of its own.
    graph, chain = machine.chain(posed.rest, _absorbs(machine, posed))
    marks = [*machine.evidence(graph, chain), *ask.given_marks(graph, chain, posed, given)]
    if posed.form == "by":
        refuse_decided(chain, posed)
    found = machine.travel(chain, max((mark.time for mark in marks), default=0.0), marks=marks)
    return Mass.of(found.v, found.sweep)


def refuse_decided(chain: Chain, posed: Posed) -> None:
    """Refuse a given that every history has at the start."""
    if not chain.start[chain.status[:, -1] != TRUE].any():
        ask.refuse_given(posed.entry)


def weighed(machine: Machine, posed: Posed, when: float, given: float) -> tuple[Mass, float]:
    """Expected value of an expression on a date over the histories of all that is given, and the largest value."""
    watch = Watch(monitors=posed.watch.monitors, trees=posed.watch.trees)
    graph, chain = machine.chain(watch, False if posed.form else not machine.observed)
    values = ask.on_states(graph, chain, posed.watch.trees[0])
    size = float(np.abs(values).max(initial=0.0))
    act: Callable[[Floats], Floats] = lambda v: v * values  # noqa: E731 # a mark's action
    marks: Sequence[Mark] = [
        *machine.evidence(graph, chain),
        *ask.given_marks(graph, chain, posed, given),
        Mark(when, False, act),
    ]
    found = machine.travel(chain, max(mark.time for mark in marks), marks=marks)
    return Mass.of(found.v, found.sweep, size=size), size


def ratio(above: Mass, below: Mass, beside: float, share: bool = True, fitted: bool = False) -> Estimate:
    """A conditional answer with its error."""
    ask.check_evidence(below.value)
    value = above.value / below.value
    error = (above.error + abs(value) * below.error + 2 * beside) / below.value
    return exact(value, error, "conditional", share=share, fitted=fitted)
