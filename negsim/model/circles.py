"""Circles: "A waits for B waits for A", among actions and their outcomes.

A step is an action, or one outcome of it. It waits for another if it lacks something at hand that the other could
bring: an atom of its guard, or of the condition under which its outcome has any weight.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.expressions import Arithmetic, Choice, Compare, Expression, Neg, Not, Ref, Truth, atoms, reads, walk
from negsim.model.spans import Span, span

__all__ = ["Step", "circles", "components", "helps", "steps_of"]


@dataclass(frozen=True, slots=True)
class Step:
    """An action, or one outcome of it, and what it changes."""

    name: str
    action: str
    guard: Expression
    weight: Expression | None
    effects: tuple[Effect, ...]

    def possible(self, state: Mapping[str, Span]) -> bool:
        """Whether it could happen in a state of possible values."""
        return span(self.guard, state)[1] > 0 and self.weighs(state)

    def weighs(self, state: Mapping[str, Span]) -> bool:
        """Whether its outcome could have any weight."""
        return self.weight is None or span(self.weight, state)[1] > 0


def steps_of(elements: Elements) -> list[Step]:
    """Every action, and each outcome of those that have any, by name."""
    found = []
    for name in sorted(elements.actions):
        action = elements.actions[name]
        if not action.outcomes:
            found.append(Step(name, name, action.when, None, action.effects))
        for outcome in action.outcomes:
            effects = (*action.effects, *outcome.effects)
            found.append(Step(f"{name} ({outcome.name})", name, action.when, outcome.weight, effects))
    return found


def circles(
    steps: Iterable[Step], state: Mapping[str, Span], owners: Mapping[str, Collection[str]] | None = None
) -> list[str]:
    """The circles of steps that wait for each other, all of them impossible in the state, as text.

    With ``owners`` (the actions of each word) circles within one word are left out: they are how the word works.
    """
    every = list(steps)
    stuck = _Stuck(every, state)
    graph = {step.name: sorted(set(stuck.waits(step))) for step in every}
    actions = {step.name: step.action for step in every}
    words = [set(one) for one in (owners or {}).values()]
    # Steps of one word that wait for each other are its own business: its author wrote the word, not the circle.
    parts = [part for part in components(graph) if not any({actions[name] for name in part} <= one for one in words)]
    return [_told(_around(part, graph)) for part in parts]


class _Stuck:
    """Steps that cannot happen in a state, with what each lacks: many ask for the same, so it is found once."""

    def __init__(self, steps: Iterable[Step], state: Mapping[str, Span]) -> None:
        self.state = state
        self.lacking: dict[str, list[tuple[Expression, bool]]] = {}
        self.bringers: dict[str, list[Step]] = {}
        for step in steps:
            for effect in step.effects:
                self.bringers.setdefault(effect.variable, []).append(step)

    def waits(self, step: Step) -> Iterator[str]:
        """Names of the stuck steps that could bring what this one lacks.

        A signal that the step itself takes down (a meeting's date is here) is not waited for from those that can only
        give it again, after the step (the date to which it was put off).
        """
        # What a step itself turns off, others can bring only after it.
        down = {effect.variable for effect in step.effects if effect.amount == Truth(False)}
        for atom, wanted in self.lacks(step):
            for name in sorted(reads(atom)):
                for other in self.bringing(atom, wanted, name):
                    if name not in down or not self.comes_after(other, step):
                        yield other.name

    def bringing(self, atom: Expression, wanted: bool, name: str) -> Iterator[Step]:
        """Stuck steps with an effect on a name of the atom that can give it the wanted truth value."""
        for other in self.bringers.get(name, ()):
            if any(effect.variable == name and helps(effect, atom, wanted) for effect in other.effects):
                yield other

    def comes_after(self, other: Step, step: Step) -> bool:
        """Whether a step lacks something that only the other's own action brings."""
        for atom, wanted in self.lacks(other):
            found = [one for name in sorted(reads(atom)) for one in self.bringing(atom, wanted, name)]
            if found and all(one.action == step.action for one in found):
                return True
        return False

    def lacks(self, step: Step) -> list[tuple[Expression, bool]]:
        """Atoms that do not have the truth value which the step needs, with that value."""
        if step.name not in self.lacking:
            self.lacking[step.name] = [*_lacks(step, self.state)]
        return self.lacking[step.name]


def _lacks(step: Step, state: Mapping[str, Span]) -> Iterator[tuple[Expression, bool]]:
    conditions = [step.guard] if span(step.guard, state)[1] == 0 else []
    conditions += [] if step.weight is None else _choices(step.weight, state)
    for condition in conditions:
        # What stands under a 'not' is lacking when it is true.
        negated = {node.arg for node in walk(condition) if isinstance(node, Not)}
        for atom in atoms(condition):
            low, high = span(atom, state)
            if atom in negated and low > 0:
                yield atom, False
            elif atom not in negated and high == 0:
                yield atom, True


def _choices(weight: Expression, state: Mapping[str, Span]) -> Iterator[Expression]:
    """The conditions of the choices by which a weight is nothing; parts that are something in themselves are not asked."""
    if span(weight, state)[1] > 0:
        return
    difference = isinstance(weight, Arithmetic) and weight.op == "-"
    if difference:  # it is nothing because what is taken off is too much
        yield from (node.condition for node in walk(weight) if isinstance(node, Choice))
        return
    if isinstance(weight, Choice):
        yield weight.condition
    for part in weight.children:
        yield from _choices(part, state)


def helps(effect: Effect, atom: Expression, wanted: bool) -> bool:
    """Whether an effect on a variable of the atom can give it the wanted truth value."""
    # Any amount that is not the opposite may come out right.
    if isinstance(atom, Ref):
        return effect.amount != Truth(not wanted)
    if isinstance(atom, Compare) and effect.kind == "add" and isinstance(atom.left, Ref) and not reads(atom.right):
        # By its sign as it is written: what an expression comes to is not known here.
        rises = not isinstance(effect.amount, Neg) and not str(effect.amount).startswith("-")
        upward = atom.op in (">", ">=") if wanted else atom.op in ("<", "<=")
        downward = atom.op in ("<", "<=") if wanted else atom.op in (">", ">=")
        return not (upward and not rises) and not (downward and rises)
    return True


def _around(part: list[str], graph: Mapping[str, list[str]]) -> list[str]:
    """A shortest way around within a component, from its first name."""
    inside, first = set(part), part[0]
    ways = [[first]]
    seen: set[str] = set()
    # Grows meanwhile.
    for way in ways:
        for name in graph[way[-1]]:
            if name == first:
                return way
            if name in inside and name not in seen:
                seen.add(name)
                ways.append([*way, name])
    return part


def _told(circle: list[str]) -> str:
    return " waits for ".join([*circle, circle[0]])


def components(graph: Mapping[str, list[str]]) -> list[list[str]]:
    """Strongly connected components that hold a circle of two or more, each sorted (Sharir 1981, without recursion)."""
    back: dict[str, list[str]] = {name: [] for name in graph}
    for name, targets in graph.items():
        for target in targets:
            back[target].append(name)
    seen: set[str] = set()
    found = []
    # In the reverse order of leaving, each walk backwards stays within one component.
    for root in reversed(_finishing_order(graph)):
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


def _finishing_order(graph: Mapping[str, list[str]]) -> list[str]:
    """Names in the order in which a depth-first walk leaves them."""
    # With a stack of its own: recursion would end in a scenario with a long chain.
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
