"""`verify`: every engine that can run a scenario, side by side, and whether they agree."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from negsim.checking.verification import Line, Verification, told
from negsim.engines import ENGINES, simulating, solving
from negsim.engines.blocks import ARRAYS, Block, numbers
from negsim.engines.exact import Solution
from negsim.engines.exact.options import listed
from negsim.errors import BudgetError, EngineError, EstimateError, NegsimError, RunawayError
from negsim.estimates import Conditional, Estimate, Mean, Proportion
from negsim.model.calendar import DAY
from negsim.model.observed import Observation
from negsim.model.questions import Question
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.program import Program, lower
from negsim.results.estimators import NothingCounted
from negsim.results.runs import Runs
from negsim.running.interrupts import within
from negsim.running.simulation import simulate
from negsim.running.solving import solve

__all__ = ["Verification", "verify"]

LEVEL = 1e-9
"""Probability that engines which agree are said to disagree, over all questions together."""


def verify(
    scenario: Scenario,
    *,
    questions: Iterable[Question] = (),
    news: Iterable[Observation] = (),
    replications: int = 10_000,
    seed: int = 1,
    max_states: int | None = None,
    max_seconds: float = 60.0,
    stages: int | None = None,
    level: float = LEVEL,
    solution: Solution | None = None,
    seconds: float | None = None,
    events: int | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Verification:
    """Run every engine that can run a scenario and compare their answers.

    Simulated answers must lie where the exact ones allow, within a region that engines which agree leave with a
    probability below ``level`` over all questions together: exact binomial for yes or no (Clopper and Pearson 1934,
    doi:10.1093/biomet/26.4.404), an empirical Bernstein bound for numbers (Maurer and Pontil 2009, COLT). Engines that
    simulate tell the same histories for the same seed, so their answers must be equal.

    Parameters
    ----------
    scenario : Scenario
        Whose answers are compared.
    questions : iterable of Question
        Asked besides the scenario's own.
    news : iterable of Observation
        What all engines are given (`update`): the questions that have a probability are compared, and the budgets of
        time and firings are left aside.
    replications, seed : int
        Of each engine that simulates.
    max_states : int, optional
        As for `solve`.
    max_seconds : float
        As for `solve` (seconds).
    stages : int, optional
        As for `solve`.
    level : float
        Probability of a false alarm.
    solution : Solution, optional
        The exact answers, if they are there already (or of another variant, to see it caught).
    seconds : float, optional
        Budget of time: exact answers that are not there in half of it are left away (in the main thread, which alone can
        be interrupted), and the engines that simulate do with fewer replications, all with as many.
    events : int, optional
        Budget of firings of each engine that simulates, as for `simulate`; the seconds are then those of the exact
        engine alone.
    clock : callable, optional
        Whose seconds they are.

    Returns
    -------
    Verification
        Prints as a table; ``agree`` says whether all is well.

    Raises
    ------
    ArgumentError
        If it is no scenario.

    See Also
    --------
    Verification : What came of comparing the engines.
    lint : Find what is worth a second look.

    Examples
    --------
    >>> import negsim as ns
    >>> verify(ns.load("toy"), replications=500).agree
    True
    """
    check_is_scenario(scenario, "verify")
    asked = listed(questions, Question, "questions")
    if not isinstance(level, int | float) or not 0 < level < 1:
        raise EngineError(f"level is {level!r}; it must be a probability between 0 and 1")
    if solution is not None and not isinstance(solution, Solution):
        raise EngineError(f"solution is {solution!r}; give what solve() returned, or None")
    if told_news := tuple(news):
        from negsim.checking.updates import verified

        return verified(
            scenario,
            told_news,
            asked,
            replications=replications,
            seed=seed,
            max_states=max_states,
            max_seconds=max_seconds,
            level=level,
        )
    program = lower(scenario, asked)
    names = [name for name in simulating() if ENGINES[name].policies or not program.has_policies]
    began = clock()
    # Half of the time at most for the exact answers, so that something is left to compare them with.
    half = None if seconds is None else seconds / 2
    exact, notes = _exact(scenario, asked, program, solution, max_states, max_seconds, stages, (half, clock))
    runs: dict[str, Runs] = {}
    for number, name in enumerate(reversed(names)):  # the slowest first: the others tell as many histories as it does
        # The first leaves a fifth to the others, which are quicker.
        left = None if seconds is None else (seconds - (clock() - began)) * (0.8 if number == 0 else 1.0)
        runs[name] = simulate(
            scenario,
            questions=asked,
            replications=replications,
            seed=seed,
            engine=name,
            seconds=None if left is None or events is not None else max(1.0, left),
            events=events,
        )
        replications = runs[name].replications
    runs = {name: _prefix(runs[name], replications) for name in names}
    # One level over all questions and engines: see LEVEL.
    share = level / max(1, len(program.probes.asked) * len(names))
    lines = tuple(
        _line(name, program, runs, exact.get(name), notes.get(name, ""), share) for name in sorted(program.probes.asked)
    )
    ran = (*names, *solving()) if exact else tuple(names)
    return Verification(scenario.name, lines, ran, replications, seed, level)


def _exact(
    scenario: Scenario,
    questions: tuple[Question, ...],
    program: Program,
    solution: Solution | None,
    max_states: int | None,
    max_seconds: float,
    stages: int | None,
    patience: tuple[float | None, Callable[[], float]],
) -> tuple[dict[str, tuple[Estimate, float]], dict[str, str]]:
    """Exact answers with the width of their values, and why others have none."""
    found: dict[str, tuple[Estimate, float]] = {}
    notes: dict[str, str] = {}
    try:
        with within(patience[0], "no exact answer:", patience[1]):
            solution = solution or solve(
                scenario, questions=questions, max_states=max_states, max_seconds=max_seconds, stages=stages
            )
            _exact_answers(solution, program, found, notes)
    except EngineError as error:
        # A scenario that is not for the exact engine has no exact answers at all.
        return {}, dict.fromkeys(program.probes.asked, f"no exact answer: {error}")
    # Out of time: what was answered until then is kept, and only the rest is told as missing.
    except BudgetError as error:
        notes |= {name: str(error) for name in program.probes.asked if name not in found and name not in notes}
    return found, notes


def _prefix(runs: Runs, replications: int) -> Runs:
    """The first so many histories of some runs."""
    # Histories do not hang on how many there are: the shorter run is a piece of the longer one.
    if runs.replications == replications:
        return runs
    block = runs.block
    failures = [error for error in block.failures if error.replication is not None and error.replication < replications]
    arrays = {name: getattr(block, name)[:replications] for name in ARRAYS}
    return replace(runs, block=Block(**arrays, failures=failures, traces=block.traces[:replications]))


def _exact_answers(
    solution: Solution, program: Program, found: dict[str, tuple[Estimate, float]], notes: dict[str, str]
) -> None:
    """The exact answers, one by one, as far as there is time."""
    for name in program.probes.asked:
        try:
            found[name] = _answer(solution, program, name)
        except (EngineError, EstimateError, RunawayError) as error:
            notes[name] = f"no exact answer: {error}"
        except NegsimError as error:
            notes[name] = f"the exact engine fails where others do not: {error}"


def _answer(solution: Solution, program: Program, name: str) -> tuple[Estimate, float]:
    """The exact answer to a question, and how far apart its values can lie (0: yes or no; inf: not known)."""
    entry = program.probes.asked[name]
    answer = solution.answer(name)
    if entry.question.probable:
        return answer, 0.0
    if entry.question.row.about == "action":
        limits = [program.actions[program.probes.fired[column][0]].limit or math.inf for column, _ in entry.terms]
        return answer, sum(abs(weight) * limit for limit, (_, weight) in zip(limits, entry.terms, strict=True))
    # Durations and times lie within the question's own window; of other numbers the engine knows the range.
    return answer, entry.by / DAY if entry.question.row.most == "days" else solution.spread(name)


def _line(
    name: str,
    program: Program,
    runs: dict[str, Runs],
    exact: tuple[Estimate, float] | None,
    note: str,
    share: float,
) -> Line:
    """Compare the answers to one question."""
    kind = program.probes.asked[name].question.kind
    simulated = tuple((engine, _simulated(run, name)) for engine, run in runs.items())
    refused = "" if exact is not None else next((text for run in runs.values() if (text := _refusal(run, name))), "")
    note = "; ".join(text for text in (note, refused) if text)
    wrong = []
    if exact is not None:
        wrong += [
            f"{engine} gives {told(found)}, outside what the exact {exact[0].value:.7g} allows"
            for engine, found in simulated
            if not _allowed(found, exact, runs[engine], name, share)
        ]
    first = simulated[0][1] if simulated else None
    # Not within an error but to the bit: engines that simulate draw the same numbers.
    wrong += [f"{engine} and {simulated[0][0]} differ on one seed" for engine, found in simulated[1:] if found != first]
    failed = "fails where others do not" in note
    return Line(
        name,
        kind,
        None if exact is None else exact[0],
        simulated,
        "; ".join([*wrong, note] if note else wrong),
        not wrong and not failed,
    )


def _simulated(run: Runs, name: str) -> Any:
    """The simulated answer, or the words with which it is refused (what is given is so in every history)."""
    try:
        return run.probability(name) if run.asked(name).question.probable else run.mean(name)
    except NothingCounted:
        return Conditional(hits=0, given=0, n=run.replications, unknown=int(run.block.failed.sum()))
    except EstimateError as error:
        return f"refused: {error}"


def _refusal(run: Runs, name: str) -> str:
    """Why a run answers a question in no case, whatever its histories."""
    try:
        run.answers(name) if run.program.probes.asked[name].question.probable else run.mean(name)
    except NothingCounted:
        return ""
    except EstimateError as error:
        return str(error)
    return ""


def _allowed(found: Any, exact: tuple[Estimate, float], run: Runs, name: str, share: float) -> bool:
    """Whether a simulated answer lies in the region that the exact one allows."""
    estimate, width = exact
    if isinstance(found, str):
        # No history of this run tells anything: nothing to disagree with.
        return True
    if isinstance(found, Proportion | Conditional):
        trials = found.given if isinstance(found, Conditional) else found.n
        return _binomial(found.hits, trials, estimate.low, estimate.high, share)
    if math.isinf(width):
        # Firings without a limit have no largest number; the largest one met stands for it.
        width = max(1.0, float(np.ptp(numbers(run.block, run.program.probes.asked[name]))))
    return bool(abs(found.mean - estimate.value) <= estimate.error + 1e-12 * width + _bernstein(found, width, share))


def _binomial(hits: int, n: int, low: float, high: float, share: float) -> bool:
    """Exact binomial acceptance region of a probability between low and high."""
    from scipy.special import bdtr, bdtrc

    # bdtr is the chance of so few hits or fewer, which is 1 where all are hits.
    below = 1.0 if hits >= n else float(bdtr(hits, n, high))
    above = 1.0 if hits <= 0 else float(bdtrc(hits - 1, n, low))
    return below >= share / 2 and above >= share / 2


def _bernstein(found: Mean, width: float, share: float) -> float:
    """Half-width of the empirical Bernstein bound for values within a range of that width."""
    if found.n < 2:
        return math.inf
    log = math.log(4 / share)
    variance = found.m2 / (found.n - 1)
    return math.sqrt(2 * variance * log / found.n) + 7 * width * log / (3 * (found.n - 1))
