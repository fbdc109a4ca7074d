"""Order: steps that must come one after the other, what may be worked on first, and who waits for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import ClassVar

from negsim.errors import ScenarioError, nearest
from negsim.model.actions import Action
from negsim.model.clocks import Distribution, Fixed, Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, all_of, as_condition
from negsim.model.inputs import Condition, Conditions, ConditionsOf, preset, record
from negsim.model.variables import Fact
from negsim.vocabulary.common import asked, party, put
from negsim.vocabulary.fields import ALWAYS, both, clock_or_now, follows, tidy
from negsim.vocabulary.preconditions import When

__all__ = ["Deadlock", "Sequence", "Sequencing"]


@record
class Sequence:
    """A before B before C: a step counts only after those before it (which track is open: `Sequencing`).

    .. math:: s_k \\iff \\exists\\, t_1 \\le \\dots \\le t_k:\\; c_i(t_i) \\;\\forall i \\le k

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    steps : list of conditions
        In order.
    title : str
        What people read in place of the name.

    See Also
    --------
    Sequencing : Which tracks may be worked on, and in which order.
    Agreement : Rungs from talks to implementation, which can break.

    Notes
    -----
    Facts ``step.n1`` ..., ``done`` (all came, in order), ``out_of_order`` (a later one held before its turn). Sequences of
    events as temporal logic: Clarke, Emerson & Sistla 1986, *ACM TOPLAS* 8:244, doi:10.1145/5397.5399.

    Examples
    --------
    >>> order = Sequence("order", steps=["truce.holds", "troops.withdrawn", "vote.held"])
    >>> order.step(2).name
    'order.step.n2'
    """

    table: ClassVar[str] = "sequence"

    name: str = field(kw_only=False)
    steps: Conditions
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(self, "sequence")
        if isinstance(self.steps, str) or not isinstance(self.steps, (list, tuple)) or len(self.steps) < 2:
            raise ScenarioError(f"{place}: steps needs at least two conditions in order, not {self.steps!r}")
        put(self, steps=tuple(as_condition(step) for step in self.steps))

    def step(self, number: int) -> Fact:
        """The fact that so many steps came true in order.

        Parameters
        ----------
        number : int
            Number of the step, from 1 on.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        if not 1 <= number <= len(self.steps):
            raise ScenarioError(f"sequence {self.name} has steps 1 to {len(self.steps)}, not {number!r}")
        return Fact(f"{self.name}.step.n{number}")

    @property
    def done(self) -> Fact:
        """The fact that all steps came true in order."""
        return Fact(f"{self.name}.done")

    @property
    def out_of_order(self) -> Fact:
        """The fact that a later step held before its turn."""
        return Fact(f"{self.name}.out_of_order")

    def expand(self) -> Iterator[Element]:
        """Yield a fact and an action for each step."""
        yield from (*asked(self.done), self.out_of_order)
        for k, condition in enumerate(self.steps, start=1):
            fact, last = self.step(k), k == len(self.steps)
            before = self.step(k - 1) if k > 1 else True
            yield fact
            effects = (fact.set(True), self.done.set(True)) if last else (fact.set(True),)
            yield Action(
                name=f"{self.name}.note.n{k}", when=both(condition, before, ~fact), clock=Immediately(), effects=effects
            )
            if k > 1:
                # Once is enough: the order is broken for good.
                early = both(condition, ~self.step(k - 1), ~self.out_of_order)
                wrong = (self.out_of_order.set(True),)
                # Priority 1: what comes in order at the same instant is noted first.
                yield Action(name=f"{self.name}.warn.n{k}", when=early, clock=Immediately(), effects=wrong, priority=1)


