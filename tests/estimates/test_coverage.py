"""How often intervals hold the truth, where parameters were drawn and where not; and a wrong estimator that fails.

Runs are sampled from the closed form of the toy with beliefs (40 rows of parameters, 100 histories each). The small
version asks of 120 runs that the count of hits lies in the exact binomial region (1e-9) of some coverage between 94 and
96 %; the long one asks for 94 to 96 % of 10,000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from believed_toy import BEST, Times, believed, chance, expected, grid, histories, rates
from numpy.typing import NDArray
from scipy import stats

import negsim as ns
from negsim.estimates import (
    Conditional,
    Curve,
    CurveRows,
    Interval,
    Mean,
    PairedDifference,
    Proportion,
    Rows,
    quantile_of,
)

ROWS, EACH = 40, 100
ROW = np.repeat(np.arange(ROWS), EACH)
EVERY, NONE = np.ones(ROWS * EACH, dtype=bool), np.zeros(ROWS * EACH, dtype=bool)
FASTER = 1.5
DATES = {  # chosen so that the probabilities lie between .1 and .9
    "talks by 5": ("talks", 5.0),
    "ceasefire by 8": ("ceasefire", 8.0),
    "ceasefire by 20": ("ceasefire", 20.0),
    "ceasefire by 40": ("ceasefire", 40.0),
    "summit by 16": ("summit", 16.0),
    "summit by 30": ("summit", 30.0),
    "summit by 40": ("summit", 40.0),
}
Runs = tuple[Times, Times]


def sampled(seed: int, count: int) -> Iterator[Runs]:
    """Runs with drawn rows, each beside its twin with a faster memorandum and the same random numbers."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        rows, state = rates(rng, (ROWS,)), int(rng.integers(2**62))
        one, two = (histories(np.random.default_rng(state), rows, EACH, faster) for faster in (1.0, FASTER))
        yield one, two


def over_rows(values: NDArray[np.float64], counts: NDArray[np.bool_] = EVERY) -> Rows:
    return Rows.of(ROW, ROWS, values, counts, NONE)


def share(yes: NDArray[np.bool_]) -> Proportion:
    return Proportion(hits=int(yes.sum()), n=yes.size, rows=over_rows(yes.astype(float)))


def by(times: Times, what: str, date: float) -> NDArray[np.bool_]:
    return (getattr(times, what) <= date).ravel()


def given(one: Times) -> Interval:
    yes, came = by(one, "summit", 30), by(one, "ceasefire", 15)
    rows = over_rows((yes & came).astype(float), came)
    return Conditional(hits=int((yes & came).sum()), given=int(came.sum()), n=came.size, rows=rows).interval()


def duration(one: Times) -> Interval:
    days = np.maximum(0.0, 30 - one.ceasefire).ravel()
    return Mean.of(days, rows=over_rows(days), least=0.0).interval()


def count(one: Times) -> Interval:
    fired = sum(by(one, what, 30).astype(float) for what in ("talks", "ceasefire", "summit"))
    return Mean.of(fired, rows=over_rows(np.asarray(fired)), least=0.0).interval()


def paired(one: Times, two: Times) -> Interval:
    a, b = by(one, "summit", 30), by(two, "summit", 30)
    parts = {"both": a & b, "first_only": a & ~b, "second_only": b & ~a, "neither": ~a & ~b}
    change = over_rows(b.astype(float) - a)
    return PairedDifference(n=a.size, **{name: int(one.sum()) for name, one in parts.items()}, rows=change).interval()


def quantile(one: Times) -> Interval:
    return quantile_of(one.ceasefire.ravel(), truth("ceasefire by 20"), row=ROW).interval()


