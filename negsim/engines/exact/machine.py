"""The machinery behind a solution: graphs explored when they are needed, chains, sweeps and their errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact import questions as ask
from negsim.engines.exact.explore import check_slots, explore
from negsim.engines.exact.generator import Chain, chain_of
from negsim.engines.exact.graph import Graph
from negsim.engines.exact.lumping import Cone, cone_of
from negsim.engines.exact.markov import Numbers, clockworks, numbers_of
from negsim.engines.exact.questions import Observed, Posed, Watch, watch_of
from negsim.engines.exact.transient import Sweep
from negsim.engines.exact.travel import Mark, Outcome, Probe, travel
from negsim.errors import EngineError, EstimateError
from negsim.model.calendar import DAY, moment
from negsim.model.expressions import Expression, Operand, Ref, as_expression
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.program import Program, lower

__all__ = ["Machine", "on_chain"]

Floats = NDArray[np.float64]
MOST_TOGETHER = 24
"""Conditions watched in one exploration."""


@dataclass(frozen=True, eq=False)
class Machine:
    """A scenario made ready to be asked for exact answers.

    Attributes
    ----------
    scenario : Scenario
    program : Program
    numbers : Numbers
        Parameter values and laws.
    observed : tuple of Observed
    max_states, tolerance, method, stages
        As given to `solve`.
    claims : tuple of str
        Contested claims that are mixed over.
    """

    scenario: Scenario
    program: Program
    numbers: Numbers
    observed: tuple[Observed, ...]
    max_states: int
    tolerance: float
    method: str
    stages: int | None
    claims: tuple[str, ...] = ()
    graphs: list[tuple[Cone, tuple[str, ...], Graph]] = field(default_factory=list, repr=False)
    chains: dict[Any, Chain] = field(default_factory=dict, repr=False)

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
        >>> from negsim.engines.exact import solve
        >>> solve(ns.load("toy")).cost
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
            watches = [self.posed(name).watch for name in self.program.probes.asked if name not in self.refused]
            trees = tuple(tree for watch in watches for tree in watch.reads)
            self.graph(Watch(trees=trees, counted=tuple({c for watch in watches for c in watch.counted})))
        return max((graph for _, _, graph in self.graphs), key=lambda graph: graph.states)

    def given(self, *observed: Observed) -> Self:
        """The same scenario, answers given that this was observed too.

        Examples
        --------
        >>> import negsim as ns
        >>> from negsim.engines.exact import Observed, solve
        >>> later = solve(ns.load("toy")).given(Observed(condition="talks.held", on=5))
        >>> round(later.probability("summit.held", by=30).value, 7)
        0.5090754
        """
        return replace(self, observed=(*self.observed, *observed), graphs=[], chains={})

    def posed(self, question: Any) -> Posed:
        """The question as it is watched: by name, by itself, or by its condition (an expression or its text)."""
        known = self.program.probes.asked
        name = question.name if isinstance(question, Question) else question
        if isinstance(name, str) and name in known and (isinstance(question, str) or known[name].question == question):
            return Posed(known[name], watch_of(self.program, known[name]))
        if isinstance(question, (Expression, Operand, str)):
            question = Question(name="anew", kind="when", condition=as_expression(question))
        if not isinstance(question, Question):
            raise EstimateError(f"{question!r} is no question; give a name, a Question or a condition")
        # Lowered beside the others: only the dates and the trees of the one question are taken.
        new = replace(question, name=_free(question.name, known))
        program = lower(self.scenario, [new], self.claims)
        return Posed(program.probes.asked[new.name], watch_of(program, program.probes.asked[new.name]))

    def posed_as(self, what: Any, kind: str, **more: Any) -> Posed:
        """A question by name or by itself, or an expression as a question of a kind."""
        if isinstance(what, Question) or (isinstance(what, str) and what in self.program.probes.asked):
            return self.posed(what)
        if kind == "fired":
            return self.posed(Question(name="anew", kind=kind, action=what, **more))
        return self.posed(Question(name="anew", kind=kind, condition=as_expression(what)))

    def needs(self, posed: Posed, *kinds: str) -> None:
        """Refuse a question of another kind."""
        if posed.kind not in kinds:
            name = posed.entry.question.name
            raise EstimateError(
                f"question {name} is of kind {posed.kind!r}, which has no such answer; ask one of kind {' or '.join(kinds)}"
            )

    def unobserved(self, what: str) -> None:
        """Refuse what is not given together with observations."""
        if self.observed:
            raise EstimateError(f"{what} is not given together with observations; ask for probabilities or values on dates")

    @cached_property
    def facts(self) -> list[tuple[Expression, float, bool]]:
        """What was observed: (condition, days, whether it turned true then)."""
        calendar = self.scenario.calendar
        found = []
        for one in self.observed:
            where = f"observed '{one.condition}'"
            days = self.deadline(one.on) if one.at is None else calendar.instant(one.at, where) / DAY
            if not 0 <= days <= self.horizon:
                raise EstimateError(f"{where}: the date lies outside the scenario; move it")
            found.append((one.condition, days, one.at is not None))
        return found

    @property
    def horizon(self) -> float:
        """The scenario's end in days: the chain runs in days, as its rates do."""
        return self.program.horizon / DAY

    def deadline(self, by: Any) -> float:
        """Days to a date, the whole of a bare one."""
        calendar = self.scenario.calendar
        when = calendar.deadline(moment(by, "by"), "by") / DAY
        if not 0 <= when <= self.horizon:
            end = calendar.label(self.program.horizon)
            raise EstimateError(f"by={by!r} lies outside the scenario (to {end}); move the scenario's end")
        return when

    def dates(self, posed: Posed, by: Any = None, after: Any = None) -> tuple[float, float, float]:
        """Deadline, opening, and deadline of what is given, in days."""
        entry = posed.entry
        upto = entry.by / DAY if by is None else self.deadline(by)
        calendar = self.scenario.calendar
        since = (entry.after if after is None else calendar.opening(moment(after, "after"), "after")) / DAY
        given_by = upto if entry.given is None or (entry.given.default and by is not None) else entry.given.when / DAY
        return upto, since, given_by

    def cone(self, watch: Watch) -> Cone:
        """What a watch depends on."""
        trees = (*watch.reads, *(condition for condition, _, _ in self.facts))
        return cone_of(self.program, trees, [rank for rank, _ in watch.counted])

    def graph(self, watch: Watch, thetas: tuple[str, ...] = ()) -> Graph:
        """The explored graph on which a watch can be kept; watches of the same cone are explored together."""
        cone = self.cone(watch)
        for known, names, graph in self.graphs:
            enough = set(watch.monitors) <= set(graph.monitors) and set(watch.counted) <= set(graph.counted)
            if known == cone and names == thetas and enough:
                return graph
        monitors, counted = dict.fromkeys(watch.monitors), dict.fromkeys(watch.counted)
        for name in [] if thetas else self.program.probes.asked:
            other = self.posed(name).watch
            if len(monitors) + len(other.monitors) <= MOST_TOGETHER and self.cone(other) == cone:
                monitors.update(dict.fromkeys(other.monitors))
                counted.update(dict.fromkeys(other.counted))
        numbers = numbers_of(self.program, self.numbers.values, thetas) if thetas else self.numbers
        graph = explore(self.program, cone, numbers, tuple(monitors), tuple(counted), self.max_states, self.stages)
        self.graphs.append((cone, thetas, graph))
        return graph

    def chain(self, watch: Watch, absorb: bool = True, thetas: tuple[str, ...] = ()) -> tuple[Graph, Chain]:
        """The chain of a watch; it stops where the answer is known, unless the state is still to be observed."""
        graph = self.graph(watch, thetas)
        watched = tuple(graph.monitors.index(monitor) for monitor in watch.monitors)
        key = (id(graph), watched, absorb)
        if key not in self.chains:
            chosen, _ = ask.observing(graph, self.facts)
            self.chains[key] = chain_of(graph, watched, absorb, chosen)
        return graph, self.chains[key]

    def evidence(self, graph: Graph, chain: Chain) -> list[Mark]:
        """Marks of what was observed."""
        return ask.observed_marks(graph, chain, ask.observing(graph, self.facts)[1])

    def travel(
        self,
        chain: Chain,
        until: float,
        probes: Sequence[Probe] = (),
        marks: Sequence[Mark] = (),
        rewards: Floats | None = None,
        steps: dict[tuple[int, ...], Floats] | None = None,
    ) -> Outcome:
        """Carry a chain to a time with a fresh record of errors."""
        sweep = Sweep(tolerance=self.tolerance, method=self.method)
        return travel(chain, until, sweep, probes, marks, rewards, steps)

    def misfit(self, graph: Graph, chain: Chain, by: float) -> float:
        """Bound of what fitted stages can change.

        A drawn time and its stand-in can be coupled to differ with a probability of their total variation distance;
        the histories then differ with at most that times the expected number of draws before the answer is known.
        """
        if not graph.fitted:
            return 0.0
        columns = range(len(graph.counted) - len(graph.fitted), len(graph.counted))
        rewards = np.hstack([on_chain(chain, graph.tallies[:, k]) for k in columns])
        steps = {due: np.hstack([on_chain(chain, t[:, k]) for k in columns]) for due, t in graph.step_tallies.items()}
        found = self.travel(chain, by, rewards=rewards, steps=steps)
        starts = found.integrals + graph.start_tallies[list(columns)]
        distances = [law.distance for rank in graph.fitted if (law := graph.firings.clocks[rank].law) is not None]
        return float(np.dot(starts, distances))


def on_chain(chain: Chain, values: Floats) -> Floats:
    """A column of the graph's states on those of a chain, (n, 1); 0 where the chain has stopped."""
    column: Floats = np.where(chain.state >= 0, values[chain.state], 0.0)[:, None]
    return column


def _free(name: str, known: Any) -> str:
    return name if name not in known else f"{name}.anew"
