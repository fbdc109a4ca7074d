"""Pressure of a third party on a target: applied, felt, fading."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.calendar import Duration, days
from negsim.model.clocks import Distribution, Immediately, quantity
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, exp, log
from negsim.model.inputs import Amount, Condition, MaybeAmount, Name, preset, record
from negsim.model.variables import Fact, Level
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.common import asked, put
from negsim.vocabulary.fields import ALWAYS, NEVER, ONE, both, fixed, left_of, tidy
from negsim.vocabulary.preconditions import When, occasion

__all__ = ["Pressure"]

FELT = 0.01
"""Below this strength nobody feels it any more, and it stops fading."""


@record
class Pressure(When, ActsOn):
    """Pressure that rises when it is applied and fades (of one who also hosts and brings texts: `Mediator`).

    .. math:: s_{k+1} = s_k\\, 2^{-\\Delta/h}, \\qquad \\text{pace} = f^{\\,s - s_0}

    Strength ``s`` lies in [0, 1]; each application raises it by ``dose``; while it is felt it fades once every ``step``
    days with half-life ``h``. ``pace`` multiplies hazards of what is pressed for: 1 at the centre ``s_0``.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by, on : Party or str
        Who presses; the target.
    strength : number
        At the start (default 0).
    dose : number-valued expression
        What one application adds (default 1: to the full, assumed).
    applied : Distribution, optional
        Law of the time between applications.
    applied_when : condition
        Applied each time this turns true.
    when : condition
        Under which it is applied, whichever way: the clock of ``applied`` runs, and an occasion counts, only then.
    lifted_when : condition
        Strength falls to 0 each time this turns true.
    half_life : duration or number-valued expression, optional
        Of leverage and attention; without it strength does not fade.
    step : duration
        Grid of fading (default 7 days, assumed).
    factor : number-valued expression
        Multiplier of the hazard at full strength against none (default 1; the literature says which way
        third-party pressure works on talks, not how much; try 1.0 to 2.0).
    centre : number, optional
        Strength at which ``pace`` is 1; by default the strength at the start.
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    title : str
        What people read in place of the name.

    See Also
    --------
    Mediator : Who brings parties together, and presses them.
    Threat : What a party says it will do if not heeded.

    Notes
    -----
    Level ``strength``, fact ``applied`` (ever). Multipliers of hazards: Cox 1972, *J. R. Stat. Soc. B* 34:187,
    doi:10.1111/j.2517-6161.1972.tb00899.x. Short gains that do not last: Beardsley 2008, *Am. J. Polit. Sci.* 52:723,
    doi:10.1111/j.1540-5907.2008.00339.x.

    Examples
    --------
    >>> push = Pressure("push", by="united_states", on="russia", strength=0.5, half_life="30 days", factor=1.4)
    >>> print(push.pace)
    exp(log(1.4) * (push.strength - 0.5))
    """

    table: ClassVar[str] = "pressure"
    steps: ClassVar[tuple[str, ...]] = ("applied",)

    name: str = field(kw_only=False)
    by: Name
    on: str
    strength: float = 0.0
    dose: Amount = preset(Number(1.0))
    applied: Distribution | None = None
    applied_when: Condition = preset(NEVER)
    when: Condition = preset(ALWAYS)
    lifted_when: Condition = preset(NEVER)
    half_life: MaybeAmount = preset(None)
    step: Duration = 7.0
    factor: Amount = preset(ONE)
    centre: float | None = None
    acts_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(
            self,
            "pressure",
            party_=["by", "on"],
            condition=["applied_when", "when", "lifted_when"],
            number=["dose", "factor"],
            duration=["step"],
        )
        if not 0 <= self.strength <= 1:
            raise ScenarioError(f"{where}: strength must lie in [0, 1], not {self.strength!r}")
        put(self, half_life=None if self.half_life is None else quantity(self.half_life))
        if not days(self.step) > 0 or (isinstance(self.half_life, Number) and not self.half_life.value > 0):
            raise ScenarioError(f"{where}: step and half_life must be positive durations")

    @property
    def level(self) -> Level:
        """How strong it is now, on [0, 1]."""
        return Level(f"{self.name}.strength", Number(float(self.strength)), low=0, high=1)

    @property
    def ever(self) -> Fact:
        """The fact that it was applied after the start."""
        return Fact(f"{self.name}.applied")

    @property
    def pace(self) -> Expression:
        """The multiplier of hazards: 1 at the centre."""
        # Measured from its centre, so that hazards that were estimated under it stay what they are.
        centre = self.strength if self.centre is None else self.centre
        # On the log scale: doses add up where their factors multiply.
        return exp(log(self.factor) * (self.level - centre))

    def expand(self) -> Iterator[Element]:
        """Yield level, fact, what applies it, lifts it and lets it fade."""
        yield from (Party(self.by), Party(self.on))
        yield self.level
        effects = (self.level.add(self.dose), self.ever.set(True))
        if self.applied is not None or self.applied_when != NEVER:
            yield from asked(self.ever)
        if self.applied is not None:
            yield Action(name=f"{self.name}.apply", by=self.by, when=self.when, clock=self.applied, effects=effects)
        if self.applied_when != NEVER:
            yield occasion(f"{self.name}.respond", self.applied_when, Immediately(), effects, self.when, by=self.by)
        if self.lifted_when != NEVER:
            yield Action(
                name=f"{self.name}.lift",
                by=self.by,
                when=self.lifted_when,
                clock=Immediately(),
                effects=(self.level.set(0),),
            )
        if self.half_life is not None:
            left = left_of(self.step, self.half_life)
            fading = (self.level.set(self.level * left),)
            yield Action(
                name=f"{self.name}.fade", when=both(self.level > FELT), clock=fixed(days(self.step)), effects=fading
            )
