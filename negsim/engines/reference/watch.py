"""What the reference engine records of a history: first times, edges, values at dates, durations, firings, the log."""

from __future__ import annotations

from math import inf, nan

from negsim.engines.blocks import Block, Event
from negsim.engines.population import Snapshot
from negsim.engines.reference.history import History
from negsim.errors import EvaluationError
from negsim.model.calendar import DAY
from negsim.model.expressions import Expression, Truth, reads
from negsim.program import Program

__all__ = ["Watch"]


class Watch:
    """Looks at the initial state and at the state after every firing."""

    def __init__(self, history: History, program: Program) -> None:
        self.history = history
        compiled = program.compile
        self.reach = [(compiled(c), None if t == Truth(True) else compiled(t)) for c, t in program.probes.first]
        self.edges = [(compiled(tree), after, holds) for tree, after, holds in program.probes.edges]
        self.openings = sorted((after, k) for k, (_, after, holds) in enumerate(program.probes.edges) if holds)
        self.dates = sorted({date for _, date in program.probes.at})
        self.at = [
            [(k, compiled(tree)) for k, (tree, date) in enumerate(program.probes.at) if date == when]
            for when in self.dates
        ]
        self.held = [(compiled(tree), date) for tree, date in program.probes.held]
        self.fired_by: dict[int, list[tuple[int, int | None, float, float]]] = {}
        for k, (action, outcome, after, date) in enumerate(program.probes.fired):
            self.fired_by.setdefault(action, []).append((k, outcome, after, date))
        self.reach_readers = _readers(program, [_both(c, t) for c, t in program.probes.first])
        self.edge_readers = _readers(program, [reads(tree) for tree, _, _ in program.probes.edges])
        self.held_readers = _readers(program, [reads(tree) for tree, _ in program.probes.held])

    def begin(self) -> None:
        """The initial state."""
        self.first = [inf] * len(self.reach)
        self.open = [True] * len(self.reach)
        self.edge = [inf] * len(self.edges)
        self.was = [False] * len(self.edges)
        self.opened = 0
        self.values: dict[int, float] = {}
        self.next_date = self.dates[0] if self.dates else inf
        self.dates_seen = 0
        self.totals = [0.0] * len(self.held)
        self.levels = [0.0] * len(self.held)
        self.since: list[float | None] = [None] * len(self.held)
        self.fired = [0] * self.n_fired
        try:
            for k in range(len(self.reach)):
                self.look(k)
            for k in range(len(self.edges)):
                self.turn(k)
            for k in range(len(self.held)):
                self.clockwork(k)
        except EvaluationError as error:
            self.place(error, self.history.now)
            raise

    @property
    def n_fired(self) -> int:
        """How many columns of firings there are."""
        return sum(len(rows) for rows in self.fired_by.values())

    def look(self, k: int) -> None:
        """Is condition k true for the first time?"""
        if not self.open[k]:
            return
        condition, throughout = self.reach[k]
        state = self.history.state
        if condition(state):
            self.first[k] = self.history.now
            self.open[k] = False
        elif throughout is not None and not throughout(state):
            self.open[k] = False

    def turn(self, k: int) -> None:
        """Has condition k turned true for the first time in its window? The start is a turn if it holds there."""
        if self.edge[k] < inf:
            return
        condition, after, _ = self.edges[k]
        holds = bool(condition(self.history.state))
        if holds and not self.was[k] and self.history.now >= after:
            self.edge[k] = self.history.now
        self.was[k] = holds

    def clockwork(self, k: int) -> None:
        """Gather the time for which condition k holds, or number k over time, up to its date."""
        expression, date = self.held[k]
        level, since = float(expression(self.history.state)), self.since[k]
        if level == self.levels[k]:
            return
        if since is not None:
            self.close(k, since, date)
        self.levels[k], self.since[k] = level, self.history.now if level else None

    def close(self, k: int, since: float, date: float) -> None:
        """Add a spell that ends now."""
        if since < date:
            self.totals[k] += self.levels[k] * (min(self.history.now, date) - since)

    def pass_dates(self, now: float) -> None:
        """Take the values at every date that lies before ``now``: nothing more happens on them.

        Before the first event from its opening on, a window that asks so is told whether its condition holds.
        """
        while self.opened < len(self.openings) and self.openings[self.opened][0] <= now:
            after, k = self.openings[self.opened]
            if self.was[k] and self.edge[k] == inf:
                self.edge[k] = after
            self.opened += 1
        while self.next_date < now:
            try:
                for k, value in self.at[self.dates_seen]:
                    self.values[k] = float(value(self.history.state))
            except EvaluationError as error:
                self.place(error, self.next_date)
                raise
            self.dates_seen += 1
            self.next_date = self.dates[self.dates_seen] if self.dates_seen < len(self.dates) else inf

    def count(self, action: int, outcome: int) -> None:
        """An action fired."""
        for k, wanted, after, date in self.fired_by.get(action, ()):
            if after <= self.history.now <= date and wanted in (None, outcome):
                self.fired[k] += 1

    def after(self, changed: list[int]) -> None:
        """Variables changed."""
        try:
            for slot in changed:
                for k in self.reach_readers[slot]:
                    self.look(k)
                for k in self.edge_readers[slot]:
                    self.turn(k)
                for k in self.held_readers[slot]:
                    self.clockwork(k)
        except EvaluationError as error:
            self.place(error, self.history.now)
            raise

    def place(self, error: EvaluationError, time: float) -> None:
        """Say of the error of an expression that a question asked for it, and when."""
        error.message, error.time = f"a question: {error.message}", time / DAY

    def end(self) -> None:
        """The horizon is passed, and is now."""
        self.pass_dates(inf)
        for k, since in enumerate(self.since):
            if since is not None:
                self.close(k, since, self.held[k][1])

    def write(self, block: Block, row: int) -> None:
        """Copy what was recorded to a row of the block."""
        block.first[row] = self.first
        block.edges[row] = self.edge
        block.at[row] = [self.values[k] for k in range(len(self.values))]
        block.held[row] = self.totals
        block.fired[row] = self.fired

    def save(self, kept: Snapshot, row: int) -> None:
        """Write what is known so far to a row of a snapshot."""
        kept.first[row], kept.open[row], kept.edges[row] = self.first, self.open, self.edge
        kept.turned[row] = [was and when == inf for was, when in zip(self.was, self.edge, strict=True)]
        kept.at[row] = [self.values.get(k, nan) for k in range(kept.at.shape[1])]
        kept.held[row] = self.totals
        kept.since[row] = [nan if since is None else since for since in self.since]
        kept.fired[row] = self.fired

    def load(self, kept: Snapshot, row: int) -> None:
        """Know what a snapshot knows: everything up to its instant, and the opening of windows right after it."""
        self.first, self.edge = kept.first[row].tolist(), kept.edges[row].tolist()
        self.open = [bool(held) for held in kept.open[row]]
        self.was = [bool(held) for held in kept.turned[row]]
        self.opened = sum(after <= kept.now + 1.0 for after, _ in self.openings)
        self.dates_seen = sum(date <= kept.now for date in self.dates)
        self.next_date = self.dates[self.dates_seen] if self.dates_seen < len(self.dates) else inf
        self.values = {k: value for k, value in enumerate(kept.at[row].tolist()) if value == value}
        self.totals, self.fired = kept.held[row].tolist(), kept.fired[row].tolist()
        self.since = [None if since != since else since for since in kept.since[row].tolist()]
        # What has been so since then is so still.
        self.levels = [
            0.0 if since is None else float(expression(self.history.state))
            for (expression, _), since in zip(self.held, self.since, strict=True)
        ]

    def event(self, now: float, name: str, outcome: str, changes: list[tuple[str, float, float]]) -> Event:
        """A row of the log."""
        return Event(now, name, outcome, tuple(changes))


def _both(condition: Expression, throughout: Expression) -> frozenset[str]:
    return reads(condition) | reads(throughout)


def _readers(program: Program, read: list[frozenset[str]]) -> list[list[int]]:
    index = program.index
    found: list[list[int]] = [[] for _ in program.slots]
    for k, names in enumerate(read):
        for name in sorted(names):
            found[index[name]].append(k)
    return found
