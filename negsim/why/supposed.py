"""What would have become of the same histories without a reason: each is taken out of the scenario and they are told again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from math import sqrt
from typing import Any

from negsim.engines.blocks import answered, numbers
from negsim.errors import NegsimError
from negsim.model.actions import Action, Outcome
from negsim.model.clocks import Immediately
from negsim.model.elements import Elements
from negsim.model.expansion import expand
from negsim.model.expressions import (
    And,
    Choice,
    Compare,
    Expression,
    Not,
    Number,
    Or,
    Ref,
    Truth,
    reads,
    substitute,
    where,
)
from negsim.model.interventions import Decide, Do
from negsim.program import lower
from negsim.what_if.candidates import elements_under
from negsim.why.asking import Asking
from negsim.why.cause import Cause
from negsim.why.causes import Inquiry
from negsim.why.choices import Declined
from negsim.why.chronicle import retold
from negsim.why.posing import Posed
from negsim.why.reasons import Tally
from negsim.why.routes import Route, conjuncts, opposite, parts_asked
from negsim.why.slowed import HOLDING, replaced
from negsim.why.standing import signed
from negsim.wording.language import Language, language

__all__ = ["Helped", "Supposing", "decided_otherwise", "prevented", "relaxed", "try_without", "without"]

MOST_TRIED, MOST_SLOWED, MOST_DECIDED = 8, 3, 3
"""Reasons, what slowed a clock, and decisions that are tried, each by telling the histories again."""

LITTLE = 0.005
"""What is lost of the other histories is told from this share on."""

Z = 1.96
"""Quantile of the normal law for intervals of 95 %."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Helped:
    """What taking a reason away does to the same histories.

    Attributes
    ----------
    turned, of : int
        Histories with the reason that turn from no to yes; all of those that were told again.
    lost, others : int
        Histories with yes that turn to no; all of those that were told again.
    value, low, high : float
        By how much the probability of yes changes, with its 95 % interval (strata of no and of yes, normal law).
    to : str
        What they turn to: ``yes``; of a number ``high`` or ``low``.
    """

    turned: int
    of: int
    lost: int
    others: int
    value: float
    low: float
    high: float
    to: str = "yes"

    @property
    def hinders(self) -> bool:
        """Whether the answer is yes less often without the reason, beyond chance: it is no reason then."""
        return self.high < 0

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        return asdict(self)

    def __str__(self) -> str:
        return self.told(language("en"))

    def told(self, said: Language) -> str:
        """What would be without it, in a language."""
        share = 100 * self.turned / self.of if self.of else 0.0
        lost = self.lost / self.others if self.others else 0.0
        text = said.say("helps_turn", share=f"{share:.0f}", to=said.say(f"turns_{self.to}"))
        return said.say("helps_gone", helps=text, lost=f"{100 * lost:.0f}") if lost > LITTLE else text


class Supposing:
    """Tells some histories of a question again under changed elements.

    Parameters
    ----------
    posed : Posed
        The question, with the answers.
    failing, others : sequence of int
        Numbers of the histories with no, and with yes, that are told again.
    to : {'yes', 'high', 'low'}
        The other answer.
    """

    def __init__(self, posed: Posed, failing: Sequence[int], others: Sequence[int], to: str = "yes") -> None:
        self.posed, self.failing, self.others, self.to = posed, list(failing), list(others), to
        self.scenario = posed.runs.scenario

    def helped(self, elements: Elements, members: Iterable[int]) -> Helped | None:
        """What becomes of the histories under changed elements; None if the change is none that a scenario can have."""
        try:
            now = self._yes(elements)
        except NegsimError:
            return None
        mine = [number for number in members if number in now]
        turned = sum(now[number] for number in self.failing if number in now)
        lost = sum(not now[number] for number in self.others if number in now)
        value, error = self._change(turned, lost)
        return Helped(
            turned=sum(now[number] for number in mine),
            of=len(mine),
            lost=lost,
            others=len(self.others),
            value=value,
            low=value - Z * error,
            high=value + Z * error,
            to=self.to,
        )

    def _yes(self, elements: Elements) -> dict[int, bool]:
        """Whether each history says yes under changed elements; failed ones are left out."""
        question = replace(self.posed.question, name="why.asked")
        program = lower(self.scenario, [question], elements=replace(elements, questions={}))
        entry = program.probes.asked["why.asked"]
        # What comes after the deadline changes no answer, and costs time.
        program = replace(program, horizon=min(program.horizon, entry.by))
        block = retold(self.posed.runs, program, [*self.failing, *self.others])
        if self.to == "yes":
            yes = answered(block, entry, entry.after, entry.by)[0]
        else:
            high = numbers(block, entry) > self.posed.value
            yes = high if self.to == "high" else ~high
        # A change can make a history fail, which says nothing of the answer.
        good = ~block.failed
        return {int(number): bool(one) for number, one in zip(block.replications[good], yes[good], strict=True)}

    def _change(self, turned: int, lost: int) -> tuple[float, float]:
        """The change of the probability of yes and its standard error: what turns among the noes, what is lost among the yeses."""
        no, yes = int(self.posed.no.sum()), int(self.posed.yes.sum())
        if self.to == "low":
            no, yes = yes, no
        # Two strata, each weighed by how many histories of the run it stands for.
        total, value, variance = no + yes, 0.0, 0.0
        for count, of, weight, sign in ((turned, len(self.failing), no, 1), (lost, len(self.others), yes, -1)):
            if of:
                share, part = count / of, weight / total
                value += sign * part * share
                # Agresti and Coull's share keeps an error where none, or all, turned.
                near = (count + 2) / (of + 4)
                variance += part * part * near * (1 - near) / of
        return value, float(sqrt(variance))


