"""Expressions: text and tree agree, and a closure means what the page says."""

from __future__ import annotations

import copy
import math
import pickle
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from negsim.errors import EvaluationError, ExpressionError, UnknownName
from negsim.model import expressions as ex
from negsim.model.expressions import (
    And,
    Arithmetic,
    AtLeast,
    Call,
    Choice,
    Compare,
    Expression,
    Neg,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    check,
    compile_expression,
    evaluate,
    parse,
)

FACTS = ("memo", "talks.held", "c3")
NUMBERS = ("trust", "rounds", "gap.now")
NAMES = dict.fromkeys(FACTS, "condition") | dict.fromkeys(NUMBERS, "number")

literals = st.one_of(st.integers(-9, 9).map(float), st.floats(allow_nan=False, allow_infinity=False)).map(Number)
number_leaves = st.one_of(literals, st.sampled_from(NUMBERS).map(lambda name: Ref(name, "number")))
condition_leaves = st.one_of(st.booleans().map(Truth), st.sampled_from(FACTS).map(lambda name: Ref(name, "condition")))


def several(one: st.SearchStrategy[Expression], low: int = 2) -> st.SearchStrategy[tuple[Expression, ...]]:
    return st.lists(one, min_size=low, max_size=3).map(tuple)


def grow_numbers(c: st.SearchStrategy[Expression], n: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        n.map(lambda x: -x),
        st.builds(Arithmetic, st.sampled_from("+-*/%"), n, n),
        st.builds(Choice, c, n, n),
        st.builds(Call, st.sampled_from(["min", "max"]), several(n)),
        st.builds(Call, st.sampled_from(["abs", "exp", "log", "sqrt", "floor"]), n.map(lambda x: (x,))),
        st.builds(Call, st.just("clip"), st.tuples(n, n, n)),
    )


def grow_conditions(
    c: st.SearchStrategy[Expression], n: st.SearchStrategy[Expression]
) -> st.SearchStrategy[Expression]:
    return st.one_of(
        c.map(Not),
        several(c).map(And),
        several(c).map(Or),
        st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), n, n),
        st.builds(Compare, st.sampled_from(["==", "!="]), c, c),
        st.builds(Choice, c, c, c),
        st.builds(AtLeast, st.integers(-1, 4), several(c, 1)),
    )


def trees(depth: int) -> tuple[st.SearchStrategy[Expression], st.SearchStrategy[Expression]]:
    conditions: st.SearchStrategy[Expression] = condition_leaves
    numbers: st.SearchStrategy[Expression] = number_leaves
    for _ in range(depth):
        conditions, numbers = (
            st.one_of(condition_leaves, grow_conditions(conditions, numbers)),
            st.one_of(number_leaves, grow_numbers(conditions, numbers)),
        )
    return conditions, numbers


CONDITION_TREES, NUMBER_TREES = trees(4)
TREES = st.one_of(CONDITION_TREES, NUMBER_TREES)
VALUES = st.fixed_dictionaries(
    {name: st.booleans() for name in FACTS}
    | {name: st.one_of(st.integers(-3, 3).map(float), st.floats(-1e200, 1e200)) for name in NUMBERS}
)


class NotFinite(Exception):
    """What the naive evaluator raises."""


def finite(value: float) -> float:
    if not math.isfinite(value):
        raise NotFinite
    return value


def naive(tree: Expression, values: dict[str, Any]) -> Any:
    """The meaning of an expression, written for reading only and from the page alone."""

    def go(node: Expression) -> Any:
        return naive(node, values)

    match tree:
        case Number(value) | Truth(value):
            return value
        case Ref(name):
            return values[name]
        case Neg(arg):
            return finite(-go(arg))
        case Not(arg):
            return not go(arg)
        case And(args):
            return all(go(arg) for arg in args)
        case Or(args):
            return any(go(arg) for arg in args)
        case Choice(condition, then, otherwise):
            return go(then) if go(condition) else go(otherwise)
        case AtLeast(k, args):
            return naive_at_least(k, [lambda arg=arg: go(arg) for arg in args])
        case Compare(op, left, right):
            a, b = go(left), go(right)
            table = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}
            return table[op]
        case Arithmetic(op, left, right):
            return naive_arithmetic(op, go(left), go(right))
        case Call(function, args):
            return naive_call(function, [go(arg) for arg in args])
    raise AssertionError(tree)


def naive_at_least(k: int, conditions: list[Any]) -> bool:
    true = 0
    for seen, condition in enumerate(conditions):
        if true >= k or true + len(conditions) - seen < k:
            break
        true += condition()
    return true >= k


def naive_arithmetic(op: str, a: float, b: float) -> float:
    if op in "/%":
        if b == 0:
            raise NotFinite
        quotient = finite(a / b)
        return quotient if op == "/" else finite(a - finite(b * naive_floor(quotient)))
    return finite({"+": a + b, "-": a - b, "*": a * b}[op])


def naive_floor(x: float) -> float:
    """By truncation, which keeps the sign of zero."""
    cut = math.copysign(float(abs(int(x))), x)
    return cut - (cut > x)


def naive_call(function: str, args: list[float]) -> float:
    x = args[0]
    if function in ("min", "max"):
        for other in args[1:]:
            if other < x if function == "min" else other > x:
                x = other
        return finite(x)
    if function == "clip":
        return finite(args[1] if x < args[1] else args[2] if x > args[2] else x)
    if function == "abs":
        return finite(abs(x))
    if function == "floor":
        return naive_floor(x)
    try:
        return finite({"exp": math.exp, "log": math.log, "sqrt": math.sqrt}[function](x))
    except (ValueError, OverflowError):
        raise NotFinite from None


