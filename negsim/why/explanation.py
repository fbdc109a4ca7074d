"""Why it does not happen: what was missing at a question's date in the histories in which the answer is no.

The histories are those of the runs, simulated again (the same seed, rows and numbers give the same histories), while
the conditions that matter are looked at on the dates on which they matter. The reasons are reasons inside the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError
from negsim.model.calendar import Dated
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario
from negsim.results.answers import answers, deadline, stated
from negsim.results.base import Results
from negsim.results.runs import Runs
from negsim.running.simulation import simulate
from negsim.why.choices import Declined, bearing, declined
from negsim.why.inquiry import Plan, Step
from negsim.why.phrases import Phrases
from negsim.why.reasons import Reason, Seen, tell
from negsim.why.standing import Standing

__all__ = ["Explanation", "explain", "main_reasons", "reason_questions"]

MOST = {"compiled": 2_000}
ENOUGH = 1_000
"""Histories looked at again: enough for shares of failures to within two or three points."""

TRACED = 500
"""Histories whose full logs are read for the decisions in them."""
MOST_CONDITIONS = 4
DEPTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What was missing when the answer was no.

    Parameters
    ----------
    question : str
        Name of the question.
    text : str
        Its resolution wording.
    by : str
        Deadline, ISO text.
    n, failures : int
        Histories looked at in which the question counts; those of them with the answer no.
    reasons : tuple of Reason
        By share of the failures, the largest first.
    decisions : tuple of Declined
        Whose last choice went against it in these histories, and what spoke for that.
    note : str
        What a reader should know before believing it.

    See Also
    --------
    explain : Tell what was missing when the answer is no.
    main_reasons : Explain the main questions of a scenario.

    Examples
    --------
    >>> import negsim as ns
    >>> found = ns.explain(ns.simulate(ns.load("toy"), replications=1_000, seed=1), "talks_day_5")
    >>> found.question, found.reasons[0].share
    ('talks_day_5', 1.0)
    """

    question: str
    text: str
    by: str
    n: int
    failures: int
    reasons: tuple[Reason, ...]
    decisions: tuple[Declined, ...] = ()
    note: str = "reasons are reasons inside the model"

    @property
    def share(self) -> float:
        """Share of histories with the answer no."""
        return self.failures / self.n if self.n else float("nan")

    @property
    def rows(self) -> list[dict[str, object]]:
        """A dictionary a reason, those behind others after them with ``depth`` 1, 2, ..."""
        return [
            {**_fields(reason), "depth": depth, "told": str(reason)} for depth, reason in _with_depth(self.reasons, 0)
        ]

    def __str__(self) -> str:
        head = f"{self.question} by {self.by}: no in {self.failures:,} of {self.n:,} histories"
        if not self.failures:
            return head
        lines = [f"{head}; what was missing (share of these; alone: nothing else was missing)"]
        for depth, reason in _with_depth(self.reasons, 0):
            alone = f", alone {100 * reason.alone:.0f} %" if reason.alone and reason.alone < reason.share else ""
            lines.append(f"{'  ' * depth}  {100 * reason.share:3.0f} %{alone}  {reason}")
        lines += [f"  {line}" for one in self.decisions for line in str(one).splitlines()]
        return "\n".join([*lines, f"  ({self.note})"])


def _with_depth(reasons: Iterable[Reason], depth: int) -> Iterator[tuple[int, Reason]]:
    """Each reason with how far behind it stands, those behind it after it."""
    for reason in reasons:
        yield depth, reason
        yield from _with_depth(reason.behind, depth + 1)


def _fields(reason: Reason) -> dict[str, object]:
    row = asdict(reason)
    del row["behind"], row["otherwise"]
    return row


def explain(
    runs: Results, question: Question | Askable, by: Dated | None = None, *, depth: int = 2, most: int | None = None
) -> Explanation:
    """Tell what was missing in the histories in which the answer to a question is no.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    question : str, Question or condition
        Of kind reached, when or holds.
    by : date, instant or days, optional
        Another deadline than the question's own.
    depth : int, optional
        How many steps to look behind what was missing.
    most : int, optional
        Histories to look at again, from the first on; by default as many as take about a second.

    Returns
    -------
    Explanation
        Shares of the failing histories in which each precondition was unmet (and unmet alone: the last one), in which
        nothing was missing but time, and in which it came to a decision that went the other way.

    Raises
    ------
    EstimateError
        If the question asks for a number.

    See Also
    --------
    main_reasons : Explain the main questions of a scenario.
    Explanation : What was missing when the answer was no.

    Notes
    -----
    A condition can come true by several actions; each failing history counts for the one that was nearest: nothing
    missing but time, else the fewest preconditions unmet. What is unmet is looked at on the question's date, for an
    action that comes on a calendar date at its last instant before. A reason is checked against the histories in which
    the thing happened: what was unmet is only called missing if they (nearly) never did without; else it is told with
    the share of them that did.

    Examples
    --------
    >>> import negsim as ns
    >>> print(explain(ns.simulate(ns.load("toy"), replications=1_000, seed=1), "talks_day_5"))
    talks_day_5 by 2025-01-06T00:00: no in ... of 1,000 histories; what was missing (share of these; ...)
      100 %  missing: the memorandum is on the table
        100 %  under way, but it needed more time: Russia hands over the memorandum
      (reasons are reasons inside the model)
    """
    asked = runs.asked(question).question
    if by is not None:
        asked = replace(asked, by=by)
    return _explain(runs, [asked], depth, most)[0]


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


