"""Circles of facts: each waits for another, so that a precondition on one of them often stands for one on the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from negsim.model.circles import components
from negsim.model.elements import Elements
from negsim.model.expressions import Expression, Not, atoms, reads, walk

__all__ = ["Circles"]


class Circles:
    """Which conditions read facts of one circle."""

    def __init__(self, elements: Elements) -> None:
        # What a demand brings is one node: who waits for it to be met or to be waived waits for it.
        demands = [name for name in elements.requirements if name in elements.owners]
        self.node = {name: one for one in demands for name in elements.variables if name.startswith(f"{one}.")}
        waits: dict[str, set[str]] = {self.node.get(name, name): set() for name in elements.variables}
        for action in elements.actions.values():
            needed = self._read(action.when)
            effects = [*action.effects, *(one for outcome in action.outcomes for one in outcome.effects)]
            for effect in effects:
                waits.setdefault(self.node.get(effect.variable, effect.variable), set()).update(needed)
        graph: Mapping[str, list[str]] = {
            name: sorted(one for one in found if one in waits) for name, found in waits.items()
        }
        self.circle_of = {name: k for k, part in enumerate(components(graph)) for name in part}

    def partners(self, one: Expression, others: Iterable[Expression]) -> list[Expression]:
        """Those of the others that are not the same and read a fact of the same circle."""
        own = self._circles(one)
        return [other for other in others if other != one and own & self._circles(other)]

    def _circles(self, condition: Expression) -> set[int]:
        return {self.circle_of[name] for name in self._read(condition) if name in self.circle_of}

    def _read(self, condition: Expression) -> set[str]:
        return {self.node.get(name, name) for name in _needed(condition)}


def _needed(condition: Expression) -> set[str]:
    """The names that a condition reads, but for those that it wants to be untrue."""
    negated = {node.arg for node in walk(condition) if isinstance(node, Not)}
    return {name for atom in atoms(condition) if atom not in negated for name in reads(atom)}
