"""The answers of an engine that solves, as rows like those of runs: no histories, an error bound instead of an interval."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from negsim.errors import EstimateError, NotRecorded, nearest
from negsim.estimates import Estimate, Mean, Rows, exact_range
from negsim.estimates.rows import row_notes, share_over_rows
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario
from negsim.program import Program
from negsim.results.answers import Answer, facts, of_estimate, stated, unanswered
from negsim.results.equality import digest, same_answers
from negsim.results.shown import answers_frame, results_card

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Solved"]

LARGEST = 1e150
"""Answers whose squares still are floats."""


@dataclass(frozen=True, kw_only=True)
class Solved:
    """Exact answers, with what a run says of itself.

    Parameters
    ----------
    scenario : Scenario
        Whose histories they are.
    program : Program
        The tables that the engine ran.
    rows : sequence of tuple of float
        Values of the parameters, a tuple a draw.
    drawn : bool
        Whether rows were drawn from what is believed of the parameters.
    seed : int or None
        Of the draws.
    engine : str
        Name of the engine.
    found : mapping of str to tuple of Estimate
        Answers by question, one a row of parameters.
    weights : mapping of str to tuple of float
        Weights of the rows by question; empty where all weigh alike.
    refused : mapping of str to str
        Why a question has no answer.
    level : float
        Confidence level of the interval of the mean over draws.
    seconds : float
        Time spent solving (seconds).
    note : str
        What is worth saying about how it was computed.

    See Also
    --------
    solve_answers : Answer a scenario's questions exactly.
    Answer : The answer to one question as every table shows it.

    Examples
    --------
    >>> import negsim as ns
    >>> ns.solve_answers(ns.load("toy")).row("talks_day_5").rounded(4)
    '77.6870 %'
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

    def __eq__(self, other: object) -> bool:
        return same_answers(self, other) if isinstance(other, Solved) else NotImplemented

    def __hash__(self) -> int:
        return digest(self)

    def __repr__(self) -> str:
        # The answers would be many lines; `_repr_html_` has them, and so has `answers`.
        draws = f", {len(self.rows):,} draws" if self.drawn else ""
        return f"<Solved {self.scenario.name}: {len(self.found):,} answers{draws}, {self.engine}>"

    def _repr_html_(self) -> str:
        return results_card(self)

    def to_dataframe(self) -> pd.DataFrame:
        """The answers to the scenario's own questions, a row each (see `Answers.to_dataframe`)."""
        return answers_frame(self.answers, self.scenario)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything to a file, as `Runs.save` does; ``ns.load_runs(path)`` reads it.

        Parameters
        ----------
        path : str or path
            Where to; its folder must be there.

        Raises
        ------
        FileError
            If it cannot be written: what was there before is untouched.
        """
        from negsim.results.saved import save_runs

        save_runs(self, path)

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

        Parameters
        ----------
        question : Question or str
            One of the scenario's questions, by name or itself.
        level : float, optional
            Of the interval of the mean over draws; by default that of `solve_answers`.

        Returns
        -------
        Answer
            With its intervals and their printed forms.

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
        # What no parameter moves is the same in all draws, but for the rounding of each.
        if np.ptp(values) <= max(one.error for one in found) + SAME * np.abs(values).max():
            return of_estimate(plain, found[0])
        return of_estimate(plain, _over_draws(question, values, weights, self.level if level is None else level))


SAME = 1e-11
"""Share of a value within which the answers of draws are one answer: the rounding of long sums."""


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
