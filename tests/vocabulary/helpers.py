"""Exact acceptance regions and small scenarios for the tests of the words."""

from __future__ import annotations

import math
from typing import Any

from scipy.special import ndtr
from scipy.stats import binom

from negsim.model.scenario import Scenario
from negsim.results.runs import Runs
from negsim.running.simulation import simulate

REGION = 1e-9


def accepts(hits: int, n: int, p: float) -> bool:
    """Whether so many hits lie within the exact two-sided binomial region of probability 1 - 1e-9."""
    low, high = binom.ppf(REGION / 2, n, p), binom.isf(REGION / 2, n, p)
    return bool(low <= hits <= high)


def lognormal(x: float, mu: float, sigma: float) -> float:
    """Distribution function of the lognormal law."""
    return float(ndtr((math.log(x) - mu) / sigma))


def scenario(*parts: Any, end: float = 40, **rest: Any) -> Scenario:
    """A scenario of these parts from the first of June 2025 on."""
    return Scenario("test", start="2025-06-01", end=end, zone="Europe/Istanbul", parts=parts, **rest)


def run(*parts: Any, n: int = 2_000, seed: int = 20250528, end: float = 40, **rest: Any) -> Runs:
    """Histories of a scenario of these parts."""
    return simulate(scenario(*parts, end=end), replications=n, seed=seed, engine="reference", **rest)


def hits(runs: Runs, question: Any, by: Any = None) -> int:
    """How many histories answer yes."""
    return int(runs.answers(question, by)[0].sum())
