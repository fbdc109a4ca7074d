"""What a step requires, who lets it pass, and how the words put that to the test at every date of the step.

One rule for all words: **a precondition is asked in the state just before each firing that would take the step**,
whichever way leads to it. What arrives at the very instant of a date counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Clock, Immediately
from negsim.model.effects import Effect
from negsim.model.elements import Element
from negsim.model.expressions import Expression, amount, minimum, where
from negsim.model.inputs import Amounts, Condition, ConditionsOf, preset, record
from negsim.model.requirements import Requirement
from negsim.model.variables import Fact
from negsim.vocabulary.common import put
from negsim.vocabulary.fields import ALWAYS, DECIDING, ONE, ZERO, both, check_share

__all__ = ["Requires", "Settled", "Terms", "When", "heard", "occasion"]


class When:
    """A word whose step has a hard precondition: its ``when``."""

    __slots__ = ()
    steps: ClassVar[tuple[str, ...]] = ()
    """What is taken only while ``when`` holds: names of the word's facts and counters."""

    def requirements(self: Any) -> Iterator[Requirement]:
        """Yield what the word requires of its steps."""
        if self.when != ALWAYS:
            steps = tuple(f"{self.name}.{step}" for step in self.steps)
            yield Requirement(name=f"{self.name}.when", needs=self.when, steps=steps)

    def supposing(self: Any, requirement: str, how: str) -> Any:
        """The word under a supposition on one of its requirements.

        Parameters
        ----------
        requirement : str
            Name of the requirement, in the word or below it.
        how : str
            What is supposed: ``without``, ``meet``, ``waive`` or ``harden``.

        Returns
        -------
        word
            A new one of the same class.
        """
        return self if how == "harden" else replace(self, when=ALWAYS)


class Requires(When):
    """A word whose step has preconditions of each party, with a share at which they are waived on the day."""

    __slots__ = ()

    def requirements(self: Any) -> Iterator[Requirement]:
        """Yield what the word requires of its steps: ``when``, and of each party."""
        yield from When.requirements(self)
        steps = tuple(f"{self.name}.{step}" for step in self.steps)
        shares = self.terms.shares
        for name, needs in self.requires.items():
            share = shares[name]
            waiver = "" if share == ZERO else f"{self.name}.waiver"
            yield Requirement(
                name=f"{self.name}.requires.{name}",
                needs=needs,
                steps=steps,
                of=name,
                waiver=share,
                waiver_name=waiver,
                waived="" if share == ZERO else f"{self.name}.waived",
            )

    def supposing(self: Any, requirement: str, how: str) -> Any:
        """The word under a supposition on one of its requirements.

        Parameters
        ----------
        requirement : str
            Name of the requirement, in the word or below it.
        how : str
            What is supposed: ``without``, ``meet``, ``waive`` or ``harden``.

        Returns
        -------
        word
            A new one of the same class.
        """
        kind, _, name = requirement.removeprefix(f"{self.name}.").partition(".")
        if kind == "when":
            return When.supposing(self, requirement, how)
        if how in ("without", "meet"):
            # An entry that always holds, not no entry: the word keeps its form, and all else its draws.
            return replace(self, requires={**self.requires, name: ALWAYS})
        # Of this party alone: what others waive is not supposed.
        return replace(self, waivers={**self.waivers, name: ONE if how == "waive" else ZERO})

    def terms_of(self: Any, present: Iterable[str], also: Expression) -> Terms:
        """What a date asks of those who come; ``also`` is what nobody can waive.

        Parameters
        ----------
        present : iterable of str
            Names of the parties that come.
        also : Expression
            What nobody can waive.

        Returns
        -------
        Terms
            Conditions and shares, read on each date.
        """
        needs = {name: need for name, need in self.requires.items() if name in present}
        shares = {name: self.waivers.get(name, self.waiver) for name in needs}
        # The fact `waived` is there wherever a waiver was written, so that who reads it need not know whom it concerns.
        declared = self.waiver != ZERO or bool(self.waivers)
        return Terms(word=self.name, needs=needs, shares=shares, also=also, declared=declared)

    def check_terms(self: Any, where_: str, members: tuple[str, ...]) -> None:
        """Refuse requirements and waivers of strangers, and shares that are no probabilities.

        Parameters
        ----------
        where_ : str
            The word in words, for the error.
        members : tuple of str
            Names of those who take part.

        Raises
        ------
        ScenarioError
            If there are strangers, or a share is no probability.
        """
        for key in ("requires", "waivers"):
            strangers = [name for name in getattr(self, key) if name not in members]
            if strangers:
                raise ScenarioError(f"{where_}: {key} names {strangers[0]}, which does not take part; add it to among=")
        idle = [name for name in self.waivers if name not in self.terms.needs]
        if idle:
            raise ScenarioError(
                f"{where_}: waivers names {idle[0]}, which requires nothing that it could waive; add it to requires="
            )
        for name, share in {"": self.waiver, **self.waivers}.items():
            check_share(share, f"{where_}: waiver{' of ' + name if name else ''}")


