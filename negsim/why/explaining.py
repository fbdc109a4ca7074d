"""Why it does not happen, or does: histories of finished runs are told again with all their states, and asked why.

The histories are those of the runs (the same seed, rows and numbers give the same histories): the first of those with the
answer that is explained, and the first of the others, which every reason is held against.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from negsim.errors import EstimateError
from negsim.model.calendar import Dated
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario
from negsim.results.answers import deadline, stated
from negsim.results.base import Results
from negsim.results.listed import answers
from negsim.results.runs import Runs
from negsim.why.amounts import goes_with
from negsim.why.asking import Asking
from negsim.why.causes import Inquiry
from negsim.why.choices import Declined, bearing, declined
from negsim.why.chronicle import Chronicle, chronicles
from negsim.why.explanation import Explanation
from negsim.why.held_against import frequency, sorted_out
from negsim.why.phrases import Phrases
from negsim.why.posing import Posed, pose
from negsim.why.reasons import alike, in_order, reasons_of, tallied
from negsim.why.slowing import add_slowing
from negsim.why.standing import Standing
from negsim.why.supposed import Supposing, decided_otherwise, try_without
from negsim.why.telling import Telling
from negsim.why.turning import near_misses, turning

__all__ = ["explain", "main_conditions", "main_reasons"]

MOST, OTHERS = 400, 200
"""Histories looked at with the answer that is explained, and with the other one."""

FEW, FEW_OTHERS = 120, 60
"""The same for the main reasons beside a run's answers."""

EVENTS, LEAST = 400_000, 4
"""Events in all histories that are looked at, about; and histories at least, however many events they have."""

READ, READ_IN_BRIEF = 60, 15
"""Histories in which the pace of one clock is read, and beside a run's answers."""

MOST_CONDITIONS = 4
DEPTH = 3


def explain(
    runs: Results,
    question: Question | Askable,
    by: Dated | None = None,
    *,
    yes: bool = False,
    depth: int = DEPTH,
    most: int | None = None,
) -> Explanation:
    """Tell why the answer to a question is no in the histories in which it is, or why it is yes.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    question : str, Question or condition
        Of any kind. A question or condition that the runs did not ask is asked of their first histories once more.
    by : date, instant or days, optional
        Another deadline than the question's own.
    yes : bool, optional
        Tell what carried it in the histories with yes. Of a question that asks for a number: why it is high, in place of
        why it is low.
    depth : int, optional
        How many steps to look behind a reason.
    most : int, optional
        Histories to look at with this answer, from the first on and with the other (by default 400 and 200).

    Returns
    -------
    Explanation
        Shares of the histories with this answer in which each precondition was unmet (and unmet alone: the last one), in
        which an event took away what was there, in which it came to a decision that went the other way, and in which
        nothing was missing but time.

    Raises
    ------
    EstimateError
        If the question counts in no history, or the histories were conditioned on news.
    NotRecorded
        If a name is that of no question.

    See Also
    --------
    main_reasons : Explain the main questions of a scenario.
    Explanation : Why the answer is no, or yes.

    Notes
    -----
    A condition can come true by several actions; each history is told by the way that was nearest: tried, and it went
    otherwise; under way; else the one that lacked least. Each reason is held against the histories with the other answer:
    one that is as frequent there is no reason and is not told.

    Examples
    --------
    >>> import negsim as ns
    >>> print(explain(ns.simulate(ns.load("toy"), replications=1_000, seed=1), "talks_day_5"))
    talks_day_5 by 2025-01-06T00:00: no in ... of 1,000 histories
      100 % [..., 100]  ...
        100 %  not in time: ...
      (reasons are reasons inside the model)
    """
    posed = pose(runs, question, by)
    n, others = _affordable(runs, MOST, OTHERS) if most is None else (most, most)
    return _explained([posed], yes, depth, n, others, whole=True)[0]


