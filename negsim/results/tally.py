"""What is kept of many replications in constant memory, so that any partition of them gives the same bits.

Counts are whole numbers. Sums of floats are kept exactly (every double is a whole multiple of 2**-1074), so that the
order in which blocks are added has no meaning; they are rounded once, when a mean is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import Block, answered, counted, numbers
from negsim.errors import SimulationError
from negsim.estimates import Mean, Rows
from negsim.model.calendar import DAY, Calendar
from negsim.program import Program

__all__ = ["ExactSum", "Tally", "given_numbers", "grid", "pivots", "reached_by_row"]

CELLS = 4096
"""Equal cells of the horizon in which first times are counted: quantiles are sharp to horizon / 4096."""
SHIFT = 1130
"""Power of two that turns every double and its 53-bit mantissa into a whole number."""
KEPT_FAILURES = 20
MOST_PIVOTS, MOST_CELLS = 512, 200_000
"""Dates at which first times are counted by row of parameters, and such dates times rows, at most."""


class ExactSum:
    """The exact sum of doubles, in all and by row of parameters, and of their squares (each square rounded once).

    >>> total = ExactSum()
    >>> total.add(np.array([1e16, 1.0, -1e16]), np.zeros(3, dtype=np.int64))
    >>> float(Fraction(total.first, 2**SHIFT))
    1.0
    """

    __slots__ = ("counts", "rows", "second")

    def __init__(self, draws: int = 1) -> None:
        self.counts = np.zeros(draws, dtype=np.int64)
        # Python's integers, of any length: an exact sum of doubles can need two thousand bits.
        self.rows: NDArray[Any] = np.full(draws, 0, dtype=object)
        self.second = 0

    @property
    def n(self) -> int:
        """How many were added."""
        return int(self.counts.sum())

    @property
    def first(self) -> int:
        """Their sum, in multiples of 2**-SHIFT."""
        return int(self.rows.sum())

    def add(self, values: NDArray[np.float64], row: NDArray[np.int64]) -> None:
        """Add an array of finite doubles, each to its row."""
        self.counts += np.bincount(row, minlength=self.counts.size)
        self.rows = self.rows + _exact(values, row, self.counts.size)
        # The square is rounded once, value by value: that does not hang on the partition either.
        self.second += int(_exact(values * values, np.zeros_like(row), 1)[0])

    def merge(self, other: ExactSum) -> None:
        """Add another sum."""
        self.counts += other.counts
        self.rows = self.rows + other.rows
        self.second += other.second

    def mean(self, unknown: NDArray[np.int64], *, clustered: bool) -> Mean:
        """The mean with its spread, rounded once; failed replications come by row."""
        n, mean = self.n, Fraction(self.first, self.n << SHIFT)
        # In fractions: as floats this difference of large numbers would cancel.
        spread = Fraction(self.second, 1 << SHIFT) - n * mean * mean
        rows = None
        if clustered:
            totals = [float(Fraction(one, 1 << SHIFT)) for one in self.rows]
            rows = Rows(total=totals, size=self.counts, unknown=unknown)
        # The squares were rounded and the mean was not, so that equal values can come out a little below 0.
        m2 = max(0.0, float(spread)) if n > 1 else 0.0
        return Mean(n=n, mean=float(mean), m2=m2, unknown=int(unknown.sum()), rows=rows)

    def line(self) -> str:
        """Everything as text, for checkpoints."""
        return (
            " ".join(f"{n} {int(first):x}" for n, first in zip(self.counts, self.rows, strict=True))
            + f" {self.second:x}"
        )

    def read(self, line: str) -> None:
        """Take back what `line` wrote."""
        *pairs, second = line.split()
        # In place: the number of draws is that of the run, and a line of another run must not change it.
        self.counts[...] = [int(one) for one in pairs[::2]]
        self.rows[...] = [int(one, 16) for one in pairs[1::2]]
        self.second = int(second, 16)


def _exact(values: NDArray[np.float64], row: NDArray[np.int64], draws: int) -> NDArray[Any]:
    """The sums of doubles by row as whole multiples of 2**-SHIFT: mantissas added by exponent, in two halves."""
    totals: NDArray[Any] = np.full(draws, 0, dtype=object)
    mantissa, exponent = np.frexp(values)
    # Exact: a mantissa has 53 bits.
    whole = (mantissa * 2.0**53).astype(np.int64)
    # Values of a question have few exponents; within one of them integers can be added without shifting each.
    for e in np.unique(exponent):
        same = exponent == e
        mine, where = whole[same], row[same]
        # Halves of 27 and 26 bits: sums of them over a block are exact as floats.
        upper, lower = (
            np.bincount(where, weights=half, minlength=draws) for half in (mine >> 26, mine & ((1 << 26) - 1))
        )
        found = (upper.astype(np.int64).astype(object) << 26) + lower.astype(np.int64).astype(object)
        totals = totals + (found << (int(e) - 53 + SHIFT))
    return totals


def grid(program: Program, calendar: Calendar) -> NDArray[np.float64]:
    """Upper edges at which first times are counted: equal cells, the end of every day, every question's dates."""
    horizon = program.horizon
    # Whole microseconds, as first times are: a cell's edge must not fall between two of them.
    edges = {float(np.rint(horizon * k / CELLS)) for k in range(1, CELLS + 1)} | {0.0, horizon}
    # A scenario of a hundred thousand years would have more days than cells.
    for day in range(min(int(horizon / DAY) + 1, 20_000)):
        edges.add(calendar.deadline(calendar.at(day * DAY).date().isoformat(), "grid"))
    for entry in program.probes.asked.values():
        # What lies before a window ends one microsecond before it: times are counted up to an edge, that included.
        edges |= {entry.by, entry.after - 1.0} | ({entry.given.when} if entry.given else set())
    return np.array(sorted(edge for edge in edges if 0.0 <= edge <= horizon))


