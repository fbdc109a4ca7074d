"""A threat: a commitment to do something if the other side does (or does not do) something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, where
from negsim.model.inputs import Amount, Condition, Effects, Name, preset, record
from negsim.model.variables import Fact
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.common import asked
from negsim.vocabulary.fields import ALWAYS, NEVER, ONE, ZERO, both, clock_or_now, fixed, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Threat"]

A_DAY = fixed(1.0)


@record
class Threat(When, ActsOn):
    """ "If you do that, we do this": it stands until tested, withdrawn or carried out (with a date: `Ultimatum`).

    .. math:: \\text{pace of the deterred} = \\begin{cases} 1 - d\\, c & \\text{it stands} \\\\ 1 & \\text{not} \\end{cases}
              \\qquad P(\\text{carried out} \\mid \\text{tested}) = r

    with ``d = deters``, ``c = credibility`` in the target's eyes, ``r = resolve``.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by, to : Party or str
        Who threatens, and whom.
    text : str
        What is threatened, and for which case.
    makes : Distribution or Fixed, optional
        Law of the days until it is made; by default as soon as ``when`` holds.
    when : condition
        Under which it is made.
    tested_when : condition
        The case for which it was made: what the target shall not do.
    acts : Distribution or Fixed
        Law of the days from the test until it is carried out or not (default one day, assumed).
    resolve : probability
        That it is carried out when it is put to the test.
    deters : probability
        Share by which a fully credible threat slows the target (default 0: it deters nobody).
    credibility : number-valued expression
        In the target's eyes, 0 to 1 (default 1).
    withdraws : Distribution, optional
        Law of the days until it is withdrawn.
    deed : list of effects
        What carrying it out changes.
    bluff : list of effects
        What it costs to be seen bluffing.
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    title : str
        What people read in place of the name.

    See Also
    --------
    Promise : Something promised, which may come late or never.
    Ultimatum : A demand with a date and a threat.

    Notes
    -----
    Facts ``made``, ``stands``, ``carried_out``, ``bluffed``, ``withdrawn``. Schelling 1960, *The Strategy of Conflict*;
    tying hands and sinking costs: Fearon 1997, *J. Conflict Resolut.* 41:68, doi:10.1177/0022002797041001004.

    Examples
    --------
    >>> word = Threat("word", by="north", to="south", tested_when="attack", resolve=0.3, deters=0.5)
    >>> print(word.pace)
    1 - 0.5 * 1 if word.stands else 1
    """

    table: ClassVar[str] = "threat"
    steps: ClassVar[tuple[str, ...]] = ("made",)

    name: str = field(kw_only=False)
    by: Name
    to: Name
    text: str = ""
    makes: Distribution | Fixed | None = None
    when: Condition = preset(ALWAYS)
    tested_when: Condition = preset(NEVER)
    acts: Distribution | Fixed = A_DAY
    resolve: Amount
    deters: Amount = preset(ZERO)
    credibility: Amount = preset(ONE)
    withdraws: Distribution | None = None
    deed: Effects = preset(())
    bluff: Effects = preset(())
    acts_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "threat",
            party_=["by", "to"],
            condition=["when", "tested_when"],
            number=["credibility"],
            share=["resolve", "deters"],
            effect=["deed", "bluff"],
        )
        if self.by == self.to:
            raise ScenarioError(f"{place}: {self.by} cannot threaten itself; name another party in to=")

    @property
    def made(self) -> Fact:
        """The fact that it was made."""
        return Fact(f"{self.name}.made")

    @property
    def stands(self) -> Fact:
        """The fact that it is in force."""
        return Fact(f"{self.name}.stands")

    @property
    def carried_out(self) -> Fact:
        """The fact that it was tested and carried out."""
        return Fact(f"{self.name}.carried_out")

    @property
    def bluffed(self) -> Fact:
        """The fact that it was tested and not carried out."""
        return Fact(f"{self.name}.bluffed")

    @property
    def withdrawn(self) -> Fact:
        """The fact that it was withdrawn."""
        return Fact(f"{self.name}.withdrawn")

    @property
    def pace(self) -> Expression:
        """The multiplier of what it shall deter."""
        # It deters only while it stands: what was tested or withdrawn frightens nobody.
        return where(self.stands, 1 - self.deters * self.credibility, 1)

    def expand(self) -> Iterator[Element]:
        """Yield facts, and its making, testing and withdrawal."""
        yield from (Party(self.by), Party(self.to))
        yield from (*asked(self.made), self.stands)
        effects = (self.made.set(True), self.stands.set(True))
        yield Action(
            name=f"{self.name}.make",
            by=self.by,
            when=both(self.when, ~self.made),
            clock=clock_or_now(self.makes),
            effects=effects,
        )
        if self.tested_when != NEVER:
            yield from self._test()
        if self.withdraws is not None:
            yield from asked(self.withdrawn)
            gone = (self.withdrawn.set(True), self.stands.set(False))
            yield Action(
                name=f"{self.name}.withdraw", by=self.by, when=both(self.stands), clock=self.withdraws, effects=gone
            )

    def _test(self) -> Iterator[Element]:
        yield from asked(self.carried_out) if self.resolve != ZERO else (self.carried_out,)
        yield from asked(self.bluffed) if self.resolve != ONE else (self.bluffed,)
        outcomes = (
            Outcome(name="carried_out", weight=self.resolve, effects=(self.carried_out.set(True), *self.deed)),
            Outcome(name="bluffed", weight=1 - self.resolve, effects=(self.bluffed.set(True), *self.bluff)),
        )
        # A test that is over before they act spares them: the guard has turned false.
        guard, over = both(self.stands, self.tested_when), (self.stands.set(False),)
        yield Action(
            name=f"{self.name}.decide", by=self.by, when=guard, clock=self.acts, effects=over, outcomes=outcomes
        )
