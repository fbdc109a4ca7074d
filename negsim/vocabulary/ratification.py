"""Ratification: what was signed abroad must be accepted at home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import Moment
from negsim.model.clocks import Distribution, Fixed, On
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression
from negsim.model.inputs import Amount, Condition, Effects, MaybeDate, Name, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked
from negsim.vocabulary.fields import ALWAYS, ONE, REVIEWING, ZERO, both, pace_for, tidy
from negsim.vocabulary.preconditions import When, heard

__all__ = ["Ratification"]


@record
class Ratification(When):
    """A parliament, a plebiscite, a congress votes on what was signed (an act that is no vote: `DatedAct`).

    .. math:: P(\\text{ratified}) = 1 - (1 - p)^n \\quad\\text{for } n \\text{ independent attempts}

    ``passes`` is an expression of the state, so that terms, audience costs or a deadline can move it.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : Party or str
        At whose home.
    takes : Distribution or Fixed, optional
        Law of the days from there to the vote.
    on : instant, optional
        Instead: the date of the vote, with its hour. If ``when`` does not hold then, it is put off: to a vote ``again``
        later if that is given, else for good.
    when : condition
        What must be there first, usually that it is signed.
    passes : probability
        Of one vote.
    attempts : int
        Most votes (default 1).
    again : Distribution or Fixed, optional
        Law of the days from a rejection, or a vote put off, to the next one; needed with more than one attempt.
    pace : number-valued expression
        Multiplier of the hazard of the vote.
    rejection : list of effects
        What a rejection changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Agreement : Rungs from talks to implementation, which can break.
    LeaderChange : A change of leader, by election or otherwise.

    Notes
    -----
    Facts ``ratified``, ``rejected`` (a vote was lost), ``failed`` (no attempt is left); with ``on`` also ``put_off`` (the
    date has passed, the vote is still to come); counter ``votes``. Two-level
    games: Putnam 1988, *Int. Organ.* 42:427, doi:10.1017/S0020818300027697.

    Examples
    --------
    >>> vote = Ratification("plebiscite", of="colombia", when="signed", takes=Fixed("6 days"), passes=0.5)
    >>> vote.ratified.name
    'plebiscite.ratified'
    """

    table: ClassVar[str] = "ratification"
    steps: ClassVar[tuple[str, ...]] = (
        "ratified",
        "votes",
    )

    name: str = field(kw_only=False)
    of: Name
    takes: Distribution | Fixed | None = None
    on: MaybeDate = preset(None)
    when: Condition = preset(ALWAYS)
    passes: Amount
    attempts: int = 1
    again: Distribution | Fixed | None = None
    pace: Amount = preset(ONE)
    rejection: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(
            self,
            "ratification",
            party_=["of"],
            condition=["when"],
            number=["pace"],
            share=["passes"],
            effect=["rejection"],
            instant=["on"],
        )
        if (self.takes is None) == (self.on is None):
            raise ScenarioError(f"{where}: give either takes=law of the days to the vote or on=its date")
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise ScenarioError(f"{where}: attempts must be a positive integer, not {self.attempts!r}")
        # A dated vote may have `again` with a single attempt: for one that could not be held on its date.
        if (self.attempts > 1) != (self.again is not None) and not (self.on is not None and self.attempts == 1):
            raise ScenarioError(f"{where}: attempts above 1 and again= go together; give both or neither")

    @property
    def ratified(self) -> Fact:
        """The fact that it passed."""
        return Fact(f"{self.name}.ratified")

    @property
    def rejected(self) -> Fact:
        """The fact that a vote was lost."""
        return Fact(f"{self.name}.rejected")

    @property
    def failed(self) -> Fact:
        """The fact that the last attempt was lost."""
        return Fact(f"{self.name}.failed")

    @property
    def votes(self) -> Counter:
        """How many votes there were."""
        return Counter(f"{self.name}.votes")

    @property
    def put_off(self) -> Fact:
        """The fact that the date of the vote passed and the vote is still to come."""
        return Fact(f"{self.name}.put_off")

    def expand(self) -> Iterator[Element]:
        """Yield facts and votes."""
        yield Party(self.of)
        yield self.votes
        sure = self.passes == ONE
        # What cannot happen is a fact, but no question.
        yield from asked(self.ratified) if self.passes != ZERO else (self.ratified,)
        yield from (self.rejected, self.failed) if sure else (*asked(self.rejected), *asked(self.failed))
        open_ = both(~self.ratified, ~self.failed)
        waiting = self.rejected.__expression__()
        if self.on is not None:
            yield self.put_off
            waiting = waiting | self.put_off
            yield self._dated(self.on, both(open_, ~self.rejected))
        elif self.takes is not None:
            yield self._vote("vote", self.takes, both(self.when, open_, ~self.rejected))
        if self.again is not None:
            yield self._vote("vote_again", self.again, both(self.when, waiting, open_))

    def _dated(self, on: Moment, guard: Expression) -> Action:
        """The vote on its date, or put off."""
        # Without another attempt a date that passes is the end.
        gone = self.put_off.set(True) if self.again is not None else self.failed.set(True)
        outcomes = heard(self._results(), self.when, "not_held", (gone,))
        return Action(
            name=f"{self.name}.vote", by=self.of, when=guard, clock=On(on), outcomes=outcomes, priority=REVIEWING
        )

    def _results(self) -> tuple[Outcome, ...]:
        """The vote passes or rejects; either counts as one."""
        # Counted before this vote is: effects see the state before the firing.
        lost = (self.rejected.set(True), self.failed.set(self.votes + 1 >= self.attempts), *self.rejection)
        one, over = self.votes.add(1), ((self.put_off.set(False),) if self.on is not None else ())
        return (
            Outcome(name="passes", weight=self.passes, effects=(self.ratified.set(True), one, *over)),
            Outcome(name="rejects", weight=1 - self.passes, effects=(*lost, one, *over)),
        )

    def _vote(self, verb: str, law: Distribution | Fixed, guard: Expression) -> Action:
        pace = pace_for(law, self.pace)
        return Action(
            name=f"{self.name}.{verb}",
            by=self.of,
            when=guard,
            clock=law,
            pace=pace,
            outcomes=self._results(),
        )
