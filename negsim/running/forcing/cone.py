"""What has to happen before a condition holds, read from a program: conditions, and the actions that can bring them about.

This is a picture, in which nothing that holds is lost again. It decides how histories are drawn, never what they weigh,
so what it does not see costs precision and no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from negsim.errors import EvaluationError
from negsim.model.expressions import (
    And,
    Arithmetic,
    AtLeast,
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

__all__ = ["Cone", "Leaf", "Maker", "Need", "Status", "cone_of"]

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
UNKNOWN_SHARE = 0.5
"""Of the outcomes of a firing, where the weights cannot be worked out yet."""
MOST_FIRINGS = 40
LARGE = 25
"""Actions from which on a picture is dear, and is made less often and looks less far."""


@dataclass(frozen=True, slots=True)
class Need:
    """At least `k` of some parts: a tree over leaves (numbers of `Cone.leaves`)."""

    k: int
    parts: tuple[Need | int, ...]


@dataclass(frozen=True, slots=True)
class Maker:
    """An action, with one of its outcomes, that can make a leaf true.

    ``step`` is how much it adds to the number that the leaf compares; 0 if one firing may do. ``gate`` must hold when it
    fires, or the outcome has no chance.
    """

    action: int
    outcome: int
    step: float
    gate: Need | None


@dataclass(slots=True)
class Leaf:
    """A condition that is not taken apart, and who can make it true."""

    tree: Expression
    makers: tuple[Maker, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What a state decides, of all that the cone looks at.

    Attributes
    ----------
    leaves : tuple of bool
    firings : tuple of tuple of int
        By leaf and maker: how often it has to fire, at least; 0 if that will not do.
    shares : tuple of tuple of float
        By leaf and maker: the probability of its outcome.
    paces : tuple of (float, float)
        Pace and speed of the cone's actions, as they would be now.
    """

    leaves: tuple[bool, ...]
    firings: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    paces: tuple[tuple[float, float], ...]


