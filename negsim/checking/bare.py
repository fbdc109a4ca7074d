"""Bare numbers: those that stand in an action, a word or an initial value instead of a parameter that somebody answers for."""

from __future__ import annotations

from collections.abc import Iterator

from negsim.model.actions import Action
from negsim.model.clocks import Chance, Distribution, Fixed
from negsim.model.elements import Elements
from negsim.model.expressions import Compare, Expression, Number, walk
from negsim.vocabulary.decision import SUREST

__all__ = ["bare_numbers", "estimates_of"]

PLAIN = frozenset({0.0, 1.0, -1.0, 2.0, 0.5, SUREST, -SUREST})
"""Numbers that are rather words of the language (never, surely, half; as sure as can be) than estimates."""


def bare_numbers(elements: Elements) -> dict[str, tuple[float, ...]]:
    """Numbers written directly where a parameter with source and grade could stand, by the action, word or variable.

    A number that a word writes into several of its actions counts once; numbers that are rather words of the language
    (0, 1, 2, one half) and what a count is compared with do not count.
    """
    owner = {action: word for word, actions in elements.owners.items() for action in actions}
    numbers: dict[str, dict[float, None]] = {}
    for action in elements.actions.values():
        word = owner.get(action.name)
        where = f"action {action.name}" if word is None else f"word {word}"
        for tree in estimates_of(action, inside=word is not None):
            # What a count is compared with is a number of times, not an estimate.
            counts = {part for node in walk(tree) if isinstance(node, Compare) for part in (node.left, node.right)}
            for node in walk(tree):
                if (
                    isinstance(node, Number)
                    and node.value not in PLAIN
                    and not (node in counts and node.value.is_integer())
                ):
                    numbers.setdefault(where, {})[node.value] = None
    for name, variable in elements.variables.items():
        found = [node.value for tree in _drawn(variable.initial) for node in walk(tree) if isinstance(node, Number)]
        for value in found:
            if value not in PLAIN:
                numbers.setdefault(f"variable {name}", {})[value] = None
    return {where: tuple(values) for where, values in numbers.items()}


def estimates_of(action: Action, *, inside: bool = False) -> Iterator[Expression]:
    """The expressions of an action that state how fast, how likely and how much: laws, paces, weights and effects.

    Fixed times, speeds and limits of laws inside a word are terms that were agreed, dates that have passed, or its own
    machinery, not estimates.
    """
    if isinstance(action.clock, Distribution):
        limits = (action.clock.floor, action.clock.ceiling) if inside else ()
        yield from (tree for tree in action.clock.arguments() if tree not in limits)
    elif isinstance(action.clock, Fixed) and not inside:
        yield from action.clock.arguments()
    yield from (action.pace,) if inside else (action.pace, action.speed)
    yield from (outcome.weight for outcome in action.outcomes)
    for effect in action.changes():
        if isinstance(effect.amount, Distribution):
            yield from effect.amount.arguments()
        elif not inside:
            yield effect.amount


def _drawn(initial: object) -> Iterator[Expression]:
    """What the law of an initial value depends on; a fixed one is where the story starts, and no estimate."""
    if isinstance(initial, Chance):
        yield initial.p
    elif isinstance(initial, Distribution):
        yield from initial.arguments()
