"""Scenarios of rare events, and their probabilities by quadrature."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr

import negsim as ns

WAIT = ns.LogNormal(median=14, sigma=0.8)
DEADLINES = {5.0: 6.36923e-7, 8.0: 5.98221e-5, 12.0: 1.392357e-3, 30.0: 0.1410891}
"""Probabilities that three such stages in series are done by a day."""


def stages(count: int = 3, law: Any = WAIT, **said: Any) -> ns.Scenario:
    """Stages in series, each of which begins when the one before it is done."""
    parts: list[Any] = [ns.Fact(f"done{i}") for i in range(count)]
    for i in range(count):
        ready = f"not done{i}" if i == 0 else f"done{i - 1} and not done{i}"
        parts.append(ns.Action(name=f"stage{i}", clock=law, when=ready, effects=[f"done{i} = true"]))
    return ns.Scenario("stages", start="2025-01-01T00:00", end=40, parts=[*parts, *said.get("more", ())])


def side_by_side(count: int = 6) -> ns.Scenario:
    """Independent parts, all of which are wanted."""
    parts: list[Any] = [ns.Fact(f"done{i}") for i in range(count)]
    parts += [
        ns.Action(name=f"part{i}", clock=WAIT, when=f"not done{i}", effects=[f"done{i} = true"]) for i in range(count)
    ]
    return ns.Scenario("parts", start="2025-01-01T00:00", end=40, parts=parts)


def in_time(day: float) -> float:
    """The probability that one lognormal wait is over by a day."""
    return float(ndtr(np.log(day / 14) / 0.8))


def three_in_time(day: float) -> float:
    """P(X + Y + Z <= day), by Gauss and Legendre in two dimensions."""
    x, weight = np.polynomial.legendre.leggauss(400)
    first, second = day * (x + 1) / 2, (x + 1) / 2
    density = np.exp(-((np.log(first / 14) / 0.8) ** 2) / 2) / (first * 0.8 * np.sqrt(2 * np.pi))
    left = day - first
    then = left[:, None] * second
    after = np.exp(-((np.log(then / 14) / 0.8) ** 2) / 2) / (then * 0.8 * np.sqrt(2 * np.pi))
    inner = (weight * after * ndtr(np.log((left[:, None] - then) / 14) / 0.8)).sum(axis=1) * left / 2
    return float((weight * density * inner).sum() * day / 2)
