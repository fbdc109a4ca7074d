"""Interventions: "suppose that ..." as data, applied to the expanded elements of a scenario.

What is supposed of a *requirement* (`Meet`, `Waive`, `Harden`, and `Without` of a requirement or of a waiver) changes
the word that states it before the word is written out: see `suppositions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from negsim.errors import ScenarioError, UnknownName, nearest
from negsim.model.actions import Action
from negsim.model.calendar import moment
from negsim.model.clocks import Clock, On
from negsim.model.decisions import reasons_called
from negsim.model.effects import Effect
from negsim.model.elements import Elements, Supposition
from negsim.model.evidence import voices
from negsim.model.expressions import Truth
from negsim.model.inputs import Called, Date, MaybeDate, preset, record
from negsim.model.looking_up import (
    deaf,
    fact_called,
    fact_name,
    free_name,
    present,
    required,
    requirement_name,
    stated,
)
from negsim.model.names import check_name
from negsim.model.requirements import named

__all__ = [
    "Decide",
    "Do",
    "Harden",
    "Intervention",
    "Meet",
    "Nudge",
    "Waive",
    "WithLaw",
    "WithParameter",
    "Without",
    "fact_name",
    "suppositions",
]


@record
class Do:
    """Make a fact true at an instant (or never), whatever the mechanisms say.

    All effects on the fact are removed, it keeps its initial value and turns true at ``on`` before everything else at
    that instant, for good; with ``never`` it is false for good. A bare date means its first instant.
    """

    fact: Called
    on: MaybeDate = preset(None)
    never: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "fact", fact_name(self.fact))
        if (self.on is None) == (not self.never):
            raise ScenarioError(f"do({self.fact}): give either on=instant or never=True")
        if self.on is not None:
            object.__setattr__(self, "on", moment(self.on, f"do({self.fact}): on"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention."""
        fact = fact_called(elements, self.fact)
        actions = {name: deaf(action, self.fact) for name, action in elements.actions.items()}
        if self.never:
            variables = {**elements.variables, self.fact: replace(fact, initial=Truth(False))}
            return replace(elements, actions=actions, variables=variables)
        name = free_name(f"do.{self.fact}", elements)
        actions[name] = Action(
            name=name,
            clock=On(self.on),
            effects=(Effect(self.fact, "set", Truth(True)),),
            title=f"suppose that {self.fact}",
        )
        return replace(elements, actions=actions, first=elements.first | {name})


