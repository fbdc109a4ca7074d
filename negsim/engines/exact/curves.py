"""When something first happens: the exact curve over dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.generator import TRUE
from negsim.engines.exact.machine import Machine
from negsim.engines.exact.questions import Posed
from negsim.engines.exact.travel import Probe
from negsim.errors import EstimateError
from negsim.estimates import CurvePoint, CurveQuantile
from negsim.model.calendar import DAY, Calendar, Moment, moment

__all__ = ["ExactCurve", "ExactPassage", "passage"]

Floats = NDArray[np.float64]
POINTS = 100


@dataclass(frozen=True, eq=False)
class ExactCurve:
    """Probability of having happened by a time, as exactly as its error says.

    Attributes
    ----------
    times : float64 (k,)
        Days from the start, rising.
    values, low, high : float64 (k,)
        The curve there, and the range of its error.
    machine, posed
        What computes it at other times.
    """

    times: Floats
    values: Floats
    low: Floats
    high: Floats
    machine: Machine = field(repr=False)
    posed: Posed = field(repr=False)

    def at(self, time: float) -> CurvePoint:
        """Probability of having happened by a time (days), with the range of its error."""
        if math.isnan(time):
            raise EstimateError("time is not a number; it must be in days from the start")
        if time < 0.0:
            return CurvePoint(0.0, 0.0, 0.0)
        found = curve(self.machine, self.posed, [min(time, self.machine.horizon)])
        return CurvePoint(float(found.values[0]), float(found.low[0]), float(found.high[0]))

    def quantile(self, p: float) -> CurveQuantile:
        """First time at which the curve reaches p (by bisection, to a second), inf where it does not.

        Raises
        ------
        EstimateError
            If p is not in (0, 1].
        """
        if not 0 < p <= 1:
            raise EstimateError(f"p is {p!r}; it must be a probability above 0")
        if self.at(self.machine.horizon).value < p:
            return CurveQuantile(math.inf, math.inf, math.inf)
        if self.at(0.0).value >= p:
            return CurveQuantile(0.0, 0.0, 0.0)
        place = int(np.searchsorted(self.values, p))
        low = float(self.times[place - 1]) if place else 0.0
        high = float(self.times[place]) if place < len(self.times) else self.machine.horizon
        while high - low > 1e-5:
            inner = np.linspace(low, high, 34)
            values = curve(self.machine, self.posed, inner.tolist()).values
            place = max(1, int(np.searchsorted(values, p)))
            low, high = float(inner[place - 1]), float(inner[min(place, 33)])
        return CurveQuantile(high, low, high)


@dataclass(frozen=True, eq=False)
class ExactPassage:
    """When a condition is first true: the cumulative curve, in days and in dates.

    Attributes
    ----------
    curve : ExactCurve
    calendar : Calendar
    """

    curve: ExactCurve
    calendar: Calendar

    def at(self, when: Moment) -> CurvePoint:
        """Probability that it happened by a date (the whole day), with the range of its error."""
        return self.curve.at(self.calendar.deadline(moment(when, "at"), "at") / DAY)

    def quantile(self, p: float) -> tuple[str, str, str]:
        """The date by which the probability reaches p, with its range; ``"never"`` beyond what is reached."""
        found = self.curve.quantile(p)
        times = (found.time, found.low, found.high)
        early, low, high = (self.calendar.label(time * DAY) for time in times)
        return early, low, high


def passage(machine: Machine, posed: Posed, days: Sequence[float] | None) -> ExactPassage:
    """The curve of a question at some days, or at a hundred and every calendar instant."""
    if days is None:
        _, chain = machine.chain(posed.alone)
        grid = np.linspace(0.0, machine.horizon, POINTS + 1)
        days = sorted({*grid.tolist(), *(when for when, _ in chain.timeline)})
    return ExactPassage(curve(machine, posed, sorted(days)), machine.scenario.calendar)


def curve(machine: Machine, posed: Posed, days: Sequence[float]) -> ExactCurve:
    """The curve at some days, in one pass (with observations: one pass a day)."""
    times = np.array(days, dtype=np.float64)
    if machine.observed:
        solve: Any = machine
        found = [solve.probability(posed.entry.question, float(day), after=0.0) for day in days]
        values, low, high = (np.array([getattr(e, key) for e in found]) for key in ("value", "low", "high"))
        return ExactCurve(times, values, low, high, machine, posed)
    graph, chain = machine.chain(posed.alone)
    hit = (chain.status[:, 0] == TRUE).astype(np.float64)
    until = max(days, default=0.0)
    travelled = machine.travel(chain, until, probes=[Probe(day, hit) for day in days])
    error = travelled.sweep.lost + travelled.sweep.relative * travelled.values + machine.misfit(graph, chain, until)
    values = np.clip(travelled.values, 0.0, 1.0)
    return ExactCurve(times, values, np.maximum(values - error, 0.0), np.minimum(values + error, 1.0), machine, posed)