def without(cause: Cause, condition: Expression, inquiry: Inquiry) -> Elements | None:
    """The elements without a cause of a condition's not being true; None where it cannot be taken away by itself."""
    elements = inquiry.scenario.expanded
    if cause.kind in ("missing", "in the way") and cause.condition is not None:
        part = cause.condition in parts_asked(condition)  # of what is asked about: it is so, whatever brings it
        # What is in the way stays away altogether: it bars more than this one step.
        blocked = isinstance(cause.condition, Not) and isinstance(cause.condition.arg, Ref)
        given = _given(elements, cause.condition) if blocked else None
        if given is not None:
            return given
        ways = [way for way in inquiry.routes(condition) if cause.condition in way.needs and not part]
        return _unneeded(elements, ways, cause.condition) if ways else _given(elements, cause.condition)
    action = elements.actions.get(cause.action)
    if action is None:
        return None
    if cause.kind == "outcome":
        return _changed(elements, [_favoured(action, inquiry.routes(condition))])
    if cause.kind == "undone":
        return _changed(elements, [_prevented(action, cause.outcome)])
    if cause.kind == "slowed" and cause.condition is not None:
        return _unslowed(elements, action, cause.condition, cause.outcome == HOLDING)
    if cause.kind in ("time", "date"):
        if any(effect.kind == "add" for effect in action.changes() if effect.variable in reads(condition)):
            return None  # it must come several times, and what comes at once comes only once
        at_once = replace(action, clock=Immediately(), pace=Number(1.0), speed=Number(1.0), memory="reset")
        return _changed(elements, [at_once])
    return None


def decided_otherwise(
    found: Sequence[Declined], helping: Mapping[str, set[str]], supposing: Supposing
) -> tuple[Declined, ...]:
    """Decisions that went against it, the first of them with what becomes of the histories had they always gone for it."""
    scenario, told = supposing.scenario, []
    plain = expand(scenario.parts) if found else None
    for number, one in enumerate(found):
        if plain is not None and number < MOST_DECIDED:
            step = Decide(decision=one.decision, option=sorted(helping[one.decision])[0])
            try:
                elements = elements_under(scenario, (step,), plain)
            except NegsimError:  # a decision that cannot be forced so
                elements = None
            helps = None if elements is None else supposing.helped(elements, one.members)
            one = replace(one, helps=helps)
        told.append(one)
    return tuple(told)


def passes(asking: Asking) -> bool:
    """Whether what is asked about can come too early: what happens at once is then no help."""
    return asking.question.row.record != "first" or asking.entry.after > 0


def prevented(elements: Elements, action: str, outcome: str) -> Elements | None:
    """The elements where an event never happens; None if it is no action of the scenario."""
    found = elements.actions.get(action)
    return None if found is None else _changed(elements, [_prevented(found, outcome)])


def try_without(tallies: Sequence[Tally], asking: Asking, supposing: Supposing) -> None:
    """Note with the first causes what becomes of the histories without each, and without what slowed a clock."""
    for tally in tallies[:MOST_TRIED]:
        if not (tally.cause.kind in ("time", "date") and passes(asking)):
            _try(tally, asking.condition, asking.inquiry, supposing)
    slowed = [one for tally in tallies for one in tally.walk() if one.cause.kind == "slowed"]
    # Each costs a run of the histories: those that concern most go first.
    slowed.sort(key=lambda one: -len(one.members))
    for tally in slowed[:MOST_SLOWED]:
        _try(tally, asking.condition, asking.inquiry, supposing)


def _try(tally: Tally, condition: Expression, inquiry: Inquiry, supposing: Supposing) -> None:
    elements = without(tally.cause, condition, inquiry)
    tally.helps = None if elements is None else supposing.helped(elements, tally.read or tally.members)


