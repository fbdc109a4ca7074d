"""The answers of the exact engine as rows like those of runs: no histories, an error bound instead of an interval."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from negsim.analysis.answers import SHARES, Answer, deadline, stated
from negsim.engines.exact import Solution, solve
from negsim.errors import EngineError, EstimateError
from negsim.estimates import Estimate, Mean
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.program import Program, lower
from negsim.simulate import parameter_rows
from negsim.streams import check_seed, fresh_seed

__all__ = ["Solved", "solve_answers"]


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
        Not a number where the exact engine has none.
    seconds : float
    note : str
        Which questions have no exact answer, and why.
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
    fix: Mapping[Any, float | bool] | None = None,
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
    refused: dict[str, str] = {}
    for row in rows:
        solution = solve(scenario, parameters={name: x for name, x in zip(names, row, strict=True) if name})
        for question in asked:
            try:
                found[question.name].append(_asked(solution, question))
            except (EngineError, EstimateError) as error:
                refused[question.name] = str(error)
    answered = tuple(
        _answer(question, scenario, [] if question.name in refused else found[question.name], level)
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


def _asked(solution: Solution, question: Question) -> Estimate:
    if question.kind in SHARES:
        return solution.probability(question)
    if question.kind == "duration":
        return solution.duration(question)
    return solution.count(question) if question.kind == "fired" else solution.value(question)


def _answer(question: Question, scenario: Scenario, found: Sequence[Estimate], level: float) -> Answer:
    value, low, high, ends = math.nan, math.nan, math.nan, (None, None)
    if len(found) == 1:
        value, low, high = found[0].value, found[0].low, found[0].high
    elif found:
        values = np.array([one.value for one in found])
        value, (low, high) = float(values.mean()), Mean.of(values).interval(level)
        if question.kind in SHARES:
            low, high = max(0.0, low), min(1.0, high)
            ends = tuple(float(end) for end in np.quantile(values, [0.05, 0.95]))  # type: ignore[assignment] # two of them
    return Answer(
        id=question.name,
        text=question.text,
        kind=question.kind,
        by=deadline(question, scenario),
        value=value,
        low=low,
        high=high,
        band_low=ends[0],
        band_high=ends[1],
        base_rate=question.base_rate,
        given="" if question.given is None else str(question.given),
    )
