"""Outcomes drawn with other shares than theirs: a program in which they lean, and that keeps the weight of it.

A multiplier in the state of each history stands before each outcome's weight. At each firing one more number is multiplied
by the share used over the true one, whatever the state is then: so what a draw has cost is known exactly, also where it
came about otherwise than the outlook had thought. Of a history that is drawn freely it is kept as well, for the mixture.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np
from numpy.typing import NDArray

from negsim.engines import Snapshot
from negsim.model.expressions import Expression, Number, Ref, where
from negsim.program import ActionRow, Program
from negsim.program.rows import EffectRow, Slot
from negsim.running.forcing.standing import Standing

__all__ = ["Lean", "Leaning", "may_lean"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
ODDS, FORCED = "lean.odds", "lean.forced"


@dataclass(frozen=True, slots=True, eq=False)
class Lean:
    """How much more often than its share each outcome of an action is drawn in some histories.

    Attributes
    ----------
    rows : int64 (n,)
    action : int
    more : float64 (n, outcomes)
    """

    rows: Ints
    action: int
    more: Floats


def may_lean(program: Program, actions: Iterable[int]) -> list[int]:
    """Return those of some actions that have outcomes to choose from, and nobody's rule for the choice."""
    rows = program.actions
    return [action for action in actions if len(rows[action].outcomes) > 1 and rows[action].policy is None]


@dataclass(frozen=True, slots=True)
class Leaning:
    """A program with numbers for leaning, and the places of these.

    Attributes
    ----------
    wide : Program
        With the numbers in its state, but without their use: what the scenario says of its actions.
    program : Program
        In which outcomes lean.
    places : dict from action to int64 (outcomes,)
    """

    wide: Program
    program: Program
    places: dict[int, Ints]

    @classmethod
    def of(cls, program: Program, actions: Iterable[int]) -> Leaning:
        """Widen a program for some of its actions."""
        first = len(program.slots) - len(program.parameters)
        names = [ODDS, FORCED]
        places = {}
        for action in actions:
            count = len(program.actions[action].outcomes)
            places[action] = first + len(names) + np.arange(count)
            names += [_name(action, outcome) for outcome in range(count)]
        one, none = Number(1.0), Number(0.0)
        new = [Slot(name=name, kind="level", low=0.0, initial=none if name == FORCED else one) for name in names]
        # before the parameters, which are the last ones: the places of all variables stay
        wide = replace(program, slots=(*program.slots[:first], *new, *program.slots[first:]))
        rows = tuple(_leaning(row, n, first) if n in places else row for n, row in enumerate(wide.actions))
        return cls(wide, replace(wide, actions=rows), places)

    def put(self, kept: Snapshot, leans: list[Lean], parents: Ints, free: Bools) -> Snapshot:
        """Write multipliers into clones; -1 is the parent of one whose outcomes are drawn by their shares.

        Parameters
        ----------
        kept : Snapshot
        leans : list of Lean
            Of the histories that were cloned.
        parents : int64 (n,)
            Which of these each clone has.
        free : bool (n,)
            Those that are drawn as they always are, though they might have been drawn otherwise.
        """
        state, odds = np.array(kept.state), self.wide.index[ODDS]
        state[:, odds], state[:, odds + 1] = 1.0, (parents >= 0) & ~free
        for places in self.places.values():
            state[:, places] = 1.0
        for one in leans:
            place = np.full(int(max(parents.max(), one.rows.max())) + 1, -1)
            place[one.rows] = np.arange(len(one.rows))
            which = np.where(parents < 0, -1, place[parents])
            rows = np.flatnonzero(which >= 0)
            state[np.ix_(rows, self.places[one.action])] = one.more[which[rows]]
        return replace(kept, state=state)

    def odds(self, now: Standing) -> Floats:
        """The logarithms of the shares used over the true ones, of all firings since the multipliers were written."""
        return np.asarray(np.log(now.kept.state[:, self.wide.index[ODDS]]))


def _name(action: int, outcome: int) -> str:
    return f"lean.a{action}_{outcome}"


def _leaning(row: ActionRow, action: int, first: int) -> ActionRow:
    weights = [one.weight for one in row.outcomes]
    more: list[Expression] = [Ref(_name(action, outcome), "number") for outcome in range(len(weights))]
    leaning = [weight * factor for weight, factor in zip(weights, more, strict=True)]
    whole: Expression = reduce(add, weights)
    shifted: Expression = reduce(add, leaning)
    used = Ref(FORCED, "number") > 0
    outcomes = []
    for one, lean, factor in zip(row.outcomes, leaning, more, strict=True):
        kept = Ref(ODDS, "number") * (factor * whole / shifted)
        effect = EffectRow(slot=first, add=False, amount=kept, law=None, stream=f"{row.name}>{ODDS}")
        outcomes.append(replace(one, weight=where(used, lean, one.weight), effects=(*one.effects, effect)))
    return replace(row, outcomes=tuple(outcomes))
