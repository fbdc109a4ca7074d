"""What comes of running engines side by side: the answers to each question, and whether they agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from negsim.engines import ENGINES
from negsim.estimates import Conditional, Estimate, Mean, Proportion

__all__ = ["Line", "Verification", "told", "value_of"]


@dataclass(frozen=True, slots=True)
class Line:
    """One question with the answers of all engines.

    Attributes
    ----------
    question, kind : str
    exact : Estimate or None
        None where the exact engine has no answer.
    simulated : tuple of (engine, Proportion, Conditional or Mean)
    note : str
        Why there is no exact answer, or what disagrees.
    agree : bool
    """

    question: str
    kind: str
    exact: Estimate | None
    simulated: tuple[tuple[str, Any], ...]
    note: str
    agree: bool


@dataclass(frozen=True, slots=True)
class Verification:
    """Engines side by side.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    lines : tuple of Line
        One a question and pair of engines: both answers, and whether they agree.
    engines : tuple of str
        Those that ran; the one that solves among them if it had an answer.
    replications, seed : int
        Of each engine that simulates.
    level : float
        Probability of a false alarm, over all questions and engines together.

    See Also
    --------
    verify : Compare all engines on a scenario.

    Examples
    --------
    >>> import negsim as ns
    >>> found = ns.verify(ns.load("toy"), replications=500, seed=1)
    >>> found.agree, "exact" in found.engines
    (True, True)
    """

    scenario: str
    lines: tuple[Line, ...]
    engines: tuple[str, ...]
    replications: int
    seed: int
    level: float

    @property
    def agree(self) -> bool:
        """Whether no answer differs by more than the joint error."""
        return all(line.agree for line in self.lines)

    @property
    def disagreements(self) -> tuple[Line, ...]:
        """Questions with answers that differ by more than the joint error."""
        return tuple(line for line in self.lines if not line.agree)

    def as_dict(self) -> dict[str, object]:
        """A plain dictionary, for JSON."""
        rows = []
        for line in self.lines:
            exact = None if line.exact is None else {"value": line.exact.value, "error": line.exact.error}
            others = {name: {"value": value_of(found), "text": str(found)} for name, found in line.simulated}
            rows.append(
                {
                    "question": line.question,
                    "kind": line.kind,
                    "exact": exact,
                    **others,
                    "agree": line.agree,
                    "note": line.note,
                }
            )
        return {
            "scenario": self.scenario,
            "engines": list(self.engines),
            "replications": self.replications,
            "seed": self.seed,
            "level": self.level,
            "agree": self.agree,
            "questions": rows,
        }

    def __str__(self) -> str:
        names = [name for name in self.engines if ENGINES[name].simulates]
        head = ["question", "exact", *names, ""]
        rows = [head]
        for line in self.lines:
            exact = "-" if line.exact is None else f"{line.exact.value:.7g} (error {line.exact.error:.0e})"
            found = dict(line.simulated)
            rows.append(
                [line.question, exact, *(told(found[name]) for name in names), "agree" if line.agree else "DIFFER"]
            )
        widths = [max(len(row[k]) for row in rows) for k in range(len(head))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        # One note often goes for many questions; it is told once.
        notes: dict[str, list[str]] = {}
        for line in self.lines:
            if line.note:
                notes.setdefault(line.note, []).append(line.question)
        lines += [
            f"{', '.join(names) if len(names) < 4 else f'{len(names)} questions'}: {note}"
            for note, names in notes.items()
        ]
        verdict = (
            "all engines agree"
            if self.agree
            else f"DISAGREEMENT on {', '.join(line.question for line in self.disagreements)}"
        )
        tail = (
            f"{verdict} ({self.replications:,} replications, seed {self.seed}, false alarm below {self.level:g} in all)"
        )
        return "\n".join([*lines, tail])


def value_of(found: Any) -> float:
    """The number of a simulated answer; NaN where it was refused."""
    if isinstance(found, str):
        # No number at all: a table for programs must not show a refusal as a zero.
        return math.nan
    return float(found.mean if isinstance(found, Mean) else found.value)


def told(found: Any) -> str:
    """A simulated answer in short."""
    if isinstance(found, str):
        return "refused"
    # Weighted histories have no whole number of hits.
    if isinstance(found, Proportion | Conditional) and found.effective is not None:
        return f"{found.value:.4g}"
    if isinstance(found, Proportion):
        return f"{found.hits} of {found.n} = {found.value:.4g}"
    if isinstance(found, Conditional):
        return f"{found.hits} of {found.given} = {found.hits / found.given:.4g}" if found.given else "nothing given"
    return f"{found.mean:.5g}"
