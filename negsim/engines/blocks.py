"""What every simulating engine hands back: one block of replications as arrays, and how it is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.errors import SimulationError
from negsim.model.calendar import DAY
from negsim.program import Program
from negsim.program.believing import believed
from negsim.program.drawn import DrawnRows
from negsim.program.probes import Asked

__all__ = [
    "ARRAYS",
    "TOLD",
    "Block",
    "Event",
    "Job",
    "Trajectory",
    "answered",
    "counted",
    "empty_block",
    "first_told",
    "numbers",
    "rows_of",
    "times_of",
    "untold",
]

TOLD = 20
"""Failures of a run that say what happened; of later ones only the number is kept, since the words cost a history."""


@dataclass(frozen=True, slots=True)
class Event:
    """A row of a trajectory: an action fired, at an instant, with an outcome, and changed variables.

    Parameters
    ----------
    at : float
        The instant, in whole microseconds from the start (``time`` has it in days).
    action : str
        Name of the action.
    outcome : str
        Name of the outcome; empty if the action has none.
    changes : tuple of (str, float, float)
        Variable, old value, new value, for each that changed.

    See Also
    --------
    Trajectory : One simulated history, event by event.
    replay : Tell one history again, with its full log.

    Examples
    --------
    >>> Event(at=86_400e6, action="deliver", outcome="", changes=(("memo", 0.0, 1.0),)).time
    1.0
    """

    at: float
    action: str
    outcome: str
    changes: tuple[tuple[str, float, float], ...]

    @property
    def time(self) -> float:
        """Days from the start."""
        return self.at / DAY


@dataclass(frozen=True, slots=True)
class Trajectory:
    """One simulated history: the initial state and every event.

    Parameters
    ----------
    replication : int
        Number of the history.
    initial : tuple of (str, float)
        The variables and their values at the start.
    events : tuple of Event
        In the order in which they happened.

    See Also
    --------
    Event : One firing in a history.
    replay : Tell one history again, with its full log.

    Examples
    --------
    >>> import negsim as ns
    >>> history = ns.replay(ns.simulate(ns.load("toy"), replications=10, seed=1), 3)
    >>> history.events[0].action
    'russia.deliver_memorandum'
    """

    replication: int
    initial: tuple[tuple[str, float], ...]
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Which replications to simulate and what to keep of them.

    Attributes
    ----------
    seed : int
    replications : sequence of int
        Numbers of the replications, in the order of the block's rows.
    rows : sequence of tuple of float
        Values of the parameters, a tuple a draw; replication r uses row ``r % len(rows)``.
    contested : tuple of int
        Numbers of the parameters that are drawn anew for each replication, whatever the row says: contested claims
        where the others have their best values.
    trace : int
        The full log is kept of replications numbered below this.
    max_events : int
        Most firings in one replication.
    stop_at_failure : bool
        Raise at the first replication that fails, instead of counting it.
    lean : bool
        Leave counts of firings and final values away; the block has no columns for them.
    told : int
        Failures that must say what happened, where the engine needs a history for the words; one that is raised does.
    ended : int32 (1,) or None
        Set to 1 by another thread that wants the run to end soon, with a KeyboardInterrupt.
    """

    seed: int
    replications: Sequence[int]
    rows: Sequence[tuple[float, ...]]
    contested: tuple[int, ...] = ()
    trace: int = 0
    max_events: int = 100_000
    stop_at_failure: bool = True
    lean: bool = False
    told: int = TOLD
    ended: NDArray[np.int32] | None = field(default=None, compare=False, repr=False)


@dataclass(slots=True, kw_only=True)
class Block:
    """Results of some replications, a row each.

    Attributes
    ----------
    replications : int64 (n,)
    first : float64 (n, F)
        First times in microseconds, inf for never; NaN in a failed replication.
    edges : float64 (n, G)
        First time in microseconds at which a condition turns true within a window, inf for never; NaN likewise.
    at : float64 (n, A)
        Values at dates; NaN in a failed replication.
    held : float64 (n, H)
        Durations in microseconds.
    fired : int64 (n, C)
        Firings between dates.
    counts : int32 (n, K)
        Firings by action and outcome, in the order of `Program.actions` and their outcomes.
    final : float64 (n, V)
        Final values of the variables, in the order of the first slots.
    events : int64 (n,)
        Firings in all.
    failed : bool (n,)
    failures : list of SimulationError
        Of the failed ones, in their order; the first ``Job.told`` say why.
    traces : list of Trajectory
    """

    replications: NDArray[np.int64]
    first: NDArray[np.float64]
    edges: NDArray[np.float64]
    at: NDArray[np.float64]
    held: NDArray[np.float64]
    fired: NDArray[np.int64]
    counts: NDArray[np.int32]
    final: NDArray[np.float64]
    events: NDArray[np.int64]
    failed: NDArray[np.bool_]
    failures: list[SimulationError] = field(default_factory=list)
    traces: list[Trajectory] = field(default_factory=list)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays."""
        return sum(getattr(self, name).nbytes for name in ARRAYS)


ARRAYS = ("replications", "first", "edges", "at", "held", "fired", "counts", "final", "events", "failed")
"""The arrays of a block, a row a replication each."""


def first_told(failures: Sequence[SimulationError]) -> list[SimulationError]:
    """Failures of which those after the first ``TOLD`` keep their number alone, whoever told them."""
    return [*failures[:TOLD], *(untold(failure.replication) for failure in failures[TOLD:])]


def untold(replication: int | None) -> SimulationError:
    """A failure of which only the number is known."""
    return SimulationError(
        f"could not be finished; the first {TOLD} failures say why, and replay(runs, {replication}) says it of this one",
        replication=replication,
    )


def rows_of(program: Program, job: Job) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The different rows of parameters that a job's replications use, (rows, parameters), and which of them each uses."""
    replications = np.asarray(job.replications, dtype=np.int64)
    numbers = replications % len(job.rows)
    code = numbers
    claims = [believed(program.parameters[k], job.seed, replications).astype(np.int64) for k in job.contested]
    for claim in claims:  # numbered anew each time, so that any number of claims fits
        code = 2 * np.unique(code, return_inverse=True)[1].reshape(-1) + claim
    _, first, row_of = np.unique(code, return_index=True, return_inverse=True)
    wanted = numbers[first]
    if isinstance(job.rows, DrawnRows):
        rows = job.rows.table(wanted)
    else:
        rows = np.array([job.rows[number] for number in wanted.tolist()], dtype=np.float64)
    rows = rows.reshape(len(wanted), len(program.parameters))
    for k, claim in zip(job.contested, claims, strict=True):
        rows[:, k] = claim[first]
    return rows, row_of.reshape(-1)


