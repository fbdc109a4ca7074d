"""The scenario: an immutable description that knows no engine and no seed."""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property

from negsim.errors import ArgumentError, HindsightError, NegsimError, ScenarioError
from negsim.model.calendar import Calendar, Dated, moment
from negsim.model.checks import check_scenario
from negsim.model.clocks import Clock
from negsim.model.constraints import at_best
from negsim.model.elements import Elements
from negsim.model.expansion import expand
from negsim.model.framing import AsOf, Fixing, Parts, Start, Steps, canonical, check_dates
from negsim.model.inputs import Date, Named, preset, remembering_record
from negsim.model.interventions import (
    Decide,
    Do,
    Harden,
    Intervention,
    Meet,
    Nudge,
    Waive,
    WithLaw,
    Without,
    WithParameter,
    suppositions,
)
from negsim.model.making import explained
from negsim.model.names import check_name
from negsim.model.parameters import Parameter, iso_date
from negsim.model.shown import brief, scenario_card
from negsim.wording.language import check_language

__all__ = ["Fixing", "Scenario", "check_is_scenario"]


@explained
@remembering_record
class Scenario:
    """Who wants what, under which preconditions, by when, and who says so.

    Parameters
    ----------
    name : str
        Lower case; hyphens allowed.
    start : date or instant
        A bare date is 00:00 of that day, in ``zone``.
    end : date, instant, or days from the start
        A bare date is the whole of that day; ``"30 days"`` counts by the calendar, 30 in days of 24 hours. The horizon
        is closed.
    zone : str
        IANA time zone of every wall clock in the scenario.
    parts : iterable of elements and words
        Order has no meaning.
    as_of : date, optional
        The newest information that the scenario may rest on.
    title, note : str
        What people read in place of the name; what a reader should know besides.
    language : str
        Code of the language in which it is told (``"en"``, ``"de"``); by default English.
    interventions : sequence of Intervention
        What is supposed; see :meth:`do`, :meth:`nudge`, :meth:`without`, :meth:`with_law`, :meth:`with_parameter`,
        :meth:`meet`, :meth:`waive`, :meth:`harden`, :meth:`decide`.

    Raises
    ------
    ScenarioError
        If it contradicts itself: unknown names, unreachable questions, preconditions that wait for each other with
        nothing to break the circle, windows outside the horizon, sources later than ``as_of``.

    See Also
    --------
    load : Read a scenario from a file.

    Examples
    --------
    >>> from negsim.model.actions import Action
    >>> from negsim.model.clocks import Exponential
    >>> from negsim.model.variables import Fact
    >>> memo = Fact("memo")
    >>> act = Action(name="deliver", when=~memo, clock=Exponential(0.3), effects=[memo.set(True)])
    >>> Scenario("tiny", start="2025-01-01", end=40, parts=[memo, act]).expanded.actions["deliver"].by is None
    True
    """

    name: str
    start: Start = field(kw_only=True)
    end: Date = field(kw_only=True)
    zone: str = field(default="UTC", kw_only=True)
    parts: Parts = field(default=preset(()), kw_only=True)
    as_of: AsOf = field(default=preset(None), kw_only=True)
    title: str = field(default="", kw_only=True)
    note: str = field(default="", kw_only=True)
    language: str = field(default="", kw_only=True)
    interventions: Steps = field(default=preset(()), kw_only=True)

    def __post_init__(self) -> None:
        put = object.__setattr__
        check_name(self.name.replace("-", "_") if isinstance(self.name, str) else self.name, "scenario")
        check_language(self.language)
        start = moment(self.start, "start")
        if not isinstance(start, str):
            raise ScenarioError(f"start must be a date or an instant, not {self.start!r}; write '2025-05-29'")
        put(self, "start", start)
        put(self, "end", moment(self.end, "end"))
        if self.as_of is not None:
            put(self, "as_of", iso_date(self.as_of, "as_of"))
        put(self, "parts", canonical(self.parts))
        put(self, "interventions", tuple(self.interventions))
        check_dates(self.start, self.end, self.zone)
        put(
            self,
            "_notes",
            check_scenario(self.expanded, self.calendar, self.horizon, self.as_of, self.interventions),
        )

    __repr__ = brief
    _repr_html_ = scenario_card

    @cached_property
    def calendar(self) -> Calendar:
        """Start and zone, for turning dates into microseconds since the start and back."""
        return Calendar(self.start, self.zone)

    @cached_property
    def horizon(self) -> float:
        """The end, in whole microseconds from the start."""
        return self.calendar.deadline(self.end, "end")

    @cached_property
    def expanded(self) -> Elements:
        """The plain elements that the words stand for, after all interventions."""
        elements = expand(self.parts)
        supposed = suppositions(self.interventions, elements)
        if supposed:
            elements = expand(self.parts, supposed)
        for number, step in enumerate(self.interventions):
            try:
                elements = step.apply(elements)
            except NegsimError as error:
                placed = [replace(problem, path=("intervention", number)) for problem in error.problems]
                raise type(error).telling(placed) from error
        return replace(elements, parameters=at_best(elements.parameters))

    @property
    def notes(self) -> tuple[str, ...]:
        """What is worth knowing and no error: named circles, guards that never hold, questions out of reach."""
        found: tuple[str, ...] = self._notes  # type: ignore[attr-defined] # set once, in __post_init__
        return found

    def supposing(self, *steps: Intervention) -> Scenario:
        """The scenario under further interventions.

        Parameters
        ----------
        *steps : Intervention
            Such as `Do` or `Without`, one after the other.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.

        Raises
        ------
        UnknownName
            If a step names what the scenario does not have; so do all methods that suppose something.
        """
        return replace(self, interventions=(*self.interventions, *steps))

    def do(self, fact: Named | str, *, on: Dated | None = None, never: bool = False) -> Scenario:
        """Suppose that the fact turns true at an instant (or never), whatever the mechanisms say.

        Parameters
        ----------
        fact : Fact or str
            The fact or its name.
        on : date or instant, optional
            When it turns true; a bare date means its first instant.
        never : bool
            It is false for good; in place of ``on``.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(Do(fact=fact, on=on, never=never))

    def nudge(self, fact: Named | str, *, on: Dated) -> Scenario:
        """Add one event that makes the fact true; all mechanisms stay.

        Parameters
        ----------
        fact : Fact or str
            The fact or its name.
        on : date or instant
            When; a bare date means its first instant.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(Nudge(fact=fact, on=on))

    def without(self, element: Named | str) -> Scenario:
        """Suppose an element away: a mechanism, requirement, waiver, word, action, party or variable.

        Parameters
        ----------
        element : str, or anything with a name
            What is supposed away: a mechanism, requirement, waiver, word, action, party or variable.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(Without(element=element))

    def meet(self, requirement: Named | str) -> Scenario:
        """Suppose that a requirement counts as met, at every date: ``scenario.meet("istanbul_2.requires.ukraine")``.

        Parameters
        ----------
        requirement : Requirement or str
            The requirement or its name, such as ``istanbul_2.requires.ukraine``.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(Meet(requirement=requirement))

    def waive(self, requirement: Named | str) -> Scenario:
        """Suppose that a requirement is always waived where it is unmet.

        Parameters
        ----------
        requirement : Requirement or str
            The requirement or its name, such as ``istanbul_2.requires.ukraine``.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(Waive(requirement=requirement))

    def harden(self, requirement: Named | str) -> Scenario:
        """Suppose that a requirement is never waived, at no date.

        Parameters
        ----------
        requirement : Requirement or str
            The requirement or its name, such as ``istanbul_2.requires.ukraine``.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(Harden(requirement=requirement))

    def decide(self, decision: Named | str, option: str) -> Scenario:
        """Suppose that a party takes this option at every occasion of a decision: ``scenario.decide("attends", "go")``.

        Parameters
        ----------
        decision : Decision or str
            The decision or its name.
        option : str
            Name of the option that is taken wherever it is open.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(Decide(decision=decision, option=option))

    def with_law(self, action: Named | str, law: Clock) -> Scenario:
        """Give an action another clock.

        Parameters
        ----------
        action : Action or str
            The action or its name.
        law : Clock
            Law of the time from enabling to firing (days), in place of its own.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(WithLaw(action=action, law=law))

    def with_parameter(self, name: Named | str, value: float | bool) -> Scenario:
        """Fix a parameter at a value.

        Parameters
        ----------
        name : Parameter or str
            The parameter or its name.
        value : float or bool
            In the unit of the parameter.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.
        """
        return self.supposing(WithParameter(name=name, value=value))

    def fixing(self, values: Fixing) -> Scenario:
        """Fix parameters at values, and read contested claims one way (by the claim's name, or that of its parameter).

        Parameters
        ----------
        values : mapping of str to float or bool
            Values by the name of the parameter or claim.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.

        Examples
        --------
        >>> from negsim.model.clocks import chance
        >>> from negsim.model.parameters import Parameter
        >>> said = Parameter("terms.holds", True, chance(0.9))
        >>> here = Scenario("tiny", start="2025-01-01", end=40, parts=[said])
        >>> here.fixing({"terms": False}).expanded.parameters["terms.holds"].best
        False
        """
        known = self.expanded.parameters
        scenario = self
        for key, value in values.items():
            name = getattr(key, "name", key)
            truth = f"{name}.holds"
            scenario = scenario.with_parameter(truth if name not in known and truth in known else name, value)
        return scenario

    def as_known(self) -> Scenario:
        """The scenario without hindsight: each value that leans on later cases gives way to what was known then.

        Returns
        -------
        Scenario
            A new one; this one stays as it is.

        Raises
        ------
        HindsightError
            If a number rests on what was known only later, and nothing stands in for it: all of them are named.

        Examples
        --------
        >>> from negsim.model.parameters import AsKnown
        >>> late = Parameter("share", 0.7, source="two later cases", hindsight=True, as_known=AsKnown(best=0.5))
        >>> Scenario("tiny", start="2025-01-01", end=40, parts=[late]).as_known().expanded.parameters["share"].best
        0.5
        """
        stood_in = tuple(
            part.known if isinstance(part, Parameter) and part.as_known is not None else part for part in self.parts
        )
        then = replace(self, parts=stood_in)
        late = [name for name, one in then.expanded.parameters.items() if one.hindsight]
        if late:
            raise HindsightError(
                f"{', '.join(late)} {'rests' if len(late) == 1 else 'rest'} on what was known only later, and nothing "
                "stands in; say as_known = {...} there, or run without --as-known"
            )
        return then


def check_is_scenario(value: object, what: str) -> None:
    """Refuse what is no scenario: ``what`` names the function that wants one.

    Raises
    ------
    ArgumentError
        With what to write instead.
    """
    if not isinstance(value, Scenario):
        hint = f"; write {what}(load({value[:60]!r}))" if isinstance(value, str) else "; give a Scenario"
        raise ArgumentError(
            f"{what} takes a scenario, not {'text' if isinstance(value, str) else repr(value)[:60]}{hint}"
        )


for _step in (Do, Nudge, Without, WithLaw, WithParameter, Meet, Waive, Harden, Decide):
    explained(_step)
