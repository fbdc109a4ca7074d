"""Conditioning on news, by every engine that can: histories with weights beside exact answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from negsim.checking.verification import Line, Verification
from negsim.engines import ENGINES, simulating, solving
from negsim.engines.exact import Observed
from negsim.errors import ContradictionError, EngineError, EstimateError
from negsim.estimates import Conditional, Estimate, Proportion
from negsim.learning.explicit import explicit
from negsim.learning.updated import Updated
from negsim.learning.updating import update
from negsim.model.observed import Observation, news_in_order
from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.program import Program, lower
from negsim.running.solving import solve

__all__ = ["verified"]


def verified(
    scenario: Scenario,
    news: Iterable[Observation],
    questions: Sequence[Question],
    *,
    replications: int,
    seed: int,
    max_states: int | None,
    max_seconds: float,
    level: float,
) -> Verification:
    """Return how the answers of all engines compare that were given the same news.

    Answers of histories must lie within their intervals over islands around the exact ones, at a level that engines which
    agree leave with a probability below ``level`` over all questions together; engines that simulate must agree with each
    other up to rounding.
    """
    items = news_in_order(news, scenario.calendar, scenario.horizon)
    program = lower(scenario, questions)
    names = [name for name in simulating() if ENGINES[name].policies or not program.has_policies]
    runs = {
        name: update(scenario, items, replications=replications, seed=seed, questions=questions, engine=name)
        for name in names
    }
    exact, note = _exact(scenario, items, questions, program, max_states, max_seconds)
    asked = [name for name, entry in program.probes.asked.items() if entry.question.probable]
    # One level for all comparisons: with many questions a false alarm would be likely somewhere.
    share = level / max(1, len(asked) * len(names))
    lines = tuple(_line(name, program, runs, exact.get(name), note, share) for name in sorted(asked))
    ran = (*names, *solving()) if exact else tuple(names)
    count = next((one.replications for one in runs.values()), 0)
    return Verification(scenario.name, lines, ran, count, seed, level)


def _exact(
    scenario: Scenario,
    items: Sequence[Observation],
    questions: Sequence[Question],
    program: Program,
    max_states: int | None,
    max_seconds: float,
) -> tuple[dict[str, Estimate], str]:
    """The exact answers, and why others have none."""
    found: dict[str, Estimate] = {}
    note = ""
    try:
        told, seen = explicit(scenario, items)
        observed = [Observed(condition=condition, **{how: when}) for condition, how, when in seen]
        solution = solve(told, observed=observed, questions=questions, max_states=max_states, max_seconds=max_seconds)
        for name, entry in program.probes.asked.items():
            if entry.question.probable:
                found[name] = solution.probability(name)
    except (EngineError, EstimateError) as error:
        note = f"no exact answer: {error}"
    return found, note


def _line(
    name: str, program: Program, runs: dict[str, Updated], exact: Estimate | None, note: str, share: float
) -> Line:
    found: list[tuple[str, Any]] = []
    wrong = []
    for engine, one in runs.items():
        try:
            answer: Any = one.probability(name)
        except (EstimateError, ContradictionError) as error:
            answer = f"refused: {error}"
        found.append((engine, answer))
        if exact is not None and isinstance(answer, Proportion | Conditional):
            low, high = (
                answer.interval(1 - share) if isinstance(answer, Proportion) else answer.proportion.interval(1 - share)
            )
            if exact.high < low or exact.low > high:
                wrong.append(f"{engine} gives {answer.value:.5g}, and the exact answer is {exact.value:.5g}")
    values = [one.value for _, one in found if isinstance(one, Proportion | Conditional)]
    # Engines that simulate go by the same bits, so that only the order of sums may differ.
    if values and max(values) - min(values) > 1e-9:
        wrong.append("engines that simulate differ on one seed")
    kind = program.probes.asked[name].question.kind
    told = "; ".join([*wrong, *([note] if note and exact is None else [])])
    return Line(name, kind, exact, tuple(found), told, not wrong)
