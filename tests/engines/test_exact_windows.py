"""Givens by date, turns and firings within windows, deadlines that end just before: closed forms on the exact engine."""

from __future__ import annotations

import math
from typing import Any

import pytest
from scipy import special

import negsim as ns
from negsim.errors import EngineError, EstimateError
from negsim.running.solving import solve

HOUR = 1 / 24


def scenario(*parts: Any, start: str = "2025-01-01", end: float = 60) -> ns.Scenario:
    """Parts under one roof."""
    return ns.Scenario("x", start=start, end=end, parts=parts)


def comes(name: str, rate: float, **more: Any) -> list[Any]:
    """A fact that comes at a rate and stays."""
    return [
        ns.Fact(name),
        ns.Action(
            name=f"do_{name}", when=f"not {name}", clock=ns.Exponential(rate), effects=[f"{name} = true"], **more
        ),
    ]


def flipping(up: float, down: float, **more: Any) -> list[Any]:
    """A fact that comes and goes."""
    return [
        ns.Fact("f", **more),
        ns.Action(name="rise", when="not f", clock=ns.Exponential(up), effects=["f = true"]),
        ns.Action(name="fall", when="f", clock=ns.Exponential(down), effects=["f = false"]),
    ]


def asked(parts: list[Any], end: float = 60, **question: Any) -> float:
    """The answer to one question."""
    return solve(scenario(*parts, ns.Question(name="q", **question), end=end)).answer("q").value


# Rows 10, 17 and 21 of the known answers.


def chained(t: float) -> float:
    """P(a time at 0.05 and then one at 0.1 are over within t)."""
    return 1 - 2 * math.exp(-0.05 * t) + math.exp(-0.1 * t) if t > 0 else 0.0


def weeks() -> list[tuple[float, float]]:
    """Days of the reviews of the toy by day 30, with the probability that talks are held then."""
    ends = [5.0, 12.0, 19.0, 26.0]
    return [
        (end, math.exp(-0.3 * begin) - math.exp(-0.3 * end)) for begin, end in zip([0.0, *ends], ends, strict=False)
    ]


def both(t: float, s: float) -> float:
    """P(the time at 0.05 is over within s, both within t), s <= t, from the time of talks on."""
    if s <= 0:
        return 0.0
    # Density 0.05 exp(-0.05 u) of the first, then the second within t - u.
    return -math.expm1(-0.05 * s) - 0.05 * math.exp(-0.1 * t) * math.expm1(0.05 * s) / 0.05


TOY = {
    "talks_on_5": ({"given": "talks.held", "given_on": 5}, chained(25)),
    "talks_by_5": ({"given": "talks.held", "given_by": 5}, chained(25)),
    "ceasefire_by_15": (
        {"given": "ceasefire.agreed", "given_by": 15},
        sum(p * both(30 - day, 15 - day) for day, p in weeks())
        / sum(p * -math.expm1(-0.05 * max(15 - day, 0)) for day, p in weeks()),
    ),
    "ceasefire_not_by_15": (
        {"given": "ceasefire.agreed", "given_not_by": 15},
        sum(p * (chained(30 - day) - both(30 - day, 15 - day)) for day, p in weeks())
        / (1 - sum(p * -math.expm1(-0.05 * max(15 - day, 0)) for day, p in weeks())),
    ),
    "no_memo_by_5": (
        {"given": "memorandum.delivered", "given_not_by": 5},
        sum(p * chained(30 - day) for day, p in weeks()[1:]) / math.exp(-1.5),
    ),
}
PRINTED = {
    "talks_on_5": 0.5090754,
    "ceasefire_by_15": 0.8600188,
    "ceasefire_not_by_15": 0.2735713,
    "no_memo_by_5": 0.3287002,
}


@pytest.mark.parametrize("name", TOY)
def test_the_toy_given_what_was_seen(name: str) -> None:
    given, right = TOY[name]
    found = solve(ns.load("toy")).probability(ns.Question(name="q", condition="summit.held", by=30, **given))
    assert abs(found.value - right) <= found.error + 1e-14
    if name in PRINTED:
        assert found.value == pytest.approx(PRINTED[name], abs=5e-8)
    # The wrong model: what is given is left out.
    assert abs(found.value - 0.4688283) > 0.03


