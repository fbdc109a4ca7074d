"""Relaxed reachability: what could ever become true if nothing that was once possible were lost again.

The abstraction keeps, of each fact, the truth values it may take and, of each number, an interval. It only ever
grows, so what it calls impossible is impossible (delete relaxation of planning; Bonet & Geffner 2001,
doi:10.1016/S0004-3702(01)00108-4). Bounds that keep growing are widened to the variable's own bounds at once.
"""

from __future__ import annotations

import math
from collections import Counter as Counted
from dataclasses import dataclass

from negsim.model.circles import Step, circles, steps_of
from negsim.model.clocks import Chance, Distribution
from negsim.model.elements import Elements
from negsim.model.expressions import Expression, atoms, reads
from negsim.model.spans import EVERYTHING, UNSURE, Span, join, span, total
from negsim.model.variables import Counter, Fact, Level

__all__ = ["Reach", "explore"]

PATIENCE = 12
"""How often a variable's span may grow before it is widened to the variable's bounds."""


def _initial(elements: Elements) -> dict[str, Span]:
    state: dict[str, Span] = {}
    for name, parameter in elements.parameters.items():
        # Whatever is believed of it may be drawn.
        uncertain = UNSURE if isinstance(parameter.best, bool) else EVERYTHING
        best = float(parameter.best)
        state[name] = (best, best) if parameter.belief is None else uncertain
    for name, variable in elements.variables.items():
        state[name] = _first_value(variable, state)
    return state


def _first_value(variable: Fact | Counter | Level, state: dict[str, Span]) -> Span:
    initial = variable.initial
    if isinstance(initial, Chance):
        low, high = span(initial.p, state)
        # A chance of 0 or 1 is no chance.
        return (1.0, 1.0) if low >= 1 else (0.0, 0.0) if high <= 0 else UNSURE
    if isinstance(initial, Distribution):
        return (variable.low, variable.high) if isinstance(variable, Level) else EVERYTHING
    return _kept(variable, span(initial, state))


def _kept(variable: Fact | Counter | Level, values: Span) -> Span:
    """The span as the variable keeps it: clipped, and on its grid."""
    if not isinstance(variable, Level):
        return values
    low, high = (min(max(end, variable.low), variable.high) for end in values)
    return (_on_grid(low, variable.step), _on_grid(high, variable.step))


def _on_grid(value: float, step: float | None) -> float:
    # Infinite bounds have no grid.
    steps = value / step if step else math.inf
    return round(steps) * step if step and math.isfinite(steps) else value


def _limits(variable: Fact | Counter | Level) -> Span:
    if isinstance(variable, Fact):
        return UNSURE
    return (variable.low, variable.high) if isinstance(variable, Level) else EVERYTHING


@dataclass(frozen=True, slots=True)
class Reach:
    """What relaxed reachability found: the possible values, and the actions that can never happen."""

    elements: Elements
    start: dict[str, Span]
    state: dict[str, Span]
    blocked: frozenset[str]
    able: tuple[Step, ...]
    stuck: tuple[Step, ...]

    def possible(self, condition: Expression) -> bool:
        """Whether the condition could ever hold."""
        return span(condition, self.state)[1] > 0

    def why(self, condition: Expression) -> str:
        """The atoms of a condition that can never hold, as the tail of a sentence."""
        stuck = [str(atom) for atom in atoms(condition) if not self.possible(atom)]
        return f" ({', '.join(stuck)} never can)" if stuck and stuck != [str(condition)] else ""

    def missing(self, action: str) -> str:
        """Why an action can never happen."""
        guard = self.elements.actions[action].when
        return f"'{guard}' can never hold{self.why(guard)}"

    def deadlock(self) -> str:
        """A circle of steps that wait for each other and can never happen, as text; empty if there is none."""
        return next(iter(circles(self.stuck, self.state)), "")

    def circles(self) -> list[str]:
        """Circles of steps that wait for each other at the start though something can break them."""
        # What can happen from the start on waits for nobody.
        stuck = [step for step in self.able if not step.possible(self.start)]
        return circles(stuck, self.start, self.elements.owners)


def explore(elements: Elements) -> Reach:
    """Find the possible values and the actions that can never happen."""
    start = _initial(elements)
    state = dict(start)
    steps = steps_of(elements)
    by_action: dict[str, list[Step]] = {}
    readers: dict[str, set[str]] = {}
    for step in steps:
        by_action.setdefault(step.action, []).append(step)
        for variable in _inputs(step):
            readers.setdefault(variable, set()).add(step.action)
    growth: Counted[str] = Counted()
    queue = dict.fromkeys(by_action)
    # The state only grows: what is possible once stays so, and need not be worked out again.
    enabled: set[str] = set()
    weighing: set[str] = set()
    while queue:
        # The last one in: what it changed is looked at next.
        name, _ = queue.popitem()
        if name not in enabled:
            if span(elements.actions[name].when, state)[1] == 0:
                continue
            enabled.add(name)
        for step in by_action[name]:
            if step.name in weighing or step.weighs(state):
                weighing.add(step.name)
                grown = _apply(step, state, elements, growth)
                # What it adds once it can add again.
                queue |= dict.fromkeys([other for variable in grown for other in (name, *readers.get(variable, ()))])
    # Guards decide this; an outcome without weight is one of an action that can happen.
    blocked = frozenset(name for name in elements.actions if name not in enabled)
    able = tuple(step for step in steps if step.name in weighing)
    return Reach(elements, start, state, blocked, able, tuple(step for step in steps if step.name not in weighing))


def _inputs(step: Step) -> set[str]:
    found = set(reads(step.guard)) | (set() if step.weight is None else set(reads(step.weight)))
    for effect in step.effects:
        if isinstance(effect.amount, Expression):
            found |= reads(effect.amount)
    return found


def _apply(step: Step, state: dict[str, Span], elements: Elements, growth: Counted[str]) -> list[str]:
    """Let the step's effects grow the state; return what grew."""
    grown = []
    for effect in step.effects:
        variable = elements.variables[effect.variable]
        low, high = state[effect.variable]
        amount = EVERYTHING if isinstance(effect.amount, Distribution) else span(effect.amount, state)
        new = total((low, high), amount) if effect.kind == "add" else amount
        new = join((low, high), _kept(variable, new))
        if new != (low, high):
            growth[effect.variable] += 1
            # A counter that can always rise would be looked at without end.
            state[effect.variable] = new if growth[effect.variable] <= PATIENCE else _limits(variable)
            grown += [effect.variable] if state[effect.variable] != (low, high) else []
    return grown
