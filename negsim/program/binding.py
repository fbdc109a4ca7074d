"""From laws as they are said to laws as numbers, for one row of parameter values."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from negsim.errors import EvaluationError, LawError
from negsim.laws import Law, quick_solver, solve
from negsim.model.calendar import microseconds
from negsim.model.clocks import Distribution, Fixed
from negsim.model.expressions import Evaluator, Expression, compile_expression, reads

if TYPE_CHECKING:
    pass

__all__ = ["Binder", "share"]


@lru_cache(maxsize=2**16)
def _solved(
    family: str, given: tuple[tuple[str, float], ...], low: float | None, high: float | None, never: float | None
) -> Law:
    """The law that satisfies the statements, solved once for all programs that have it."""
    law = solve(family, dict(given), low, high, never or 0.0)
    return law if never is None else replace(law, mixed=True)


def _value(evaluator: Evaluator, state: list[float], where: str) -> float:
    try:
        return float(evaluator(state))
    except EvaluationError as error:
        raise LawError(f"{where}: {error.message}") from None


def share(evaluator: Evaluator, state: list[float], where: str) -> float:
    """The value of an expression that must be a probability."""
    p = _value(evaluator, state, where)
    if not 0 <= p <= 1:
        raise LawError(f"{where}: {p!r} is no probability; it must lie in [0, 1]")
    return p


class Binder:
    """Solves one law for rows of parameter values; a law that reads no parameter is solved once."""

    def __init__(self, law: Distribution | Fixed, index: Mapping[str, int], where: str, *, clock: bool) -> None:
        self.law, self.where, self.clock = law, where, clock
        self.fixed = not any(reads(tree) for tree in law.arguments())
        self.solved: Law | tuple[float, float] | None = None
        self.given: dict[str, Evaluator] = {}
        self.bounds: list[Evaluator | None] = []
        self.quick: Callable[..., Law | None] = lambda *values: None

        def compiled(tree: Expression | None) -> Evaluator | None:
            return None if tree is None else compile_expression(tree, index)

        if isinstance(law, Distribution):
            self.given = {key: compile_expression(tree, index) for key, tree in law.given}
            self.bounds = [compiled(law.floor), compiled(law.ceiling), compiled(law.never)]
            if not (clock and law.family == "normal"):
                self.quick = quick_solver(law.family, tuple(self.given))
        else:
            self.bounds = [compiled(law.after), compiled(law.never)]

    def bind(self, state: list[float]) -> Law | tuple[float, float]:
        """The law for the parameter values in the state."""
        if self.solved is not None:
            return self.solved
        bounds = [None if tree is None else _value(tree, state, self.where) for tree in self.bounds]
        law = self.random(state, bounds) if isinstance(self.law, Distribution) else self.delay(bounds)
        if self.fixed:  # only then: threads bind different rows at the same time
            self.solved = law
        return law

    def random(self, state: list[float], bounds: list[float | None]) -> Law:
        """The solved law of a random clock or of a draw."""
        given = {key: _value(tree, state, self.where) for key, tree in self.given.items()}
        floor, ceiling, never = bounds
        assert isinstance(self.law, Distribution)
        try:
            quick = None if self.fixed else self.quick(tuple(given.values()), (floor, ceiling), never)
            if quick is not None:
                return quick
            solved = _solved(self.law.family, tuple(given.items()), floor, ceiling, never)
        except LawError as error:
            raise LawError(f"{self.where}: {error}") from None
        if self.clock and solved.support[0] < 0:
            raise LawError(
                f"{self.where}: {self.law!r} begins at {solved.support[0]!r}, before 0; a clock cannot fire before it "
                "starts, so use a law of positive times, or .truncated(0)"
            )
        return solved

    def delay(self, bounds: list[float | None]) -> tuple[float, float]:
        """The delay of a fixed clock in whole microseconds, and its probability of never."""
        after, never = bounds[0] or 0.0, bounds[1] or 0.0
        if not (after >= 0 and math.isfinite(after) and 0 <= never <= 1):
            raise LawError(
                f"{self.where}: Fixed needs a delay of at least 0 days and a probability of never in [0, 1], "
                f"not {after!r} and {never!r}"
            )
        return microseconds(after), never
