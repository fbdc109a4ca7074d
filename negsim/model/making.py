"""What a constructor says of arguments that it did not expect: the key, the value, the nearest key; all at once."""

from __future__ import annotations

import functools
from dataclasses import MISSING, Field, fields, replace
from typing import Any, TypeVar

from negsim.errors import ArgumentError, NegsimError, ScenarioError, nearest, problem_of
from negsim.errors.problems import Problem, short
from negsim.model.origins import table_of
from negsim.model.refusals import everything

__all__ = ["explained"]

C = TypeVar("C")
CONVERTED = (TypeError, ValueError, AttributeError, LookupError, OverflowError)


def explained(cls: type[C]) -> type[C]:
    """The dataclass, whose constructor now raises errors of negsim with the key, the value and the remedy.

    >>> from negsim.model.evidence import Party
    >>> explained(Party)("russia", titel="Russia")
    Traceback (most recent call last):
    negsim.errors.ArgumentError: party russia: unknown key 'titel'; did you mean 'title'?; the keys are name, title, policy, aims, sees, within
    """
    plain = cls.__init__
    # Subclasses inherit a constructor that is wrapped already.
    if getattr(plain, "explained", False):
        return cls

    @functools.wraps(plain)
    def __init__(self: Any, *values: Any, **given: Any) -> None:
        try:
            plain(self, *values, **given)
        except NegsimError as error:
            raise everything(cls, plain, values, given, error) from error
        # What a constructor does with unsuitable values raises errors of Python; they are slips of the caller here.
        except CONVERTED as error:
            raise everything(cls, plain, values, given, _told(cls, values, given, error)) from error

    __init__.explained = True  # type: ignore[attr-defined] # marks it, so that it is wrapped once
    cls.__init__ = __init__  # type: ignore[method-assign] # the same signature
    return cls


def _told(cls: type, values: tuple[Any, ...], given: dict[str, Any], error: Exception) -> ArgumentError:
    # Fields that the constructor sets itself are no arguments.
    known = {field.name: field for field in fields(cls) if field.init}
    name = given.get("name", values[0] if values else "")
    kind = table_of(cls).replace("_", " ")
    label = f"{kind} {name}".strip() if isinstance(name, str) else kind
    keys = ", ".join(known)
    problems = [_unknown(key, given[key], known) for key in given if key not in known]
    # Values given in order stand for the first of the needed keys.
    problems += [_missing(key) for key, field in known.items() if _needed(field) and key not in given][len(values) :]
    if len(values) > len(known):
        text = f"takes at most {len(known)} values in order ({keys}), not {len(values)}; name them"
        problems.append(Problem(code="type", text=text, remedy="name them"))
    if not problems:
        problems = [problem_of(ScenarioError(f"{error}; correct the value"), code="type")]
    return ArgumentError.telling([replace(one, text=f"{label}: {one.text}") for one in problems])


def _needed(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _unknown(key: str, value: Any, known: dict[str, Any]) -> Problem:
    there = f"the keys are {', '.join(known)}"
    text = f"unknown key {short(key)}{nearest(key[:200], known)}; {there}"
    return Problem(code="unknown_key", path=(), text=text, value=short(value), expected=", ".join(known), remedy=there)


def _missing(key: str) -> Problem:
    return Problem(code="missing", text=f"{key} is missing; add {key}=", expected=key, remedy=f"add {key}=")
