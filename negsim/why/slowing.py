"""What slowed it, as causes behind those that needed more time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from negsim.model.elements import Elements
from negsim.model.expressions import Choice
from negsim.why.cause import LATE, Cause
from negsim.why.chronicle import Chronicle
from negsim.why.reasons import Tally
from negsim.why.slowed import HOLDING, Slowing, slowing

__all__ = ["add_slowing"]

MOST = 3
"""Parts of a pace that are told."""

FEWEST, SLOW = 0.1, 0.9
"""Share of the histories, and of the pace, from which on what slowed a clock is told."""


def add_slowing(tallies: Iterable[Tally], elements: Elements, told: Mapping[int, Chronicle], enough: int) -> None:
    """Put what slowed each clock that needed more time behind that."""
    for top in tallies:
        for one in list(top.walk()):
            action = elements.actions.get(one.cause.action)
            if one.cause.kind in LATE and action is not None:
                # Reading paces is the dearest of all looks; a sample of the histories is enough for shares.
                pairs = list(zip(one.members, one.each, strict=True))[:enough]
                spans = [(told[number], *cause.ran, cause.at + cause.span) for number, cause in pairs]
                much = [each for each in slowing(action, spans) if _matters(each, len(pairs))]
                for found in much[:MOST]:
                    _put(one, found, len(pairs))


def _matters(found: Slowing, looked: int) -> bool:
    return len(found.members) >= FEWEST * looked and found.factor < SLOW


def _put(one: Tally, found: Slowing, looked: int) -> None:
    tree = found.part.tree
    cause = Cause(
        "slowed", tree, one.cause.action, HOLDING if isinstance(tree, Choice) and found.part.holding else "released"
    )
    # Of the histories that were not read as many are slowed as of those that were.
    count = round(len(found.members) * len(one.members) / looked)
    members = [*found.members, *(number for number in one.members if number not in found.members)][:count]
    key = ("slowed", tree, cause.action, cause.outcome)
    one.behind[key] = Tally(
        cause, members=members, each=[cause] * len(members), factor=found.factor, read=found.members
    )
