"""A ceasefire: agreed, begun, violated, collapsed with a hazard that falls with its age."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.clocks import Distribution, Fixed, Immediately
from negsim.model.effects import Effect, as_effect
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, all_of, as_condition, as_number
from negsim.model.inputs import Amount, Condition, Effects, Names, preset, record
from negsim.model.names import check_name
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import FALSE, ONE, TRUE, asked, is_true, parties, put
from negsim.vocabulary.preconditions import When, occasion

__all__ = ["Ceasefire"]

SCOPES = ("general", "limited")


@record
class Ceasefire(When):
    """A halt of fighting that two sides agree on, and that collapses (of one side, or for a term: `Truce`).

    .. math:: h_{\\text{collapse}}(t) = \\text{strain} \\cdot h(t)

    at age ``t``, with ``h`` the hazard of ``duration``. It should fall with age (Weibull shape below 1, or lognormal):
    young ceasefires are the ones that break.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of Party or str
        The parties to it.
    duration : Distribution
        Law of the days from its beginning to its collapse.
    scope : {'general', 'limited'}
        General: all fighting; limited: some arms, places or targets.
    terms : str
        What is to be halted, where, for how long.
    agreed_when : condition
        It is agreed each time this turns true, such as ``"rounds.ceasefire"``; at the start it must be false.
    direct : Distribution, optional
        Law of the days to an agreement by other ways than ``agreed_when``, while there is none.
    when : condition
        What it needs, whichever way it comes: the clock of ``direct`` runs only while it holds, an agreement by
        ``agreed_when`` without it comes to nothing, and one that is to begin without it falls through.
    pace : number-valued expression
        Multiplier of the hazard of ``direct``.
    begins : Fixed or Distribution, optional
        Time from agreement to beginning; by default at once.
    strain : number-valued expression
        Multiplier of the hazard of collapse.
    violations : Distribution, optional
        Law of the time between violations while it holds.
    harm : list of effects
        What each violation does, besides being counted.
    renewable : bool
        Whether it can be agreed again after a collapse (always so for ``agreed_when``).
    title : str
        What people read in place of the name.

    See Also
    --------
    Truce : A pause declared by one side, or by each.
    Agreement : Rungs from talks to implementation, which can break.

    Notes
    -----
    Facts ``agreed`` (ever), ``holds`` (now), ``pending`` (with ``begins``); counter ``violations``. Over all 1,330
    ceasefires of Clayton et al. 2022 (doi:10.1177/00220027221129195) that can be followed to an end, a Weibull law
    has shape 0.34 and a lognormal fits better; nothing is assumed by default.

    Examples
    --------
    >>> from negsim.model.clocks import LogNormal
    >>> truce = Ceasefire("truce", between=["russia", "ukraine"], scope="limited", duration=LogNormal(1.61, 1.56))
    >>> truce.agreed.name, truce.holds.name
    ('truce.agreed', 'truce.holds')
    """

    table: ClassVar[str] = "ceasefire"
    steps: ClassVar[tuple[str, ...]] = ("agreed", "holds")

    name: str = field(kw_only=False)
    between: Names
    duration: Distribution
    scope: str = "general"
    terms: str = ""
    agreed_when: Condition = preset(FALSE)
    direct: Distribution | None = None
    when: Condition = preset(TRUE)
    pace: Amount = preset(ONE)
    begins: Fixed | Distribution | None = None
    strain: Amount = preset(ONE)
    violations: Distribution | None = None
    harm: Effects = preset(())
    renewable: bool = True
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "ceasefire")
        put(self, between=parties(self.between, f"ceasefire {self.name}"))
        put(self, agreed_when=as_condition(self.agreed_when), when=as_condition(self.when))
        put(self, pace=as_number(self.pace), strain=as_number(self.strain))
        harm = (self.harm,) if isinstance(self.harm, (str, Effect)) else self.harm
        put(self, harm=tuple(as_effect(effect) for effect in harm))
        if self.scope not in SCOPES:
            raise ScenarioError(f"ceasefire {self.name}: scope {self.scope!r} is not one of {', '.join(SCOPES)}")
        if self.harm and self.violations is None:
            raise ScenarioError(
                f"ceasefire {self.name}: harm without violations; give the law of the time between them"
            )

    @property
    def agreed(self) -> Fact:
        """The fact that it was ever agreed."""
        return Fact(f"{self.name}.agreed")

    @property
    def holds(self) -> Fact:
        """The fact that it holds now."""
        return Fact(f"{self.name}.holds")

    @property
    def pending(self) -> Fact:
        """The fact that it is agreed and has not begun."""
        return Fact(f"{self.name}.pending")

    @property
    def count(self) -> Counter:
        """How many violations there were."""
        return Counter(f"{self.name}.violations")

    def expand(self) -> Iterator[Element]:
        """Yield facts, actions and the question when it is first agreed."""
        yield from (Party(name) for name in self.between)
        yield from asked(self.agreed)
        yield self.holds
        # With a beginning of its own it is pending first, and holds later.
        first = self.holds if self.begins is None else self.pending
        signed = (self.agreed.set(True), first.set(True))
        if self.agreed_when != FALSE:
            yield occasion(f"{self.name}.agree", self.agreed_when, Immediately(), signed, self.when)
        if self.direct is not None:
            yield Action(
                name=f"{self.name}.agree_directly", when=self._open(), clock=self.direct, pace=self.pace, effects=signed
            )
        # What was agreed begins, or falls through for want of its precondition; either way it is pending no more.
        if self.begins is not None:
            yield self.pending
            over, pending = (self.pending.set(False),), is_true(self.pending)
            yield occasion(f"{self.name}.begin", pending, self.begins, (self.holds.set(True),), self.when, over)
        yield Action(
            name=f"{self.name}.collapse",
            when=is_true(self.holds),
            clock=self.duration,
            pace=self.strain,
            effects=(self.holds.set(False),),
        )
        if self.violations is not None:
            yield self.count
            yield Action(
                name=f"{self.name}.violate",
                when=is_true(self.holds),
                clock=self.violations,
                effects=(self.count.add(1), *self.harm),
            )

    def _open(self) -> Expression:
        # One that is renewed may be agreed as soon as it does not hold; else once for all.
        closed = [~self.holds] if self.renewable else [~self.agreed]
        if self.begins is not None:
            closed.append(~self.pending)
        return all_of(*closed) if self.when == TRUE else all_of(*closed, self.when)
