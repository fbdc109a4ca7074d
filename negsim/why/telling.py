"""Causes as sentences: with an actor, each thing once."""

from __future__ import annotations

from functools import cached_property
from math import log

from negsim.errors import NegsimError
from negsim.laws import inverse_hazard
from negsim.laws.families import Law
from negsim.model.calendar import DAY
from negsim.model.expressions import Choice, Expression, Not, Or
from negsim.program import Program
from negsim.why.cause import CONDITIONS
from negsim.why.phrases import Phrases
from negsim.why.reasons import Tally
from negsim.why.routes import opposite
from negsim.why.slowed import HOLDING
from negsim.why.ways import is_waiver

__all__ = ["Telling"]

WORDING = "it came about, but not as the question asks (too early, or not while it should)"


class Telling:
    """Sentences for the causes in histories of one program.

    Parameters
    ----------
    said : Phrases
    program : Program
        Where the clocks are.
    """

    def __init__(self, said: Phrases, program: Program) -> None:
        self.said, self.program = said, program

    def __call__(self, one: Tally) -> str:
        """A cause that many histories share, as a sentence without its full stop."""
        cause = one.cause
        if cause.kind in CONDITIONS:
            assert cause.condition is not None
            return self.condition(cause.kind, cause.condition)
        if cause.kind == "wording":
            return WORDING
        if cause.kind == "slowed":
            return self.slowed(one)
        # Of an action that gives only the signal people know what is then decided.
        event = self.event(*(cause.told if cause.told[0] else (cause.action, cause.outcome)))
        if cause.kind == "time":
            return f"not in time: {event} ({self.time(cause.action, one.days)})"
        if cause.kind == "since":
            when = self.said.scenario.calendar.at(one.days * DAY)
            return f"only since about {when.day} {when:%b}: {event}"
        if cause.kind == "too rarely":
            return f"not often enough: {event}"
        if cause.kind == "date":
            return f"the date comes later: {event}"
        return event

    def slowed(self, one: Tally) -> str:
        """A part of a pace that slowed it, and to what share of what it would have been."""
        tree = one.cause.condition
        if isinstance(tree, Choice):
            holding = one.cause.outcome == HOLDING
            what = self.said.holds(tree.condition) if holding else self.said.fails(tree.condition)
        else:
            what = f"{self.said.thing(str(tree))} is no longer what it was at the start"
        return f"slowed to {one.factor:.2g} of its pace: {what}"

    def condition(self, kind: str, condition: Expression) -> str:
        """A condition as the kind of cause has it."""
        if kind == "missing":
            return self.said.fails(unwaived(condition))
        if kind == "in the way":
            return self.said.holds(opposite(condition))
        if kind == "several":
            return "no one thing alone would have been enough"
        if kind in ("low", "high"):
            return f"too {kind}: {self.said.thing(str(condition))}"
        if kind == "start":
            return f"from the start {self.said.holds(condition)}"
        blocked = isinstance(condition, Not)
        told = self.said.holds(opposite(condition)) if blocked else self.said.fails(condition)
        return f"{told}, and nothing in the model changes that"

    def event(self, action: str, outcome: str = "") -> str:
        """What happens."""
        return self.said.event(action, outcome) or self.said.action(action)

    def time(self, action: str, days: float) -> str:
        """How long something had been under way, beside how long it takes."""
        takes = self.takes.get(action)
        had = f"it had {spell(days)}"
        return had if takes is None else f"{had}; it takes {spell(takes)}"

    @cached_property
    def takes(self) -> dict[str, float]:
        """Of each random or fixed clock the median in days, at pace 1 and best values of the parameters."""
        try:
            laws = self.program.bind(self.program.best()).laws
        except NegsimError:
            return {}
        # The median, because a mean of days may be infinite.
        rows = ((row.name, laws[row.law]) for row in self.program.actions if row.law is not None)
        return {name: inverse_hazard(law)(log(2)) if isinstance(law, Law) else law[0] / DAY for name, law in rows}


def unwaived(condition: Expression) -> Expression:
    """A need without the part that would waive it: that nobody waived it goes without saying."""
    if not isinstance(condition, Or):
        return condition
    # "Waived, or the text" is told by the text; who would not waive it stands behind.
    rest = tuple(one for one in condition.args if not is_waiver(one))
    return condition if not rest else rest[0] if len(rest) == 1 else Or(rest)


def spell(days: float) -> str:
    """A length of time as people say it.

    >>> spell(0.02), spell(0.5), spell(3.2), spell(40.0), spell(float("inf"))
    ('less than an hour', '12 hours', '3 days', '40 days', 'for ever')
    """
    if days == float("inf"):
        return "for ever"
    hours = 24 * days
    if hours < 1:
        return "less than an hour"
    if hours < 36:
        return f"{hours:.0f} hour{'' if round(hours) == 1 else 's'}"
    return f"{days:.0f} days"
