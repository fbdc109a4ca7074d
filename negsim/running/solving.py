"""Where a scenario is joined to an engine that solves it: answers without histories."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence

from negsim.engines import SolveJob, prepare_solver, solving
from negsim.engines.exact import Observed, Solution
from negsim.engines.exact.options import listed, values_of
from negsim.engines.exact.questions import NoSuchHistory
from negsim.errors import EngineError, EstimateError
from negsim.estimates import Estimate
from negsim.laws.draws import check_seed, fresh_seed
from negsim.model.elements import Asking
from negsim.model.questions import Question
from negsim.model.scenario import Fixing, Scenario, check_is_scenario
from negsim.program import lower
from negsim.program.drawn import parameter_rows
from negsim.results.answers import stated
from negsim.results.solved import Solved

__all__ = ["solve", "solve_answers"]


def solve(
    scenario: Scenario,
    *,
    questions: Iterable[Asking] = (),
    observed: Iterable[Observed] = (),
    max_states: int | None = None,
    max_seconds: float = 60.0,
    tolerance: float = 1e-12,
    method: str = "auto",
    stages: int | None = None,
    parameters: Mapping[str, float] | None = None,
    fix: Fixing | None = None,
) -> Solution:
    """Solve a scenario exactly: no sampling, an error bound instead of an interval.

    It covers exponential clocks with pace and speed by state, Erlang clocks and others by stages, calendar instants,
    immediate actions, outcomes, limits, random initial values; facts, counters and levels with a step. States are
    explored when a question needs them, and only with the variables that can bear on it.

    Parameters
    ----------
    scenario : Scenario
        What to solve.
    questions : iterable of Question
        Asked besides the scenario's own; others may be asked of the solution too.
    observed : iterable of Observed
        Answers are given that all of this was so.
    max_states : int, optional
        Most states to explore; by default as many as fit into half of the memory at hand.
    max_seconds : float
        Most seconds to explore them, and to carry them through time for one answer.
    tolerance : float
        Probability that cutting off may lose, at most: jumps beyond the last, and states beyond those explored where a
        counter has no end. It is kept far below that where it costs little, and is part of every error.
    method : {'auto', 'uniformisation', 'squaring', 'implicit'}
        Of the transient probabilities; see `negsim.engines.exact.transient`.
    stages : int, optional
        Put at most so many stages in the place of a law that is not Markov. The error is part of every answer.
    parameters : mapping of str to float, optional
        Values of parameters by name; where none is given best values, and contested claims are mixed over with their
        credibility.
    fix : mapping of str to bool or float, optional
        Claims that are read one way, as in `negsim.simulate`.

    Returns
    -------
    Solution
        It answers further questions too.

    Raises
    ------
    EngineError
        If no question of the scenario can be solved; the message says what is not Markov and what to do.

    See Also
    --------
    simulate : Simulate a scenario's histories.
    Solution : Exact answers, each with its error.

    Examples
    --------
    >>> from negsim.model.actions import Action
    >>> from negsim.model.clocks import Exponential
    >>> from negsim.model.variables import Fact
    >>> act = Action(name="deliver", when="not memo", clock=Exponential(0.3), effects=["memo = true"])
    >>> solution = solve(Scenario("tiny", start="2025-01-01", end=40, parts=[Fact("memo"), act]))
    >>> round(solution.probability("memo", by=5).value, 9)
    0.77686984
    """
    check_is_scenario(scenario, "solve")
    questions, observed = listed(questions, Question, "questions"), listed(observed, Observed, "observed")
    if not isinstance(fix, Mapping | None) or not isinstance(parameters, Mapping | None):
        raise EngineError(f"fix is {fix!r} and parameters is {parameters!r}; give mappings from name to value, or None")
    scenario = scenario.fixing(fix or {})
    elements, named = scenario.expanded, parameters or {}
    claims = tuple(name for name, one in elements.parameters.items() if one.contested and name not in named)
    program = lower(scenario, questions, claims)
    job = SolveJob(
        scenario=scenario,
        values=values_of(program, parameters or {}),
        observed=observed,
        max_states=max_states,
        max_seconds=max_seconds,
        tolerance=tolerance,
        method=method,
        stages=stages,
        claims=claims,
    )
    return prepare_solver(solving()[0], program).solve(job)


def solve_answers(
    scenario: Scenario,
    *,
    questions: Iterable[Asking] | None = None,
    draws: int | None = None,
    seed: int | None = None,
    level: float = 0.95,
    stages: int | None = None,
    fix: Fixing | None = None,
) -> Solved:
    """Answer a scenario's questions exactly, once, or once for each draw of its parameters.

    Parameters
    ----------
    scenario : Scenario
        Whose questions are answered.
    questions : iterable of Question, optional
        Asked in place of the scenario's own.
    draws : int, optional
        Rows of parameters to draw from what is believed of them; each is solved by itself. By default best values, and
        contested claims are mixed over with their credibility.
    seed : int, optional
        Of the draws.
    level : float, optional
        Confidence level of the interval of the mean over draws; without draws the interval is the numerical error.
    stages : int, optional
        Put at most so many stages in the place of a law that is not Markov, as in `solve`.
    fix : mapping of str to bool or float, optional
        Claims that are read one way, as in `negsim.simulate`.

    Returns
    -------
    Solved
        Prints as a table.

    Raises
    ------
    EngineError
        If no question of the scenario can be solved.

    See Also
    --------
    solve : Solve a scenario exactly.
    answers : Answer a scenario's questions from finished runs.

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
    asked = stated(scenario) if questions is None else listed(questions, Question, "questions")
    program = lower(scenario, asked)
    if not any(parameter.belief is not None for parameter in program.parameters):
        draws = None
    if draws is not None:
        seed = fresh_seed() if seed is None else check_seed(seed)
    rows = parameter_rows(program, seed or 0, draws)
    # a claim that is not named to solve is mixed over
    names = ["" if draws is None and parameter.contested else parameter.name for parameter in program.parameters]
    named = [{name: x for name, x in zip(names, row, strict=True) if name} for row in rows]
    found, weights, refused = _by_row(scenario, asked, named, drawn=draws is not None, stages=stages)
    note = "" if not refused else f"no exact answer to {', '.join(refused)}: {next(iter(refused.values()))}"
    drawn = draws is not None
    return Solved(
        scenario=scenario,
        program=program,
        rows=rows,
        drawn=drawn,
        seed=seed if drawn else None,
        engine=solving()[0],
        found={name: tuple(several) for name, several in found.items() if name not in refused},
        weights={name: tuple(several) for name, several in weights.items()},
        refused=refused,
        level=level,
        seconds=time.perf_counter() - began,
        note=note,
    )


def _by_row(
    scenario: Scenario,
    asked: Sequence[Question],
    rows: list[dict[str, float]],
    *,
    drawn: bool,
    stages: int | None,
) -> tuple[dict[str, list[Estimate]], dict[str, list[float]], dict[str, str]]:
    """Answers and weights of each question, one a row of parameters, and why others have none."""
    found: dict[str, list[Estimate]] = {question.name: [] for question in asked}
    weights: dict[str, list[float]] = {question.name: [] for question in asked}
    givens = {question.name: _given(question) for question in asked if question.given is not None and drawn}
    new = [question for question in asked if question.name not in scenario.expanded.questions]
    refused: dict[str, str] = {}
    never: dict[str, str] = {}
    for row in rows:
        solution = solve(scenario, parameters=row, questions=[*new, *givens.values()], stages=stages)
        for question in asked:
            try:
                found[question.name].append(solution.answer(question))
                weights[question.name].append(_weight(solution, question, givens))
            except NoSuchHistory as error:  # in this draw, which then has no weight
                never[question.name] = str(error)
            except (EngineError, EstimateError) as error:
                refused[question.name] = str(error)
    refused |= {name: why for name, why in never.items() if not found[name]}
    return found, weights, refused


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
