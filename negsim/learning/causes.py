"""What can make a condition true: the actions whose effects help it, through those that follow at once.

Nothing here decides a number. It says which clocks are worth drawing so that they fire (or do not fire) in a window; the
weights are right for any choice of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from negsim.model.expressions import (
    And,
    Arithmetic,
    AtLeast,
    Compare,
    Expression,
    Neg,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    reads,
)
from negsim.program import ActionRow, Program
from negsim.program.rows import EffectRow

__all__ = ["Causes", "Literal", "causes", "certain", "literals", "lasting", "steady", "way_of"]

UP, DOWN, ANY = 1, -1, 0


@dataclass(frozen=True, slots=True)
class Literal:
    """A variable, and in which direction it has to go."""

    name: str
    way: int

    def helped(self, way: int) -> bool:
        """Whether a change in this direction may help."""
        return ANY in (self.way, way) or self.way == way

    def hindered(self, way: int) -> bool:
        """Whether a change in this direction may undo it."""
        return ANY in (self.way, way) or self.way == -way


def literals(tree: Expression, way: int = UP) -> frozenset[Literal]:
    """Return what has to go in which direction for a tree to become true, or larger."""
    return frozenset(_literals(tree, way))


def _literals(tree: Expression, way: int) -> Iterator[Literal]:
    if isinstance(tree, Ref):
        yield Literal(tree.name, way)
    elif isinstance(tree, Not | Neg):
        yield from _literals(tree.children[0], -way)
    elif isinstance(tree, And | Or | AtLeast):
        for child in tree.children:
            yield from _literals(child, way)
    # A comparison turns true where its left side grows, or its right side falls.
    elif isinstance(tree, Compare) and tree.op in ("<", "<=", ">", ">="):
        larger = way if tree.op in (">", ">=") else -way
        yield from _literals(tree.left, larger)
        yield from _literals(tree.right, -larger)
    elif isinstance(tree, Arithmetic) and tree.op in "+-":
        yield from _literals(tree.children[0], way)
        yield from _literals(tree.children[1], way if tree.op == "+" else -way)
    else:
        # Whatever else a tree does with a name, either direction may help.
        for name in reads(tree):
            yield Literal(name, ANY)


def way_of(effect: EffectRow) -> int:
    """In which direction an effect moves its variable, as far as its text tells."""
    amount = effect.amount
    # a drawn or computed size may go either way
    if isinstance(amount, Truth) and not effect.add:
        return UP if amount.value else DOWN
    if isinstance(amount, Number) and effect.add:
        return UP if amount.value > 0 else DOWN
    # Amounts that are worked out may fall out either way.
    return ANY


@dataclass(frozen=True, slots=True)
class Causes:
    """Which actions can bring something about.

    Attributes
    ----------
    random : tuple of int
        Numbers of actions whose clock is a law.
    dated : tuple of float
        Instants of the calendar at which others can.
    delayed : bool
        Whether one with a fixed delay can.
    """

    random: tuple[int, ...]
    dated: tuple[float, ...]
    delayed: bool


def causes(program: Program, wanted: Expression | int) -> Causes:
    """Return the actions that can make a condition true, or, of an action by its number, start it."""
    found: set[int] = set()
    todo: list[int] = [wanted] if isinstance(wanted, int) else _helping(program, literals(wanted))
    while todo:
        number = todo.pop()
        if number in found:
            continue
        found.add(number)
        row = program.actions[number]
        # what follows at once is brought about by whatever makes its precondition true
        if row.clock == "immediate":
            todo += _helping(program, literals(row.guard))
    clocks = {number: program.actions[number].clock for number in found}
    return Causes(
        random=tuple(sorted(number for number, clock in clocks.items() if clock == "random")),
        dated=tuple(
            sorted(
                {
                    when
                    for number in found
                    if clocks[number] == "calendar"
                    for _, when in program.actions[number].instants
                }
            )
        ),
        delayed="fixed" in clocks.values(),
    )


def _helping(program: Program, wanted: frozenset[Literal]) -> list[int]:
    """The actions with an effect that may help one of the literals."""
    ways = _by_slot(program, wanted)
    return [
        number
        for number, row in enumerate(program.actions)
        if any(literal.helped(way_of(effect)) for effect in _effects(row) for literal in ways.get(effect.slot, ()))
    ]


def _by_slot(program: Program, wanted: frozenset[Literal]) -> dict[int, list[Literal]]:
    ways: dict[int, list[Literal]] = {}
    for literal in wanted:
        ways.setdefault(program.index[literal.name], []).append(literal)
    return ways


def _effects(row: ActionRow) -> Iterator[EffectRow]:
    for outcome in row.outcomes:
        yield from outcome.effects


def lasting(program: Program, condition: Expression) -> bool:
    """Whether a condition that is true once stays so: no effect can undo what it reads."""
    ways = _by_slot(program, literals(condition))
    return not any(
        literal.hindered(way_of(effect))
        for row in program.actions
        for effect in _effects(row)
        for literal in ways.get(effect.slot, ())
    )


def certain(program: Program, condition: Expression) -> tuple[int, ...]:
    """Return the random clocks whose firing makes a condition true for sure, whatever the state: of a fact, or one of several."""
    # Of 'or' any part is enough; of other joins none is sure by itself.
    parts = condition.children if isinstance(condition, Or) else (condition,)
    wanted: set[tuple[int, int]] = set()
    for part in parts:
        inner, way = (part.children[0], DOWN) if isinstance(part, Not) else (part, UP)
        if isinstance(inner, Ref):
            wanted.add((program.index[inner.name], way))
    return tuple(
        number
        for number, row in enumerate(program.actions)
        if row.clock == "random"
        and all(
            # In each of its outcomes, or its firing would leave it open.
            any((effect.slot, way_of(effect)) in wanted and not effect.add for effect in outcome.effects)
            for outcome in row.outcomes
        )
    )


def steady(program: Program, number: int) -> tuple[bool, bool]:
    """Return whether a clock that runs goes on at its pace until it fires, and whether one that stands may be started.

    Both by others than itself.
    """
    row = program.actions[number]
    ways = _by_slot(program, literals(row.guard))
    stopped = started = False
    for other, one in enumerate(program.actions):
        # After its own firing it is drawn anyway.
        if other == number:
            continue
        for effect in _effects(one):
            for literal in ways.get(effect.slot, ()):
                stopped |= literal.hindered(way_of(effect))
                started |= literal.helped(way_of(effect))
    return not row.pace_reads and not stopped, started
