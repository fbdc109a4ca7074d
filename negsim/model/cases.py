"""The ways in which the conditions of an expression's choices can fall out, with what its nodes could be in each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from negsim.model.expressions import Choice, Expression, fold
from negsim.model.spans import Span, span_of

__all__ = ["MOST_CASES", "Case", "Cases"]

MOST_CASES = 64
"""Ways in which the conditions of one expression fall out that are looked at."""


@dataclass(frozen=True, slots=True)
class Case:
    """Some conditions decided, by number, and the spans of all nodes, by place."""

    whole: Cases
    decided: dict[int, bool]
    spans: list[Span]

    def span(self, node: Expression) -> Span:
        """What a node could be."""
        return self.spans[self.whole.place[id(node)]]

    def chosen(self, node: Expression) -> Expression:
        """What stands in the place of a choice whose condition is decided."""
        while isinstance(node, Choice):
            held = self.decided.get(self.whole.condition[id(node)])
            if held is None:
                return node
            node = node.then if held else node.otherwise
        return node

    def without_choices(self, tree: Expression) -> Expression:
        """A part of the expression where all conditions are decided."""

        def step(node: Expression, parts: list[Expression]) -> Expression:
            if isinstance(node, Choice):
                held = self.decided.get(self.whole.condition[id(node)])
                if held is not None:
                    return parts[1] if held else parts[2]
            return node.with_children(parts)

        return fold(tree, step)


class Cases:
    """Goes through the cases that leave a value below 0, as far as they are few.

    A condition that is decided changes the spans of the choices that hang on it, and of what is made of these: nothing
    else is worked out again, since the expressions of a mediator have hundreds of nodes and dozens of cases.
    """

    def __init__(self, tree: Expression, state: Mapping[str, Span]) -> None:
        self.tree, self.state = tree, state
        self.nodes: list[Expression] = []
        self.place: dict[int, int] = {}
        self.condition: dict[int, int] = {}
        self.choices: list[list[int]] = []
        self.conditions: list[Expression] = []
        self._numbers: dict[Expression, int] = {}
        fold(tree, self._note)
        self.parts = [[self.place[id(part)] for part in node.children] for node in self.nodes]
        self.above: list[list[int]] = [[] for _ in self.nodes]
        self.choosing: list[bool] = []
        for number, parts in enumerate(self.parts):
            for part in parts:
                self.above[part].append(number)
            chooses = isinstance(self.nodes[number], Choice) or any(self.choosing[part] for part in parts)
            self.choosing.append(chooses)

    def _note(self, node: Expression, _: list[None]) -> None:
        """Number a node, after all that it is made of; equal conditions have one number."""
        self.place[id(node)] = len(self.nodes)
        self.nodes.append(node)
        if isinstance(node, Choice):
            # Equal conditions fall out alike wherever they stand, so they are decided together.
            number = self._numbers.setdefault(node.condition, len(self.conditions))
            if number == len(self.conditions):
                self.conditions.append(node.condition)
                self.choices.append([])
            self.condition[id(node)] = number
            self.choices[number].append(self.place[id(node)])

    def __iter__(self) -> Iterator[Case]:
        waiting = [Case(self, {}, self._all())]
        told = 0
        while waiting and told < MOST_CASES:
            case = waiting.pop()
            if case.spans[-1][0] >= 0:
                continue  # nor can what more conditions decide bring it below 0: they only narrow spans
            # The next choice from the root: conditions in branches that are not taken need no deciding.
            number = self._undecided(case)
            if number is None:
                told += 1
                yield case
                continue
            low, high = case.span(self.conditions[number])
            # Both where either may be; a condition that is certain has one case.
            waiting += [self._with(case, number, True)] if high > 0 else []
            waiting += [self._with(case, number, False)] if low == 0 else []

    def _all(self) -> list[Span]:
        found: list[Span] = []
        for node, parts in zip(self.nodes, self.parts, strict=True):
            found.append(span_of(node, [found[part] for part in parts], self.state))
        return found

    def _with(self, case: Case, number: int, held: bool) -> Case:
        """A case in which one condition more is decided."""
        decided, spans = {**case.decided, number: held}, case.spans.copy()
        stale = set(self.choices[number])
        while stale:
            place = min(stale)  # operands come before what is made of them
            stale.remove(place)
            new = self._span(place, decided, spans)
            # What did not change changes nothing above it.
            if new != spans[place]:
                spans[place] = new
                stale.update(self.above[place])
        return Case(self, decided, spans)

    def _span(self, place: int, decided: Mapping[int, bool], spans: list[Span]) -> Span:
        node, parts = self.nodes[place], self.parts[place]
        if isinstance(node, Choice):
            held = decided.get(self.condition[id(node)])
            if held is not None:
                return spans[parts[1 if held else 2]]
        return span_of(node, [spans[part] for part in parts], self.state)

    def _undecided(self, case: Case) -> int | None:
        """The condition of the first choice that can be met and is open."""
        waiting, seen = [self.tree], set()
        while waiting:
            node = case.chosen(waiting.pop())
            place = self.place[id(node)]
            if place in seen or not self.choosing[place]:
                continue
            seen.add(place)
            if isinstance(node, Choice):
                return self.condition[id(node)]
            # From left to right, as the expression is evaluated.
            waiting += reversed(node.children)
        return None
