"""What a scenario is made of, as plain data."""

from __future__ import annotations

from typing import Any

from negsim.model.elements import SHELVES, own_questions
from negsim.model.scenario import Scenario
from negsim.report.expanded import PLAIN, element_text

__all__ = ["counts", "elements_data", "overview_data"]


def counts(told: Scenario) -> dict[str, int]:
    """How many of what there are; questions that the scenario states, and beside them those that its words bring.

    >>> import negsim as ns
    >>> counts(ns.load("toy"))["questions"]
    4
    """
    elements = told.expanded
    own = len(own_questions(told.parts))
    return {
        "variables": len(elements.variables),
        "actions": len(elements.actions),
        "questions": own,
        "questions_of_words": len(elements.questions) - own,
        "parameters": len(elements.parameters),
    }


def overview_data(told: Scenario) -> dict[str, Any]:
    """Parties, words, questions and mechanisms by name, with their titles."""
    elements = told.expanded
    words = [part for part in told.parts if not isinstance(part, PLAIN)]
    own = own_questions(told.parts)
    return {
        **counts(told),
        "note": told.note,
        "parties": [{"name": name, "title": one.title} for name, one in sorted(elements.parties.items())],
        "words": [{"word": type(one).__name__, "name": one.name, "title": _title(one)} for one in words],
        "asked": [{"name": one.name, "title": _title(one), "text": one.text, "kind": one.kind} for one in own],
        "mechanisms": [{"name": name, "title": _title(one)} for name, one in sorted(elements.mechanisms.items())],
        "notes": list(told.notes),
    }


def elements_data(told: Scenario) -> list[dict[str, str]]:
    """Every plain element after all interventions: its kind, name, title, and the lines that say what it does."""
    return [
        {"kind": type(one).__name__.lower(), "name": name, "title": _title(one), "text": element_text(one)}
        for _, shelf in SHELVES
        for name, one in getattr(told.expanded, shelf).items()
    ]


def _title(one: Any) -> str:
    return str(getattr(one, "title", ""))
