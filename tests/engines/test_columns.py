"""Expressions worked out for many histories at once: what is not needed in one of them may have no value there."""

from __future__ import annotations

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

import negsim as ns
from negsim.engines import available

if not available("compiled"):
    pytest.skip("no C compiler made the compiled engine", allow_module_level=True)

from engines.bits import assert_same

from negsim.engines.compiled.code import CODE, MEMO, Code
from negsim.engines.compiled.loop import FEW, MOST_COLUMNS
from negsim.engines.compiled.tables import _Lowering
from negsim.model.expressions import parse
from negsim.program import lower

# Numbers that often have no value: quotients by nothing, logarithms and roots of what is not above it, what grows too
# large. No steps: there are no tables for them, so each is worked out again and again.
LEAVES = ("heat", "cold", "width", "1", "0", "-2.5", "1e200")
TRUTHS = ("open", "heat > cold", "cold >= 0", "not open", "rounds == 2", "heat * width < 1")


def numbers() -> st.SearchStrategy[str]:
    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        two = st.tuples(st.sampled_from("+-*/%"), inner, inner).map(lambda t: f"({t[1]} {t[0]} {t[2]})")
        one = st.tuples(st.sampled_from(["log", "sqrt", "exp", "abs", "floor"]), inner).map(lambda t: f"{t[0]}({t[1]})")
        both = st.tuples(st.sampled_from(["and", "or"]), st.sampled_from(TRUTHS), inner, inner)
        many = st.tuples(st.integers(0, 3), st.sampled_from(TRUTHS), inner, inner, inner)
        return st.one_of(
            two,
            one,
            st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
            st.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} < {t[2]} else {t[1]})"),
            st.tuples(inner, inner, st.sampled_from(TRUTHS)).map(lambda t: f"({t[0]} if {t[2]} else {t[1]})"),
            both.map(lambda t: f"(1 if {t[1]} {t[0]} {t[2]} < {t[3]} else {t[2]})"),
            many.map(lambda t: f"({t[2]} if at_least({t[0]}, {t[1]}, {t[2]} < {t[3]}, {t[3]} > {t[4]}) else {t[4]})"),
        )

    return st.recursive(st.sampled_from(LEAVES), larger, max_leaves=8)


def moving(*actions: ns.Action, **said: str) -> ns.Scenario:
    """Levels that wander around nothing, so that all histories stand elsewhere."""
    warm = ns.Action(name="warm", clock=ns.Exponential(1.0), effects=["heat += 0.75", "open = not open"])
    cool = ns.Action(
        name="cool", clock=ns.Weibull(scale=1.0, shape=1.5), effects=["cold -= 0.25 + width", "heat -= 0.5"]
    )
    count = ns.Action(name="count", clock=ns.Exponential(0.5), effects=["rounds += 1", "cold = 0.5"])
    width = ns.Parameter("width", 0.25, ns.Uniform(0.0, 0.5))
    parts = [ns.Level("heat", -0.25), ns.Level("cold", 0.5), ns.Counter("rounds"), ns.Fact("open"), width]
    return ns.Scenario("moving", start="2025-01-01", end=12, parts=[*parts, warm, cool, count, *actions])


def reading(shared: str, pace: str, weight: str, amount: str) -> ns.Scenario:
    """Expressions of which some parts are the same, and are needed in some histories only."""
    return moving(
        ns.Action(
            name="paced",
            clock=ns.Exponential(0.7),
            pace=f"abs({pace}) if open else abs({shared})",
            effects=["rounds += 1"],
        ),
        ns.Action(
            name="chosen",
            clock=ns.Exponential(1.0),
            outcomes=[
                ns.Outcome(
                    name="one", weight=f"min(abs({shared}), 9) if heat > 0 else 1", effects=[f"heat = {amount}"]
                ),
                ns.Outcome(
                    name="two",
                    weight=f"1 + (abs({weight}) if open else 0)",
                    effects=[f"cold += {shared} if open else 0"],
                ),
                ns.Outcome(name="three", weight=f"1 if open else clip({shared}, 0, 2)"),
            ],
        ),
        ns.Action(
            name="seen", when=f"open and {shared} < {weight}", effects=["open = false"], clock=ns.Exponential(3.0)
        ),
    )


@settings(max_examples=20, deadline=None)
@given(shared=numbers(), pace=numbers(), weight=numbers(), amount=numbers(), draws=st.sampled_from([None, 3, 60]))
def test_parts_that_are_needed_here_and_not_there(
    shared: str, pace: str, weight: str, amount: str, draws: int | None
) -> None:
    """Failures too are the same: of the same histories, at the same instant, for the same reason."""
    try:
        scenario = reading(shared, pace, weight, amount)
    except ns.errors.ScenarioError:  # some numbers have no value whatever happens, which is told beforehand
        reject()
    assert_same(scenario, count=60, draws=draws)


def test_an_arm_that_is_not_taken_fails_nobody() -> None:
    block = assert_same(reading("1 / heat", "log(heat)", "sqrt(heat)", "1"), count=200)
    assert block.failed.any()
    safe = assert_same(reading("(1 / heat if heat > 0 else 0)", "(log(heat) if heat > 0 else 1)", "1", "1"), count=200)
    assert not safe.failed.any()
    assert safe.events.sum() > 2_000


def test_what_several_expressions_take_is_one_part() -> None:
    """Written once, and not once for each that takes it."""
    shared = "exp(width * heat + log(2 + width) * cold)"

    def words(count: int) -> int:
        outcomes = [ns.Outcome(name=f"o{i}", weight=f"{shared} * {i + 1}") for i in range(count)]
        program = lower(moving(ns.Action(name="chosen", clock=ns.Exponential(1.0), outcomes=outcomes)))
        lowering = _Lowering(program, FEW, MOST_COLUMNS)
        lowering.lowered()
        return len(lowering.code.words)

    alone = words(1)
    assert words(12) - words(11) <= 6 < alone


def test_a_part_of_parameters_alone_is_worked_out_once_a_row() -> None:
    program = lower(moving(ns.Action(name="paced", clock=ns.Exponential(1.0), pace="exp(heat * log(2 + width))")))
    code = Code(program.slots, program.index, MOST_COLUMNS)
    code.number(next(row.pace for row in program.actions if row.name == "paced"))
    assert [form.form for form in code.forms] == [MEMO, CODE]
    assert code.forms[0].count == 0


@pytest.mark.parametrize("text", ["open and heat < 1 or cold > 2", "at_least(2, open, heat > cold, rounds >= 1)"])
def test_conditions_have_no_jumps_in_columns(text: str) -> None:
    program = lower(moving())
    code = Code(program.slots, program.index, MOST_COLUMNS)
    form = code.forms[code.number(parse(f"1 if {text} else heat / 3"))]
    assert form.columns >= 0
    assert form.columns != form.code
