"""The battlefield as talks feel it: offensives, and the news of who is winning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, exp
from negsim.model.inputs import Amount, Condition, Effects, Name, Names, preset, record
from negsim.model.variables import Counter, Fact, Level
from negsim.vocabulary.common import asked, parties, put
from negsim.vocabulary.fields import ALWAYS, ONE, ZERO, both, pace_for, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["BattleNews", "Offensive"]


@record
class Offensive(When):
    """An offensive or escalation: begins, lasts, and ends in a breakthrough, a stall or a defeat.

    .. math:: P(\\text{breakthrough}) = b, \\qquad P(\\text{defeat}) = (1 - b)\\, d

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by, against : Party or str
        Who attacks, and whom.
    starts : Distribution or Fixed
        Law of the days until the next one begins.
    lasts : Distribution or Fixed
        Law of its length.
    when : condition
        Under which it can begin; a ceasefire belongs here.
    pace : number-valued expression
        Multiplier of the hazard of its beginning.
    breakthrough : probability
        Default 0.
    defeat : probability
        That it is thrown back, given no breakthrough (default 0).
    most : int, optional
        Most offensives.
    beginning, gains, losses : list of effects
        What its beginning, a breakthrough and a defeat change.
    title : str
        What people read in place of the name.

    See Also
    --------
    BattleNews : What the battlefield says about who is winning.
    Ceasefire : An agreed pause in fighting, by its duration.

    Notes
    -----
    Facts ``begun`` (ever), ``under_way``, ``broke_through`` (ever), ``beaten`` (ever); counter ``number``. Fighting as part of
    bargaining: Reiter 2003, *Perspect. Polit.* 1:27, doi:10.1017/S1537592703000033.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential, Gamma
    >>> summer = Offensive("summer", by="russia", against="ukraine", starts=Exponential(mean="60 days"), lasts=Gamma(4, 10))
    >>> summer.under_way.name
    'summer.under_way'
    """

    table: ClassVar[str] = "offensive"
    steps: ClassVar[tuple[str, ...]] = (
        "begun",
        "number",
    )

    name: str = field(kw_only=False)
    by: Name
    against: str
    starts: Distribution | Fixed
    lasts: Distribution | Fixed
    when: Condition = preset(ALWAYS)
    pace: Amount = preset(ONE)
    breakthrough: Amount = preset(ZERO)
    defeat: Amount = preset(ZERO)
    most: int | None = None
    beginning: Effects = preset(())
    gains: Effects = preset(())
    losses: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "offensive",
            party_=["by", "against"],
            condition=["when"],
            number=["pace"],
            share=["breakthrough", "defeat"],
            effect=["beginning", "gains", "losses"],
        )
        if self.by == self.against:
            raise ScenarioError(f"{place}: {self.by} attacks itself; name another party in against=")

    @property
    def begun(self) -> Fact:
        """The fact that one began."""
        return Fact(f"{self.name}.begun")

    @property
    def under_way(self) -> Fact:
        """The fact that one is going on."""
        return Fact(f"{self.name}.under_way")

    @property
    def broke_through(self) -> Fact:
        """The fact that one succeeded."""
        return Fact(f"{self.name}.broke_through")

    @property
    def beaten(self) -> Fact:
        """The fact that one was thrown back."""
        return Fact(f"{self.name}.beaten")

    @property
    def count(self) -> Counter:
        """How many there were."""
        return Counter(f"{self.name}.number")

    def expand(self) -> Iterator[Element]:
        """Yield facts, beginning and end."""
        yield from (Party(self.by), Party(self.against))
        yield from (*asked(self.begun), self.under_way, self.count)
        yield from asked(self.broke_through) if self.breakthrough != ZERO else (self.broke_through,)
        # A share of 1 leaves nothing for the others, and no question is asked that has one answer.
        yield from asked(self.beaten) if self.defeat != ZERO and self.breakthrough != ONE else (self.beaten,)
        start = (self.begun.set(True), self.under_way.set(True), self.count.add(1), *self.beginning)
        guard, pace = both(self.when, ~self.under_way), pace_for(self.starts, self.pace)
        yield Action(
            name=f"{self.name}.begin",
            by=self.by,
            when=guard,
            clock=self.starts,
            pace=pace,
            effects=start,
            limit=self.most,
        )
        rest = 1 - self.breakthrough
        outcomes = (
            Outcome(
                name="breaks_through", weight=self.breakthrough, effects=(self.broke_through.set(True), *self.gains)
            ),
            Outcome(name="beaten", weight=rest * self.defeat, effects=(self.beaten.set(True), *self.losses)),
            Outcome(name="stalls", weight=rest * (1 - self.defeat)),
        )
        over = (self.under_way.set(False),)
        yield Action(
            name=f"{self.name}.end",
            by=self.by,
            when=both(self.under_way),
            clock=self.lasts,
            effects=over,
            outcomes=outcomes,
        )


@record
class BattleNews(When):
    """News from the front that shift what both sides take the balance to be.

    .. math:: x \\leftarrow \\operatorname{clip}(x + \\xi, -1, 1), \\quad \\xi \\sim F, \\qquad
              \\text{pace for the first} = e^{w x}, \\quad \\text{for the second } e^{-w x}

    ``x = 1``: the first of ``between`` is winning.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of two Parties or str
        In the order given, unlike elsewhere: the balance is seen from the first.
    arrives : Distribution
        Law of the time between news.
    shift : Distribution
        Law of the size of a shift, such as ``Normal(0, 0.1)``.
    balance : number
        At the start, on [-1, 1] (default 0).
    when : condition
        While there is fighting.
    weight : number-valued expression
        Log of the multiplier when the first is winning.
    title : str
        What people read in place of the name.

    See Also
    --------
    Offensive : Attacks that can break through or fail.
    Belief : What a party holds true, revised by reports.

    Notes
    -----
    Level ``balance``; expressions ``pace_for(party)``. Beliefs converge as battles reveal strength: Slantchev 2003, *Am.
    Polit. Sci. Rev.* 97:621, doi:10.1017/S0003055403000911; Filson & Werner 2002, *Am. J. Polit. Sci.* 46:819,
    doi:10.2307/3088436. The walk of the balance and the exponential are our own form.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential, Normal
    >>> news = BattleNews("front", between=["north", "south"], arrives=Exponential(0.2), shift=Normal(0, 0.1),
    ...                   weight=0.5)
    >>> print(news.pace_for("south"))
    exp(-0.5 * front.balance)
    """

    table: ClassVar[str] = "battle_news"
    steps: ClassVar[tuple[str, ...]] = ("balance",)

    name: str = field(kw_only=False)
    between: Names
    arrives: Distribution
    shift: Distribution
    balance: float = 0.0
    when: Condition = preset(ALWAYS)
    weight: Amount
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(self, "battle news", condition=["when"], number=["weight"])
        # In the order of the author: the balance is 1 for the first, so that sorting would turn it round.
        order = tuple(getattr(one, "name", one) for one in self.between)
        if parties(self.between, place) and len(order) != 2:
            raise ScenarioError(f"{place}: between needs exactly two parties, not {len(order)}")
        put(self, between=order)
        if not -1 <= self.balance <= 1:
            raise ScenarioError(f"{place}: balance must lie in [-1, 1], not {self.balance!r}")

    @property
    def level(self) -> Level:
        """Who is winning: 1 the first, -1 the second."""
        return Level(f"{self.name}.balance", Number(float(self.balance)), low=-1, high=1)

    def pace_for(self, who: Party | str) -> Expression:
        """The multiplier for what a winning side does more readily.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Expression
            A number, without unit.
        """
        name = getattr(who, "name", who)
        if name not in self.between:
            raise ScenarioError(f"battle news {self.name}: {name} is neither {' nor '.join(self.between)}")
        return exp(self.weight * self.level) if name == self.between[0] else exp(-self.weight * self.level)

    def expand(self) -> Iterator[Element]:
        """Yield the balance and the news."""
        yield from (Party(name) for name in self.between)
        yield self.level
        yield Action(
            name=f"{self.name}.arrive", when=self.when, clock=self.arrives, effects=(self.level.add(self.shift),)
        )
