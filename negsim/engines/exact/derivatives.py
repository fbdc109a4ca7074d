"""Exact derivatives of answers with respect to rates and parameters, by forward sensitivity.

With a fixed uniformisation rate q, ``v' (k+1) = v'(k) P + v(k) P'`` is carried beside ``v(k+1) = v(k) P``, and both are
mixed with the same Poisson weights (Heidelberger and Goyal 1988, in *Computer Performance and Reliability*; the series
is differentiated term by term).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from negsim.engines.exact import questions as ask
from negsim.engines.exact.generator import Chain
from negsim.engines.exact.machine import Machine, undelayed
from negsim.engines.exact.poisson import poisson_weights
from negsim.engines.exact.questions import Posed, exact
from negsim.engines.exact.transient import EPSILON, Sweep
from negsim.engines.exact.travel import Mark
from negsim.errors import EngineError, EstimateError, UnknownName, nearest
from negsim.estimates import Estimate
from negsim.model.calendar import DAY

__all__ = ["derivative"]

Floats = NDArray[np.float64]
MOST_JUMPS = 2e7


def derivative(machine: Machine, posed: Posed, theta: str, by: Any, after: Any) -> Estimate:
    """The derivative of a question's answer with respect to one number."""
    machine.needs(posed, "first", "at")
    _check(machine, theta)
    if machine.observed or posed.entry.given is not None:
        raise EstimateError("derivatives of conditional answers are not given; ask for those of both probabilities")
    graph, chain = machine.chain(posed.watch, thetas=(theta,))
    undelayed(chain, "a derivative")
    upto, since, _ = machine.dates(posed, by, after)
    marks: list[Mark]
    if posed.record == "first":
        marks = ask.question_marks(chain, upto, since)
    else:
        values = ask.on_states(graph, chain, posed.watch.trees[0])
        marks = [Mark(upto, False, lambda v: v * values)]
    ends = time.perf_counter() + machine.max_seconds
    v, slope, error = _travel(
        chain, max(mark.time for mark in marks), marks, Sweep(tolerance=machine.tolerance, ends=ends)
    )
    return exact(float(slope.sum()), error * float(np.abs(v).max(initial=1.0)), "forward sensitivity")


def _check(machine: Machine, theta: str) -> None:
    """Refuse what is neither a number nor a rate."""
    program = machine.program
    numbers = [p.name for p in program.parameters if not isinstance(p.best, bool)]
    laws = machine.numbers.laws
    rates = [
        row.name
        for row in program.actions
        if row.clock == "random"
        and laws[row.law or 0].family == "exponential"
        and not laws[row.law or 0].truncated
        and not laws[row.law or 0].defective
    ]
    if theta not in numbers and theta not in rates:
        raise UnknownName(
            f"no derivative with respect to {theta!r}: it must be a parameter that is a number, or an action with an "
            f"Exponential clock (of its rate){nearest(str(theta), [*numbers, *rates])}"
        )


def _travel(chain: Chain, until: float, marks: Sequence[Mark], sweep: Sweep) -> tuple[Floats, Floats, float]:
    """Vector and derivative at the end, and a bound of the derivative's rounding."""
    jump_slope, step_slopes, v_slope = chain.slopes[0]
    v, s = chain.start, v_slope
    norm = float(np.abs(jump_slope).sum(axis=0).max()) if jump_slope.nnz else 0.0
    reach, relative, now = float(np.abs(v_slope).sum()), 0.0, 0.0
    due = {when: ranks for when, ranks in chain.timeline if when <= until}
    for when in sorted({*due, *(mark.time for mark in marks), until}):
        if when > now and chain.rate > 0.0:
            jumps = chain.rate * (when - now) / DAY
            if not jumps < MOST_JUMPS:
                raise EngineError(
                    f"{jumps:.3g} expected transitions are too many for a derivative; make the fastest actions slower or "
                    "Immediate, or take a difference of two solutions"
                )
            weights = poisson_weights(jumps, sweep.tolerance * 1e-18)
            move = partial(_moved, chain, jump_slope, sweep)
            v, s = _mixed(move, weights.first, weights.values, v, s)
            reach += norm * jumps
            relative += weights.last * (2 * chain.degree + 12) * EPSILON
        now = when
        for mark in marks:
            v, s = (mark.act(v), mark.act(s)) if mark.time == when and mark.before else (v, s)
        if when in due:
            step, slope = chain.steps[due[when]], step_slopes[due[when]]
            v, s = step @ v, step @ s + slope @ v
            reach += float(np.abs(slope).sum(axis=0).max()) if slope.nnz else 0.0
        for mark in marks:
            v, s = (mark.act(v), mark.act(s)) if mark.time == when and not mark.before else (v, s)
    return v, s, 2 * (relative + 1e-14) * max(reach, float(np.abs(s).sum()))


def _moved(chain: Chain, slope: sparse.csr_array, sweep: Sweep, v: Floats, s: Floats) -> tuple[Floats, Floats]:
    """One jump of both vectors."""
    sweep.steps += 1
    if sweep.steps % 256 == 0:
        sweep.check()
    return chain.jump @ v, chain.jump @ s + slope @ v


def _mixed(
    move: Callable[[Floats, Floats], tuple[Floats, Floats]], first: int, weights: Floats, v: Floats, s: Floats
) -> tuple[Floats, Floats]:
    """Poisson mixture of both vectors."""
    out_v, out_s = np.zeros_like(v), np.zeros_like(s)
    for k in range(first + len(weights)):
        if k >= first:
            out_v += weights[k - first] * v
            out_s += weights[k - first] * s
        if k + 1 < first + len(weights):
            v, s = move(v, s)
    return out_v, out_s
