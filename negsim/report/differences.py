"""What two scenarios say differently, in sentences without a full stop: parts that are there in one only, values that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from negsim.errors.problems import short
from negsim.model.scenario import Scenario

__all__ = ["differences"]

HEAD = ("start", "end", "zone", "as_of")
UNSAID = frozenset({"name", "title", "note", "text", "source", "quote"})
"""What a part says to readers alone: it moves nothing."""


def differences(one: Scenario, two: Scenario) -> list[str]:
    """What the second scenario says that the first does not, and the other way round.

    >>> import negsim as ns
    >>> toy = ns.load("toy")
    >>> differences(toy, toy.do("memorandum.delivered", never=True))
    ['it never happens that the memorandum is on the table']
    """
    from negsim.report.supposed import supposed

    before = supposed(one)
    told = [text for text in supposed(two) if text not in before]
    told += [f"no longer supposed: {text}" for text in before if text not in supposed(two)]
    told += [
        f"{key} is {_said(getattr(two, key))} instead of {_said(getattr(one, key))}"
        for key in HEAD
        if getattr(one, key) != getattr(two, key)
    ]
    return [*told, *_parts(_named(one), _named(two))]


def _named(told: Scenario) -> dict[tuple[str, str], Any]:
    # By kind as well: two parts of different kinds may share a name.
    return {(type(part).__name__, part.name): part for part in told.parts}


def _parts(one: Mapping[tuple[str, str], Any], two: Mapping[tuple[str, str], Any]) -> Iterator[str]:
    for key in sorted(one.keys() | two.keys()):
        what = f"the {key[0].lower()} {_called(one[key] if key in one else two[key])}"
        if key not in two:
            yield f"{what} is gone"
        elif key not in one:
            yield f"{what} is new"
        elif one[key] != two[key]:
            yield from (f"{what}: {text}" for text in _fields(one[key], two[key]))


def _called(part: Any) -> str:
    title = getattr(part, "title", "")
    return f"'{title}'" if title else part.name.replace("_", " ").replace(".", ": ")


def _fields(one: Any, two: Any) -> Iterator[str]:
    # Words of users may be plain classes, which say nothing of their fields.
    if not is_dataclass(one):
        yield "it is another"
        return
    for field in fields(one):
        before, after = getattr(one, field.name, None), getattr(two, field.name, None)
        if field.name not in UNSAID and before != after:
            yield f"{field.name.replace('_', ' ')} is {_said(after)} instead of {_said(before)}"


def _said(value: Any) -> str:
    """A value in a few characters, as a file would write it where that is short."""
    if value is None:
        return "not said"
    if isinstance(value, (str, bool)):
        return short(value, quote=False)
    text = str(value)
    return text if len(text) <= MOST_SIGNS else f"{text[: MOST_SIGNS - 3]}..."


MOST_SIGNS = 60
