"""Interventions on what happens: facts that turn true, another clock, a parameter that is known."""

from __future__ import annotations

from dataclasses import replace

from negsim.errors import ScenarioError, UnknownName, nearest
from negsim.model.actions import Action
from negsim.model.calendar import moment
from negsim.model.clocks import Clock, On
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.expressions import Truth, reads
from negsim.model.inputs import Called, Date, MaybeDate, preset, record
from negsim.model.looking_up import (
    deaf,
    fact_called,
    fact_name,
    free_name,
)
from negsim.model.names import check_name

__all__ = ["Do", "Nudge", "WithLaw", "WithParameter"]


@record
class Do:
    """Make a fact true at an instant (or never), whatever the mechanisms say.

    All effects on the fact are removed, it keeps its initial value and turns true at ``on`` before everything else at
    that instant, for good; with ``never`` it is false for good. A bare date means its first instant.

    Parameters
    ----------
    fact : Fact or str
        The fact or its name.
    on : date or instant, optional
        When it turns true; a bare date means its first instant.
    never : bool
        It is false for good; in place of ``on``.

    Raises
    ------
    ScenarioError
        If both or neither of ``on`` and ``never`` are given.

    See Also
    --------
    Nudge : One more event that makes a fact true.
    Without : Suppose an element away.

    Examples
    --------
    >>> Do(fact="memo.delivered", on="2025-06-01T09:00").fact
    'memo.delivered'
    """

    fact: Called
    on: MaybeDate = preset(None)
    never: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "fact", fact_name(self.fact))
        if (self.on is None) == (not self.never):
            raise ScenarioError(f"do({self.fact}): give either on=instant or never=True")
        if self.on is not None:
            object.__setattr__(self, "on", moment(self.on, f"do({self.fact}): on"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention.

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
            If there is no such fact.
        """
        fact = fact_called(elements, self.fact)
        # Nothing else may change the fact any more, or it would not be what is supposed.
        actions = {name: deaf(action, self.fact) for name, action in elements.actions.items()}
        if self.never:
            variables = {**elements.variables, self.fact: replace(fact, initial=Truth(False))}
            return replace(elements, actions=actions, variables=variables)
        # The user may have an action of that name.
        name = free_name(f"do.{self.fact}", elements)
        actions[name] = Action(
            name=name,
            clock=On(self.on),
            effects=(Effect(self.fact, "set", Truth(True)),),
            title=f"suppose that {self.fact}",
        )
        # Marked by name, because the rank of what is supposed goes before every priority.
        return replace(elements, actions=actions, first=elements.first | {name})


@record
class Nudge:
    """One extra event that makes a fact true at an instant, after every `Do` there; all mechanisms stay.

    Parameters
    ----------
    fact : Fact or str
        The fact or its name.
    on : date or instant
        When it happens; a bare date means its first instant.

    See Also
    --------
    Do : Suppose that a fact turns true, or never.
    Without : Suppose an element away.

    Examples
    --------
    >>> Nudge(fact="memo.delivered", on="2025-06-01T09:00").on
    '2025-06-01T09:00'
    """

    fact: Called
    on: Date

    def __post_init__(self) -> None:
        object.__setattr__(self, "fact", fact_name(self.fact))
        object.__setattr__(self, "on", moment(self.on, f"nudge({self.fact}): on"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention.

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
            If there is no such fact.
        """
        # Asked for its refusal alone: the name must be that of a fact.
        fact_called(elements, self.fact)
        name = free_name(f"nudge.{self.fact}", elements)
        event = Action(
            name=name,
            clock=On(self.on),
            effects=(Effect(self.fact, "set", Truth(True)),),
            title=f"one push: {self.fact}",
        )
        return replace(elements, actions={**elements.actions, name: event}, nudges=elements.nudges | {name})


@record
class WithLaw:
    """Give an action another clock.

    Parameters
    ----------
    action : Action or str
        The action or its name.
    law : Clock
        Law of the time from enabling to firing (days), in place of its own.

    See Also
    --------
    WithParameter : Fix a parameter at a value.
    Do : Suppose that a fact turns true, or never.

    Examples
    --------
    >>> from negsim.model.clocks import Fixed
    >>> WithLaw(action="russia.deliver", law=Fixed("3 days")).action
    'russia.deliver'
    """

    action: Called
    law: Clock

    def __post_init__(self) -> None:
        object.__setattr__(self, "action", check_name(getattr(self.action, "name", self.action), "with_law"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention.

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
            If there is no such action.
        """
        if self.action not in elements.actions:
            raise UnknownName(f"with_law({self.action}): no such action{nearest(self.action, elements.actions)}")
        changed = replace(elements.actions[self.action], clock=self.law)
        return replace(elements, actions={**elements.actions, self.action: changed})


@record
class WithParameter:
    """Fix a parameter at a value; nothing is believed of it any more.

    Parameters
    ----------
    name : Parameter or str
        The parameter or its name.
    value : float or bool
        In the unit of the parameter.

    See Also
    --------
    WithLaw : Give an action another clock.
    Parameter : A number nobody knows exactly.

    Examples
    --------
    >>> WithParameter(name="waiver", value=0.4).value
    0.4
    """

    name: Called
    value: float | bool

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", check_name(getattr(self.name, "name", self.name), "with_parameter"))

    def apply(self, elements: Elements) -> Elements:
        """Return the elements under the intervention.

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
            If there is no such parameter.
        ScenarioError
            If a number is given for a truth value, or the other way round.
        """
        if self.name not in elements.parameters:
            # Numbers of words look like parameters to people, and the way to one is told.
            word, _, key = self.name.rpartition(".")
            hint = nearest(self.name, elements.parameters)
            if not hint and word in elements.owners:
                hint = f"; if {key} is a number of {word}, let it read a parameter ({key} = 'p'), and fix that"
            raise UnknownName(f"with_parameter({self.name}): no such parameter{hint or '; declare it'}")
        old = elements.parameters[self.name]
        # A claim has a truth and a parameter a number; True would pass as 1.
        if isinstance(old.best, bool) != isinstance(self.value, bool):
            raise ScenarioError(
                f"with_parameter({self.name}): {self.value!r} is of another kind than {old.best!r}; give "
                f"{'true or false' if isinstance(old.best, bool) else 'a number'}"
            )
        # What is supposed is not asked whether it fits what is known of it together with others.
        kept = {name: one for name, one in elements.constraints.items() if self.name not in reads(one.holds)}
        fixed = replace(old, best=self.value, belief=None)
        return replace(elements, parameters={**elements.parameters, self.name: fixed}, constraints=kept)
