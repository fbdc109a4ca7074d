"""Means, curves, pairs and bands: against closed forms, and by coverage summed exactly rather than simulated."""

from __future__ import annotations

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from negsim.errors import EstimateError
from negsim.estimates import Band, Curve, Mean, PairedDifference, Proportion, Rows, draw_band
from negsim.estimates.bands import band_over_rows, ranges_over_rows

fixed = settings(derandomize=True, deadline=None, max_examples=60)

# --- means ---------------------------------------------------------------------------------------------------------


def test_mean_against_scipy_and_the_normal_law() -> None:
    x = np.random.default_rng(7).exponential(3.0, 40)
    low, high = Mean.of(x).interval(0.9)
    theirs = stats.ttest_1samp(x, 0.0).confidence_interval(0.9)
    assert (low, high) == pytest.approx((theirs.low, theirs.high), rel=1e-12)
    narrow = Mean.of(x).interval(0.9, "normal")
    assert narrow.high - x.mean() == pytest.approx(1.6448536269514722 * x.std(ddof=1) / math.sqrt(40))
    assert narrow.width < high - low


def test_mean_keeps_the_digits_that_sums_of_squares_lose() -> None:
    x = 1e9 + np.array([0.0, 1.0, 2.0, 3.0])
    merged = Mean.of(x[:1]).combine(Mean.of(x[1:]))
    assert merged.variance == pytest.approx(5 / 3, rel=1e-12)
    assert (np.sum(x * x) - np.sum(x) ** 2 / 4) / 3 != pytest.approx(5 / 3, rel=1e-3)


@fixed
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.integers(1, 29))
def test_means_combine_like_one_array(x: list[float], cut: int) -> None:
    cut = min(cut, len(x) - 1)
    merged, whole = Mean.of(x[:cut]).combine(Mean.of(x[cut:])), Mean.of(x)
    assert merged.n == whole.n
    assert merged.mean == pytest.approx(whole.mean, abs=1e-8)
    assert merged.m2 == pytest.approx(whole.m2, rel=1e-9, abs=1e-6)


def test_mean_without_spread_is_not_printed_as_certain() -> None:
    assert str(Mean.of([0.1] * 10)) == "0.1 in all 10 replications: no interval from their spread"
    assert tuple(Mean.of([3]).interval()) == (-math.inf, math.inf)
    assert str(Mean.of([1, 2], unknown=3)).endswith("3 failed: left out, so no bound")


# --- curves --------------------------------------------------------------------------------------------------------

TIMES = [3.0, math.inf, 1.0, 1.0, 8.0, math.inf, 2.0, 5.0, math.inf, math.inf]


def test_curve_counts_and_band() -> None:
    curve = Curve.of(TIMES * 100)
    eps = math.sqrt(math.log(2 / 0.05) / 2000)
    assert curve.half_width == pytest.approx(eps, rel=1e-12)
    assert curve.times.tolist() == [1.0, 2.0, 3.0, 5.0, 8.0]
    assert curve.values.tolist() == [0.2, 0.3, 0.4, 0.5, 0.6]
    assert curve.at(2.999) == pytest.approx((0.3, 0.3 - eps, 0.3 + eps))
    assert curve.at(3.0) == pytest.approx((0.4, 0.4 - eps, 0.4 + eps))
    assert curve.at(0.0) == pytest.approx((0.0, 0.0, eps))
    assert curve.at_level(0.99).half_width == pytest.approx(math.sqrt(math.log(200) / 2000))
    assert not curve.times.flags.writeable
    assert pickle.loads(pickle.dumps(curve)).at(3.0) == curve.at(3.0)


def test_dkw_band_covers_where_a_pointwise_one_does_not() -> None:
    """P(sup |F_n - F| <= eps) in closed form (Kolmogorov's exact law) is at least the level, and not by much."""
    n = 50
    eps = Curve.of([math.inf] * n).half_width
    assert 0.95 <= stats.kstwo.cdf(eps, n) < 0.965
    assert stats.kstwo.cdf(1.96 * math.sqrt(0.25 / n), n) < 0.95


def test_curve_quantiles_invert_the_band() -> None:
    curve = Curve.of(TIMES * 100)
    assert curve.quantile(0.3).time == 2.0
    assert curve.quantile(0.3) == (2.0, 2.0, 3.0)  # high edge 0.343 at day 2, low edge 0.257 there, 0.357 at day 3
    assert curve.quantile(0.58) == (8.0, 8.0, math.inf)
    assert curve.quantile(0.61) == (math.inf, 8.0, math.inf)
    assert curve.quantile(0.9) == (math.inf, math.inf, math.inf)
    assert curve.quantile(0.01).low == 0.0


