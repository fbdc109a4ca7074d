"""Outcomes drawn towards the news: a program whose shares lean to what was observed, and that keeps the weight of it.

Where an item needs one outcome of a firing, it is drawn with more than its share while the item's window is open: with
probability 0.8 among the outcomes that are needed, in proportion to their own shares, else freely. A number in the state,
which nothing else reads, is multiplied by the true share over the one that was used: by exactly that the draw is made up
for, whatever the state is when the firing comes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from threading import Lock

from negsim.engines import Kernel, prepare
from negsim.learning.causes import way_of
from negsim.model.expressions import And, Expression, Number, Ref, where
from negsim.program import ActionRow, Program
from negsim.program.rows import EffectRow, Slot

__all__ = ["LEANING", "WEIGHT", "Kernels", "needed", "tilted", "widened"]

WEIGHT = "news.weight"
"""The number in the state that keeps the weight; it stands after all variables of the scenario."""
LEANING = 0.8
"""With which probability an outcome is drawn among those that are needed."""

Wanted = Mapping[int, frozenset[int]]
"""Numbers of actions, and of those of their outcomes that are needed."""


def widened(program: Program) -> Program:
    """Return the program with one more number in its state."""
    first = len(program.slots) - len(program.parameters)
    one = Slot(name=WEIGHT, kind="level", low=0.0, initial=Number(1.0))
    # before the parameters, which are the last ones: the places of all variables stay
    return replace(program, slots=(*program.slots[:first], one, *program.slots[first:]))


def tilted(program: Program, wanted: Wanted) -> Program:
    """Return a widened program in which some outcomes are drawn with more than their shares."""
    place = program.index[WEIGHT]
    actions = [
        _leaning(row, wanted[number], place) if number in wanted else row for number, row in enumerate(program.actions)
    ]
    return replace(program, actions=tuple(actions))


def _leaning(row: ActionRow, wanted: frozenset[int], place: int) -> ActionRow:
    weights = [one.weight for one in row.outcomes]
    total: Expression = reduce(add, weights)
    # Sorted, so that sums have the same bits each time.
    mine: Expression = reduce(add, [weights[number] for number in sorted(wanted)])
    there = mine > 0
    outcomes = []
    for number, one in enumerate(row.outcomes):
        more: Expression = Number(1.0 - LEANING)
        if number in wanted:
            more = more + LEANING * total / mine
        # the choice is lazy: nothing is divided by 0
        weight = where(there, one.weight * more, one.weight)
        # The true share over the one used, firing by firing.
        kept = Ref(WEIGHT, "number") * where(there, 1 / more, Number(1.0))
        effect = EffectRow(slot=place, add=False, amount=kept, law=None, stream=f"{row.name}>{WEIGHT}")
        outcomes.append(replace(one, weight=weight, effects=(*one.effects, effect)))
    return replace(row, outcomes=tuple(outcomes))


def needed(program: Program, condition: Expression) -> dict[int, frozenset[int]]:
    """Return the outcomes without which a condition cannot turn true: those of actions that alone can do it.

    Of a fact (or of all facts that a condition requires together) that one action alone makes true; where that follows at
    once, also those of what makes its own precondition true.
    """
    found: dict[int, frozenset[int]] = {}
    todo, seen = [condition], set[str]()
    while todo:
        for part in _parts(todo.pop()):
            # What is joined otherwise, or is no fact, has several ways.
            if not isinstance(part, Ref) or part.name in seen or part.name not in program.index:
                continue
            seen.add(part.name)
            sources = _sources(program, program.index[part.name])
            # With two sources neither is needed.
            if len(sources) != 1:
                continue
            (number, outcomes), row = sources[0], program.actions[sources[0][0]]
            # If all its outcomes can do it, none has to be preferred.
            if len(outcomes) < len(row.outcomes) and row.policy is None:
                found[number] = outcomes
            if row.clock == "immediate":
                todo.append(row.guard)
    return found


def _parts(tree: Expression) -> Iterable[Expression]:
    return tree.children if isinstance(tree, And) else (tree,)


def _sources(program: Program, slot: int) -> list[tuple[int, frozenset[int]]]:
    """The actions that may make a fact true, with the outcomes in which they may."""
    found = []
    for number, row in enumerate(program.actions):
        outcomes = frozenset(
            place
            for place, one in enumerate(row.outcomes)
            if any(effect.slot == slot and way_of(effect) >= 0 for effect in one.effects)
        )
        if outcomes:
            found.append((number, outcomes))
    return found


@dataclass(slots=True)
class Kernels:
    """A widened program made ready, as it is and leaning to some outcomes; threads may ask at the same time."""

    engine: str
    program: Program
    plain: Kernel
    lock: Lock = field(default_factory=Lock)
    known: dict[tuple[tuple[int, frozenset[int]], ...], Kernel] = field(default_factory=dict)

    @classmethod
    def of(cls, engine: str, program: Program) -> Kernels:
        """Those of a program that is not widened yet."""
        wide = widened(program)
        return cls(engine, wide, prepare(engine, wide))

    def leaning(self, tilts: Sequence[Wanted]) -> Kernel:
        """The kernel that leans to the outcomes of several items; of two items on one action the first counts."""
        wanted: dict[int, frozenset[int]] = {}
        for one in tilts:
            for number, outcomes in one.items():
                wanted.setdefault(number, outcomes)
        if not wanted:
            return self.plain
        # By what is wanted, so that stops that want the same share a kernel.
        key = tuple(sorted(wanted.items(), key=lambda pair: pair[0]))
        # Islands are worked through by several threads, and each would prepare it.
        with self.lock:
            if key not in self.known:
                self.known[key] = prepare(self.engine, tilted(self.program, wanted))
            return self.known[key]
