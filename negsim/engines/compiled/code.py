"""Trees to what the kernel evaluates: constants, slots, bit masks over atoms, cells of a grid, postfix code.

The numbers of forms and operations are those of ``types.h`` and ``expressions.h``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice
from typing import Any, TypeAlias

from negsim.model.expressions import (
    And,
    Arithmetic,
    AtLeast,
    Call,
    Choice,
    Compare,
    Expression,
    Neg,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    fold,
    walk,
)
from negsim.program import Slot

__all__ = ["CONST", "Code", "Form"]

CONST, SLOT, MASK, TERMS, CODE, GRID, MEMO = range(7)
(END, PUSH, LOAD, NEG, NOT, ADD, SUB, MUL, DIV, LT, LE, GT, GE, EQ, NE) = range(15)
(MIN, MAX, ABS, EXP, LOG, SQRT, CLIP, AND, OR, ELSE, JUMP, COUNT, PART) = range(15, 28)
ARITHMETIC = {"+": ADD, "-": SUB, "*": MUL, "/": DIV}
COMPARE = {"<": LT, "<=": LE, ">": GT, ">=": GE, "==": EQ, "!=": NE}
CALLS = {"min": MIN, "max": MAX, "abs": ABS, "exp": EXP, "log": LOG, "sqrt": SQRT, "clip": CLIP}

# Conditions with more conjunctions than this stay postfix code.
MOST_TERMS = 16
# Cells of one tabulated pace, and of all together.
MOST_CELLS, ALL_CELLS = 2**16, 2**17
# Of paces that also read parameters, whose cells are worked out one by one, anew for each row: few enough to clear.
MOST_MEMO, ALL_MEMO = 2**11, 2**14
# Parts of an expression with fewer nodes than this are not worth a table.
WORTH = 5

# A conjunction: the atoms that must hold (True) or must not (False).
Conjunction: TypeAlias = Mapping[int, bool]
# Conjunctions of which one must hold; None: too many, or not of atoms that cannot fail.
Terms: TypeAlias = list[Conjunction] | None
# Code and the places of the stack it needs.
Written: TypeAlias = tuple[list[int], int]


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
    value: float = 0.0


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
    _known: dict[tuple[Expression, bool], int] = field(default_factory=dict)
    _parts: dict[Expression, int | None] = field(default_factory=dict)
    # starts of code without jumps; whether the code being written has one
    _straight: set[int] = field(default_factory=set)
    _jumps: bool = False
    # by identity, because comparing large trees takes long; the program keeps them alive
    _seen: dict[int, int | None] = field(default_factory=dict)

    def condition(self, tree: Expression) -> int:
        """The number of a condition."""
        return self._number(tree, True)

    def number(self, tree: Expression) -> int:
        """The number of a tree that may be either kind."""
        return self._number(tree, False)

    def _number(self, tree: Expression, condition: bool) -> int:
        key = (tree, condition)
        if key not in self._known:
            form = self._condition_form(tree) if condition else self._number_form(tree)
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
        return self._grid_form(tree) or self._code_form(tree)

    def _code_form(self, tree: Expression) -> Form:
        start = self._postfix(tree)
        return Form(CODE, code=start, offset=int(start in self._straight))

    def _condition_form(self, tree: Expression) -> Form:
        terms = self._conjunctions(tree, True)
        if terms is None:
            return self._code_form(tree)
        rows = [self._masks(term) for term in terms]
        if len(rows) == 1 and len(rows[0]) <= 1:
            word, mask, want = rows[0][0] if rows[0] else (0, 0, 0)
            return Form(MASK, word=word, mask=mask, want=want)
        start = len(self.terms)
        for row in rows:
            for i, (word, mask, want) in enumerate(row or [(0, 0, 0)]):
                self.terms.append((int(i + 1 >= len(row)), word, mask, want))
        return Form(TERMS, slot=start, count=len(self.terms) - start)

    def _masks(self, term: Conjunction) -> list[tuple[int, int, int]]:
        words: dict[int, tuple[int, int]] = {}
        for atom, truth in term.items():
            mask, want = words.get(atom >> 6, (0, 0))
            bit = 1 << (atom & 63)
            words[atom >> 6] = (mask | bit, want | bit if truth else want)
        return [(word, *pair) for word, pair in sorted(words.items())]

    def _conjunctions(self, tree: Expression, truth: bool) -> Terms:
        """The tree (or its opposite) as an `or` of conjunctions of atoms that cannot fail; None if it is too much."""
        return fold(tree, self._terms, _conditions)[not truth]

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

    def _grid_form(self, tree: Expression) -> Form | None:
        """A number that reads only facts and bounded levels with a step: a cell for each of their values.

        Without parameters all cells are worked out when the program is made ready; with them, when they are met.
        """
        reads = sorted({self.index[node.name] for node in walk(tree) if isinstance(node, Ref)})
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
        form = MEMO if memo else GRID
        return Form(form, slot=start, count=len(slots), code=self._postfix(tree, whole=True), offset=used)

    def _part(self, node: Expression) -> int | None:
        """The number of a part of an expression that is worth a table of its own; None if it is not."""
        if id(node) not in self._seen:
            if isinstance(node, Arithmetic | Call | Choice) and node.kind == "number" and _size(node) >= WORTH:
                if node not in self._parts:
                    form = self._grid_form(node)
                    self._parts[node] = None if form is None else len(self.forms)
                    self.forms += [] if form is None else [replace(form, mask=self.parts)]
                    self.parts += form is not None
                self._seen[id(node)] = self._parts[node]
            else:
                self._seen[id(node)] = None
        return self._seen[id(node)]

    def _postfix(self, tree: Expression, whole: bool = False) -> int:
        """Where the code of a tree begins; unless it is wanted whole, parts of it are taken from tables."""

        def inside(node: Expression) -> Sequence[Expression]:
            return () if not whole and self._part(node) is not None else node.children

        def write(node: Expression, parts: Sequence[Written]) -> Written:
            part = None if whole else self._part(node)
            return self._write(node, parts) if part is None else ([PART, part], 1)

        outside, self._jumps = self._jumps, False
        words, depth = fold(tree, write, inside)
        start = len(self.words)
        if not self._jumps and depth <= self.most_columns:
            self._straight.add(start)
        self._jumps = outside
        self.words += [*words, END]
        self.depth = max(self.depth, depth)
        return start

    def _write(self, node: Expression, parts: Sequence[Written]) -> Written:
        """The code of a node from that of its operands; jumps are distances, so it can be moved."""
        if isinstance(node, Number | Truth):
            return [PUSH, self.constant(float(node.value))], 1
        if isinstance(node, Ref):
            return [LOAD, self.index[node.name]], 1
        if isinstance(node, And | Or | Choice | AtLeast):
            self._jumps = True
        if isinstance(node, And | Or):
            return _lazy(AND if isinstance(node, And) else OR, parts)
        if isinstance(node, Choice):
            return _choice(parts)
        if isinstance(node, AtLeast):
            return self._counting(node.k, parts)
        return _eager(node, parts)

    def _counting(self, k: int, parts: Sequence[Written]) -> Written:
        n = len(parts)
        if k <= 0 or k > n:
            return [PUSH, self.constant(float(k <= 0))], 1
        words: list[int] = []
        for i, (part, _) in reversed(list(enumerate(parts))):
            words = [*part, COUNT, k, n - i - 1, len(words), *words]
        return [PUSH, self.constant(0.0), *words], 1 + max(depth for _, depth in parts)

    def constant(self, value: float) -> int:
        """Where a number is kept (bits matter: 0.0 and -0.0 are two)."""
        self.constants.append(value)
        return len(self.constants) - 1


def _size(node: Expression) -> int:
    """How many nodes, as far as it matters."""
    return sum(1 for _ in islice(walk(node), WORTH))


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


def _lazy(operation: int, parts: Sequence[Written]) -> Written:
    words = parts[-1][0]
    for part, _ in reversed(parts[:-1]):
        words = [*part, operation, len(words), *words]
    return words, max(depth for _, depth in parts)


def _choice(parts: Sequence[Written]) -> Written:
    (condition, a), (then, b), (otherwise, c) = parts
    return [*condition, ELSE, len(then) + 2, *then, JUMP, len(otherwise), *otherwise], max(a, b, c)


def _eager(node: Any, parts: Sequence[Written]) -> Written:
    depth = max(i + depth for i, (_, depth) in enumerate(parts))
    if isinstance(node, Call) and node.function in ("min", "max"):
        words = list(parts[0][0])
        for part, _ in parts[1:]:
            words += [*part, CALLS[node.function]]
        return words, depth
    return [*(word for part, _ in parts for word in part), _operation(node)], depth


def _operation(node: Any) -> int:
    if isinstance(node, Arithmetic):
        return ARITHMETIC[node.op]
    if isinstance(node, Compare):
        return COMPARE[node.op]
    if isinstance(node, Call):
        return CALLS[node.function]
    return NEG if isinstance(node, Neg) else NOT
