"""Small pieces of text that tables, pictures and stories share: dates, percentages, names in plain words."""

from __future__ import annotations

import math
from datetime import date, datetime

from negsim.checking.bare import bare_numbers
from negsim.model.scenario import Scenario
from negsim.model.sources import by_model

__all__ = ["bare", "bare_count", "by_a_model", "by_model_count", "clean", "day", "judgement", "percent", "plain"]

GUESSES = frozenset({"judgement", "assumed", "unknown"})
"""Grades of parameters that no evidence carries."""


def clean(text: str) -> str:
    """Text without control characters: what a stranger's file says must not steer a terminal.

    >>> clean("Round\\x1b[2J two")
    'Round�[2J two'
    """
    return "".join(sign if sign.isprintable() or sign == "\n" else "�" for sign in text)


def plain(name: str) -> str:
    """A name for reading, breakable between its words.

    >>> plain("round2_on_2_june")
    'round2 on 2 june'
    """
    return clean(name).replace("_", " ").replace(".", ": ")


def day(iso: str) -> str:
    """An ISO date or instant for reading.

    >>> day("2025-06-02"), day("2025-06-02T13:00")
    ('2 Jun 2025', '2 Jun 2025 13:00')
    """
    when = datetime.fromisoformat(iso)
    text = f"{when.day} {when:%b %Y}"
    try:
        date.fromisoformat(iso)
    except ValueError:
        return f"{text} {when:%H:%M}"
    return text


def percent(share: float) -> str:
    """A share in percent: whole points, finer only near 0 and 1, which it never claims to be.

    >>> percent(0.523), percent(0.0034), percent(0.9997), percent(0.0)
    ('52', '0.3', '99.97', '0')
    """
    value = 100 * share
    if value in (0.0, 100.0) or not math.isfinite(value):
        return f"{value:.0f}"
    margin = min(value, 100 - value)
    places = 0 if margin >= 1 else min(6, math.ceil(-math.log10(margin)))
    return f"{value:.{places}f}"


def judgement(scenario: Scenario) -> tuple[int, int, int]:
    """How many parameters are judgement, how many there are, how many rest on what was known only later."""
    parameters = scenario.expanded.parameters.values()
    guessed = sum(parameter.grade in GUESSES for parameter in parameters)
    return guessed, len(parameters), sum(parameter.hindsight for parameter in parameters)


def by_model_count(scenario: Scenario) -> int:
    """How many of the parameters that are judgement rest on nothing but what a language model says."""
    elements = scenario.expanded
    guesses = [parameter for parameter in elements.parameters.values() if parameter.grade in GUESSES]
    return sum(by_model(parameter.source, elements.evidence) for parameter in guesses)


def by_a_model(scenario: Scenario) -> str:
    """How many of the parameters are a language model's guesses, as it goes on after their number; nothing if none is."""
    count = by_model_count(scenario)
    return f", {count} of them by a language model" if count else ""


def bare_count(scenario: Scenario) -> int:
    """How many numbers stand in the scenario without being a parameter with source and grade."""
    return sum(len(values) for values in bare_numbers(scenario).values())


def bare(scenario: Scenario) -> str:
    """How many such numbers there are, as a sentence without its end; nothing if there are none."""
    count = bare_count(scenario)
    if not count:
        return ""
    return f"{count} bare number{'s' if count > 1 else ''}: the range does not carry {'them' if count > 1 else 'it'}"
