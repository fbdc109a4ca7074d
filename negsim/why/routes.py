"""The ways in which a condition can come true: which actions bring it about, and what each of them waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from negsim.model.actions import Action, Outcome
from negsim.model.circles import helps
from negsim.model.clocks import Immediately
from negsim.model.effects import Effect
from negsim.model.elements import Elements
from negsim.model.expressions import And, Arithmetic, Choice, Expression, Not, Number, Or, Ref, Truth, reads
from negsim.why.standing import signed

__all__ = ["Route", "conjuncts", "is_signal", "opposite", "parts_asked", "possible", "route_of", "routes_to", "writers"]

MOST_PARTS = 12
"""Preconditions of one action told apart; a tree that falls into more is left as it is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One action that can make a condition true.

    Attributes
    ----------
    action : Action
        Whose clock has to fire. Where it only gives a signal (a meeting's date is here) on which another action decides
        at the same instant, ``verdict`` is that other action.
    guard : tuple of conditions
        All must hold for its clock to run.
    gate : tuple of conditions
        All must hold at its firing, or no favourable outcome has a chance.
    others : tuple of str
        Outcomes that do not make the condition true.
    """

    action: Action
    verdict: Action
    guard: tuple[Expression, ...]
    gate: tuple[Expression, ...]
    others: tuple[str, ...]

    @property
    def names(self) -> tuple[str, str]:
        """The names of the action and of that which decides."""
        return (self.action.name, self.verdict.name)

    @property
    def raises(self) -> frozenset[str]:
        """The facts that the decision makes true."""
        return frozenset(effect.variable for effect in self.verdict.changes() if effect.amount == Truth(True))

    @property
    def needs(self) -> tuple[Expression, ...]:
        """Guard and gate, each condition once."""
        return tuple(dict.fromkeys((*self.guard, *self.gate)))


def opposite(condition: Expression) -> Expression:
    """The condition that holds when this one does not, without double negation."""
    if isinstance(condition, Truth):
        return Truth(not condition.value)
    return condition.arg if isinstance(condition, Not) else Not(condition)


def conjuncts(condition: Expression) -> tuple[Expression, ...]:
    """The conditions that must all hold; an alternative that helps with each of several is told with each.

    >>> from negsim.model.expressions import parse
    >>> [str(one) for one in conjuncts(parse("a and not (b or c) and (waived or d and e)"))]
    ['a', 'not b', 'not c', 'waived or d', 'waived or e']
    """
    found = tuple(dict.fromkeys(_split(condition)))
    return found if len(found) <= MOST_PARTS else (condition,)


def _split(condition: Expression) -> Iterator[Expression]:
    if isinstance(condition, And):
        for part in condition.args:
            yield from _split(part)
    elif isinstance(condition, Not) and isinstance(condition.arg, Or):
        for part in condition.arg.args:
            yield from _split(opposite(part))
    elif isinstance(condition, Not) and isinstance(condition.arg, Not):
        yield from _split(condition.arg.arg)
    elif isinstance(condition, Or):
        yield from _alternatives(condition)
    elif condition != Truth(True):
        yield condition


def _alternatives(condition: Or) -> Iterator[Expression]:
    parts = [conjuncts(part) for part in dict.fromkeys(condition.args)]
    if len(parts) == 1:
        yield from parts[0]
        return
    several = [place for place, part in enumerate(parts) if len(part) > 1]
    if any(not part for part in parts):
        return
    if len(several) != 1:
        args = tuple(dict.fromkeys(condition.args))
        yield condition if len(args) == len(condition.args) else Or(args)
        return
    (place,) = several
    simple = [part[0] for other, part in enumerate(parts) if other != place]
    for one in parts[place]:
        each = tuple(dict.fromkeys((*simple, *(one.args if isinstance(one, Or) else (one,)))))
        yield Or(each) if len(each) > 1 else each[0]


def possible(weight: Expression) -> Expression:
    """The condition under which a weight can be above zero, as far as choices and products decide it.

    >>> from negsim.model.expressions import parse
    >>> print(possible(parse("1 if waived else (0.5 if memo and agenda else 0)")))
    waived or memo and agenda
    """
    if isinstance(weight, Number):
        return Truth(weight.value > 0)
    if isinstance(weight, Choice):
        return _choice(weight.condition, possible(weight.then), possible(weight.otherwise))
    if isinstance(weight, Arithmetic) and weight.op in "*/":
        left = possible(weight.left)
        return _both(left, possible(weight.right)) if weight.op == "*" else left
    if isinstance(weight, Arithmetic) and weight.op == "+":
        return _either(possible(weight.left), possible(weight.right))
    return _complement(weight)


def _complement(weight: Expression) -> Expression:
    """``1 - x`` is above zero unless x is surely one; anything else may be."""
    sure = isinstance(weight, Arithmetic) and weight.op == "-" and weight.left == Number(1.0)
    return _certain(weight.right) if sure and isinstance(weight, Arithmetic) else Truth(True)


def _certain(weight: Expression) -> Expression:
    """The condition under which a probability is not surely one."""
    if isinstance(weight, Number):
        return Truth(weight.value < 1)
    if isinstance(weight, Choice):
        return _choice(weight.condition, _certain(weight.then), _certain(weight.otherwise))
    return Truth(True)


def _choice(condition: Expression, then: Expression, otherwise: Expression) -> Expression:
    if then == otherwise:
        return then
    if then == Truth(True):
        return _either(condition, otherwise)
    if then == Truth(False):
        return _both(opposite(condition), otherwise)
    if otherwise == Truth(False):
        return _both(condition, then)
    return _either(_both(condition, then), _both(opposite(condition), otherwise))


def _both(left: Expression, right: Expression) -> Expression:
    if Truth(False) in (left, right):
        return Truth(False)
    if left == Truth(True):
        return right
    return left if right == Truth(True) else And((left, right))


def _either(left: Expression, right: Expression) -> Expression:
    if Truth(True) in (left, right):
        return Truth(True)
    if left == Truth(False):
        return right
    return left if right == Truth(False) else Or((left, right))


def writers(elements: Elements) -> dict[str, set[str]]:
    """The actions that change each variable."""
    found: dict[str, set[str]] = {}
    for name, action in elements.actions.items():
        for effect in (*action.effects, *(effect for outcome in action.outcomes for effect in outcome.effects)):
            found.setdefault(effect.variable, set()).add(name)
    return found


def routes_to(
    condition: Expression, elements: Elements, changed_by: Mapping[str, set[str]] | None = None
) -> tuple[Route, ...]:
    """The actions that can help to make a condition true, by name.

    An action that only answers a signal of others is told with each of those. Every action that changes what the condition reads counts, except where it makes a fact false that must be true.
    ``changed_by`` is what `writers` returns, for those who ask often.
    """
    read = reads(condition)
    table = writers(elements) if changed_by is None else changed_by
    names = sorted({name for variable in read for name in table.get(variable, ())})
    found = (_route(elements.actions[name], condition, read) for name in names)
    return tuple(one for route in found if route is not None for one in _with_their_signals(route, elements, table))


def _with_their_signals(route: Route, elements: Elements, table: Mapping[str, set[str]]) -> Iterator[Route]:
    """The route itself, or, if it only answers a signal, one for each action that gives the signal."""
    signal = next((need for need in route.guard if is_signal(need, route.action, elements, table)), None)
    if not isinstance(signal, Ref):
        yield route
        return
    rest = tuple(need for need in route.guard if need != signal)
    for name in sorted(table[signal.name]):
        giver = elements.actions[name]
        if any(effect.variable == signal.name and effect.amount == Truth(True) for effect in giver.changes()):
            yield replace(route, action=giver, guard=tuple(dict.fromkeys((*conjuncts(giver.when), *rest))))


def is_signal(need: Expression, action: Action, elements: Elements, table: Mapping[str, set[str]]) -> bool:
    """Whether a condition holds for an instant only: an immediate action takes it down whenever it is up."""
    if not isinstance(need, Ref) or not isinstance(action.clock, Immediately):
        return False
    takers = (elements.actions[name] for name in table.get(need.name, ()))
    return any(
        isinstance(taker.clock, Immediately)
        and conjuncts(taker.when) == (need,)
        and any(effect.variable == need.name and effect.amount == Truth(False) for effect in taker.effects)
        for taker in takers
    )


def route_of(action: Action, outcome: str | None = None) -> Route:
    """An action itself as a way: to its firing, or to its firing with one outcome."""
    good = [one for one in action.outcomes if outcome in (None, one.name)]
    others = tuple(one.name for one in action.outcomes if one not in good)
    gate = _gate(good) if others else ()
    return Route(action=action, verdict=action, guard=conjuncts(action.when), gate=gate, others=others)


def _helps(effects: Iterable[Effect], condition: Expression, read: Iterable[str]) -> bool:
    return any(effect.variable in read and _raises(effect, condition) for effect in effects)


def _route(action: Action, condition: Expression, read: Iterable[str]) -> Route | None:
    shared = _helps(action.effects, condition, read)
    good = [outcome for outcome in action.outcomes if shared or _helps(outcome.effects, condition, read)]
    if not shared and not good:
        return None
    others = tuple(outcome.name for outcome in action.outcomes if outcome not in good)
    return Route(
        action=action, verdict=action, guard=conjuncts(action.when), gate=_gate(good) if others else (), others=others
    )


def _gate(good: Iterable[Outcome]) -> tuple[Expression, ...]:
    chance: Expression = Truth(False)
    for outcome in good:
        chance = _either(chance, possible(outcome.weight))
    return () if isinstance(chance, Truth) else conjuncts(chance)


def _raises(effect: Effect, condition: Expression) -> bool:
    """Whether an effect can help: one that gives a part of it the truth value that is not wanted cannot."""
    return any(helps(effect, atom, wanted) for atom, wanted in signed(condition) if effect.variable in reads(atom))


def parts_asked(condition: Expression) -> frozenset[Expression]:
    """The smallest conditions that a condition is made of, each as it helps.

    >>> from negsim.model.expressions import parse
    >>> sorted(map(str, parts_asked(parse("a and not (b or c > 1)"))))
    ['a', 'not b', 'not c > 1']
    """
    return frozenset(atom if wanted else Not(atom) for atom, wanted in signed(condition))
