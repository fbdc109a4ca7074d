"""Where a history is looked at for a question: its answer's state, and the causes of a no or of a yes."""

from __future__ import annotations

from dataclasses import dataclass

from negsim.model.expressions import And, Expression, Not, Truth
from negsim.model.questions import Question
from negsim.program.probes import Asked
from negsim.why.cause import Cause, Spot
from negsim.why.causes import Inquiry
from negsim.why.chronicle import Chronicle
from negsim.why.routes import Route, conjuncts, is_signal, route_of

__all__ = ["Asking"]


@dataclass(slots=True)
class Asking:
    """One question, asked of single histories.

    Attributes
    ----------
    inquiry : Inquiry
    entry : Asked
        The question with its dates in microseconds.
    depth : int
        How many steps to look behind a reason.
    """

    inquiry: Inquiry
    entry: Asked
    depth: int

    @property
    def question(self) -> Question:
        """The question, names of words put in."""
        return self.entry.question

    @property
    def condition(self) -> Expression:
        """What it asks about."""
        found = self.question.recorded
        return Truth(False) if found is None else found

    def spot(self, told: Chronicle) -> Spot:
        """Where a history without the thing is looked at: the deadline, or before it could no longer count."""
        upto = told.index(self.entry.by)
        before = self.question.throughout
        # From the moment on at which it ended nothing can count any more, whatever comes by the deadline.
        broken = -1 if before is None else told.first(Not(before), upto)
        if broken >= 0:
            return Spot(max(broken - 1, 0), told.time(broken))
        return Spot(upto, self.entry.by)

    def against(self, told: Chronicle) -> tuple[Cause, ...]:
        """The causes of a no."""
        spot = self.spot(told)
        if self.question.counts:
            return tuple(
                cause for way in self.firings() for cause in self.inquiry.not_fired(told, way, spot, self.depth)
            )
        # A first time outside the window is the thing itself, in other words than those of the question.
        early = self.question.row.record == "first" and told.first(self.condition, spot.state) >= 0
        if early or told.holds(self.condition, spot.state):
            return (Cause("wording", self.condition),)
        return self.inquiry.why(told, self.condition, spot, self.depth)

    def firings(self) -> list[Route]:
        """The actions that are asked about and add to the count, as ways."""
        actions = self.inquiry.scenario.expanded.actions
        return [route_of(actions[name], outcome) for name, outcome, weight in self.question.counts if weight > 0]

    def won(self, told: Chronicle) -> int:
        """The state with which a history's yes came about."""
        upto = told.index(self.entry.by)
        if self.question.counts:
            ways = [
                (name, None if outcome is None else (outcome,)) for name, outcome, w in self.question.counts if w > 0
            ]
            return max((told.fired(name, outcomes, upto) for name, outcomes in ways), default=-1) + 1
        if self.question.row.record == "first":
            return max(told.first(self.condition, upto), 0)
        # Of what comes and goes the last spell up to the deadline is the one that answered.
        last = told.last(self.condition, upto)
        return told.since(self.condition, max(last, 0))

    def carried(self, told: Chronicle) -> tuple[Cause, ...]:
        """What brought a yes about: the event, and back from it the last thing that each waited for."""
        state = self.won(told)
        return (self.before(told, state, self.depth),)

    def before(self, told: Chronicle, state: int, depth: int) -> Cause:
        """The event that led to a state, and what had opened its way."""
        if state <= 0:
            return Cause("start", self.condition)
        # Housekeeping that followed at once is told by what it followed from.
        number = self.inquiry.trigger(told, state - 1)
        event = told.event(number)
        opened = self.opened(told, number)
        behind = (self.before(told, opened, depth - 1),) if depth > 0 and opened > 0 else ()
        return Cause("by", self.condition, event.action, event.outcome, at=event.at, behind=behind)

    def opened(self, told: Chronicle, number: int) -> int:
        """The state from which on the way of an event was open."""
        event = told.event(number)
        action = self.inquiry.scenario.expanded.actions.get(event.action)
        if action is None:
            return 0
        elements, table = self.inquiry.scenario.expanded, self.inquiry.changed_by
        needs = route_of(action, event.outcome or None).needs or conjuncts(action.when)
        # A signal of its date is not what it waited for, if it waited for anything else.
        # In the order of the guard; what is left is what people would say it waited for.
        waited = tuple(need for need in needs if not is_signal(need, action, elements, table))
        needs = waited or needs
        if not needs or not all(told.holds(need, number) for need in needs):
            return 0
        return told.since(And(needs) if len(needs) > 1 else needs[0], number)
