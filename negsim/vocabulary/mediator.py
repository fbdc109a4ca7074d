"""A mediator: hosts, formulates, presses, guarantees, gives up and comes back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.calendar import Duration, days
from negsim.model.clocks import Distribution, quantity
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, exp, log, where
from negsim.model.inputs import Amount, Condition, MaybeAmount, MaybeName, Names, preset, record
from negsim.model.variables import Fact, Level
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.common import asked, parties, party, put
from negsim.vocabulary.fields import ALWAYS, ONE, both, fixed, left_of, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Mediator"]


@record
class Mediator(When, ActsOn):
    """A third party that hosts, brings texts, guarantees, presses (only presses: `Pressure`; only talks: `Channel`).

    .. math:: \\text{pace} = \\begin{cases} f & \\text{engaged} \\\\ 1 & \\text{not} \\end{cases} \\qquad
              \\text{pace on the target} = \\text{pace} \\cdot g^{\\,\\ell}, \\quad \\ell \\leftarrow \\ell\\, 2^{-\\Delta/h}

    with ``f = hosting``, ``g = push`` and ``l`` the leverage, which is 1 when it engages and fades while it is used.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    who : Party or str
        The mediator.
    between : list of Party or str
        The parties to it.
    engages : Distribution, optional
        Law of the days until it engages; without it, it is engaged at the start.
    disengages : Distribution, optional
        Law of the days after which its patience ends.
    returns : Distribution, optional
        Law of the days until it comes back, with its leverage restored.
    when : condition
        Under which it can engage or return.
    hosting : number-valued expression
        Multiplier of talks while it is engaged (default 1; that it is above 1 is known, its size is not).
    formulates : Distribution, optional
        Law of the days of engagement until it puts a text of its own on the table.
    guarantees : Distribution, optional
        Law of the days of engagement until it offers to guarantee an agreement.
    target : Party or str, optional
        On whom it presses.
    push : number-valued expression
        Multiplier at full leverage for what the target shall do (default 1).
    half_life : duration or number-valued expression, optional
        Of leverage in use; without it, it does not fade.
    step : duration
        Grid of fading (default 7 days, assumed).
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    presses_on : list of str
        The same for what it presses for: there ``push`` counts too.
    title : str
        What people read in place of the name.

    See Also
    --------
    Channel : A line of contact, open or secret.
    Pressure : What one party does to another until it moves.

    Notes
    -----
    Facts ``engaged``; ``formula`` (a text is on the table), ``guarantee`` (withdrawn when it leaves); level
    ``leverage``. Mediated crises end in agreement more often, and agreements under a mediator's leverage last less
    long: Beardsley 2008, *Am. J. Polit. Sci.* 52:723, doi:10.1111/j.1540-5907.2008.00339.x. Guarantees: Walter 1997,
    *Int. Organ.* 51:335, doi:10.1162/002081897550384. Bias and credibility: Kydd 2003, *Am. J. Polit. Sci.* 47:597,
    doi:10.1111/1540-5907.00042.

    Examples
    --------
    >>> host = Mediator("host", who="turkey", between=["russia", "ukraine"], hosting=1.4)
    >>> print(host.pace)
    1.4 if host.engaged else 1
    """

    table: ClassVar[str] = "mediator"
    steps: ClassVar[tuple[str, ...]] = ("engaged",)

    name: str = field(kw_only=False)
    who: str
    between: Names
    engages: Distribution | None = None
    disengages: Distribution | None = None
    returns: Distribution | None = None
    when: Condition = preset(ALWAYS)
    hosting: Amount = preset(ONE)
    formulates: Distribution | None = None
    guarantees: Distribution | None = None
    target: MaybeName = preset(None)
    push: Amount = preset(ONE)
    half_life: MaybeAmount = preset(None)
    step: Duration = 7.0
    acts_on: tuple[str, ...] = ()
    presses_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        where_ = tidy(
            self,
            "mediator",
            party_=["who", "target"],
            condition=["when"],
            number=["hosting", "push"],
            duration=["step"],
        )
        put(self, between=parties(self.between, where_))
        if self.who in self.between:
            raise ScenarioError(f"{where_}: {self.who} is a party to the conflict; a mediator stands between others")
        if self.target is not None and self.target not in self.between:
            raise ScenarioError(f"{where_}: target {self.target} is not one of between=; add it there or drop it")
        if self.presses_on and self.target is None:
            raise ScenarioError(f"{where_}: presses_on without target; say on whom it presses")
        if self.returns is not None and self.disengages is None:
            raise ScenarioError(f"{where_}: returns without disengages; give the law of its patience too")
        put(self, half_life=None if self.half_life is None else quantity(self.half_life))
        if not days(self.step) > 0 or (isinstance(self.half_life, Number) and not self.half_life.value > 0):
            raise ScenarioError(f"{where_}: step and half_life must be positive durations")

    @property
    def engaged(self) -> Fact:
        """The fact that the mediator is at work."""
        return Fact(f"{self.name}.engaged", self.engages is None)

    @property
    def formula(self) -> Fact:
        """The fact that the mediator's text is on the table."""
        return Fact(f"{self.name}.formula")

    @property
    def guarantee(self) -> Fact:
        """The fact that the mediator stands ready to guarantee an agreement."""
        return Fact(f"{self.name}.guarantee")

    @property
    def leverage(self) -> Level:
        """What its pressure is worth, on [0, 1]."""
        return Level(f"{self.name}.leverage", ONE, low=0, high=1)

    @property
    def pace(self) -> Expression:
        """The multiplier of talks."""
        return where(self.engaged, self.hosting, 1)

    def pace_on(self, who: Party | str) -> Expression:
        """The multiplier of what this party shall do.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Expression
            A number, without unit.
        """
        # Whoever is not the target gets the help, not the pressure.
        if party(who) != self.target:
            return self.pace
        # On the log scale: with half the leverage half of the push is left in the logarithm of the hazard.
        pushed = self.push if self.half_life is None else exp(log(self.push) * self.leverage)
        return where(self.engaged, self.hosting * pushed, 1)

    def acting(self) -> Iterator[tuple[str, Expression]]:
        """Yield what it furthers and what it presses for, each with the multiplier."""
        yield from ActsOn.acting(self)
        for name in self.presses_on:
            yield name, self.pace_on(self.target or "")

    def expand(self) -> Iterator[Element]:
        """Yield facts, coming and going, and what it does."""
        yield from (Party(name) for name in (self.who, *self.between))
        yield from asked(self.engaged)
        # Who comes back presses with full weight again.
        back = (self.leverage.set(1),) if self.half_life is not None else ()
        if self.engages is not None:
            gone = Fact(f"{self.name}.left")
            # A mediator that left returns by its own law, not by that of its first coming.
            guard = both(self.when, ~self.engaged, ~gone if self.disengages is not None else True)
            yield Action(
                name=f"{self.name}.engage",
                by=self.who,
                when=guard,
                clock=self.engages,
                effects=(self.engaged.set(True), *back),
            )
        if self.disengages is not None:
            yield from self._leaving(self.disengages, back)
        for fact, law, verb in (
            (self.formula, self.formulates, "formulate"),
            (self.guarantee, self.guarantees, "guarantee"),
        ):
            if law is not None:
                yield from asked(fact)
                yield Action(
                    name=f"{self.name}.{verb}",
                    by=self.who,
                    when=self.engaged & ~fact,
                    clock=law,
                    effects=(fact.set(True),),
                )
        if self.half_life is not None:
            yield self.leverage
            left = left_of(self.step, self.half_life)
            # Below one hundredth nobody feels it any more, and the clock may rest.
            guard = both(self.engaged, self.leverage > 0.01)
            yield Action(
                name=f"{self.name}.tire",
                by=self.who,
                when=guard,
                clock=fixed(days(self.step)),
                effects=(self.leverage.set(self.leverage * left),),
            )

    def _leaving(self, law: Distribution, back: tuple[object, ...]) -> Iterator[Element]:
        left = Fact(f"{self.name}.left")
        yield from asked(left)
        effects = [self.engaged.set(False), left.set(True)]
        # A guarantee goes with the guarantor; a text stays on the table.
        effects += [self.guarantee.set(False)] if self.guarantees is not None else []
        yield Action(
            name=f"{self.name}.disengage", by=self.who, when=as_guard(self.engaged), clock=law, effects=tuple(effects)
        )
        if self.returns is not None:
            again = (self.engaged.set(True), left.set(False), *back)
            guard = both(self.when, left)
            yield Action(name=f"{self.name}.come_back", by=self.who, when=guard, clock=self.returns, effects=again)  # type: ignore[arg-type] # effects only


def as_guard(fact: Fact) -> Expression:
    """A fact as a condition."""
    return fact.__expression__()
