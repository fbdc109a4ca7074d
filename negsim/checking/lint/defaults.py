"""Defaults that act: numbers that a word takes where its author said none, and that change what it does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from negsim.checking.bare import PLAIN, as_left, is_term, is_word
from negsim.checking.lint.finding import Finding
from negsim.checking.lint.trees import of_scenario
from negsim.checking.lint.unused import changed, offers_of
from negsim.model.elements import Elements
from negsim.model.expressions import Expression, Number, walk
from negsim.model.origins import table_of
from negsim.model.scenario import Scenario

__all__ = ["defaults_that_act"]


def defaults_that_act(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    """Numbers other than 0 and 1 that words have by default, where another number would change what happens.

    Counts, limits, terms and the calendar are left out, as `negsim.checking.bare` leaves them out.
    """
    # Worked out only where a word has a default at all.
    used: set[Expression] | None = None
    for part in scenario.parts:
        if not is_word(part) or not set(elements.owners.get(part.name, ())) - elements.removed:
            continue
        for name, number in _left(part):
            used = {node for tree in of_scenario(elements) for node in walk(tree)} if used is None else used
            if _acts(part, name, used):
                yield Finding(
                    code="default",
                    where=f"{table_of(part)} {part.name}",
                    text=f"{name} is left at its default, {number:g}, and that acts",
                    remedy=f"give {name}, best as a parameter with source and grade",
                )


def _left(part: Any) -> Iterator[tuple[str, float]]:
    """The fields of a word that have a default number of their own, with it."""
    for field in fields(part):
        value = getattr(part, field.name)
        number = value.value if isinstance(value, Number) else value
        if isinstance(number, float) and number not in PLAIN and as_left(value, field) and not is_term(field):
            yield field.name, number


def _acts(part: Any, name: str, used: set[Expression]) -> bool:
    other = changed(part, next(field for field in fields(part) if field.name == name))
    if other is None:
        return False
    # A word acts by its actions, or by what others read of it.
    return list(other.expand()) != list(part.expand()) or bool(offers_of(part, other) & used)
