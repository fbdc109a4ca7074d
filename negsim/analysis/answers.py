"""The answers to a scenario's questions, a row each: the number, its range of ignorance, its Monte Carlo interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.estimates import Band, Conditional, Interval, draw_band, round_to_range, words_for_range
from negsim.model.calendar import counted_days
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.probes import Asked
from negsim.runs import Results, Runs

__all__ = ["Answer", "answers", "deadline", "stated"]

Counts = NDArray[np.int64]
SHARES = ("reached", "when", "holds")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question, with its uncertainties kept apart.

    Attributes
    ----------
    id, text, kind : str
        The question's name, resolution wording and kind.
    by : str
        Deadline as ISO text, wall clock of the scenario: a date is the whole of that day.
    value : float
        Probability; for the kinds duration (days), value and fired the mean.
    low, high : float
        Monte Carlo interval of the value (infinite if a single replication says nothing of it).
    band_low, band_high : float or None
        Range of the probability over draws of the parameters, inner noise removed; None if none were drawn.
    base_rate : float or None
        Share of yes among comparable questions.
    given : str
        The condition it is conditioned on, or nothing.
    """

    id: str
    text: str
    kind: str
    by: str
    value: float
    low: float
    high: float
    band_low: float | None = None
    band_high: float | None = None
    base_rate: float | None = None
    given: str = ""

    @property
    def is_share(self) -> bool:
        """Whether the value is a probability."""
        return self.kind in SHARES

    @property
    def collapsed(self) -> bool:
        """Whether the draws of the parameters made no difference that stands out from the noise of chance."""
        return self.band_low is not None and self.band_low == self.band_high

    @property
    def span(self) -> tuple[float, float]:
        """What the value may be: range of ignorance and Monte Carlo interval together."""
        if self.band_low is None or self.band_high is None:
            return self.low, self.high
        return min(self.band_low, self.low), max(self.band_high, self.high)

    @property
    def words(self) -> str:
        """The probability in the words of ICD 203, from both ends of its range."""
        if not self.is_share:
            return ""
        if self.band_low is None or self.band_high is None:
            return words_for_range(self.low, self.high)
        return words_for_range(self.band_low, self.band_high)

    def rounded(self, digits: int | None = None) -> str:
        """The value as text, with no more digits than its range supports, or with ``digits`` decimals."""
        if math.isnan(self.value):
            return "unknown"
        if self.is_share:
            return round_to_range(self.value, *self.span, digits=digits)
        if digits is not None:
            return f"{self.value:.{digits}f}"
        width = (self.high - self.low) / 5
        places = 2 if not 0 < width < math.inf else max(0, min(6, math.ceil(-math.log10(width))))
        return f"{self.value:.{places}f}"


def stated(scenario: Scenario) -> tuple[Question, ...]:
    """The questions that the scenario states itself; those that its words bring only if it states none.

    Sorted so that questions on one condition stand together, the earliest deadline first.
    """
    own = [part for part in scenario.parts if isinstance(part, Question)]
    asked = own or list(scenario.expanded.questions.values())
    due = {question.name: _due(question, scenario) for question in asked}
    earliest: dict[str, float] = {}
    for question in asked:
        key = _subject(question)
        earliest[key] = min(earliest.get(key, math.inf), due[question.name])
    return tuple(sorted(asked, key=lambda q: (earliest[_subject(q)], _subject(q), due[q.name], q.name)))


def _subject(question: Question) -> str:
    return str(question.action if question.condition is None else question.condition)


def _due(question: Question, scenario: Scenario) -> float:
    return question.closes(scenario.calendar, scenario.horizon)


def deadline(question: Question, scenario: Scenario) -> str:
    """The deadline as ISO text: a date for the whole of that day, else an instant.

    >>> import negsim as ns
    >>> toy = ns.load("toy")
    >>> deadline(Question(name="q", condition="talks.held", by="2025-01-20"), toy)
    '2025-01-20'
    >>> deadline(Question(name="q", condition="talks.held", by="5 days"), toy)
    '2025-01-06T00:00'
    """
    by = scenario.end if question.by is None else question.by
    if question.before is None and isinstance(by, str) and counted_days(by) is None:
        return by
    return scenario.calendar.date_text(question.closes(scenario.calendar, scenario.horizon))


