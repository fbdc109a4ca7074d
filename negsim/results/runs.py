"""The results of n replications, and what can be asked of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, Trajectory, answered, numbers
from negsim.errors import NotRecorded, SimulationError, nearest
from negsim.estimates import Band, Conditional, Mean, Proportion, Quantile, Rows
from negsim.model.calendar import Dated
from negsim.model.inputs import Named
from negsim.model.questions import Askable, Question
from negsim.program.probes import Asked
from negsim.results.base import Results
from negsim.results.estimators import (
    FirstPassage,
    band_of,
    mean_of,
    mean_over,
    needs_probability,
    passage,
    quantile_in,
    refuse_given,
    share,
)
from negsim.results.weighing import Weighted

__all__ = ["FirstPassage", "Results", "Runs"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Runs(Weighted):
    """The results of n replications as immutable arrays with methods.

    Parameters
    ----------
    scenario : Scenario
        Whose histories they are.
    program : Program
        The tables that the engine ran.
    seed : int
        Seed of the keyed draws.
    rows : sequence of tuple of float
        Values of the parameters, a tuple a draw.
    drawn : bool
        Whether rows were drawn from what is believed of the parameters.
    engine : str
        Name of the engine.
    note : str
        What a reader should know besides, in a sentence.
    seconds : float
        Time spent simulating (seconds).
    max_events : int
        Most firings in one history.
    requested : int
        Replications asked for; fewer are there if a budget ended the run.
    log_weights : float array, (n,), optional
        Logarithm of what each history counts, where it was conditioned or drawn from another law; by default they all
        count alike. Every answer uses them, and is refused where they are worth fewer than 30 equal histories.
    islands : int array, (n,), optional
        Which island each history belongs to, from 0 on, where histories were resampled: intervals are then over islands.
    block : Block
        The arrays, one row a replication.

    See Also
    --------
    simulate : Simulate a scenario's histories.
    CountedRuns : Simulated results kept as counts, in constant memory.
    compare : Compare two variants, history by history.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1)
    >>> print(runs.probability("talks_day_5"))
    77.5 % [75.6, 79.3], chance 95 %, n = 2 000
    """

    block: Block

    __eq__ = Results.__eq__
    __hash__ = Results.__hash__

    @property
    def replications(self) -> int:
        """How many histories were simulated, failed ones included."""
        return len(self.block.replications)

    @property
    def events(self) -> int:
        """Firings simulated in all."""
        return int(self.block.events.sum())

    @property
    def failures(self) -> list[SimulationError]:
        """Why replications failed."""
        return self.block.failures

    @property
    def traces(self) -> list[Trajectory]:
        """Full logs of the first replications, as many as were asked for."""
        return self.block.traces

    def first_times(self, question: Question | Askable) -> NDArray[np.float64]:
        """First times (days, inf for never; NaN in failed replications) of a question's condition, (n,).

        Of a question of kind ``happens``, the first time in its window (or later) at which the condition turned true.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.

        Returns
        -------
        float array, (n,)
            Days; inf for never, NaN in failed replications.
        """
        entry = self.asked(question)
        self._needs_times(entry, "first", "edges")
        return numbers(self.block, entry)

    def answers(
        self,
        question: Question | Askable,
        by: Dated | None = None,
        after: Dated | None = None,
        *,
        before: Dated | None = None,
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return a pair of arrays (yes, counted): counted is false where what the question is given did not come true.

        Failed replications are counted and not yes; `probability` treats them as unknown.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        by : date, instant or days, optional
            Another deadline than the question's own.
        after : date, instant or days, optional
            Opening of a window: what happened earlier does not count.
        before : date, instant or days, optional
            In place of ``by``: up to just before it.

        Returns
        -------
        tuple of bool arrays, each (n,)
            Whether the answer is yes, and whether the history counts.
        """
        entry = self.asked(question)
        needs_probability(entry)
        since, upto = self.window(entry, by, after, before)
        if entry.question.row.dates == "own":
            self._no_other_date(entry, upto, since)
        if entry.question.row.dates == "earlier":
            self._no_other_date(entry, entry.by, since)  # the first turn from the opening on is known, and no other
        self._check_given(entry)
        return answered(self.block, entry, since, upto)

    def _check_given(self, entry: Asked) -> None:
        """Refuse a given that was true at the start of every history."""
        given = entry.given
        if given is not None and given.form == "by":
            times = self.block.first[~self.block.failed, given.column]
            if times.size and not times.any():
                refuse_given(entry)

    def probability(
        self,
        question: Question | Askable,
        by: Dated | None = None,
        *,
        before: Dated | None = None,
        after: Dated | None = None,
    ) -> Proportion | Conditional:
        """How often the answer is yes, with its Monte Carlo interval on request.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        by : date, instant or days, optional
            Another deadline than the question's own; a bare date is the whole of that day.
        before : date, instant or days, optional
            In place of ``by``: up to the last microsecond before that date begins, or before the instant.
        after : date, instant or days, optional
            Opening of a window.

        Returns
        -------
        Proportion or Conditional
            ``.value``, ``.interval(level, method)``; Conditional for questions with ``given``.
        """
        yes, counts = self.answers(question, by, after, before=before)
        rows, weighing = self.sums(yes, counts), self.weighing(yes, counts)
        return share(self.asked(question), rows, self.replications, clustered=self.clustered, weighing=weighing)

    def sums(self, values: NDArray[np.number | np.bool_], counts: NDArray[np.bool_]) -> Rows:
        """Return the totals by row of parameters over the replications that count.

        Parameters
        ----------
        values : array, (n,)
            What is added up.
        counts : bool array, (n,)
            Which replications count.

        Returns
        -------
        Rows
            One entry a row of parameters.
        """
        numbers = values.astype(np.float64)
        return Rows.of(self.cluster, self.clusters, numbers, counts, self.block.failed, self.weights)

    def band(
        self,
        question: Question | Askable,
        by: Dated | None = None,
        *,
        low: float = 0.05,
        high: float = 0.95,
        **dates: Dated | None,
    ) -> Band:
        """The range of the probability over the draws of the parameters, inner noise removed; dates as in `probability`.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        by : date, instant or days, optional
            Another deadline than the question's own.
        low : float, optional
            Quantile of the lower end (default 0.05).
        high : float, optional
            Quantile of the upper end (default 0.95).
        **dates : date, instant or days, optional
            ``before`` and ``after``, as in `probability`.

        Returns
        -------
        Band
            With standard errors of its ends.

        Raises
        ------
        EstimateError
            If the parameters were not drawn (``simulate(..., draws=200)``), or nothing can be told of two draws.
        """
        return band_of(self, self.probability(question, by, **dates), low, high)

    def first_passage(self, question: Question | Askable, *, level: float = 0.95) -> FirstPassage:
        """The cumulative curve of the first time, with a simultaneous band, and its quantiles as dates.

        Of a question with ``given``, the curve is that of the histories that count; with ``after``, what came before
        never comes. Where parameters were drawn the band is taken over rows.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        FirstPassage
            In days and in dates.
        """
        entry = self.asked(question)
        self._needs_times(entry, "first", "edges")
        self._check_given(entry)
        return passage(self, entry, level)

    def count(self, what: Question | Named | str, outcome: str | None = None) -> Mean:
        """How often an action fires (with an outcome), by the end or as a question of kind ``fired`` asks.

        Parameters
        ----------
        what : Action, Question or str
            The action, its name, or a question of kind ``fired``.
        outcome : str, optional
            Count only the firings with this outcome.

        Returns
        -------
        Mean
            Firings a history.
        """
        asked = self.program.probes.asked.get(what) if isinstance(what, str) else None
        if asked is not None and asked.question.row.about == "action":
            return self.mean(asked.question)
        if isinstance(what, Question):
            self._needs(self.asked(what), "fired")
            return self.mean(what)
        name = what if isinstance(what, str) else what.name
        fired = self.firings(what, outcome).astype(np.float64)
        return mean_over(self, name, fired, ~self.block.failed, (0.0, math.inf))

    def firings(self, action: Named | str, outcome: str | None = None) -> NDArray[np.int64]:
        """Return the firings of an action (with an outcome) by the end.

        Parameters
        ----------
        action : Action or str
            The action or its name.
        outcome : str, optional
            Count only the firings with this outcome.

        Returns
        -------
        int array, (n,)
            One number a replication.
        """
        name = action if isinstance(action, str) else action.name
        if not self.block.counts.shape[1]:
            raise NotRecorded(f"firings of action {name!r} were not counted; use simulate(..., keep='all')")
        column, chosen = 0, []
        for row in self.program.actions:
            for result in row.outcomes:
                if row.name == name and outcome in (None, result.name):
                    chosen.append(column)
                column += 1
        if not chosen:
            raise NotRecorded(
                "no action "
                f"{name!r}{f' with outcome {outcome!r}' if outcome else ''}{nearest(name, [row.name for row in self.program.actions])}"
            )
        total: NDArray[np.int64] = self.block.counts[:, chosen].sum(axis=1)
        return total

    def mean(self, question: Question | Askable) -> Mean:
        """The mean answer of a question whose answer is a number.

        Parameters
        ----------
        question : str or Question
            Of kind ``duration`` (days), ``value``, ``fired``, or ``when``: days from the start, over the histories that
            get there; ``.never`` is the share of those that never do.

        Returns
        -------
        Mean
            With its Monte Carlo interval on request.

        Raises
        ------
        EstimateError
            If no history has a number: all failed, or none ever got there.
        """
        return mean_of(self, self._numbered(question))

    def quantile(self, question: Question | Askable, p: float, *, level: float = 0.95) -> Quantile:
        """The number that a share `p` of the histories does not exceed, with its Monte Carlo interval.

        Parameters
        ----------
        question : str or Question
            As in `mean`; a time that is never reached counts as later than any other (``.never`` has their share).
        p : float
            Strictly between 0 and 1: 0.5 is the median.
        level : float, optional
            Confidence level of the interval, strictly between 0 and 1.

        Returns
        -------
        Quantile
            In the unit of the question.
        """
        return quantile_in(self, self._numbered(question), p, level)

    def _numbered(self, question: Question | Askable) -> Asked:
        entry = self.asked(question)
        self._needs_mean(entry)
        self._check_given(entry)
        return entry
