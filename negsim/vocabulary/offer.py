"""An offer: made, accepted, refused, lapsed, made again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.inputs import Amount, Condition, Effects, Name, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked
from negsim.vocabulary.fields import ALWAYS, ONE, ZERO, both, clock_or_now, pace_for, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Offer"]


@record
class Offer(When):
    """A proposal that the other accepts, refuses, or leaves unanswered (offers and counter-offers: `Bargaining`).

    An answer is yes with probability ``accepts``, evaluated when it is given, so it may read the state (trust, terms,
    pressure). An offer that nobody answers lapses. After a refusal or a lapse it can be made again.

    .. math:: P(\\text{accepted in the end}) = \\frac{a}{1 - (1-a)\\,\\rho} \\quad\\text{if a share } \\rho
              \\text{ of the refused is made again}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by, to : Party or str
        Who makes it, and to whom.
    answers : Distribution or Fixed
        Law of the days until the answer.
    terms : str
        What is offered, in words.
    makes : Distribution or Fixed, optional
        Law of the days until it is made; by default as soon as ``when`` holds.
    when : condition
        What must hold for it to be made.
    accepts : probability
        That the answer is yes.
    lapses : Distribution or Fixed, optional
        Law of the days after which an unanswered offer is void.
    again : Distribution or Fixed, optional
        Law of the days until a refused or void offer is made again.
    pace : number-valued expression
        Multiplier of the hazard of the answer.
    acceptance, refusal : list of effects
        What the answer changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Bargaining : Offers and concessions on issues, round by round.
    Exchange : Something swapped in stages, such as prisoners.

    Notes
    -----
    Facts ``made`` (ever), ``pending``, ``accepted``, ``refused`` (ever), ``lapsed`` (ever); counter ``times``. Offers and
    answers as the unit of bargaining: Rubinstein 1982, *Econometrica* 50:97, doi:10.2307/1912531.

    Examples
    --------
    >>> truce = Offer("full_truce", by="ukraine", to="russia", answers=Fixed("7 days"), accepts=0.1)
    >>> truce.accepted.name
    'full_truce.accepted'
    """

    table: ClassVar[str] = "offer"
    steps: ClassVar[tuple[str, ...]] = (
        "made",
        "times",
    )

    name: str = field(kw_only=False)
    by: Name
    to: Name
    answers: Distribution | Fixed
    terms: str = ""
    makes: Distribution | Fixed | None = None
    when: Condition = preset(ALWAYS)
    accepts: Amount
    lapses: Distribution | Fixed | None = None
    again: Distribution | Fixed | None = None
    pace: Amount = preset(ONE)
    acceptance: Effects = preset(())
    refusal: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(
            self,
            "offer",
            party_=["by", "to"],
            condition=["when"],
            number=["pace"],
            share=["accepts"],
            effect=["acceptance", "refusal"],
        )
        if self.by == self.to:
            raise ScenarioError(f"{where}: {self.by} makes an offer to itself; name another party in to=")

    @property
    def made(self) -> Fact:
        """The fact that it was made."""
        return Fact(f"{self.name}.made")

    @property
    def pending(self) -> Fact:
        """The fact that it waits for an answer."""
        return Fact(f"{self.name}.pending")

    @property
    def accepted(self) -> Fact:
        """The fact that it was accepted."""
        return Fact(f"{self.name}.accepted")

    @property
    def refused(self) -> Fact:
        """The fact that it was refused at least once."""
        return Fact(f"{self.name}.refused")

    @property
    def lapsed(self) -> Fact:
        """The fact that it went unanswered at least once."""
        return Fact(f"{self.name}.lapsed")

    @property
    def times(self) -> Counter:
        """How often it was made."""
        return Counter(f"{self.name}.times")

    def expand(self) -> Iterator[Element]:
        """Yield facts, making, answering, lapsing, and the questions when."""
        yield from (Party(self.by), Party(self.to))
        yield from asked(self.made)
        yield self.pending
        yield self.times
        # What is never accepted, or never refused, is no question.
        yield from asked(self.accepted) if self.accepts != ZERO else (self.accepted,)
        yield from asked(self.refused) if self.accepts != ONE else (self.refused,)
        put = (self.made.set(True), self.pending.set(True), self.times.add(1))
        first = both(self.when, ~self.made)
        # The first time only: an offer that came to nothing is made again by its own law.
        yield Action(name=f"{self.name}.make", by=self.by, when=first, clock=clock_or_now(self.makes), effects=put)
        yield self._answer()
        if self.lapses is not None:
            yield from asked(self.lapsed)
            effects = (self.pending.set(False), self.lapsed.set(True))
            yield Action(
                name=f"{self.name}.lapse", by=self.by, when=both(self.pending), clock=self.lapses, effects=effects
            )
        if self.again is not None:
            guard = both(self.when, self.made, ~self.pending, ~self.accepted)
            yield Action(name=f"{self.name}.make_again", by=self.by, when=guard, clock=self.again, effects=put)

    def _answer(self) -> Action:
        outcomes = (
            Outcome(name="accepts", weight=self.accepts, effects=(self.accepted.set(True), *self.acceptance)),
            Outcome(name="refuses", weight=1 - self.accepts, effects=(self.refused.set(True), *self.refusal)),
        )
        return Action(
            name=f"{self.name}.answer",
            by=self.to,
            when=both(self.pending),
            clock=self.answers,
            pace=pace_for(self.answers, self.pace),
            # Whatever the answer is, it is not pending any more.
            effects=(self.pending.set(False),),
            outcomes=outcomes,
        )