def test_curve_with_failed_replications_widens_upwards() -> None:
    whole, failed = Curve.of(TIMES * 100), Curve.of(TIMES * 90, unknown=100)
    assert failed.n == whole.n
    assert failed.at(3.0).low == pytest.approx(0.36 - whole.half_width)
    assert failed.at(3.0).high == pytest.approx(0.46 + whole.half_width)
    assert failed.at(3.0).value == pytest.approx(0.41)


@fixed
@given(st.lists(st.one_of(st.floats(0, 50), st.just(math.inf)), min_size=1, max_size=60), st.floats(0.01, 1))
def test_curve_quantile_is_the_first_time_that_reaches_p(times: list[float], p: float) -> None:
    curve = Curve.of(times)
    time, low, high = curve.quantile(p)
    assert low <= time <= high
    if time < math.inf:
        assert curve.at(time).value >= p
        assert curve.at(math.nextafter(time, -1)).value < p
    else:
        assert curve.at(math.inf).value < p


# --- pairs ---------------------------------------------------------------------------------------------------------


def pairs(gained: int, lost: int, n: int, unknown: int = 0) -> PairedDifference:
    return PairedDifference(
        n=n, both=0, first_only=lost, second_only=gained, neither=n - gained - lost - unknown, unknown=unknown
    )


def test_tango_on_published_data() -> None:
    """Airway hyper-responsiveness (Bentur et al. 2009): -0.286, Tango -0.517 to -0.026 (Fagerland et al. 2014)."""
    p = pairs(1, 7, 21)
    assert p.value == pytest.approx(-0.286, abs=5e-4)
    assert tuple(p.interval()) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert p.sign_test() == pytest.approx(stats.binomtest(1, 8).pvalue, rel=1e-12)


def score_by_brute_force(gained: int, lost: int, n: int, delta: float) -> float:
    """The score statistic with its constrained likelihood maximised numerically instead of by a formula."""

    def minus_log_likelihood(q: float) -> float:
        cells = (gained, q + delta), (lost, q), (n - gained - lost, 1 - 2 * q - delta)
        return -sum(count * math.log(max(p, 1e-300)) for count, p in cells)

    span = (max(0.0, -delta), (1 - delta) / 2)
    q = optimize.minimize_scalar(minus_log_likelihood, bounds=span, options={"xatol": 1e-12}).x
    return (gained - lost - n * delta) / math.sqrt(n * (2 * q + delta * (1 - delta)))


@pytest.mark.parametrize(("gained", "lost", "n"), [(1, 7, 21), (16, 6, 161), (3, 1, 40), (30, 5, 60), (900, 1, 1000)])
def test_tango_ends_solve_the_score_equation(gained: int, lost: int, n: int) -> None:
    low, high = pairs(gained, lost, n).interval()
    assert score_by_brute_force(gained, lost, n, low) == pytest.approx(1.959964, abs=1e-4)
    assert score_by_brute_force(gained, lost, n, high) == pytest.approx(-1.959964, abs=1e-4)


def test_tango_covers_where_the_wald_interval_does_not() -> None:
    n = 15
    table = {(g, lost): pairs(g, lost, n).interval() for g in range(n + 1) for lost in range(n + 1 - g)}
    cells = [(g, lost, n - g - lost) for g, lost in table]
    tango, wald = [], []
    for i, j in ((a, b) for a in range(11) for b in range(11 - a)):
        p, q, r = i / 10, j / 10, (10 - i - j) / 10
        chance = stats.multinomial(n, [p, q, r]).pmf(cells)
        assert chance.sum() == pytest.approx(1.0)
        held = np.array([low - 1e-9 <= p - q <= high + 1e-9 for low, high in table.values()])
        half = np.array([1.96 * math.sqrt(max(0, g + x - (g - x) ** 2 / n)) / n for g, x in table])
        tango.append(chance[held].sum())
        wald.append(chance[np.abs([(g - x) / n - (p - q) for g, x in table]) <= half + 1e-9].sum())
    assert min(tango) > 0.91
    assert 0.95 < np.mean(tango) < 0.97
    assert min(wald) < 0.8