def empty_block(program: Program, job: Job, *, blank: bool = True) -> Block:
    """A block of the right shapes for a job: NaN and zeros, nothing failed; or not yet written at all."""
    n, probes = len(job.replications), program.probes
    outcomes = 0 if job.lean else sum(len(row.outcomes) for row in program.actions)
    variables = 0 if job.lean else len(program.slots) - len(program.parameters)
    wide = len(probes.first) + len(probes.edges) + len(probes.at) + len(probes.held) + len(probes.fired) + variables + 1
    # One piece, for which the system gives large pages if it is large; the widest numbers first, so that all are aligned.
    memory = np.empty(n * (8 * wide + 4 * outcomes + 1), dtype=np.uint8)
    used = 0

    def array(columns: int | None, kind: type, value: float) -> NDArray[Any]:
        nonlocal used
        shape = (n,) if columns is None else (n, columns)
        size = n * (1 if columns is None else columns) * np.dtype(kind).itemsize
        found: NDArray[Any] = memory[used : used + size].view(kind).reshape(shape)
        used += size
        if blank:
            found[...] = value
        return found

    return Block(
        replications=np.asarray(job.replications, dtype=np.int64),
        first=array(len(probes.first), np.float64, np.nan),
        edges=array(len(probes.edges), np.float64, np.nan),
        at=array(len(probes.at), np.float64, np.nan),
        held=array(len(probes.held), np.float64, np.nan),
        fired=array(len(probes.fired), np.int64, 0),
        final=array(variables, np.float64, np.nan),
        events=array(None, np.int64, 0),
        counts=array(outcomes, np.int32, 0),
        failed=array(None, np.bool_, False),
    )


def counted(block: Block, entry: Asked, upto: float) -> NDArray[np.bool_]:
    """The replications in which what a question is given came true, (n,); failed ones may be such."""
    given = entry.given
    if given is None:
        return np.ones(len(block.failed), dtype=np.bool_)
    came: NDArray[np.bool_]
    if given.form == "on":
        came = block.at[:, given.column] == 1.0
    else:
        came = block.first[:, given.column] <= (upto if given.default else given.when)
    return (~came if given.form == "not_by" else came) | block.failed


def answered(block: Block, entry: Asked, since: float, upto: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Pair of arrays (yes, counted), (n,), of a question that has a probability, for the window ``[since, upto]``."""
    counts, question = counted(block, entry, upto), entry.question
    if question.row.record == "at":
        yes = block.at[:, entry.column] == 1.0
    elif question.row.record == "fired":
        counts_so_far, unit = added(block.fired, entry)
        yes = counts_so_far >= _whole(question.at_least or 0, unit)
    else:
        times = times_of(block, entry)
        yes = (times >= since) & (times <= upto)
    return yes & counts, counts


def times_of(block: Block, entry: Asked) -> NDArray[np.float64]:
    """First times in microseconds: of the condition, or of its turning true in the window."""
    table = block.edges if entry.question.row.record == "edges" else block.first
    return table[:, entry.column]


def numbers(block: Block, entry: Asked) -> NDArray[np.float64]:
    """What the replications answer as numbers, (n,): times and durations in days."""
    if entry.question.row.timed:
        return times_of(block, entry) / DAY
    record = entry.question.row.record
    if record == "fired":
        total, unit = added(block.fired, entry)
        return total / unit
    table = {"held": block.held, "at": block.at}[record]
    values: NDArray[np.float64] = table[:, entry.column].astype(np.float64)
    return values / DAY if record == "held" else values


def added(fired: NDArray[np.int64], entry: Asked) -> tuple[NDArray[np.float64], float]:
    """Firings of what a question counts, added up with their weights, (n,), and the unit of that: 1 / unit counts one.

    In whole numbers, as the weights are written: .3 and .6 are .9, which floats do not say.
    """
    places = [_places(weight) for _, weight in entry.terms]
    # Beyond that floats lose whole numbers anyhow.
    unit = 10.0 ** min(max([*places, _places(entry.question.at_least or 0.0)]), 12)
    total = np.zeros(len(fired), dtype=np.float64)
    for column, weight in entry.terms:
        total += fired[:, column] * _whole(weight, unit)
    return total, unit


def _places(number: float) -> int:
    """Decimals with which a number is written."""
    exponent = Decimal(repr(float(number))).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def _whole(number: float, unit: float) -> float:
    return float(round(number * unit)) if _places(number) <= round(math.log10(unit)) else number * unit
