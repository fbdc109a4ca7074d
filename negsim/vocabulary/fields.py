"""How words bring what they were given into one form, and how they join conditions."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from negsim.errors import ScenarioError
from negsim.model.actions import Action
from negsim.model.calendar import Duration, Moment, counted_days, days, later, moment, period_of
from negsim.model.clocks import Distribution, Fixed, Immediately, On
from negsim.model.effects import Effect, as_effect
from negsim.model.elements import Element
from negsim.model.expressions import Expression, Number, Truth, all_of, as_condition, as_expression, as_number, exp
from negsim.model.names import check_name
from negsim.model.variables import Fact
from negsim.vocabulary.acting import targets
from negsim.vocabulary.common import asked, conditions, numbers, party, put, shares

__all__ = [
    "ALWAYS",
    "CHOOSING",
    "DECIDING",
    "NEVER",
    "ONE",
    "REVIEWING",
    "SETTLING",
    "ZERO",
    "as_effects",
    "both",
    "check_share",
    "check_times",
    "clock_or_now",
    "constant",
    "due_again",
    "fixed",
    "follows",
    "left_of",
    "pace_for",
    "tidy",
]

ALWAYS, NEVER = Truth(True), Truth(False)
SETTLING, CHOOSING, DECIDING, REVIEWING = -10, 8, 9, 10
"""Priorities: facts that only restate a condition come first; on a date parties choose, then what is unmet is waived or
not, and the review is last."""
ONE, ZERO = Number(1.0), Number(0.0)


def tidy(
    word: Any,
    what: str,
    *,
    party_: Iterable[str] = (),
    condition: Iterable[str] = (),
    number: Iterable[str] = (),
    share: Iterable[str] = (),
    waiver: Iterable[str] = (),
    effect: Iterable[str] = (),
    instant: Iterable[str] = (),
    duration: Iterable[str] = (),
    period: Iterable[str] = (),
    condition_of: Iterable[str] = (),
    number_of: Iterable[str] = (),
    waiver_of: Iterable[str] = (),
) -> str:
    """Check a word's name, bring its fields into one form, and return how to call the word in an error.

    Fields that are None stay so. A ``period`` keeps its text, so that counted days stay days of the calendar. ``share`` fields are
    numbers that, if constant, lie within [0, 1]; a ``waiver`` may be a condition too.
    """
    # The name before all else: every further message begins with it.
    where = f"{what} {check_name(word.name, what)}"
    for names, convert in (
        (party_, party),
        (condition, as_condition),
        ((*number, *share), as_number),
        (waiver, as_expression),
        (waiver_of, shares),
        (effect, as_effects),
        (duration, days),
        (period, period_of),
        (condition_of, conditions),
        (number_of, numbers),
    ):
        for name in names:
            if getattr(word, name) is not None:
                put(word, **{name: convert(getattr(word, name))})
    for name in ("acts_on", "presses_on"):
        if hasattr(word, name):
            put(word, **{name: targets(getattr(word, name), f"{where}: {name}")})
    for name in instant:
        if getattr(word, name) is not None:
            put(word, **{name: moment(getattr(word, name), f"{where}: {name}")})
    # Last, when they are trees: a share may have come as text.
    for name in (*share, *waiver):
        check_share(getattr(word, name), f"{where}: {name}")
    return where


def check_share(value: Expression | None, where: str) -> None:
    """Refuse a constant that is no probability."""
    if isinstance(value, Number) and not 0 <= value.value <= 1:
        raise ScenarioError(f"{where} must be a probability, not {value.value!r}; give a number in [0, 1]")


def check_times(value: object, where: str) -> None:
    """Refuse what is no number of times."""
    # True is an integer to Python.
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ScenarioError(f"{where} must be a positive whole number, not {value!r}")


def as_effects(value: Any) -> tuple[Effect, ...]:
    """One effect or several, as text or made by variables."""
    items = (value,) if isinstance(value, (str, Effect)) else value
    return tuple(as_effect(item) for item in items)


def constant(tree: Expression, where: str) -> float:
    """The number that an expression is, where no expression of the state may stand."""
    if not isinstance(tree, Number):
        raise ScenarioError(f"{where} must be a plain number, not '{tree}'")
    return tree.value


def both(*guards: Any) -> Expression:
    """All of the conditions; what is always true is left out.

    >>> print(both("signed", True, "not over"))
    signed and not over
    """
    # What is always true is left away: guards are printed, and explanations list their parts.
    found = [tree for tree in map(as_condition, guards) if tree != ALWAYS]
    return all_of(*found) if found else ALWAYS


def pace_for(clock: object, pace: Expression) -> Expression:
    """The pace where the clock has one; calendar, fixed and immediate clocks have none."""
    # Fixed times and dates have no hazard; a pace on them would be refused as a mistake of the user.
    return pace if isinstance(clock, Distribution) else ONE


def fixed(days_: float) -> Fixed:
    """A clock that fires exactly so many days after it is enabled."""
    return Fixed(Number(days_))


def left_of(step: Duration, half_life: Expression) -> Expression | float:
    """The share of a level that is left after a step of fading, which may depend on parameters."""
    lost = -math.log(2.0) * days(step)
    return math.exp(lost / half_life.value) if isinstance(half_life, Number) else exp(lost / half_life)


def due_again(on: Moment, extension: Duration, most: int = 1) -> On | Fixed:
    """The clock of a date that was put off: counted days after a date of the calendar are dates of the calendar too
    (over a change of clocks, and in its offset); any other extension is elapsed time."""
    if counted_days(extension) is None:
        return fixed(days(extension))
    # All dates that there can be: an extension of days is a calendar instant, whose distance changes with the clocks.
    return On([later(on, str(extension), k + 1) for k in range(most)])


def clock_or_now(law: Distribution | Fixed | None) -> Distribution | Fixed | Immediately:
    """The law, or at once where none is given."""
    return Immediately() if law is None else law


def follows(fact: Fact, condition: Expression, rise: str, fall: str, *, ask: bool = True) -> Iterable[Element]:
    """A fact that is true exactly while a condition holds, with the two actions that keep it so.

    They come before all else at an instant, so that nothing is decided on a fact that no longer restates its condition.
    """
    if ask:
        yield from asked(fact)
    else:
        yield fact
    # Ahead of everything else at the instant: whoever reads the fact sees what holds.
    yield Action(
        name=rise, when=both(condition, ~fact), clock=Immediately(), effects=(fact.set(True),), priority=SETTLING
    )
    yield Action(
        name=fall, when=both(fact, ~condition), clock=Immediately(), effects=(fact.set(False),), priority=SETTLING
    )
