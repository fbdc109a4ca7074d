"""The mean of the first time, without subtracting large areas from each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact.generator import TRUE
from negsim.engines.exact.machine import Machine, undelayed
from negsim.engines.exact.questions import Posed, exact
from negsim.engines.exact.travel import Mark, Probe
from negsim.errors import EstimateError
from negsim.estimates import Estimate
from negsim.model.calendar import DAY, Dated

__all__ = ["first_time"]

Floats = NDArray[np.float64]
HALVINGS = 40


def first_time(machine: Machine, posed: Posed, by: Dated | None = None) -> Estimate:
    """Expected first time in days, of the histories in which it happens by the deadline.

    In a stretch that ends at t, histories that first get there in it have spent ``t * G - (integral of the share that
    is there)`` until then, G their probability. Where stretches double, that difference never cancels more than a digit
    or two, so that the error is a small multiple of rounding times the mean, however late the deadline.
    """
    machine.needs(posed, "first")
    machine.unobserved("an expected first time")
    machine.ungiven(posed, "an expected first time")
    upto, since, _ = machine.dates(posed, by)
    graph, chain = machine.chain(posed.alone)
    undelayed(chain, "a mean first time by a date")
    hit = (chain.status[:, 0] == TRUE).astype(np.float64)
    stops = sorted({float(np.rint(upto * 2.0**-k)) for k in range(1, HALVINGS)} - {upto})
    stops = [stop for stop in stops if stop > since]

    def forgotten(v: Floats) -> Floats:
        return np.asarray(v * (1.0 - hit), dtype=np.float64)

    begun, there, early = chain.start, 0.0, 0.0
    if since > 0.0:
        opened = machine.travel(chain, since, closed=False)
        begun, early = opened.v, opened.sweep.lost + opened.sweep.relative
    else:
        there = float(hit @ chain.start)
    marks = [Mark(stop, True, forgotten) for stop in stops]
    probes = [*(Probe(stop, hit, before=True) for stop in stops), Probe(upto, hit)]
    tolerance = machine.tolerance * 1e-3 / (1.0 + upto / DAY)
    found = machine.travel(
        chain, upto, probes, marks=marks, rewards=hit[:, None], tolerance=tolerance, begin=(since, forgotten(begun))
    )
    gained, ends = found.values, np.array([*stops, upto]) / DAY
    share = float(gained.sum()) + there
    if not share > 0.0:
        raise EstimateError(f"'{posed.entry.question.condition}' cannot happen by then, so it has no first time")
    spent, area = float(gained @ ends), float(found.integrals[0])
    value = max(spent - area, 0.0) / share
    lost = found.sweep.lost + early + machine.misfit(graph, chain, upto)
    error = (found.sweep.relative * (spent + area + value * share) + lost * (2.0 * upto / DAY + value)) / share
    return exact(value, error, ", ".join(sorted(found.sweep.methods)) or "closed form", fitted=bool(graph.fitted))
