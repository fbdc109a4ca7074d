"""From causes in single histories to reasons: in which share of them, how surely, alone or beside others, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from negsim.estimates import Interval
from negsim.model.calendar import DAY
from negsim.why.cause import CONDITIONS, LATE, Cause
from negsim.wording.language import Language, language

__all__ = ["NAN", "NEARLY_NEVER", "Reason", "Tally", "alike", "in_order", "reasons_of", "tallied"]

SMALL = 0.005
"""Reasons behind fewer histories than this share are not told."""

NAN = float("nan")
"""One object, so that equal reasons compare equal."""

NEARLY_NEVER = 0.02
"""A precondition counts as one while the thing happened without it in no greater share of the histories in which it did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One reason for no, or for yes.

    Parameters
    ----------
    kind : str
        ``missing`` (a precondition was unmet, and without it the thing never happened), ``in the way`` (something held
        that must not, and beside it the thing never happened), ``absent`` and ``beside`` (the same, but the thing also
        happened otherwise: ``otherwise`` is how often), ``undone`` (an event took it away, or brought what is in the
        way), ``outcome`` (it came to the decision, which went the other way), ``time`` (all was met, the clock was still
        running), ``too rarely`` (it happened, but not often enough), ``low`` and ``high`` (a number that was too low or too
        high), ``several`` (no one thing would have been enough), ``slowed`` (what made that clock slow), ``since`` (what
        set it going, late), ``date`` (its date comes later), ``wording`` (it happened, but
        not as the question asks), ``none`` (nothing in the model brings it about), ``by`` (the event that brought it
        about), ``start`` (it was so from the start), ``with`` and ``without`` (an event that happens, or
        does not, more often where a number is low, or high).
    text : str
        A sentence without its full stop.
    condition : str
        The condition or the action's name, as in the scenario.
    share : float
        Share of the histories looked at; of a reason behind another: of the histories of that one.
    low, high : float
        Ends of its 95 % interval; for reasons behind others nan.
    alone : float
        Share in which it was the only one.
    count : int
        Histories with it.
    behind : tuple of Reason
        Why that was so; shares of the histories of this reason.
    otherwise : float
        Of the histories with the other answer: its share when that came about.
    helps : Estimate or None
        By how much the answer changes if this is removed, history by history; None where that was not tried.

    See Also
    --------
    explain : Tell why the answer is no, or yes.
    Explanation : All reasons for one answer.

    Examples
    --------
    >>> import negsim as ns
    >>> found = ns.explain(ns.simulate(ns.load("toy"), replications=1_000, seed=1), "talks_day_5").reasons[0]
    >>> found.kind, found.condition, found.share
    ('missing', 'memorandum.delivered', 1.0)
    """

    kind: str
    text: str
    condition: str
    share: float
    alone: float
    count: int = 0
    low: float = NAN
    high: float = NAN
    behind: tuple[Reason, ...] = ()
    otherwise: float = 0.0
    helps: Any = None

    def __str__(self) -> str:
        return self.told(language("en"))

    def told(self, said: Language) -> str:
        """The reason, and how frequent it is elsewhere where that matters, in a language."""
        share = f"{100 * self.otherwise:.0f}"
        if self.kind in ("with", "without"):
            return said.say("reason_others", what=self.text, share=share)
        if self.kind in ("absent", "beside"):
            return said.say("reason_also", what=self.text, share=share)
        return self.text

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data.

        Returns
        -------
        dict
            Numbers as they are, the sentence, and the reasons behind it.
        """
        return {
            "kind": self.kind,
            "text": self.text,
            "condition": self.condition,
            "share": self.share,
            "low": _number(self.low),
            "high": _number(self.high),
            "alone": self.alone,
            "histories": self.count,
            "otherwise": self.otherwise,
            "helps": None if self.helps is None else self.helps.as_dict(),
            "behind": [one.as_dict() for one in self.behind],
        }


def _number(value: float) -> float | None:
    return value if value == value else None


