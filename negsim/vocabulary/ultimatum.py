"""An ultimatum: a demand, a date, and what is threatened if it is not met by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import Duration, days
from negsim.model.clocks import Distribution, Fixed, Immediately, On
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression
from negsim.model.inputs import Amount, Condition, Date, Effects, Name, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked
from negsim.vocabulary.fields import ALWAYS, NEVER, ONE, ZERO, both, due_again, fixed, pace_for, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Ultimatum"]


@record
class Ultimatum(When):
    """ "Do that by then, or else" (without a date: `Threat`; without a threat: `Deadline`).

    At the date, if the demand is not met,

    .. math:: P(\\text{carried out}) = r, \\quad P(\\text{extended}) = (1-r)\\,e, \\quad
              P(\\text{backed down}) = (1-r)(1-e)

    and an extended one comes up once more, with no further extension. One that was let pass can be made anew after a
    cooling-off, with a new date.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by, to : Party or str
        Who sets it, and to whom.
    on : instant
        With its hour.
    met : condition
        The demand is fulfilled by other means.
    complies : Distribution, optional
        Law of the days until the target gives in of its own accord.
    pace : number-valued expression
        Multiplier of its hazard: pressure, an approaching date.
    resolve : probability
        That the threat is carried out.
    extend : probability
        That it is extended if it is not carried out (default 0).
    extension : duration
        Default 14 days, assumed.
    rearms : Distribution or Fixed, optional
        Law of the days, from backing down, after which it is made anew (a cooling-off).
    allows : duration
        Time from being made anew to its new date (default 14 days, assumed).
    most : int
        How often it is made anew at most (default 1).
    consequence : list of effects
        What carrying it out changes.
    backing_down : list of effects
        What it costs to let it pass: reputation, audience costs.
    when : condition
        Under which the ultimatum stands.
    title : str
        What people read in place of the name.

    See Also
    --------
    Deadline : A date by which something shall be settled.
    Threat : What a party says it will do if not heeded.

    Notes
    -----
    Facts ``complied``, ``carried_out``, ``backed_down`` (now), ``extended``; with ``rearms`` also ``rearmed`` (ever) and the
    counter ``times``. Compellent threats often fail: Sechser 2011,
    *Confl. Manag. Peace Sci.* 28:377, doi:10.1177/0738894211413066; Schelling 1960, *The Strategy of Conflict*.

    Examples
    --------
    >>> fifty = Ultimatum("fifty_days", by="united_states", to="russia", on="2025-09-02T12:00", met="ceasefire", resolve=0.3)
    >>> [fact.name for fact in (fifty.carried_out, fifty.backed_down)]
    ['fifty_days.carried_out', 'fifty_days.backed_down']
    """

    table: ClassVar[str] = "ultimatum"
    steps: ClassVar[tuple[str, ...]] = (
        "complied",
        "carried_out",
        "backed_down",
    )

    name: str = field(kw_only=False)
    by: Name
    to: Name
    on: Date
    met: Condition = preset(NEVER)
    complies: Distribution | None = None
    pace: Amount = preset(ONE)
    resolve: Amount
    extend: Amount = preset(ZERO)
    extension: Duration = "14 days"
    rearms: Distribution | Fixed | None = None
    allows: Duration = "14 days"
    most: int = 1
    consequence: Effects = preset(())
    backing_down: Effects = preset(())
    when: Condition = preset(ALWAYS)
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(
            self,
            "ultimatum",
            party_=["by", "to"],
            condition=["met", "when"],
            number=["pace"],
            share=["resolve", "extend"],
            effect=["consequence", "backing_down"],
            instant=["on"],
            period=["extension"],
            duration=["allows"],
        )
        if isinstance(self.on, str) and "T" not in self.on.upper().replace(" ", "T"):
            # said here, once: the date to which it is put off would say it again
            raise ScenarioError(
                f"{where}: on {self.on!r} has no hour; something happens at an instant, so write '{self.on}T13:00'"
            )
        if self.by == self.to:
            raise ScenarioError(f"{where}: {self.by} cannot threaten itself; name another party in to=")
        if not days(self.extension) > 0:
            raise ScenarioError(f"{where}: extension must be positive, not {self.extension!r}")
        if not days(self.allows) > 0 or isinstance(self.most, bool) or not isinstance(self.most, int) or self.most < 1:
            raise ScenarioError(f"{where}: allows must be a positive duration and most a positive whole number")
        if self.met == NEVER and self.complies is None:
            raise ScenarioError(f"{where}: nothing can meet the demand; give met=condition, complies=law, or both")

    @property
    def complied(self) -> Fact:
        """The fact that the target met the demand in time."""
        return Fact(f"{self.name}.complied")

    @property
    def carried_out(self) -> Fact:
        """The fact that what was threatened was done."""
        return Fact(f"{self.name}.carried_out")

    @property
    def backed_down(self) -> Fact:
        """The fact that the date passed and nothing was done."""
        return Fact(f"{self.name}.backed_down")

    @property
    def extended(self) -> Fact:
        """The fact that the date was moved."""
        return Fact(f"{self.name}.extended")

    @property
    def rearmed(self) -> Fact:
        """The fact that it was made anew."""
        return Fact(f"{self.name}.rearmed")

    @property
    def times(self) -> Counter:
        """How often it was made anew."""
        return Counter(f"{self.name}.times")

    @property
    def _open(self) -> Expression:
        return both(self.when, ~self.complied, ~self.carried_out, ~self.backed_down)

    def expand(self) -> Iterator[Element]:
        """Yield facts, compliance, the date and the date after it."""
        yield from (Party(self.by), Party(self.to))
        yield from asked(self.complied)
        yield from asked(self.carried_out) if self.resolve != ZERO else (self.carried_out,)
        yield from asked(self.backed_down) if self.resolve != ONE and self.extend != ONE else (self.backed_down,)
        done = (self.complied.set(True),)
        if self.met != NEVER:
            yield Action(
                name=f"{self.name}.be_met",
                by=self.to,
                when=both(self._open, self.met),
                clock=Immediately(),
                effects=done,
            )
        if self.complies is not None:
            pace = pace_for(self.complies, self.pace)
            yield Action(
                name=f"{self.name}.comply", by=self.to, when=self._open, clock=self.complies, pace=pace, effects=done
            )
        yield Action(
            name=f"{self.name}.fall_due",
            by=self.by,
            when=self._open,
            clock=On(self.on),
            outcomes=self._outcomes(self.extend),
            priority=10,
        )
        if self.extend != ZERO:
            yield from asked(self.extended)
            yield Action(
                name=f"{self.name}.fall_due_again",
                by=self.by,
                when=both(self._open, self.extended),
                clock=due_again(self.on, self.extension),
                outcomes=self._outcomes(ZERO),
                priority=10,
            )

        if self.rearms is not None:
            yield from self._anew(self.rearms)

    def _anew(self, law: Distribution | Fixed) -> Iterator[Element]:
        """What was let pass is made anew, with a date of its own."""
        yield from (*asked(self.rearmed), self.times)
        again = [self.backed_down.set(False), self.rearmed.set(True), self.times.add(1)]
        again += [self.extended.set(False)] if self.extend != ZERO else []
        guard = both(self.when, self.backed_down, self.times < self.most, ~self.carried_out, ~self.complied)
        yield Action(name=f"{self.name}.rearm", by=self.by, when=guard, clock=law, effects=tuple(again))
        yield Action(
            name=f"{self.name}.fall_due_anew",
            by=self.by,
            when=both(self._open, self.rearmed),
            clock=fixed(days(self.allows)),
            outcomes=self._outcomes(ZERO),
            priority=10,
        )

    def _outcomes(self, extend: Expression) -> tuple[Outcome, ...]:
        rest = 1 - self.resolve
        found = [
            Outcome(name="carried_out", weight=self.resolve, effects=(self.carried_out.set(True), *self.consequence))
        ]
        if extend != ZERO:
            found.append(Outcome(name="extended", weight=rest * extend, effects=(self.extended.set(True),)))
        effects = (self.backed_down.set(True), *self.backing_down)
        found.append(Outcome(name="backed_down", weight=rest * (1 - extend), effects=effects))
        return tuple(found)
