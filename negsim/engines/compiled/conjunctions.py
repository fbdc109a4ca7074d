"""Conditions as an `or` of conjunctions of atoms, which are looked at as bits under a mask."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeAlias

from negsim.engines.compiled.postfix import COMPARE
from negsim.model.expressions import And, AtLeast, Compare, Expression, Not, Number, Or, Ref, Truth, fold

__all__ = ["Conjunction", "Conjunctions"]

# Conditions with more conjunctions than this stay postfix code.
MOST_TERMS = 16

# A conjunction: the atoms that must hold (True) or must not (False).
Conjunction: TypeAlias = Mapping[int, bool]
# Conjunctions of which one must hold; None: too many, or not of atoms that cannot fail.
Terms: TypeAlias = list[Conjunction] | None


@dataclass(frozen=True, slots=True)
class Conjunctions:
    """How conditions are made of atoms; new ones are added to ``atoms``."""

    index: Mapping[str, int]
    atoms: dict[tuple[int, int, float], int]

    def of(self, tree: Expression) -> Terms:
        """The tree as an `or` of conjunctions of atoms that cannot fail; None if it is too much."""
        return fold(tree, self._terms, _conditions)[0]

    def _terms(self, node: Expression, parts: Sequence[tuple[Terms, Terms]]) -> tuple[Terms, Terms]:
        """Where the node holds, and where it does not."""
        yes, no = [part[0] for part in parts], [part[1] for part in parts]
        if isinstance(node, Truth):
            return ([{}], []) if node.value else ([], [{}])
        if isinstance(node, Not):
            return no[0], yes[0]
        if isinstance(node, And):
            return _product(yes), _union(no)
        if isinstance(node, Or):
            return _union(yes), _product(no)
        if isinstance(node, AtLeast):
            # fewer than k hold: at least n - k + 1 do not
            return _some(node.k, yes), _some(len(no) - node.k + 1, no)
        atom = self._atom(node)
        return (None, None) if atom is None else ([{atom: True}], [{atom: False}])

    def _atom(self, tree: Expression) -> int | None:
        """The bit of a fact, or of a slot compared with a number: conditions that cannot fail."""
        if isinstance(tree, Ref):
            return self._bit(self.index[tree.name], -1, 0.0)
        if isinstance(tree, Compare) and isinstance(tree.left, Ref) and isinstance(tree.right, Number):
            return self._bit(self.index[tree.left.name], COMPARE[tree.op], tree.right.value)
        return None

    def _bit(self, slot: int, operation: int, value: float) -> int:
        return self.atoms.setdefault((slot, operation, value), len(self.atoms))


def _conditions(node: Expression) -> Sequence[Expression]:
    """The operands that are conditions of an `and`, `or`, `not`, `at_least`; nothing below other nodes."""
    return node.children if isinstance(node, And | Or | Not | AtLeast) else ()


def _union(parts: Sequence[Terms]) -> Terms:
    terms: list[Conjunction] = []
    for part in parts:
        if part is None or len(terms) + len(part) > MOST_TERMS:
            return None
        terms += part
    return terms


def _product(parts: Sequence[Terms]) -> Terms:
    terms: list[Conjunction] = [{}]
    for part in parts:
        if part is None or len(terms) * len(part) > MOST_TERMS:
            return None
        pairs = [(one, two) for one in terms for two in part]
        terms = [
            {**one, **two} for one, two in pairs if all(two.get(key, truth) == truth for key, truth in one.items())
        ]
    return terms


def _some(needed: int, parts: Sequence[Terms]) -> Terms:
    """Where at least so many hold."""
    if needed <= 0:
        return [{}]
    if needed > len(parts):
        return []
    if math.comb(len(parts), needed) > MOST_TERMS:
        return None
    return _union([_product(list(some)) for some in combinations(parts, needed)])
