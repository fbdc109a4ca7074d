"""Bargaining over terms: rounds of offers, and an outcome that follows from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import ClassVar

from negsim.bargaining.sides import Side
from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed, Immediately
from negsim.model.effects import Effect
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, absolute, clip, exp, log, minimum, where
from negsim.model.inputs import (
    Amount,
    Amounts,
    Condition,
    Effects,
    Names,
    Several,
    preset,
    record,
)
from negsim.model.variables import Counter, Fact, Level
from negsim.vocabulary.common import Lookup, asked, numbers, parties, party, put
from negsim.vocabulary.fields import ALWAYS, ONE, ZERO, both, constant, pace_for, tidy
from negsim.vocabulary.issues import Issue, Tactic
from negsim.vocabulary.preconditions import When

__all__ = ["Bargaining"]

SLACK = 1e-9
"""Utilities closer than this count as equal: offers that meet exactly must not miss each other by rounding."""


@record
class Bargaining(When):
    """Rounds in which both table offers that decide the outcome (one proposal: `Offer`; no offers: `Process`).

    With ``a`` a side's ideal, ``l`` its limit and ``alpha`` what it has conceded, it offers

    .. math:: x_i = a_i + \\alpha\\,(l_i - a_i), \\qquad U(x) = \\sum_i w_i \\left(1 - \\frac{|x_i - a_i|}{|l_i - a_i|}\\right)

    and takes the other side's offer if it is worth no less than no agreement (``reservation``) and than what it would
    itself offer *next* (``1 - alpha'``). If both would take the other's, the terms are half-way. After ``rounds`` rounds without that,
    talks have failed: an empty zone of agreement is no agreement.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of two Parties or str
        The two sides.
    issues : list of Issue
        What is bargained over, each with ideals and limits of both sides.
    gap : Distribution or Fixed
        Law of the days to each round.
    rounds : int
        ``N``, the deadline in rounds.
    when : condition
        While there are talks.
    pace : number-valued expression
        Multiplier of the hazard of a round.
    tactics : mapping of Party or str to Tactic
        By default linear concession (assumed).
    reservation : mapping of Party or str to number-valued expression
        Utility of having no agreement (default 0), where 1 is the ideal and 0 the limits: an expression of the state, so
        that costs, threats and battle news move it.
    effects : list of effects
        What an agreement changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Issue : One matter of a bargain, with ideals and limits.
    Tactic : How one side concedes.
    Offer : A proposal that is answered, or lapses.

    Notes
    -----
    Counter ``number``; facts ``agreed``, ``failed``; levels ``terms.<issue>`` (the terms agreed), ``<party>.conceded``;
    ``offer(party, issue)``. Tactics: Faratin, Sierra & Jennings 1998, *Robot. Auton. Syst.* 24:159,
    doi:10.1016/S0921-8890(98)00029-3.

    Examples
    --------
    >>> price = Issue(name="price", ideal={"buyer": 0, "seller": 1}, limit={"buyer": 0.6, "seller": 0.4})
    >>> talks = Bargaining("talks", between=["buyer", "seller"], issues=[price], rounds=10, gap=Fixed("7 days"))
    >>> print(talks.offer("buyer", "price"))
    0 + talks.buyer.conceded * 0.6
    """

    table: ClassVar[str] = "bargaining"
    steps: ClassVar[tuple[str, ...]] = ("number",)

    name: str = field(kw_only=False)
    between: Names
    issues: Several[Issue]
    gap: Distribution | Fixed
    rounds: int = 10
    when: Condition = preset(ALWAYS)
    pace: Amount = preset(ONE)
    tactics: Mapping[str, Tactic] = Lookup()
    reservation: Amounts = preset(Lookup())
    effects: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(self, "bargaining", condition=["when"], number=["pace"], effect=["effects"])
        put(
            self, between=parties(self.between, place), issues=tuple(self.issues), reservation=numbers(self.reservation)
        )
        put(self, tactics=Lookup({party(key): tactic for key, tactic in dict(self.tactics).items()}))
        if len(self.between) != 2:
            raise ScenarioError(f"{place}: between needs exactly two parties, not {len(self.between)}")
        if isinstance(self.rounds, bool) or not isinstance(self.rounds, int) or self.rounds < 1:
            raise ScenarioError(f"{place}: rounds must be a positive integer, not {self.rounds!r}")
        names = [issue.name for issue in self.issues]
        if not names or len(set(names)) != len(names):
            raise ScenarioError(f"{place}: issues needs issues of different names, not {names!r}")
        for key in ("tactics", "reservation"):
            strangers = [name for name in getattr(self, key) if name not in self.between]
            if strangers:
                raise ScenarioError(f"{place}: {key} names {strangers[0]}, which is not one of between=")
        self._check_issues(place)

    def _check_issues(self, place: str) -> None:
        for issue in self.issues:
            for key in ("ideal", "limit"):
                if set(getattr(issue, key)) != set(self.between):
                    raise ScenarioError(
                        f"{place}: issue {issue.name}: {key} needs one entry for each of {', '.join(self.between)}"
                    )
        # Made for their checks alone: a side refuses issues that make no sense to it.
        for name in self.between:
            self.side(name)

    def side(self, who: Party | str) -> Side:
        """The preferences of a party, for zones and solution points; its reservation must be a plain number.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Side
            For `negsim.bargaining`.

        Raises
        ------
        ScenarioError
            If its reservation is no plain number.
        """
        name = party(who)
        reserve = self.reservation.get(name, ZERO)
        return Side(
            ideal={issue.name: issue.ideal[name] for issue in self.issues},
            limit={issue.name: issue.limit[name] for issue in self.issues},
            salience={issue.name: issue.salience.get(name, 1.0) for issue in self.issues},
            # Reservations that are expressions change in a history; a zone is drawn for plain ones.
            reservation=reserve.value if isinstance(reserve, Number) else 0.0,
        )

    def zone_is_empty(self) -> bool:
        """Whether no terms are better than no agreement for both; reservations must be plain numbers."""
        from negsim.bargaining.zone import best_package

        for name, reserve in self.reservation.items():
            constant(reserve, f"bargaining {self.name}: reservation of {name}")
        return best_package(self.side(self.between[0]), self.side(self.between[1])) is None

    def other(self, who: Party | str) -> str:
        """The other side.

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

    def tactic(self, who: Party | str) -> Tactic:
        """How a side concedes.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Tactic
            Its own, or a linear one.
        """
        return self.tactics.get(party(who), Tactic())

    @property
    def number(self) -> Counter:
        """Rounds held."""
        return Counter(f"{self.name}.number")

    @property
    def agreed(self) -> Fact:
        """The fact that there are terms."""
        return Fact(f"{self.name}.agreed")

    @property
    def failed(self) -> Fact:
        """The fact that the last round passed without."""
        return Fact(f"{self.name}.failed")

    @property
    def tabled(self) -> Fact:
        """The fact that offers were just tabled."""
        return Fact(f"{self.name}.tabled")

    def conceded(self, who: Party | str) -> Level:
        """Share of the way from ideal to limit that this side has conceded.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Level
            Between 0 and 1.
        """
        return Level(f"{self.name}.{party(who)}.conceded", Number(self.tactic(who).start), low=0, high=1)

    def terms(self, issue: str) -> Level:
        """What was agreed on this issue.

        Parameters
        ----------
        issue : str
            Name of one of the issues.

        Returns
        -------
        Level
            On the scale of the issue; its value counts once the bargain is struck.
        """
        return Level(f"{self.name}.terms.{issue}")

    def _issue(self, name: str) -> Issue:
        found = next((issue for issue in self.issues if issue.name == name), None)
        if found is None:
            raise ScenarioError(
                f"bargaining {self.name} has no issue {name!r}; it has {', '.join(one.name for one in self.issues)}"
            )
        return found

    def offer(self, who: Party | str, issue: str) -> Expression:
        """What this side offers on this issue now.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.
        issue : str
            Name of one of the issues.

        Returns
        -------
        Expression
            A number on the scale of the issue.
        """
        one, name = self._issue(issue), party(who)
        return one.ideal[name] + self.conceded(name) * (one.limit[name] - one.ideal[name])

    def value_of_other(self, who: Party | str) -> Expression:
        """Utility to this side of what the other side offers now.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Expression
            A number between 0 and 1.
        """
        name, weights = party(who), self.side(who).weights
        total: Expression | None = None
        for issue in self.issues:
            gap = absolute(self.offer(self.other(name), issue.name) - issue.ideal[name])
            part = (1 - gap / abs(issue.limit[name] - issue.ideal[name])) * weights[issue.name]
            total = part if total is None else total + part
        assert total is not None  # there is at least one issue
        return total

    def takes(self, who: Party | str) -> Expression:
        """That this side would take what the other side offers now.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Expression
            A condition.
        """
        value, reserve = self.value_of_other(who) + SLACK, self.reservation.get(party(who), ZERO)
        # A side takes what is at least as good as what it would offer itself in the next round.
        return (value >= 1 - self._next(party(who))) & (value >= reserve)

    def expand(self) -> Iterator[Element]:
        """Yield counter, facts, levels, the round and what comes of it."""
        yield from (Party(name) for name in self.between)
        yield from (self.number, self.tabled, *asked(self.agreed), *asked(self.failed))
        yield from (self.conceded(name) for name in self.between)
        yield from (self.terms(issue.name) for issue in self.issues)
        effects: list[Effect] = [self.number.add(1), self.tabled.set(True)]
        # All concessions are worked out before any is made, as the effects of one firing.
        for name in self.between:
            effects.append(self.conceded(name).set(self._next(name)))
            # What a side moved is only kept where the other imitates it.
            if self.tactic(self.other(name)).imitation > 0:
                yield self._moved(name)
                effects.append(self._moved(name).set(self._next(name) - self.conceded(name)))
        # No second round while the offers of one are still compared.
        guard = both(self.when, ~self.agreed, ~self.failed, ~self.tabled)
        pace = pace_for(self.gap, self.pace)
        yield Action(name=f"{self.name}.hold_round", when=guard, clock=self.gap, pace=pace, effects=tuple(effects))
        outcomes = self._outcomes()
        yield Action(
            name=f"{self.name}.compare",
            when=both(self.tabled),
            clock=Immediately(),
            effects=(self.tabled.set(False),),
            outcomes=outcomes,
        )

    def _moved(self, name: str) -> Level:
        return Level(f"{self.name}.{name}.moved")

    def _next(self, name: str) -> Expression:
        """What this side will have conceded after the coming round."""
        tactic, own = self.tactic(name), self.conceded(name)
        # There are no powers in the language of expressions: x ** (1/b) = exp(log(x) / b); the round is at least 1.
        clock = tactic.start + (1 - tactic.start) * exp(
            log(minimum((self.number + 1) / self.rounds, 1)) / tactic.exponent
        )
        if tactic.imitation == 0:
            wanted: Expression = clock
        else:
            mirror = clip(own + tactic.ratio * self._moved(self.other(name)), tactic.start, 1)
            wanted = mirror if tactic.imitation == 1 else (1 - tactic.imitation) * clock + tactic.imitation * mirror
        # Nobody takes a concession back.
        return where(wanted > own, clip(wanted, 0, 1), own)

    def _outcomes(self) -> tuple[Outcome, ...]:
        first, second = self.between
        one, two = self.takes(first), self.takes(second)
        theirs = {
            name: self._settle({issue.name: self.offer(name, issue.name) for issue in self.issues})
            for name in self.between
        }
        middle = {
            issue.name: (self.offer(first, issue.name) + self.offer(second, issue.name)) / 2 for issue in self.issues
        }
        last = self.number >= self.rounds
        return (
            # Weights of 1 and 0: exactly one outcome fits the offers, and none is drawn.
            Outcome(name="both_accept", weight=where(one & two, 1, 0), effects=self._settle(middle)),
            Outcome(name=f"{first}_accepts", weight=where(one & ~two, 1, 0), effects=theirs[second]),
            Outcome(name=f"{second}_accepts", weight=where(two & ~one, 1, 0), effects=theirs[first]),
            Outcome(name="no_agreement", weight=where(one | two, 0, 1), effects=(self.failed.set(last),)),
        )

    def _settle(self, package: Mapping[str, Expression]) -> tuple[Effect, ...]:
        terms = (self.terms(issue).set(value) for issue, value in package.items())
        return (self.agreed.set(True), *terms, *self.effects)
