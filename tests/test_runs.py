"""What can be asked of finished runs, and what is refused with the line to add."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from running import scenario, switch, target

import negsim as ns
from negsim.errors import EstimateError, EvaluationError, NotRecorded, RunawayError, SimulationError
from negsim.model.calendar import DAY

N = 400
DELIVER = ns.Action(name="deliver", clock=ns.Exponential("rate"), effects=["memo = true"], limit=1)
VOTE = ns.Action(
    name="vote",
    when="memo",
    clock=ns.Every("3 days"),
    outcomes=[ns.Outcome(name="no", weight=2), ns.Outcome(name="yes", effects=["held = true"])],
    limit=4,
)
QUESTIONS = [
    ns.Question(name="memo", kind="when", condition="memo"),
    ns.Question(name="held", condition="held", by=20),
    ns.Question(name="window", condition="held", after=5, by=20),
    ns.Question(name="if_early", condition="held", by=20, given="memo", given_by=3),
    ns.Question(name="if_memo", condition="held", given="memo", by=20),
    ns.Question(name="still", kind="holds", condition="memo and not held", by=10),
    ns.Question(name="wait", kind="duration", condition="memo and not held"),
    ns.Question(name="votes", kind="fired", action="vote", by=10),
    ns.Question(name="ayes", kind="fired", action="vote", outcome="yes"),
    ns.Question(name="sum", kind="value", condition="1 if memo else 0", by=7),
]


def described(**said: Any) -> ns.Scenario:
    rate = ns.Parameter("rate", 0.2, ns.Gamma(shape=4, rate=20))
    return scenario(rate, ns.Fact("memo"), ns.Fact("held"), DELIVER, VOTE, *QUESTIONS, **said)


@pytest.fixture(scope="module")
def runs() -> Any:
    return ns.simulate(described(), replications=N, seed=3)


@pytest.fixture(scope="module")
def times(runs: Any) -> Any:
    """First times by formula (memo) and from the log (held)."""
    memo = np.array([np.rint(target("deliver", seed=3, replication=r) / 0.2 * DAY) / DAY for r in range(N)])
    memo[memo > 40] = math.inf
    held = np.full(N, math.inf)
    for r in range(N):
        for event in ns.replay(runs, r).events:
            if event.outcome == "yes" and held[r] == math.inf:
                held[r] = event.time
    return memo, held


def test_first_times(runs: Any, times: Any) -> None:
    memo, held = times
    assert (runs.first_times("memo") == memo).all()
    assert (runs.first_times("held") == held).all()


def test_probability_counts_first_times_by_the_date(runs: Any, times: Any) -> None:
    memo, held = times
    assert runs.probability("held").hits == (held <= 20).sum()
    assert runs.probability("held", by=9).hits == (held <= 9).sum()
    assert runs.probability("memo").hits == np.isfinite(memo).sum()
    assert runs.probability("memo", by="2025-01-03").hits == (memo < 3).sum(), "a bare date is the whole day"
    assert runs.probability("memo", by="2025-01-03T00:00").hits == (memo <= 2).sum()
    assert runs.probability("memo", by=ns.Question(name="x", condition="memo", by=5).by).n == N


def test_a_window_asks_for_the_first_time_within_it(runs: Any, times: Any) -> None:
    held = times[1]
    assert runs.probability("window").hits == ((held >= 5) & (held <= 20)).sum()
    assert runs.probability("held", by=12, after=6).hits == ((held >= 6) & (held <= 12)).sum()
    with pytest.raises(EstimateError, match="the window from 2025-01-13 00:00 to 2025-01-06 00:00 is empty"):
        runs.probability("held", by=5, after=12)
    with pytest.raises(EstimateError, match="after=50 lies outside the simulated time"):
        runs.probability("held", after=50)


def test_given_counts_only_histories_in_which_it_came_true(runs: Any, times: Any) -> None:
    memo, held = times
    early = runs.probability("if_early")
    assert (early.hits, early.given) == (((held <= 20) & (memo <= 3)).sum(), (memo <= 3).sum())
    other = runs.probability("if_early", by=12)
    assert (other.hits, other.given) == (((held <= 12) & (memo <= 3)).sum(), (memo <= 3).sum())
    by_default = runs.probability("if_memo", by=9)
    assert (by_default.hits, by_default.given) == (((held <= 9) & (memo <= 9)).sum(), (memo <= 9).sum())


def test_a_condition_may_be_asked_by_itself_at_any_date(runs: Any, times: Any) -> None:
    memo, held = times
    assert runs.probability(ns.Fact("memo"), by=4).hits == (memo <= 4).sum()
    assert runs.probability(ns.Fact("held")).hits == np.isfinite(held).sum(), "by the end, not by another's date"
    assert runs.probability(QUESTIONS[1]).hits == (held <= 20).sum()


def test_holds_duration_value_and_fired(runs: Any, times: Any) -> None:
    memo, held = times
    assert runs.probability("still").hits == ((memo <= 10) & (held > 10)).sum()
    assert runs.probability("still", by=10).hits == runs.probability("still").hits
    waited = np.minimum(held, 40) - np.minimum(memo, 40)
    assert math.isclose(runs.mean("wait").value, waited.mean(), rel_tol=1e-12)
    assert runs.mean("sum").value == (memo <= 7).mean()
    votes = [sum(memo[r] <= 3 * k <= 10 for k in range(1, 5)) for r in range(N)]
    assert runs.count("votes").value == np.mean(votes)


def test_counts_of_actions_and_outcomes(runs: Any) -> None:
    assert (runs.firings("vote") == runs.firings("vote", "yes") + runs.firings(VOTE, "no")).all()
    assert runs.count("ayes").value == runs.count("vote", "yes").value == runs.firings("vote", "yes").mean()
    assert runs.events == runs.firings("vote").sum() + runs.firings("deliver").sum()
    with pytest.raises(NotRecorded, match="no action 'vot'; did you mean 'vote'"):
        runs.count("vot")
    with pytest.raises(NotRecorded, match="no action 'vote' with outcome 'aye'"):
        runs.count("vote", "aye")


def test_answers_alone_take_less_memory() -> None:
    scenario = ns.load("toy")
    everything = ns.simulate(scenario, replications=500, seed=3, engine="reference", trace=2)
    for engine in ("reference", "auto"):
        answers = ns.simulate(scenario, replications=500, seed=3, engine=engine, keep="answers", trace=2)
        assert (answers.block.first == everything.block.first).all()
        assert (answers.block.at == everything.block.at).all()
        assert answers.traces == everything.traces
        assert answers.events == everything.events
        assert answers.block.nbytes < everything.block.nbytes
        with pytest.raises(ns.errors.NotRecorded, match=r"review.*keep='all'"):
            answers.count("review")


def test_first_passage_gives_dates(runs: Any, times: Any) -> None:
    memo = times[0]
    curve = runs.first_passage("memo")
    assert curve.at("2025-01-03").value == (memo < 3).mean()
    ordered = np.sort(memo)
    half = runs.scenario.calendar.label(float(ordered[N // 2 - 1]) * DAY)
    assert curve.quantile(0.5)[0] == half
    assert curve.quantile(0.5)[1] <= half <= curve.quantile(0.5)[2]
    assert runs.first_passage("held").quantile(0.999)[0] == "never"
    with pytest.raises(EstimateError, match="lies outside the simulated time"):
        curve.at("2026-01-01")


def test_first_passage_of_a_question_with_given_is_that_of_what_counts(runs: Any, times: Any) -> None:
    memo, held = times
    assert runs.first_passage("if_early").at(12).value == (held[memo <= 3] <= 12).mean()


def test_what_was_not_asked_is_refused_with_the_line_to_add(runs: Any) -> None:
    with pytest.raises(NotRecorded, match=r"'hold' was not asked; did you mean 'held'\?; add it: simulate\("):
        runs.probability("hold")
    with pytest.raises(
        NotRecorded, match=r"questions=\[ns.Question\(name='mine', kind='when', condition='not memo'\)\]"
    ):
        runs.probability(~ns.Fact("memo"))
    with pytest.raises(NotRecorded, match="was not asked; add it"):
        runs.probability(ns.Question(name="new", condition="memo"))
    with pytest.raises(NotRecorded, match="question 'held' was not asked"):
        runs.probability(ns.Question(name="held", condition="memo"))
    with pytest.raises(NotRecorded, match=r"looked at its own dates alone; .*kind='holds'.*by='2025-01-13T00:00'"):
        runs.probability("still", by=12)


def test_the_wrong_kind_of_answer_is_refused(runs: Any) -> None:
    with pytest.raises(
        EstimateError, match=r"kind 'duration': its answer is a number and has no probability; .*or use mean"
    ):
        runs.probability("wait")
    with pytest.raises(EstimateError, match="kind 'value'"):
        runs.first_passage("sum")
    with pytest.raises(EstimateError, match="kind 'reached'"):
        runs.mean("held")
    with pytest.raises(
        EstimateError, match=r"lies outside the simulated time \(2025-01-01 00:00 to 2025-02-10 00:00\)"
    ):
        runs.probability("held", by="2025-02-11")


def test_further_questions_may_be_asked_at_the_run() -> None:
    asked = ns.Question(name="mine", kind="when", condition="not memo and not held", throughout="not held")
    runs = ns.simulate(described(), replications=10, seed=1, questions=[asked])
    assert runs.probability("mine").hits == 10
    assert runs.probability(asked).hits == 10
    with pytest.raises(ns.errors.ScenarioError, match="another question of the scenario has this name"):
        ns.simulate(described(), replications=10, questions=[ns.Question(name="held", condition="memo")])
    with pytest.raises(ns.errors.UnknownName, match="unknown name 'hold'; did you mean 'held'"):
        ns.simulate(described(), replications=10, questions=[ns.Question(name="mine", condition="hold")])


# ---- draws of the parameters ----


def test_a_band_over_draws_needs_draws(runs: Any) -> None:
    with pytest.raises(EstimateError, match=r"use simulate\(\.\.\., draws=200\)"):
        runs.band("held")


def test_a_band_over_draws() -> None:
    runs = ns.simulate(described(), replications=4000, seed=3, draws=100)
    assert runs.drawn
    assert runs.parameters.shape == (100, 1)
    exact = np.sort(1 - np.exp(-4 * runs.parameters[:, 0]))
    band = runs.band("memo", by=4)
    # forty histories a row: the mean over rows is that of 4000 histories, and the inner noise is taken out
    assert abs(band.mean - exact.mean()) < 6 * math.sqrt(0.25 / 4000)
    assert band.low < exact.mean() < band.high
    naive = np.quantile((runs.first_times("memo") <= 4).reshape(40, 100).mean(axis=0), [0.05, 0.95])
    assert band.high - band.low < naive[1] - naive[0], "noise of few histories a row would widen it"


# ---- tables, repetition, failures ----


def test_to_dataframe(runs: Any, times: Any) -> None:
    table = runs.to_dataframe()
    assert len(table) == N
    assert list(table.index) == list(range(N))
    assert {"draw", "memo", "still", "wait", "ayes", "events", "failed"} <= set(table.columns)
    assert (table["memo"].to_numpy() == times[0]).all()


def test_arrays_are_read_only(runs: Any) -> None:
    with pytest.raises(ValueError, match="read-only"):
        runs.block.first[0, 0] = 1.0
    with pytest.raises(AttributeError):
        runs.seed = 4
    assert repr(runs).startswith("<Runs of tiny: 400 replications, seed 3")


def test_seeds() -> None:
    zero = ns.simulate(described(), replications=5, seed=0)
    assert zero.seed == 0
    again = ns.simulate(described(), replications=5, seed=0)
    assert (zero.block.first == again.block.first).all()
    drawn = ns.simulate(described(), replications=5)
    same = ns.simulate(described(), replications=5, seed=drawn.seed)
    assert (drawn.block.first == same.block.first).all()
    for wrong in (-1, 2**64, 1.5, True, "1"):
        with pytest.raises(ns.errors.NegsimError, match="seed"):
            ns.simulate(described(), replications=5, seed=wrong)  # type: ignore[arg-type] # the point


@pytest.mark.parametrize("wrong", [0, -3, 2.5, True, "many"])
def test_replications_are_counted_in_whole_numbers(wrong: Any) -> None:
    with pytest.raises(ns.errors.NegsimError, match="replications must be a whole number of at least 1"):
        ns.simulate(described(), replications=wrong, seed=1)


FAILING = [
    *(ns.Fact("luck", ns.chance(0.25)), ns.Fact("memo"), ns.Counter("n", 1), switch("memo", 3.0)),
    ns.Action(name="act", when="luck and memo", clock=ns.Fixed(1), effects=["n = 1 / (n - 1)"]),
    ns.Question(name="memo", kind="when", condition="memo"),
]


def test_failures_make_bounds() -> None:
    runs = ns.simulate(scenario(*FAILING), replications=200, seed=1, on_error="count")
    failed = int(runs.block.failed.sum())
    assert 20 < failed < 80
    assert len(runs.failures) == failed
    found = runs.probability("memo")
    assert found.range == ((200 - failed) / 200, 1.0)
    never = runs.probability("memo", by=2)
    assert never.range == (0.0, failed / 200)
    assert all(isinstance(error, EvaluationError) and error.time == 4.0 for error in runs.failures[:20])
    assert all(f"replay(runs, {error.replication}) says it" in str(error) for error in runs.failures[20:])


def test_the_first_failure_is_raised_with_the_runs_so_far() -> None:
    counted = ns.simulate(scenario(*FAILING), replications=200, seed=1, on_error="count")
    first = int(np.flatnonzero(counted.block.failed)[0])
    with pytest.raises(SimulationError, match=f"replication {first}, action act, day 4:") as caught:
        ns.simulate(scenario(*FAILING), replications=200, seed=1)
    if first:
        assert caught.value.runs is not None
        assert caught.value.runs.replications == first
        assert (caught.value.runs.block.first == counted.block.first[:first]).all()


def test_runaways_are_counted_like_other_failures() -> None:
    spin = ns.Action(name="spin", when="luck", clock=ns.Fixed(0))
    described = scenario(ns.Fact("luck", ns.chance(0.5)), spin, ns.Question(name="q", condition="luck"))
    runs = ns.simulate(described, replications=20, seed=1, on_error="count")
    assert {type(error) for error in runs.failures} == {RunawayError}
    with pytest.raises(ns.errors.NegsimError, match="on_error is 'skip'"):
        ns.simulate(described, replications=20, on_error="skip")


def test_the_old_name_of_keeping_all_still_works_and_says_so() -> None:
    toy = ns.load("toy")
    with pytest.warns(DeprecationWarning, match="keep='all'"):
        old = ns.simulate(toy, replications=20, seed=1, keep="times")
    assert np.array_equal(old.block.first, ns.simulate(toy, replications=20, seed=1, keep="all").block.first)


def test_counts_of_one_drawn_row() -> None:
    """One draw of the parameters is a cluster of its own: counts answer as histories do, at every date of theirs."""
    rate = ns.Parameter("rate", 0.1, belief=ns.Uniform(0.05, 0.2))
    act = ns.Action(name="act", when="not done", clock=ns.Exponential("rate"), effects=["done = true"])
    parts = [rate, ns.Fact("done"), act, ns.Question(name="q", condition="done", by=10)]
    scenario = ns.Scenario("one", start="2025-01-01", end=20, parts=parts)
    kept = {
        keep: ns.simulate(scenario, replications=200, seed=1, draws=1, keep=keep)  # type: ignore[call-overload]
        for keep in ("all", "counts")
    }
    assert kept["all"].probability("q").hits == kept["counts"].probability("q").hits
    early = [kept[keep].probability("q", by="2025-01-05").hits for keep in ("all", "counts")]
    assert early[0] == early[1] > 0
    whole, counted = (kept[keep].first_passage("q").at(10) for keep in ("all", "counts"))
    assert (whole.value, whole.low, whole.high) == (counted.value, counted.low, counted.high)
