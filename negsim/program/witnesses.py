"""Facts that witness firings: each action, or each of its outcomes, has one that turns true at its first firing.

Nothing reads a witness, and no draw hangs on one, so the histories are the same with them as without.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from negsim.model.actions import Action
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.expressions import Truth
from negsim.model.variables import Fact

__all__ = ["Witness", "witnessed"]


@dataclass(frozen=True, slots=True)
class Witness:
    """The fact that is true from the first firing of an action on, with an outcome or with any (``""``)."""

    fact: str
    action: str
    outcome: str


def witnessed(elements: Elements) -> tuple[Elements, tuple[Witness, ...]]:
    """Return the elements with a witness for each action without outcomes and for each outcome of the others."""
    prefix = "fired_first"
    while any(name.split(".")[0] == prefix for name in elements.variables):
        prefix += "_"
    found: list[Witness] = []
    actions = {name: _watched(action, prefix, found) for name, action in elements.actions.items()}
    facts = {one.fact: Fact(one.fact) for one in found}
    return replace(elements, actions=actions, variables={**elements.variables, **facts}), tuple(found)


def _watched(action: Action, prefix: str, found: list[Witness]) -> Action:
    def seen(outcome: str) -> Effect:
        found.append(Witness(f"{prefix}.w{len(found)}", action.name, outcome))
        return Effect(found[-1].fact, "set", Truth(True))

    if not action.outcomes:
        return replace(action, effects=(*action.effects, seen("")))
    outcomes = [replace(one, effects=(*one.effects, seen(one.name))) for one in action.outcomes]
    return replace(action, outcomes=tuple(outcomes))
