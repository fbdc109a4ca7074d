"""Why the answer is no, or yes: what was found in the histories, as plain results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from negsim.notebook import card, frame
from negsim.why.choices import Declined
from negsim.why.reasons import NAN, Reason
from negsim.why.turning import NearMiss, Turning

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Explanation", "shares", "worth_telling"]

MOST_BEHIND, LEAST_BEHIND = 4, 0.05
"""Reasons told behind each, and the least share of one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why the answer to a question is no, or yes, in the histories in which it is.

    Parameters
    ----------
    question : str
        Name of the question.
    title : str
        What people read in place of the name.
    text : str
        Its resolution wording.
    by : str
        Deadline, ISO text.
    side : {'no', 'yes', 'low', 'high'}
        Which answer is explained; of a number, whether it is low or high (``value`` parts the two).
    n, failures : int
        Histories in which the question counts; those of them with this answer.
    looked : int
        Of these, the histories that were looked at.
    reasons : tuple of Reason
        By share of the histories looked at, the largest first.
    refuted : tuple of Reason
        What was seen in them and is no cause: the question does not fail more often with it than without, or removing
        it does not help.
    decisions : tuple of Declined
        Whose last choice went against it in these histories, and what spoke for that.
    near : tuple of NearMiss
        How many histories with no got there soon after the deadline.
    turning : Turning or None
        When it became impossible, and with which last step.
    value : float
        The number that parts low from high; nan for a question with yes and no.
    title : str
        What the question is called where people read, with its deadline.
    note : str
        What a reader should know before believing it.

    See Also
    --------
    explain : Tell why the answer is no, or yes.
    main_reasons : Explain the main questions of a scenario.

    Examples
    --------
    >>> import negsim as ns
    >>> found = ns.explain(ns.simulate(ns.load("toy"), replications=1_000, seed=1), "talks_day_5")
    >>> found.question, found.reasons[0].share
    ('talks_day_5', 1.0)
    """

    question: str
    title: str = ""
    text: str
    by: str
    side: str = "no"
    n: int
    failures: int
    looked: int = 0
    reasons: tuple[Reason, ...]
    refuted: tuple[Reason, ...] = ()
    decisions: tuple[Declined, ...] = ()
    near: tuple[NearMiss, ...] = ()
    turning: Turning | None = None
    value: float = NAN
    note: str = "reasons are reasons inside the model"

    @property
    def share(self) -> float:
        """Share of histories with this answer."""
        return self.failures / self.n if self.n else float("nan")

    @property
    def heading(self) -> str:
        """What is explained, in a line: the answer and the title of the question."""
        # Results made by hand, as in tests, may have no title.
        named = self.title or f"{self.question.replace('_', ' ')} by {self.by}"
        return f"Why {'not' if self.side == 'no' else self.side}: {named}"

    @property
    def rows(self) -> list[dict[str, object]]:
        """A dictionary a reason, those behind others after them with ``depth`` 1, 2, ..."""
        return [
            {**_fields(reason), "depth": depth, "told": str(reason)} for depth, reason in _with_depth(self.reasons, 0)
        ]

    def __repr__(self) -> str:
        return (
            f"<Explanation of {self.question} by {self.by}: {self.side} in {self.failures:,} of {self.n:,} histories>"
        )

    def _repr_html_(self) -> str:
        rows = [
            [f"{'– ' * depth}{reason}", f"{100 * reason.share:.0f} %", f"{100 * reason.alone:.0f} %"]
            for depth, reason in _with_depth(self.reasons, 0)
        ]
        facts = {f"{self.side} in": f"{self.failures:,} of {self.n:,} histories"}
        heads = ("reason", "share", "alone")
        decisions = [str(one) for one in self.decisions]
        return card(self.heading, facts, columns=heads, rows=rows, notes=[*decisions, self.note])

    def to_dataframe(self) -> pd.DataFrame:
        """A row a reason: its kind, text and condition, its share, how often it was alone, how deep it stands."""
        columns = ("depth", "kind", "text", "condition", "share", "low", "high", "alone", "told")
        return frame(self.rows, columns)

    def __str__(self) -> str:
        head = f"{self.question} by {self.by}: {self.side} in {self.failures:,} of {self.n:,} histories"
        if not self.failures:
            return head
        # Shares are of those looked at, and the head must not seem to say more.
        of = "" if self.looked == self.failures else f"; {self.looked:,} of them looked at"
        lines = [f"{head}{of}"]
        for depth, reason in _with_depth(self.reasons, 0, brief=True):
            helps = "" if reason.helps is None else f"; {reason.helps}"
            lines.append(f"{'  ' * depth}  {shares(reason)}  {reason}{helps}")
        lines += [f"  {line}" for one in self.decisions for line in str(one).splitlines()]
        return "\n".join([*lines, f"  ({self.note})"])

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain data.

        Returns
        -------
        dict
            Numbers as they are, every reason with its sentence and what is behind it.
        """
        return {
            "question": self.question,
            "title": self.title,
            "text": self.text,
            "by": self.by,
            "side": self.side,
            "n": self.n,
            "failures": self.failures,
            "looked_at": self.looked,
            "value": self.value if self.value == self.value else None,
            "reasons": [one.as_dict() for one in self.reasons],
            "refuted": [one.as_dict() for one in self.refuted],
            "decisions": [one.as_dict() for one in self.decisions],
            "near_misses": [one.as_dict() for one in self.near],
            "turning": None if self.turning is None else self.turning.as_dict(),
            "note": self.note,
        }


def shares(reason: Reason) -> str:
    """A reason's share, with its interval and the share in which nothing else was missing.

    >>> shares(Reason(kind="missing", text="it has no text", condition="text", share=0.5, alone=0.25, low=0.4, high=0.6))
    ' 50 % [40, 60], alone 25 %'
    """
    # Not a number is unequal to itself: what lies behind another has no interval.
    ends = f" [{100 * reason.low:.0f}, {100 * reason.high:.0f}]" if reason.low == reason.low else ""
    alone = f", alone {100 * reason.alone:.0f} %" if 0.005 < reason.alone < reason.share else ""
    return f"{100 * reason.share:3.0f} %{ends}{alone}"


def _with_depth(reasons: Iterable[Reason], depth: int, *, brief: bool = False) -> Iterator[tuple[int, Reason]]:
    """Each reason with how far behind it stands, those behind it after it; briefly, without the rare ones behind."""
    for reason in reasons:
        yield depth, reason
        yield from _with_depth(worth_telling(reason) if brief else reason.behind, depth + 1, brief=brief)


def worth_telling(reason: Reason) -> tuple[Reason, ...]:
    """The reasons behind one that are worth a line: the most frequent, and none that is rare."""
    return tuple(one for one in reason.behind if one.share >= LEAST_BEHIND)[:MOST_BEHIND]


def _fields(reason: Reason) -> dict[str, object]:
    return {key: getattr(reason, key) for key in ("kind", "text", "condition", "share", "low", "high", "alone")}
