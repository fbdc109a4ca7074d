"""Trees evaluated over arrays of states at once, with derivatives with respect to chosen numbers beside the values.

Every operation is carried out for all states and a mask is kept of where it has no finite value; lazy words (`and`,
`or`, a choice, `at_least`) let that mask count only where the operation would have been evaluated. That is the meaning
of the reference engine's closures, without a Python call a state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EvaluationError
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
    compile_expression,
    fold,
    reads,
)

__all__ = ["Compiled", "Value", "evaluate"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


class Value(NamedTuple):
    """Values (n,) or a scalar; derivatives (n or 1, m) or None for zero; where there is no finite value, or None."""

    v: Any
    d: Any = None
    bad: Any = None


def _worse(*bads: Any) -> Any:
    found = None
    for bad in bads:
        if bad is not None:
            found = bad if found is None else found | bad
    return found


def _only(where: Any, bad: Any) -> Any:
    return None if bad is None else where & bad


def _column(x: Any) -> Any:
    # Values may be one number for all states; those have no axis to add one to.
    return x[:, None] if np.ndim(x) else x


def _sum(*terms: Any) -> Any:
    found = None
    for term in terms:
        if term is not None:
            found = term if found is None else found + term
    return found


def _scaled(d: Any, factor: Any) -> Any:
    return None if d is None else d * _column(factor)


def _finite(v: Any, d: Any, *bads: Any) -> Value:
    # Only a mask: whether the operation would have been evaluated at all is known to the lazy words above it.
    wrong = ~np.isfinite(v)
    return Value(v, d, _worse(*bads, wrong if np.any(wrong) else None))


def _binary(op: str, a: Value, b: Value) -> Value:
    if op == "+":
        return _finite(a.v + b.v, _sum(a.d, b.d), a.bad, b.bad)
    if op == "-":
        return _finite(a.v - b.v, _sum(a.d, _scaled(b.d, -1.0)), a.bad, b.bad)
    if op == "*":
        return _finite(a.v * b.v, _sum(_scaled(a.d, b.v), _scaled(b.d, a.v)), a.bad, b.bad)
    # Of two Python numbers too: / would raise where numpy gives inf, which the mask needs.
    v = np.true_divide(a.v, b.v)
    d = None
    if a.d is not None or b.d is not None:
        d = _sum(_scaled(a.d, 1.0 / np.asarray(b.v)), _scaled(b.d, -v / np.asarray(b.v)))
    if op == "%":
        whole = np.floor(v)
        v = a.v - b.v * whole
        # Between the jumps, where it has a derivative.
        d = _sum(a.d, _scaled(b.d, -whole))
    # Asked by itself: x / inf is finite, and 0 / 0 is caught already, but the mask must name a division by zero also
    # where the quotient came out as a number.
    zero = np.equal(b.v, 0.0)
    return _finite(v, d, a.bad, b.bad, zero if np.any(zero) else None)


_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


def _select(where: Any, a: Value, b: Value) -> tuple[Any, Any]:
    """Values and derivatives of ``a`` where the mask says so, else of ``b``."""
    v = np.where(where, a.v, b.v)
    if a.d is None and b.d is None:
        return v, None
    return v, np.where(_column(where), 0.0 if a.d is None else a.d, 0.0 if b.d is None else b.d)


def _chain(parts: Sequence[Value], wanted: bool) -> Value:
    """`and` (going on while true) or `or` (going on while false)."""
    # The first part is always evaluated; of each other one what is wrong counts only where the chain went on to it.
    v, bad = parts[0].v, parts[0].bad
    for part in parts[1:]:
        going = v if wanted else np.logical_not(v)
        bad = _worse(bad, _only(going, part.bad))
        v = np.logical_and(v, part.v) if wanted else np.logical_or(v, part.v)
    return Value(v, None, bad)


def _at_least(k: int, parts: Sequence[Value]) -> Value:
    # The scalar evaluation stops as soon as enough hold, or too few can: what is wrong in a later part does not count
    # there.
    missing: Any = k
    losses: Any = len(parts) - k
    bad = None
    for part in parts:
        going = np.logical_and(np.greater(missing, 0), np.greater_equal(losses, 0))
        bad = _worse(bad, _only(going, part.bad))
        missing = missing - np.logical_and(going, part.v)
        losses = losses - np.logical_and(going, np.logical_not(part.v))
    return Value(np.less_equal(missing, 0), None, bad)


def _extreme(parts: Sequence[Value], least: bool) -> Value:
    best = parts[0]
    for part in parts[1:]:
        # Strictly: of equal ones the first stays, and so does its derivative.
        better = np.less(part.v, best.v) if least else np.greater(part.v, best.v)
        v, d = _select(better, part, best)
        best = Value(v, d, _worse(best.bad, part.bad))
    return best


def _clip(parts: Sequence[Value]) -> Value:
    x, low, high = parts
    # High before low, so that where the bounds are crossed the lower one wins, as it does in the scalar evaluation.
    v, d = _select(np.greater(x.v, high.v), high, x)
    v, d = _select(np.less(x.v, low.v), low, Value(v, d))
    return Value(v, d, _worse(x.bad, low.bad, high.bad))


def _function(name: str, parts: Sequence[Value]) -> Value:
    if name in ("min", "max"):
        return _extreme(parts, name == "min")
    if name == "clip":
        return _clip(parts)
    (x,) = parts
    if name == "abs":
        # At 0, where there is none, the derivative is taken as 0: the mean of the two sides.
        return Value(np.abs(x.v), _scaled(x.d, np.sign(x.v)), x.bad)
    if name == "floor":
        # Level but for its jumps, where there is no derivative.
        return _finite(np.floor(x.v), None, x.bad)
    if name == "exp":
        v = np.exp(x.v)
        return _finite(v, _scaled(x.d, v), x.bad)
    if name == "log":
        return _finite(np.log(x.v), _scaled(x.d, 1.0 / np.asarray(x.v)), x.bad)
    v = np.sqrt(x.v)
    return _finite(v, _scaled(x.d, 0.5 / v), x.bad)


Operation: TypeAlias = Callable[[list[Value]], Value]


def _negated(parts: list[Value]) -> Value:
    return Value(-parts[0].v, _scaled(parts[0].d, -1.0), parts[0].bad)


def _chosen(parts: list[Value]) -> Value:
    v, d = _select(parts[0].v, parts[1], parts[2])
    lazy = (_only(parts[0].v, parts[1].bad), _only(np.logical_not(parts[0].v), parts[2].bad))
    return Value(v, d, _worse(parts[0].bad, *lazy))


def _operation(node: Expression) -> Operation:
    """What an inner node does with the values of its operands."""
    match node:
        case Neg():
            return _negated
        case Not():
            return lambda parts: Value(np.logical_not(parts[0].v), None, parts[0].bad)
        case And() | Or():
            wanted = isinstance(node, And)
            return lambda parts: _chain(parts, wanted)
        case Arithmetic():
            return partial(_applied, node.op)
        case Compare():
            ask = _COMPARE[node.op]
            return lambda parts: Value(ask(parts[0].v, parts[1].v), None, _worse(parts[0].bad, parts[1].bad))
        case Choice():
            return _chosen
        case Call():
            return partial(_function, node.function)
        case AtLeast():
            return partial(_at_least, node.k)
    raise TypeError(f"{type(node).__name__} is no node of an expression")  # pragma: no cover


def _applied(op: str, parts: list[Value]) -> Value:
    return _binary(op, *parts)


class Compiled:
    """A tree as a list of operations, each on the values of earlier ones; made once, evaluated for many states.

    Parameters
    ----------
    tree : Expression
    """

    def __init__(self, tree: Expression) -> None:
        self.tree = tree
        self.rows: list[tuple[str | Value | Operation, list[int]]] = []
        # Once, so that evaluating for many sets of states walks a list and no tree.
        fold(tree, self._row)

    def _row(self, node: Expression, parts: list[int]) -> int:
        done: str | Value | Operation
        if isinstance(node, Number | Truth):
            done = Value(node.value)
        else:
            done = node.name if isinstance(node, Ref) else _operation(node)
        self.rows.append((done, parts))
        return len(self.rows) - 1

    def values(self, names: Mapping[str, Value]) -> Value:
        """The value for the named columns, with where it is not finite."""
        known: list[Value] = []
        for done, parts in self.rows:
            if isinstance(done, Value):
                known.append(done)
            elif isinstance(done, str):
                known.append(names[done])
            else:
                known.append(done([known[part] for part in parts]))
        return known[-1]


def evaluate(tree: Expression | Compiled, names: Mapping[str, Value], action: str | None = None) -> Value:
    """Value and derivative of a tree for the named columns.

    Raises
    ------
    EvaluationError
        With the message of the scalar evaluation at the first state without a finite value.
    """
    compiled = tree if isinstance(tree, Compiled) else Compiled(tree)
    tree = compiled.tree
    if isinstance(tree, Number | Truth):
        return Value(tree.value)
    # Operations are carried out also where nobody would have asked for them; the mask tells the cases that count.
    with np.errstate(all="ignore"):
        found = compiled.values(names)
    if found.bad is not None and np.any(found.bad):
        raise _first_error(tree, names, found.bad, action)
    return found


def _first_error(tree: Expression, names: Mapping[str, Value], bad: Any, action: str | None) -> EvaluationError:
    # The first state that is wrong is told in words by the scalar evaluation: the message has one home.
    row = int(np.argmax(np.atleast_1d(bad)))
    used = sorted(reads(tree))
    state = []
    for name in used:
        column = names[name].v
        value = column[row] if np.ndim(column) else column
        state.append(bool(value) if isinstance(value, bool | np.bool_) else float(value))
    try:
        compile_expression(tree, {name: number for number, name in enumerate(used)})(state)
    except EvaluationError as error:
        error.action = action
        return error
    # Where only the derivative, or only an array operation, has no finite value.
    return EvaluationError(f"'{tree}' has no finite value", action=action)
