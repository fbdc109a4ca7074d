"""Audience costs: what a leader has said in public makes giving way expensive."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, exp, where
from negsim.model.inputs import Amount, Condition, Effects, Name, preset, record
from negsim.model.variables import Fact, Level
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.common import asked
from negsim.vocabulary.fields import ALWAYS, NEVER, tidy
from negsim.vocabulary.preconditions import When, occasion

__all__ = ["AudienceCost"]


@record
class AudienceCost(When, ActsOn):
    """Public commitments that pile up, slow concessions down, and are paid for when they are broken.

    .. math:: \\text{pace of giving way} = e^{-w\\, a}, \\qquad a \\leftarrow \\min(a + \\delta, a_{\\max})
              \\text{ with each public commitment}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : Party or str
        Whose leader speaks.
    cost : number
        At the start (default 0).
    speaks : Distribution, optional
        Law of the time between public commitments.
    speaks_when : condition
        It commits itself each time this turns true.
    when : condition
        Under which it commits itself, whichever way: the clock of ``speaks`` runs, and an occasion counts, only then.
    raises : number-valued expression
        What one commitment adds (default 1, assumed).
    highest : number
        Cap of the cost (default 5, assumed).
    weight : number-valued expression
        At 0.5 each unit slows giving way by 39 %.
    gives_way : condition
        The concession itself: when this turns true the price is paid.
    price : list of effects
        What giving way in public then costs, beside the commitment's being void.
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    title : str
        What people read in place of the name.

    See Also
    --------
    Threat : What a party says it will do if not heeded.
    Promise : Something promised, which may come late or never.

    Notes
    -----
    Level ``cost``; fact ``paid`` (with ``gives_way``). That leaders pay for backing down in public: Fearon
    1994, *Am. Polit. Sci. Rev.* 88:577, doi:10.2307/2944796; doubts about how common that is: Snyder & Borghard 2011, *Am. Polit. Sci. Rev.* 105:437,
    doi:10.1017/S000305541100027X. The exponential and the cap are our own form.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential
    >>> words = AudienceCost("words", of="ukraine", speaks=Exponential(mean="10 days"), weight=0.5)
    >>> print(words.pace)
    exp(-0.5 * words.cost)
    """

    table: ClassVar[str] = "audience_cost"
    steps: ClassVar[tuple[str, ...]] = ("cost",)

    name: str = field(kw_only=False)
    of: Name
    cost: float = 0.0
    speaks: Distribution | None = None
    speaks_when: Condition = preset(NEVER)
    when: Condition = preset(ALWAYS)
    raises: Amount = preset(Number(1.0))
    highest: float = 5.0
    weight: Amount
    gives_way: Condition = preset(NEVER)
    price: Effects = preset(())
    acts_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "audience cost",
            party_=["of"],
            condition=["speaks_when", "when", "gives_way"],
            number=["raises", "weight"],
            effect=["price"],
        )
        if not 0 <= self.cost <= self.highest:
            raise ScenarioError(f"{place}: cost must lie in [0, highest = {self.highest!r}], not {self.cost!r}")
        if self.price and self.gives_way == NEVER:
            raise ScenarioError(f"{place}: a price without gives_way; say which concession has it")

    @property
    def level(self) -> Level:
        """The cost of giving way in public now."""
        return Level(f"{self.name}.cost", Number(float(self.cost)), low=0, high=float(self.highest))

    @property
    def paid(self) -> Fact:
        """The fact that it gave way and paid for it."""
        return Fact(f"{self.name}.paid")

    @property
    def pace(self) -> Expression:
        """The multiplier of giving way."""
        return exp(-self.weight * self.level)

    def expand(self) -> Iterator[Element]:
        """Yield level, commitments and the price."""
        yield Party(self.of)
        yield self.level
        raised = (self.level.add(self.raises),)
        if self.speaks is not None:
            yield Action(name=f"{self.name}.commit", by=self.of, when=self.when, clock=self.speaks, effects=raised)
        if self.speaks_when != NEVER:
            yield occasion(f"{self.name}.answer", self.speaks_when, Immediately(), raised, self.when, by=self.of)
        if self.gives_way != NEVER:
            yield from asked(self.paid)
            # What is paid for is forgotten: nobody pays for the same words twice.
            effects = (self.paid.set(True), self.level.set(0), *self.price)
            outcomes = (
                # A share of 1 or 0: whether there is something to pay is decided at that instant.
                Outcome(name="pays", weight=where(self.level > 0, 1, 0), effects=effects),
                Outcome(name="owes_nothing", weight=where(self.level > 0, 0, 1)),
            )
            yield Action(
                name=f"{self.name}.pay", by=self.of, when=self.gives_way, clock=Immediately(), outcomes=outcomes
            )
