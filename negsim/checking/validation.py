"""One answer to "is this scenario in order?": what is wrong, what is silently dead, what is worth a second look."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from negsim.checking.lint import hard_findings, lint
from negsim.checking.lint.finding import Finding
from negsim.checking.silent import HISTORIES, SECONDS, silent
from negsim.errors import ArgumentError, LawError, NegsimError, ScenarioError, as_json, joined
from negsim.errors.problems import Problem
from negsim.files import load, loads
from negsim.files.places import line_of
from negsim.files.reading import text_of
from negsim.model.scenario import Scenario
from negsim.program import lower

__all__ = ["Validation", "findings_of", "refuse_what_cannot_be_meant", "silent_too", "validate"]

DEAD = frozenset({"silent", "idle", "unused", "vacuous", "never", "date"})
"""Codes of findings that say that a part does nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What was found in a scenario.

    Parameters
    ----------
    scenario : Scenario or None
        None if it is not valid.
    problems : tuple of dict
        What is wrong, all at once, each with code, path, line, value, expected and remedy (`negsim.errors.as_json`).
    dead : tuple of Finding
        What is valid and does nothing: words, preconditions, dates and parties that move no answer.
    advice : tuple of Finding
        What else is worth a second look.
    notes : tuple of str
        What is legal and easily overlooked, such as a circle of preconditions that only a waiver opens.

    See Also
    --------
    validate : Make one.

    Examples
    --------
    >>> import negsim as ns
    >>> found = ns.validate(text="format_version = 1", histories=0)
    >>> found.valid, found.problems[0]["code"]
    (False, 'missing')
    """

    scenario: Scenario | None
    problems: tuple[dict[str, Any], ...] = ()
    dead: tuple[Finding, ...] = ()
    advice: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether it can be run."""
        return not self.problems

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain data, ready for JSON.

        Returns
        -------
        dict
            With the keys valid, scenario (its name, or None), problems, dead, advice and notes.
        """
        return {
            "valid": self.valid,
            "scenario": None if self.scenario is None else self.scenario.name,
            "problems": list(self.problems),
            "dead": [_plain(one) for one in self.dead],
            "advice": [_plain(one) for one in self.advice],
            "notes": list(self.notes),
        }


def _plain(finding: Finding) -> dict[str, str]:
    return {"code": finding.code, "where": finding.where, "text": finding.text, "remedy": finding.remedy}


def validate(
    source: str | os.PathLike[str] | None = None,
    *,
    text: str | None = None,
    words: Iterable[type] = (),
    histories: int = HISTORIES,
    seconds: float | None = SECONDS,
) -> Validation:
    """Check a scenario, and say all that is wrong with it and all that is silently dead in it.

    Nothing is raised for what stands in the scenario: it is all in the answer.

    Parameters
    ----------
    source : str or path, optional
        Of `load`: a file, a shipped scenario, ``"-"`` for standard input.
    text : str, optional
        Instead: the scenario itself, in TOML or JSON.
    words : iterable of type
        Word classes of your own.
    histories : int
        How many are told without each part, to see whether it moves anything; 0: none.
    seconds : float, optional
        Most seconds for that; None: no limit.

    Returns
    -------
    Validation
        Valid or not, with everything that was found.

    Raises
    ------
    ArgumentError
        If neither or both of source and text are given.

    See Also
    --------
    load : Read a scenario, or raise what is wrong with it.
    lint : What is worth a second look.

    Examples
    --------
    >>> import negsim as ns
    >>> ns.validate("toy").valid
    True
    >>> ns.validate(text='{"format_version": 1}').problems[0]["path"]
    ['scenario']
    """
    if (source is None) == (text is None):
        raise ArgumentError("validate takes a source or a text; give one of the two")
    try:
        said = text_of(source) if source is not None else str(text)
        told = load(source, words) if source is not None else loads(said, words=words)
        refuse_what_cannot_be_meant(told, said, "" if source is None else os.fspath(source))
        # What is only found when a program is made of it is an error of the scenario as well.
        lower(told)
    except NegsimError as error:
        return Validation(scenario=None, problems=tuple(as_json(error)))
    dead, advice = findings_of(told, histories=histories, seconds=seconds)
    return Validation(scenario=told, dead=dead, advice=advice, notes=tuple(told.notes))


def findings_of(
    told: Scenario,
    *,
    histories: int = HISTORIES,
    seconds: float | None = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Return what in a scenario does nothing, and what else is worth a second look."""
    findings = lint(told)
    dead = [finding for finding in findings if finding.code in DEAD and not _inner(told, finding)]
    # Without histories nothing is simulated, and the answer is there at once.
    if histories:
        dead += silent_too(told, dead, histories=histories, seconds=seconds, clock=clock)
    return tuple(dead), tuple(finding for finding in findings if finding.code not in DEAD)


def _inner(told: Scenario, finding: Finding) -> bool:
    """Whether it is of an action that a word brings: not its author's to drop."""
    own = {part.name for part in told.parts}
    return finding.where.startswith("action ") and finding.where.removeprefix("action ") not in own


def silent_too(
    told: Scenario,
    said: Iterable[Finding],
    *,
    histories: int = HISTORIES,
    seconds: float | None = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> list[Finding]:
    """What is silent and not said already; of a scenario whose histories cannot be told, why."""
    # Both kinds of findings name places, one with a blank and one with a dot.
    places = {finding.where.replace(" ", ".") for finding in said if finding.code in DEAD}
    try:
        found = silent(told, histories=histories, seconds=seconds, clock=clock)
    except NegsimError as error:
        text, _, remedy = str(error).partition("; ")
        return [Finding(code="silent", where="scenario", text=f"it cannot be run: {text}", remedy=remedy)]
    return [finding for finding in found if finding.where not in places]


def refuse_what_cannot_be_meant(told: Scenario, text: str, about: str) -> None:
    """Raise what shows only when laws are solved and beliefs looked at: all of it, with the lines.

    Raises
    ------
    LawError, ScenarioError
        With every hard finding of lint.
    """
    errors: list[NegsimError] = []
    for one in hard_findings(told):
        said = f"{one.where}: {one.text}; {one.remedy}"
        # Only the first blank: what follows the table is a name, or a path in quotation marks.
        place = one.where.replace(" ", ".", 1)
        problem = Problem(code=one.code, text=said, line=line_of(text, place), remedy=one.remedy)
        errors.append((LawError if one.code == "law" else ScenarioError).telling([problem]))
    if errors:
        raise joined(errors, about=about)
