"""What the model knows of a word that is a party's decision: its options and reasons can be supposed of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from negsim.model.expressions import Expression
from negsim.model.requirements import named_or_under

__all__ = ["Deciding", "reasons_called"]


@runtime_checkable
class Deciding(Protocol):
    """A word that is a decision: at an occasion a party takes one of several options, for reasons."""

    def choices(self) -> Iterable[str]:
        """Names of the options."""

    def moved_by(self) -> Mapping[str, Any]:
        """The reasons by their full names, such as ``kyiv_attends.reasons.blame``."""

    def positive(self) -> Mapping[str, Expression]:
        """The numbers that have to be positive, by key."""

    def supposing(self, requirement: str, how: str) -> object:
        """The word under a supposition on one of its requirements or reasons, or with ``decide.<option>``."""


def reasons_called(name: str, decisions: Mapping[str, Deciding]) -> tuple[str, ...]:
    """The reasons that a name means: one, or all of a decision (``kyiv_attends.reasons``)."""
    known = {reason: one for word in decisions.values() for reason, one in word.moved_by().items()}
    # The decision's own name means the decision, not its reasons.
    return () if name in decisions else named_or_under(name, known)