def test_given_that_it_did_not_happen() -> None:
    """Row 17: A at 0.02, B at 0.01 and at 0.05 once A happened; B by 90, given that A did not by 30."""
    parts = [*comes("a", 0.02), *comes("b", 0.01, pace="5 if a else 1")]

    def b_by(t: float) -> float:
        """P(B within t of a beginning without A): survival, A never or at u."""
        never = math.exp(-0.03 * t)
        return 1 - never - 0.02 * math.exp(-0.05 * t) * math.expm1(0.02 * t) / 0.02

    question = {"condition": "b", "by": 90, "given": "a"}
    right = 1 - math.exp(-0.3) * (1 - b_by(60))
    assert asked(parts, 120, **question, given_not_by=30) == pytest.approx(right, abs=1e-12)
    assert right == pytest.approx(0.7919703, abs=5e-8)
    assert asked(parts, 120, condition="b", by=90) == pytest.approx(b_by(90), abs=1e-12)
    assert b_by(90) == pytest.approx(0.8766980, abs=5e-8)
    # By, not by, and their mixture.
    by = asked(parts, 120, **question, given_by=30)
    share = math.exp(-0.6)
    assert (1 - share) * by + share * right == pytest.approx(b_by(90), abs=1e-12)
    # "On" a date is what "by" is for a fact that stays, and not what "not by" is.
    assert asked(parts, 120, **question, given_on=30) == pytest.approx(by, abs=1e-13)
    assert abs(by - right) > 0.1


def test_given_on_a_date_looks_at_that_date_alone() -> None:
    """A fact that comes at 0.3 and goes at 0.5: it holds on day 9, given that it holds on day 4, or that it held by then."""
    at = 0.3 / 0.8 * -math.expm1(-0.8 * 4)
    later = 0.3 / 0.8 + 0.5 / 0.8 * math.exp(-0.8 * 5)
    parts = flipping(0.3, 0.5)
    found = asked(parts, kind="holds", condition="f", by=9, given="f", given_on=4)
    assert found == pytest.approx(later, abs=1e-13)
    none = 0.3 / 0.8 * -math.expm1(-0.8 * 5)
    assert asked(parts, kind="holds", condition="f", by=9, given="not f", given_on=4) == pytest.approx(none, abs=1e-13)
    whole = 0.3 / 0.8 * -math.expm1(-0.8 * 9)
    assert at * later + (1 - at) * none == pytest.approx(whole, abs=1e-14)
    assert asked(parts, kind="value", condition="3 if f else 1", by=9, given="f", given_on=4) == pytest.approx(
        1 + 2 * later, abs=1e-12
    )
    # Seen after the answer is known: what comes later still counts (the chain may not forget).
    parts = [*comes("a", 0.1), *flipping(0.3, 0.5)]
    assert asked(parts, condition="a", by=2, given="f", given_on=8) == pytest.approx(-math.expm1(-0.2), abs=1e-13)


@pytest.mark.parametrize("given", ["not a", "a or not b"])
def test_a_given_that_is_true_at_the_start_is_refused_with_the_other_forms(given: str) -> None:
    parts = [*comes("a", 0.1), *comes("b", 0.2)]
    solution = solve(scenario(*parts))
    question = ns.Question(name="q", condition="b", by=9, given=given)
    for call in (solution.probability, solution.first_passage, lambda q: solution.first_passage(q, [3, 4])):
        with pytest.raises(EstimateError, match=r"true at the start of every history.*given_on .* or given_not_by"):
            call(question)
    later = asked(parts, condition="b", by=9, given=given, given_on=4)
    assert later < -math.expm1(-1.8) + 1e-12
    with pytest.raises(EngineError, match="probability 0"):
        solution.probability(ns.Question(name="q", condition="b", by=9, given=given, given_not_by=4))
    # Half of the histories begin with it: nothing is decided, and nothing refused.
    drawn = [ns.Fact("a", initial=ns.chance(0.5)), *comes("b", 0.2)]
    assert asked(drawn, condition="b", by=9, given="a", given_by=4) == pytest.approx(-math.expm1(-1.8), abs=1e-13)


