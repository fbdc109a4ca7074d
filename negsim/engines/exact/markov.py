"""Clocks as rates and stages; everything that is not Markov is refused with what to do instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.lumping import Cone
from negsim.engines.exact.phasetype import PhaseLaw, beside, exact_phases, fitted_phases, residual_phases
from negsim.errors import EngineError
from negsim.laws import Law
from negsim.model.calendar import DAY
from negsim.model.expressions import reads
from negsim.program import ActionRow, Program

__all__ = ["Clockwork", "Numbers", "clockworks", "numbers_of"]

Floats = NDArray[np.float64]
STEP = 3e-3
"""Relative step of the differences below: with order 6 the error is that of rounding, about 1e-13."""


@dataclass(frozen=True, slots=True, eq=False)
class Clockwork:
    """How an action's clock runs.

    Attributes
    ----------
    kind : {'rate', 'stages', 'fixed', 'calendar', 'immediate'}
    rate : float
        Per day (kind rate).
    rate_slopes : float64 (m,) or None
        Derivatives of the rate.
    law : PhaseLaw or None
        Kind stages.
    start_slopes, rates_slopes : float64 (K, m) or None
    delay : float
        Microseconds for which it runs in any case: all of a fixed clock, and what a law is truncated to from below.
    residual : float64 (K,) or None
        Kind stages: probability to begin in each stage once the delay is over.
    never : float
        Kind fixed: probability that it never fires.
    misfit : float
        What a start by date counts beside other starts: the stages after a delay may fit better than those of the whole.
    """

    kind: str
    rate: float = 0.0
    rate_slopes: Floats | None = None
    law: PhaseLaw | None = None
    start_slopes: Floats | None = None
    rates_slopes: Floats | None = None
    delay: float = 0.0
    residual: Floats | None = None
    never: float = 0.0
    misfit: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """The numbers of one row of parameters.

    Attributes
    ----------
    values : tuple of float
        Parameter values.
    laws : tuple
        Bound laws.
    slopes : tuple of (float64 (m,) or None)
        For each parameter, its derivatives with respect to the chosen numbers.
    thetas : tuple of str
        The numbers that derivatives are taken with respect to: parameters, or actions (of their rate).
    """

    values: tuple[float, ...]
    laws: tuple[Any, ...]
    slopes: tuple[Floats | None, ...] = ()
    thetas: tuple[str, ...] = ()


def numbers_of(program: Program, values: Sequence[float] | None = None, thetas: Sequence[str] = ()) -> Numbers:
    """Bind the laws to a row of parameters (best values if none are given)."""
    row = program.best() if values is None else tuple(float(value) for value in values)
    names = [parameter.name for parameter in program.parameters]
    slopes: list[Floats | None] = [None] * len(names)
    for column, theta in enumerate(thetas):
        if theta in names:
            slopes[names.index(theta)] = np.eye(len(thetas))[column]
    return Numbers(row, program.bind(row).laws, tuple(slopes), tuple(thetas))


def clockworks(program: Program, cone: Cone, numbers: Numbers, stages: int | None) -> dict[int, Clockwork]:
    """The clock of every action of the cone.

    Raises
    ------
    EngineError
        For a clock that is not Markov, with the remedy.
    """
    return {rank: _clockwork(program, rank, numbers, stages) for rank in cone.ranks}


def _clockwork(program: Program, rank: int, numbers: Numbers, stages: int | None) -> Clockwork:
    row = program.actions[rank]
    if row.policy is not None:
        raise EngineError(
            f"action {row.name}: {row.by} decides by a Python function; only the reference engine can ask it"
        )
    if row.clock in ("calendar", "immediate"):
        return Clockwork(row.clock)
    assert row.law is not None
    law = numbers.laws[row.law]
    if row.clock == "fixed":
        return _fixed(program, row, rank, law, numbers)
    plain = law.family == "exponential" and not law.truncated and not law.defective
    if plain:
        slopes = _slopes(program, rank, numbers, lambda law: np.array([law.params[0]]), np.array([law.params[0]]))
        return Clockwork("rate", rate=law.params[0], rate_slopes=None if slopes is None else slopes[0])
    return _staged(program, row, rank, law, numbers, stages)


def _fixed(program: Program, row: ActionRow, rank: int, law: tuple[float, float], numbers: Numbers) -> Clockwork:
    """A delay; whether it ends at a date shows when states are explored."""
    delay, never = law
    if any(_argument(program, rank, theta) for theta in numbers.thetas):
        raise EngineError(f"action {row.name}: no derivative is taken with respect to a fixed delay; take a difference")
    if not delay > 0.0:
        raise EngineError(f"action {row.name}: its Fixed clock runs for no time at all; use Immediately")
    if never > 0.0 and row.memory == "repeat":
        raise EngineError(
            f"action {row.name}: memory 'repeat' with or_never is not followed here; use reset, or simulate"
        )
    return Clockwork("fixed", delay=delay, never=never)


def _staged(program: Program, row: ActionRow, rank: int, law: Law, numbers: Numbers, stages: int | None) -> Clockwork:
    if row.memory == "repeat":
        raise EngineError(
            f"action {row.name}: memory 'repeat' with stages is not Markov; use reset or resume, or simulate"
        )
    if law.low is not None and 0.0 < law.low < math.inf and law.high is None:
        left = residual_phases(law, stages)
        if left is not None and not any(_argument(program, rank, theta) for theta in numbers.thetas):
            return _delayed(law, left, stages)
    staged = exact_phases(law)
    if staged is None and stages is None:
        raise EngineError(
            f"action {row.name}: its clock ({law.family}{' truncated' if law.truncated else ''}) is not Markov; solve with "
            "stages=20 (--stages 20) to put stages in its place (the error is reported), use Exponential or Erlang, or simulate"
        )
    if staged is not None:
        starts = _slopes(program, rank, numbers, lambda law: _exact(law).start, staged.start)
        rates = _slopes(program, rank, numbers, lambda law: _exact(law).rates, staged.rates)
        return Clockwork("stages", law=staged, start_slopes=starts, rates_slopes=rates)
    assert stages is not None
    fitted = fitted_phases(law, stages)
    if _slopes(program, rank, numbers, lambda law: np.array(law.params), np.array(law.params)) is not None:
        raise EngineError(f"action {row.name}: no derivative is taken through fitted stages; use Exponential or Erlang")
    return Clockwork("stages", law=fitted)


def _delayed(law: Law, left: PhaseLaw, stages: int | None) -> Clockwork:
    """A law truncated from below: a delay, then what is left of it; and the whole law, where that was asked for."""
    assert law.low is not None
    whole = None if stages is None else fitted_phases(law, stages)
    both = beside(whole, left)
    residual = np.concatenate([np.zeros(both.stages - left.stages), left.start])
    share = left.distance / both.distance if both.distance > 0.0 else 1.0
    return Clockwork("stages", law=both, delay=float(np.rint(law.low * DAY)), residual=residual, misfit=share)


def _exact(law: Law) -> PhaseLaw:
    staged = exact_phases(law)
    assert staged is not None
    return staged


def _slopes(
    program: Program, rank: int, numbers: Numbers, take: Callable[[Law], Floats], here: Floats
) -> Floats | None:
    """Derivatives (K, m) of numbers of a law; None where all are zero."""
    if not numbers.thetas:
        return None
    row = program.actions[rank]
    names = [parameter.name for parameter in program.parameters]
    columns = []
    for theta in numbers.thetas:
        if theta == row.name and theta not in names:
            # Only rates of plain exponential clocks can be asked for by the action's name.
            columns.append(np.ones(len(here)))
        elif theta in names and _argument(program, rank, theta):
            columns.append(_difference(program, row, numbers, names.index(theta), take))
        else:
            columns.append(np.zeros(len(here)))
    table = np.stack(columns, axis=1)
    return table if table.any() else None


def _argument(program: Program, rank: int, name: str) -> bool:
    law = program.actions[rank].law
    return law is not None and any(name in reads(tree) for tree in program.laws[law].arguments())


def _difference(
    program: Program, row: ActionRow, numbers: Numbers, place: int, take: Callable[[Law], Floats]
) -> Floats:
    """Central difference of order 6 of the numbers of a law with respect to one parameter."""
    values = list(numbers.values)
    step = STEP * max(abs(values[place]), 1e-3)
    assert row.law is not None

    def at(k: int) -> Floats:
        shifted = (*values[:place], values[place] + k * step, *values[place + 1 :])
        law = program.bind(shifted).laws[row.law or 0]
        assert isinstance(law, Law)
        return take(law)

    total: Floats = 45 * (at(1) - at(-1)) - 9 * (at(2) - at(-2)) + (at(3) - at(-3))
    return total / (60 * step)
