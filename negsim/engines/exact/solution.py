"""Answers without sampling, where clocks are Markov."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact import questions as ask
from negsim.engines.exact.curves import ExactPassage, passage
from negsim.engines.exact.derivatives import derivative
from negsim.engines.exact.firsttimes import first_time
from negsim.engines.exact.generator import Chain
from negsim.engines.exact.graph import Graph
from negsim.engines.exact.joint import given_mass, joint_mass, misfit, ratio, weighed
from negsim.engines.exact.machine import on_chain
from negsim.engines.exact.options import listed
from negsim.engines.exact.questions import Observed, Posed, exact
from negsim.engines.exact.structure import Impossible, impossible
from negsim.engines.exact.transient import Sweep
from negsim.engines.exact.undated import Undated
from negsim.errors import EstimateError
from negsim.estimates import Estimate
from negsim.model.calendar import DAY, Dated
from negsim.model.inputs import Named
from negsim.model.questions import Askable, Question

__all__ = ["Solution"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Solution(Undated):
    """Exact answers, asked as those of runs are; every answer is an `Estimate` of kind exact with its error.

    Further questions may be asked at any time: by a `Question`, or by a condition or its text.

    Parameters
    ----------
    scenario : Scenario
        What was solved.
    program : Program
        The tables that it was lowered to.
    numbers : Numbers
        Values of the parameters.
    observed : tuple of Observed
        What all answers are given.
    max_states : int
        Most states to explore.
    max_seconds : float
        Most seconds for one answer.
    tolerance : float
        Probability that cutting off may lose, at most.
    method : str
        Of the transient probabilities: ``auto``, ``uniformisation``, ``squaring`` or ``implicit``.
    stages : int or None
        Most stages in the place of a law that is not Markov.
    claims : tuple of str
        Contested claims that are mixed over.
    graphs : list
        States explored so far, kept for further questions.
    chains : dict
        Chains made so far.
    endless : dict
        Chains without an end made so far.

    See Also
    --------
    solve : Solve a scenario exactly.
    Observed : Something known of the history.

    Examples
    --------
    >>> import negsim as ns
    >>> solution = ns.solve(ns.load("toy"))
    >>> print(solution.probability("talks_day_5"))
    0.7768698, exact (error below ...)
    """

    def given(self, *observed: Observed) -> Self:
        """The same scenario, answers given that this was observed too.

        Parameters
        ----------
        *observed : Observed
            What is known besides.

        Returns
        -------
        Solution
            A new one; this one stays as it is.

        Examples
        --------
        >>> import negsim as ns
        >>> later = ns.solve(ns.load("toy")).given(ns.Observed(condition="talks.held", on=5))
        >>> round(later.probability("summit.held", by=30).value, 7)
        0.5090754
        """
        return replace(
            self, observed=(*self.observed, *listed(observed, Observed, "observed")), graphs=[], chains={}, endless={}
        )

    def answer(self, question: Question | Askable) -> Estimate:
        """The answer to a question of any kind, at its own dates: a probability, a mean number, days.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.

        Raises
        ------
        EngineError
            If the question cannot be solved; the message says why and what to do.

        Examples
        --------
        >>> import negsim as ns
        >>> print(ns.solve(ns.load("toy")).answer("talks_day_5"))
        0.7768698, exact (error below ...)
        """
        posed = self.posed(question)
        if posed.entry.question.probable:
            return self.probability(question)
        if posed.record == "held":
            return self.duration(question)
        return self.count(posed.entry.question) if posed.record == "fired" else self.value(question)

    def probability(
        self,
        question: Question | Askable,
        by: Dated | None = None,
        *,
        before: Dated | None = None,
        after: Dated | None = None,
    ) -> Estimate:
        """Probability of yes, with its error.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        by : date, instant or days, optional
            Another deadline than the question's own; a bare date is the whole of that day.
        before : date, instant or days, optional
            In place of ``by``: up to the last microsecond before that date begins, or before the instant.
        after : date, instant or days, optional
            Opening of a window: the *first* time must lie in ``[after, by]``; for kind ``happens`` a turn must, for
            ``fired`` so many firings.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.
        """
        posed = self.posed(question)
        if posed.record == "at" and posed.entry.question.row.share:
            return self._at_date(posed, by, share=True, before=before)
        self.needs_probability(posed)
        upto, since, given = self.dates(posed, by, after, before)
        above = joint_mass(self, posed, upto, since, given)
        beside, fitted = misfit(self, posed, max(upto, given))
        if not posed.form and not self.observed:
            return exact(above.value, above.error + beside, above.method, share=True, fitted=fitted)
        return ratio(above, given_mass(self, posed, given), beside, fitted=fitted)

    def holds(self, condition: Question | Askable, on: Dated | None = None) -> Estimate:
        """Probability that a condition (or a question of kind holds) is true on a date.

        Parameters
        ----------
        condition : str, Question or condition
            The condition as text or tree, or a question about it.
        on : date, instant or days, optional
            The date; a bare date means its end. By default the question's own.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.
        """
        return self._at_date(self.posed_as(condition, "holds"), on, share=True)

    def value(self, expression: Question | Askable, on: Dated | None = None) -> Estimate:
        """Expected value of an expression (or of a question of kind value) on a date.

        Parameters
        ----------
        expression : str, Question or expression
            The number as text or tree, or a question about it.
        on : date, instant or days, optional
            The date; a bare date means its end. By default the question's own.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.
        """
        return self._at_date(self.posed_as(expression, "value"), on, share=False)

    def _at_date(self, posed: Posed, on: Any, share: bool, before: Dated | None = None) -> Estimate:
        self.needs(posed, "at")
        when, _, given = self.dates(posed, on, None, before)
        above, size = weighed(self, posed, when, given)
        beside, fitted = misfit(self, posed, max(when, given))
        if not posed.form and not self.observed:
            return exact(above.value, above.error + beside * size, above.method, share=share, fitted=fitted)
        return ratio(above, given_mass(self, posed, given), beside * size, share, fitted=fitted)

    def count(self, action: Question | Named | str, by: Dated | None = None, *, outcome: str | None = None) -> Estimate:
        """Expected number of firings of an action (with an outcome) by a date, or of a question of kind fired.

        Parameters
        ----------
        action : Action, Question or str
            The action, its name, or a question of kind ``fired``.
        by : date, instant or days, optional
            Another deadline than the question's own.
        outcome : str, optional
            Count only the firings with this outcome.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.
        """
        posed = self.posed_as(action, "fired", outcome=outcome)
        self.needs(posed, "fired")
        graph, chain = self.chain(posed.watch)
        if not posed.watch.counted:
            raise EstimateError(
                f"question {posed.entry.question.name} asks for a probability (at_least); use probability()"
            )
        rewards = on_chain(chain, posed.added(graph, graph.tallies))
        steps = {due: on_chain(chain, posed.added(graph, table)) for due, table in graph.step_tallies.items()}
        return self._gathered(graph, chain, posed, by, (rewards, steps, float(posed.added(graph, graph.start_tallies))))

    def duration(self, condition: Question | Askable, by: Dated | None = None) -> Estimate:
        """Expected time (days) for which a condition holds by a date, or of a question of kind duration or integral.

        Parameters
        ----------
        condition : str, Question or condition
            The condition as text or tree, or a question about it.
        by : date, instant or days, optional
            Another deadline than the question's own.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.
        """
        posed = self.posed_as(condition, "duration")
        self.needs(posed, "held")
        graph, chain = self.chain(posed.watch)
        rewards = ask.on_states(graph, chain, posed.watch.trees[0])[:, None]
        return self._gathered(graph, chain, posed, by, (rewards, {}, 0.0))

    def _gathered(
        self,
        graph: Graph,
        chain: Chain,
        posed: Posed,
        by: Any,
        rewards: tuple[Floats, dict[tuple[int, ...], Floats], float],
    ) -> Estimate:
        """A reward added up within a window: per day, per calendar step, and at the start."""
        self.unobserved("an expected number of firings or time held")
        self.ungiven(posed, "an expected number of firings or time held")
        upto, since, _ = self.dates(posed, by)
        a_day, a_step, begun = rewards
        early, begin = 0.0, None
        if since > 0.0:
            opened = self.travel(chain, since, closed=False)
            early, begin = opened.sweep.lost + opened.sweep.relative, (since, opened.v)
        found = self.travel(chain, upto, begin=begin, rewards=a_day, step_rewards=a_step)
        value = float(found.integrals[0]) + (begun if since == 0.0 else 0.0)
        most = float(abs(a_day).max(initial=0.0)) * ((upto - since) / DAY)
        most += sum(
            float(abs(a_step[due]).max(initial=0.0))
            for when, due in chain.timeline
            if since <= when <= upto and due in a_step
        )
        if chain.delay is not None and () in a_step:
            most += float(abs(a_step[()]).max(initial=0.0)) * (1.0 + (upto - since) / DAY / chain.delay.days)
        # Of numbers of both signs a sum is no measure.
        signs = min(float(gain.min(initial=0.0)) for gain in (a_day, *a_step.values()))
        size = value if signs >= 0.0 else most
        error = (found.sweep.lost + early + self.misfit(graph, chain, upto)) * most + found.sweep.relative * size
        return exact(value, error, method_of(found.sweep), fitted=bool(graph.fitted))

    def first_time(self, question: Question | Askable, by: Dated | None = None) -> Estimate:
        """Expected first time (days) of the histories in which it happens by the deadline; of all, if that is certain.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        by : date, instant or days, optional
            Another deadline than the question's own.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.

        Raises
        ------
        EstimateError
            If it cannot happen by then.
        """
        return first_time(self, self.posed(question), by)

    def first_passage(self, question: Question | Askable, dates: Iterable[Dated] | None = None) -> ExactPassage:
        """The cumulative curve of the first time over dates, in one pass.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        dates : iterable of dates, instants or days, optional
            A hundred and every calendar instant, if not given.

        Returns
        -------
        ExactPassage
            Dates and probabilities, with one error for all.
        """
        posed = self.posed(question)
        self.needs(posed, "first")
        return passage(self, posed, self.times(dates))

    def impossible(self, question: Question | Askable, dates: Iterable[Dated] | None = None) -> Impossible:
        """Probability that the question can no longer come true by its deadline, and since when; what it waits for.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        dates : iterable of dates, instants or days, optional
            By default a hundred and every calendar instant.

        Returns
        -------
        Impossible
            Curves over the dates, and what is waited for.
        """
        posed = self.posed(question)
        self.needs(posed, "first")
        self.unobserved("when a question becomes impossible")
        self.ungiven(posed, "when a question becomes impossible")
        return impossible(self, posed, self.times(dates))

    def derivative(
        self,
        question: Question | Askable,
        parameter: Named | str,
        by: Dated | None = None,
        *,
        after: Dated | None = None,
    ) -> Estimate:
        """Derivative of a probability (or expected value) with respect to a parameter, or to an action's rate.

        Parameters
        ----------
        question : str, Question or condition
            Of kind reached, when, holds or value.
        parameter : str, Parameter or Action
            A parameter that is a number, or an action with an Exponential clock (its rate, per day).
        by : date, instant or days, optional
            As in `probability`.
        after : date, instant or days, optional
            As in `probability`.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.

        Notes
        -----
        Where a parameter stands in a guard or decides an integer, the answer jumps; the derivative is that between
        the jumps.
        """
        return derivative(self, self.posed(question), str(getattr(parameter, "name", parameter)), by, after)


def method_of(sweep: Sweep) -> str:
    """The methods used, as text."""
    return ", ".join(sorted(sweep.methods)) or "closed form"
