"""A chain carried from the start through stretches and calendar instants, with marks and probes on the way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.generator import Chain
from negsim.engines.exact.transient import Leg, Sweep, carry
from negsim.model.calendar import DAY

__all__ = ["Mark", "Outcome", "Probe", "travel"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something done to the vector at a time (microseconds), before or after everything else that happens then."""

    time: float
    before: bool
    act: Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """A functional of the vector at a time (microseconds), before or after everything that happens then."""

    time: float
    functional: Floats
    before: bool = False


@dataclass(slots=True)
class Outcome:
    """What came of it.

    Attributes
    ----------
    v : float64 (n,)
        The vector at the end.
    values : float64 (probes,)
    integrals : float64 (r,)
        Rewards: per day in the stretches, and per calendar step.
    sweep : Sweep
        The errors.
    """

    v: Floats
    values: Floats
    integrals: Floats
    sweep: Sweep


@dataclass(slots=True)
class _Point:
    """A time at which the sweep stops: marks and probes on both sides of a calendar instant."""

    before: list[Mark] = field(default_factory=list)
    due: tuple[int, ...] | None = None
    after: list[Mark] = field(default_factory=list)


def travel(
    chain: Chain,
    until: float,
    sweep: Sweep,
    probes: Sequence[Probe] = (),
    marks: Iterable[Mark] = (),
    rewards: Floats | None = None,
    step_rewards: dict[tuple[int, ...], Floats] | None = None,
    *,
    begin: tuple[float, Floats] | None = None,
    closed: bool = True,
) -> Outcome:
    """Carry the chain from the start to a time, both included.

    Parameters
    ----------
    chain : Chain
    until : float
        Microseconds from the start.
    sweep : Sweep
        Method and tolerance; takes the errors.
    probes, marks
        What to read and what to do on the way; none later than ``until``.
    rewards : float64 (n, r)
        Per day in each state.
    step_rewards : dict from ranks due together to float64 (n, r)
        Per calendar instant in the state before it.
    begin : (float, float64 (n,)), optional
        Another time to begin at, before everything that happens then, and the vector there.
    closed : bool
        Whether what happens at the very end is part of it.
    """
    first, v = (0.0, chain.start) if begin is None else begin
    points = _points(chain, first if begin is not None else -1.0, until, marks)
    points = points if closed else {time: point for time, point in points.items() if time != until}
    if chain.delay is not None:
        chain.delay.check(v)
    sweep.whole = chain.rate * (until - first) / DAY
    values = np.zeros(len(probes))
    total = np.zeros(0 if rewards is None else rewards.shape[1])
    ends, now = None if step_rewards is None else step_rewards.get(()), first
    for time in sorted({first, *points, until}):
        v, gained = _stretch(chain, v, now, time, probes, values, (rewards, ends), sweep)
        total[: len(gained)] += gained
        if chain.delay is not None and time < until:
            chain.delay.check(v)
        point, now = points.get(time, _Point()), time
        for mark in point.before:
            v = mark.act(v)
        if point.due is not None:
            if step_rewards is not None and point.due in step_rewards:
                total += v @ step_rewards[point.due]
            v = chain.steps[point.due] @ v
            sweep.rounding(1, chain.degree)
        for mark in point.after:
            v = mark.act(v)
        _read(probes, values, time, False, v)
    return Outcome(v, values, total, sweep)


def _points(chain: Chain, first: float, until: float, marks: Iterable[Mark]) -> dict[float, _Point]:
    points: dict[float, _Point] = {}
    for time, due in chain.timeline:
        if first <= time <= until:
            points.setdefault(time, _Point()).due = due
    for mark in marks:
        point = points.setdefault(mark.time, _Point())
        (point.before if mark.before else point.after).append(mark)
    return points


def _read(probes: Sequence[Probe], values: Floats, time: float, before: bool, v: Floats) -> None:
    for place, probe in enumerate(probes):
        if probe.time == time and probe.before == before:
            values[place] = math.fsum(probe.functional * v)


def _stretch(
    chain: Chain,
    v: Floats,
    begin: float,
    end: float,
    probes: Sequence[Probe],
    values: Floats,
    gains: tuple[Floats | None, Floats | None],
    sweep: Sweep,
) -> tuple[Floats, Floats]:
    """From one point to the next, with the probes strictly between them and those just before the next."""
    rewards, at_ends = gains
    inside = [k for k, p in enumerate(probes) if begin < p.time < end or (p.before and p.time == end)]
    if chain.delay is not None and end > begin:
        if any(probes[k].time < end for k in inside):
            chain.delay.check(np.ones(chain.size))
        v, gained = chain.delay.carry(v, (end - begin) / DAY, rewards, at_ends, sweep)
        for k in inside:
            values[k] = math.fsum(probes[k].functional * v)
        return v, gained
    leg = Leg(
        (end - begin) / DAY,
        [(probes[k].time - begin) / DAY for k in inside],
        [probes[k].functional for k in inside],
        rewards,
    )
    v, read, gained = carry(chain.jump, chain.rate, chain.degree, v, leg, sweep, chain.stiff)
    for k, value in zip(inside, read, strict=True):
        values[k] = value
    return v, gained
