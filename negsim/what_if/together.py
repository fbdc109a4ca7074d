"""Questions together: how often which answers come with which, and what one tells of another."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import answered
from negsim.errors import EstimateError
from negsim.estimates import Conditional, Interval, Proportion, Rows
from negsim.model.questions import Askable, Question
from negsim.program.probes import Asked
from negsim.results.answers import deadline
from negsim.results.estimators import needs_probability
from negsim.results.runs import Runs
from negsim.what_if.sensitivity import needs_runs

__all__ = ["Together", "together"]

Bools = NDArray[np.bool_]

MOST = 6
"""Questions in one table: 64 rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """The answers to a few questions in the same histories: what `together` found.

    Parameters
    ----------
    questions, by : tuple of str
        Names and deadlines.
    joint : mapping from tuple of bool to Proportion
        How often the answers are these, in the order of the questions; the shares add up to 1.
    alone : mapping from str to Proportion
        How often each question's answer is yes, whatever the others are.
    given : mapping from (str, str, bool) to Conditional or None
        (question, other, answer): how often yes, given that the other's answer is this; None where it never is.
    n : int
        Histories, failed ones included.

    See Also
    --------
    together : Tell how often answers come together.
    Proportion : A share of histories, with its interval.
    Conditional : The same given a condition.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1)
    >>> found = ns.together(runs, ["summit_by_day_30", "talks_day_5"])
    >>> sum(one.hits for one in found.joint.values()), round(found.odds_ratio("summit_by_day_30", "talks_day_5"), 1)
    (2000, 2.2)
    """

    questions: tuple[str, ...]
    by: tuple[str, ...]
    joint: dict[tuple[bool, ...], Proportion]
    alone: dict[str, Proportion]
    given: dict[tuple[str, str, bool], Conditional | None]
    n: int

    def odds(
        self, question: str, other: str | None = None, answer: bool = True, *, level: float = 0.95
    ) -> tuple[float, Interval]:
        """Give the odds of yes, alone or given another's answer, with their interval.

        Parameters
        ----------
        question : str
            Name of one of the questions.
        other : str, optional
            Another one, whose answer is given; by default nothing is.
        answer : bool, optional
            What the other's answer is.
        level : float, optional
            Confidence level, strictly between 0 and 1.

        Returns
        -------
        tuple of (float, Interval)
            The odds p / (1 - p), infinite where no is never seen, and the interval of p carried over to them.

        Raises
        ------
        EstimateError
            If the other's answer never is this.
        """
        found = self.alone[question] if other is None else self.given[question, other, answer]
        if found is None:
            raise EstimateError(
                f"the answer to {other} is never {'yes' if answer else 'no'}, so nothing is known given it"
            )
        one = found.estimate(level)
        low, high = _odds(one.low), _odds(one.high)
        return _odds(one.value), Interval(low=low, high=high, level=level, method=f"odds of {one.method}")

    def odds_ratio(self, question: str, other: str) -> float:
        """Tell how many times the odds are as high if the other's answer is yes than if it is no.

        Parameters
        ----------
        question : str
            Name of the question whose odds are meant.
        other : str
            Name of the one whose answer is given.

        Returns
        -------
        float
            Above 1 if both tend to come together; infinite or nan where the odds are 0 or infinite.

        Raises
        ------
        EstimateError
            If the other's answer is always the same.
        """
        yes, no = (self.odds(question, other, answer)[0] for answer in (True, False))
        # 0 to 0 says nothing, and nothing is so many times as high as infinite odds.
        return math.nan if yes == no == 0 or math.isinf(no) else math.inf if no == 0 else yes / no

    def __str__(self) -> str:
        lines = [f"{', '.join(self.questions)}, in the same {self.n:,} histories:"]
        for name, one in self.alone.items():
            lines.append(f"  {name}: {one.estimate()}")
        for (name, other, answer), found in self.given.items():
            told = "unknown: that never is so" if found is None else str(found.estimate())
            lines.append(f"  {name}, given that {other} is {'yes' if answer else 'no'}: {told}")
        return "\n".join(lines)

    def as_dict(self, level: float = 0.95) -> dict[str, Any]:
        """Give everything as plain data.

        Parameters
        ----------
        level : float, optional
            Confidence level of all intervals, strictly between 0 and 1.

        Returns
        -------
        dict
            Questions, number of histories, and the estimates alone, joint and given each other.
        """

        def row(found: Proportion | Conditional | None) -> dict[str, object] | None:
            return None if found is None else found.estimate(level).as_dict()

        return {
            "questions": [{"name": name, "by": by} for name, by in zip(self.questions, self.by, strict=True)],
            "n": self.n,
            "alone": {name: row(one) for name, one in self.alone.items()},
            "joint": [
                {"answers": dict(zip(self.questions, key, strict=True)), **(row(one) or {})}
                for key, one in self.joint.items()
            ],
            "given": [
                {"question": name, "other": other, "answer": answer, "probability": row(one)}
                for (name, other, answer), one in self.given.items()
            ],
        }


