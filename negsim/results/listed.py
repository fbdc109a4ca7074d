"""The answers to several questions, and how a notebook shows them: above both, so that neither imports the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from negsim.model.questions import Question
from negsim.model.scenario import Scenario
from negsim.results.answers import Answer, Answering, stated
from negsim.results.shown import answers_card, answers_frame

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Answers", "answers"]


class Answers(tuple[Answer, ...]):
    """Answers to several questions: a tuple that notebooks show as a table.

    >>> import negsim as ns
    >>> table = answers(ns.simulate(ns.load("toy"), replications=2_000, seed=1)).to_dataframe()
    >>> table.question[0], str(table.by[0])
    ('talks_day_5', '2025-01-06 00:00:00+00:00')
    """

    scenario: Scenario | None

    def __new__(cls, rows: Iterable[Answer] = (), scenario: Scenario | None = None) -> Answers:
        found = super().__new__(cls, rows)
        found.scenario = scenario
        return found

    def __getnewargs__(self) -> tuple[tuple[Answer, ...], Scenario | None]:
        return tuple(self), self.scenario

    def _repr_html_(self) -> str:
        return answers_card(self, self.scenario)

    def to_dataframe(self) -> pd.DataFrame:
        """A row a question: name, title, deadline in the scenario's zone, number, interval, range, method, n and printed form."""
        return answers_frame(self, self.scenario)


def answers(runs: Answering, questions: Iterable[Question | str] | None = None, *, level: float = 0.95) -> Answers:
    """Answer the scenario's questions from finished runs, or from what was solved; of one that has no answer the row says why.

    Parameters
    ----------
    runs : Runs, CountedRuns or Solved
        Finished runs, or what was solved.
    questions : iterable of Question or str, optional
        By default those that the scenario states.
    level : float, optional
        Confidence level of the Monte Carlo intervals.

    Returns
    -------
    Answers
        A tuple of `Answer`, in the order of the questions; notebooks show it as a table.

    See Also
    --------
    simulate : Simulate a scenario's histories.
    solve_answers : Answer a scenario's questions exactly.

    Examples
    --------
    >>> import negsim as ns
    >>> rows = answers(ns.simulate(ns.load("toy"), replications=2_000, seed=1))
    >>> rows[0].id, rows[0].rounded(), rows[0].words
    ('talks_day_5', '77.5 %', 'likely')
    """
    if questions is None:
        questions = stated(runs.scenario)
    return Answers((runs.row(question, level=level) for question in questions), runs.scenario)
