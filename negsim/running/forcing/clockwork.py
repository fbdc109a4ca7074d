"""When the clocks of a group of histories fire, on a grid of the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.laws.arrays import Several, hazards, several
from negsim.model.calendar import DAY
from negsim.program import Program
from negsim.running.forcing.cone import Cone, Status
from negsim.running.forcing.renewal import masses, renewed, thinned, waiting
from negsim.running.forcing.standing import Standing
from negsim.running.forcing.tape import Node, Tape

__all__ = ["CELLS", "Clockwork", "Told"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
CELLS = 48
UNSEEN = 0.5
"""Probability of what nobody can see coming, spread over the time left."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """What comes of outcomes of a firing: the time of it, and that of its coming about with one of them."""

    action: int
    outcomes: frozenset[int]
    base: Node
    node: Node
    share: Floats


class Clockwork:
    """One group of histories, with the times of its clocks as masses on the tape."""

    def __init__(
        self,
        cone: Cone,
        alike: Sequence[Status],
        laws: Sequence[tuple[Any, ...]],
        tries: Sequence[int],
        now: Standing,
        rows: Ints,
        window: tuple[float, float],
    ) -> None:
        self.cone, self.status, self.laws, self.several = cone, alike[0], laws, alike
        self.known: dict[int, Several] = {}
        self.program: Program = cone.program
        self.tries = dict(zip(cone.actions, tries, strict=True))
        paces = np.array([status.paces for status in alike]).reshape(len(alike), -1, 2)
        self.paces = {action: paces[:, place] for place, action in enumerate(cone.actions)}
        self.enabled = dict(zip(cone.actions, alike[0].enabled, strict=True))
        self.standing, self.rows, self.instants, self.window = now, rows, now.instants[rows], window
        self.left = np.maximum(window[1] - self.instants, 0.0)
        self.ahead = self.left[:, None] * (np.arange(CELLS + 1) / CELLS)
        self.tape = Tape()
        self.told: list[Told] = []
        self.clocks: dict[int, tuple[Node, Floats, Floats]] = {}
        # of actions by number, of leaves by the complement of theirs
        self.times: dict[int, Node | None] = {}
        self.open: set[int] = set()
        # by leaf, action and outcome: the time of the next good try after one at some time
        self.waits: dict[tuple[int, int, int], Callable[[Node], Node] | None] = {}

    def started(self, action: int) -> Node:
        """When an action fires whose guard holds now."""
        row = self.program.actions[action]
        if row.clock == "random":
            return self.clock(action)
        if row.clock == "fixed":
            return self.tape.moved(self.now(), self.cells(self.due(action)))
        return self.anew(action, self.now())

    def anew(self, action: int, ready: Node) -> Node:
        """When an action fires whose clock starts at some time."""
        row = self.program.actions[action]
        if row.clock == "random":
            return self.tape.after(ready, self.fresh(action))
        if row.clock == "fixed":
            delay = self.delay(action)
            middle = np.maximum(np.arange(CELLS + 1) - 0.5, 0.0) / CELLS
            return self.tape.moved(ready, self.cells(self.left[:, None] * middle + delay))
        if row.clock == "calendar":
            return self.tape.moved(ready, self.dates(row.instants))
        return ready

    def again(self, key: tuple[int, int, int], good: Floats, again: Floats) -> Callable[[Node], Node] | None:
        """The time of the next good try after one at some time, as a function of that; None for what is not repeated."""
        if key not in self.waits:
            self.waits[key] = self._again(key[1], good, again)
        return self.waits[key]

    def _again(self, action: int, good: Floats, again: Floats) -> Callable[[Node], Node] | None:
        row = self.program.actions[action]
        if row.clock == "immediate":
            return None
        if row.clock == "calendar":
            chances = waiting(self.dated(row.instants), good, again)
            return lambda node: self.tape.waited(node, *chances)
        law = self.paced(action, good, again) if row.clock == "fixed" else self.fresh_tries(action, good, again)
        return lambda node: self.tape.after(node, law)

    def paced(self, action: int, good: Floats, again: Floats) -> Floats:
        """Masses of the first good one of tries that each take a fixed time."""
        delay, cell = self.delay(action), np.maximum(self.left, 1.0)[:, None] / CELLS
        # where several fall into one cell: about as many as come at that pace
        often = thinned(np.arange(CELLS + 1) * cell / np.maximum(delay, 1.0), good, again)
        law = np.zeros((len(self.rows), CELLS + 2))
        place = np.broadcast_to(self.cells(np.broadcast_to(delay, self.ahead.shape)), self.ahead.shape)[:, 0]
        law[np.arange(len(law)), np.where(place < 0, CELLS + 1, np.maximum(place, 1))] = 1.0
        return np.where(delay < cell, often, renewed(law[:, :-1], good, again))

    def fresh_tries(self, action: int, good: Floats, again: Floats) -> Floats:
        """Masses of the first good one of tries that each take a fresh clock."""
        zero = np.zeros(len(self.rows))
        edges = self.consumed(action, zero, zero)
        law = self.law(self.program.actions[action].law or 0)
        if law.family == "exponential" and not law.truncated and not law.mixed:
            return thinned(edges, good, again)
        return renewed(np.concatenate([np.zeros((len(edges), 1)), masses(edges)[:, :-1]], axis=1), good, again)

    def dated(self, instants: Sequence[tuple[int, float]]) -> Floats:
        """How many instants of a calendar lie in each cell, (n, K+1)."""
        when = np.array([time for _, time in instants])
        by = np.searchsorted(when, self.instants[:, None] + self.ahead, side="right").astype(np.float64)
        return np.diff(by, axis=1, prepend=by[:, :1])

    def now(self) -> Node:
        mass = np.zeros((len(self.rows), CELLS + 1))
        mass[:, 0] = 1.0
        return self.tape.put(mass)

    def unseen(self) -> Node:
        mass = np.full((len(self.rows), CELLS + 1), UNSEEN / CELLS)
        mass[:, 0] = 0.0
        return self.tape.put(mass)

    def cells(self, ahead: Floats) -> Ints:
        """The cells of times from now, (n, K+1) or (n, 1) for all alike; -1 for later than the time left."""
        left = np.maximum(self.left, 1.0)[:, None]
        # not so late is asked, since a time that is no number must be too late as well
        inside = ahead <= self.left[:, None]
        found = np.where(inside, np.ceil(np.where(inside, ahead, 0.0) / left * CELLS), -1)
        return np.broadcast_to(found.astype(np.int64), (len(self.rows), CELLS + 1))

    def due(self, action: int) -> Floats:
        """How far away a fixed clock's time is."""
        now, rows = self.standing, self.rows
        speed = now.kept.speed[rows, action]
        delay = self.delay(action)[:, 0]
        with np.errstate(all="ignore"):  # one that stands still is never due
            return np.asarray((np.maximum(delay - now.age[rows, action], 0.0) / speed)[:, None])

    def dates(self, instants: Sequence[tuple[int, float]]) -> Ints:
        """The cell of the first instant of a calendar after each cell."""
        when = np.array([time for _, time in instants] or [np.inf])
        # what stands now stands after everything at this instant
        from_now = self.instants[:, None] + np.where(self.ahead > 0, self.ahead - self.ahead[:, 1:2] / 2, 1.0)
        place = np.searchsorted(when, from_now)
        found = np.append(when, np.inf)[place]
        return self.cells(found - self.instants[:, None])

    # -- laws -------------------------------------------------------------------------------------------------------

    def law(self, number: int) -> Several:
        """A law of random clocks, a row a history."""
        if number not in self.known:
            self.known[number] = several([bound[number] for bound in self.laws])
        return self.known[number]

    def delay(self, action: int) -> Floats:
        """The delay of a fixed clock, (n, 1)."""
        number = self.program.actions[action].law or 0
        return np.array([bound[number][0] for bound in self.laws])[:, None]

    def factors(self, action: int) -> tuple[Floats, Floats]:
        # one that stands still now may not do so later; that it never goes on is not for this picture to say
        factors = np.where(self.paces[action] > 0, self.paces[action], 1.0)
        return factors[:, :1], factors[:, 1:]

    def consumed(self, action: int, age: Floats, start: Floats) -> Floats:
        """The hazard that a clock consumes to the borders of the cells, (n, K+1)."""
        row = self.program.actions[action]
        law = self.law(row.law or 0)
        pace, speed = self.factors(action)
        at = age[:, None] + speed * self.ahead
        with np.errstate(invalid="ignore"):
            more = pace * (hazards(law, at / DAY) - hazards(law, age[:, None] / DAY))
        return np.asarray(start[:, None] + np.where(np.isnan(more), np.inf, more))

    def fresh(self, action: int) -> Floats:
        """Masses of a time from the start of a clock, (n, K+1)."""
        row, rows = self.program.actions[action], self.rows
        age = np.where(self.standing.kept.target[rows, action] > 0, self.standing.age[rows, action], 0.0)
        zero = np.zeros(len(rows))
        # a clock that was stopped and keeps its age goes on from there
        edges = self.consumed(action, age if row.memory == "resume" else zero, zero)
        return np.concatenate([np.zeros((len(rows), 1)), masses(edges)[:, :-1]], axis=1)

    def clock(self, action: int) -> Node:
        """When a running clock fires."""
        now, rows = self.standing, self.rows
        edges = self.consumed(action, now.age[rows, action], now.hazard[rows, action])
        edges = np.maximum(edges, now.consumed[rows, action][:, None])
        mass = masses(edges)
        node = self.tape.put(np.concatenate([np.zeros((len(rows), 1)), mass[:, :-1]], axis=1))
        self.clocks[action] = (node, edges, mass)
        return node
