"""A process: rounds that follow each other, quickly while it is active, slowly while it is stalled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Any, ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Immediately
from negsim.model.effects import Effect
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, all_of, as_condition, as_expression, as_number
from negsim.model.inputs import Amount, Amounts, Condition, ConditionsOf, MaybeName, Names, preset, record
from negsim.model.names import check_name
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import (
    EMPTY,
    FALSE,
    ONE,
    TRUE,
    ZERO,
    check_products,
    combinations_of,
    conditions,
    is_true,
    numbers,
    parties,
    put,
    shares,
)
from negsim.vocabulary.fields import REVIEWING
from negsim.vocabulary.preconditions import Requires, Terms, heard

__all__ = ["Process"]


@record
class Process(Requires):
    """Rounds of talks of the same parties, active or stalled (one date: `Meeting`; offers that count: `Bargaining`).

    The gap from one round held to the next held has law ``gap`` while the process is active and ``stalled_gap`` while
    it is stalled, with hazards multiplied by ``pace``; there is no second draw whether a round is held on its date. A
    round leaves the process stalled with probability ``stalls``, else active.

    .. math:: P(\\text{held on its date}) = \\begin{cases} 1 & \\text{every requirement is met} \\\\
              \\text{waiver} & \\text{one or more are not, none of them hard} \\\\ 0 & \\text{a hard one is not} \\end{cases}

    **When a requirement is asked.** On the date of every round. If something is unmet and not waived that time, the date
    comes to nothing and the next one is a gap later. (An ``opening`` has requirements of its own, as a meeting.)

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    among : list of Party or str
        Who takes part.
    gap, stalled_gap : Distribution
        Law of the days from one round to the next; the same while the process is stalled.
    held_before : int
        Rounds held before the start (default 0).
    opening : Meeting or str, optional
        A meeting that is the next round: gaps run from its being held; when it is called off the process stalls.
    stalls : probability
        That a round is followed by a stall (default 0).
    pace : number-valued expression
        Multiplier of the hazard of the next round, without unit (default 1).
    when : condition
        Under which rounds can come at all; no gap runs while it is false.
    requires : mapping of Party or str to condition
        Each participant's own preconditions of coming to a round; ``NAME.number`` is there to be read in them.
    waiver : probability or condition
        That what is unmet on a round's date is waived for that round (default 0: hard). A condition is a party's
        `Decision` on that date.
    waivers : mapping of Party or str to probability or condition
        Shares of those whose waiver is another; of several unmet requirements the smallest share counts.
    revived_by : condition
        Each time it turns true a stalled process is active again.
    products : mapping of str to probability
        What a round may yield, each by itself; the fact ``name.<product>`` speaks of the latest round.
    title : str
        What people read in place of the name.

    See Also
    --------
    Meeting : Talks on a date, with what parties require.
    Suspension : A walk-out, and the return to the table.

    Notes
    -----
    Counter ``number`` (rounds held), facts ``active`` and ``in_session``; with a ``waiver`` also ``due`` (a round's date is
    here and something is unmet, for that instant) and ``waived`` (for the latest date). Rounds cluster; waiting times between them
    are far from exponential: Goh & Barabasi 2008, *EPL* 81:48002, doi:10.1209/0295-5075/81/48002.

    Examples
    --------
    >>> from negsim.model.clocks import LogNormal
    >>> gap, stalled = LogNormal(mu=3.14, sigma=1.19), LogNormal(mu=4.75, sigma=1.5)
    >>> rounds = Process("rounds", among=["russia", "ukraine"], gap=gap, stalled_gap=stalled)
    >>> print(rounds.number >= 3)
    rounds.number >= 3
    """

    table: ClassVar[str] = "process"
    steps: ClassVar[tuple[str, ...]] = ("number",)

    name: str = field(kw_only=False)
    among: Names
    gap: Distribution
    stalled_gap: Distribution
    held_before: int = 0
    opening: MaybeName = preset(None)
    stalls: Amount = preset(ZERO)
    pace: Amount = preset(ONE)
    when: Condition = preset(TRUE)
    requires: ConditionsOf = preset(EMPTY)
    waiver: Amount = preset(ZERO)
    waivers: Amounts = preset(EMPTY)
    revived_by: Condition = preset(FALSE)
    products: Amounts = preset(EMPTY)
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "process")
        where = f"process {self.name}"
        put(self, among=parties(self.among, where), stalls=as_number(self.stalls), pace=as_number(self.pace))
        put(
            self,
            when=as_condition(self.when),
            revived_by=as_condition(self.revived_by),
            products=numbers(self.products),
        )
        if self.opening is not None:
            put(self, opening=check_name(getattr(self.opening, "name", self.opening), "meeting"))
        put(self, requires=conditions(self.requires), waiver=as_expression(self.waiver), waivers=shares(self.waivers))
        self.check_terms(where, self.among)
        if isinstance(self.held_before, bool) or not isinstance(self.held_before, int) or self.held_before < 0:
            raise ScenarioError(f"{where}: held_before must be a whole number, not {self.held_before!r}")
        check_products(self.products, ("active", "due", "in_session", "number", "waived"), where)

    @property
    def number(self) -> Counter:
        """How many rounds have been held."""
        return Counter(f"{self.name}.number", self.held_before)

    @property
    def active(self) -> Fact:
        """The fact that the process is active, not stalled."""
        return Fact(f"{self.name}.active", True)

    @property
    def in_session(self) -> Fact:
        """The fact that a round is just being held."""
        return Fact(f"{self.name}.in_session")

    def product(self, name: str) -> Fact:
        """The fact that the latest round yielded this.

        Parameters
        ----------
        name : str
            One of the keys of ``products``.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        if name not in self.products:
            known = ", ".join(self.products) or "none"
            raise ScenarioError(f"process {self.name} has no product {name!r}; it has {known}")
        return Fact(f"{self.name}.{name}")

    @property
    def due(self) -> Fact:
        """The fact that a round's date is here and not reviewed yet."""
        return Fact(f"{self.name}.due")

    @property
    def terms(self) -> Terms:
        """What the date of every round asks."""
        return self.terms_of(self.among, self.when)

    def expand(self) -> Iterator[Element]:
        """Yield the counter, facts and actions."""
        yield from (Party(name) for name in self.among)
        yield from (self.number, self.active)
        ready = [] if self.when == TRUE else [self.when]
        if self.opening is not None:
            held, off = Fact(f"{self.opening}.held"), Fact(f"{self.opening}.called_off")
            # Talks that another meeting opens count its session as the first round.
            yield Action(
                name=f"{self.name}.open",
                when=is_true(held),
                clock=Immediately(),
                outcomes=self._ends(()),
                title="the opening round counts",
            )
            yield Action(
                name=f"{self.name}.fall_silent",
                when=is_true(off),
                clock=Immediately(),
                effects=(self.active.set(False),),
            )
            # Held or called off: after either rounds follow, quickly or slowly.
            ready.append(held | off)
        yield from self._rounds(ready)
        if self.revived_by != FALSE:
            guard = all_of(self.revived_by, ~self.active)
            yield Action(name=f"{self.name}.revive", when=guard, clock=Immediately(), effects=(self.active.set(True),))

    def _rounds(self, ready: list[Expression]) -> Iterator[Element]:
        session: tuple[Effect, ...] = ()
        if self.products:
            # What the last round yielded is over when the next begins.
            session = (self.in_session.set(True), *(self.product(name).set(False) for name in self.products))
            yield self.in_session
            yield from (self.product(name) for name in self.products)
            yield Action(
                name=f"{self.name}.conclude",
                when=is_true(self.in_session),
                clock=Immediately(),
                effects=(self.in_session.set(False),),
                outcomes=combinations_of(self.products, self.name),
                title="what the round yields",
            )
        terms = self.terms
        here: dict[str, Any] = {"outcomes": self._ends(session)}
        yield from terms.elements(self.due)
        if self.requires:
            here = self._asking(session)
        # Without anything to waive the date itself is the review.
        if self.requires and terms.waivable:
            yield self.due
            yield Action(
                name=f"{self.name}.review",
                when=is_true(self.due),
                clock=Immediately(),
                effects=(self.due.set(False),),
                outcomes=heard(self._ends(session), terms.passed, "not_held"),
                priority=REVIEWING,
                title="is the round held all the same?",
            )
        for name, state, law in (
            ("meet", is_true(self.active), self.gap),
            ("meet_again", ~self.active, self.stalled_gap),
        ):
            yield Action(name=f"{self.name}.{name}", when=all_of(state, *ready), clock=law, pace=self.pace, **here)

    def _asking(self, session: tuple[Effect, ...]) -> dict[str, Any]:
        """A round's date: held if nothing is unmet, else put to those who may waive it, or not held."""
        terms = self.terms
        if not terms.waivable:
            return {"outcomes": heard(self._ends(session), terms.met, "not_held"), "priority": REVIEWING}
        outcomes = heard(self._ends(session), terms.met, "unmet", (self.due.set(True),))
        # Each date is decided anew.
        return {"outcomes": outcomes, "effects": (terms.waived.set(False),), "priority": REVIEWING}

    def _ends(self, session: tuple[Effect, ...]) -> tuple[Outcome, ...]:
        effects = (self.number.add(1), *session)
        if self.stalls == ZERO:
            # A round that is held makes the process active again.
            return (Outcome(name="goes_on", effects=(*effects, self.active.set(True))),)
        return (
            Outcome(name="goes_on", weight=1 - self.stalls, effects=(*effects, self.active.set(True))),
            Outcome(name="stalls", weight=self.stalls, effects=(*effects, self.active.set(False))),
        )
