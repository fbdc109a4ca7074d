"""Trees to what the kernel evaluates: constants, slots, bit masks over atoms, cells of a grid, postfix code.

The numbers of forms are those of ``types.h``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from negsim.engines.compiled.conjunctions import Conjunction, Conjunctions
from negsim.engines.compiled.postfix import END, HOLDS, LOAD, PART, PUSH, Keep, Written, eager, has_jumps, lazy
from negsim.engines.compiled.sharing import Sharing
from negsim.model.expressions import Call, Expression, Number, Ref, Truth, fold
from negsim.program import Slot

__all__ = ["CONST", "MASK", "Code", "Form", "cells_of"]

CONST, SLOT, MASK, TERMS, CODE, GRID, MEMO = range(7)

# Cells of one tabulated pace, and of all together.
MOST_CELLS, ALL_CELLS = 2**16, 2**17
# Of paces that also read parameters, whose cells are worked out one by one, anew for each row: so few that one row's
# histories meet them again, and that they are soon cleared.
MOST_MEMO, ALL_MEMO = 2**6, 2**13
# Parts of an expression with fewer nodes than this are not worth a place of their own.
WORTH = 5
# Parts within parts, each a call within a call.
MOST_NESTED = 24
# Bits of atoms in the first word.
ONE_WORD = 64


@dataclass(frozen=True, slots=True)
class Form:
    """One row of the kernel's table of expressions."""

    form: int
    slot: int = 0
    count: int = 0
    word: int = 0
    code: int = 0
    offset: int = 0
    mask: int = 0
    want: int = 0
    columns: int = -1
    value: float = 0.0


# A form, the places of the stack that it needs, and how many parts are within each other.
Coded: TypeAlias = tuple[Form, int, int]


def cells_of(slot: Slot) -> tuple[int, int]:
    """How many values a fact or a bounded level with a step can take, and the number of steps of the lowest."""
    if slot.kind == "fact":
        return 2, 0
    if slot.kind != "level" or slot.step is None or not math.isfinite(slot.high - slot.low):
        return 0, 0
    p, q = slot.step
    low, high = slot.low * q / p, slot.high * q / p  # whole, but for rounding: bounds are on the grid
    if high - low >= MOST_CELLS or abs(low) >= 2**30:
        return 0, 0
    return round(high) - round(low) + 1, round(low)


