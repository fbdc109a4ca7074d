"""Which change of a scenario helps most: every precondition, mechanism and decision, history by history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from negsim.errors import NegsimError
from negsim.estimates import PairedDifference
from negsim.estimates.checks import check_level
from negsim.estimates.selection import select_best, simultaneous
from negsim.model.elements import Elements
from negsim.model.expansion import expand
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.results.answers import deadline
from negsim.running.simulation import simulate
from negsim.what_if.bench import Bench, own, question_of
from negsim.what_if.candidates import Candidate, Candidates, candidates_of, elements_under
from negsim.what_if.lever import Lever, Levers
from negsim.what_if.pairs import Told
from negsim.what_if.parting import Parting, first_apart, partings
from negsim.what_if.sensitivity import answer_in_words
from negsim.why.phrases import Phrases

__all__ = ["levers"]

PARTED, LOOKED_AT = 3, 20
"""So many helpers and spoilers are told with where their histories part, and so many of these are looked at."""


def levers(
    scenario: Scenario,
    question: Question | Askable,
    candidates: Candidates | None = None,
    *,
    replications: int = 4_000,
    seed: int | None = None,
    draws: int | None = None,
    level: float = 0.95,
) -> Levers:
    """Tell which change of a scenario would help most to get the answer yes, and which would spoil it.

    Every precondition is met, waived and hardened, every mechanism taken away, every decision forced to each of its
    options, one change at a time. Each variant uses the random numbers of the scenario itself, so that histories are
    compared with themselves.

    Parameters
    ----------
    scenario : Scenario
        As it is.
    question : str, Question or condition
        A yes/no question, without ``given``.
    candidates : iterable or mapping, optional
        Interventions to try in place of all that the scenario has; a sequence of several is one lever, and a mapping
        gives names.
    replications : int
        Histories of each variant.
    seed : int, optional
        Of all variants; drawn and stored in the result if not given.
    draws : int, optional
        Rows of parameters, as in `simulate`; by default every parameter has its best value.
    level : float, optional
        Of all intervals together, and of the guarantee.

    Returns
    -------
    Levers
        Ranked; prints as sentences.

    Raises
    ------
    EstimateError
        If the question has no yes or no, or is asked given a condition.
    ArgumentError
        If a candidate is no intervention.

    See Also
    --------
    compare : Compare two variants, history by history.
    watch : Which news would move the answer.

    Notes
    -----
    Histories are simulated to the question's deadline. The interval of each difference is `PairedDifference`'s at the
    level 1 - (1 - level)/k for k levers (Bonferroni), so that all hold together; a lever helps if its interval lies
    above 0 (and, where parameters have their best values, the exact sign test of its flips agrees). The best is judged by
    multiple comparisons with the best: see `negsim.estimates.selection`. Meeting, waiving or forcing is what *doing* it
    would change in the model; it is no claim that anybody can do it.

    Examples
    --------
    >>> import negsim as ns
    >>> early, never = ns.Do(fact="memorandum.delivered", on="2025-01-02"), ns.Do(fact="memorandum.delivered", never=True)
    >>> found = ns.levers(ns.load("toy"), "talks_day_5", {"early": early, "never": never}, seed=1)
    >>> [(one.name, one.helps, one.hinders) for one in found]
    [('early', True, False), ('never', False, True)]
    """
    check_level(level)
    check_is_scenario(scenario, "levers")
    tried = candidates_of(scenario, candidates)
    asked = question_of(scenario, question)
    first = simulate(
        scenario, replications=1, seed=seed, draws=draws, questions=own(scenario, asked), keep="answers",
        on_error="count",
    )  # fmt: skip
    bench = Bench(first, asked, replications)
    told: dict[str, Told] = {}
    refused: dict[str, str] = {}
    # Expanded once for all levers: most of them differ from it in one element.
    plain = expand(scenario.parts)
    for one in tried:
        try:
            told[one.name] = bench.told(elements_under(scenario, one.steps, plain))
        # A lever that this scenario refuses must not hide what the others do.
        except NegsimError as error:
            refused[one.name] = str(error)
    found = _ranked(bench, {one.name: one for one in tried}, told, refused, level)
    return replace(found, levers=_with_partings(bench, found, told, plain))


def _ranked(
    bench: Bench, tried: dict[str, Candidate], told: dict[str, Told], refused: dict[str, str], level: float
) -> Levers:
    each = simultaneous(level, len(told))
    differences = {name: bench.difference(bench.now, answers) for name, answers in told.items()}
    # By the value, not by the end of its interval: the order is that of the best guess, and ties say the rest.
    order = sorted(differences, key=lambda name: -differences[name].value)
    tied = set(_tied(bench, [(name, told[name]) for name in order], level))
    found = tuple(_lever(tried[name], differences[name], told[name], each, name in tied) for name in order)
    # Against the leader, history by history: narrower than the intervals of the levers themselves.
    ahead = [bench.difference(told[name], told[order[0]]) for name in order[1:]]
    entry = bench.base.asked(bench.asked.name)
    kind = "Student's t over rows of parameters" if bench.base.clustered else "Tango's score interval of pairs"
    return Levers(
        question=bench.asked.called,
        by=deadline(bench.asked, bench.first.scenario),
        what=answer_in_words(bench.base, entry),
        answer=_answer(bench, level),
        levers=found,
        choice=select_best(ahead, level) if found else None,
        refused=refused,
        level=level,
        n=bench.n,
        rows=len(bench.base.rows),
        seed=bench.base.seed,
        method=f"Paired by common random numbers; {kind}, all {len(found)} levers together (Bonferroni)",
    )


def _answer(bench: Bench, level: float) -> Any:
    return bench.base.probability(bench.asked.name).estimate(level)


def _lever(one: Candidate, difference: PairedDifference, told: Told, each: float, tied: bool) -> Lever:
    good = ~told.failed
    return Lever(
        name=one.name,
        kind=one.kind,
        text=one.text,
        steps=one.steps,
        difference=difference,
        interval=difference.interval(each),
        # What a failed history would have said is not known.
        probability=float(np.mean(told.yes[good])) if good.any() else float("nan"),
        tied=tied,
    )


def _tied(bench: Bench, order: list[tuple[str, Told]], level: float) -> Iterator[str]:
    """Names of the levers that are not told apart from the leader of their group."""
    # One fewer than there are levers: the leader is not compared with itself.
    each = simultaneous(level, len(order) - 1)
    leader: Told | None = None
    for name, answers in order:
        if leader is None or bench.difference(answers, leader).interval(each).low > 0:
            leader = answers
        else:
            yield name


def _with_partings(bench: Bench, found: Levers, told: dict[str, Told], plain: Elements) -> tuple[Lever, ...]:
    """The levers, the best and the worst of them with where their histories part."""
    shown = {one.name for one in (*found.helpers[:PARTED], *found.spoilers[:PARTED])}
    return tuple(
        replace(one, parting=_parting(bench, one, told[one.name], plain)) if one.name in shown else one for one in found
    )


def _parting(bench: Bench, lever: Lever, answers: Told, plain: Elements) -> Parting | None:
    """What differs first in the first histories that flip, most often."""
    # Failed histories are no flips, whatever their answers say.
    flipped = (answers.yes != bench.now.yes) & ~answers.failed & ~bench.now.failed
    numbers = np.flatnonzero(flipped)[:LOOKED_AT].tolist()
    scenario = bench.first.scenario
    before, after = scenario.expanded, elements_under(scenario, lever.steps, plain)
    pairs = zip(bench.histories(before, numbers), bench.histories(after, numbers), strict=True)
    # The lever's own acts differ by its making; what is told is what they lead to.
    own = {name for name in (*before.actions, *after.actions) if before.actions.get(name) != after.actions.get(name)}
    forks = [fork for one, two in pairs if (fork := first_apart(one, two, own)) is not None]
    most = partings(forks)
    if most is None:
        return None
    fork, count = most
    said = Phrases(scenario)
    what = said.action(fork.action) + (f": {said.outcome(fork.action, fork.outcome)}" if fork.outcome else "")
    return Parting(
        action=fork.action, outcome=fork.outcome, changed=fork.changed, count=count, looked=len(forks), text=what
    )