def test_what_is_not_conditioned_exactly_is_refused_rather_than_left_out() -> None:
    parts = [*flipping(0.3, 0.5), *comes("a", 0.1)]
    for question in (
        {"kind": "fired", "action": "rise"},
        {"kind": "duration", "condition": "f"},
    ):
        with pytest.raises(EngineError, match="given 'a' has no exact answer"):
            asked(parts, **question, given="a", given_by=4)
    solution = solve(scenario(*parts))
    question = ns.Question(name="q", condition="f", given="a", given_by=4)
    for call in (solution.first_time, solution.impossible):
        with pytest.raises(EngineError, match="given 'a' has no exact answer"):
            call(question)
    curve = solution.first_passage(question, [2, 9]).curve
    assert curve.values == pytest.approx([-math.expm1(-0.6), -math.expm1(-2.7)], abs=1e-12), "and a curve keeps it"


# Kind happens: a rising edge in the closed window.


def turns(up: float, down: float, at: float, length: float) -> float:
    """P(a fact turns true in a window, which it opens false with probability ``1 - at``): it may have to go first."""
    first = -math.expm1(-up * length)
    # From true: the sum of a time at ``down`` and one at ``up``.
    second = 1 - (up * math.exp(-down * length) - down * math.exp(-up * length)) / (up - down)
    return (1 - at) * first + at * second


@pytest.mark.parametrize(("after", "by"), [(0, 6), (2, 6), (2.5, 2.5 + HOUR), (10, 40)])
def test_turns_within_a_window(after: float, by: float) -> None:
    up, down = 0.3, 0.5
    at = 0.3 / 0.8 * -math.expm1(-0.8 * after)
    parts = flipping(up, down)
    question = {"kind": "happens", "condition": "f", "after": after, "by": by}
    right = turns(up, down, at, by - after)
    assert asked(parts, **question) == pytest.approx(right, abs=1e-13)
    held = at + (1 - at) * -math.expm1(-up * (by - after))
    assert asked(parts, **question, or_holds=True) == pytest.approx(held, abs=1e-13)
    # The wrong model: whether the *first* time lies in the window.
    first = math.exp(-up * after) - math.exp(-up * by)
    assert asked(parts, condition="f", after=after, by=by) == pytest.approx(first, abs=1e-13)
    if after >= 2:
        assert right > first + 0.001


def test_the_start_is_a_turn_if_it_holds_and_an_opening_is_not() -> None:
    parts = flipping(0.3, 0.5, initial=True)
    question = {"kind": "happens", "condition": "f", "by": 6}
    assert asked(parts, **question) == pytest.approx(1.0, abs=1e-15)
    at = 0.3 / 0.8 + 0.5 / 0.8 * math.exp(-0.8 * HOUR)
    assert asked(parts, **question, after=HOUR) == pytest.approx(turns(0.3, 0.5, at, 6 - HOUR), abs=1e-13)
    assert asked(parts, **question, after=HOUR, or_holds=True) < 1


def test_a_turn_at_either_end_of_the_window_counts() -> None:
    """A switch that goes on at days 3 and 8 and off at 5, at known instants."""
    parts = [
        ns.Fact("f"),
        ns.Action(name="on", clock=ns.On(3.0, 8.0), effects=["f = true"]),
        ns.Action(name="off", clock=ns.On(5.0), effects=["f = false"]),
    ]
    tick = 1 / 86_400_000_000
    for after, by, yes in (
        (3, 3, 1),
        (3 + tick, 8 - tick, 0),
        (3 + tick, 8, 1),
        (0, 3 - tick, 0),
        (8, 9, 1),
        (8 + tick, 60, 0),
    ):
        assert asked(parts, kind="happens", condition="f", after=after, by=by) == yes
    assert asked(parts, kind="happens", condition="f", after=4, by=4.5, or_holds=True) == 1
    assert asked(parts, kind="happens", condition="f", after=5, by=5.5, or_holds=True) == 1, "before what happens there"
    assert asked(parts, kind="happens", condition="f", after=5 + tick, by=5.5, or_holds=True) == 0


