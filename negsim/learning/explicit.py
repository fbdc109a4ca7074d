"""News written into the scenario, so that an engine that can only look at the state can be given them.

A fact of its own turns true when what an item speaks of happens, or when somebody reports it; that it is so, or is not so,
on a date is then all that has to be known. This is also a second way to say what each kind of news means.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from negsim.errors import EngineError
from negsim.learning.causes import lasting
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import DAY
from negsim.model.clocks import Distribution, Fixed, Immediately, On
from negsim.model.expressions import And, Expression, Not, Number, Ref, Truth, where
from negsim.model.observed import Dates, Observation, dates_of
from negsim.model.scenario import Scenario
from negsim.model.variables import Fact
from negsim.program import lower

__all__ = ["Seen", "explicit"]

Seen = tuple[Expression, str, float]
"""A condition, whether it holds (``on``) or turns true (``at``), and when (days)."""

LAST = 1_000_000
"""The priority of what looks on: after everything else at an instant."""


def explicit(scenario: Scenario, news: Iterable[Observation]) -> tuple[Scenario, tuple[Seen, ...]]:
    """Return the scenario with the news written into it, and what has to be known of its state.

    Raises
    ------
    EngineError
        If an item cannot be said in this way.
    """
    parts: list[Any] = []
    seen: list[Seen] = []
    for item in news:
        more, known = _written(scenario, item, dates_of(item, scenario.calendar, scenario.horizon))
        parts += more
        seen += known
    return (replace(scenario, parts=(*scenario.parts, *parts)) if parts else scenario), tuple(seen)


def _written(scenario: Scenario, item: Observation, dates: Dates) -> tuple[list[Any], list[Seen]]:
    condition = scenario.expanded.readings.tree(getattr(item, item.kind)) if item.kind != "fired" else Truth(True)
    when = dates.closes / DAY
    if item.kind == "holds":
        return [], [(condition, "on", when)]
    if item.kind == "level":
        return [], [(_between(condition, item), "on", when)]
    if item.kind == "happened":
        # What happened is no fact of the state, unless a fact keeps it.
        return _happened(scenario, item, condition, dates)
    if item.kind == "not_happened" and item.after is None:
        latch, fact = _latch(item, condition)
        return latch, [(Not(fact), "on", when)]
    if item.kind == "reported" and item.delay is None:
        return _said(item, condition, dates)
    if item.kind == "unreported":
        parts, fact = _told(item, condition)
        return parts, [(Not(fact), "on", when)]
    raise EngineError(
        f"news {item.name}: {item.kind} as it stands has no exact answer; leave it out, or use an engine that simulates"
    )


def _between(value: Expression, item: Observation) -> Expression:
    ends = [value >= one for one in (item.low,) if one is not None]
    ends += [value <= one for one in (item.high,) if one is not None]
    return ends[0] if len(ends) == 1 else And(tuple(ends))


def _happened(
    scenario: Scenario, item: Observation, condition: Expression, dates: Dates
) -> tuple[list[Any], list[Seen]]:
    """Something turned true: at an instant; or, of what lasts, it was not so before the window and is so at its end."""
    if item.at is not None:
        return [], [(condition, "at", dates.opens / DAY)]
    # Within a window the state at its ends tells all, but only of what is never undone.
    if not lasting(lower(scenario), condition):
        raise EngineError(
            f"news {item.name}: '{condition}' may turn false again, so that its turning true within a window has no exact "
            "answer; give the instant (at=), or use an engine that simulates"
        )
    ends: list[Seen] = [(condition, "on", dates.closes / DAY)]
    # what holds at the start turned true there
    return [], ends if dates.opens == 0.0 else [(Not(condition), "on", (dates.opens - 1.0) / DAY), *ends]


def _latch(item: Observation, condition: Expression) -> tuple[list[Any], Expression]:
    """A fact that is true from when the condition first was."""
    name = f"news.{item.name}.seen"
    fact = Ref(name, "condition")
    look = Action(
        name=f"news.{item.name}.look",
        when=And((condition, Not(fact))),
        # At once: a condition that holds for no time at all has been true as well.
        clock=Immediately(),
        priority=-LAST,  # before anything can undo it
        effects=[f"{name} = true"],
    )
    return [Fact(name), look], fact


def _said(item: Observation, condition: Expression, dates: Dates) -> tuple[list[Any], list[Seen]]:
    """A report on a date, which has its chances according to what is so then."""
    name, (true, false) = f"news.{item.name}.said", item.rates
    chance = where(condition, Number(true), Number(false))
    report = Action(
        name=f"news.{item.name}.report",
        clock=On(dates.closes / DAY),
        # After all else on that date, which the report tells of.
        priority=LAST,
        outcomes=[
            Outcome(name="said", weight=chance, effects=[f"{name} = true"]),
            Outcome(name="unsaid", weight=1 - chance),
        ],
    )
    return [Fact(name), report], [(Ref(name, "condition"), "on", dates.closes / DAY)]


def _told(item: Observation, condition: Expression) -> tuple[list[Any], Expression]:
    """What happened is reported after its delay, or never."""
    latch, seen = _latch(item, condition)
    name = f"news.{item.name}.told"
    fact, share = Ref(name, "condition"), 1.0 if item.probability is None else item.probability
    law: Any = Immediately() if item.delay is None else item.delay
    assert isinstance(law, Distribution | Fixed | Immediately)
    tell = Action(
        name=f"news.{item.name}.tell",
        when=seen,
        clock=law,
        # Reported once, however often it is so again.
        limit=1,
        outcomes=[
            Outcome(name="told", weight=share, effects=[f"{name} = true"]),
            Outcome(name="untold", weight=1.0 - share),
        ],
    )
    return [Fact(name), *latch, tell], fact
