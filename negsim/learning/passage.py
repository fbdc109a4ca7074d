"""The passage of time: what becomes of a probability if nothing happens from here on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import times_of
from negsim.errors import EstimateError
from negsim.estimates import Rows, effective_number
from negsim.estimates.printing import printed_share
from negsim.estimates.weights import LEAST, share_over_islands
from negsim.learning.updated import Updated
from negsim.model.calendar import DAY, Dated, moment
from negsim.model.expressions import as_condition
from negsim.model.questions import Askable, Question

__all__ = ["Passing", "passing"]

POINTS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passing:
    """A probability by date, as long as nothing happens.

    Parameters
    ----------
    question : str
        Name of the question.
    silence : str
        What does not happen: the question's own condition, or another one.
    days : float array, (k,)
        From the start of the scenario.
    dates : tuple of str, (k,)
        The same as wall clock.
    values, low, high : float array, (k,)
        Probability of yes given that nothing happened by then, and its Monte Carlo interval.
    level : float
        Confidence level, at each date by itself.

    See Also
    --------
    passing : The curve of a question.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.update(ns.load("toy"), [], replications=3_200, seed=1)
    >>> found = ns.passing(runs, "summit_by_day_30", dates=[0, 10, 20])
    >>> bool(found.values[0] > found.values[2])
    True
    """

    question: str
    silence: str
    days: NDArray[np.float64]
    dates: tuple[str, ...]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    level: float

    def rows(self) -> list[dict[str, Any]]:
        """Return a row a date, as plain data.

        Returns
        -------
        list of dict
            Date, probability and the ends of its interval.
        """
        table = zip(self.dates, self.values.tolist(), self.low.tolist(), self.high.tolist(), strict=True)
        return [
            {"date": date, "value": value, "low": low, "high": high, "printed": printed_share(value, [(low, high)])}
            for date, value, low, high in table
        ]


def passing(
    runs: Updated,
    question: Question | Askable,
    *,
    dates: Iterable[Dated] | None = None,
    silence: Question | Askable | None = None,
    level: float = 0.95,
) -> Passing:
    """Tell what becomes of a probability if nothing happens from the last news on.

    At each date t it is the share of yes among the histories in which nothing has happened by t: what a forecaster has to
    answer then, if there were no news.

    Parameters
    ----------
    runs : Updated
        What `update` found.
    question : str, Question or condition
        Of kind reached or when.
    dates : iterable of dates, instants or days, optional
        By default sixty from the last news to the question's deadline.
    silence : str, Question or condition, optional
        What does not happen; by default what the question is about. A condition that the runs recorded, or a question.
    level : float, optional
        Confidence level of the intervals.

    Returns
    -------
    Passing
        Up to the last date by which histories worth 30 equal ones are left.

    Raises
    ------
    EstimateError
        If the question has no time, or no date is left.

    See Also
    --------
    Passing : A probability by date, as long as nothing happens.
    update : Condition a scenario's histories on news.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.update(ns.load("toy"), [], replications=3_200, seed=1)
    >>> float(ns.passing(runs, "talks_by_day_14", dates=[0, "12 days"]).values[-1])  # the next review is on day 19
    0.0
    """
    entry = runs.asked(question)
    if entry.question.row.record != "first" or entry.given is not None:
        raise EstimateError(
            f"question {entry.question.name} has no passage of time; ask one of kind reached or when, without a given"
        )
    # A silence may be told as a condition, which the runs need not have asked by name.
    if isinstance(silence, str) and silence not in runs.program.probes.asked:
        silence = as_condition(silence)
    quiet = entry if silence is None else runs.asked(silence)
    runs._needs_times(quiet, "first")
    times, others = times_of(runs.block, entry), times_of(runs.block, quiet)
    when = _dates(runs, entry.by, dates)
    yes = (times >= entry.after) & (times <= entry.by)
    found = []
    for at in when:
        left = others > at
        weights = np.ones(len(left)) if runs.weights is None else runs.weights
        worth = effective_number(weights[left])
        if worth < LEAST:
            # later dates leave fewer still
            break
        rows = runs.sums(yes & left, left)
        found.append((at, _value(rows), *share_over_islands(rows, worth, level)))
    if not found:
        raise EstimateError(
            f"question {entry.question.name}: it has happened in nearly all histories by {runs.scenario.calendar.label(when[0])}; "
            "give earlier dates"
        )
    table = np.array(found, dtype=np.float64)
    return Passing(
        question=entry.question.called,
        silence=quiet.question.called if quiet is entry else str(quiet.question.condition),
        days=table[:, 0] / DAY,
        dates=tuple(runs.scenario.calendar.date_text(at) for at in table[:, 0]),
        values=table[:, 1],
        # The value may lie outside by a rounding, and an interval contains its value.
        low=np.minimum(table[:, 2], table[:, 1]),
        high=np.maximum(table[:, 3], table[:, 1]),
        level=level,
    )


def _value(rows: Rows) -> float:
    return min(1.0, float(rows.total.sum() / rows.size.sum()))


def _dates(runs: Updated, by: float, dates: Iterable[Dated] | None) -> list[float]:
    calendar = runs.scenario.calendar
    if dates is not None:
        return [calendar.deadline(moment(one, "dates"), "dates") for one in dates]
    # Silence begins where the last news has closed.
    begin = max((effect.closes for effect in runs.effects), default=0.0)
    if begin >= by:
        raise EstimateError(
            f"the deadline {calendar.label(by)} lies before the last news ({calendar.label(begin)}): nothing is left to wait "
            "for; ask a question with a later deadline, or give dates="
        )
    return [float(at) for at in np.rint(np.linspace(min(begin, by), by, POINTS))]
