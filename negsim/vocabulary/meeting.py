"""A meeting: who, when, what each participant requires, what happens if it is not held, what it yields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import moment
from negsim.model.clocks import Distribution, Fixed, Immediately, On
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, all_of, amount, as_condition, as_expression, as_number, where
from negsim.model.inputs import (
    Amount,
    Amounts,
    Condition,
    ConditionsOf,
    Laws,
    Likely,
    MaybeDate,
    Names,
    preset,
    record,
)
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
    conclusion,
    conditions,
    is_true,
    numbers,
    parties,
    party,
    put,
    shares,
)
from negsim.vocabulary.dates import Dates
from negsim.vocabulary.fields import REVIEWING, SETTLING, both, check_share
from negsim.vocabulary.postpone import Postpone
from negsim.vocabulary.preconditions import Requires, Terms

__all__ = ["Meeting"]

OWN_FACTS = ("held", "due", "waived", "postponed", "called_off", "times_put_off")


@record
class Meeting(Requires):
    """A meeting at a date that is fixed or arranged, perhaps put off (cancelled, or held in part: `Appointment`).

    **When a requirement is asked.** At every date of the meeting, whatever way led to it (fixed, arranged, put off once
    or again), and never in between. At each date it is held with probability

    .. math:: P(\\text{held}) = \\begin{cases} \\text{on\\_date} & \\text{every requirement is met} \\\\
              \\text{waiver} & \\text{one or more are not, none of them hard} \\\\ 0 & \\text{a hard one is not} \\end{cases}

    and these are never multiplied with each other. A waiver is for that date alone; a requirement is hard if its waiver
    is 0. Otherwise the meeting is put off or never held, as `Postpone` says. The review has priority 10 and decisions
    on the waiver 9: what arrives at the very instant of the date counts.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    among : list of Party or str
        Who takes part.
    on : instant, optional
        The date, with its hour. Without it ``lead`` says how long after being arranged the date comes.
    lead : Distribution or Fixed, optional
        Law of the time from arrangement (``when``, and with leaders all consents) to the date.
    when : condition
        Under which it is held at all. It cannot be waived; no clock towards a date runs while it is false, and a fixed
        date on which it is false is missed like any other.
    requires : mapping of Party or str to condition
        Each participant's own preconditions.
    on_date : probability
        Held on its date if all is in order (default 1, assumed; over 24 delegation meetings announced in peace and
        war talks about one half).
    waiver : probability or condition
        That what is unmet on a date is waived (default 0: hard). A condition is a party's `Decision` on that date:
        ``"kyiv_attends.go"``.
    waivers : mapping of Party or str to probability or condition
        Shares of those whose waiver is another, at every date; 0 makes this one hard. Who lets something pass does so
        together with the others: of several unmet requirements the smallest share counts.
    otherwise : Postpone, optional
        By default a meeting that is not held on its date never is.
    products : mapping of str to probability
        What it may yield, each by itself: they can come together.
    leaders : bool
        A summit: ``requires`` are each leader's preconditions for *consent*. A leader in ``consent`` takes that long
        to give it (hazard times ``willing``), any other gives it at once; it is withdrawn when the precondition is
        lost, and must be won anew after a date that came to nothing. A date is arranged once all consent, and every
        date asks for all consents.
    consent : mapping of Party or str to Distribution
        With ``leaders``: law of the days until each agrees to come.
    willing : mapping of Party or str to number-valued expression
        With ``leaders``: multiplier of the hazard of consent.
    pace : number-valued expression
        Multiplier of the hazard of a postponed meeting.
    title : str
        What people read in place of the name.

    See Also
    --------
    Appointment : A date that is set, confirmed, cancelled and kept.
    Process : Rounds of talks, one after the other.
    Postpone : What happens to a date on which something is unmet.

    Notes
    -----
    Facts ``held``; ``due`` (its date is here, for that instant), ``waived`` (with ``waiver``), ``postponed`` (now),
    ``called_off``, ``consent_of_<party>`` (leaders), one for each product; counter ``times_put_off`` where a later date
    can be missed too. Events ``fall_due`` (the first date), ``meet_late`` (each later one), then at once ``waive`` if
    something waivable is unmet, and ``review``. Requirements are called ``<meeting>.requires.<party>`` and
    ``<meeting>.when``, the waiver ``<meeting>.waiver``. How a date is kept, waived
    or put off is our own form. What sides believe before they
    come: Pruitt 2015, *Int. Negot.* 20:59, doi:10.1163/15718069-12341297; phases before a meeting: Zartman & Berman
    1982, *The Practical Negotiator*.

    Examples
    --------
    >>> talks = Meeting("istanbul_2", among=["russia", "ukraine"], on="2025-06-02T13:00",
    ...                 requires={"ukraine": "memorandum.delivered"}, waiver=0.4)
    >>> talks.held.name, [element.name for element in talks.expand() if isinstance(element, Action)]
    ('istanbul_2.held', ['istanbul_2.waive', 'istanbul_2.fall_due', 'istanbul_2.review'])
    """

    table: ClassVar[str] = "meeting"
    steps: ClassVar[tuple[str, ...]] = ("held",)

    name: str = field(kw_only=False)
    among: Names
    on: MaybeDate = preset(None)
    lead: Distribution | Fixed | None = None
    when: Condition = preset(TRUE)
    requires: ConditionsOf = preset(EMPTY)
    on_date: Likely = preset(ONE)
    waiver: Amount = preset(ZERO)
    waivers: Amounts = preset(EMPTY)
    otherwise: Postpone | None = None
    products: Amounts = preset(EMPTY)
    leaders: bool = False
    consent: Laws = preset(EMPTY)
    willing: Amounts = preset(EMPTY)
    pace: Amount = preset(ONE)
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "meeting")
        where = f"meeting {self.name}"
        put(self, among=parties(self.among, where), when=as_condition(self.when), requires=conditions(self.requires))
        put(self, on_date=as_number(self.on_date), waiver=as_expression(self.waiver), products=numbers(self.products))
        put(self, consent=Lookup({party(key): law for key, law in self.consent.items()}), willing=numbers(self.willing))
        put(self, pace=as_number(self.pace), waivers=shares(self.waivers))
        if self.on is not None:
            put(self, on=moment(self.on, f"{where}: on"))
        self._check(where)

    def _check(self, where: str) -> None:
        if (self.on is None) == (self.lead is None):
            raise ScenarioError(f"{where}: give either on=instant or lead=law of the time from arrangement to the date")
        for key in ("consent", "willing"):
            strangers = [name for name in getattr(self, key) if name not in self.among]
            if strangers:
                raise ScenarioError(f"{where}: {key} names {strangers[0]}, which does not take part; add it to among=")
        if not self.leaders and (self.consent or self.willing):
            raise ScenarioError(f"{where}: consent and willing belong to leaders=True; set it, or use requires=")
        self.check_terms(where, self.among)
        check_share(self.on_date, f"{where}: on_date")
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
        """The fact that the meeting yielded this.

        Parameters
        ----------
        name : str
            One of the keys of ``products``.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        if name not in self.products:
            known = ", ".join(self.products) or "none"
            raise ScenarioError(f"meeting {self.name} has no product {name!r}; it has {known}")
        return Fact(f"{self.name}.{name}")

    def consent_of(self, leader: Party | str) -> Fact:
        """The fact that this leader agrees to come.

        Parameters
        ----------
        leader : Party or str
            Whose leader it is.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        return Fact(f"{self.name}.consent_of_{party(leader)}")

    @property
    def terms(self) -> Terms:
        """What each date asks: all consents, or all requirements."""
        # Leaders' requirements are those of their consent, so that the date asks for consent alone.
        needs = {name: is_true(self.consent_of(name)) for name in self.among} if self.leaders else self.requires
        declared = self.waiver != ZERO or bool(self.waivers)
        shares = {name: self._share(name) for name in needs}
        return Terms(word=self.name, needs=needs, shares=shares, also=self.when, declared=declared)

    def _share(self, name: str) -> Expression:
        first = self.waivers.get(name, self.waiver)
        later = None if self.otherwise is None or name in self.waivers else self.otherwise.waiver
        # Each date may have its own share; where both are alike no choice between them is printed.
        return first if later is None or later == first else where(self.postponed, amount(later), amount(first))

    def expand(self) -> Iterator[Element]:
        """Yield facts, actions and the question when it is held."""
        yield from (Party(name) for name in self.among)
        yield from asked(self.held)
        yield self.called_off
        if self.leaders:
            yield from self._consents()
        if self.otherwise is not None:
            yield self.postponed
        yield from self.terms.elements(self.dates.due)
        yield from self.dates.elements()
        yield self._review()
        yield from conclusion(self.products, self.name, is_true(self.held))

    def supposing(self, requirement: str, how: str) -> Meeting:
        """The meeting under a supposition on one of its requirements; leaders who waive consent without it.

        Parameters
        ----------
        requirement : str
            Name of the requirement, in the word or below it.
        how : str
            What is supposed: ``without``, ``meet``, ``waive`` or ``harden``.

        Returns
        -------
        Meeting
            A new one.
        """
        # Consent cannot be waived on the day; who waives it comes without what was required.
        found: Meeting = Requires.supposing(self, requirement, "meet" if how == "waive" and self.leaders else how)
        return found

    @property
    def dates(self) -> Dates:
        """The first date, and those to which it is put off."""
        first: list[Expression] = [~self.held]
        if self.on is None:
            # What is arranged begins only with all consents; a date of the calendar is there anyway.
            first += [both(*self.terms.needs.values())] if self.leaders else [~self.called_off]
            first.append(self.when)
        later = self.otherwise
        return Dates(
            name=self.name,
            clock=On(self.on) if self.on is not None else self.lead,  # type: ignore[arg-type] # one is given, as checked
            guard=both(*first),
            later=None if later is None else later.delay,
            later_guard=both(~self.held, self.when),
            pace=self.pace,
            never=ONE if later is None else later.never,
            most=1 if later is None else later.most,
            missable=later is not None and (self.terms.met != TRUE or later.on_date != ONE),
        )

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
                    priority=SETTLING + 1,  # after the facts that restate a condition, of which one is lost
                )

    def _review(self) -> Action:
        dates, p = self.dates, self.on_date
        if self.otherwise is not None and self.otherwise.on_date != p:
            p = where(self.postponed, self.otherwise.on_date, p)
        chance = self.terms.chance(p)
        # When it comes to nothing, those who consent by a law are asked anew.
        anew = tuple(self.consent_of(name).set(False) for name in self.consent)
        off = (self.called_off.set(True), *dates.over, *anew)
        outcomes = [
            Outcome(name="held", weight=chance, effects=(self.held.set(True), *dates.over)),
            Outcome(name="called_off", weight=(1 - chance) * dates.end, effects=off),
        ]
        if self.otherwise is not None:
            outcomes.append(Outcome(name="postponed", weight=(1 - chance) * (1 - dates.end), effects=dates.again))
        return Action(
            name=f"{self.name}.review",
            when=is_true(dates.due),
            clock=Immediately(),
            effects=(dates.due.set(False),),
            outcomes=tuple(outcomes),
            priority=REVIEWING,
            title="is it held on its date?",
        )
