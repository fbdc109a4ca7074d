"""What a report needs: answers, reasons, what to watch, levers, who waits for whom, two stories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from negsim.checking.lint.trees import of_action, of_belief, of_initial
from negsim.errors import ArgumentError, NegsimError
from negsim.model.elements import Elements
from negsim.model.expressions import reads
from negsim.model.interventions import Decide, Harden, Intervention, Meet, Waive, Without
from negsim.model.questions import Question
from negsim.results.answers import Answer, refuse_unasked, stated
from negsim.results.base import Results
from negsim.results.listed import answers
from negsim.results.runs import Runs
from negsim.what_if.candidates import Candidate, candidates_of
from negsim.what_if.lever import Levers
from negsim.what_if.levers import levers
from negsim.what_if.signals import Watching
from negsim.what_if.watch import watch
from negsim.why.explaining import explain, main_reasons
from negsim.why.explanation import Explanation
from negsim.why.narrative import Narrative, narrate
from negsim.why.waits import Waits, waits

__all__ = ["Found", "gathered", "main_question", "own_questions", "weighed"]

WEIGHED = "the histories were conditioned on news or drawn from another law, and would be told without that"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """All that a report tells.

    Attributes
    ----------
    runs : Results
    question : Question or None
        The one that is looked into; None where none is answered with yes or no.
    level : float
    rows : tuple of Answer
    explanations : tuple of Explanation
    watching : Watching or None
    levers : Levers or None
    candidates : int
        Changes that the scenario has, of which `levers` tried the nearest ones.
    waits : Waits
    stories : mapping of "yes" and "no" to Narrative
    missing : mapping of str to str
        Why a part is left out.
    """

    runs: Results
    question: Question | None
    level: float
    rows: tuple[Answer, ...]
    explanations: tuple[Explanation, ...]
    watching: Watching | None
    levers: Levers | None
    candidates: int
    waits: Waits
    stories: dict[str, Narrative]
    missing: dict[str, str]


def main_question(
    runs: Results, wanted: Any, rows: tuple[Answer, ...], told: tuple[Explanation, ...]
) -> Question | None:
    """The question that is looked into: the one that is asked for, or the least certain one of those that are explained."""
    if wanted is not None:
        known = runs.scenario.expanded.questions
        name = str(getattr(wanted, "name", wanted))
        if name not in known:
            refuse_unasked(runs.scenario, name)
        if not known[name].probable:
            raise ArgumentError(f"question {name} asks for a number; a report looks into one that asks for yes or no")
        return known[name]
    # What is nearly certain has little to look into: the least certain one has most to tell.
    main = {one.question for one in told}
    open_ = [one for one in rows if one.is_share and one.estimate is not None and not one.given]
    chosen = [one for one in open_ if one.id in main] or open_
    best = min(chosen, key=lambda one: abs(one.value - 0.5), default=None)
    return None if best is None else runs.scenario.expanded.questions[best.id]


def weighed(runs: Results) -> bool:
    """Whether histories count differently, because they were conditioned on news or drawn from another law."""
    return isinstance(runs, Runs) and runs.log_weights is not None


def _refuse_weighed(runs: Results) -> None:
    """Refuse what simulates histories of a number again: it would be others than those of the answers."""
    if weighed(runs):
        raise ArgumentError(WEIGHED)


def gathered(runs: Results, wanted: Any, level: float, most_levers: int, histories: int) -> Found:
    """Look into finished runs; what cannot be had is left out and says why."""
    missing: dict[str, str] = {}

    # A part that cannot be had must not take the whole report away.
    def tried(part: str, of: Callable[[], Any]) -> Any:
        try:
            return of()
        except NegsimError as error:
            missing[part] = str(error)
            return None

    rows = answers(runs, level=level)
    told = tried("why", lambda: main_reasons(runs)) or ()
    question = main_question(runs, wanted, rows, told)
    # The question that is looked into is explained even where it is none of the main ones.
    named = question is not None and question.row.explained and question.given is None
    if named and question is not None and question.name not in {one.question for one in told}:
        told = (*(tried("why", lambda: (explain(runs, question),)) or ()), *told)
    tried_levers = [] if question is None or not most_levers else nearest(runs, question)
    few = tried_levers[:most_levers]
    return Found(
        runs=runs,
        question=question,
        level=level,
        rows=rows,
        # The question that is looked into comes first.
        explanations=tuple(sorted(told, key=lambda one: question is not None and one.question != question.name)),
        watching=tried("watch", lambda: _watched(runs, question, level)),
        levers=tried("levers", lambda: _levers(runs, question, few, level, histories)) if few else None,
        candidates=len(tried_levers),
        waits=waits(runs.scenario),
        stories=tried("stories", lambda: _stories(runs, question)) or {},
        missing=missing,
    )


def _watched(runs: Results, question: Question | None, level: float) -> Watching | None:
    if question is None:
        return None
    if not isinstance(runs, Runs):
        raise ArgumentError("what to watch needs single histories, and only counts were kept")
    return watch(runs, question.name, level=level)


def _levers(
    runs: Results, question: Question | None, few: list[Candidate], level: float, histories: int
) -> Levers | None:
    """The changes that stand nearest to the question, on the first of the same histories."""
    if question is None:
        return None
    _refuse_weighed(runs)
    rows = len(runs.rows) if runs.drawn else None
    n = min(histories, runs.replications)
    # The runs' own seed and draws: a lever's histories are the first ones of the page.
    steps = {one.name: one.steps for one in few}
    return levers(runs.scenario, question.name, steps, replications=n, seed=runs.seed, draws=rows, level=level)


def nearest(runs: Results, question: Question) -> list[Candidate]:
    """Every change that the scenario has and that can do anything, by the number of steps between it and the question."""
    elements = runs.scenario.expanded
    far = _distances(elements, question)
    found = []
    for place, one in enumerate(candidates_of(runs.scenario, None)):
        step = one.steps[0]
        # What does not reach the question in any number of steps cannot move it.
        away = min((far[name] for name in _about(elements, step) if name in far), default=None)
        # A requirement that is hard already cannot be hardened; to try it would only cost a run.
        idle = isinstance(step, Harden) and elements.requirements[step.requirement].hard
        if away is not None and not idle:
            found.append((away, place, one))
    return [one for _, _, one in sorted(found, key=lambda row: row[:2])]


def _about(elements: Elements, step: Intervention) -> Iterator[str]:
    """The variables that an intervention is nearest to."""
    if isinstance(step, Meet | Waive | Harden):
        yield from elements.requirements[step.requirement].steps
        return
    if isinstance(step, Without | Decide):
        word = step.element if isinstance(step, Without) else step.decision
        for name in elements.owners.get(word, ()):
            yield from (effect.variable for effect in elements.actions[name].changes() if name in elements.actions)
        for name in elements.acting.get(word, ()):
            yield name


def _distances(elements: Elements, question: Question) -> dict[str, int]:
    """How many steps of cause and effect each variable and parameter is away from a question."""
    writers: dict[str, list[Any]] = {}
    for action in elements.actions.values():
        for effect in action.changes():
            writers.setdefault(effect.variable, []).append(action)
    asked = elements.read(question)
    trees = [tree for tree in (asked.condition, asked.throughout) if tree is not None]
    front = {name for tree in trees for name in reads(tree)}
    for counted, _, _ in question.counts:
        if counted in elements.actions:
            front |= {name for tree in of_action(elements.actions[counted]) for name in reads(tree)}
    found: dict[str, int] = {}
    # From the question outwards, a step of cause and effect each time, until nothing new is found.
    steps = 0
    while front:
        found |= dict.fromkeys(front, steps)
        steps += 1
        behind = {name for one in front for name in _behind(elements, writers, one)}
        front = behind - set(found)
    return found


def _behind(elements: Elements, writers: dict[str, list[Any]], name: str) -> Iterator[str]:
    """What decides when and how a variable changes, and where it starts."""
    for action in writers.get(name, ()):
        for tree in of_action(action):
            yield from reads(tree)
    if name in elements.variables:
        for tree in of_initial(elements.variables[name]):
            yield from reads(tree)
    if name in elements.parameters:
        for tree in of_belief(elements.parameters[name]):
            yield from reads(tree)


def _stories(runs: Results, question: Question | None) -> dict[str, Narrative]:
    """A history with yes (the one whose date is the middle one) and the first one with no, if there are any."""
    if question is None or not isinstance(runs, Runs):
        return {}
    _refuse_weighed(runs)
    yes, counted = runs.answers(question.name)
    fine = counted & ~runs.block.failed
    found = {}
    said = np.flatnonzero(yes & fine)
    if said.size:
        # The middle one is nobody's choice, and neither the quickest nor the slowest way there.
        if question.row.timed:
            said = said[np.argsort(runs.first_times(question.name)[said], kind="stable")]
        found["yes"] = narrate(runs, int(runs.block.replications[said[(said.size - 1) // 2]]))
    denied = np.flatnonzero(~yes & fine)
    if denied.size:
        found["no"] = narrate(runs, int(runs.block.replications[denied[0]]))
    return found


def own_questions(runs: Results) -> tuple[Question, ...]:
    """The questions of the report, in its order."""
    return stated(runs.scenario)
