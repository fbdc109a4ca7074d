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

from collections.abc import Iterable
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
    "RunawayError",
    "ScenarioError",
    "SimulationError",
    "StreamError",
    "UnknownName",
    "nearest",
]


MOST_COMPARED = 500
"""Names that are compared letter by letter: a stranger's file may have thousands of long ones."""


class NegsimError(Exception):
    """Base of every error that negsim raises on purpose."""


class LawError(NegsimError, ValueError):
    """A distribution that cannot exist, or that cannot be solved from what was said of it."""


class StreamError(NegsimError, ValueError):
    """A seed, an owner or a number of a draw that does not exist."""


class ScenarioError(NegsimError, ValueError):
    """A scenario, or a part of one, that contradicts itself."""


class ExpressionError(ScenarioError, TypeError):
    """Text or a tree that is not in the language of conditions and numbers."""


class UnknownName(ScenarioError, KeyError):
    """A name that nothing in the scenario declares."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class CircularPrecondition(ScenarioError):
    """A waits for B waits for A, and no outcome, waiver or initial value can break the circle."""


class HindsightError(ScenarioError):
    """A parameter rests on a source later than the scenario's as-of date."""


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
