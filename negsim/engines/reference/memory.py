"""Sub-expressions that several clocks share are evaluated once between changes of what they read.

Nothing else changes: the same operations in the same order on the same numbers, and none that is not asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from negsim.model.expressions import Arithmetic, Call, Evaluator, Expression, compile_expression, reads, walk
from negsim.program import Program

__all__ = ["Memory"]

Cell = list[Any]


class Memory:
    """Compiles expressions to closures that remember; `forget` tells it that a slot has changed."""

    def __init__(self, program: Program) -> None:
        self.index = program.index
        self.first_parameter = len(program.slots) - len(program.parameters)
        seen = Counter(node for tree in _trees(program) for node in walk(tree) if isinstance(node, (Call, Arithmetic)))
        self.shared = {node for node, times in seen.items() if times > 1 or isinstance(node, Call)}
        self.known: dict[Expression, Evaluator] = {}
        self.cells: list[list[Cell]] = [[] for _ in program.slots]
        self.all: list[Cell] = []

    def compile(self, tree: Expression) -> Evaluator:
        """The closure of an expression over the state."""
        return compile_expression(tree, self.index, self.remember)

    def remember(self, node: Expression, closure: Evaluator) -> Evaluator:
        """The closure, remembered if others use the same sub-expression."""
        if node not in self.shared:
            return closure
        if node not in self.known:
            self.known[node] = self._remembered(node, closure)
        return self.known[node]

    def _remembered(self, node: Expression, closure: Evaluator) -> Evaluator:
        cell: Cell = [None]
        self.all.append(cell)
        for name in reads(node):
            self.cells[self.index[name]].append(cell)

        def run(state: Any) -> Any:
            value = cell[0]
            if value is None:
                value = cell[0] = closure(state)
            return value

        return run

    def forget(self, slot: int) -> None:
        """A slot has another value."""
        for cell in self.cells[slot]:
            cell[0] = None

    def forget_variables(self) -> None:
        """A new history begins; what reads parameters alone stays."""
        for cells in self.cells[: self.first_parameter]:
            for cell in cells:
                cell[0] = None

    def forget_all(self) -> None:
        """The parameters have other values."""
        for cell in self.all:
            cell[0] = None


def _trees(program: Program) -> Iterator[Expression]:
    for row in program.actions:
        yield from (row.guard, row.pace, row.speed)
        for outcome in row.outcomes:
            yield outcome.weight
            yield from (effect.amount for effect in outcome.effects if effect.amount is not None)
