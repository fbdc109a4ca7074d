"""A precondition: a tree of conditions that a party sets, with expiry and waiver."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import moment
from negsim.model.clocks import Immediately, On
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Number, all_of, amount, as_condition, as_expression
from negsim.model.inputs import Amount, Condition, MaybeDate, Name, preset, record
from negsim.model.names import check_name
from negsim.model.requirements import Requirement
from negsim.model.variables import Fact
from negsim.vocabulary.common import ZERO, asked, party, put
from negsim.vocabulary.fields import SETTLING, both
from negsim.vocabulary.preconditions import Settled

__all__ = ["Precondition"]


@record
class Precondition:
    """What a party demands before it goes on, a tree of conditions (with order, verifier, ways out: `Demand`).

    .. math:: \\text{met} \\iff \\text{waived} \\;\\vee\\; \\text{needs (now, or ever if latched)}

    ``met`` is true while ``needs`` holds (or ever since, if ``latched``), and for good once the demand is waived.
    With ``expires``, what is not fulfilled by then no longer counts. It is a requirement under its own name: supposed
    away (``without``) it stands in nobody's way, ``meet``, ``waive`` and ``harden`` settle it one way or the other.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : Party or str
        Who sets it.
    needs : condition
        The tree: operators ``& | ~``, or ``all_of``, ``any_of``, ``at_least``.
    latched : bool
        Fulfilled once is fulfilled for good (default); otherwise it can be lost again.
    expires : instant, optional
        From then on it is no longer asked.
    waiver : probability or condition
        With which the party drops an unmet demand at ``waived_on`` (default 0). A condition is its `Decision`.
    waived_on : instant, optional
        The date on which an unmet one is waived or not.
    title : str
        What people read in place of the name.

    See Also
    --------
    Demand : What a party asks of another, in steps.
    Requirement : What must hold when a step is taken.

    Notes
    -----
    Facts ``met``; ``waived`` (with ``waiver``), ``expired`` (with ``expires``). Stated preconditions are bargaining
    positions: that they may be dropped is what ``waiver`` is there for, our own form (by default it is never dropped; set
    it from your cases). Trees of conditions: Vesely et al. 1981, *Fault Tree Handbook*, NUREG-0492.

    Examples
    --------
    >>> demand = Precondition("text_first", of="ukraine", needs="memorandum.delivered or guarantee", latched=False)
    >>> demand.met.name
    'text_first.met'
    """

    table: ClassVar[str] = "precondition"

    name: str = field(kw_only=False)
    of: Name
    needs: Condition
    latched: bool = True
    expires: MaybeDate = preset(None)
    waiver: Amount = preset(ZERO)
    waived_on: MaybeDate = preset(None)
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "precondition")
        where = f"precondition {self.name}"
        put(self, of=party(self.of), needs=as_condition(self.needs), waiver=as_expression(self.waiver))
        for key in ("expires", "waived_on"):
            if getattr(self, key) is not None:
                put(self, **{key: moment(getattr(self, key), f"{where}: {key}")})
        if (self.waiver == ZERO) != (self.waived_on is None):
            raise ScenarioError(
                f"{where}: waiver and waived_on go together; give the probability and the instant, or neither"
            )
        if isinstance(self.waiver, Number) and not 0 <= self.waiver.value <= 1:
            raise ScenarioError(f"{where}: waiver must be a probability, not {self.waiver.value!r}")

    @property
    def met(self) -> Fact:
        """The fact that the demand stands in nobody's way: fulfilled or waived."""
        return Fact(f"{self.name}.met")

    @property
    def waived(self) -> Fact:
        """The fact that the party dropped the demand."""
        return Fact(f"{self.name}.waived")

    @property
    def expired(self) -> Fact:
        """The fact that the demand can no longer be fulfilled."""
        return Fact(f"{self.name}.expired")

    def requirements(self) -> Iterator[Requirement]:
        """Yield the demand itself, under its own name."""
        waivable = self.waived_on is not None
        yield Requirement(
            name=self.name,
            needs=both(self.needs, ~self.expired if self.expires is not None else True),
            steps=(self.met.name,),
            of=self.of,
            waiver=amount(self.waiver),
            waiver_name=f"{self.name}.waiver" if waivable else "",
            waived=self.waived.name if waivable else "",
        )

    def supposing(self, requirement: str, how: str) -> Precondition | Settled:
        """The demand never waived, or settled from the start: not made, met, or waived.

        Parameters
        ----------
        requirement : str
            Name of the requirement, in the word or below it.
        how : str
            What is supposed: ``without``, ``meet``, ``waive`` or ``harden``.

        Returns
        -------
        Precondition or Settled
            The word that stands for it then.
        """
        if how == "harden":
            return replace(self, waiver=ZERO, waived_on=None)
        # Its facts stay, with fixed values: others read them.
        waived = Fact(self.waived.name, how == "waive")
        return Settled(name=self.name, pieces=(Party(self.of), Fact(self.met.name, True), waived))

    def expand(self) -> Iterator[Element]:
        """Yield facts, the actions that keep ``met``, and the question when it is first met."""
        yield Party(self.of)
        yield from asked(self.met)
        open_still = [~self.expired] if self.expires is not None else []
        yield Action(
            name=f"{self.name}.fulfil",
            when=all_of(self.needs, ~self.met, *open_still),
            clock=Immediately(),
            effects=(self.met.set(True),),
        )
        waivable = self.waived_on is not None
        if not self.latched:
            # What was waived is met by the party's word, and is not lost with the condition.
            lost = [~self.waived] if waivable else []
            yield Action(
                name=f"{self.name}.lose",
                when=all_of(self.met, ~self.needs, *lost),
                clock=Immediately(),
                effects=(self.met.set(False),),
                priority=SETTLING,
            )
        if waivable:
            yield self.waived
            yield self._waive()
        if self.expires is not None:
            yield self.expired
            # With the priority of reviews: what is fulfilled at that very instant counts.
            yield Action(
                name=f"{self.name}.expire", clock=On(self.expires), effects=(self.expired.set(True),), priority=10
            )

    def _waive(self) -> Action:
        assert self.waived_on is not None  # only asked for then
        gone = Outcome(name="waived", weight=amount(self.waiver), effects=(self.met.set(True), self.waived.set(True)))
        kept = Outcome(name="insisted", weight=1 - amount(self.waiver))
        return Action(
            name=f"{self.name}.decide",
            by=self.of,
            when=~self.met,
            clock=On(self.waived_on),
            outcomes=(gone, kept),
            priority=9,
        )
