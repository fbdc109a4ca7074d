"""Why a number is low, or high: what happens more often, or more rarely, in the histories in which it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import median

from negsim.model.elements import Elements
from negsim.why.chronicle import Chronicle
from negsim.why.phrases import Phrases
from negsim.why.posing import Posed
from negsim.why.reasons import Reason
from negsim.why.supposed import Supposing, prevented

__all__ = ["apart", "goes_with"]

MOST, TRIED = 8, 4
"""Events that are told, and those of them that are prevented to see what becomes of the number."""

Z = 2.6
"""By how many standard errors two shares must differ to be told: many are compared."""

Act = tuple[str, str]


def goes_with(
    posed: Posed,
    these: Sequence[Chronicle],
    others: Sequence[Chronicle],
    elements: Elements,
    said: Phrases,
    supposing: Supposing,
) -> tuple[Reason, ...]:
    """The events that set the histories with a low (or high) number apart from the others, the clearest first.

    What happens more often there is prevented in the same histories: ``helps`` has what becomes of the number.
    """
    if not these or not others:
        return ()
    inside, outside = _firsts(these, posed.entry.by), _firsts(others, posed.entry.by)
    among = [one.replication for one in these]
    found = []
    for act in sorted({*inside, *outside}):
        text = said.event(*act)
        best = _clearest(inside.get(act, {}), outside.get(act, {}), len(these), len(others)) if text else None
        if best is not None:
            found.append((_reason(posed, act, best, among, said), act))
    found.sort(key=lambda pair: (-abs(pair[0].share - pair[0].otherwise), pair[1]))
    return tuple(
        _tried(one, act, elements, inside, supposing) if number < TRIED else one
        for number, (one, act) in enumerate(found[:MOST])
    )


def _firsts(told: Sequence[Chronicle], by: float) -> dict[Act, dict[int, float]]:
    """When each event first happened up to a time, in each history in which it did."""
    found: dict[Act, dict[int, float]] = {}
    for one in told:
        for event in one.events:
            if event.at <= by:
                found.setdefault((event.action, event.outcome), {}).setdefault(one.replication, event.at)
    return found


@dataclass(frozen=True, slots=True)
class Split:
    """What sets two groups of histories apart: that an event had happened by a time, or (``late``) that it had not."""

    by: float
    late: bool
    has: frozenset[int]
    other: float


def _clearest(inside: dict[int, float], outside: dict[int, float], n: int, m: int) -> Split | None:
    """The time by which an event had happened in one group more often than in the other, if the two are apart."""
    times = [*inside.values(), *outside.values()]
    found = []
    # Whether it happened at all, and whether it happened early: two cuts, so that chance finds no date.
    for by in (max(times), median(times)):
        had = frozenset(number for number, when in inside.items() if when <= by)
        others = sum(when <= by for when in outside.values())
        if apart(len(had), n, others, m):
            late = len(had) / n < others / m
            found.append((abs(len(had) / n - others / m), Split(by, late, had, others / m)))
    return max(found, key=lambda one: one[0])[1] if found else None


def apart(hits: int, n: int, other_hits: int, m: int) -> bool:
    """Whether two shares differ by more than chance among many comparisons.

    >>> apart(90, 100, 40, 100), apart(50, 100, 45, 100)
    (True, False)
    """
    # Shares of 0 and 1 would have no error at all.
    one, two = (hits + 1) / (n + 2), (other_hits + 1) / (m + 2)
    return abs(hits / n - other_hits / m) > Z * sqrt(one * (1 - one) / n + two * (1 - two) / m)


def _reason(posed: Posed, act: Act, found: Split, among: Sequence[int], said: Phrases) -> Reason:
    """An event as it goes with the number, or its not having happened by a time, whichever is the more frequent here."""
    members = [number for number in among if (number in found.has) != found.late]
    low, high = posed.interval(members, among)
    date = said.date(posed.runs.scenario.calendar.at(found.by).date())
    return Reason(
        kind="without" if found.late else "with",
        text=said.say("why_not_by" if found.late else "why_by", date=date, what=said.event(*act)),
        condition=act[0],
        share=len(members) / len(among),
        alone=0.0,
        count=len(members),
        low=low,
        high=high,
        otherwise=1 - found.other if found.late else found.other,
    )


def _tried(
    one: Reason, act: Act, elements: Elements, members: dict[Act, dict[int, float]], supposing: Supposing
) -> Reason:
    """The reason with what becomes of the number where its event is prevented."""
    changed = prevented(elements, *act) if one.kind == "with" else None
    helps = None if changed is None else supposing.helped(changed, members[act])
    return one if helps is None else replace(one, helps=helps)
