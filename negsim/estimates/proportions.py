"""How often something happened: counts of yes and no, kept as counts until an interval is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, check_level, decimals, percent, set_counts, thousands
from negsim.estimates.intervals import check_method, share_interval

__all__ = ["Conditional", "Proportion"]


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

    Raises
    ------
    EstimateError
        If a count is not a whole number, or ``hits + unknown > n``.

    Examples
    --------
    >>> low, high = Proportion(hits=50, n=100).interval()
    >>> round(low, 7), round(high, 7)
    (0.3983211, 0.6016789)
    >>> print(Proportion(hits=52_000, n=100_000))
    0.520 [0.517, 0.523], chance 95 %, n = 100 000
    >>> print(Proportion(hits=0, n=10_000))
    < 0.03 % (0 of 10 000; one-sided 95 % bound, chance)
    >>> print(Proportion(hits=500, n=1_000, unknown=20))
    0.50 to 0.52 [0.47, 0.55], chance 95 %, n = 1 000, 20 failed: counted as no and as yes
    """

    hits: int
    n: int
    unknown: int = 0

    def __post_init__(self) -> None:
        set_counts(self, "hits", "n", "unknown")
        if self.n < 1:
            raise EstimateError("n is 0; a share needs at least one replication")
        if self.hits + self.unknown > self.n:
            raise EstimateError(f"hits {self.hits} and unknown {self.unknown} are together more than n = {self.n}")

    @property
    def range(self) -> tuple[float, float]:
        """The share with every failed replication counted as no, and as yes (the same if none failed)."""
        return self.hits / self.n, (self.hits + self.unknown) / self.n

    @property
    def value(self) -> float:
        """The share; if replications failed, the middle of `range`."""
        return (self.hits + self.unknown / 2) / self.n

    def interval(self, level: float = 0.95, method: str = "clopper-pearson") -> Interval:
        """Return the Monte Carlo interval of the probability.

        Parameters
        ----------
        level : float, optional
            Confidence level, strictly between 0 and 1.
        method : {"clopper-pearson", "wilson", "jeffreys", "sequence"}, optional
            Exact; score; Bayesian; or valid at all n at once (take it where replications are added until the
            interval is short enough).

        Raises
        ------
        EstimateError
            If the level or the method does not exist.

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
        low, high = share_interval(self.hits, self.n, level, method)
        if self.unknown:
            high = share_interval(self.hits + self.unknown, self.n, level, method)[1]
        return Interval(low=low, high=high, level=level, method=method)

    def estimate(self, level: float = 0.95, method: str = "clopper-pearson") -> Estimate:
        """Return value, interval and printed form in one; arguments as for `interval`."""
        found = self.interval(level, method)
        return Estimate(
            value=self.value,
            low=found.low,
            high=found.high,
            level=level,
            kind="chance",
            method=method,
            n=self.n,
            text=self._text(found),
        )

    def combine(self, other: Proportion) -> Proportion:
        """Return the share of both sets of replications together.

        >>> Proportion(hits=1, n=10).combine(Proportion(hits=2, n=20))
        Proportion(hits=3, n=30, unknown=0)
        """
        return Proportion(hits=self.hits + other.hits, n=self.n + other.n, unknown=self.unknown + other.unknown)

    def __str__(self) -> str:
        return str(self.estimate())

    def _text(self, found: Interval) -> str:
        """Return the printed form where the usual one would mislead, else nothing."""
        if self.unknown == self.n:
            return f"unknown (all {thousands(self.n)} replications failed)"
        if self.hits == 0 or self.hits + self.unknown == self.n:
            return self._one_sided(found)
        return self._between(found) if self.unknown else ""

    def _one_sided(self, found: Interval) -> str:
        """Print a bound: no hit in n replications does not make a probability 0, nor n hits make it 1."""
        never, anytime = self.hits == 0, found.method == "sequence"
        # The sequence's two sides share one error and stay valid while one looks on; a one-sided bound would not.
        low, high = found if anytime else self._one_sided_ends(found.level)
        number = f"< {_upward(high)} %" if never else f"> {100 - _upward(1 - low)} %"
        failed = f", {thousands(self.unknown)} failed counted as {'yes' if never else 'no'}" if self.unknown else ""
        count = f"{thousands(self.hits)} of {thousands(self.n)}{failed}"
        return f"{number} ({count}; {'anytime' if anytime else 'one-sided'} {percent(found.level)} bound, chance)"

    def _one_sided_ends(self, level: float) -> tuple[float, float]:
        """Return the exact one-sided bounds, each at `level` by itself."""
        from scipy.special import betainccinv, betaincinv

        most = self.hits + self.unknown
        low = float(betaincinv(self.hits, self.n - self.hits + 1, 1 - level)) if self.hits else 0.0
        high = float(betainccinv(most + 1, self.n - most, 1 - level)) if most < self.n else 1.0
        return low, high

    def _between(self, found: Interval) -> str:
        """Print the share as a range, with the interval around it."""
        least, low, high = decimals(self.range[0], found.low, found.high)
        most = decimals(self.range[1], found.low, found.high)[0]
        tail = f"n = {thousands(self.n)}, {thousands(self.unknown)} failed: counted as no and as yes"
        return f"{least} to {most} [{low}, {high}], chance {percent(found.level)}, {tail}"


def _upward(share: float) -> Decimal:
    """Return a small share in percent, rounded up to two digits so that the bound stays true."""
    exact = 100 * Decimal(repr(share))
    if exact == 0:
        return exact
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), rounding=ROUND_CEILING)
    return Decimal(f"{rounded.normalize():f}")


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

    Raises
    ------
    EstimateError
        If a count is not a whole number, ``hits > given`` or ``given + unknown > n``.

    Notes
    -----
    The number of replications in which the condition held is itself random. Given that number the hits are binomial,
    so the exact interval on the subset keeps its level. Failed replications are bounded by the worst case: the low
    end counts them as given and no, the high end as given and yes.

    Examples
    --------
    >>> print(Conditional(hits=52, given=100, n=1_000))
    0.52 [0.42, 0.62], chance 95 %, given in 100 of 1 000
    """

    hits: int
    given: int
    n: int
    unknown: int = 0

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
        return Proportion(hits=self.hits, n=self.given + self.unknown, unknown=self.unknown)

    @property
    def value(self) -> float:
        """The share, as in `Proportion.value`; raises EstimateError if the condition never held."""
        return self.proportion.value

    def interval(self, level: float = 0.95, method: str = "clopper-pearson") -> Interval:
        """Return the interval on the given subset, [0, 1] if that is empty; arguments as in `Proportion.interval`."""
        check_method(method)
        if self.given + self.unknown:
            return self.proportion.interval(level, method)
        return Interval(low=0.0, high=1.0, level=level, method=method)

    def estimate(self, level: float = 0.95, method: str = "clopper-pearson") -> Estimate:
        """Return value, interval and printed form in one; `n` of the result is the size of the given subset."""
        found = self.proportion.estimate(level, method)
        given = f"given in {thousands(self.given)} of {thousands(self.n)}"
        inner = str(found).replace(f"n = {thousands(found.n)}", given)
        return Estimate(
            value=found.value,
            low=found.low,
            high=found.high,
            level=level,
            kind="chance",
            method=method,
            n=found.n,
            text=inner if given in inner else f"{inner}, {given}",
        )

    def __str__(self) -> str:
        if self.given + self.unknown:
            return str(self.estimate())
        return f"unknown (the condition held in none of {thousands(self.n)} replications)"
