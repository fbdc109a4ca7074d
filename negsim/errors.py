"""The exceptions of negsim; every one says what is wrong, where, which value, and what to do.

::

    NegsimError
    ├── LawError                  a distribution that cannot exist or cannot be solved
    ├── StreamError               a seed, an owner or a number of a draw that does not exist
    ├── ScenarioError             a scenario that contradicts itself
    │   ├── ExpressionError       text or tree that is not in the language
    │   ├── UnknownName           a name that nothing declares
    │   ├── CircularPrecondition  A waits for B waits for A, and nothing can break the circle
    │   ├── HindsightError        a source later than the scenario's as-of date
    │   └── FileError             a file that does not hold a scenario (file, table, key, value)
    ├── SimulationError           a replication that could not be finished (action, time, replication)
    │   ├── EvaluationError       an expression without a finite value
    │   └── RunawayError          too many firings, at one instant or in all
    ├── EngineError               an engine that is missing or cannot run this scenario
    ├── NotRecorded               a question that the runs did not ask
    ├── EstimateError             an estimate that cannot be made from these numbers
    └── CheckpointError           a checkpoint of another scenario, seed or version
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

__all__ = [
    "CheckpointError",
    "CircularPrecondition",
    "EngineError",
    "EstimateError",
    "EvaluationError",
    "ExpressionError",
    "FileError",
    "HindsightError",
    "LawError",
    "NegsimError",
    "NotRecorded",
    "Path",
    "Problem",
    "RunawayError",
    "ScenarioError",
    "SimulationError",
    "StreamError",
    "UnknownName",
    "joined",
    "nearest",
    "path_text",
    "short",
]

Path = tuple[str | int, ...]
"""Table, name, key and positions: from the root of a file, or of a scenario, to a value."""

BARE = re.compile(r"[A-Za-z0-9_-]+")
LONGEST = 60
MOST_TOLD = 50
"""Problems that a message lists; `NegsimError.problems` has them all."""
MOST_COMPARED = 500
"""Names that are compared letter by letter: a stranger's file may have thousands of long ones."""


def path_text(path: Path) -> str:
    """Return a path as a file would write it.

    >>> path_text(("action", "russia.deliver", "effects", 0))
    'action."russia.deliver".effects[0]'
    """
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            key = step if BARE.fullmatch(step) else '"' + short(step, quote=False) + '"'
            text += f".{key}" if text else key
    return text


def short(value: object, *, quote: bool = True) -> str:
    """Return a value fit for a message: one line, at most 60 characters.

    >>> short("a" * 100)[-5:]
    "a...'"
    """
    if isinstance(value, str):
        cut = value if len(value) <= LONGEST else value[: LONGEST - 3] + "..."
        return repr(cut) if quote else repr(cut)[1:-1]
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, int) and abs(value) >= 10**LONGEST:
        return "an integer of many digits"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)[:LONGEST]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, for programs that show it to people beside the place.

    Attributes
    ----------
    code : str
        The kind: ``unknown_name``, ``unknown_key``, ``missing``, ``type``, ``range``, ``date``, ``party``, ``source``,
        ``belief``, ``syntax``, ``circle``, ``reach``, ``hindsight``, ``clash``, or ``value`` for whatever else.
    path : tuple of str and int
        Table, name and key, as in the file: ``("promise", "memo", "due")``; empty if the whole is meant.
    text : str
        What is wrong, with the value and the remedy.
    file : str
    line : int or None
        Line of the file, from 1 on.
    value : str
        The value, as it would be written.
    expected : str
        What may stand there.
    remedy : str
        What to do.
    """

    code: str = "value"
    path: Path = ()
    text: str = ""
    file: str = ""
    line: int | None = None
    value: str = ""
    expected: str = ""
    remedy: str = ""

    @property
    def place(self) -> str:
        """The path as a file would write it."""
        return path_text(self.path)

    def __str__(self) -> str:
        return f"{self.place}: {self.text}" if self.path else self.text

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain data, the path also as text."""
        return {**{key: getattr(self, key) for key in self.__slots__}, "path": list(self.path), "place": self.place}


