"""Ratification: what was signed abroad must be accepted at home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number
from negsim.model.inputs import Amount, Condition, Effects, Name, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked
from negsim.vocabulary.fields import ALWAYS, ONE, ZERO, both, pace_for, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Ratification"]


@record
class Ratification(When):
    """A parliament, a plebiscite, a party congress: it votes, passes or rejects, perhaps again.

    .. math:: P(\\text{ratified}) = 1 - (1 - p)^n \\quad\\text{for } n \\text{ independent attempts}

    ``passes`` is an expression of the state, so that terms, audience costs or a deadline can move it.

    Parameters
    ----------
    name : str
    of : Party or str
        At whose home.
    when : condition
        What must be there first, usually that it is signed.
    takes : Distribution or Fixed
        Law of the days from there to the vote.
    passes : probability
        Default 0.9 (assumed: most signed agreements that are put to a vote pass; state your case).
    attempts : int
        Most votes (default 1).
    again : Distribution or Fixed, optional
        Law of the days from a rejection to the next vote; needed with more than one attempt.
    pace : number-valued expression
        Multiplier of the hazard of the vote.
    rejection : list of effects
        What a rejection changes.
    title : str

    Notes
    -----
    Facts ``ratified``, ``rejected`` (a vote was lost), ``failed`` (no attempt is left); counter ``votes``. Two-level
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
    takes: Distribution | Fixed
    when: Condition = preset(ALWAYS)
    passes: Amount = preset(Number(0.9))
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
        )
        if isinstance(self.attempts, bool) or not isinstance(self.attempts, int) or self.attempts < 1:
            raise ScenarioError(f"{where}: attempts must be a positive integer, not {self.attempts!r}")
        if (self.attempts > 1) != (self.again is not None):
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

    def expand(self) -> Iterator[Element]:
        """Yield facts and votes."""
        yield Party(self.of)
        yield self.votes
        sure = self.passes == ONE
        yield from asked(self.ratified) if self.passes != ZERO else (self.ratified,)
        yield from (self.rejected, self.failed) if sure else (*asked(self.rejected), *asked(self.failed))
        guard = both(self.when, ~self.ratified, ~self.failed, ~self.rejected)
        yield self._vote("vote", self.takes, guard)
        if self.again is not None:
            yield self._vote("vote_again", self.again, both(self.when, self.rejected, ~self.ratified, ~self.failed))

    def _vote(self, verb: str, law: Distribution | Fixed, guard: Expression) -> Action:
        lost = (self.rejected.set(True), self.failed.set(self.votes + 1 >= self.attempts), *self.rejection)
        outcomes = (
            Outcome(name="passes", weight=self.passes, effects=(self.ratified.set(True),)),
            Outcome(name="rejects", weight=1 - self.passes, effects=lost),
        )
        pace = pace_for(law, self.pace)
        return Action(
            name=f"{self.name}.{verb}",
            by=self.of,
            when=guard,
            clock=law,
            pace=pace,
            effects=(self.votes.add(1),),
            outcomes=outcomes,
        )
