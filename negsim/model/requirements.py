"""Preconditions of a step as elements of their own: each can be supposed away, met, waived or hardened by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, runtime_checkable

from negsim.model.expressions import Number
from negsim.model.inputs import Condition, MaybeAmount, MaybeName, preset, record
from negsim.model.names import check_name

__all__ = ["SUPPOSITIONS", "Requirement", "Stating", "named", "named_or_under", "requirements_of", "revised"]

SUPPOSITIONS = ("without", "meet", "waive", "harden")
"""What can be supposed of a requirement: not there; counts as met; always waived; never waived."""


@record
class Requirement:
    """What must hold whenever a step is taken, and with which share it is let pass.

    The requirement, its waiver and what is required are three elements. A requirement is called by its word and its
    place in it: ``istanbul_2.requires.ukraine``, ``plebiscite.when``, ``deal.signed.when``; a `Demand` or a
    `Precondition` is a requirement under its own name.

    Parameters
    ----------
    name : str
        What `Scenario.without`, `Scenario.waive` and the others call it by.
    needs : condition
        What is required.
    steps : tuple of str
        Facts that turn true, or counters that rise, only while it is met or waived.
    of : str, optional
        The party whose requirement it is.
    waiver : number-valued expression, optional
        Share with which it is waived at a date on which it is unmet; 0 is a hard requirement, None one that is dropped
        in other ways than on a date.
    waiver_name : str
        The name of its waiver, for ``without``; empty if there is none.
    waived : str
        The fact that it was waived; empty if there is none.

    See Also
    --------
    Precondition : What must hold before a party moves.
    Waive : Suppose that a requirement is always waived.

    Examples
    --------
    >>> Requirement(name="talks.requires.south", needs="memo.delivered", steps=("talks.held",)).hard
    True
    """

    name: str
    needs: Condition
    steps: tuple[str, ...]
    of: MaybeName = preset(None)
    waiver: MaybeAmount = preset(Number(0.0))
    waiver_name: str = ""
    waived: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "requirement")

    @property
    def hard(self) -> bool:
        """Whether it is never waived."""
        return self.waiver == Number(0.0)


@runtime_checkable
class Stating(Protocol):
    """A word that states requirements, and can be written as it is when something is supposed of one of them."""

    def requirements(self) -> Iterable[Requirement]:
        """The requirements that the word states."""

    def supposing(self, requirement: str, how: str) -> object:
        """The word under one of `SUPPOSITIONS`; a part with the same name."""


def requirements_of(part: object) -> tuple[Requirement, ...]:
    """What a part requires; nothing if it is no word that states requirements."""
    return tuple(part.requirements()) if isinstance(part, Stating) else ()


def revised(part: object, supposed: Iterable[tuple[str, str]]) -> object:
    """The part under all suppositions that concern itself, its own requirements or its reasons, in their order."""
    for name, how in supposed:
        # Asked anew after each step: a revised word may state other requirements, or none.
        if isinstance(part, Stating) and name in _own_names(part):
            part = part.supposing(name, how)
    return part


def _own_names(part: Stating) -> set[str]:
    """What of a part can be supposed something: its requirements; of a decision also itself and its reasons."""
    found = {one.name for one in part.requirements()}
    reasons = getattr(part, "moved_by", None)
    return found if reasons is None else {*found, *reasons(), part.name}  # type: ignore[attr-defined] # every word has one


def named(name: str, known: Mapping[str, Requirement]) -> tuple[str, ...]:
    """The requirements that a name means: one, or all that stand under it (``istanbul_2.requires``, ``istanbul_2``)."""
    return named_or_under(name, known)


def named_or_under(name: str, known: Mapping[str, object]) -> tuple[str, ...]:
    """The one of this name, or all whose names begin with it and a dot."""
    # The very name first: what stands under it is meant only if nothing has it.
    if name in known:
        return (name,)
    return tuple(one for one in known if one.startswith(f"{name}."))