@fixed
@given(st.integers(1, 10_000), st.data())
def test_pairs_are_antisymmetric_and_hold_the_difference(n: int, data: st.DataObject) -> None:
    gained = data.draw(st.integers(0, n))
    lost = data.draw(st.integers(0, n - gained))
    forth, back = pairs(gained, lost, n), pairs(lost, gained, n)
    low, high = forth.interval()
    assert -1 <= low <= forth.value <= high <= 1
    assert low < high
    assert tuple(back.interval()) == (-high, -low)
    assert forth.sign_test() == back.sign_test()
    theirs = stats.binomtest(gained, gained + lost).pvalue if gained + lost else 1.0
    assert forth.sign_test() == pytest.approx(theirs, rel=1e-9)


def test_pairing_saves_replications() -> None:
    """Memorandum rate 0.30 against 0.33 by day 5: no replication reversed, so the paired variance is d(1 - d)."""
    n = 10**8
    first, second = -math.expm1(-1.5), -math.expm1(-1.65)
    both, gained = round(first * n), round((second - first) * n)
    p = PairedDifference(n=n, both=both, first_only=0, second_only=gained, neither=n - both - gained)
    assert p.value == pytest.approx(0.0310803, abs=1e-7)
    assert p.variance_ratio == pytest.approx(10.9, abs=0.05)
    assert p.variance_ratio == pytest.approx(
        (first * (1 - first) + second * (1 - second)) / ((second - first) * (1 - second + first)), rel=1e-6
    )
    # Independent runs with the same margins pair nothing.
    gone = round(first * (1 - second) * n)
    come = round(second * (1 - first) * n)
    free = PairedDifference(n=n, both=both - gone, first_only=gone, second_only=come, neither=n - both - come)
    assert free.variance_ratio == pytest.approx(1.0, abs=1e-6)


def test_failed_pairs_are_bounds() -> None:
    p = pairs(30, 10, 100, unknown=5)
    assert p.range == (0.15, 0.25)
    assert p.interval().low == pairs(30, 15, 100).interval().low
    assert p.interval().high == pairs(35, 10, 100).interval().high
    assert p.sign_test() == max(pairs(30 + k, 15 - k, 100).sign_test() for k in range(6))
    assert "5 failed: the difference lies between 15 and 25 points" in str(p)
    assert pairs(2, 0, 10, unknown=3).sign_test() == 1.0


# --- bands ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [20, 200])
def test_band_recovers_a_beta_law(n: int) -> None:
    """Draws in the exact proportions of a beta-binomial law; its inner noise is E p(1-p)/n, no sampling involved."""
    law = stats.beta(2, 2)
    hits = np.repeat(np.arange(n + 1), np.round(stats.betabinom(n, 2, 2).pmf(np.arange(n + 1)) * 200_000).astype(int))
    band = draw_band(hits, n)
    assert band.between_variance == pytest.approx(law.var(), rel=2e-4)
    assert band.inner_noise == pytest.approx((law.mean() - law.moment(2)) / n, rel=2e-4)
    step = 1 / n  # a share can only be a multiple of it
    assert (band.low, band.high) == pytest.approx(tuple(law.ppf([0.05, 0.95])), abs=step / 2)
    assert np.var(hits / n) > law.var() * (1 + 3 / n), "the raw shares are wider: noise has to go"


def test_band_of_known_shares_by_hand() -> None:
    """Shares .1 .5 .9: total variance .16, noise mean(.09 .25 .09)/99; ends .5 -+ .4 sqrt(1 - noise/total)."""
    noise = (0.09 + 0.25 + 0.09) / 3 / 99
    band = draw_band([10, 50, 90], 100, low=0.0, high=1.0)
    assert band.inner_noise == pytest.approx(noise)
    assert band.low == pytest.approx(0.5 - 0.4 * math.sqrt(1 - noise / 0.16))
    assert tuple(band.mean_interval) == (0.0, 1.0)  # t with 2 degrees of freedom goes beyond, and is cut


def test_band_takes_draws_as_clusters() -> None:
    hits = np.array([20, 40, 60, 80] * 25)
    inside = draw_band(hits, 100).mean_interval
    # On log odds: d/dp log(p/(1-p)) = 4 at 1/2.
    width = 4 * stats.t(99).ppf(0.975) * (hits / 100).std(ddof=1) / 10
    assert inside.high == pytest.approx(1 / (1 + math.exp(-width)))
    pooled = Proportion(hits=int(hits.sum()), n=10_000).interval()
    assert inside.width > 4 * pooled.width, "replications of one parameter row are not independent"


