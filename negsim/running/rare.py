"""Rare events: a probability that ordinary histories would hardly ever show, whatever the laws of the clocks."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache

import numpy as np

from negsim.engines import Job, choose, prepare
from negsim.errors import ArgumentError, EngineError, EstimateError
from negsim.estimates.base import thousands
from negsim.estimates.rare import RareEstimate
from negsim.laws.draws import check_seed, fresh_seed
from negsim.model.calendar import Dated
from negsim.model.expressions import Operand, Ref, as_condition
from negsim.model.questions import ANEW, Askable, Question
from negsim.model.scenario import Fixing, Scenario, check_is_scenario
from negsim.program import Program, lower
from negsim.program.drawn import parameter_rows
from negsim.program.probes import Asked
from negsim.results.answers import refuse_unasked
from negsim.running.arguments import check_count
from negsim.running.forcing.cone import cone_of
from negsim.running.forcing.islands import Archipelago, Plan
from negsim.running.forcing.leaning import Leaning, may_lean
from negsim.running.solving import solve
from negsim.running.workers import processors

__all__ = ["rare"]

REPETITIONS = 25
AT_ONCE = 1_000
"""Histories that are simulated side by side; no answer depends on it."""
MOST_STATES, MOST_SECONDS = 20_000, 10.0
"""What the exact engine may take before histories are told instead."""
GOOD_ENOUGH = 1e-3
"""Relative numerical error up to which an exact answer is one."""


def rare(
    scenario: Scenario,
    question: Question | Askable,
    *,
    by: Dated | None = None,
    replications: int = 1_000,
    seed: int | None = None,
    method: str = "auto",
    draws: int | None = None,
    fix: Fixing | None = None,
    engine: str = "auto",
    repetitions: int = REPETITIONS,
    workers: int | None = None,
) -> RareEstimate:
    """Estimate a probability that may be far too small to be seen in ordinary histories.

    The clocks that have to fire before the deadline are drawn so that they do, those that would spoil it so that they do
    not, and each history carries the weight of that; histories whose way leads nowhere are replaced by clones of better
    ones. The estimate is unbiased for any scenario; how precise it is hangs on how well the way to the question can be seen
    from the scenario's conditions and effects. Where the question is Markov and small, the exact engine answers instead.

    Parameters
    ----------
    scenario : Scenario
        Whose histories they are.
    question : str, Question or condition
        A question of the scenario by its name, a question with a probability, or a condition that must come true.
    by : date, instant or days, optional
        Deadline; by default the question's own, or the scenario's end. A bare date is the whole of that day.
    replications : int, optional
        How many histories (1,000 by default), rounded up to a multiple of ``repetitions``.
    seed : int, optional
        In [0, 2**64); drawn from the operating system if not given.
    method : {'auto', 'exact', 'forcing', 'splitting', 'plain'}
        The exact engine; forced clocks and clones; clones alone, by the same outlook; neither. By default the exact engine
        if it can and forcing else.
    draws : int, optional
        How many rows of parameters to draw from what is believed of them, at least one a repetition; the answer is then
        the mean over them. By default best values.
    fix : mapping of str to bool or float, optional
        Claims that are read one way, and parameters fixed at a value, as in `simulate`.
    engine : str
        That tells the histories, as in `simulate`.
    repetitions : int, optional
        Independent parts of the histories, from 5 on (25 by default); the error comes from how they differ.
    workers : int, optional
        Threads; no answer depends on it.

    Returns
    -------
    RareEstimate
        Value, 95 % interval, relative error and the method in words; without a hit a bound.

    Raises
    ------
    ArgumentError
        If the question has no probability, or has a ``given``; or a number is out of its range.
    EngineError
        With ``method="exact"``, if the exact engine cannot answer.
    SimulationError
        Of the first history that cannot be finished.

    See Also
    --------
    simulate : Simulate a scenario's histories.
    solve : Solve a scenario exactly.

    Examples
    --------
    >>> import negsim as ns
    >>> wait = ns.LogNormal(median=14, sigma=0.8)
    >>> tiny = ns.Scenario("tiny", start="2025-01-01", end=40, parts=[
    ...     ns.Fact("text"), ns.Fact("signed"),
    ...     ns.Action(name="draft", when="not text", clock=wait, effects=["text = true"]),
    ...     ns.Action(name="sign", when="text and not signed", clock=wait, effects=["signed = true"])])
    >>> found = ns.rare(tiny, "signed", by=2.0, replications=200, seed=1)
    >>> 1e-7 < found.value < 1e-6 and found.relative_error < 0.1
    True
    """
    check_is_scenario(scenario, "rare")
    for name, value, least in (("replications", replications, 1), ("repetitions", repetitions, 5)):
        check_count(name, value, least)
    if method not in METHODS:
        raise ArgumentError(f"method is {method!r}; use one of {', '.join(METHODS)}")
    _check_draws(draws, repetitions)
    scenario = scenario.fixing(fix or {})
    asked, called = _question(scenario, question, by)
    solved = _solved(scenario, asked, called, method, draws)
    if solved is not None and (method == SOLVED or solved.error <= GOOD_ENOUGH * solved.value):
        return solved
    seed = fresh_seed() if seed is None else check_seed(seed)
    # other questions would be watched too
    program = lower(scenario, [asked], elements=replace(scenario.expanded, questions={}))
    told = _Told(program, program.probes.asked[asked.name], engine, repetitions, -(-replications // repetitions))
    islands = told.go(seed, draws, METHODS[method], workers)
    # without a hit plain histories, which nothing steers, give the bound
    hit = any(one.hits.any() for one in islands)
    if not hit and solved is not None:
        return solved
    return told.estimate(called, method, islands, None if hit else told.go(seed, draws, METHODS["plain"], workers))


EITHER, SOLVED = "auto", "exact"
"""Methods that ask for an exact answer first, or for nothing else."""


METHODS: dict[str, tuple[bool, bool]] = {
    "auto": (True, True),
    "exact": (False, False),
    "forcing": (True, True),
    "splitting": (False, True),
    "plain": (False, False),
}
"""Whether clocks are forced, and whether histories are replaced by clones."""


def _check_draws(draws: int | None, repetitions: int) -> None:
    if draws is not None:
        check_count("draws", draws, 1)
        if draws < repetitions:
            raise ArgumentError(
                f"draws = {draws} is less than one a repetition, and repetitions that share parameters are not independent; "
                f"give at least {repetitions}"
            )


def _question(scenario: Scenario, asked: Question | Askable, by: Dated | None) -> tuple[Question, str]:
    """The question, with the deadline that was asked for, and what people call it."""
    known = scenario.expanded.questions
    if isinstance(asked, str) and asked in known:
        asked = known[asked]
    if isinstance(asked, Question):
        called = asked.called
        if by is not None:
            asked, called = replace(asked, by=by, before=None), f"{called} by {by}"
    elif isinstance(asked, str | Operand):
        condition = as_condition(asked)
        read = scenario.expanded.readings.tree(condition)
        if isinstance(read, Ref) and read.name not in scenario.expanded.types():
            refuse_unasked(scenario, read.name)
        asked = Question(name=ANEW, condition=condition, by=by)
        called = f"{asked.condition}" if by is None else f"{asked.condition} by {by}"
    else:
        raise ArgumentError(f"question is {str(asked)[:60]!r}; give a name, a Question or a condition")
    if not asked.probable:
        raise ArgumentError(
            f"question {called} is of kind {asked.kind!r}, which has no probability; ask whether a condition comes true, "
            "or give at_least"
        )
    if len(asked.counts) > 1 or asked.weights:
        raise ArgumentError(
            f"question {called} counts with weights, towards which no clock is forced; ask it of one action, or simulate it "
            "without being rare"
        )
    if asked.given is not None:
        raise ArgumentError(
            f"question {called} is given that '{asked.given}'; ask for both together and for '{asked.given}' alone, and "
            "divide"
        )
    return asked, called


def _solved(scenario: Scenario, asked: Question, called: str, method: str, draws: int | None) -> RareEstimate | None:
    """The exact engine's answer, if it has one."""
    if method == SOLVED and draws is not None:
        raise ArgumentError("method='exact' answers at best values; leave draws away, or use method='forcing'")
    if method not in (EITHER, SOLVED) or draws is not None:
        return None
    try:
        solution = solve(scenario, questions=[], max_states=MOST_STATES, max_seconds=MOST_SECONDS)
        found = solution.probability(asked)
    except (EngineError, EstimateError):
        if method == SOLVED:
            raise
        return None
    return RareEstimate(
        question=called,
        values=(max(0.0, found.value),),
        error=found.error,
        method=f"exact: {found.method}, since every clock that bears on it is Markov",
    )


