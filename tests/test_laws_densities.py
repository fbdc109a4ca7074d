"""Densities and hazard rates against finite differences of survival and cumulative hazard, over all laws."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import pytest

from negsim import laws
from negsim.errors import LawError
from negsim.laws import BELIEF_FAMILIES, CLOCK_FAMILIES, FAMILIES, Law

PLAIN = {
    "exponential": [(0.3,)],
    "weibull": [(0.7, 9.0), (1.0, 4.0), (2.5, 10.0)],
    "gamma": [(0.4, 5.0), (1.0, 5.0), (6.5, 2.0)],
    "erlang": [(3.0, 2.0)],
    "lognormal": [(2.0, 0.8), (0.0, 2.0)],
    "uniform": [(0.0, 6.0), (1.0, 3.0)],
    "triangular": [(1.0, 3.0, 9.0), (1.0, 1.0, 9.0), (1.0, 9.0, 9.0)],
    "pert": [(2.0, 4.0, 12.0), (2.0, 12.0, 12.0), (2.0, 2.0, 12.0)],
    "normal": [(1.0, 2.0)],
    "beta": [(2.0, 3.5), (0.5, 0.5), (1.0, 1.0)],
    "logitnormal": [(0.3, 1.2)],
}
SHARES = (0.02, 0.1, 0.3, 0.47, 0.71, 0.9, 0.99)


def every_law() -> list[Law]:
    """Every family: plain, truncated on either side, and, if it is a clock's, perhaps never."""
    found = []
    for family, rows in PLAIN.items():
        for params in rows:
            whole = Law(family, params)
            a, b = laws.quantile(whole, 0.15), laws.quantile(whole, 0.8)
            nevers = (0.0, 0.3) if family in CLOCK_FAMILIES else (0.0,)
            for (low, high), never in itertools.product([(None, None), (a, None), (None, b), (a, b)], nevers):
                found.append(Law(family, params, low=low, high=high, never=never))
    return found


LAWS = every_law()
CLOCKS = [law for law in LAWS if law.family in CLOCK_FAMILIES]


def points(law: Law) -> list[float]:
    """Inside the support, away from the mode, where the density of a triangular law has a corner."""
    return [laws.quantile(law, share * (1.0 - law.never)) for share in SHARES]


def slope(function: Callable[[float], float], x: float, law: Law) -> float:
    """The derivative at x, by Richardson's extrapolation of two central differences well inside the support."""
    low, high = law.support
    step = 1e-3 * min(x - low, high - x, 1.0)
    one, two = ((function(x + d) - function(x - d)) / (2 * d) for d in (step, step / 2))
    return (4 * two - one) / 3


def test_every_family_is_there() -> None:
    assert set(PLAIN) >= FAMILIES
    assert set(PLAIN) >= set(BELIEF_FAMILIES)


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_density_is_minus_the_slope_of_survival(law: Law) -> None:
    density = laws.log_density(law)
    for x in points(law):
        expected = -slope(lambda y: laws.survival(law, y), x, law)
        assert math.exp(density(x)) == pytest.approx(expected, rel=2e-6)
        # without the factor of truncation or of never it would be another
        if law.truncated or law.defective:
            assert math.exp(laws.log_density(Law(law.family, law.params))(x)) != pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("law", CLOCKS, ids=repr)
def test_hazard_rate_is_the_slope_of_the_cumulative_hazard(law: Law) -> None:
    hazard, rate, log_rate = laws.cumulative_hazard(law), laws.hazard_rate(law), laws.log_hazard_rate(law)
    for x in points(law):
        assert rate(x) == pytest.approx(slope(hazard, x, law), rel=2e-6)
        assert log_rate(x) == pytest.approx(laws.log_density(law)(x) + hazard(x), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("law", CLOCKS, ids=repr)
def test_outside_the_support(law: Law) -> None:
    density, rate = laws.log_density(law), laws.log_hazard_rate(law)
    low, high = law.support
    assert density(low - 1.0) == rate(low - 1.0) == -math.inf
    assert not any(math.isnan(f(x)) for f in (density, rate) for x in (low, high, 0.0, 1e-300, 1e300))
    if high < math.inf:
        assert density(high) == -math.inf
        assert rate(high) == (-math.inf if law.defective else math.inf)


def test_at_age_0() -> None:
    """Where a clock has just begun."""
    assert laws.hazard_rate(Law("exponential", (0.3,)))(0.0) == pytest.approx(0.3, rel=1e-15)
    for family in ("weibull", "gamma"):
        assert [laws.hazard_rate(Law(family, (shape, 4.0)))(0.0) for shape in (0.5, 1.0, 2.0)] == [
            math.inf,
            pytest.approx(0.25, rel=1e-15),
            0.0,
        ]
    assert laws.hazard_rate(Law("lognormal", (0.0, 1.0)))(0.0) == 0.0


def test_what_is_no_clock_has_no_hazard() -> None:
    with pytest.raises(LawError, match="it is no clock"):
        laws.log_hazard_rate(Law("normal", (0.0, 1.0)))
    assert Law("normal", (0.0, 1.0)).family not in CLOCK_FAMILIES
