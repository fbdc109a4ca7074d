"""Tables that cannot change, for fields of elements and words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, TypeVar

__all__ = ["Lookup"]

T = TypeVar("T")


class Lookup(Mapping[str, T], Generic[T]):
    """A mapping that cannot change: sorted by key, hashable, equal to any mapping with the same entries.

    >>> Lookup({"b": 2, "a": 1})
    Lookup({'a': 1, 'b': 2})
    """

    __slots__ = ("_pairs",)

    def __init__(self, entries: Mapping[str, T] | Iterable[tuple[str, T]] = ()) -> None:
        # Sorted: scenarios that say the same in another order are equal, and have the same text.
        self._pairs: tuple[tuple[str, T], ...] = tuple(sorted(dict(entries).items(), key=lambda pair: pair[0]))

    def __getitem__(self, key: str) -> T:
        # A word has a handful of parties: a dictionary beside the pairs would have to be kept out of equality and hash.
        for name, value in self._pairs:
            if name == key:
                return value
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __repr__(self) -> str:
        return f"Lookup({dict(self._pairs)!r})"
