"""The answers of a series of questions: an array over dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, answered, counted, numbers
from negsim.errors import EstimateError, NotRecorded, nearest
from negsim.model.calendar import Calendar
from negsim.notebook import card, frame
from negsim.program.probes import Asked
from negsim.results.answers import Answer

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Along", "along_of", "of_series"]

MARK = ".at_"
"""What parts the name of a series from its date in the names of its questions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Along:
    """The answers to one question on many dates.

    Parameters
    ----------
    name : str
        Of the series.
    dates : tuple of datetime
        When each answer is of, in the scenario's zone; the end of a day is the midnight after it.
    answers : tuple of Answer
        One a date, each with its interval and its range.
    values : float array, (n, dates), or None
        What each history answers: numbers, or 1 and 0 for yes and no; NaN where the history does not count or failed.
        None where single histories were not kept.

    See Also
    --------
    Series : One question, asked on many dates.
    Answer : The answer to one question as every table shows it.

    Examples
    --------
    >>> import negsim as ns
    >>> weekly = ns.Series("held", kind="reached", condition="talks.held", every="7 days", times=3)
    >>> found = ns.simulate(ns.load("toy"), replications=2_000, seed=1, questions=[weekly]).along("held")
    >>> found.values.shape, [answer.rounded() for answer in found.answers]
    ((2000, 3), ['77.5 %', '96.8 %', '99.8 %'])
    """

    name: str
    dates: tuple[datetime, ...]
    answers: tuple[Answer, ...]
    values: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)

    @property
    def mean(self) -> NDArray[np.float64]:
        """The answers as numbers, (dates,): means or probabilities."""
        return np.array([one.value for one in self.answers])

    def __str__(self) -> str:
        lines = [f"{self.name}, on {len(self.dates)} dates:"]
        return "\n".join([*lines, *(f"  {one.by}: {_told(one)}" for one in self.answers)])

    def _repr_html_(self) -> str:
        rows = [[one.by, _told(one)] for one in self.answers]
        return card(self.name, columns=("date", "answer"), rows=rows)

    def to_dataframe(self) -> pd.DataFrame:
        """A row a date: the answer, its Monte Carlo interval, its range over draws of the parameters.

        Returns
        -------
        pandas.DataFrame
            The dates are its index.
        """
        rows = [
            {
                "date": date,
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "range_low": one.band_low,
                "range_high": one.band_high,
                "printed": one.printed,
            }
            for date, one in zip(self.dates, self.answers, strict=True)
        ]
        return frame(rows, list(rows[0])).set_index("date")


def _told(answer: Answer) -> str:
    """The number with its interval."""
    return answer.printed if answer.estimate is None else str(answer.estimate)


def of_series(asked: Mapping[str, Asked], series: object) -> list[Asked]:
    """The questions of a series, by date.

    Raises
    ------
    NotRecorded
        If the runs asked none.
    """
    name = getattr(series, "name", series)
    if not isinstance(name, str):
        raise EstimateError(f"series is {str(series)[:60]!r}; give a Series or its name")
    found = [entry for key, entry in asked.items() if key.startswith(f"{name}{MARK}")]
    if not found:
        names = sorted({key.partition(MARK)[0] for key in asked if MARK in key})
        raise NotRecorded(
            f"no series {name[:80]!r} was asked{nearest(name, names)}; add it: simulate(scenario, ..., "
            "questions=[ns.Series('mine', condition='...', dates=[...])])"
        )
    return sorted(found, key=lambda entry: entry.by)


def along_of(
    series: object, found: Sequence[Asked], answers: Sequence[Answer], calendar: Calendar, block: Block | None
) -> Along:
    """The answers of a series, with the numbers of each history where they were kept."""
    values = None if block is None else np.stack([_values(block, entry) for entry in found], axis=1)
    return Along(
        name=str(getattr(series, "name", series)),
        dates=tuple(calendar.at(entry.by) for entry in found),
        answers=tuple(answers),
        values=values,
    )


def _values(block: Block, entry: Asked) -> NDArray[np.float64]:
    if entry.question.probable:
        yes, counts = answered(block, entry, entry.after, entry.by)
        return np.where(counts & ~block.failed, yes.astype(np.float64), np.nan)
    counts = counted(block, entry, entry.by) & ~block.failed
    return np.where(counts, numbers(block, entry), np.nan)