@record
class Nudge:
    """One extra event that makes a fact true at an instant, after every `Do` there; all mechanisms stay."""

    fact: Called
    on: Date

    def __post_init__(self) -> None:
        object.__setattr__(self, "fact", fact_name(self.fact))
        object.__setattr__(self, "on", moment(self.on, f"nudge({self.fact}): on"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention."""
        fact_called(elements, self.fact)
        name = free_name(f"nudge.{self.fact}", elements)
        event = Action(
            name=name,
            clock=On(self.on),
            effects=(Effect(self.fact, "set", Truth(True)),),
            title=f"one push: {self.fact}",
        )
        return replace(elements, actions={**elements.actions, name: event}, nudges=elements.nudges | {name})


@record
class Without:
    """Suppose an element away: its actions never happen, its variables keep their initial values.

    ``element`` names a mechanism, a requirement (nobody asks for it; what it asks for need not be there), a waiver
    (``istanbul_2.waiver``: nothing is waived any more), a reason of a decision (``kyiv_attends.reasons.blame``: it moves
    nobody), a word, an action, a party (all it and its voices do) or a variable (nothing
    changes it).
    """

    element: Called

    def __post_init__(self) -> None:
        object.__setattr__(self, "element", check_name(getattr(self.element, "name", self.element), "without"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention."""
        name = self.element
        if name in elements.mechanisms:
            mechanism = elements.mechanisms[name]
            # Off once is off: mechanisms that switch each other off come to an end, also in a stranger's file.
            elements = replace(elements, mechanisms={**elements.mechanisms, name: replace(mechanism, off=())})
            for step in mechanism.off:
                elements = step.apply(elements)
            return elements
        if required(self.element, elements) or reasons_called(name, elements.decisions):
            return elements  # the word that states it is written out without it
        gone = elements.owners.get(name)
        if gone is None and name in (*elements.actions, *elements.removed):
            gone = {name}
        if gone is None and name in elements.parties:
            all_of_it = voices(elements.parties, name)
            gone = {action.name for action in elements.actions.values() if action.by in all_of_it}
        if gone is not None:
            left = {key: action for key, action in elements.actions.items() if key not in gone}
            return replace(elements, actions=left, removed=elements.removed | gone)
        if name in elements.variables:
            return replace(elements, actions={key: deaf(action, name) for key, action in elements.actions.items()})
        shelves = (elements.mechanisms, elements.owners, elements.requirements, elements.actions, elements.parties)
        known = (*(one for shelf in shelves for one in shelf), *elements.variables)
        raise UnknownName(f"without({name}): nothing in the scenario has this name{nearest(name, known)}")


@record
class WithLaw:
    """Give an action another clock."""

    action: Called
    law: Clock

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", check_name(getattr(self.action, "name", self.action), "with_law"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention."""
        if self.action not in elements.actions:
            raise UnknownName(f"with_law({self.action}): no such action{nearest(self.action, elements.actions)}")
        changed = replace(elements.actions[self.action], clock=self.law)
        return replace(elements, actions={**elements.actions, self.action: changed})


@record
class WithParameter:
    """Fix a parameter at a value; nothing is believed of it any more."""

    name: Called
    value: float | bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", check_name(getattr(self.name, "name", self.name), "with_parameter"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention."""
        if self.name not in elements.parameters:
            word, _, key = self.name.rpartition(".")
            hint = nearest(self.name, elements.parameters)
            if not hint and word in elements.owners:
                hint = f"; if {key} is a number of {word}, let it read a parameter ({key} = 'p'), and fix that"
            raise UnknownName(f"with_parameter({self.name}): no such parameter{hint or '; declare it'}")
        old = elements.parameters[self.name]
        if isinstance(old.best, bool) != isinstance(self.value, bool):
            raise ScenarioError(
                f"with_parameter({self.name}): {self.value!r} is of another kind than {old.best!r}; give "
                f"{'true or false' if isinstance(old.best, bool) else 'a number'}"
            )
        return replace(
            elements, parameters={**elements.parameters, self.name: replace(old, best=self.value, belief=None)}
        )


@record
class Meet:
    """Suppose that a requirement counts as met, at every date; what it asks for is left as it is."""

    requirement: Called

    def __post_init__(self) -> None:
        object.__setattr__(self, "requirement", requirement_name(self.requirement, "meet"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements, in which the requirement is known to be stated."""
        return stated(self.requirement, elements, "meet")


@record
class Waive:
    """Suppose that a requirement is always waived where it is unmet, at every date."""

    requirement: Called

    def __post_init__(self) -> None:
        object.__setattr__(self, "requirement", requirement_name(self.requirement, "waive"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements, in which the requirement is known to be stated."""
        return stated(self.requirement, elements, "waive")


@record
class Harden:
    """Suppose that a requirement is never waived, at no date."""

    requirement: Called

    def __post_init__(self) -> None:
        object.__setattr__(self, "requirement", requirement_name(self.requirement, "harden"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements, in which the requirement is known to be stated."""
        return stated(self.requirement, elements, "harden")


@record
class Decide:
    """Suppose that a party decides for an option at every occasion on which it is open; where not, it takes none."""

    decision: Called
    option: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "decision", check_name(getattr(self.decision, "name", self.decision), "decide"))
        object.__setattr__(self, "option", check_name(self.option, f"decide({self.decision}): option"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements, in which the decision is known to have the option."""
        where, known = f"decide({self.decision}, {self.option})", elements.decisions
        if self.decision not in known:
            there = f"; the scenario's decisions are {', '.join(sorted(known))}" if known else "; the scenario has none"
            raise UnknownName(f"{where}: no decision has this name{nearest(self.decision, known)}{there}")
        options = sorted(known[self.decision].choices())
        if self.option not in options:
            raise UnknownName(f"{where}: it has no such option; its options are {', '.join(options)}")
        return elements


Intervention = Do | Nudge | Without | WithLaw | WithParameter | Meet | Waive | Harden | Decide


def suppositions(steps: Iterable[Intervention], elements: Elements) -> tuple[tuple[str, str], ...]:
    """What the steps suppose of requirements, as (requirement, supposition), those of mechanisms included.

    ``elements`` are those of the scenario without interventions.
    """
    return tuple(_suppositions(steps, elements, set()))


def _suppositions(steps: Iterable[Supposition], elements: Elements, off: set[str]) -> Iterator[tuple[str, str]]:
    for step in steps:
        if isinstance(step, Without) and step.element in elements.mechanisms:
            if step.element not in off:
                off.add(step.element)
                yield from _suppositions(elements.mechanisms[step.element].off, elements, off)
        elif isinstance(step, Without):
            yield from required(step.element, elements)
            yield from ((name, "without") for name in reasons_called(step.element, elements.decisions))
            yield from ((name, "without") for name in present(step.element, elements))
        elif isinstance(step, Decide):
            yield step.decision, f"decide.{step.option}"
        elif isinstance(step, (Meet, Waive, Harden)):
            how = type(step).__name__.lower()
            yield from ((name, how) for name in named(step.requirement, elements.requirements))