@record
class Settled:
    """A demand of which it is supposed how it ends: its facts have these values from the start."""

    name: str
    pieces: tuple[Element, ...]

    def expand(self) -> Iterator[Element]:
        """Yield what is left of it."""
        yield from self.pieces


@record
class Terms:
    """What parties need on a date, and the share with which each lets it pass.

    Those who let it pass do so together: with several unmet needs the share is the smallest of theirs.

    Parameters
    ----------
    word : str
        Name of the word: the fact is ``word.waived``, the decision ``word.waive``.
    needs : mapping of str to condition
    shares : mapping of str to number-valued expression or condition
        For each of the needs; 0 is never. A condition waives where it holds: a party's decision.
    also : condition
        What nobody can waive.
    declared : bool
        Whether the fact ``waived`` is there in any case.
    """

    word: str
    needs: ConditionsOf
    shares: Amounts
    also: Condition = preset(ALWAYS)
    declared: bool = False

    def __post_init__(self) -> None:
        # A party's decision may waive: a condition counts 1 where it holds.
        shares = {name: amount(share) for name, share in self.shares.items()}
        put(self, needs=dict(self.needs), shares=shares)

    @property
    def waived(self) -> Fact:
        """The fact that what was unmet was waived."""
        return Fact(f"{self.word}.waived")

    @property
    def met(self) -> Expression:
        """That nothing stands in the way."""
        return both(self.also, *self.needs.values())

    @property
    def firm(self) -> Expression:
        """That all that is never waived is there."""
        return both(self.also, *(need for name, need in self.needs.items() if self.shares[name] == ZERO))

    @property
    def waivable(self) -> bool:
        """Whether anybody might ever have something to waive."""
        return any(need != ALWAYS and self.shares[name] != ZERO for name, need in self.needs.items())

    @property
    def share(self) -> Expression:
        """The probability that all that is unmet is waived."""
        asked = [(need, self.shares[name]) for name, need in self.needs.items() if need != ALWAYS]
        soft = [(need, share) for need, share in asked if share != ZERO]
        # One share for all is one draw; unlike ones are decided by the least willing of those who are not satisfied.
        if len({share for _, share in soft}) == 1:
            return soft[0][1]
        return minimum(*(where(need, 1, share) for need, share in soft))

    def chance(self, p: Expression) -> Expression:
        """The probability of the step: ``p`` if all is met, 1 if what is unmet was waived, else 0."""
        met = self.met
        usual = p if met == ALWAYS else where(met, p, 0)
        # A waiver cannot stand in for what is never waived.
        return where(both(self.waived, self.firm), 1, usual) if self.waivable else usual

    @property
    def passed(self) -> Expression:
        """That all is met or waived."""
        return both(self.firm, self.waived | self.met) if self.waivable else self.met

    def elements(self, due: Fact) -> Iterator[Element]:
        """Yield the fact ``waived`` and the decision, taken on each date on which something that can be waived is unmet."""
        if self.waivable or self.declared:
            yield self.waived
        if self.waivable:
            outcomes = (
                Outcome(name="waived", weight=self.share, effects=(self.waived.set(True),)),
                Outcome(name="insisted", weight=1 - self.share),
            )
            # Nobody has to decide where nothing is missing.
            unmet = ~both(*self.needs.values())
            yield Action(
                name=f"{self.word}.waive",
                when=both(due, self.firm, unmet),
                clock=Immediately(),
                outcomes=outcomes,
                priority=DECIDING,
                title="is what is unmet waived?",
            )


def occasion(
    name: str,
    guard: Expression,
    clock: Clock,
    effects: tuple[Effect, ...],
    needs: Expression,
    always: tuple[Effect, ...] = (),
    **rest: Any,
) -> Action:
    """An action that takes a step if what it needs is there when it fires, and else comes to nothing.

    For edges and dates, which pass whether or not the step can be taken; ``always`` are the effects of both.
    """
    if needs == ALWAYS:
        # Without needs no outcome is drawn.
        return Action(name=name, when=guard, clock=clock, effects=(*effects, *always), **rest)
    outcomes = heard((Outcome(name="takes_place", effects=effects),), needs, "falls_through")
    return Action(name=name, when=guard, clock=clock, effects=always, outcomes=outcomes, **rest)


def heard(
    outcomes: tuple[Outcome, ...], condition: Expression, name: str, effects: tuple[Effect, ...] = ()
) -> tuple[Outcome, ...]:
    """Outcomes that have weight only while a condition holds, and one of this name for when it does not.

    For actions on an edge of their own: a condition in the guard would make an edge where it turns true.
    """
    if condition == ALWAYS:
        return outcomes
    # Where it does not hold all have weight 0 but the last, so that something is always drawn.
    allowed = tuple(replace(one, weight=where(condition, one.weight, 0)) for one in outcomes)
    return (*allowed, Outcome(name=name, weight=where(condition, 0, 1), effects=effects))
