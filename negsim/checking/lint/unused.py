"""What nothing reads, nothing names and nothing cites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, replace
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any

from negsim.checking.bare import as_left
from negsim.checking.lint.finding import Finding
from negsim.checking.lint.trees import of_scenario
from negsim.errors import NegsimError
from negsim.model.acting import Acting
from negsim.model.elements import Elements
from negsim.model.evidence import Evidence
from negsim.model.expressions import Expression, Number, reads, walk
from negsim.model.origins import TABLES, table_of
from negsim.model.parameters import Parameter
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.model.sources import declared_parties

__all__ = ["acts_on_nothing", "changed", "near_parties", "offers_of", "unused", "unused_multipliers"]

REFUSED = (NegsimError, TypeError, ValueError, ArithmeticError)
"""What a word may say to a number that does not suit it."""
ALIKE = 0.8
"""Share of letters in common from which two names of parties may be one, misspelt."""


def unused(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    """Parameters that nothing reads, and evidence that nothing cites."""
    used = {name for tree in of_scenario(elements) for name in reads(tree)}
    for part in scenario.parts:
        if isinstance(part, Parameter) and part.name not in used:
            yield Finding(
                code="unused", where=f"parameter {part.name}", text="nothing reads it", remedy="drop it, or use it"
            )
    sources = [parameter.source for parameter in elements.parameters.values()]
    sources += [question.source for question in elements.questions.values()]
    sources += [one.source for one in elements.correlations.values()]
    sources += [one.source for one in elements.constraints.values()]
    cited = " ".join(sources)
    for part in scenario.parts:
        # Names within longer ones do not count, but what follows a comma or a bracket does.
        if isinstance(part, Evidence) and not re.search(rf"(?<![\w.]){re.escape(part.name)}(?![\w])", cited):
            yield Finding(
                code="unused",
                where=f"evidence {part.name}",
                text="nothing cites it",
                remedy="drop it, or name it as a source",
            )


def near_parties(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    """Parties that only words name, under names that are nearly the same."""
    if declared_parties(elements):
        return  # then each is checked against them at load
    for one, other in combinations(sorted(elements.named_by), 2):
        # Numbered and marked names are alike on purpose: party_1 and party_2 are two.
        first, second = (re.sub(r"[\d_]+", "", name) for name in (one, other))
        if first != second and SequenceMatcher(None, first, second).ratio() >= ALIKE:
            yield Finding(
                code="party",
                where=f"party {one}",
                text=f"it and {other} are two parties whose names are nearly the same",
                remedy="correct one of them, or declare both",
            )


def unused_multipliers(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    """Numbers given to a word that change neither what it does nor anything that uses it, such as a pace."""
    used: set[Expression] | None = None
    for part in scenario.parts:
        # Expanding words is the costly part, and only words that still act can be idle.
        if table_of(part) in TABLES.values() or not set(elements.owners.get(part.name, ())) - elements.removed:
            continue
        for field in fields(part):  # type: ignore[arg-type] # words are dataclasses
            other = _idle(part, field)
            if other is None:
                continue
            used = {node for tree in of_scenario(elements) for node in walk(tree)} if used is None else used
            offers = offers_of(part, other)
            if not offers & used:
                yield Finding(
                    code="idle",
                    where=f"{table_of(part)} {part.name}",
                    text=f"{field.name} = {getattr(part, field.name)} moves nothing: nothing uses it",
                    remedy=_where_to(part, offers),
                )


def acts_on_nothing(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    """Words that act by being there (a host, pressure, a threat), and are there for nothing."""
    read: set[str] | None = None
    # What is named in acts_on has been found already when the scenario was written out.
    for part in scenario.parts:
        if not isinstance(part, Acting) or elements.acting.get(part.name):
            continue
        read = _read_from_outside(elements, [*scenario.parts]) if read is None else read
        if not any(name.startswith(f"{part.name}.") for name in read):
            yield Finding(
                code="idle",
                where=f"{table_of(part)} {part.name}",
                text="it is there and acts on nothing: nothing reads it",
                remedy=f'say on what, acts_on = ["..."], or let something read {part.name}.pace',
            )


def _read_from_outside(elements: Elements, parts: list[Any]) -> set[str]:
    """Names that anything reads or changes but the word that they belong to, and questions that the author asks."""
    owner = {action: word for word, actions in elements.owners.items() for action in actions}
    found: set[str] = set()
    for action in elements.actions.values():
        trees = [action.when, action.pace, action.speed, *(one.weight for one in action.outcomes)]
        trees += [effect.amount for effect in action.changes() if isinstance(effect.amount, Expression)]
        word = owner.get(action.name, "")
        names = {name for tree in trees for name in reads(tree)} | {effect.variable for effect in action.changes()}
        # Within its own word a name is read by what belongs to it anyway.
        found |= {name for name in names if not word or not name.startswith(f"{word}.")}
        inner = word and any(not effect.variable.startswith(f"{word}.") for effect in action.changes())
        found |= {f"{word}.{action.name}"} if inner else set()
    asked = [one.condition for one in parts if isinstance(one, Question) and one.condition is not None]
    return found | {name for tree in asked for name in reads(tree)}


def _idle(part: Any, field: Field[Any]) -> Any:
    """The word with another number in a field that was given one, if it then still does the same; else None."""
    # A default is not the author's number, so that nobody expects it to move anything.
    if field.default is MISSING or as_left(getattr(part, field.name), field):
        return None
    other = changed(part, field)
    return other if other is not None and list(other.expand()) == list(part.expand()) else None


def changed(part: Any, field: Field[Any]) -> Any:
    """The word with another number in a field that holds one; None if it holds none, or takes no other."""
    value = getattr(part, field.name)
    number = value.value if isinstance(value, Number) else value
    if not field.init or isinstance(number, bool) or not isinstance(number, int | float):
        return None
    whole = (number + 1, number - 1) if isinstance(number, int) else ()
    # Several guesses, because a word may refuse some: a probability above 1, a count below 1.
    for guess in (*whole, number / 2, number + 1, 0.25):
        try:
            other = replace(part, **{field.name: guess})
            list(other.expand())
        except REFUSED:
            continue
        if guess != number:
            return other
    return None


def _where_to(part: Any, offers: set[Expression]) -> str:
    """What to write so that the number moves something."""
    if not offers:
        return "drop it"
    if isinstance(part, Acting):
        return 'say on what it acts, acts_on = ["..."]'
    return f"multiply the pace of what it shall move by '{next(iter(sorted(map(str, offers))))}'"


def offers_of(part: Any, other: Any) -> set[Expression]:
    """The expressions that a word offers to others and that change with the field."""
    found = set()
    for name in dir(type(part)):
        # Properties are what a word offers to others; methods and fields state it.
        if isinstance(getattr(type(part), name), property):
            one, two = getattr(part, name), getattr(other, name)
            if isinstance(one, Expression) and one != two:
                found.add(one)
    return found
