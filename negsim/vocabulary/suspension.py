"""The state of talks: running, suspended after a walkout, resumed, ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed, Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, where
from negsim.model.inputs import Amount, Amounts, Condition, Effects, Laws, Names, preset, record
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import Lookup, asked, numbers, parties, party, put
from negsim.vocabulary.fields import ALWAYS, NEVER, ONE, ZERO, both, pace_for, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Suspension"]


@record
class Suspension(When):
    """Talks that a party walks out of, that are suspended, taken up again, or ended for good.

    With walkout hazards :math:`\\lambda_i`, a share ``e = ends`` that is final and a mean pause ``R``, the long-run share
    of time in which talks run (``e = 0``) is

    .. math:: \\frac{1}{1 + R \\sum_i \\lambda_i}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    among : list of Party or str
        Who sits at the table.
    walks_out : mapping of Party or str to Distribution
        Law of the days of running talks until this party walks out.
    pace : mapping of Party or str to number-valued expression
        Multiplier of the hazard of its walking out.
    suspends_when : condition
        Talks are suspended each time this turns true (an attack, a facilitator's decision).
    resumes : Distribution or Fixed, optional
        Law of the days until they are taken up again.
    pace_of_return : number-valued expression
        Multiplier of the hazard of ``resumes``, without unit (default 1).
    ends : probability
        That a walkout ends the process for good (default 0).
    ends_when : condition
        The process ends when this turns true.
    when : condition
        While there are talks to walk out of.
    harm : list of effects
        What a suspension changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Process : Rounds of talks, one after the other.
    Channel : A line of contact, open or secret.

    Notes
    -----
    Facts ``suspended``, ``ended``, ``walked_out`` (ever), ``walked_out_<party>`` (ever), ``resumed`` (ever); counter
    ``times``; expression ``running``, for the ``when`` of rounds and meetings. Suspensions are common and mostly not the
    end: talks in Korea paused for 63 and 200 days and ended in an armistice. Talks as a weapon and as a way out: Min
    2020, *Int. Organ.* 74:610 (doi not checked); Slantchev 2003, *Am. Polit. Sci. Rev.* 97:621,
    doi:10.1017/S0003055403000911.

    Examples
    --------
    >>> from negsim.model.clocks import Exponential
    >>> talks = Suspension("table", among=["army", "rsf"], walks_out={"army": Exponential(mean="20 days")})
    >>> print(talks.running)
    not table.suspended and not table.ended
    """

    table: ClassVar[str] = "suspension"
    steps: ClassVar[tuple[str, ...]] = ("times",)

    name: str = field(kw_only=False)
    among: Names
    walks_out: Laws = preset(Lookup())
    pace: Amounts = preset(Lookup())
    suspends_when: Condition = preset(NEVER)
    resumes: Distribution | Fixed | None = None
    pace_of_return: Amount = preset(ONE)
    ends: Amount = preset(ZERO)
    ends_when: Condition = preset(NEVER)
    when: Condition = preset(ALWAYS)
    harm: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self,
            "suspension",
            condition=["suspends_when", "ends_when", "when"],
            number=["pace_of_return"],
            share=["ends"],
            effect=["harm"],
        )
        put(self, among=parties(self.among, place), pace=numbers(self.pace))
        put(self, walks_out=Lookup({party(key): law for key, law in dict(self.walks_out).items()}))
        strangers = [name for name in (*self.walks_out, *self.pace) if name not in self.among]
        if strangers:
            raise ScenarioError(f"{place}: {strangers[0]} is not one of among=; add it there or drop it")
        if not self.walks_out and self.suspends_when == NEVER and self.ends_when == NEVER:
            raise ScenarioError(
                f"{place}: nothing can suspend the talks; give walks_out=, suspends_when= or ends_when="
            )

    @property
    def suspended(self) -> Fact:
        """The fact that talks are suspended."""
        return Fact(f"{self.name}.suspended")

    @property
    def ended(self) -> Fact:
        """The fact that the process is over."""
        return Fact(f"{self.name}.ended")

    @property
    def walked_out(self) -> Fact:
        """The fact that somebody walked out."""
        return Fact(f"{self.name}.walked_out")

    @property
    def resumed(self) -> Fact:
        """The fact that talks were taken up again."""
        return Fact(f"{self.name}.resumed")

    @property
    def times(self) -> Counter:
        """How often talks were suspended."""
        return Counter(f"{self.name}.times")

    @property
    def running(self) -> Expression:
        """That talks are neither suspended nor ended."""
        return ~self.suspended & ~self.ended

    def walked_out_by(self, who: Party | str) -> Fact:
        """The fact that this party walked out.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        return Fact(f"{self.name}.walked_out_{party(who)}")

    def expand(self) -> Iterator[Element]:
        """Yield facts, walkouts, returns and the end."""
        yield from (Party(name) for name in self.among)
        # What cannot happen is a fact that others may read, but no question.
        finite = self.ends_when != NEVER or (self.ends != ZERO and self.walks_out)
        suspendable = self.walks_out or self.suspends_when != NEVER
        yield from (
            *(asked(self.suspended) if suspendable else (self.suspended,)),
            *(asked(self.ended) if finite else (self.ended,)),
        )
        yield self.times
        if self.walks_out:
            yield from asked(self.walked_out)
        for name, law in self.walks_out.items():
            yield from self._walkout(name, law)
        pause = (self.suspended.set(True), self.times.add(1), *self.harm)
        if self.suspends_when != NEVER:
            # The edge is that of suspends_when alone: talks that were resumed are not suspended again by what still holds.
            outcomes = (
                Outcome(name="suspended", weight=where(self.running, 1, 0), effects=pause),
                Outcome(name="not_running", weight=where(self.running, 0, 1)),
            )
            guard = both(self.suspends_when, self.when)
            yield Action(name=f"{self.name}.suspend", when=guard, clock=Immediately(), outcomes=outcomes)
        if self.resumes is not None:
            yield from asked(self.resumed)
            guard, pace = both(self.suspended, ~self.ended), pace_for(self.resumes, self.pace_of_return)
            effects = (self.suspended.set(False), self.resumed.set(True))
            yield Action(name=f"{self.name}.resume", when=guard, clock=self.resumes, pace=pace, effects=effects)
        if self.ends_when != NEVER:
            guard = both(~self.ended, self.ends_when)
            yield Action(name=f"{self.name}.end", when=guard, clock=Immediately(), effects=(self.ended.set(True),))

    def _walkout(self, name: str, law: Distribution) -> Iterator[Element]:
        out = self.walked_out_by(name)
        yield out
        effects = (self.suspended.set(True), self.times.add(1), self.walked_out.set(True), out.set(True), *self.harm)
        outcomes: tuple[Outcome, ...] = ()
        if self.ends != ZERO:
            outcomes = (
                Outcome(name="for_good", weight=self.ends, effects=(self.ended.set(True),)),
                Outcome(name="for_now", weight=1 - self.ends),
            )
        # Nobody walks out of talks that do not run.
        guard, pace = both(self.running, self.when), self.pace.get(name, ONE)
        yield Action(
            name=f"{self.name}.walk_out_{name}",
            by=name,
            when=guard,
            clock=law,
            pace=pace,
            effects=effects,
            outcomes=outcomes,
        )
