"""What a decision is made of: the options that a party has, and the reasons that speak for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field, replace

from negsim.errors import ScenarioError, nearest
from negsim.model.clocks import Distribution, Fixed
from negsim.model.expressions import Expression, Number, amount, as_condition, as_expression, as_number
from negsim.model.inputs import Amount, Condition, Effects, MaybeAmount, ordered_record, preset, record
from negsim.model.names import check_name
from negsim.vocabulary.common import Lookup
from negsim.vocabulary.fields import ALWAYS, ZERO, as_effects

__all__ = ["Option", "ReasonFor", "check_options", "constant", "options_of", "reasons_of", "total"]

CLOSE = 1e-9
"""How far constant shares may add up to something else than 1."""

OWN_NAMES = ("decided", "decide", "none", "options", "reasons")
"""Names that a decision uses itself."""


@record
class Option:
    """One of the things that a party can decide to do.

    Parameters
    ----------
    share : probability, optional
        With which it is taken where all options are open and every reason is at its centre: a number or an expression,
        best a parameter with its source. One option may leave it out: it has the rest.
    when : condition
        A hard precondition: the option is open only while it holds, and never taken otherwise.
    effects : list of effects
        What taking it changes.
    takes : Distribution or Fixed, optional
        Law of the days from the choice to its effects; by default they come at once.
    says : str
        The option in a sentence, for people.

    See Also
    --------
    Decision : A choice among options, moved by reasons.
    ReasonFor : What moves a decision towards an option.

    Examples
    --------
    >>> Option(share=0.3, when="memo.delivered", says="go to the talks").says
    'go to the talks'
    """

    share: MaybeAmount = preset(None)
    when: Condition = preset(ALWAYS)
    effects: Effects = preset(())
    takes: Distribution | Fixed | None = None
    says: str = ""


@ordered_record
class ReasonFor:
    """A reason for (or, with a negative weight, against) one option of a decision.

    Parameters
    ----------
    option : str
        Name of the option that it speaks for.
    reads : number or condition
        What the party looks at: an expression of its own view, costs and hopes. A condition is 1 where it holds, else 0.
    weight : number-valued expression
        In log odds for each unit of what it reads; best a parameter with its source.
    centre : number or condition
        Where the reason moves nobody: the average of what it reads over the cases from which the shares come.
    says : str
        The reason in a sentence.

    See Also
    --------
    Decision : A choice among options, moved by reasons.
    Option : One of the things a decision can be for.

    Examples
    --------
    >>> print(ReasonFor("go", reads="trust", weight=0.5).pull)
    0.5 * trust
    """

    option: str
    reads: Amount = field(kw_only=True)
    weight: Amount = field(kw_only=True)
    centre: Amount = field(kw_only=True, default=preset(ZERO))
    says: str = field(kw_only=True, default="")

    @property
    def pull(self) -> Expression:
        """What the reason adds to the utility of its option, in log odds."""
        reads, centre = amount(self.reads), amount(self.centre)
        return as_number(self.weight) * (reads if centre == ZERO else reads - centre)


def options_of(given: object, place: str) -> Lookup[Option]:
    """The options of a decision, in one form."""
    if not isinstance(given, Mapping) or not all(isinstance(one, Option) for one in given.values()):
        # A long value would fill the screen; its beginning tells what it is.
        raise ScenarioError(f"{place}: options must be a table of Option by name, not {given!r}"[:400])
    found = {}
    for name, one in given.items():
        where_ = f"{place}: option {check_name(name, 'option')}"
        if name in OWN_NAMES or "." in name:
            raise ScenarioError(f"{where_}: the word uses this name itself; call the option otherwise")
        share = None if one.share is None else as_number(one.share)
        if isinstance(share, Number) and not 0 <= share.value <= 1:
            raise ScenarioError(f"{where_}: share must be a probability, not {share.value!r}")
        found[name] = _tidied(one, where_, share)
    return Lookup(found)


def _tidied(option: Option, place: str, share: Expression | None) -> Option:
    if option.takes is not None and not isinstance(option.takes, (Distribution, Fixed)):
        raise ScenarioError(f"{place}: takes must be a law or Fixed, not {option.takes!r}")
    return replace(option, share=share, when=as_condition(option.when), effects=as_effects(option.effects))


def reasons_of(given: object, place: str) -> Lookup[ReasonFor]:
    """The reasons of a decision, in one form."""
    if not isinstance(given, Mapping) or not all(isinstance(one, ReasonFor) for one in given.values()):
        raise ScenarioError(f"{place}: reasons must be a table of ReasonFor by name, not {given!r}"[:400])
    found = {}
    for name, one in given.items():
        check_name(name, f"{place}: reason")
        trees = {key: as_expression(getattr(one, key)) for key in ("reads", "centre")}
        # What a reason looks at may be a condition, which is then 1 or 0; its weight is a number.
        trees["weight"] = as_number(one.weight)
        found[name] = replace(one, **trees)
    return Lookup(found)


def check_options(options: Mapping[str, Option], reasons: Mapping[str, ReasonFor], place: str) -> None:
    """Refuse shares that do not add up, and reasons for what is no option; ``place`` is the decision in words."""
    if len(options) < 2:
        raise ScenarioError(
            f"{place}: a decision has two options or more; give the party another, if only to let it be"
        )
    left = [name for name, option in options.items() if option.share is None]
    if len(left) > 1:
        # Two that take the rest would have to share it, and nobody said how.
        raise ScenarioError(f"{place}: the options {' and '.join(left)} have no share; only one may take the rest")
    said = sum(one.share.value for one in options.values() if isinstance(one.share, Number))
    whole = all(isinstance(one.share, Number) for one in options.values())
    # With expressions among them a sum below 1 may be made up in a history; one above 1 cannot be.
    if said > 1 + CLOSE or (whole and said < 1 - CLOSE):
        raise ScenarioError(f"{place}: the shares add up to {said:.6g}, not to 1; leave one out, and it has the rest")
    for name, reason in reasons.items():
        if reason.option not in options:
            known = ", ".join(options)
            raise ScenarioError(
                f"{place}: reason {name} speaks for {reason.option!r}{nearest(reason.option, options)}, which is "
                f"no option; the options are {known}"
            )


def constant(options: Mapping[str, Option]) -> bool:
    """Whether all shares that are said are plain numbers."""
    return all(option.share is None or isinstance(option.share, Number) for option in options.values())


def total(options: Mapping[str, Option]) -> float:
    """The sum of the shares that are plain numbers."""
    # fsum: ten shares of 0.1 are 1.
    return math.fsum(option.share.value for option in options.values() if isinstance(option.share, Number))
