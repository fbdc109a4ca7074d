"""What has to look again when a variable changes: guards, paces, probes, by slot and by outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from negsim.model.expressions import Expression, Ref, walk
from negsim.program import EffectRow, Program

__all__ = ["Readers", "reads"]

FIRST, HELD, EDGE = 1, 2, 3
# Outcomes have their own lists of what to look at again while all these stay as short as this.
MOST_LISTED = 2**20

# Who looks again, what for (probes), and a bit for each effect after which (bit 63 for all from the 63rd on).
Look: TypeAlias = tuple[int, int, int]


def reads(tree: Expression, program: Program) -> set[int]:
    """The slots of all variables and parameters in a tree."""
    return {program.index[node.name] for node in walk(tree) if isinstance(node, Ref)}


@dataclass(slots=True)
class Readers:
    """Lists of who reads which slot, and lists for whole outcomes made from them."""

    program: Program
    slots: tuple[list[list[tuple[int, int]]], ...] = field(init=False)
    rows: tuple[list[Look], list[Look], list[Look]] = field(default_factory=lambda: ([], [], []))

    def __post_init__(self) -> None:
        program = self.program
        guards: list[list[tuple[int, int]]] = [[] for _ in program.slots]
        paces: list[list[tuple[int, int]]] = [[] for _ in program.slots]
        probes: list[list[tuple[int, int]]] = [[] for _ in program.slots]
        for number, action in enumerate(program.actions):
            # the calendar looks at its guards itself, when their turn comes
            for slot in action.guard_reads if action.clock != "calendar" else ():
                guards[slot].append((number, 0))
            for slot in action.pace_reads if action.clock in ("random", "fixed") else ():
                paces[slot].append((number, 0))
        for number, trees in enumerate(program.probes.first):
            for slot in set().union(*(reads(tree, program) for tree in trees)):
                probes[slot].append((number, FIRST))
        for number, (tree, _) in enumerate(program.probes.held):
            for slot in reads(tree, program):
                probes[slot].append((number, HELD))
        for number, (tree, _, _) in enumerate(program.probes.edges):
            for slot in reads(tree, program):
                probes[slot].append((number, EDGE))
        self.slots = (guards, paces, probes)

    def outcome(self, effects: Sequence[EffectRow]) -> tuple[int, ...]:
        """Whether the outcome has its own lists, then start and length of each."""
        spare = MOST_LISTED - sum(len(rows) for rows in self.rows)
        listed = sum(len(lists[effect.slot]) for lists in self.slots for effect in effects) <= spare
        places: list[int] = []
        for rows, lists in zip(self.rows, self.slots, strict=True):
            merged: dict[tuple[int, int], int] = {}
            for i, effect in enumerate(effects if listed else ()):
                for key in lists[effect.slot]:
                    merged[key] = merged.get(key, 0) | 1 << min(i, 63)
            places += [len(rows), len(merged)]
            rows += [(target, what, changed) for (target, what), changed in sorted(merged.items())]
        return int(listed), *places

    def by_slot(self) -> tuple[list[int], list[int], list[int]]:
        """Append the lists of the slots to the rows; return where each begins, and where the last ends."""
        starts: tuple[list[int], list[int], list[int]] = ([], [], [])
        for start, rows, lists in zip(starts, self.rows, self.slots, strict=True):
            for one in lists:
                start.append(len(rows))
                rows += [(target, what, 2**64 - 1) for target, what in one]
            start.append(len(rows))
        return starts
