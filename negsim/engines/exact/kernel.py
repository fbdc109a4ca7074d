"""A program made ready to be solved exactly."""

from __future__ import annotations

from negsim.engines.exact.markov import numbers_of
from negsim.engines.exact.memory import states_at_hand
from negsim.engines.exact.options import check_arguments, check_claims
from negsim.engines.exact.solution import Solution
from negsim.engines.solving import SolveJob
from negsim.errors import EngineError
from negsim.program import Program

__all__ = ["ExactKernel"]


class ExactKernel:
    """A program ready to be solved.

    Parameters
    ----------
    program : Program
        Lowered with the claims of the jobs as facts (``mixed``).
    """

    def __init__(self, program: Program) -> None:
        self.program = program

    def solve(self, job: SolveJob) -> Solution:
        """The answers; states are explored when a question needs them.

        Raises
        ------
        EngineError
            If an argument is out of range, or no question of the program can be solved; the message says what is not
            Markov and what to do.
        """
        check_arguments(job.method, job.max_states, job.max_seconds, job.tolerance, job.stages)
        check_claims(self.program, job.claims)
        solution = Solution(
            scenario=job.scenario,
            program=self.program,
            numbers=numbers_of(self.program, job.values),
            observed=job.observed,
            max_states=states_at_hand() if job.max_states is None else job.max_states,
            max_seconds=float(job.max_seconds),
            tolerance=job.tolerance,
            method=job.method,
            stages=job.stages,
            claims=job.claims,
        )
        refused = solution.refused
        if refused and len(refused) == len(self.program.probes.asked):
            raise EngineError(next(iter(refused.values())))
        return solution