def main_conditions(scenario: Scenario) -> list[list[Question]]:
    """The questions worth explaining, by condition; at most four conditions, those that speak of a meeting first."""
    by_condition: dict[str, list[Question]] = {}
    for question in stated(scenario):
        if question.row.explained and question.given is None:
            by_condition.setdefault(str(question.condition), []).append(question)
    held = {part.held.name for part in scenario.parts if hasattr(part, "held")}
    conditions = list(by_condition)
    if len(conditions) > MOST_CONDITIONS:
        conditions.sort(key=lambda one: one not in held)
    return [by_condition[one] for one in conditions[:MOST_CONDITIONS]]


def main_reasons(
    runs: Results, questions: Iterable[Question | Askable] | None = None, *, most: int | None = None
) -> tuple[Explanation, ...]:
    """Explain the questions on the main conditions of a scenario, at most four, or those that are given, in brief.

    With more conditions than that, those that speak of a meeting come first. Of several questions on one condition
    (its dates) the one whose answer is least certain is explained.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    questions : iterable of str, Question or condition, optional
        Explain these in place of the scenario's main ones.
    most : int, optional
        As for `explain`; here 120 by default, and nothing is told again without a reason.

    Returns
    -------
    tuple of Explanation
        Each prints as a list with shares.

    See Also
    --------
    explain : Tell why the answer is no, or yes.
    Explanation : Why the answer is no, or yes.

    Examples
    --------
    >>> import negsim as ns
    >>> found = main_reasons(ns.simulate(ns.load("toy"), replications=1_000, seed=1))
    >>> [one.question for one in found]
    ['talks_day_5', 'ceasefire_by_day_30', 'summit_by_day_30']
    """
    if conditioned(runs):
        return ()
    chosen = [pose(runs, one) for one in (_least_certain(runs) if questions is None else questions)]
    few, others = _affordable(runs, FEW, FEW_OTHERS) if most is None else (most, most)
    return tuple(_explained(chosen, False, DEPTH, few, others))


def _least_certain(runs: Results) -> Iterator[Question]:
    """Of the questions on each main condition the one whose answer is least certain."""
    for questions in main_conditions(runs.scenario):
        rows = {row.id: abs(row.value - 0.5) for row in answers(runs, questions)}
        yield min(questions, key=lambda question: rows[question.name])


def _affordable(runs: Results, these: int, others: int) -> tuple[int, int]:
    """So many histories, or fewer if they have very many events: a full log takes a kilobyte for each few events."""
    each = runs.events / max(runs.replications, 1)
    share = min(1.0, EVENTS / (max(each, 1.0) * (these + others)))
    return max(LEAST, int(these * share)), max(LEAST, int(others * share))


def conditioned(runs: Results) -> bool:
    """Whether the histories were cloned on their way: no number tells them again."""
    return isinstance(runs, Runs) and runs.retold is not None


@dataclass(slots=True)
class Looked:
    """The histories that are looked at for one question: with its answer, and with the other."""

    these: list[Chronicle]
    others: list[Chronicle]


def _explained(
    posed: Sequence[Posed], yes: bool, depth: int, most: int, others: int, *, whole: bool = False
) -> list[Explanation]:
    if not posed:
        return []
    if conditioned(posed[0].runs):
        raise EstimateError(
            "histories that were conditioned on news keep no log of their events, which reasons are read from; explain runs "
            "of the scenario without the news, or ask what to watch in these"
        )
    wanted = [(one.numbers(yes, most), one.numbers(not yes, others)) for one in posed]
    runs = posed[0].runs
    # Questions share most of their histories, which are told again once for all.
    every = sorted({number for these, those in wanted for number in (*these, *those)})
    told = {one.replication: one for one in chronicles(runs, runs.program, every)}
    inquiry, said = Inquiry(runs.scenario), Phrases(runs.scenario)
    found = []
    for one, (these, those) in zip(posed, wanted, strict=True):
        looked = Looked([told[number] for number in these], [told[number] for number in those])
        # A number has no yes: low is told apart from high.
        if one.amount:
            found.append(_of_a_number(one, inquiry, said, looked, yes))
            continue
        told_so = _one(one, inquiry, said, looked, yes, depth, whole)
        found.append(replace(told_so, decisions=_decided(one, looked)) if whole and not yes else told_so)
    return found


