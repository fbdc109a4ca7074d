"""Interventions: "suppose that ..." as data, applied to the expanded elements of a scenario.

What is supposed of a *requirement* (`Meet`, `Waive`, `Harden`, and `Without` of a requirement or of a waiver) changes
the word that states it before the word is written out: see `suppositions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from negsim.errors import UnknownName, nearest
from negsim.model.changing import Do, Nudge, WithLaw, WithParameter
from negsim.model.decisions import reasons_called
from negsim.model.elements import Elements, Supposition
from negsim.model.evidence import voices
from negsim.model.inputs import Called, record
from negsim.model.looking_up import (
    deaf,
    fact_name,
    present,
    required,
)
from negsim.model.names import check_name
from negsim.model.requirements import named
from negsim.model.requiring import Decide, Harden, Meet, Waive

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
class Without:
    """Suppose an element away: its actions never happen, its variables keep their initial values.

    ``element`` names a mechanism, a requirement (nobody asks for it; what it asks for need not be there), a waiver
    (``istanbul_2.waiver``: nothing is waived any more), a reason of a decision (``kyiv_attends.reasons.blame``: it moves
    nobody), a word, an action, a party (all it and its voices do) or a variable (nothing
    changes it).

    Parameters
    ----------
    element : str, or anything with a name
        What is supposed away: a mechanism, requirement, waiver, word, action, party or variable.

    See Also
    --------
    Do : Suppose that a fact turns true, or never.
    Mechanism : A part of the story that can be supposed away.

    Examples
    --------
    >>> Without(element="istanbul_2.waiver").element
    'istanbul_2.waiver'
    """

    element: Called

    def __post_init__(self) -> None:
        object.__setattr__(self, "element", check_name(getattr(self.element, "name", self.element), "without"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention.

        Parameters
        ----------
        elements : Elements
            The plain elements of a scenario, before this step.

        Returns
        -------
        Elements
            Those under the step.

        Raises
        ------
        UnknownName
            If nothing in the scenario has this name.
        """
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
        # Those who speak within a party fall silent with it.
        if gone is None and name in elements.parties:
            all_of_it = voices(elements.parties, name)
            gone = {action.name for action in elements.actions.values() if action.by in all_of_it}
        if gone is not None:
            left = {key: action for key, action in elements.actions.items() if key not in gone}
            return replace(elements, actions=left, removed=elements.removed | gone)
        if name in elements.variables:
            return replace(elements, actions={key: deaf(action, name) for key, action in elements.actions.items()})
        # For the nearest name only: whatever can be taken away.
        shelves = (elements.mechanisms, elements.owners, elements.requirements, elements.actions, elements.parties)
        known = (*(one for shelf in shelves for one in shelf), *elements.variables)
        raise UnknownName(f"without({name}): nothing in the scenario has this name{nearest(name, known)}")


Intervention = Do | Nudge | Without | WithLaw | WithParameter | Meet | Waive | Harden | Decide


def suppositions(steps: Iterable[Intervention], elements: Elements) -> tuple[tuple[str, str], ...]:
    """What the steps suppose of requirements, as (requirement, supposition), those of mechanisms included.

    ``elements`` are those of the scenario without interventions.
    """
    return tuple(_suppositions(steps, elements, set()))


def _suppositions(steps: Iterable[Supposition], elements: Elements, off: set[str]) -> Iterator[tuple[str, str]]:
    for step in steps:
        if isinstance(step, Without) and step.element in elements.mechanisms:
            # Mechanisms may switch each other off, and each is off once.
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
