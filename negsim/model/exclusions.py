"""Facts that are never true together: which pairs of facts and values can be reached at once.

Relaxed reachability keeps what each fact may be by itself; this keeps what every *pair* may be, which is the h^2
heuristic of planning read as an invariant (Haslum & Geffner 2000, AIPS; mutual exclusion of Blum & Furst 1997,
doi:10.1016/S0004-3702(96)00047-1). What it calls impossible is impossible. Numbers are left out: a comparison may hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from negsim.model.circles import Step, steps_of
from negsim.model.clocks import Chance
from negsim.model.elements import Elements
from negsim.model.expressions import And, AtLeast, Expression, Not, Or, Ref, Truth
from negsim.model.variables import Fact

__all__ = ["Exclusions", "exclusions"]

MOST_FACTS = 300
MOST_CASES = 16
"""Alternatives of one condition that are told apart; beyond, the condition may hold."""

Literal = tuple[str, bool]
Case = frozenset[Literal]


class Exclusions:
    """Which pairs of literals (a fact and a value) can hold at once, as a bit mask for each literal."""

    def __init__(self, facts: Iterable[str]) -> None:
        self.number: dict[Literal, int] = {}
        for name in sorted(facts):
            for value in (False, True):
                self.number[name, value] = len(self.number)
        self.literals = list(self.number)
        self.with_: list[int] = [0] * len(self.number)

    def reachable(self, case: Case) -> bool:
        """Whether all pairs of a case can hold."""
        return self.apart(case) is None

    def apart(self, case: Case) -> tuple[Literal, Literal] | None:
        """Two literals of a case that cannot hold at once; one twice if it cannot hold at all."""
        known = sorted(literal for literal in case if literal in self.number)
        for place, one in enumerate(known):
            for other in known[place:]:
                if not self.with_[self.number[one]] >> self.number[other] & 1:
                    return one, other
        return None

    def why_never(self, condition: Expression) -> tuple[Literal, Literal] | None:
        """A pair that keeps a condition from ever holding; None if it may hold."""
        found = None
        for case in cases(condition):
            found = self.apart(case)
            if found is None:
                return None
        return found

    def add(self, one: int, mask: int) -> bool:
        """Let a literal be together with those of a mask; whether that is new."""
        new = mask & ~self.with_[one]
        self.with_[one] |= new
        rest = new
        while rest:
            other = (rest & -rest).bit_length() - 1
            self.with_[other] |= 1 << one
            rest &= rest - 1
        return new != 0


def cases(condition: Expression) -> list[Case]:
    """The ways in which a condition can hold, each as literals that must; what is no fact is left out.

    >>> from negsim.model.expressions import parse
    >>> [sorted(case) for case in cases(parse("x and (y or not z) and n > 2"))]
    [[('x', True), ('y', True)], [('x', True), ('z', False)]]
    """
    found = _cases(condition, True)
    # A case that wants a fact both true and false is none.
    return [case for case in found if not any((name, not value) in case for name, value in case)]


def _cases(node: Expression, wanted: bool) -> list[Case]:
    if isinstance(node, Not):
        return _cases(node.arg, not wanted)
    if isinstance(node, Ref):
        return [frozenset({(node.name, wanted)})]
    if isinstance(node, Truth):
        return [frozenset()] if node.value == wanted else []
    if isinstance(node, And | Or) and isinstance(node, And) == wanted:
        return _all([_cases(part, wanted) for part in node.children])
    if isinstance(node, And | Or):
        return _few([case for part in node.children for case in _cases(part, wanted)])
    # All of them is `and`; fewer are too many cases to tell apart.
    if isinstance(node, AtLeast) and wanted and node.k == len(node.children):
        return _all([_cases(part, True) for part in node.children])
    # It may hold in any state, as far as this knows.
    return [frozenset()]


def _all(parts: list[list[Case]]) -> list[Case]:
    found: list[Case] = [frozenset()]
    for part in parts:
        found = _few([one | other for one, other in product(found, part)])
    return found


def _few(found: list[Case]) -> list[Case]:
    """As they are; of too many, what they have in common."""
    # What all of them need is needed; nothing wrong is excluded by knowing less.
    return found if len(found) <= MOST_CASES else [frozenset.intersection(*found)]


def exclusions(elements: Elements) -> Exclusions | None:
    """What can hold together; None if there are too many facts."""
    facts = [name for name, variable in elements.variables.items() if isinstance(variable, Fact)]
    claims = [name for name, parameter in elements.parameters.items() if isinstance(parameter.best, bool)]
    # The masks grow with the square of the facts.
    if len(facts) + len(claims) > MOST_FACTS:
        return None
    found = Exclusions([*facts, *claims])
    start = 0
    for literal in _at_start(elements, facts, claims):
        start |= 1 << found.number[literal]
    for place in range(len(found.literals)):
        if start >> place & 1:
            name, value = found.literals[place]
            # Both values of a drawn fact are possible at the start, but never together.
            found.add(place, start & ~(1 << found.number[name, not value]))
    # Cases of guards do not change, while the search goes over them many times.
    steps = [(step, case) for step in steps_of(elements) for case in cases(step.guard)]
    grown = True
    while grown:
        grown = False
        for step, case in steps:
            grown = _taken(found, step, case) or grown
    return found


def _at_start(elements: Elements, facts: list[str], claims: list[str]) -> Iterator[Literal]:
    for name in facts:
        initial = elements.variables[name].initial
        if isinstance(initial, Truth):
            yield name, initial.value
        elif isinstance(initial, Chance | Expression):
            yield from ((name, False), (name, True))
    for name in claims:
        parameter = elements.parameters[name]
        if parameter.belief is None:
            yield name, bool(parameter.best)
        else:
            yield from ((name, False), (name, True))


def _taken(found: Exclusions, step: Step, case: Case) -> bool:
    """Let a step happen in one case of its guard, if that can be; whether anything new can be together."""
    if not found.reachable(case):
        return False
    beside = (1 << len(found.literals)) - 1
    for literal in case:
        if literal in found.number:
            beside &= found.with_[found.number[literal]]
    made: list[list[int]] = []
    for effect in step.effects:
        if (effect.variable, True) not in found.number:
            continue
        values = [effect.amount.value] if isinstance(effect.amount, Truth) else [False, True]
        made.append([found.number[effect.variable, value] for value in values])
        # What is set has lost its old value.
        for value in (False, True):
            beside &= ~(1 << found.number[effect.variable, value])
    new = False
    for place, ones in enumerate(made):
        others = beside
        for other in made[:place] + made[place + 1 :]:
            # Amounts that are drawn or worked out may fall out either way, each with every other.
            for number in other:
                others |= 1 << number
        for one in ones:
            new = found.add(one, others | 1 << one) or new
    return new
