"""The kinds of questions: one row each, and nobody compares their names.

A row says what a kind asks, what a run has to record for it, what its answer is, and which further keys and dates go
with it. Whoever lowers, counts, estimates, prints or exports questions asks the row; a new kind is a new row:

>>> lacks = Kind(name="lacks", asks="is the condition false on a date", record="at", share=True, mean="values", most="share",
...              recorded=lambda condition: ~condition, csl='P=? [ F[{by},{by}] {label} ]')
>>> KINDS[lacks.name] = lacks
>>> from negsim.model.questions import Question
>>> Question(name="no_text", kind="lacks", condition="memorandum", by="2025-06-02").probable
True
>>> del KINDS["lacks"]
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from negsim.model.expressions import Expression

__all__ = ["KINDS", "Kind", "named"]

Record = Literal["first", "edges", "at", "held", "fired"]


def _itself(condition: Expression) -> Expression:
    return condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What one kind of question is.

    Parameters
    ----------
    name : str
    asks : str
        What it asks, in words.
    record : {'first', 'edges', 'at', 'held', 'fired'}
        What a run records for it: the first time of its condition; the first time that it turns true in a window; a value
        on a date; the time for which it holds, or a number over time; firings of an action.
    about : {'condition', 'number', 'action'}
    share : bool
        Whether its answer is yes or no.
    mean : {'', 'values', 'times'}
        Whether its answers have a mean as numbers: all of them, or the times of those histories that get there.
    unit : str
        Of the mean: ``"days"``, ``"times"`` or nothing.
    most : {'', 'share', 'days', 'count'}
        Between which numbers an answer lies: 0 and 1, 0 and the days to the deadline, 0 and no end, or anywhere.
    keys : tuple of str
        Keys of a question that go with it, of ``after``, ``throughout``, ``or_holds``, ``at_least`` and
        ``weights``.
    dates : {'own', 'earlier', 'any'}
        Which dates may be asked of what was recorded: its own, another deadline, or any window.
    dated : bool
        Whether its wording has to say a date.
    needed : bool
        Whether a scenario contradicts itself if it can never be yes.
    explained : bool
        Whether `explain` can tell why not.
    recorded : function
        From the condition to what is recorded of it.
    lasts : bool
        Whether it asks about a state that lasts, and not about something that comes: which clause its sentence takes.
    frame : str
        Key of its sentence in the language files; nothing for "by a date".
    csl : str
        Its property in the language of PRISM and Storm, with ``{label}`` and ``{by}``; without one it is not exported, and
        ``unsaid`` says why.
    unsaid : str
    """

    name: str
    asks: str
    record: Record
    about: Literal["condition", "number", "action"] = "condition"
    share: bool = False
    mean: Literal["", "values", "times"] = ""
    unit: str = ""
    most: Literal["", "share", "days", "count"] = ""
    keys: tuple[str, ...] = ()
    dates: Literal["own", "earlier", "any"] = "own"
    dated: bool = True
    needed: bool = False
    explained: bool = False
    recorded: Callable[[Expression], Expression] = _itself
    lasts: bool = False
    frame: str = ""
    csl: str = ""
    unsaid: str = ""

    @property
    def timed(self) -> bool:
        """Whether a time is recorded, so that it has a curve."""
        return self.record in ("first", "edges")


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="reached",
            asks="does the condition become true by a date, or within a window",
            record="first",
            share=True,
            keys=("after", "throughout"),
            most="days",
            dates="any",
            needed=True,
            explained=True,
        ),
        Kind(
            name="happens",
            frame="question_anew",
            asks="does the condition turn true within a window, however often before",
            record="edges",
            share=True,
            most="days",
            keys=("after", "or_holds"),
            dates="earlier",
            needed=True,
            unsaid="whether a condition turns true within a window, however often before",
        ),
        Kind(
            name="when",
            frame="question_when",
            asks="when is the condition first true",
            record="first",
            share=True,
            mean="times",
            most="days",
            keys=("after", "throughout"),
            dates="any",
            dated=False,
            explained=True,
        ),
        Kind(
            name="holds",
            lasts=True,
            frame="question_state",
            asks="does the condition hold on a date",
            record="at",
            share=True,
            mean="values",
            most="share",
            explained=True,
            csl="P=? [ F[{by},{by}] {label} ]",
        ),
        Kind(
            name="fired",
            frame="question_often",
            asks="how often does the action fire, or do several with weights, by a date or within a window; with at_least: so "
            "often or more",
            record="fired",
            about="action",
            mean="values",
            unit="times",
            most="count",
            keys=("after", "at_least", "weights"),
            csl="R{{{label}}}=? [ C<={by} ]",
        ),
        Kind(
            name="duration",
            lasts=True,
            frame="question_long",
            asks="for how long does the condition hold in all by a date",
            record="held",
            mean="values",
            unit="days",
            most="days",
            csl="R{{{label}}}=? [ C<={by} ]",
        ),
        Kind(
            name="integral",
            frame="question_integral",
            asks="what is the number, added up over the days to a date (its mean times the days)",
            record="held",
            about="number",
            mean="values",
            csl="R{{{label}}}=? [ C<={by} ]",
        ),
        Kind(
            name="value",
            frame="question_value",
            asks="what is the expression on a date",
            record="at",
            about="number",
            mean="values",
            csl="R{{{label}}}=? [ I={by} ]",
        ),
    )
}
"""The kinds by name; a row that is added here is known to everybody."""


def named(that: Callable[[Kind], bool]) -> str:
    """The kinds of which something is true, in words.

    >>> named(lambda kind: kind.timed)
    'reached, happens or when'
    """
    names = [kind.name for kind in KINDS.values() if that(kind)]
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
