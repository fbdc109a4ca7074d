"""What the populations of all engines do alike: instants and numbers are checked, failures and results are kept.

How histories go on is each engine's own; nothing here is part of a simulation.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import index
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, Event, Job, Trajectory, empty_block, first_told
from negsim.engines.population import BY_ACTION, Snapshot
from negsim.errors import EngineError, EvaluationError, SimulationError, nearest
from negsim.model.calendar import DAY
from negsim.model.expressions import Expression, parse, reads
from negsim.program import ActionRow, Program

__all__ = ["Histories", "Log", "empty_snapshot", "job_of"]

MOST_BRANCHES = 2**16


@dataclass(slots=True)
class Log:
    """What is told of one history: its initial state and its events so far."""

    initial: list[float]
    events: list[Event] = field(default_factory=list)


def empty_snapshot(program: Program, job: Job, now: float, branches: NDArray[np.int32]) -> Snapshot:
    """A snapshot of the right shapes in which nothing is known of any history."""
    n, probes = len(job.replications), program.probes
    block = empty_block(program, job)
    by_action = {name: np.zeros((n, len(program.actions)), kind) for name, kind in BY_ACTION.items()}
    return Snapshot(
        program=program.fingerprint(),
        seed=job.seed,
        now=now,
        max_events=job.max_events,
        stop_at_failure=job.stop_at_failure,
        lean=job.lean,
        replications=block.replications,
        branches=branches,
        state=np.zeros((n, len(program.slots))),
        **by_action,
        **{
            name: getattr(block, name)
            for name in ("first", "edges", "at", "held", "fired", "counts", "events", "failed")
        },
        open=np.zeros((n, len(probes.first)), np.uint8),
        turned=np.zeros((n, len(probes.edges)), np.uint8),
        since=np.full((n, len(probes.held)), np.nan),
    )


def job_of(program: Program, kept: Snapshot) -> Job:
    """The job that goes on with a snapshot; nothing of it is traced.

    Raises
    ------
    EngineError
        If it is a snapshot of another program, or its arrays do not fit together.
    """
    if kept.program != program.fingerprint():
        raise EngineError(
            "this is a snapshot of another scenario, or of other questions; resume it with the program it was taken of"
        )
    job = Job(
        seed=kept.seed,
        replications=kept.replications.tolist(),
        rows=(),
        max_events=kept.max_events,
        stop_at_failure=kept.stop_at_failure,
        lean=kept.lean,
    )
    fitting = empty_snapshot(program, job, kept.now, kept.branches).arrays
    wrong = [name for name, array in kept.arrays.items() if array.shape != fitting[name].shape]
    if wrong or len(kept.branches) != len(kept) or not 0 <= kept.now <= program.horizon:
        raise EngineError(f"this snapshot is damaged ({', '.join(wrong) or 'now or branches'}); take another one")
    return job


class Histories(ABC):
    """Histories of one job, or those of a snapshot.

    Attributes
    ----------
    program : Program
    job : Job
    kept : Snapshot or None
        What was last kept of them; None at the start.
    instants : float64 (n,) or None
        Where each of them stands, after they stopped at instants of their own.
    logs : dict from row to Log
        Of traced histories.
    """

    def __init__(
        self, program: Program, job: Job, kept: Snapshot | None = None, instants: NDArray[np.float64] | None = None
    ) -> None:
        self.program, self.job, self.kept, self.instants = program, job, kept, instants
        self.logs: dict[int, Log] = {}
        self.failures: dict[int, SimulationError] = {}
        self.ended: Block | None = None
        self._now = 0.0 if kept is None else kept.now
        if kept is not None:
            self.failures = {int(row): _before(int(kept.replications[row])) for row in kept.failed.nonzero()[0]}

    @property
    def now(self) -> float:
        """The instant after which they stand, in whole microseconds from the start."""
        return self._now

    # -- what each engine does in its own way ---------------------------------------------------------------------

    @abstractmethod
    def keep(self, until: float, *, logged: bool = True) -> Snapshot:
        """Go on from what was last kept, and keep what the histories are then."""

    @abstractmethod
    def keep_apart(self, actions: Sequence[int], until: float) -> tuple[Snapshot, NDArray[np.float64]]:
        """Go on from what was last kept, each to its next firing of one of these, and keep what they are and when."""

    @abstractmethod
    def finish(self) -> Block:
        """Go on from what was last kept to the end, and fill in the rows of a block."""

    @abstractmethod
    def clones(self, kept: Snapshot, instants: NDArray[np.float64] | None) -> Self:
        """A population of histories that have just been given numbers and a branch of their own."""

    @abstractmethod
    def consumed(self) -> NDArray[np.float64]:
        """The hazard that each action has consumed under its present target by now, (n, A); 0 without one."""

    @abstractmethod
    def rates(self, action: int) -> NDArray[np.float64]:
        """The logarithm of the hazard per day of an action, (n,)."""

    # -- the contract ---------------------------------------------------------------------------------------------

    def advance(self, until: float) -> Self:
        """Go on until everything at an instant has happened, and return the population itself."""
        self._check(until)
        if until < self.program.horizon:
            self.kept, self.instants = self.keep(until), None
        elif self.ended is None:  # nothing is kept at the end until somebody asks: it is dear
            self.ended = self.finish()
            self.told(self.ended)
        self._now = float(until)
        return self

    def advance_apart(self, actions: Sequence[int], until: float) -> Self:
        """Let each history go on by itself to its next firing of one of some actions, or to `until`."""
        self._check(until)
        self.kept, self.instants = self.keep_apart(actions, until)
        self._now = float(until)
        return self

    def _check(self, until: float) -> None:
        horizon = self.program.horizon
        if not (self.now <= until <= horizon and float(until).is_integer()):
            raise EngineError(
                f"the histories stand at microsecond {self.now:.0f} and cannot advance to {until!r}; give a whole number "
                f"of microseconds from there to {horizon:.0f}, the end"
            )

    def told(self, block: Block) -> None:
        """Add failures and logs to the rows."""
        rows = block.failed.nonzero()[0].tolist()
        block.failures = first_told([self.failures[row] for row in rows])
        block.traces = [
            Trajectory(int(block.replications[row]), self._named(log.initial), tuple(log.events))
            for row, log in sorted(self.logs.items())
            if not block.failed[row]
        ]

    def _named(self, initial: list[float]) -> tuple[tuple[str, float], ...]:
        return tuple(zip((slot.name for slot in self.program.slots), initial, strict=True))

    def snapshot(self) -> Snapshot:
        """Everything from which these histories can be gone on with."""
        if self.kept is None or self.kept.now < self.now:
            self.kept, self.instants = self.keep(self.now, logged=self.ended is None), None
        for array in self.kept.arrays.values():
            array.setflags(write=False)
        return self.kept

    def block(self) -> Block:
        """The results of histories that have advanced to the end."""
        if self.ended is None:
            raise EngineError(
                f"the histories stand at microsecond {self.now:.0f} of {self.program.horizon:.0f} and have no results yet; "
                "advance them to the end, or ask for values or a snapshot"
            )
        return self.ended

    def values(self, expression: Expression | str) -> NDArray[np.float64]:
        """The value of an expression in each history, (n,)."""
        kept = self.snapshot()
        tree = parse(expression) if isinstance(expression, str) else expression
        names = sorted(reads(tree))
        unknown = [name for name in names if name not in self.program.index]
        if unknown:
            raise EngineError(
                f"the scenario has no {unknown[0]!r}{nearest(unknown[0], self.program.index)}; ask for its variables and "
                "parameters"
            )
        evaluate, found = self.program.compile(tree), np.full(len(kept), np.nan)
        read = kept.state[:, [self.program.index[name] for name in names]]
        known: dict[bytes, float] = {}  # many histories share a state of what is read; bits tell -0.0 from 0.0
        for row in np.flatnonzero(~kept.failed).tolist():
            state = read[row].tobytes()
            if state not in known:
                known[state] = self._value(evaluate, kept, row)
            found[row] = known[state]
        return found

    def _value(self, evaluate: Any, kept: Snapshot, row: int) -> float:
        pairs = zip(self.program.slots, kept.state[row].tolist(), strict=True)
        try:
            return float(evaluate([bool(value) if slot.kind == "fact" else value for slot, value in pairs]))
        except EvaluationError as error:
            error.time, error.replication = kept.now / DAY, int(kept.replications[row])
            raise

    def log_hazard(self, action: str) -> NDArray[np.float64]:
        """The logarithm of the hazard per day with which an action fires now, given its past, (n,)."""
        names = [row.name for row in self.program.actions]
        if action not in names:
            raise EngineError(f"the scenario has no action {action!r}{nearest(action, names)}; ask for one that it has")
        number = names.index(action)
        row: ActionRow = self.program.actions[number]
        if row.clock != "random":
            raise EngineError(
                f"action {action} has no hazard, because it fires at fixed times ({row.clock}); ask for one whose clock "
                "is a law"
            )
        return self.rates(number)

    def select(self, indices: Sequence[int], branch: int, replications: Sequence[int] | None = None) -> Self:
        """Clone histories: the same past, and a future of its own for each clone."""
        kept = self.snapshot()
        chosen = _chosen(kept, indices)
        numbers = _numbers(kept, len(chosen), replications)
        column = _branch(kept, chosen, branch)
        cloned = replace(kept.rows(chosen), replications=numbers)
        clones = self.clones(
            replace(cloned, branches=np.column_stack([cloned.branches, column])),
            None if self.instants is None else self.instants[chosen],
        )
        clones.logs = {
            row: Log(self.logs[parent].initial, list(self.logs[parent].events))
            for row, parent in enumerate(chosen.tolist())
            if parent in self.logs
        }
        return clones


def _before(replication: int) -> SimulationError:
    return SimulationError(
        "could not be gone on with, since it had failed before the snapshot was taken; whoever took that knows why",
        replication=replication,
    )


def _chosen(kept: Snapshot, indices: Sequence[int]) -> NDArray[np.int64]:
    chosen = np.asarray(indices, dtype=np.int64).reshape(-1)
    if len(chosen) and not 0 <= chosen.min() <= chosen.max() < len(kept):
        raise EngineError(
            f"there are {len(kept)} histories, and some of {list(indices)[:5]} ... are none of them; count from 0"
        )
    if kept.failed[chosen].any():
        number = int(kept.replications[chosen[kept.failed[chosen]][0]])
        raise EngineError(f"history {number} has failed and has no future; leave it out")
    return chosen


def _numbers(kept: Snapshot, count: int, replications: Sequence[int] | None) -> NDArray[np.int64]:
    if replications is None and count > len(kept):
        raise EngineError(
            f"{count} clones of {len(kept)} histories need numbers of their own; give replications=, {count} different numbers"
        )
    numbers = np.array(kept.replications[:count] if replications is None else replications, dtype=np.int64)
    if len(numbers) != count or len(np.unique(numbers)) != count or (count and numbers.min() < 0):
        raise EngineError(
            f"replications has {len(numbers)} numbers; give {count} different ones, from 0 on, one a clone"
        )
    return numbers


def _branch(kept: Snapshot, chosen: NDArray[np.int64], branch: int) -> NDArray[np.int32]:
    number = index(branch)
    if not 0 < number < MOST_BRANCHES:
        raise EngineError(f"branch {branch} cannot be; give a number from 1 to {MOST_BRANCHES - 1}")
    if (kept.branches[chosen] == number).any():
        raise EngineError(
            f"branch {number} was taken by these histories or their ancestors; give a number not used yet"
        )
    return np.full(len(chosen), number, dtype=np.int32)
