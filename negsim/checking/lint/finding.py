"""Findings: what lint says of a scenario."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CHECKS", "HARD", "Finding"]

CHECKS = {
    "law": "a law that does not exist, or cannot be solved",
    "impossible": "a best value that has no chance under what is believed of it",
    "range": "a number that is no probability or no multiplier in some draw of the parameters",
    "unsourced": "a number that nobody answers for",
    "default": "a default that acts: a number that nobody of the scenario's authors said",
    "evidence": "a parameter outside what is believed of it, or whose source is not there",
    "belief": "a belief that does not say what was said, or whose mean is not the average that was quoted",
    "clairvoyance": "a question that somebody who knew the future could not answer without asking back",
    "vacuous": "a condition that is always true",
    "never": "a condition that can never be true",
    "unused": "what nothing reads, nothing names or nothing cites",
    "idle": "what can move no question",
    "order": "two actions that can be due at one instant and touch one variable, in the order of their names",
    "date": "a date outside the scenario",
    "crowded": "a calendar with nearly as many dates as a history may have events",
    "view": "a reason that reads what its party does not see",
    "silent": "what changes no answer when it is left out (`negsim.silent`)",
    "party": "two parties whose names are nearly the same",
}
"""What is looked for, by the code of a finding."""

HARD = frozenset({"impossible", "law", "range"})
"""Codes of what cannot be meant: ``negsim validate`` refuses it; the others are advice."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One thing to look at.

    Parameters
    ----------
    code : str
        One of `CHECKS`.
    where : str
        The element: ``parameter waiver``, ``question summit``, ``word memo``.
    text : str
        What is wrong, with the value.
    remedy : str
        What to write instead, or to add.

    See Also
    --------
    lint : Find what is worth a second look.

    Examples
    --------
    >>> print(Finding(code="unsourced", where="parameter waiver", text="has no source", remedy="name one"))
    parameter waiver: has no source; name one [unsourced]
    """

    code: str
    where: str
    text: str
    remedy: str

    @property
    def hard(self) -> bool:
        """Whether this cannot be meant; else it is advice."""
        return self.code in HARD

    def __str__(self) -> str:
        return f"{self.where}: {self.text}; {self.remedy} [{self.code}]"
