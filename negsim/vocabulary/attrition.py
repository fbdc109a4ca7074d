"""War of attrition: each side holds out while it hurts, until one concedes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Exponential, Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression
from negsim.model.inputs import Amounts, Condition, Names, preset, record
from negsim.model.variables import Fact
from negsim.vocabulary.common import Lookup, asked, parties, party, put
from negsim.vocabulary.fields import ALWAYS, both, check_share, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Attrition"]


@record
class Attrition(When):
    """Two sides that outlast each other; the first to concede ends it.

    In the equilibrium in mixed strategies each side concedes with the hazard that makes the *other* indifferent
    between holding out and giving in:

    .. math:: \\lambda_i = \\frac{c_j}{v_j}

    with ``c_j`` the other side's cost a day and ``v_j`` what the prize is worth to it. So the side with *more* at stake
    relative to its costs makes its opponent concede more slowly: high stakes prolong, they do not win.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of two Parties or str
        The two sides.
    value : mapping of Party or str to number-valued expression
        What winning is worth to each side (positive).
    cost : mapping of Party or str to number-valued expression
        What a day of holding out costs it, in the same unit. Expressions of the state: losses wear both sides down.
    at_once : mapping of Party or str to probability
        That this side gives in the moment the contest begins (default 0): unequal sides have such an atom in
        equilibrium, on one side at most.
    when : condition
        While the contest is on.
    title : str
        What people read in place of the name.

    See Also
    --------
    Readiness : How ready a party is to talk.
    Ripeness : Stalemate and way out, as the parties see them.

    Notes
    -----
    Facts ``conceded_<party>``, ``over``. With value 1 and cost 0.1 a day on both sides both hazards are 0.1 a day and
    the mean end is after 5 days. Time-varying costs keep the hazard ratio of the stationary case, an approximation.
    Maynard Smith 1974, *J. Theor. Biol.* 47:209, doi:10.1016/0022-5193(74)90110-6; Hendricks, Weiss & Wilson 1988,
    *Int. Econ. Rev.* 29:663, doi:10.2307/2526827.

    Examples
    --------
    >>> war = Attrition("war", between=["north", "south"], value={"north": 1, "south": 2}, cost={"north": 0.1, "south": 0.1})
    >>> print(war.hazard("north"))
    0.1 / 2
    """

    table: ClassVar[str] = "attrition"
    steps: ClassVar[tuple[str, ...]] = ("over",)

    name: str = field(kw_only=False)
    between: Names
    value: Amounts
    cost: Amounts
    at_once: Amounts = preset(Lookup())
    when: Condition = preset(ALWAYS)
    title: str = ""

    def __post_init__(self) -> None:
        where = tidy(self, "attrition", condition=["when"], number_of=["value", "cost", "at_once"])
        put(self, between=parties(self.between, where))
        if len(self.between) != 2:
            raise ScenarioError(f"{where}: between needs exactly two parties, not {len(self.between)}")
        for key in ("value", "cost"):
            if set(getattr(self, key)) != set(self.between):
                raise ScenarioError(f"{where}: {key} needs one entry for each of {', '.join(self.between)}")
        for name, share in self.at_once.items():
            if name not in self.between:
                raise ScenarioError(f"{where}: at_once names {name}, which is not one of between=")
            check_share(share, f"{where}: at_once of {name}")

    def other(self, who: Party | str) -> str:
        """The opponent of this side.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        str
            Its name.
        """
        first, second = self.between
        return second if party(who) == first else first

    def hazard(self, who: Party | str) -> Expression:
        """The hazard (1/day) with which this side concedes: the other's cost over the other's value.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Expression
            A number, 1/day.
        """
        return self.cost[self.other(who)] / self.value[self.other(who)]

    def conceded(self, who: Party | str) -> Fact:
        """The fact that this side gave in.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        return Fact(f"{self.name}.conceded_{party(who)}")

    @property
    def over(self) -> Fact:
        """The fact that somebody gave in."""
        return Fact(f"{self.name}.over")

    def expand(self) -> Iterator[Element]:
        """Yield facts, the two concessions, and the questions when."""
        yield from (Party(name) for name in self.between)
        yield from asked(self.over)
        # Both have the same guard, so that the first to concede stops the other's clock.
        for name in self.between:
            yield from asked(self.conceded(name))
            effects = (self.conceded(name).set(True), self.over.set(True))
            guard = both(~self.over, self.when)
            yield Action(
                name=f"{self.name}.concede_{name}",
                by=name,
                when=guard,
                # A unit hazard that the pace multiplies: costs and values may change while both hold out.
                clock=Exponential(1.0),
                pace=self.hazard(name),
                effects=effects,
            )
            if name in self.at_once:
                share = self.at_once[name]
                outcomes = (
                    Outcome(name="gives_in", weight=share, effects=effects),
                    Outcome(name="holds_out", weight=1 - share),
                )
                yield Action(
                    name=f"{self.name}.fold_{name}",
                    by=name,
                    when=guard,
                    clock=Immediately(),
                    outcomes=outcomes,
                    # Once, at the beginning: a guard that turns true again is no new beginning of the war.
                    limit=1,
                )
