"""One number, one text: it leaves no interval and no range that the number lies in, wherever it is printed."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

import negsim as ns
from negsim.checking.bare import bare_numbers
from negsim.estimates import Conditional, CurvePoint, Estimate, Mean, PairedDifference, Proportion, Rows, draw_band
from negsim.report.run_data import run_data
from negsim.report.text import print_run
from negsim.report.titles import titles_of
from negsim.results.answers import Answer

fixed = settings(derandomize=True, deadline=None, max_examples=200)


def number(text: str, unit: str = "%") -> float:
    """The number that a printed text stands for."""
    return float(text.removesuffix("points").removesuffix("%").strip().lstrip("<> ")) / (100 if unit else 1)


def check(found: Estimate) -> None:
    """What must hold of every estimate: nothing printed leaves what it lies in, and the texts are in order."""
    told = number(found.printed, found.unit)
    slack = 1e-12 * max(1.0, abs(told))
    ranges = [(found.low, found.high)] + ([] if found.spread is None else [found.spread])
    for low, high in ranges:
        if low <= found.value <= high:
            assert low - slack <= told <= high + slack, found
    scale = 100 if found.unit else 1
    low, high = (float(end) / scale for end in found.ends())
    assert low - slack <= told <= high + slack, found
    ends = found.spread_ends()
    if ends is not None and found.spread is not None:
        below, above = (float(end) / 100 for end in ends)
        assert below <= above
        if found.spread[0] <= found.value <= found.spread[1]:
            assert below - slack <= told <= above + slack, found
    assert found.as_dict()["printed"] == found.printed
    assert found.value == found.as_dict()["value"]
    assert told not in (0.0, 1.0) or found.unit != "%", "nothing simulated is impossible or certain"


sizes = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 3)), min_size=1, max_size=40)


@fixed
@given(st.integers(1, 100_000), st.data())
def test_shares_of_independent_histories(n: int, data: st.DataObject) -> None:
    hits = data.draw(st.integers(0, n))
    unknown = data.draw(st.integers(0, min(n - hits, 5)))
    if unknown < n:
        found = Proportion(hits=hits, n=n, unknown=unknown)
        check(found.estimate())
        assert found.printed == found.estimate().printed
        check(Conditional(hits=hits, given=n - unknown, n=2 * n, unknown=unknown).estimate())


@fixed
@given(sizes)
def test_shares_over_rows(counts: list[tuple[int, int, int]]) -> None:
    total = np.array([yes for yes, _, _ in counts])
    size = total + [no for _, no, _ in counts]
    unknown = np.array([failed for *_, failed in counts])
    rows = Rows(total=total, size=size, unknown=unknown)
    hits, n, failed = int(total.sum()), int((size + unknown).sum()), int(unknown.sum())
    if n == failed:
        return
    found = Proportion(hits=hits, n=n, unknown=failed, rows=rows)
    check(found.estimate())
    assert found.interval().low <= found.value <= found.interval().high
    band = found.band()
    if band is not None:
        assert band.printed == found.printed, "the band tells the same number"
        assert number(band.printed_ends[0]) <= number(band.printed_ends[1])
    if rows.count < 5:
        assert found.interval().method == "none"
        assert "no interval" in str(found)


@fixed
@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60), st.integers(1, 8))
def test_means(values: list[float], rows: int) -> None:
    x, row = np.array(values), np.arange(len(values)) % rows
    for clusters in (None, Rows.of(row, rows, x, np.ones(x.size, dtype=bool), np.zeros(x.size, dtype=bool))):
        found = Mean.of(x, rows=clusters).estimate()
        if all(map(math.isfinite, (found.low, found.high))):
            check(found)


@fixed
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20)), min_size=1))
def test_differences(pairs: list[tuple[int, int, int, int]]) -> None:
    table = np.array(pairs)
    n = int(table.sum())
    if n == 0:
        return
    both, first, second, neither = (int(column.sum()) for column in table.T)
    rows = Rows(total=table[:, 2] - table[:, 1], size=table.sum(axis=1))
    for clusters in (None, rows):
        pair = PairedDifference(n=n, both=both, first_only=first, second_only=second, neither=neither, rows=clusters)
        check(pair.estimate())


ordered = st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)).map(sorted)


@fixed
@given(ordered, st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.1), st.floats(0, 0.1))
def test_any_interval_and_any_range(
    interval: list[float], one: float, two: float, low_error: float, high_error: float
) -> None:
    low, value, high = interval
    found = Estimate(
        value=value, low=low, high=high, level=0.95, kind="chance", method="t over rows", n=10, unit="%",
        spread=(min(one, two), max(one, two)), spread_errors=(low_error, high_error),
    )  # fmt: skip
    if 0 < value < 1 and low < high and one != two:
        check(found)
    assert number(CurvePoint(value, low, high).printed) <= 1


@pytest.mark.parametrize(
    ("value", "interval", "spread", "text"),
    [
        (0.223, (0.209, 0.24), (0.08, 0.41), "22 %"),  # 20 % would lie outside the interval
        (0.223, (0.15, 0.30), (0.08, 0.41), "20 %"),
        (0.034, (0.031, 0.038), (0.012, 0.055), "3.4 %"),
        (0.0001, (0.00005, 0.0002), (0.0, 0.3), "0.01 %"),
        (0.49996, (0.4999, 0.49999), (0.2, 0.8), "49.996 %"),
        (0.9999, (0.99, 1.0), (0.5, 1.0), "> 99 %"),
    ],
)
def test_the_number_is_rounded_to_what_both_support(
    value: float, interval: tuple[float, float], spread: tuple[float, float], text: str
) -> None:
    found = Estimate(
        value=value, low=interval[0], high=interval[1], level=0.95, kind="chance", method="m", n=1, unit="%",
        spread=spread,
    )  # fmt: skip
    assert found.printed == text
    # The wrong rule, rounding to the wider of both alone, fails on the first of them.
    assert ns.estimates.round_to_range(0.223, 0.08, 0.41) == "20 %"


def test_ends_of_a_range_have_the_digits_that_their_errors_support() -> None:
    rng = np.random.default_rng(5)
    ends, told = [], []
    for _ in range(400):
        p = rng.beta(2, 3, size=60)
        band = draw_band(rng.binomial(200, p), 200)
        ends.append((band.low, band.high))
        told.append((band.low_error, band.high_error))
    spread, said = np.std(ends, axis=0), np.mean(told, axis=0)
    assert np.all(np.abs(said / spread - 1) < 0.2), (spread, said)
    assert np.all(np.abs(said / 2 / spread - 1) > 0.2), "half the error must fail"
    assert all("." not in end for end in band.printed_ends), "errors of points print no tenths"
    assert "points, standard error" in str(band)


def printed_rows(rows: tuple[Answer, ...]) -> list[str]:
    """Rows whose printed number lies outside what the number lies in."""
    bad = []
    for row in rows:
        told = number(row.printed, "%" if row.is_share else "")
        for low, high in ((row.low, row.high), (row.band_low, row.band_high)):
            if low is not None and high is not None and low <= row.value <= high and not low <= told <= high:
                bad.append(f"{row.id}: {row.printed} outside {low} to {high}")
    return bad


def shipped_rows(name: str, seed: int, n: int = 4_000) -> tuple[Answer, ...]:
    return ns.answers(ns.simulate(ns.load(name), replications=n, seed=seed, draws=200, keep="answers"))


@pytest.mark.parametrize("name", ["toy", "istanbul-2025", "singapore-2018"])
def test_no_printed_row_lies_outside_its_interval(name: str) -> None:
    rows = shipped_rows(name, seed=1, n=1_000)
    assert printed_rows(rows) == []
    narrow = tuple(replace(row, low=row.value - 1e-9, high=row.value + 1e-9) for row in rows if 0 < row.value < 1)
    assert printed_rows(narrow), "texts of other intervals must fail"


@pytest.mark.slow
@pytest.mark.parametrize("name", ns.shipped())
def test_no_printed_row_lies_outside_its_interval_in_ten_seeds(name: str) -> None:
    assert [bad for seed in range(10) for bad in printed_rows(shipped_rows(name, seed, 20_000))] == []


def test_table_chart_and_json_show_one_text() -> None:
    runs = ns.simulate(ns.load("istanbul-2025"), replications=1_000, seed=3, draws=50)
    rows = ns.answers(runs)
    titles = titles_of(runs, [row.id for row in rows])
    console = Console(file=io.StringIO(), width=300, highlight=False)
    print_run(console, runs, rows)
    table = console.file.getvalue()  # type: ignore[attr-defined]
    data: dict[str, Any] = json.loads(json.dumps(run_data(runs, rows, level=0.95), allow_nan=False))
    pictures = " ".join(text.get_text() for axes in ns.plots.chart(runs).axes for text in axes.texts)
    for row, told in zip(rows, data["questions"], strict=True):
        assert told["value"] == row.value == runs.probability(row.id).value
        assert told["printed"] == row.printed == runs.probability(row.id).printed
        line = next(
            line for line in table.splitlines() if line.startswith((f"{titles[row.id]}  ", f"{titles[row.id]} ("))
        )
        assert f" {row.printed} " in line
        assert told["interval"] in table
        assert f"{row.printed} by " in pictures.replace("\n", " ")
        assert told["words"] == row.words in table
    bare = sum(len(values) for values in bare_numbers(ns.load("istanbul-2025")).values())
    assert data["bare_numbers"] == bare
    assert ("the range does not carry them" in table) == (bare > 0)


def test_a_mean_outside_its_range_is_said_in_words() -> None:
    # One row of a hundred carries the number: 5-95 % of the draws say almost nothing.
    hits = np.array([0] * 97 + [1_000] * 3)
    band = draw_band(hits, 1_000)
    assert not band.low <= band.mean <= band.high
    found = Proportion(hits=3_000, n=100_000, rows=Rows(total=hits, size=np.full(100, 1_000))).estimate()
    for text in (str(band), str(found)):
        assert "the mean lies above its own range 5–95 %" in text


def test_few_rows_are_told_and_fewer_have_no_interval() -> None:
    for k, said in ((4, "no interval"), (5, "fewer than 30"), (29, "fewer than 30"), (30, "")):
        hits = np.arange(k) % 5 + 2
        found = Proportion(hits=int(hits.sum()), n=10 * k, rows=Rows(total=hits, size=np.full(k, 10)))
        assert (said in str(found)) if said else ("fewer than" not in str(found))
        mean = Mean.of(np.repeat(hits, 10), rows=Rows(total=10 * hits, size=np.full(k, 10)))
        assert (said in str(mean)) if said else ("fewer than" not in str(mean))
        assert (found.interval().method, mean.interval().method) == (("none",) * 2 if k < 5 else ("t over rows",) * 2)
        assert "inf" not in str(mean)


def test_skewed_rows_are_told() -> None:
    totals = np.array([1.0] * 39 + [500.0])
    found = Mean.of(totals, rows=Rows(total=totals, size=np.ones(40)))
    assert "a few rows of parameters carry this number" in str(found)
    even = np.arange(40.0)
    assert "a few rows" not in str(Mean.of(even, rows=Rows(total=even, size=np.ones(40))))
