"""Ways to a condition in one history: how near each was, and which of them are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from negsim.model.expressions import And, AtLeast, Expression, Not, Or, Ref
from negsim.why.cause import Cause, Spot
from negsim.why.routes import Route, opposite

__all__ = [
    "DATE",
    "OUTCOME",
    "RUNNING",
    "Look",
    "alternatives",
    "barred",
    "circular",
    "distinct",
    "is_waiver",
    "latest",
    "shown",
]

OUTCOME, RUNNING, DATE = 0, 1, 90
"""How near a way was: it was tried and went otherwise, it was under way, its date comes later; one that lacked n things
has 1 + n."""

WAIVED = "waived"
"""What words call the fact that nothing is asked for any more."""


@dataclass(frozen=True, slots=True)
class Look:
    """One way in one history: how near it was, where that was seen, what it lacked, and the event that went otherwise."""

    route: Route
    rank: int
    spot: Spot
    unmet: tuple[Expression, ...] = ()
    tried: int = -1


def shown(route: Route) -> tuple[str, str]:
    """The event that a way leads to: what is decided where its action gives only the signal."""
    # The first favourable outcome gives the event its name; the others are seldom more than variants.
    good = [one.name for one in route.verdict.outcomes if one.name not in route.others]
    return (
        (route.verdict.name, good[0] if good else "") if route.verdict is not route.action else (route.action.name, "")
    )


def latest(looks: list[Look]) -> list[Look]:
    """The ways, of those to one decision only the one by which it was taken last, and those that were under way."""
    tried: dict[str, Look] = {}
    for look in looks:
        name = look.route.verdict.name
        if look.tried > tried.get(name, look).tried or (look.tried >= 0 and name not in tried):
            tried[name] = look
    return [look for look in looks if look.rank == RUNNING or tried.get(look.route.verdict.name, look) is look]


def is_waiver(condition: Expression) -> bool:
    """Whether a condition is that what is missing for a thing is waived."""
    return isinstance(condition, Ref) and condition.name.rpartition(".")[2] == WAIVED


def circular(look: Look, above: frozenset[Expression]) -> bool:
    """Whether a way lacked what it should have helped to bring about: no reason, and told already.

    Of what is asked about itself an alternative may be left that is none.
    """
    # Deeper down the other alternatives mostly come by the same circle.
    first = len(above) == 1
    return any(
        need in above
        or (isinstance(need, Or) and not above.isdisjoint(need.args) and not (first and _others(need, above)))
        for need in look.unmet
    )


def _others(need: Or, above: frozenset[Expression]) -> bool:
    return any(one not in above and not is_waiver(one) for one in need.args)


def barred(look: Look, running: Sequence[Look]) -> bool:
    """Whether all that was in a way's way is what its followers wait for."""
    # The first way is shut because the second is open: not shut for want of anything.
    opened = {need for other in running for need in other.route.guard}
    return bool(look.unmet) and all(isinstance(need, Not) and need.arg in opened for need in look.unmet)


def alternatives(condition: Expression) -> tuple[Expression, ...]:
    """The conditions of which some would do; none if it is not of that form."""
    if isinstance(condition, (Or, AtLeast)):
        return condition.args
    if isinstance(condition, Not) and isinstance(condition.arg, And):
        return tuple(opposite(one) for one in condition.arg.args)
    return ()


def distinct(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Each cause once."""
    # In the order in which they were found, so that runs repeat.
    return tuple({one.key: one for one in causes}.values())
