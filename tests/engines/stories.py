"""Hand-written scenarios that between them use everything an engine can be asked to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import negsim as ns
from negsim.model.parameters import Parameter

A = ns.Action


def tale(*parts: Any, end: Any = 30, **said: Any) -> ns.Scenario:
    return ns.Scenario("tale", start="2025-03-20", end=end, zone="Europe/Berlin", parts=parts, **said)


def daily(scale: int = 1, **said: Any) -> ns.Action:
    return A(name="tick", clock=ns.Every(f"{scale} days"), effects=["n += 1"], **said)


def flipping(scale: int = 1) -> list[Any]:
    """A fact that comes and goes."""
    return [
        ns.Fact("up", True),
        A(name="down", clock=ns.Exponential(0.7 / scale), when="up", effects=["up = false"]),
        A(name="rise", clock=ns.Exponential(0.9 / scale), when="not up", effects=["up = true"]),
    ]


def laws(scale: int = 1) -> dict[str, Any]:
    """Every family, in units of so many days."""
    return {
        "exponential": ns.Exponential(0.3 / scale),
        "weibull": ns.Weibull(2, 5 * scale),
        "falling": ns.Weibull(0.7, 5 * scale),
        "gamma": ns.Gamma(2.5, 3 * scale),
        "erlang": ns.Erlang(3, 2 * scale),
        "lognormal": ns.LogNormal(median=5 * scale, sigma=0.8),
        "uniform": ns.Uniform(1 * scale, 9 * scale),
        "triangular": ns.Triangular(0, 2 * scale, 9 * scale),
        "pert": ns.Pert(0, 3 * scale, 10 * scale),
        "fixed": ns.Fixed(4 * scale),
    }


WRAPPINGS = ("plain", "cut", "never", "both")
# In a scenario of two and a half centuries a microsecond is the last bit of an instant.
AGES = 3000


def wrapped(name: str, wrapping: str, scale: int = 1) -> Any:
    """A law as it is, truncated, perhaps never, or both; None if it cannot be."""
    law = laws(scale)[name]
    if name == "fixed":
        return {"plain": law, "never": law.or_never(0.3)}.get(wrapping)
    if wrapping in ("cut", "both"):
        law = law.truncated(1.5 * scale, 8 * scale)
    return law.or_never(0.3) if wrapping in ("never", "both") else law


def working(law: Any, memory: str, pace: str, speed: str, scale: int = 1) -> ns.Scenario:
    """A clock that is stopped, resumed, repaced and sped up, with outcomes that weigh more and more."""
    outcomes = [
        ns.Outcome(name="a", weight=1, effects=["v += 0.1"]),
        ns.Outcome(name="b", weight="n", effects=["v -= 0.3"]),
    ]
    work = A(
        name="work", clock=law, when="up", memory=memory, pace=pace, speed=speed, effects=["m += 1"], outcomes=outcomes
    )
    parts = (*flipping(scale), daily(scale), ns.Counter("n"), ns.Counter("m"), ns.Level("v"), work)
    return tale(*parts, end=30 * scale)


def clocks(scale: int = 1) -> Iterator[tuple[str, ns.Scenario]]:
    """Every law, memory and wrapping, under a pace and a speed that change and stand still."""
    for name in laws():
        for memory in ("reset", "resume", "repeat"):
            for wrapping in WRAPPINGS:
                law = wrapped(name, wrapping, scale)
                pace = "1" if name == "fixed" else "0.5 + n / 4 if n < 9 else 0 if n < 12 else 2"
                speed = "1 + n / 10 if m < 3 else 0 if m < 4 and n < 15 else 0.5"
                if law is not None:
                    yield f"{name}-{memory}-{wrapping}", working(law, memory, pace, speed, scale)


def order() -> ns.Scenario:
    """Much at one instant: instants, fixed delays, edges and what they set off, ranks and limits."""
    return tale(
        *(ns.Counter(name) for name in ("n", "a", "b", "c", "edges")),
        ns.Fact("flag"),
        daily(),
        A(name="z", clock=ns.Fixed(1), priority=-1, effects=["a += n"]),
        A(name="b", clock=ns.Every("2 days"), when="a > 3", effects=["b += 1", "flag = n - 4 > 2"]),
        A(name="edge", clock=ns.Immediately(), when="flag", limit=3, effects=["edges += 1", "flag = false"]),
        A(name="other", clock=ns.Immediately(), when="flag", priority=-2, effects=["c += edges", "flag = c < 4"]),
        A(name="late", clock=ns.Fixed(2), when="not flag", limit=4, priority=10, effects=["c += 1"]),
        A(name="chosen", clock=ns.On("2025-03-24T00:00", "2025-03-30T02:30"), limit=1, effects=["flag = true"]),
        A(name="missed", clock=ns.Every("12 hours"), when="edges >= 1 and b < 9 or n == 20", effects=["b += 1"]),
        ns.Question(name="first", condition="edges >= 2", throughout="b < 3"),
        ns.Question(name="given", condition="c > 6", given="edges >= 1", by=20),
        ns.Question(name="held", kind="duration", condition="flag or a > 10", by=12.5),
        ns.Question(name="often", kind="fired", action="missed", by=9),
        ns.Question(name="seldom", kind="fired", action="missed", after=9, by=15),
        ns.Question(name="turns", kind="happens", condition="flag", after=5),
        ns.Question(name="even", kind="happens", condition="n - 2 * b >= 1", after=6.5, or_holds=True),
        ns.Question(name="there", kind="holds", condition="flag", by=4),
        ns.Question(name="value", kind="value", condition="a + b / 7", by=7),
    )


def state() -> ns.Scenario:
    """Drawn initial values, parameters, drawn sizes, grids, clips, every word of the language."""
    trust = ns.Level("trust", ns.Normal(0, 1), low=-2, high=2, step=0.25)
    worry = ns.Level("worry", "p / 3", low=0, high=4)
    weights = ("max(trust, 0) + 0.1", "at_least(2, open, n > 3, worry > 2)", "clip(worry, 0.5, 2)")
    outcomes = [
        ns.Outcome(name=f"o{i}", weight=f"1 if {w} else 0.25" if i == 1 else w, effects=[f"trust += {d}"])
        for i, (w, d) in enumerate(zip(weights, ("0.3", "-0.6", "where / 7"), strict=True))
    ]
    return tale(
        *(Parameter("p", 1.5, belief=ns.Gamma(2, 1)), Parameter("said", True, belief=ns.chance(0.6))),
        ns.Fact("open", ns.chance("min(p / 4, 1)")),
        *(ns.Fact("known", "said and p > 1"), ns.Counter("n", "2"), ns.Level("where", ns.Beta(2, 3)), trust, worry),
        daily(),
        A(name="talk", clock=ns.Exponential("p"), pace="exp(0.3 * trust) * (1 + worry)", outcomes=outcomes),
        A(
            name="shift",
            clock=ns.Weibull(1.5, "2 + p"),
            speed="abs(trust) + 0.1",
            effects=[trust.add(ns.Normal(0, 0.4))],
        ),
        A(name="sink", clock=ns.Uniform(0, 2), when="known or n > 4", effects=[worry.add(ns.Uniform(-1, 1.2))]),
        A(
            name="leap",
            clock=ns.Exponential(0.2),
            effects=[worry.set(ns.LogNormal(median="p", sigma=0.5).truncated(0.5, 3))],
        ),
        A(
            name="part",
            clock=ns.Exponential(0.4),
            when="not open",
            effects=["open = trust > sqrt(worry) - 1 or n == 7"],
        ),
        A(name="shut", clock=ns.Exponential(0.4), when="open", effects=["open = false", "n = max(n - 3, 0)"]),
        ns.Question(name="value", kind="value", condition="min(trust, worry, log(1 + worry)) - (2 - -n)", by=11),
        ns.Question(name="reached", condition="trust >= 1.5 and open", after=3, by=20),
    )


def supposed() -> list[ns.Scenario]:
    """Interventions, each on one story."""
    story = order()
    return [
        story.do("flag", on="2025-03-24"),
        story.do("flag", never=True),
        story.nudge("flag", on="2025-03-23").nudge("flag", on="2025-03-23T12:00"),
        story.without("other").with_law("z", ns.Exponential(1.0)),
        state().with_parameter("p", 0.4).do("open", on=6),
    ]


def failing() -> Iterator[tuple[str, ns.Scenario]]:
    """What ends a replication, on day 3 or so."""
    level, outcome = ns.Level("v"), ns.Outcome
    near = "1 / (n - 3)"
    yield "effect", tale(ns.Counter("n"), daily(), level, A(name="x", clock=ns.Exponential(2), effects=[f"v = {near}"]))
    yield "guard", tale(ns.Counter("n"), daily(), A(name="x", clock=ns.Exponential(2), when=f"{near} > 0"))
    yield "edge", tale(ns.Counter("n"), daily(), A(name="x", clock=ns.Immediately(), when=f"{near} > 0"))
    yield "slot", tale(ns.Counter("n"), daily(), A(name="x", clock=ns.On("2025-03-23T12:00"), when=f"{near} > 0"))
    yield "pace", tale(ns.Counter("n"), daily(), A(name="x", clock=ns.Exponential(2), pace="3 - n"))
    yield "speed", tale(ns.Counter("n"), daily(), A(name="x", clock=ns.Weibull(2, 40), speed="3 - n"))
    few = [outcome(name="a", weight="3 - n"), outcome(name="b", weight="5 - n")]
    yield "weight", tale(ns.Counter("n"), daily(), A(name="x", clock=ns.Exponential(2), outcomes=few))
    none = [outcome(name="a", weight="max(3 - n, 0)"), outcome(name="b", weight="0 * n")]
    yield "weights", tale(ns.Counter("n"), daily(), A(name="x", clock=ns.Exponential(2), outcomes=none))
    yield "whole", tale(ns.Counter("n"), A(name="x", clock=ns.Exponential(2), effects=["n += 0.5"]))
    yield "huge", tale(ns.Counter("n", 2.0**53 - 2), A(name="x", clock=ns.Fixed(1), effects=["n += 2"]))
    yield "over", tale(ns.Level("v", 1e308, high=1.2e308), A(name="x", clock=ns.Fixed(1), effects=["v += 1e308"]))
    yield "step", tale(ns.Level("v", step=0.001), A(name="x", clock=ns.Fixed(1), effects=["v += 1e13"]))
    yield "first", tale(ns.Counter("n"), daily(), ns.Question(name="q", condition=f"{near} > 0"))
    yield "date", tale(ns.Counter("n"), daily(), ns.Question(name="q", kind="value", condition=near, by=3.5))
    yield "start", tale(Parameter("p", 0.0), ns.Level("v", "1 / p"), A(name="x", clock=ns.Exponential(2)))
    yield (
        "cycle",
        tale(
            ns.Fact("a", True),
            A(name="x", clock=ns.Immediately(), when="a", effects=["a = false"]),
            A(name="y", clock=ns.Immediately(), when="not a", effects=["a = true"]),
        ),
    )
    yield "instant", tale(ns.Counter("n"), A(name="x", clock=ns.Fixed(0), effects=["n += 1"]))
    yield "events", tale(ns.Counter("n"), A(name="x", clock=ns.Exponential(300), effects=["n += 1"]))


def crowd(actions: int, *, end: float = 5) -> ns.Scenario:
    """Many actions of many parties, each reading its neighbours' facts and a level of its own."""
    parts: list[Any] = []
    for i in range(actions):
        left = (i - 1) % actions
        parts += [
            ns.Fact(f"f{i}", i % 3 == 0),
            A(name=f"a{i}", clock=ns.Exponential(1.0), when=f"f{left} or not f{i}", effects=[f"f{i} = not f{i}"]),
        ]
        if i % 5 == 0:
            parts += [ns.Level(f"l{i}", low=-1, high=1, step=0.5), ns.Party(f"p{i}")]
            paced = f"exp(l{i})"
            parts.append(A(name=f"b{i}", by=f"p{i}", clock=ns.Exponential(0.5), pace=paced, effects=[f"l{i} -= 0.5"]))
            parts.append(A(name=f"c{i}", by=f"p{i}", clock=ns.Fixed(1), when=f"f{i}", effects=[f"l{i} += 0.5"]))
    return tale(*parts, end=end)
