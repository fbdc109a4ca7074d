"""Lumping of what a question cannot feel: the variables and actions on which its answer depends, and no others.

A variable that no condition of the question reads, and that no guard, pace, speed, weight or effect leading to such a
condition reads, can be left out of the state: the process of the others is Markov without it (its *cone of influence*;
a strong lumping, Kemeny and Snell 1960, *Finite Markov Chains*, 6.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from negsim.model.expressions import Expression, reads
from negsim.program import ActionRow, Program, Slot

__all__ = ["Cone", "cone_of", "whole"]


@dataclass(frozen=True, slots=True)
class Cone:
    """What an answer depends on: slots (without parameters) and ranks of actions, both sorted."""

    slots: tuple[int, ...]
    ranks: tuple[int, ...]


def cone_of(program: Program, trees: Iterable[Expression], ranks: Iterable[int] = ()) -> Cone:
    """The cone of influence of expressions and of counted actions."""
    index = program.index
    variables = len(program.slots) - len(program.parameters)
    slots = {index[name] for tree in trees for name in reads(tree)}
    slots = {slot for slot in slots if slot < variables}
    actions: set[int] = set()
    wanted = set(ranks)
    grew = True
    while grew:
        drawn = {index[name] for slot in slots for name in _begins(program.slots[slot])}
        drawn = {slot for slot in drawn if slot < variables}
        grew, slots = not drawn <= slots, slots | drawn
        for rank, row in enumerate(program.actions):
            if rank not in wanted and not (writes(row) & slots):
                continue
            needs = {slot for slot in _needs(row, index, slots) if slot < variables}
            if rank not in actions or not needs <= slots:
                grew = True
            actions.add(rank)
            slots |= needs
    return Cone(tuple(sorted(slots)), tuple(sorted(actions)))


def whole(program: Program) -> Cone:
    """Everything: nothing is left out."""
    variables = len(program.slots) - len(program.parameters)
    return Cone(tuple(range(variables)), tuple(range(len(program.actions))))


def writes(row: ActionRow) -> set[int]:
    """The slots that an action can change."""
    return {effect.slot for outcome in row.outcomes for effect in outcome.effects}


def _begins(slot: Slot) -> set[str]:
    """The names that an initial value reads; a claim that is mixed over is a variable."""
    return {name for tree in (slot.initial, slot.chance) if tree is not None for name in reads(tree)}


def _needs(row: ActionRow, index: Mapping[str, int], slots: set[int]) -> set[int]:
    found = set(row.guard_reads | row.pace_reads)
    for outcome in row.outcomes:
        found |= {index[name] for name in reads(outcome.weight)}
        for effect in outcome.effects:
            if effect.slot in slots and effect.amount is not None:
                found |= {index[name] for name in reads(effect.amount)}
    return found
