"""Laws solved for many rows of parameters at once: the numbers of `Program.bind`, column by column.

Whatever is not plainly in order in a row is bound for that row alone, and says there what is wrong with it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from negsim.errors import LawError
from negsim.laws import Law
from negsim.laws.columns import in_order, solved_columns
from negsim.model.calendar import DAY
from negsim.model.clocks import Distribution
from negsim.model.expressions import Evaluator, Expression
from negsim.model.expressions.columns import column
from negsim.model.parameters import Parameter
from negsim.program.binding import Binder, share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Column", "bind_rows"]


@dataclass(frozen=True, slots=True)
class Column:
    """A law in many rows; where it is the same in all, its numbers may stand alone.

    Attributes
    ----------
    family : str
        A family of `Law`, or ``fixed``: then the one parameter is the delay in microseconds.
    params : tuple of float64 (rows,)
    low, high : float64 (rows,) or None
        Truncation.
    never : float64 (rows,)
    mixed : bool
        As in `Law`.
    """

    family: str
    params: tuple[Any, ...]
    low: Any
    high: Any
    never: Any
    mixed: bool

    @classmethod
    def of(cls, law: Law | tuple[float, float]) -> Column:
        """A law that is the same in all rows."""
        if isinstance(law, tuple):
            return cls("fixed", law[:1], None, None, law[1], False)
        return cls(law.family, law.params, law.low, law.high, law.never, law.mixed)

    def put(self, row: int, law: Law | tuple[float, float]) -> None:
        """Write the law of one row."""
        one = Column.of(law)
        pairs = [*zip(self.params, one.params, strict=True), (self.low, one.low), (self.high, one.high)]
        for mine, number in [*pairs, (self.never, one.never)]:
            if mine is not None:
                mine[row] = number


class Bindable(Protocol):
    """What is needed of a `Program`."""

    @property
    def parameters(self) -> Sequence[Parameter]:
        """In the order of the rows."""

    @property
    def binders(self) -> Sequence[Binder]:
        """What solves each law."""

    @property
    def chances(self) -> Sequence[tuple[str, Expression, Evaluator]]:
        """Probabilities of initial values, each with the words for it."""

    def state(self, values: Sequence[float]) -> list[float]:
        """A state of which only the parameters are known."""

    def bind(self, values: Sequence[float]) -> object:
        """Solve every law for one row."""


def bind_rows(program: Bindable, values: Floats) -> tuple[Column, ...]:
    """Solve every law of a program for many rows (see `Program.bind_rows`)."""
    rows = _Rows(program, values)
    try:
        with np.errstate(all="ignore"):
            found = tuple(_bound(binder, rows) for binder in program.binders)
            _check_chances(program, rows)
    except LawError:
        for row in range(rows.count):  # the first row that is refused says why
            program.bind(values[row].tolist())
        raise
    return found


def _check_chances(program: Bindable, rows: _Rows) -> None:
    for where, tree, evaluator in program.chances:
        found = rows.column(tree)
        if found is None or not ((found >= 0.0) & (found <= 1.0)).all():
            for row in range(rows.count):
                share(evaluator, rows.state(row), where)


class _Rows:
    """Rows of parameters as columns by name, and one by one as states."""

    def __init__(self, program: Bindable, values: Floats) -> None:
        self.program, self.values, self.count = program, values, len(values)
        self.names = {one.name: np.ascontiguousarray(values[:, k]) for k, one in enumerate(program.parameters)}

    def column(self, tree: Expression) -> Floats | None:
        """The values of a tree, if they can be had all at once."""
        return column(tree, self.names, self.count)

    def state(self, row: int) -> list[float]:
        """One row as a state."""
        return self.states[row]

    @cached_property
    def states(self) -> list[list[float]]:
        """All rows as states."""
        return [self.program.state(row) for row in self.values.tolist()]


def _bound(binder: Binder, rows: _Rows) -> Column:
    if binder.fixed:
        return Column.of(binder.bind(rows.program.state(rows.values[0].tolist())))
    found = _distribution(binder, rows) if isinstance(binder.law, Distribution) else _delay(binder, rows)
    if found is None:
        return _one_by_one(binder, rows)
    whole, good = found
    for row in np.flatnonzero(~good).tolist():
        whole.put(row, binder.bind(rows.state(row)))
    return whole


def _columns(trees: Sequence[Expression | None], rows: _Rows) -> list[Floats | None] | None:
    """The values of trees, None for one that was not said; None in all if one must be had row by row."""
    found = [None if tree is None else rows.column(tree) for tree in trees]
    if any(one is None and tree is not None for one, tree in zip(found, trees, strict=True)):
        return None
    return [None if one is None else np.array(one) for one in found]  # rows are written to, each by itself


def _distribution(binder: Binder, rows: _Rows) -> tuple[Column, NDArray[np.bool_]] | None:
    law = binder.law
    assert isinstance(law, Distribution)
    keys = [key for key, _ in law.given]
    found = _columns([*(tree for _, tree in law.given), law.floor, law.ceiling, law.never], rows)
    if found is None or (binder.clock and law.family == "normal"):
        return None
    *said, low, high, never = found
    given = {key: one for key, one in zip(keys, said, strict=True) if one is not None}
    params = solved_columns(law.family, given)
    if params is None:
        return None
    good = in_order(law.family, given, params, low, high, never)
    nought = np.zeros(rows.count) if never is None else never + 0.0  # which makes 0.0 of -0.0
    return Column(law.family, tuple(map(np.array, params)), low, high, nought, never is not None), good


def _delay(binder: Binder, rows: _Rows) -> tuple[Column, NDArray[np.bool_]] | None:
    law = binder.law
    assert not isinstance(law, Distribution)
    found = _columns([law.after, law.never], rows)
    if found is None:
        return None
    after, never = (np.zeros(rows.count) if one is None else one for one in found)
    good = (after >= 0.0) & (after < math.inf) & (never >= 0.0) & (never <= 1.0)
    return Column("fixed", (np.rint(after * DAY) + 0.0,), None, None, never + 0.0, False), good


def _one_by_one(binder: Binder, rows: _Rows) -> Column:
    laws = [binder.bind(rows.state(row)) for row in range(rows.count)]
    first = Column.of(laws[0])
    empty = [None if one is None else np.empty(rows.count) for one in (first.low, first.high)]
    params = tuple(np.empty(rows.count) for _ in first.params)
    whole = Column(first.family, params, empty[0], empty[1], np.empty(rows.count), first.mixed)
    for row, law in enumerate(laws):
        whole.put(row, law)
    return whole
