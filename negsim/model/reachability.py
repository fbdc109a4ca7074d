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
from negsim.model.expressions import (
    And,
    Arithmetic,
    AtLeast,
    Call,
    Choice,
    Compare,
    Expression,
    Neg,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    atoms,
    reads,
    walk,
)
from negsim.model.variables import Counter, Fact, Level

__all__ = ["Reach", "explore"]

Span = tuple[float, float]
"""Possible values: of a number its interval; of a condition (0, 0), (1, 1) or (0, 1)."""
EVERYTHING: Span = (-math.inf, math.inf)
UNSURE: Span = (0.0, 1.0)
PATIENCE = 12
"""How often a variable's span may grow before it is widened to the variable's bounds."""


def span(tree: Expression, state: dict[str, Span]) -> Span:
    """The possible values of an expression."""
    match tree:
        case Number(value=value):
            return (value, value)
        case Truth(value=truth):
            return (float(truth), float(truth))
        case Ref(name=name):
            return state.get(name, EVERYTHING)
        case Not(arg=arg):
            low, high = span(arg, state)
            return (1.0 - high, 1.0 - low)
        case Neg(arg=arg):
            low, high = span(arg, state)
            return (-high, -low)
        case And(args=args):
            found = [span(arg, state) for arg in args]
            return (min(low for low, _ in found), min(high for _, high in found))
        case Or(args=args):
            found = [span(arg, state) for arg in args]
            return (max(low for low, _ in found), max(high for _, high in found))
        case AtLeast(k=k, args=args):
            found = [span(arg, state) for arg in args]
            return (float(sum(low for low, _ in found) >= k), float(sum(high for _, high in found) >= k))
        case Choice(condition=condition, then=then, otherwise=otherwise):
            return _choice(span(condition, state), span(then, state), span(otherwise, state))
        case Compare(op=op, left=left, right=right):
            return _compare(op, span(left, state), span(right, state))
        case Arithmetic(op=op, left=left, right=right):
            return _arithmetic(op, span(left, state), span(right, state))
        case Call(function=function, args=args):
            return _call(function, [span(arg, state) for arg in args])
    return EVERYTHING


def _choice(condition: Span, then: Span, otherwise: Span) -> Span:
    if condition[0] > 0:
        return then
    return otherwise if condition[1] == 0 else _join(then, otherwise)


def _join(one: Span, two: Span) -> Span:
    return (min(one[0], two[0]), max(one[1], two[1]))


def _compare(op: str, left: Span, right: Span) -> Span:
    if op in (">", ">="):
        return _compare("<" if op == ">" else "<=", right, left)
    if op == "<":
        return (float(left[1] < right[0]), float(left[0] < right[1]))
    if op == "<=":
        return (float(left[1] <= right[0]), float(left[0] <= right[1]))
    same = (float(left[0] == left[1] == right[0] == right[1]), float(left[0] <= right[1] and right[0] <= left[1]))
    return same if op == "==" else (1.0 - same[1], 1.0 - same[0])


def _arithmetic(op: str, left: Span, right: Span) -> Span:
    if op == "+":
        return _sound(left[0] + right[0], left[1] + right[1])
    if op == "-":
        return _sound(left[0] - right[1], left[1] - right[0])
    if op == "/" and right[0] <= 0 <= right[1]:
        return EVERYTHING
    corners = [_product(op, a, b) for a in left for b in right]
    return _sound(min(corners), max(corners))


def _product(op: str, a: float, b: float) -> float:
    if op == "*":
        return 0.0 if a == 0 or b == 0 else a * b
    return a / b if math.isfinite(a) or math.isfinite(b) else math.nan


def _sound(low: float, high: float) -> Span:
    return (-math.inf if math.isnan(low) else low, math.inf if math.isnan(high) else high)


def _call(function: str, found: list[Span]) -> Span:
    if function == "min":
        return (min(low for low, _ in found), min(high for _, high in found))
    if function == "max":
        return (max(low for low, _ in found), max(high for _, high in found))
    if function == "clip":
        x, low, high = found
        return (min(max(x[0], low[0]), high[1]), max(min(x[1], high[1]), low[0])) if low[1] <= high[0] else EVERYTHING
    if function == "abs":
        low, high = found[0]
        return (0.0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high)))
    return (0.0, math.inf) if function in ("exp", "sqrt") else EVERYTHING


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
    return span(initial, state)


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
        graph = {name: [need for need in self._needs(name, self.state) if need in self.blocked] for name in sorted(self.blocked)}
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
        for variable in {effect.variable for effect in _effects(action)}:
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


def _effects(action: Action) -> Iterator:  # type: ignore[type-arg] # of Effect
    yield from action.effects
    for outcome in action.outcomes:
        yield from outcome.effects


def _inputs(action: Action) -> set[str]:
    found = set(reads(action.when))
    for effect in _effects(action):
        if isinstance(effect.amount, Expression):
            found |= reads(effect.amount)
    return found


def _apply(action: Action, state: dict[str, Span], elements: Elements, growth: Counted[str]) -> list[str]:
    """Let the action's effects grow the state; return what grew."""
    grown = []
    for effect in _effects(action):
        variable = elements.variables[effect.variable]
        low, high = state[effect.variable]
        limits = _limits(variable)
        amount = EVERYTHING if isinstance(effect.amount, Distribution) else span(effect.amount, state)
        new = (low + amount[0], high + amount[1]) if effect.kind == "add" else amount
        new = (min(low, max(new[0], limits[0])), max(high, min(new[1], limits[1])))
        if new != (low, high):
            growth[effect.variable] += 1
            state[effect.variable] = new if growth[effect.variable] <= PATIENCE else limits
            grown += [effect.variable] if state[effect.variable] != (low, high) else []
    return grown
