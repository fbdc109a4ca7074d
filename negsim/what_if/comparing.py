"""Variants of a scenario compared replication by replication: common random numbers, paired differences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError
from negsim.estimates.checks import check_level
from negsim.model.calendar import Dated, counted_days, moment
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario
from negsim.results.answers import deadline
from negsim.results.runs import Runs
from negsim.what_if.comparison import Comparison
from negsim.what_if.comparisons import Comparisons
from negsim.what_if.pairs import Told, paired, sides_by_row

__all__ = ["compare"]


@overload
def compare(runs_a: Runs, runs_b: Runs, question: Question | Askable, by: Dated | None = None) -> Comparison: ...
@overload
def compare(
    runs_a: Runs,
    runs_b: Runs | Sequence[Runs] | Mapping[str, Runs],
    question: list[Any] | tuple[Any, ...],
    by: Dated | None = None,
    *,
    level: float = 0.95,
) -> Comparisons: ...
@overload
def compare(
    runs_a: Runs,
    runs_b: Sequence[Runs] | Mapping[str, Runs],
    question: Question | Askable | list[Any] | tuple[Any, ...],
    by: Dated | None = None,
    *,
    level: float = 0.95,
) -> Comparisons: ...
def compare(runs_a: Runs, runs_b: Any, question: Any, by: Dated | None = None, *, level: float = 0.95) -> Any:
    """Compare the answers of two or more variants of a scenario, replication by replication.

    Parameters
    ----------
    runs_a : Runs
        What is compared with.
    runs_b : Runs, or sequence or mapping of Runs
        Of the same seed, replications and draws of parameters; names in a mapping are used in the table.
    question : str, Question or condition, or sequence of them
        Asked in all; questions without ``given``.
    by : date, instant or days, optional
        Another deadline than the questions' own.
    level : float, optional
        Of all intervals together, where several variants or questions are compared.

    Returns
    -------
    Comparison or Comparisons
        One variant and one question: prints as a sentence with the interval. Several: a table.

    Raises
    ------
    EstimateError
        If the runs are not pairs (other seeds, replications or parameter rows), or the question is conditional.

    See Also
    --------
    Comparison : The difference that a variant makes.
    simulate : Simulate a scenario's histories.

    Notes
    -----
    Every draw is keyed by who draws it, so both variants use the same random numbers wherever they do the same
    (common random numbers: Glasserman, Yao 1992, *Manage. Sci.* 38:884, DOI 10.1287/mnsc.38.6.884).

    Examples
    --------
    >>> import negsim as ns
    >>> toy = ns.load("toy")
    >>> early = toy.do("memorandum.delivered", on="2025-01-02")
    >>> a, b = (ns.simulate(one, replications=2_000, seed=1) for one in (toy, early))
    >>> found = compare(a, b, "talks_day_5")
    >>> found.lost.size, found.probabilities[1]
    (0, 1.0)
    """
    # Decided by the types alone, so that the overloads above can say the same to type checkers.
    if isinstance(runs_b, (Mapping, list, tuple)) or isinstance(question, (list, tuple)):
        return _several(runs_a, runs_b, question, by, level)
    return _one(runs_a, runs_b, question, by)


def _several(base: Runs, variants: Any, questions: Any, by: Dated | None, level: float) -> Comparisons:
    """A table of comparisons, variant by variant."""
    check_level(level)
    asked = list(questions) if isinstance(questions, (list, tuple)) else [questions]
    named = variants if isinstance(variants, Mapping) else _named(variants)
    if not named or not asked:
        raise EstimateError("there is nothing to compare; give at least one variant and one question")
    found = tuple(_one(base, runs, question, by) for runs in named.values() for question in asked)
    names = tuple(one.question for one in found[: len(asked)])
    if len(set(names)) < len(names):
        raise EstimateError(f"the questions are {', '.join(names)}; ask each once")
    return Comparisons(base=_told(base.scenario), variants=tuple(named), questions=names, found=found, level=level)


def _named(variants: Any) -> dict[str, Runs]:
    """Variants by what is supposed in them; numbered where that is the same."""
    several = variants if isinstance(variants, (list, tuple)) else [variants]
    found: dict[str, Runs] = {}
    for number, runs in enumerate(several, 1):
        name = _told(runs.scenario) if isinstance(runs, Runs) else ""
        found[f"{name} ({number})" if name in found else name] = runs
    return found


def _one(runs_a: Runs, runs_b: Runs, question: Question | Askable, by: Dated | None) -> Comparison:
    _check_pairs(runs_a, runs_b)
    yes_a, yes_b = _answers(runs_a, question, by), _answers(runs_b, question, by)
    # A history that failed in either variant is no pair; it is left out of both.
    one, two = (Told(yes, runs.block.failed) for yes, runs in ((yes_a, runs_a), (yes_b, runs_b)))
    # Replication r has the same row in both (checked above), so that the rows of the first stand for both.
    by_row = runs_a if runs_a.clustered or runs_b.clustered else None
    pairs, gained, lost = paired(one, two, by_row)
    sides = (None, None) if by_row is None else sides_by_row(by_row, one, two)
    numbers = runs_a.block.replications
    asked = runs_a.asked(question).question
    return Comparison(
        question=asked.called,
        by=_when(asked, by, runs_a.scenario),
        first=_told(runs_a.scenario),
        second=_told(runs_b.scenario),
        difference=pairs,
        gained=numbers[gained],
        lost=numbers[lost],
        sides=sides,
    )


def _answers(runs: Runs, question: Question | Askable, by: Dated | None) -> NDArray[np.bool_]:
    entry = runs.asked(question)
    if entry.given is not None:
        raise EstimateError(
            f"question {entry.question.name} is asked given a condition, which other histories meet in each variant;"
            " compare a question without given="
        )
    return runs.answers(question, by)[0]


def _check_pairs(one: Any, two: Any) -> None:
    """Refuse runs whose replications are no pairs."""
    for runs in (one, two):
        if not isinstance(runs, Runs):
            raise EstimateError("single histories were not kept; simulate both variants with keep='all'")
        # Before the seeds are compared: equal seeds would make them look like pairs.
        if runs.weights is not None:
            raise EstimateError(
                "histories that were conditioned on news are no pairs, because those of one variant are cloned and those of "
                "the other are not; compare variants before any news, or update each of them and look at both answers"
            )
    if one.seed != two.seed:
        raise EstimateError(
            f"the runs have the seeds {one.seed} and {two.seed}; simulate both with one seed,"
            f" as in simulate(..., seed={one.seed})"
        )
    if not np.array_equal(one.block.replications, two.block.replications):
        raise EstimateError(
            f"the runs have {one.replications:,} and {two.replications:,} replications, which are no pairs;"
            " simulate both with the same number"
        )
    if (one.drawn, len(one.rows)) != (two.drawn, len(two.rows)):
        drawn = [f"{len(runs.rows)} draws" if runs.drawn else "best values" for runs in (one, two)]
        raise EstimateError(
            f"the parameters are {drawn[0]} in one and {drawn[1]} in the other; simulate both with the same draws="
        )
    _check_rows(one, two)


def _check_rows(one: Runs, two: Runs) -> None:
    places = {parameter: number for number, parameter in enumerate(two.program.parameters)}
    for number, parameter in enumerate(one.program.parameters):
        # Parameters that one variant alone has cannot differ; only those of both must be the same.
        place = places.get(parameter)
        if place is not None and not np.array_equal(one.parameters[:, number], two.parameters[:, place]):
            raise EstimateError(
                f"parameter {parameter.name} has other values in one run than in the other;"
                " simulate both with the same seed and draws="
            )


def _when(asked: Question, by: Dated | None, scenario: Scenario) -> str:
    if by is None:
        return deadline(asked, scenario)
    when = moment(by, "by")
    # A date that was written as text is told as it was written.
    if isinstance(when, str) and counted_days(when) is None:
        return when
    return scenario.calendar.label(scenario.calendar.deadline(when, "by"))


def _told(scenario: Scenario) -> str:
    """The scenario's name and what is supposed."""
    steps = []
    for step in scenario.interventions:
        facts = [getattr(step, name) for name in ("fact", "element", "action", "name") if getattr(step, name, None)]
        steps.append(f"{type(step).__name__.lower()} {facts[0] if facts else ''}".strip())
    return scenario.name if not steps else f"{scenario.name} with {', '.join(steps)}"
