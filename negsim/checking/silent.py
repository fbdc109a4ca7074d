"""What is silently dead: words, preconditions, dates and parties without which no history answers otherwise.

A scenario can be valid, and a part of it still do nothing: a mediator whose multiplier reaches nobody, a circle of
preconditions that another way leads around, a date that nobody waits for. Reading the text does not show it, so each part
is left out, one at a time, and the same histories are told again with the same random numbers: what changes no time and
no answer in any of them is named.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, replace
from functools import partial
from typing import Any

import numpy as np

from negsim.checking.circular import Circles
from negsim.checking.lint.finding import Finding
from negsim.checking.lint.trees import of_scenario, writes
from negsim.checking.lint.unused import REFUSED
from negsim.errors import BudgetError, UnknownName
from negsim.errors.problems import path_text
from negsim.model.actions import Action
from negsim.model.clocks import Distribution, Fixed
from negsim.model.elements import Elements, own_questions, questions_of
from negsim.model.evidence import Party
from negsim.model.expansion import expand
from negsim.model.expressions import And, Expression, Not, all_of, reads
from negsim.model.interventions import Intervention, Without, suppositions
from negsim.model.origins import TABLES, table_of
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.program import Program, lower
from negsim.results.runs import Runs
from negsim.running.again import again
from negsim.running.simulation import simulate

__all__ = ["HISTORIES", "silent"]

HISTORIES, PILOT = 400, 64
MOST_EVENTS = 200_000
"""Firings told for each part that is left out."""
SECONDS = 5.0
DATES = frozenset({"due", "expires", "not_until", "waived_on", "election", "ends", "terminal"})
"""Fields that hold a date as text; other text is for people, or a name."""
LEFT = frozenset({"name", "met", "ends_when", "lifted_when"})
"""Conditions that only end something are left alone: what they end may have done its work by then."""
RECORDED = ("first", "at", "held", "counts", "failed")
"""The arrays of a block that answers are read from."""

Parts = tuple[Any, ...]


def silent(
    scenario: Scenario,
    *,
    histories: int = HISTORIES,
    seed: int = 1,
    seconds: float | None = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> list[Finding]:
    """Return what changes no answer to the scenario's questions when it is left out, each in one line.

    Parameters
    ----------
    scenario : Scenario
        What to look through.
    histories : int
        How many are told again for each part; what matters in fewer than one of so many is named too.
    seed : int
        Of the histories.
    seconds : float, optional
        When to stop; what was not looked at by then is said in a finding of its own. None: no limit.
    clock : callable
        Whose seconds these are (default: those on the wall).

    Returns
    -------
    list of Finding
        With the code ``silent``: sorted, words before their keys.

    See Also
    --------
    lint : What a reader would ask, from the text alone.
    validate : All of it for one file.

    Examples
    --------
    >>> import negsim as ns
    >>> memo = ns.Promise("memo", by="north", to="south", delay=ns.Exponential(mean="9 days"))
    >>> talks = ns.Meeting("talks", among=["north", "south"], on="2025-02-01T12:00", requires={"south": memo.delivered})
    >>> host = ns.Mediator("host", who="east", between=["north", "south"], hosting=2)
    >>> asked = ns.Question(name="held", condition=talks.held, by=60)
    >>> case = ns.Scenario("case", start="2025-01-01", end=90, parts=[memo, talks, host, asked])
    >>> [finding.where for finding in silent(case)]
    ['mediator.host']
    """
    check_is_scenario(scenario, "silent")
    if not scenario.expanded.questions:
        return []
    bench = _Bench(scenario, histories, seed)
    ends = None if seconds is None else clock() + seconds
    found, left = _Search(scenario, bench, ends, clock).go()
    if left:
        text = f"of {left} parts it was not looked at whether they do anything: the time for that was used up"
        found.append(Finding(code="silent", where="scenario", text=text, remedy="allow more seconds"))
    return found


class _Bench:
    """Where the scenario with something left out is simulated beside it."""

    def __init__(self, scenario: Scenario, histories: int, seed: int) -> None:
        self.scenario = scenario
        # The author's own questions, because those that words bring for their own sake are moved by every word.
        written = scenario.expanded.questions
        own = {one.name: written[one.name] for one in own_questions(scenario.parts)}
        self.questions = own or dict(written)
        program = self._program(scenario.expanded)
        pilot = simulate(
            scenario,
            replications=min(PILOT, histories),
            seed=seed,
            keep="answers",
            on_error="count",
            events=MOST_EVENTS,
        )
        # Scenarios with many events have fewer histories, so that each part left out takes about as long.
        each = max(1.0, pilot.events / max(1, pilot.replications))
        self.n = int(max(1, min(histories, MOST_EVENTS / each)))
        self.first: Any = pilot
        self.mark = program.fingerprint()
        self.base = again(pilot, program, self.n)
        # What gives the same program again moves nothing, and needs no histories.
        self.seen: dict[str, bool] = {self.mark: False}

    def _program(self, elements: Elements) -> Program:
        known = elements.types().keys()
        for one in self.questions.values():
            # A word with another key may have other facts: what asks about one that is gone needs it.
            if any(tree is not None and reads(tree) - known for tree in (one.condition, one.throughout, one.given)):
                raise UnknownName(f"question {one.name} reads what is not there any more")
        return lower(self.scenario, elements=replace(elements, questions=self.questions))

    def moves(self, elements: Elements) -> bool:
        """Whether any history answers otherwise."""
        program = self._program(elements)
        mark = program.fingerprint()
        if mark not in self.seen:
            self.seen[mark] = _differ(self.base, again(self.first, program, self.n, _rows(self.first, program)))
        return self.seen[mark]

    def apart(self, one: Elements, two: Elements) -> bool:
        """Whether any history answers otherwise in the second than in the first."""
        programs = [self._program(elements) for elements in (one, two)]
        before, after = (again(self.first, program, self.n, _rows(self.first, program)) for program in programs)
        return _differ(before, after)


def _rows(first: Runs, program: Program) -> list[tuple[float, ...]]:
    """Best values of the parameters that the program has."""
    # At best values: what moves nothing there is dead in the author's own story.
    return [tuple(float(parameter.best) for parameter in program.parameters)]


def _differ(one: Runs, two: Runs) -> bool:
    # The arrays that answers are read from, and no more: other histories may well go otherwise on the way.
    for name in RECORDED:
        before, after = getattr(one.block, name), getattr(two.block, name)
        if before is None or after is None:
            continue
        # Numbers of failed histories are missing in both, and alike.
        if before.shape != after.shape or not np.array_equal(before, after, equal_nan=before.dtype.kind == "f"):
            return True
    return False


class _Search:
    """Leaves out one part after the other."""

    def __init__(self, scenario: Scenario, bench: _Bench, ends: float | None, clock: Callable[[], float]) -> None:
        self.scenario, self.bench, self.ends, self.clock = scenario, bench, ends, clock
        self.elements = scenario.expanded
        self.circles = Circles(scenario.expanded)
        self.left = 0
        self.dead: set[str] = set()
        """Words and actions that move nothing."""

    def go(self) -> tuple[list[Finding], int]:
        """What moves nothing, and how much was not looked at."""
        found = [*self._words(), *self._requirements(), *self._keys(), *self._parties()]
        return found, self.left

    def _idle(self, make: Callable[[], Elements]) -> bool:
        """Whether the scenario without something answers the same; no, where it is no scenario without it."""
        if self.ends is not None and self.clock() > self.ends:
            self.left += 1
            return False
        try:
            return not self.bench.moves(make())
        except BudgetError:
            # A budget that is used up says nothing of the part that was left out.
            raise
        except REFUSED:
            # What cannot be left out is not idle.
            return False

    def _told(self, where: tuple[str | int, ...], text: str, remedy: str) -> Finding:
        start = f"{text}: " if text else ""
        said = f"{start}without it no answer changed in {self.bench.n:,} histories"
        return Finding(code="silent", where=path_text(where), text=said, remedy=remedy)

    def _words(self) -> Iterator[Finding]:
        for part in self.scenario.parts:
            table = table_of(part)
            if table in TABLES.values() and not isinstance(part, Action):
                continue
            if part.name in self.elements.removed or self._asked(part) or questions_of(part):
                continue
            leave = partial(self._without, part.name) if self._acts(part) else partial(self._instead, part)
            if self._idle(leave):
                self.dead.add(part.name)
                yield self._told((table, part.name), "", _remedy(part))

    def _asked(self, part: Any) -> bool:
        """Whether a question counts what an action does."""
        return isinstance(part, Action) and any(
            part.name in [name for name, _, _ in one.counts] for one in self.bench.questions.values()
        )

    def _acts(self, part: Any) -> bool:
        """Whether it has actions to leave out; what only says something (a claim) is left out itself."""
        return isinstance(part, Action) or bool(set(self.elements.owners.get(part.name, ())) - self.elements.removed)

    def _without(self, *names: str) -> Elements:
        steps = [Without(element=name) for name in names]
        return _elements(self.scenario.parts, (*self.scenario.interventions, *steps))

    def _requirements(self) -> Iterator[Finding]:
        for name, requirement in self.elements.requirements.items():
            # Requirements stand below the word that states them.
            word = next((one for one in self.elements.owners if name == one or name.startswith(f"{one}.")), "")
            origin = next((part for part in self.scenario.parts if part.name == word), None)
            if origin is None or word in self.dead or name == word or not self._idle(partial(self._without, name)):
                continue
            self.dead.add(name)
            # two participants may ask the same: then each stands in for the other, and both together bind
            same = [key for key, one in self.elements.requirements.items() if one.needs == requirement.needs]
            if len(same) > 1 and not self._idle(partial(self._without, *same)):
                continue
            # and of a circle each may stand in for the others: it binds where they are not asked for
            needs = {
                key: one.needs for key, one in self.elements.requirements.items() if key not in self.elements.owners
            }
            around = self.circles.partners(requirement.needs, needs.values())
            rest = [key for key, tree in needs.items() if tree in around]
            if rest and self._matters(partial(self._without, *rest), partial(self._without, *rest, name)):
                continue
            where = (table_of(origin), word, *name.removeprefix(f"{word}.").split("."))
            remedy = (
                "it holds whenever it is asked, nothing waits for what asks it, or it delays too little to change an "
                "answer: change that, or drop it"
            )
            yield self._told(where, f"the precondition '{requirement.needs}' does not bind", remedy)

    def _keys(self) -> Iterator[Finding]:
        for part in self.scenario.parts:
            if part.name in self.dead or (table_of(part) in TABLES.values() and not isinstance(part, Action)):
                continue
            for path, term, other in _left_out(part):
                # Preconditions have had their turn, with both of two equal ones left out.
                known = ".".join((part.name, *path)) in self.elements.requirements
                if not known and self._idle(partial(self._instead, part, other)) and not self._around(part, path, term):
                    remedy = "let something hang on it, or drop it"
                    text = "" if term is None else f"'{term}' does not bind"
                    yield self._told((table_of(part), part.name, *path), text, remedy)

    def _around(self, part: Any, path: tuple[str, ...], term: Expression | None) -> bool:
        """Whether a condition is one of a circle, and binds where the others of the circle do not stand beside it."""
        if term is None:
            return False
        key, terms = path[0], _terms(getattr(part, path[0]))
        around = self.circles.partners(term, terms)
        if not around:
            return False
        alone = [one for one in terms if one not in around]
        neither = [one for one in alone if one != term]
        make = [
            partial(self._instead, part, replace(part, **{key: all_of(*kept)})) for kept in (alone, neither) if kept
        ]
        return len(make) == 2 and self._matters(*make)

    def _matters(self, one: Callable[[], Elements], two: Callable[[], Elements]) -> bool:
        """Whether two variants of the scenario answer otherwise; no, where one is no scenario."""
        try:
            return self.bench.apart(one(), two())
        except BudgetError:
            raise
        except REFUSED:
            return False

    def _instead(self, part: Any, *others: Any) -> Elements:
        """The scenario with others in the place of a part, or nothing."""
        parts = tuple(other for one in self.scenario.parts for other in (others if one is part else (one,)))
        return _elements(parts, self.scenario.interventions)

    def _parties(self) -> Iterator[Finding]:
        # Last, because a party is dead if all that names it is.
        for part in self.scenario.parts:
            if not isinstance(part, Party):
                continue
            own = {one.name for one in self.elements.actions.values() if one.by == part.name}
            words = {word.name for word in self.elements.named_by.get(part.name, ())}
            owned = {name for word in words for name in self.elements.owners.get(word, ())}
            if (words or own) and words <= self.dead and own - owned <= self.dead:
                text = "all that names it can be left out, and no answer changes"
                remedy = "let it act, decide or require something, or drop it"
                yield Finding(code="silent", where=f"party.{part.name}", text=text, remedy=remedy)


def _elements(parts: Parts, steps: tuple[Intervention, ...]) -> Elements:
    """The elements of some parts under interventions, without checking the whole again."""
    plain = expand(parts)
    supposed = suppositions(steps, plain)
    found = expand(parts, supposed) if supposed else plain
    for step in steps:
        found = step.apply(found)
    known = {*found.variables, *found.parameters}
    for tree in of_scenario(found):
        # A part that others read cannot be left out; to simulate it would fail later with less to say.
        if not reads(tree) <= known:
            raise UnknownName("something reads what is left out")
    for action in found.actions.values():
        if not writes(action) <= known:
            raise UnknownName("something changes what is left out")
    return found


def _remedy(part: Any) -> str:
    if hasattr(part, "acts_on") and not part.acts_on:
        return 'say on what, acts_on = ["..."], or drop it'
    return "let a question, a precondition or a pace hang on what it brings, or drop it"


Less = tuple[tuple[str, ...], Expression | None, Any]
"""Where something is left out, which of several conditions it is, and the part without it."""


def _left_out(part: Any) -> Iterator[Less]:
    """The part with one key less, for each that its author wrote and that could matter."""
    for field in fields(part):
        value = getattr(part, field.name)
        default = _default(field)
        if default is MISSING or value == default or not field.init or field.name in LEFT:
            continue
        if isinstance(value, Mapping):
            for key in value:
                rest = {one: value[one] for one in value if one != key}
                yield from _replaced(part, (field.name, key), None, rest)
        elif isinstance(value, Expression) and "condition" in (value.kind, getattr(default, "kind", "")):
            yield from _conditions(part, field.name, value, default)
        elif _may_matter(field.name, value):
            yield from _replaced(part, (field.name,), None, default)


def _conditions(part: Any, key: str, value: Expression, default: Any) -> Iterator[Less]:
    """The part without each of the conditions that stand under a key, those apart that only end something."""
    terms = _terms(value)
    # What an action itself changes is its own end, such as "not done".
    own = writes(part) if isinstance(part, Action) else set()
    for term in terms:
        if isinstance(term, Not) or reads(term) <= own:  # until it is done
            continue
        rest = [one for one in terms if one is not term]
        yield from _replaced(part, (key,), term, all_of(*rest) if rest else default)


def _terms(value: Expression) -> tuple[Expression, ...]:
    return value.children if isinstance(value, And) else (value,)


def _replaced(part: Any, path: tuple[str, ...], term: Expression | None, value: Any) -> Iterator[Less]:
    try:
        yield path, term, replace(part, **{path[0]: value})
    except REFUSED:
        # `replace` refuses what the constructor refuses.
        return  # it goes together with another key


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _may_matter(name: str, value: Any) -> bool:
    if isinstance(value, str):
        return name in DATES
    return isinstance(value, Expression | Distribution | Fixed | tuple) or name in DATES or hasattr(value, "delay")