def reason_questions(scenario: Scenario) -> list[Question]:
    """What to ask along with a run (``simulate(..., questions=...)``) so that its main reasons need no second one."""
    plan = Plan(scenario)
    plan.ask([question for questions in main_conditions(scenario) for question in questions], DEPTH)
    return plan.questions


def main_reasons(runs: Results, *, most: int | None = None) -> tuple[Explanation, ...]:
    """Explain the questions on the main conditions of a scenario, at most four.

    With more conditions than that, those that speak of a meeting come first. Of several questions on one condition
    (its dates) the one whose answer is least certain is explained.

    Parameters
    ----------
    runs : Runs or CountedRuns
        Finished runs, as `simulate` returns them.
    most : int, optional
        As for `explain`.

    Returns
    -------
    tuple of Explanation
        Each prints as a list with shares.

    See Also
    --------
    explain : Tell what was missing when the answer is no.
    Explanation : What was missing when the answer was no.

    Examples
    --------
    >>> import negsim as ns
    >>> found = main_reasons(ns.simulate(ns.load("toy"), replications=1_000, seed=1))
    >>> [one.question for one in found]
    ['talks_day_5', 'ceasefire_by_day_30', 'summit_by_day_30']
    """
    chosen = []
    for questions in main_conditions(runs.scenario):
        rows = {row.id: abs(row.value - 0.5) for row in answers(runs, questions)}
        chosen.append(min(questions, key=lambda question: rows[question.name]))
    return tuple(_explain(runs, chosen, DEPTH, most)) if chosen else ()


def _explain(runs: Results, questions: Sequence[Question], depth: int, most: int | None) -> list[Explanation]:
    for question in questions:
        if not question.row.explained:
            raise EstimateError(
                f"question {question.name} is of kind {question.kind!r};"
                " only a question that is answered with yes or no has reasons for no"
            )
    plan = Plan(runs.scenario)
    steps = plan.ask(questions, depth)
    asked = runs.program.probes.asked
    known = all(question.name in asked and asked[question.name].question == question for question in questions)
    seen = Seen(runs) if isinstance(runs, Runs) and known else None
    if seen is None or not seen.covers(plan):
        seen = Seen(_again(runs, plan, questions, most))
    told = [_told(step, question, seen) for step, question in zip(steps, questions, strict=True)]
    return _with_decisions(told, questions, runs, seen)


def _with_decisions(
    told: Sequence[Explanation], questions: Sequence[Question], runs: Results, seen: Seen
) -> list[Explanation]:
    """The explanations with the decisions that went against it, which need the full logs of some histories."""
    scenario = runs.scenario
    scenes = [(one.condition, one.throughout) for one in questions if one.condition is not None]
    if not any(bearing(scenario.expanded, condition, before) for condition, before in scenes):
        return list(told)
    standing = Standing(scenario)
    n = min(TRACED, seen.runs.replications)
    traces = _again(runs, None, (), n, trace=n).traces
    found = []
    for one, question in zip(told, questions, strict=True):
        failures = _failures(question, seen)[:n].tolist()
        upto = question.closes(scenario.calendar, scenario.horizon)
        found.append(replace(one, decisions=declined(standing, question, traces, failures, upto)))
    return found


def _again(runs: Results, plan: Plan | None, questions: Sequence[Question], most: int | None, trace: int = 0) -> Runs:
    """The first histories once more, looked at as planned."""
    planned = [] if plan is None else plan.questions
    again: Runs = simulate(
        runs.scenario,
        replications=min(runs.replications, most or MOST.get(runs.engine, ENOUGH)),
        seed=runs.seed,
        questions=[*planned, *(replace(question, name=_private(question)) for question in questions)],
        engine=runs.engine,
        draws=len(runs.rows) if runs.drawn else None,
        max_events=runs.max_events,
        on_error="count",
        trace=trace,
    )
    return again


def _private(question: Question) -> str:
    return f"why.asked.{question.name.lower()}"


def _name_in(seen: Seen, question: Question) -> str:
    asked = seen.runs.program.probes.asked
    return _private(question) if _private(question) in asked else question.name


def _failures(question: Question, seen: Seen) -> NDArray[np.bool_]:
    """The histories in which the answer is no."""
    yes, counted = seen.runs.answers(_name_in(seen, question))
    return np.asarray(counted & ~yes & ~seen.runs.block.failed)


def _told(step: Step, question: Question, seen: Seen) -> Explanation:
    _, counted = seen.runs.answers(_name_in(seen, question))
    failed = seen.runs.block.failed
    failures = _failures(question, seen)
    about = str(question.condition).partition(".")[0]
    reasons = tell(step, failures, seen, Phrases(seen.runs.scenario, about)) if failures.any() else ()
    return Explanation(
        question=question.called,
        text=question.text,
        by=deadline(question, seen.runs.scenario),
        n=int(np.count_nonzero(counted & ~failed)),
        failures=int(np.count_nonzero(failures)),
        reasons=reasons,
    )
