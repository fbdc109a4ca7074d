"""Reasons: shares that must equal what can be counted from the runs themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import scenarios

import negsim as ns
from negsim.errors import NegsimError
from negsim.model.expressions import evaluate, parse
from negsim.why.routes import conjuncts, possible, routes_to

N = 1_500


def talks(waiver: float = 0.4, on_date: float = 0.5, otherwise: ns.Postpone | None = None) -> ns.Scenario:
    memo = ns.Promise("memo", by="a", to="b", delay=ns.Exponential(0.2), title="the text")
    meeting = ns.Meeting(
        "round", among=["a", "b"], on="2025-01-05T13:00", requires={"b": memo.delivered}, waiver=waiver,
        on_date=on_date, otherwise=otherwise, title="the round",
    )  # fmt: skip
    asked = [
        ns.Question(name="round_on_5", condition=meeting.held, by="2025-01-05"),
        ns.Question(name="round_ever", condition=meeting.held),
    ]
    return ns.Scenario("talks", start="2025-01-01", end="2025-02-01", parts=[memo, meeting, *asked])


def found(explanation: ns.Explanation, kind: str, text: str = "") -> float:
    return sum(reason.share for reason in explanation.reasons if reason.kind == kind and text in reason.condition)


def test_what_was_missing_is_what_the_first_times_say() -> None:
    runs = ns.simulate(ns.load("toy"), replications=N, seed=1)
    told = ns.explain(runs, "summit_by_day_30", most=N)
    times = runs.block.first
    summit = runs.first_times("summit_by_day_30") > 30
    late = runs.first_times("ceasefire_by_day_30") > 30
    assert told.failures == summit.sum() < times.shape[0]
    assert found(told, "missing", "ceasefire.agreed") == pytest.approx((late & summit).sum() / summit.sum())
    assert found(told, "time", "hold_summit") == pytest.approx((~late & summit).sum() / summit.sum())
    earlier = runs.first_times("ceasefire_by_day_30") > 20
    assert found(told, "missing", "ceasefire.agreed") != pytest.approx((earlier & summit).sum() / summit.sum())


def test_a_waiver_refused_is_the_missing_requirement() -> None:
    runs = ns.simulate(talks(), replications=N, seed=1)
    told = ns.explain(runs, "round_on_5", most=N)
    insisted = runs.firings("round.waive", "insisted").sum()
    missing = next(reason for reason in told.reasons if reason.kind == "missing")
    assert missing.condition == "round.waived or memo.delivered"
    assert missing.share == pytest.approx(insisted / told.failures)
    assert missing.alone == missing.share, "it is the last unmet precondition"
    assert found(told, "outcome", "round.review") == pytest.approx(1 - insisted / told.failures)
    behind = {(one.kind, one.condition) for one in missing.behind}
    assert behind == {("time", "memo.deliver")}, "that nobody waived it goes without saying"


def test_a_meeting_put_off_is_told_with_why_it_was_put_off() -> None:
    later = ns.Postpone(ns.Exponential(0.02), never=0.0)
    runs = ns.simulate(talks(waiver=0.0, on_date=0.5, otherwise=later), replications=N, seed=1)
    told = ns.explain(runs, "round_on_5", most=N)
    failing = ~runs.answers("round_on_5")[0]
    late = runs.first_times("memo.delivered") > 4 + 13 / 24
    assert found(told, "missing", "memo.delivered") == pytest.approx((late & failing).sum() / failing.sum())
    put_off = next(reason for reason in told.reasons if reason.kind == "outcome")
    assert put_off.share == pytest.approx(1 - found(told, "missing"))
    assert [(one.kind, one.condition) for one in put_off.behind] == [("time", "round.meet_late")]


def test_what_is_in_the_way() -> None:
    done, broken = ns.Fact("done"), ns.Fact("broken", title="the talks broke down")
    parts = [
        ns.Action(name="break_up", when=~broken, clock=ns.Exponential(0.1), effects=[broken.set(True)]),
        ns.Action(name="finish", when=~done & ~broken, clock=ns.Exponential(0.1), effects=[done.set(True)]),
        ns.Question(name="q", condition=done, by=20.0),
    ]
    runs = ns.simulate(
        ns.Scenario("s", start="2025-01-01", end=20, parts=[done, broken, *parts]), replications=N, seed=1
    )
    told = ns.explain(runs, "q", most=N)
    assert {reason.kind for reason in told.reasons} == {"in the way", "time"}
    assert "the talks broke down" in str(told)
    assert sum(reason.share for reason in told.reasons) == pytest.approx(1.0)


def test_several_missing_and_the_last_one() -> None:
    a, b, done = ns.Fact("a"), ns.Fact("b"), ns.Fact("done")
    parts = [
        ns.Action(name="do_a", when=~a, clock=ns.Exponential(0.2), effects=[a.set(True)]),
        ns.Action(name="do_b", when=~b, clock=ns.Exponential(0.2), effects=[b.set(True)]),
        ns.Action(name="finish", when=a & b & ~done, clock=ns.Immediately(), effects=[done.set(True)]),
        *(ns.Question(name=name, condition=name, by=5.0) for name in ("a", "b", "done")),
    ]
    runs = ns.simulate(ns.Scenario("s", start="2025-01-01", end=5, parts=[a, b, done, *parts]), replications=N, seed=1)
    told = ns.explain(runs, "done", most=N)
    no_a, no_b = runs.first_times("a") > 5, runs.first_times("b") > 5
    for name, mine, other in (("a", no_a, no_b), ("b", no_b, no_a)):
        reason = next(one for one in told.reasons if one.condition == name)
        assert reason.share == pytest.approx(mine.sum() / (no_a | no_b).sum())
        assert reason.alone == pytest.approx((mine & ~other).sum() / (no_a | no_b).sum())


def test_too_early_is_no_reason_of_the_model() -> None:
    toy = ns.load("toy")
    asked = ns.Question(name="mine", condition="talks.held", after="10 days", by="20 days")
    told = ns.explain(ns.simulate(toy, replications=500, seed=1, questions=[asked]), "mine")
    assert told.reasons[0].kind == "wording"
    assert told.reasons[0].share > 0.9


def test_counts_alone_and_arrays_are_explained_alike() -> None:
    scenario = talks()
    arrays = ns.simulate(scenario, replications=400, seed=3)
    counts = ns.simulate(scenario, replications=400, seed=3, keep="counts")
    assert ns.main_reasons(arrays, most=400) == ns.main_reasons(counts, most=400)


def test_drawn_parameters_are_drawn_again() -> None:
    p = ns.Parameter("p", 0.2, belief=ns.Beta(2, 8), unit="1/day")
    done = ns.Fact("done")
    act = ns.Action(name="do_it", when=~done, clock=ns.Exponential(rate=p), effects=[done.set(True)])
    asked = ns.Question(name="q", condition=done, by=5.0)
    scenario = ns.Scenario("s", start="2025-01-01", end=5, parts=[p, done, act, asked])
    runs = ns.simulate(scenario, replications=600, seed=3, draws=60)
    assert ns.explain(runs, "q", most=600).failures == (~runs.answers("q")[0]).sum()


def test_a_circle_is_told_to_its_end() -> None:
    a, b = ns.Fact("a"), ns.Fact("b")
    parts = [
        ns.Action(name="do_a", when=b & ~a, clock=ns.Exponential(1), effects=[a.set(True)]),
        ns.Action(name="do_b", when=a & ~b, clock=ns.Exponential(1), effects=[b.set(True)]),
        ns.Action(name="slip", when=~a, clock=ns.Exponential(0.01), effects=[a.set(True)]),
        ns.Question(name="q", condition=a & b, by=5.0),
    ]
    scenario = ns.Scenario("s", start="2025-01-01", end=5, parts=[a, b, *parts])
    told = ns.explain(ns.simulate(scenario, replications=200, seed=1), "q", depth=5)
    assert {reason.condition for reason in told.reasons} == {"a", "b"}


def test_another_deadline() -> None:
    runs = ns.simulate(ns.load("toy"), replications=500, seed=1)
    assert ns.explain(runs, "talks_day_5", by="14 days").failures < ns.explain(runs, "talks_day_5").failures


def test_rows_are_flat() -> None:
    rows = ns.explain(ns.simulate(ns.load("toy"), replications=500, seed=1), "summit_by_day_30").rows
    assert [row["depth"] for row in rows] == [0, 1, 2, 0, 1]
    assert {"kind", "text", "condition", "share", "low", "high", "alone", "depth", "told"} == set(rows[0])


def test_the_round_and_the_summit_of_istanbul_are_explained() -> None:
    runs = ns.simulate(ns.load("istanbul-2025"), replications=400, seed=1, draws=20)
    told = {one.question: one for one in ns.main_reasons(runs, most=400)}
    assert {"round2_on_2_june", "summit_by_31_dec"} <= set(told)
    assert len(told) <= 4
    assert any("memorandum.delivered" in reason.condition for reason in told["round2_on_2_june"].reasons)
    assert any("consent" in reason.condition for reason in told["summit_by_31_dec"].reasons)


@pytest.mark.parametrize(
    "text", ["a", "a and b", "not (a or not b)", "a or b and c", "not not a", "x > 1 and (a or b)"]
)
def test_conjuncts_together_mean_the_whole(text: str) -> None:
    tree = parse(text)
    for bits in range(8):
        values = {"a": bool(bits & 1), "b": bool(bits & 2), "c": bool(bits & 4), "x": float(bits)}
        assert all(evaluate(part, values) for part in conjuncts(tree)) == evaluate(tree, values)


@pytest.mark.parametrize(
    "text",
    ["1 if a else 0", "0.5 * (1 if a and b else 0)", "1 - (1 if a else 0.3)", "(1 if c else (0.5 if a else 0)) * 0.4"],
)
def test_possible_is_where_the_weight_is_positive(text: str) -> None:
    weight = parse(text)
    for bits in range(8):
        values = {"a": bool(bits & 1), "b": bool(bits & 2), "c": bool(bits & 4)}
        assert evaluate(possible(weight), values) == (evaluate(weight, values) > 0)


def test_routes_leave_out_what_makes_it_false() -> None:
    elements = talks().expanded
    assert [route.action.name for route in routes_to(parse("memo.delivered"), elements)] == ["memo.deliver"]


@settings(max_examples=25)
@given(scenarios())
def test_whole_random_scenarios_can_be_explained(scenario: ns.Scenario) -> None:
    try:
        runs = ns.simulate(scenario, replications=20, seed=1, max_events=500, on_error="count")
    except NegsimError:
        return
    for told in ns.main_reasons(runs):
        assert 0 <= told.failures <= told.n <= 20
        for row in told.rows:
            assert 0 < row["share"] <= 1
            assert 0 <= row["alone"] <= row["share"]


class Forgetful(ns.Meeting):
    """A meeting of the old kind: put off, it is held later whatever it requires."""

    def expand(self) -> Iterator[Any]:
        """Yield what a meeting yields, with a later date on which nothing is asked."""
        for one in super().expand():
            if isinstance(one, ns.Action) and one.name.endswith(".meet_late"):
                effects = (self.held.set(True), self.postponed.set(False))
                one = ns.Action(name=one.name, when=one.when, clock=one.clock, effects=effects)
            yield one


@pytest.mark.parametrize("word", [ns.Meeting, Forgetful])
def test_a_reason_is_checked_against_the_histories_in_which_it_happened(word: type[ns.Meeting]) -> None:
    memo = ns.Promise("memo", by="a", to="b", delay=ns.Exponential(0.02), title="the text")
    meeting = word(
        "round", among=["a", "b"], on="2025-01-05T13:00", requires={"b": memo.delivered}, title="the round",
        otherwise=ns.Postpone(ns.Exponential(0.05)),
    )  # fmt: skip
    asked = ns.Question(name="q", condition=meeting.held)
    runs = ns.simulate(
        ns.Scenario("s", start="2025-01-01", end="2025-02-01", parts=[memo, meeting, asked]), replications=N, seed=1
    )
    told = ns.explain(runs, "q", most=N)
    about = next(reason for reason in told.reasons if "memo.delivered" in reason.condition)
    held = runs.first_times("round.held")
    before = runs.first_times("memo.delivered") < held
    if word is ns.Meeting:
        assert before[np.isfinite(held)].all()
        assert (about.kind, about.otherwise) == ("missing", 0.0)
        assert "also in" not in str(told)
        return
    without = (~before & np.isfinite(held)).sum() / np.isfinite(held).sum()
    assert without > 0.3
    assert about.kind == "absent"
    assert about.otherwise == pytest.approx(without)
    assert f"(also in {100 * without:.0f} % of the histories in which it did happen)" in str(told)


def test_what_stood_in_the_way_of_one_way_only_is_told_so() -> None:
    done, shut = ns.Fact("done"), ns.Fact("shut", ns.chance(0.5), title="the door is shut")
    parts = [
        ns.Action(name="door", when=~done & ~shut, clock=ns.Exponential(0.05), effects=[done.set(True)]),
        ns.Action(name="window", when=~done & ns.parse("tall"), clock=ns.Exponential(0.02), effects=[done.set(True)]),
        ns.Fact("tall", ns.chance(0.8)),
        ns.Question(name="q", condition=done, by=20.0),
    ]
    runs = ns.simulate(ns.Scenario("s", start="2025-01-01", end=20, parts=[done, shut, *parts]), replications=N, seed=1)
    (about,) = (one for one in ns.explain(runs, "q", most=N).reasons if "shut" in one.condition)
    assert about.kind == "beside"
    assert 0.1 < about.otherwise < 0.5
    assert "(also in" in str(about)


def test_a_date_that_only_gives_a_signal_is_told_with_what_decides() -> None:
    elements = talks(otherwise=ns.Postpone(ns.Exponential(0.1))).expanded
    routes = routes_to(parse("round.held"), elements)
    assert [route.names for route in routes] == [
        ("round.fall_due", "round.review"),
        ("round.meet_late", "round.review"),
    ]
    assert all("round.due" not in map(str, route.needs) for route in routes)
    assert all("round.waived or memo.delivered" in map(str, route.gate) for route in routes)


def test_a_question_without_a_name_is_called_by_its_condition() -> None:
    toy = ns.load("toy")
    runs = ns.simulate(toy, replications=200, seed=1)
    assert str(ns.explain(runs, ns.Fact("talks.held"), by="5 days")).startswith("talks.held by ")
    with pytest.raises(
        ns.errors.NotRecorded, match=r"question 'talks_day_6' is not asked by toy; did you mean 'talks_day_5'"
    ):
        ns.levers(toy, "talks_day_6", replications=100, seed=1)


def test_failed_histories_are_no_histories_of_no() -> None:
    zero = ns.Action(name="zero", clock=ns.On(2.0), when="luck", effects=["n = 1 / n - 1"])
    work = ns.Action(name="work", clock=ns.Exponential(0.3), when="not done", effects=["done = true"])
    asked = ns.Question(name="q", condition="done", by=3)
    parts = [ns.Fact("luck", ns.chance(0.3)), ns.Counter("n"), ns.Fact("done"), zero, work, asked]
    told = ns.Scenario("unlucky", start="2025-01-01", end=3, parts=parts)
    runs = ns.simulate(told, replications=400, seed=4, on_error="count")
    failed, yes = runs.block.failed, runs.answers("q")[0]
    assert failed.sum() > 50
    found = ns.explain(runs, "q")
    assert found.n == (~failed).sum()
    assert found.failures == (~failed & ~yes).sum()
    assert found.reasons[0].share == 1.0
