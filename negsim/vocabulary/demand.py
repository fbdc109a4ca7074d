"""A demand: a precondition in full, with an order, a date before which nothing counts, verification and four ways out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed, Immediately, On
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, amount, as_condition
from negsim.model.inputs import Amount, Condition, Conditions, MaybeDate, MaybeName, Name, preset, record
from negsim.model.names import check_name
from negsim.model.requirements import Requirement
from negsim.model.variables import Fact
from negsim.vocabulary.common import asked, put
from negsim.vocabulary.fields import ALWAYS, NEVER, ONE, SETTLING, ZERO, both, clock_or_now, pace_for, tidy
from negsim.vocabulary.preconditions import Settled

__all__ = ["Demand"]


@record
class Demand:
    """What a party insists on, in order, verified, dropped in one of four ways (a plain condition is a `Precondition`).

    .. math:: \\text{met} \\iff \\text{waived} \\;\\vee\\; \\text{verified}(\\text{needs},\\ \\text{after the steps, in
              order},\\ \\text{not before the date})

    It is a requirement under its own name: supposed away (``without``) it stands in nobody's way, ``meet``, ``waive`` and
    ``harden`` settle it one way or the other. Two demands that wait for each other are a legal scenario as soon as one of them can be waived or guaranteed; the
    scenario's ``notes`` then name the circle. Without any way out the scenario is refused and the circle is named.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : Party or str
        Whose it is.
    needs : condition
        All of, any of, at least k of, not: any tree.
    after : list of conditions
        A sequence: each must have come true, in this order, before ``needs`` counts.
    not_until : instant, optional
        Nothing counts before.
    stated_when : condition
        The demand is raised when this turns true (default: it stands at the start).
    latched : bool
        Fulfilled once is fulfilled for good (default); otherwise it can be lost again.
    expires : instant, optional
        After which it can no longer be fulfilled (it can still be waived).
    verified_by : Party or str, optional
        Who checks that a step was taken; without it a step counts when it is taken.
    verifies : Distribution or Fixed, optional
        Law of the days until the verifier is satisfied; needs ``verified_by``.
    waived_on : instant, optional
        A date at which it is dropped with probability ``waiver``.
    waiver : probability
        An expression of the state.
    yields : Distribution, optional
        Law of the days until the party gives way under pressure; ``pace`` is the pressure.
    pace : number-valued expression
        Multiplier of the hazard of ``yields``.
    guaranteed_when : condition
        A guarantor steps in: the demand is dropped the moment this holds.
    together_with : str, optional
        Name of another demand: both are dropped at once, by simultaneity.
    together : Distribution or Fixed, optional
        Law of the days until the two sides agree to move at the same time.
    title : str
        What people read in place of the name.

    See Also
    --------
    Precondition : What must hold before a party moves.
    Ultimatum : A demand with a date and a threat.

    Notes
    -----
    Facts ``stated``, ``met``, ``waived``; ``verified``, ``expired``, ``step.n1`` ... where they are used; expression
    ``clear`` (not stated yet, or met). Third-party guarantees as the way out of commitment problems: Walter 1997, *Int.
    Organ.* 51:335, doi:10.1162/002081897550384.

    Examples
    --------
    >>> first = Demand("text_first", of="ukraine", needs="memorandum.delivered", waived_on="2025-06-02T12:00", waiver=0.4)
    >>> print(first.clear)
    not text_first.stated or text_first.met
    """

    table: ClassVar[str] = "demand"

    name: str = field(kw_only=False)
    of: Name
    needs: Condition
    after: Conditions = preset(())
    not_until: MaybeDate = preset(None)
    stated_when: Condition = preset(ALWAYS)
    latched: bool = True
    expires: MaybeDate = preset(None)
    verified_by: MaybeName = preset(None)
    verifies: Distribution | Fixed | None = None
    waived_on: MaybeDate = preset(None)
    waiver: Amount = preset(ZERO)
    yields: Distribution | None = None
    pace: Amount = preset(ONE)
    guaranteed_when: Condition = preset(NEVER)
    together_with: MaybeName = preset(None)
    together: Distribution | Fixed | None = None
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "demand",
            party_=["of", "verified_by"],
            condition=["needs", "stated_when", "guaranteed_when"],
            number=["pace"],
            waiver=["waiver"],
            instant=["not_until", "expires", "waived_on"],
        )
        steps = (
            # A single condition may be given without a list; a text has letters, which are no conditions.
            (self.after,) if isinstance(self.after, str) or not isinstance(self.after, (list, tuple)) else self.after
        )
        put(self, after=tuple(as_condition(step) for step in steps))
        if self.together_with is not None:
            put(self, together_with=check_name(getattr(self.together_with, "name", self.together_with), "demand"))
        pairs = (("waived_on", "waiver", self.waiver != ZERO), ("together_with", "together", self.together is not None))
        for one, other, given in pairs:
            # Either alone would be left out in silence.
            if (getattr(self, one) is not None) != given:
                raise ScenarioError(f"{place}: {one} and {other} go together; give both or neither")
        if self.verifies is not None and self.verified_by is None:
            raise ScenarioError(f"{place}: verifies without verified_by; say who verifies")

    @property
    def stated(self) -> Fact:
        """The fact that it was raised."""
        return Fact(f"{self.name}.stated", self.stated_when == ALWAYS)

    @property
    def met(self) -> Fact:
        """The fact that it stands in nobody's way: fulfilled or waived."""
        return Fact(f"{self.name}.met")

    @property
    def waived(self) -> Fact:
        """The fact that it was dropped."""
        return Fact(f"{self.name}.waived")

    @property
    def verified(self) -> Fact:
        """The fact that the verifier is satisfied."""
        return Fact(f"{self.name}.verified")

    @property
    def expired(self) -> Fact:
        """The fact that it can no longer be fulfilled."""
        return Fact(f"{self.name}.expired")

    @property
    def clear(self) -> Expression:
        """That nothing is asked, or what is asked is met."""
        # What was never stated stands in nobody's way.
        return ~self.stated | self.met

    def step(self, number: int) -> Fact:
        """The fact that so many steps of the sequence came true in order.

        Parameters
        ----------
        number : int
            Number of the step, from 1 on.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        return Fact(f"{self.name}.step.n{number}")

    @property
    def _waivable(self) -> bool:
        ways = (self.waived_on, self.yields, self.together_with)
        return any(way is not None for way in ways) or self.guaranteed_when != NEVER

    @property
    def _raw(self) -> Expression:
        """That what is needed is there, in order and not too early."""
        order = self.step(len(self.after)) if self.after else True
        return both(self.needs, order, Fact(f"{self.name}.due") if self.not_until is not None else True)

    def requirements(self) -> Iterator[Requirement]:
        """Yield the demand itself, under its own name."""
        on_a_date = self.waived_on is not None or not self._waivable
        yield Requirement(
            name=self.name,
            # With a verifier it is the verifier who must be in time, and whose fact is read.
            needs=both(self._raw, ~self.expired if self.expires is not None and self.verified_by is None else True),
            steps=(self.met.name if self.verified_by is None else self.verified.name,),
            of=self.of,
            waiver=amount(self.waiver) if on_a_date else None,
            waiver_name=f"{self.name}.waiver" if self._waivable else "",
            waived=self.waived.name,
        )

    def supposing(self, requirement: str, how: str) -> Demand | Settled:
        """The demand without a way out, or settled: not made; met from the start; waived as soon as it is made.

        Parameters
        ----------
        requirement : str
            Name of the requirement, in the word or below it.
        how : str
            What is supposed: ``without``, ``meet``, ``waive`` or ``harden``.

        Returns
        -------
        Demand or Settled
            The word that stands for it then.
        """
        if how == "harden":
            # Dropped together is a way out as well, and it is in two keys.
            apart = replace(self, together_with=None, together=None)
            return replace(apart, waived_on=None, waiver=ZERO, yields=None, guaranteed_when=NEVER)
        if how == "without":
            facts = {self.stated: False, self.met: True, self.waived: False}
        # Met or not made from the start: nothing is left to happen.
        elif self.stated_when == ALWAYS or how == "meet":
            facts = {self.met: True, self.waived: how == "waive"}
        else:
            facts = {}
        pieces: list[Element] = [Party(self.of), *(Fact(one.name, value) for one, value in facts.items())]
        if how != "without" and self.stated_when != ALWAYS:
            # What is made later is settled at that moment, so that it is not known before.
            effects = (self.stated, self.met, self.waived) if how == "waive" else (self.stated,)
            pieces += [one for one in effects if one not in facts] + [self._raise(*effects)]
        return Settled(name=self.name, pieces=tuple(pieces))

    def _raise(self, *facts: Fact) -> Action:
        return Action(
            name=f"{self.name}.state",
            by=self.of,
            when=both(self.stated_when, ~self.stated),
            clock=Immediately(),
            effects=tuple(fact.set(True) for fact in facts),
        )

    def expand(self) -> Iterator[Element]:
        """Yield facts, fulfilment, verification and the ways out."""
        yield Party(self.of)
        yield self.stated
        yield from asked(self.met)
        if self.stated_when != ALWAYS:
            yield self._raise(self.stated)
        yield from self._order()
        yield from self._fulfilment()
        if self._waivable:
            yield from asked(self.waived)
            yield from self._ways_out()
        else:
            yield self.waived  # another demand may be dropped together with this one

    def _order(self) -> Iterator[Element]:
        for k, step in enumerate(self.after, start=1):
            before = self.step(k - 1) if k > 1 else True
            yield self.step(k)
            guard = both(step, before, ~self.step(k))
            yield Action(
                name=f"{self.name}.note_step.n{k}", when=guard, clock=Immediately(), effects=(self.step(k).set(True),)
            )
        for instant, word, verb in ((self.not_until, "due", "fall_due"), (self.expires, "expired", "expire")):
            if instant is not None:
                fact = Fact(f"{self.name}.{word}")
                yield fact
                # As reviews do: what happens on that instant is looked at before it is too late.
                yield Action(name=f"{self.name}.{verb}", clock=On(instant), effects=(fact.set(True),), priority=10)

    def _fulfilment(self) -> Iterator[Element]:
        there = self._raw
        if self.verified_by is not None:
            yield from (Party(self.verified_by), self.verified)
            guard, law = both(there, ~self.verified), clock_or_now(self.verifies)
            yield Action(
                name=f"{self.name}.verify",
                by=self.verified_by,
                when=guard,
                clock=law,
                effects=(self.verified.set(True),),
            )
            if not self.latched:
                gone = both(self.verified, ~there)
                yield Action(
                    name=f"{self.name}.fault",
                    by=self.verified_by,
                    when=gone,
                    clock=Immediately(),
                    effects=(self.verified.set(False),),
                    priority=SETTLING,
                )
            there = self.verified.__expression__()
        late = ~self.expired if self.expires is not None else True
        yield Action(
            name=f"{self.name}.fulfil",
            when=both(there, ~self.met, late),
            clock=Immediately(),
            effects=(self.met.set(True),),
        )
        if not self.latched:
            kept = ~self.waived if self._waivable else True
            yield Action(
                name=f"{self.name}.lose",
                when=both(self.met, ~there, kept),
                clock=Immediately(),
                effects=(self.met.set(False),),
                priority=SETTLING,
            )

    def _ways_out(self) -> Iterator[Action]:
        open_, drop = both(self.stated, ~self.met), (self.met.set(True), self.waived.set(True))
        if self.waived_on is not None:
            outcomes = (
                Outcome(name="waived", weight=amount(self.waiver), effects=drop),
                Outcome(name="insisted", weight=1 - amount(self.waiver)),
            )
            yield Action(
                name=f"{self.name}.decide",
                by=self.of,
                when=open_,
                clock=On(self.waived_on),
                outcomes=outcomes,
                priority=9,
            )
        if self.yields is not None:
            pace = pace_for(self.yields, self.pace)
            yield Action(
                name=f"{self.name}.give_way", by=self.of, when=open_, clock=self.yields, pace=pace, effects=drop
            )
        if self.guaranteed_when != NEVER:
            guard = both(open_, self.guaranteed_when)
            yield Action(
                name=f"{self.name}.accept_guarantee", by=self.of, when=guard, clock=Immediately(), effects=drop
            )
        if self.together_with is not None and self.together is not None:
            # By names alone: the other demand is another word, which may stand later in the scenario.
            met, waived = Fact(f"{self.together_with}.met"), Fact(f"{self.together_with}.waived")
            guard, others = both(open_, ~met), (met.set(True), waived.set(True))
            yield Action(name=f"{self.name}.move_together", when=guard, clock=self.together, effects=(*drop, *others))
