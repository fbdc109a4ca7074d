"""Comparisons of what several things together come to: which of them would have turned it."""

from __future__ import annotations

from negsim.model.expressions import Compare, Expression, Not, Ref, reads
from negsim.why.cause import Cause
from negsim.why.chronicle import Chronicle

__all__ = ["amounts", "mixed", "pivots"]

MIXED = 3
"""Things that a comparison reads from which on its facts are told in place of the events that move its numbers."""


def mixed(condition: Expression) -> bool:
    """Whether a condition compares what several things together come to."""
    # A count against a number is told by its events; a sum of many moods is not.
    comparison = condition.arg if isinstance(condition, Not) else condition
    return isinstance(comparison, Compare) and len(reads(comparison)) >= MIXED


def pivots(told: Chronicle, condition: Expression, state: int) -> tuple[Expression, ...]:
    """What would have turned a comparison of several things: each fact that alone would have made it true, as a need."""
    found = []
    for name in sorted(reads(condition)) if mixed(condition) else ():
        if told.reader.kind(name) == "fact":
            ref = Ref(name, "condition")
            need: Expression = Not(ref) if told.holds(ref, state) else ref
            # Alone, all else being as it was: what only helps together with others is not told as a cause.
            if told.would(condition, state, name, isinstance(need, Ref)):
                found.append(need)
    return tuple(found)


def amounts(told: Chronicle, condition: Expression, state: int) -> tuple[Cause, ...]:
    """The levels that alone would have turned a comparison, had they been as low or as high as they can be."""
    found = []
    for name in sorted(reads(condition)):
        for kind, end in zip(("high", "low"), told.reader.ends(name), strict=False):
            if told.would(condition, state, name, end):
                found.append(Cause(kind, Ref(name, "number")))
    return tuple(found) or (Cause("several", condition),)
