"""Readiness: motivation to end the conflict times optimism about talks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, clip
from negsim.model.inputs import Amount, MaybeAmount, Name, preset, record
from negsim.model.variables import Fact
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.fields import ONE, ZERO, follows, tidy

__all__ = ["Readiness"]


@record
class Readiness(ActsOn):
    """How ready one party is to negotiate: motivation times optimism (whether the moment is ripe for all: `Ripeness`).

    .. math:: R = \\min(1, c + r + p) \\cdot \\min(1, t v), \\qquad \\text{ready} \\iff R \\ge \\theta

    with ``c`` the cost of the conflict, ``r`` the risk of going on, ``p`` third-party pressure, ``t`` working trust and
    ``v`` the validity of the counterpart (can it deliver?). Motivation alone, or optimism alone, is not enough: the
    product says so. All five are expressions of the state; readiness moves as they do.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : Party or str
        Whose it is.
    cost, risk, pressure : number-valued expressions
        Parts of motivation, each on [0, 1] (default 0). Their sum is clipped to [0, 1].
    trust, counterpart : number-valued expressions
        Parts of optimism, each on [0, 1] (default 1).
    threshold : number-valued expression
        Readiness from which on the party is ready (default 0.25, assumed).
    centre : number-valued expression, optional
        Readiness at which ``pace`` is 1 (by default the threshold, assumed): give the value at the start.
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    title : str
        What people read in place of the name.

    See Also
    --------
    Ripeness : Stalemate and way out, as the parties see them.
    Attrition : A war of attrition: who gives in first.

    Notes
    -----
    Fact ``ready``; expressions ``motivation``, ``optimism``, ``level``, ``pace``. The theory names the parts and that
    they combine; sum, product and clipping to [0, 1] are this library's reading, and the sizes are yours to state.
    Pruitt 2007, *Am. Behav. Sci.* 50:1520, doi:10.1177/0002764207302467; Pruitt 2005, *Whither Ripeness Theory?*,
    ICAR Working Paper 25.

    Examples
    --------
    >>> kyiv = Readiness("kyiv_ready", of="ukraine", cost=0.4, pressure="pressure", trust="trust")
    >>> print(kyiv.level)
    clip(0.4 + 0 + pressure, 0, 1) * clip(trust * 1, 0, 1)
    """

    table: ClassVar[str] = "readiness"

    name: str = field(kw_only=False)
    of: Name
    cost: Amount = preset(ZERO)
    risk: Amount = preset(ZERO)
    pressure: Amount = preset(ZERO)
    trust: Amount = preset(ONE)
    counterpart: Amount = preset(ONE)
    threshold: Amount = preset(Number(0.25))
    centre: MaybeAmount = preset(None)
    acts_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        parts = ["cost", "risk", "pressure", "trust", "counterpart"]
        where = tidy(self, "readiness", party_=["of"], number=[*parts, "threshold", "centre"])
        for key in ("threshold", "centre"):
            tree = getattr(self, key)
            # Above 0, because pace divides by it.
            if isinstance(tree, Number) and not 0 < tree.value <= 1:
                raise ScenarioError(f"{where}: {key} must lie in (0, 1], not {tree.value!r}")

    @property
    def ready(self) -> Fact:
        """The fact that the party is ready now."""
        return Fact(f"{self.name}.ready")

    @property
    def motivation(self) -> Expression:
        """Cost, risk and pressure together, on [0, 1]."""
        # Added up and cut off: beyond enough motivation more of it moves nobody.
        return clip(self.cost + self.risk + self.pressure, 0, 1)

    @property
    def optimism(self) -> Expression:
        """Trust and the counterpart's validity together, on [0, 1]."""
        return clip(self.trust * self.counterpart, 0, 1)

    @property
    def level(self) -> Expression:
        """Readiness, on [0, 1]."""
        return self.motivation * self.optimism

    @property
    def pace(self) -> Expression:
        """Readiness as a multiplier of a hazard: 1 at the centre."""
        # Where nothing else is said, the hazards are those of a party that is just ready.
        return self.level / (self.threshold if self.centre is None else self.centre)

    def expand(self) -> Iterator[Element]:
        """Yield the fact, the actions that keep it, and the question when the party is first ready."""
        yield Party(self.of)
        yield from follows(
            self.ready, self.level >= self.threshold, f"{self.name}.turn_ready", f"{self.name}.turn_away"
        )
