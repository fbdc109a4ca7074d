"""A decision: at an occasion a party takes one of several options, by random utility, for reasons that it can name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import ClassVar

from negsim.errors import ScenarioError, nearest
from negsim.model.actions import Action, Outcome
from negsim.model.calendar import Duration, Moment, moment, period_of
from negsim.model.clocks import Clock, Every, Immediately, On
from negsim.model.effects import Effect
from negsim.model.elements import Element
from negsim.model.evidence import Party
from negsim.model.expressions import Expression, Number, any_of, as_number, clip, exp, log, where
from negsim.model.inputs import Amount, Condition, Name, preset, record
from negsim.model.requirements import Requirement
from negsim.model.variables import Fact
from negsim.vocabulary.common import EMPTY, asked, is_true, put
from negsim.vocabulary.fields import ALWAYS, CHOOSING, NEVER, ONE, ZERO, both, tidy
from negsim.vocabulary.occasion import check_occasion
from negsim.vocabulary.option import Option, ReasonFor, check_options, constant, options_of, reasons_of, total

__all__ = ["SUREST", "Decision", "Option", "ReasonFor"]

SUREST = 300.0
"""Bound of what reasons add, in log odds: nobody is surer, and no exponential of it overflows or vanishes."""


@record
class Decision:
    """At an occasion a party takes one of several options: a logit over named reasons, centred on evidence.

    .. math:: P(k) = \\frac{s_k\\,e^{v_k}}{\\sum_{j\\,\\text{open}} s_j\\,e^{v_j}}, \\qquad
              v_k = \\frac{1}{\\tau} \\sum_{i\\,\\text{for}\\,k} w_i\\,(r_i - c_i)

    over the options that are open: those whose ``when`` holds and whose share is not 0. With two options that are open
    these are log odds: the logit of the share plus the weighted reasons. At the centre of all reasons the shares are
    kept, so that evidence and agency do not fight. Where no option is open no decision is taken, and that is recorded.

    **Once per occasion.** With ``at`` there is one decision each time the condition *turns* true (the start counts as
    such a time), and never again until it was false and turns true once more, whatever stays true meanwhile. With
    ``on`` or ``every`` there is one at each of these instants at which ``when`` holds.

    Parameters
    ----------
    name : str
        What it is called by; its facts and actions are ``NAME.…``.
    by : Party or str
        Who decides.
    options : mapping of str to Option
        At least two.
    reasons : mapping of str to ReasonFor
        By names of your own, each for one option.
    at : condition, optional
        The occasion: ``"istanbul_2.due and not istanbul_2.requires.ukraine"``, an offer, another's act.
    on : instant or list of instants, optional
        Instead: dates, with their hours. With ``every`` the first of its dates.
    every : duration, optional
        Instead: a pulse, such as a decision a month.
    when : condition
        With ``on`` or ``every``: at which of these instants there is an occasion.
    temperature : number-valued expression
        By which all reasons are divided (default 1): above 1 they count for less.
    priority : int
        Order among what is due at one instant (default 8: before waivers, 9, and reviews, 10).
    title : str
        The question that the party answers.

    See Also
    --------
    Option : One of the things a decision can be for.
    ReasonFor : What moves a decision towards an option.
    Decide : Suppose that a party takes an option.

    Notes
    -----
    Facts: one for each option (the last choice taken; a new decision replaces it, and where none could be taken no option
    stands), ``decided`` (a decision has been taken), ``<option>.under_way`` where an option ``takes`` time: its effects
    come that long after the choice, and not at all if another option is chosen meanwhile. Event ``decide``, whose
    outcomes are the options and ``none``. An option's ``when`` is a requirement, ``NAME.options.<option>.when``; a reason
    can be supposed away, ``without("NAME.reasons.<reason>")``, and an option forced, ``decide(NAME, option)``.
    Random utility: McFadden 1974, in *Frontiers in Econometrics*, 105; strategic choice in conflict: Signorino 1999,
    *Am. Polit. Sci. Rev.* 93:279, doi:10.2307/2585396; quantal response: McKelvey & Palfrey 1995, *Games Econ. Behav.*
    10:6, doi:10.1006/game.1995.1023. That the reasons add up, and are centred, is our own form.

    Examples
    --------
    >>> attends = Decision("kyiv_attends", by="ukraine", at="round_2.due and not memo.delivered",
    ...                    options={"go": Option(share=0.4), "stay": Option()},
    ...                    reasons={"blame": ReasonFor("go", reads="blame", weight="w", says="the blame would fall on Kyiv")})
    >>> attends.chose("go").name, [outcome.name for outcome in attends.action.outcomes]
    ('kyiv_attends.go', ['go', 'stay'])
    >>> print(attends.action.outcomes[0].weight)
    0.4 * exp(clip(w * blame, -300, 300))
    """

    table: ClassVar[str] = "decision"

    name: str = field(kw_only=False)
    by: Name
    options: Mapping[str, Option]
    reasons: Mapping[str, ReasonFor] = EMPTY
    at: Condition = preset(NEVER)
    on: Moment | tuple[Moment, ...] | None = None
    every: Duration | None = None
    when: Condition = preset(ALWAYS)
    temperature: Amount = preset(ONE)
    priority: int = CHOOSING
    title: str = ""

    def __post_init__(self) -> None:
        place = tidy(self, "decision", party_=["by"], condition=["at", "when"], number=["temperature"])
        put(self, options=options_of(self.options, place), reasons=reasons_of(self.reasons, place))
        if self.on is not None:
            instants = self.on if isinstance(self.on, (list, tuple)) else (self.on,)
            found = tuple(moment(one, f"{place}: on") for one in instants)
            put(self, on=found[0] if len(found) == 1 else found)
        if self.every is not None:
            put(self, every=period_of(self.every))
        check_occasion(self, place)
        check_options(self.options, self.reasons, place)

    # Facts -----------------------------------------------------------------------------------------------------

    def chose(self, option: str) -> Fact:
        """The fact that this option is the last choice taken.

        Parameters
        ----------
        option : str
            Name of one of the options.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        if option not in self.options:
            raise ScenarioError(
                f"decision {self.name} has no option {option!r}{nearest(option, self.options)}; it has "
                f"{', '.join(self.options)}"
            )
        return Fact(f"{self.name}.{option}", title=self.options[option].says)

    @property
    def decided(self) -> Fact:
        """The fact that a decision has been taken."""
        return Fact(f"{self.name}.decided")

    def under_way(self, option: str) -> Fact:
        """The fact that this option was chosen and its effects are still to come.

        Parameters
        ----------
        option : str
            Name of one of the options.

        Returns
        -------
        Fact
            To be read in conditions, effects and questions.
        """
        return Fact(f"{self.chose(option).name}.under_way")

    # What is supposed of it --------------------------------------------------------------------------------------

    def choices(self) -> tuple[str, ...]:
        """Return the names of the options."""
        return tuple(self.options)

    def moved_by(self) -> dict[str, ReasonFor]:
        """The reasons by their full names."""
        return {f"{self.name}.reasons.{name}": reason for name, reason in self.reasons.items()}

    def positive(self) -> dict[str, Expression]:
        """The numbers that have to be positive, by key."""
        return {"temperature": self.temperature}

    def requirements(self) -> Iterator[Requirement]:
        """Yield the hard preconditions of options."""
        for name, option in self.options.items():
            if option.when != ALWAYS:
                yield Requirement(
                    name=f"{self.name}.options.{name}.when",
                    needs=option.when,
                    steps=(self.chose(name).name,),
                    of=self.by,
                )

    def supposing(self, requirement: str, how: str) -> Decision:
        """The decision with one option forced, one reason that moves nobody, or one option always open.

        Parameters
        ----------
        requirement : str
            Name of the requirement, in the word or below it.
        how : str
            What is supposed: ``without``, ``waive``, ``harden`` or ``decide.OPTION``.

        Returns
        -------
        Decision
            A new one.
        """
        if how.startswith("decide."):
            forced = how.removeprefix("decide.")
            if forced not in self.options:
                return self  # told where the intervention is applied
            shares = {name: replace(one, share=ONE if name == forced else ZERO) for name, one in self.options.items()}
            return replace(self, options=shares, reasons={name: _idle(one) for name, one in self.reasons.items()})
        kind, _, name = requirement.removeprefix(f"{self.name}.").partition(".")
        if kind == "reasons":
            return replace(self, reasons={**self.reasons, name: _idle(self.reasons[name])})
        if how == "harden":
            return self
        option = name.removesuffix(".when")
        return replace(self, options={**self.options, option: replace(self.options[option], when=ALWAYS)})

    def leaning(self, option: str, by: str, times: Expression) -> Decision:
        """The decision with the odds of an option multiplied by another word's presence, as one more reason.

        Parameters
        ----------
        option : str
            Name of one of the options.
        by : str
            Name of the word that acts on the decision.
        times : Expression
            Multiplier of the option's odds, positive.

        Returns
        -------
        Decision
            A new one.
        """
        key = by.replace(".", "_")
        key = key if key not in self.reasons else f"{key}_{len(self.reasons)}"
        # At its centre already: what another word does is measured from nothing.
        reason = ReasonFor(option, reads=log(times), weight=ONE, centre=ZERO, says=f"what {by.replace('_', ' ')} does")
        return replace(self, reasons={**self.reasons, key: reason})

    # Shares ------------------------------------------------------------------------------------------------------

    def share(self, option: str) -> Expression:
        """Return its share at the centre of all reasons.

        Parameters
        ----------
        option : str
            Name of one of the options.

        Returns
        -------
        Expression
            A number within [0, 1].
        """
        own = self.options[option].share
        if own is not None:
            return as_number(own)
        rest: Expression = ONE
        for one in self.options.values():
            rest = rest if one.share is None else rest - as_number(one.share)
        # Summed exactly where all are numbers: 1 - 0.7 - 0.2 - 0.1 is not 0.
        return Number(1 - total(self.options)) if constant(self.options) else rest

    def open(self, option: str) -> Expression:
        """That the option can be taken: its precondition holds, and its share is not 0.

        Parameters
        ----------
        option : str
            Name of one of the options.

        Returns
        -------
        Expression
            A condition.
        """
        share = self.share(option)
        if isinstance(share, Number):
            return self.options[option].when if share.value > 0 else NEVER
        return both(self.options[option].when, share > 0)

    def utility(self, option: str) -> Expression:
        """What the reasons add to the option's log share.

        Parameters
        ----------
        option : str
            Name of one of the options.

        Returns
        -------
        Expression
            A number, in log odds.
        """
        pulls = [one.pull for one in self.reasons.values() if one.option == option and one.weight != ZERO]
        if not pulls:
            return ZERO
        found = pulls[0]
        for pull in pulls[1:]:
            found = found + pull
        if isinstance(self.temperature, Number):
            return found if self.temperature == ONE else found / self.temperature
        # One that falls to 0 or below in a history would turn every reason round: dividing by 0 stops that history.
        return found / where(self.temperature > 0, self.temperature, 0)

    def weight(self, option: str) -> Expression:
        """Return its weight among the open options: its share times the exponential of what the reasons add.

        Parameters
        ----------
        option : str
            Name of one of the options.

        Returns
        -------
        Expression
            A number, not negative.
        """
        share, value = self.share(option), self.utility(option)
        if share == ZERO:
            return ZERO
        found = share if value == ZERO else share * exp(clip(value, -SUREST, SUREST))
        when = self.options[option].when
        return found if when == ALWAYS else where(when, found, 0)

    # Elements ----------------------------------------------------------------------------------------------------

    @property
    def clock(self) -> Clock:
        """When there is an occasion."""
        if self.at != NEVER:
            return Immediately()
        if self.every is not None:
            return Every(self.every, self.on)  # type: ignore[arg-type] # one date, as checked
        return On(self.on)

    @property
    def action(self) -> Action:
        """The event of the decision: its outcomes are the options."""
        outcomes = [Outcome(name=name, weight=self.weight(name), effects=self._taken(name)) for name in self.options]
        if not self._always:
            gone = tuple(self.chose(name).set(False) for name in self.options)
            opens = [self.open(name) for name in self.options if self.open(name) != NEVER]
            outcomes.append(Outcome(name="none", weight=where(any_of(*opens), 0, 1), effects=gone))
        return Action(
            name=f"{self.name}.decide",
            by=self.by,
            # What turns true is the occasion; `when` belongs to dates, as checked.
            when=self.at if self.at != NEVER else self.when,
            clock=self.clock,
            outcomes=tuple(outcomes),
            priority=self.priority,
            title=self.title,
        )

    @property
    def _always(self) -> bool:
        """Whether some option is open on every occasion."""
        if any(self.open(name) == ALWAYS for name in self.options):
            return True
        # Shares with a rest add up to 1, so one of them is above 0 while all are open.
        whole = any(option.share is None for option in self.options.values())
        return whole and all(option.when == ALWAYS for option in self.options.values())

    def _taken(self, chosen: str) -> tuple[Effect, ...]:
        own = [self.chose(name).set(name == chosen) for name in self.options]
        own += [self.under_way(name).set(name == chosen) for name, one in self.options.items() if one.takes is not None]
        option = self.options[chosen]
        return (*own, self.decided.set(True), *(() if option.takes is not None else option.effects))

    def expand(self) -> Iterator[Element]:
        """Yield facts, the decision, what follows from it later, and the questions when each option is first taken."""
        yield Party(self.by)
        for name in self.options:
            yield from asked(self.chose(name))
        yield from asked(self.decided)
        yield self.action
        for name, option in self.options.items():
            if option.takes is not None:
                yield self.under_way(name)
                yield Action(
                    name=f"{self.name}.{name}.take_effect",
                    by=self.by,
                    when=is_true(self.under_way(name)),
                    clock=option.takes,
                    effects=(self.under_way(name).set(False), *option.effects),
                )


def _idle(reason: ReasonFor) -> ReasonFor:
    """The reason, moving nobody."""
    return replace(reason, weight=ZERO)
