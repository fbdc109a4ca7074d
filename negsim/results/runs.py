"""The results of n replications, and what can be asked of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, Trajectory, answered, numbers
from negsim.errors import EstimateError, NotRecorded, SimulationError, nearest
from negsim.estimates import Band, Conditional, Mean, Proportion, Quantile, Rows
from negsim.model.calendar import moment
from negsim.model.expressions import Expression, Operand, Truth, as_expression
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.program import Program
from negsim.program.probes import Asked
from negsim.results.estimators import FirstPassage, band_of, mean_of, mean_over, passage, quantile_in, share, table
from negsim.results.tally import grid, pivots

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FirstPassage", "Results", "Runs"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Results:
    """What `Runs` and `CountedRuns` have in common: where they come from, and which questions they can answer.

    Attributes
    ----------
    scenario : Scenario
    program : Program
    seed : int
    rows : sequence of tuple of float
        Parameter values, a tuple a draw; replication r uses row ``r % len(rows)``.
    drawn : bool
        Whether the rows were drawn from what is believed of the parameters.
    engine : str
    note : str
        What is worth saying about how it was computed.
    seconds : float
        Time spent simulating.
    max_events : int
    requested : int
        Replications asked for; fewer were simulated if a budget ended the run.
    """

    scenario: Scenario
    program: Program
    seed: int
    rows: Sequence[tuple[float, ...]]
    drawn: bool
    engine: str
    note: str
    seconds: float
    max_events: int
    requested: int

    @property
    def replications(self) -> int:
        """How many histories were simulated, failed ones included."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Short: the arrays are asked for by name."""
        return f"<{type(self).__name__} of {self.scenario.name}: {self.replications:,} replications, seed {self.seed}, {self.engine}>"

    @property
    def partial(self) -> bool:
        """Whether a budget ended the run before all replications were simulated."""
        return self.replications < self.requested

    @cached_property
    def clustered(self) -> bool:
        """Whether replications of one row of parameters have something in common, so that rows are clusters."""
        return self.drawn and any(parameter.belief is not None for parameter in self.program.parameters)

    @cached_property
    def pivots(self) -> NDArray[np.float64]:
        """Dates, in microseconds, at which curves are counted by row of parameters."""
        return pivots(grid(self.program, self.scenario.calendar), self.program, len(self.rows))

    @cached_property
    def parameters(self) -> NDArray[np.float64]:
        """Parameter values, (draws, parameters)."""
        return np.asarray(self.rows, dtype=np.float64).reshape(len(self.rows), len(self.program.parameters))

    def asked(self, question: Any) -> Asked:
        """The question as it was recorded: by name, by itself, or by its condition.

        Raises
        ------
        NotRecorded
            With the line to add, if the runs did not ask it.
        """
        known = self.program.probes.asked
        name = question.name if isinstance(question, Question) else question
        if isinstance(name, str) and name in known and question in (name, known[name].question):
            return known[name]
        if isinstance(question, (Expression, Operand)):
            return self._by_condition(as_expression(question))
        if isinstance(question, Question):
            raise NotRecorded(
                f"question {name!r} was not asked; add it: simulate(scenario, ..., questions=[that question])"
            )
        raise NotRecorded(
            f"question {str(name)[:80]!r} was not asked{nearest(str(name), known)}; add it: simulate(scenario, ..., "
            "questions=[ns.Question(name='mine', condition='...')])"
        )

    def _by_condition(self, condition: Expression) -> Asked:
        """Its first time, by the scenario's end, from whichever question recorded it; that question's dates are its own."""
        plain = (condition, Truth(True))
        if plain in self.program.probes.first:
            anew = Question(name="anew", kind="when", condition=condition)
            return Asked(
                question=anew, by=self.program.horizon, after=0.0, column=self.program.probes.first.index(plain)
            )
        raise NotRecorded(
            f"nothing recorded when '{condition}' was first true; add it: "
            f"simulate(scenario, ..., questions=[ns.Question(name='mine', kind='when', condition='{condition}')])"
        )

    def _needs(self, entry: Asked, *kinds: str) -> None:
        if entry.question.kind not in kinds:
            raise EstimateError(
                f"question {entry.question.name} is of kind {entry.question.kind!r}, which has no such answer; ask one "
                f"of kind {' or '.join(kinds)}"
            )

    def _needs_probability(self, entry: Asked) -> None:
        if not entry.question.probable:
            advice = (
                "give it at_least=" if entry.question.kind == "fired" else "ask one of kind reached, happens or holds"
            )
            raise EstimateError(
                f"question {entry.question.name} is of kind {entry.question.kind!r}: its answer is a number and has no "
                f"probability; {advice}, or use mean()"
            )

    def _refuse_given(self, entry: Asked) -> None:
        question = entry.question
        raise EstimateError(
            f"question {question.name}: given '{question.given}' is true at the start of every history, so that it "
            "leaves none out; use given_on (it holds on a date) or given_not_by (it did not become true by a date)"
        )

    def _no_other_date(self, entry: Asked, upto: float, since: float) -> None:
        """Refuse other dates than the question's own, where nothing else was recorded."""
        question = entry.question
        if upto == entry.by and since == entry.after:
            return
        calendar = self.scenario.calendar
        if question.kind == "fired":
            what = f"kind='fired', action={question.action!r}, at_least={question.at_least!r}"
        else:
            what = f"kind={question.kind!r}, condition='{question.condition}'"
        opens = f"after={calendar.at(since).isoformat()!r}, " if since > 0 else ""
        raise NotRecorded(
            f"question {question.name} looked at its own dates alone; add one with the others: simulate(scenario, ..., "
            f"questions=[ns.Question(name='mine', {what}, {opens}by={calendar.date_text(upto)!r})])"
        )

    def window(self, entry: Asked, by: Any = None, after: Any = None, before: Any = None) -> tuple[float, float]:
        """The opening and the deadline asked for, in microseconds; by default the question's own.

        Raises
        ------
        EstimateError
            If a date lies outside the simulated time, or the window is empty.
        """
        calendar, horizon = self.scenario.calendar, self.program.horizon
        if by is not None and before is not None:
            raise EstimateError(f"give either by={by!r} (the whole of that day) or before={before!r}, not both")
        upto, since = entry.by, entry.after
        if by is not None:
            upto = calendar.deadline(moment(by, "by"), "by")
        elif before is not None:
            upto = calendar.before(moment(before, "before"), "before")
        if after is not None:
            since = calendar.opening(moment(after, "after"), "after")
        for name, told, when in (("by", by, upto), ("before", before, upto), ("after", after, since)):
            if told is not None and not 0 <= when <= horizon:
                raise EstimateError(
                    f"{name}={told!r} lies outside the simulated time ({calendar.label(0.0)} to "
                    f"{calendar.label(horizon)}); move the scenario's start or end"
                )
        if since > upto and (after, by, before) != (None, None, None):
            raise EstimateError(
                f"the window from {calendar.label(since)} to {calendar.label(upto)} is empty; give a later by= or an "
                "earlier after="
            )
        return since, upto

    def _needs_draws(self) -> None:
        if not self.drawn or len(self.rows) < 2:
            raise EstimateError(
                "there is no range over parameter draws, because every parameter had its best value; use "
                "simulate(..., draws=200)"
            )


