"""An exchange of prisoners, bodies or goods: agreed, carried out in stages, or broken off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed, Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import where
from negsim.model.inputs import Amount, Condition, Effects, Names, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked, parties, put
from negsim.vocabulary.fields import ALWAYS, NEVER, ZERO, both, tidy
from negsim.vocabulary.preconditions import When, heard

__all__ = ["Exchange"]


@record
class Exchange(When):
    """A swap that two sides agree on and carry out stage by stage.

    .. math:: P(\\text{done}) = (1 - f)^s

    with ``s`` stages and share ``f = fails`` at each. Each stage is a small concession that is answered at once: the
    reciprocal reduction of tension.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of Party or str
        The parties to it.
    takes : Distribution or Fixed
        Law of the days to each stage.
    what : str
        Who or what is exchanged, for whom.
    agreed_when : condition
        It is agreed each time this turns true (while none is under way).
    agrees : Distribution, optional
        Law of the days to an agreement by other ways.
    when : condition
        What it needs, at the agreement (whichever way it comes) and at every stage; no clock runs without it.
    stages : int
        Default 1.
    fails : probability
        That it is broken off at a stage (default 0).
    goodwill : list of effects
        What each stage changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Agreement : Rungs from talks to implementation, which can break.
    Demand : What a party asks of another, in steps.

    Notes
    -----
    Facts ``agreed`` (ever), ``under_way``, ``done`` (ever), ``broken_off`` (ever); counters ``stage`` and ``completed``. Osgood
    1962, *An Alternative to War or Surrender*; experiments: Lindskold 1978, *Psychol. Bull.* 85:772,
    doi:10.1037/0033-2909.85.4.772.

    Examples
    --------
    >>> swap = Exchange("thousand", between=["russia", "ukraine"], agreed_when="round_1", takes=Fixed("1 day"), stages=3)
    >>> swap.done.name
    'thousand.done'
    """

    table: ClassVar[str] = "exchange"
    steps: ClassVar[tuple[str, ...]] = (
        "agreed",
        "under_way",
        "done",
        "completed",
    )

    name: str = field(kw_only=False)
    between: Names
    takes: Distribution | Fixed
    what: str = ""
    agreed_when: Condition = preset(NEVER)
    agrees: Distribution | None = None
    when: Condition = preset(ALWAYS)
    stages: int = 1
    fails: Amount = preset(ZERO)
    goodwill: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(self, "exchange", condition=["agreed_when", "when"], share=["fails"], effect=["goodwill"])
        put(self, between=parties(self.between, place))
        if self.agreed_when == NEVER and self.agrees is None:
            raise ScenarioError(f"{place}: nothing can bring it about; give agreed_when=condition, agrees=law, or both")
        if isinstance(self.stages, bool) or not isinstance(self.stages, int) or self.stages < 1:
            raise ScenarioError(f"{place}: stages must be a positive integer, not {self.stages!r}")

    @property
    def agreed(self) -> Fact:
        """The fact that it was ever agreed."""
        return Fact(f"{self.name}.agreed")

    @property
    def under_way(self) -> Fact:
        """The fact that it is being carried out."""
        return Fact(f"{self.name}.under_way")

    @property
    def done(self) -> Fact:
        """The fact that one was carried out to the end."""
        return Fact(f"{self.name}.done")

    @property
    def broken_off(self) -> Fact:
        """The fact that one was broken off."""
        return Fact(f"{self.name}.broken_off")

    @property
    def completed(self) -> Counter:
        """How many were carried out to the end."""
        return Counter(f"{self.name}.completed")

    def expand(self) -> Iterator[Element]:
        """Yield facts, agreement and stages."""
        yield from (Party(name) for name in self.between)
        yield from (
            *asked(self.agreed),
            *asked(self.done),
            self.under_way,
            self.completed,
            Counter(f"{self.name}.stage"),
        )
        stage = Counter(f"{self.name}.stage")
        begun = (self.agreed.set(True), self.under_way.set(True), stage.set(0))
        if self.agreed_when != NEVER:
            # What is agreed while one is under way starts no second one.
            free = (
                Outcome(name="begins", weight=where(self.under_way, 0, 1), effects=begun),
                Outcome(name="is_under_way", weight=where(self.under_way, 1, 0)),
            )
            outcomes = heard(free, self.when, "falls_through")
            yield Action(name=f"{self.name}.agree", when=self.agreed_when, clock=Immediately(), outcomes=outcomes)
        if self.agrees is not None:
            yield Action(
                name=f"{self.name}.agree_directly",
                when=both(self.when, ~self.under_way),
                clock=self.agrees,
                effects=begun,
            )
        last = stage + 1 >= self.stages
        # Once done it stays done, also while a later exchange is under way.
        effects = (stage.add(1), self.under_way.set(~last), self.done.set(last | self.done), *self.goodwill)
        carried = (*effects, self.completed.set(where(last, self.completed + 1, self.completed)))
        guard = both(self.under_way, self.when)
        # Without a chance of failing no outcome is drawn.
        if self.fails == ZERO:
            yield Action(name=f"{self.name}.carry_out", when=guard, clock=self.takes, effects=carried)
            return
        yield from asked(self.broken_off)
        off = (self.broken_off.set(True), self.under_way.set(False))
        outcomes = (
            Outcome(name="carried_out", weight=1 - self.fails, effects=carried),
            Outcome(name="broken_off", weight=self.fails, effects=off),
        )
        yield Action(name=f"{self.name}.carry_out", when=guard, clock=self.takes, outcomes=outcomes)