@record
class Sequencing:
    """What is worked on first: a track is open when the policy lets it be (the order of steps: `Sequence`).

    .. math:: \\text{open}_i \\iff \\text{parallel} \\;\\vee\\; i \\text{ is first} \\;\\vee\\; \\text{what comes before
              } i \\text{ is done}

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    tracks : mapping of name to condition
        When each track counts as done: ``{ceasefire: "truce.agreed", root_causes: "treaty.signed"}``.
    policy : str
        ``parallel``, ``in_order`` (as ``order`` says), or ``<track>_first`` (that track, then the others together).
    order : list of str
        For ``in_order``.
    title : str
        What people read in place of the name.

    See Also
    --------
    Sequence : Steps that must come true in order.
    Deadlock : Parties that wait for each other.

    Notes
    -----
    Facts ``<track>_open``; ``completed`` (all tracks are done). The order of ceasefire and settlement is itself bargained
    over: Clayton & Sticher 2021, *Int. Stud. Q.* 65:633, doi:10.1093/isq/sqab026.

    Examples
    --------
    >>> plan = Sequencing("plan", tracks={"ceasefire": "truce", "root_causes": "treaty"}, policy="ceasefire_first")
    >>> print(plan.may("root_causes"), "|", plan.may("ceasefire"))
    truce | true
    """

    table: ClassVar[str] = "sequencing"

    name: str = field(kw_only=False)
    tracks: ConditionsOf
    policy: str = "parallel"
    order: tuple[str, ...] = ()
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(self, "sequencing", condition_of=["tracks"])
        put(self, order=tuple(self.order))
        if len(self.tracks) < 2 or "completed" in self.tracks:
            raise ScenarioError(f"{place}: tracks needs at least two tracks, none of them named 'completed'")
        policies = ("parallel", "in_order", *(f"{track}_first" for track in self.tracks))
        if self.policy not in policies:
            raise ScenarioError(
                f"{place}: policy {self.policy!r} is not one of {', '.join(policies)}{nearest(self.policy, policies)}"
            )
        # An order is checked whenever it is given, though only one policy reads it.
        if (self.policy == "in_order" or self.order) and sorted(self.order) != sorted(self.tracks):
            raise ScenarioError(f"{place}: order must name each of {', '.join(self.tracks)} once")

    def may(self, track: str) -> Expression:
        """The condition under which a track may be worked on.

        Parameters
        ----------
        track : str
            Name of one of the tracks.

        Returns
        -------
        Expression
            A condition.
        """
        if track not in self.tracks:
            raise ScenarioError(f"sequencing {self.name} has no track {track!r}{nearest(track, self.tracks)}")
        if self.policy == "parallel" or self.policy == f"{track}_first":
            # True from the start and for ever, so that no action has to keep it so.
            return ALWAYS
        if self.policy == "in_order":
            return both(*(self.tracks[name] for name in self.order[: self.order.index(track)]))
        return self.tracks[self.policy.removesuffix("_first")]

    def open(self, track: str) -> Fact:
        """The fact that a track may be worked on now.

        Parameters
        ----------
        track : str
            Name of one of the tracks.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        may = self.may(track)
        return Fact(f"{self.name}.{track}_open", may == ALWAYS)

    @property
    def completed(self) -> Fact:
        """The fact that all tracks are done."""
        return Fact(f"{self.name}.completed")

    def expand(self) -> Iterator[Element]:
        """Yield a fact for each track and the actions that keep it."""
        for track in self.tracks:
            may = self.may(track)
            if may == ALWAYS:
                yield self.open(track)
            else:
                yield from follows(
                    self.open(track), may, f"{self.name}.open_{track}", f"{self.name}.close_{track}", ask=False
                )
        yield from asked(self.completed)
        guard = both(*self.tracks.values(), ~self.completed)
        yield Action(name=f"{self.name}.complete", when=guard, clock=Immediately(), effects=(self.completed.set(True),))


@record
class Deadlock(When):
    """A named deadlock: it holds while nobody has what it waits for (to find circles: `negsim show --waits`).

    .. math:: \\text{holds} \\iff \\bigwedge_i \\neg\\, w_i

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    waits : mapping of Party or str to condition
        What each waits for: ``{ukraine: "memorandum.delivered", russia: "talks.held"}``.
    when : condition
        Since when they can be said to wait.
    declared : Distribution or Fixed, optional
        Law of the days until somebody says so in public; by default at once.
    title : str
        What people read in place of the name.

    See Also
    --------
    waits : Find who waits for whom.
    Sequencing : Which tracks may be worked on, and in which order.

    Notes
    -----
    Facts ``holds`` (now), ``declared`` (ever), ``over`` (declared once, and now somebody has what it waited for). The four
    conditions of deadlock: Coffman, Elphick & Shoshani 1971, *ACM Comput. Surv.* 3:67, doi:10.1145/356586.356588.

    Examples
    --------
    >>> circle = Deadlock("circle", waits={"ukraine": "memorandum.delivered", "russia": "talks.held"})
    >>> print(circle.condition)
    not talks.held and not memorandum.delivered
    """

    table: ClassVar[str] = "deadlock"
    steps: ClassVar[tuple[str, ...]] = ("holds",)

    name: str = field(kw_only=False)
    waits: ConditionsOf
    when: Condition = preset(ALWAYS)
    declared: Distribution | Fixed | None = None
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(self, "deadlock", condition=["when"], condition_of=["waits"])
        if len(self.waits) < 2:
            raise ScenarioError(f"{place}: waits needs at least two parties; one that waits alone is no deadlock")

    @property
    def condition(self) -> Expression:
        """That everybody still waits."""
        return all_of(*(~wanted for wanted in self.waits.values()))

    @property
    def holds(self) -> Fact:
        """The fact that everybody waits."""
        return Fact(f"{self.name}.holds")

    @property
    def was_declared(self) -> Fact:
        """The fact that somebody called it a deadlock."""
        return Fact(f"{self.name}.declared")

    @property
    def over(self) -> Fact:
        """The fact that it was declared and is broken."""
        return Fact(f"{self.name}.over")

    def waits_for(self, who: Party | str) -> Expression:
        """What this party waits for.

        Parameters
        ----------
        who : Party or str
            One of the parties to it.

        Returns
        -------
        Expression
            A condition.
        """
        return self.waits[party(who)]

    def expand(self) -> Iterator[Element]:
        """Yield facts, the declaration and its end."""
        yield from (Party(name) for name in self.waits)
        yield from follows(self.holds, both(self.when, self.condition), f"{self.name}.begin", f"{self.name}.break")
        yield from (*asked(self.was_declared), *asked(self.over))
        guard, law = both(self.holds, ~self.was_declared), clock_or_now(self.declared)
        yield Action(name=f"{self.name}.declare", when=guard, clock=law, effects=(self.was_declared.set(True),))
        # Whoever gets what it waits for breaks it, but only what was declared can be over.
        end = both(self.was_declared, ~self.condition, ~self.over)
        yield Action(name=f"{self.name}.resolve", when=end, clock=Immediately(), effects=(self.over.set(True),))
