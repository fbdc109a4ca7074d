"""How often something happened: counts of yes and no, kept as counts until an interval is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from negsim.errors import EstimateError
from negsim.estimates.bands import Band, band_over_rows
from negsim.estimates.base import Estimate, Interval, percent, thousands
from negsim.estimates.checks import check_level, set_counts
from negsim.estimates.intervals import check_method, share_interval
from negsim.estimates.printing import upward
from negsim.estimates.rows import METHOD, NONE, Rows, extreme_bound, one_sided_ends, row_notes, share_over_rows
from negsim.estimates.weights import share_over_islands, told_effective

__all__ = ["Proportion"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """The share of replications with the answer yes; use it for every yes/no question.

    Parameters
    ----------
    hits : int
        Replications known to have the answer yes.
    n : int
        All replications, failed ones included; at least 1.
    unknown : int, optional
        Failed replications, whose answer nobody knows. They are counted once as no and once as yes: estimates are
        bounds then.
    rows : Rows, optional
        The same counts by row of parameters, where parameters were drawn: replications of one row are not
        independent, so the interval is taken over rows.
    effective : float, optional
        Of weighted histories: how many equal ones they are worth. The rows are then weighted totals by island, and the
        share is that of the weights.

    Raises
    ------
    EstimateError
        If a count is not a whole number, or ``hits + unknown > n``.

    See Also
    --------
    Conditional : A share among histories in which something held.
    Mean : A mean over histories, with its interval.

    Examples
    --------
    >>> low, high = Proportion(hits=50, n=100).interval()
    >>> round(low, 7), round(high, 7)
    (0.3983211, 0.6016789)
    >>> print(Proportion(hits=52_000, n=100_000))
    52.0 % [51.7, 52.3], chance 95 %, n = 100 000
    >>> print(Proportion(hits=0, n=10_000))
    < 0.03 % (0 of 10 000; one-sided 95 % bound, chance)
    >>> print(Proportion(hits=500, n=1_000, unknown=20))
    51 % [47, 55], chance 95 %, n = 1 000, 20 failed: 50.0 to 52.0 % with all of them no, or yes
    """

    hits: int
    n: int
    unknown: int = 0
    rows: Rows | None = field(default=None, repr=False, compare=False)
    effective: float | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        set_counts(self, "hits", "n", "unknown")
        if self.n < 1:
            raise EstimateError("n is 0; a share needs at least one replication")
        if self.hits + self.unknown > self.n:
            raise EstimateError(f"hits {self.hits} and unknown {self.unknown} are together more than n = {self.n}")

    @property
    def range(self) -> tuple[float, float]:
        """The share with every failed replication counted as no, and as yes (the same if none failed)."""
        if self.effective is not None and self.rows is not None:
            (least, size), (most, _) = self.rows.bounds()
            low, high = (min(max(float(one.sum() / size.sum()), 0.0), 1.0) for one in (least, most))
            return low, high
        return self.hits / self.n, (self.hits + self.unknown) / self.n

    @property
    def value(self) -> float:
        """The share; if replications failed, the middle of `range`."""
        if self.effective is not None:
            return sum(self.range) / 2
        return (self.hits + self.unknown / 2) / self.n

    @property
    def printed(self) -> str:
        """The share as text, in percent: what tables and pictures show."""
        return self.estimate().printed

    def interval(self, level: float = 0.95, method: str | None = None) -> Interval:
        """Return the Monte Carlo interval of the probability.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.
        method : {"clopper-pearson", "wilson", "jeffreys", "sequence"}, optional
            Exact (by default); score; Bayesian; or valid at all n at once (take it where replications are added until
            the interval is short enough). Where parameters were drawn there is one method, Student's t over rows.

        Returns
        -------
        Interval
            With fewer than 5 rows of parameters there is none: [0, 1], and its method is ``"none"``.

        Raises
        ------
        EstimateError
            If the level or the method does not exist, or is one for independent replications where they are not.

        Notes
        -----
        With failed replications the low end is that of no and the high end that of yes for all of them.

        Examples
        --------
        >>> low, high = Proportion(hits=50, n=100).interval(method="sequence")
        >>> round(low, 7), round(high, 7)
        (0.3445903, 0.6554097)
        """
        check_level(level)
        if self.rows is not None:
            _check_over_rows(method)
            if self.effective is not None:
                return share_over_islands(self.rows, self.effective, level)
            return share_over_rows(self.rows, level)
        method = method or "clopper-pearson"
        low, high = share_interval(self.hits, self.n, level, method)
        if self.unknown:
            high = share_interval(self.hits + self.unknown, self.n, level, method)[1]
        return Interval(low=low, high=high, level=level, method=method)

    def band(self, low: float = 0.05, high: float = 0.95, *, level: float = 0.95) -> Band | None:
        """Return the range of the probability over rows of parameters; None where none were drawn, or too few count.

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
        if self.rows is None or self.effective is not None:
            return None
        return band_over_rows(self.rows, low, high, level=level)

    def estimate(self, level: float = 0.95, method: str | None = None) -> Estimate:
        """Return value, interval, range over draws and printed form in one; arguments as for `interval`.

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
        interval, band = self.interval(level, method), self.band(level=level)
        spread = None if band is None or band.collapsed else band
        plain = Estimate(
            value=self.value,
            low=interval.low,
            high=interval.high,
            level=level,
            kind="chance",
            method=interval.method,
            n=self.n,
            unit="%",
            spread=None if spread is None else (spread.low, spread.high),
            spread_errors=(0.0, 0.0) if spread is None else (spread.low_error, spread.high_error),
            bound=self._one_sided_ends(interval) if self._extreme else None,
            notes=self._notes(spread),
        )
        return replace(plain, text=self._text(plain, interval, band))

    def combine(self, other: Proportion) -> Proportion:
        """Return the share of both sets of replications together, which must be independent ones.

        Parameters
        ----------
        other : Proportion
            Of other replications.

        Returns
        -------
        Proportion
            Of all of them.

        Raises
        ------
        EstimateError
            If one of them has rows of parameters.

        Examples
        --------
        >>> Proportion(hits=1, n=10).combine(Proportion(hits=2, n=20))
        10 % [2, 27], chance 95 %, n = 30
        """
        if self.rows is not None or other.rows is not None:
            raise EstimateError("shares over drawn parameters cannot be joined from counts; simulate them in one run")
        return Proportion(hits=self.hits + other.hits, n=self.n + other.n, unknown=self.unknown + other.unknown)

    def __str__(self) -> str:
        return str(self.estimate())

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return self.estimate()._repr_html_()

    @property
    def _extreme(self) -> bool:
        """Whether no replication is known to say yes, or none to say no."""
        return self.unknown < self.n and (self.hits == 0 or self.hits + self.unknown == self.n)

    def _notes(self, spread: Band | None) -> tuple[str, ...]:
        if self.rows is None or self.effective is not None:
            return ()
        said = () if spread is None else (spread.outside, spread.assumed)
        return (*row_notes(None, self.rows.count), *(one for one in said if one))

    def _text(self, plain: Estimate, interval: Interval, band: Band | None) -> str:
        """Return the printed form."""
        n = f"n = {thousands(self.n)}" if self.effective is None else told_effective(self.n, self.effective)
        if self.rows is not None and self.effective is None:
            n += f" in {thousands(self.rows.size.size)} rows of parameters"
        if self.unknown == self.n:
            return f"unknown (all {thousands(self.n)} replications failed)"
        spread = "" if band is None else f"; {band.told(plain.spread_ends())}"
        if interval.method == NONE:
            return f"{plain.printed}, {n}{spread}"
        if self._extreme:
            return self._one_sided(plain, interval) + spread
        low, high = plain.ends()
        failed = f", {self._failed()}" if self.unknown else ""
        return f"{plain.printed} [{low}, {high}], chance {percent(plain.level)}, {n}{failed}{spread}"

    def _failed(self) -> str:
        least, most = (100 * one for one in self.range)
        return f"{thousands(self.unknown)} failed: {least:.1f} to {most:.1f} % with all of them no, or yes"

    def _one_sided(self, plain: Estimate, interval: Interval) -> str:
        """Print a bound: no hit in n replications does not make a probability 0, nor n hits make it 1."""
        anytime, never = interval.method == "sequence", self.hits == 0
        failed = f", {thousands(self.unknown)} failed counted as {'yes' if never else 'no'}" if self.unknown else ""
        low, high = self._one_sided_ends(interval)
        number = (
            f"< {upward(100 * Decimal(repr(high)))} %"
            if never
            else f"> {100 - upward(100 * (1 - Decimal(repr(low))))} %"
        )
        rows = "" if self.rows is None else f" in {thousands(self.rows.size.size)} rows of parameters"
        if self.effective is not None:
            rows = f" (worth {thousands(int(self.effective))} equal ones)"
        count = f"{thousands(self.hits)} of {thousands(self.n)}{rows}{failed}"
        return f"{number} ({count}; {'anytime' if anytime else 'one-sided'} {percent(plain.level)} bound, chance)"

    def _one_sided_ends(self, interval: Interval) -> tuple[float, float]:
        """Return the one-sided bounds, each at the interval's level by itself."""
        # The sequence's two sides share one error and stay valid while one looks on; a one-sided bound would not.
        if interval.method == "sequence":
            return interval.low, interval.high
        if self.effective is not None:
            extreme = one_sided_ends(self.effective if self.hits else 0.0, 0.0, self.effective, interval.level)
            return max(extreme[0], interval.low), min(extreme[1], interval.high)
        if self.rows is not None:
            return extreme_bound(self.rows, interval) or (interval.low, interval.high)
        low, high = one_sided_ends(self.hits, self.unknown, self.n, interval.level)
        return max(low, interval.low), min(high, interval.high)


def _check_over_rows(method: str | None) -> None:
    """Refuse methods for independent replications where replications share rows of parameters."""
    if method is None or method == METHOD:
        return
    check_method(method)
    raise EstimateError(
        f"method {method!r} is for independent replications, but replications of one row of parameters are not; leave"
        " method= away"
    )
