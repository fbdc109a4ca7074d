"""A claim: who asserts what, how credible it is, and what each party takes for true."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.clocks import chance
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Number
from negsim.model.inputs import Amounts, Name, preset, record
from negsim.model.names import check_name
from negsim.model.parameters import Parameter
from negsim.model.variables import Fact
from negsim.vocabulary.common import EMPTY, numbers, party, put

__all__ = ["Claim"]


@record
class Claim:
    """An assertion that may be false, and what each party makes of it at the start (of later reports: `Belief`).

    The truth is a contested parameter ``name.holds``, drawn with the author's ``credibility``: with its row where
    parameters are drawn, anew for each history where they have their best values; ``simulate(..., fix={name: True})``
    reads it one way. What party ``p`` holds true is a fact of its own, ``p.sees.name``, drawn at the start with that
    party's credibility ``views[p]``, which may read the truth: with hit rate ``h`` and false-alarm rate ``f`` write
    ``"h if name.holds else f"``:

    .. math:: P(p \\text{ sees it}) = c\\,h + (1 - c)\\,f, \\qquad c \\text{ the credibility}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by : Party or str
        Who asserts it.
    credibility : probability
        Of the claim in the author's eyes; 0 and 1 leave nothing to draw.
    views : mapping of Party or str to probability
        A party that is not named has no view of its own.
    text : str
        The claim, in words.
    source : str
        As of `Parameter`: names of evidence elements or a citation.
    grade : str
        As of `Parameter` (default judgement).
    as_of : str, optional
        As of `Parameter`: ISO date of the newest information it rests on.
    hindsight : bool
        As of `Parameter`: True admits a source later than the scenario's as-of date.

    See Also
    --------
    Belief : What a party holds true, revised by reports.
    Evidence : A source that numbers cite.

    Notes
    -----
    A contested fact and views of it that may differ are our own form. Hit and false-alarm rates: Green & Swets 1966,
    *Signal Detection Theory*.

    Examples
    --------
    >>> views = {"ukraine": 1, "russia": "0.6 if terms.holds else 0"}
    >>> sent = Claim("terms", by="ukraine", credibility=0.9, views=views)
    >>> sent.seen_by("russia").name, sent.holds.best
    ('russia.sees.terms', True)
    """

    table: ClassVar[str] = "claim"

    name: str = field(kw_only=False)
    by: Name
    credibility: float
    views: Amounts = preset(EMPTY)
    text: str = ""
    source: str = ""
    grade: str = "judgement"
    as_of: str | None = None
    hindsight: bool = False

    def __post_init__(self) -> None:
        check_name(self.name, "claim")
        put(self, by=party(self.by), views=numbers(self.views))
        number = isinstance(self.credibility, (int, float)) and not isinstance(self.credibility, bool)
        if not (number and 0 <= self.credibility <= 1):
            raise ScenarioError(f"claim {self.name}: credibility must be a probability, not {self.credibility!r}")
        put(self, credibility=float(self.credibility))
        for name, view in self.views.items():
            if isinstance(view, Number) and not 0 <= view.value <= 1:
                raise ScenarioError(f"claim {self.name}: view of {name} must be a probability, not {view.value!r}")

    @property
    def holds(self) -> Parameter:
        """The truth of the matter, a contested parameter."""
        # A certain claim is not contested: there is nothing to draw.
        belief = chance(self.credibility) if 0 < self.credibility < 1 else None
        return Parameter(
            f"{self.name}.holds",
            self.credibility >= 0.5,
            belief,
            source=self.source,
            grade=self.grade,
            as_of=self.as_of,
            hindsight=self.hindsight,
            title=self.text,
        )

    def seen_by(self, who: Party | str) -> Fact:
        """The fact that this party holds the claim true.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        name = party(who)
        if name not in self.views:
            raise ScenarioError(f"claim {self.name}: {name} has no view of its own; add it to views=")
        # Under the party's own name, so that the draw is its own and others' views do not move it.
        return Fact(f"{name}.sees.{self.name}", chance(self.views[name]))

    def expand(self) -> Iterator[Element]:
        """Yield the contested parameter and the views."""
        yield Party(self.by)
        yield self.holds
        for name in self.views:
            yield Party(name)
            yield self.seen_by(name)
