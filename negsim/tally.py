"""What is kept of many replications in constant memory, so that any partition of them gives the same bits.

Counts are whole numbers. Sums of floats are kept exactly (every double is a whole multiple of 2**-1074), so that the
order in which blocks are added has no meaning; they are rounded once, when a mean is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.blocks import Block, answered
from negsim.errors import SimulationError
from negsim.estimates import Mean
from negsim.model.calendar import DAY, Calendar
from negsim.program import Program

__all__ = ["ExactSum", "Tally", "grid"]

CELLS = 4096
"""Equal cells of the horizon in which first times are counted: quantiles are sharp to horizon / 4096."""
SHIFT = 1130
"""Power of two that turns every double and its 53-bit mantissa into a whole number."""
KEPT_FAILURES = 20


class ExactSum:
    """The exact sum of doubles and of their squares (each square rounded once).

    >>> total = ExactSum()
    >>> total.add(np.array([1e16, 1.0, -1e16]))
    >>> float(Fraction(total.first, 2**SHIFT))
    1.0
    """

    __slots__ = ("first", "n", "second")

    def __init__(self, n: int = 0, first: int = 0, second: int = 0) -> None:
        self.n, self.first, self.second = n, first, second

    def add(self, values: NDArray[np.float64]) -> None:
        """Add an array of finite doubles."""
        self.n += values.size
        self.first += _exact(values)
        self.second += _exact(values * values)

    def merge(self, other: ExactSum) -> None:
        """Add another sum."""
        self.n, self.first, self.second = self.n + other.n, self.first + other.first, self.second + other.second

    def mean(self, unknown: int) -> Mean:
        """The mean with its spread, rounded once."""
        mean = Fraction(self.first, self.n << SHIFT)
        spread = Fraction(self.second, 1 << SHIFT) - self.n * mean * mean
        return Mean(n=self.n, mean=float(mean), m2=max(0.0, float(spread)) if self.n > 1 else 0.0, unknown=unknown)


def _exact(values: NDArray[np.float64]) -> int:
    """The sum of doubles as a whole multiple of 2**-SHIFT: mantissas added by exponent, in two halves."""
    if not values.size:
        return 0
    mantissa, exponent = np.frexp(values)
    whole = (mantissa * 2.0**53).astype(np.int64)
    total = 0
    for e in np.unique(exponent):
        same = whole[exponent == e]
        upper, lower = same >> 26, same & ((1 << 26) - 1)
        total += ((int(upper.sum()) << 26) + int(lower.sum())) << (int(e) - 53 + SHIFT)
    return total


def grid(program: Program, calendar: Calendar) -> NDArray[np.float64]:
    """Upper edges at which first times are counted: equal cells, the end of every day, every question's dates."""
    horizon = program.horizon
    edges = {float(np.rint(horizon * k / CELLS)) for k in range(1, CELLS + 1)} | {0.0, horizon}
    for day in range(min(int(horizon / DAY) + 1, 20_000)):
        edges.add(calendar.deadline(calendar.at(day * DAY).date().isoformat(), "grid"))
    for entry in program.probes.asked.values():
        edges |= {entry.by, entry.after - 1.0} | ({entry.given.when} if entry.given else set())
    return np.array(sorted(edge for edge in edges if 0.0 <= edge <= horizon))


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of replications in constant memory.

    Attributes
    ----------
    edges : float64 (E,)
        Microseconds; ``reached[f, e]`` counts first times in ``(edges[e-1], edges[e]]``.
    reached : int64 (F, E)
    yes, counted : int64 (Q, K)
        Per question with a probability, and draw of the parameters: yes, and counted at all.
    at, held, fired : list of ExactSum
        Durations in days.
    outcomes : int64 (K,)
        Firings by action and outcome.
    n, failed, events : int
    failures : list of SimulationError
        The first few.
    """

    edges: NDArray[np.float64]
    reached: NDArray[np.int64]
    yes: NDArray[np.int64]
    counted: NDArray[np.int64]
    at: list[ExactSum]
    held: list[ExactSum]
    fired: list[ExactSum]
    outcomes: NDArray[np.int64]
    n: int = 0
    failed: int = 0
    events: int = 0
    failures: list[SimulationError]

    @classmethod
    def empty(cls, program: Program, edges: NDArray[np.float64], draws: int) -> Tally:
        """Nothing counted yet."""
        probes = program.probes
        questions = len(probes.asked)
        return cls(
            edges=edges,
            reached=np.zeros((len(probes.first), len(edges)), dtype=np.int64),
            yes=np.zeros((questions, draws), dtype=np.int64),
            counted=np.zeros((questions, draws), dtype=np.int64),
            at=[ExactSum() for _ in probes.at],
            held=[ExactSum() for _ in probes.held],
            fired=[ExactSum() for _ in probes.fired],
            outcomes=np.zeros(sum(len(row.outcomes) for row in program.actions), dtype=np.int64),
            failures=[],
        )

    @classmethod
    def of(cls, block: Block, program: Program, edges: NDArray[np.float64], draws: int) -> Tally:
        """Count a block."""
        tally = cls.empty(program, edges, draws)
        good = ~block.failed
        tally.n, tally.failed, tally.events = len(good), int(block.failed.sum()), int(block.events.sum())
        tally.failures = block.failures[:KEPT_FAILURES]
        tally.outcomes += block.counts.sum(axis=0)
        for column in range(block.first.shape[1]):
            times = block.first[good, column]
            places = np.searchsorted(edges, times[times <= edges[-1]], side="left")
            tally.reached[column] = np.bincount(places, minlength=len(edges))
        for sums, table in ((tally.at, block.at), (tally.held, block.held / DAY), (tally.fired, block.fired)):
            for column, total in enumerate(sums):
                total.add(table[good, column].astype(np.float64))
        tally._count_answers(block, program, draws, good)
        return tally

    def _count_answers(self, block: Block, program: Program, draws: int, good: NDArray[np.bool_]) -> None:
        row = block.replications % draws
        for place, entry in enumerate(program.probes.asked.values()):
            if entry.question.probable:
                yes, counts = answered(block, entry, entry.after, entry.by)
                self.yes[place] = np.bincount(row[yes & good], minlength=draws)
                self.counted[place] = np.bincount(row[counts & good], minlength=draws)

    def merge(self, other: Tally) -> None:
        """Add another tally; the order has no meaning, but that failures are kept in the order they come."""
        for name in ("reached", "yes", "counted", "outcomes"):
            getattr(self, name).__iadd__(getattr(other, name))
        for name in ("at", "held", "fired"):
            for mine, theirs in zip(getattr(self, name), getattr(other, name), strict=True):
                mine.merge(theirs)
        self.n += other.n
        self.failed += other.failed
        self.events += other.events
        self.failures = (self.failures + other.failures)[:KEPT_FAILURES]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the failures as plain arrays, for checkpoints."""
        sums = [(s.n, s.first, s.second) for group in (self.at, self.held, self.fired) for s in group]
        text = "\n".join(f"{n} {first:x} {second:x}" for n, first, second in sums)
        return {
            "edges": self.edges,
            "reached": self.reached,
            "yes": self.yes,
            "counted": self.counted,
            "outcomes": self.outcomes,
            "totals": np.array([self.n, self.failed, self.events], dtype=np.int64),
            "sums": np.frombuffer(text.encode(), dtype=np.uint8),
        }

    def fill(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take the contents of `arrays` back."""
        for name in ("reached", "yes", "counted", "outcomes"):
            getattr(self, name)[...] = arrays[name]
        self.n, self.failed, self.events = (int(value) for value in arrays["totals"])
        rows = bytes(arrays["sums"]).decode().splitlines()
        for total, row in zip((*self.at, *self.held, *self.fired), rows, strict=True):
            n, first, second = row.split()
            total.n, total.first, total.second = int(n), int(first, 16), int(second, 16)
