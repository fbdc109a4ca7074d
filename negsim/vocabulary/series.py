"""Series: one question, asked on many dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError, nearest
from negsim.model.calendar import Duration, Moment, counted_days, days, moment
from negsim.model.inputs import Dates, MaybeAmount, MaybeName, Numbers, preset, record
from negsim.model.kinds import KINDS
from negsim.model.lookup import Lookup
from negsim.model.questions import Question
from negsim.vocabulary.common import put
from negsim.vocabulary.fields import check_times, tidy

__all__ = ["Series"]

MOST_DATES = 1_000


@record
class Series:
    """One question on many dates: how far the front has come each week, how many rounds by the end of each month.

    .. math:: x_{rk} = f\\bigl(S_r(t_k)\\bigr), \\qquad k = 1, \\dots, K

    is what history ``r`` answers on date ``t_k``; its ``K`` answers belong to one path and go together.

    Parameters
    ----------
    name : str
        What it is called by; its questions are ``NAME.at_DATE``.
    kind : str
        Of the questions (default ``value``, our choice), as in `Question`.
    condition : condition or number-valued expression
        What is asked about.
    action, outcome : str
        For kind ``fired``.
    weights : mapping from action to float, optional
        For kind ``fired``: several actions, each with what one firing counts.
    dates : list of dates, instants or days, optional
        When; a bare date is the whole of that day.
    every : duration, optional
        In place of dates: after this time from the start, and again and again.
    times : int, optional
        With ``every``: how often.
    title : str
        What people read in place of the name.

    See Also
    --------
    Question : What is asked of a history, on one date.
    Results.along : The answers of a series, an array over dates.

    Notes
    -----
    It moves nothing. ``runs.along("NAME")`` has one answer a date, and the numbers of every history. The intervals are of each
    date by itself: what is said of a whole path needs the joint numbers, ``along.values`` (Jordà and Marcellino 2010,
    *J. Applied Econometrics* 25:635, doi:10.1002/jae.1166).

    Examples
    --------
    >>> weekly = Series("front", condition="line", every="7 days", times=3)
    >>> [question.by for question in weekly.expand()]
    ['7 days', '14 days', '21 days']
    """

    table: ClassVar[str] = "series"

    name: str = field(kw_only=False)
    kind: str = "value"
    condition: MaybeAmount = preset(None)
    action: MaybeName = preset(None)
    outcome: str | None = None
    weights: Numbers = preset(Lookup())
    dates: Dates = preset(())
    every: Duration | None = None
    times: int | None = None
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(self, "series", period=["every"])
        if self.kind not in KINDS:
            raise ScenarioError(
                f"{where}: kind {self.kind!r} is not one of {', '.join(KINDS)}{nearest(str(self.kind), KINDS)}"
            )
        if isinstance(self.dates, str) or not isinstance(self.dates, Iterable):
            raise ScenarioError(f"{where}: dates must be a list of dates, not {self.dates!r}")
        put(self, dates=tuple(moment(date, f"{where}: dates") for date in self.dates))
        if bool(self.dates) == (self.every is not None):
            raise ScenarioError(f"{where}: give either dates, or every and times")
        if (self.every is None) != (self.times is None):
            raise ScenarioError(f"{where}: every says how far apart and times how often; give both, or dates")
        if self.times is not None:
            check_times(self.times, f"{where}: times")
            if not days(self.every) > 0:  # type: ignore[arg-type] # given beside times, as just seen
                raise ScenarioError(f"{where}: every must be a positive duration, not {self.every!r}")
        if max(len(self.dates), self.times or 0) > MOST_DATES:
            raise ScenarioError(f"{where}: more than {MOST_DATES:,} dates; give fewer")
        # Made once now: what is wrong with them is told where the series is written.
        asked = list(self.expand())
        names = [one.name for one in asked]
        twice = next((one for one in names if names.count(one) > 1), None)
        if twice is not None:
            raise ScenarioError(f"{where}: a date stands there twice, {asked[names.index(twice)].by!r}")
        first = asked[0]
        put(self, condition=first.condition, action=first.action, weights=first.weights)

    def expand(self) -> Iterator[Question]:
        """The questions, one a date."""
        for date in self.dates or self._stepped():
            yield Question(
                name=f"{self.name}.at_{_told(date)}",
                kind=self.kind,
                condition=self.condition,
                action=self.action,
                outcome=self.outcome,
                weights=self.weights,
                by=date,
                title=f"{self.title} ({date})" if self.title else "",
            )

    def _stepped(self) -> Iterator[Moment]:
        """Days of the calendar stay such; others are days of 24 hours."""
        counted = counted_days(self.every) if isinstance(self.every, str) else None
        for k in range(1, (self.times or 0) + 1):
            yield days(self.every) * k if counted is None else f"{counted * k} days"  # type: ignore[arg-type] # both given


def _told(date: object) -> str:
    """A date as the end of a name.

    >>> _told("2025-06-02T13:00"), _told("14 days"), _told(2.5)
    ('2025_06_02t13_00', '14_days', '2_5')
    """
    text = f"{date:g}" if isinstance(date, float) else str(date)
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
