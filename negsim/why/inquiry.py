"""What to look at to tell why a condition did not come true: the ways to it, and what each still waited for."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from negsim.model.clocks import Every, On
from negsim.model.expressions import Expression, Not, Ref, Truth
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.why.routes import Route, conjuncts, has_route, last_instant, opposite, routes_to, writers

__all__ = ["Plan", "Step", "Way"]

WAYS = 40
"""Ways that are found, for each action and question of a scenario."""


@dataclass(slots=True)
class Step:
    """A condition that was not true at a time (microseconds), and the ways to it."""

    condition: Expression
    time: float
    ways: list[Way] = field(default_factory=list)
    parts: dict[Expression, Step] = field(default_factory=dict)
    checked: list[Expression] = field(default_factory=list)
    asked: Question | None = None


@dataclass(slots=True)
class Way:
    """A route, the time at which it is looked at (None: its dates come later), and the steps behind its needs."""

    route: Route
    time: float | None
    dated: bool
    follows: bool = False
    behind: dict[Expression, Step] = field(default_factory=dict)


class Plan:
    """Collects the conditions to look at, each with its time, as questions of kind ``holds``, ``when`` and ``fired``.

    Ways are found breadth first, and no more of them than a multiple of the size of the scenario: where every action
    reads what every other changes, they would grow with a power of it. What is beyond has no reasons behind it.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.elements = scenario.expanded
        self.changed_by = writers(self.elements)
        self.places: dict[tuple[object, ...], Question] = {}
        self.known: dict[Expression, tuple[Route, ...]] = {}
        self.dates: dict[tuple[str, float], float | None] = {}
        self.waiting: deque[tuple[Step, int, frozenset[Expression], frozenset[str]]] = deque()
        self.left = WAYS * (len(self.elements.actions) + len(self.elements.questions))
        self.found = 0

    @property
    def questions(self) -> list[Question]:
        """What to ask when the histories are simulated again."""
        return list(self.places.values())

    def ask(self, questions: Iterable[Question], depth: int) -> list[Step]:
        """The steps of whole questions; what has to be looked at is noted."""
        found = []
        for question in questions:
            by = question.closes(self.scenario.calendar, self.scenario.horizon)
            assert question.condition is not None  # these kinds ask of a condition
            step = self.step(question.condition, by, depth + 1, frozenset())
            step.asked = question
            found.append(step)
        while self.waiting:
            self.find_ways(*self.waiting.popleft())
        return found

    def _free(self, name: str) -> str:
        while name in self.elements.questions:
            name += "_"
        return name

    def look(self, condition: Expression, time: float) -> None:
        """Note that a condition is to be looked at."""
        self._note((condition, time), time, kind="holds", condition=condition)

    def follow(self, condition: Expression, before: Expression) -> None:
        """Note that it is to be looked when a condition is first true with another one in every state before."""
        throughout = None if before == Truth(True) else before
        self._note((condition, before), self.scenario.horizon, kind="when", condition=condition, throughout=throughout)

    def count(self, action: str, outcome: str, time: float) -> None:
        """Note that firings with an outcome are to be counted."""
        self._note((action, outcome, time), time, kind="fired", action=action, outcome=outcome)

    def _note(self, key: tuple[object, ...], time: float, **asked: object) -> None:
        if key not in self.places:
            name = self._free(f"why.q{len(self.places)}")
            date = self.scenario.calendar.at(time).isoformat()  # to the microsecond, and with its offset
            self.places[key] = Question(name=name, by=date, **asked)  # type: ignore[arg-type] # a question's fields

    def step(
        self,
        condition: Expression,
        time: float,
        depth: int,
        above: frozenset[Expression],
        passed: frozenset[str] = frozenset(),
    ) -> Step:
        """A condition whose ways are found later, as deep as asked; not those that only open with one of ``passed``."""
        found = Step(condition, time)
        self.look(condition, time)
        parts = conjuncts(condition)
        above = above | {condition}
        if len(parts) > 1:
            for part in parts:
                found.parts[part] = self.step(part, time, depth, above, passed)
        elif depth > 0:
            self.waiting.append((found, depth, above, passed))
        return found

    def find_ways(self, step: Step, depth: int, above: frozenset[Expression], passed: frozenset[str]) -> None:
        """Find the ways to a condition, unless enough have been found."""
        if self.left <= 0:
            return
        routes = [route for route in self.routes(step.condition) if not passed.intersection(map(str, route.guard))]
        self.left -= len(routes)
        self.found += len(routes)
        step.ways = [self.way(route, step.time, depth, above) for route in routes]
        self._mark_followers(step.ways)
        self._check_needs(step)

    def _check_needs(self, step: Step) -> None:
        """Note what shows whether the condition came true without a need, unless every way to it has that need."""
        common = Counter(need for way in step.ways for need in way.route.needs)
        for need, times in common.items():
            if times < len(step.ways):
                self.follow(step.condition, Truth(True))
                self.follow(step.condition, opposite(need))
                step.checked.append(need)

    def routes(self, condition: Expression) -> tuple[Route, ...]:
        """The ways to a condition."""
        if condition not in self.known:
            self.known[condition] = routes_to(condition, self.elements, self.changed_by)
        return self.known[condition]

    def way(self, route: Route, time: float, depth: int, above: frozenset[Expression]) -> Way:
        """One route, with what is behind its needs."""
        dated = isinstance(route.action.clock, (On, Every))
        when = self.last_date(route, time) if dated else time
        found = Way(route, when, dated)
        if when is None:
            return found
        for outcome in route.others:
            self.count(route.verdict.name, outcome, when)
        # What a dated decision brings about came too late for it.
        passed = route.raises if dated else frozenset()
        for need in route.needs:
            self.look(need, when)
            if not isinstance(need, Not) and need not in above and has_route(need, self.elements, self.changed_by):
                found.behind[need] = self.step(need, when, depth - 1, above, passed)
        return found

    def last_date(self, route: Route, time: float) -> float | None:
        """The last calendar instant of a route up to a time."""
        key = (route.action.name, time)
        if key not in self.dates:
            self.dates[key] = last_instant(route.action, self.scenario.calendar, time)
        return self.dates[key]

    def _mark_followers(self, ways: Sequence[Way]) -> None:
        """A way follows another if only the others' firings open it: a meeting put off follows that on its first date."""
        names = {way.route.names for way in ways}
        for way in ways:
            for need in way.route.guard:
                if isinstance(need, Ref):
                    raisers = {route.names for route in self.routes(need)} - {way.route.names}
                    way.follows = way.follows or (bool(raisers) and raisers <= names)