def _odds(p: float) -> float:
    return math.inf if p >= 1 else p / (1 - p)


def together(runs: Runs, questions: Iterable[Question | Askable]) -> Together:
    """Tell how often the answers to a few questions come together, and what each tells of the others.

    Parameters
    ----------
    runs : Runs
        Finished runs whose single histories were kept.
    questions : iterable of str, Question or condition
        Two to six, each with a probability; without ``given``.

    Returns
    -------
    Together
        Counts of all combinations of answers; prints as a line for each chance.

    Raises
    ------
    EstimateError
        If there are too few or too many, one stands twice, is conditional or has no probability, or single histories
        were not kept.

    See Also
    --------
    Together : The answers to a few questions in the same histories.
    attribute : Share out among pieces of news what they did to an answer.
    watch : Tell which news would move the answer most.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=10_000, seed=1)
    >>> found = ns.together(runs, ["summit_by_day_30", "talks_day_5"])
    >>> print(found.given["summit_by_day_30", "talks_day_5", True])
    50.9 % [49.8, 52.0], chance 95 %, given in 7 734 of 10 000
    """
    needs_runs(runs, "together")
    asked = [runs.asked(one) for one in questions]
    if not 2 <= len(asked) <= MOST:
        raise EstimateError(f"a table of questions together takes 2 to {MOST} of them, not {len(asked)}")
    names = tuple(e.question.called for e in asked)
    if len(set(names)) < len(names):
        raise EstimateError(f"a question stands twice among {', '.join(names)}; give each once")
    for entry in asked:
        if entry.given is not None:
            raise EstimateError(
                f"question {entry.question.name} has a given of its own; ask it without, the table tells conditional chances"
            )
    good = ~runs.block.failed
    yes = [_yes(runs, one) for one in asked]
    # Both ways round: what A tells of B is not what B tells of A.
    pairs = [(one, other) for one in range(len(names)) for other in range(len(names)) if one != other]
    return Together(
        questions=names,
        by=tuple(deadline(entry.question, runs.scenario) for entry in asked),
        joint={
            key: _share(runs, np.all([column == wanted for column, wanted in zip(yes, key, strict=True)], axis=0), good)
            for key in product((True, False), repeat=len(names))
        },
        alone={name: _share(runs, column, good) for name, column in zip(names, yes, strict=True)},
        given={
            (names[one], names[other], answer): _given(runs, yes[one], yes[other] == answer, good)
            for one, other in pairs
            for answer in (True, False)
        },
        n=runs.replications,
    )


def _yes(runs: Runs, entry: Asked) -> Bools:
    needs_probability(entry)
    return answered(runs.block, entry, entry.after, entry.by)[0]


def _share(runs: Runs, yes: Bools, good: Bools) -> Proportion:
    rows = runs.sums(yes, good) if runs.clustered else None
    return Proportion(hits=int((yes & good).sum()), n=len(good), unknown=int((~good).sum()), rows=rows)


def _given(runs: Runs, yes: Bools, other: Bools, good: Bools) -> Conditional | None:
    counts = other & good
    # Nothing is known given what never is; a share of 0 of 0 would read as a finding.
    if not counts.any():
        return None
    rows = Rows.of(runs.draw, len(runs.rows), yes.astype(np.float64), counts, ~good) if runs.clustered else None
    return Conditional(
        hits=int((yes & counts).sum()), given=int(counts.sum()), n=len(good), unknown=int((~good).sum()), rows=rows
    )
