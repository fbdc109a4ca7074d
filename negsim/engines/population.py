"""The contract of engines that simulate: histories that can be stopped, asked, cloned and gone on from.

A `Kernel` begins a job and hands back a `Population` of histories. They advance together to an instant, and then stand
after everything at it. What they are then, is a `Snapshot`: plain arrays, which another engine can go on from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, Job
from negsim.errors import EngineError
from negsim.model.expressions import Expression
from negsim.program import Program

__all__ = ["BY_ACTION", "Kernel", "Population", "Snapshot"]

BY_ACTION: Mapping[str, Any] = {
    "age": np.float64,
    "consumed": np.float64,
    "target": np.float64,
    "touched": np.float64,
    "pace": np.float64,
    "speed": np.float64,
    "most": np.float64,
    "purpose": np.uint8,
    "drawn": np.int64,
    "firings": np.int64,
    "passed": np.int64,
}
"""The arrays of a snapshot that have a column for each action, and their types."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """Histories that stand after everything at one instant, as plain data: n of them, in rows.

    Whoever has it can go on from there, on any engine that simulates; guards and due times follow from it. The letters
    are those of ``docs/semantics.md``. Of a history that failed only its number and its branches are kept.

    Attributes
    ----------
    program : str
        The fingerprint of the program.
    seed : int
    now : float
        The instant, in whole microseconds from the start.
    max_events, stop_at_failure, lean
        As in the `Job`.
    replications : int64 (n,)
        Numbers of the histories, which their draws carry.
    branches : int32 (n, D)
        Branches taken, the first of them 0; the last is the present one.
    state : float64 (n, V)
        Variables, then parameters; conditions as 0 and 1.
    age, consumed, target, touched, pace, speed : float64 (n, A)
        x (microseconds), T, P, t0, m and s of each clock that has a target; else 0. Of one that stands still because its
        guard is false, t0, m and s are 0. P is 0 where there is no target.
    most : float64 (n, A)
        M, the largest hazard that a clock with memory "repeat" consumed under this target in its earlier runs.
    purpose : uint8 (n, A)
        Of the draw of the target and of the outcome that it leads to: 1 once they were drawn anew, else 0.
    drawn : int64 (n, A)
        Targets drawn; of immediate actions, edges.
    firings : int64 (n, A)
    passed : int64 (n, A)
        Instants of calendar actions whose turn has come.
    first, edges, at, held : float64 (n, ...)
        What is known of each question, as in a `Block`: inf for not yet, NaN for a date still to come, durations up to
        the beginning of the present spell.
    fired : int64 (n, C)
    counts : int32 (n, K)
        Firings by action and outcome; no columns if lean.
    open : uint8 (n, F)
        Whether a first time is still looked for.
    turned : uint8 (n, G)
        Whether the condition of an edge that is still looked for holds.
    since : float64 (n, H)
        When the present spell of a duration began; NaN for none.
    events : int64 (n,)
        Firings in all.
    failed : bool (n,)
    """

    program: str
    seed: int
    now: float
    max_events: int
    stop_at_failure: bool
    lean: bool
    replications: NDArray[np.int64]
    branches: NDArray[np.int32]
    state: NDArray[np.float64]
    age: NDArray[np.float64]
    consumed: NDArray[np.float64]
    target: NDArray[np.float64]
    touched: NDArray[np.float64]
    pace: NDArray[np.float64]
    speed: NDArray[np.float64]
    most: NDArray[np.float64]
    purpose: NDArray[np.uint8]
    drawn: NDArray[np.int64]
    firings: NDArray[np.int64]
    passed: NDArray[np.int64]
    first: NDArray[np.float64]
    edges: NDArray[np.float64]
    at: NDArray[np.float64]
    held: NDArray[np.float64]
    fired: NDArray[np.int64]
    counts: NDArray[np.int32]
    open: NDArray[np.uint8]
    turned: NDArray[np.uint8]
    since: NDArray[np.float64]
    events: NDArray[np.int64]
    failed: NDArray[np.bool_]

    def __len__(self) -> int:
        """How many histories there are."""
        return len(self.replications)

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, n rows each."""
        return {name: value for name, value in self.values.items() if isinstance(value, np.ndarray)}

    @property
    def values(self) -> dict[str, Any]:
        """Everything by name: numbers, a text and arrays, which ``numpy.savez`` takes as they are."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """The snapshot of what `values` gave, also after it was written to a file and read.

        Raises
        ------
        EngineError
            If something is missing, or is not an array of the right type.
        """
        missing = [field.name for field in fields(cls) if field.name not in values]
        if missing:
            raise EngineError(
                f"this is no snapshot, {', '.join(missing)} is missing; take one with population.snapshot()"
            )
        plain: dict[str, Any] = {
            "program": str, "seed": int, "now": float, "max_events": int, "stop_at_failure": bool, "lean": bool,
        }  # fmt: skip
        found: dict[str, Any] = {name: np.asarray(values[name]) for name in KINDS}
        wrong = [name for name, array in found.items() if array.dtype != KINDS[name] or array.ndim == 0]
        if wrong:
            raise EngineError(
                f"this is no snapshot, {', '.join(wrong)} has another type; take one with population.snapshot()"
            )
        return cls(**found, **{name: kind(values[name]) for name, kind in plain.items()})

    def rows(self, indices: NDArray[np.int64]) -> Self:
        """Some of the histories, in the order asked for, as often as asked for."""
        return self.of(self.values | {name: array[indices] for name, array in self.arrays.items()})


KINDS: Mapping[str, Any] = {
    **BY_ACTION,
    "replications": np.int64,
    "branches": np.int32,
    **dict.fromkeys(("state", "first", "edges", "at", "held", "since"), np.float64),
    **dict.fromkeys(("fired", "events"), np.int64),
    "counts": np.int32,
    **dict.fromkeys(("open", "turned"), np.uint8),
    "failed": np.bool_,
}


class Population(Protocol):
    """Histories that stand after everything at one instant, `now`; from the start on, if they have not advanced yet."""

    @property
    def now(self) -> float:
        """The instant, in whole microseconds from the start."""

    def advance(self, until: float) -> Self:
        """Go on until everything at an instant has happened, and return the population itself.

        Parameters
        ----------
        until : float
            Whole microseconds from the start; from `now` to the end of the scenario.

        Raises
        ------
        EngineError
            If it is no such instant.
        SimulationError
            With ``stop_at_failure``, of the first history that cannot be gone on with.
        """

    @property
    def instants(self) -> NDArray[np.float64] | None:
        """Where each history stands, (n,), after they stopped at instants of their own; else None."""

    def advance_apart(self, actions: Sequence[int], until: float) -> Self:
        """Let each history go on by itself to its next firing of one of some actions, and return the population itself.

        Each then stands after everything at an instant of its own, `instants`; those without such a firing at `until`,
        which is `now`. A snapshot of them is gone on with by ``Kernel.resume(snapshot, instants)``.

        Parameters
        ----------
        actions : sequence of int
            Numbers of `Program.actions`.
        until : float
            Whole microseconds from the start; not before `now`.

        Raises
        ------
        EngineError, SimulationError
            As `advance`.
        """

    def select(self, indices: Sequence[int], branch: int, replications: Sequence[int] | None = None) -> Self:
        """Clone histories: the same past, and a future of its own for each clone, independent of all others.

        Parameters
        ----------
        indices : sequence of int, (k,)
            Which histories, as often as wanted.
        branch : int
            In [1, 65535], and none that these histories or their ancestors have taken.
        replications : sequence of int, (k,), optional
            Numbers of the clones, different ones; by default those of the population, in its order, as long as there are
            enough of them.

        Raises
        ------
        EngineError
            If one of these is not so, or a chosen history has failed.
        """

    def values(self, expression: Expression | str) -> NDArray[np.float64]:
        """The value of an expression in each history, (n,): conditions as 0 and 1, NaN where it failed.

        Raises
        ------
        EvaluationError
            If it has no value in one of them.
        """

    def consumed(self) -> NDArray[np.float64]:
        """The hazard T that each action has consumed under its present target by now, (n, A); 0 without one."""

    def log_hazard(self, action: str) -> NDArray[np.float64]:
        """The logarithm of the hazard per day with which an action fires now, given its past, (n,).

        It is that of its law at its present age, times its pace and speed: -inf while the clock stands still, and while
        one with memory "repeat" has not yet been where it was before.

        Raises
        ------
        EngineError
            If there is no such action, or it has no hazard because it fires at fixed times.
        """

    def snapshot(self) -> Snapshot:
        """Everything from which these histories can be gone on with, as plain arrays; they are not to be written to.

        Logs of events (`Job.trace`) are no part of it.
        """

    def block(self) -> Block:
        """The results of histories that have advanced to the end.

        Raises
        ------
        EngineError
            If they have not.
        """


class Kernel(Protocol):
    """A program made ready to run on one engine."""

    program: Program

    def begin(self, job: Job) -> Population:
        """The job's histories at the start."""

    def resume(self, snapshot: Snapshot, instants: NDArray[np.float64] | None = None) -> Population:
        """The histories of a snapshot, of this engine or another.

        Parameters
        ----------
        snapshot : Snapshot
        instants : float64 (n,), optional
            Where each of them stands, if not all at the snapshot's instant.

        Raises
        ------
        EngineError
            If it is a snapshot of another program.
        """

    def run(self, job: Job) -> Block:
        """Begin the job, advance to the end, and hand back the results."""
