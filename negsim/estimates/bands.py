"""Ignorance: the range of probabilities over draws of the parameters, with the noise of finite replications removed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, percent, thousands
from negsim.estimates.checks import check_level, check_order, check_probability
from negsim.estimates.printing import printed_ends, printed_range, printed_share
from negsim.estimates.rows import NONE, Rows, extreme_bound, row_notes, share_over_rows
from negsim.estimates.shaped import Spread, beta_end, beta_spread, coarse

__all__ = ["Band", "band_over_rows", "draw_band", "exact_range", "ranges_over_rows"]

ROUNDING = 1e-12
"""Relative difference of two variances that is no difference."""

Floats = NDArray[np.float64]
Ends = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The range of a probability over what is believed of the parameters, and its predictive mean.

    Parameters
    ----------
    low, high : float
        Quantiles of the probability over parameter draws, inner noise removed.
    low_error, high_error : float
        Standard errors of these two ends, from the finite number of draws.
    low_quantile, high_quantile : float
        Which quantiles these are, such as 0.05 and 0.95.
    mean : float
        Predictive mean: the probability with ignorance averaged over.
    inner_noise : float
        Mean variance that finite replications add to each draw's share (removed from the band).
    between_variance : float
        Variance of the probability over parameter draws (epistemic variance); 0 if none was found above the noise.
    draws, n : int
        Parameter draws; replications in all.
    mean_interval : Interval
        Monte Carlo interval of the predictive mean, the draws taken as clusters.
    method : str
        How the band was made; says so if it collapsed to the mean.
    bound : pair of float, optional
        One-sided bounds of the mean where no replication says yes, or none says no.

    See Also
    --------
    Proportion : The share of histories with the answer yes.
    Estimate : A number with its interval and its printed form.

    Examples
    --------
    >>> import negsim as ns
    >>> act = ns.Action(name="deliver", when="not memo", clock=ns.Exponential("rate"), effects=["memo = true"])
    >>> parts = [ns.Fact("memo"), ns.Parameter("rate", 0.3, range=[0.1, 0.9]), act]
    >>> late = ns.Question(name="memo_by_5", condition="memo", by=5)
    >>> tiny = ns.Scenario("tiny", start="2025-01-01", end=40, parts=[*parts, late])
    >>> band = ns.simulate(tiny, replications=20_000, draws=100, seed=1).band("memo_by_5")
    >>> band.low < band.mean < band.high
    True
    """

    low: float
    high: float
    low_error: float
    high_error: float
    low_quantile: float
    high_quantile: float
    mean: float
    inner_noise: float
    between_variance: float
    draws: int
    n: int
    mean_interval: Interval
    method: str
    bound: Ends | None = None

    def __post_init__(self) -> None:
        check_order(self.low, self.high)
        check_order(self.low_quantile, self.high_quantile)
        for name in ("low", "high", "low_quantile", "high_quantile", "mean"):
            check_probability(name, getattr(self, name))
        if not (self.inner_noise >= 0 and self.between_variance >= 0):
            raise EstimateError(f"variances are {self.inner_noise!r} and {self.between_variance!r}; both must be >= 0")

    @property
    def collapsed(self) -> bool:
        """Whether no spread over draws was found above the noise, so that the band is just the mean."""
        return self.between_variance == 0 and self.low == self.high

    @property
    def value(self) -> float:
        """The predictive mean, not rounded."""
        return self.mean

    @property
    def printed(self) -> str:
        """The predictive mean as text, as in `Estimate.printed`."""
        return printed_share(self.mean, self._ranges)

    @property
    def printed_ends(self) -> tuple[str, str]:
        """The two ends in percent (without the sign), with no more digits than their standard errors support."""
        return printed_range(self.low, self.high, (self.low_error, self.high_error), self.printed)

    @property
    def outside(self) -> str:
        """A sentence if the predictive mean lies outside the range, else nothing."""
        # A mean is moved by a few rows of large numbers; quantiles are not. It is told, and not put inside by force.
        if self.low <= self.mean <= self.high or self.collapsed:
            return ""
        side = "above" if self.mean > self.high else "below"
        return f"the mean lies {side} its own range {_quantiles(self)}: a few rows of parameters carry it"

    @property
    def assumed(self) -> str:
        """A sentence if the range has an assumed shape, else nothing."""
        if not self.method.startswith("beta"):
            return ""
        return "few histories a draw: the range has the shape of a beta law, which is assumed; fewer draws would show its own"

    @property
    def _ranges(self) -> list[tuple[float, float]]:
        return [self._inside] if self.collapsed else [self._inside, (self.low, self.high)]

    @property
    def _inside(self) -> Ends:
        """What chance leaves of the mean."""
        return self.bound or (self.mean_interval.low, self.mean_interval.high)

    def estimate(self) -> Estimate:
        """Return the predictive mean with the band as its range; the level is the belief that the band covers."""
        return Estimate(
            value=self.mean,
            low=self.low,
            high=self.high,
            level=self.high_quantile - self.low_quantile,
            kind="ignorance",
            method=self.method,
            n=self.n,
            unit="%",
            bound=self._inside,
            text=str(self),
        )

    def told(self, ends: tuple[str, str] | None = None) -> str:
        """The range in words and figures, with the standard errors of its ends.

        Parameters
        ----------
        ends : tuple of str, optional
            The two ends as they are printed elsewhere; by default with the digits that their errors support.

        Returns
        -------
        str
            Such as ``12 to 34 %``, with the errors in points of a percent.
        """
        if self.collapsed:
            return f"no spread over {thousands(self.draws)} draws above the noise of chance"
        low, high = ends or self.printed_ends
        errors = f"ends known to {100 * self.low_error:.2g} and {100 * self.high_error:.2g} points, standard error"
        assumed = "; its shape is assumed, for want of replications a draw" if self.method.startswith("beta") else ""
        return f"range {low} to {high} % ({_quantiles(self)} of {thousands(self.draws)} draws, ignorance; {errors}{assumed})"

    def __str__(self) -> str:
        inside = self.mean_interval
        low, high = printed_ends(inside.low, inside.high, self.printed, unit="%")
        chance = f"mean {self.printed} [{low}, {high}], chance {percent(inside.level)}, n = {thousands(self.n)}"
        if inside.method == NONE:
            chance = f"mean {self.printed}, n = {thousands(self.n)}"
        notes = (*row_notes(None, self.draws), *([self.outside] if self.outside else []))
        return "; ".join([chance if self.collapsed else self.told(), self.told() if self.collapsed else chance, *notes])

    __repr__ = __str__


