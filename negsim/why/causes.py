"""Why a condition is not true in one history: the way that was nearest to it, what that way lacked, and what took it away."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from negsim.model.clocks import Every, Immediately, On
from negsim.model.expressions import And, Expression, Not, Or, Ref, Truth
from negsim.model.scenario import Scenario
from negsim.model.variables import Fact
from negsim.why.cause import LATE, Cause, Spot
from negsim.why.chronicle import Chronicle
from negsim.why.mixed import amounts, mixed, pivots
from negsim.why.routes import Route, conjuncts, routes_to, writers
from negsim.why.ways import (
    DATE,
    OUTCOME,
    RUNNING,
    Look,
    alternatives,
    barred,
    circular,
    distinct,
    is_waiver,
    latest,
    shown,
)

__all__ = ["Inquiry"]

WAYS = 3
"""Ways told where several were equally near."""


@dataclass(slots=True)
class Inquiry:
    """Asks why in the histories of one scenario."""

    scenario: Scenario
    routed: dict[Expression, tuple[Route, ...]] = field(default_factory=dict)
    following: dict[Expression, frozenset[int]] = field(default_factory=dict)
    changed_by: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # Asked for every condition, and the same for all of them.
        self.changed_by = writers(self.scenario.expanded)

    def routes(self, condition: Expression) -> tuple[Route, ...]:
        """The ways to a condition."""
        if condition not in self.routed:
            self.routed[condition] = routes_to(condition, self.scenario.expanded, self.changed_by)
        return self.routed[condition]

    def followers(self, condition: Expression) -> frozenset[int]:
        """Numbers of the ways that only the others' firings open: a meeting put off follows that on its first date."""
        if condition not in self.following:
            ways = self.routes(condition)
            names = {way.names for way in ways}
            found = set()
            for number, way in enumerate(ways):
                for need in way.guard:
                    if isinstance(need, Ref) and self.begins_false(need.name):
                        # A need that something else can raise as well opens the way by itself.
                        raisers = {route.names for route in self.routes(need)} - {way.names}
                        if raisers and raisers <= names:
                            found.add(number)
            self.following[condition] = frozenset(found) if len(found) < len(ways) else frozenset()
        return self.following[condition]

    def begins_false(self, name: str) -> bool:
        """Whether a fact is false at the start of every history."""
        variable = self.scenario.expanded.variables.get(name)
        return isinstance(variable, Fact) and variable.initial == Truth(False)

    def why(
        self,
        told: Chronicle,
        condition: Expression,
        spot: Spot,
        depth: int,
        above: frozenset[Expression] = frozenset(),
        passed: frozenset[str] = frozenset(),
    ) -> tuple[Cause, ...]:
        """The causes of a condition's not being true at a spot; not by ways that open only with what ``passed`` names."""
        parts = conjuncts(condition)
        above = above | {condition}
        if len(parts) > 1:
            return self.lacks(told, parts, spot, depth, above, passed)
        # What was there and is gone has an event that took it: how it first came is no question any more.
        last = told.last(condition, spot.state)
        if last >= 0:
            return (self.event(told, "undone", condition, last),)
        choices = alternatives(condition)
        if choices:
            return self.nearest_choice(told, choices, spot, depth, above, passed)
        # Who or what would have turned it says more than which of many events might have moved a sum.
        turning = pivots(told, condition, spot.state)
        if turning:
            return self.lacks(told, turning, spot, depth, above, passed)
        if mixed(condition):
            return amounts(told, condition, spot.state)
        return self.by_ways(told, condition, spot, depth, above, passed)

    def nearest_choice(
        self,
        told: Chronicle,
        choices: Sequence[Expression],
        spot: Spot,
        depth: int,
        above: frozenset[Expression],
        passed: frozenset[str],
    ) -> tuple[Cause, ...]:
        """Of conditions of which some would do: what the nearest ones lack, and who would not waive it."""
        waivers = dict.fromkeys(part for one in choices for part in conjuncts(one) if is_waiver(part))
        asked = [one for one in choices if waivers.keys().isdisjoint(conjuncts(one))]
        if not asked:
            asked, waivers = list(choices), {}
        unmet = [[part for part in conjuncts(one) if not told.holds(part, spot.state)] for one in asked]
        # Of several alternatives people ask after the one that was nearly there.
        least = min(map(len, unmet))
        parts = dict.fromkeys(part for one in unmet if len(one) == least for part in one)
        found = list(self.lacks(told, tuple(parts), spot, depth, above, passed))
        for one in waivers:
            found += [] if told.holds(one, spot.state) else self.unwaived(told, one, spot, depth, above, passed)
        return distinct(found)

    def unwaived(
        self,
        told: Chronicle,
        waiver: Expression,
        spot: Spot,
        depth: int,
        above: frozenset[Expression],
        passed: frozenset[str],
    ) -> Iterator[Cause]:
        """Who decided not to waive what was missing; that it was not waived goes without saying."""
        for cause in self.why(told, waiver, spot, depth, above, passed):
            if (
                cause.kind in ("outcome", "undone")
                and self.chosen(cause.action)
                and not cause.action.endswith(".waive")
            ):
                yield cause

    def lacks(
        self,
        told: Chronicle,
        parts: Iterable[Expression],
        spot: Spot,
        depth: int,
        above: frozenset[Expression],
        passed: frozenset[str] = frozenset(),
    ) -> tuple[Cause, ...]:
        """Which of some conditions were not met at a spot, and why."""
        found: list[Cause] = []
        for need in parts:
            if not told.holds(need, spot.state):
                # "a and b, or c and d" is told by what is lacking in it, never as a whole: nobody can read that.
                if isinstance(need, Or) and any(len(conjuncts(one)) > 1 for one in need.args):
                    found += self.nearest_choice(told, need.args, spot, depth, above | {need}, passed)
                    continue
                kind = "in the way" if isinstance(need, Not) else "missing"
                behind = self.behind(told, need, spot, depth - 1, above, passed)
                found += behind if behind and self.speaks_for(need) else [Cause(kind, need, behind=behind)]
        # Where a party has ended it, what was still on its way is no reason any more.
        if any(self.ended(one) for one in found):
            found = [one for one in found if not (one.behind and all(under.kind in LATE for under in one.behind))]
        return distinct(found)

    def speaks_for(self, need: Expression) -> bool:
        """Whether a need says no more than what is behind it: a party's option, or a comparison of many things."""
        fact = need.arg if isinstance(need, Not) else need
        if not isinstance(fact, Ref):
            return mixed(fact)
        word, _, option = fact.name.rpartition(".")
        decision = self.scenario.expanded.decisions.get(word)
        return decision is not None and option in set(decision.choices())

    def ended(self, cause: Cause) -> bool:
        """Whether what is lacking was taken away, or decided, by somebody."""
        return any(one.kind in ("undone", "outcome") and self.chosen(one.action) for one in cause.behind)

    def chosen(self, name: str) -> bool:
        """Whether an event is somebody's act or could have gone otherwise: no mere passing of time."""
        action = self.scenario.expanded.actions.get(name)
        return action is not None and (action.by is not None or len(action.outcomes) > 1)

    def behind(
        self,
        told: Chronicle,
        need: Expression,
        spot: Spot,
        depth: int,
        above: frozenset[Expression],
        passed: frozenset[str],
    ) -> tuple[Cause, ...]:
        """Why a need was not met."""
        # A circle ends where it comes back to itself.
        if depth < 0 or need in above:
            return ()
        if isinstance(need, Not) and told.last(need, spot.state) < 0 and not self.routes(need):
            return ()  # it has been so from the start, and nothing could have changed it
        if isinstance(need, Or):
            # That another alternative is not there either is said already.
            told_already = above | {need, *need.args}
            each = (
                (self.unwaived if is_waiver(one) else self.why)(told, one, spot, depth, told_already, passed)
                for one in need.args
                if one not in above
            )
            return distinct(one for causes in each for one in causes)
        return self.why(told, need, spot, depth, above, passed)

    def event(self, told: Chronicle, kind: str, condition: Expression, number: int) -> Cause:
        """An event as a cause; what followed at once is told as what it followed from."""
        number = self.trigger(told, number)
        event = told.event(number)
        return Cause(kind, condition, event.action, event.outcome, at=event.at)

    def trigger(self, told: Chronicle, number: int) -> int:
        """The event from which one followed at once, by nobody's doing."""
        # Immediate actions can lead to each other in a ring at one instant.
        seen = set()
        while number not in seen:
            seen.add(number)
            action = self.scenario.expanded.actions.get(told.event(number).action)
            if action is None or action.by or not isinstance(action.clock, Immediately) or len(action.outcomes) > 1:
                break
            opened = told.since(action.when, number)
            if not opened or not told.holds(action.when, number):
                break
            number = opened - 1
        return number

    # Ways -----------------------------------------------------------------------------------------------------------

    def by_ways(
        self,
        told: Chronicle,
        condition: Expression,
        spot: Spot,
        depth: int,
        above: frozenset[Expression],
        passed: frozenset[str],
    ) -> tuple[Cause, ...]:
        """What the nearest of the ways to a condition lacked."""
        ways = self.routes(condition)
        open_to = [k for k, way in enumerate(ways) if not passed or passed.isdisjoint(map(str, way.guard))]
        if not open_to:
            return (Cause("none", condition),)
        looks = {k: self.look(told, ways[k], spot) for k in open_to}
        looks = {k: look for k, look in looks.items() if not circular(look, above)}
        if not looks:
            return ()
        return distinct(
            cause
            for look in self.nearest(condition, looks)
            for cause in self.causes(told, condition, look, looks, depth, above)
        )

    def look(self, told: Chronicle, route: Route, spot: Spot) -> Look:
        """How near a way was."""
        tried = self.tried(told, route, spot)
        if tried >= 0:
            unmet = tuple(need for need in route.gate if not told.holds(need, tried))
            again = unmet and not isinstance(route.action.clock, (On, Every, Immediately))
            if again and all(told.holds(need, spot.state) for need in route.needs):
                return Look(route, RUNNING, spot)  # what it lacked then has come, and it may be tried again
            return Look(route, 1 + len(unmet) if unmet else OUTCOME, Spot(tried, told.event(tried).at), unmet, tried)
        if isinstance(route.action.clock, (On, Every)):
            # Dates before the start, and after the time up to which is asked, are none.
            dates = [when for when in told.reader.instants.get(route.action.name, ()) if 0 <= when <= spot.time]
            if not dates:
                return Look(route, DATE, spot)
            spot = self.at_date(told, route, max(dates))
        unmet = tuple(need for need in route.needs if not told.holds(need, spot.state))
        return Look(route, 1 + len(unmet), spot, unmet)

    def at_date(self, told: Chronicle, route: Route, date: float) -> Spot:
        """The state in which a dated action could not happen: that at the end of its instant, or that before it."""
        after = told.index(date)
        if all(told.holds(need, after) for need in route.needs):
            return Spot(bisect_left(told.ats, date), date)
        return Spot(after, date)

    def tried(self, told: Chronicle, route: Route, spot: Spot) -> int:
        """The last event of a way that went otherwise, or -1."""
        if not route.others:
            return -1
        found = told.fired(route.verdict.name, route.others, spot.state)
        while found >= 0 and route.action is not route.verdict:
            at = told.event(found).at  # a decision on a signal belongs to the way that gave the signal
            if any(told.event(k).action == route.action.name for k in range(bisect_left(told.ats, at), found)):
                break
            found = told.fired(route.verdict.name, route.others, found)
        return found

    def nearest(self, condition: Expression, looks: dict[int, Look]) -> list[Look]:
        """The nearest ways, several if they are equally near, or if one was tried and went otherwise.

        A way that follows another is told only where the other's date comes later, or where the other is barred only
        because the follower is under way.
        """
        # Ways that follow others have their own turn only if the others failed.
        later = self.followers(condition)
        again = [look for k, look in looks.items() if k in later and look.tried >= 0]
        if again:  # it had another turn, after the first: what that lacked counts
            return [max(again, key=lambda look: look.tried)]
        first = latest([look for k, look in looks.items() if k not in later] or list(looks.values()))
        running = [look for k, look in looks.items() if k in later and look.rank == RUNNING]
        tried = [look for look in first if look.rank == OUTCOME]
        under_way = [look for look in first if look.rank == RUNNING]
        lacking = [look for look in first if look.rank not in (OUTCOME, RUNNING, DATE)]
        least = min((look.rank for look in lacking), default=DATE)
        lacking = [look for look in lacking if look.rank == least]
        if tried:  # what went otherwise once need not be what all else waited for
            return tried + (under_way + lacking)[:WAYS]
        if running and ((not under_way and not lacking) or all(barred(look, running) for look in under_way + lacking)):
            return running[:WAYS]
        return (under_way or lacking or first)[:WAYS]

    def causes(
        self,
        told: Chronicle,
        condition: Expression,
        look: Look,
        looks: dict[int, Look],
        depth: int,
        above: frozenset[Expression],
    ) -> Iterator[Cause]:
        """Why one way did not bring a condition about."""
        route = look.route
        if look.rank == DATE:
            yield Cause("date", condition, route.action.name, told=shown(route))
        elif look.tried >= 0 and not look.unmet:
            cause = self.event(told, "outcome", condition, look.tried)
            yield replace(cause, action=told.event(look.tried).action, behind=self.afterwards(told, condition, looks))
        elif not look.unmet:
            yield self.running(told, condition, look)
        else:
            dated = look.tried >= 0 or isinstance(route.action.clock, (On, Every))
            # What a dated decision itself brings about came too late to be what it lacked.
            passed = route.raises if dated else frozenset()
            yield from self.lacks(told, look.unmet, look.spot, depth, above, passed)

    def afterwards(self, told: Chronicle, condition: Expression, looks: dict[int, Look]) -> tuple[Cause, ...]:
        """What was under way after it went otherwise: the second date of what was put off."""
        later = self.followers(condition) if looks else frozenset()
        return tuple(
            self.running(told, condition, look) for k, look in looks.items() if k in later and look.rank == RUNNING
        )

    def running(self, told: Chronicle, condition: Expression, look: Look) -> Cause:
        """A way that was open, for how long it had been, and what opened it if it was not open from the start."""
        guard, name, upto = look.route.guard, look.route.action.name, look.spot.state
        whole = And(guard) if len(guard) > 1 else next(iter(guard), Truth(True))
        opened, last = told.since(whole, upto), told.fired(name, None, upto) + 1
        # After a firing the clock starts anew, though its guard stayed open.
        began = max(opened, last)
        start = told.time(began)
        behind: tuple[Cause, ...] = ()
        if opened > last:
            behind = (self.event(told, "since", condition, opened - 1),)
        kind = "too rarely" if last > 0 and not look.route.others else "time"
        length, event = look.spot.time - start, shown(look.route)
        return Cause(kind, condition, name, at=start, span=length, ran=(began, upto), told=event, behind=behind)

    # Firings --------------------------------------------------------------------------------------------------------

    def not_fired(self, told: Chronicle, route: Route, spot: Spot, depth: int) -> tuple[Cause, ...]:
        """Why an action did not fire (again), or not with the outcome that is asked about."""
        # No condition stands behind a firing; what is never true keeps every way a way.
        nothing: Expression = Truth(False)
        return tuple(self.causes(told, nothing, self.look(told, route, spot), {}, depth, frozenset()))
