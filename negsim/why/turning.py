"""When it became impossible, by which step, and how near it came: what was still possible in a history, and when."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from negsim.engines.blocks import times_of
from negsim.model.calendar import DAY
from negsim.model.circles import Step, steps_of
from negsim.model.clocks import Every, On
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.expressions import Expression, reads
from negsim.model.spans import EVERYTHING, UNSURE, Span, join, span
from negsim.model.variables import Fact, Level
from negsim.why.asking import Asking
from negsim.why.chronicle import Chronicle
from negsim.why.posing import Posed
from negsim.wording.language import Language, language

__all__ = ["Ahead", "NearMiss", "Turning", "near_misses", "turning"]

WITHIN = (1, 7, 30, 90)
"""Days after the deadline within which it is told how many histories got there."""

MOST = 40
"""Histories in which the last chance is looked for."""

STEPS = 3
"""Last steps that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """How many histories with no got there soon after the deadline.

    Attributes
    ----------
    days : int
        Within so many days.
    histories, of : int
        Histories that did; all with no.
    """

    days: int
    histories: int
    of: int

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return asdict(self)

    def __str__(self) -> str:
        return self.told(language("en"))

    def told(self, said: Language) -> str:
        """How many, and how soon, in a language."""
        key = "near_days" if self.days > 1 else "near_day"
        return said.say(key, share=f"{100 * self.histories / self.of:.0f}", n=self.days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turning:
    """When it became impossible in the histories with no, and with which last step.

    Attributes
    ----------
    looked, open : int
        Histories looked at; those in which it was possible to the deadline.
    dates : tuple of str
        Of the others, when it became impossible: ISO text of the date by which it had in 5, 50 and 95 % of them.
    steps : tuple of (str, int)
        The last steps that decided it, most frequent first, each with its histories: in words.
    """

    looked: int
    open: int
    dates: tuple[str, ...]
    steps: tuple[tuple[str, int], ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return asdict(self)


def near_misses(posed: Posed) -> tuple[NearMiss, ...]:
    """How many histories with no got there soon after the deadline, as far as the histories go on."""
    entry, runs = posed.entry, posed.runs
    if entry.question.row.record != "first" or not posed.no.any():
        return ()
    late = (times_of(runs.block, entry)[posed.no] - entry.by) / DAY
    late = late[late > 0]
    beyond = (runs.program.horizon - entry.by) / DAY
    of = int(posed.no.sum())
    return tuple(
        NearMiss(days=days, histories=int(np.sum(late <= days)), of=of) for days in WITHIN if days <= beyond + 1e-9
    )


class Ahead:
    """What can still come true in a history: relaxed reachability from a state, with the dates that are left.

    It never calls impossible what is possible: what an action has made possible once stays so, numbers may become
    anything that an effect could make of them, and clocks may run as fast as they like.
    """

    def __init__(self, elements: Elements, condition: Expression) -> None:
        self.elements, self.condition = elements, condition
        self.steps, self.names = _cone(elements, condition)
        self.inputs = {step.name: frozenset(_inputs(step)) for step in self.steps}
        self.known: dict[tuple[object, ...], bool] = {}

    def instants(self, told: Chronicle, by: float) -> list[float]:
        """The dates, up to the deadline, of actions that could bear on it."""
        found = {when for name in self._dated() for when in told.reader.instants[name] if 0 <= when <= by}
        return sorted(found)

    def _dated(self) -> list[str]:
        names = dict.fromkeys(step.action for step in self.steps)
        return [name for name in names if isinstance(self.elements.actions[name].clock, (On, Every))]

    def possible(self, told: Chronicle, state: int, after: float, by: float) -> bool:
        """Whether the condition can still hold in a state, or in one that comes after a time and up to the deadline."""
        dated = {name: self._left(told.reader.instants[name], after, by) for name in self._dated()}
        values = tuple(told.slot(name, state) for name in self.names)
        # Many histories stand in the same state as far as the condition is concerned.
        key = (values, tuple(dated.values()))
        if key not in self.known:
            gone = {name for name, left in dated.items() if not left}
            self.known[key] = self._reached(dict(zip(self.names, ((one, one) for one in values), strict=True)), gone)
        return self.known[key]

    def _left(self, instants: Sequence[float], after: float, by: float) -> bool:
        place = bisect_right(instants, after)
        return place < len(instants) and instants[place] <= by

    def _reached(self, state: dict[str, Span], gone: set[str]) -> bool:
        """Let everything happen that can, until the condition may hold or nothing new can."""
        queue, done = [step for step in self.steps if step.action not in gone], set(gone)
        while span(self.condition, state)[1] == 0:
            fresh: dict[str, None] = {}
            for step in queue:
                if step.name not in done and step.action not in done and step.possible(state):
                    done.add(step.name)
                    fresh |= dict.fromkeys(self._apply(step, state))
            queue = [
                step for step in self.steps if step.name not in done and not self.inputs[step.name].isdisjoint(fresh)
            ]
            if not queue and span(self.condition, state)[1] == 0:
                return False
        return True

    def _apply(self, step: Step, state: dict[str, Span]) -> Iterator[str]:
        """The variables that a step can give other values than they could have."""
        for effect in step.effects:
            grown = join(state[effect.variable], self._values(effect, state))
            if grown != state[effect.variable]:
                state[effect.variable] = grown
                yield effect.variable

    def _values(self, effect: Effect, state: dict[str, Span]) -> Span:
        """What an effect could make of its variable, now or after everything else."""
        # An amount that reads what others change may be anything once these have: not known too early.
        fixed = isinstance(effect.amount, Expression) and reads(effect.amount) <= self.elements.parameters.keys()
        if fixed and effect.kind != "add" and isinstance(effect.amount, Expression):
            return span(effect.amount, state)
        variable = self.elements.variables[effect.variable]
        if isinstance(variable, Fact):
            return UNSURE
        return (variable.low, variable.high) if isinstance(variable, Level) else EVERYTHING


def _cone(elements: Elements, condition: Expression) -> tuple[list[Step], list[str]]:
    """The steps that could bear on a condition, directly or over others, and all that they read and change of it."""
    names, steps = set(reads(condition)), steps_of(elements)
    kept: dict[str, Step] = {}
    grown = True
    while grown:
        grown = False
        for step in steps:
            if step.name not in kept and any(effect.variable in names for effect in step.effects):
                kept[step.name], grown = step, True
                names |= _inputs(step)
    return [step for step in steps if step.name in kept], sorted(names)


def _inputs(step: Step) -> set[str]:
    found = set(reads(step.guard)) | (set() if step.weight is None else set(reads(step.weight)))
    for effect in step.effects:
        found |= {effect.variable} | (reads(effect.amount) if isinstance(effect.amount, Expression) else set())
    return found


def _moments(told: Chronicle, ahead: Ahead, by: float) -> list[tuple[float, int]]:
    """When what is possible can change: the start, every event and every date, each with the state after it."""
    upto = told.index(by)
    events = [(told.time(state), state) for state in range(upto + 1)]
    dates = [(when, told.index(when)) for when in ahead.instants(told, by)]
    # A date that goes by without an event changes what is possible as well.
    return sorted({*events, *dates})


def turning(asking: Asking, these: Sequence[Chronicle], say: Any) -> Turning | None:
    """When it became impossible in histories with no; ``say`` puts an action and its outcome into words."""
    if asking.question.condition is None or asking.question.row.about != "condition" or not these:
        return None
    ahead = Ahead(asking.inquiry.scenario.expanded, asking.condition)
    lost, steps = [], Counter[str]()
    for told in these[:MOST]:
        found = _lost(told, ahead, asking.spot(told).time)
        if found is not None:
            when, state, before = found
            lost.append(when)
            steps.update(_step(told, asking, state, before, say))
    calendar = asking.inquiry.scenario.calendar
    # Dates that were seen, and none in between.
    ends = np.quantile(lost, (0.05, 0.5, 0.95), method="inverted_cdf") if lost else ()
    looked = len(these[:MOST])
    return Turning(
        looked=looked,
        open=looked - len(lost),
        dates=tuple(calendar.date_text(float(one)) for one in ends),
        steps=tuple(steps.most_common(STEPS)),
    )


def _lost(told: Chronicle, ahead: Ahead, by: float) -> tuple[float, int, int] | None:
    """When it became impossible for good, the state then and the one before (-1 at the start); None if it never did."""
    moments = _moments(told, ahead, by)
    when, state = moments[-1]
    if ahead.possible(told, state, when, by):
        return None
    low, high = -1, len(moments) - 1
    while high - low > 1:  # what is impossible stays so
        middle = (low + high) // 2
        when, state = moments[middle]
        low, high = (middle, high) if ahead.possible(told, state, when, by) else (low, middle)
    return (*moments[high], moments[high - 1][1] if high else -1)


def _step(told: Chronicle, asking: Asking, state: int, before: int, say: Any) -> Iterator[str]:
    """The last step in words: the event, or that a date went by without one."""
    if before < 0:
        yield "it was impossible from the start"
    elif state > before:
        event = told.event(asking.inquiry.trigger(told, state - 1))
        yield say(event.action, event.outcome)
    else:
        yield "its last date went by"
