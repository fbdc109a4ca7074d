"""An appointment: a meeting in full, from the announcement to the day, with all that can become of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import Moment
from negsim.model.clocks import Distribution, Fixed, On
from negsim.model.effects import Effect
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, maximum, where
from negsim.model.variables import Fact
from negsim.vocabulary.common import Lookup, asked, check_products, combinations_of, odds, parties, party, put
from negsim.vocabulary.fields import ALWAYS, NEVER, ONE, ZERO, both, check_share, clock_or_now, pace_for, tidy

__all__ = ["Appointment"]

LEVELS = ("delegation", "ministers", "leaders", "ceremony", "ceasefire")
OWN_FACTS = ("announced", "confirmed", "held", "downgraded", "postponed", "cancelled", "called_off", "reinstated")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """A meeting that is announced, confirmed, perhaps cancelled and reinstated, and on its day held or not.

    On its day, if it stands and ``when`` holds, it is held as planned with probability ``p``; of the rest a share
    ``absent[i]`` is held without party ``i``, ``downgraded`` at a lower level, and what remains is called off for good
    with probability ``never``, else postponed:

    .. math:: p = \\frac{o\\,p_0}{1 - p_0 + o\\,p_0}, \\qquad o = \\begin{cases} 1 & \\text{confirmed by all who must} \\\\
              u & \\text{not} \\end{cases}

    Parameters
    ----------
    name : str
    among : list of Party or str
    level : {'delegation', 'ministers', 'leaders', 'ceremony', 'ceasefire'}
        Of what it is an appointment.
    on : instant, optional
        The date, with its hour.
    lead : Distribution or Fixed, optional
        Instead: law of the days from announcement to date.
    announces : Distribution or Fixed, optional
        Law of the days until it is announced; without it and without ``announced_when`` it is announced at the start.
    announced_when : condition
    confirms : mapping of Party or str to Distribution or Fixed
        Who must confirm, and the law of the days until it does.
    when : condition
        What must hold on the day: no suspension, preconditions.
    on_date : probability
        ``p_0`` (default 0.5: the share held on the announced day is 12 of 24 for talks and 3 of 7 for leaders in the
        project's own coding of announced meetings, a small sample).
    unconfirmed : number-valued expression
        ``u``, the factor on the odds while a confirmation is missing (default 0.5, assumed from four cases).
    absent : mapping of Party or str to probability
        Shares of the rest that is held without this party (default none).
    downgraded : probability
        Share of the rest that is held at a lower level (default 0).
    delay : Distribution or Fixed, optional
        Law of the days from the missed date to the meeting; without it a missed date is the end.
    never : probability
        Of what is not held in any form (default 0.4, assumed; 0.45 for talks, 0.4 for leaders in the same coding).
    cancels : Distribution, optional
        Law of the days after announcement until somebody cancels it.
    cancels_when : condition
        While that clock runs; ``pace`` multiplies its hazard.
    pace : number-valued expression
    reinstates : Distribution, optional
        Law of the days from a cancellation until it is on again, for the same date.
    pace_of_return : number-valued expression
        Multiplier of that hazard.
    stands : bool
        Whether it is on at the start (default True); False: it was cancelled before.
    products : mapping of str to probability
        What it may yield, each by itself.
    effects : list of effects
        What holding it changes.
    title : str

    Notes
    -----
    Facts ``announced``, ``confirmed_by_<party>``, ``held`` (in any form), ``downgraded``, ``held_without_<party>``,
    ``postponed``, ``cancelled`` (now), ``reinstated``, ``called_off``. Summits are prompted by conflicts and do little
    to manage them: Druckman & Wallensteen 2016, *Glob. Summitry* 2:71, doi:10.1093/global/guw011.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential
    >>> summit = Appointment("singapore", among=["kim", "trump"], level="leaders", on="2018-06-12T09:00",
    ...                      cancels=Exponential(mean="60 days"), reinstates=Exponential(mean="10 days"))
    >>> summit.held.name, summit.cancelled.name
    ('singapore.held', 'singapore.cancelled')
    """

    table: ClassVar[str] = "appointment"

    name: str = field(kw_only=False)
    among: tuple[str, ...]
    level: str = "delegation"
    on: Moment | None = None
    lead: Distribution | Fixed | None = None
    announces: Distribution | Fixed | None = None
    announced_when: Expression = NEVER
    confirms: Mapping[str, Distribution | Fixed] = Lookup()
    when: Expression = ALWAYS
    on_date: Expression = Number(0.5)
    unconfirmed: Expression = Number(0.5)
    absent: Mapping[str, Expression] = Lookup()
    downgraded: Expression = ZERO
    delay: Distribution | Fixed | None = None
    never: Expression = Number(0.4)
    cancels: Distribution | None = None
    cancels_when: Expression = ALWAYS
    pace: Expression = ONE
    reinstates: Distribution | None = None
    pace_of_return: Expression = ONE
    stands: bool = True
    products: Mapping[str, Expression] = Lookup()
    effects: tuple[Effect, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "appointment",
            condition=["announced_when", "when", "cancels_when"],
            number=["unconfirmed", "pace", "pace_of_return"],
            share=["on_date", "downgraded", "never"],
            effect=["effects"],
            instant=["on"],
            number_of=["absent", "products"],
        )
        put(self, among=parties(self.among, place))
        put(self, confirms=Lookup({party(key): law for key, law in dict(self.confirms).items()}))
        self._check(place)

    def _check(self, place: str) -> None:
        if self.level not in LEVELS:
            raise ScenarioError(f"{place}: level {self.level!r} is not one of {', '.join(LEVELS)}")
        if (self.on is None) == (self.lead is None):
            raise ScenarioError(
                f"{place}: give either on=instant or lead=law of the days from announcement to the date"
            )
        strangers = [name for name in (*self.confirms, *self.absent) if name not in self.among]
        if strangers:
            raise ScenarioError(f"{place}: {strangers[0]} does not take part; add it to among= or drop it")
        shares = [self.downgraded, *self.absent.values()]
        for share in shares:
            check_share(share, f"{place}: a share of absent or downgraded")
        if sum(share.value for share in shares if isinstance(share, Number)) > 1:
            raise ScenarioError(
                f"{place}: the shares of absent and downgraded add up to more than 1; they are shares of what is not held as planned"
            )
        if not self.stands and self.cancels is None:
            raise ScenarioError(f"{place}: stands=False without cancels; give the law of a further cancellation too")
        if self.reinstates is not None and self.cancels is None:
            raise ScenarioError(f"{place}: reinstates without cancels; give the law of its cancellation too")
        own = (
            *OWN_FACTS,
            *(f"confirmed_by_{name}" for name in self.among),
            *(f"held_without_{name}" for name in self.among),
        )
        check_products(self.products, own, place)

    @property
    def _at_start(self) -> bool:
        return self.announces is None and self.announced_when == NEVER

    @property
    def announced(self) -> Fact:
        """The fact that it was announced."""
        return Fact(f"{self.name}.announced", self._at_start)  # type: ignore[arg-type] # made an expression by Fact

    def _fact(self, word: str) -> Fact:
        return Fact(f"{self.name}.{word}")

    @property
    def held(self) -> Fact:
        """The fact that it was held in any form."""
        return self._fact("held")

    @property
    def was_downgraded(self) -> Fact:
        """The fact that it was held at a lower level."""
        return self._fact("downgraded")

    @property
    def postponed(self) -> Fact:
        """The fact that its day passed and it is still to come."""
        return self._fact("postponed")

    @property
    def cancelled(self) -> Fact:
        """The fact that it is cancelled now."""
        return Fact(f"{self.name}.cancelled", not self.stands)  # type: ignore[arg-type] # made an expression by Fact

    @property
    def reinstated(self) -> Fact:
        """The fact that it was on again after a cancellation."""
        return self._fact("reinstated")

    @property
    def called_off(self) -> Fact:
        """The fact that it will not be held any more."""
        return self._fact("called_off")

    def confirmed_by(self, who: Party | str) -> Fact:
        """The fact that this party confirmed."""
        return self._fact(f"confirmed_by_{party(who)}")

    def held_without(self, who: Party | str) -> Fact:
        """The fact that it was held and this party stayed away."""
        return self._fact(f"held_without_{party(who)}")

    def product(self, name: str) -> Fact:
        """The fact that it yielded this."""
        if name not in self.products:
            raise ScenarioError(
                f"appointment {self.name} has no product {name!r}; it has {', '.join(self.products) or 'none'}"
            )
        return self._fact(name)

    @property
    def confirmed(self) -> Expression:
        """That all who must confirm have done so."""
        return both(*(self.confirmed_by(name) for name in self.confirms))

    @property
    def chance(self) -> Expression:
        """Probability that it is held as planned, on its day, if it stands."""
        return (
            self.on_date
            if not self.confirms
            else where(self.confirmed, self.on_date, odds(self.on_date, self.unconfirmed))
        )

    @property
    def _certain(self) -> bool:
        """Whether it is held as planned whatever happens, if it stands."""
        return self.when == ALWAYS and self.chance == ONE

    @property
    def _falls_through(self) -> bool:
        """Whether it can miss its day altogether."""
        shares = [
            share.value if isinstance(share, Number) else 0.0 for share in (self.downgraded, *self.absent.values())
        ]
        return not self._certain and (self.when != ALWAYS or sum(shares) < 1 - 1e-9)

    @property
    def _stands(self) -> Expression:
        off = ~self.cancelled if self.cancels is not None else True
        return both(self.announced if not self._at_start else True, ~self.held, ~self.called_off, off)

    def expand(self) -> Iterator[Element]:
        """Yield facts and the actions of its life."""
        yield from (Party(name) for name in self.among)
        yield from (*asked(self.announced), *asked(self.held))
        passes_by = self.cancels is not None and self.on is not None
        lost = passes_by or (self._falls_through and (self.delay is None or self.never != ZERO))
        yield from asked(self.called_off) if lost else (self.called_off,)
        yield from self._announcement()
        yield from self._cancellation()
        yield from self._day()
        if self.delay is not None:
            yield from asked(self.postponed) if self._falls_through and self.never != ONE else (self.postponed,)
            guard, pace = both(self.postponed, self._stands, self.when), ONE
            done = (self.held.set(True), self.postponed.set(False), *self.effects)
            yield Action(name=f"{self.name}.meet_late", when=guard, clock=self.delay, pace=pace, effects=done)
        if self.products:
            yield from (self.product(name) for name in self.products)
            outcomes = combinations_of(self.products, self.name)
            yield Action(
                name=f"{self.name}.conclude", when=both(self.held), clock=clock_or_now(None), outcomes=outcomes
            )

    def _announcement(self) -> Iterator[Element]:
        said = (self.announced.set(True),)
        if self.announces is not None:
            yield Action(name=f"{self.name}.announce", when=both(~self.announced), clock=self.announces, effects=said)
        if self.announced_when != NEVER:
            guard = both(self.announced_when, ~self.announced)
            yield Action(name=f"{self.name}.be_announced", when=guard, clock=clock_or_now(None), effects=said)
        for name, law in self.confirms.items():
            fact = self.confirmed_by(name)
            yield fact
            guard = both(self._stands, ~fact)
            yield Action(name=f"{self.name}.confirm_{name}", by=name, when=guard, clock=law, effects=(fact.set(True),))

    def _cancellation(self) -> Iterator[Element]:
        if self.cancels is None:
            return
        yield from asked(self.cancelled)
        pace = pace_for(self.cancels, self.pace)
        guard = both(self._stands, self.cancels_when)
        yield Action(
            name=f"{self.name}.cancel", when=guard, clock=self.cancels, pace=pace, effects=(self.cancelled.set(True),)
        )
        if self.reinstates is not None:
            yield from asked(self.reinstated)
            guard = both(self.cancelled, ~self.called_off)
            effects = (self.cancelled.set(False), self.reinstated.set(True))
            pace = pace_for(self.reinstates, self.pace_of_return)
            yield Action(name=f"{self.name}.reinstate", when=guard, clock=self.reinstates, pace=pace, effects=effects)
        if self.on is not None:
            passed = both(self.cancelled, ~self.held, ~self.called_off)
            yield Action(
                name=f"{self.name}.pass_by",
                when=passed,
                clock=On(self.on),
                effects=(self.called_off.set(True),),
                priority=11,
            )

    def _day(self) -> Iterator[Element]:
        as_planned = where(self.when, self.chance, 0) if self.when != ALWAYS else self.chance
        rest: Expression = 1 - as_planned
        held = (self.held.set(True), *self.effects)
        outcomes = [Outcome(name="held", weight=as_planned, effects=held)]
        left: Expression = ONE
        for name, share in self.absent.items():
            yield self.held_without(name)
            weight = rest * share if self.when == ALWAYS else where(self.when, rest * share, 0)
            outcomes.append(
                Outcome(name=f"held_without_{name}", weight=weight, effects=(*held, self.held_without(name).set(True)))
            )
            left = left - share
        if self.downgraded != ZERO:
            yield from asked(self.was_downgraded) if not self._certain else (self.was_downgraded,)
            weight = rest * self.downgraded if self.when == ALWAYS else where(self.when, rest * self.downgraded, 0)
            outcomes.append(Outcome(name="downgraded", weight=weight, effects=(*held, self.was_downgraded.set(True))))
            left = left - self.downgraded
        # Shares that add up to 1 leave nothing, not a rounding error below it.
        left = maximum(left, 0) if left != ONE else left
        left = left if self.when == ALWAYS else where(self.when, left, 1)
        never = ONE if self.delay is None else self.never
        outcomes.append(Outcome(name="called_off", weight=rest * left * never, effects=(self.called_off.set(True),)))
        if self.delay is not None:
            outcomes.append(
                Outcome(name="postponed", weight=rest * left * (1 - never), effects=(self.postponed.set(True),))
            )
        clock = On(self.on) if self.on is not None else self.lead
        guard = both(self._stands, ~self.postponed if self.delay is not None else True)
        assert clock is not None  # one of the two is given, as checked
        yield Action(
            name=f"{self.name}.take_place",
            when=guard,
            clock=clock,
            outcomes=tuple(outcomes),
            priority=10,
            title="is it held on its day?",
        )
