"""A series: one question on many dates, and its answers as an array."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import negsim as ns

RATE = 0.3


def births(*parts: object) -> ns.Scenario:
    born = ns.Action(name="born", clock=ns.Exponential(RATE), effects=["n += 1"])
    return ns.Scenario("births", start="2025-03-20", end=60, parts=[ns.Counter("n"), born, *parts])  # type: ignore[list-item]


def test_a_poisson_process_along_its_dates() -> None:
    """Means rate * t, covariances rate * min(s, t): what one history shows on many dates goes together."""
    runs = ns.simulate(births(ns.Series("n_at", condition="n", dates=[5.0, 40.0, 10.0])), replications=4_000, seed=2)
    found = runs.along("n_at")
    days = np.array([5.0, 10.0, 40.0])
    assert found.values is not None
    assert (np.abs(found.mean - RATE * days) < 6 * np.sqrt(RATE * days / 4_000)).all()
    spread = np.cov(found.values.T)
    assert np.abs(spread - RATE * np.minimum.outer(days, days)).max() < 6 * RATE * 40 * math.sqrt(2 / 4_000)
    assert (np.diff(found.values, axis=1) >= 0).all()


@given(
    kind=st.sampled_from(["value", "reached", "fired", "duration", "holds", "integral"]),
    keep=st.sampled_from(["all", "answers", "counts"]),
    drawn=st.booleans(),
    inside=st.booleans(),
)
def test_each_answer_is_that_of_the_single_question(kind: str, keep: str, drawn: bool, inside: bool) -> None:
    """Property: whoever asks one date at a time reads the same; a series in the file is one in ``questions=``."""
    of = {"action": "born"} if kind == "fired" else {"condition": "n" if kind in ("value", "integral") else "n >= 2"}
    dates = ["2025-03-25", "2025-03-31", "9 days"]
    series = ns.Series("s", kind=kind, dates=dates, **of)  # type: ignore[arg-type]
    single = [ns.Question(name=f"q{k}", kind=kind, by=date, **of) for k, date in enumerate(dates)]  # type: ignore[arg-type]
    belief = ns.Parameter("size", 1.0, belief=ns.Uniform(0, 2))
    scenario = births(belief, *([series] if inside else []))
    runs = ns.simulate(
        scenario,
        replications=40,
        seed=3,
        keep=keep,  # type: ignore[call-overload]
        draws=8 if drawn else None,
        questions=[*single, *([] if inside else [series])],
    )
    along = runs.along(series)
    by = sorted(range(3), key=lambda k: runs.asked(f"q{k}").by)
    for answer, k in zip(along.answers, by, strict=True):
        other = runs.row(f"q{k}")
        assert (answer.value, answer.low, answer.high, answer.by) == (other.value, other.low, other.high, other.by)
    if keep != "counts":
        assert along.values is not None
        assert np.allclose(np.nanmean(along.values, axis=0), along.mean)


def test_weeks_are_days_of_the_calendar() -> None:
    """A week over the change of the clocks ends at midnight still; 168 hours do not."""
    scenario = ns.Scenario("s", start="2025-03-27", end=30, zone="Europe/Kyiv", parts=[ns.Fact("up")])
    weeks = ns.Series("w", kind="holds", condition="up", every="1 week", times=2)
    runs = ns.simulate(scenario, replications=2, seed=1, questions=[weeks])
    assert [date.hour for date in runs.along("w").dates] == [0, 0]
    elapsed = ns.Series("h", kind="holds", condition="up", every="168 hours", times=2)
    runs = ns.simulate(scenario, replications=2, seed=1, questions=[elapsed])
    assert [date.hour for date in runs.along("h").dates] == [1, 1]


def test_it_is_data_and_is_solved_exactly() -> None:
    series = ns.Series("s", condition="n", dates=[datetime(2025, 3, 25, 12, tzinfo=UTC), "2025-04-01"], title="Births")
    scenario = births(series)
    assert ns.loads(ns.dumps(scenario)) == scenario
    solved = ns.solve(births(ns.Question(name="q", kind="value", condition="n", by=5)), questions=[series])
    assert solved.answer("s.at_2025_04_01").value == pytest.approx(RATE * 13, rel=1e-9)
    runs = ns.simulate(scenario, replications=50, seed=1)
    table = runs.along("s").to_dataframe()
    assert list(table.columns) == ["value", "low", "high", "range_low", "range_high", "printed"]
    assert scenario.expanded.questions["s.at_2025_04_01"].title == "Births (2025-04-01)"


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ({"every": "7 days"}, "both"),
        ({}, "either"),
        ({"dates": ["2025-03-25"], "every": "7 days", "times": 2}, "either"),
        ({"dates": "2025-03-25"}, "a list"),
        ({"dates": ["2025-03-25", "2025-03-25"]}, "twice"),
        ({"dates": ["soon"]}, "soon"),
        ({"every": "7 days", "times": 0}, "positive whole"),
        ({"every": "0 days", "times": 2}, "positive duration"),
        ({"every": "1 day", "times": 5_000}, "fewer"),
        ({"dates": ["2025-03-25"], "kind": "valu"}, "value"),
        ({"dates": ["2025-03-25"], "action": "born"}, "no action"),
    ],
)
def test_mistakes_are_told(keys: dict[str, object], word: str) -> None:
    with pytest.raises(ns.errors.NegsimError, match=word):
        ns.Series("s", condition="n", **keys)  # type: ignore[arg-type]


def test_a_series_that_was_not_asked() -> None:
    with pytest.raises(ns.errors.NotRecorded, match="did you mean 'weekly'"):
        ns.simulate(births(), replications=2, questions=[ns.Series("weekly", condition="n", dates=[3])]).along("weakly")
