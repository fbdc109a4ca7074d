"""Decisions: reasons whose weight nobody answers for, and reasons that read what their party does not see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from negsim.checking.bare import PLAIN
from negsim.checking.lint.finding import Finding
from negsim.model.elements import Elements
from negsim.model.expressions import Number, reads
from negsim.vocabulary.decision import Decision, ReasonFor

__all__ = ["bare_weights", "unseen_reasons"]


def _reasons(elements: Elements) -> Iterator[tuple[str, Decision, str, ReasonFor]]:
    for name, one in sorted(elements.decisions.items()):
        if isinstance(one, Decision):
            for key, reason in one.reasons.items():
                yield f"decision {name}", one, key, reason


def bare_weights(elements: Elements) -> Iterator[Finding]:
    """Weights that are plain numbers: that one is a round number makes it no less of an estimate."""
    for where, _, key, reason in _reasons(elements):
        weight = reason.weight
        # Others are told as bare numbers of the word; what other words bring (acts_on) has the weight 1 by its meaning.
        if isinstance(weight, Number) and weight.value in PLAIN and weight.value != 0 and key not in elements.acting:
            yield Finding(
                code="unsourced",
                where=where,
                text=f"reason {key} has the bare weight {weight.value:g}",
                remedy="make it a parameter with source and grade",
            )


def unseen_reasons(elements: Elements) -> Iterator[Finding]:
    """Where a party says what it sees: reasons that read something else, and nothing of its own."""
    for where, decision, key, reason in _reasons(elements):
        party = elements.parties[decision.by]
        if not party.sees or key in elements.acting:
            continue
        for name in sorted(reads(reason.reads) - elements.parameters.keys()):
            if not _its_own(name, decision.by, party.sees, elements):
                yield Finding(
                    code="view",
                    where=where,
                    text=f"reason {key} reads {name}, which {decision.by} does not see",
                    remedy=f"add it to sees of party {decision.by}, or read what the party holds true of it",
                )


def _its_own(name: str, party: str, sees: tuple[str, ...], elements: Elements) -> bool:
    if name.startswith(f"{party}.") or any(name == one or name.startswith(f"{one}.") for one in sees):
        return True
    parts = name.split(".")
    words: list[Any] = [elements.words.get(".".join(parts[:length])) for length in range(1, len(parts))]
    return any(party in (getattr(word, "of", None), getattr(word, "by", None)) for word in words if word is not None)
