"""The machinery behind a solution: graphs explored when they are needed, chains, sweeps and their errors."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact import questions as ask
from negsim.engines.exact.explore import Budget, Wanted, check_slots, explore
from negsim.engines.exact.generator import Chain, chain_of
from negsim.engines.exact.graph import Edges, Graph
from negsim.engines.exact.lumping import Cone, cone_of
from negsim.engines.exact.markov import Numbers, clockworks, numbers_of
from negsim.engines.exact.questions import Observed, Posed, Watch, watch_of
from negsim.engines.exact.transient import Sweep
from negsim.engines.exact.travel import Mark, Outcome, Probe, travel
from negsim.errors import EngineError, EstimateError
from negsim.model.actions import Action
from negsim.model.calendar import Dated, moment
from negsim.model.expressions import Expression, Operand, Ref, as_expression
from negsim.model.inputs import Named
from negsim.model.kinds import KINDS
from negsim.model.questions import ANEW, Askable, Question
from negsim.model.scenario import Scenario
from negsim.program import Program, lower

__all__ = ["Machine", "on_chain", "undelayed"]

Floats = NDArray[np.float64]
MOST_TOGETHER = 24
"""Conditions watched in one exploration."""


@dataclass(frozen=True, eq=False, repr=False)
class Machine:
    """A scenario made ready to be asked for exact answers.

    Attributes
    ----------
    scenario : Scenario
    program : Program
    numbers : Numbers
        Parameter values and laws.
    observed : tuple of Observed
    max_states, max_seconds, tolerance, method, stages
        As given to `solve`.
    claims : tuple of str
        Contested claims that are mixed over.
    """

    scenario: Scenario
    program: Program
    numbers: Numbers
    observed: tuple[Observed, ...]
    max_states: int
    max_seconds: float
    tolerance: float
    method: str
    stages: int | None
    claims: tuple[str, ...] = ()
    graphs: list[tuple[Cone, tuple[str, ...], Graph]] = field(default_factory=list, repr=False)
    chains: dict[Any, Chain] = field(default_factory=dict, repr=False)
    endless: dict[tuple[Cone, Watch, bool], tuple[Graph, Chain]] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        given = f", given {len(self.observed)} observations" if self.observed else ""
        return (
            f"<{type(self).__name__} of {self.scenario.name}: exact, {len(self.program.probes.asked)} questions{given}>"
        )

    def __eq__(self, other: object) -> bool:
        """Whether the same can be asked of the same scenario; what was worked out so far is no matter."""
        if not isinstance(other, Machine) or type(self) is not type(other):
            return NotImplemented
        # Laws are bound from the values, and what was explored is kept for speed alone.
        left_out = ("graphs", "chains", "endless", "numbers")
        names = [one.name for one in fields(self) if one.name not in left_out]
        same = all(getattr(self, name) == getattr(other, name) for name in names)
        mine, theirs = self.numbers, other.numbers
        return same and (mine.values, mine.thetas) == (theirs.values, theirs.thetas)

    def __hash__(self) -> int:
        return hash((self.observed, self.method, self.numbers.values))

    @cached_property
    def asked(self) -> tuple[str, ...]:
        """Questions that can be watched at all."""
        return tuple(name for name in self.program.probes.asked if name not in self.refused)

    @cached_property
    def refused(self) -> dict[str, str]:
        """Questions that cannot be solved, each with the reason."""
        found = {}
        for name in self.program.probes.asked:
            try:
                cone = self.cone(self.posed(name).watch)
                check_slots(self.program, cone)
                clockworks(self.program, cone, self.numbers, self.stages)
            except EngineError as error:
                found[name] = str(error)
        return found

    @property
    def states(self) -> int:
        """States of the largest graph explored (of that of all questions, before one was asked)."""
        return self._largest().states

    @property
    def transitions(self) -> int:
        """Transitions of the same graph, those at calendar instants included."""
        return self._largest().transitions

    @property
    def cost(self) -> str:
        """What exploring the largest graph took, in all and a state.

        Examples
        --------
        >>> import negsim as ns
        >>> ns.solve(ns.load("toy")).cost
        '5 states, 8 transitions, explored in ... s (... microseconds a state)'
        """
        graph = self._largest()
        each = 1e6 * graph.seconds / max(graph.states, 1)
        size = f"{graph.states:,} states, {graph.transitions:,} transitions"
        return f"{size}, explored in {graph.seconds:.2f} s ({each:.3g} microseconds a state)"

    def everything(self) -> Graph:
        """The graph of all variables and actions, nothing lumped."""
        trees = tuple(Ref(slot.name) for slot in self.program.slots if slot.kind != "parameter")
        return self.graph(Watch(trees=trees, counted=tuple((rank, None) for rank in range(len(self.program.actions)))))

    def _largest(self) -> Graph:
        if not self.graphs:
            watches = [self.posed(name).watch for name in self.asked]
            trees = tuple(tree for watch in watches for tree in watch.reads)
            counted = {c for watch in watches for c in (*watch.counted, *((rank, None) for rank in watch.ranks))}
            self.graph(Watch(trees=trees, counted=tuple(sorted(counted, key=str))))
        return max((graph for _, _, graph in self.graphs), key=lambda graph: graph.states)

    def posed(self, question: Question | Askable) -> Posed:
        """The question as it is watched: by name, by itself, or by its condition (an expression or its text)."""
        known = self.program.probes.asked
        name = question.name if isinstance(question, Question) else question
        if isinstance(name, str) and name in known and (isinstance(question, str) or known[name].question == question):
            return Posed(known[name], watch_of(self.program, known[name]))
        if isinstance(question, (Expression, Operand, str)):
            question = Question(name=ANEW, kind="when", condition=as_expression(question))
        if not isinstance(question, Question):
            raise EstimateError(f"{question!r} is no question; give a name, a Question or a condition")
        # Lowered beside the others: only the dates and the trees of the one question are taken.
        new = replace(question, name=_free(question.name, known))
        program = lower(self.scenario, [new], self.claims)
        return Posed(program.probes.asked[new.name], watch_of(program, program.probes.asked[new.name]))

    def posed_as(self, what: Question | Askable | Named, kind: str, outcome: str | None = None) -> Posed:
        """A question by name or by itself, or an expression as a question of a kind."""
        if isinstance(what, Question) or (isinstance(what, str) and what in self.program.probes.asked):
            return self.posed(what)
        if kind == "fired":
            if not isinstance(what, str | Action):
                raise EstimateError(f"action is {what!r}; give an action or its name")
            if outcome is not None and not isinstance(outcome, str):
                raise EstimateError(f"outcome is {outcome!r}; give the name of an outcome")
            return self.posed(Question(name=ANEW, kind=kind, action=what, outcome=outcome))
        if not isinstance(what, str | Operand):
            raise EstimateError(f"{what!r} is no question; give a name, a Question or an expression")
        return self.posed(Question(name=ANEW, kind=kind, condition=as_expression(what)))

    def needs(self, posed: Posed, *records: str) -> None:
        """Refuse a question for which something else is recorded."""
        if posed.record not in records:
            kinds = [kind.name for kind in KINDS.values() if kind.record in records]
            name = posed.entry.question.name
            raise EstimateError(
                f"question {name} is of kind {posed.kind!r}, which has no such answer; ask one of kind {' or '.join(kinds)}"
            )

    def needs_probability(self, posed: Posed) -> None:
        """Refuse a question whose answer is a number."""
        if not posed.entry.question.probable:
            advice = "give it at_least=" if posed.record == "fired" else "ask one of kind reached, happens or holds"
            raise EstimateError(
                f"question {posed.entry.question.name} is of kind {posed.kind!r}: its answer is a number and has no "
                f"probability; {advice}, or use count(), duration() or value()"
            )

    def ungiven(self, posed: Posed, what: str) -> None:
        """Refuse what is not computed for conditioned questions, rather than leave the condition out."""
        if posed.form:
            raise EngineError(
                f"question {posed.entry.question.name}: {what} given '{posed.entry.question.given}' has no exact answer; "
                "ask without given, ask for a probability, or simulate"
            )

    def unobserved(self, what: str) -> None:
        """Refuse what is not given together with observations."""
        if self.observed:
            raise EstimateError(
                f"{what} is not given together with observations; ask for probabilities or values on dates"
            )

    @cached_property
    def facts(self) -> list[tuple[Expression, float, bool]]:
        """What was observed: (condition, microseconds, whether it turned true then)."""
        calendar = self.scenario.calendar
        found = []
        for one in self.observed:
            where = f"observed '{one.condition}'"
            when = self.deadline(one.on) if one.at is None else calendar.instant(one.at, where)
            if not 0 <= when <= self.horizon:
                raise EstimateError(f"{where}: the date lies outside the scenario; move it")
            found.append((one.condition, when, one.at is not None))
        return found

    @property
    def horizon(self) -> float:
        """The scenario's end in microseconds."""
        return self.program.horizon

    def deadline(self, by: Dated | None, name: str = "by") -> float:
        """Microseconds to a date, the whole of a bare one."""
        return self.within(self.scenario.calendar.deadline(moment(by, name), name), by, name)

    def times(self, dates: Iterable[Dated] | None) -> list[float] | None:
        """Several dates in microseconds."""
        if dates is None:
            return None
        if isinstance(dates, str) or not isinstance(dates, Iterable):
            raise EstimateError(f"dates is {dates!r}; give a list of dates, instants or days")
        return [self.deadline(date, "dates") for date in dates]

    def within(self, when: float, told: object, name: str) -> float:
        """A date, refused if it lies outside the scenario."""
        if not 0 <= when <= self.horizon:
            label = self.scenario.calendar.label
            raise EstimateError(
                f"{name}={told!r} lies outside the scenario ({label(0.0)} to {label(self.horizon)}); move the scenario's start or end"
            )
        return when

    def dates(
        self, posed: Posed, by: Dated | None = None, after: Dated | None = None, before: Dated | None = None
    ) -> tuple[float, float, float]:
        """Deadline, opening, and date of what is given, in microseconds.

        Raises
        ------
        EstimateError
            If a date lies outside the scenario, or the window is empty.
        """
        entry, calendar = posed.entry, self.scenario.calendar
        if by is not None and before is not None:
            raise EstimateError(f"give either by={by!r} (the whole of that day) or before={before!r}, not both")
        upto = entry.by if by is None else self.deadline(by)
        if before is not None:
            upto = self.within(calendar.before(moment(before, "before"), "before"), before, "before")
        since = entry.after
        if after is not None:
            since = self.within(calendar.opening(moment(after, "after"), "after"), after, "after")
        if since > upto:
            raise EstimateError(
                f"the window from {calendar.label(since)} to {calendar.label(upto)} is empty; give a later by= or an earlier after="
            )
        own = (by, before) == (None, None)
        given = upto if entry.given is None or (entry.given.default and not own) else entry.given.when
        return upto, since, given

    def cone(self, watch: Watch) -> Cone:
        """What a watch depends on."""
        trees = (*watch.reads, *(condition for condition, _, _ in self.facts))
        return cone_of(self.program, trees, watch.ranks)

    def graph(self, watch: Watch, thetas: tuple[str, ...] = ()) -> Graph:
        """The explored graph on which a watch can be kept; watches of the same cone are explored together."""
        cone = self.cone(watch)
        for known, names, graph in self.graphs:
            enough = set(watch.monitors) <= set(graph.monitors) and set(watch.counted) <= set(graph.counted)
            if known == cone and names == thetas and enough and watch.nth in (None, graph.nth):
                return graph
        monitors, counted = dict.fromkeys(watch.monitors), dict.fromkeys(watch.counted)
        for name in [] if thetas else self.asked:
            other = self.posed(name).watch
            if len(monitors) + len(other.monitors) <= MOST_TOGETHER and self.cone(other) == cone:
                monitors.update(dict.fromkeys(other.monitors))
                counted.update(dict.fromkeys(other.counted))
        numbers = numbers_of(self.program, self.numbers.values, thetas) if thetas else self.numbers
        wanted = Wanted(tuple(monitors), tuple(counted), watch.nth)
        budget = Budget(self.max_states, self.max_seconds, self.tolerance)
        graph = explore(self.program, cone, numbers, wanted, budget, self.stages)
        self.graphs.append((cone, thetas, graph))
        return graph

    def chain(self, watch: Watch, absorb: bool = True, thetas: tuple[str, ...] = ()) -> tuple[Graph, Chain]:
        """The chain of a watch; it stops where the answer is known, unless the state is still to be observed."""
        graph = self.graph(watch, thetas)
        key = (id(graph), watch.monitors, watch.nth, absorb)
        if key not in self.chains:
            self.chains[key] = self.begun(graph, watch, absorb, None)
        return graph, self.chains[key]

    def begun(self, graph: Graph, watch: Watch, absorb: bool, start: Edges | None) -> Chain:
        """The chain of a watch on a graph, from another beginning than the scenario's."""
        chosen, _ = ask.observing(graph, self.facts)
        watched = tuple(graph.monitors.index(monitor) for monitor in watch.monitors)
        return chain_of(graph, watched, absorb, chosen, 0 if watch.nth is None else watch.nth.k, start)

    def evidence(self, graph: Graph, chain: Chain) -> list[Mark]:
        """Marks of what was observed."""
        return ask.observed_marks(graph, chain, ask.observing(graph, self.facts)[1])

    def travel(self, chain: Chain, until: float, probes: Sequence[Probe] = (), **more: Any) -> Outcome:
        """Carry a chain to a time with a fresh record of errors; more is as for `travel`."""
        sweep = Sweep(
            tolerance=more.pop("tolerance", self.tolerance),
            method=self.method,
            ends=time.perf_counter() + self.max_seconds,
        )
        # What overflows is refused with words where it is made an answer.
        with np.errstate(over="ignore", invalid="ignore"):
            return travel(chain, until, sweep, probes, **more)

    def misfit(self, graph: Graph, chain: Chain, by: float) -> float:
        """Bound of what fitted stages, and states cut off, can change in a probability.

        A drawn time and its stand-in can be coupled to differ with a probability of their total variation distance;
        the histories then differ with at most that times the expected number of draws before the answer is known.
        """
        if not graph.fitted:
            return graph.cut
        columns = range(len(graph.counted) - len(graph.fitted), len(graph.counted))
        rewards = np.hstack([on_chain(chain, graph.tallies[:, k]) for k in columns])
        steps = {due: np.hstack([on_chain(chain, t[:, k]) for k in columns]) for due, t in graph.step_tallies.items()}
        found = self.travel(chain, by, rewards=rewards, step_rewards=steps)
        starts = found.integrals + graph.start_tallies[list(columns)]
        distances = [law.distance for rank in graph.fitted if (law := graph.firings.clocks[rank].law) is not None]
        return float(np.dot(starts, distances)) + graph.cut


def on_chain(chain: Chain, values: Floats) -> Floats:
    """A column of the graph's states on those of a chain, (n, 1); 0 where the chain has stopped."""
    column: Floats = np.where(chain.state >= 0, values[chain.state], 0.0)[:, None]
    return column


def undelayed(chain: Chain, what: str) -> None:
    """Refuse what is not computed where a fixed delay begins at random instants."""
    if chain.delay is not None:
        raise EngineError(
            f"action {chain.delay.name}: its fixed delay starts at random instants, and {what} has no exact answer then; ask for "
            "a probability by a date, use Erlang, or simulate"
        )


def _free(name: str, known: Any) -> str:
    return name if name not in known else f"{name}.anew"
