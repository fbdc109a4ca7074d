"""Arrays and counts tell the same numbers, whatever is crossed: keep, draws, failures; and what is refused."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

import negsim as ns
from negsim.errors import EstimateError, NotRecorded
from negsim.estimates import Mean, Proportion
from negsim.running.solving import solve_answers

SEED = 20250528
N = 630  # no multiple of the rows


def scenario(*, failing: float = 0.0) -> ns.Scenario:
    """Work that comes at a believed rate, and a failure that strikes some rows of parameters much more than others."""
    rate = ns.Parameter("rate", 0.3, belief=ns.LogNormal(median=0.3, sigma=0.8), unit="1/day", source="judgement")
    risk = ns.Parameter("risk", 0.02, belief=ns.LogNormal(median=0.02, sigma=1.5), unit="1/day", source="judgement")
    done, met, trust = ns.Fact("done"), ns.Fact("met"), ns.Level("trust", initial=0.1, low=0, high=1)
    acts = [
        ns.Action(name="work", when=~done, clock=ns.Exponential(rate=rate), effects=[done.set(True)]),
        ns.Action(name="meet", when=done & ~met, clock=ns.Every("7 days", start=5.0), effects=[met.set(True)]),
        ns.Action(name="talk", when=met, clock=ns.Exponential(0.5), effects=[trust.add(0.037)]),
    ]
    if failing:
        # A level divided by a number that is 0 stops the replication.
        broken = ns.Counter("broken")
        acts.append(
            ns.Action(
                name="fail",
                clock=ns.Exponential(rate=ns.parse(f"risk * {failing}")),
                effects=[f"trust = 1 / {broken.name}"],
            )
        )
        acts.insert(0, broken)  # type: ignore[arg-type] # parts of a scenario
    questions = [
        ns.Question(name="reached", condition=met, by=12.0),
        ns.Question(name="given", condition=met, by=20.0, given=done, given_by=3.0),
        ns.Question(name="window", condition=met, by=26.0, after=6.0),
        ns.Question(name="holds", kind="holds", condition=met, by=19.0),
        ns.Question(name="when", kind="when", condition=met),
        ns.Question(name="duration", kind="duration", condition=met, by=30.0),
        ns.Question(name="fired", kind="fired", action="talk", by=30.0),
        ns.Question(name="often", kind="fired", action="talk", by=30.0, at_least=3),
        ns.Question(name="value", kind="value", condition=trust, by=30.0),
        ns.Question(name="duration_given", kind="duration", condition=met, by=30.0, given=done, given_by=3.0),
        ns.Question(name="fired_given", kind="fired", action="talk", by=30.0, given=done, given_not_by=3.0),
        ns.Question(name="value_given", kind="value", condition=trust, by=30.0, given=met, given_on=12.0),
    ]
    return ns.Scenario("crossed", start="2025-01-01", end=40, parts=[rate, risk, done, met, trust, *acts, *questions])


@cache
def runs(keep: str, draws: int | None, failing: float) -> Any:
    told = scenario(failing=failing)
    return ns.simulate(told, replications=N, seed=SEED, keep=keep, draws=draws, on_error="count", block=100)


GIVEN_MEANS = ("duration_given", "fired_given", "value_given")
QUESTIONS: dict[str, Any] = {
    **{name: lambda r, q=name: r.probability(q) for name in ("reached", "given", "window", "holds", "when", "often")},
    **{f"mean of {q}": lambda r, q=q: r.mean(q) for q in ("duration", "fired", "value", "holds", "when", *GIVEN_MEANS)},
    "count": lambda r: r.count("fired"),
    "another date": lambda r: r.probability("reached", by=26.0),
}


def same(one: Any, two: Any) -> None:
    """Equal to the last bits that an order of summation leaves."""
    assert type(one) is type(two)
    assert one.value == pytest.approx(two.value, rel=1e-12)
    assert tuple(one.interval(0.9)) == pytest.approx(tuple(two.interval(0.9)), rel=1e-9, abs=1e-12)
    assert str(one) == str(two)
    assert one.estimate().printed == two.estimate().printed


@pytest.mark.parametrize(("draws", "failing"), [*itertools.product([None, 4, 7, 40], [0.0, 1.0])])
def test_arrays_and_counts_tell_the_same(draws: int | None, failing: float) -> None:
    arrays, answers, counts = (runs(keep, draws, failing) for keep in ("all", "answers", "counts"))
    assert (int(arrays.block.failed.sum()) > 20) == bool(failing)
    for question in QUESTIONS.values():
        same(question(arrays), question(counts))
        same(question(arrays), question(answers))
    one, two = (r.first_passage("reached").curve for r in (arrays, counts))
    for date in (0.0, 5.0, 12.0, 26.0, 40.0):
        assert one.at(date) == pytest.approx(two.at(date), rel=1e-12)
    assert str(one) == str(two)
    for told, again in zip(ns.answers(arrays), ns.answers(counts), strict=True):
        assert (told.printed, told.interval(), told.range()) == (again.printed, again.interval(), again.range())
    if draws is None:
        return
    for name in ("reached", "given", "holds"):
        assert str(arrays.band(name)) == str(counts.band(name))


@pytest.mark.parametrize("failing", [0.0, 1.0])
def test_failures_are_counted_by_row(failing: float) -> None:
    found = runs("counts", 40, failing).probability("reached")
    block = runs("all", 40, failing).block
    row = block.replications % 40
    assert np.array_equal(found.rows.unknown, np.bincount(row[block.failed], minlength=40))
    assert found.rows.unknown.sum() + found.rows.size.sum() == N
    if failing:
        assert len(set(found.rows.unknown)) > 3, "they differ, so that a share of all failures for each row is wrong"
        band = runs("all", 40, failing).band("reached")
        worst, best = found.rows.bounds()
        assert band.low < np.quantile(best[0] / best[1], 0.05)
        assert band.high > np.quantile(worst[0] / worst[1], 0.95)


@pytest.mark.parametrize(("keep", "draws"), [*itertools.product(["all", "counts"], [None, 10])])
def test_all_failed_is_told(keep: str, draws: int | None) -> None:
    broken = ns.Counter("broken")
    fact = ns.Fact("fact")
    rate = ns.Parameter("rate", 1.0, belief=ns.LogNormal(median=1.0, sigma=0.5), unit="1/day", source="judgement")
    act = ns.Action(name="fail", clock=ns.On(["2025-01-02T12:00"]), effects=[f"{broken.name} = 1 / broken"])
    later = ns.Action(name="later", when=~fact, clock=ns.Exponential(rate=rate), effects=[fact.set(True)])
    asked = [
        ns.Question(name="p", condition=fact),
        ns.Question(name="d", kind="duration", condition=fact),
        ns.Question(name="w", kind="when", condition=fact),
        ns.Question(name="f", kind="fired", action="later"),
    ]
    told = ns.Scenario("all", start="2025-01-01", end=5, parts=[rate, broken, fact, act, later, *asked])
    found = ns.simulate(told, replications=40, seed=1, on_error="count", keep=keep, draws=draws)
    assert str(found.probability("p")).startswith("unknown (all 40 replications failed)")
    for ask in (
        lambda: found.mean("d"),
        lambda: found.mean("w"),
        lambda: found.count("f"),
        lambda: found.first_passage("p"),
    ):
        with pytest.raises(EstimateError, match=r"all 40 replications failed.*the first: "):
            ask()
    if draws:
        with pytest.raises(EstimateError, match="all 40 replications failed"):
            found.band("p")
    rows = {row.id: row for row in ns.answers(found)}
    assert rows["d"].printed == "unknown"
    assert "all 40 replications failed" in rows["d"].notes[0]


def test_a_given_that_no_history_satisfied_is_refused() -> None:
    met, done = ns.Fact("met"), ns.Fact("done")
    acts = [
        ns.Action(name="meet", clock=ns.Exponential(1e-9), effects=[met.set(True)]),
        ns.Action(name="work", clock=ns.Exponential(1.0), effects=[done.set(True)]),
    ]
    asked = ns.Question(name="q", condition=done, given=met)
    told = ns.Scenario("none", start="2025-01-01", end=5, parts=[met, done, *acts, asked])
    for keep in ("all", "counts"):
        found = ns.simulate(told, replications=200, seed=1, keep=keep)
        with pytest.raises(EstimateError, match=r"question q: .*'met'.* in none of 200 histories.*do\(") as caught:
            found.probability("q")
        ns.verify(told, replications=200)
        row = ns.answers(found)[0]
        assert (row.printed, row.notes) == ("unknown", (str(caught.value).removeprefix("question q: "),))
        assert math.isnan(row.value)


GIVENS = {
    "on": ({"given": "met", "given_on": 3}, "held on day 3 in none of 60 histories"),
    "by": ({"given": "met"}, "came true in none of 60 histories by day 4"),
    "by_its_date": ({"given": "met", "given_by": 3}, "came true in none of 60 histories by day 3"),
    "not_by": ({"given": "begun", "given_not_by": 3}, "came true by day 3 in all of 60 histories"),
}
KINDS: dict[str, dict[str, Any]] = {
    "reached": {"condition": "done"},
    "holds": {"condition": "done", "kind": "holds"},
    "happens": {"condition": "done", "kind": "happens", "after": 1},
    "when": {"condition": "done", "kind": "when"},
    "duration": {"condition": "done", "kind": "duration"},
    "fired": {"action": "work", "kind": "fired"},
    "often": {"action": "work", "kind": "fired", "at_least": 1},
    "value": {"condition": "n", "kind": "value"},
}


def given_world(meet: float, begin: float, *questions: ns.Question) -> ns.Scenario:
    """Somebody meets and begins at these rates, and works at a rate that nobody knows exactly."""
    acts = [
        ns.Action(name="meet", clock=ns.Exponential(rate=meet), when="not met", effects=["met = true"]),
        ns.Action(name="begin", clock=ns.Exponential(rate=begin), when="not begun", effects=["begun = true"]),
        ns.Action(name="work", clock=ns.Exponential(rate="pace"), effects=["done = true", "n = n + 1"]),
    ]
    state = [ns.Fact("met"), ns.Fact("begun"), ns.Fact("done"), ns.Counter("n")]
    pace = ns.Parameter("pace", 0.4, belief=ns.Gamma(shape=4, mean=0.4))
    return ns.Scenario("given", start="2025-01-01", end=5, parts=[*state, pace, *acts, *questions])


def given_questions() -> list[ns.Question]:
    told = [(f"{kind}.{form}", said | KINDS[kind]) for form, (said, _) in GIVENS.items() for kind in KINDS]
    return [ns.Question(name=name, by=4, **said) for name, said in told]


@pytest.mark.parametrize("draws", [None, 6])
@pytest.mark.parametrize("keep", ["all", "counts"])
def test_a_question_whose_given_never_was_so_spoils_no_other(keep: str, draws: int | None) -> None:
    """Whatever its kind and the form of its given: the row says what never was so, in how many histories."""
    free = ns.Question(name="free", condition="done", by=4)
    runs = ns.simulate(
        given_world(1e-9, 1e9, free, *given_questions()), replications=60, seed=1, keep=keep, draws=draws
    )
    rows = {row.id: row for row in ns.answers(runs)}
    assert 0 < rows["free"].value < 1
    assert rows["free"].counted == 60
    for form, (_, words) in GIVENS.items():
        for kind in KINDS:
            row = rows[f"{kind}.{form}"]
            assert (row.printed, row.counted, row.n) == ("unknown", 0, 60)
            (note,) = row.notes
            assert words in note
            assert "simulate more of them" in note
            assert f"question {row.id}" not in note


@pytest.mark.parametrize("draws", [None, 6])
def test_means_under_a_given_are_counted_as_they_are_kept(draws: int | None) -> None:
    questions = given_questions()
    told = given_world(0.3, 0.3, *questions)
    kept, counted = (ns.simulate(told, replications=400, seed=2, keep=keep, draws=draws) for keep in ("all", "counts"))
    for one, two in zip(ns.answers(kept), ns.answers(counted), strict=True):
        assert 0 < one.counted <= one.n
        assert (two.value, two.low, two.high) == pytest.approx((one.value, one.low, one.high), rel=1e-12)
        assert (two.id, two.counted, two.printed) == (one.id, one.counted, one.printed)


def test_an_exact_answer_that_is_none_says_why_and_draws_that_exclude_a_given_have_no_weight() -> None:
    told = given_world(1e-3, 1.0, *given_questions())
    late = ns.Action(name="meet", clock=ns.On(4.5), effects=["met = true"])
    never = replace(told, parts=[late if getattr(part, "name", "") == "meet" else part for part in told.parts])
    for draws in (None, 2):
        rows = {row.id: row for row in solve_answers(never, draws=draws, seed=1).answers}
        for row in rows.values():
            assert math.isnan(row.value) == bool(row.notes and row.printed == "unknown")
        assert "has probability 0" in rows["reached.on"].notes[0]
        assert "no exact answer" in rows["duration.by"].notes[0]
        assert 0 < rows["reached.not_by"].value < 1
    # what half of the draws exclude is answered by the other half
    held = ns.Parameter("held", True, belief=ns.chance(0.5))
    start = ns.Action(name="meet", clock=ns.On(1), when="held", effects=["met = true"])
    parts = [start if getattr(part, "name", "") == "meet" else part for part in told.parts]
    found = solve_answers(replace(told, parts=[held, *parts]), draws=12, seed=1)
    with_it = [row for row in found.rows if 1.0 in row]
    assert 0 < len(with_it) < 12
    row = next(one for one in found.answers if one.id == "reached.by_its_date")
    assert 0 < row.value < 1
    assert row.estimate.n == len(with_it)


def test_a_given_tells_how_often_it_came_true() -> None:
    found = runs("all", None, 0.0)
    done = found.block.first[:, found.asked("given").given.column] <= 3 * 86_400e6
    assert f"given in {int(done.sum())} of {N}" in str(found.probability("given"))
    row = next(row for row in ns.answers(found) if row.id == "given")
    assert (row.counted, row.n) == (int(done.sum()), N)


def test_when_has_a_mean_and_quantiles_with_the_share_of_never() -> None:
    # An exponential time cut at day 10: never exp(-3); mean of the others (1 - 31 e^-30...) by the closed form below.
    done = ns.Fact("done")
    act = ns.Action(name="work", when=~done, clock=ns.Exponential(0.3), effects=[done.set(True)])
    asked = ns.Question(name="w", kind="when", condition=done)
    told = ns.Scenario("w", start="2025-01-01", end=10.0, parts=[done, act, asked])
    n = 20_000
    found = ns.simulate(told, replications=n, seed=SEED)
    never, rate, end = math.exp(-3), 0.3, 10.0
    mean = 1 / rate - end * never / (1 - never)
    answer = found.mean("w")
    assert isinstance(answer, Mean)
    assert isinstance(answer.never, Proportion)
    assert abs(answer.never.value - never) < 6 * math.sqrt(never * (1 - never) / n)
    assert abs(answer.value - mean) < 6 * answer.standard_error
    assert abs(answer.value - 1 / rate) > 6 * answer.standard_error, "the mean without the end must fail"
    assert "never in " in str(answer)
    for p in (0.1, 0.5, 0.9):
        quantile = found.quantile("w", p)
        true = -math.log(1 - p) / rate
        spread = math.sqrt(p * (1 - p) / n) / (rate * (1 - p))
        assert abs(quantile.value - true) < 6 * spread
        assert 2 < (quantile.high - quantile.low) / spread < 6
        assert quantile.never is not None
        assert quantile.never.hits == answer.never.hits
    late = found.quantile("w", 0.97)
    assert (late.value, late.printed) == (math.inf, "never")
    assert "inf" not in str(late)
    assert "never" in str(late)
    with pytest.raises(EstimateError, match="strictly between 0 and 1"):
        found.quantile("w", 1.0)


def test_quantiles_of_numbers_have_intervals() -> None:
    for draws in (None, 40):
        found = runs("all", draws, 0.0)
        for name in ("duration", "fired", "value"):
            quantile = found.quantile(name, 0.5)
            assert quantile.low <= quantile.value <= quantile.high
            assert quantile.method == ("order statistics" if draws is None else "t over rows")
            assert quantile.printed in str(quantile)
    with pytest.raises(NotRecorded, match="keep='all'"):
        runs("counts", None, 0.0).quantile("duration", 0.5)
    with pytest.raises(EstimateError, match="kind 'reached'"):
        runs("all", None, 0.0).quantile("reached", 0.5)


def test_a_time_that_is_never_reached_has_no_mean() -> None:
    done = ns.Fact("done")
    act = ns.Action(name="work", when=~done, clock=ns.Exponential(1e-9), effects=[done.set(True)])
    told = ns.Scenario(
        "w", start="2025-01-01", end=10.0, parts=[done, act, ns.Question(name="w", kind="when", condition=done)]
    )
    for keep in ("all", "counts"):
        with pytest.raises(EstimateError, match="never came true in 50 histories"):
            ns.simulate(told, replications=50, seed=1, keep=keep).mean("w")


def test_nothing_believed_leaves_histories_independent() -> None:
    toy = ns.load("toy")
    drawn, best = (ns.simulate(toy, replications=300, seed=1, draws=draws) for draws in (20, None))
    assert not drawn.clustered
    assert drawn.probability("talks_day_5").interval() == best.probability("talks_day_5").interval()
    assert drawn.probability("talks_day_5").interval().method == "clopper-pearson"
    with pytest.raises(EstimateError, match="nothing is believed"):
        drawn.band("talks_day_5")


def test_methods_for_independent_histories_are_refused_where_they_are_not() -> None:
    found = runs("all", 40, 0.0)
    for ask in (
        lambda: found.probability("reached").interval(method="wilson"),
        lambda: found.mean("duration").interval(method="normal"),
    ):
        with pytest.raises(EstimateError, match="not; leave method= away"):
            ask()


def test_comparisons_take_their_error_from_the_rows() -> None:
    told = scenario()
    other = told.with_law("work", ns.Exponential(0.6))
    a, b = (ns.simulate(one, replications=N, seed=SEED, draws=40) for one in (told, other))
    found = ns.compare(a, b, "reached")
    assert found.interval().method == "t over rows"
    assert found.printed in str(found)
    assert found.printed.endswith(" points")
    assert a.probability("reached").printed in str(found), "the table's number, not another one"