@dataclass(frozen=True, kw_only=True, repr=False)
class Runs(Results):
    """The results of n replications as immutable arrays with methods.

    Attributes
    ----------
    block : Block
        The arrays, a row a replication; the rest is that of `Results`.
    """

    block: Block

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

    def first_times(self, question: Any) -> NDArray[np.float64]:
        """First times (days, inf for never; NaN in failed replications) of a question's condition, (n,).

        Of a question of kind ``happens``, the first time in its window (or later) at which the condition turned true.
        """
        entry = self.asked(question)
        self._needs(entry, "reached", "happens", "when")
        return numbers(self.block, entry)

    def answers(
        self, question: Any, by: Any = None, after: Any = None, *, before: Any = None
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Pair of arrays (yes, counted), (n,): counted is false where what the question is given did not come true.

        Failed replications are counted and not yes; `probability` treats them as unknown.
        """
        entry = self.asked(question)
        self._needs_probability(entry)
        since, upto = self.window(entry, by, after, before)
        if entry.question.kind in ("holds", "fired"):
            self._no_other_date(entry, upto, since)
        if entry.question.kind == "happens":
            self._no_other_date(entry, entry.by, since)  # the first turn from the opening on is known, and no other
        self._check_given(entry)
        return answered(self.block, entry, since, upto)

    def _check_given(self, entry: Asked) -> None:
        """Refuse a given that was true at the start of every history."""
        given = entry.given
        if given is not None and given.form == "by":
            times = self.block.first[~self.block.failed, given.column]
            if times.size and not times.any():
                self._refuse_given(entry)

    def probability(
        self, question: Any, by: Any = None, *, before: Any = None, after: Any = None
    ) -> Proportion | Conditional:
        """How often the answer is yes, with its Monte Carlo interval on request.

        Parameters
        ----------
        question : str, Question or condition
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
        return share(self.asked(question), self.sums(yes, counts), self.replications, clustered=self.clustered)

    @cached_property
    def draw(self) -> NDArray[np.int64]:
        """The row of parameters of each replication, (n,)."""
        return np.asarray(self.block.replications % len(self.rows), dtype=np.int64)

    def sums(self, values: NDArray[Any], counts: NDArray[np.bool_]) -> Rows:
        """Totals by row of parameters over the replications that count."""
        return Rows.of(self.draw, len(self.rows), values.astype(np.float64), counts, self.block.failed)

    def band(self, question: Any, by: Any = None, *, low: float = 0.05, high: float = 0.95, **dates: Any) -> Band:
        """The range of the probability over the draws of the parameters, inner noise removed; dates as in `probability`.

        Raises
        ------
        EstimateError
            If the parameters were not drawn (``simulate(..., draws=200)``), or nothing can be told of two draws.
        """
        self._needs_draws()
        return band_of(self, self.probability(question, by, **dates), low, high)

    def first_passage(self, question: Any, *, level: float = 0.95) -> FirstPassage:
        """The cumulative curve of the first time, with a simultaneous band, and its quantiles as dates.

        Of a question with ``given``, the curve is that of the histories that count; with ``after``, what came before
        never comes. Where parameters were drawn the band is taken over rows.
        """
        entry = self.asked(question)
        self._needs(entry, "reached", "happens", "when")
        self._check_given(entry)
        return passage(self, entry, level)

    def count(self, what: Any, outcome: str | None = None) -> Mean:
        """How often an action fires (with an outcome), by the end or as a question of kind ``fired`` asks."""
        asked = self.program.probes.asked.get(what) if isinstance(what, str) else None
        if isinstance(what, Question) or (asked is not None and asked.question.kind == "fired"):
            entry = self.asked(what)
            self._needs(entry, "fired")
            return self.mean(what)
        name = what if isinstance(what, str) else what.name
        fired = self.firings(what, outcome).astype(np.float64)
        return mean_over(self, name, fired, ~self.block.failed, (0.0, math.inf))

    def firings(self, action: Any, outcome: str | None = None) -> NDArray[np.int64]:
        """Firings of an action (with an outcome) by the end, (n,)."""
        name = action if isinstance(action, str) else action.name
        if not self.block.counts.shape[1]:
            raise NotRecorded(f"firings of action {name!r} were not counted; use simulate(..., keep='times')")
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

    def mean(self, question: Any) -> Mean:
        """The mean answer of a question whose answer is a number.

        Parameters
        ----------
        question : str or Question
            Of kind ``duration`` (days), ``value``, ``fired``, or ``when``: days from the start, over the histories that
            get there; ``.never`` is the share of those that never do.

        Raises
        ------
        EstimateError
            If no history has a number: all failed, or none ever got there.
        """
        return mean_of(self, self._numbered(question))

    def quantile(self, question: Any, p: float, *, level: float = 0.95) -> Quantile:
        """The number that a share `p` of the histories does not exceed, with its Monte Carlo interval.

        Parameters
        ----------
        question : str or Question
            As in `mean`; a time that is never reached counts as later than any other (``.never`` has their share).
        p : float
            Strictly between 0 and 1: 0.5 is the median.
        level : float, optional
        """
        return quantile_in(self, self._numbered(question), p, level)

    def _numbered(self, question: Any) -> Asked:
        entry = self.asked(question)
        self._needs(entry, "duration", "value", "fired", "holds", "when")
        self._check_given(entry)
        return entry

    def to_dataframe(self) -> pd.DataFrame:
        """A row a replication: first times (days), values, durations and firings by question, counts of events."""
        return table(self)
