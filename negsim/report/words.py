"""Small pieces of text that tables, pictures and stories share: dates, percentages, names in plain words."""

from __future__ import annotations

import math
from datetime import date, datetime

from negsim.model.scenario import Scenario

__all__ = ["clean", "day", "ends", "interval", "judgement", "percent", "plain"]

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


def ends(low: float | None, high: float | None) -> str:
    """A range of probabilities; nothing where there is none.

    >>> ends(0.002, 0.31)
    '0.2–31 %'
    """
    if low is None or high is None:
        return "–"
    one, two = percent(low), percent(high)
    return f"{one} %" if one == two else f"{one}–{two} %"


def interval(low: float, high: float, *, share: bool) -> str:
    """A Monte Carlo interval, with the decimals that a fifth of its width supports.

    >>> interval(0.5172, 0.5231, share=True), interval(2.0, 3.0, share=False), interval(0.5, 0.5, share=True)
    ('51.7–52.3 %', '2.0 to 3.0', 'exact')
    """
    if high - low < 1e-9 * max(1.0, abs(high)):
        return "exact"
    scale, tail = (100.0, " %") if share else (1.0, "")
    one, two = scale * low, scale * high
    step = (two - one) / 5
    places = 2 if not 0 < step < math.inf else max(0, min(6, math.ceil(-math.log10(step))))
    return f"{one:.{places}f}{'–' if share else ' to '}{two:.{places}f}{tail}"


def judgement(scenario: Scenario) -> tuple[int, int, int]:
    """How many parameters are judgement, how many there are, how many rest on what was known only later."""
    parameters = scenario.expanded.parameters.values()
    guessed = sum(parameter.grade in GUESSES for parameter in parameters)
    return guessed, len(parameters), sum(parameter.hindsight for parameter in parameters)