class Cone:
    """All that bears on a condition: leaves, makers, and the guards of these, and so on.

    Attributes
    ----------
    goal : Need
    leaves : list of Leaf
    guards : dict from action to Need
        Of the actions that can help.
    watched : tuple of int
        Actions after whose firing the picture of what is still missing, and how fast it comes, is another one.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.leaves: list[Leaf] = []
        self.numbers: dict[Expression, int] = {}
        self.guards: dict[int, Need] = {}
        self.goal = Need(0, ())
        self.counted: int | None = None
        self.known: dict[tuple[float, ...], Status] = {}

    @property
    def stops(self) -> int:
        """Stops at firings within one stretch of time; a history with more of them goes on to its end."""
        return 60 if len(self.guards) < LARGE else 2

    @property
    def most(self) -> int:
        """Steps of a picture."""
        return 400 if len(self.guards) < LARGE else 100

    # -- building ---------------------------------------------------------------------------------------------------

    def need(self, tree: Expression) -> Need:
        """A condition as a tree over leaves."""
        found = self._need(tree, False)
        return found if isinstance(found, Need) else Need(1, (found,))

    def _need(self, tree: Expression, denied: bool) -> Need | int:
        match tree:
            case Truth():
                return Need(int(tree.value == denied), ())
            case Not():
                return self._need(tree.arg, not denied)
            case And() | Or() | AtLeast():
                parts = tuple(self._need(part, denied) for part in tree.children)
                k = len(parts) if isinstance(tree, And) else 1 if isinstance(tree, Or) else max(tree.k, 0)
                return Need(len(parts) - k + 1 if denied else k, parts)
            case Compare() if denied and tree.left.kind == "number":
                return self.leaf(Compare(DENIED[tree.op], tree.left, tree.right))
        return self.leaf(Not(tree) if denied else tree)

    def leaf(self, tree: Expression) -> int:
        """The number of a leaf."""
        if tree not in self.numbers:
            self.numbers[tree] = len(self.leaves)
            self.leaves.append(Leaf(tree))
        return self.numbers[tree]

    def makers(self, tree: Expression) -> Iterator[Maker]:
        """Who can make a leaf true."""
        slots = {self.program.index[name] for name in reads(tree)}
        for number, row in enumerate(self.program.actions):
            for place, outcome in enumerate(row.outcomes):
                steps = [_step(tree, effect, self.program) for effect in outcome.effects if effect.slot in slots]
                good = [step for step in steps if step is not None]
                if good:
                    yield Maker(number, place, good[0], self.gate(number, place))

    def gate(self, action: int, outcome: int) -> Need | None:
        """What must hold for an outcome to have a chance; the action's guard is taken in as well."""
        row = self.program.actions[action]
        if action not in self.guards:
            self.guards[action] = self.need(row.guard)
        if len(row.outcomes) < 2:
            return None
        found = self.need(_positive(row.outcomes[outcome].weight))
        return None if found.k <= 0 else found

    # -- after building ---------------------------------------------------------------------------------------------

    def finish(self) -> Cone:
        """Work out what follows from the tree, once it is complete."""
        program = self.program
        for leaf in self.leaves:  # it grows meanwhile
            leaf.makers = tuple(self.makers(leaf.tree))
        self.actions = sorted(self.guards)
        rows = program.actions
        trees = [leaf.tree for leaf in self.leaves]
        trees += [tree for a in self.actions for tree in (rows[a].pace, rows[a].speed)]
        trees += [outcome.weight for a in self.actions if len(rows[a].outcomes) > 1 for outcome in rows[a].outcomes]
        variables = len(program.slots) - len(program.parameters)
        self.slots = sorted({program.index[name] for tree in trees for name in reads(tree)})
        self.watched = tuple(a for a in range(len(rows)) if self._matters(a, variables))
        self.looks = [_Seen(program, leaf.tree, 0.0) for leaf in self.leaves]
        self.sides = [_sides(leaf.tree, program) for leaf in self.leaves]
        self.weights = {a: [_Seen(program, o.weight, 0.0) for o in rows[a].outcomes] for a in self.actions}
        self.factors = [[_Seen(program, tree, 1.0) for tree in (rows[a].pace, rows[a].speed)] for a in self.actions]
        self.facts = [slot.kind == "fact" for slot in program.slots]
        return self

    def _matters(self, action: int, variables: int) -> bool:
        """Whether a firing can change what another clock of the cone waits for or how fast it runs, or counts."""
        program = self.program
        written = {effect.slot for outcome in program.actions[action].outcomes for effect in outcome.effects}
        if action == self.counted:
            return True
        for other in self.actions:
            row = program.actions[other]
            reads_of = row.guard_reads | row.pace_reads if other != action else row.pace_reads
            if written & reads_of:
                return True
            if len(row.outcomes) > 1 and written & {
                program.index[name] for outcome in row.outcomes for name in reads(outcome.weight)
            }:
                return True
        numbers = {slot for slot in written if program.slots[slot].kind != "fact"}
        return action in self.guards and bool(numbers & set(self.slots))

    # -- states -----------------------------------------------------------------------------------------------------

    def status(self, state: Sequence[float]) -> Status:
        """What a state decides."""
        key = tuple(state[slot] for slot in self.slots)
        if key not in self.known:
            self.known[key] = self._status([bool(x) if fact else x for x, fact in zip(state, self.facts, strict=True)])
        return self.known[key]

    def _status(self, state: list[Any]) -> Status:
        leaves = tuple(bool(look(state)) for look in self.looks)
        shares_of = {action: _shares([weight(state) for weight in self.weights[action]]) for action in self.actions}
        firings, shares = [], []
        for leaf, sides in zip(self.leaves, self.sides, strict=True):
            firings.append(tuple(_firings(sides, maker.step, state) for maker in leaf.makers))
            shares.append(tuple(shares_of[maker.action][maker.outcome] for maker in leaf.makers))
        paces = tuple((pace(state), speed(state)) for pace, speed in self.factors)
        return Status(leaves, tuple(firings), tuple(shares), paces)


