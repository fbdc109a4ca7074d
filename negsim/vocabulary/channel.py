"""A channel: calls, back channels and secret talks between sides that may not be seen together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.clocks import Distribution
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, where
from negsim.model.inputs import Amount, Condition, Effects, Names, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.common import asked, parties, put
from negsim.vocabulary.fields import ALWAYS, ONE, both, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Channel"]


@record
class Channel(When, ActsOn):
    """Contacts that follow each other while the channel is open; a secret one works until it leaks.

    .. math:: E[\\text{contacts in } t \\text{ days}] = t / \\bar g \\text{ for exponential gaps of mean } \\bar g,
              \\qquad \\text{pace} = \\begin{cases} c & \\text{open} \\\\ 1 & \\text{not} \\end{cases}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of Party or str
        The parties to it.
    contacts : Distribution
        Law of the time between contacts while it is open.
    level : str
        Who talks: ``leaders``, ``ministers``, ``envoys``, in words.
    opens : Distribution, optional
        Law of the days until it is opened; without it, it is open at the start.
    closes : Distribution, optional
        Law of the days until it is cut.
    when : condition
        Under which it can open and work.
    pace_of_contacts : number-valued expression
        Multiplier of the hazard of ``contacts``, without unit (default 1).
    secret : bool
        Whether it is to stay unknown.
    leaks : Distribution, optional
        Law of the days until a secret channel becomes known, which closes it.
    helps : number-valued expression
        Multiplier for what it furthers while it is open (default 1: it helps nothing).
    effects : list of effects
        What each contact changes.
    scandal : list of effects
        What a leak changes.
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    title : str
        What people read in place of the name.

    See Also
    --------
    Mediator : Who brings parties together, and presses them.
    SideDeal : A deal beside the talks that binds them.

    Notes
    -----
    Facts ``open``, ``used`` (ever), ``leaked`` (with ``leaks``); counter ``contacts``. Back channels: Wanis-St. John 2006,
    *Negot. J.* 22:119, doi:10.1111/j.1571-9979.2006.00091.x; Pruitt 2008, *Int. Negot.* 13:37.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential
    >>> line = Channel("line", between=["washington", "moscow"], contacts=Exponential(mean="20 days"), helps=1.2)
    >>> print(line.pace)
    1.2 if line.open else 1
    """

    table: ClassVar[str] = "channel"
    steps: ClassVar[tuple[str, ...]] = ("contacts",)

    name: str = field(kw_only=False)
    between: Names
    contacts: Distribution
    level: str = ""
    opens: Distribution | None = None
    closes: Distribution | None = None
    when: Condition = preset(ALWAYS)
    pace_of_contacts: Amount = preset(ONE)
    secret: bool = False
    leaks: Distribution | None = None
    helps: Amount = preset(ONE)
    effects: Effects = preset(())
    scandal: Effects = preset(())
    acts_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self, "channel", condition=["when"], number=["pace_of_contacts", "helps"], effect=["effects", "scandal"]
        )
        put(self, between=parties(self.between, place))
        if self.leaks is not None and not self.secret:
            raise ScenarioError(f"{place}: only a secret channel can leak; set secret=True or drop leaks=")
        if self.scandal and self.leaks is None:
            raise ScenarioError(f"{place}: scandal without leaks; give the law of the time until it becomes known")

    @property
    def open(self) -> Fact:
        """The fact that it is open."""
        # Without a law of opening it is open already.
        return Fact(f"{self.name}.open", self.opens is None)

    @property
    def used(self) -> Fact:
        """The fact that there was a contact."""
        return Fact(f"{self.name}.used")

    @property
    def leaked(self) -> Fact:
        """The fact that it became known."""
        return Fact(f"{self.name}.leaked")

    @property
    def count(self) -> Counter:
        """How many contacts there were."""
        return Counter(f"{self.name}.contacts")

    @property
    def pace(self) -> Expression:
        """The multiplier that it brings."""
        return where(self.open, self.helps, 1)

    def expand(self) -> Iterator[Element]:
        """Yield facts, contacts, opening, closing and leaking."""
        yield from (Party(name) for name in self.between)
        yield from (self.open, self.count, *asked(self.used))
        met = (self.count.add(1), self.used.set(True), *self.effects)
        guard = both(self.open, self.when)
        yield Action(
            name=f"{self.name}.contact", when=guard, clock=self.contacts, pace=self.pace_of_contacts, effects=met
        )
        # A channel that was cut or leaked is not set up again.
        gone = Fact(f"{self.name}.cut")
        ends = self.closes is not None or self.leaks is not None
        if ends:
            yield gone
        if self.opens is not None:
            ready = both(self.when, ~self.open, ~gone if ends else True)
            yield Action(name=f"{self.name}.set_up", when=ready, clock=self.opens, effects=(self.open.set(True),))
        over = (self.open.set(False), gone.set(True))
        if self.closes is not None:
            yield Action(name=f"{self.name}.close", when=both(self.open), clock=self.closes, effects=over)
        if self.leaks is not None:
            yield from asked(self.leaked)
            effects = (*over, self.leaked.set(True), *self.scandal)
            yield Action(name=f"{self.name}.leak", when=both(self.open), clock=self.leaks, effects=effects)
