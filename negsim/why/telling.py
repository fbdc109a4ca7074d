"""Causes as sentences: with an actor, each thing once."""

from __future__ import annotations

from collections.abc import Callable
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
            return self.said.say("why_wording")
        if cause.kind == "slowed":
            return self.slowed(one)
        # Of an action that gives only the signal people know what is then decided.
        event = self.event(*(cause.told if cause.told[0] else (cause.action, cause.outcome)))
        if cause.kind == "time":
            return self.said.say("why_time", what=event, time=self.time(cause.action, one.days))
        if cause.kind == "since":
            when = self.said.scenario.calendar.at(one.days * DAY)
            return self.said.say("why_since", date=self.said.date(when.date()), what=event)
        if cause.kind == "too rarely":
            return self.said.say("why_rarely", what=event)
        if cause.kind == "date":
            return self.said.say("why_date", what=event)
        return event

    def slowed(self, one: Tally) -> str:
        """A part of a pace that slowed it, and to what share of what it would have been."""
        tree = one.cause.condition
        if isinstance(tree, Choice):
            holding = one.cause.outcome == HOLDING
            what = self.said.holds(tree.condition) if holding else self.said.fails(tree.condition)
        else:
            what = self.said.say("why_changed", what=self.said.thing(str(tree)))
        return self.said.say("why_slowed", factor=f"{one.factor:.2g}", what=what)

    def condition(self, kind: str, condition: Expression) -> str:
        """A condition as the kind of cause has it."""
        if kind == "missing":
            return self.said.fails(unwaived(condition))
        if kind == "in the way":
            return self.said.holds(opposite(condition))
        if kind == "several":
            return self.said.say("why_several")
        if kind in ("low", "high"):
            return self.said.say(f"why_{kind}", what=self.said.thing(str(condition)))
        if kind == "start":
            return self.said.say("why_start", what=self.said.holds(condition))
        blocked = isinstance(condition, Not)
        told = self.said.holds(opposite(condition)) if blocked else self.said.fails(condition)
        return self.said.say("why_unchanged", what=told)

    def event(self, action: str, outcome: str = "") -> str:
        """What happens."""
        return self.said.event(action, outcome) or self.said.action(action)

    def time(self, action: str, days: float) -> str:
        """How long something had been under way, beside how long it takes."""
        takes, said = self.takes.get(action), self.said
        if takes is None:
            return said.say("why_had", had=spell(days, said.say))
        return said.say("why_takes", had=spell(days, said.say), takes=spell(takes, said.say))

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


def spell(days: float, say: Callable[..., str]) -> str:
    """A length of time as people say it; ``say`` has the words of a language.

    >>> from negsim.wording.language import language
    >>> [spell(one, language("en").say) for one in (0.02, 0.5, 3.2, 40.0, float("inf"))]
    ['less than an hour', '12 hours', '3 days', '40 days', 'for ever']
    """
    if days == float("inf"):
        return say("spell_ever")
    hours = 24 * days
    if hours < 1:
        return say("spell_moment")
    if hours < 36:
        return say("spell_hour" if round(hours) == 1 else "spell_hours", n=f"{hours:.0f}")
    return say("spell_days", n=f"{days:.0f}")
