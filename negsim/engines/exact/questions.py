"""What a question watches, and which marks on the way answer it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.firing import MOST_COUNTED, Monitor, Nth
from negsim.engines.exact.generator import TRUE, Chain
from negsim.engines.exact.graph import Graph
from negsim.engines.exact.travel import Mark
from negsim.engines.exact.vector import evaluate
from negsim.errors import EngineError, EstimateError
from negsim.estimates import Estimate
from negsim.model.calendar import moment
from negsim.model.expressions import Expression, as_condition
from negsim.model.inputs import Amount, MaybeDate, preset, record
from negsim.program import Program
from negsim.program.probes import ALWAYS, Asked

__all__ = [
    "NoSuchHistory",
    "Observed",
    "Posed",
    "Watch",
    "exact",
    "is_condition",
    "observing",
    "on_states",
    "question_marks",
    "watch_of",
]

Floats = NDArray[np.float64]


@record
class Observed:
    """Something known of the history: answers are then given that it was so.

    Parameters
    ----------
    condition : condition
        What is known to hold.
    on : date, instant or days, optional
        The condition holds on that date, after everything on it (a bare date: the end of that day).
    at : instant or days, optional
        The condition turned true at this very instant: at a calendar instant the probability of that is taken, between
        them its density.

    See Also
    --------
    solve : Solve a scenario exactly.
    Solution : Exact answers, each with its error.

    Examples
    --------
    >>> Observed(condition="not memorandum", on=5).on
    5.0
    """

    condition: Amount
    on: MaybeDate = preset(None)
    at: MaybeDate = preset(None)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "condition", as_condition(self.condition))
        if (self.on is None) == (self.at is None):
            raise EstimateError(
                f"observed '{self.condition}': give either on=date (it holds then) or at=instant (it turned true then)"
            )
        for key in ("on", "at"):
            if getattr(self, key) is not None:
                put(self, key, moment(getattr(self, key), f"observed '{self.condition}': {key}"))


@dataclass(frozen=True, slots=True)
class Watch:
    """Monitors, counted firings and further trees on which an answer depends."""

    monitors: tuple[Monitor, ...] = ()
    counted: tuple[tuple[int, int | None], ...] = ()
    trees: tuple[Expression, ...] = ()
    nth: Nth | None = None

    @property
    def reads(self) -> tuple[Expression, ...]:
        """All trees looked at."""
        return (*self.trees, *(tree for m in self.monitors for tree in (m.condition, m.throughout)))

    @property
    def ranks(self) -> list[int]:
        """Actions whose firings are counted."""
        return [*(rank for rank, _ in self.counted), *(() if self.nth is None else (self.nth.rank,))]


@dataclass(frozen=True, slots=True)
class Posed:
    """A question with its dates in microseconds and what must be watched to answer it."""

    entry: Asked
    watch: Watch

    @property
    def kind(self) -> str:
        """Kind of the question."""
        return self.entry.question.kind

    @property
    def record(self) -> str:
        """What is recorded for questions of its kind."""
        return self.entry.question.row.record

    @property
    def form(self) -> str:
        """How what is given is dated: by, not_by, on; empty if nothing is given."""
        return "" if self.entry.given is None else self.entry.given.form

    def added(self, graph: Graph, tallies: Floats) -> Floats:
        """Firings of what is counted, added up with their weights: the last axis of tallies has a column a count."""
        columns = [graph.counted.index(one) for one in self.watch.counted]
        weights = np.asarray([weight for _, weight in self.entry.terms])
        found: Floats = tallies[..., columns] @ weights
        return found

    @property
    def alone(self) -> Watch:
        """The question's own condition, without what is given."""
        return replace(self.watch, monitors=() if self.watch.nth else self.watch.monitors[:1], trees=())

    @property
    def rest(self) -> Watch:
        """What is given, without the question's own condition; the cone stays."""
        own = 1 if self.entry.question.row.timed else 0
        return Watch(monitors=self.watch.monitors[own:], trees=self.watch.reads)

    @property
    def windowed(self) -> bool:
        """Whether a window opens a new count, rather than asking for the first time."""
        return self.record in ("edges", "fired")