class _Told:
    """Histories of one question on islands."""

    def __init__(self, program: Program, entry: Asked, engine: str, islands: int, size: int) -> None:
        self.entry, self.islands, self.size = entry, islands, size
        self.cone, self.leaning = cone_of(program, entry), None
        leaning = may_lean(program, self.cone.actions)
        if leaning:
            self.leaning = Leaning.of(program, leaning)
            # what the scenario says of its actions, and not what was put in to draw them otherwise
            self.cone, program = cone_of(self.leaning.wide, entry), self.leaning.program
        self.program = program
        chosen, _ = choose(engine, program)
        self.kernel = prepare(chosen, program)
        self.laws = lru_cache(maxsize=4096)(lambda values: program.bind(values).laws)

    def go(self, seed: int, draws: int | None, how: tuple[bool, bool], workers: int | None) -> list[Archipelago]:
        """Simulate all islands, some at a time."""
        rows = self._rows(seed, draws)
        plan = Plan(
            program=self.program,
            kernel=self.kernel,
            cone=self.cone,
            entry=self.entry,
            laws=self.laws,
            size=self.size,
            leaning=self.leaning,
            forcing=how[0],
            resampling=how[1],
        )
        few = max(1, AT_ONCE // self.size)
        contested = self.program.contested if draws is None else ()

        def some(first: int) -> Archipelago:
            numbers = range(first * self.size, min(first + few, self.islands) * self.size)
            job = Job(seed=seed, replications=numbers, rows=rows, contested=contested, lean=True)
            return Archipelago(plan, job).go()

        starts = range(0, self.islands, few)
        threads = min(workers or processors(), len(starts))
        if threads == 1:
            return [*map(some, starts)]
        with ThreadPoolExecutor(threads, thread_name_prefix="negsim") as pool:
            return [*pool.map(some, starts)]

    def _rows(self, seed: int, draws: int | None) -> Sequence[tuple[float, ...]]:
        """A row of parameters for each history; no two islands share one that was drawn."""
        rows = parameter_rows(self.program, seed, draws)
        if draws is None:
            return rows
        own = [[*range(island, draws, self.islands)] for island in range(self.islands)]
        return [
            rows[own[island][place % len(own[island])]] for island in range(self.islands) for place in range(self.size)
        ]

    def estimate(
        self, called: str, method: str, islands: list[Archipelago], plain: list[Archipelago] | None
    ) -> RareEstimate:
        """The mean of the islands."""
        total, square = (np.concatenate([getattr(one, name) for one in islands]) for name in ("total", "square"))
        replications = self.islands * self.size
        return RareEstimate(
            question=called,
            values=tuple((total / self.size).tolist()),
            method=self._words(method),
            replications=replications,
            hits=int(sum(one.hits.sum() for one in islands)),
            effective=float(total.sum() ** 2 / square.sum()) if square.sum() > 0 else 0.0,
            plain=0 if plain is None else replications,
            seen=0 if plain is None else int(sum(one.hits.sum() for one in plain)),
        )

    def _words(self, method: str) -> str:
        forced = [self.program.actions[a].name for a in self.cone.actions if self.program.actions[a].clock == "random"]
        if method == "plain" or not self.cone.actions:
            return "plain histories"
        if method == "splitting":
            return f"clones of histories, chosen by how likely {_few(forced) or 'it'} still comes in time"
        leaning = () if self.leaning is None else self.leaning.places
        drawn = [f"forced clocks ({_few(forced)})"] if forced else []
        drawn += (
            [f"outcomes of {_few([self.program.actions[a].name for a in leaning])} drawn to lean"] if leaning else []
        )
        if not drawn:
            return (
                "clones of histories; neither a random clock nor an outcome stands between the start and the question"
            )
        return f"{' and '.join(drawn)}, with resampling on the outlook"


def _few(names: list[str]) -> str:
    """Some names, and how many there are besides."""
    return ", ".join(names[:3]) + (f" and {thousands(len(names) - 3)} more" if len(names) > 3 else "")
