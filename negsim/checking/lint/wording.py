"""Wording: could somebody who knew the future answer the question without asking back?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from negsim.checking.lint.finding import Finding
from negsim.model.elements import Elements
from negsim.model.questions import Question
from negsim.model.scenario import Scenario

__all__ = ["clairvoyance"]

YEAR = re.compile(r"\b(?:1[89]|20|21)\d\d\b")
RELATIVE = re.compile(r"\b(?:day|days|week|weeks|month|months|hours?|end of)\b", re.IGNORECASE)
ZONED = re.compile(r"\b(?:UTC|GMT|local time|[A-Z][a-z]+ time|CET|CEST|EST|EDT|MSK)\b")


def clairvoyance(scenario: Scenario, elements: Elements) -> Iterator[Finding]:
    names = {name.replace("_", " ").lower() for name in elements.parties}
    names |= {party.title.lower() for party in elements.parties.values() if party.title}
    for question in (part for part in scenario.parts if isinstance(part, Question)):
        where = f"question {question.name}"
        for text, remedy in _asked_back(question, names, scenario):
            yield Finding(code="clairvoyance", where=where, text=text, remedy=remedy)


def _asked_back(question: Question, names: set[str], scenario: Scenario) -> Iterator[tuple[str, str]]:
    text = question.text
    if not text.strip():
        yield "has no resolution wording", "write text = who does what by when, in which time zone"
        return
    lower = text.lower()
    # Without parties there is nobody to name.
    if names and not any(name in lower for name in names):
        yield "the wording does not say who", "name the parties as the scenario does"
    if question.row.dated:
        yield from _date_said(question, text)
        zone = scenario.zone
        # People write the city of a zone, not its name in the data base.
        places = {zone.lower(), zone.rsplit("/", 1)[-1].replace("_", " ").lower()}
        if not (ZONED.search(text) or any(place in lower for place in places)):
            yield "the wording does not say in which time zone", f"add '({zone} time)' or where the day ends"
    if len(text.split()) < 6:
        yield f"the wording is {len(text.split())} words long", "say what counts and what does not"


def _date_said(question: Question, text: str) -> Iterator[tuple[str, str]]:
    said = question.before if question.by is None else question.by
    if said is None:
        yield "has no date of its own (the scenario's end is used)", "give by="
        return
    written = re.match(r"\d{4}-\d{2}-\d{2}", said) if isinstance(said, str) else None
    if written is None:
        if not RELATIVE.search(text) and not YEAR.search(text):
            length = said if isinstance(said, str) else f"{said:g} days"
            yield "the wording does not say by when", f"say that it is {length} from the start"
        return
    day = date.fromisoformat(written.group())
    if not YEAR.search(text):
        yield "the wording names no year", f"write the date out, {day.isoformat()}"
    # A year alone is in many texts; with the day of the month it is likely the same date.
    elif str(day.year) not in text or not re.search(rf"\b0?{day.day}\b", text):
        yield f"the wording does not say {day.isoformat()}, by which it is resolved", "make the two agree"
