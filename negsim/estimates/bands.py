"""Ignorance: the range of probabilities over draws of the parameters, with the noise of finite replications removed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negsim.errors import EstimateError
from negsim.estimates.base import Estimate, Interval, check_level, check_order, check_probability, decimals, thousands
from negsim.estimates.intervals import clopper_pearson
from negsim.estimates.means import Mean

__all__ = ["Band", "draw_band"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The range of a probability over what is believed of the parameters, and its predictive mean.

    Parameters
    ----------
    low, high : float
        Quantiles of the probability over parameter draws, inner noise removed.
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
    """

    low: float
    high: float
    low_quantile: float
    high_quantile: float
    mean: float
    inner_noise: float
    between_variance: float
    draws: int
    n: int
    mean_interval: Interval
    method: str

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
        return self.between_variance == 0

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
            text=str(self),
        )

    def __str__(self) -> str:
        ends = f"{100 * self.low_quantile:.10g}-{100 * self.high_quantile:.10g} % of {thousands(self.draws)} draws"
        inside = self.mean_interval
        value, low, high = decimals(self.mean, inside.low, inside.high)
        chance = f"mean {value} [{low}, {high}], chance {100 * inside.level:.10g} %, n = {thousands(self.n)}"
        if self.collapsed:
            return f"{chance}; no spread over {thousands(self.draws)} draws above the noise of chance"
        return f"{self.low:.2g} to {self.high:.2g} ({ends}, ignorance); {chance}"


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
    mean is Student's t over draws; where all draws agree, Clopper-Pearson with each draw counted as one replication
    (wider than need be, never certainty).

    Examples
    --------
    >>> band = draw_band([10, 50, 90], 100, low=0.0, high=1.0)
    >>> round(band.low, 4), round(band.high, 4), band.mean
    (0.1018, 0.8982, 0.5)
    """
    yes, size, failed = _counts(hits, n, unknown)
    check_level(level)
    worst, best = _spread(yes / size, size, low, high), _spread((yes + failed) / size, size, low, high)
    mean = float(((yes + failed / 2) / size).mean())
    inside = _mean_interval(yes / size, (yes + failed) / size, level)
    between = max(worst.between, best.between)
    name = "collapsed to the mean: no variance between draws above chance" if between == 0 else "constrained Bayes"
    return Band(
        low=min(worst.low, best.low),
        high=max(worst.high, best.high),
        low_quantile=low,
        high_quantile=high,
        mean=mean,
        inner_noise=max(worst.noise, best.noise),
        between_variance=between,
        draws=yes.size,
        n=int(size.sum()),
        mean_interval=inside,
        method=f"{name} (moments)",
    )


@dataclass(frozen=True, slots=True)
class _Spread:
    """What one count of the failed replications says about the draws."""

    low: float
    high: float
    noise: float
    between: float


def _spread(shares: Floats, size: Floats, low: float, high: float) -> _Spread:
    """Return the quantiles of the shrunken shares, the inner noise and the variance between draws."""
    noise = float((shares * (1 - shares) / (size - 1)).mean())
    total, mean = float(shares.var(ddof=1)), float(shares.mean())
    between = max(0.0, total - noise)
    factor = math.sqrt(between / total) if between > 0 else 0.0
    ends = np.clip(np.quantile(mean + factor * (shares - mean), [low, high]), 0.0, 1.0)
    return _Spread(float(ends[0]), float(ends[1]), noise, between)


def _mean_interval(worst: Floats, best: Floats, level: float) -> Interval:
    """Return the interval of the predictive mean, over both cases of what the failed replications were."""
    ends = [*_cluster_ends(worst, level), *_cluster_ends(best, level)]
    return Interval(low=min(ends), high=max(ends), level=level, method="t over draws")


def _cluster_ends(shares: Floats, level: float) -> tuple[float, float]:
    """Return the ends of the interval of a mean share, each draw one observation."""
    mean = Mean.of(shares)
    # Draws that all agree have no spread, yet a finite number of them is not certainty.
    if mean.m2 == 0:
        return clopper_pearson(mean.mean * shares.size, shares.size, 1 - level)
    low, high = mean.interval(level)
    return max(0.0, low), min(1.0, high)


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
