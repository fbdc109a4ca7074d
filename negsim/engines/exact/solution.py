"""`solve`: a scenario's answers without sampling, where its clocks are Markov."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact import questions as ask
from negsim.engines.exact.curves import ExactPassage, passage
from negsim.engines.exact.derivatives import derivative
from negsim.engines.exact.generator import TRUE, Chain
from negsim.engines.exact.graph import Graph
from negsim.engines.exact.machine import Machine, on_chain
from negsim.engines.exact.markov import numbers_of
from negsim.engines.exact.questions import Observed, Posed, Watch, exact
from negsim.engines.exact.structure import Impossible, Shape, impossible, shape
from negsim.engines.exact.transient import METHODS, Sweep
from negsim.engines.exact.travel import Mark, Probe
from negsim.errors import EngineError, EstimateError, UnknownName, nearest
from negsim.estimates import Estimate
from negsim.model.calendar import DAY
from negsim.model.expressions import reads
from negsim.model.questions import Question
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.program import Program, lower

__all__ = ["Solution", "solve"]

Floats = NDArray[np.float64]


def solve(
    scenario: Scenario,
    *,
    questions: Iterable[Question] = (),
    observed: Iterable[Observed] = (),
    max_states: int = 2_000_000,
    tolerance: float = 1e-12,
    method: str = "auto",
    stages: int | None = None,
    parameters: Mapping[str, float] | None = None,
    fix: Mapping[Any, float | bool] | None = None,
) -> Solution:
    """Solve a scenario exactly: no sampling, an error bound instead of an interval.

    It covers exponential clocks with pace and speed by state, Erlang clocks and others by stages, calendar instants,
    immediate actions, outcomes, limits, random initial values; facts, counters and levels with a step. States are
    explored when a question needs them, and only with the variables that can bear on it.

    Parameters
    ----------
    scenario : Scenario
    questions : iterable of Question
        Asked besides the scenario's own; others may be asked of the solution too.
    observed : iterable of Observed
        Answers are given that all of this was so.
    max_states : int
        Most states to explore.
    tolerance : float
        Poisson mass that truncation may lose, at most (it is kept far below that).
    method : {'auto', 'uniformisation', 'squaring', 'implicit'}
        Of the transient probabilities; see `negsim.engines.exact.transient`.
    stages : int, optional
        Put at most so many stages in the place of a law that is not Markov. The error is part of every answer.
    parameters : mapping of str to float, optional
        Values of parameters by name; where none is given best values, and contested claims are mixed over with their
        credibility.
    fix : mapping of str to bool or float, optional
        Claims that are read one way, as in `negsim.simulate`.

    Returns
    -------
    Solution

    Raises
    ------
    EngineError
        If no question of the scenario can be solved; the message says what is not Markov and what to do.

    Examples
    --------
    >>> from negsim.model.actions import Action
    >>> from negsim.model.clocks import Exponential
    >>> from negsim.model.variables import Fact
    >>> act = Action(name="deliver", when="not memo", clock=Exponential(0.3), effects=["memo = true"])
    >>> solution = solve(Scenario("tiny", start="2025-01-01", end=40, parts=[Fact("memo"), act]))
    >>> round(solution.probability("memo", by=5).value, 9)
    0.77686984
    """
    if method not in METHODS:
        raise EngineError(f"method is {method!r}; use one of {', '.join(METHODS)}")
    check_is_scenario(scenario, "solve")
    scenario = scenario.fixing(fix or {})
    elements, named = scenario.expanded, parameters or {}
    claims = tuple(name for name, one in elements.parameters.items() if one.contested and name not in named)
    program = lower(scenario, questions, claims)
    check_claims(program, claims)
    solution = Solution(
        scenario=scenario,
        program=program,
        numbers=numbers_of(program, values_of(program, parameters or {})),
        observed=tuple(observed),
        max_states=max_states,
        tolerance=tolerance,
        method=method,
        stages=stages,
        claims=claims,
    )
    refused = solution.refused
    if refused and len(refused) == len(program.probes.asked):
        raise EngineError(next(iter(refused.values())))
    return solution


def check_claims(program: Program, claims: Sequence[str]) -> None:
    """Refuse laws that read a claim: rates are numbers of the whole chain, a claim differs from history to history."""
    for law, place in zip(program.laws, program.probes.law_places, strict=True):
        for name in sorted({name for tree in law.arguments() for name in reads(tree)} & set(claims)):
            raise EngineError(
                f"{place}: its law reads the contested claim {name}, which the exact engine mixes over; let a pace or a "
                f"weight read it, read it one way with fix={{{name!r}: True}}, or simulate"
            )


def values_of(program: Program, given: Mapping[str, float]) -> list[float]:
    """A row of parameter values: the given ones, else the best."""
    names = [parameter.name for parameter in program.parameters]
    for name in given:
        if name not in names:
            raise UnknownName(f"no parameter is named {name!r}{nearest(name, names)}")
    return [float(given.get(name, best)) for name, best in zip(names, program.best(), strict=True)]


@dataclass(frozen=True, eq=False)
class Solution(Machine):
    """Exact answers, asked as those of runs are; every answer is an `Estimate` of kind exact with its error.

    Further questions may be asked at any time: by a `Question`, or by a condition or its text.
    """

    def answer(self, question: Any) -> Estimate:
        """The answer to a question of any kind, at its own dates: a probability, a mean number, days.

        Examples
        --------
        >>> import negsim as ns
        >>> print(solve(ns.load("toy")).answer("talks_day_5"))
        0.7768698, exact (error below ...)
        """
        kind = self.posed(question).kind
        if kind == "duration":
            return self.duration(question)
        if kind == "fired":
            return self.count(question)
        return self.value(question) if kind == "value" else self.probability(question)

    def probability(self, question: Any, by: Any = None, *, after: Any = None) -> Estimate:
        """Probability of yes, with its error.

        Parameters
        ----------
        question : str, Question or condition
        by : date, instant or days, optional
            Another deadline than the question's own; a bare date is the whole of that day.
        after : date, instant or days, optional
            Opening of a window: the *first* time must lie in ``[after, by]``.
        """
        posed = self.posed(question)
        if posed.kind == "holds":
            return self._at_date(posed, by, share=True)
        self.needs(posed, "reached", "when", "holds")
        upto, since, given_by = self.dates(posed, by, after)
        if since > upto:
            return exact(0.0, 0.0, "empty window", share=True)
        if posed.entry.given is None and not self.observed:
            return self._reached(posed, upto, since)
        return self._conditional(posed, upto, since, given_by)

    def _reached(self, posed: Posed, upto: float, since: float) -> Estimate:
        """First passage within a window: one sweep, two readings."""
        graph, chain = self.chain(posed.watch)
        hit = (chain.status[:, 0] == TRUE).astype(np.float64)
        probes = [Probe(upto, hit)]
        if since > 0.0:
            probes.append(Probe(since, hit, before=True))
        found = self.travel(chain, upto, probes=probes)
        value = float(found.values[0] - found.values[1:].sum())
        error = found.sweep.lost + found.sweep.relative * float(found.values.sum()) + self.misfit(graph, chain, upto)
        return exact(value, error, method_of(found.sweep), share=True)

    def _conditional(self, posed: Posed, upto: float, since: float, given_by: float) -> Estimate:
        """A ratio: yes and all that is given, to all that is given."""
        absorb = not self.observed
        graph, chain = self.chain(posed.watch, absorb)
        marks = ask.question_marks(chain, posed.entry, upto, since, given_by)
        above = self._mass(chain, [*self.evidence(graph, chain), *marks])
        # The chain of the answer stops where the answer is No: what is given is asked of a chain of its own.
        rest = Watch(monitors=posed.watch.monitors[1:], trees=posed.watch.reads)
        graph, chain = self.chain(rest, absorb)
        given = ask.given_marks(chain, given_by) if rest.monitors else []
        below = self._mass(chain, [*self.evidence(graph, chain), *given])
        return ratio(above, below, self.misfit(graph, chain, max(upto, given_by)))

    def _mass(self, chain: Chain, marks: list[Mark]) -> tuple[float, float]:
        """Probability (or density) left by some marks, with its error."""
        found = self.travel(chain, max((mark.time for mark in marks), default=0.0), marks=marks)
        value = float(found.v.sum())
        return value, found.sweep.lost + found.sweep.relative * value

    def holds(self, condition: Any, on: Any = None) -> Estimate:
        """Probability that a condition (or a question of kind holds) is true on a date."""
        return self._at_date(self.posed_as(condition, "holds"), on, share=True)

    def value(self, expression: Any, on: Any = None) -> Estimate:
        """Expected value of an expression (or of a question of kind value) on a date."""
        return self._at_date(self.posed_as(expression, "value"), on, share=False)

    def _at_date(self, posed: Posed, on: Any, share: bool) -> Estimate:
        self.needs(posed, "holds", "value")
        when = posed.entry.by / DAY if on is None else self.deadline(on)
        graph, chain = self.chain(posed.watch, absorb=not self.observed)
        values = ask.on_states(graph, chain, posed.watch.trees[0])
        size = float(np.abs(values).max(initial=0.0))
        evidence = self.evidence(graph, chain)
        marks = [*evidence, Mark(when, False, lambda v: v * values)]
        found = self.travel(chain, max(mark.time for mark in marks), marks=marks)
        total = float(found.v.sum())
        error = found.sweep.lost * size + found.sweep.relative * float(np.abs(found.v).sum())
        misfit = self.misfit(graph, chain, when) * size
        if not evidence:
            return exact(total, error + misfit, method_of(found.sweep), share=share)
        return ratio((total, error), self._mass(chain, evidence), misfit, share)

    def spread(self, expression: Any) -> float:
        """How far apart the values of an expression (or of a question of kind value) can lie, over all states."""
        posed = self.posed_as(expression, "value")
        graph, chain = self.chain(posed.watch, absorb=not self.observed)
        values = ask.on_states(graph, chain, posed.watch.trees[0])
        return float(np.ptp(values)) if len(values) else 0.0

    def count(self, action: Any, by: Any = None, *, outcome: str | None = None) -> Estimate:
        """Expected number of firings of an action (with an outcome) by a date, or of a question of kind fired."""
        posed = self.posed_as(action, "fired", outcome=outcome)
        self.needs(posed, "fired")
        graph, chain = self.chain(posed.watch)
        column = graph.counted.index(posed.watch.counted[0])
        rewards = on_chain(chain, graph.tallies[:, column])
        steps = {due: on_chain(chain, table[:, column]) for due, table in graph.step_tallies.items()}
        return self._gathered(graph, chain, posed, by, (rewards, steps, float(graph.start_tallies[column])))

    def duration(self, condition: Any, by: Any = None) -> Estimate:
        """Expected time (days) for which a condition holds by a date, or of a question of kind duration."""
        posed = self.posed_as(condition, "duration")
        self.needs(posed, "duration")
        graph, chain = self.chain(posed.watch)
        rewards = ask.on_states(graph, chain, posed.watch.trees[0])[:, None]
        return self._gathered(graph, chain, posed, by, (rewards, {}, 0.0))

    def _gathered(
        self, graph: Graph, chain: Chain, posed: Posed, by: Any, rewards: tuple[Floats, dict[tuple[int, ...], Floats], float]
    ) -> Estimate:
        """A reward added up until a date: per day, per calendar step, and at the start."""
        self.unobserved("an expected number of firings or time held")
        upto = posed.entry.by / DAY if by is None else self.deadline(by)
        a_day, a_step, begun = rewards
        found = self.travel(chain, upto, rewards=a_day, steps=a_step)
        value = float(found.integrals[0]) + begun
        most = float(a_day.max(initial=0.0)) * upto
        most += sum(float(a_step[due].max(initial=0.0)) for when, due in chain.timeline if when <= upto and due in a_step)
        error = found.sweep.lost * most + found.sweep.relative * value + self.misfit(graph, chain, upto) * most
        return exact(value, error, method_of(found.sweep))

    def first_time(self, question: Any, by: Any = None) -> Estimate:
        """Expected first time (days) of the histories in which it happens by the deadline; of all, if that is certain.

        Raises
        ------
        EstimateError
            If it cannot happen by then.
        """
        posed = self.posed(question)
        self.needs(posed, "reached", "when")
        self.unobserved("an expected first time")
        upto, _, _ = self.dates(posed, by)
        graph, chain = self.chain(posed.alone)
        hit = (chain.status[:, 0] == TRUE).astype(np.float64)
        found = self.travel(chain, upto, rewards=hit[:, None], probes=[Probe(upto, hit)])
        share, area = float(found.values[0]), float(found.integrals[0])
        if not share > 0.0:
            raise EstimateError(f"'{posed.entry.question.condition}' cannot happen by then, so it has no first time")
        error = (found.sweep.lost + found.sweep.relative + self.misfit(graph, chain, upto)) * 2 * upto / share
        return exact(upto - area / share, error, method_of(found.sweep))

    def first_passage(self, question: Any, dates: Iterable[Any] | None = None) -> ExactPassage:
        """The cumulative curve of the first time over dates, in one pass.

        Parameters
        ----------
        question : str, Question or condition
        dates : iterable of dates, instants or days, optional
            A hundred and every calendar instant, if not given.
        """
        posed = self.posed(question)
        self.needs(posed, "reached", "when")
        return passage(self, posed, None if dates is None else [self.deadline(date) for date in dates])

    def impossible(self, question: Any, dates: Iterable[Any] | None = None) -> Impossible:
        """Probability that the question can no longer come true by its deadline, and since when; what it waits for."""
        posed = self.posed(question)
        self.needs(posed, "reached", "when")
        self.unobserved("when a question becomes impossible")
        return impossible(self, posed, None if dates is None else [self.deadline(date) for date in dates])

    def shape(self, question: Any) -> Shape:
        """Classes of states (strongly connected components) behind a question: how many, which are never left."""
        return shape(self, self.posed(question))

    def derivative(self, question: Any, parameter: Any, by: Any = None, *, after: Any = None) -> Estimate:
        """Derivative of a probability (or expected value) with respect to a parameter, or to an action's rate.

        Parameters
        ----------
        question : str, Question or condition
            Of kind reached, when, holds or value.
        parameter : str, Parameter or Action
            A parameter that is a number, or an action with an Exponential clock (its rate, per day).
        by, after
            As in `probability`.

        Notes
        -----
        Where a parameter stands in a guard or decides an integer, the answer jumps; the derivative is that between
        the jumps.
        """
        return derivative(self, self.posed(question), getattr(parameter, "name", parameter), by, after)


def method_of(sweep: Sweep) -> str:
    """The methods used, as text."""
    return ", ".join(sorted(sweep.methods)) or "closed form"


def ratio(above: tuple[float, float], below: tuple[float, float], misfit: float, share: bool = True) -> Estimate:
    """A conditional answer with its error."""
    ask.check_evidence(below[0])
    value = above[0] / below[0]
    error = (above[1] + abs(value) * below[1] + 2 * misfit) / below[0]
    return exact(value, error, "conditional", share=share)
