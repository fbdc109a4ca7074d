"""Results kept in constant memory: the same questions, answered from counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from negsim.errors import EstimateError, NotRecorded, nearest
from negsim.estimates import Band, Conditional, Curve, Mean, Proportion, draw_band
from negsim.model.calendar import DAY
from negsim.model.questions import Question
from negsim.probes import Asked
from negsim.runs import FirstPassage, Results
from negsim.tally import Tally

__all__ = ["CountedRuns"]


@dataclass(frozen=True, kw_only=True, repr=False)
class CountedRuns(Results):
    """The results of ``simulate(..., keep="counts")``: constant memory, for 1e9 replications and more.

    Probabilities are exact counts at every question's own dates, at the end of every day and on 4,096 equal cells of
    the horizon; quantiles are sharp to one cell. What needs each history (pairs, reasons, other dates) is refused
    with the remedy.

    Attributes
    ----------
    tally : Tally
    """

    tally: Tally

    @property
    def replications(self) -> int:
        """How many histories were simulated, failed ones included."""
        return self.tally.n

    @property
    def events(self) -> int:
        """Firings simulated in all."""
        return self.tally.events

    @property
    def failures(self) -> list[Any]:
        """Why the first few failing replications failed; ``tally.failed`` has their number."""
        return self.tally.failures

    def probability(
        self, question: Any, by: Any = None, *, before: Any = None, after: Any = None
    ) -> Proportion | Conditional:
        """How often the answer is yes; see `Runs.probability`.

        Raises
        ------
        NotRecorded
            If counts were not kept for this date.
        """
        entry = self.asked(question)
        self._needs_probability(entry)
        failed = self.tally.failed
        place = self._place(entry)
        if (by, after, before) == (None, None, None) and place is not None:
            hits, counted = int(self.tally.yes[place].sum()), int(self.tally.counted[place].sum())
        elif entry.given is not None or entry.question.kind not in ("reached", "when"):
            raise NotRecorded(
                f"question {entry.question.name} was counted at its own date only; use keep='times' for others"
            )
        else:
            since, upto = self.window(entry, by, after, before)
            hits, counted = self._hits(entry, since, upto, by if before is None else before, after), self.tally.n - failed
        if entry.given is not None:
            self._check_given(entry)
            return Conditional(hits=hits, given=counted, n=self.tally.n, unknown=failed)
        return Proportion(hits=hits, n=self.tally.n, unknown=failed)

    def _check_given(self, entry: Asked) -> None:
        """Refuse a given that was true at the start of every history."""
        given = entry.given
        if given is not None and given.form == "by":
            at_start = int(self.tally.reached[given.column, 0])
            if at_start and at_start == self.tally.n - self.tally.failed:
                self._refuse_given(entry)

    def _place(self, entry: Asked) -> int | None:
        names = list(self.program.probes.asked)
        return names.index(entry.question.name) if entry.question.name in names else None

    def _hits(self, entry: Asked, since: float, upto: float, by: Any, after: Any) -> int:
        low = -1 if since <= 0 else self._edge(since - 1.0, after)
        return int(self.tally.reached[entry.column, low + 1 : self._edge(upto, by) + 1].sum())

    def _edge(self, when: float, told: Any) -> int:
        place = int(np.searchsorted(self.tally.edges, when))
        if place == len(self.tally.edges) or self.tally.edges[place] != when:
            raise NotRecorded(
                f"nothing was counted at {told!r}; ask at the end of a day or on a question's date, or use keep='times'"
            )
        return place

    def band(self, question: Any, by: Any = None, *, low: float = 0.05, high: float = 0.95) -> Band:
        """The range of the probability over the draws of the parameters; see `Runs.band`."""
        self._needs_draws()
        place = self._place(self.asked(question))
        if by is not None or place is None:
            raise NotRecorded(
                "ranges over draws were counted on the questions' own dates only; use keep='times' for others"
            )
        hits, n = self.tally.yes[place], self.tally.counted[place]
        enough = n >= 2
        return draw_band(hits[enough], n[enough], low, high, unknown=self.tally.failed)

    def first_passage(self, question: Any, *, level: float = 0.95) -> FirstPassage:
        """The cumulative curve of the first time at the edges of the cells, with a simultaneous band."""
        entry = self.asked(question)
        self._needs(entry, "reached", "when")
        counts = self.tally.reached[entry.column]
        seen = counts > 0
        curve = Curve(
            first_times=self.tally.edges[seen] / DAY,
            weights=counts[seen],
            n=self.tally.n,
            unknown=self.tally.failed,
            level=level,
        )
        return FirstPassage(curve, self.scenario.calendar, self.program.horizon / DAY)

    def count(self, what: Any, outcome: str | None = None) -> Mean:
        """How often an action fires: as a question of kind ``fired`` asks."""
        if isinstance(what, Question) or (isinstance(what, str) and what in self.program.probes.asked):
            return self.mean(what)
        total = self.firings(what, outcome)
        raise NotRecorded(
            f"{what} fired {total:,} times in all, but its spread was not counted; ask a question of kind 'fired', or use keep='times'"
        )

    def firings(self, action: Any, outcome: str | None = None) -> int:
        """Firings of an action (with an outcome) in all histories together."""
        name = action if isinstance(action, str) else action.name
        rows = [(row.name, result.name) for row in self.program.actions for result in row.outcomes]
        chosen = [place for place, (act, result) in enumerate(rows) if act == name and outcome in (None, result)]
        if not chosen:
            raise NotRecorded(f"no action {name!r}{nearest(name, [act for act, _ in rows])}")
        return int(self.tally.outcomes[chosen].sum())

    def mean(self, question: Any) -> Mean:
        """The mean answer of a question of kind ``duration`` (days), ``value``, ``holds`` or ``fired``."""
        entry = self.asked(question)
        self._needs(entry, "duration", "value", "fired", "holds")
        if entry.given is not None:
            raise NotRecorded(
                f"question {entry.question.name} is given '{entry.question.given}', and means were counted over all "
                "histories; use keep='times'"
            )
        table = {"duration": self.tally.held, "fired": self.tally.fired}.get(entry.question.kind, self.tally.at)
        return table[entry.column].mean(self.tally.failed)

    def answers(self, *_: Any) -> Any:
        """Refused: single histories were not kept."""
        raise EstimateError(
            "single histories were not kept; use simulate(..., keep='times') to pair, explain or tabulate them"
        )

    first_times = to_dataframe = answers