@cache
def truth(name: str) -> float:
    """What each interval should hold, by the closed form and quadrature."""
    if name in DATES:
        return believed(*DATES[name])
    if name == "duration":
        return expected("ceasefire", 30.0)
    if name == "count":
        return sum(believed(what, 30.0) for what in ("talks", "ceasefire", "summit"))
    if name == "paired":
        return believed("summit", 30.0, FASTER) - believed("summit", 30.0)
    if name == "quantile":
        return 20.0
    # P(summit by 30, ceasefire by 15) = sum over reviews r of P(talks at r) * integral of b e^-bs (1 - e^-c(30-r-s)) ds
    rows, weights = grid()
    b, c = rows[:, 1], rows[:, 2]
    both, before = np.zeros(len(rows)), np.zeros(len(rows))
    for review in (5.0, 12.0):
        held, left, rest = chance(rows, "talks", review), 15 - review, 30 - review
        late = b * np.exp(-c * rest) * np.expm1((c - b) * left) / (c - b)
        both, before = both + (held - before) * (-np.expm1(-b * left) - late), held
    return float(weights @ both) / believed("ceasefire", 15.0)


ESTIMATORS: dict[str, Callable[[Times, Times], Interval]] = {
    **{name: (lambda one, _, asked=asked: share(by(one, *asked)).interval()) for name, asked in DATES.items()},
    "given": lambda one, _: given(one),
    "duration": lambda one, _: duration(one),
    "count": lambda one, _: count(one),
    "paired": paired,
    "quantile": lambda one, _: quantile(one),
}
PROBABILITIES = [*DATES, "given", "paired", "quantile"]


def hits(seed: int, runs: int) -> dict[str, int]:
    """How many intervals hold the truth, by estimator; `independent` is the planted wrong one."""
    found = dict.fromkeys([*ESTIMATORS, "independent"], 0)
    for one, two in sampled(seed, runs):
        for name, estimator in ESTIMATORS.items():
            found[name] += truth(name) in estimator(one, two)
        found["independent"] += truth("summit by 30") in replace(share(by(one, "summit", 30)), rows=None).interval()
    return found


def test_the_closed_form_is_the_one_of_the_semantics() -> None:
    rows, weights = grid()
    p = chance(rows, "summit", 30.0)
    mean = float(weights @ p)
    assert mean == pytest.approx(0.4418075, abs=5e-8)
    assert float(weights @ p**2) - mean**2 == pytest.approx(0.0385276, abs=5e-8)
    assert float(weights @ (p * (1 - p))) == pytest.approx(0.2080861, abs=5e-8)
    assert float(chance(BEST[None], "summit", 30.0)[0]) == pytest.approx(0.4688283, abs=5e-8)


def test_intervals_over_rows_hold_the_truth() -> None:
    n = 120
    found = hits(seed=1, runs=n)
    least, most = stats.binom(n, 0.94).ppf(1e-9), stats.binom(n, 0.96).ppf(1 - 1e-9)
    assert {name: count for name, count in found.items() if not least <= count <= most} == {
        "independent": found["independent"]
    }


def independent_hits(seed: int, runs: int, n: int) -> dict[str, int]:
    """The same without draws: best values, independent histories, exact intervals."""
    rng, found = np.random.default_rng(seed), {}
    for name, (what, date) in DATES.items():
        p = float(chance(BEST[None], what, date)[0])
        counts = rng.binomial(n, p, size=runs)
        ends = {int(k): Proportion(hits=int(k), n=n).interval() for k in np.unique(counts)}
        found[name] = sum(p in ends[int(k)] for k in counts)
    return found


def test_exact_intervals_without_draws_hold_at_least_their_level() -> None:
    for name, count in independent_hits(seed=2, runs=1_000, n=4_000).items():
        assert count >= stats.binom(1_000, 0.95).ppf(1e-9), name


@pytest.mark.slow
def test_coverage_over_ten_thousand_seeds() -> None:
    runs = 10_000
    found = {name: count / runs for name, count in hits(seed=11, runs=runs).items()}
    wrong = {name: found[name] for name in PROBABILITIES if not 0.94 <= found[name] <= 0.96}
    assert wrong == {}, found
    # Counts and durations are no probabilities: their rows may be skewed, and these are not.
    assert 0.94 <= found["duration"] <= 0.96
    assert 0.94 <= found["count"] <= 0.96
    assert found["independent"] < 0.5, "replications of one row are not independent"
    exact = independent_hits(seed=12, runs=runs, n=4_000)
    assert min(exact.values()) >= 0.94 * runs


