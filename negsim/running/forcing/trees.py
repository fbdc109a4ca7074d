"""What the trees of a program say of each other: which effect makes which comparison true, how often, how likely."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from negsim.errors import EvaluationError
from negsim.model.expressions import (
    And,
    Arithmetic,
    Choice,
    Compare,
    Evaluator,
    Expression,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    reads,
)
from negsim.program import EffectRow, Program

__all__ = [
    "DENIED",
    "Seen",
    "Sides",
    "amount_of",
    "breakers_of",
    "crosses",
    "firings_of",
    "positive",
    "shares_of",
    "sides_of",
    "step_of",
]

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
COMPARED: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
Sides = tuple[int, str, Evaluator] | None
"""A comparison of a variable with what is not one: its slot, the sign, the other side; None of anything else."""
UNKNOWN_SHARE = 0.5
"""Of the outcomes of a firing, where the weights cannot be worked out yet."""
MOST_FIRINGS = 40


class Seen:
    """The value of a tree, worked out once for each state of what it reads."""

    def __init__(self, program: Program, tree: Expression, otherwise: float) -> None:
        self.evaluate, self.otherwise = program.compile(tree), otherwise
        self.slots = sorted(program.index[name] for name in reads(tree))
        self.known: dict[tuple[Any, ...], float] = {}

    def __call__(self, state: list[Any]) -> float:
        key = tuple([state[slot] for slot in self.slots])
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = value_of(self.evaluate, state, self.otherwise)
        return found


def shares_of(weights: list[float]) -> list[float]:
    """The probabilities of outcomes."""
    if len(weights) == 1:
        return [1.0]
    total = sum(weights)
    return [weight / total if total > 0 and weight > 0 else UNKNOWN_SHARE for weight in weights]


def value_of(evaluate: Evaluator, state: list[Any], otherwise: float) -> float:
    try:
        return float(evaluate(state))
    except EvaluationError:  # a state in which nobody looks at it; whoever does, is told by the engine
        return otherwise


def step_of(tree: Expression, effect: EffectRow, program: Program) -> float | None:
    """How much an effect adds towards a leaf; 0 if it may make it true at once, None if it cannot."""
    slot = program.slots[effect.slot]
    if slot.kind == "fact" and isinstance(tree, Ref | Not) and isinstance(effect.amount, Truth):
        return 0.0 if effect.amount.value == isinstance(tree, Ref) else None
    sides = sides_of(tree, program)
    if sides is None or sides[0] != effect.slot or not effect.add or not isinstance(effect.amount, Number):
        return 0.0
    step, op = effect.amount.value, sides[1]
    useful = step != 0 and (op in ("==", "!=") or (step > 0) == (op in (">", ">=")))
    return step if useful else None


def breakers_of(tree: Expression, program: Program) -> Iterator[tuple[int, int]]:
    """Who can surely make a leaf false that is true: a fact by its opposite, a number by a step across the border."""
    sides = sides_of(tree, program)
    for number, row in enumerate(program.actions):
        for place, outcome in enumerate(row.outcomes):
            if any(_breaks(tree, sides, effect, program) for effect in outcome.effects):
                yield number, place


def _breaks(tree: Expression, sides: Any, effect: EffectRow, program: Program) -> bool:
    if isinstance(tree, Ref | Not) and isinstance(effect.amount, Truth):
        fact = tree.arg if isinstance(tree, Not) else tree
        named = isinstance(fact, Ref) and program.index[fact.name] == effect.slot
        return named and effect.amount.value == isinstance(tree, Not)
    return sides is not None and sides[0] == effect.slot and isinstance(effect.amount, Number)


def crosses(effect: EffectRow, sides: tuple[int, str, Evaluator], state: list[Any]) -> bool:
    """Whether an effect makes a comparison false that is true."""
    slot, op, other = sides
    if effect.slot != slot or not isinstance(effect.amount, Number):
        return False
    new, border = effect.amount.value + (state[slot] if effect.add else 0.0), value_of(other, state, math.nan)
    return not COMPARED[op](new, border)


def sides_of(tree: Expression, program: Program) -> Sides:
    """A comparison of a variable with what is not a variable, as (slot, sign, other side)."""
    if not isinstance(tree, Compare):
        return None
    for one, op, other in ((tree.left, tree.op, tree.right), (tree.right, FLIPPED[tree.op], tree.left)):
        if isinstance(one, Ref) and program.slots[program.index[one.name]].kind in ("counter", "level"):
            kinds = {program.slots[program.index[name]].kind for name in reads(other)}
            if kinds <= {"parameter"}:
                return program.index[one.name], op, program.compile(other)
    return None


def amount_of(effects: Iterable[EffectRow], slot: int, value: float) -> float:
    """What a number is after the effects of an outcome, as far as these are constants."""
    for effect in effects:
        if effect.slot == slot and isinstance(effect.amount, Number):
            return effect.amount.value + (value if effect.add else 0.0)
    return value


def firings_of(sides: Sides, effect: EffectRow | None, step: float, state: list[Any], value: float) -> int:
    """How often an outcome has to come, at least, until a comparison holds of a number that has a value; 0 for never."""
    if sides is None:
        return 1
    _, op, other = sides
    border = value_of(other, state, math.nan)
    if step == 0.0:
        sets = effect is not None and not effect.add and isinstance(effect.amount, Number)
        # a number that is set to what does not do will never do
        return int(not sets or COMPARED[op](amount_of([effect], sides[0], value), border)) if effect else 1
    gap = (border - value) / step
    if not math.isfinite(gap):
        return 1
    # a count that rounding left a hair above a whole number is that number
    wanted = math.ceil(gap - 1e-9) if op in (">=", "<=", "==") else math.floor(gap + 1e-9) + 1
    return 0 if wanted > MOST_FIRINGS else max(1, wanted)


def positive(weight: Expression) -> Expression:
    """A condition without which a weight is 0, as far as choices, products and sums decide it."""
    match weight:
        case Number():
            return Truth(weight.value > 0)
        case Choice():
            then, otherwise = positive(weight.then), positive(weight.otherwise)
            if then == otherwise:
                return then
            return Or((And((weight.condition, then)), And((Not(weight.condition), otherwise))))
        case Arithmetic() if weight.op == "*":
            return And((positive(weight.left), positive(weight.right)))
        case Arithmetic() if weight.op == "+":
            return Or((positive(weight.left), positive(weight.right)))
        case Arithmetic() if weight.op == "/":
            return positive(weight.left)
    return Truth(True)
