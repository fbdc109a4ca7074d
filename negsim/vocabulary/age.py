"""Age: for how long something has held, as a number that others can read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.calendar import Duration, days
from negsim.model.clocks import Immediately
from negsim.model.elements import Element
from negsim.model.expressions import Expression, Number
from negsim.model.inputs import Condition, record
from negsim.model.variables import Counter
from negsim.vocabulary.fields import SETTLING, both, fixed, tidy

__all__ = ["Age"]


@record
class Age:
    """For how long a condition has held: of a truce, of talks that go on since March, of a silence.

    .. math:: \\text{days} = \\Delta \\cdot \\lfloor (t - t_0) / \\Delta \\rfloor

    counted in steps ``Delta`` from ``t_0`` on, when the condition last turned true. It is 0 when the condition turns false,
    or, with ``keeps``, counts on when it holds again: the time in all.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : condition
        What has the age: ``"truce.holds"``.
    step : duration
        In which it is counted (default 1 day, assumed): as fine as what reads it needs, since each step is an event.
    already : duration
        Its age at the start (default 0): counted in whole steps.
    most : int
        Steps after which it is counted no further (default 1000, assumed).
    keeps : bool
        Whether it counts on after an interruption (default False: it begins anew).
    title : str
        What people read in place of the name.

    See Also
    --------
    Counter : A whole number.
    Every : A clock that fires at regular intervals.

    Notes
    -----
    Counter ``steps``; expression ``days``, read as ``NAME.days``. That a truce that has held for long breaks more rarely is
    already in its law (a falling hazard: Clayton et al. 2022, *J. Conflict Resolut.*, doi:10.1177/00220027221129195); an
    age is for what *others* make of it: trust, habit, a rule such as "after thirty quiet days". The steps are our own form.

    Examples
    --------
    >>> quiet = Age("quiet", of="truce.holds", step="5 days")
    >>> print(quiet.days)
    quiet.steps * 5
    """

    table: ClassVar[str] = "age"

    name: str = field(kw_only=False)
    of: Condition
    step: Duration = 1.0
    already: Duration = 0.0
    most: int = 1000
    keeps: bool = False
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(self, "age", condition=["of"], duration=["step", "already"])
        if not days(self.step) > 0 or days(self.already) < 0:
            raise ScenarioError(f"{where}: step must be a positive duration, and already none below 0")
        if isinstance(self.most, bool) or not isinstance(self.most, int) or self.most < 1:
            raise ScenarioError(f"{where}: most must be a positive whole number, not {self.most!r}")

    @property
    def steps(self) -> Counter:
        """How many whole steps it has held."""
        # A whole number of steps must not be lost to rounding: 35 hours are seven times five.
        begun = min(self.most, math.floor(days(self.already) / days(self.step) * (1 + 1e-12)))
        return Counter(f"{self.name}.steps", Number(float(begun)))

    @property
    def days(self) -> Expression:
        """For how many days it has held, in whole steps."""
        # As a number of steps times their length: a counter is whole, so that days never drift.
        return self.steps * days(self.step)

    def expand(self) -> Iterator[Element]:
        """Yield the counter, what counts, and what begins anew."""
        steps = self.steps
        yield steps
        # Bounded, or a condition that holds for ever would fire without end.
        yield Action(
            name=f"{self.name}.grow",
            when=both(self.of, steps < self.most),
            clock=fixed(days(self.step)),
            memory="resume" if self.keeps else "reset",
            effects=(steps.add(1),),
        )
        # A clock that keeps its age needs no beginning anew: it goes on where it stopped.
        if not self.keeps:
            yield Action(
                name=f"{self.name}.begin_anew",
                when=both(~self.of, steps > 0),
                clock=Immediately(),
                effects=(steps.set(0),),
                # First of all at its instant, so that whoever reads the age sees that it begins anew.
                priority=SETTLING,
            )
