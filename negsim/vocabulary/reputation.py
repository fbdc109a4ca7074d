"""Reputation: how reliable a promiser is taken to be, moved by what it keeps and breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.clocks import Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, as_condition
from negsim.model.inputs import Conditions, MaybeName, Name, preset, record
from negsim.model.variables import Level
from negsim.vocabulary.acting import ActsOn
from negsim.vocabulary.common import put
from negsim.vocabulary.fields import tidy

__all__ = ["Reputation"]


@record
class Reputation(ActsOn):
    """A Beta belief about how often somebody keeps its word, with forgetting.

    .. math:: (a, b) \\leftarrow \\begin{cases} (\\gamma a + 1,\\; \\gamma b) & \\text{kept} \\\\
              (\\gamma a,\\; \\gamma b + 1) & \\text{broken} \\end{cases} \\qquad
              \\text{trust} = \\frac{a}{a + b}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : Party or str
        Whose word.
    kept, broken : list of conditions
        Each time one turns true, a promise was kept or broken: ``memorandum.delivered``, ``memorandum.broken``.
    among : Party or str, optional
        In whose eyes (default: everybody's).
    forgetting : float
        Share of the past that each new event leaves (default 1: nothing is forgotten).
    prior_kept, prior_broken : float
        Pseudo-counts at the start (default 1 and 1, assumed: nothing is known).
    acts_on : list of str
        What its pace multiplies: words, ``WORD.FIELD``, ``DECISION.OPTION``, ``WORD.PRODUCT``, actions (default none:
        then it acts only where ``NAME.pace`` is read).
    title : str
        What people read in place of the name.

    See Also
    --------
    Promise : Something promised, which may come late or never.
    Belief : What a party holds true, revised by reports.

    Notes
    -----
    Levels ``kept``, ``broken``; expressions ``trust`` (mean) and ``pace`` (trust over trust at the start). The past
    outweighs no more than ``1 / (1 - forgetting)`` events. Josang & Ismail 2002, *The Beta Reputation System*, 15th
    Bled Electronic Commerce Conf.; whether reputations for reliability exist between states is disputed: Crescenzi et
    al. 2012, *Int. Stud. Q.* 56:259, doi:10.1111/j.1468-2478.2011.00711.x.

    Examples
    --------
    >>> word = Reputation("word", of="russia", kept=["memo.delivered"], broken=["memo.broken"])
    >>> print(word.trust)
    word.kept / (word.kept + word.broken)
    """

    table: ClassVar[str] = "reputation"

    name: str = field(kw_only=False)
    of: Name
    kept: Conditions = preset(())
    broken: Conditions = preset(())
    among: MaybeName = preset(None)
    forgetting: float = 1.0
    prior_kept: float = 1.0
    prior_broken: float = 1.0
    acts_on: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(self, "reputation", party_=["of", "among"])
        for key in ("kept", "broken"):
            value = getattr(self, key)
            items = (value,) if isinstance(value, str) or not isinstance(value, (list, tuple)) else value
            put(self, **{key: tuple(as_condition(item) for item in items)})
        if not (self.kept or self.broken):
            raise ScenarioError(f"{where}: give conditions in kept= or broken=, or nothing ever moves it")
        if not 0 <= self.forgetting <= 1:
            raise ScenarioError(f"{where}: forgetting must lie in [0, 1], not {self.forgetting!r}")
        if not (self.prior_kept > 0 and self.prior_broken > 0):
            raise ScenarioError(f"{where}: prior_kept and prior_broken must be positive")

    @property
    def good(self) -> Level:
        """Pseudo-count of kept promises."""
        return Level(f"{self.name}.kept", Number(float(self.prior_kept)), low=0)

    @property
    def bad(self) -> Level:
        """Pseudo-count of broken promises."""
        return Level(f"{self.name}.broken", Number(float(self.prior_broken)), low=0)

    @property
    def trust(self) -> Expression:
        """Expected share of promises that are kept, in (0, 1)."""
        return self.good / (self.good + self.bad)

    @property
    def pace(self) -> Expression:
        """Trust as a multiplier: 1 at the start."""
        # Measured from the start, where the hazards that it multiplies were estimated.
        start = self.prior_kept / (self.prior_kept + self.prior_broken)
        return self.trust / start

    def expand(self) -> Iterator[Element]:
        """Yield both counts and an action for each thing that can be kept or broken."""
        yield Party(self.of)
        if self.among is not None:
            yield Party(self.among)
        yield from (self.good, self.bad)
        left = self.forgetting
        for verb, conditions, up, down in (
            ("note_kept", self.kept, self.good, self.bad),
            ("note_broken", self.broken, self.bad, self.good),
        ):
            for k, condition in enumerate(conditions):
                # Both counts are forgotten alike at each event, so that trust moves only by what happened.
                effects = (up.set(up * left + 1), down.set(down * left))
                yield Action(name=f"{self.name}.{verb}.n{k + 1}", when=condition, clock=Immediately(), effects=effects)
