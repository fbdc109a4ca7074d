"""With few histories a draw the range keeps its width: its variance is known there, and only its shape is assumed."""

from __future__ import annotations

import numpy as np
import pytest

from negsim.estimates import Rows
from negsim.estimates.bands import band_over_rows, ranges_over_rows

DRAWS = 4_000


def rows(a: float, b: float, each: int) -> Rows:
    """Shares of a question whose probability is believed Beta(a, b), `each` histories a draw."""
    dice = np.random.default_rng([7, each])
    p = dice.beta(a, b, DRAWS)
    size = np.full(DRAWS, float(each))
    return Rows(total=dice.binomial(each, p).astype(float), size=size, unknown=np.zeros(DRAWS))


@pytest.mark.parametrize("each", [2, 3, 5, 9])
@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    # quantiles at 5 and 95 %: of the uniform law they are these numbers; of Beta(2, 1), x^2 is uniform
    [(1.0, 1.0, 0.05, 0.95), (2.0, 1.0, 0.05**0.5, 0.95**0.5)],
)
def test_the_ends_are_those_of_the_belief(a: float, b: float, low: float, high: float, each: int) -> None:
    band = band_over_rows(rows(a, b, each))
    assert band is not None
    # Six standard errors, as the band itself has them; they are no more than two points here.
    assert max(band.low_error, band.high_error) < 0.02
    assert abs(band.low - low) < 6 * band.low_error
    assert abs(band.high - high) < 6 * band.high_error
    assert "assumed" in str(band)


def test_quantiles_of_coarse_shares_would_be_far_too_narrow() -> None:
    """The wrong model: shares of two histories, drawn towards their mean, are three numbers."""
    found = rows(1.0, 1.0, 2)
    shares = found.total / found.size
    noise = (shares * (1 - shares)).mean()
    shrunken = shares.mean() + np.sqrt(1 - noise / shares.var(ddof=1)) * (shares - shares.mean())
    low, high = np.quantile(shrunken, [0.05, 0.95])
    assert low > 0.14
    assert high < 0.86


def test_pictures_have_the_same_ends() -> None:
    found = rows(1.0, 1.0, 2)
    band = band_over_rows(found)
    ends = ranges_over_rows(found.total[:, None], found.size, found.unknown)
    assert band is not None
    assert ends is not None
    assert (float(ends[0][0]), float(ends[1][0])) == pytest.approx((band.low, band.high), abs=1e-12)


def test_no_variance_collapses_and_many_histories_show_their_own_shape() -> None:
    size = np.full(50, 2.0)
    band = band_over_rows(Rows(total=np.ones(50), size=size, unknown=np.zeros(50)))
    assert band is not None
    assert band.collapsed
    many = band_over_rows(rows(1.0, 1.0, 10))
    assert many is not None
    assert many.assumed == ""
