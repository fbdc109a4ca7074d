"""A cumulative curve of dates as forecasting sites take it: 201 values over a range, "never" above its end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError
from negsim.model.calendar import DAY, Dated, moment
from negsim.model.questions import Askable, Question
from negsim.notebook import frame
from negsim.results.runs import Runs

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["DateCurve", "date_curve"]

POINTS = 201
LEAST, MOST = 0.01 / (POINTS - 1), 0.2
"""What Metaculus accepts from one point to the next: a hundredth of a flat curve at least, a fifth of all at most."""
BEYOND = 0.001
"""And beyond an open end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateCurve:
    """The probability that something has happened by each of 201 dates, equally far apart.

    Parameters
    ----------
    question : str
        Name of the question.
    dates : tuple of str
        ISO instants, the first and the last being the ends of the range.
    values, low, high : float64 (201,)
        Probability by then, and its simultaneous Monte Carlo band.
    beyond : float
        Probability of later or never: what lies above the upper end.
    n : int
        Histories.
    level : float
        Confidence level of the band.

    See Also
    --------
    date_curve : Make such a curve from finished runs.
    Curve : The probability that something has happened, at all times.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1)
    >>> found = ns.date_curve(runs, "summit_by_day_30", "0 days", "30 days")
    >>> found.dates[0], found.dates[-1], bool((found.low <= found.values).all())
    ('2025-01-01T00:00+00:00', '2025-01-31T00:00+00:00', True)
    """

    question: str
    dates: tuple[str, ...]
    values: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    beyond: float
    n: int
    level: float

    def submission(self, *, open_lower: bool = False) -> list[float]:
        """Give the curve in the form that Metaculus takes, for a question whose upper end is open.

        Every step is at least .00005 and at most .2, and .001 at least lies beyond each open end (Metaculus, *Continuous
        forecasts*, metaculus.com/help; as its site checked submissions in 2025). A hundredth of a flat curve is mixed in
        for the least step; what exceeds the largest goes to the steps after it, so that a sure date takes five.

        Parameters
        ----------
        open_lower : bool, optional
            Whether the lower end is open too: whether it may have happened before the range.

        Returns
        -------
        list of float
            201 probabilities, the first at the lower and the last at the upper end of the range.
        """
        first = BEYOND if open_lower else 0.0
        last = min(max(float(self.values[-1]), first + LEAST * (POINTS - 1)), 1 - BEYOND)
        told = np.clip(self.values, first, last)
        told[-1] = last
        # Nothing may lie below a closed end: it goes to the next step; and below an open one room is left for all steps.
        told[0] = max(first, min(told[0], last - LEAST * (POINTS - 1))) if open_lower else 0.0
        whole = last - float(told[0])
        # Every step gets the least; the rest is shared out as the curve has it, and the whole stays what it is.
        steps = LEAST + max(0.0, 1 - LEAST * (POINTS - 1) / whole) * np.diff(told)
        found = told[0] + np.concatenate([[0.0], np.cumsum(_capped(steps, MOST))])
        return [float(one) for one in np.minimum(found, 1 - BEYOND)]

    def __repr__(self) -> str:
        return f"<DateCurve of {self.question}, {self.dates[0]} to {self.dates[-1]}: {100 * self.values[-1]:.3g} % by then>"

    def to_dataframe(self) -> pd.DataFrame:
        """A row a date: the instant in universal time, value and band."""
        columns = ("date", "value", "low", "high")
        rows = zip(self.dates, self.values, self.low, self.high, strict=True)
        return frame([dict(zip(columns, row, strict=True)) for row in rows], columns, dates=["date"], zone="UTC")

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain data.

        Returns
        -------
        dict
            The fields as lists and numbers, and the submission as ``continuous_cdf``.
        """
        return {
            "question": self.question,
            "dates": list(self.dates),
            "values": self.values.tolist(),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "beyond": self.beyond,
            "n": self.n,
            "level": self.level,
            "continuous_cdf": self.submission(),
        }


def _capped(steps: NDArray[np.float64], most: float) -> NDArray[np.float64]:
    """No step above the most: what is over goes to the next ones, and from the last back."""
    found = steps.copy()
    for ways in (range(len(found)), reversed(range(len(found)))):
        over = 0.0
        for place in ways:
            wanted = found[place] + over
            found[place] = min(wanted, most)
            over = wanted - found[place]
    return found


def date_curve(runs: Runs, question: Question | Askable, low: Dated, high: Dated, *, level: float = 0.95) -> DateCurve:
    """Tell by when something happens as 201 points between two dates, "never" and later lying above the last.

    Parameters
    ----------
    runs : Runs
        Finished runs whose single histories were kept.
    question : str, Question or condition
        Of kind reached, happens or when.
    low, high : date, instant or days
        Ends of the range: the beginning of a bare date ``low``, and the end of a bare date ``high``.
    level : float, optional
        Of the band, which holds for all dates at once; strictly between 0 and 1.

    Returns
    -------
    DateCurve
        Values and band at 201 dates, and what lies beyond the last.

    Raises
    ------
    EstimateError
        If the range is empty, or reaches beyond what was simulated.

    See Also
    --------
    DateCurve : The probability by each of 201 dates.
    Curve : The same at all times.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1)
    >>> found = ns.date_curve(runs, "summit_by_day_30", "0 days", "30 days")
    >>> len(found.submission()), float(found.values[-1]) + found.beyond
    (201, 1.0)
    """
    calendar, horizon = runs.scenario.calendar, runs.program.horizon
    begin, end = calendar.opening(moment(low, "low"), "low"), calendar.deadline(moment(high, "high"), "high")
    if not begin < end:
        raise EstimateError(f"the range from {low!r} to {high!r} is empty; give a later high=")
    if end > horizon:
        raise EstimateError(
            f"high={high!r} lies beyond the simulated time (to {calendar.label(horizon)}); move the scenario's end"
        )
    curve = runs.first_passage(question, level=level).curve
    when = np.rint(np.linspace(begin, end, POINTS))
    # A date in days is not the whole number of microseconds that it stands for, but nearer to it than half of one.
    points = [curve.at((one + 0.25) / DAY) for one in when.tolist()]
    values = np.array([one.value for one in points])
    return DateCurve(
        question=runs.asked(question).question.name,
        dates=tuple(calendar.at(one).isoformat(timespec="minutes") for one in when.tolist()),
        values=values,
        low=np.array([one.low for one in points]),
        high=np.array([one.high for one in points]),
        beyond=1 - float(values[-1]),
        n=runs.replications,
        level=level,
    )
