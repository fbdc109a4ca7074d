"""What slowed a clock that did not run out in time: the parts of its pace, read from the histories."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import median
from typing import TypeAlias

from negsim.model.actions import Action
from negsim.model.expressions import Choice, Expression, Number, Ref, reads, walk
from negsim.why.chronicle import Chronicle

__all__ = ["HOLDING", "Part", "Slowing", "parts_of", "replaced", "slowing"]

HOLDING = "holding"
"""Marks a condition that slows a clock where it holds."""

Span: TypeAlias = tuple[Chronicle, int, int, float]

SILENT = 1e-3
"""A pace below this share, which is not nothing, is how a word counts something, and no mood of anybody."""

SLOWER = 0.95
"""A part has slowed a history in which the pace was below this share of what it would have been without."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a pace: a condition on which it depends, or a number whose value it had at the start.

    Attributes
    ----------
    tree : Expression
        The choice, or the name of the number.
    holding : bool
        Of a choice: whether it slows where its condition holds.
    other : Expression or None
        Of a choice: the pace with the choice's other branch.
    """

    tree: Expression
    holding: bool = True
    other: Expression | None = None


@dataclass(frozen=True, slots=True)
class Slowing:
    """A part of a pace that slowed a clock in some histories.

    Attributes
    ----------
    part : Part
    members : tuple of int
        Numbers of the histories that it slowed.
    factor : float
        The pace there as a multiple of what it would have been without, the median over these histories.
    """

    part: Part
    members: tuple[int, ...]
    factor: float


def parts_of(pace: Expression) -> Iterator[Part]:
    """The parts of a pace: each choice both ways, each number outside the conditions of choices."""
    inside: set[str] = set()
    for node in dict.fromkeys(walk(pace)):
        if isinstance(node, Choice):
            # Both ways: which of the two is the slow one is seen in the histories.
            inside |= reads(node.condition)
            yield Part(node, True, replaced(pace, node, node.otherwise))
            yield Part(node, False, replaced(pace, node, node.then))
    for name in sorted(reads(pace) - inside):
        yield Part(Ref(name, "number"))


def slowing(action: Action, spans: Sequence[Span]) -> list[Slowing]:
    """The parts of an action's pace that slowed it, the strongest first.

    ``spans`` are histories, each with the states from which and up to which the clock ran, and until when.
    """
    # Few clocks have both; where they do, what makes the hazard is told before what makes time pass.
    pace = action.pace if not isinstance(action.pace, Number) else action.speed
    found = []
    for part in () if isinstance(pace, Number) else parts_of(pace):
        factors = [(span[0].replication, factor(part, pace, span)) for span in spans]
        slower = [(number, one) for number, one in factors if one is not None and slows(one)]
        if slower:
            found.append(Slowing(part, tuple(number for number, _ in slower), median(one for _, one in slower)))
    return sorted(found, key=lambda one: (one.factor ** len(one.members), str(one.part.tree)))


def slows(share: float) -> bool:
    """Whether a pace is below what it would have been, and not as a word's way of counting."""
    return share < SLOWER and not 0 < share < SILENT


def factor(part: Part, pace: Expression, span: Span) -> float | None:
    """The pace as a multiple of what it would have been without a part: over the time that it ran."""
    told, since, upto, until = span
    begins = [since, *(one for one in reversed(told.changes(pace, upto)) if one > since)]
    ends = [*(told.time(one) for one in begins[1:]), until]
    # Sums, and no mean of ratios: a pace may be nothing for a while.
    here = there = 0.0
    for begin, end in zip(begins, ends, strict=True):
        length = end - told.time(begin)
        if length > 0:
            here += length * told.value(pace, begin)
            there += length * without_part(part, pace, told, begin)
    return here / there if isfinite(here) and isfinite(there) and there > 0 else None


def without_part(part: Part, pace: Expression, told: Chronicle, state: int) -> float:
    """The pace in a state without one of its parts."""
    if isinstance(part.tree, Choice):
        if told.holds(part.tree.condition, state) != part.holding:
            return told.value(pace, state)
        return told.value(pace if part.other is None else part.other, state)
    return told.supposing(pace, state, str(part.tree), told.value(part.tree, 0))


def replaced(tree: Expression, old: Expression, new: Expression) -> Expression:
    """An expression with one part in place of another."""
    if tree == old:
        return new
    children = [replaced(one, old, new) for one in tree.children]
    same = all(a is b for a, b in zip(tree.children, children, strict=True))
    return tree if same else tree.with_children(children)
