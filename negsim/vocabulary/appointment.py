"""An appointment: a meeting in full, from the announcement to the day, with all that can become of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed, Immediately, On
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, maximum, where
from negsim.model.inputs import (
    Amount,
    Amounts,
    Condition,
    ConditionsOf,
    Effects,
    Likely,
    MaybeDate,
    Names,
    Waits,
    preset,
    record,
)
from negsim.model.variables import Fact
from negsim.vocabulary.common import Lookup, asked, check_products, conclusion, doubted, is_true, parties, party, put
from negsim.vocabulary.dateline import Dateline
from negsim.vocabulary.dates import Dates
from negsim.vocabulary.fields import (
    ALWAYS,
    NEVER,
    ONE,
    REVIEWING,
    ZERO,
    both,
    check_share,
    check_times,
    clock_or_now,
    pace_for,
    tidy,
)
from negsim.vocabulary.preconditions import Requires, Terms

__all__ = ["Appointment"]

LEVELS = ("delegation", "ministers", "leaders", "ceremony", "ceasefire")
OWN_FACTS = (
    *("announced", "confirmed", "held", "due", "waived", "downgraded", "postponed", "cancelled", "called_off"),
    *("reinstated", "times_put_off"),
)


@record
class Appointment(Requires, Dateline):
    """A meeting announced, confirmed, cancelled, reinstated, held in full or in part (a plain date: `Meeting`).

    On its day, if it stands, ``when`` holds and every requirement is met or waived, it is held as planned with
    probability ``p``; of the rest a share ``absent[i]`` is held without party ``i`` (and without what it requires),
    ``downgraded`` at a lower level, and what remains is called off for good with probability ``never``, else put off:

    .. math:: p = \\frac{o\\,p_0}{1 - p_0 + o\\,p_0}, \\qquad o = \\begin{cases} 1 & \\text{confirmed by all who must} \\\\
              u & \\text{not} \\end{cases}

    **When a precondition is asked.** At every date of the meeting, whatever way led to it: the day itself, and each day
    to which it was put off, where ``p_0`` is 1 (the delay is that to the day on which it was held).

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    among : list of Party or str
        Who takes part.
    level : {'delegation', 'ministers', 'leaders', 'ceremony', 'ceasefire'}
        Of what it is an appointment.
    on : instant, optional
        The date, with its hour.
    lead : Distribution or Fixed, optional
        Instead: law of the days from announcement to date.
    announces : Distribution or Fixed, optional
        Law of the days until it is announced; without it and without ``announced_when`` it is announced at the start.
    announced_when : condition
        It is announced as soon as this holds (default never).
    confirms : mapping of Party or str to Distribution or Fixed
        Who must confirm, and the law of the days until it does.
    when : condition
        What must hold on the day, in any form. It cannot be waived; no clock to a later date runs while it is false.
    requires : mapping of Party or str to condition
        Each participant's own preconditions of coming.
    waiver : probability or condition
        That what is unmet on a day is waived (default 0: hard); a condition is a party's `Decision` on that day.
    waivers : mapping of Party or str to probability or condition
        Others of single parties; of several unmet requirements the smallest share counts.
    on_date : probability
        ``p_0`` (default 1). In the project's own coding of announced meetings, a small sample, 12 of 24 talks and 3 of 7
        leaders' meetings were held on their day.
    unconfirmed : number-valued expression
        ``u``, the factor on the odds while a confirmation is missing (default 1: it does not matter); 0: never
        with a party that has not confirmed, on no date and in no form.
    absent : mapping of Party or str to probability
        Shares of the rest that is held without this party (default none).
    downgraded : probability
        Share of the rest that is held at a lower level (default 0).
    delay : Distribution or Fixed, optional
        Law of the days from a missed date to the next one; without it a missed date is the end.
    most : int
        How often it can be put off in all (default 10, assumed).
    never : probability
        Of what is not held in any form (default 0; in the same coding 0.45 for talks, 0.4 for leaders).
    cancels : Distribution, optional
        Law of the days after announcement until somebody cancels it.
    cancels_when : condition
        While that clock runs; ``pace`` multiplies its hazard.
    pace : number-valued expression
        Multiplier of the hazard of ``cancels``, without unit (default 1).
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
        What people read in place of the name.

    See Also
    --------
    Meeting : Talks on a date, with what parties require.
    Process : Rounds of talks, one after the other.

    Notes
    -----
    Facts ``announced``, ``confirmed_by_<party>``, ``held`` (in any form), ``due`` (its date is here, for that instant),
    ``waived`` (with ``waiver``), ``downgraded``, ``held_without_<party>``, ``postponed`` (now), ``cancelled`` (now),
    ``reinstated``, ``called_off``; counter ``times_put_off`` where a later date can be missed too. Summits between
    the United States and the Soviet Union or Russia, 1943-2014, were prompted by conflicts and did little to manage
    them: Druckman & Wallensteen 2016, *Glob. Summitry* 2:71, doi:10.1093/global/guw011. The life of a date is our own
    form.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential
    >>> summit = Appointment("singapore", among=["kim", "trump"], level="leaders", on="2018-06-12T09:00",
    ...                      cancels=Exponential(mean="60 days"), reinstates=Exponential(mean="10 days"))
    >>> summit.held.name, summit.cancelled.name
    ('singapore.held', 'singapore.cancelled')
    """

    table: ClassVar[str] = "appointment"
    steps: ClassVar[tuple[str, ...]] = ("held",)

    name: str = field(kw_only=False)
    among: Names
    level: str = "delegation"
    on: MaybeDate = preset(None)
    lead: Distribution | Fixed | None = None
    announces: Distribution | Fixed | None = None
    announced_when: Condition = preset(NEVER)
    confirms: Waits = preset(Lookup())
    when: Condition = preset(ALWAYS)
    requires: ConditionsOf = preset(Lookup())
    waiver: Amount = preset(ZERO)
    waivers: Amounts = preset(Lookup())
    on_date: Likely = preset(ONE)
    unconfirmed: Amount = preset(ONE)
    absent: Amounts = preset(Lookup())
    downgraded: Amount = preset(ZERO)
    delay: Distribution | Fixed | None = None
    most: int = 10
    never: Amount = preset(ZERO)
    cancels: Distribution | None = None
    cancels_when: Condition = preset(ALWAYS)
    pace: Amount = preset(ONE)
    reinstates: Distribution | None = None
    pace_of_return: Amount = preset(ONE)
    stands: bool = True
    products: Amounts = preset(Lookup())
    effects: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "appointment",
            condition=["announced_when", "when", "cancels_when"],
            number=["unconfirmed", "pace", "pace_of_return"],
            share=["on_date", "downgraded", "never"],
            waiver=["waiver"],
            effect=["effects"],
            instant=["on"],
            condition_of=["requires"],
            number_of=["absent", "products"],
            waiver_of=["waivers"],
        )
        put(self, among=parties(self.among, place))
        put(self, confirms=Lookup({party(key): law for key, law in dict(self.confirms).items()}))
        self._check(place)

    def _check(self, place: str) -> None:
        if self.level not in LEVELS:
            raise ScenarioError(f"{place}: level {self.level!r} is not one of {', '.join(LEVELS)}")
        # Exactly one: with both it would have two first dates, with none it would never be held.
        if (self.on is None) == (self.lead is None):
            raise ScenarioError(f"{place}: give either on=instant or lead=law of the days from announcement to date")
        strangers = [name for name in (*self.confirms, *self.absent) if name not in self.among]
        if strangers:
            raise ScenarioError(f"{place}: {strangers[0]} does not take part; add it to among= or drop it")
        self.check_terms(place, self.among)
        check_times(self.most, f"{place}: most")
        for share in (shares := [self.downgraded, *self.absent.values()]):
            check_share(share, f"{place}: a share of absent or downgraded")
        # Only plain numbers can be summed up beforehand; expressions are held in bounds at the review.
        if sum(share.value for share in shares if isinstance(share, Number)) > 1:
            raise ScenarioError(f"{place}: absent and downgraded add up to more than 1; lower one of these shares")
        if self.cancels is None and not self.stands:
            raise ScenarioError(f"{place}: stands=False without cancels; give the law of a further cancellation too")
        if self.cancels is None and self.reinstates is not None:
            raise ScenarioError(f"{place}: reinstates without cancels; give the law of its cancellation too")
        own = (f"{word}_{name}" for word in ("confirmed_by", "held_without") for name in self.among)
        check_products(self.products, (*OWN_FACTS, *own), place)

    @property
    def announced(self) -> Fact:
        """The fact that it was announced."""
        return Fact(f"{self.name}.announced", self.announces is None and self.announced_when == NEVER)

    @property
    def cancelled(self) -> Fact:
        """The fact that it is cancelled now."""
        return Fact(f"{self.name}.cancelled", not self.stands)

    def product(self, name: str) -> Fact:
        """The fact that it yielded this.

        Parameters
        ----------
        name : str
            One of the keys of ``products``.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.

        Raises
        ------
        ScenarioError
            If it has no such product.
        """
        if name not in self.products:
            raise ScenarioError(f"appointment {self.name} has no product {name!r}; it has {[*self.products]}")
        return self._fact(name)

    @property
    def confirmed(self) -> Expression:
        """That all who must confirm have done so."""
        return both(*(self.confirmed_by(name) for name in self.confirms))

    @property
    def chance(self) -> Expression:
        """Probability that it is held as planned, on its day, if it stands and all that is required is there."""
        if not self.confirms:
            return self.on_date
        return where(self.confirmed, self.on_date, doubted(self.on_date, self.unconfirmed))

    @property
    def terms(self) -> Terms:
        """What each date asks of all who take part."""
        return self._terms_without("")

    def _terms_without(self, away: str) -> Terms:
        """What a date asks of those who come."""
        present = [name for name in self.among if name != away]
        firm = [name for name in self.confirms if name in present and self.unconfirmed == ZERO]
        return self.terms_of(present, both(self.when, *map(self.confirmed_by, firm)))

    @property
    def _certain(self) -> bool:
        """Whether it is held as planned whatever happens, if it stands."""
        return self.terms.met == ALWAYS and self.chance == ONE

    @property
    def _falls_through(self) -> bool:
        """Whether it can miss its day altogether."""
        shares = (share.value for share in (self.downgraded, *self.absent.values()) if isinstance(share, Number))
        return not self._certain and (self.terms.met != ALWAYS or sum(shares) < 1 - 1e-9)

    @property
    def _stands(self) -> Expression:
        off = ~self.cancelled if self.cancels is not None else True
        return both(True if self.announced.initial == ALWAYS else self.announced, ~self.held, ~self.called_off, off)

    def expand(self) -> Iterator[Element]:
        """Yield facts and the actions of its life."""
        yield from (Party(name) for name in self.among)
        yield from (*asked(self.announced), *asked(self.held))
        passes_by = self.cancels is not None and self.on is not None
        # Without these it can never be called off, and nobody is offered a question that has one answer.
        lost = passes_by or (self._falls_through and (self.delay is None or self.never != ZERO))
        yield from asked(self.called_off) if lost else (self.called_off,)
        yield from self._announcement()
        yield from self._cancellation()
        if self.delay is not None:
            yield from asked(self.postponed) if self._falls_through and self.never != ONE else (self.postponed,)
        yield from self.terms.elements(self.dates.due)
        yield from self.dates.elements()
        yield from self._review()
        yield from conclusion(self.products, self.name, is_true(self.held))

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
        guard, off = both(self._stands, self.cancels_when), (self.cancelled.set(True),)
        yield Action(name=f"{self.name}.cancel", when=guard, clock=self.cancels, pace=pace, effects=off)
        if self.reinstates is not None:
            yield from asked(self.reinstated)
            guard = both(self.cancelled, ~self.called_off)
            effects = (self.cancelled.set(False), self.reinstated.set(True))
            pace = pace_for(self.reinstates, self.pace_of_return)
            yield Action(name=f"{self.name}.reinstate", when=guard, clock=self.reinstates, pace=pace, effects=effects)
        # A date of the calendar passes while it is cancelled; one that is arranged waits.
        if self.on is not None:
            passed, gone = both(self.cancelled, ~self.held, ~self.called_off), (self.called_off.set(True),)
            # After the review of that instant (10): what is reinstated by then may still be held.
            yield Action(name=f"{self.name}.pass_by", when=passed, clock=On(self.on), effects=gone, priority=11)

    @property
    def dates(self) -> Dates:
        """The day itself, and those to which it is put off."""
        confirmed_or_not = bool(self.confirms) and not isinstance(self.unconfirmed, Number)
        return Dates(
            name=self.name,
            clock=On(self.on) if self.on is not None else self.lead,  # type: ignore[arg-type] # one is given, as checked
            guard=self._stands,
            later=self.delay,
            later_guard=both(self._stands, self.when),
            never=self.never,
            most=self.most,
            missable=self.delay is not None and (self.terms.met != ALWAYS or confirmed_or_not),
        )

    def _review(self) -> Iterator[Element]:
        dates, p = self.dates, self.chance
        # A new date has no chance of its own: only doubts of those who have not confirmed count.
        if self.delay is not None and p != ONE:
            anew = where(self.confirmed, 1, doubted(ONE, self.unconfirmed)) if self.confirms else ONE
            p = where(self.postponed, anew, p)
        as_planned = self.terms.chance(p)
        # What the lesser forms have is what is left when it is not held as planned.
        rest: Expression = 1 - as_planned
        held = (self.held.set(True), *dates.over, *self.effects)
        outcomes = [Outcome(name="held", weight=as_planned, effects=held)]
        left: Expression = ONE
        lesser = [(f"held_without_{name}", share, self.held_without(name), name) for name, share in self.absent.items()]
        yield from (fact for _, _, fact, _ in lesser)
        if self.downgraded != ZERO:
            yield from asked(self.was_downgraded) if not self._certain else (self.was_downgraded,)
            lesser.append(("downgraded", self.downgraded, self.was_downgraded, ""))
        for outcome, share, fact, away in lesser:
            met = self._terms_without(away).met
            # Who stays away takes along what only this party required.
            share = share if met == ALWAYS else where(met, share, 0)
            outcomes.append(Outcome(name=outcome, weight=rest * share, effects=(*held, fact.set(True))))
            left = left - share
        # Shares that add up to 1 leave nothing, not a rounding error below it.
        left = maximum(left, 0) if left != ONE else left
        off = (self.called_off.set(True), *dates.over)
        outcomes.append(Outcome(name="called_off", weight=rest * left * dates.end, effects=off))
        if self.delay is not None:
            outcomes.append(Outcome(name="postponed", weight=rest * left * (1 - dates.end), effects=dates.again))
        yield Action(
            name=f"{self.name}.take_place",
            when=is_true(dates.due),
            clock=Immediately(),
            effects=(dates.due.set(False),),
            outcomes=tuple(outcomes),
            priority=REVIEWING,
            title="is it held on its day?",
        )
