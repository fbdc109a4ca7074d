"""An agreement as a ladder: partial, framework, signed, ratified, implemented, each step a gate."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from typing import ClassVar

from negsim.errors import ScenarioError, nearest
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Distribution, Fixed, Immediately
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, amount, equal
from negsim.model.inputs import Amount, Condition, Effects, Names, Several, preset, record
from negsim.model.names import check_name
from negsim.model.requirements import Requirement
from negsim.model.variables import Counter, Fact
from negsim.vocabulary.common import asked, parties, put
from negsim.vocabulary.fields import ALWAYS, ONE, REVIEWING, ZERO, as_effects, both, pace_for, tidy

__all__ = ["Agreement", "Rung"]

OWN_FACTS = ("broken", "reached", "failed_at")


@record
class Rung:
    """One step of an agreement: the time it takes once the step before is done, and what it needs besides.

    Parameters
    ----------
    name : str
        Such as ``partial``, ``framework``, ``signed``, ``ratified``, ``implemented``.
    takes : Distribution or Fixed
        Law of the days from the step before, while ``when`` holds.
    when : condition
        What this step needs besides; its clock runs only while it holds. A requirement called
        ``<agreement>.<step>.when``.
    fails : probability
        That the attempt comes to nothing; then it is tried anew (default 0).
    pace : number-valued expression
        Multiplier of the hazard of ``takes``, without unit (default 1).
    effects : list of effects
        What reaching it changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Agreement : Rungs from talks to implementation, which can break.
    Sequence : Steps that must come true in order.

    Examples
    --------
    >>> from negsim.model.families import Exponential
    >>> Rung(name="signed", takes=Exponential(mean="20 days"), when="talks.held").name
    'signed'
    """

    name: str
    takes: Distribution | Fixed
    when: Condition = preset(ALWAYS)
    fails: Amount = preset(ZERO)
    pace: Amount = preset(ONE)
    effects: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        tidy(self, "step", condition=["when"], number=["pace"], share=["fails"])
        put(self, effects=as_effects(self.effects))
        check_name(self.name, "step")
        if "." in self.name or self.name in OWN_FACTS:
            raise ScenarioError(
                f"step {self.name!r} must be one word that the agreement does not use itself; choose another name"
            )


@record
class Agreement:
    """Steps that follow each other; none is reached before the one below it.

    .. math:: T_k = T_{k-1} + D_k, \\qquad \\text{progress} = k / n

    With exponential steps of rate ``r`` and share ``f`` of failing attempts a step takes ``1 / (r (1 - f))`` days on
    average. A broken agreement stays on its step and goes no further until ``mends`` says so.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    between : list of Party or str
        The parties to it.
    rungs : list of Rung
        From the lowest to the highest.
    done : int
        How many are reached at the start (default 0).
    breaks : Distribution, optional
        Law of the days from the first step after which it breaks down.
    breaks_while : condition
        Under which that clock runs.
    strain : number-valued expression
        Multiplier of the hazard of breaking down.
    mends : Distribution, optional
        Law of the days until it is taken up again.
    lasts : Distribution or Fixed, optional
        Its term: law of the days from its last step until it lapses, unless it is renewed for such a term again.
    renews : probability
        That it is renewed at the end of a term (default 0): a number, or a party's `Decision`.
    lapse : list of effects
        What its lapsing changes.
    title : str
        What people read in place of the name.

    See Also
    --------
    Rung : One step of an agreement.
    Ratification : A vote or signature at home on what was agreed.
    Ceasefire : An agreed pause in fighting, by its duration.

    Notes
    -----
    A fact for each step (ever), ``broken``, ``lapsed`` (with ``lasts``), ``runs_out`` (the end of a term is here, for that
    instant); counters ``reached``, ``renewals``; expressions ``progress``, ``in_force`` (last step, neither
    broken nor lapsed). The ladder is our own form. Data on partial and framework agreements: Bell & Badanjak 2019, *J. Peace Res.* 56:452, doi:10.1177/0022343318819123.

    Examples
    --------
    >>> from negsim.model.clocks import LogNormal
    >>> steps = [Rung(name="framework", takes=LogNormal(median=60, sigma=1)), Rung(name="signed", takes=LogNormal(median=30, sigma=1))]
    >>> deal = Agreement("deal", between=["iran", "six_powers"], rungs=steps)
    >>> deal.step("signed").name, str(deal.progress)
    ('deal.signed', 'deal.reached / 2')
    """

    table: ClassVar[str] = "agreement"

    name: str = field(kw_only=False)
    between: Names
    rungs: Several[Rung]
    done: int = 0
    breaks: Distribution | None = None
    breaks_while: Condition = preset(ALWAYS)
    strain: Amount = preset(ONE)
    mends: Distribution | None = None
    lasts: Distribution | Fixed | None = None
    renews: Amount = preset(ZERO)
    lapse: Effects = preset(())
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(
            self, "agreement", condition=["breaks_while"], number=["strain"], waiver=["renews"], effect=["lapse"]
        )
        put(self, between=parties(self.between, place), rungs=tuple(self.rungs))
        names = [rung.name for rung in self.rungs]
        if not names or len(set(names)) != len(names):
            raise ScenarioError(f"{place}: rungs needs steps of different names, not {names!r}")
        # True is a whole number to Python.
        if isinstance(self.done, bool) or not isinstance(self.done, int) or not 0 <= self.done <= len(names):
            raise ScenarioError(
                f"{place}: done must be a whole number of steps from 0 to {len(names)}, not {self.done!r}"
            )
        if self.mends is not None and self.breaks is None:
            raise ScenarioError(f"{place}: mends without breaks; give the law of its breaking down too")
        if self.lasts is None and (self.renews != ZERO or self.lapse):
            raise ScenarioError(f"{place}: renews and lapse belong to a term; give lasts=law of the days to its end")

    def step(self, name: str) -> Fact:
        """The fact that this step was reached.

        Parameters
        ----------
        name : str
            Name of one of the rungs.

        Returns
        -------
        Fact
            True from then on, or until the agreement breaks.
        """
        names = [rung.name for rung in self.rungs]
        if name not in names:
            raise ScenarioError(
                f"agreement {self.name} has no step {name!r}{nearest(name, names)}; it has {', '.join(names)}"
            )
        # Steps below the ones that are done hold from the start, and need no action.
        return Fact(f"{self.name}.{name}", names.index(name) < self.done)

    @property
    def reached(self) -> Counter:
        """How many steps are reached."""
        return Counter(f"{self.name}.reached", self.done)

    @property
    def progress(self) -> Expression:
        """The share of steps that are reached, on [0, 1]."""
        return self.reached / len(self.rungs)

    @property
    def broken(self) -> Fact:
        """The fact that it has broken down."""
        return Fact(f"{self.name}.broken")

    @property
    def lapsed(self) -> Fact:
        """The fact that its term ended and it was not renewed."""
        return Fact(f"{self.name}.lapsed")

    @property
    def runs_out(self) -> Fact:
        """The fact that the end of a term is here: the occasion to renew it."""
        return Fact(f"{self.name}.runs_out")

    @property
    def renewals(self) -> Counter:
        """How often it was renewed."""
        return Counter(f"{self.name}.renewals")

    @property
    def in_force(self) -> Expression:
        """That its last step is reached and it has neither broken down nor lapsed."""
        broken = ~self.broken if self.breaks is not None else True
        return both(self.step(self.rungs[-1].name), broken, ~self.lapsed if self.lasts is not None else True)

    def requirements(self) -> Iterator[Requirement]:
        """Yield what each step that is still to come needs besides the one before it."""
        # What is done already requires nothing any more.
        for rung in self.rungs[self.done :]:
            if rung.when != ALWAYS:
                name = f"{self.name}.{rung.name}"
                yield Requirement(name=f"{name}.when", needs=rung.when, steps=(name,))

    def supposing(self, requirement: str, how: str) -> Agreement:
        """The agreement under a supposition on what one of its steps needs.

        Parameters
        ----------
        requirement : str
            Name of the requirement, in the word or below it.
        how : str
            What is supposed: ``without``, ``meet``, ``waive`` or ``harden``.

        Returns
        -------
        Agreement
            A new one.
        """
        wanted = requirement.removeprefix(f"{self.name}.").removesuffix(".when")
        free = how != "harden"
        rungs = (replace(one, when=ALWAYS) if free and one.name == wanted else one for one in self.rungs)
        return replace(self, rungs=tuple(rungs))

    def expand(self) -> Iterator[Element]:
        """Yield a fact and an action for each step, and the questions when."""
        yield from (Party(name) for name in self.between)
        yield self.reached
        stands = ~self.broken if self.breaks is not None else True
        for k, rung in enumerate(self.rungs):
            yield from asked(self.step(rung.name))
            if k >= self.done:
                yield self._climb(k, rung, stands)
        if self.breaks is not None:
            yield from asked(self.broken)
            # Before the first step there is nothing that could break down.
            guard = both(self.reached >= 1, ~self.broken, self.breaks_while)
            yield Action(
                name=f"{self.name}.break_down",
                when=guard,
                clock=self.breaks,
                pace=self.strain,
                effects=(self.broken.set(True),),
            )
        if self.mends is not None:
            yield Action(
                name=f"{self.name}.mend", when=both(self.broken), clock=self.mends, effects=(self.broken.set(False),)
            )

        if self.lasts is not None:
            yield from self._term(self.lasts)

    def _term(self, law: Distribution | Fixed) -> Iterator[Element]:
        """The end of a term comes, is an occasion for decisions, and is reviewed at once."""
        yield from (*asked(self.lapsed), self.runs_out, self.renewals)
        here, over = (self.runs_out.set(True),), self.runs_out.set(False)
        yield Action(
            name=f"{self.name}.run_out", when=both(self.in_force, ~self.runs_out), clock=law, effects=here,
            title="its term is over",
        )  # fmt: skip
        share = amount(self.renews)
        outcomes = (
            Outcome(name="renewed", weight=share, effects=(self.renewals.add(1), over)),
            Outcome(name="lapses", weight=1 - share, effects=(self.lapsed.set(True), over, *self.lapse)),
        )
        yield Action(
            name=f"{self.name}.review",
            when=both(self.runs_out),
            clock=Immediately(),
            outcomes=outcomes,
            priority=REVIEWING,
            title="is it renewed?",
        )

    def _climb(self, k: int, rung: Rung, stands: object) -> Action:
        fact = self.step(rung.name)
        effects = (fact.set(True), self.reached.add(1), *rung.effects)
        # By the count and not by the fact of the step below: the ladder is climbed in order, one step at a time.
        guard, pace = both(equal(self.reached, k), stands, rung.when), pace_for(rung.takes, rung.pace)
        name = f"{self.name}.reach_{rung.name}"
        # Without a chance of failing no outcome is drawn, and the history is shorter to read.
        if rung.fails == ZERO:
            return Action(name=name, when=guard, clock=rung.takes, pace=pace, effects=effects, title=rung.title)
        outcomes = (
            Outcome(name="done", weight=1 - rung.fails, effects=effects),
            Outcome(name="fails", weight=rung.fails),
        )
        return Action(name=name, when=guard, clock=rung.takes, pace=pace, outcomes=outcomes, title=rung.title)
