"""When something first happens: the exact curve over dates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.generator import TRUE
from negsim.engines.exact.joint import given_mass, joint_mass, misfit
from negsim.engines.exact.machine import Machine
from negsim.engines.exact.questions import Posed, check_evidence
from negsim.engines.exact.travel import Probe
from negsim.errors import EstimateError
from negsim.estimates import CurvePoint, CurveQuantile
from negsim.model.calendar import DAY, Calendar, Moment, microseconds, moment

__all__ = ["ExactCurve", "ExactPassage", "passage"]

Floats = NDArray[np.float64]
POINTS = 100
SECOND = 1e6


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
        if isinstance(time, bool) or not isinstance(time, int | float) or math.isnan(time):
            raise EstimateError(f"time is {time!r}; it must be a number of days from the start")
        if time < 0.0:
            return CurvePoint(0.0, 0.0, 0.0)
        found = curve(self.machine, self.posed, [min(microseconds(time), self.machine.horizon)])
        return CurvePoint(float(found.values[0]), float(found.low[0]), float(found.high[0]))

    def quantile(self, p: float) -> CurveQuantile:
        """First time at which the curve reaches p (by bisection, to a second), inf where it does not.

        Raises
        ------
        EstimateError
            If p is not in (0, 1].
        """
        if isinstance(p, bool) or not isinstance(p, int | float) or not 0 < p <= 1:
            raise EstimateError(f"p is {p!r}; it must be a probability above 0")
        machine, end = self.machine, self.machine.horizon
        low, high = 0.0, end
        first, last = curve(machine, self.posed, [low, high]).values
        if last < p:
            return CurveQuantile(math.inf, math.inf, math.inf)
        if first >= p:
            return CurveQuantile(0.0, 0.0, 0.0)
        while high - low > SECOND:
            inner = np.unique(np.rint(np.linspace(low, high, 34)))
            values = curve(machine, self.posed, inner.tolist()).values
            place = min(max(1, int(np.searchsorted(values, p))), len(inner) - 1)
            low, high = float(inner[place - 1]), float(inner[place])
        return CurveQuantile(high / DAY, low / DAY, high / DAY)


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


def passage(machine: Machine, posed: Posed, times: Sequence[float] | None) -> ExactPassage:
    """The curve of a question at some times (microseconds), or at a hundred and every calendar instant."""
    if times is None:
        graph = machine.graph(posed.watch)
        grid = np.rint(np.linspace(0.0, machine.horizon, POINTS + 1))
        times = sorted({*grid.tolist(), *(when for when, _ in graph.timeline if when <= machine.horizon)})
    return ExactPassage(curve(machine, posed, sorted(times)), machine.scenario.calendar)


def curve(machine: Machine, posed: Posed, times: Sequence[float]) -> ExactCurve:
    """The curve at some times (microseconds), in one pass; with something given or observed, one pass a time."""
    days = np.array(times, dtype=np.float64) / DAY
    if machine.observed or posed.form or machine.graph(posed.watch).firings.diary.random:
        given = machine.dates(posed)[2]
        below = given_mass(machine, posed, given)
        check_evidence(below.value)
        found = [joint_mass(machine, posed, time, 0.0, given) for time in times]
        values = np.array([mass.value for mass in found]) / below.value
        error = np.array([mass.error for mass in found]) / below.value + values * below.error / below.value
        error += 2 * misfit(machine, posed, max([given, *times]))[0] / below.value
    else:
        graph, chain = machine.chain(posed.alone)
        hit = (chain.status[:, 0] == TRUE).astype(np.float64)
        until = max(times, default=0.0)
        travelled = machine.travel(chain, until, [Probe(time, hit) for time in times])
        values = travelled.values
        error = travelled.sweep.lost + travelled.sweep.relative * values + machine.misfit(graph, chain, until)
    # What has happened stays so: the true curve never falls, and the larger of two values is as near to it.
    values = np.maximum.accumulate(np.clip(values, 0.0, 1.0))
    low, high = np.maximum(values - error, 0.0), np.minimum(values + error, 1.0)
    return ExactCurve(days, values, low, high, machine, posed)