@pytest.mark.parametrize(("draws", "each"), [(20, 15), (7, 3), (200, 100), (33, 60)])
def test_one_yes_in_one_draw_shows_no_spread_though_rounding_leaves_some(draws: int, each: int) -> None:
    """The variance of the shares is then that of chance exactly: 1 / (draws each^2) both."""
    band = draw_band([1] + [0] * (draws - 1), each)
    assert band.collapsed
    assert band.between_variance == 0
    assert not draw_band([2] + [0] * (draws - 1), each).collapsed, "two yes in one draw are more than chance alone"


def test_band_collapses_and_says_so() -> None:
    hits = np.repeat(np.arange(21), np.round(stats.binom(20, 0.3).pmf(np.arange(21)) * 1000).astype(int))
    hits = hits[(hits > 2) & (hits < 10)]  # less spread than chance alone
    band = draw_band(hits, 20)
    assert band.collapsed
    assert band.low == band.high == pytest.approx(band.mean)
    assert "collapsed" in band.method
    assert "no spread over" in str(band)
    never = draw_band([0] * 6, 50)
    assert never.mean_interval.low == 0.0
    assert never.mean_interval.high == Proportion(hits=0, n=6).interval().high


@fixed
@given(st.lists(st.integers(0, 10), min_size=2, max_size=40), st.integers(0, 5))
def test_band_is_ordered_and_failures_widen_it(hits: list[int], failed: int) -> None:
    plain = draw_band(hits, 20)
    wider = draw_band(hits, 20, unknown=failed)
    assert 0 <= plain.low <= plain.high <= 1
    assert wider.low <= plain.low + 1e-12
    assert wider.high >= plain.high - 1e-12
    assert plain.mean in plain.mean_interval
    assert wider.mean == pytest.approx(plain.mean + failed / 40)
    assert plain.estimate().kind == "ignorance"


def test_band_checks_itself() -> None:
    good = draw_band([10, 50, 90], 100)
    names = {name: getattr(good, name) for name in Band.__slots__}
    assert Band(**names) == good
    with pytest.raises(EstimateError, match="variances"):
        Band(**(names | {"inner_noise": math.nan}))


def test_failures_counted_as_yes_may_lower_the_low_end_of_a_band() -> None:
    """Where chance explains the rows as long as failures are no, and the rows differ once they are yes: both are told.

    Rows of 8, 10 and 12 of 20 vary as chance lets them (the range is their mean, a half); with 19 of 20 they do not.
    """
    as_no = band_over_rows(Rows(total=[8, 10, 12], size=[20, 20, 20]))
    as_yes = band_over_rows(Rows(total=[8, 10, 19], size=[20, 20, 20]))
    told = band_over_rows(Rows(total=[8, 10, 12], size=[20, 20, 13], unknown=[0, 0, 7]))
    assert as_no is not None
    assert as_yes is not None
    assert told is not None
    assert as_no.low == as_no.high == 0.5
    assert as_yes.low < 0.45
    assert (told.low, told.high) == (as_yes.low, as_yes.high)
    # the other way round: failures that pull the rows together, whose own range is the wider one
    mirrored = band_over_rows(Rows(total=[1, 10, 12], size=[13, 20, 20], unknown=[7, 0, 0]))
    apart = band_over_rows(Rows(total=[1, 10, 12], size=[20, 20, 20]))
    assert mirrored is not None
    assert apart is not None
    assert (mirrored.low, mirrored.high) == (apart.low, apart.high)


def test_a_row_with_one_replication_tells_nothing_of_what_lies_between_rows() -> None:
    """Its share is 0 or 1 whatever the probability is, so that chance and ignorance cannot be told apart in it."""
    ones = Rows(total=[1, 0, 1, 0], size=[1, 1, 1, 1])
    assert band_over_rows(ones) is None
    assert ranges_over_rows(np.ones((4, 2)), np.ones(4), np.zeros(4)) is None
    plain = band_over_rows(Rows(total=[2, 10, 18], size=[20, 20, 20]))
    more = band_over_rows(Rows(total=[2, 10, 18, 1, 0, 1], size=[20, 20, 20, 1, 1, 1]))
    assert plain is not None
    assert more is not None
    assert more.between_variance == plain.between_variance > 0
    assert more.draws == 6
