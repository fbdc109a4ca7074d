"""Interventions on what parties require and decide: they change the word that states it."""

from __future__ import annotations

from negsim.errors import UnknownName, nearest
from negsim.model.elements import Elements
from negsim.model.inputs import Called, record
from negsim.model.looking_up import (
    requirement_name,
    stated,
)
from negsim.model.names import check_name

__all__ = ["Decide", "Harden", "Meet", "Waive"]


@record
class Meet:
    """Suppose that a requirement counts as met, at every date; what it asks for is left as it is.

    Parameters
    ----------
    requirement : Requirement or str
        The requirement or its name, such as ``istanbul_2.requires.ukraine``.

    See Also
    --------
    Waive : Suppose that a requirement is always waived.
    Harden : Suppose that a requirement is never waived.

    Examples
    --------
    >>> Meet(requirement="istanbul_2.requires.ukraine").requirement
    'istanbul_2.requires.ukraine'
    """

    requirement: Called

    def __post_init__(self) -> None:
        object.__setattr__(self, "requirement", requirement_name(self.requirement, "meet"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements, in which the requirement is known to be stated.

        Parameters
        ----------
        elements : Elements
            The plain elements of a scenario, before this step.

        Returns
        -------
        Elements
            Those under the step.

        Raises
        ------
        UnknownName
            If nothing states the requirement.
        """
        return stated(self.requirement, elements, "meet")


@record
class Waive:
    """Suppose that a requirement is always waived where it is unmet, at every date.

    Parameters
    ----------
    requirement : Requirement or str
        The requirement or its name, such as ``istanbul_2.requires.ukraine``.

    See Also
    --------
    Meet : Suppose that a requirement counts as met.
    Harden : Suppose that a requirement is never waived.

    Examples
    --------
    >>> Waive(requirement="istanbul_2.requires.ukraine").requirement
    'istanbul_2.requires.ukraine'
    """

    requirement: Called

    def __post_init__(self) -> None:
        object.__setattr__(self, "requirement", requirement_name(self.requirement, "waive"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements, in which the requirement is known to be stated.

        Parameters
        ----------
        elements : Elements
            The plain elements of a scenario, before this step.

        Returns
        -------
        Elements
            Those under the step.

        Raises
        ------
        UnknownName
            If nothing states the requirement.
        """
        return stated(self.requirement, elements, "waive")


@record
class Harden:
    """Suppose that a requirement is never waived, at no date.

    Parameters
    ----------
    requirement : Requirement or str
        The requirement or its name, such as ``istanbul_2.requires.ukraine``.

    See Also
    --------
    Waive : Suppose that a requirement is always waived.
    Meet : Suppose that a requirement counts as met.

    Examples
    --------
    >>> Harden(requirement="istanbul_2.requires.ukraine").requirement
    'istanbul_2.requires.ukraine'
    """

    requirement: Called

    def __post_init__(self) -> None:
        object.__setattr__(self, "requirement", requirement_name(self.requirement, "harden"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements, in which the requirement is known to be stated.

        Parameters
        ----------
        elements : Elements
            The plain elements of a scenario, before this step.

        Returns
        -------
        Elements
            Those under the step.

        Raises
        ------
        UnknownName
            If nothing states the requirement.
        """
        return stated(self.requirement, elements, "harden")


@record
class Decide:
    """Suppose that a party decides for an option at every occasion on which it is open; where not, it takes none.

    Parameters
    ----------
    decision : Decision or str
        The decision or its name.
    option : str
        Name of the option that is taken.

    See Also
    --------
    Decision : A choice among options, moved by reasons.
    Do : Suppose that a fact turns true, or never.

    Examples
    --------
    >>> Decide(decision="attends", option="go").option
    'go'
    """

    decision: Called
    option: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "decision", check_name(getattr(self.decision, "name", self.decision), "decide"))
        object.__setattr__(self, "option", check_name(self.option, f"decide({self.decision}): option"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements, in which the decision is known to have the option.

        Parameters
        ----------
        elements : Elements
            The plain elements of a scenario, before this step.

        Returns
        -------
        Elements
            Those under the step.

        Raises
        ------
        UnknownName
            If there is no such decision, or it has no such option.
        """
        where, known = f"decide({self.decision}, {self.option})", elements.decisions
        if self.decision not in known:
            there = f"; the scenario's decisions are {', '.join(sorted(known))}" if known else "; the scenario has none"
            raise UnknownName(f"{where}: no decision has this name{nearest(self.decision, known)}{there}")
        options = sorted(known[self.decision].choices())
        if self.option not in options:
            raise UnknownName(f"{where}: it has no such option; its options are {', '.join(options)}")
        return elements
