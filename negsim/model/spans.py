"""What an expression could be when of each name only a span of possible values is known (interval arithmetic)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

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
    fold,
)

__all__ = ["EVERYTHING", "UNSURE", "Span", "join", "span", "span_of", "total"]

Span = tuple[float, float]
"""Possible values: of a number its interval; of a condition (0, 0), (1, 1) or (0, 1)."""
EVERYTHING: Span = (-math.inf, math.inf)
UNSURE: Span = (0.0, 1.0)


def span(tree: Expression, state: Mapping[str, Span]) -> Span:
    """The possible values of an expression, from the leaves up; a name without a span may be anything.

    >>> from negsim.model.expressions import parse
    >>> span(parse("rounds + 1 > 3"), {"rounds": (0.0, 2.0)})
    (0.0, 0.0)
    """

    def step(node: Expression, parts: list[Span]) -> Span:
        return span_of(node, parts, state)

    return fold(tree, step)


def span_of(node: Expression, parts: list[Span], state: Mapping[str, Span]) -> Span:
    """The possible values of a node, from those of its operands."""
    return state.get(node.name, EVERYTHING) if isinstance(node, Ref) else _STEPS[type(node)](node, parts)


def join(one: Span, two: Span) -> Span:
    """The span that holds both."""
    return (min(one[0], two[0]), max(one[1], two[1]))


def total(one: Span, two: Span) -> Span:
    """The span of a sum."""
    return _sound(one[0] + two[0], one[1] + two[1])


def _leaf(node: Any, parts: list[Span]) -> Span:
    return (float(node.value), float(node.value))


def _not(node: Any, parts: list[Span]) -> Span:
    ((low, high),) = parts
    return (1.0 - high, 1.0 - low)


def _neg(node: Any, parts: list[Span]) -> Span:
    ((low, high),) = parts
    return (-high, -low)


def _least(node: Any, parts: list[Span]) -> Span:
    return (min(low for low, _ in parts), min(high for _, high in parts))


def _greatest(node: Any, parts: list[Span]) -> Span:
    return (max(low for low, _ in parts), max(high for _, high in parts))


def _at_least(node: Any, parts: list[Span]) -> Span:
    return (float(sum(low for low, _ in parts) >= node.k), float(sum(high for _, high in parts) >= node.k))


def _choice(node: Any, parts: list[Span]) -> Span:
    condition, then, otherwise = parts
    if condition[0] > 0:
        return then
    return otherwise if condition[1] == 0 else join(then, otherwise)


def _compare(node: Any, parts: list[Span]) -> Span:
    return _compared(node.op, *parts)


def _compared(op: str, left: Span, right: Span) -> Span:
    if op in (">", ">="):
        return _compared("<" if op == ">" else "<=", right, left)
    if op == "<":
        return (float(left[1] < right[0]), float(left[0] < right[1]))
    if op == "<=":
        return (float(left[1] <= right[0]), float(left[0] <= right[1]))
    # Surely equal only where both are one and the same number.
    same = (float(left[0] == left[1] == right[0] == right[1]), float(left[0] <= right[1] and right[0] <= left[1]))
    return same if op == "==" else (1.0 - same[1], 1.0 - same[0])


def _arithmetic(node: Any, parts: list[Span]) -> Span:
    left, right = parts
    if node.op == "+":
        return total(left, right)
    if node.op == "-":
        return _sound(left[0] - right[1], left[1] - right[0])
    # Rounding can take a remainder beyond its divisor, by far where the dividend is large.
    if node.op == "%":
        return EVERYTHING
    # Near 0 a quotient may be anything.
    if node.op == "/" and right[0] <= 0 <= right[1]:
        return EVERYTHING
    corners = [_corner(node.op, a, b) for a in left for b in right]
    return EVERYTHING if any(map(math.isnan, corners)) else (min(corners), max(corners))


def _corner(op: str, a: float, b: float) -> float:
    if op == "*":
        # 0 times infinity is 0 here: the other factor is some finite number.
        return 0.0 if a == 0 or b == 0 else a * b
    return a / b if math.isfinite(a) or math.isfinite(b) else math.nan


def _sound(low: float, high: float) -> Span:
    # Infinity less infinity may be anything.
    return (-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high)


def _clip(node: Any, parts: list[Span]) -> Span:
    x, low, high = parts
    # Bounds in the wrong order are an error of the evaluation, and anything until then.
    if low[1] > high[0]:
        return EVERYTHING
    return (min(max(x[0], low[0]), high[1]), max(min(x[1], high[1]), low[0]))


def _absolute(node: Any, parts: list[Span]) -> Span:
    ((low, high),) = parts
    return (0.0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high)))


def _positive(node: Any, parts: list[Span]) -> Span:
    return (0.0, math.inf)


def _anything(node: Any, parts: list[Span]) -> Span:
    return EVERYTHING


def _floor(node: Any, parts: list[Span]) -> Span:
    low, high = (math.floor(end) if math.isfinite(end) else end for end in parts[0])
    return (float(low), float(high))


def _call(node: Any, parts: list[Span]) -> Span:
    return _FUNCTIONS[node.function](node, parts)


_Step = Callable[[Any, list[Span]], Span]
_FUNCTIONS: dict[str, _Step] = {
    "min": _least,
    "max": _greatest,
    "clip": _clip,
    "abs": _absolute,
    "exp": _positive,
    "sqrt": _positive,
    "log": _anything,
    "floor": _floor,
}
_STEPS: dict[type[Expression], _Step] = {
    Number: _leaf,
    Truth: _leaf,
    Not: _not,
    Neg: _neg,
    And: _least,
    Or: _greatest,
    AtLeast: _at_least,
    Choice: _choice,
    Compare: _compare,
    Arithmetic: _arithmetic,
    Call: _call,
}
