"""Who is named, and who says so: parties and sources that nothing declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from negsim.errors import ScenarioError, UnknownName, nearest, problem_of
from negsim.model.elements import Elements
from negsim.model.evidence import Evidence, Party, voices
from negsim.model.parameters import GRADES
from negsim.model.places import Places

__all__ = [
    "by_model",
    "check_guesses",
    "check_parties",
    "check_sayings",
    "check_sources",
    "check_views",
    "check_voices",
    "cited",
    "declared_parties",
]

NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
MOST_NAMED = 8
WORDS = ("judgement", "assumed", "definition", "model")
"""Sources that are no evidence, in one word."""
MODEL = re.compile(r"\s*model\s*(:.*)?", re.DOTALL)
BETTER = GRADES[: GRADES.index("judgement")]
"""Grades that a language model's own guess cannot have."""


def declared_parties(elements: Elements) -> list[str]:
    """The parties that stand in the scenario themselves, and not only in a word."""
    # A party that only words name has the word as its origin.
    return sorted(name for name in elements.parties if isinstance(elements.origins.get(("parties", name)), Party))


def check_parties(places: Places) -> None:
    """Where parties are declared, a word that names another one has most likely misspelt it."""
    declared = declared_parties(places.elements)
    if not declared:
        return
    known = ", ".join(declared[:MOST_NAMED]) + (", ..." if len(declared) > MOST_NAMED else "")
    for name in sorted(set(places.elements.named_by) - set(declared)):
        text = f"no party is named {name!r}{nearest(name, declared)}; declared are {known}; declare it, or correct it"
        problem = problem_of(UnknownName(text), code="party", value=name, expected=known)
        for word in dict.fromkeys(places.elements.named_by[name]):
            with places.within(word, name):
                raise UnknownName.telling([problem])


def check_views(places: Places) -> None:
    """What a party sees is something that the scenario has: a variable, a parameter, a word."""
    elements = places.elements
    known = {*elements.variables, *elements.parameters, *elements.owners}
    for party in elements.parties.values():
        for name in party.sees:
            if name not in known:
                text = f"the scenario has nothing called {name!r}{nearest(name, known)}; correct it, or leave it out"
                with places.at("parties", party.name, "sees", about=name):
                    raise UnknownName.telling([problem_of(UnknownName(text), value=name)])


def check_sayings(places: Places) -> None:
    """What an author has say itself is there: a variable, a parameter, an action or its outcome, a part of a word."""
    elements = places.elements
    # What is taken away may have had words of its author.
    if elements.removed or elements.cleared:
        return
    known = {*elements.variables, *elements.parameters}
    for name, action in elements.actions.items():
        known |= {name, *(f"{name}.{one.name}" for one in action.outcomes)}
    for name, word in elements.words.items():
        known |= {name, *(f"{name}.{part}" for part in _parts_of(word))}
    for name in elements.says:
        if name not in known:
            text = f"the scenario has nothing called {name!r}{nearest(name, known)}; correct it, or leave it out"
            with places.at("says", name):
                raise UnknownName.telling([problem_of(UnknownName(text), value=name)])


def _parts_of(word: Any) -> Iterator[str]:
    """The names of options, products, steps and the like that a word keeps in its fields."""
    for field in fields(word) if is_dataclass(word) else ():
        value = getattr(word, field.name)
        if isinstance(value, Mapping):
            yield from value
        elif isinstance(value, tuple):
            yield from (str(one.name) for one in value if hasattr(one, "name"))


def check_voices(places: Places) -> None:
    """A voice is one of a party that is there, and not of itself."""
    parties = places.elements.parties
    for party in parties.values():
        if party.within is None:
            continue
        if party.within not in parties:
            text = f"no party is named {party.within!r}{nearest(party.within, parties)}; declare it, or correct it"
        elif party.within in voices(parties, party.name):
            text = f"{party.name} and {party.within} would be voices of each other; say which is within which"
        else:
            continue
        with places.at("parties", party.name, "within", about=party.within):
            raise UnknownName.telling([problem_of(UnknownName(text), value=party.within)])


def cited(source: str, evidence: frozenset[str] | set[str]) -> list[str]:
    """The names of evidence elements that a source is meant to give; none if it is a citation in words.

    Names have no capitals and no blanks; one of them at least has a ``_``, or is (nearly) one that is declared.
    """
    names = source.replace(",", " ").split()
    if not names or not all(NAME.fullmatch(name) for name in names):
        return []
    # One name among them makes it a list of names; plain words are a citation.
    meant = any("_" in name or name in evidence or nearest(name, evidence) for name in names)
    return names if meant else []


def check_sources(places: Places) -> None:
    """Where evidence is declared, a source that looks like the name of some must name some."""
    evidence = frozenset(places.elements.evidence)
    if not evidence:
        return
    for shelf in ("parameters", "questions", "correlations", "constraints"):
        for name, element in getattr(places.elements, shelf).items():
            for source in cited(element.source, evidence):
                # One word may be a grade in place of a source.
                if source not in evidence and source not in WORDS:
                    text = (
                        f"source {source!r} names no evidence{nearest(source, evidence)}; declare it, or cite in words"
                    )
                    problem = problem_of(ScenarioError(text), code="source", value=source)
                    with places.at(shelf, name, "source", about=element.source):
                        raise ScenarioError.telling([problem])


def by_model(source: str, evidence: Mapping[str, Evidence]) -> bool:
    """Whether a language model is all that a number rests on.

    >>> by_model("model: typical of strikes", {}), by_model("a survey of 40 strikes", {})
    (True, False)
    """
    if MODEL.fullmatch(source):
        return True
    names = [name for name in cited(source, set(evidence)) if name not in WORDS or name == "model"]
    # Anything else among its sources, and it rests on more than that.
    return bool(names) and all(name == "model" or getattr(evidence.get(name), "kind", "") == "model" for name in names)


def check_guesses(places: Places) -> None:
    """What only a language model says is graded no better than judgement."""
    evidence = places.elements.evidence
    for name, parameter in places.elements.parameters.items():
        then = parameter.as_known
        graded: list[tuple[str, str, tuple[str, ...]]] = [(parameter.source, parameter.grade, ("grade",))]
        graded += [] if then is None else [(then.source, then.grade, ("as_known", "grade"))]
        for source, grade, keys in graded:
            if grade in BETTER and by_model(source, evidence):
                text = (
                    f"{grade!r} is better than 'judgement', and a language model is its only source; "
                    "write grade = 'judgement', or cite what the number was read from"
                )
                problem = problem_of(ScenarioError(text), code="source", value=grade, expected="judgement")
                with places.at("parameters", name, *keys, about=grade):
                    raise ScenarioError.telling([problem])
