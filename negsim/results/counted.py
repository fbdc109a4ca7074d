"""Results kept in constant memory: the same questions, answered from counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError, NotRecorded, SimulationError, nearest
from negsim.estimates import Band, Conditional, Curve, CurveRows, Mean, Proportion, Rows
from negsim.model.calendar import DAY, Dated
from negsim.model.inputs import Named
from negsim.model.questions import Askable, Question
from negsim.program.probes import Asked
from negsim.results.base import Results
from negsim.results.estimators import (
    FirstPassage,
    band_of,
    bounded,
    limits,
    needs_probability,
    never_share,
    refuse_all_failed,
    refuse_given,
    refuse_never,
    refuse_none,
    share,
)
from negsim.results.tally import ExactSum, Tally, given_numbers

__all__ = ["CountedRuns"]


@dataclass(frozen=True, kw_only=True, repr=False)
class CountedRuns(Results):
    """The results of ``simulate(..., keep="counts")``: constant memory, for 1e9 replications and more.

    Probabilities are exact counts at every question's own dates, at the end of every day and on 4,096 equal cells of
    the horizon (where parameters were drawn: at the questions' dates and at up to 512 others, by row of parameters);
    quantiles of first times are sharp to one cell. What needs each history (pairs, reasons, other dates) is refused
    with the remedy.

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
    tally : Tally
        The counts.

    See Also
    --------
    Runs : Simulated histories as arrays.
    simulate : Simulate a scenario's histories.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1, keep="counts")
    >>> print(runs.probability("talks_day_5"))
    77.5 % [75.6, 79.3], chance 95 %, n = 2 000
    """

    tally: Tally

    __eq__ = Results.__eq__
    __hash__ = Results.__hash__

    @property
    def replications(self) -> int:
        """How many histories were simulated, failed ones included."""
        return self.tally.n

    @property
    def events(self) -> int:
        """Firings simulated in all."""
        return self.tally.events

    @property
    def failures(self) -> list[SimulationError]:
        """Why the first few failing replications failed; ``tally.failed`` has their number."""
        return self.tally.failures

    def probability(
        self,
        question: Question | Askable,
        by: Dated | None = None,
        *,
        before: Dated | None = None,
        after: Dated | None = None,
    ) -> Proportion | Conditional:
        """How often the answer is yes; see `Runs.probability`.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        by : date, instant or days, optional
            Another deadline than the question's own.
        before : date, instant or days, optional
            In place of ``by``: up to just before it.
        after : date, instant or days, optional
            Opening of a window: what happened earlier does not count.

        Returns
        -------
        Proportion or Conditional
            With its Monte Carlo interval on request.

        Raises
        ------
        NotRecorded
            If counts were not kept for this date.
        """
        entry = self.asked(question)
        needs_probability(entry)
        place = self._place(entry)
        if (by, after, before) == (None, None, None) and place is not None:
            rows = Rows(total=self.tally.yes[place], size=self.tally.counted[place], unknown=self.tally.failed_rows)
        elif entry.given is not None or entry.question.row.dates != "any":
            raise NotRecorded(
                f"question {entry.question.name} was counted at its own date only; use keep='all' for others"
            )
        else:
            since, upto = self.window(entry, by, after, before)
            rows = self._hits(entry, since, upto, by if before is None else before, after)
        self._check_given(entry)
        return share(entry, rows, self.tally.n, clustered=self.clustered)

    def _check_given(self, entry: Asked) -> None:
        """Refuse a given that was true at the start of every history."""
        given = entry.given
        if given is not None and given.form == "by":
            at_start = int(self.tally.reached[given.column, 0])
            if at_start and at_start == self.tally.n - self.tally.failed:
                refuse_given(entry)

    def _place(self, entry: Asked) -> int | None:
        names = list(self.program.probes.asked)
        return names.index(entry.question.name) if entry.question.name in names else None

    def _hits(self, entry: Asked, since: float, upto: float, by: Any, after: Any) -> Rows:
        """Counts in a window: by row of parameters where rows are clusters, else all in one."""
        tally = self.tally
        edges, counts, failed = tally.edges, tally.reached[entry.column][None, :], tally.failed_rows.sum(keepdims=True)
        size = np.array([tally.n]) - failed
        if self.clustered:
            edges, counts, failed = tally.pivots, tally.by_row(entry.column), tally.failed_rows
            size = self._simulated() - failed
        low = -1 if since <= 0 else self._edge(edges, since - 1.0, after)
        hits = counts[:, low + 1 : self._edge(edges, upto, by) + 1].sum(axis=1)
        return Rows(total=hits, size=size, unknown=failed)

    def _simulated(self) -> NDArray[np.int64]:
        """Replications by row of parameters: replication r has row ``r % draws``."""
        k = len(self.rows)
        return np.asarray(self.tally.n // k + (np.arange(k) < self.tally.n % k), dtype=np.int64)

    def _edge(self, edges: NDArray[np.float64], when: float, told: Any) -> int:
        place = int(np.searchsorted(edges, when))
        if place == len(edges) or edges[place] != when:
            where = "at the end of a day or on a question's date" if not self.clustered else "on a question's date"
            raise NotRecorded(f"nothing was counted at {told!r}; ask {where}, or use keep='all'")
        return place

    def band(
        self, question: Question | Askable, by: Dated | None = None, *, low: float = 0.05, high: float = 0.95
    ) -> Band:
        """The range of the probability over the draws of the parameters; see `Runs.band`.

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

        Returns
        -------
        Band
            With standard errors of its ends.
        """
        return band_of(self, self.probability(question, by), low, high)

    def first_passage(self, question: Question | Askable, *, level: float = 0.95) -> FirstPassage:
        """The cumulative curve of the first time at the edges of the cells, with a simultaneous band.

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
        self._needs_times(entry, "first")
        if entry.given is not None:
            raise NotRecorded(
                f"question {entry.question.name} is given '{entry.question.given}', and curves were counted over all"
                " histories; use keep='all'"
            )
        if self.tally.failed == self.tally.n:
            refuse_all_failed(entry.question.name, self.tally.n, self.failures)
        counts = self.tally.reached[entry.column].copy()
        counts[self.tally.edges < entry.after] = 0
        seen = counts > 0
        rows = None
        if self.clustered:
            by_row = self.tally.by_row(entry.column) * (self.tally.pivots >= entry.after)
            failed = self.tally.failed_rows
            hits, size = np.cumsum(by_row, axis=1, dtype=np.float64), (self._simulated() - failed).astype(np.float64)
            rows = CurveRows(hits=hits, size=size, unknown=failed.astype(np.float64))
        curve = Curve(
            first_times=self.tally.edges[seen] / DAY,
            weights=counts[seen],
            n=self.tally.n,
            unknown=self.tally.failed,
            level=level,
            rows=rows,
        )
        return FirstPassage(curve, self.scenario.calendar, self.program.horizon / DAY)

    def count(self, what: Question | Named | str, outcome: str | None = None) -> Mean:
        """How often an action fires: as a question of kind ``fired`` asks.

        Parameters
        ----------
        what : Action, Question or str
            The action, its name, or a question of kind ``fired``.
        outcome : str, optional
            Count only the firings with this outcome.

        Returns
        -------
        Mean
            With its Monte Carlo interval on request.
        """
        if isinstance(what, Question) or (isinstance(what, str) and what in self.program.probes.asked):
            return self.mean(what)
        total = self.firings(what, outcome)
        raise NotRecorded(
            f"{what} fired {total:,} times in all, but its spread was not counted; ask a question of kind 'fired', or use keep='all'"
        )

    def firings(self, action: Named | str, outcome: str | None = None) -> int:
        """Return the firings of an action (with an outcome) in all histories together.

        Parameters
        ----------
        action : Action or str
            The action or its name.
        outcome : str, optional
            Count only the firings with this outcome.

        Returns
        -------
        int
            Failed histories left out.
        """
        name = action if isinstance(action, str) else action.name
        rows = [(row.name, result.name) for row in self.program.actions for result in row.outcomes]
        chosen = [place for place, (act, result) in enumerate(rows) if act == name and outcome in (None, result)]
        if not chosen:
            raise NotRecorded(f"no action {name!r}{nearest(name, [act for act, _ in rows])}")
        return int(self.tally.outcomes[chosen].sum())

    def mean(self, question: Question | Askable) -> Mean:
        """The mean answer of a question of kind ``duration`` (days), ``value``, ``holds``, ``fired`` or ``when``.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.

        Returns
        -------
        Mean
            With its Monte Carlo interval on request.
        """
        entry = self.asked(question)
        name = entry.question.name
        self._needs_mean(entry)
        failed = self.tally.failed_rows
        if self.tally.failed == self.tally.n:
            refuse_all_failed(name, self.tally.n, self.failures)
        if entry.question.row.mean != "times":
            return bounded(self._sum(entry).mean(failed, clustered=self.clustered), limits(entry))
        asked = self.program.probes.asked
        place = self._place(entry)
        if place is None:
            raise NotRecorded(f"the times of question {name} were not summed; ask a question of kind 'when' in the run")
        total = self.tally.when[[one for one in asked if asked[one].question.row.mean == "times"].index(name)]
        rows = Rows(total=self.tally.yes[place], size=self.tally.counted[place], unknown=failed)
        if entry.given is not None and not rows.size.any():
            refuse_none(entry, self.tally.n)
        if total.n == 0:
            refuse_never(name, int(rows.size.sum()))
        never = never_share(rows, clustered=self.clustered)
        return replace(bounded(total.mean(failed, clustered=self.clustered), limits(entry)), never=never)

    def _sum(self, entry: Asked) -> ExactSum:
        """The sum of a question's numbers over the histories that count."""
        name = entry.question.name
        if entry.given is None and not entry.question.weights:
            tables = {"held": self.tally.held, "fired": self.tally.fired, "at": self.tally.at}
            return tables[entry.question.row.record][entry.column]
        total = self.tally.given[given_numbers(self.program).index(name)]
        if total.n == 0:
            refuse_none(entry, self.tally.n)
        return total

    def quantile(self, question: Question | Askable, p: float, *, level: float = 0.95) -> NoReturn:
        """Refused: quantiles need each history; `first_passage` has those of first times, to one cell.

        Parameters
        ----------
        question : str, Question or condition
            The question by its name, itself, or what it is about.
        p : float
            Probability, strictly between 0 and 1.
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        NoReturn
            Nothing: it raises.

        Raises
        ------
        NotRecorded
            Always, with the remedy.
        """
        raise NotRecorded(
            f"a quantile needs the number of each history; use simulate(..., keep='all'), or, for a time, "
            f"first_passage({str(question)!r}).quantile({p!r})"
        )

    def answers(self, *_: object) -> NoReturn:
        """Refused: single histories were not kept.

        Parameters
        ----------
        *_ : object
            Ignored.

        Returns
        -------
        NoReturn
            Nothing: it raises.

        Raises
        ------
        NotRecorded
            Always, with the remedy.
        """
        raise EstimateError(
            "single histories were not kept; use simulate(..., keep='all') to pair, explain or tabulate them"
        )

    first_times = answers
