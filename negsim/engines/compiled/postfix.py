"""Trees as postfix code, in two ways of running it; the numbers of operations are those of ``expressions.h``.

One history at a time, only what is needed is worked out: `and`, `or`, the choice and `at_least` are jumps. Many histories
side by side have no jumps: everything is worked out, and what was not needed is thrown away. Where some of it has no
value, the kernel goes back to the first way, which knows whether that matters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from negsim.model.expressions import And, Arithmetic, AtLeast, Call, Choice, Compare, Expression, Neg, Or

__all__ = ["COMPARE", "END", "HOLDS", "Keep", "LOAD", "PART", "PUSH", "Written", "eager", "has_jumps", "lazy"]

(END, PUSH, LOAD, NEG, NOT, ADD, SUB, MUL, DIV, LT, LE, GT, GE, EQ, NE) = range(15)
(MIN, MAX, ABS, EXP, LOG, SQRT, CLIP, AND, OR, ELSE, JUMP, COUNT, PART, HOLDS, SELECT, BOTH, EITHER, MOD, FLOOR) = (
    range(15, 34)
)
ARITHMETIC = {"+": ADD, "-": SUB, "*": MUL, "/": DIV, "%": MOD}
COMPARE = {"<": LT, "<=": LE, ">": GT, ">=": GE, "==": EQ, "!=": NE}
CALLS = {"min": MIN, "max": MAX, "abs": ABS, "exp": EXP, "log": LOG, "sqrt": SQRT, "floor": FLOOR, "clip": CLIP}

# Code and the places of the stack it needs.
Written: TypeAlias = tuple[list[int], int]
# Where a constant is kept.
Keep: TypeAlias = Callable[[float], int]


def has_jumps(node: Expression) -> bool:
    """Whether the two ways of writing a node differ."""
    return isinstance(node, And | Or | Choice | AtLeast)


def lazy(node: Expression, parts: Sequence[Written], keep: Keep) -> Written:
    """The code of a node from that of its operands; jumps are distances, so it can be moved."""
    if isinstance(node, And | Or):
        return _one_after_another(AND if isinstance(node, And) else OR, parts)
    if isinstance(node, Choice):
        (condition, a), (then, b), (otherwise, c) = parts
        return [*condition, ELSE, len(then) + 2, *then, JUMP, len(otherwise), *otherwise], max(a, b, c)
    if isinstance(node, AtLeast):
        return _counting(node.k, parts, keep)
    return _straight(node, parts)


def eager(node: Expression, parts: Sequence[Written], keep: Keep) -> Written:
    """The same without jumps."""
    if isinstance(node, And | Or):
        words = list(parts[0][0])
        for part, _ in parts[1:]:
            words += [*part, BOTH if isinstance(node, And) else EITHER]
        return words, _on_top(parts[:1], parts[1:])
    if isinstance(node, Choice):
        return [*(word for part, _ in parts for word in part), SELECT], _depth(parts)
    if isinstance(node, AtLeast):
        words = [PUSH, keep(0.0)]
        for part, _ in parts:
            words += [*part, ADD]
        return [*words, PUSH, keep(float(node.k)), GE], _on_top((), parts)
    return _straight(node, parts)


def _depth(parts: Sequence[Written]) -> int:
    """Places for operands of which each is worked out above those before it."""
    return max(i + depth for i, (_, depth) in enumerate(parts))


def _on_top(first: Sequence[Written], rest: Sequence[Written]) -> int:
    """Places for operands that are put together one by one: one for what there is, and the next above it."""
    return max(*(depth for _, depth in first), *(1 + depth for _, depth in rest), 2)


def _one_after_another(operation: int, parts: Sequence[Written]) -> Written:
    words = parts[-1][0]
    for part, _ in reversed(parts[:-1]):
        words = [*part, operation, len(words), *words]
    return words, max(depth for _, depth in parts)


def _counting(k: int, parts: Sequence[Written], keep: Keep) -> Written:
    n = len(parts)
    if k <= 0 or k > n:
        return [PUSH, keep(float(k <= 0))], 1
    words: list[int] = []
    for i, (part, _) in reversed(list(enumerate(parts))):
        words = [*part, COUNT, k, n - i - 1, len(words), *words]
    return [PUSH, keep(0.0), *words], 1 + max(depth for _, depth in parts)


def _straight(node: Any, parts: Sequence[Written]) -> Written:
    if isinstance(node, Call) and node.function in ("min", "max"):
        words = list(parts[0][0])
        for part, _ in parts[1:]:
            words += [*part, CALLS[node.function]]
        return words, _depth(parts)
    return [*(word for part, _ in parts for word in part), _operation(node)], _depth(parts)


def _operation(node: Any) -> int:
    if isinstance(node, Arithmetic):
        return ARITHMETIC[node.op]
    if isinstance(node, Compare):
        return COMPARE[node.op]
    if isinstance(node, Call):
        return CALLS[node.function]
    return NEG if isinstance(node, Neg) else NOT