def watch_of(program: Program, entry: Asked) -> Watch:
    """What must be watched to answer a question."""
    probes, question = program.probes, entry.question
    monitors: list[Monitor] = []
    trees: list[Expression] = []
    more: dict[str, Any] = {}
    if question.row.record == "first":
        monitors.append(Monitor(*probes.first[entry.column]))
    elif question.row.record == "edges":
        monitors.append(Monitor(probes.edges[entry.column][0], ALWAYS, True))
    elif question.row.record == "fired":
        counted = tuple(probes.fired[column][:2] for column, _ in entry.terms)
        if question.at_least is None:
            more["counted"] = counted
        elif question.weights:
            raise EngineError(
                f"question {question.name}: whether firings with weights come to at least {question.at_least:g} has no exact "
                "answer; ask for their mean (without at_least), ask it of one action, or simulate"
            )
        elif question.at_least <= MOST_COUNTED:
            more["nth"] = Nth(*counted[0], int(question.at_least))
        else:
            raise EngineError(
                f"question {question.name}: at_least = {question.at_least} firings are more than the exact engine counts "
                f"(up to {MOST_COUNTED:,}); simulate"
            )
    else:
        table = probes.held if question.row.record == "held" else probes.at
        trees.append(table[entry.column][0])
    if entry.given is not None:
        if entry.given.form == "on":
            trees.append(probes.at[entry.given.column][0])
        else:
            monitors.append(Monitor(*probes.first[entry.given.column]))
    return Watch(monitors=tuple(monitors), trees=tuple(trees), **more)


SMALL = 1e-3
"""Share of a value below which its error must lie for it to be called exact."""


def exact(value: float, error: float, method: str, share: bool = False, fitted: bool = False) -> Estimate:
    """An estimate of kind exact; ``share`` keeps it and its range within [0, 1].

    The word is used only where nothing was fitted and the error is small against the value.
    """
    error = float(error) + 4e-16 * abs(value)
    if not (math.isfinite(value) and math.isfinite(error)):
        raise EngineError(
            f"the answer or its error is beyond what a float holds ({value!r}, error {error!r}); bound the rates, paces and "
            "values, or simulate"
        )
    low, high = value - error, value + error
    if share:
        value, low, high = (min(max(x, 0.0), 1.0) for x in (value, low, high))
    text, unit = "", "%" if share else ""
    if fitted:
        method, text = (
            f"{method}, fitted stages",
            f"{supported(value, error)}, by fitted stages (error below {error:.1g})",
        )
    elif error > SMALL * abs(value):
        text = f"{supported(value, error)} (error below {error:.1g})"
    return Estimate(
        value=value, low=low, high=high, level=0.95, kind="exact", method=method, n=0, error=error, text=text, unit=unit
    )


def supported(value: float, error: float) -> str:
    """A value with as many digits as its error leaves, one at least.

    >>> supported(0.123456, 0.01), supported(6.875781e-08, 0.6)
    ('0.12', '7e-08')
    """
    digits = 7 if error == 0.0 or value == 0.0 else math.floor(math.log10(abs(value) / error)) + 1
    return f"{value:.{min(max(digits, 1), 7)}g}"


def on_states(graph: Graph, chain: Chain, tree: Expression) -> Floats:
    """Values of a tree (conditions as 0 and 1) in every state of a chain; 0 where the chain has stopped."""
    values = evaluate(tree, graph.layout.view(graph.rows)).v
    whole = np.broadcast_to(np.asarray(values, dtype=np.float64), graph.states)
    return np.where(chain.state >= 0, whole[chain.state], 0.0)


