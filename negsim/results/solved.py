"""The answers of the exact engine as rows like those of runs: no histories, an error bound instead of an interval."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.engines.exact import Solution, solve
from negsim.engines.exact.questions import NoSuchHistory
from negsim.errors import EngineError, EstimateError
from negsim.estimates import Estimate, Mean, Rows, exact_range
from negsim.estimates.rows import row_notes, share_over_rows
from negsim.laws.draws import check_seed, fresh_seed
from negsim.model.questions import Question
from negsim.model.scenario import Fixing, Scenario, check_is_scenario
from negsim.program import Program, lower
from negsim.program.drawn import parameter_rows
from negsim.results.answers import Answer, facts, of_estimate, stated, unanswered

__all__ = ["Solved", "solve_answers"]

LARGEST = 1e150
"""Answers whose squares still are floats."""


@dataclass(frozen=True, kw_only=True)
class Solved:
    """Exact answers, with what a run says of itself.

    Attributes
    ----------
    scenario : Scenario
    program : Program
    rows : sequence of tuple of float
        Values of the parameters, a tuple a draw.
    drawn : bool
    seed : int or None
        Of the draws of the parameters; None for best values.
    answers : tuple of Answer
        Not a number where the exact engine has none; then a note says why.
    seconds : float
    note : str
        Which questions have no exact answer, and why the first has none.
    """

    scenario: Scenario
    program: Program
    rows: Sequence[tuple[float, ...]]
    drawn: bool
    seed: int | None
    answers: tuple[Answer, ...]
    seconds: float
    note: str
    engine: str = "exact"
    replications: int = 0
    events: int = 0


def solve_answers(
    scenario: Scenario,
    *,
    draws: int | None = None,
    seed: int | None = None,
    level: float = 0.95,
    fix: Fixing | None = None,
) -> Solved:
    """Answer a scenario's questions exactly, once, or once for each draw of its parameters.

    Parameters
    ----------
    scenario : Scenario
    draws : int, optional
        Rows of parameters to draw from what is believed of them; each is solved by itself. By default best values, and
        contested claims are mixed over with their credibility.
    seed : int, optional
        Of the draws.
    level : float, optional
        Confidence level of the interval of the mean over draws; without draws the interval is the numerical error.
    fix : mapping of str to bool or float, optional
        Claims that are read one way, as in `negsim.simulate`.

    Raises
    ------
    EngineError
        If no question of the scenario can be solved.

    Examples
    --------
    >>> import negsim as ns
    >>> rows = solve_answers(ns.load("toy")).answers
    >>> rows[0].id, rows[0].rounded(4)
    ('talks_day_5', '77.6870 %')
    """
    check_is_scenario(scenario, "solve_answers")
    began = time.perf_counter()
    scenario = scenario.fixing(fix or {})
    program = lower(scenario)
    if not any(parameter.belief is not None for parameter in program.parameters):
        draws = None
    if draws is not None:
        seed = fresh_seed() if seed is None else check_seed(seed)
    rows = parameter_rows(program, seed or 0, draws)
    # a claim that is not named to solve is mixed over
    names = ["" if draws is None and parameter.contested else parameter.name for parameter in program.parameters]
    asked = stated(scenario)
    found: dict[str, list[Estimate]] = {question.name: [] for question in asked}
    weights: dict[str, list[float]] = {question.name: [] for question in asked}
    givens = {question.name: _given(question) for question in asked if question.given is not None and draws is not None}
    refused: dict[str, str] = {}
    never: dict[str, str] = {}
    for row in rows:
        solution = solve(
            scenario,
            parameters={name: x for name, x in zip(names, row, strict=True) if name},
            questions=givens.values(),
        )
        for question in asked:
            try:
                found[question.name].append(solution.answer(question))
                weights[question.name].append(_weight(solution, question, givens))
            except NoSuchHistory as error:  # in this draw, which then has no weight
                never[question.name] = str(error)
            except (EngineError, EstimateError) as error:
                refused[question.name] = str(error)
    refused |= {name: why for name, why in never.items() if not found[name]}
    answered = tuple(
        unanswered(facts(question, scenario), refused[question.name])
        if question.name in refused
        else _answer(question, scenario, found[question.name], weights[question.name], level)
        for question in asked
    )
    note = "" if not refused else f"no exact answer to {', '.join(refused)}: {next(iter(refused.values()))}"
    drawn = draws is not None
    return Solved(
        scenario=scenario,
        program=program,
        rows=rows,
        drawn=drawn,
        seed=seed if drawn else None,
        answers=answered,
        seconds=time.perf_counter() - began,
        note=note,
    )


def _given(question: Question) -> Question:
    """How likely what a question is given comes true, as a question of its own."""
    name = f"{question.name}.given"
    if question.given_on is not None:
        return Question(name=name, kind="holds", condition=question.given, by=question.given_on)
    date = question.given_by if question.given_not_by is None else question.given_not_by
    if date is not None:
        return Question(name=name, condition=question.given, by=date)
    return Question(name=name, condition=question.given, by=question.by, before=question.before)


def _weight(solution: Solution, question: Question, givens: Mapping[str, Question]) -> float:
    """The weight of a draw: 1, or how likely it makes what the question is given."""
    if question.name not in givens:
        return 1.0
    share = solution.probability(givens[question.name]).value
    return share if question.given_not_by is None else 1 - share


def _answer(
    question: Question, scenario: Scenario, found: Sequence[Estimate], weights: Sequence[float], level: float
) -> Answer:
    plain = facts(question, scenario)
    if len(found) == 1:
        return of_estimate(plain, found[0])
    return of_estimate(plain, _over_draws(question, np.array([one.value for one in found]), np.array(weights), level))


def _over_draws(
    question: Question, values: NDArray[np.float64], weights: NDArray[np.float64], level: float
) -> Estimate:
    """The mean of exact answers, one a draw, with the error of finitely many draws and their range.

    Given something, a draw that makes it likelier weighs more, as it does among simulated histories.
    """
    if not float(np.abs(values).max()) < LARGEST:
        raise EstimateError(
            f"question {question.name}: its answers over the draws reach {float(np.abs(values).max()):.3g}, too large for "
            f"their spread to be computed (up to {LARGEST:g}); choose a larger unit, or ask without draws"
        )
    rows = Rows(total=values * weights, size=weights)
    if not question.probable:
        return Mean.of(values, rows=rows).estimate(level)
    value = min(max(float((values * weights).sum() / weights.sum()), 0.0), 1.0)
    inside = share_over_rows(rows, level)
    spread, errors = exact_range(values)
    return Estimate(
        value=value,
        low=min(inside.low, value),
        high=max(inside.high, value),
        level=level,
        kind="chance",
        method=inside.method,
        n=values.size,
        unit="%",
        spread=spread if spread[0] < spread[1] else None,
        spread_errors=errors,
        notes=row_notes(None, values.size),
    )
