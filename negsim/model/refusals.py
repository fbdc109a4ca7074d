"""All that a constructor refuses: it stops at the first thing, so it is asked again without the key that this is about.

Which key that is, is found by trying: the key without which the constructor no longer says the same. Nothing here is
done unless something was refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, fields, replace
from typing import Any

from negsim.errors import ArgumentError, NegsimError, joined
from negsim.model.origins import table_of

__all__ = ["everything"]

Given = dict[str, Any]
HEAVY = ("parts", "interventions")
"""Keys whose values take long to check: they are looked at once more in the end, by themselves."""
MOST_TRIED = 400
"""Constructions that are tried for one object."""


def everything(
    cls: type, plain: Callable[..., None], values: tuple[Any, ...], given: Given, first: NegsimError
) -> NegsimError:
    """The error of a constructor with whatever else it refuses, as far as the one does not follow from the other."""
    known = [field.name for field in fields(cls) if field.init]
    said = dict(zip(known, values, strict=False)) | {key: value for key, value in given.items() if key in known}
    # It cannot be told which value belongs to which key.
    if len(values) > len(known):
        return first
    errors = _Errors(cls, plain, said, first).all()
    return first if errors == [first] else joined(errors)


class _Errors:
    """What one constructor refuses of what was said."""

    def __init__(self, cls: type, plain: Callable[..., None], said: Given, first: NegsimError) -> None:
        self.cls, self.plain, self.first = cls, plain, first
        # Whole scenarios are not built again for each key.
        self.said, self.whole = {key: value for key, value in said.items() if key not in HEAVY}, said
        self.said |= {key: _stand_in(key) for key in _named(first) if _stand_in(key) is not None}
        self.optional = [field.name for field in fields(cls) if not _needed(field)]
        self.tried = 0

    def all(self) -> list[NegsimError]:
        """All errors, the first one first."""
        found, left_out = [self.first], [] if not isinstance(self.first, ArgumentError) else [*_named(self.first)]
        while (error := self.refusal(self.said)) is not None and self.tried < MOST_TRIED:
            # The same words again: now it is known which key they are about.
            again = str(error) == str(self.first)
            key = self.culprit(error)
            about = key or self.quoted(error)
            if again and about is not None:
                found[0] = self.placed(error, about)
            elif about is not None and not _speaks_of(error, left_out):  # else it follows from what was left out
                found.append(self.placed(error, about))
            if key is None:
                return found
            left_out.append(key)
            if key in self.optional:
                del self.said[key]
            else:
                self.said[key] = _stand_in(key)
        heavy = {key: value for key, value in self.whole.items() if key in HEAVY}
        # With a required key missing the parts would be looked at in a scenario that nobody wrote.
        if heavy and left_out and all(key in self.optional for key in left_out):
            error = self.refusal(self.said | heavy)
            found += [error] if error is not None else []
        return found

    def refusal(self, said: Given) -> NegsimError | None:
        """What the constructor says of these arguments, if anything; what is no error of negsim tells nothing new."""
        self.tried += 1
        try:
            # The constructor without its wrapper, which would come back here.
            self.plain(object.__new__(self.cls), **said)
        except NegsimError as error:
            return error
        except Exception:  # the first error is told; this is a search for more
            return None
        return None

    def culprit(self, error: NegsimError) -> str | None:
        """The key without which the constructor says something else, best of all nothing."""
        changes = None
        for key in self.said:
            if key in self.optional:
                less = {one: value for one, value in self.said.items() if one != key}
            elif _stand_in(key) is not None:
                less = self.said | {key: _stand_in(key)}
            else:
                continue
            other = self.refusal(less)
            if other is None:
                return key
            if changes is None and str(other) != str(error) and not _speaks_of(other, [key]):
                changes = key
        return changes

    def quoted(self, error: NegsimError) -> str | None:
        """The one key whose text the error quotes."""
        found = [key for key, value in self.said.items() if isinstance(value, str) and repr(value) in str(error)]
        # Of two keys with that text nobody knows which is meant.
        return found[0] if len(found) == 1 else None

    def placed(self, error: NegsimError, key: str) -> NegsimError:
        """The error with the place of the key, as a file would have it, where its words name neither object nor key."""
        name = str(self.whole.get("name", ""))
        label = f"{table_of(self.cls)} {name}".strip()
        if not name:  # a law or a date: whoever holds it knows where it stands
            return error
        path = (table_of(self.cls), name, key)
        bare = [not one.path and label not in one.text and key not in one.text for one in error.problems]
        if not any(bare):
            return error
        pairs = zip(error.problems, bare, strict=True)
        return type(error).telling([replace(one, path=path) if alone else one for one, alone in pairs])


def _stand_in(key: str) -> Any:
    """A value in place of a required one that is wrong, which goes with most others; None if there is none such."""
    if key != "clock":
        return None
    from negsim.model.clocks import Exponential

    return Exponential(1.0)


def _needed(field: Any) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _named(error: NegsimError) -> list[str]:
    """The keys that an error says are missing."""
    return [problem.expected for problem in error.problems if problem.code == "missing"]


def _speaks_of(error: NegsimError, keys: list[str]) -> bool:
    words = {word for problem in error.problems for word in re.findall(r"[a-z_0-9]+", problem.text)}
    return any(key in words for key in keys)
