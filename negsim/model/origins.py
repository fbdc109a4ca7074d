"""Where something stands in what its author wrote: the table, name and key of a value that a word has expanded.

An error of an expanded action is found in the word that the action comes from, under the key that holds the name, the
date, the law or the expression that is wrong. Keys are those of a file: `outcomes` stand under ``outcome.<name>``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from negsim.errors.problems import Path, Problem
from negsim.model.clocks import Chance, Distribution, Every, Fixed, On
from negsim.model.effects import Effect
from negsim.model.expressions import Expression, Number, reads, walk

__all__ = ["TABLES", "holder", "settled", "singular", "table_of", "tests_for"]

Test = Callable[[Any], bool]

TABLES = {
    "Party": "party",
    "Evidence": "evidence",
    "Parameter": "parameter",
    "Correlation": "correlation",
    "Constraint": "constraint",
    "Fact": "fact",
    "Counter": "counter",
    "Level": "level",
    "Action": "action",
    "Mechanism": "mechanism",
    "Says": "says",
    "Question": "question",
}
TAGS: Mapping[tuple[type, str], str] = {
    (Chance, "p"): "chance",
    (Fixed, "after"): "fixed",
    (On, "instants"): "on",
    (Every, "period"): "every",
}


def table_of(part: Any) -> str:
    """The table in which a part, or the parts of a class, stand in a file, or would."""
    kind = part.__name__ if isinstance(part, type) else type(part).__name__
    own = getattr(part, "table", None)
    return own if isinstance(own, str) else TABLES.get(kind, kind.lower())


def holder(part: Any, *tests: Test) -> Path:
    """The path to the first value within a part that passes a test, tried in order: table, name, keys.

    Without such a value it is the part's own.
    """
    own: Path = (table_of(part), part.name)
    for test in tests:
        found = next(_within(part, test, (), 0), None)
        if found is not None:
            return (*own, *found)
    return own


def _within(value: Any, test: Test, path: Path, depth: int) -> Iterator[Path]:
    # A bound, because what users keep in their fields may lead back to itself.
    if depth > 8:
        return
    if path and test(value):
        yield path
        return
    for step, inner in _children(value):
        yield from _within(inner, test, (*path, *step), depth + 1)


def _children(value: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Distribution):
        yield from (((key,), tree) for key, tree in value.given)
        yield from ((("truncate",), bound) for bound in (value.floor, value.ceiling) if bound is not None)
        yield ("never",), value.never
    elif isinstance(value, Expression):
        # Within an expression there are no keys.
        return
    elif is_dataclass(value):
        for field in fields(value):
            inner = getattr(value, field.name)
            key = singular(field.name) if _things(inner) else field.name
            yield (TAGS.get((type(value), field.name), key),), inner
    elif isinstance(value, Mapping):
        yield from (((str(key),), inner) for key, inner in value.items())
    elif isinstance(value, (tuple, list)):
        yield from _entries(value)


def _entries(value: tuple[Any, ...] | list[Any]) -> Iterator[tuple[Path, Any]]:
    for place, inner in enumerate(value):
        if isinstance(inner, Effect):  # kept sorted, not as they were written
            yield (), inner
            continue
        pair = isinstance(inner, tuple) and len(inner) == 2 and isinstance(inner[0], str)
        if pair:
            yield (inner[0],), inner[1]
        else:
            name = getattr(inner, "name", None)
            yield (name if isinstance(name, str) else place,), inner


def _things(value: Any) -> bool:
    """Whether it is a tuple of named things, which stand in tables of their own."""
    return isinstance(value, tuple) and any(is_dataclass(one) and hasattr(one, "name") for one in value)


def singular(name: str) -> str:
    """Key of a table of named things: ``outcomes`` stand under ``outcome``.

    >>> singular("outcomes"), singular("parties"), singular("news_of")
    ('outcome', 'party', 'news_of')
    """
    # English plurals that field names have, and no others.
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def reads_name(name: str) -> Test:
    """Whether a value is an expression that reads a name."""
    return lambda value: isinstance(value, Expression) and name in reads(value)


def holds_tree(tree: Expression) -> Test:
    """Whether a value is an expression that has a tree within it."""
    return lambda value: isinstance(value, Expression) and any(node == tree for node in walk(value))


def named(text: object) -> Test:
    """Whether a value is this text or number."""
    return lambda value: type(value) is type(text) and value == text


def on_variable(name: str) -> Test:
    """Whether a value is an effect on a variable."""
    return lambda value: isinstance(value, Effect) and value.variable == name


def tests_for(problem: Problem, about: object, word: str) -> list[Test]:
    """What to look for in a word, the most telling first: the name that is wrong, the value, what it reads."""
    found: list[Test] = []
    if problem.code in ("unknown_name", "party"):
        # Where the name is not found, the value itself is looked for: first the very object, then one like it.
        found += [reads_name(problem.value), on_variable(problem.value), named(problem.value)]
    found += [lambda value: value is about, lambda value: type(value) is type(about) and value == about]
    if isinstance(about, Effect):
        found.append(on_variable(about.variable))
        about = about.amount
    trees = list(about.arguments()) if isinstance(about, Distribution | Fixed) else [about]
    for tree in (one for one in trees if isinstance(one, Expression)):
        found.append(holds_tree(tree))
        # What a word writes of its own facts is its own; what it was given comes from elsewhere.
        found += [reads_name(name) for name in sorted(reads(tree)) if not name.startswith(word + ".")]
        for node in walk(tree):
            # 0 and 1 stand in too many places to point anywhere.
            if isinstance(node, Number) and node.value not in (0.0, 1.0):
                found += [lambda value, node=node: value == node, named(node.value)]  # type: ignore[misc] # bound early
    if isinstance(about, On):
        found += [named(instant) for instant in about.instants]
    return found


def settled(problem: Problem, path: Path, keys: Collection[str] = ()) -> Problem:
    """The problem of a part as one of the file: its place in front, and not told twice.

    >>> said = Problem(text="question q: by 41 lies outside the scenario")
    >>> print(settled(said, ("question", "q"), ("by", "condition")))
    question.q.by: 41 lies outside the scenario
    """
    if problem.path:
        own = problem.path[2:] if problem.path[:2] == path[-2:] else problem.path  # a constructor has named its table
        return replace(problem, path=(*path, *own))
    text = problem.text
    # Constructors name the part in their messages, and the place says it again.
    for step in path:
        text = re.sub(rf"^[a-z_ ]{{1,40}} {re.escape(str(step))}: ", "", text)
    begins = re.match(r"([a-z_]+)(: | must | (?=['\"\d\[-]))?", text)
    if begins is None or begins.group(1) not in keys:
        return replace(problem, path=path, text=text)
    if begins.group(2):
        text = text[begins.end() :] if begins.group(2) != " must " else text[begins.end(1) + 1 :]
    return replace(problem, path=(*path, begins.group(1)), text=text)
