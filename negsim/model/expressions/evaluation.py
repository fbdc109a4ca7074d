"""Trees to closures over a list of values: how the reference engine evaluates conditions and numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any, TypeAlias

from negsim.errors import EvaluationError, UnknownName, nearest
from negsim.model.expressions.base import Expression, clipped
from negsim.model.expressions.nodes import (
    And,
    Arithmetic,
    AtLeast,
    Call,
    Choice,
    Compare,
    Neg,
    Not,
    Number,
    Or,
    Ref,
    Truth,
)
from negsim.model.expressions.structure import fold, walk

State: TypeAlias = Sequence[float | bool]
Evaluator: TypeAlias = Callable[[State], float | bool]
Failure: TypeAlias = Callable[[State], EvaluationError]
UNBOUNDED = (ZeroDivisionError, OverflowError, ValueError)
"""What Python raises where a quotient or its floor is not finite."""
# Closures take Any for a state: a float and a bool alike, and nothing is checked in the hot loop.
_Any: TypeAlias = Callable[[Any], Any]


def compile_expression(
    tree: Expression, slot: Mapping[str, int], share: Callable[[Expression, Evaluator], Evaluator] | None = None
) -> Evaluator:
    """A function from a list of values to the value of the tree.

    Parameters
    ----------
    tree
        A condition or a number.
    slot
        Where in the list the value of each name is found. Facts may be stored as bool or as 0.0 and 1.0, numbers are
        floats.
    share
        Given a sub-expression and its closure, returns the closure to use in its place.

    Returns
    -------
    Evaluator
        Gives a float for a number and a truth for a condition; the value of a bare name is given as it is stored.
        Raises `EvaluationError` if an operation that is evaluated has a result that is not finite.

    Raises
    ------
    UnknownName
        If a name of the tree has no slot.

    Examples
    --------
    >>> from negsim.model.expressions import parse
    >>> compile_expression(parse("trust - 0.25"), {"trust": 0})([1.0])
    0.75
    """

    def step(node: Expression, parts: list[_Any]) -> _Any:
        closure = _BUILDERS[type(node)](node, parts, slot)
        return closure if share is None else share(node, closure)

    return fold(tree, step, _operands)


def evaluate(tree: Expression, values: Mapping[str, float | bool]) -> float | bool:
    """The value of the tree for given values of its names.

    Raises
    ------
    UnknownName
        If a value is missing.
    EvaluationError
        If an operation that is evaluated has a result that is not finite.

    Examples
    --------
    >>> from negsim.model.expressions import parse
    >>> evaluate(parse("1 / gap if gap > 0 else 0"), {"gap": 0})
    0.0
    """
    # As engines hold them: a whole number is a float there.
    state = [value if isinstance(value, bool) else float(value) for value in values.values()]
    result = compile_expression(tree, dict(zip(values, count())))(state)
    return bool(result) if tree.kind == "condition" else result


def _operands(node: Expression) -> Sequence[Expression]:
    # The terms of a sum of a thousand are one loop, not a thousand nested calls.
    if not isinstance(node, Arithmetic):
        return node.children
    terms = []
    left: Expression = node
    while isinstance(left, Arithmetic):
        terms.append(left.right)
        left = left.left
    terms.append(left)
    return terms[::-1]


def _failure(node: Expression, slot: Mapping[str, int]) -> Failure:
    def fail(state: State) -> EvaluationError:
        names = dict.fromkeys(one.name for one in walk(node) if isinstance(one, Ref))
        values = ", ".join(f"{name} = {state[slot[name]]!r}" for name in names)
        return EvaluationError(
            f"'{clipped(node)}' has no finite value{f' at {values}' if values else ''}: "
            "keep its arguments in range with clip, or choose with 'x if c else y'"
        )

    return fail


def _number(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    value = node.value
    return lambda state: value


def _ref(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    if node.name not in slot:
        raise UnknownName(f"no value for the name '{node.name}'{nearest(node.name, slot)}")
    return operator.itemgetter(slot[node.name])


def _neg(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    (f,) = parts
    # A finite number's negative is finite.
    return lambda state: -f(state)


def _not(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    (f,) = parts
    # A look-up is quicker than a call of the operand's closure.
    if isinstance(node.arg, Ref):
        i = slot[node.arg.name]
        return lambda state: not state[i]
    return lambda state: not f(state)


def _and(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    # Two or three operands without a loop, which would be slower.
    if len(parts) == 2:
        f, g = parts
        return lambda state: bool(f(state) and g(state))
    if len(parts) == 3:
        f, g, h = parts
        return lambda state: bool(f(state) and g(state) and h(state))
    fixed = tuple(parts)

    def run(state: State) -> bool:
        for part in fixed:  # noqa: SIM110 - a generator is slower and nests twice as deep
            if not part(state):
                return False
        return True

    return run


def _or(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    if len(parts) == 2:
        f, g = parts
        return lambda state: bool(f(state) or g(state))
    fixed = tuple(parts)

    def run(state: State) -> bool:
        for part in fixed:  # noqa: SIM110 - a generator is slower and nests twice as deep
            if part(state):
                return True
        return False

    return run


def _at_least(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    needed, spare, fixed = node.k, len(parts) - node.k, tuple(parts)

    def run(state: State) -> bool:
        missing, losses = needed, spare
        for part in fixed:
            # Stops as soon as either side is sure, because what is not needed is not evaluated.
            if missing <= 0 or losses < 0:
                break
            if part(state):
                missing -= 1
            else:
                losses -= 1
        return bool(missing <= 0)

    return run


def _choice(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    c, f, g = parts
    return lambda state: f(state) if c(state) else g(state)


_COMPARE: dict[str, Callable[[_Any, _Any], _Any]] = {
    "<": lambda f, g: lambda state: f(state) < g(state),
    "<=": lambda f, g: lambda state: f(state) <= g(state),
    ">": lambda f, g: lambda state: f(state) > g(state),
    ">=": lambda f, g: lambda state: f(state) >= g(state),
    "==": lambda f, g: lambda state: f(state) == g(state),
    "!=": lambda f, g: lambda state: f(state) != g(state),
}
_COMPARE_WITH_NUMBER: dict[str, Callable[[int, float], _Any]] = {
    "<": lambda i, c: lambda state: state[i] < c,
    "<=": lambda i, c: lambda state: state[i] <= c,
    ">": lambda i, c: lambda state: state[i] > c,
    ">=": lambda i, c: lambda state: state[i] >= c,
    "==": lambda i, c: lambda state: state[i] == c,
    "!=": lambda i, c: lambda state: state[i] != c,
}


def _compare(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    # A variable beside a number needs no inner calls.
    if isinstance(node.left, Ref) and isinstance(node.right, Number):
        return _COMPARE_WITH_NUMBER[node.op](slot[node.left.name], node.right.value)
    return _COMPARE[node.op](*parts)


def _plus(f: _Any, g: _Any, fail: Failure) -> _Any:
    def run(state: State) -> float:
        result: float = f(state) + g(state)
        # Infinity less itself and NaN less itself are NaN: one test for both, quicker than a call of isfinite.
        if result - result != 0.0:
            raise fail(state)
        return result

    return run


def _minus(f: _Any, g: _Any, fail: Failure) -> _Any:
    def run(state: State) -> float:
        result: float = f(state) - g(state)
        if result - result != 0.0:
            raise fail(state)
        return result

    return run


def _times(f: _Any, g: _Any, fail: Failure) -> _Any:
    def run(state: State) -> float:
        result: float = f(state) * g(state)
        if result - result != 0.0:
            raise fail(state)
        return result

    return run


def _over(f: _Any, g: _Any, fail: Failure) -> _Any:
    def run(state: State) -> float:
        above, below = f(state), g(state)
        # Python raises an error of its own here, which would name no variable.
        if below == 0.0:
            raise fail(state)
        result: float = above / below
        if result - result != 0.0:
            raise fail(state)
        return result

    return run


def _floor(x: float) -> float:
    whole = float(math.floor(x))
    # The integer of Python has no negative zero, and the float of C has.
    return whole or math.copysign(0.0, x)


def _remainder(x: float, y: float) -> float:
    """In this order of operations, each of which must have a finite value."""
    # A quotient that is not finite has no floor: an error of Python.
    return x - y * _floor(x / y)


def _modulo(f: _Any, g: _Any, fail: Failure) -> _Any:
    def run(state: State) -> float:
        try:
            result = _remainder(f(state), g(state))
        except UNBOUNDED:
            raise fail(state) from None
        if result - result != 0.0:
            raise fail(state)
        return result

    return run


_ARITHMETIC = {"+": _plus, "-": _minus, "*": _times, "/": _over, "%": _modulo}
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": _remainder,
}


def _arithmetic(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    if len(parts) == 2:
        f, g = parts
        return _ARITHMETIC[node.op](f, g, _failure(node, slot))
    chain = []
    left = node
    for part in reversed(parts[1:]):
        chain.append((_OPERATIONS[left.op], part, _failure(left, slot)))
        left = left.left
    first, steps = parts[0], tuple(reversed(chain))

    def run(state: State) -> float:
        result: float = first(state)
        for operation, part, fail in steps:
            try:
                result = operation(result, part(state))
            except UNBOUNDED:
                raise fail(state) from None
            if result - result != 0.0:
                raise fail(state)
        return result

    return run


def _clip(x: float, low: float, high: float) -> float:
    return low if x < low else high if x > high else x


_FUNCTIONS: dict[str, Callable[..., float]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "floor": _floor,
    "clip": _clip,
}


def _call(node: Any, parts: list[_Any], slot: Mapping[str, int]) -> _Any:
    fixed, function, fail = tuple(parts), _FUNCTIONS[node.function], _failure(node, slot)

    def run(state: State) -> float:
        values = []
        for part in fixed:  # not a comprehension, which nests twice as deep
            values.append(part(state))
        try:
            result = function(*values)
        except (ValueError, OverflowError):
            raise fail(state) from None
        if result - result != 0.0:
            raise fail(state)
        return result

    return run


_BUILDERS: dict[type[Expression], Callable[[Any, list[_Any], Mapping[str, int]], _Any]] = {
    Number: _number,
    Truth: _number,
    Ref: _ref,
    Neg: _neg,
    Not: _not,
    And: _and,
    Or: _or,
    Arithmetic: _arithmetic,
    Compare: _compare,
    Choice: _choice,
    Call: _call,
    AtLeast: _at_least,
}