def given_numbers(program: Program) -> list[str]:
    """The questions whose mean is no column's: over the histories in which what they are given came true, or weighted."""
    asked = program.probes.asked.items()
    return [name for name, one in asked if (one.given or one.question.weights) and one.question.row.mean == "values"]


def pivots(edges: NDArray[np.float64], program: Program, draws: int) -> NDArray[np.float64]:
    """Those edges of `grid` at which first times are also counted by row: question dates, then days, then cells."""
    dates = {date for entry in program.probes.asked.values() for date in (entry.by, entry.after - 1.0)}
    # As bytes, so that they can be looked up: every block of a run asks for the same ones.
    return _pivots(edges.tobytes(), frozenset(dates), draws)


@lru_cache(maxsize=4)
def _pivots(edges: bytes, dates: frozenset[float], draws: int) -> NDArray[np.float64]:
    every = np.frombuffer(edges)
    horizon = float(every[-1])
    # The table has an entry a draw and date: with many draws there is room for fewer dates.
    most = max(64, min(MOST_PIVOTS, MOST_CELLS // draws))
    kept = {0.0, horizon} | {date for date in dates if 0.0 <= date <= horizon}
    days = every[~np.isin(every, np.rint(horizon * np.arange(CELLS + 1) / CELLS))]
    # Ends of days before cells: people ask for dates.
    for more in (days, every):
        room = most - len(kept)
        if room > 0 and more.size:
            kept |= {float(edge) for edge in more[:: -(-more.size // room)]}
    found = np.array(sorted(kept))
    # It is shared by all who ask.
    found.flags.writeable = False
    return found


def reached_by_row(
    times: NDArray[np.float64],
    row: NDArray[np.int64],
    edges: NDArray[np.float64],
    draws: int,
    weights: NDArray[np.float64] | None = None,
) -> NDArray[Any]:
    """How many times (or weights) lie in ``(edges[e-1], edges[e]]``, (draws, E)."""
    there = times <= edges[-1]
    # Row and cell as one number: one count in place of a loop over rows.
    places = np.searchsorted(edges, times[there], side="left") + len(edges) * row[there]
    counted = None if weights is None else weights[there]
    return np.bincount(places, weights=counted, minlength=draws * len(edges)).reshape(draws, len(edges))


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts of replications in constant memory.

    Attributes
    ----------
    edges : float64 (E,)
        Microseconds; ``reached[f, e]`` counts first times in ``(edges[e-1], edges[e]]``.
    reached : int64 (F, E)
    pivots : float64 (P,)
        Some of the edges; ``reached_rows[f, k, p]`` counts first times up to them by draw of the parameters.
    reached_rows : int64 (F, K, P)
        Empty where there is one draw.
    yes, counted : int64 (Q, K)
        Per question with a probability, and draw of the parameters: yes, and counted at all.
    at, held, fired, when, given : list of ExactSum
        Durations and times in days; of times, those of each question of kind ``when`` that were reached; ``given`` has
        the numbers of each question of another kind in the histories in which what it is given came true.
    outcomes : int64 (K,)
        Firings by action and outcome.
    n, events : int
    failed_rows : int64 (K,)
        Failed replications by draw.
    failures : list of SimulationError
        The first few.
    """

    edges: NDArray[np.float64]
    reached: NDArray[np.int64]
    pivots: NDArray[np.float64]
    reached_rows: NDArray[np.int64]
    yes: NDArray[np.int64]
    counted: NDArray[np.int64]
    at: list[ExactSum]
    held: list[ExactSum]
    fired: list[ExactSum]
    when: list[ExactSum]
    given: list[ExactSum]
    outcomes: NDArray[np.int64]
    failed_rows: NDArray[np.int64]
    n: int = 0
    events: int = 0
    failures: list[SimulationError]

    @property
    def failed(self) -> int:
        """Failed replications."""
        return int(self.failed_rows.sum())

    def by_row(self, first: int) -> NDArray[np.int64]:
        """First times between the pivots by draw of the parameters, (K, P)."""
        if len(self.reached_rows):
            return np.asarray(self.reached_rows[first])
        # One draw has all of them, and was not counted twice; every pivot is an edge.
        upto = np.cumsum(self.reached[first])[np.searchsorted(self.edges, self.pivots)]
        return np.asarray(np.diff(upto, prepend=0)[None, :], dtype=np.int64)

    @classmethod
    def empty(cls, program: Program, edges: NDArray[np.float64], draws: int) -> Tally:
        """Nothing counted yet."""
        probes = program.probes
        questions, firsts = len(probes.asked), len(probes.first)
        dates = pivots(edges, program, draws)
        return cls(
            edges=edges,
            reached=np.zeros((firsts, len(edges)), dtype=np.int64),
            pivots=dates,
            reached_rows=np.zeros((firsts if draws > 1 else 0, draws, len(dates)), dtype=np.int64),
            yes=np.zeros((questions, draws), dtype=np.int64),
            counted=np.zeros((questions, draws), dtype=np.int64),
            at=[ExactSum(draws) for _ in probes.at],
            held=[ExactSum(draws) for _ in probes.held],
            fired=[ExactSum(draws) for _ in probes.fired],
            when=[ExactSum(draws) for entry in probes.asked.values() if entry.question.row.mean == "times"],
            given=[ExactSum(draws) for _ in given_numbers(program)],
            failed_rows=np.zeros(draws, dtype=np.int64),
            outcomes=np.zeros(sum(len(row.outcomes) for row in program.actions), dtype=np.int64),
            failures=[],
        )

    @classmethod
    def of(cls, block: Block, program: Program, edges: NDArray[np.float64], draws: int) -> Tally:
        """Count a block."""
        tally = cls.empty(program, edges, draws)
        good, row = ~block.failed, block.replications % draws
        tally.n, tally.events = len(good), int(block.events.sum())
        tally.failed_rows += np.bincount(row[block.failed], minlength=draws)
        tally.failures = block.failures[:KEPT_FAILURES]
        # Those of failed histories too: they fired.
        tally.outcomes += block.counts.sum(axis=0)
        for column in range(block.first.shape[1]):
            times = block.first[good, column]
            places = np.searchsorted(edges, times[times <= edges[-1]], side="left")
            tally.reached[column] = np.bincount(places, minlength=len(edges))
            if draws > 1:
                tally.reached_rows[column] = reached_by_row(times, row[good], tally.pivots, draws)
        for sums, table in ((tally.at, block.at), (tally.held, block.held / DAY), (tally.fired, block.fired)):
            for column, total in enumerate(sums):
                total.add(table[good, column].astype(np.float64), row[good])
        tally._count_answers(block, program, draws, good, row)
        return tally

    def _count_answers(
        self, block: Block, program: Program, draws: int, good: NDArray[np.bool_], row: NDArray[np.int64]
    ) -> None:
        when = iter(self.when)
        for place, entry in enumerate(program.probes.asked.values()):
            if entry.question.probable:
                yes, counts = answered(block, entry, entry.after, entry.by)
                if entry.question.row.mean == "times":
                    next(when).add(numbers(block, entry)[yes & good], row[yes & good])
                self.yes[place] = np.bincount(row[yes & good], minlength=draws)
                self.counted[place] = np.bincount(row[counts & good], minlength=draws)
        for name, total in zip(given_numbers(program), self.given, strict=True):
            entry = program.probes.asked[name]
            counts = counted(block, entry, entry.by) & good
            total.add(numbers(block, entry)[counts], row[counts])

    def merge(self, other: Tally) -> None:
        """Add another tally; the order has no meaning, but that failures are kept in the order they come."""
        for name in COUNTS:
            getattr(self, name).__iadd__(getattr(other, name))
        for name in SUMS:
            for mine, theirs in zip(getattr(self, name), getattr(other, name), strict=True):
                mine.merge(theirs)
        self.n += other.n
        self.events += other.events
        self.failures = (self.failures + other.failures)[:KEPT_FAILURES]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything but the failures as plain arrays, for checkpoints."""
        text = "\n".join(total.line() for name in SUMS for total in getattr(self, name))
        return {
            "edges": self.edges,
            **{name: getattr(self, name) for name in COUNTS},
            "totals": np.array([self.n, self.events], dtype=np.int64),
            # As text: integers of such length are no array of anything, and objects would be code in the file.
            "sums": np.frombuffer(text.encode(), dtype=np.uint8),
        }

    def fill(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Take the contents of `arrays` back."""
        for name in COUNTS:
            getattr(self, name)[...] = arrays[name]
        self.n, self.events = (int(value) for value in arrays["totals"])
        lines = bytes(arrays["sums"]).decode().splitlines()
        for total, line in zip((total for name in SUMS for total in getattr(self, name)), lines, strict=True):
            total.read(line)


COUNTS = ("reached", "reached_rows", "yes", "counted", "outcomes", "failed_rows")
SUMS = ("at", "held", "fired", "when", "given")
