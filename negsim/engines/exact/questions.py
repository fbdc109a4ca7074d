"""What a question watches, and which marks on the way answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.firing import Monitor
from negsim.engines.exact.generator import TRUE, Chain
from negsim.engines.exact.graph import Graph
from negsim.engines.exact.travel import Mark
from negsim.engines.exact.vector import evaluate
from negsim.errors import EngineError, EstimateError
from negsim.estimates import Estimate
from negsim.model.calendar import Moment, moment
from negsim.model.expressions import Expression, as_condition
from negsim.probes import Asked
from negsim.program import Program

__all__ = ["Observed", "Posed", "Watch", "exact", "observing", "on_states", "question_marks", "watch_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """Something known of the history: answers are then given that it was so.

    Parameters
    ----------
    condition : condition
    on : date, instant or days, optional
        The condition holds on that date, after everything on it (a bare date: the end of that day).
    at : instant or days, optional
        The condition turned true at this very instant: at a calendar instant the probability of that is taken, between
        them its density.

    Examples
    --------
    >>> Observed(condition="not memorandum", on=5).on
    5.0
    """

    condition: Expression
    on: Moment | None = None
    at: Moment | None = None

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "condition", as_condition(self.condition))
        if (self.on is None) == (self.at is None):
            raise EstimateError(f"observed '{self.condition}': give either on=date (it holds then) or at=instant (it turned true then)")
        for key in ("on", "at"):
            if getattr(self, key) is not None:
                put(self, key, moment(getattr(self, key), f"observed '{self.condition}': {key}"))


@dataclass(frozen=True, slots=True)
class Watch:
    """Monitors, counted firings and further trees on which an answer depends."""

    monitors: tuple[Monitor, ...] = ()
    counted: tuple[tuple[int, int | None], ...] = ()
    trees: tuple[Expression, ...] = ()

    @property
    def reads(self) -> tuple[Expression, ...]:
        """All trees looked at."""
        return (*self.trees, *(tree for m in self.monitors for tree in (m.condition, m.throughout)))


@dataclass(frozen=True, slots=True)
class Posed:
    """A question with its dates in days and what must be watched to answer it."""

    entry: Asked
    watch: Watch

    @property
    def kind(self) -> str:
        """Kind of the question."""
        return self.entry.question.kind

    @property
    def alone(self) -> Watch:
        """The question's own condition, without what is given."""
        return Watch(monitors=self.watch.monitors[:1])


def watch_of(program: Program, entry: Asked) -> Watch:
    """What must be watched to answer a question."""
    probes, kind = program.probes, entry.question.kind
    if kind == "happens" or entry.question.at_least is not None or (entry.given and entry.given.form != "by"):
        raise EngineError(f"question {entry.question.name}: the exact engine has no answer of this form yet; simulate")
    if kind in ("reached", "when"):
        columns = [entry.column] + ([] if entry.given is None else [entry.given.column])
        return Watch(monitors=tuple(Monitor(*probes.first[column]) for column in columns))
    if kind == "fired":
        action, outcome, _, _ = probes.fired[entry.column]
        return Watch(counted=((action, outcome),))
    table = probes.held if kind == "duration" else probes.at
    return Watch(trees=(table[entry.column][0],))


def exact(value: float, error: float, method: str, share: bool = False) -> Estimate:
    """An estimate of kind exact; ``share`` keeps it and its range within [0, 1]."""
    error = float(error) + 4e-16 * abs(value)
    low, high = value - error, value + error
    if share:
        value, low, high = (min(max(x, 0.0), 1.0) for x in (value, low, high))
    unit = "%" if share else ""
    return Estimate(value=value, low=low, high=high, level=0.95, kind="exact", method=method, n=0, error=error, unit=unit)


def on_states(graph: Graph, chain: Chain, tree: Expression) -> Floats:
    """Values of a tree (conditions as 0 and 1) in every state of a chain; 0 where the chain has stopped."""
    values = evaluate(tree, graph.layout.view(graph.rows)).v
    whole = np.broadcast_to(np.asarray(values, dtype=np.float64), graph.states)
    return np.where(chain.state >= 0, whole[chain.state], 0.0)


def keep(mask: NDArray[np.bool_]) -> Mark:
    """A mark (its time to be set) that forgets everything outside a mask."""
    weight = mask.astype(np.float64)
    return Mark(0.0, False, lambda v: v * weight)


def at(mark: Mark, time: float, before: bool = False) -> Mark:
    """The mark at a time."""
    return Mark(time, before, mark.act)


def question_marks(chain: Chain, entry: Asked, by: float, after: float, given_by: float) -> list[Mark]:
    """Marks that leave the probability of yes (the first watched condition; a second one is what is given)."""
    first = chain.status[:, 0] == TRUE
    marks = [at(keep(first), by)]
    if after > 0.0:
        marks.append(at(keep(~first), after, before=True))
    if entry.given is not None:
        marks += given_marks(chain, given_by)
    return marks


def given_marks(chain: Chain, given_by: float) -> list[Mark]:
    """Marks that leave the histories in which what is given came true."""
    return [at(keep(chain.status[:, -1] == TRUE), given_by)]


def observing(
    graph: Graph, observed: Sequence[tuple[Expression, float, bool]]
) -> tuple[list[NDArray[np.bool_]], list[tuple[int, Expression, float, str]]]:
    """Transitions wanted as matrices for observed events, and what is to be done at each observation.

    Observations are (condition, days, turned); what is to be done is (matrix, condition, days, how) with how one of
    ``holds``, ``turned`` (at a calendar instant) and ``density``.
    """
    chosen: list[NDArray[np.bool_]] = []
    plan: list[tuple[int, Expression, float, str]] = []
    due = dict(graph.timeline)
    for condition, days, turned in observed:
        if not turned:
            plan.append((-1, condition, days, "holds"))
            continue
        true = np.asarray(evaluate(condition, graph.layout.view(graph.rows)).v, dtype=np.bool_)
        true = np.broadcast_to(true, graph.states)
        step = graph.steps.get(due[days]) if days in due else None
        if step is not None and (~true[step.source] & true[step.target]).any():
            plan.append((-1, condition, days, "turned"))
            continue
        plan.append((len(chosen), condition, days, "density"))
        chosen.append(~true[graph.rates.source] & true[graph.rates.target])
    return chosen, plan


def observed_marks(graph: Graph, chain: Chain, plan: Sequence[tuple[int, Expression, float, str]]) -> list[Mark]:
    """Marks that leave the histories in which everything observed was so."""
    marks = []
    for matrix, condition, days, how in plan:
        if how == "density":
            jump = chain.jumps[matrix]
            marks.append(Mark(days, True, lambda v, jump=jump: jump @ v))  # type: ignore[misc] # a default binds it now
            continue
        true = on_states(graph, chain, condition) != 0.0
        marks.append(at(keep(true), days))
        if how == "turned":
            marks.append(at(keep(~true), days, before=True))
    return marks


def check_evidence(mass: float) -> None:
    """Refuse to condition on what cannot happen."""
    if not mass > 0.0:
        raise EngineError("what is given or observed has probability 0 under this scenario; check the dates and the conditions")
