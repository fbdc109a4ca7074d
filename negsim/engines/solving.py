"""What every engine that solves is asked for: numbers without histories, from the same program as the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from negsim.model.scenario import Scenario

if TYPE_CHECKING:
    from negsim.engines.exact.questions import Observed
    from negsim.engines.exact.solution import Solution

__all__ = ["SolveJob", "Solver"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveJob:
    """What to solve a program for, and within which limits.

    Attributes
    ----------
    scenario : Scenario
        Whose program it is: dates are read in its calendar, and questions that come later are lowered beside its own.
    values : tuple of float
        A row of parameters.
    observed : tuple of Observed
        Answers are given that all of this was so.
    max_states : int or None
        Most states to explore; None for as many as fit into the memory at hand.
    max_seconds : float
        Most seconds to explore them, and to carry them through time for one answer.
    tolerance : float
        Probability that cutting off may lose, at most.
    method : str
        Of the transient probabilities.
    stages : int or None
        Most stages in the place of a law that is not Markov; None to refuse it.
    claims : tuple of str
        Contested claims that are mixed over.
    """

    scenario: Scenario
    values: tuple[float, ...]
    observed: tuple[Observed, ...] = ()
    max_states: int | None = None
    max_seconds: float = 60.0
    tolerance: float = 1e-12
    method: str = "auto"
    stages: int | None = None
    claims: tuple[str, ...] = ()


class Solver(Protocol):
    """A program made ready to be solved on one engine."""

    def solve(self, job: SolveJob) -> Solution:
        """The answers; states are explored when a question needs them.

        Raises
        ------
        EngineError
            If an argument is out of range, or no question of the program can be solved.
        """
