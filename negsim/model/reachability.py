"""Relaxed reachability: what could ever become true if nothing that was once possible were lost again.

The abstraction keeps, of each fact, the truth values it may take and, of each number, an interval. It only ever
grows, so what it calls impossible is impossible (delete relaxation of planning; Bonet & Geffner 2001,
doi:10.1016/S0004-3702(01)00108-4). Bounds that keep growing are widened to the variable's own bounds at once.
"""

from __future__ import annotations

import math
from collections import Counter as Counted
from collections.abc import Iterator
from dataclasses import dataclass

from negsim.model.actions import Action
from negsim.model.clocks import Chance, Distribution
from negsim.model.elements import Elements
from negsim.model.expressions import Expression, Not, atoms, reads, walk
from negsim.model.spans import EVERYTHING, UNSURE, Span, join, span, total
from negsim.model.variables import Counter, Fact, Level

__all__ = ["Reach", "explore"]

PATIENCE = 12
"""How often a variable's span may grow before it is widened to the variable's bounds."""


def _initial(elements: Elements) -> dict[str, Span]:
    state: dict[str, Span] = {}
    for name, parameter in elements.parameters.items():
        uncertain = UNSURE if isinstance(parameter.best, bool) else EVERYTHING
        best = float(parameter.best)
        state[name] = (best, best) if parameter.belief is None else uncertain
    for name, variable in elements.variables.items():
        state[name] = _first_value(variable, state)
    return state


def _first_value(variable: Fact | Counter | Level, state: dict[str, Span]) -> Span:
    initial = variable.initial
    if isinstance(initial, Chance):
        return UNSURE
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
    writers: dict[str, tuple[str, ...]]

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

    def _needs(self, action: str, state: dict[str, Span]) -> Iterator[str]:
        """Actions that could make true what the guard of this one lacks in a state."""
        guard = self.elements.actions[action].when
        if span(guard, state)[0] > 0 or (state is self.start and span(guard, state)[1] > 0):
            return
        for atom in atoms(guard):
            if span(atom, state)[1] == 0 or (_negated(guard, atom) and span(atom, state)[0] > 0):
                for name in sorted(reads(atom)):
                    yield from self.writers.get(name, ())

    def deadlock(self) -> str:
        """A circle of actions that wait for each other and can never happen, as text; empty if there is none."""
        graph = {
            name: [need for need in self._needs(name, self.state) if need in self.blocked]
            for name in sorted(self.blocked)
        }
        return next((_told(circle) for circle in _components(graph)), "")

    def circles(self) -> list[str]:
        """Circles of actions that wait for each other at the start though something can break them."""
        waiting = {name: list(self._needs(name, self.start)) for name in sorted(self.elements.actions)}
        broken = set(self.blocked)
        return [_told(circle) for circle in _components(waiting) if not broken.issuperset(circle)]


def _negated(guard: Expression, atom: Expression) -> bool:
    return any(isinstance(node, Not) and node.arg == atom for node in walk(guard))


def _told(circle: list[str]) -> str:
    return " waits for ".join([*circle, circle[0]])


def _components(graph: dict[str, list[str]]) -> list[list[str]]:
    """Strongly connected components that hold a circle of two or more, each sorted (Sharir 1981, without recursion)."""
    order = _finishing_order(graph)
    back: dict[str, list[str]] = {name: [] for name in graph}
    for name, targets in graph.items():
        for target in targets:
            back[target].append(name)
    seen: set[str] = set()
    found = []
    for root in reversed(order):
        part, stack = [], [root]
        while stack:
            name = stack.pop()
            if name not in seen:
                seen.add(name)
                part.append(name)
                stack += back[name]
        if len(part) > 1:
            found.append(sorted(part))
    return found


def _finishing_order(graph: dict[str, list[str]]) -> list[str]:
    """Names in the order in which a depth-first walk leaves them."""
    order: list[str] = []
    seen: set[str] = set()
    for root in graph:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(graph[root]))]
        while stack:
            name, targets = stack[-1]
            target = next((item for item in targets if item not in seen), None)
            if target is None:
                order.append(name)
                stack.pop()
            else:
                seen.add(target)
                stack.append((target, iter(graph[target])))
    return order


def explore(elements: Elements) -> Reach:
    """Find the possible values and the actions that can never happen."""
    start = _initial(elements)
    state = dict(start)
    readers: dict[str, list[str]] = {}
    writers: dict[str, list[str]] = {}
    for name, action in elements.actions.items():
        for variable in _inputs(action):
            readers.setdefault(variable, []).append(name)
        for variable in {effect.variable for effect in action.changes()}:
            writers.setdefault(variable, []).append(name)
    enabled: set[str] = set()
    growth: Counted[str] = Counted()
    queue = sorted(elements.actions)
    while queue:
        name = queue.pop()
        action = elements.actions[name]
        if name not in enabled and span(action.when, state)[1] == 0:
            continue
        enabled.add(name)
        grown = _apply(action, state, elements, growth)
        for variable in grown:
            queue += readers.get(variable, [])
        queue += [name] if grown else []  # what it adds once it can add again
    blocked = frozenset(elements.actions) - enabled
    return Reach(elements, start, state, blocked, {key: tuple(sorted(value)) for key, value in writers.items()})


def _inputs(action: Action) -> set[str]:
    found = set(reads(action.when))
    for effect in action.changes():
        if isinstance(effect.amount, Expression):
            found |= reads(effect.amount)
    return found


def _apply(action: Action, state: dict[str, Span], elements: Elements, growth: Counted[str]) -> list[str]:
    """Let the action's effects grow the state; return what grew."""
    grown = []
    for effect in action.changes():
        variable = elements.variables[effect.variable]
        low, high = state[effect.variable]
        amount = EVERYTHING if isinstance(effect.amount, Distribution) else span(effect.amount, state)
        new = total((low, high), amount) if effect.kind == "add" else amount
        new = join((low, high), _kept(variable, new))
        if new != (low, high):
            growth[effect.variable] += 1
            state[effect.variable] = new if growth[effect.variable] <= PATIENCE else _limits(variable)
            grown += [effect.variable] if state[effect.variable] != (low, high) else []
    return grown
