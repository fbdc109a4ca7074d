"""The exceptions of negsim; every one says what is wrong, where, which value, and what to do.

::

    NegsimError
    ├── LawError                  a distribution that cannot exist or cannot be solved
    ├── StreamError               a seed, an owner or a number of a draw that does not exist
    ├── ScenarioError             a scenario that contradicts itself
    │   ├── ArgumentError         arguments that a part of a scenario does not take
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
    │   ├── EffectiveError        weighted histories that are worth fewer than 30 equal ones
    │   └── ContradictionError    news that no history of the scenario can have brought
    ├── BudgetError               more instants, draws, bytes or seconds than there may be
    ├── WorkerError               a worker that was lost, or that cannot be given its work
    ├── CheckpointError           a checkpoint of another scenario, seed or version, or that cannot be kept
    └── CheckpointWarning         a warning: a checkpoint could not be saved, and the run goes on
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Self

from negsim.errors.plain import as_json
from negsim.errors.problems import Path, Problem, listed, nearest, quoted

__all__ = [
    "ArgumentError",
    "BudgetError",
    "CheckpointError",
    "CheckpointWarning",
    "CircularPrecondition",
    "ContradictionError",
    "EffectiveError",
    "EngineError",
    "EstimateError",
    "EvaluationError",
    "ExpressionError",
    "FileError",
    "HindsightError",
    "LawError",
    "NegsimError",
    "NotRecorded",
    "RunawayError",
    "ScenarioError",
    "SimulationError",
    "StreamError",
    "UnknownName",
    "as_json",
    "nearest",
]


class NegsimError(Exception):
    """Base of every error that negsim raises on purpose.

    Attributes
    ----------
    problems : tuple of Problem
        Everything that is wrong, one by one: an error of a file or of a scenario names them all.
    """

    code = "value"
    found: tuple[Problem, ...] = ()
    partial: Any = None
    """What could be made without the keys that are wrong, so that it can be looked at further."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong, one by one."""
        return self.found or (problem_of(self),)

    @classmethod
    def telling(cls, problems: Sequence[Problem], *, about: str = "") -> Self:
        """The error that tells of these problems; ``about`` names the file or scenario."""
        error = cls(listed(problems, about))
        error.found = tuple(problems)
        return error


def problem_of(error: NegsimError, path: Path = (), **said: Any) -> Problem:
    """The problem that an error without a list of them is about: what stands after the last semicolon is the remedy."""
    # Messages are made of what is wrong and what to do, so that programs need no second text.
    text = str(error)
    _, _, remedy = text.rpartition("; ")
    wanted = re.search(r"must (?:be|lie|have|name|begin) [^,;]{1,120}", text) or re.search(r"\bwrite .{1,200}", remedy)
    expected = wanted.group() if wanted else ""
    found = Problem(code=error.code, path=path, text=text, value=quoted(text), expected=expected, remedy=remedy)
    return replace(found, **said)


def joined(errors: Sequence[NegsimError], *, about: str = "") -> NegsimError:
    """One error that tells all problems of several, of the narrowest type that fits all of them."""
    # The same problem may be met on two ways.
    problems = list(dict.fromkeys(problem for error in errors for problem in error.problems))
    kinds = [type(error) for error in errors]
    # NegsimError at the latest.
    kind = next(one for one in kinds[0].__mro__ if all(issubclass(other, one) for other in kinds))
    assert issubclass(kind, NegsimError)  # all of them are
    return kind.telling(problems, about=about)


class Gather:
    """Goes on after an error, and raises them all in the end.

    >>> gather = Gather()
    >>> for number in (1, -1, -2):
    ...     with gather.going_on():
    ...         if number < 0:
    ...             raise ScenarioError(f"{number} is below 0; give more")
    >>> gather.check()
    Traceback (most recent call last):
    negsim.errors.ScenarioError: 2 things to correct
      -1 is below 0; give more
      -2 is below 0; give more
    """

    def __init__(self) -> None:
        self.errors: list[NegsimError] = []

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Keep an error of negsim that is raised within."""
        try:
            yield
        except NegsimError as error:
            self.errors.append(error)

    def check(self) -> None:
        """Raise what was kept."""
        # A single one is raised as it is, with what its type carries.
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise joined(self.errors)


class LawError(NegsimError, ValueError):
    """A distribution that cannot exist, or that cannot be solved from what was said of it."""

    code = "law"


class StreamError(NegsimError, ValueError):
    """A seed, an owner or a number of a draw that does not exist."""

    code = "seed"


class ScenarioError(NegsimError, ValueError):
    """A scenario, or a part of one, that contradicts itself."""


class ArgumentError(ScenarioError, TypeError):
    """Arguments that a part of a scenario does not take, or not of this kind."""

    code = "type"


class ExpressionError(ScenarioError, TypeError):
    """Text or a tree that is not in the language of conditions and numbers."""

    code = "syntax"


class UnknownName(ScenarioError, KeyError):
    """A name that nothing in the scenario declares."""

    code = "unknown_name"

    def __str__(self) -> str:
        # KeyError shows its text in quotation marks.
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

    code = "simulation"

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
        # By default an exception is pickled with its arguments alone, and would lose where it happened.
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

    code = "evaluation"


class RunawayError(SimulationError):
    """Too many firings: of one action at one instant, or of all actions in one replication."""

    code = "runaway"


class EngineError(NegsimError, RuntimeError):
    """An engine that is not installed, or that cannot run this scenario."""

    code = "engine"


class NotRecorded(NegsimError, LookupError):
    """A question that the runs did not ask; the message has the line to add."""

    code = "not_recorded"


class EstimateError(NegsimError, ValueError):
    """An estimate that cannot be made from these numbers."""

    code = "estimate"


class EffectiveError(EstimateError):
    """Weighted histories that are worth fewer than 30 equal ones, so that nothing is told of them."""


class ContradictionError(EstimateError):
    """News that no history of the scenario can have brought; the message names the item."""


class BudgetError(NegsimError, ValueError):
    """More instants, states, draws, bytes or seconds than there may be; the message has the number.

    Attributes
    ----------
    runs : object
        The replications finished before, as ``Runs``, if there are any.
    """

    code = "budget"

    runs: Any = None


class WorkerError(NegsimError, RuntimeError):
    """A worker that was lost, or that cannot be given its work.

    Attributes
    ----------
    runs : object
        The replications finished before, as ``Runs``, if there are any.
    """

    code = "worker"

    runs: Any = None


class CheckpointError(NegsimError, RuntimeError):
    """A checkpoint of another scenario, seed or version, or one that is damaged or cannot be kept."""

    code = "checkpoint"


class CheckpointWarning(NegsimError, UserWarning):
    """A checkpoint could not be saved; the run goes on and tries again."""
