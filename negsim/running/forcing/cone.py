"""What has to happen before a condition holds, read from a program: conditions, and the actions that can bring them about.

This is a picture, in which nothing that holds is lost again. It decides how histories are drawn, never what they weigh,
so what it does not see costs precision and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from negsim.model.expressions import (
    And,
    AtLeast,
    Compare,
    Expression,
    Not,
    Or,
    Truth,
    reads,
)
from negsim.program import EffectRow, Program
from negsim.program.probes import Asked
from negsim.running.forcing.trees import (
    DENIED,
    Seen,
    Sides,
    amount_of,
    breakers_of,
    crosses,
    firings_of,
    positive,
    shares_of,
    sides_of,
    step_of,
)

__all__ = ["Cone", "Leaf", "Maker", "Need", "Status", "cone_of"]

MOST_ACTIONS = 30
"""Actions up to which the way to the goal is followed back; what those wait for is not seen."""
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

    ``step`` is how much it adds to the number that the leaf compares; 0 if one firing may do, by the effect that is given.
    ``gate`` must hold when it fires, or the outcome has no chance.
    """

    action: int
    outcome: int
    step: float
    gate: Need | None
    effect: EffectRow | None = None


@dataclass(slots=True)
class Leaf:
    """A condition that is not taken apart, who can make it true, and who (with an outcome) can make it false at once.

    It is unseen if it is so far from the goal that nobody looks who makes it true.
    """

    tree: Expression
    makers: tuple[Maker, ...] = ()
    breakers: tuple[tuple[int, int], ...] = ()
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Status:
    """What a state decides, of all that the cone looks at.

    Attributes
    ----------
    key : object
        The same for states that differ in paces and shares alone.
    leaves : tuple of bool
    firings : tuple of tuple of int
        By leaf and maker: how often it has to fire, at least; 0 if that will not do.
    after : tuple of tuple of tuple of int
        By leaf and maker: how often it has to fire after each outcome of its action, where that is not what it needs.
    shares : tuple of tuple of float
        By leaf and maker: the probability of its outcome.
    chances : tuple of tuple of float
        Of the cone's actions: the probabilities of all outcomes.
    breaks : tuple of tuple of float
        By leaf and breaker: the probability of its outcome; 0 if that would not make the leaf false.
    enabled : tuple of bool
        Of the cone's actions.
    paces : tuple of (float, float)
        Pace and speed of the cone's actions, as they would be now.
    """

    key: object
    leaves: tuple[bool, ...]
    firings: tuple[tuple[int, ...], ...]
    after: tuple[tuple[tuple[int, ...], ...], ...]
    shares: tuple[tuple[float, ...], ...]
    chances: tuple[tuple[float, ...], ...]
    breaks: tuple[tuple[float, ...], ...]
    enabled: tuple[bool, ...]
    paces: tuple[tuple[float, float], ...]


