"""What every tree can do whatever its nodes mean: compare, hash, be walked, be folded, be pickled.

Nothing here recurses. A text of 2,048 bytes holds a sum of a thousand terms, which is a tree a thousand nodes deep on
its left side: deeper than Python's stack allows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Hashable, Iterator, Sequence
from operator import attrgetter
from typing import Any, Self, TypeVar

T = TypeVar("T")


class Tree:
    """A node: a label of its own and a tuple of children.

    Not an `abc.ABC`: asking whether a node is of a class would then be a call of Python, a hundred thousand times a load.
    """

    __slots__ = ("_hash", "_height", "_kind", "_names")
    _hash: int
    _names: frozenset[str]
    _height: int
    _kind: str | None

    @property
    @abstractmethod
    def children(self) -> tuple[Any, ...]:
        """The operands, in the order in which they are written."""

    @abstractmethod
    def label(self) -> Hashable:
        """What tells this node from another of its class, children apart."""

    @abstractmethod
    def with_children(self, children: Sequence[Any]) -> Any:
        """The same operation on other operands, its types checked anew."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tree):
            return NotImplemented
        # With a stack of its own: deep trees would exhaust Python's.
        pairs: list[tuple[Tree, Tree]] = [(self, other)]
        while pairs:
            one, two = pairs.pop()
            if one is two:
                continue
            if not _same_node(one, two):
                return False
            pairs.extend(zip(one.children, two.children, strict=True))
        return True

    def __hash__(self) -> int:
        return self._hash

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        rows: list[tuple[Any, ...]] = []

        def note(node: Tree, done: Sequence[int]) -> int:
            rows.append((type(node), node._leaf_fields(), tuple(done)))
            return len(rows) - 1

        fold(self, note)
        return _rebuild, (tuple(rows),)

    @abstractmethod
    def _leaf_fields(self) -> tuple[Any, ...]:
        """The arguments of the constructor that are not operands."""

    @classmethod
    @abstractmethod
    def _from_fields(cls, fields: tuple[Any, ...], children: tuple[Any, ...]) -> Any:
        """The node again from what `_leaf_fields` gave."""


def _same_node(one: Tree, two: Tree) -> bool:
    return (
        type(one) is type(two)
        # The hash first: it tells nearly all unlike trees apart without a look at their labels.
        and one._hash == two._hash
        and one.label() == two.label()
        and len(one.children) == len(two.children)
    )


def _rebuild(rows: tuple[tuple[Any, ...], ...]) -> Any:
    # Flat rows, because pickle recurses into nested objects; not the hash, which differs between processes.
    built: list[Any] = []
    for cls, fields, children in rows:
        built.append(cls._from_fields(fields, tuple(built[i] for i in children)))
    return built[-1]


N = TypeVar("N", bound=Tree)


def walk(tree: N) -> Iterator[N]:
    """All nodes, each before its operands, in the order of the text.

    >>> from negsim.model.expressions import parse
    >>> [str(node) for node in walk(parse("memo and rounds >= 1"))]
    ['memo and rounds >= 1', 'memo', 'rounds >= 1', 'rounds', '1']
    """
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


_own_children: Callable[[Any], Sequence[Any]] = attrgetter("children")


def fold(tree: N, step: Callable[[N, list[T]], T], children: Callable[[N], Sequence[N]] = _own_children) -> T:
    """The value of `step(node, values of its children)` at the root, computed from the leaves up.

    A subtree used in several places is visited once.
    """
    # By identity: a part that stands at several places is worked out once.
    known: dict[int, T] = {}
    # With a stack and not by recursion: trees may be deep.
    waiting = [tree]
    while waiting:
        node = waiting[-1]
        if id(node) in known:
            waiting.pop()
            continue
        parts = children(node)
        missing: list[N] = []
        for part in parts:
            if id(part) in known:
                continue
            # Leaves are half of all nodes: those before the first other one need no turn of their own.
            if not missing and not children(part):
                known[id(part)] = step(part, [])
            else:
                missing.append(part)
        if missing:  # they come first, from the left, and then this node again
            missing.reverse()
            waiting += missing
        else:
            waiting.pop()
            known[id(node)] = step(node, [known[id(part)] for part in parts])
    return known[id(tree)]
