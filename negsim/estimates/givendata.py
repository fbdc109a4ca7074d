"""What each input of a simulation explains of its output, from the histories at hand: given-data estimation.

The mean output of each row of inputs is regressed on one input's rank by orthonormal polynomials (on classes, where an
input has few values). What such a fit explains of pure noise is known exactly, and taken off; intervals come from
resampled rows. Heath, Manolopoulou and Baio (2017, *Medical Decision Making* 37:747, doi:10.1177/0272989X17697692)
review the design, for expected values of perfect partial information.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from negsim.errors import EstimateError
from negsim.estimates.resampling import RESAMPLES, grouped, resample_counts

__all__ = ["Effect", "GivenData", "RowMeans", "fit"]

Floats = NDArray[np.float64]

FEW_VALUES = 8
"""Up to so many different values an input is taken as classes, not as a scale."""
MOST_DEGREES = 8
"""Highest degree of the polynomials: with it a kink and two whole waves are followed to within .02 of their share."""


@dataclass(frozen=True, slots=True)
class RowMeans:
    """The mean output of each row of inputs, and the variance of that mean by chance alone.

    ``noise`` is the unbiased estimate of that variance from the histories of the row; not a number where the row has
    one history.
    """

    mean: Floats
    noise: Floats

    @classmethod
    def of(cls, row: NDArray[np.int64], rows: int, values: Floats) -> tuple[RowMeans, NDArray[np.int64]]:
        """Return the means of the rows that have a history, and the numbers of these rows."""
        size = np.bincount(row, minlength=rows).astype(np.float64)
        kept = np.flatnonzero(size)
        total = np.bincount(row, values, rows)[kept]
        size = size[kept]
        mean = total / size
        place = np.searchsorted(kept, row)
        apart = np.bincount(place, (values - mean[place]) ** 2, len(kept))
        with np.errstate(divide="ignore", invalid="ignore"):
            noise = np.where(size > 1, apart / (size - 1) / size, np.nan)
        return cls(mean, noise), kept


@dataclass(frozen=True, slots=True)
class Effect:
    """What one input explains: `variance` of the output's conditional mean, unbiased; it may be below 0 by chance.

    ``fitted`` is the conditional mean less the whole mean, by row, shrunk so that its variance is `variance`; ``basis``
    the orthonormal functions (rows, functions), ``residuals`` what they leave, with its own overfit taken out; ``chance`` the
    probability of a fit at least as good where the input makes no difference (Wald's test).
    """

    variance: float
    fitted: Floats
    basis: Floats
    residuals: Floats
    chance: float

    @property
    def move(self) -> float:
        """Expected absolute move of the output's mean when the input becomes known."""
        return float(np.abs(self.fitted).mean())


def fit(values: Floats, means: Floats) -> Effect:
    """Regress the mean output of rows on one input, the overfit taken out.

    Parameters
    ----------
    values, means : float64 (rows,)

    Examples
    --------
    >>> x = np.random.default_rng(1).random(4_000)
    >>> noise = np.random.default_rng(2).standard_normal(4_000)
    >>> round(fit(x, 6 * x + noise).variance), round(fit(x, noise).variance, 2) == 0
    (3, True)
    """
    n = len(means)
    basis = _basis(values)
    coefficients = basis.T @ means / n
    raw = float((coefficients**2).sum())
    if not basis.shape[1]:
        return Effect(0.0, np.zeros(n), basis, means - means.mean(), 1.0)
    leverage = np.minimum((1 + (basis**2).sum(axis=1)) / n, 0.9)
    fitted = basis @ coefficients
    # Divided by the root of 1 - leverage, squared residuals have the expectation of the squared noise.
    residuals = (means - means.mean() - fitted) / np.sqrt(1 - leverage)
    noise = ((basis**2).T @ residuals**2) / n**2
    variance = raw - float(noise.sum())
    apart = float((coefficients**2 / noise).sum()) if (noise > 0).all() else math.inf
    shrunk = math.sqrt(max(variance, 0.0) / raw) if raw > 0 else 0.0
    chance = float(gammaincc(basis.shape[1] / 2, apart / 2)) if raw > 0 else 1.0
    return Effect(variance, shrunk * fitted, basis, residuals, chance)


def _basis(values: Floats) -> Floats:
    """Orthonormal functions of one input over its rows, none of them constant, (rows, functions)."""
    n = len(values)
    order = np.argsort(values, kind="stable")
    rising = values[order]
    begins = np.flatnonzero(np.append(True, rising[1:] != rising[:-1]))
    count = np.diff(begins, append=n)
    if len(begins) < 2:
        return np.zeros((n, 0))
    place = np.empty(n, dtype=np.int64)
    place[order] = np.repeat(np.arange(len(begins)), count)
    if len(begins) <= FEW_VALUES:
        columns = (place.reshape(-1, 1) == np.arange(len(begins))).astype(np.float64)
        columns[:, 0] = 1.0
    else:
        ranks = (np.cumsum(count) - 0.5 * count)[place] / n
        degrees = min(MOST_DEGREES, max(2, round(n ** (1 / 3))), len(begins) - 1)
        columns = np.polynomial.legendre.legvander(2 * ranks - 1, degrees)
    # Cholesky in place of QR: the columns are few and nearly orthogonal, and this is one product.
    factor = np.linalg.cholesky(columns.T @ columns / n)
    found: Floats = (columns @ np.linalg.inv(factor).T)[:, 1:]
    return found


@dataclass(frozen=True)
class GivenData:
    """All inputs together: shares, moves and values of information, with intervals from the same resampled rows.

    Parameters
    ----------
    inputs : mapping from name to float64 (rows,)
    rows : RowMeans
    seed, name : int, str
        Key of the resamples.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.random((2_000, 2))
    >>> p = 0.2 + 0.5 * x[:, 0]
    >>> hits = rng.binomial(10, p)
    >>> rows = RowMeans(hits / 10, hits / 10 * (1 - hits / 10) / 9)
    >>> found = GivenData({"a": x[:, 0], "b": x[:, 1]}, rows, seed=1, name="q")
    >>> [round(float(one), 1) + 0.0 for one in found.shares]
    [1.0, 0.0]
    """

    inputs: Mapping[str, Floats]
    rows: RowMeans
    seed: int
    name: str
    resamples: int = RESAMPLES
    effects: Sequence[Effect] = field(init=False)

    def __post_init__(self) -> None:
        if len(self.rows.mean) < 30:
            raise EstimateError(
                f"{len(self.rows.mean)} rows of parameters are too few to tell what they explain; use at least 30, "
                "as in simulate(..., draws=2_000)"
            )
        object.__setattr__(self, "effects", [fit(values, self.rows.mean) for values in self.inputs.values()])

    @property
    def mean(self) -> float:
        """The mean output over the rows."""
        return float(self.rows.mean.mean())

    @cached_property
    def whole(self) -> float:
        """Variance of the rows' true means, chance taken out; not a number where rows have one history each."""
        several = np.isfinite(self.rows.noise)
        if 2 * several.sum() < len(several):
            return math.nan
        means = self.rows.mean[several]
        return float(means.var(ddof=1) - self.rows.noise[several].mean())

    @cached_property
    def variances(self) -> Floats:
        """Variance that each input explains alone, (inputs,)."""
        return np.array([one.variance for one in self.effects])

    @cached_property
    def moves(self) -> Floats:
        """Expected absolute move of the mean by each input, (inputs,)."""
        return np.array([one.move for one in self.effects])

    def standing_out(self, level: float) -> list[bool]:
        """Which inputs make a difference, all tested together: Holm's steps keep any false one to 1 - level."""
        order = sorted(range(len(self.effects)), key=lambda place: self.effects[place].chance)
        found = [False] * len(order)
        for step, place in enumerate(order):
            if self.effects[place].chance > (1 - level) / (len(order) - step):
                break
            found[place] = True
        return found

    @property
    def shares(self) -> Floats:
        """First-order share of `whole` by each input, (inputs,)."""
        found: Floats = self.variances / self.whole
        return found

    @cached_property
    def _counts(self) -> Floats:
        return resample_counts(self.seed, self.name, min(len(self.rows.mean), len(grouped(self.rows.mean[:, None]))))

    def resampled(self, columns: Floats) -> Floats:
        """Changes of the means of some columns in each resample, (resamples, columns)."""
        found: Floats = self._counts @ grouped(columns) / len(columns)
        return found

    @cached_property
    def noises(self) -> list[Floats]:
        """Changes of the coefficients of each input's fit in each resample."""
        return [self.resampled(one.basis * one.residuals[:, None]) for one in self.effects]

    @cached_property
    def _orders(self) -> dict[int, NDArray[np.int64]]:
        return {}

    @cached_property
    def _left(self) -> Floats:
        """Changes of the mean of what each fit leaves, in each resample."""
        return self.resampled(np.stack([one.residuals for one in self.effects], axis=1))

    @cached_property
    def variance_errors(self) -> Floats:
        """Errors of `variances` in each resample, (resamples, inputs)."""
        linear = [2 * one.fitted * one.residuals + one.fitted**2 for one in self.effects]
        found = self.resampled(np.stack(linear, axis=1)) if linear else np.zeros((len(self._counts), 0))
        for place, noise in enumerate(self.noises):
            square = (noise**2).sum(axis=1)
            found[:, place] += square - square.mean()
        return found

    @cached_property
    def whole_errors(self) -> Floats:
        """Errors of `whole` in each resample, (resamples,)."""
        noise = np.where(np.isfinite(self.rows.noise), self.rows.noise, np.nanmean(self.rows.noise))
        return self.resampled(((self.rows.mean - self.mean) ** 2 - noise)[:, None])[:, 0]

    @property
    def share_errors(self) -> Floats:
        """Errors of `shares` in each resample, (resamples, inputs)."""
        whole = self.whole + self.whole_errors[:, None]
        errors = self.variance_errors - self.shares * self.whole_errors[:, None]
        found: Floats = errors / np.maximum(whole, 0.1 * self.whole)
        return found

    @cached_property
    def move_errors(self) -> Floats:
        """Errors of `moves` in each resample, (resamples, inputs)."""
        found = self.resampled(np.stack([np.abs(one.fitted) for one in self.effects], axis=1))
        for place, (one, noise) in enumerate(zip(self.effects, self.noises, strict=True)):
            found[:, place] += noise @ (one.basis * np.sign(one.fitted)[:, None]).mean(axis=0)
        return found

    def worths(self, threshold: float, fits: Sequence[Floats] | None = None) -> Floats:
        """Value of knowing each input for max(p - threshold, 0): expected payoff with it less the payoff without."""
        without = max(self.mean - threshold, 0.0)
        fits = [one.fitted for one in self.effects] if fits is None else fits
        payoffs = [float(np.maximum(self.mean + one - threshold, 0.0).mean()) for one in fits]
        found: Floats = np.maximum(np.array(payoffs) - without, 0.0)
        return found

    def worth_errors(self, threshold: float) -> Floats:
        """Errors of `worths` in each resample, (resamples, inputs)."""
        found = np.zeros((len(self._counts), len(self.effects)))
        means = self.resampled(self.rows.mean[:, None])[:, 0]
        for place, (one, noise) in enumerate(zip(self.effects, self.noises, strict=True)):
            above = (self.mean + one.fitted > threshold).astype(np.float64)
            payoff = np.maximum(self.mean + one.fitted - threshold, 0.0)
            direct = self.resampled(np.stack([payoff, one.residuals], axis=1))
            found[:, place] = direct[:, 0] + above.mean() * direct[:, 1] - means * (self.mean > threshold)
            found[:, place] += noise @ (one.basis * above[:, None]).mean(axis=0)
        return found

    def at(self, place: int, rank: float) -> tuple[float, float, Floats]:
        """The mean given one input at a rank between 0 and 1: the input's value there, the mean, its errors by resample."""
        values = list(self.inputs.values())[place]
        if place not in self._orders:
            self._orders[place] = np.argsort(values, kind="stable")
        one, row = self.effects[place], int(self._orders[place][round(rank * (len(values) - 1))])
        errors = self.noises[place] @ one.basis[row] + self._left[:, place]
        return float(values[row]), self.mean + float(one.fitted[row]), errors

    def together(self) -> Floats:
        """All inputs known: the sum of the fits that stand out from noise, with the whole variance, by row."""
        told = self.standing_out(0.95)
        found: Floats = sum(
            (one.fitted for one, there in zip(self.effects, told, strict=True) if there), np.zeros(len(self.rows.mean))
        )
        spread = float(found.var())
        return found if spread <= 0 or math.isnan(self.whole) else found * math.sqrt(max(self.whole, 0.0) / spread)
