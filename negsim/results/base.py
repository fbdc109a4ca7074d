"""What arrays and counts of histories have in common: where they come from, and which questions they can answer."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError, NotRecorded, nearest
from negsim.model.calendar import Dated, moment
from negsim.model.expressions import Expression, Operand, Truth, as_expression
from negsim.model.inputs import Named
from negsim.model.kinds import KINDS
from negsim.model.questions import ANEW, Askable, Question
from negsim.model.scenario import Scenario
from negsim.program import Program
from negsim.program.probes import Asked
from negsim.results.along import Along, along_of, of_series
from negsim.results.answers import Answer, row_of
from negsim.results.equality import digest, same
from negsim.results.frames import table
from negsim.results.shown import results_card, with_dates
from negsim.results.tally import grid, pivots

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Results"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Results:
    """What `Runs` and `CountedRuns` have in common: where they come from, and which questions they can answer.

    Parameters
    ----------
    scenario : Scenario
        Whose histories they are.
    program : Program
        The tables that the engine ran.
    seed : int
        Seed of the keyed draws.
    rows : sequence of tuple of float
        Parameter values, a tuple a draw; replication r uses row ``r % len(rows)``.
    drawn : bool
        Whether the rows were drawn from what is believed of the parameters.
    engine : str
        Name of the engine.
    note : str
        What is worth saying about how it was computed.
    seconds : float
        Time spent simulating.
    max_events : int
        Most firings in one history.
    requested : int
        Replications asked for; fewer were simulated if a budget ended the run.

    See Also
    --------
    Runs : Simulated histories as arrays.
    CountedRuns : Simulated results kept as counts, in constant memory.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=100, seed=1)
    >>> isinstance(runs, ns.Results), runs.requested
    (True, 100)
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

    @property
    def events(self) -> int:
        """Firings simulated in all."""
        raise NotImplementedError

    def __repr__(self) -> str:
        """Short: the arrays are asked for by name."""
        return f"<{type(self).__name__} of {self.scenario.name}: {self.replications:,} replications, seed {self.seed}, {self.engine}>"

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same histories, or counts, of equal scenarios; who told them is no matter."""
        return same(self, other) if isinstance(other, Results) else NotImplemented

    def __hash__(self) -> int:
        return digest(self)

    def _repr_html_(self) -> str:
        return results_card(self)

    def to_dataframe(self, *, dates: bool = False) -> pd.DataFrame:
        """A row a replication: first times (days), values, durations and firings by question, counts of events.

        Parameters
        ----------
        dates : bool, optional
            First times as timestamps in the scenario's zone in place of days; never is no date.

        Returns
        -------
        pandas.DataFrame
            The replications are its index.

        Raises
        ------
        EstimateError
            If only counts were kept; ``ns.answers(runs).to_dataframe()`` has what is known.
        """
        # Counts have no row a history; the answers that they give have a frame of their own.
        if not hasattr(self, "block"):
            raise EstimateError(
                "single histories were not kept; use simulate(..., keep='all') to pair, explain or tabulate them, or "
                "answers(runs).to_dataframe() for the answers"
            )
        return with_dates(table(self), self) if dates else table(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to a file, which is replaced whole or not at all; ``ns.load_runs(path)`` reads it.

        Parameters
        ----------
        path : str or path
            Where to; its folder must be there.

        Raises
        ------
        FileError
            If it cannot be written: what was there before is untouched.
        ScenarioError
            If the scenario cannot be written as TOML, such as one with a policy, which is code.
        """
        from negsim.results.saved import save_runs

        save_runs(self, path)

    def row(self, question: Question | Askable, *, level: float = 0.95) -> Answer:
        """The answer to a question as every table shows it.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Answer
            With its intervals and their printed forms.
        """
        return row_of(self, question, level)

    def along(self, series: Named | str, *, level: float = 0.95) -> Along:
        """The answers of a series of questions, an array over dates.

        Parameters
        ----------
        series : Series or str
            The series, or its name.
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Along
            One answer a date and, where single histories were kept, the numbers of each.

        Raises
        ------
        NotRecorded
            If the runs asked no such series.
        """
        found = of_series(self.program.probes.asked, series)
        answers = [self.row(entry.question, level=level) for entry in found]
        return along_of(series, found, answers, self.scenario.calendar, getattr(self, "block", None))

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

    def asked(self, question: Question | Askable) -> Asked:
        """The question as it was recorded: by name, by itself, or by its condition.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.

        Returns
        -------
        Asked
            With its number among the recorded conditions.

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
            return self._by_condition(self.scenario.expanded.readings.tree(as_expression(question)))
        if isinstance(question, Question):
            if question.name in known and self.scenario.expanded.read(question) == known[question.name].question:
                return known[question.name]
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
            anew = Question(name=ANEW, kind="when", condition=condition)
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

    def _needs_mean(self, entry: Asked) -> None:
        self._needs(entry, *(kind.name for kind in KINDS.values() if kind.mean))

    def _needs_times(self, entry: Asked, *records: str) -> None:
        self._needs(entry, *(kind.name for kind in KINDS.values() if kind.record in records))

    def _no_other_date(self, entry: Asked, upto: float, since: float) -> None:
        """Refuse other dates than the question's own, where nothing else was recorded."""
        question = entry.question
        if upto == entry.by and since == entry.after:
            return
        calendar = self.scenario.calendar
        if question.row.about == "action":
            of = f"weights={dict(question.weights)!r}" if question.weights else f"action={question.action!r}"
            what = f"kind={question.kind!r}, {of}, at_least={question.at_least!r}"
        else:
            what = f"kind={question.kind!r}, condition='{question.condition}'"
        opens = f"after={calendar.at(since).isoformat()!r}, " if since > 0 else ""
        raise NotRecorded(
            f"question {question.name} looked at its own dates alone; add one with the others: simulate(scenario, ..., "
            f"questions=[ns.Question(name='mine', {what}, {opens}by={calendar.date_text(upto)!r})])"
        )

    def window(
        self, entry: Asked, by: Dated | None = None, after: Dated | None = None, before: Dated | None = None
    ) -> tuple[float, float]:
        """The opening and the deadline asked for, in microseconds; by default the question's own.

        Parameters
        ----------
        entry : Asked
            The question as it was recorded.
        by : date, instant or days, optional
            Another deadline than the question's own.
        after : date, instant or days, optional
            Opening of a window: what happened earlier does not count.
        before : date, instant or days, optional
            In place of ``by``: up to just before it.

        Returns
        -------
        tuple of float
            In whole microseconds from the start.

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