def same(a: Any, b: Any) -> bool:
    return a == b and type(a) is type(b) and math.copysign(1, a) == math.copysign(1, b)


# text and tree


@given(TREES)
def test_the_text_of_a_tree_reads_back_as_the_same_tree(tree: Expression) -> None:
    text = str(tree)
    assume(len(text) <= 2_048)
    assert parse(text) == tree
    assert parse(text, NAMES) == tree
    assert str(parse(text)) == text
    assert ex.type_of(parse(text, NAMES)) == ex.type_of(tree)


@given(TREES)
def test_brackets_are_never_doubled_and_each_is_needed(tree: Expression) -> None:
    text = str(tree)
    assume(len(text) <= 300)
    for i, sign in enumerate(text):
        if sign == "(" and not (i and text[i - 1].isalnum()):
            shorter = text[:i] + " " + text[i + 1 : closing(text, i)] + " " + text[closing(text, i) + 1 :]
            with suppress(ExpressionError):
                assert parse(shorter) != tree


def closing(text: str, opening: int) -> int:
    depth = 0
    for i in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0:
            return i
    raise AssertionError(text)


@given(TREES)
def test_trees_are_data(tree: Expression) -> None:
    again = pickle.loads(pickle.dumps(tree))
    assert again == tree
    assert hash(again) == hash(tree)
    assert ex.type_of(again) == ex.type_of(tree)
    assert [node.type for node in ex.walk(again) if isinstance(node, Ref)] == [
        node.type for node in ex.walk(tree) if isinstance(node, Ref)
    ]
    assert copy.deepcopy(tree) is tree
    assert check(parse(str(tree)) if len(str(tree)) < 2_048 else tree, NAMES) == tree
    assert ex.reads(tree) == {node.name for node in ex.walk(tree) if isinstance(node, Ref)}
    assert ex.substitute(tree, {}) == tree


# evaluation


def outcome(work: Any) -> Any:
    try:
        return work()
    except (EvaluationError, NotFinite):
        return "not finite"


@given(TREES, VALUES)
def test_the_closure_means_what_the_naive_evaluator_means(tree: Expression, values: dict[str, Any]) -> None:
    slot = {name: i for i, name in enumerate(values)}
    expected = outcome(lambda: naive(tree, values))
    run = compile_expression(tree, slot)
    for state in (list(values.values()), [float(value) for value in values.values()]):
        got = outcome(lambda state=state: run(state))
        if expected == "not finite":
            assert got == "not finite"
        elif isinstance(expected, bool):
            assert bool(got) is expected
        else:
            assert same(got, expected)
    named = outcome(lambda: evaluate(tree, values))
    assert named == expected
    assert type(named) is type(expected)


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("1 / trust", "'1 / trust' has no finite value at trust = 0.0"),
        ("0 / trust", "0 / trust"),
        ("log(trust)", "log"),
        ("log(trust - 1)", "log"),
        ("sqrt(trust - 1)", "sqrt"),
        ("exp(1000 + trust)", "exp"),
        ("1e308 * (10 + trust)", r"1e\+308 \* "),
        ("1e308 + 1e308 + trust", r"'1e\+308 \+ 1e\+308' has no finite value: "),
        ("trust + 1 / trust - 2", "'1 / trust'"),
        ("1 / trust + 2", "'1 / trust'"),
        ("2 + rounds / 1 / trust", r"'rounds / 1 / trust' has no finite value at rounds = 2.0, trust = 0.0"),
        ("clip(1, 0, 1 / trust)", "1 / trust"),
        ("min(0, log(trust))", "log"),
    ],
)
def test_a_result_that_is_not_finite_names_expression_and_values(text: str, match: str) -> None:
    with pytest.raises(EvaluationError, match=match):
        evaluate(parse(text), {"trust": 0, "rounds": 2})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("false and 1 / zero > 0", False),
        ("true or 1 / zero > 0", True),
        ("any_of(false, true, 1 / zero > 0)", True),
        ("false and true and true and 1 / zero > 0", False),
        ("false or false or true or 1 / zero > 0", True),
        ("1 if true else 1 / zero", 1.0),
        ("at_least(1, true, 1 / zero > 0)", True),
        ("at_least(2, false, 1 / zero > 0)", False),
        ("at_least(2, true, false, true, 1 / zero > 0)", True),
        ("at_least(0, 1 / zero > 0)", True),
        ("at_least(-3, 1 / zero > 0)", True),
        ("at_least(3, 1 / zero > 0, true)", False),
        ("min(zero, -zero)", 0.0),
        ("max(-zero, zero)", -0.0),
        ("clip(5, 3, 1)", 1.0),
        ("clip(0, 3, 1)", 3.0),
        ("0.1 + 0.2 + 0.3", 0.1 + 0.2 + 0.3),
        ("0.1 + (0.2 + 0.3)", 0.1 + (0.2 + 0.3)),
        ("true == (1 < 2)", True),
    ],
)
def test_laziness_order_and_ties(text: str, value: float | bool) -> None:
    assert same(evaluate(parse(text), {"zero": 0.0}), value)


def test_missing_values_are_named() -> None:
    with pytest.raises(UnknownName, match=r"'trust'.*did you mean 'trusts'"):
        compile_expression(parse("trust + 1"), {"trusts": 0})
    with pytest.raises(UnknownName):
        compile_expression(parse("not trust"), {})
