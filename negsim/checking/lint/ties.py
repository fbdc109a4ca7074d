"""Pairs of actions of equal priority that can be due at one instant and touch one variable.

Which of the two goes first is then decided by their names. Whether they can meet is worked out from the times at which
each *can* fire other than at random: calendar instants, and fixed delays from the start or from such a time; or because
one event sets both going at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import combinations

from negsim.checking.lint.finding import Finding
from negsim.checking.lint.trees import of_effect, of_firing, writes
from negsim.errors import NegsimError
from negsim.model.actions import Action
from negsim.model.calendar import microseconds
from negsim.model.clocks import Every, Fixed, Immediately, On
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.exclusions import Exclusions
from negsim.model.expressions import And, Expression, Number, Truth, reads
from negsim.model.origins import TABLES, table_of
from negsim.model.ranges import at_best
from negsim.model.reachability import Reach
from negsim.model.scenario import Scenario
from negsim.model.spans import span
from negsim.model.variables import Counter, Level
from negsim.wording.phrases import Phrases

__all__ = ["tied"]

MOST_TIMES = 20_000
"""Instants of one action that are told apart; with more it may fire at any."""
ROUNDS = 40
MOST_TOLD = 40


def tied(scenario: Scenario, elements: Elements, reach: Reach, apart: Exclusions | None) -> Iterator[Finding]:
    """Name the pairs, each once; those within one word are its own business."""
    times, said = _Times(scenario, elements, reach), Phrases(scenario)
    told: set[tuple[str, str]] = set()
    for one, other in times.candidates():
        where, also = _owner(elements, one), _owner(elements, other)
        # The cheap questions first: whether instants meet is worked out only for pairs that are still open.
        if where == also or (where, also) in told or not times.meet(one, other) or _exclusive(one, other, apart):
            continue
        shared = times.shared(one, other)
        if not shared:
            continue
        told.add((where, also))
        if len(told) > MOST_TOLD:
            return
        when = times.when(one, other)
        at = f" ({when})" if when else ""
        yield Finding(
            code="order",
            where=where,
            text=f"it and {also} can be due at the same instant{at}, and both touch "
            f"{', '.join(_called(name, said) for name in sorted(shared))}; the order of their names decides who goes first",
            remedy="give one of them another priority; if neither shall see the other, let an action of a smaller "
            "priority write down the state before",
        )


def _called(name: str, said: Phrases) -> str:
    """A variable by its name, and in words where these tell more."""
    text = said.comes(name) if said.voice.is_fact(name) else said.thing(name)
    return name if text == name else f'{name} ("{text}")'


def _owner(elements: Elements, action: Action) -> str:
    origin = elements.origins.get(("actions", action.name))
    if origin is None or table_of(origin) in TABLES.values():
        return f"action {action.name}"
    return f"{table_of(origin)} {origin.name}"


# ---- whether it matters ----


def _touched(one: Action, other: Action, elements: Elements) -> set[str]:
    """The variables over which the order of two firings can matter."""
    found = set()
    for first, second in ((one, other), (other, one)):
        read = {name for tree in of_firing(second) for name in reads(tree)}
        for effect in second.changes():
            read |= {name for tree in of_effect(effect) for name in reads(tree)}
            read |= {effect.variable} if _own_value(effect, elements) else set()
        found |= writes(first) & read
    for name in writes(one) & writes(other):
        if not _alike(name, one, other, elements):
            found.add(name)
    return found


def _own_value(effect: Effect, elements: Elements) -> bool:
    """Whether what is added depends on what is there: what is clipped or rounded does not commute."""
    variable = elements.variables.get(effect.variable)
    bounded = isinstance(variable, Level) and (
        # Bounds of this size stand for none.
        variable.step is not None or abs(variable.low) + abs(variable.high) < 1e300
    )
    return effect.kind == "add" and bounded


def _alike(name: str, one: Action, other: Action, elements: Elements) -> bool:
    """Whether two firings leave the same behind in either order: the same value set, or amounts added."""
    effects = [effect for action in (one, other) for effect in action.changes() if effect.variable == name]
    if all(effect.kind == "add" for effect in effects):
        return isinstance(elements.variables.get(name), Counter) or not any(_own_value(e, elements) for e in effects)
    amounts = {effect.amount for effect in effects if effect.kind == "set"}
    constant = all(isinstance(amount, Number | Truth) for amount in amounts)
    return constant and len(amounts) == 1 and all(effect.kind == "set" for effect in effects)


def _exclusive(one: Action, other: Action, apart: Exclusions | None) -> bool:
    """Whether two actions that must be enabled before their instant cannot both be."""
    running = Fixed | Immediately
    if apart is None or not (isinstance(one.clock, running) and isinstance(other.clock, running)):
        return False
    return apart.why_never(And((one.when, other.when))) is not None


# ---- whether they can meet ----


@dataclass(slots=True)
class _When:
    """The instants (microseconds) at which an action can fire other than at random; ``any``: at any of them."""

    known: set[float] = field(default_factory=set)
    any: bool = False

    def add(self, more: set[float], anything: bool) -> bool:
        """Whether there is anything new."""
        before = (len(self.known), self.any)
        self.known |= more
        # Beyond that it is not worth keeping them apart: any instant, then.
        self.any = self.any or anything or len(self.known) > MOST_TIMES
        return (len(self.known), self.any) != before

    @property
    def never(self) -> bool:
        """Whether it fires at random times only."""
        return not self.known and not self.any


class _Times:
    """When each action can fire."""

    def __init__(self, scenario: Scenario, elements: Elements, reach: Reach) -> None:
        self.calendar, self.horizon = scenario.calendar, scenario.horizon
        self.elements, self.reach = elements, reach
        self.best = {name: float(parameter.best) for name, parameter in elements.parameters.items()}
        self.drawn = {name for name, parameter in elements.parameters.items() if parameter.belief is not None}
        self.actions = [
            action
            for name, action in sorted(elements.actions.items())
            # What is supposed goes first by its rank.
            if name not in elements.supposed and name not in reach.blocked
        ]
        self.starters = {action.name: list(self._starters(action)) for action in self.actions}
        self.at_once: dict[str, list[Action]] = {}
        for action in self.actions:
            if isinstance(action.clock, Immediately):
                for other in self.starters[action.name]:
                    self.at_once.setdefault(other.name, []).append(action)
        self.known: dict[tuple[str, str], set[str]] = {}
        self.times = {action.name: _When(set(self._dated(action))) for action in self.actions}
        # Times grow along chains of actions; a circle of fixed delays would let them grow for ever.
        grown, rounds = True, 0
        while grown and rounds < ROUNDS:
            grown, rounds = False, rounds + 1
            for action in self.actions:
                grown = self._grown(action) or grown

    def candidates(self) -> Iterator[tuple[Action, Action]]:
        """Pairs of one priority among those that fire at once, and among those that have times."""
        # Those that fire at once go before all that have times, so that pairs of unlike kind are in order.
        for kinds in ((Immediately,), (On, Every, Fixed)):
            some = [action for action in self.actions if isinstance(action.clock, kinds)]
            yield from ((one, other) for one, other in combinations(some, 2) if one.priority == other.priority)

    def consequences(self, action: Action) -> list[Action]:
        """An action, and what it can set off at once: all that is done before anything else at its instant."""
        # What follows at once from what follows at once is looked at as an action of its own.
        if isinstance(action.clock, Immediately):
            return [action]
        found, waiting = {action.name: action}, [action]
        while waiting:
            for other in self.at_once.get(waiting.pop().name, ()):
                if other.name not in found:
                    found[other.name] = other
                    waiting.append(other)
        return list(found.values())

    def shared(self, one: Action, other: Action) -> set[str]:
        """The variables over which it can matter which of two goes first, with all that each sets off."""
        pairs = ((first, second) for first in self.consequences(one) for second in self.consequences(other))
        return {name for first, second in pairs if first is not second for name in self.touched(first, second)}

    def touched(self, one: Action, other: Action) -> set[str]:
        """The variables over which the order of two firings can matter, looked up."""
        key = (one.name, other.name)
        if key not in self.known:
            # Both ways round: the order of two firings matters alike, whoever is named first.
            self.known[key] = self.known[key[::-1]] = _touched(one, other, self.elements)
        return self.known[key]

    def meet(self, one: Action, other: Action) -> bool:
        """Whether both can be due at one instant.

        What happens at once is done before anything else at its instant: two such actions wait for each other only if
        one event (or the start) set both going.
        """
        if isinstance(one.clock, Immediately):
            return self._at_once(one, other) or all(
                span(action.when, self.reach.start)[1] > 0 for action in (one, other)
            )
        return self._at_once(one, other) or self._common(one, other)

    def when(self, one: Action, other: Action) -> str:
        """The first instant at which both can be due, as a date; empty if there is no such one."""
        both = self.times[one.name].known & self.times[other.name].known
        # Where one of them may fire at any instant there is no date to name.
        return self.calendar.label(min(both)) if both else ""

    def _common(self, one: Action, other: Action) -> bool:
        a, b = self.times[one.name], self.times[other.name]
        if a.never or b.never:
            return False
        return a.any or b.any or not a.known.isdisjoint(b.known)

    def _at_once(self, one: Action, other: Action) -> bool:
        """Whether one event can set both going, to be due at the same instant."""
        # Two equal delays that begin together end together, whatever begins them.
        if isinstance(one.clock, Fixed) and isinstance(other.clock, Fixed):
            if self._delay(one) is None or self._delay(one) != self._delay(other):
                return False
        elif not (isinstance(one.clock, Immediately) and isinstance(other.clock, Immediately)):
            return False
        names = {action.name for action in self.starters[one.name]}
        return any(action.name in names for action in self.starters[other.name])

    def _dated(self, action: Action) -> Iterator[float]:
        clock = action.clock
        if isinstance(clock, On):
            found = [self.calendar.instant(moment, action.name) for moment in clock.instants]
            yield from (when for when in found if 0 <= when <= self.horizon)
        elif isinstance(clock, Every):
            try:
                dates = self.calendar.repeats(clock.start, clock.period, self.horizon, action.name, 100_000)
            # What is wrong with a calendar is told where the scenario is checked, not here.
            except NegsimError:
                return
            yield from (when for _, when in dates)

    def _starters(self, action: Action) -> Iterator[Action]:
        """The actions whose firing can make a guard true (or, with a fixed clock, start it anew)."""
        if not isinstance(action.clock, Fixed | Immediately):
            return
        read = reads(action.when)
        for other in self.actions:
            # A fixed clock begins anew after its own firing, and need not turn its guard off for that.
            again = other is action and isinstance(action.clock, Fixed)
            if (again or writes(other) & read) and self._may_hold_after(other, action.when):
                yield other

    def _may_hold_after(self, action: Action, guard: Expression) -> bool:
        """Whether a guard can hold after a firing, as far as what it sets decides it."""
        branches = [(*action.effects, *outcome.effects) for outcome in action.outcomes] or [action.effects]
        for effects in branches:
            # What is set is known; what is added may be anything that the variable can reach.
            state = dict(self.reach.state)
            for effect in effects:
                if effect.kind == "set" and isinstance(effect.amount, Truth | Number):
                    state[effect.variable] = (float(effect.amount.value), float(effect.amount.value))
            if span(guard, state)[1] > 0:
                return True
        return False

    def _delay(self, action: Action) -> float | None:
        """The delay of a fixed clock; None if it cannot be known beforehand."""
        assert isinstance(action.clock, Fixed)
        days = at_best(action.clock.after, self.best)
        speed = at_best(action.speed, self.best)
        # A delay that is drawn falls on no instant that others share, but by luck.
        if days is None or not speed or reads(action.clock.after) & self.drawn or reads(action.speed) & self.drawn:
            return None
        return microseconds(days / speed)

    def _grown(self, action: Action) -> bool:
        """Add to an action's times those that follow from what can start it; whether there are new ones."""
        if not isinstance(action.clock, Fixed | Immediately):
            return False
        at_start = span(action.when, self.reach.start)[1] > 0
        begins: set[float] = {0.0} if at_start else set()
        anything = False
        for other in self.starters[action.name]:
            begins |= self.times[other.name].known
            anything = anything or self.times[other.name].any
        if isinstance(action.clock, Immediately):
            return self.times[action.name].add(begins, anything)
        if reads(action.clock.after) & self.drawn:
            return False  # at random
        delay = self._delay(action)
        # A clock that resumes has lost an unknown part of its delay by then.
        moving = delay is None or action.memory == "resume"
        later = set() if delay is None else {when + delay for when in begins if when + delay <= self.horizon}
        return self.times[action.name].add(later, anything or (moving and bool(begins)))
