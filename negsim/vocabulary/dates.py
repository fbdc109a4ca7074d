"""The dates of a meeting: the first one, and those to which it is put off; each ends in one review."""

from __future__ import annotations

from collections.abc import Iterator

from negsim.model.actions import Action
from negsim.model.clocks import Clock, Fixed
from negsim.model.effects import Effect
from negsim.model.elements import Element
from negsim.model.expressions import Expression, where
from negsim.model.inputs import Amount, Condition, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.fields import ONE, REVIEWING, both

__all__ = ["Dates"]


@record
class Dates:
    """When a meeting's day is here: ``NAME.fall_due`` the first time, ``NAME.meet_late`` each later one.

    Both make the fact ``NAME.due`` true for the instant; decisions of the day and the review are taken at once.

    Parameters
    ----------
    name : str
        Of the word.
    clock, guard
        Of the first date.
    later : Clock, optional
        From a missed date to the next one.
    later_guard : condition
        Under which that clock runs, besides its being put off.
    pace : number-valued expression
    never : probability
        That a missed date is the end of it.
    most : int
        How often it can be put off.
    missable : bool
        Whether a later date can be missed too, so that times are counted.
    """

    name: str
    clock: Clock
    guard: Condition
    later: Clock | None
    later_guard: Condition
    never: Amount
    most: int
    missable: bool
    pace: Amount = preset(ONE)

    @property
    def due(self) -> Fact:
        """The fact that a date of it is here and not reviewed yet."""
        return Fact(f"{self.name}.due")

    @property
    def postponed(self) -> Fact:
        """The fact that its date passed and it is still to come."""
        return Fact(f"{self.name}.postponed")

    @property
    def times_put_off(self) -> Counter:
        """How often it was put off."""
        return Counter(f"{self.name}.times_put_off")

    @property
    def over(self) -> tuple[Effect, ...]:
        """What its being held or called off changes here."""
        # A meeting that is never put off has no such fact.
        return () if self.later is None else (self.postponed.set(False),)

    @property
    def again(self) -> tuple[Effect, ...]:
        """What its being put off changes here."""
        return (self.postponed.set(True), *((self.times_put_off.add(1),) if self.missable else ()))

    @property
    def end(self) -> Expression:
        """The probability that a missed date is the end of it: surely so after the last."""
        if self.later is None or self.never == ONE:
            # Without a later date a missed one is the end, whatever was said of it.
            return ONE
        # Counted only where a date can be missed: elsewhere the counter would be one more number in every state.
        return where(self.times_put_off < self.most, self.never, 1) if self.missable else self.never

    def elements(self) -> Iterator[Element]:
        """Yield the fact ``due``, the counter, and the events of the dates."""
        yield self.due
        here = (self.due.set(True),)
        # Once it is put off, only the later dates count.
        waiting = self.guard if self.later is None else both(self.guard, ~self.postponed)
        yield Action(
            name=f"{self.name}.fall_due",
            when=waiting,
            clock=self.clock,
            effects=here,
            priority=REVIEWING,
            title="its date is here",
        )
        if self.later is None:
            return
        if self.missable:
            yield self.times_put_off
        yield Action(
            name=f"{self.name}.meet_late",
            when=both(self.postponed, self.later_guard),
            clock=self.later,
            # A fixed delay has no hazard that a pace could multiply.
            pace=ONE if isinstance(self.later, Fixed) else self.pace,
            effects=here,
            priority=REVIEWING,
            title="its new date is here",
        )
