"""A truce: a ceasefire in full, with scope, sides, term, monitors, violations within a window, extension and collapse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import Duration, days
from negsim.model.clocks import Distribution, Fixed, Immediately, On
from negsim.model.effects import Effect
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, where
from negsim.model.inputs import Amount, Condition, Effects, MaybeDate, Names, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked, parties, party, put
from negsim.vocabulary.fields import ALWAYS, NEVER, ONE, ZERO, both, clock_or_now, fixed, pace_for, tidy
from negsim.vocabulary.preconditions import When, heard, occasion

__all__ = ["Truce"]

SCOPES = ("general", "energy", "sea", "air", "holiday", "humanitarian", "local")
MONITORED, WRITTEN = 0.81, 0.58
"""Hazard ratios of collapse in 1,330 ceasefires of 1989-2020: associations, not effects."""


@record
class Truce(When):
    """A halt of fighting that one side or several declare, for a term or open (agreed by two: `Ceasefire`).

    .. math:: h(t) = \\text{strain} \\cdot m^{[\\text{monitored}]}\\, w^{[\\text{written}]}\\, h_0(t)

    with ``h_0`` the hazard of ``lasts``. It ends by collapse (that hazard, or ``tolerates`` violations within
    ``window``), or lapses when its ``term`` is over and it is not extended.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by : list of Party or str
        Who halts fire: one name is a unilateral truce.
    lasts : Distribution
        Law of the days from beginning to collapse; it should have a falling hazard.
    towards : list of Party or str
        The other side of a unilateral truce (default none).
    scope : {'general', 'energy', 'sea', 'air', 'holiday', 'humanitarian', 'local'}
        What of the fighting pauses.
    terms : str
        What was said of it, in words.
    declares : Distribution or Fixed, optional
        Law of the days until it is declared or agreed.
    declared_on : instant, optional
        The instant at which it is declared.
    declared_when : condition
        Declared each time this turns true. With none of the three it is declared at the start.
    when : condition
        What it needs, whichever way it comes: the clock of ``declares`` runs only while it holds, a declaration on a
        date or an occasion without it comes to nothing, and a truce that is to begin without it falls through.
    pace : number-valued expression
        Multiplier of that hazard.
    refused : probability
        That a proposal comes to nothing because the other side refuses (default 0).
    begins : Fixed or Distribution, optional
        Time from declaration to beginning.
    begins_on : instant, optional
        Instead: the date.
    strain : number-valued expression
        Multiplier of the hazard of collapse.
    monitored, written : bool
        Multiply the hazard of collapse by 0.81 and 0.58 (hazard ratios over 1,330 ceasefires: associations, which may
        not be effects).
    term : duration, optional
        After which it lapses unless it is extended.
    extends : probability
        That it is extended at the end of a term (default 0).
    extension : duration, optional
        By default the term again.
    most : int
        Most extensions (default 10, assumed).
    violations : Distribution, optional
        Law of the time between violations.
    window : duration
        In which violations count together (default 7 days, assumed).
    tolerates : int, optional
        It collapses at so many violations, each within ``window`` of the one before.
    harm : list of effects
        What each violation changes.
    again : bool
        Whether it can be declared anew after it ended (default True).
    title : str
        What people read in place of the name.

    See Also
    --------
    Ceasefire : An agreed pause in fighting, by its duration.
    Spoiler : Who acts against the talks.

    Notes
    -----
    Facts ``declared`` (ever), ``refused_once``, ``pending``, ``holds``, ``begun`` (ever), ``broken`` (collapsed, ever),
    ``lapsed`` (ever), ``extended`` (ever), ``quiet`` (holds, no violation within the window); counters ``violations``,
    ``recent``, ``extensions``. Clayton et al. 2022, *J. Conflict Resolut.*, doi:10.1177/00220027221129195 (hazard ratios and
    falling hazards computed from their data: Weibull shapes 0.3 to 0.5); design and durability: Fortna 2003, *Int. Organ.*
    57:337, doi:10.1017/S0020818303572046.

    Examples
    --------
    >>> from negsim.model.clocks import LogNormal
    >>> easter = Truce("easter", by=["russia"], towards=["ukraine"], scope="holiday", term="30 hours",
    ...                lasts=LogNormal(1.61, 1.56), declared_on="2025-04-19T18:00")
    >>> easter.holds.name, easter.broken.name
    ('easter.holds', 'easter.broken')
    """

    table: ClassVar[str] = "truce"
    steps: ClassVar[tuple[str, ...]] = (
        "declared",
        "holds",
    )

    name: str = field(kw_only=False)
    by: Names
    lasts: Distribution
    towards: Names = preset(())
    scope: str = "general"
    terms: str = ""
    declares: Distribution | Fixed | None = None
    declared_on: MaybeDate = preset(None)
    declared_when: Condition = preset(NEVER)
    when: Condition = preset(ALWAYS)
    pace: Amount = preset(ONE)
    refused: Amount = preset(ZERO)
    begins: Fixed | Distribution | None = None
    begins_on: MaybeDate = preset(None)
    strain: Amount = preset(ONE)
    monitored: bool = False
    written: bool = False
    term: Duration | None = None
    extends: Amount = preset(ZERO)
    extension: Duration | None = None
    most: int = 10
    violations: Distribution | None = None
    window: Duration = 7.0
    tolerates: int | None = None
    harm: Effects = preset(())
    again: bool = True
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "truce",
            condition=["declared_when", "when"],
            number=["pace", "strain"],
            share=["refused", "extends"],
            effect=["harm"],
            instant=["declared_on", "begins_on"],
            duration=["term", "extension", "window"],
        )
        for key in ("by", "towards"):
            names = getattr(self, key)
            # One side may halt fire alone, and its name is then no list.
            names = (names,) if isinstance(names, (str, Party)) else names
            put(self, **{key: tuple(sorted({party(name) for name in names}))})
        self._check(place)

    def _check(self, place: str) -> None:
        # Sides on both ends together: one that halts fire towards nobody is no truce.
        parties((*self.by, *self.towards), place)
        if not self.by:
            raise ScenarioError(f"{place}: by needs at least one party, the one that halts fire")
        if self.scope not in SCOPES:
            raise ScenarioError(f"{place}: scope {self.scope!r} is not one of {', '.join(SCOPES)}")
        if self.begins is not None and self.begins_on is not None:
            raise ScenarioError(f"{place}: give begins=law or begins_on=instant, not both")
        if self.refused == ONE:
            raise ScenarioError(
                f"{place}: refused is 1, so it never comes about; give a probability below 1, or drop the truce"
            )
        if (self.extends != ZERO or self.extension is not None) and self.term is None:
            raise ScenarioError(f"{place}: an extension needs a term to extend; give term=")
        if (self.tolerates is not None or self.harm) and self.violations is None:
            raise ScenarioError(f"{place}: tolerates and harm need violations; give the law of the time between them")
        lengths = [days(one) for one in (self.window, self.term, self.extension) if one is not None]
        if (
            not all(length > 0 for length in lengths)
            or (self.tolerates is not None and self.tolerates < 1)
            or self.most < 0
        ):
            raise ScenarioError(f"{place}: window, term, extension and tolerates must be positive, most not negative")

    def _fact(self, word: str) -> Fact:
        return Fact(f"{self.name}.{word}")

    @property
    def declared(self) -> Fact:
        """The fact that it was declared or agreed."""
        return self._fact("declared")

    @property
    def refused_once(self) -> Fact:
        """The fact that a proposal was refused."""
        return self._fact("refused_once")

    @property
    def holds(self) -> Fact:
        """The fact that it is in force."""
        return self._fact("holds")

    @property
    def begun(self) -> Fact:
        """The fact that it began."""
        return self._fact("begun")

    @property
    def broken(self) -> Fact:
        """The fact that it collapsed."""
        return self._fact("broken")

    @property
    def lapsed(self) -> Fact:
        """The fact that its term ended without an extension."""
        return self._fact("lapsed")

    @property
    def extended(self) -> Fact:
        """The fact that it was extended."""
        return self._fact("extended")

    @property
    def count(self) -> Counter:
        """How many violations there were in all."""
        return Counter(f"{self.name}.violations")

    @property
    def recent(self) -> Counter:
        """Violations of the present series: each within the window of the one before."""
        return Counter(f"{self.name}.recent")

    @property
    def quiet(self) -> Expression:
        """That it holds and nothing happened within the window."""
        return both(self.holds, self.recent < 1) if self.violations is not None else both(self.holds)

    @property
    def factor(self) -> Expression:
        """The multiplier of the hazard of collapse."""
        # Each known ratio multiplies only where the author said that it applies.
        found = self.strain
        for given, ratio in ((self.monitored, MONITORED), (self.written, WRITTEN)):
            found = found * ratio if given else found
        return found

    @property
    def mutual(self) -> bool:
        """Whether more than one side halts fire."""
        return len(self.by) > 1

    def expand(self) -> Iterator[Element]:
        """Yield facts and the actions of its life."""
        yield from (Party(name) for name in (*self.by, *self.towards))
        yield from (*asked(self.declared), self.holds, *asked(self.begun), *asked(self.broken))
        yield from self._declaration()
        if self._waits:
            yield self._fact("pending")
            law = On(self.begins_on) if self.begins_on is not None else self.begins
            assert law is not None  # one of the two is given when it waits
            guard, begun = both(self._fact("pending")), (self.holds.set(True), self.begun.set(True))
            yield occasion(f"{self.name}.begin", guard, law, begun, self.when, (self._fact("pending").set(False),))
        over = [self.holds.set(False)]
        # The next truce begins with a clean slate.
        over += [self.recent.set(0)] if self.violations is not None else []
        ended = (*over, self.broken.set(True))
        pace = pace_for(self.lasts, self.factor)
        yield Action(name=f"{self.name}.collapse", when=both(self.holds), clock=self.lasts, pace=pace, effects=ended)
        if self.term is not None:
            yield from self._terms(tuple(over))
        if self.violations is not None:
            yield from self._violations(ended)

    @property
    def _waits(self) -> bool:
        return self.begins is not None or self.begins_on is not None

    def _declaration(self) -> Iterator[Element]:
        effects = [self.declared.set(True)]
        effects += [self._fact("pending").set(True)] if self._waits else [self.holds.set(True), self.begun.set(True)]
        outcomes: tuple[Outcome, ...] = ()
        if self.refused != ZERO:
            yield from asked(self.refused_once)
            outcomes = (
                Outcome(name="declared", weight=1 - self.refused, effects=tuple(effects)),
                Outcome(name="refused", weight=self.refused, effects=(self.refused_once.set(True),)),
            )
        # A pending one is no occasion for another.
        idle = both(
            ~self.holds, ~self._fact("pending") if self._waits else True, ~self.declared if not self.again else True
        )
        shared = {"outcomes": outcomes, "effects": () if outcomes else tuple(effects)}
        if self.declares is not None:
            guard, pace = both(self.when, idle), pace_for(self.declares, self.pace)
            yield Action(name=f"{self.name}.declare", when=guard, clock=self.declares, pace=pace, **shared)  # type: ignore[arg-type] # as above
        if self.declared_on is not None:
            guard, clock = both(self.when, idle), On(self.declared_on)
            yield Action(name=f"{self.name}.declare_on_date", when=guard, clock=clock, **shared)  # type: ignore[arg-type] # as above
        if self.declared_when != NEVER:
            # The edge is that of declared_when alone: a truce that ends is not declared anew by what still holds.
            chosen = heard(
                outcomes or (Outcome(name="declared", effects=tuple(effects)),), both(self.when, idle), "too_early"
            )
            yield Action(name=f"{self.name}.be_declared", when=self.declared_when, clock=Immediately(), outcomes=chosen)
        # Nothing says when it is declared: then at once, as soon as its precondition holds.
        if self.declares is None and self.declared_on is None and self.declared_when == NEVER:
            guard = both(self.when, idle, ~self.declared)
            yield Action(name=f"{self.name}.declare", when=guard, clock=clock_or_now(None), limit=1, **shared)  # type: ignore[arg-type] # as above

    def _terms(self, over: tuple[Effect, ...]) -> Iterator[Element]:
        assert self.term is not None  # only asked for then
        longer, number = self._fact("longer"), Counter(f"{self.name}.extensions")
        extendable = self.extends != ZERO and self.most > 0
        lapse = (*over, self.lapsed.set(True), *((longer.set(False), number.set(0)) if extendable else ()))
        yield from asked(self.lapsed) if self.extends != ONE else (self.lapsed,)
        if not extendable:
            # The term runs while it holds; a collapse throws the clock away.
            yield Action(
                name=f"{self.name}.run_out", when=both(self.holds), clock=fixed(days(self.term)), effects=lapse
            )
            return
        yield from (*asked(self.extended), longer, number)
        weight = where(number < self.most, self.extends, 0)
        more = (self.extended.set(True), longer.set(True), number.add(1))
        outcomes = (
            Outcome(name="extended", weight=weight, effects=more),
            Outcome(name="lapses", weight=1 - weight, effects=lapse),
        )
        # The first term and its extensions have clocks of their own, because their lengths differ.
        yield Action(
            name=f"{self.name}.run_out", when=both(self.holds, ~longer), clock=fixed(days(self.term)), outcomes=outcomes
        )
        length = days(self.term) if self.extension is None else days(self.extension)
        yield Action(
            name=f"{self.name}.run_out_again", when=both(self.holds, longer), clock=fixed(length), outcomes=outcomes
        )
        # A collapse ends the series of extensions too.
        reset = (longer.set(False), number.set(0))
        yield Action(
            name=f"{self.name}.forget_term", when=both(longer, ~self.holds), clock=Immediately(), effects=reset
        )

    def _violations(self, ended: tuple[Effect, ...]) -> Iterator[Element]:
        assert self.violations is not None  # only asked for then
        odd = self._fact("odd")
        yield from (self.count, self.recent, odd)
        effects = (self.count.add(1), self.recent.add(1), odd.set(~odd), *self.harm)
        yield Action(name=f"{self.name}.violate", when=both(self.holds), clock=self.violations, effects=effects)
        # Two clocks by turns: each violation stops one and starts the other, so that the window begins anew.
        for turn, word in ((both(odd), "odd"), (~odd, "even")):
            guard = both(self.holds, self.recent >= 1, turn)
            yield Action(
                name=f"{self.name}.calm_down_{word}",
                when=guard,
                clock=fixed(days(self.window)),
                effects=(self.recent.set(0),),
            )
        if self.tolerates is not None:
            guard = both(self.holds, self.recent >= self.tolerates)
            yield Action(name=f"{self.name}.give_up", when=guard, clock=Immediately(), effects=ended)