def _quantiles(band: Band) -> str:
    return f"{100 * band.low_quantile:.10g}–{100 * band.high_quantile:.10g} %"


def draw_band(
    hits: ArrayLike,
    n: ArrayLike,
    low: float = 0.05,
    high: float = 0.95,
    *,
    unknown: ArrayLike = 0,
    level: float = 0.95,
) -> Band:
    """Return the band of a yes/no question over parameter draws.

    Parameters
    ----------
    hits : array_like of int, shape (k,)
        Replications with the answer yes, by parameter draw; at least two draws (hundreds for a smooth band).
    n : array_like of int, shape (k,) or a number
        Replications by draw, failed ones included; at least 2 each.
    low, high : float, optional
        Quantiles of the band over draws.
    unknown : array_like of int, optional
        Failed replications by draw: counted as no in the low ends, as yes in the high ends, half in the mean.
    level : float, optional
        Confidence level of the Monte Carlo interval of the predictive mean.

    Raises
    ------
    EstimateError
        If there are fewer than two draws, a draw has fewer than two replications, or counts contradict each other.

    Notes
    -----
    The variance of the shares over draws is that of the probabilities plus that of the replications. The latter is
    the mean of ``p(1 - p)/(n - 1)`` and is subtracted; the shares are then drawn towards their mean by one factor, so
    that what is left has the estimated variance of the probabilities (constrained empirical Bayes: Louis 1984,
    J. Am. Stat. Assoc. 79:393, DOI 10.1080/01621459.1984.10478062; Ghosh 1992, ibid. 87:533, DOI
    10.1080/01621459.1992.10475236). Replications that share a parameter row are not independent, so the interval of the
    mean is taken over draws, as that of every share. The ends are median-unbiased sample quantiles (Hyndman, Fan 1996,
    Am. Stat. 50:361, number 8); their standard errors are the exact bootstrap's (Maritz, Jarrett 1978, J. Am. Stat.
    Assoc. 73:194).

    With fewer than ten replications a draw (in the median) shares are too coarse for quantiles: of two replications they
    are 0, 1/2 or 1. The ends then are those of the beta law with the mean and the variance that were found (Skellam 1948,
    J. R. Stat. Soc. B 10:257), and ``method`` and the printed form say so; their standard errors are those of the variance.

    Examples
    --------
    >>> band = draw_band([10, 50, 90], 100, low=0.0, high=1.0)
    >>> round(band.low, 4), round(band.high, 4), band.mean
    (0.1018, 0.8982, 0.5)
    """
    yes, size, failed = _counts(hits, n, unknown)
    check_level(level)
    return _band(Rows(total=yes, size=size - failed, unknown=failed), low, high, level)