class NegsimError(Exception):
    """Base of every error that negsim raises on purpose.

    Attributes
    ----------
    problems : tuple of Problem
        Everything that is wrong, one by one: an error of a file or of a scenario names them all.
    """

    code = "value"
    found: tuple[Problem, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, one by one."""
        return self.found or (problem_of(self),)

    @classmethod
    def telling(cls, problems: Sequence[Problem], *, about: str = "") -> NegsimError:
        """The error that tells of these problems; ``about`` names the file or scenario."""
        error = cls(_listed(problems, about))
        error.found = tuple(problems)
        return error


def problem_of(error: NegsimError, path: Path = (), **said: Any) -> Problem:
    """The problem that an error without a list of them is about: what stands after the last semicolon is the remedy."""
    text = str(error)
    _, _, remedy = text.rpartition("; ")
    found = Problem(code=error.code, path=path, text=text, value=_quoted(text), remedy=remedy)
    return replace(found, **said)


def _quoted(text: str) -> str:
    """The value that a message quotes: after the last "not", else the first in quotation marks."""
    after = re.search(r", not ([^;,]{1,80})(?:;|$)", text)
    first = after or re.search(r"'([^']{1,80})'", text)
    return first.group(1).strip("'") if first else ""


def _listed(problems: Sequence[Problem], about: str) -> str:
    """One problem as a sentence, several as a list."""
    if len(problems) == 1:
        line = f", line {problems[0].line}" if problems[0].line is not None else ""
        return f"{about}{line}: {problems[0]}" if about else str(problems[0])
    lines = [f"{about + ': ' if about else ''}{len(problems):,} things to correct"]
    lines += [f"  {'' if one.line is None else f'line {one.line}, '}{one}" for one in problems[:MOST_TOLD]]
    more = len(problems) - MOST_TOLD
    return "\n".join([*lines, f"  and {more:,} more"] if more > 0 else lines)


def joined(errors: Sequence[NegsimError], *, about: str = "") -> NegsimError:
    """One error that tells all problems of several, of the narrowest type that fits all of them."""
    problems = list(dict.fromkeys(problem for error in errors for problem in error.problems))
    kinds = [type(error) for error in errors]
    kind = next(one for one in kinds[0].__mro__ if all(issubclass(other, one) for other in kinds))
    assert issubclass(kind, NegsimError)  # all of them are
    return kind.telling(problems, about=about)


class LawError(NegsimError, ValueError):
    """A distribution that cannot exist, or that cannot be solved from what was said of it."""


class StreamError(NegsimError, ValueError):
    """A seed, an owner or a number of a draw that does not exist."""


class ScenarioError(NegsimError, ValueError):
    """A scenario, or a part of one, that contradicts itself."""


class ExpressionError(ScenarioError, TypeError):
    """Text or a tree that is not in the language of conditions and numbers."""

    code = "syntax"


class UnknownName(ScenarioError, KeyError):
    """A name that nothing in the scenario declares."""

    code = "unknown_name"

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class CircularPrecondition(ScenarioError):
    """A waits for B waits for A, and no outcome, waiver or initial value can break the circle."""

    code = "circle"


class HindsightError(ScenarioError):
    """A parameter rests on a source later than the scenario's as-of date."""

    code = "hindsight"


class FileError(ScenarioError):
    """A file that does not hold a scenario: names the file, the table, the key, the value and the remedy."""


class SimulationError(NegsimError, RuntimeError):
    """A replication that could not be finished.

    Attributes
    ----------
    action : str or None
        Name of the action at work.
    time : float or None
        Days since the scenario's start.
    replication : int or None
        Number of the replication.
    runs : object
        The replications finished before it, as ``Runs``, if there are any.
    """

    def __init__(
        self,
        message: str,
        *,
        action: str | None = None,
        time: float | None = None,
        replication: int | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.action = action
        self.time = time
        self.replication = replication
        self.runs: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.action, self.time, self.replication)

    def __str__(self) -> str:
        where = []
        if self.replication is not None:
            where.append(f"replication {self.replication}")
        if self.action is not None:
            where.append(f"action {self.action}")
        if self.time is not None:
            where.append(f"day {self.time:.6g}")
        return f"{', '.join(where)}: {self.message}" if where else self.message


def _rebuild(
    kind: type[SimulationError], message: str, action: str | None, time: float | None, replication: int | None
) -> SimulationError:
    """Make the error anew on the other side of a process boundary."""
    return kind(message, action=action, time=time, replication=replication)


class EvaluationError(SimulationError):
    """An expression whose value is not finite, or not allowed where it stands."""


class RunawayError(SimulationError):
    """Too many firings: of one action at one instant, or of all actions in one replication."""


class EngineError(NegsimError, RuntimeError):
    """An engine that is not installed, or that cannot run this scenario."""


class NotRecorded(NegsimError, LookupError):
    """A question that the runs did not ask; the message has the line to add."""


class EstimateError(NegsimError, ValueError):
    """An estimate that cannot be made from these numbers."""


class CheckpointError(NegsimError, RuntimeError):
    """A checkpoint that belongs to another scenario, seed or version, or that is damaged."""


def nearest(name: str, names: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest existing name, or an empty string.

    >>> nearest("trsut", ["trust", "rounds"])
    "; did you mean 'trust'?"
    """
    likely = [known for known in names if abs(len(known) - len(name)) <= max(len(known), len(name)) / 2]
    likely.sort(key=lambda known: (known[:2] != name[:2], abs(len(known) - len(name)), known))
    found = get_close_matches(name[:120], likely[:MOST_COMPARED], n=1, cutoff=0.6)
    return f"; did you mean '{found[0]}'?" if found else ""