def test_a_flash_turns_true() -> None:
    """True for no time at all, between two immediate actions, each time that a bell rings."""
    parts = [
        *(ns.Fact(name) for name in ("bell", "f")),
        ns.Action(name="ring", when="not bell", clock=ns.Exponential(0.4), effects=["bell = true"]),
        ns.Action(name="flash", when="bell", clock=ns.Immediately(), effects=["f = true"]),
        ns.Action(name="out", when="f", clock=ns.Immediately(), effects=["f = false", "bell = false"]),
    ]
    assert asked(parts, kind="happens", condition="f", after=3, by=5) == pytest.approx(-math.expm1(-0.8), abs=1e-13)
    assert asked(parts, kind="holds", condition="f", by=5) == 0


def test_turns_given_what_came_before_within_and_after_the_window() -> None:
    """An independent fact tells nothing, whenever it is looked at; the fact itself does."""
    parts = [*flipping(0.3, 0.5), *comes("a", 0.1)]
    question = {"kind": "happens", "condition": "f", "after": 4, "by": 6}
    plain = asked(parts, **question)
    for form in ("given_by", "given_on", "given_not_by"):
        for when in (2, 4, 5, 9):
            assert asked(parts, **question, given="a", **{form: when}) == pytest.approx(plain, abs=1e-12), (form, when)
    at = 0.3 / 0.8 + 0.5 / 0.8 * math.exp(-0.8 * 1)
    assert asked(parts, **question, given="f", given_on=3) == pytest.approx(turns(0.3, 0.5, at, 2), abs=1e-12)
    assert asked(parts, **question, given="f", given_not_by=4) == pytest.approx(-math.expm1(-0.6), abs=1e-12)


# Firings within a window.


@pytest.mark.parametrize("after", [None, 2, "2 days"])
def test_so_many_firings_within_a_window(after: Any) -> None:
    """A Poisson process: firings in the window have its mean, whatever came before."""
    parts = [
        ns.Fact("f"),
        ns.Action(
            name="go",
            clock=ns.Exponential(0.7),
            outcomes=[ns.Outcome(name="a", weight=1, effects=["f = true"]), ns.Outcome(name="b", weight=3)],
        ),
    ]
    mean = 0.7 * (7 - (0 if after is None else 2))
    question = {"kind": "fired", "action": "go", "by": 7, "after": after}
    assert asked(parts, **question) == pytest.approx(mean, rel=1e-12)
    assert asked(parts, **question, outcome="a") == pytest.approx(mean / 4, rel=1e-12)
    for k in (1, 2, 5, 20):
        right = special.gammainc(k, mean)
        assert asked(parts, **question, at_least=k) == pytest.approx(right, rel=1e-11)
        assert asked(parts, **question, at_least=k, outcome="a") == pytest.approx(
            special.gammainc(k, mean / 4), rel=1e-11
        )
    # Given the state, which tells of firings: at least one had outcome a, so that f holds.
    share = -math.expm1(-0.7 * 7 / 4)
    some = asked(parts, **question, at_least=1, given="f", given_on=7)
    assert some > special.gammainc(1, mean)
    assert share * some + (1 - share) * asked(
        parts, **question, at_least=1, given="not f", given_on=7
    ) == pytest.approx(special.gammainc(1, mean), rel=1e-11)


def test_firings_on_the_calendar_are_counted_at_both_ends() -> None:
    parts = [ns.Fact("f"), ns.Action(name="go", clock=ns.On(0.0, 2.0, 4.0, 6.0), effects=["f = not f"])]
    tick = 1 / 86_400_000_000
    for after, by, count in (
        (0, 6, 4),
        (2, 6, 3),
        (2 + tick, 6, 2),
        (2, 6 - tick, 2),
        (0, 0, 1),
        (2 + tick, 4 - tick, 0),
    ):
        question = {"kind": "fired", "action": "go", "after": after, "by": by}
        assert asked(parts, **question) == pytest.approx(count, abs=1e-15)
        for k in (1, 2, 3, 4, 5):
            assert asked(parts, **question, at_least=k) == float(k <= count)


