"""A dated act of one party: a referendum, a summons, a law, an exercise; done on its date, put off, or dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Immediately, On
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import amount, where
from negsim.model.inputs import Amount, Amounts, Condition, ConditionsOf, Date, Effects, Likely, Name, preset, record
from negsim.model.variables import Fact
from negsim.vocabulary.common import EMPTY, asked, is_true
from negsim.vocabulary.dates import Dates
from negsim.vocabulary.fields import ALWAYS, ONE, REVIEWING, ZERO, both, tidy
from negsim.vocabulary.postpone import Postpone
from negsim.vocabulary.preconditions import Requires, Terms

__all__ = ["DatedAct"]


@record
class DatedAct(Requires):
    """What one party does alone on a date, and may put off or drop (with others: `Meeting`; a vote: `Ratification`).

    On each of its dates it is done with probability

    .. math:: P(\\text{done}) = \\begin{cases} \\text{on\\_date} & \\text{what it requires is there} \\\\
              \\text{waiver} & \\text{it is not} \\\\ 0 & \\text{it is not, and is hard} \\end{cases}

    else put off or dropped, as `Postpone` says. A party's `Decision` can stand in ``waiver``, or in ``requires``: it is
    taken on the date itself (``NAME.due``), before the review.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by : Party or str
        Who does it.
    on : instant
        The date, with its hour.
    when : condition
        Under which it is done at all; it cannot be waived, and no clock to a later date runs while it is false.
    requires : mapping of Party or str to condition
        What the party needs, under its own name.
    on_date : probability
        Done on its date if all is in order (default 1, assumed).
    waiver : probability or condition
        That what is unmet on a date is waived (default 0: hard).
    waivers : mapping of Party or str to probability or condition
        The same under the party's name.
    otherwise : Postpone, optional
        By default an act that is not done on its date never is.
    pace : number-valued expression
        Multiplier of the hazard of an act put off.
    effects : list of effects
        What doing it changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Meeting : Talks on a date, with what parties require.
    Deadline : A date by which something shall be settled.

    Notes
    -----
    Facts ``done``, ``due`` (its date is here, for that instant), ``waived`` (with ``waiver``), ``postponed`` (now),
    ``dropped``; counter ``times_put_off`` where a later date can be missed too. Events as those of a `Meeting`, which is for
    several parties; for a vote on an agreement see `Ratification`. Acts at home as signals abroad: Fearon 1994,
    *Am. Polit. Sci. Rev.* 88:577, doi:10.2307/2944796.

    Examples
    --------
    >>> vote = DatedAct("referendum", by="kurdistan", on="2017-09-25T08:00", requires={"kurdistan": "calm"}, waiver=0.8)
    >>> vote.done.name, [element.name for element in vote.expand() if isinstance(element, Action)]
    ('referendum.done', ['referendum.waive', 'referendum.fall_due', 'referendum.review'])
    """

    table: ClassVar[str] = "dated_act"
    steps: ClassVar[tuple[str, ...]] = ("done",)

    name: str = field(kw_only=False)
    by: Name
    on: Date
    when: Condition = preset(ALWAYS)
    requires: ConditionsOf = preset(EMPTY)
    on_date: Likely = preset(ONE)
    waiver: Amount = preset(ZERO)
    waivers: Amounts = preset(EMPTY)
    otherwise: Postpone | None = None
    pace: Amount = preset(ONE)
    effects: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "dated act",
            party_=["by"],
            condition=["when"],
            number=["pace"],
            share=["on_date"],
            waiver=["waiver"],
            effect=["effects"],
            instant=["on"],
            condition_of=["requires"],
            waiver_of=["waivers"],
        )
        strangers = [name for name in (*self.requires, *self.waivers) if name != self.by]
        if strangers:
            raise ScenarioError(f"{place}: {strangers[0]} has no part in it; it is an act of {self.by} alone")
        self.check_terms(place, (self.by,))

    @property
    def done(self) -> Fact:
        """The fact that it was done."""
        return Fact(f"{self.name}.done")

    @property
    def due(self) -> Fact:
        """The fact that its date is here and not reviewed yet."""
        return self.dates.due

    @property
    def postponed(self) -> Fact:
        """The fact that its date passed and it is still to come."""
        return Fact(f"{self.name}.postponed")

    @property
    def dropped(self) -> Fact:
        """The fact that it will not be done any more."""
        return Fact(f"{self.name}.dropped")

    @property
    def terms(self) -> Terms:
        """What each date asks."""
        # The party's own waiver, where it is said, goes for every date; else later dates may have their own.
        first = self.waivers.get(self.by, self.waiver)
        later = None if self.otherwise is None or self.by in self.waivers else self.otherwise.waiver
        share = first if later is None or later == first else where(self.postponed, amount(later), amount(first))
        shares = dict.fromkeys(self.requires, share)
        declared = self.waiver != ZERO or bool(self.waivers)
        # `when` stands beside the requirements, because nobody can waive it.
        return Terms(word=self.name, needs=self.requires, shares=shares, also=self.when, declared=declared)

    @property
    def dates(self) -> Dates:
        """The first date, and those to which it is put off."""
        later = self.otherwise
        return Dates(
            name=self.name,
            clock=On(self.on),
            guard=both(~self.done, self.when),
            later=None if later is None else later.delay,
            later_guard=both(~self.done, self.when),
            pace=self.pace,
            # Without a later date the first that is missed ends it.
            never=ONE if later is None else later.never,
            most=1 if later is None else later.most,
            missable=later is not None and (self.terms.met != ALWAYS or later.on_date != ONE),
        )

    def expand(self) -> Iterator[Element]:
        """Yield facts, dates, the waiver and the review."""
        yield Party(self.by)
        yield from (*asked(self.done), self.dropped)
        if self.otherwise is not None:
            yield self.postponed
        yield from self.terms.elements(self.dates.due)
        yield from self.dates.elements()
        yield self._review()

    def _review(self) -> Action:
        dates, p = self.dates, self.on_date
        if self.otherwise is not None and self.otherwise.on_date != p:
            p = where(self.postponed, self.otherwise.on_date, p)
        chance = self.terms.chance(p)
        outcomes = [
            Outcome(name="done", weight=chance, effects=(self.done.set(True), *dates.over, *self.effects)),
            Outcome(name="dropped", weight=(1 - chance) * dates.end, effects=(self.dropped.set(True), *dates.over)),
        ]
        if self.otherwise is not None:
            outcomes.append(Outcome(name="postponed", weight=(1 - chance) * (1 - dates.end), effects=dates.again))
        return Action(
            name=f"{self.name}.review",
            by=self.by,
            when=is_true(dates.due),
            clock=Immediately(),
            effects=(dates.due.set(False),),
            outcomes=tuple(outcomes),
            priority=REVIEWING,
            title="is it done on its date?",
        )
