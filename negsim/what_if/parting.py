"""Where two variants of a history part: the first thing that happens in one and not in the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from negsim.engines.blocks import Event, Trajectory

__all__ = ["Fork", "Parting", "first_apart", "partings"]


@dataclass(frozen=True, slots=True)
class Fork:
    """What happens in one variant of a history and not in the other, before all else that differs."""

    action: str
    outcome: str
    changed: bool
    """Whether it happens with the change, not without it."""
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """Where histories part under a change: what differs first, most often.

    Parameters
    ----------
    action, outcome : str
        What happens.
    changed : bool
        Whether it happens with the change and not without it, or the other way round.
    count, looked : int
        Histories that part there, and those looked at: the first that flip.
    text : str
        What happens, in words.
    """

    action: str
    outcome: str
    changed: bool
    count: int
    looked: int
    text: str

    @property
    def sentence(self) -> str:
        """One sentence for people."""
        where = "with the change alone" if self.changed else "without the change alone"
        of = f"{self.count} of {self.looked} histories that flip" if self.looked > 1 else "the one history that flips"
        return f"In {of} what differs first: {self.text}, {where}."

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data."""
        names = ("action", "outcome", "changed", "count", "looked", "text", "sentence")
        return {name: getattr(self, name) for name in names}


def first_apart(one: Trajectory, two: Trajectory, left_out: Collection[str] = ()) -> Fork | None:
    """The first event of which the other history has not the same at the same place; None where there is none.

    Parameters
    ----------
    one, two : Trajectory
        Without the change, and with it.
    left_out : collection of str
        Actions that are the change itself.
    """
    first, second = (_kept(each.events, left_out) for each in (one, two))
    # What is left of the longer one is looked at below.
    for mine, theirs in zip(first, second, strict=False):
        if _what(mine) != _what(theirs):
            # The earlier of the two is what the other history lacks; at one instant what the change brings is told.
            event, changed = (mine, False) if mine.at < theirs.at else (theirs, True)
            return Fork(event.action, event.outcome, changed, event.at)
    rest = len(first) - len(second)
    if rest == 0:
        return None
    event = first[len(second)] if rest > 0 else second[len(first)]
    return Fork(event.action, event.outcome, rest < 0, event.at)


def _kept(events: Iterable[Event], left_out: Collection[str]) -> list[Event]:
    return [event for event in events if event.action not in left_out]


def _what(event: Event) -> tuple[str, str, float]:
    # The instant too: the same act at another time is already a difference.
    return event.action, event.outcome, event.at


def partings(forks: Sequence[Fork]) -> tuple[Fork, int] | None:
    """The fork that is most frequent, of equally frequent ones the earliest, and how often it is there."""
    counted = Counter((fork.action, fork.outcome, fork.changed) for fork in forks)
    if not counted:
        return None
    earliest = {
        key: min(fork.at for fork in forks if (fork.action, fork.outcome, fork.changed) == key) for key in counted
    }
    # The key itself comes last, so that of wholly equal ones the same is told in each run.
    key = min(counted, key=lambda one: (-counted[one], earliest[one], one))
    return Fork(*key, earliest[key]), counted[key]