def is_condition(graph: Graph, tree: Expression) -> bool:
    """Whether a tree is true or false, rather than a number."""
    return np.asarray(evaluate(tree, graph.layout.view(graph.rows[:1])).v).dtype == np.bool_


def keep(mask: NDArray[np.bool_]) -> Mark:
    """A mark (its time to be set) that forgets everything outside a mask."""
    weight = mask.astype(np.float64)
    return Mark(0.0, False, lambda v: v * weight)


def at(mark: Mark, time: float, before: bool = False) -> Mark:
    """The mark at a time."""
    return Mark(time, before, mark.act)


def question_marks(chain: Chain, by: float, after: float = 0.0) -> list[Mark]:
    """Marks that leave the probability of yes, of the first status; with an opening, only of a first time from it on."""
    first = chain.status[:, 0] == TRUE
    marks = [at(keep(first), by)]
    if after > 0.0:
        marks.append(at(keep(~first), after, before=True))
    return marks


def given_marks(graph: Graph, chain: Chain, posed: Posed, when: float) -> list[Mark]:
    """Marks that leave the histories in which what is given was so; its status is the last one."""
    if posed.form == "on":
        return [at(keep(on_states(graph, chain, posed.watch.trees[-1]) != 0.0), when)]
    if posed.form:
        true = chain.status[:, -1] == TRUE
        return [at(keep(true if posed.form == "by" else ~true), when)]
    return []


def observing(
    graph: Graph, observed: Sequence[tuple[Expression, float, bool]]
) -> tuple[list[NDArray[np.bool_]], list[tuple[int, Expression, float, str]]]:
    """Transitions wanted as matrices for observed events, and what is to be done at each observation.

    Observations are (condition, time, turned); what is to be done is (matrix, condition, time, how) with how one of
    ``holds``, ``turned`` (at a calendar instant) and ``density``.
    """
    chosen: list[NDArray[np.bool_]] = []
    plan: list[tuple[int, Expression, float, str]] = []
    due = dict(graph.timeline)
    for condition, time, turned in observed:
        if not turned:
            plan.append((-1, condition, time, "holds"))
            continue
        true = np.asarray(evaluate(condition, graph.layout.view(graph.rows)).v, dtype=np.bool_)
        true = np.broadcast_to(true, graph.states)
        step = graph.steps.get(due[time]) if time in due else None
        if step is not None and (~true[step.source] & true[step.target]).any():
            plan.append((-1, condition, time, "turned"))
            continue
        plan.append((len(chosen), condition, time, "density"))
        chosen.append(~true[graph.rates.source] & true[graph.rates.target])
    return chosen, plan


def observed_marks(graph: Graph, chain: Chain, plan: Sequence[tuple[int, Expression, float, str]]) -> list[Mark]:
    """Marks that leave the histories in which everything observed was so."""
    marks = []
    for matrix, condition, time, how in plan:
        if how == "density":
            jump = chain.jumps[matrix]
            marks.append(Mark(time, True, lambda v, jump=jump: jump @ v))  # type: ignore[misc] # a default binds it now
            continue
        true = on_states(graph, chain, condition) != 0.0
        marks.append(at(keep(true), time))
        if how == "turned":
            marks.append(at(keep(~true), time, before=True))
    return marks


class NoSuchHistory(EngineError):
    """What is given or observed cannot be."""


def check_evidence(mass: float) -> None:
    """Refuse to condition on what cannot happen."""
    if not mass > 0.0:
        raise NoSuchHistory(
            "what is given or observed has probability 0 under this scenario; check the dates and the conditions"
        )


def refuse_given(entry: Asked) -> None:
    """A given that every history has at the start leaves none out."""
    question = entry.question
    raise EstimateError(
        f"question {question.name}: given '{question.given}' is true at the start of every history, so that it leaves none "
        "out; use given_on (it holds on a date) or given_not_by (it did not become true by a date)"
    )
