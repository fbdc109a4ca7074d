"""Policies: a party that decides by a function of its own view and keyed draws (research code, reference engine)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Draw", "Policy", "View", "visible_to"]


class Draw(Protocol):
    """The random numbers of one decision: each call gives the next, the same in every replay and on any worker.

    See Also
    --------
    View : What a party sees when it decides.
    Party : Who acts, and what it wants.

    Examples
    --------
    >>> from negsim.model.policies import View
    >>> def coin(view: View, draw: Draw) -> str:
    ...     return view.options[0] if draw() < 0.5 else view.options[-1]
    >>> coin(View(time=0.0, action="kyiv.answer", options=("yes", "no"), seen={}), lambda: 0.25)
    'yes'
    """

    def __call__(self) -> float:
        """Return the next keyed uniform in (0, 1)."""


@dataclass(frozen=True, slots=True)
class View(Mapping[str, "float | bool"]):
    """What a party sees when it decides: the variables, with its own view of contested facts under the fact's name.

    Parameters
    ----------
    time : float
        Days from the start.
    action : str
        The action that is due.
    options : tuple of str
        The outcomes to choose from.
    seen : mapping of str to float or bool
        Values by the names of variables, those hidden from the party left out.

    See Also
    --------
    Party : Who acts, and what it wants.
    Draw : Random numbers for a policy.

    Examples
    --------
    >>> view = View(time=2.5, action="kyiv.answer", options=("yes", "no"), seen={"memo.delivered": True})
    >>> view["memo.delivered"], len(view)
    (True, 1)
    """

    time: float
    action: str
    options: tuple[str, ...]
    seen: Mapping[str, float | bool]

    def __getitem__(self, name: str) -> float | bool:
        return self.seen[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.seen)

    def __len__(self) -> int:
        return len(self.seen)


class Policy(Protocol):
    """A function that chooses an outcome by name; None leaves the choice to the outcomes' weights.

    It must be a pure function of the view and the draws (no clock, no global generator), and importable by name if
    processes are to run it.
    """

    def __call__(self, view: View, draw: Draw) -> str | None:
        """The outcome's name, or None."""


def visible_to(party: str, names: Mapping[str, int]) -> dict[str, int]:
    """The variables that a party sees, by the name under which it sees them.

    Facts called ``<party>.sees.<name>`` are the party's own view of ``<name>``; those of others are hidden.

    >>> visible_to("russia", {"terms.sent": 0, "russia.sees.terms.sent": 1, "ukraine.sees.terms.sent": 2})
    {'terms.sent': 1}
    """
    own = f"{party}.sees."
    # What others hold true is hidden; the party's own view takes the place of the fact.
    seen = {name: number for name, number in names.items() if ".sees." not in name}
    seen.update({name.removeprefix(own): number for name, number in names.items() if name.startswith(own)})
    return seen
