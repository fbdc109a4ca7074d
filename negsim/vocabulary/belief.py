"""A belief: what a party makes of reports by sources that are right more or less often."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError, nearest
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, exp, where
from negsim.model.inputs import Condition, Name, Several, preset, record
from negsim.model.names import check_name
from negsim.model.variables import Fact, Level
from negsim.vocabulary.common import put
from negsim.vocabulary.fields import ALWAYS, both, follows, tidy

__all__ = ["Belief", "Source", "posterior"]

SUREST = 20.0
"""Bound of the log-odds: beyond it nobody is more certain (odds of five hundred million to one)."""


def posterior(prior: float, reports: Iterable[tuple[float, float, bool]]) -> float:
    """Probability of a claim after reports by independent sources.

    .. math:: \\frac{p'}{1-p'} = \\frac{p}{1-p} \\prod_s \\begin{cases} h_s / f_s & \\text{asserts} \\\\
              (1-h_s)/(1-f_s) & \\text{denies} \\end{cases}

    Parameters
    ----------
    prior : float
        Probability of the claim before the reports, in (0, 1).
    reports : iterable of (float, float, bool)
        Of each: the source's hit rate and false-alarm rate, and whether it asserts the claim.

    Returns
    -------
    float
        In (0, 1).

    See Also
    --------
    Belief : What a party holds true, revised by reports.
    Source : Who reports on a claim, and how reliably.

    Examples
    --------
    >>> round(posterior(0.5, [(0.9, 0.3, True), (0.6, 0.1, False)]), 7)
    0.5714286
    """
    odds = prior / (1 - prior)
    for hit, false_alarm, asserted in reports:
        odds *= hit / false_alarm if asserted else (1 - hit) / (1 - false_alarm)
    return odds / (1 + odds)


@record
class Source:
    """Who reports: asserts what is true with the hit rate, and what is false with the false-alarm rate.

    Parameters
    ----------
    name : str
        What it is called by; unique in the belief.
    hit, false_alarm : float
        In (0, 1): P(asserts | true), P(asserts | false).
    after : Distribution or Fixed
        Law of the days until it reports.
    when : condition
        Under which that clock runs.
    most : int
        Most reports (default 1). Reports of one source are treated as independent of each other, which flatters it.

    See Also
    --------
    Belief : What a party holds true, revised by reports.
    posterior : A probability after reports.

    Examples
    --------
    >>> from negsim.model.clocks import Fixed
    >>> Source(name="envoy", hit=0.9, false_alarm=0.3, after=Fixed("3 days")).hit
    0.9
    """

    name: str
    hit: float
    false_alarm: float
    after: Distribution | Fixed
    when: Condition = preset(ALWAYS)
    most: int = 1

    def __post_init__(self) -> None:
        where_ = tidy(self, "source", condition=["when"])
        check_name(self.name, "source")
        for key in ("hit", "false_alarm"):
            rate = getattr(self, key)
            # At 0 or 1 one report would settle the matter for good, and no log-odds could hold that.
            if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate < 1:
                raise ScenarioError(f"{where_}: {key} must lie strictly between 0 and 1, not {rate!r}")
        if isinstance(self.most, bool) or not isinstance(self.most, int) or self.most < 1:
            raise ScenarioError(f"{where_}: most must be a positive integer, not {self.most!r}")

    @property
    def weight_of_yes(self) -> float:
        """What an assertion adds to the log-odds."""
        return math.log(self.hit / self.false_alarm)

    @property
    def weight_of_no(self) -> float:
        """What a denial adds to the log-odds."""
        return math.log((1 - self.hit) / (1 - self.false_alarm))


@record
class Belief:
    """What one party holds true as reports come in (what is asserted before the start: `Claim`).

    .. math:: L \\leftarrow L + \\ln\\frac{h}{f} \\text{ (asserts)} \\quad\\text{or}\\quad
              L + \\ln\\frac{1-h}{1-f} \\text{ (denies)}, \\qquad p = \\frac{1}{1 + e^{-L}}

    What each source says is drawn from the *truth at the time of its report*; the party updates as if the matter did
    not change meanwhile.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    of : Party or str
        Who holds it.
    about : condition
        The matter: a fact of the state, a contested claim (``terms.holds``), any condition.
    prior : float
        In (0, 1) (default 0.5, assumed).
    sources : list of Source
        Whose reports revise it.
    convinced_at : float
        Probability from which on it acts as if it were true (default 0.5, assumed).
    title : str
        What people read in place of the name.

    See Also
    --------
    Source : Who reports on a claim, and how reliably.
    Claim : What a party says is so, and how credibly.
    posterior : A probability after reports.

    Notes
    -----
    Level ``log_odds``; expression ``probability``; facts ``held`` (convinced now), ``<source>.said_yes``,
    ``<source>.said_no`` (latest report). Weight of evidence: Good 1950, *Probability and the Weighing of Evidence*;
    Kass & Raftery 1995, *J. Am. Stat. Assoc.* 90:773, doi:10.1080/01621459.1995.10476572. Hit and false-alarm rates:
    Green & Swets 1966, *Signal Detection Theory*. That reports count as independent is our own form.

    Examples
    --------
    >>> spy = Source(name="spy", hit=0.9, false_alarm=0.3, after=Fixed("2 days"))
    >>> view = Belief("view", of="russia", about="terms.holds", sources=[spy])
    >>> print(view.probability)
    1 / (1 + exp(-view.log_odds))
    """

    table: ClassVar[str] = "belief"

    name: str = field(kw_only=False)
    of: Name
    about: Condition
    prior: float = 0.5
    sources: Several[Source] = preset(())
    convinced_at: float = 0.5
    title: str = ""

    def __post_init__(self) -> None:
        where_ = tidy(self, "belief", party_=["of"], condition=["about"])
        # Sorted, so that scenarios that say the same in another order are equal.
        put(self, sources=tuple(sorted(self.sources, key=lambda source: source.name)))
        for key in ("prior", "convinced_at"):
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1:
                raise ScenarioError(f"{where_}: {key} must lie strictly between 0 and 1, not {value!r}")
        names = [source.name for source in self.sources]
        if len(set(names)) != len(names):
            raise ScenarioError(f"{where_}: two sources have one name; rename one of {', '.join(names)}")

    @property
    def log_odds(self) -> Level:
        """Log-odds of the matter in this party's eyes."""
        start = math.log(self.prior / (1 - self.prior))
        return Level(f"{self.name}.log_odds", Number(start), low=-SUREST, high=SUREST)

    @property
    def probability(self) -> Expression:
        """Probability of the matter in this party's eyes."""
        return 1 / (1 + exp(-self.log_odds))

    @property
    def held(self) -> Fact:
        """The fact that it acts as if it were true."""
        return Fact(f"{self.name}.held", self.prior >= self.convinced_at)

    def said(self, source: str, yes: bool = True) -> Fact:
        """The fact that this source asserted it (or denied it) in its latest report.

        Parameters
        ----------
        source : str
            Name of one of the sources.
        yes : bool
            Whether it asserted the claim (default), or denied it.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        names = [one.name for one in self.sources]
        if source not in names:
            raise ScenarioError(f"belief {self.name} has no source {source!r}{nearest(source, names)}")
        return Fact(f"{self.name}.{source}.said_{'yes' if yes else 'no'}")

    def expand(self) -> Iterator[Element]:
        """Yield log-odds, conviction, reports, and the question when it is first convinced."""
        yield Party(self.of)
        yield self.log_odds
        # Compared in log-odds: no exponential is worked out at each report.
        line = math.log(self.convinced_at / (1 - self.convinced_at))
        # Sources that say yes as often to what is false move nobody, and the question would have one answer.
        movable = any(source.weight_of_yes != 0 for source in self.sources)
        ask = movable or self.prior >= self.convinced_at
        yield from follows(
            self.held, self.log_odds >= line, f"{self.name}.be_convinced", f"{self.name}.lose_conviction", ask=ask
        )
        for source in self.sources:
            yield from self._report(source)

    def _report(self, source: Source) -> Iterator[Element]:
        yes, no = self.said(source.name), self.said(source.name, yes=False)
        yield from (yes, no)
        outcomes = (
            Outcome(
                name="asserts",
                weight=where(self.about, source.hit, source.false_alarm),
                effects=(self.log_odds.add(source.weight_of_yes), yes.set(True), no.set(False)),
            ),
            Outcome(
                name="denies",
                weight=where(self.about, 1 - source.hit, 1 - source.false_alarm),
                effects=(self.log_odds.add(source.weight_of_no), yes.set(False), no.set(True)),
            ),
        )
        name = f"{self.name}.{source.name}.report"
        yield Action(name=name, when=both(source.when), clock=source.after, outcomes=outcomes, limit=source.most)
