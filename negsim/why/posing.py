"""A question as it was answered by finished runs: which histories say yes and no, and which of them are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import answered, counted, numbers
from negsim.errors import EstimateError, NotRecorded
from negsim.estimates import Interval, Proportion, Rows
from negsim.model.calendar import Dated, moment
from negsim.model.expressions import as_expression
from negsim.model.questions import ANEW, Askable, Question
from negsim.program import lower
from negsim.program.probes import Asked
from negsim.results.base import Results
from negsim.results.runs import Runs
from negsim.running.again import again

__all__ = ["Posed", "pose"]

ANEW_AT_MOST = 4_000
"""Histories told again where the runs did not record what is asked."""

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Posed:
    """A question with its answers in the histories of finished runs.

    Attributes
    ----------
    runs : Runs
        With the answers; those that were given, or the first of their histories once more.
    entry : Asked
        The question and its dates in microseconds.
    called : str
        What people read as its name.
    yes, no : bool (n,)
        The histories with either answer; of a number: with a high one, and with a low one.
    value : float
        The number that parts high from low; nan for a question with yes and no.
    """

    runs: Runs
    entry: Asked
    called: str
    yes: NDArray[np.bool_]
    no: NDArray[np.bool_]
    value: float = float("nan")

    @property
    def question(self) -> Question:
        """The question, names of words put in."""
        return self.entry.question

    @property
    def amount(self) -> bool:
        """Whether it asks for a number."""
        return not self.question.probable

    def numbers(self, yes: bool, most: int) -> list[int]:
        """The numbers of the first histories with an answer."""
        found = self.runs.block.replications[self.yes if yes else self.no]
        return [int(one) for one in found[:most]]

    def interval(self, members: Sequence[int], among: Sequence[int]) -> Interval:
        """The 95 % interval of a share: of some histories (by number) among others."""
        hits = len(members)
        rows = None
        if self.runs.clustered and 0 < hits < len(among):
            row = np.asarray(among, dtype=np.int64) % len(self.runs.rows)
            # All or none need no rows: their interval is exact without.
            has = np.isin(among, members)
            every = np.ones(len(among), dtype=np.bool_)
            rows = Rows.of(row, len(self.runs.rows), has.astype(np.float64), every, ~every)
        return Proportion(hits=hits, n=len(among), rows=rows).interval(LEVEL)


def pose(runs: Results, question: Question | Askable, by: Dated | None = None) -> Posed:
    """A question as finished runs answer it; what they did not record is asked of their first histories once more.

    Raises
    ------
    NotRecorded
        If a name is that of no question.
    """
    # What people call it is kept: told anew it goes by a private name.
    entry, called = _entry(runs, question)
    if by is not None:
        entry = _by(runs, entry, by)
    if entry.column < 0 or not isinstance(runs, Runs):
        runs, entry = _anew(runs, entry)
    assert isinstance(runs, Runs)
    failed = runs.block.failed
    if entry.question.probable:
        yes, counts = answered(runs.block, entry, entry.after, entry.by)
        return Posed(runs, entry, called, yes & ~failed, counts & ~yes & ~failed)
    counts = counted(runs.block, entry, entry.by) & ~failed
    values = numbers(runs.block, entry)
    if not counts.any():
        raise EstimateError(f"question {called} counts in none of the {len(values):,} histories")
    middle = float(np.median(values[counts]))
    below = values[counts & (values < middle)]
    if (values[counts] <= middle).all() and below.size:  # most are as high as any: those are the high ones
        middle = float(below.max())
    low = values <= middle
    return Posed(runs, entry, called, counts & ~low, counts & low, middle)


def _entry(runs: Results, question: Question | Askable) -> tuple[Asked, str]:
    try:
        entry = runs.asked(question)
    except NotRecorded:
        if isinstance(question, str):
            raise
        asked = question if isinstance(question, Question) else _of_condition(runs, question)
        elements, calendar = runs.scenario.expanded, runs.scenario.calendar
        read = elements.read(asked)
        by, after = read.closes(calendar, runs.scenario.horizon), read.opens(calendar)
        return Asked(question=read, by=by, after=after, column=-1), asked.called
    return entry, entry.question.called


def _of_condition(runs: Results, condition: object) -> Question:
    return Question(name=ANEW, condition=as_expression(condition))  # type: ignore[arg-type] # a condition, else refused


def _by(runs: Results, entry: Asked, by: Dated) -> Asked:
    """The question with another deadline; what was not recorded for that has no column."""
    asked = replace(entry.question, by=moment(by, "by"), before=None)
    upto = asked.closes(runs.scenario.calendar, runs.scenario.horizon)
    # First times answer every deadline; what was looked at on one date answers that date alone.
    known = entry.question.row.record == "first" and entry.given is None
    return replace(entry, question=asked, by=upto, column=entry.column if known or upto == entry.by else -1)


def _anew(runs: Results, entry: Asked) -> tuple[Runs, Asked]:
    name = "why.asked"
    while name in runs.scenario.expanded.questions:
        name += "_"
    program = lower(runs.scenario, [replace(entry.question, name=name)])
    told = again(runs, program, min(runs.replications, ANEW_AT_MOST))
    return told, replace(program.probes.asked[name], question=entry.question)
