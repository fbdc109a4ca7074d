"""Reasons for no, held against the histories with yes, and against those told again without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from negsim.why.asking import Asking
from negsim.why.cause import Cause
from negsim.why.chronicle import Chronicle
from negsim.why.reasons import NEARLY_NEVER, Reason
from negsim.why.routes import parts_asked

__all__ = ["Frequency", "frequency", "sorted_out"]

OTHERWISE = {"missing": "absent", "in the way": "beside"}
"""What a precondition is called without which the thing happened as well."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """How frequent a cause of no is.

    Attributes
    ----------
    failing : float
        Share of the histories with no in which it was there, whichever way was the nearest.
    winning : float
        Share of those with yes in which it was there when the yes came about.
    lasting : float
        The same, and still there at the deadline. Where it came about by another way before this one had its turn,
        ``winning`` says that it can do without, and only this whether the cause is as frequent as in failing histories.
    """

    failing: float = 0.0
    winning: float = 0.0
    lasting: float = 0.0


def frequency(cause: Cause, asking: Asking, these: Sequence[Chronicle], others: Sequence[Chronicle]) -> Frequency:
    """How frequent a cause is in histories with no, and in those with yes."""
    if not others or not these:
        return Frequency()
    # Symmetrically: in every history with no, and not only in those for which this way was the nearest.
    by = asking.entry.by
    failing = [present(cause, one, asking.spot(one).state + 1, asking) for one in these]
    won = [present(cause, one, asking.won(one), asking) for one in others]
    end = [there and present(cause, one, one.index(by) + 1, asking) for one, there in zip(others, won, strict=True)]
    return Frequency(sum(failing) / len(these), sum(won) / len(others), sum(end) / len(others))


def present(cause: Cause, told: Chronicle, state: int, asking: Asking) -> bool:
    """Whether a cause was there before a state came about.

    A need, in the state before; an event, if it was the last of its action; an action that was not in time, if
    its way was open and it had not happened.
    """
    before = max(state - 1, 0)
    if cause.kind in ("missing", "in the way") and cause.condition is not None:
        # A part of what is asked about may come last of all.
        part = cause.condition in parts_asked(asking.condition)
        return not told.holds(cause.condition, min(state, len(told.events)) if part else before)
    if cause.kind in ("undone", "outcome"):
        # Who refuses three times and agrees the fourth has agreed.
        last = told.fired(cause.action, None, min(state, len(told.events)))
        return last >= 0 and told.event(last).outcome == cause.outcome
    if cause.kind in ("time", "too rarely", "date"):
        # Only where it was open could it have been late.
        action = asking.inquiry.scenario.expanded.actions[cause.action]
        return told.fired(cause.action, None, min(state, len(told.events))) < 0 and told.holds(action.when, before)
    return False


def sorted_out(reasons: Sequence[Reason], found: Sequence[Frequency]) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """The reasons with which it fails more often than without, and whose removal does not hinder; and all others.

    With a reason in a share a of the failures and in a share b of the others, it fails more often with it than without if
    and only if a > b.
    """
    kept, refuted = [], []
    for one, seen in zip(reasons, found, strict=True):
        told = replace(one, otherwise=seen.winning)
        unrelated = seen.lasting > 0 and max(seen.failing, one.share) <= seen.lasting
        if unrelated or (one.helps is not None and one.helps.hinders):
            refuted.append(told)
        else:
            kept.append(replace(told, kind=_kind(told)))
    return tuple(kept), tuple(refuted)


def _kind(one: Reason) -> str:
    return OTHERWISE.get(one.kind, one.kind) if one.otherwise > NEARLY_NEVER else one.kind
