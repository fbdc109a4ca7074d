"""News made ready for a filter: what is recorded for an item, how likely each history brings it, and which clocks decide it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines import Snapshot
from negsim.errors import ScenarioError, UnknownName, nearest
from negsim.laws import Law, survival
from negsim.learning.causes import Causes, causes, certain, lasting, steady
from negsim.learning.tilting import needed
from negsim.model.calendar import DAY
from negsim.model.clocks import Distribution, Fixed
from negsim.model.expressions import Expression, reads
from negsim.model.observed import Dates, Observation, bare, dates_of
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.program import Program
from negsim.program.binding import Binder

__all__ = ["Item", "Items", "items_of", "questions_of"]

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]
PREFIX = "news"


def questions_of(scenario: Scenario, news: Iterable[Observation]) -> list[Question]:
    """Return the questions whose answers tell whether a history brought the news."""
    calendar, horizon = scenario.calendar, scenario.horizon
    return [one for item in news for one in _questions(item, dates_of(item, calendar, horizon), scenario)]


def _questions(item: Observation, dates: Dates, scenario: Scenario) -> list[Question]:
    """The main question of an item, and, of what turns true, whether it had been true before."""
    _check_action(item, scenario)
    # days that become the same microseconds again
    opens, closes = dates.opens / DAY, dates.closes / DAY
    name = f"{PREFIX}.{item.name}"
    said = getattr(item, item.kind)
    # whether it had been so before the window tells early that a history is lost
    before = Question(name=f"{PREFIX}_first.{item.name}", condition=said) if item.kind == "happened" else None
    if item.kind == "happened" or (item.kind == "not_happened" and item.after is not None):
        main = Question(name=name, kind="happens", condition=said, after=opens, by=closes)
    elif item.kind == "fired":
        main = Question(
            name=name,
            kind="fired",
            action=item.fired,
            outcome=item.outcome,
            after=opens,
            by=closes,
            at_least=1,
        )
    elif item.kind in ("holds", "level") or (item.kind == "reported" and item.delay is None):
        kind = "value" if item.kind == "level" else "holds"
        main = Question(name=name, kind=kind, condition=said, by=closes)
    else:
        main = Question(name=name, condition=said, by=closes)
    return [main] if before is None else [main, before]


def _check_action(item: Observation, scenario: Scenario) -> None:
    if item.fired is None:
        return
    actions = scenario.expanded.actions
    if item.fired not in actions:
        raise UnknownName(
            f"news {item.name}: the scenario has no action {item.fired!r}{nearest(item.fired, actions)}; name one that it has"
        )
    names = [outcome.name for outcome in actions[item.fired].outcomes]
    if item.outcome is not None and item.outcome not in names:
        raise UnknownName(
            f"news {item.name}: action {item.fired} has no outcome {item.outcome!r}{nearest(item.outcome, names)}; it has "
            f"{', '.join(names) or 'none'}"
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Item:
    """One piece of news, ready for a filter.

    Attributes
    ----------
    observation : Observation
    dates : Dates
    causes : Causes
        What can bring an event about; nothing for other kinds.
    ruling_out : tuple of int
        Random clocks that must not fire: while the item says that something did not happen, or before it did.
    likelihood : function
        From a snapshot at its close to the logarithm of how likely each history brings it.
    possible : function
        From an earlier snapshot to whether a history can still bring it.
    tilts : mapping from int to set of int
        Outcomes of actions that an event needs, and that are drawn with more than their shares.
    dense : bool
        Whether it has a density (per day) and no probability: something at an instant that is not on the calendar.
    """

    observation: Observation
    dates: Dates
    causes: Causes
    ruling_out: tuple[int, ...]
    likelihood: Callable[[Snapshot], Floats]
    possible: Callable[[Snapshot], Truths]
    tilts: Mapping[int, frozenset[int]]
    dense: bool

    @property
    def name(self) -> str:
        """The name of the observation."""
        return self.observation.name

    @property
    def event(self) -> bool:
        """Whether it says that something happened in a window."""
        return self.observation.kind in ("happened", "fired")

    def tilted(self, now: float, until: float) -> bool:
        """Whether its outcomes are drawn with more than their shares from now until an instant: in its window."""
        return bool(self.tilts) and max(0.0, self.dates.opens - 1.0) <= now and until <= self.dates.closes

    def watched(self, now: float) -> bool:
        """Whether it may show before its close that a history cannot bring it."""
        return (
            now < self.dates.opens if self.event else self.observation.kind == "not_happened" and now > self.dates.opens
        )

    def quiet(self, now: float, until: float) -> bool:
        """Whether clocks must not fire from now until an instant: before what happened, or as long as nothing did."""
        if not self.ruling_out:
            return False
        if self.event:
            # As long as nothing may happen; after an opening only from there on.
            return until < self.dates.opens
        return max(0.0, self.dates.opens - 1.0) <= now and until <= self.dates.closes


class Items(Sequence[Item]):
    """News made ready, and what the clocks that decide them are like.

    Attributes
    ----------
    steady : mapping from int to pair of bool
        Of each clock that may be drawn anew: whether it goes on at its pace until it fires, and whether one that stands may
        be started by others.
    """

    def __init__(self, items: Iterable[Item], program: Program) -> None:
        self.items = tuple(items)
        numbers = {number for item in self.items for number in (*item.causes.random, *item.ruling_out)}
        self.steady = {number: steady(program, number) for number in sorted(numbers)}

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, place: Any) -> Any:
        return self.items[place]


def items_of(scenario: Scenario, program: Program, news: Sequence[Observation]) -> Items:
    """Return the news made ready for a program that asks `questions_of` them."""
    calendar, horizon = scenario.calendar, scenario.horizon
    return Items((_item(item, dates_of(item, calendar, horizon), program) for item in news), program)


def _item(item: Observation, dates: Dates, program: Program) -> Item:
    none = Causes((), (), False)
    found = dict[str, object](causes=none, ruling_out=(), possible=_always, dense=False, tilts={})
    if item.kind in ("happened", "fired"):
        wanted = _wanted(item, program)
        found["causes"] = causes(program, wanted)
        found["tilts"] = _needed(item, program, wanted)
        found["dense"] = item.at is not None and not _dated(program, found["causes"], dates.opens)  # type: ignore[arg-type]
        if isinstance(wanted, Expression) and lasting(program, wanted):
            found |= {"ruling_out": certain(program, wanted), "possible": _not_yet(program, item, dates.opens)}
        # Of an action that may fire often an earlier firing rules nothing out.
        elif isinstance(wanted, int) and program.actions[wanted].limit == 1 and item.outcome is None:
            found |= {"ruling_out": _if_random(program, wanted), "possible": _not_fired(wanted)}
    elif item.kind == "not_happened":
        likelihood = _likelihood(item, dates, program)
        found["possible"] = lambda snapshot: likelihood(snapshot) > -np.inf
        if item.after is None:
            # with an opening only a turn counts, and what fires while the condition holds makes none
            found["ruling_out"] = certain(program, _read(program, item))
    return Item(observation=item, dates=dates, likelihood=_likelihood(item, dates, program), **found)  # type: ignore[arg-type]


def _read(program: Program, item: Observation) -> Expression:
    """The condition of an item as the program has it, its names put in."""
    condition = program.probes.asked[f"{PREFIX}.{item.name}"].question.condition
    assert condition is not None
    return condition


def _wanted(item: Observation, program: Program) -> Expression | int:
    if item.kind == "happened":
        return _read(program, item)
    return [row.name for row in program.actions].index(str(item.fired))


def _needed(item: Observation, program: Program, wanted: Expression | int) -> dict[int, frozenset[int]]:
    """The outcomes that an event needs."""
    # a firing has its own outcome besides what its precondition needs
    if isinstance(wanted, Expression):
        return needed(program, wanted)
    row = program.actions[wanted]
    found = needed(program, row.guard) if row.clock == "immediate" else {}
    if item.outcome is not None and len(row.outcomes) > 1 and row.policy is None:
        found[wanted] = frozenset(number for number, one in enumerate(row.outcomes) if one.name == item.outcome)
    return found


def _if_random(program: Program, number: int) -> tuple[int, ...]:
    return (number,) if program.actions[number].clock == "random" else ()


def _dated(program: Program, found: Causes, when: float) -> bool:
    """Whether an instant is one of the calendar, or something with a fixed delay may fall on it."""
    return when in found.dated or found.delayed or when == 0.0 or not found.random


def _always(snapshot: Snapshot) -> Truths:
    return np.ones(len(snapshot), dtype=np.bool_)


def _not_yet(program: Program, item: Observation, opens: float) -> Callable[[Snapshot], Truths]:
    """Of what lasts: it has not been so before the window."""
    column = program.probes.asked[f"{PREFIX}_first.{item.name}"].column
    return lambda snapshot: snapshot.first[:, column] >= opens


def _not_fired(number: int) -> Callable[[Snapshot], Truths]:
    return lambda snapshot: snapshot.firings[:, number] == 0


def _likelihood(item: Observation, dates: Dates, program: Program) -> Callable[[Snapshot], Floats]:
    entry = program.probes.asked[f"{PREFIX}.{item.name}"]
    column, table = entry.column, entry.question.row.record

    def values(snapshot: Snapshot) -> Floats:
        found: Floats = getattr(snapshot, table)[:, column].astype(np.float64)
        return found

    def likelihood(snapshot: Snapshot) -> Floats:
        shares = _share(item, dates, values(snapshot), snapshot.now)
        # What cannot be has no logarithm, and minus infinity is what is meant.
        with np.errstate(divide="ignore"):
            return np.log(shares)

    return likelihood


def _share(item: Observation, dates: Dates, values: Floats, now: float) -> Floats:
    """How likely histories bring an item, from what was recorded of them."""
    if item.kind == "reported":
        return _reported(item, dates, values)
    if item.kind == "unreported":
        return _silent(item, dates, values)
    low = -np.inf if item.low is None else item.low
    high = np.inf if item.high is None else item.high
    yes = {
        "happened": values <= dates.closes,
        "fired": values >= 1.0,
        # Up to now: what is not over yet can still turn true.
        "not_happened": values > min(now, dates.closes),
        "holds": values == 1.0,
        "level": (values >= low) & (values <= high),
    }
    return np.asarray(yes[item.kind], dtype=np.float64)


def _reported(item: Observation, dates: Dates, values: Floats) -> Floats:
    """A report: true ones come with their delay, false ones while it is not so."""
    true, false = item.rates
    if item.delay is None:
        return np.where(values == 1.0, true, false)
    # on a bare date it came at any time of that day
    begins = dates.closes - DAY if bare(item.on) else dates.closes - 1.0
    came = _come(item, dates.closes - values) - _come(item, begins - values)
    return np.asarray(true * came + false * (values > dates.closes), dtype=np.float64)


def _silent(item: Observation, dates: Dates, values: Floats) -> Floats:
    """Nothing was reported: what happened would have been, with some probability, by now."""
    share = 1.0 if item.probability is None else item.probability
    return np.asarray(1.0 - share * _come(item, dates.closes - values), dtype=np.float64)


def _come(item: Observation, since: Floats) -> Floats:
    """The probability that a report has come, so long (microseconds) after what it tells of; 0 before."""
    happened = since >= 0.0
    if item.delay is None:
        return happened.astype(np.float64)
    law = _law(item)
    found = np.zeros(len(since))
    if isinstance(law, tuple):
        delay, never = law
        found[happened] = np.where(since[happened] >= delay, 1.0 - never, 0.0)
        return found
    # Many histories share the instant, and survival is costly.
    days, place = np.unique(since[happened] / DAY, return_inverse=True)
    found[happened] = np.array([1.0 - survival(law, day) for day in days.tolist()])[place] if len(days) else 0.0
    return found


def _law(item: Observation) -> Law | tuple[float, float]:
    assert isinstance(item.delay, Distribution | Fixed)
    # Weights are worked out for all histories at once, by one law.
    if any(reads(tree) for tree in item.delay.arguments()):
        raise ScenarioError(f"news {item.name}: delay reads a parameter; write its numbers out")
    return Binder(item.delay, {}, f"news {item.name}: delay", clock=True).bind([])
