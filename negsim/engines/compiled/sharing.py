"""Which parts of a program's expressions are the same, and which are taken by several."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field

from negsim.model.expressions import Expression, Ref, fold

__all__ = ["Sharing"]


@dataclass(slots=True)
class Sharing:
    """One node for all that are alike: words write the same part anew wherever they need it."""

    # All by identity: to compare large trees takes long, and one node for all that are alike makes it needless.
    _first: dict[int, Expression] = field(default_factory=dict)
    _alike: dict[tuple[Hashable, ...], Expression] = field(default_factory=dict)
    _parts: dict[int, tuple[Expression, ...]] = field(default_factory=dict)
    _uses: dict[int, int] = field(default_factory=dict)
    _names: dict[int, frozenset[str]] = field(default_factory=dict)
    _sizes: dict[int, int] = field(default_factory=dict)
    # An identity is that of the next object once an object is gone.
    _alive: list[Expression] = field(default_factory=list)

    def add(self, tree: Expression) -> None:
        """Count a tree, which somebody takes whole."""
        self._uses[id(self.first(tree))] += 1

    def first(self, tree: Expression) -> Expression:
        """The node that stands for all that are like this one."""
        if id(tree) not in self._first:
            fold(tree, self._meet, lambda node: () if id(node) in self._first else node.children)
        return self._first[id(tree)]

    def _meet(self, node: Expression, parts: list[Expression]) -> Expression:
        found = self._first.get(id(node))
        if found is None:
            key = (type(node), node.label(), *map(id, parts))
            found = self._alike.setdefault(key, node)
            self._first[id(node)] = found
            self._alive.append(node)
            if found is node:
                self._note(node, tuple(parts))
        return found

    def _note(self, node: Expression, parts: tuple[Expression, ...]) -> None:
        self._parts[id(node)], self._uses[id(node)] = parts, 0
        self._sizes[id(node)] = 1 + sum(self._sizes[id(part)] for part in parts)
        own = frozenset((node.name,)) if isinstance(node, Ref) else frozenset()
        self._names[id(node)] = own.union(*(self._names[id(part)] for part in parts))
        for part in parts:
            self._uses[id(part)] += 1

    def parts(self, node: Expression) -> tuple[Expression, ...]:
        """The operands of such a node, each standing for all like it."""
        return self._parts[id(node)]

    def names(self, node: Expression) -> frozenset[str]:
        """What it reads."""
        return self._names[id(node)]

    def size(self, node: Expression) -> int:
        """How many nodes its text has."""
        return self._sizes[id(node)]

    def shared(self, node: Expression) -> bool:
        """Whether it is taken more than once."""
        return self._uses[id(node)] > 1
