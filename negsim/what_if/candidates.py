"""What can be changed in a scenario: each precondition, mechanism and decision as a lever, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from negsim.errors import ArgumentError
from negsim.model.elements import Elements
from negsim.model.expansion import expand
from negsim.model.interventions import (
    Decide,
    Do,
    Harden,
    Intervention,
    Meet,
    Nudge,
    Waive,
    Without,
    WithParameter,
    suppositions,
)
from negsim.model.scenario import Scenario
from negsim.model.variables import Fact
from negsim.why.phrases import Phrases

__all__ = ["Candidate", "Candidates", "candidates_of", "elements_under", "step_in_words"]

Candidates = Mapping[str, Any] | Iterable[Any]
"""Interventions, or sequences of them for levers of several steps; with names of one's own in a mapping."""

KINDS = {Meet: "met", Waive: "waived", Harden: "hardened", Without: "off", Decide: "decided"}
STEPS = get_args(Intervention)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One change: its name, what it is, the words for it, and its steps."""

    name: str
    kind: str
    text: str
    steps: tuple[Intervention, ...]


def candidates_of(scenario: Scenario, told: Candidates | None) -> tuple[Candidate, ...]:
    """The levers to try: those told, or every one that the scenario has.

    Raises
    ------
    ArgumentError
        If something told is no intervention, or two levers have one name.
    """
    said = _Words(scenario)
    if told is None:
        # In the order of the scenario, so that lists of levers are the same in each run.
        return tuple(_candidate(said, (step,)) for step in _all(scenario.expanded))
    pairs = told.items() if isinstance(told, Mapping) else ((None, one) for one in _listed(told))
    found = tuple(_candidate(said, _steps(one), name) for name, one in pairs)
    names = [one.name for one in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ArgumentError(f"candidates has {sorted(twice)[0]!r} twice; leave one away, or name them in a mapping")
    return found


def _listed(told: object) -> Iterable[Any]:
    # Text is iterable as well, and its letters would be taken for levers.
    if isinstance(told, str) or not isinstance(told, Iterable):
        raise ArgumentError(
            f"candidates is {told!r}; give a list of interventions, such as [ns.Without(element='stalling')]"
        )
    return told


def _steps(one: object) -> tuple[Intervention, ...]:
    several = (one,) if isinstance(one, STEPS) else one
    # The same here: a text is no sequence of steps.
    if isinstance(several, str) or not isinstance(several, Iterable):
        raise ArgumentError(f"{one!r} is no lever; give an intervention such as ns.Meet(requirement='...'), or several")
    steps = tuple(several)
    for step in steps:
        if not isinstance(step, STEPS):
            raise ArgumentError(f"{step!r} is no intervention; write one such as ns.Without(element='...')")
    if not steps:
        raise ArgumentError("a lever has no step; give at least one intervention")
    return steps


def _all(elements: Elements) -> Iterator[Intervention]:
    """Every requirement met, waived, hardened, every mechanism off, every decision forced to each of its options."""
    for name in elements.requirements:
        yield from (Meet(requirement=name), Waive(requirement=name), Harden(requirement=name))
    yield from (Without(element=name) for name in elements.mechanisms)
    for name, word in elements.decisions.items():
        yield from (Decide(decision=name, option=option) for option in word.choices())


def _candidate(said: _Words, steps: tuple[Intervention, ...], name: str | None = None) -> Candidate:
    # Several steps together have no kind of their own, even where all are alike.
    kind = KINDS.get(type(steps[0]), "changed") if len(steps) == 1 else "changed"
    told = name if name is not None else ", ".join(_called(step) for step in steps)
    return Candidate(told, kind, "; and ".join(said.step(step) for step in steps), steps)


def _called(step: Intervention) -> str:
    """A lever's name: the element's and what becomes of it, such as ``summit.requires.russia met``."""
    # The first key that a step has: an intervention names what it changes under one of these alone.
    keys = ("requirement", "element", "decision", "fact", "action", "name")
    name = next(str(getattr(step, key)) for key in keys if hasattr(step, key))
    if isinstance(step, Decide):
        return f"{name} = {step.option}"
    return f"{name} {KINDS.get(type(step), type(step).__name__.lower())}"


def step_in_words(scenario: Scenario, step: Intervention) -> str:
    """What an intervention supposes of a scenario, without a full stop.

    >>> import negsim as ns
    >>> step_in_words(ns.load("toy"), ns.Do(fact="memorandum.delivered", on="2025-01-02"))
    'the memorandum is on the table on 2 January 2025'
    """
    return _Words(scenario).step(step)


class _Words:
    """Words for interventions on one scenario: clauses, without a full stop."""

    def __init__(self, scenario: Scenario) -> None:
        self.said, self.elements = Phrases(scenario), scenario.expanded

    def step(self, step: Intervention) -> str:
        """What is supposed."""
        if isinstance(step, (Meet, Waive, Harden)):
            becomes = {Meet: "counts as met", Waive: "is always waived where it is unmet", Harden: "is never waived"}
            return f"{self._requirement(step.requirement)} {becomes[type(step)]}"
        if isinstance(step, Without):
            return self._without(step.element)
        if isinstance(step, Decide):
            return self._decided(step)
        if isinstance(step, (Do, Nudge)):
            return self._done(step)
        if isinstance(step, WithParameter):
            return self._valued(str(step.name), step.value)
        return _called(step)

    def _requirement(self, name: str) -> str:
        one = self.elements.requirements.get(name)
        # A name that nothing requires is refused where the step is applied; here it needs words all the same.
        if one is None:
            return f"what is required under the name '{name}'"
        who = f"{self._party(one.of)} requires" if one.of else "is required"
        before = f" before {self.said.listed([self._step(each) for each in one.steps])}" if one.steps else ""
        return f"what {who}{before} (that {self.said.holds(one.needs)})"

    def _party(self, name: str) -> str:
        return str(self.said.voice.names.party(name))

    def _step(self, name: str) -> str:
        """A step in words: a fact that comes true, a count that rises."""
        if isinstance(self.elements.variables.get(name), Fact):
            return self.said.comes(name)
        return f"the next of {self.said.word(name.rpartition('.')[0])}"

    def _without(self, name: str) -> str:
        if name in self.elements.requirements:
            return f"{self._requirement(name)} is no longer required"
        mechanism = self.elements.mechanisms.get(name)
        if mechanism is None or not mechanism.title:
            action = name in self.elements.actions
            return (
                f"it never happens that {self.said.action(name)}"
                if action
                else f"'{self.said.word(name)}' is taken away"
            )
        # What follows the mark in a mechanism's title says what its absence means.
        there, _, off = mechanism.title.partition("; off: ")
        return f"'{there}' is taken away{f' ({off})' if off else ''}"

    def _decided(self, step: Decide) -> str:
        word: Any = self.elements.decisions.get(step.decision)
        # Words of users may have no party who decides.
        by = getattr(word, "by", None)
        who = self._party(str(getattr(by, "name", by))) if by else "whoever decides"
        return f"{who} always decides '{self.said.part(step.decision, step.option)}' ({self.said.word(step.decision)})"

    def _done(self, step: Do | Nudge) -> str:
        fact = str(step.fact)
        if step.on is None:
            return f"it never happens that {self.said.comes(fact)}"
        once = " once more" if isinstance(step, Nudge) else ""
        return f"{self.said.comes(fact)}{once} on {self.said.date(step.on)}"

    def _valued(self, name: str, value: float | bool) -> str:
        if isinstance(value, bool):
            claim = name.removesuffix(".holds")
            return (
                f"it is {str(value).lower()} that {self.said.holds(name)}"
                if claim == name
                else self._claimed(claim, value)
            )
        unit = getattr(self.elements.parameters.get(name), "unit", "")
        called = self.said.thing(name)
        # A title with commas would run into the sentence around it.
        called = f"'{called}'" if re.search("[,;:]", called) else called
        return f"{called} is {value:.6g}{f' {unit}' if unit else ''}"

    def _claimed(self, claim: str, value: bool) -> str:
        word: Any = self.elements.words.get(claim)
        text = getattr(word, "text", "") or self.said.holds(f"{claim}.holds")
        return f"it is {str(value).lower()} that '{text}'"


def elements_under(scenario: Scenario, steps: tuple[Intervention, ...], plain: Elements) -> Elements:
    """The elements of a scenario under further steps; ``plain`` are those of its parts without any.

    The same as ``scenario.supposing(*steps).expanded``, without checking the whole scenario again, which costs more than
    simulating it.
    """
    every = (*scenario.interventions, *steps)
    # Suppositions change what words are written out as, so they come first; other steps work on the result.
    supposed = suppositions(every, plain)
    elements = expand(scenario.parts, supposed) if supposed else plain
    for step in every:
        elements = step.apply(elements)
    return elements
