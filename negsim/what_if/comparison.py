"""The difference that a variant of a scenario makes to one answer: common random numbers, paired differences."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from negsim.estimates import Estimate, Interval, PairedDifference, Proportion, Rows
from negsim.notebook import card, frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "Comparison"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The difference that a variant makes to the answer to one question.

    Parameters
    ----------
    question : str
        Name of the question.
    by : str
        Deadline as it was asked.
    first, second : str
        What the two variants are.
    difference : PairedDifference
        Second minus first, from pairs of replications.
    gained, lost : int64 arrays
        Numbers of the replications in which only the second, and only the first, has the answer yes; each can be
        told with ``narrate(runs, number)``.
    sides : pair of Rows or None
        The hits of either variant by row of parameters, if they were drawn (failed pairs left out).

    See Also
    --------
    compare : Compare two variants, history by history.
    PairedDifference : The difference of two shares, from pairs.

    Examples
    --------
    >>> import negsim as ns
    >>> toy = ns.load("toy")
    >>> early = toy.do("memorandum.delivered", on="2025-01-02")
    >>> found = ns.compare(*(ns.simulate(one, replications=2_000, seed=1) for one in (toy, early)), "talks_day_5")
    >>> found.lost.size, found.gained.size == found.difference.second_only
    (0, True)
    """

    question: str
    by: str
    first: str
    second: str
    difference: PairedDifference
    gained: NDArray[np.int64]
    lost: NDArray[np.int64]
    sides: tuple[Rows | None, Rows | None] = (None, None)

    @property
    def value(self) -> float:
        """Probability in the second variant minus that in the first."""
        return self.difference.value

    @property
    def printed(self) -> str:
        """The difference as text, in points of a percent."""
        return self.difference.printed

    @property
    def by_draw(self) -> NDArray[np.float64] | None:
        """Difference under each draw of the parameters (failed pairs left out), if they were drawn."""
        rows = self.difference.rows
        # A row without a history that counts has no difference; to divide would give not a number.
        return None if rows is None else rows.total[rows.size > 0] / rows.size[rows.size > 0]

    @property
    def probabilities(self) -> tuple[float, float]:
        """Probability in the first and in the second variant (failed pairs left out)."""
        pairs = self.difference
        n = pairs.n - pairs.unknown
        if n == 0:
            return math.nan, math.nan
        return (pairs.both + pairs.first_only) / n, (pairs.both + pairs.second_only) / n

    @property
    def shares(self) -> tuple[str, str]:
        """The two probabilities as text, each rounded to what its own interval supports."""
        texts = []
        for value, rows in zip(self.probabilities, self.sides, strict=True):
            # Of the pairs that count, in both variants alike, or the two shares would not differ by the difference.
            n = self.difference.n - self.difference.unknown
            share = Proportion(hits=round(value * n), n=n, rows=rows) if n else None
            texts.append("unknown" if share is None else share.printed)
        return texts[0], texts[1]

    def interval(self, level: float = 0.95) -> Interval:
        """Monte Carlo interval of the difference.

        Tango's score interval for pairs; where parameters were drawn, Student's t over draws, because histories that
        share a row of parameters are not independent (see `PairedDifference.interval`).

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Interval
            Within [-1, 1].
        """
        return self.difference.interval(level)

    def estimate(self, level: float = 0.95) -> Estimate:
        """Difference, interval and printed form in one.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Estimate
            In points of a percent.
        """
        return self.difference.estimate(level)

    def __repr__(self) -> str:
        return f"<Comparison of {self.question} by {self.by}: {self.estimate()}>"

    def _repr_html_(self) -> str:
        rows = [[self.first, self.shares[0]], [self.second, self.shares[1]], ["difference", str(self.estimate())]]
        notes = [f"{self.gained.size:,} histories turn from no to yes, {self.lost.size:,} from yes to no"]
        title = f"{self.question.replace('_', ' ')} by {self.by}"
        return card(title, columns=("variant", "probability"), rows=rows, notes=notes)

    def to_dataframe(self) -> pd.DataFrame:
        """One row: both probabilities, their difference with its interval, histories that flip."""
        return frame([self.row(self.interval())], COLUMNS)

    def row(self, ends: Interval) -> dict[str, object]:
        """The comparison as plain data, with an interval of its difference.

        Parameters
        ----------
        ends : Interval
            Of the difference, alone or together with others.

        Returns
        -------
        dict
            A row of a table.
        """
        # The interval is given from outside: alone it is narrower than together with other comparisons.
        before, after = self.probabilities
        numbers = {"before": before, "after": after, "difference": self.value, "low": ends.low, "high": ends.high}
        flips = {"no_to_yes": int(self.gained.size), "yes_to_no": int(self.lost.size), "n": self.difference.n}
        how = {"level": ends.level, "method": ends.method}
        return {"variant": self.second, "question": self.question, "by": self.by, **numbers, **how, **flips}

    def __str__(self) -> str:
        one, two = self.shares
        lines = [
            f"{self.question} by {self.by}: {one} ({self.first}), {two} ({self.second})",
            f"  difference {self.estimate()}",
            f"  histories that flip: {self.gained.size:,} from no to yes{_some(self.gained)},"
            f" {self.lost.size:,} from yes to no{_some(self.lost)}",
        ]
        return "\n".join(lines)


def _some(numbers: NDArray[np.int64], most: int = 3) -> str:
    if not numbers.size:
        return ""
    shown = ", ".join(str(number) for number in numbers[:most])
    return f" (such as {shown})" if numbers.size > most else f" ({shown})"


COLUMNS = (
    "variant", "question", "by", "before", "after", "difference", "low", "high", "level", "method", "n", "no_to_yes",
    "yes_to_no",
)  # fmt: skip