def _unslowed(elements: Elements, action: Action, part: Expression, holding: bool) -> Elements | None:
    """The elements where a part of a pace is as it does not slow: a choice's other branch, a number as it was at the start."""
    if isinstance(part, Choice):
        other: object = part.otherwise if holding else part.then
    else:
        other = getattr(elements.variables.get(str(part)), "initial", None)
    if not isinstance(other, Expression):
        return None
    pace, speed = (replaced(tree, part, other) for tree in (action.pace, action.speed))
    return _changed(elements, [replace(action, pace=pace, speed=speed)])


def _changed(elements: Elements, actions: Iterable[Action]) -> Elements:
    return replace(elements, actions={**elements.actions, **{one.name: one for one in actions}})


def _given(elements: Elements, need: Expression) -> Elements | None:
    """The elements where a part of what is asked about is there from the start."""
    fact = need.arg if isinstance(need, Not) else need
    if not isinstance(fact, Ref) or fact.name not in elements.variables:
        return None
    step = Do(fact=fact.name, never=True) if isinstance(need, Not) else Do(fact=fact.name, on=0.0)
    try:
        return step.apply(elements)
    except NegsimError:
        return None


def _unneeded(elements: Elements, ways: Iterable[Route], need: Expression) -> Elements:
    """The elements where no way asks for a need."""
    found: dict[str, Action] = {}
    for name in dict.fromkeys(name for way in ways for name in way.names):
        action = elements.actions[name]
        outcomes = tuple(replace(one, weight=_freed(one.weight, need)) for one in action.outcomes)
        found[name] = replace(action, when=_freed(action.when, need), outcomes=outcomes)
    return _changed(elements, found.values())


def _freed(tree: Expression, need: Expression) -> Expression:
    """An expression without a need; where that is none of its parts, with the facts of the need as it has them."""
    # Needs are read out of trees that may be written otherwise; then its facts stand in for it.
    found = relaxed(tree, need)
    if found != tree:
        return found
    facts = {one.name: Truth(wanted) for one, wanted in signed(need) if isinstance(one, Ref)}
    return substitute(tree, facts) if facts else tree


def relaxed(tree: Expression, need: Expression) -> Expression:
    """An expression in which one of several conditions counts as met.

    >>> from negsim.model.expressions import parse
    >>> print(relaxed(parse("0.5 if (waived or memo) and calm else 0"), parse("waived or memo")))
    0.5 if calm else 0
    """
    if tree.kind == "condition":
        if tree in (need, opposite(need)):
            return Truth(tree == need)
        parts = conjuncts(tree)
        if need in parts:
            rest = tuple(one for one in parts if one != need)
            return Truth(True) if not rest else rest[0] if len(rest) == 1 else And(rest)
    children = tuple(tree.children)
    changed = [relaxed(one, need) for one in children]
    return tree if all(a is b for a, b in zip(children, changed, strict=True)) else _rebuilt(tree, changed)


def _rebuilt(tree: Expression, children: list[Expression]) -> Expression:
    """A node with other children, where a truth among them decides it."""
    if isinstance(tree, Not) and isinstance(children[0], Truth):
        return Truth(not children[0].value)
    if isinstance(tree, (And, Or)):
        end = Truth(isinstance(tree, Or))
        rest = tuple(one for one in children if one != Truth(not end.value))
        return (
            end
            if end in children
            else Truth(not end.value)
            if not rest
            else rest[0]
            if len(rest) == 1
            else type(tree)(rest)
        )
    return tree.with_children(children)


def _favoured(action: Action, ways: Iterable[Route]) -> Action:
    """An action that goes as the ways need it whenever it can."""
    # An outcome is bad only if no way needs it.
    others = {name for way in ways if way.verdict.name == action.name for name in way.others}
    good = [one.weight for one in action.outcomes if one.name not in others]
    if not good or not others:
        return action
    total = good[0]
    for one in good[1:]:
        total = total + one
    return _weighed(action, lambda one: one.name in others, Compare(">", total, Number(0.0)))


def _prevented(action: Action, outcome: str) -> Action:
    """An action that never happens, or never with one outcome where it can have another."""
    if len(action.outcomes) < 2 or not outcome:
        return replace(action, when=Truth(False))
    rest = [one.weight for one in action.outcomes if one.name != outcome]
    total = rest[0]
    for one in rest[1:]:
        total = total + one
    return _weighed(action, lambda one: one.name == outcome, Compare(">", total, Number(0.0)))


def _weighed(action: Action, bad: Callable[[Outcome], bool], possible: Expression) -> Action:
    """An action some outcomes of which have no weight while another is possible."""
    outcomes = [
        replace(one, weight=where(possible, Number(0.0), one.weight)) if bad(one) else one for one in action.outcomes
    ]
    return replace(action, outcomes=tuple(outcomes))
