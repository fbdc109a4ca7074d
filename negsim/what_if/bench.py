"""Where variants of a scenario are simulated beside it, history by history, up to one question's deadline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from negsim.engines import Job, Kernel, prepare
from negsim.engines.blocks import Trajectory
from negsim.errors import EstimateError
from negsim.estimates import PairedDifference
from negsim.model.elements import Elements
from negsim.model.expressions import Ref, as_expression
from negsim.model.questions import ANEW, Askable, Question
from negsim.model.scenario import Scenario
from negsim.program import Program, lower
from negsim.program.drawn import parameter_rows
from negsim.results.answers import refuse_unasked
from negsim.results.estimators import needs_probability
from negsim.results.runs import Runs
from negsim.running.again import again
from negsim.what_if.pairs import Told, paired

__all__ = ["Bench", "own", "question_of"]


def question_of(scenario: Scenario, question: Question | Askable) -> Question:
    """The question that is meant: one of the scenario's, or a condition asked anew."""
    known = scenario.expanded.questions
    if isinstance(question, Question):
        return question
    name = getattr(question, "name", question)
    if isinstance(name, str) and name in known:
        return known[name]
    tree = as_expression(question)
    # A single unknown name is a misspelt question far oftener than a condition.
    if isinstance(tree, Ref) and tree.name not in scenario.expanded.variables:
        refuse_unasked(scenario, tree.name)
    return Question(name=ANEW, condition=tree)


def own(scenario: Scenario, asked: Question) -> list[Question]:
    """The question, if the scenario does not ask it by itself."""
    # Another question of the same name is handed on, and refused where questions are put together.
    return [] if scenario.expanded.questions.get(asked.name) in (asked, scenario.expanded.read(asked)) else [asked]


class Bench:
    """Where variants of a scenario are simulated beside it, up to the question's deadline; one use."""

    def __init__(self, first: Runs, asked: Question, replications: int) -> None:
        self.first, self.asked, self.n = first, asked, replications
        entry = first.asked(asked.name)
        needs_probability(entry)
        if entry.given is not None:
            raise EstimateError(
                f"question {asked.name} is asked given a condition, which other histories meet under each lever; ask one"
                " without given="
            )
        self.until = entry.by
        self.program = self._short(first.scenario.expanded)
        self.base = again(first, self.program, replications)
        self.now = self._answers(self.base)
        # Told by the program and not by the lever: to meet what is met already gives the same histories again.
        self.told_already = {self.program.fingerprint(): self.now}

    def _short(self, elements: Elements) -> Program:
        """The program that records this question alone and ends when it is answered."""
        alone = replace(elements, questions={self.asked.name: self.asked})
        program = lower(self.first.scenario, elements=alone)
        # Nothing after the deadline can change the answer, and every variant saves the time up to the end.
        return replace(program, horizon=min(program.horizon, self.until))

    def _answers(self, runs: Runs) -> Told:
        return Told(runs.answers(self.asked.name)[0], runs.block.failed)

    def told(self, elements: Elements) -> Told:
        """The answers of a variant, simulated once where two levers come to the same."""
        program = self._short(elements)
        if program.fingerprint() not in self.told_already:
            self.told_already[program.fingerprint()] = self._simulated(program)
        return self.told_already[program.fingerprint()]

    def _simulated(self, program: Program) -> Told:
        return self._answers(again(self.first, program, self.n, self._rows(program)))

    def _rows(self, program: Program) -> Sequence[tuple[float, ...]]:
        rows = self.first.rows
        # The same parameters have the same rows, so that only other ones have to be drawn.
        if program.parameters == self.program.parameters:
            return rows
        return parameter_rows(program, self.first.seed, len(rows) if self.first.drawn else None)

    def histories(self, elements: Elements, numbers: Sequence[int]) -> tuple[Trajectory, ...]:
        """Some histories of a variant, event by event, up to the question's deadline."""
        # What stays as it is is compared with every variant: it is lowered and prepared once.
        own = elements is self.first.scenario.expanded
        program = self.program if own else self._short(elements)
        job = Job(
            seed=self.first.seed,
            replications=list(numbers),
            rows=self._rows(program),
            contested=() if self.first.drawn else program.contested,
            # Traces are kept of replications below this number, and the last one is wanted as well.
            trace=max(numbers, default=0) + 1,
            max_events=self.first.max_events,
        )
        if not numbers:
            return ()
        kernel = self._own_kernel if own else prepare(self.first.engine, program)
        return tuple(kernel.run(job).traces)

    @cached_property
    def _own_kernel(self) -> Kernel:
        return prepare(self.first.engine, self.program)

    def difference(self, one: Told, two: Told) -> PairedDifference:
        """Second minus first, history by history."""
        return paired(one, two, self.base if self.base.clustered else None)[0]
