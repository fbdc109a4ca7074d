"""Which actions a field of a word times: those whose clock is the law that stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import fields, is_dataclass, replace
from typing import Any

from negsim.model.actions import Action
from negsim.model.clocks import Distribution
from negsim.model.elements import Part

__all__ = ["hastened", "timed_by"]


def timed_by(word: Any, key: str) -> tuple[str, ...]:
    """Return the names of the actions that run on the law in a field of a word; none, if it holds no law.

    >>> import negsim as ns
    >>> truce = ns.Ceasefire("truce", between=["north", "south"], direct=ns.Exponential(0.1), duration=ns.Exponential(0.1))
    >>> timed_by(truce, "direct")
    ('truce.agree_directly',)
    """
    if not is_dataclass(word) or key not in {field.name for field in fields(word) if field.init}:
        return ()
    # A law may stand in two fields, and equal laws are one to ==: so the field gets a copy that is to be met again.
    laws: list[Distribution] = []
    value = _copied(getattr(word, key), laws)
    if not laws or isinstance(word, type):
        return ()
    fresh: Any = replace(word, **{key: value})
    return tuple(action.name for action in _actions(fresh) if any(_is(action.clock, law) for law in laws))


def hastened(word: Any) -> dict[str, tuple[str, ...]]:
    """The fields of a word whose laws have a hazard to multiply, each with the actions that run on it."""
    if not is_dataclass(word):
        return {}
    found = {field.name: timed_by(word, field.name) for field in fields(word)}
    return {key: names for key, names in found.items() if names}


def _copied(value: Any, laws: list[Distribution]) -> Any:
    """The same with copies of the laws in it, which are noted."""
    if isinstance(value, Distribution):
        law = copy(value)
        object.__setattr__(law, "given", (*value.given,))  # equal, and another object: by that it is met again
        laws.append(law)
        return law
    if isinstance(value, Mapping):
        return {key: _copied(one, laws) for key, one in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        inner = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        held = {key: one for key, one in inner.items() if isinstance(one, Distribution)}
        return replace(value, **{key: _copied(one, laws) for key, one in held.items()}) if held else value
    return value


def _is(clock: object, law: Distribution) -> bool:
    """Whether a clock is this law, or made of it: a truncated one has its numbers, the very same ones."""
    return isinstance(clock, Distribution) and clock.given is law.given


def _actions(word: Part) -> Iterator[Action]:
    """What a word is written out to, words in it too."""
    waiting: list[Iterable[Any]] = [word.expand()]
    while waiting:
        for piece in waiting.pop():
            if isinstance(piece, Action):
                yield piece
            elif isinstance(piece, Part):
                waiting.append(piece.expand())
