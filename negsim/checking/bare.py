"""Bare numbers: those that stand in an action, a word or an initial value instead of a parameter that somebody answers for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any

from negsim.model.actions import Action
from negsim.model.calendar import duration_or_none
from negsim.model.clocks import Chance, Distribution, Every, Fixed, Immediately, On
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.expressions import Compare, Expression, Number, reads, walk
from negsim.model.origins import TABLES, table_of
from negsim.model.scenario import Scenario
from negsim.model.variables import Level, Variable
from negsim.vocabulary.decision import SUREST

__all__ = ["PLAIN", "as_left", "bare_numbers", "is_term", "is_word"]

PLAIN = frozenset({0.0, 1.0, -1.0, SUREST, -SUREST})
"""Numbers that are words of the language (never, surely, once; as sure as can be) rather than estimates."""
TERMS = frozenset({"extension", "step", "term", "window"})
"""Durations that were agreed, and the grid on which a word looks at the calendar."""
STARTS = frozenset({"age", "balance", "cost", "start", "strength"})
"""Plain numbers, and a time that has passed, that say where the story starts."""
LIMITS = frozenset({"highest"})
ANSWERED = frozenset({"credibility"})
"""A claim has its own source and grade for it."""


def bare_numbers(scenario: Scenario) -> dict[str, tuple[float, ...]]:
    """Numbers written directly where a parameter with source and grade could stand, by the action, word or variable.

    Every number that an author wrote counts, in an action and in the table of a word alike: of laws, delays, paces,
    weights, effects and thresholds. What does not count: 0 and 1, counts and what a count is compared with, limits,
    dates and the calendar, terms that were agreed, and where the story starts. A default that acts is told apart.
    """
    elements = scenario.expanded
    found: dict[str, tuple[float, ...]] = {}
    for part in scenario.parts:
        values = _bare(part, elements) if _stands(part, elements) else {}
        if values:
            kind = "word" if is_word(part) else table_of(part) if isinstance(part, Action) else "variable"
            found[f"{kind} {part.name}"] = tuple(values)
    return found


def is_word(part: Any) -> bool:
    """Whether a part is a word of the vocabulary, or of the user's own."""
    return table_of(part) not in TABLES.values()


def _stands(part: Any, elements: Elements) -> bool:
    """Whether an action, word or variable is still there after all suppositions."""
    if isinstance(part, Action):
        return part.name not in elements.removed
    if is_word(part):
        own = set(elements.owners.get(part.name, ()))
        # Words without actions stand as long as nobody takes them away.
        return not own or bool(own - elements.removed)
    return isinstance(part, Variable)


def _bare(part: Any, elements: Elements) -> dict[float, None]:
    trees = _drawn(part.initial) if isinstance(part, Variable) else _of_fields(part)
    # A dict for its order: values are told as they stand in the part.
    found: dict[float, None] = {}
    for tree in trees:
        counts = _compared_with_counts(tree, elements)
        found |= {
            node.value: None
            for node in walk(tree)
            if isinstance(node, Number) and node.value not in PLAIN and node not in counts
        }
    return found


def _compared_with_counts(tree: Expression, elements: Elements) -> set[Expression]:
    """Whole numbers that are compared with what is no level: a number of times, not a threshold."""
    found: set[Expression] = set()
    for node in walk(tree):
        if not isinstance(node, Compare):
            continue
        for number, other in ((node.left, node.right), (node.right, node.left)):
            levels = (isinstance(elements.variables.get(name), Level) for name in reads(other))
            if isinstance(number, Number) and number.value.is_integer() and reads(other) and not any(levels):
                found.add(number)
    return found


def _drawn(initial: object) -> Iterator[Expression]:
    """What the law of an initial value depends on; a fixed one is where the story starts, and no estimate."""
    if isinstance(initial, Chance | Distribution):
        yield from _stated(initial)


def _of_fields(part: Any) -> Iterator[Expression]:
    """The expressions that the fields of a record state, apart from defaults that were left as they are."""
    for field in fields(part):
        value = getattr(part, field.name)
        # A default is not the author's number; `defaults_that_act` looks at those.
        if field.init and not is_term(field) and not (is_word(part) and as_left(value, field)):
            yield from _stated(value)


def is_term(field: Field[Any]) -> bool:
    """Whether a field holds dates, terms, limits or where the story starts, which are no estimates."""
    kind = str(field.type)
    # By the text of the annotation: it is what tells a date from a number of days.
    if "Date" in kind or "Moment" in kind:
        return True
    if "Duration" in kind:
        return field.name in TERMS | STARTS or field.name == "every"
    return kind == "float" and field.name in STARTS | LIMITS | ANSWERED


def as_left(value: Any, field: Field[Any]) -> bool:
    """Whether a field has its default, so that its author may have left it out."""
    default = field.default
    # Texts are read when a word is made, so that the two have to be of one kind before they are compared.
    if isinstance(default, str) and isinstance(value, float):
        default = duration_or_none(default)  # "14 days" is kept as a number of days
    return isinstance(value, Number | float | int | str) and type(value) is type(default) and bool(value == default)


def _stated(value: Any) -> Iterator[Expression]:
    """The expressions in a value of any kind that a field can hold; whole numbers that are no expressions are counts."""
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, Distribution):
        # Not where it is cut off: that is a limit, such as "not before the next morning".
        yield from (tree for _, tree in value.given)
        yield from () if value.never is None else (value.never,)
    elif isinstance(value, Fixed):
        yield from value.arguments()
    elif isinstance(value, Chance):
        yield value.p
    elif isinstance(value, Effect):
        yield from _stated(value.amount)
    elif isinstance(value, float):
        yield Number(value)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _stated(one)
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from _stated(one)
    elif is_dataclass(value) and not isinstance(value, On | Every | Immediately):
        # Clocks of the calendar hold dates and periods, which are no estimates.
        yield from _of_fields(value)
