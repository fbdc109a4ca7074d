"""A deadline: pressure that rises before a date, decisions taken at it, extensions, and what follows from missing it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field
from datetime import datetime, timedelta
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import Duration, Moment, counted_days, days
from negsim.model.clocks import On, quantity
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, amount, as_number, evaluate, exp, reads, where
from negsim.model.inputs import Amount, Condition, Date, Effects, MaybeAmount, MaybeName, Numeric, preset, record
from negsim.model.variables import Counter, Fact, Level
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.common import asked, put
from negsim.vocabulary.fields import NEVER, ONE, ZERO, both, due_again, fixed, tidy

__all__ = ["Deadline"]


@record
class Deadline(ActsOn):
    """A date by which something shall be settled, and that hurries everybody (with a threat: `Ultimatum`).

    Before the date the multiplier ``pace`` rises in ``steps`` equal steps over ``window`` days, and falls back to 1
    when the matter is closed; at the date what is open is settled, extended or missed:

    .. math:: m(d) = 1 + (m_{\\max} - 1)\\, 2^{-d/h}, \\qquad
              P = (q,\\; (1-q)\\,e,\\; (1-q)(1-e))

    with ``d`` days left, ``q = settle`` (the mass of agreements that come *at* deadlines) and ``e = extend``.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    on : instant
        With its hour.
    by : Party or str, optional
        Who set it.
    met : condition
        The matter is settled by other means (then nothing happens at the date).
    settle : probability
        That what is open is settled at the date itself (default 0).
    settles : list of effects
        What settling it changes.
    extend : probability
        That it is extended if it is not settled (default 0).
    extension : duration
        How long each extension lasts (default ``"30 days"``, assumed). Whole days and weeks keep the wall clock (and
        the offset) of ``on``; hours, fractions and plain numbers are elapsed time.
    most : int
        Most extensions (default 3, assumed).
    consequence : list of effects
        What missing it changes.
    peak : number-valued expression
        Multiplier at the date, a number or an expression of parameters (default 1: the date as such hastens nothing).
    window : duration
        When pressure begins (default 14 days).
    halving : duration or number-valued expression
        Time in which pressure halves away from the date; needed with a peak. That it halves is our own form.
    steps : int
        How many steps approach the date, in the window and again in every extension (default 6, assumed).
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    title : str
        What people read in place of the name.

    See Also
    --------
    Ultimatum : A demand with a date and a threat.
    Age : How long something has held, in steps.

    Notes
    -----
    Level ``pace``; counter ``extensions``; facts ``settled``, ``missed``, ``extended``. Agreements cluster at deadlines:
    Roth, Murnighan & Schoumaker 1988, *Am. Econ. Rev.* 78:806; delay until a deadline as equilibrium: Fershtman &
    Seidmann 1993, *J. Econ. Theory* 60:306, doi:10.1006/jeth.1993.1045. A window that began before the scenario's
    start takes effect at its next step.

    Examples
    --------
    >>> target = Deadline("easter", on="1998-04-09T23:59", settle=0.3, extend=0.6, extension="1 day")
    >>> target.missed.name, target.pace.name
    ('easter.missed', 'easter.pace')
    """

    table: ClassVar[str] = "deadline"

    name: str = field(kw_only=False)
    on: Date
    by: MaybeName = preset(None)
    met: Condition = preset(NEVER)
    settle: Amount = preset(ZERO)
    settles: Effects = preset(())
    extend: Amount = preset(ZERO)
    extension: Duration = "30 days"
    most: int = 3
    consequence: Effects = preset(())
    peak: Amount = preset(ONE)
    window: Duration = 14.0
    halving: MaybeAmount = preset(None)
    steps: int = 6
    acts_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "deadline",
            party_=["by"],
            condition=["met"],
            number=["peak"],
            share=["settle", "extend"],
            effect=["settles", "consequence"],
            instant=["on"],
            duration=["window"],
            period=["extension"],
        )
        # A bare date means the whole day elsewhere, but what happens needs its hour.
        if isinstance(self.on, str) and "T" not in self.on.upper().replace(" ", "T"):
            raise ScenarioError(
                f"{place}: on {self.on!r} has no hour; something happens at an instant, so write '{self.on}T23:59'"
            )
        if self.halving is not None:
            put(self, halving=quantity(self.halving))
        elif self.peak != ONE:
            raise ScenarioError(f"{place}: a peak needs halving=, the time in which pressure halves away from the date")
        for key, value in self._lengths():
            if not value > 0:
                raise ScenarioError(f"{place}: {key} must be positive, not {value!r}")
        if self.steps < 1 or self.most < 0:
            raise ScenarioError(f"{place}: steps must be at least 1 and most at least 0")

    def _lengths(self) -> Iterator[tuple[str, float]]:
        """Lengths and the multiplier, where they are plain numbers."""
        yield "extension", days(self.extension)
        yield "window", days(self.window)
        for key, value in (("halving", self.halving), ("peak", self.peak)):
            # Expressions are known only while a history runs.
            if isinstance(value, Number):
                yield key, value.value

    @property
    def pace(self) -> Level:
        """The multiplier of hazards that the approaching date brings: 1 when it is far."""
        return Level(f"{self.name}.pace", ONE, low=0)

    @property
    def settled(self) -> Fact:
        """The fact that it was settled at the date itself."""
        return Fact(f"{self.name}.settled")

    @property
    def missed(self) -> Fact:
        """The fact that it passed for good without being met."""
        return Fact(f"{self.name}.missed")

    @property
    def extended(self) -> Fact:
        """The fact that it was extended."""
        return Fact(f"{self.name}.extended")

    @property
    def count(self) -> Counter:
        """How often it was extended."""
        return Counter(f"{self.name}.extensions")

    @property
    def open(self) -> Expression:
        """That the matter is neither settled nor missed."""
        return both(~self.met if self.met != NEVER else True, ~self.settled, ~self.missed)

    def at(self, left: Numeric) -> Expression:
        """The multiplier with so many days left.

        Parameters
        ----------
        left : number-valued expression
            Days left to the date.

        Returns
        -------
        Expression
            A number, without unit.
        """
        if self.halving is None:
            return ONE
        rest = amount(as_number(left)) / amount(self.halving)
        tree = 1 + (amount(self.peak) - 1) * exp(rest * -math.log(2.0))
        # With plain numbers one number is left, which people can read.
        return tree if reads(tree) else Number(float(evaluate(tree, {})))

    def expand(self) -> Iterator[Element]:
        """Yield level, facts, the steps of the approach, the date and its extensions."""
        if self.by is not None:
            yield Party(self.by)
        yield self.pace
        yield from self._facts()
        yield Action(
            name=f"{self.name}.fall_due",
            by=self.by,
            when=self.open,
            clock=On(self.on),
            outcomes=self._outcomes(),
            priority=10,
        )
        if self.peak != ONE:
            yield from self._approach()
        if self.extend != ZERO and self.most:
            yield from self._extensions()
        if self.met != NEVER and self.peak != ONE:
            yield Action(
                name=f"{self.name}.relax",
                when=both(self.met, self.pace > 1),
                clock=fixed(0.0),
                effects=(self.pace.set(1),),
            )

    def _facts(self) -> Iterator[Element]:
        yield from (asked(self.settled) if self.settle != ZERO else (self.settled,))
        yield from asked(self.missed) if self.settle != ONE else (self.missed,)
        if self.extend != ZERO and self.most:
            yield self.count
            yield from asked(self.extended)

    def _outcomes(self) -> tuple[Outcome, ...]:
        # After the date its pressure is over, whatever came of it.
        rest, calm = 1 - self.settle, self.pace.set(1)
        found = [Outcome(name="settled", weight=self.settle, effects=(self.settled.set(True), calm, *self.settles))]
        again: Expression = ZERO
        if self.extend != ZERO and self.most:
            again = where(self.count < self.most, self.extend, 0)
            longer = [self.extended.set(True), self.count.add(1), calm]
            # Each extension counts its steps anew.
            longer += [self._step.set(0)] if self.steps > 1 and self.peak != ONE else []
            found.append(Outcome(name="extended", weight=rest * again, effects=tuple(longer)))
        found.append(
            Outcome(name="missed", weight=rest * (1 - again), effects=(self.missed.set(True), calm, *self.consequence))
        )
        return tuple(found)

    @property
    def _step(self) -> Counter:
        return Counter(f"{self.name}.step")

    def _approach(self) -> Iterator[Action]:
        # The approach is known beforehand, so its steps are plain dates.
        for k in range(self.steps):
            left = days(self.window) * (self.steps - k) / self.steps
            effects = (self.pace.set(self.at(left)),)
            yield Action(
                name=f"{self.name}.approach.n{k + 1}", when=self.open, clock=On(self._before(left)), effects=effects
            )

    def _before(self, left: float) -> Moment:
        if counted_days(self.on) is not None:
            # A time after the start is a number of days.
            return days(str(self.on)) - left
        if isinstance(self.on, str):
            # By the wall clock of the date, as its author wrote it.
            return (datetime.fromisoformat(self.on) - timedelta(days=left)).isoformat()
        return self.on - left

    def _extensions(self) -> Iterator[Element]:
        guard = both(self.extended, self.open)
        yield Action(
            name=f"{self.name}.fall_due_again",
            by=self.by,
            when=guard,
            clock=due_again(self.on, self.extension, self.most),
            outcomes=self._outcomes(),
            priority=10,
        )
        # One step alone is the date itself.
        if self.steps < 2 or self.peak == ONE:
            return
        yield self._step
        # The step-th of steps - 1 steps leaves extension * (steps - step) / steps days.
        left = days(self.extension) * (self.steps - 1 - self._step) / Number(float(self.steps))
        effects = (self._step.add(1), self.pace.set(self.at(left)))
        more = both(guard, self._step < self.steps - 1)
        yield Action(
            name=f"{self.name}.approach_again",
            when=more,
            clock=fixed(days(self.extension) / self.steps),
            effects=effects,
        )