def band_over_rows(rows: Rows, low: float = 0.05, high: float = 0.95, *, level: float = 0.95) -> Band | None:
    """Return the band over rows of parameters; None if fewer than two of them have two replications that count."""
    # One replication has no variance inside its row, so what chance adds could not be taken off.
    enough = rows.size + rows.unknown >= 2
    if int(enough.sum()) < 2 or not rows.size.any():
        return None
    return _band(rows, low, high, level)


def _band(rows: Rows, low: float, high: float, level: float) -> Band:
    """The range is of the rows in which chance and ignorance can be told apart, the mean of all of them."""
    size = rows.size + rows.unknown
    enough = size >= 2
    few = size[enough]
    worst = _spread(rows.total[enough] / few, few, low, high)
    best = _spread((rows.total + rows.unknown)[enough] / few, few, low, high)
    # Failed replications may have been either: the wider of both readings holds in any case.
    between = max(worst.between, best.between)
    inside = share_over_rows(rows, level)
    shaped = "beta law, few replications a draw" if coarse(few) else "constrained Bayes"
    name = "collapsed to the mean: no variance between draws above chance" if between == 0 else shaped
    # The middle of the two readings, as a share without drawn parameters has it.
    mean = float((rows.total + rows.unknown / 2).sum() / size.sum())
    ends = (
        (mean, mean)
        # With failed ones the two readings differ even where rows do not.
        if between == 0 and not rows.unknown.any()
        else (min(worst.low, best.low), max(worst.high, best.high))
    )
    return Band(
        low=ends[0],
        high=ends[1],
        low_error=max(worst.low_error, best.low_error),
        high_error=max(worst.high_error, best.high_error),
        low_quantile=low,
        high_quantile=high,
        mean=mean,
        inner_noise=max(worst.noise, best.noise),
        between_variance=between,
        draws=size.size,
        n=int(size.sum()),
        mean_interval=inside,
        method=f"{name} (moments)",
        bound=extreme_bound(rows, inside),
    )


def ranges_over_rows(
    hits: Floats, size: Floats, unknown: Floats, low: float = 0.05, high: float = 0.95
) -> tuple[Floats, Floats] | None:
    """Return the ends of the band at many dates at once.

    Parameters
    ----------
    hits : array of shape (k, p)
        Replications with the answer yes, by row and date.
    size, unknown : arrays of shape (k,)
        Replications that count and did not fail, and failed ones, by row.

    Returns
    -------
    tuple of arrays of shape (p,), or None
        As `Band` has them; None if fewer than two rows have two replications.
    """
    whole = size + unknown
    enough = whole >= 2
    if int(enough.sum()) < 2:
        return None
    few = whole[enough][:, None]
    cases = [hits[enough] / few, (hits + unknown[:, None])[enough] / few]
    ends = [_ends_at(shares, few, low, high) for shares in (cases if unknown.any() else cases[:1])]
    return np.min([one[0] for one in ends], axis=0), np.max([one[1] for one in ends], axis=0)