def test_firings_of_immediate_actions_are_counted_each() -> None:
    """A bell that rings three times at once."""
    parts = [
        ns.Counter("n"),
        ns.Action(name="begin", when="n == 0", clock=ns.Exponential(0.2), effects=["n = 1"]),
        *(
            ns.Action(name=f"step{k}", when=f"n == {k}", clock=ns.Immediately(), effects=[f"n = {k + 1}"])
            for k in (1, 2)
        ),
        ns.Action(name="again", when="n == 3", clock=ns.Exponential(0.2), effects=["n = 1"]),
    ]
    question = {"kind": "fired", "action": "step1", "by": 9}
    assert asked(parts, **question, at_least=2) == pytest.approx(special.gammainc(2, 1.8), rel=1e-12)
    with pytest.raises(EngineError, match=r"at_least = 5000 firings are more than the exact engine counts"):
        asked(parts, **question, at_least=5_000)


# Deadlines.


def test_before_ends_just_before() -> None:
    """A review on 6 January 00:00, deadlines by the fifth, by the sixth, before the sixth, and at its instant."""
    parts = [
        *comes("memo", 0.3),
        ns.Fact("held"),
        ns.Action(name="review", when="memo", clock=ns.On("2025-01-06T00:00"), effects=["held = true"]),
    ]
    solution = solve(scenario(*parts))
    held = -math.expm1(-1.5)
    for dates, right in (
        ({"by": "2025-01-05"}, 0.0),
        ({"by": "2025-01-06"}, held),
        ({"by": "5 days"}, held),
        ({"before": "2025-01-06"}, 0.0),
        ({"before": "2025-01-06T00:00"}, 0.0),
        ({"before": "2025-01-07"}, held),
        ({"after": "2025-01-06", "by": "2025-01-06"}, held),
        ({"after": "2025-01-06T00:01"}, 0.0),
    ):
        assert solution.probability("held", **dates).value == pytest.approx(right, abs=1e-14)
        assert asked(parts, condition="held", **dates) == pytest.approx(right, abs=1e-14)
    for dates, words in (
        ({"by": 3, "before": 4}, "not both"),
        ({"after": 70}, "outside the scenario"),
        ({"before": "2024-12-01"}, "outside the scenario"),
        ({"by": 3, "after": 4}, "is empty"),
    ):
        with pytest.raises(EstimateError, match=words):
            solution.probability("held", **dates)


def test_instants_are_whole_microseconds() -> None:
    """Reviews every ten minutes: the sixth is at the hour, and none comes between a deadline and the instant that it means."""
    start = "2025-03-29T13:00"
    parts = [ns.Counter("n"), ns.Action(name="tick", clock=ns.Every("10 minutes"), effects=["n += 1"], limit=50)]
    solution = solve(scenario(*parts, start=start, end=3))
    assert solution.value("n", "1 hour").value == 6
    assert solution.value("n", "3 hours").value == 18
    assert solution.probability("n >= 6", by="1 hour").value == 1
    assert solution.probability("n >= 6", before="2025-03-29T14:00").value == 0
    third = solve(scenario(*comes("f", 0.5), end=1)).probability("f", by=1 / 3)
    assert third.value == pytest.approx(-math.expm1(-0.5 * 28_800_000_000 / 86_400_000_000), rel=1e-14)


def test_levels_lie_on_their_decimal_grid() -> None:
    """Row 16: three steps of a tenth are 0.3; from 1.0 down by 0.05 a day, 0.35 is reached on day 13."""
    up = [
        ns.Level("x", step=0.1, low=0, high=1),
        ns.Action(name="go", clock=ns.On(1.0, 2.0, 3.0), effects=["x += 0.1"]),
    ]
    solution = solve(scenario(*up))
    assert [solution.holds(text, 4).value for text in ("x <= 0.3", "x == 0.3", "x > 0.3")] == [1, 1, 0]
    down = [
        ns.Level("x", step=0.05, low=0, high=1, initial=1.0),
        ns.Action(name="go", clock=ns.Every("1 day"), effects=["x -= 0.05"]),
    ]
    solution = solve(scenario(*down))
    assert [solution.probability("x <= 0.35", by=day).value for day in (12, 13)] == [0, 1]
