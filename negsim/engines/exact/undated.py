"""What is asked of an exact solution without a date: whether ever, how long on average, in the long run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from negsim.engines.exact import forever
from negsim.engines.exact import questions as ask
from negsim.engines.exact.machine import Machine
from negsim.engines.exact.structure import Shape, shape
from negsim.estimates import Estimate
from negsim.model.actions import Action
from negsim.model.inputs import Named
from negsim.model.questions import Askable, Question

__all__ = ["Undated"]


@dataclass(frozen=True, eq=False, repr=False)
class Undated(Machine):
    """The answers to which no date belongs."""

    def spread(self, expression: Question | Askable) -> float:
        """How far apart the values of an expression (or of a question of kind value) can lie, over all states.

        Parameters
        ----------
        expression : str, Question or expression
            The number as text or tree, or a question about it.

        Returns
        -------
        float
            Greatest value less the smallest, in the expression's unit.
        """
        posed = self.posed_as(expression, "value")
        graph, chain = self.chain(posed.watch, absorb=not self.observed)
        values = ask.on_states(graph, chain, posed.watch.trees[0])
        return float(np.ptp(values)) if len(values) else 0.0

    def ever(self, question: Question | Askable) -> Estimate:
        """Probability that it is ever reached, whenever: by no date, beyond the scenario's end too.

        Parameters
        ----------
        question : str, Question or condition
            Of kind reached or when; its dates do not count, its ``throughout`` does.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.

        Raises
        ------
        EngineError
            If calendar instants go on beyond the scenario's end, a clock has fitted stages, or there are too many states.

        Examples
        --------
        >>> import negsim as ns
        >>> win = ns.Action(name="win", when="0 < x and x < 3", clock=ns.Exponential(1), effects=["x += 1"])
        >>> lose = ns.Action(name="lose", when="0 < x and x < 3", clock=ns.Exponential(1), effects=["x -= 1"])
        >>> game = ns.Scenario("game", start="2025-01-01", end=1, parts=[ns.Counter("x", initial=1), win, lose])
        >>> round(ns.solve(game).ever("x == 3").value, 12)
        0.333333333333
        """
        return forever.ever(self, self.posed(question))

    def mean_time(self, question: Question | Askable, *, reached_only: bool = False) -> Estimate:
        """Mean time (days) until it is first true, whenever that is.

        Parameters
        ----------
        question : str, Question or condition
            As in `ever`.
        reached_only : bool
            Over the histories in which it ever is; without it, it must come with certainty.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.

        Raises
        ------
        EstimateError
            If it is never reached, or not with certainty, so that the mean is infinite.
        """
        return forever.mean_time(self, self.posed(question), reached_only)

    def gathered(
        self, what: Question | Askable | Named, until: Question | Askable, *, outcome: str | None = None
    ) -> Estimate:
        """Mean of what is gathered until a condition is first true, whenever that is.

        Parameters
        ----------
        what : Action, name of an action, Question or expression
            Firings of an action (with an outcome), those at the very instant included; or a number a day: of a
            condition, the days for which it holds.
        until : str, Question or condition
            As in `ever`; it must come with certainty.
        outcome : str, optional
            Count only the firings with this outcome.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.
        """
        rows = [row.name for row in self.program.actions]
        known = what in self.program.probes.asked if isinstance(what, str) else False
        fired = isinstance(what, Action) or (isinstance(what, str) and what in rows and not known)
        posed = self.posed_as(what, "fired", outcome=outcome) if fired else self.posed_as(what, "value")
        self.needs(posed, "fired", "at", "held")
        return forever.gathered(self, posed, self.posed(until))

    def long_run(self, condition: Question | Askable) -> Estimate:
        """Long-run share of time in which a condition (or a question of kind holds or duration) holds.

        Of an expression of numbers (or a question of kind value) it is the long-run mean. Where histories can end up in
        several classes of states, it is the mean over them.

        Parameters
        ----------
        condition : str, Question or condition
            The condition as text or tree, or a question about it.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.

        Examples
        --------
        >>> import negsim as ns
        >>> fail = ns.Action(name="fail", when="up", clock=ns.Exponential(0.1), effects=["up = false"])
        >>> mend = ns.Action(name="mend", when="not up", clock=ns.Exponential(0.9), effects=["up = true"])
        >>> parts = [ns.Fact("up", initial=True), fail, mend]
        >>> round(ns.solve(ns.Scenario("mill", start="2025-01-01", end=1, parts=parts)).long_run("up").value, 12)
        0.9
        """
        return forever.long_run(self, self.posed_as(condition, "value"))

    def long_run_rate(self, action: Question | Named | str, *, outcome: str | None = None) -> Estimate:
        """Long-run rate of an action (with an outcome), or of a question of kind fired: firings a day.

        Parameters
        ----------
        action : Action, Question or str
            The action, its name, or a question of kind ``fired``.
        outcome : str, optional
            Count only the firings with this outcome.

        Returns
        -------
        Estimate
            With the numerical error as its interval, kind ``exact``.
        """
        return forever.long_run_rate(self, self.posed_as(action, "fired", outcome=outcome))

    def shape(self, question: Question | Askable) -> Shape:
        """Return the classes of states (strongly connected components) behind a question: how many, which are never left.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.

        Returns
        -------
        Shape
            Their number and sizes.
        """
        return shape(self, self.posed(question))
