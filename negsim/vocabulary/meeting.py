"""A meeting: who, when, what each participant requires, what happens if it is not held, what it yields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import Moment, moment
from negsim.model.clocks import Distribution, Fixed, Immediately, On
from negsim.model.effects import Effect
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, all_of, as_condition, as_number, where
from negsim.model.names import check_name
from negsim.model.variables import Fact
from negsim.vocabulary.common import (
    EMPTY,
    ONE,
    TRUE,
    ZERO,
    Lookup,
    asked,
    check_products,
    combinations_of,
    conditions,
    is_true,
    numbers,
    parties,
    party,
    put,
)

__all__ = ["Meeting", "Postpone"]

OWN_FACTS = ("held", "waived", "postponed", "called_off")


@dataclass(frozen=True, slots=True)
class Postpone:
    """What becomes of a meeting that is not held on its date: held later after ``delay``, or never.

    >>> from negsim.model.clocks import LogNormal
    >>> Postpone(LogNormal(mu=2.0, sigma=1.75), never=0.45).never
    parse('0.45')
    """

    delay: Distribution | Fixed
    never: Expression = ZERO

    def __post_init__(self) -> None:
        put(self, never=as_number(self.never))


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A meeting between parties, at a date that is fixed or still to be arranged.

    At its date it is held with probability

    .. math:: P(\\text{held}) = \\begin{cases} \\text{on\\_date} & \\text{every requirement is met} \\\\
              \\text{waiver} & \\text{one or more are not} \\end{cases}

    and these are never multiplied with each other. Otherwise it is postponed or never held, as `Postpone` says. The
    review at the date has priority 10: what arrives at that very instant counts.

    Parameters
    ----------
    name : str
    among : list of Party or str
    on : instant, optional
        The date, with its hour. Without it ``lead`` says how long after being arranged the date comes.
    lead : Distribution or Fixed, optional
        Law of the time from arrangement (``when``, and with leaders all consents) to the date.
    when : condition
        Under which it is held, or arranged, at all.
    requires : mapping of Party or str to condition
        Each participant's own preconditions.
    on_date : probability
        Held on its date if all is in order (default 1, assumed; over 24 delegation meetings announced in peace and
        war talks about one half).
    waiver : probability
        That what is unmet on the day is waived. Needs ``on``.
    otherwise : Postpone, optional
        By default a meeting that is not held on its date never is.
    products : mapping of str to probability
        What it may yield, each by itself: they can come together.
    leaders : bool
        A summit: ``requires`` are each leader's preconditions for *consent*. A leader in ``consent`` takes that long
        to give it (hazard times ``willing``), any other gives it at once; it is withdrawn when the precondition is
        lost, and must be won anew after a date that came to nothing.
    consent : mapping of Party or str to Distribution
    willing : mapping of Party or str to number-valued expression
    pace : number-valued expression
        Multiplier of the hazard of a postponed meeting.
    title : str

    Notes
    -----
    Facts ``held``; ``waived`` (with ``waiver``), ``postponed``, ``called_off``, ``consent_of_<party>`` (leaders), one
    for each product. Summits come late and rest on delegations' work: Druckman & Wallensteen 2016, *Glob. Summitry*
    2:71, doi:10.1093/global/guw011. Preconditions that get waived: Zartman & Berman 1982, *The Practical Negotiator*.

    Examples
    --------
    >>> talks = Meeting("istanbul_2", among=["russia", "ukraine"], on="2025-06-02T13:00",
    ...                 requires={"ukraine": "memorandum.delivered"}, waiver=0.4)
    >>> talks.held.name, [element.name for element in talks.expand() if isinstance(element, Action)]
    ('istanbul_2.held', ['istanbul_2.waive', 'istanbul_2.review'])
    """

    table: ClassVar[str] = "meeting"

    name: str = field(kw_only=False)
    among: tuple[str, ...]
    on: Moment | None = None
    lead: Distribution | Fixed | None = None
    when: Expression = TRUE
    requires: Mapping[str, Expression] = EMPTY
    on_date: Expression = ONE
    waiver: Expression = ZERO
    otherwise: Postpone | None = None
    products: Mapping[str, Expression] = EMPTY
    leaders: bool = False
    consent: Mapping[str, Distribution] = EMPTY
    willing: Mapping[str, Expression] = EMPTY
    pace: Expression = ONE
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "meeting")
        where = f"meeting {self.name}"
        put(self, among=parties(self.among, where), when=as_condition(self.when), requires=conditions(self.requires))
        put(self, on_date=as_number(self.on_date), waiver=as_number(self.waiver), products=numbers(self.products))
        put(self, consent=Lookup({party(key): law for key, law in self.consent.items()}), willing=numbers(self.willing))
        put(self, pace=as_number(self.pace))
        if self.on is not None:
            put(self, on=moment(self.on, f"{where}: on"))
        self._check(where)

    def _check(self, where: str) -> None:
        if (self.on is None) == (self.lead is None):
            raise ScenarioError(f"{where}: give either on=instant or lead=law of the time from arrangement to the date")
        for key in ("requires", "consent", "willing"):
            strangers = [name for name in getattr(self, key) if name not in self.among]
            if strangers:
                raise ScenarioError(f"{where}: {key} names {strangers[0]}, which does not take part; add it to among=")
        if not self.leaders and (self.consent or self.willing):
            raise ScenarioError(f"{where}: consent and willing belong to leaders=True; set it, or use requires=")
        if self._waivable and self.on is None:
            raise ScenarioError(
                f"{where}: waiver needs a fixed date; give on=, or a Precondition with a waiver of its own"
            )
        taken = (*OWN_FACTS, *(f"consent_of_{name}" for name in self.among))
        check_products(self.products, taken, where)

    @property
    def held(self) -> Fact:
        """The fact that the session opened."""
        return Fact(f"{self.name}.held")

    @property
    def opened(self) -> str:
        """Name of the question when the session opened."""
        return self.held.name

    @property
    def waived(self) -> Fact:
        """The fact that an unmet requirement was waived on the day."""
        return Fact(f"{self.name}.waived")

    @property
    def postponed(self) -> Fact:
        """The fact that the date passed and the meeting is still to come."""
        return Fact(f"{self.name}.postponed")

    @property
    def called_off(self) -> Fact:
        """The fact that it came to nothing."""
        return Fact(f"{self.name}.called_off")

    def product(self, name: str) -> Fact:
        """The fact that the meeting yielded this."""
        if name not in self.products:
            known = ", ".join(self.products) or "none"
            raise ScenarioError(f"meeting {self.name} has no product {name!r}; it has {known}")
        return Fact(f"{self.name}.{name}")

    def consent_of(self, leader: Party | str) -> Fact:
        """The fact that this leader agrees to come."""
        return Fact(f"{self.name}.consent_of_{party(leader)}")

    @property
    def _waivable(self) -> bool:
        return self.waiver != ZERO

    @property
    def _met(self) -> Expression:
        """That nothing stands in the way: all consents, or all requirements."""
        needs = (
            [is_true(self.consent_of(name)) for name in self.among] if self.leaders else list(self.requires.values())
        )
        return all_of(*needs) if needs else TRUE

    def expand(self) -> Iterator[Element]:
        """Yield facts, actions and the question when it is held."""
        yield from (Party(name) for name in self.among)
        yield from asked(self.held)
        yield self.called_off
        if self.leaders:
            yield from self._consents()
        if self._waivable:
            yield self.waived
            yield self._waive()
        yield self._review()
        if self.otherwise is not None:
            yield self.postponed
            guard = self._guard(self.postponed & ~self.held)
            effects = (self.held.set(True), self.postponed.set(False))
            yield Action(
                name=f"{self.name}.meet_late",
                when=guard,
                clock=self.otherwise.delay,
                pace=self._late_pace(),
                effects=effects,
            )
        if self.products:
            yield from (self.product(name) for name in self.products)
            outcomes = combinations_of(self.products, self.name)
            yield Action(
                name=f"{self.name}.conclude",
                when=is_true(self.held),
                clock=Immediately(),
                outcomes=outcomes,
                title="what the meeting yields",
            )

    def _late_pace(self) -> Expression:
        assert self.otherwise is not None  # only asked for then
        return ONE if isinstance(self.otherwise.delay, Fixed) else self.pace

    def _guard(self, condition: Expression) -> Expression:
        return condition if self.when == TRUE else all_of(condition, self.when)

    def _consents(self) -> Iterator[Element]:
        for name in self.among:
            consent, needs = self.consent_of(name), self.requires.get(name, TRUE)
            yield consent
            law = self.consent.get(name)
            pace = self.willing.get(name, ONE) if law is not None else ONE
            guard = self._guard(all_of(needs, ~consent, ~self.held) if needs != TRUE else ~consent & ~self.held)
            yield Action(
                name=f"{consent.name}.give",
                by=name,
                when=guard,
                clock=law or Immediately(),
                pace=pace,
                effects=(consent.set(True),),
            )
            if needs != TRUE:
                lost = all_of(consent, ~needs, ~self.held)
                yield Action(
                    name=f"{consent.name}.withdraw",
                    by=name,
                    when=lost,
                    clock=Immediately(),
                    effects=(consent.set(False),),
                )

    def _waive(self) -> Action:
        assert self.on is not None  # checked
        outcomes = (
            Outcome(name="waived", weight=self.waiver, effects=(self.waived.set(True),)),
            Outcome(name="insisted", weight=1 - self.waiver),
        )
        guard = self._guard(~self.held & ~self._met)
        return Action(
            name=f"{self.name}.waive",
            when=guard,
            clock=On(self.on),
            outcomes=outcomes,
            priority=9,
            title="is what is unmet waived?",
        )

    def _review(self) -> Action:
        chance = where(self._met, self.on_date, 0)
        chance = where(self.waived, 1, chance) if self._waivable else chance
        never = ONE if self.otherwise is None else self.otherwise.never
        off: list[Effect] = [self.called_off.set(True)]
        off += [self.consent_of(name).set(False) for name in self.consent]
        outcomes = [
            Outcome(name="held", weight=chance, effects=(self.held.set(True),)),
            Outcome(name="called_off", weight=(1 - chance) * never, effects=tuple(off)),
        ]
        guard: Expression = ~self.held
        if self.otherwise is not None:
            outcomes.append(
                Outcome(name="postponed", weight=(1 - chance) * (1 - never), effects=(self.postponed.set(True),))
            )
            guard = guard & ~self.postponed
        clock: Distribution | Fixed | On = On(self.on) if self.on is not None else self.lead  # type: ignore[assignment] # one is given, as checked
        if self.on is None:
            guard = all_of(guard, self._met) if self.leaders else all_of(guard, ~self.called_off)
        return Action(
            name=f"{self.name}.review",
            when=self._guard(guard),
            clock=clock,
            outcomes=tuple(outcomes),
            priority=10,
            title="is it held on its date?",
        )