@dataclass(slots=True)
class Code:
    """The expressions of one program; each tree once."""

    slots: Sequence[Slot]
    index: Mapping[str, int]
    most_columns: int
    forms: list[Form] = field(default_factory=list)
    words: list[int] = field(default_factory=list)
    constants: list[float] = field(default_factory=list)
    terms: list[tuple[int, int, int, int]] = field(default_factory=list)
    dimensions: list[tuple[int, int]] = field(default_factory=list)
    atoms: dict[tuple[int, int, float], int] = field(default_factory=dict)
    gridded: set[int] = field(default_factory=set)
    cells: int = 0
    memo: int = 0
    depth: int = 0
    parts: int = 0
    sharing: Sharing = field(default_factory=Sharing)
    # by identity of the node that stands for all that are alike, and whether a condition is wanted
    _known: dict[tuple[int, bool], int] = field(default_factory=dict)
    # of parts: their number among the forms, the places of the stack they need, how many are within each other
    _parts: dict[int, tuple[int, int, int] | None] = field(default_factory=dict)
    _conditions: dict[int, int | None] = field(default_factory=dict)

    def share(self, tree: Expression) -> None:
        """Count a tree beforehand: what several take is worked out once for all of them."""
        self.sharing.add(tree)

    def condition(self, tree: Expression) -> int:
        """The number of a condition."""
        return self._number(tree, True)

    def number(self, tree: Expression) -> int:
        """The number of a tree that may be either kind."""
        return self._number(tree, False)

    def _number(self, tree: Expression, condition: bool) -> int:
        node = self.sharing.first(tree)
        key = id(node), condition
        if key not in self._known:
            form = self._condition_form(node) if condition else self._number_form(node)
            self._known[key] = len(self.forms)
            self.forms.append(form)
        return self._known[key]

    def _number_form(self, tree: Expression) -> Form:
        if isinstance(tree, Number | Truth):
            return Form(CONST, value=float(tree.value))
        if isinstance(tree, Ref):
            return Form(SLOT, slot=self.index[tree.name])
        if tree.kind == "condition":
            return self._condition_form(tree)
        return (self._grid_form(tree) or self._code_form(tree))[0]

    def _condition_form(self, tree: Expression) -> Form:
        terms = self._conjunctions().of(tree)
        return self._code_form(tree)[0] if terms is None else self._terms_form(terms)

    def _conjunctions(self) -> Conjunctions:
        return Conjunctions(self.index, self.atoms)

    def _terms_form(self, terms: Sequence[Conjunction]) -> Form:
        rows = [_masks(term) for term in terms]
        if len(rows) == 1 and len(rows[0]) <= 1:
            word, mask, want = rows[0][0] if rows[0] else (0, 0, 0)
            return Form(MASK, word=word, mask=mask, want=want)
        start = len(self.terms)
        for row in rows:
            for i, (word, mask, want) in enumerate(row or [(0, 0, 0)]):
                self.terms.append((int(i + 1 >= len(row)), word, mask, want))
        return Form(TERMS, slot=start, count=len(self.terms) - start)

    def _grid_form(self, tree: Expression) -> Coded | None:
        """A number that reads only facts and bounded levels with a step: a cell for each of their values.

        Without parameters all cells are worked out when the program is made ready; with them, when they are met.
        """
        reads = sorted(self.index[name] for name in self.sharing.names(tree))
        slots = [slot for slot in reads if self.slots[slot].kind != "parameter"]
        sizes = [cells_of(self.slots[slot])[0] for slot in slots]
        cells = math.prod(sizes)
        memo = len(slots) < len(reads)
        one, most, used = (MOST_MEMO, ALL_MEMO, self.memo) if memo else (MOST_CELLS, ALL_CELLS, self.cells)
        if not reads or not 0 < cells <= one or used + cells > most:
            return None
        start, stride = len(self.dimensions), 1
        for slot, size in zip(slots, sizes, strict=True):
            self.dimensions.append((slot, stride))
            stride *= size
        self.gridded.update(slots)
        self.memo, self.cells = self.memo + cells * memo, self.cells + cells * (not memo)
        if memo:
            code, depth, nested = self._code_form(tree)
            return replace(code, form=MEMO, slot=start, count=len(slots), offset=used), depth, nested
        # Cells are filled before there are histories, so their code is whole: tables, bits and parts come later.
        return Form(GRID, slot=start, count=len(slots), code=self._whole(tree), offset=used), 1, 0

    def _whole(self, tree: Expression) -> int:
        words, depth = fold(tree, partial(self._written, lazy), self.sharing.parts)
        return self._keep(words, depth)

    def _code_form(self, tree: Expression) -> Coded:
        taken: list[int] = []
        nested = [0]
        jumps = [False]

        def inside(node: Expression) -> Sequence[Expression]:
            return () if node is not tree and self._piece(node) is not None else self.sharing.parts(node)

        def write(node: Expression, parts: Sequence[tuple[Written, Written]]) -> tuple[Written, Written]:
            piece = None if node is tree else self._piece(node)
            if piece is not None:
                words, depth, within = piece
                taken.append(words[1])
                nested[0] = max(nested[0], within)
                return (words, depth), (words, depth)
            jumps[0] |= has_jumps(node)
            one, many = ([pair[way] for pair in parts] for way in (0, 1))
            return self._written(lazy, node, one), self._written(eager, node, many)

        (words, depth), (columns, places) = fold(tree, write, inside)
        code = self._keep(words, depth)
        wide = places <= self.most_columns
        many = -1 if not wide else self._keep(columns, places) if jumps[0] else code
        # What is shared is worked out once for many histories, and for one again and again.
        shares = any(self.forms[number].form == CODE for number in taken)
        return Form(CODE, code=code, columns=many, want=int(shares)), max(depth, places), nested[0]

    def _keep(self, words: Sequence[int], depth: int) -> int:
        start = len(self.words)
        self.words += [*words, END]
        self.depth = max(self.depth, depth)
        return start

    def _written(
        self, way: Callable[[Expression, Sequence[Written], Keep], Written], node: Expression, parts: Sequence[Written]
    ) -> Written:
        if isinstance(node, Number | Truth):
            return [PUSH, self.constant(float(node.value))], 1
        if isinstance(node, Ref):
            return [LOAD, self.index[node.name]], 1
        return way(node, parts, self.constant)

    def _piece(self, node: Expression) -> tuple[list[int], int, int] | None:
        """The code that takes a part from elsewhere, what it needs, and how deep parts are within it; or None."""
        if isinstance(node, Ref | Number | Truth):
            return None
        if node.kind == "condition":
            number = self._quick(node)
            return None if number is None else ([HOLDS, number], 1, 0)
        if id(node) not in self._parts:
            self._parts[id(node)] = self._part(node)
        part = self._parts[id(node)]
        return None if part is None else ([PART, part[0]], 1 + part[1], part[2] + 1)

    def _quick(self, node: Expression) -> int | None:
        """The number of a condition that is a look at bits; None if it is not, or needs bits beyond the first word.

        Facts whose bits are in the first word are assigned faster.
        """
        if id(node) not in self._conditions:
            before, number = len(self.atoms), None
            terms = self._conjunctions().of(node)
            if terms is not None and len(self.atoms) <= max(before, ONE_WORD):
                number = self._number(node, True)
            while number is None and len(self.atoms) > before:
                self.atoms.popitem()
            self._conditions[id(node)] = number
        return self._conditions[id(node)]

    def _part(self, node: Expression) -> tuple[int, int, int] | None:
        """A part of an expression that is worth a place of its own: a table, or what several take."""
        fixed = all(self.slots[self.index[name]].kind == "parameter" for name in self.sharing.names(node))
        size = self.sharing.size(node)
        if size < WORTH and not (fixed and isinstance(node, Call)):
            return None
        coded = self._grid_form(node)
        if coded is None and self.sharing.shared(node):
            coded = self._code_form(node)
        if coded is None or coded[2] >= MOST_NESTED:
            return None
        form, depth, nested = coded
        self.forms.append(replace(form, mask=self.parts))
        self.parts += 1
        return len(self.forms) - 1, depth, nested

    def constant(self, value: float) -> int:
        """Where a number is kept (bits matter: 0.0 and -0.0 are two)."""
        self.constants.append(value)
        return len(self.constants) - 1


def _masks(term: Conjunction) -> list[tuple[int, int, int]]:
    words: dict[int, tuple[int, int]] = {}
    for atom, truth in term.items():
        mask, want = words.get(atom >> 6, (0, 0))
        bit = 1 << (atom & 63)
        words[atom >> 6] = (mask | bit, want | bit if truth else want)
    return [(word, *pair) for word, pair in sorted(words.items())]
