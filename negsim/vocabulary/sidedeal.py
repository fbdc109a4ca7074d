"""A side deal: something else that two parties sign, and that ties one's interest to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.clocks import Distribution, Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, where
from negsim.model.inputs import Amount, Condition, Effects, Names, preset, record
from negsim.model.variables import Fact
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.common import asked, parties, put
from negsim.vocabulary.fields import ALWAYS, NEVER, ONE, both, pace_for, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["SideDeal"]


@record
class SideDeal(When, ActsOn):
    """A deal beside the talks (minerals, gas, grain, arms) as a bond of interest while it is in force.

    .. math:: \\text{pace} = \\begin{cases} b & \\text{in force} \\\\ 1 & \\text{not} \\end{cases}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of Party or str
        The parties to it.
    subject : str
        What it is about.
    signed : bool
        Whether it is signed at the start.
    signs : Distribution, optional
        Law of the days until it is signed.
    when : condition
        Under which they work on it.
    pace_of_signing : number-valued expression
        Multiplier of the hazard of ``signs``, without unit (default 1).
    collapses : Distribution, optional
        Law of the days in force after which it lapses or is renounced.
    collapses_when : condition
        It lapses each time this turns true.
    bond : number-valued expression
        Multiplier for what the bond furthers (default 1: it furthers nothing).
    effects : list of effects
        What signing changes, once.
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    title : str
        What people read in place of the name.

    See Also
    --------
    Channel : A line of contact, open or secret.
    Agreement : Rungs from talks to implementation, which can break.

    Notes
    -----
    Facts ``signed`` (ever), ``in_force``; expression ``pace``. Issue linkage: Tollison & Willett 1979, *Int. Organ.*
    33:425, doi:10.1017/S0020818300032252; Davis 2004, *Am. Polit. Sci. Rev.* 98:153, doi:10.1017/S0003055404001066.

    Examples
    --------
    >>> minerals = SideDeal("minerals", between=["ukraine", "united_states"], signed=True, bond=1.2)
    >>> print(minerals.pace)
    1.2 if minerals.in_force else 1
    """

    table: ClassVar[str] = "side_deal"
    steps: ClassVar[tuple[str, ...]] = (
        "signed",
        "in_force",
    )

    name: str = field(kw_only=False)
    between: Names
    subject: str = ""
    signed: bool = False
    signs: Distribution | None = None
    when: Condition = preset(ALWAYS)
    pace_of_signing: Amount = preset(ONE)
    collapses: Distribution | None = None
    collapses_when: Condition = preset(NEVER)
    bond: Amount = preset(ONE)
    effects: Effects = preset(())
    acts_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        where_ = tidy(
            self,
            "side deal",
            condition=["when", "collapses_when"],
            number=["pace_of_signing", "bond"],
            effect=["effects"],
        )
        put(self, between=parties(self.between, where_))
        if self.signed == (self.signs is not None):
            raise ScenarioError(
                f"{where_}: either it is signed at the start (signed=True) or signs= says how long that takes"
            )
        # Effects happen when it is signed; before the start nothing happens.
        if self.signed and self.effects:
            raise ScenarioError(
                f"{where_}: effects belong to the signing, which is past; put them into the initial values"
            )

    @property
    def was_signed(self) -> Fact:
        """The fact that it was signed."""
        return Fact(f"{self.name}.signed", self.signed)

    @property
    def in_force(self) -> Fact:
        """The fact that it binds now."""
        return Fact(f"{self.name}.in_force", self.signed)

    @property
    def pace(self) -> Expression:
        """The multiplier that the bond brings."""
        return where(self.in_force, self.bond, 1)

    def expand(self) -> Iterator[Element]:
        """Yield facts, signing and collapse."""
        yield from (Party(name) for name in self.between)
        # What is signed already is no question.
        yield from (self.was_signed,) if self.signed else asked(self.was_signed)
        yield self.in_force
        if self.signs is not None:
            effects = (self.was_signed.set(True), self.in_force.set(True), *self.effects)
            guard, pace = both(self.when, ~self.was_signed), pace_for(self.signs, self.pace_of_signing)
            yield Action(name=f"{self.name}.sign", when=guard, clock=self.signs, pace=pace, effects=effects)
        lost = (self.in_force.set(False),)
        if self.collapses is not None:
            yield Action(name=f"{self.name}.collapse", when=both(self.in_force), clock=self.collapses, effects=lost)
        if self.collapses_when != NEVER:
            yield Action(
                name=f"{self.name}.renounce",
                when=both(self.in_force, self.collapses_when),
                clock=Immediately(),
                effects=lost,
            )
