"""Every way in which something can come about, against closed forms and quadrature; none is solved exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from rare.stages import WAIT, in_time
from scipy.special import ndtr
from scipy.stats import gamma

import negsim as ns

A = ns.Action
X, W = np.polynomial.legendre.leggauss(300)


def story(*parts: Any) -> ns.Scenario:
    return ns.Scenario("story", start="2025-01-01T00:00", end=40, parts=parts)


def facts(*names: str) -> list[ns.Fact]:
    return [ns.Fact(name) for name in names]


def density(x: Any) -> Any:
    return np.exp(-((np.log(x / 14) / 0.8) ** 2) / 2) / (x * 0.8 * np.sqrt(2 * np.pi))


def two_in_time(day: float, rate: float = 0.0) -> float:
    """Two waits in series by a day, before an exponential clock of this rate fires."""
    first, share = day * (X + 1) / 2, (X + 1) / 2
    left = day - first
    then = left[:, None] * share
    inner = (W * density(then) * np.exp(-rate * then)).sum(axis=1) * left / 2
    return float((W * density(first) * np.exp(-rate * first) * inner).sum() * day / 2)


def two(**said: Any) -> list[Any]:
    """Two waits in series."""
    return [
        *facts("a", "b"),
        A(name="one", clock=WAIT, when="not a", effects=["a = true"]),
        A(name="two", clock=WAIT, when="a and not b", **({"effects": ["b = true"]} | said)),
    ]


SPOIL = A(name="spoil", clock=ns.Exponential(1.0), when="not spoiled", effects=["spoiled = true"])


def raced() -> tuple[ns.Scenario, Any, float]:
    """A wait must be over before a quick clock spoils it."""
    sign = A(name="sign", clock=WAIT, when="not signed and not spoiled", effects=["signed = true"])
    u = 5 * (X + 1) / 2
    chance = float((W * density(u) * np.exp(-u)).sum() * 2.5)
    return story(*facts("signed", "spoiled"), sign, SPOIL), ns.Question(name="q", condition="signed", by=5.0), chance


def lasting() -> tuple[ns.Scenario, Any, float]:
    """What hardly ever lasts."""
    collapse = A(name="collapse", clock=ns.Weibull(2, 4), when="not broken", effects=["broken = true"])
    asked = ns.Question(name="q", kind="holds", condition="not broken", by=20.0)
    return story(*facts("broken"), collapse), asked, float(np.exp(-25))


def meanwhile() -> tuple[ns.Scenario, Any, float]:
    """Two waits in series, while something else holds."""
    asked = ns.Question(name="q", condition="b", throughout="not spoiled", by=8.0)
    return story(*two(), ns.Fact("spoiled"), SPOIL), asked, two_in_time(8.0, 1.0)


def several_ways() -> tuple[ns.Scenario, Any, float]:
    """Two waits in series, or one that is longer."""
    other = A(name="other", clock=ns.LogNormal(median=60, sigma=0.8), when="not c", effects=["c = true"])
    chance = 1 - (1 - two_in_time(4.0)) * (1 - float(ndtr(np.log(4 / 60) / 0.8)))
    return story(*two(), ns.Fact("c"), other), ns.Question(name="q", condition="b or c", by=4.0), chance


def counted() -> tuple[ns.Scenario, Any, float]:
    """Five times the same thing, asked of a counter."""
    step = A(name="step", clock=ns.Gamma(2.5, 4.0), effects=["n += 1"])
    asked = ns.Question(name="q", condition="n >= 5", by=10.0)
    return story(ns.Counter("n"), step), asked, float(gamma.cdf(10, 12.5, scale=4))


def fired() -> tuple[ns.Scenario, Any, float]:
    """The same, asked of the action."""
    described, _, chance = counted()
    return described, ns.Question(name="q", kind="fired", action="step", at_least=5, by=10.0), chance


def unlikely_outcome() -> tuple[ns.Scenario, Any, float]:
    """Two waits, the second with an outcome that is seldom good."""
    outcomes = [ns.Outcome(name="good", weight=0.2, effects=["b = true"]), ns.Outcome(name="bad", weight=0.8)]
    # a second try within the days left is far rarer than the noise
    described = story(*two(effects=[], outcomes=outcomes, limit=1))
    return described, ns.Question(name="q", condition="b", by=5.0), two_in_time(5.0) * 0.2


def between_dates() -> tuple[ns.Scenario, Any, float]:
    """A wait, the next date of a calendar, another wait; in a window."""
    parts = [
        *facts("a", "b", "c"),
        A(name="one", clock=WAIT, when="not a", effects=["a = true"]),
        A(name="meet", clock=ns.Every("3 days"), when="a", effects=["b = true"]),
        A(name="two", clock=WAIT, when="b and not c", effects=["c = true"]),
    ]
    early, late = in_time(3.0), in_time(6.0) - in_time(3.0)
    chance = early * (in_time(5.0) - in_time(4.0)) + late * (in_time(2.0) - in_time(1.0))
    return story(*parts), ns.Question(name="q", condition="c", after=7.0, by=8.0), chance


def resumed() -> tuple[ns.Scenario, Any, float]:
    """A wait that stands still from day 2 to day 4, under a pace that doubles on day 5 (H runs at twice its rate)."""
    work = A(
        name="work",
        clock=ns.Weibull(3, 40),
        when="up and not a",
        memory="resume",
        pace="2 if fast else 1",
        effects=["a = true"],
    )
    parts = [
        *[ns.Fact("up", True), ns.Fact("fast"), ns.Fact("a"), work],
        A(name="stop", clock=ns.On(2.0), effects=["up = false"]),
        A(name="go", clock=ns.On(4.0), effects=["up = true"]),
        A(name="hurry", clock=ns.On(5.0), effects=["fast = true"]),
    ]
    hazard = (3 / 40) ** 3 + 2 * ((5 / 40) ** 3 - (3 / 40) ** 3)
    return story(*parts), ns.Question(name="q", condition="a", by=7.0), float(-np.expm1(-hazard))


WAYS = [raced, lasting, meanwhile, several_ways, counted, fired, unlikely_outcome, between_dates, resumed]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_rare_ways_have_the_probability_that_they_have(way: Any) -> None:
    described, asked, chance = way()
    found = ns.rare(described, asked, seed=1, replications=600, method="forcing")
    assert found.relative_error < 0.25
    assert abs(found.value - chance) < 6 * found.relative_error * found.value