class Cone:
    """All that bears on a condition: leaves, makers, and the guards of these, and so on.

    Attributes
    ----------
    goal : Need
    leaves : list of Leaf
    guards : dict from action to Need
        Of the actions that can help.
    counted, chosen : Maker or None, bool
        The firings that are asked for themselves, if so, and whether with one outcome alone.
    watched : tuple of int
        Actions after whose firing the picture of what is still missing, and how fast it comes, is another one.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.leaves: list[Leaf] = []
        self.numbers: dict[Expression, int] = {}
        self.guards: dict[int, Need] = {}
        self.goal = Need(0, ())
        self.counted: Maker | None = None
        self.chosen = False
        self.lasting: Need | None = None
        self.dated = False
        self.known: dict[tuple[float, ...], Status] = {}
        self.keys: dict[Any, object] = {}

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
                steps = [
                    (step_of(tree, effect, self.program), effect) for effect in outcome.effects if effect.slot in slots
                ]
                good = [(step, effect) for step, effect in steps if step is not None]
                if good:
                    yield Maker(number, place, good[0][0], self.gate(number, place), good[0][1])

    def gate(self, action: int, outcome: int) -> Need | None:
        """What must hold for an outcome to have a chance; the action's guard is taken in as well."""
        row = self.program.actions[action]
        if action not in self.guards:
            self.guards[action] = self.need(row.guard)
        if len(row.outcomes) < 2:
            return None
        found = self.need(positive(row.outcomes[outcome].weight))
        return None if found.k <= 0 else found

    def conditions(self, need: Need) -> set[int]:
        """The leaves all of which must be true."""
        if need.k < len(need.parts):
            return set()
        found: set[int] = set()
        for part in need.parts:
            found |= {part} if isinstance(part, int) else self.conditions(part)
        return found

    # -- after building ---------------------------------------------------------------------------------------------

    def finish(self) -> Cone:
        """Work out what follows from the tree, once it is complete."""
        program = self.program
        for leaf in self.leaves:  # it grows meanwhile
            leaf.unseen = len(self.guards) >= MOST_ACTIONS
            leaf.makers = () if leaf.unseen else tuple(self.makers(leaf.tree))
        for leaf in self.leaves:
            leaf.breakers = tuple(breakers_of(leaf.tree, program))
        self.actions = sorted({*self.guards, *(action for leaf in self.leaves for action, _ in leaf.breakers)})
        rows = program.actions
        trees = [leaf.tree for leaf in self.leaves]
        trees += [tree for a in self.actions for tree in (rows[a].guard, rows[a].pace, rows[a].speed)]
        trees += [outcome.weight for a in self.actions if len(rows[a].outcomes) > 1 for outcome in rows[a].outcomes]
        variables = len(program.slots) - len(program.parameters)
        self.slots = sorted({program.index[name] for tree in trees for name in reads(tree)})
        self.watched = tuple(a for a in range(len(rows)) if self._matters(a, variables))
        self.looks = [Seen(program, leaf.tree, 0.0) for leaf in self.leaves]
        self.sides = [sides_of(leaf.tree, program) for leaf in self.leaves]
        self.guarded = [Seen(program, rows[a].guard, 0.0) for a in self.actions]
        self.weights = {a: [Seen(program, o.weight, 0.0) for o in rows[a].outcomes] for a in self.actions}
        self.factors = [[Seen(program, tree, 1.0) for tree in (rows[a].pace, rows[a].speed)] for a in self.actions]
        self.facts = [slot.kind == "fact" for slot in program.slots]
        return self

    def _matters(self, action: int, variables: int) -> bool:
        """Whether a firing can change what another clock of the cone waits for or how fast it runs, or counts."""
        program = self.program
        written = {effect.slot for outcome in program.actions[action].outcomes for effect in outcome.effects}
        # after each firing with an outcome that leans the next one has to lean anew
        if action in self.actions and len(program.actions[action].outcomes) > 1:
            return True
        if self.counted is not None and action == self.counted.action:
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
        chances = {action: shares_of([weight(state) for weight in self.weights[action]]) for action in self.actions}
        firings, after, shares = [], [], []
        for leaf, sides in zip(self.leaves, self.sides, strict=True):
            firings.append(tuple(self._firings(maker, sides, state, ()) for maker in leaf.makers))
            after.append(tuple(self._after(maker, sides, state) for maker in leaf.makers))
            shares.append(tuple(chances[maker.action][maker.outcome] for maker in leaf.makers))
        breaks = tuple(self._breaks(number, state, chances) for number in range(len(self.leaves)))
        enabled = tuple(bool(guard(state)) for guard in self.guarded)
        paces = tuple((pace(state), speed(state)) for pace, speed in self.factors)
        alike = (
            leaves,
            tuple(firings),
            tuple(after),
            tuple(tuple(one > 0 for one in several) for several in breaks),
            enabled,
        )
        key = self.keys.setdefault(alike, object())
        all_chances = tuple(tuple(chances[action]) for action in self.actions)
        return Status(key, leaves, tuple(firings), tuple(after), tuple(shares), all_chances, breaks, enabled, paces)

    def _firings(self, maker: Maker, sides: Sides, state: list[Any], effects: Iterable[EffectRow]) -> int:
        """How often a maker has to fire after some effects."""
        value = 0.0 if sides is None else amount_of(effects, sides[0], state[sides[0]])
        return firings_of(sides, maker.effect, maker.step, state, value)

    def _after(self, maker: Maker, sides: Sides, state: list[Any]) -> tuple[int, ...]:
        outcomes = self.program.actions[maker.action].outcomes
        return tuple(self._firings(maker, sides, state, one.effects) for one in outcomes) if len(outcomes) > 1 else ()

    def _breaks(self, number: int, state: list[Any], shares: dict[int, list[float]]) -> tuple[float, ...]:
        """How likely each breaker's firing makes a leaf false."""
        leaf, sides = self.leaves[number], self.sides[number]
        found = []
        for action, outcome in leaf.breakers:
            effects = self.program.actions[action].outcomes[outcome].effects
            sure = sides is None or any(crosses(effect, sides, state) for effect in effects)
            found.append(shares[action][outcome] if sure else 0.0)
        return tuple(found)


def cone_of(program: Program, entry: Asked) -> Cone:
    """The cone of a question."""
    cone, record = Cone(program), entry.question.row.record
    if record == "fired":
        action, outcome, _, _ = program.probes.fired[entry.column]
        cone.counted = Maker(action, outcome or 0, 0.0, cone.gate(action, outcome or 0))
        cone.chosen = outcome is not None
        return cone.finish()
    condition = entry.question.recorded
    assert condition is not None  # a question with a probability is about a condition or an action
    cone.goal, cone.dated = cone.need(condition), record == "at"
    if cone.dated:
        cone.lasting = cone.goal
    elif entry.question.throughout is not None:
        cone.lasting = cone.need(entry.question.throughout)
    return cone.finish()
