"""A spoiler: attacks the process, and the more so the nearer it comes to success."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, exp
from negsim.model.inputs import Amount, Condition, Effects, Name, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked
from negsim.vocabulary.fields import ALWAYS, ZERO, both, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Spoiler"]


@record
class Spoiler(When):
    """Somebody inside or outside the talks who acts to wreck them.

    .. math:: h(t) = h_0(t)\\, e^{\\,g\\, p}

    with ``h_0`` the hazard of ``acts`` when there is no progress, ``p`` progress (0 to 1) and ``g = growth``: at
    full progress the hazard is ``exp(g)`` times the one at none.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by : Party or str
        Who acts against the talks.
    acts : Distribution
        Law of the time between acts with no progress.
    progress : number-valued expression
        How near the process is to success, 0 to 1; for instance ``agreement.progress``.
    growth : number-valued expression
        Default 0: progress does not provoke it. At 1 the hazard is 2.7 times as high on the eve of success.
    when : condition
        While it can act: not restrained, not bought off, not inside.
    derails : probability
        That an act wrecks the process for the time being (default 0).
    derailment : list of effects
        What derailing changes.
    harm : list of effects
        What every act changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Offensive : Attacks that can break through or fail.
    Ceasefire : An agreed pause in fighting, by its duration.

    Notes
    -----
    Counter ``acts``; fact ``derailed`` (ever). Stedman 1997, *Int. Secur.* 22(2):5, doi:10.1162/isec.22.2.5; violence
    around talks: Kydd & Walter 2002, *Int. Organ.* 56:263, doi:10.1162/002081802320005487. The exponential in progress is
    our own form.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential
    >>> camp = Spoiler("camp", by="hardliners", acts=Exponential(mean="60 days"), progress="progress", growth=2)
    >>> print(camp.pace)
    exp(2 * progress)
    """

    table: ClassVar[str] = "spoiler"
    steps: ClassVar[tuple[str, ...]] = ("acts",)

    name: str = field(kw_only=False)
    by: Name
    acts: Distribution
    progress: Amount = preset(ZERO)
    growth: Amount = preset(ZERO)
    when: Condition = preset(ALWAYS)
    derails: Amount = preset(ZERO)
    derailment: Effects = preset(())
    harm: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        tidy(
            self,
            "spoiler",
            party_=["by"],
            number=["progress", "growth"],
            condition=["when"],
            share=["derails"],
            effect=["derailment", "harm"],
        )

    @property
    def pace(self) -> Expression:
        """The multiplier of its hazard."""
        # Exponential, because a multiplier of a hazard must stay above 0.
        return exp(self.growth * self.progress)

    @property
    def count(self) -> Counter:
        """How often it acted."""
        return Counter(f"{self.name}.acts")

    @property
    def derailed(self) -> Fact:
        """The fact that an act wrecked the process."""
        return Fact(f"{self.name}.derailed")

    @property
    def struck(self) -> Expression:
        """That it acted at all."""
        return self.count >= 1

    def expand(self) -> Iterator[Element]:
        """Yield counter, fact and action."""
        yield Party(self.by)
        yield self.count
        effects = (self.count.add(1), *self.harm)
        # Without a chance of derailing no outcome is drawn.
        outcomes: tuple[Outcome, ...] = ()
        if self.derails != ZERO:
            yield from asked(self.derailed)
            wrecked = (self.derailed.set(True), *self.derailment)
            outcomes = (
                Outcome(name="derails", weight=self.derails, effects=wrecked),
                Outcome(name="shrugged_off", weight=1 - self.derails),
            )
        yield Action(
            name=f"{self.name}.act",
            by=self.by,
            when=both(self.when),
            clock=self.acts,
            pace=self.pace,
            effects=effects,
            outcomes=outcomes,
        )
