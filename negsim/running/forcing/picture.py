"""One group of histories: what has to come, who can bring it when, and what it would be worth."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from negsim.running.forcing.clockwork import CELLS, Clockwork, Told
from negsim.running.forcing.cone import Maker, Need
from negsim.running.forcing.leaning import Lean
from negsim.running.forcing.tape import Node
from negsim.running.forcing.targets import Running

__all__ = ["Picture"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
When = Node | Literal[True] | None
OWN = 0.05
"""Share with which an outcome is drawn as it always is, where it leans: what comes of it may be more than is seen."""
DEEPEST = 60


class Picture(Clockwork):
    """What is known of one group, and the times that follow."""

    def look(self, wanted: int) -> tuple[Floats, list[Running], list[Lean]]:
        """The chance, the clocks that run, and the outcomes that lean."""
        goal = self.need(self.cone.goal) if self.cone.counted is None else self.counted(wanted)
        if goal is None:
            return np.zeros(len(self.rows)), [], []
        goal = self.lasting(self.now() if goal is True else goal)
        counts = (self.instants[:, None] + self.ahead >= self.window[0]).astype(np.float64)
        chance = (goal.mass * counts).sum(axis=1)
        self.tape.backwards(goal, counts)
        leans = [self.lean(action, chance) for action in sorted({told.action for told in self.told})]
        return np.minimum(chance, 1.0), [self.running(a, chance) for a in self.clocks], leans

    def running(self, action: int, chance: Floats) -> Running:
        """What is known of a clock, with its worth."""
        node, edges, mass = self.clocks[action]
        slope = np.zeros_like(node.mass) if node.slope is None else node.slope
        without = np.maximum(chance - (slope * node.mass).sum(axis=1), 0.0)
        worth = np.concatenate([np.maximum(without[:, None] + slope[:, 1:], 0.0), without[:, None]], axis=1)
        return Running(self.rows, action, edges, mass, worth)

    def lean(self, action: int, chance: Floats) -> Lean:
        """How an action's outcomes lean to what is worth more."""
        told = [one for one in self.told if one.action == action]
        worth = np.zeros((len(self.rows), len(self.program.actions[action].outcomes)))
        for base in {id(one.base): one.base for one in told}.values():
            chance = chance - _value(base)
        for one in told:
            fires = one.share * one.base.mass.sum(axis=1)
            more = np.divide(_value(one.node), fires, out=np.zeros_like(fires), where=fires > 0)
            for outcome in one.outcomes:
                worth[:, outcome] += more
        worth = np.maximum(worth + np.maximum(chance, 0.0)[:, None], 0.0)
        share = np.array([status.chances[self.cone.actions.index(action)] for status in self.several])
        mean = (share * worth).sum(axis=1) / share.sum(axis=1)
        seen = (mean > 0) & (share < 1.0).all(axis=1)
        more = np.divide(worth, mean[:, None], out=np.ones_like(worth), where=seen[:, None])
        return Lean(self.rows, action, np.where(seen[:, None], (1.0 - OWN) * more + OWN, 1.0))

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
        ways: dict[int, set[int]] = {}
        for number in self.cone.conditions(need):
            if not self.status.leaves[number]:
                continue
            chances = np.array([status.breaks[number] for status in self.several]).T
            for (action, outcome), share in zip(self.cone.leaves[number].breakers, chances, strict=True):
                if share[0] > 0 and action not in own and self.enabled[action] and self.tries[action]:
                    ways.setdefault(action, set()).add(outcome)
                    shares[action] = np.minimum(shares.get(action, 0.0) + share, 1.0)
        found = [self.rival(action, share, ways[action]) for action, share in sorted(shares.items())]
        rivals = [rival for rival in found if rival is not None]
        return self.tape.spared(node, rivals) if rivals else node

    def rival(self, action: int, share: Floats, outcomes: set[int]) -> Node | None:
        """When a clock that runs now does what it does, with some of its outcomes."""
        kind = self.program.actions[action].clock
        if kind == "immediate":
            return None
        found = self.clocks[action][0] if action in self.clocks else self.started(action)
        return found if (share >= 1.0).all() else self.with_outcomes(action, outcomes, found, share)

    def with_outcomes(self, action: int, outcomes: Iterable[int], fires: Node, share: Floats) -> Node:
        """The time of a firing with one of some outcomes."""
        found = self.tape.scaled(fires, share[:, None])
        base = self.clocks[action][0] if action in self.clocks else self.times.get(action) or fires
        self.told.append(Told(action, frozenset(outcomes), base, found, share))
        return found

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
        needed = zip(makers, self.status.firings[number], self.status.after[number], shares.T, strict=True)
        for maker, count, after, share in needed:
            found = self.achieved(maker, count, share, after, number) if count else None
            if found is not None:
                ways.append(found)
        return self.tape.at_least(1, ways) if ways else None

    # -- actions ----------------------------------------------------------------------------------------------------

    def counted(self, wanted: int) -> Node | None:
        """When so many firings that are asked for themselves have come."""
        maker = self.cone.counted
        assert maker is not None
        if not self.cone.chosen:
            return self.firings(maker.action, wanted)
        place = self.cone.actions.index(maker.action)
        return self.achieved(maker, wanted, np.array([s.chances[place][maker.outcome] for s in self.several]))

    def achieved(
        self, maker: Maker, count: int, share: Floats, after: Sequence[int] = (), leaf: int = -1
    ) -> Node | None:
        """When an action has come about with an outcome so often, or, after any other, as often as is needed then."""
        sure = bool((share >= 1.0).all())
        found = self.firings(maker.action, count if sure else 1)
        gate = True if found is None or maker.gate is None else self.need(maker.gate)
        if found is None or gate is None:
            return None
        found = found if gate is True else self.tape.gated(found, gate)
        return found if sure else self.tried(maker, found, count, share, after, leaf)

    def tried(
        self, maker: Maker, first: Node, count: int, share: Floats, after: Sequence[int], leaf: int
    ) -> Node | None:
        """When so many tries were good, of which the first comes at some time; others follow where the guard lasts."""
        action, outcome = maker.action, maker.outcome
        needed = {other: after[other] if after else count for other in self.repeated(action) - {outcome}}
        again = self.again((leaf, action, outcome), share, self.chance_of(action, needed, share, count))
        good = self.with_outcomes(action, {outcome}, first, share)
        if again is None:
            return good if count == 1 else None
        good = _over(again, good, count - 1)
        for times in sorted({*needed.values()} - {0}):
            others = {other for other, more in needed.items() if more == times}
            tried = self.with_outcomes(action, others, first, self.chance_of(action, others, share))
            good = self.tape.either(good, _over(again, tried, times))
        return good

    def chance_of(self, action: int, outcomes: Mapping[int, int] | set[int], share: Floats, most: int = 0) -> Floats:
        """The probability of some outcomes besides one that has a share; of those that need too much more, none."""
        chosen = sorted(o for o in outcomes if not isinstance(outcomes, Mapping) or 0 < outcomes[o] <= most)
        place = self.cone.actions.index(action)
        chances = np.array([status.chances[place] for status in self.several])
        return np.asarray(np.minimum(chances[:, chosen].sum(axis=1), 1.0 - np.minimum(share, 1.0)))

    def repeated(self, action: int) -> set[int]:
        """The outcomes after which an action can be tried again at once, as far as its own effects are concerned."""
        if self.tries[action] < 2:
            return set()
        found = set(range(len(self.program.actions[action].outcomes)))
        for number in self.cone.conditions(self.cone.guards[action]):
            pairs = zip(self.cone.leaves[number].breakers, self.status.breaks[number], strict=True)
            found -= {outcome for (who, outcome), share in pairs if who == action and share > 0}
        return found

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
            if action in self.open or not self.tries[action]:
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


def _over(again: Callable[[Node], Node], node: Node, times: int) -> Node:
    for _ in range(times):
        node = again(node)
    return node


def _value(node: Node) -> Floats:
    """What a time contributes to the chance."""
    return np.zeros(len(node.mass)) if node.slope is None else np.asarray((node.slope * node.mass).sum(axis=1))