def answers(runs: Results, questions: Any = None, *, level: float = 0.95) -> tuple[Answer, ...]:
    """Answer the scenario's questions from finished runs.

    Parameters
    ----------
    runs : Runs or CountedRuns
    questions : iterable of Question or str, optional
        By default those that the scenario states.
    level : float, optional
        Confidence level of the Monte Carlo intervals.

    Examples
    --------
    >>> import negsim as ns
    >>> rows = answers(ns.simulate(ns.load("toy"), replications=2_000, seed=1))
    >>> rows[0].id, rows[0].rounded(), rows[0].words
    ('talks_day_5', '77.5 %', 'likely')
    """
    if questions is None:
        questions = stated(runs.scenario)
    return tuple(_answer(runs, runs.asked(question), level) for question in questions)


def _answer(runs: Any, entry: Asked, level: float) -> Answer:
    question = entry.question
    plain: dict[str, Any] = {
        "id": question.name,
        "text": question.text,
        "kind": question.kind,
        "by": deadline(question, runs.scenario),
        "base_rate": question.base_rate,
        "given": "" if question.given is None else str(question.given),
    }
    if question.kind not in SHARES:
        mean = runs.mean(question)
        low, high = mean.interval(level)
        return Answer(**plain, value=mean.value, low=low, high=high)
    found = runs.probability(question)
    if isinstance(found, Conditional) and found.given + found.unknown == 0:
        return Answer(**plain, value=math.nan, low=0.0, high=1.0)
    if not runs.drawn or len(runs.rows) < 2 or not _uncertain(runs):
        low, high = found.interval(level)
        return Answer(**plain, value=found.value, low=low, high=high)
    hits, n, unknown = by_draw(runs, entry)
    enough = n >= 2
    if int(enough.sum()) < 2:
        low, high = found.interval(level)
        return Answer(**plain, value=found.value, low=low, high=high)
    band = draw_band(hits[enough], n[enough], unknown=unknown[enough], level=level)
    low, high = _predictive(band, found, hits, n, level)
    return Answer(**plain, value=found.value, low=low, high=high, band_low=band.low, band_high=band.high)


def _uncertain(runs: Results) -> bool:
    """Whether anything is believed of any parameter; else draws differ by nothing and there is no ignorance."""
    return any(parameter.belief is not None for parameter in runs.program.parameters)


def by_draw(runs: Any, entry: Asked) -> tuple[Counts, Counts, Counts]:
    """Replications by draw of the parameters: those with yes, those that count, those that failed."""
    k = len(runs.rows)
    if not isinstance(runs, Runs):
        place = list(runs.program.probes.asked).index(entry.question.name)
        return runs.tally.yes[place], runs.tally.counted[place], np.zeros(k, dtype=np.int64)
    yes, counted = runs.answers(entry.question)
    row, failed = runs.block.replications % k, runs.block.failed
    hits, n, unknown = (np.bincount(row[mask], minlength=k) for mask in (yes & ~failed, counted, failed))
    return hits, n, unknown


def _predictive(band: Band, found: Any, hits: Counts, n: Counts, level: float) -> Interval | tuple[float, float]:
    """Monte Carlo interval of the predictive probability, the draws taken as clusters.

    Where the condition of a conditional question comes true more often under some draws than under others, the mean
    over draws is not the predictive probability; the ratio of totals is, with the usual linearised variance (Cochran
    1977, *Sampling Techniques*, eq. 2.39).
    """
    if not isinstance(found, Conditional):
        return band.mean_interval
    from scipy.special import stdtrit

    k, total = n.size, float(n.sum())
    share = float(hits.sum()) / total
    spread = float(np.square(hits - share * n).sum()) * k / (k - 1) / (total * total)
    if spread == 0.0:
        return found.interval(level)
    width = -float(stdtrit(k - 1, (1 - level) / 2)) * math.sqrt(spread)
    return max(0.0, share - width), min(1.0, share + width)
