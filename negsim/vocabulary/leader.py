"""A change of leader, and the time in which a new one can do what the old one could not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import Duration, days
from negsim.model.clocks import Distribution, On
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, amount, where
from negsim.model.inputs import Amount, Condition, Effects, MaybeAmount, MaybeDate, Name, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked
from negsim.vocabulary.fields import ALWAYS, ONE, ZERO, both, fixed, pace_for, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["LeaderChange"]


@record
class LeaderChange(When):
    """A leader dies, is overthrown, or loses an election; the successor is fresh for a while.

    .. math:: \\text{pace} = \\begin{cases} f & \\text{new within } H \\text{ days} \\\\ 1 & \\text{not} \\end{cases}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : Party or str
        Whose leader may change.
    changes : Distribution, optional
        Law of the time between irregular changes.
    election : instant, optional
        A date at which the leader changes with probability ``loses``.
    loses : probability
        Needed with an election.
    when : condition
        The guard: while it is false the clocks stand still (default true).
    pace_of_change : number-valued expression
        Multiplier of the hazard of ``changes``.
    fresh_for : duration
        ``H`` (default 365 days, assumed). Counted from the first change; another one meanwhile does not prolong it.
    factor : number-valued expression
        ``f`` (default 1: a new leader changes nothing).
    effects : list of effects
        What a change resets: public commitments, trust, a policy.
    title : str
        What people read in place of the name.

    See Also
    --------
    Party : Who acts, and what it wants.
    Ratification : A vote or signature at home on what was agreed.

    Notes
    -----
    Facts ``changed`` (ever), ``fresh`` (now); counter ``changes``. Leaders who are not to blame for a war end it more
    easily: Croco 2011, *Am. Polit. Sci. Rev.* 105:457, doi:10.1017/S0003055411000219. That a successor
    is fresh for a fixed time is our own form.

    Examples
    --------
    >>> vote = LeaderChange("vote", of="colombia", election="2014-06-15T18:00", loses=0.5, factor=1.5)
    >>> print(vote.pace)
    1.5 if vote.fresh else 1
    """

    table: ClassVar[str] = "leader_change"
    steps: ClassVar[tuple[str, ...]] = (
        "changed",
        "changes",
    )

    name: str = field(kw_only=False)
    of: Name
    changes: Distribution | None = None
    election: MaybeDate = preset(None)
    loses: MaybeAmount = preset(None)
    when: Condition = preset(ALWAYS)
    pace_of_change: Amount = preset(ONE)
    fresh_for: Duration = 365.0
    factor: Amount = preset(ONE)
    effects: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "change of leader",
            party_=["of"],
            condition=["when"],
            number=["pace_of_change", "factor"],
            share=["loses"],
            effect=["effects"],
            instant=["election"],
            duration=["fresh_for"],
        )
        if self.changes is None and self.election is None:
            raise ScenarioError(f"{place}: nothing can bring it about; give changes=law, election=instant, or both")
        if (self.election is None) != (self.loses is None):
            raise ScenarioError(
                f"{place}: election and loses go together; give the date and the probability, or neither"
            )
        if not days(self.fresh_for) > 0:
            raise ScenarioError(f"{place}: fresh_for must be positive, not {self.fresh_for!r}")

    @property
    def changed(self) -> Fact:
        """The fact that the leader changed."""
        return Fact(f"{self.name}.changed")

    @property
    def fresh(self) -> Fact:
        """The fact that the leader is new."""
        return Fact(f"{self.name}.fresh")

    @property
    def count(self) -> Counter:
        """How many changes there were."""
        return Counter(f"{self.name}.changes")

    @property
    def pace(self) -> Expression:
        """The multiplier that a new leader brings."""
        return where(self.fresh, self.factor, 1)

    def expand(self) -> Iterator[Element]:
        """Yield facts, changes, and the end of novelty."""
        yield Party(self.of)
        yield from (
            # What cannot happen is a fact that others may read, but no question.
            *(asked(self.changed) if self.changes is not None or self.loses not in (None, ZERO) else (self.changed,)),
            self.fresh,
            self.count,
        )
        new = (self.changed.set(True), self.fresh.set(True), self.count.add(1), *self.effects)
        if self.changes is not None:
            pace = pace_for(self.changes, self.pace_of_change)
            yield Action(
                name=f"{self.name}.change", by=self.of, when=self.when, clock=self.changes, pace=pace, effects=new
            )
        if self.election is not None and self.loses is not None:
            loses = amount(self.loses)
            outcomes = (
                Outcome(name="loses", weight=loses, effects=new),
                Outcome(name="stays", weight=1 - loses),
            )
            yield Action(
                name=f"{self.name}.vote", by=self.of, when=self.when, clock=On(self.election), outcomes=outcomes
            )
        # A change while the leader is still new starts no second clock: the guard has not turned.
        yield Action(
            name=f"{self.name}.settle_in",
            when=both(self.fresh),
            clock=fixed(days(self.fresh_for)),
            effects=(self.fresh.set(False),),
        )