@dataclass(slots=True)
class Tally:
    """The same cause in many histories.

    Attributes
    ----------
    cause : Cause
    members, alone : list of int
        Numbers of the histories that have it, and that have it alone.
    each : list of Cause
        As it is in each of these.
    factor : float
        Of what slowed a clock: the share of its pace.
    helps : Helped or None
        What becomes of the histories without it.
    read : tuple of int
        Of what slowed a clock: the histories in which that was read; of the others as many are taken to be like them.
    behind : mapping from key to Tally
    """

    cause: Cause
    members: list[int] = field(default_factory=list)
    alone: list[int] = field(default_factory=list)
    each: list[Cause] = field(default_factory=list)
    factor: float = NAN
    helps: Any = None
    read: tuple[int, ...] = ()
    behind: dict[tuple[Any, ...], Tally] = field(default_factory=dict)

    @property
    def days(self) -> float:
        """The median of when it happened, or of how long it had been under way, in days."""
        return median(one.span if one.kind in LATE else one.at for one in self.each) / DAY

    def walk(self) -> Iterator[Tally]:
        """This and all that is behind it."""
        yield self
        for one in self.behind.values():
            yield from one.walk()


def tallied(causes: Mapping[int, Sequence[Cause]]) -> dict[tuple[Any, ...], Tally]:
    """The causes of numbered histories, each with the histories that have it."""
    found: dict[tuple[Any, ...], Tally] = {}
    for number, each in causes.items():
        _count(found, number, each)
    return found


def _count(found: dict[tuple[Any, ...], Tally], number: int, causes: Sequence[Cause]) -> None:
    # Behind each cause its own are counted, so that shares there are of its histories.
    for cause in causes:
        one = found.setdefault(cause.key, Tally(cause))
        one.members.append(number)
        one.each.append(cause)
        # The last unmet one: whoever removes it has the thing.
        if len(causes) == 1:
            one.alone.append(number)
        _count(one.behind, number, cause.behind)


def reasons_of(
    tallies: Iterable[Tally],
    total: int,
    say: Callable[[Tally], str],
    interval: Callable[[Sequence[int]], Interval] | None = None,
) -> tuple[Reason, ...]:
    """Reasons by share, the largest first; of equal ones first what was decided, then what was lacking."""
    kept = in_order(alike(tallies, say), total)
    return tuple(_reason(one, total, say, interval) for one in kept)


def alike(tallies: Iterable[Tally], say: Callable[[Tally], str]) -> list[Tally]:
    """The causes, those that are told by the same sentence as one."""
    found: dict[tuple[str, str], Tally] = {}
    for one in tallies:
        key = (one.cause.kind, say(one))
        found[key] = merged(found[key], one) if key in found else one
    return list(found.values())


def merged(one: Tally, two: Tally) -> Tally:
    """Two causes as one: in each history that has either."""
    causes = dict(zip((*one.members, *two.members), (*one.each, *two.each), strict=True))
    behind = dict(one.behind)
    for key, under in two.behind.items():
        behind[key] = merged(behind[key], under) if key in behind else under
    both = set(one.members) & set(two.members)  # what was two things there is one
    alone = sorted({*one.alone, *two.alone, *both})
    return Tally(one.cause, list(causes), alone, list(causes.values()), one.factor, behind=behind)


def in_order(tallies: Iterable[Tally], total: int) -> list[Tally]:
    """The causes that are told, in the order in which they are."""
    # Equal shares are ordered by what the reader can do about them, and then by name, so that runs repeat.
    kept = [one for one in tallies if len(one.members) > SMALL * total]
    return sorted(kept, key=lambda one: (-len(one.members), ORDER.index(one.cause.kind), str(one.cause.key)))


ORDER = (
    "wording", "outcome", "undone", "in the way", "missing", "low", "high", "several", "slowed", "since", "time", "too rarely", "date", "none", "by", "start",
)  # fmt: skip


def _reason(
    one: Tally,
    total: int,
    say: Callable[[Tally], str],
    interval: Callable[[Sequence[int]], Interval] | None,
) -> Reason:
    cause, count = one.cause, len(one.members)
    low, high = (NAN, NAN) if interval is None else tuple(interval(one.members))
    # What slowed it is only told if it was seen to matter, or was not tried.
    under = [
        each for each in one.behind.values() if each.cause.kind != "slowed" or each.helps is None or each.helps.turned
    ]
    text, behind = say(one), reasons_of(under, count, say)
    if any(each.text == text for each in behind):  # an event that is called what it brings about
        behind = tuple(under for each in behind for under in (each.behind if each.text == text else (each,)))
    return Reason(
        kind=cause.kind,
        text=text,
        condition=str(cause.condition) if cause.kind in CONDITIONS else cause.action or str(cause.condition),
        share=count / total,
        alone=len(one.alone) / total,
        count=count,
        low=low,
        high=high,
        behind=behind,
        helps=one.helps,
    )
