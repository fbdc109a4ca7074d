"""How often something happened among the replications in which a condition held."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from negsim.errors import EstimateError
from negsim.estimates.bands import Band
from negsim.estimates.base import Estimate, Interval, thousands
from negsim.estimates.checks import set_counts
from negsim.estimates.intervals import check_method
from negsim.estimates.proportions import Proportion
from negsim.estimates.rows import METHOD, NONE, Rows

__all__ = ["Conditional"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional:
    """The share of yes among the replications in which a condition held; use it for "given that ...".

    Parameters
    ----------
    hits : int
        Replications in which the condition held and the answer is yes.
    given : int
        Replications in which the condition held.
    n : int
        All replications, failed ones included.
    unknown : int, optional
        Failed replications: whether the condition held in them is not known either.
    rows : Rows, optional
        Hits and replications in which the condition held by row of parameters, as in `Proportion`: the share is then
        a ratio of totals, with a random number of replications in each row.
    effective : float, optional
        Of weighted histories, as in `Proportion`.

    Raises
    ------
    EstimateError
        If a count is not a whole number, ``hits > given`` or ``given + unknown > n``.

    See Also
    --------
    Proportion : The share of histories with the answer yes.
    Question : What is asked of a history.

    Notes
    -----
    The number of replications in which the condition held is itself random. Given that number the hits are binomial,
    so the exact interval on the subset keeps its level. Failed replications are bounded by the worst case: the low
    end counts them as given and no, the high end as given and yes.

    Examples
    --------
    >>> print(Conditional(hits=52, given=100, n=1_000))
    50 % [42, 62], chance 95 %, given in 100 of 1 000
    """

    hits: int
    given: int
    n: int
    unknown: int = 0
    rows: Rows | None = field(default=None, repr=False, compare=False)
    effective: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        set_counts(self, "hits", "given", "n", "unknown")
        if self.hits > self.given:
            raise EstimateError(f"hits {self.hits} are more than the {self.given} replications they are among")
        if self.given + self.unknown > self.n:
            raise EstimateError(f"given {self.given} and unknown {self.unknown} are together more than n = {self.n}")

    @property
    def proportion(self) -> Proportion:
        """The same counts as a share of the replications in which the condition held, or may have held.

        Raises
        ------
        EstimateError
            If there is no such replication.
        """
        if self.given + self.unknown == 0:
            raise EstimateError(
                f"the condition held in none of {thousands(self.n)} replications, so nothing is known about what"
                " follows from it; simulate more of them, or make the condition happen with do(...)"
            )
        return Proportion(
            hits=self.hits,
            n=self.given + self.unknown,
            unknown=self.unknown,
            rows=self.rows,
            effective=self.effective,
        )

    @property
    def value(self) -> float:
        """The share, as in `Proportion.value`; raises EstimateError if the condition never held."""
        return self.proportion.value

    @property
    def printed(self) -> str:
        """The share as text, in percent: what tables and pictures show."""
        return self.estimate().printed

    def band(self, low: float = 0.05, high: float = 0.95, *, level: float = 0.95) -> Band | None:
        """Return the range of the share over rows of parameters; None where none were drawn, or too few count.

        Parameters
        ----------
        low : float, optional
            Quantile of the lower end (default 0.05).
        high : float, optional
            Quantile of the upper end (default 0.95).
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        Band or None
            With standard errors of its ends.
        """
        return self.proportion.band(low, high, level=level)

    def interval(self, level: float = 0.95, method: str | None = None) -> Interval:
        """Return the interval on the given subset, [0, 1] if that is empty; arguments as in `Proportion.interval`.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.
        method : str, optional
            One of the methods of `interval`.

        Returns
        -------
        Interval
            Within [0, 1].
        """
        if method not in (None, METHOD):
            check_method(str(method))
        if self.given + self.unknown:
            return self.proportion.interval(level, method)
        return Interval(low=0.0, high=1.0, level=level, method=NONE)

    def estimate(self, level: float = 0.95, method: str | None = None) -> Estimate:
        """Return value, interval and printed form in one; `n` of the result is the size of the given subset.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.
        method : str, optional
            One of the methods of `interval`.

        Returns
        -------
        Estimate
            Prints in percent, with as many digits as the interval supports.
        """
        found = self.proportion.estimate(level, method)
        given = f"given in {thousands(self.given)} of {thousands(self.n)}"
        inner = found.text.replace(f"n = {thousands(found.n)}", given)
        return replace(found, text=inner if given in inner else f"{inner}, {given}")

    def __str__(self) -> str:
        if self.given + self.unknown:
            return str(self.estimate())
        return f"unknown (the condition held in none of {thousands(self.n)} replications)"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.estimate()._repr_html_()