def _ends_at(shares: Floats, size: Floats, low: float, high: float) -> Floats:
    """The quantiles over rows of the shrunken shares, (2, p)."""
    # m - 1 and not m: p(1 - p)/m with the share in place of p is too small by just that factor.
    noise = (shares * (1 - shares) / (size - 1)).mean(axis=0)
    total, mean = shares.var(axis=0, ddof=1), shares.mean(axis=0)
    if coarse(size):
        between = np.where(total - noise > ROUNDING * total, total - noise, 0.0)
        return np.array([[beta_end(m, v, p) for m, v in zip(mean, between, strict=True)] for p in (low, high)])
    factor = np.sqrt(np.clip(total - noise, 0.0, None) / np.where(total > 0, total, 1.0))
    shrunken = np.clip(mean + factor * (shares - mean), 0.0, 1.0)
    return np.asarray(np.quantile(shrunken, [low, high], axis=0, method="median_unbiased"))


def exact_range(values: ArrayLike, low: float = 0.05, high: float = 0.95) -> tuple[Ends, Ends]:
    """Return the quantiles of numbers that are known exactly, one a draw, and the standard errors of these ends."""
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    one, two = np.quantile(ordered, [low, high], method="median_unbiased")
    return (float(one), float(two)), (_end_error(ordered, low), _end_error(ordered, high))


def _spread(shares: Floats, size: Floats, low: float, high: float) -> Spread:
    """Return the quantiles of the shrunken shares and their errors, the inner noise and the variance between draws."""
    noise = float((shares * (1 - shares) / (size - 1)).mean())
    total, mean = float(shares.var(ddof=1)), float(shares.mean())
    # With one yes in one draw the two variances are equal, and their difference is what rounding leaves.
    between = total - noise if total - noise > ROUNDING * total else 0.0
    if coarse(size):
        return beta_spread(shares, size, noise, between, low, high)
    factor = math.sqrt(between / total) if between > 0 else 0.0
    shrunken = np.sort(np.clip(mean + factor * (shares - mean), 0.0, 1.0))
    ends = np.quantile(shrunken, [low, high], method="median_unbiased")
    # A share of m replications is a multiple of 1/m: no end is known better than that.
    grid = factor / (float(np.median(size)) * math.sqrt(12))
    errors = [max(_end_error(shrunken, p), grid) for p in (low, high)]
    return Spread(float(ends[0]), float(ends[1]), errors[0], errors[1], noise, between)


def _end_error(ordered: Floats, p: float) -> float:
    """Return the standard error of a sample quantile: that of the bootstrap, in closed form (Maritz, Jarrett 1978)."""
    from scipy.special import betainc

    k = ordered.size
    # The extremes have no beta law of their own: they are taken as the first and the last of k.
    a = min(max((k + 1) * p, 1.0), float(k))
    # The law of the order statistic in a bootstrap sample, exactly: no bootstrap has to be drawn.
    weights = np.diff(betainc(a, k + 1 - a, np.arange(k + 1) / k))
    first = float(weights @ ordered)
    # Around the mean, not as a difference of squares, which cancels where all values are alike.
    return math.sqrt(max(0.0, float(weights @ np.square(ordered - first))))


def _counts(hits: ArrayLike, n: ArrayLike, unknown: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return the counts as floats of one shape, or say what is wrong with them."""
    raw = [np.asarray(hits), np.asarray(n), np.asarray(unknown)]
    if not all(np.issubdtype(one.dtype, np.integer) for one in raw):
        raise EstimateError(f"hits, n, unknown are of types {', '.join(str(a.dtype) for a in raw)}; counts are whole")
    yes, size, failed = (np.broadcast_to(one, raw[0].shape).astype(np.float64) for one in raw)
    if yes.ndim != 1 or yes.size < 2:
        raise EstimateError(f"hits has shape {yes.shape}; a band over draws needs one row of at least two draws")
    if (size < 2).any():
        raise EstimateError(
            "a draw has fewer than 2 replications, so chance and ignorance cannot be told apart;"
            " simulate at least 2 replications per parameter draw"
        )
    if (yes < 0).any() or (failed < 0).any() or (yes + failed > size).any():
        raise EstimateError("hits and unknown must not be negative, nor together more than n, in any draw")
    return yes, size, failed
