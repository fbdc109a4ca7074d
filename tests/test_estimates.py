"""Estimates against closed forms, against scipy.stats, and by coverage summed exactly rather than simulated."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from negsim.errors import EstimateError
from negsim.estimates import (
    Conditional,
    Curve,
    Estimate,
    Interval,
    Mean,
    PairedDifference,
    Proportion,
    draw_band,
    round_to_range,
    words,
)

METHODS = ("clopper-pearson", "wilson", "jeffreys", "sequence")
KNOWN = {
    "clopper-pearson": (0.3983211, 0.6016789),
    "wilson": (0.4038315, 0.5961685),
    "sequence": (0.3445903, 0.6554097),
}
HITS_OF = [(h, n) for n in (1, 2, 7, 40, 1000) for h in sorted({0, 1, n // 3, n // 2, n - 1, n})]
fixed = settings(derandomize=True, deadline=None, max_examples=60)
shares = st.integers(1, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
probabilities = st.floats(0, 1)


def ends(hits: int, n: int, method: str, level: float = 0.95) -> tuple[float, float]:
    low, high = Proportion(hits=hits, n=n).interval(level, method)
    return low, high


# --- proportions ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", KNOWN)
def test_known_answers_at_50_of_100(method: str) -> None:
    assert ends(50, 100, method) == pytest.approx(KNOWN[method], abs=1e-7)
    for other in METHODS:
        if other != method:
            assert ends(50, 100, other)[0] != pytest.approx(KNOWN[method][0], abs=1e-4), "the test tells methods apart"
    assert ends(50, 100, method, level=0.9501)[0] != pytest.approx(KNOWN[method][0], abs=1e-7)


@pytest.mark.parametrize("level", [0.5, 0.95, 0.999])
@pytest.mark.parametrize(("h", "n"), HITS_OF)
def test_intervals_agree_with_scipy_stats(h: int, n: int, level: float) -> None:
    for method, name in (("clopper-pearson", "exact"), ("wilson", "wilson")):
        theirs = stats.binomtest(h, n).proportion_ci(level, name)
        assert ends(h, n, method, level) == pytest.approx((theirs.low, theirs.high), rel=1e-9, abs=1e-12)
    law = stats.beta(h + 0.5, n - h + 0.5)
    low = 0.0 if h == 0 else law.ppf((1 - level) / 2)
    high = 1.0 if h == n else law.isf((1 - level) / 2)
    assert ends(h, n, "jeffreys", level) == pytest.approx((low, high), rel=1e-9)


@pytest.mark.parametrize(("h", "n"), HITS_OF)
def test_sequence_ends_solve_their_equation(h: int, n: int) -> None:
    for p in ends(h, n, "sequence"):
        if 0 < p < 1:
            odds = stats.beta(h + 1, n - h + 1).logpdf(p)  # = h log p + (n-h) log(1-p) - log B
            assert odds == pytest.approx(math.log(0.05), abs=1e-6)


def exact_coverage(n: int, p: float, method: str) -> float:
    inside = [h for h in range(n + 1) if p in Interval(low=ends(h, n, method)[0], high=ends(h, n, method)[1],
                                                       level=0.95, method=method)]  # fmt: skip
    return float(stats.binom(n, p).pmf(inside).sum())


@pytest.mark.parametrize("n", [5, 30])
def test_clopper_pearson_covers_at_every_share_and_wilson_does_not(n: int) -> None:
    grid = np.linspace(0.005, 0.995, 100)
    assert min(exact_coverage(n, p, "clopper-pearson") for p in grid) >= 0.95
    assert min(exact_coverage(n, p, "wilson") for p in grid) < 0.9
    assert 0.94 < np.mean([exact_coverage(n, p, "wilson") for p in grid]) < 0.98


def error_of_looking(p: float, horizon: int, method: str) -> float:
    """Exact probability that the interval leaves out p at some n up to the horizon: the law of the surviving paths."""
    alive = np.array([1.0])
    for n in range(1, horizon + 1):
        alive = np.append(alive * (1 - p), 0.0) + np.append(0.0, alive * p)
        for h in np.flatnonzero(alive):
            low, high = ends(int(h), n, method)
            if not low <= p <= high:
                alive[h] = 0.0
    return float(1 - alive.sum())


@pytest.mark.parametrize("p", [0.5, 0.1])
def test_sequence_holds_at_all_n_at_once(p: float) -> None:
    assert 0 < error_of_looking(p, 80, "sequence") <= 0.05
    assert error_of_looking(p, 80, "clopper-pearson") > 0.05, "an interval for one n must fail when one keeps looking"


@fixed
@given(shares, st.sampled_from(METHODS), st.floats(0.5, 0.999))
def test_intervals_hold_the_share_and_grow_with_hits_and_level(hn: tuple[int, int], method: str, level: float) -> None:
    h, n = hn
    low, high = ends(h, n, method, level)
    assert 0 <= low <= h / n <= high <= 1
    wide = ends(h, n, method, (1 + level) / 2)
    assert wide[0] <= low
    assert high <= wide[1]
    if h < n:
        more = ends(h + 1, n, method, level)
        assert more[0] > low
        assert more[1] > high or more[1] == 1 == high
    mirror = ends(n - h, n, method, level)
    assert (1 - mirror[1], 1 - mirror[0]) == pytest.approx((low, high), abs=1e-9)


def test_failed_replications_are_bounds() -> None:
    p = Proportion(hits=500, n=1000, unknown=20)
    assert p.range == (0.5, 0.52)
    assert p.value == 0.51
    assert p.interval().low == Proportion(hits=500, n=1000).interval().low
    assert p.interval().high == Proportion(hits=520, n=1000).interval().high
    assert str(Proportion(hits=0, n=5, unknown=5)) == "unknown (all 5 replications failed)"


def test_nothing_is_printed_as_impossible_or_certain() -> None:
    # The bound is 1 - alpha**(1/n): 0.02995 % here, printed rounded up so that it stays true.
    bound = 1 - 0.05 ** (1 / 10_000)
    assert bound == pytest.approx(0.0002995, abs=1e-7)
    assert str(Proportion(hits=0, n=10_000)) == "< 0.03 % (0 of 10 000; one-sided 95 % bound, chance)"
    assert str(Proportion(hits=10_000, n=10_000)) == "> 99.97 % (10 000 of 10 000; one-sided 95 % bound, chance)"
    assert str(Proportion(hits=0, n=20)) == "< 14 % (0 of 20; one-sided 95 % bound, chance)"
    assert str(Proportion(hits=0, n=30)).startswith("< 9.6 % ")  # 9.503 %: rounded up, not to the nearest
    failed = str(Proportion(hits=0, n=100, unknown=3))
    bound = 100 * stats.beta(4, 97).ppf(0.95)
    assert (
        failed == f"< {math.ceil(10 * bound) / 10} % (0 of 100, 3 failed counted as yes; one-sided 95 % bound, chance)"
    )
    assert "anytime 95 % bound" in str(Proportion(hits=0, n=100).estimate(method="sequence"))
    assert str(Proportion(hits=1, n=100)).startswith("1 % [0.03, 5]")
    assert not str(Proportion(hits=999_999, n=1_000_000)).startswith("1.0")


def test_conditional_is_the_share_of_the_subset() -> None:
    c = Conditional(hits=52, given=100, n=1000)
    assert c.interval() == Proportion(hits=52, n=100).interval()
    assert c.interval() != Proportion(hits=52, n=1000).interval()
    bounds = Conditional(hits=52, given=100, n=1000, unknown=4).proportion.range
    assert bounds == (52 / 104, 56 / 104)
    assert str(Conditional(hits=0, given=100, n=1000)).endswith("bound, chance), given in 100 of 1 000")


def test_conditional_on_what_never_happened() -> None:
    empty = Conditional(hits=0, given=0, n=500)
    assert tuple(empty.interval()) == (0.0, 1.0)
    assert str(empty) == "unknown (the condition held in none of 500 replications)"
    with pytest.raises(EstimateError, match="held in none of 500 replications"):
        _ = empty.value


# --- estimate ------------------------------------------------------------------------------------------------------


def test_estimate_prints_and_exports() -> None:
    one = Proportion(hits=52_000, n=100_000).estimate(method="wilson")
    assert str(one) == "52.0 % [51.7, 52.3], chance 95 %, n = 100 000"
    assert one.as_dict() == {
        "value": 0.52, "low": one.low, "high": one.high, "level": 0.95, "kind": "chance", "method": "wilson",
        "n": 100_000, "printed": "52.0 %", "text": str(one),
    }  # fmt: skip
    assert pickle.loads(pickle.dumps(one)) == one


# --- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("p", "word"),
    [(0.0, "almost no chance"), (0.049, "almost no chance"), (0.05, "very unlikely"), (0.199, "very unlikely"),
     (0.2, "unlikely"), (0.449, "unlikely"), (0.45, "roughly even chance"), (0.55, "roughly even chance"),
     (0.551, "likely"), (0.8, "likely"), (0.801, "very likely"), (0.95, "very likely"), (0.951, "almost certain"),
     (1.0, "almost certain")],
)  # fmt: skip
def test_words_of_icd_203(p: float, word: str) -> None:
    assert words(p) == word


def test_words_are_symmetric() -> None:
    mirror = {"almost no chance": "almost certain", "very unlikely": "very likely", "unlikely": "likely"}
    for k in range(50):
        assert words((100 - k) / 100) == mirror.get(words(k / 100), "roughly even chance")


@pytest.mark.parametrize(
    ("value", "low", "high", "digits", "text"),
    [(0.5234, 0.4, 0.6, None, "50 %"), (0.5234, 0.50, 0.55, None, "52 %"), (0.5234, 0.52, 0.53, None, "52.3 %"),
     (0.52341, 0.522, 0.524, None, "52.34 %"), (0.02, 0.0, 0.3, None, "< 5 %"), (0.98, 0.7, 1.0, None, "> 95 %"),
     (0.004, 0.0, 0.06, None, "< 1 %"), (0.9999, 0.99, 1.0, None, "> 99.9 %"), (0.5, 0.5, 0.5, None, "50.0000 %"),
     (0.5234, 0.4, 0.6, 1, "52.3 %"), (0.0, 0.0, 0.0, 0, "< 1 %"), (0.285, 0.0, 1.0, 1, "28.5 %")],
)  # fmt: skip
def test_percentages_carry_what_the_range_supports(
    value: float, low: float, high: float, digits: int | None, text: str
) -> None:
    assert round_to_range(value, low, high, digits) == text


@fixed
@given(probabilities, probabilities, probabilities, st.one_of(st.none(), st.integers(0, 6)))
def test_percentages_never_claim_certainty(p: float, a: float, b: float, digits: int | None) -> None:
    text = round_to_range(p, min(a, b), max(a, b), digits)
    assert float(text.strip("<> %")) not in (0.0, 100.0)
    assert abs(float(text.strip("<> %")) - 100 * p) <= 5
    assert text.endswith(" %")


# --- what is refused -----------------------------------------------------------------------------------------------

REFUSED = {
    "hits 6 and unknown 0 are together more than n = 5": lambda: Proportion(hits=6, n=5),
    "unknown 2 are together more": lambda: Proportion(hits=4, n=5, unknown=2),
    "hits is -1": lambda: Proportion(hits=-1, n=5),
    "hits is nan": lambda: Proportion(hits=math.nan, n=5),  # type: ignore[arg-type]
    "hits is True": lambda: Proportion(hits=True, n=5),
    "at least one replication": lambda: Proportion(hits=0, n=0),
    "level is nan": lambda: Proportion(hits=1, n=5).interval(math.nan),
    "level is 95": lambda: Proportion(hits=1, n=5).interval(95),
    "did you mean 'wilson'": lambda: Proportion(hits=1, n=5).interval(method="wilsn"),
    "must be one of clopper": lambda: Conditional(hits=0, given=0, n=5).interval(method="exact"),
    "hits 3 are more than the 2": lambda: Conditional(hits=3, given=2, n=5),
    "low end that is not above": lambda: Interval(low=math.nan, high=1.0, level=0.95, method="x"),
    "value is 2": lambda: Estimate(value=2, low=0, high=1, level=0.95, kind="chance", method="x", n=1),
    "kind is 'luck'": lambda: Estimate(value=0, low=0, high=1, level=0.95, kind="luck", method="x", n=1),
    "no range": lambda: Estimate(value=0, low=0, high=1, level=0.95, kind="exact", method="x", n=1),
    "1 not finite": lambda: Mean.of([1.0, math.inf]),
    "m2 is nan": lambda: Mean(n=3, mean=0.0, m2=math.nan),
    "one of t, normal": lambda: Mean.of([1, 2]).interval(method="z"),
    "not negative and sorted": lambda: Curve(first_times=np.array([2.0, 1.0]), n=5),
    "at most n in all": lambda: Curve(first_times=np.array([1.0, 2.0]), n=2, unknown=1),
    "not a number; use inf": lambda: Curve.of([math.nan]),
    "p is nan": lambda: Curve.of([1.0]).quantile(math.nan),
    "ask for more": lambda: Curve.of([1.0]).quantile(0.0),
    "time is not a number": lambda: Curve.of([1.0]).at(math.nan),
    "add up to 4": lambda: PairedDifference(n=5, both=1, first_only=1, second_only=1, neither=1),
    "counts are whole": lambda: draw_band([0.5, 1.0], 10),
    "at least two draws": lambda: draw_band([1], 10),
    "cannot be told apart": lambda: draw_band([1, 0], 1),
    "together more than n, in any draw": lambda: draw_band([11, 0], 10),
    "p is 1.01": lambda: words(1.01),
    "value is nan": lambda: round_to_range(math.nan, 0, 1),
    "digits is -1": lambda: round_to_range(0.5, 0, 1, -1),
}


@pytest.mark.parametrize("text", REFUSED)
def test_contradictions_are_refused_by_name(text: str) -> None:
    with pytest.raises(EstimateError, match=text):
        REFUSED[text]()


def test_estimates_do_not_load_scipy_stats() -> None:
    code = (
        "import sys; from negsim.estimates import *\n"
        "str(Proportion(hits=1, n=9)); str(Mean.of([1, 2])); draw_band([1, 9], 10)\n"
        "str(PairedDifference(n=1, both=1, first_only=0, second_only=0, neither=0))\n"
        "print('scipy.special' in sys.modules, 'scipy.stats' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_a_method_in_the_place_of_the_level_is_a_typed_error() -> None:
    with pytest.raises(EstimateError, match="level is 'wilson'; it must lie strictly between 0 and 1"):
        Proportion(hits=1, n=2).interval("wilson")  # type: ignore[arg-type] # the point
