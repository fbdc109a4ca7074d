"""The answers of an engine that solves, as rows like those of runs: no histories, an error bound instead of an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError, NotRecorded, nearest
from negsim.estimates import Estimate, Mean, Rows, exact_range
from negsim.estimates.rows import row_notes, share_over_rows
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario
from negsim.program import Program
from negsim.results.answers import Answer, facts, of_estimate, stated, unanswered

__all__ = ["Solved"]

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
    engine : str
    found : mapping of str to tuple of Estimate
        The answers to each question by its name, one a row; questions without exact answers are missing.
    weights : mapping of str to tuple of float
        How likely each row makes what the question is given.
    level : float
        Confidence level of intervals over draws.
    seconds : float
    refused : mapping of str to str
        Which questions have no exact answer, and why.
    note : str
        The same for people.
    """

    scenario: Scenario
    program: Program
    rows: Sequence[tuple[float, ...]]
    drawn: bool
    seed: int | None
    engine: str
    found: Mapping[str, tuple[Estimate, ...]]
    weights: Mapping[str, tuple[float, ...]]
    refused: Mapping[str, str]
    level: float
    seconds: float
    note: str

    def __post_init__(self) -> None:
        for name, several in self.found.items():
            largest = max(abs(one.value) for one in several)
            if len(several) > 1 and not largest < LARGEST:
                raise EstimateError(
                    f"question {name}: its answers over the draws reach {largest:.3g}, too large for their spread to be "
                    f"computed (up to {LARGEST:g}); choose a larger unit, or ask without draws"
                )

    @property
    def replications(self) -> int:
        """No histories were told."""
        return 0

    @property
    def events(self) -> int:
        """Nothing fired."""
        return 0

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers to the scenario's own questions; not a number where there is none, and then a note says why."""
        return tuple(self.row(question) for question in stated(self.scenario))

    def row(self, question: Question | Askable, *, level: float | None = None) -> Answer:
        """The answer to a question of the scenario, by its name or itself; over draws, the mean with its interval.

        Raises
        ------
        NotRecorded
            If the scenario does not ask it.
        """
        name = question.name if isinstance(question, Question) else question
        known = self.program.probes.asked
        if not isinstance(name, str) or name not in known or question not in (name, known[name].question):
            raise NotRecorded(
                f"question {str(name)[:80]!r} was not asked{nearest(str(name), known)}; state it in the scenario, or ask "
                "solve(scenario)"
            )
        question = known[name].question
        plain, found = facts(question, self.scenario), self.found.get(name, ())
        if not found:
            return unanswered(plain, self.refused.get(name, "it has no exact answer"))
        if len(found) == 1:
            return of_estimate(plain, found[0])
        values, weights = np.array([one.value for one in found]), np.array(self.weights[name])
        return of_estimate(plain, _over_draws(question, values, weights, self.level if level is None else level))


def _over_draws(
    question: Question, values: NDArray[np.float64], weights: NDArray[np.float64], level: float
) -> Estimate:
    """The mean of exact answers, one a draw, with the error of finitely many draws and their range.

    Given something, a draw that makes it likelier weighs more, as it does among simulated histories.
    """
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