def curve_hits(seed: int, runs: int) -> tuple[int, int]:
    """How many bands hold the whole true curve, over rows and with the planted wrong band for independent histories."""
    dates = np.arange(1.0, 41.0, 0.5)
    true = np.array([believed("ceasefire", date) for date in dates])
    size, good, wrong = np.full(ROWS, float(EACH)), 0, 0
    for one, _ in sampled(seed, runs):
        times = one.ceasefire
        reached = np.stack([np.searchsorted(np.sort(row), dates, side="right") for row in times]).astype(float)
        rows = CurveRows(hits=reached, size=size, unknown=np.zeros(ROWS))
        kept = np.where(times <= 40, times, np.inf).ravel()
        for band, add in ((Curve.of(kept, rows=rows), (1, 0)), (Curve.of(kept), (0, 1))):
            points = [band.at(date) for date in dates]
            inside = all(point.low <= p <= point.high for point, p in zip(points, true, strict=True))
            good, wrong = good + add[0] * inside, wrong + add[1] * inside
    return good, wrong


def test_bands_over_rows_hold_the_whole_curve() -> None:
    runs = 60
    good, wrong = curve_hits(seed=3, runs=runs)
    assert good >= stats.binom(runs, 0.94).ppf(1e-9)
    assert wrong < stats.binom(runs, 0.94).ppf(1e-9), "a band for independent histories must fail"


@pytest.mark.slow
def test_coverage_of_bands_over_two_thousand_seeds() -> None:
    good, wrong = curve_hits(seed=13, runs=2_000)
    assert 0.94 <= good / 2_000 <= 0.97
    assert wrong / 2_000 < 0.5


def engine_hits(first: int, seeds: int, each: int) -> tuple[int, int]:
    """Of runs of the engine: how many intervals of P(summit by 30) hold the predictive probability, and the wrong ones."""
    beliefs = [("memo_rate", 0.3, 0.8), ("ceasefire_rate", 0.05, 0.7), ("summit_rate", 0.1, 0.5)]
    rows = [
        ns.Parameter(name, best, belief=ns.LogNormal(median=best, sigma=sigma), unit="1/day", source="judgement")
        for name, best, sigma in beliefs
    ]
    memo, talks, ceasefire, summit = (ns.Fact(name) for name in ("memo", "talks", "ceasefire", "summit"))
    steps = [(memo, ~memo, rows[0]), (ceasefire, talks & ~ceasefire, rows[1]), (summit, ceasefire & ~summit, rows[2])]
    acts = [
        ns.Action(name=f"reach_{fact.name}", when=guard, clock=ns.Exponential(rate=rate), effects=[fact.set(True)])
        for fact, guard, rate in steps
    ]
    review = ns.Action(
        name="review", when=memo & ~talks, clock=ns.Every("7 days", start=5.0), effects=[talks.set(True)], priority=10
    )
    asked = ns.Question(name="summit_by_30", condition=summit, by=30.0)
    told = ns.Scenario(
        "toy", start="2025-01-01", end=40, parts=[*rows, memo, talks, ceasefire, summit, *acts, review, asked]
    )
    good = wrong = 0
    for seed in range(first, first + seeds):
        found = ns.simulate(told, replications=ROWS * each, seed=seed, draws=ROWS, keep="answers").probability(asked)
        good += truth("summit by 30") in found.interval()
        wrong += truth("summit by 30") in replace(found, rows=None).interval()
    return good, wrong


def test_intervals_of_the_engine_hold_the_truth() -> None:
    seeds = 60
    good, wrong = engine_hits(first=1, seeds=seeds, each=100)
    assert good >= stats.binom(seeds, 0.94).ppf(1e-9)
    assert wrong < stats.binom(seeds, 0.94).ppf(1e-9), "intervals for independent histories must fail"


@pytest.mark.slow
def test_coverage_of_the_engine_over_a_thousand_seeds() -> None:
    good, wrong = engine_hits(first=1_000, seeds=1_000, each=100)
    least, most = (stats.binom(1_000, 0.95).ppf(p) for p in (0.0005, 0.9995))
    assert least <= good <= most
    assert wrong < 500
