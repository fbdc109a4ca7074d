"""The outlook of histories: about how likely each still gets there in the time left, and what a firing would be worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from negsim.laws.arrays import Several, hazards, several
from negsim.model.calendar import DAY
from negsim.program import Program
from negsim.running.forcing.cone import Cone, Need, Status
from negsim.running.forcing.standing import Standing
from negsim.running.forcing.tape import Node, Tape

__all__ = ["CELLS", "Outlook", "Running", "look"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
When = Node | Literal[True] | None
CELLS = 48
UNSEEN = 0.5
"""Probability of what nobody can see coming, spread over the time left."""
DEEPEST = 60


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """A clock that runs in some histories, and what its firing would be worth there.

    Attributes
    ----------
    rows : int64 (n,)
        Which histories.
    action : int
    edges : float64 (n, K+1)
        Hazard that it will have consumed at the borders of the cells of the time left; the first is what it has now.
    mass : float64 (n, K+1)
        Probability to fire in each cell, the last: not in the time left.
    worth : float64 (n, K+1)
        About how likely the history gets there if it does.
    """

    rows: Ints
    action: int
    edges: Floats
    mass: Floats
    worth: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """Of histories at instants of their own.

    Attributes
    ----------
    chance : float64 (n,)
        About how likely each gets there.
    running : list of Running
    """

    chance: Floats
    running: list[Running]


def look(cone: Cone, laws: Any, now: Standing, chosen: Ints, window: tuple[float, float], missing: Any) -> Outlook:
    """The outlook of some histories.

    Parameters
    ----------
    cone : Cone
    laws : function
        From a row of the state to the laws of its parameters.
    now : Standing
    chosen : int64 (k,)
        Their rows.
    window : pair of float
        In which the condition must come true, in microseconds.
    missing : int64 (n,) or None
        Firings that are missing, where these are what is asked for.
    """
    chance, running = np.zeros(len(now.instants)), []
    for rows, alike, bound, exhausted, wanted in _groups(cone, laws, now, chosen, missing):
        picture = _Picture(cone, alike, bound, exhausted, now, rows, window)
        chance[rows], found = picture.look(wanted)
        running += found
    return Outlook(chance, running)


def _groups(cone: Cone, laws: Any, now: Standing, chosen: Ints, missing: Any) -> list[tuple[Any, ...]]:
    """Histories that look alike, whatever their laws and paces: of the same status, the same actions used up."""
    first = len(cone.program.slots) - len(cone.program.parameters)
    limits = [cone.program.actions[a].limit for a in cone.actions]
    found: dict[Any, tuple[list[int], list[Status], list[tuple[Any, ...]]]] = {}
    for row, state in zip(chosen.tolist(), now.kept.state[chosen].tolist(), strict=True):
        fired = now.kept.firings[row]
        over = tuple(limit is not None and fired[a] >= limit for a, limit in zip(cone.actions, limits, strict=True))
        wanted = 0 if missing is None else int(missing[row])
        status = cone.status(state)
        rows, alike, bound = found.setdefault((status.key, over, wanted), ([], [], []))
        rows.append(row)
        alike.append(status)
        bound.append(laws(tuple(state[first:])))
    return [(np.array(rows), alike, bound, over, wanted) for (_, over, wanted), (rows, alike, bound) in found.items()]


class _Picture:
    """One group: what is known of it, and the times that follow."""

    def __init__(
        self,
        cone: Cone,
        alike: Sequence[Status],
        laws: Sequence[tuple[Any, ...]],
        over: Sequence[bool],
        now: Standing,
        rows: Ints,
        window: tuple[float, float],
    ) -> None:
        self.cone, self.status, self.laws, self.several = cone, alike[0], laws, alike
        self.known: dict[int, Several] = {}
        self.program: Program = cone.program
        self.over = dict(zip(cone.actions, over, strict=True))
        paces = np.array([status.paces for status in alike]).reshape(len(alike), -1, 2)
        self.paces = {action: paces[:, place] for place, action in enumerate(cone.actions)}
        self.enabled = dict(zip(cone.actions, alike[0].enabled, strict=True))
        self.standing, self.rows, self.instants, self.window = now, rows, now.instants[rows], window
        self.left = np.maximum(window[1] - self.instants, 0.0)
        self.ahead = self.left[:, None] * (np.arange(CELLS + 1) / CELLS)
        self.tape = Tape()
        self.clocks: dict[int, tuple[Node, Floats, Floats]] = {}
        # of actions by number, of leaves by the complement of theirs
        self.times: dict[int, Node | None] = {}
        self.open: set[int] = set()

    def look(self, wanted: int) -> tuple[Floats, list[Running]]:
        """The chance, and the clocks that run."""
        goal = self.need(self.cone.goal) if self.cone.counted is None else self.firings(self.cone.counted, wanted)
        n = len(self.rows)
        if goal is None:
            return np.zeros(n), []
        goal = self.lasting(self.now() if goal is True else goal)
        counts = (self.instants[:, None] + self.ahead >= self.window[0]).astype(np.float64)
        chance = (goal.mass * counts).sum(axis=1)
        self.tape.backwards(goal, counts)
        return np.minimum(chance, 1.0), [self.running(a, chance) for a in self.clocks]

    def running(self, action: int, chance: Floats) -> Running:
        """What is known of a clock, with its worth."""
        node, edges, mass = self.clocks[action]
        slope = np.zeros_like(node.mass) if node.slope is None else node.slope
        without = np.maximum(chance - (slope * node.mass).sum(axis=1), 0.0)
        worth = np.concatenate([np.maximum(without[:, None] + slope[:, 1:], 0.0), without[:, None]], axis=1)
        return Running(self.rows, action, edges, mass, worth)

    def lasting(self, goal: Node) -> Node:
        """The goal, if what has to hold meanwhile, or on the date, is not lost."""
        if self.cone.dated:
            goal = self.tape.moved(goal, np.full(goal.mass.shape, CELLS))
        if self.cone.lasting is None:
            return goal
        return self.spared(goal, self.cone.lasting, set())

    def spared(self, node: Node, need: Need, own: set[int]) -> Node:
        """A time, if no clock that runs now has made false by then what must hold."""
        shares: dict[int, Floats] = {}
        for number in self.cone.conditions(need):
            if not self.status.leaves[number]:
                continue
            chances = np.array([status.breaks[number] for status in self.several]).T
            for (action, _), share in zip(self.cone.leaves[number].breakers, chances, strict=True):
                if share[0] > 0 and action not in own and self.enabled[action] and not self.over[action]:
                    shares[action] = np.minimum(shares.get(action, 0.0) + share, 1.0)
        found = [self.rival(action, share) for action, share in sorted(shares.items())]
        rivals = [rival for rival in found if rival is not None]
        return self.tape.spared(node, rivals) if rivals else node

    def rival(self, action: int, share: Floats) -> Node | None:
        """When a clock that runs now does what it does."""
        kind = self.program.actions[action].clock
        if kind == "immediate":
            return None
        found = self.clocks[action][0] if action in self.clocks else self.started(action)
        return found if (share >= 1.0).all() else self.tape.scaled(found, share[:, None])

    def started(self, action: int) -> Node:
        """When an action fires whose guard holds now."""
        row = self.program.actions[action]
        if row.clock == "random":
            return self.clock(action)
        if row.clock == "fixed":
            return self.tape.moved(self.now(), self.cells(self.due(action)))
        return self.anew(action, self.now())

    # -- conditions -------------------------------------------------------------------------------------------------

    def need(self, need: Need | int) -> When:
        """When a condition holds: a time, True for now, None for never."""
        if isinstance(need, int):
            return self.leaf(need)
        if need.k <= 0:
            return True
        found = [self.need(part) for part in need.parts]
        k = need.k - sum(part is True for part in found)
        times = [part for part in found if isinstance(part, Node)]
        if k <= 0:
            return True
        return self.tape.at_least(k, times) if len(times) >= k else None

    def leaf(self, number: int) -> When:
        """When a leaf is true."""
        if self.status.leaves[number]:
            return True
        key = ~number
        if key not in self.times:
            # in a circle nothing comes about; and nobody looks further ahead than this
            if key in self.open or len(self.open) > DEEPEST or len(self.tape.nodes) > self.cone.most:
                return None
            self.open.add(key)
            self.times[key] = self.made(number)
            self.open.discard(key)
        return self.times[key]

    def made(self, number: int) -> Node | None:
        """When one of those who can has made a leaf true."""
        if self.cone.leaves[number].unseen:
            return self.unseen()
        ways, makers = [], self.cone.leaves[number].makers
        shares = np.array([status.shares[number] for status in self.several])
        for maker, count, share in zip(makers, self.status.firings[number], shares.T, strict=True):
            found = self.firings(maker.action, count) if count else None
            gate = True if found is None or maker.gate is None else self.need(maker.gate)
            if found is None or gate is None:
                continue
            found = found if gate is True else self.tape.gated(found, gate)
            ways.append(found if (share >= 1.0).all() else self.tape.scaled(found, share[:, None]))
        return self.tape.at_least(1, ways) if ways else None

    # -- actions ----------------------------------------------------------------------------------------------------

    def firings(self, action: int, count: int) -> Node | None:
        """When an action has fired so often."""
        found = self.once(action)
        if found is None or count <= 1:
            return found
        for _ in range(count - 1):
            found = self.anew(action, found)
        return found

    def once(self, action: int) -> Node | None:
        """When an action fires next."""
        if action not in self.times:
            if action in self.open or self.over[action]:
                return None
            self.open.add(action)
            found = self._once(action)
            self.times[action] = None if found is None else self.spared(found, self.cone.guards[action], {action})
            self.open.discard(action)
        return self.times[action]

    def _once(self, action: int) -> Node | None:
        row = self.program.actions[action]
        ready = self.need(self.cone.guards[action])
        if ready is None:
            return None
        if ready is not True:
            return self.anew(action, ready)
        if row.clock == "immediate":
            return self.unseen()
        return self.clocks[action][0] if action in self.clocks else self.started(action)

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
        return np.concatenate([np.zeros((len(rows), 1)), _masses(edges)[:, :-1]], axis=1)

    def clock(self, action: int) -> Node:
        """When a running clock fires."""
        now, rows = self.standing, self.rows
        edges = self.consumed(action, now.age[rows, action], now.hazard[rows, action])
        edges = np.maximum(edges, now.consumed[rows, action][:, None])
        mass = _masses(edges)
        node = self.tape.put(np.concatenate([np.zeros((len(rows), 1)), mass[:, :-1]], axis=1))
        self.clocks[action] = (node, edges, mass)
        return node


def _masses(edges: Floats) -> Floats:
    """Probabilities that a target lies in each cell, and the last beyond all, given that it is beyond the first border."""
    ahead = edges - edges[:, :1]
    with np.errstate(invalid="ignore"):
        width = np.where(np.isinf(ahead[:, :-1]), 0.0, np.diff(ahead, axis=1))
    inside = np.exp(-ahead[:, :-1]) * -np.expm1(-width)
    return np.concatenate([inside, np.exp(-ahead[:, -1:])], axis=1)