class _Seen:
    """The value of a tree, worked out once for each state of what it reads."""

    def __init__(self, program: Program, tree: Expression, otherwise: float) -> None:
        self.evaluate, self.otherwise = program.compile(tree), otherwise
        self.slots = sorted(program.index[name] for name in reads(tree))
        self.known: dict[tuple[Any, ...], float] = {}

    def __call__(self, state: list[Any]) -> float:
        key = tuple([state[slot] for slot in self.slots])
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = _value(self.evaluate, state, self.otherwise)
        return found


def _shares(weights: list[float]) -> list[float]:
    """The probabilities of outcomes."""
    if len(weights) == 1:
        return [1.0]
    total = sum(weights)
    return [weight / total if total > 0 and weight > 0 else UNKNOWN_SHARE for weight in weights]


def cone_of(program: Program, condition: Expression | None, counted: tuple[int, int | None] | None = None) -> Cone:
    """The cone of a condition, or of the firings of an action with an outcome."""
    cone = Cone(program)
    if condition is not None:
        cone.goal = cone.need(condition)
    if counted is not None:
        cone.counted = counted[0]
        cone.gate(counted[0], counted[1] or 0)
    return cone.finish()


def _value(evaluate: Evaluator, state: list[Any], otherwise: float) -> float:
    try:
        return float(evaluate(state))
    except EvaluationError:  # a state in which nobody looks at it; whoever does, is told by the engine
        return otherwise


def _step(tree: Expression, effect: EffectRow, program: Program) -> float | None:
    """How much an effect adds towards a leaf; 0 if it may make it true at once, None if it cannot."""
    slot = program.slots[effect.slot]
    if slot.kind == "fact" and isinstance(tree, Ref | Not) and isinstance(effect.amount, Truth):
        return 0.0 if effect.amount.value == isinstance(tree, Ref) else None
    sides = _sides(tree, program)
    if sides is None or sides[0] != effect.slot or not effect.add or not isinstance(effect.amount, Number):
        return 0.0
    step, op = effect.amount.value, sides[1]
    useful = step != 0 and (op in ("==", "!=") or (step > 0) == (op in (">", ">=")))
    return step if useful else None


def _sides(tree: Expression, program: Program) -> tuple[int, str, Evaluator] | None:
    """A comparison of a variable with what is not a variable, as (slot, sign, other side)."""
    if not isinstance(tree, Compare):
        return None
    for one, op, other in ((tree.left, tree.op, tree.right), (tree.right, FLIPPED[tree.op], tree.left)):
        if isinstance(one, Ref) and program.slots[program.index[one.name]].kind in ("counter", "level"):
            kinds = {program.slots[program.index[name]].kind for name in reads(other)}
            if kinds <= {"parameter"}:
                return program.index[one.name], op, program.compile(other)
    return None


def _firings(sides: tuple[int, str, Evaluator] | None, step: float, state: list[Any]) -> int:
    if sides is None or step == 0.0:
        return 1
    slot, op, other = sides
    gap = (_value(other, state, math.nan) - state[slot]) / step
    if not math.isfinite(gap):
        return 1
    # a count that rounding left a hair above a whole number is that number
    wanted = math.ceil(gap - 1e-9) if op in (">=", "<=", "==") else math.floor(gap + 1e-9) + 1
    return 0 if wanted > MOST_FIRINGS else max(1, wanted)


def _positive(weight: Expression) -> Expression:
    """A condition without which a weight is 0, as far as choices, products and sums decide it."""
    match weight:
        case Number():
            return Truth(weight.value > 0)
        case Choice():
            then, otherwise = _positive(weight.then), _positive(weight.otherwise)
            if then == otherwise:
                return then
            return Or((And((weight.condition, then)), And((Not(weight.condition), otherwise))))
        case Arithmetic() if weight.op == "*":
            return And((_positive(weight.left), _positive(weight.right)))
        case Arithmetic() if weight.op == "+":
            return Or((_positive(weight.left), _positive(weight.right)))
        case Arithmetic() if weight.op == "/":
            return _positive(weight.left)
    return Truth(True)
