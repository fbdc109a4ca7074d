"""What interventions look up in the elements of a scenario, and how they refuse what is not there."""

from __future__ import annotations

from dataclasses import replace

from negsim.errors import ScenarioError, UnknownName, nearest
from negsim.model.acting import of_party
from negsim.model.actions import Action, Outcome
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.evidence import voices
from negsim.model.names import check_name
from negsim.model.requirements import named
from negsim.model.variables import Fact

__all__ = [
    "deaf",
    "fact_called",
    "fact_name",
    "free_name",
    "present",
    "required",
    "requirement_name",
    "stated",
]


def fact_name(fact: object) -> str:
    """Return the name of a fact given as itself or by name."""
    name = fact if isinstance(fact, str) else getattr(fact, "name", None)
    return check_name(name, "fact")


def present(name: str, elements: Elements) -> list[str]:
    """The words that act by being there and are away with this one, or with this party."""
    if name in elements.acting:
        return [name]
    words = [elements.words[one] for one in elements.acting] if name in elements.parties else []
    return [one for voice in voices(elements.parties, name) for one in of_party(words, voice)]


def required(name: str, elements: Elements) -> list[tuple[str, str]]:
    """What taking this element away means for requirements; nothing if it is no requirement and no waiver."""
    known = elements.requirements
    if name in known:
        return [(name, "without")]
    # A waiver that is taken away leaves a requirement that is never waived.
    waived = [one.name for one in known.values() if one.waiver_name == name]
    if waived:
        return [(one, "harden") for one in waived]
    # What has this name as an element is taken away as such, with the requirements that it states.
    if name in elements.owners or name in elements.actions or name in elements.variables or name in elements.parties:
        return []
    return [(one, "without") for one in named(name, known)]


def requirement_name(value: object, verb: str) -> str:
    """Return the name of a requirement given as itself or by name."""
    return check_name(getattr(value, "name", value), verb)


def stated(name: str, elements: Elements, verb: str) -> Elements:
    """Return the elements, if one of them states this requirement; else refuse it in the name of ``verb``."""
    if not named(name, elements.requirements):
        known = elements.requirements
        raise UnknownName(
            f"{verb}({name}): no requirement has this name{nearest(name, known)}; "
            + (f"the scenario's requirements are {', '.join(sorted(known))}" if known else "the scenario has none")
        )
    return elements


def fact_called(elements: Elements, name: str) -> Fact:
    """Return the fact of this name, which an intervention makes true."""
    found = elements.variables.get(name)
    if not isinstance(found, Fact):
        if found is not None:
            kind = type(found).__name__.lower()
            raise ScenarioError(
                f"{name} is a {kind}, and do and nudge make facts true; add an action instead, as in Action(name='set', "
                f"clock=On('2025-06-02T13:00'), effects=['{name} = 5'])"
            )
        facts = [key for key, variable in elements.variables.items() if isinstance(variable, Fact)]
        raise UnknownName(f"no fact {name!r} to intervene on{nearest(name, facts)}")
    return found


def deaf(action: Action, variable: str) -> Action:
    """The action without its effects on a variable."""

    def keep(effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
        return tuple(effect for effect in effects if effect.variable != variable)

    outcomes: tuple[Outcome, ...] = tuple(
        replace(outcome, effects=keep(outcome.effects)) for outcome in action.outcomes
    )
    return replace(action, effects=keep(action.effects), outcomes=outcomes)


def free_name(name: str, elements: Elements) -> str:
    """Return the name, or with a number behind it the first that no action has."""
    if name not in elements.actions:
        return name
    # Behind a dot: 'do.fact2' could be the event of another fact.
    return next(f"{name}.n{k}" for k in range(2, 10**6) if f"{name}.n{k}" not in elements.actions)