def _of_a_number(posed: Posed, inquiry: Inquiry, said: Phrases, looked: Looked, yes: bool) -> Explanation:
    """Why a number is low, or high."""
    these, others = ([one.replication for one in each] for each in (looked.these, looked.others))
    supposing = Supposing(posed, these, others, "low" if yes else "high")
    elements, scenario = inquiry.scenario.expanded, posed.runs.scenario
    found = goes_with(posed, looked.these, looked.others, elements, said, supposing)
    idle = tuple(one for one in found if one.helps is not None and one.helps.value <= 0)
    return Explanation(
        question=posed.called,
        title=said.question(posed.question),
        text=posed.question.text,
        by=deadline(posed.question, scenario),
        side="high" if yes else "low",
        n=int(posed.yes.sum() + posed.no.sum()),
        failures=int((posed.yes if yes else posed.no).sum()),
        looked=len(these),
        reasons=tuple(one for one in found if one not in idle),
        refuted=idle,
        value=posed.value,
        note="what goes with a number need not move it; reasons are reasons inside the model",
    )


def _one(
    posed: Posed, inquiry: Inquiry, said: Phrases, looked: Looked, yes: bool, depth: int, whole: bool
) -> Explanation:
    asking = Asking(inquiry, posed.entry, depth)
    causes = {one.replication: asking.carried(one) if yes else asking.against(one) for one in looked.these}
    telling = Telling(said, posed.runs.program)
    among = list(causes)
    every = tallied(causes)
    if not yes:
        add_slowing(
            every.values(),
            inquiry.scenario.expanded,
            {one.replication: one for one in looked.these},
            READ if whole else READ_IN_BRIEF,
        )
    tallies = in_order(alike(every.values(), telling), len(causes))
    # Beside a run's answers nothing is simulated for reasons but the histories that they are read from.
    if whole and not yes:
        try_without(tallies, asking, Supposing(posed, among, [one.replication for one in looked.others]))
    found = reasons_of(tallies, len(causes), telling, lambda members: posed.interval(members, among))
    # A reason for yes is an event that happened; there is nothing to hold it against.
    seen = [] if yes else [frequency(one.cause, asking, looked.these, looked.others) for one in tallies]
    kept, refuted = (found, ()) if yes else sorted_out(found, seen)
    these = posed.yes if yes else posed.no
    scenario = posed.runs.scenario
    return Explanation(
        question=posed.called,
        title=said.question(posed.question),
        text=posed.question.text,
        by=deadline(posed.question, scenario),
        side="yes" if yes else "no",
        n=int(posed.yes.sum() + posed.no.sum()),
        failures=int(these.sum()),
        looked=len(causes),
        reasons=kept,
        refuted=refuted,
        near=near_misses(posed) if whole and not yes else (),
        turning=turning(asking, looked.these, telling.event) if whole and not yes else None,
    )


def _decided(posed: Posed, looked: Looked) -> tuple[Declined, ...]:
    """The last decisions that went against it, in the histories that are looked at."""
    condition, question, scenario = posed.question.condition, posed.question, posed.runs.scenario
    helping = {} if condition is None else bearing(scenario.expanded, condition, question.throughout)
    if not helping:
        return ()
    traces = [one.told for one in (*looked.these, *looked.others)]
    failing = [True] * len(looked.these) + [False] * len(looked.others)
    share = len(looked.these) / max(int(posed.no.sum()), 1)
    stands_for = share * int(posed.yes.sum()) / max(len(looked.others), 1)
    found = declined(Standing(scenario), question, traces, failing, posed.entry.by, stands_for)
    these, others = ([one.replication for one in each] for each in (looked.these, looked.others))
    return decided_otherwise(found, helping, Supposing(posed, these, others))
