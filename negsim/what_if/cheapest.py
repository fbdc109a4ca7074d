"""The cheapest set of changes that makes an answer as likely as is wanted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from negsim.errors import ArgumentError, NegsimError, nearest
from negsim.estimates import Estimate
from negsim.estimates.checks import check_level
from negsim.estimates.intervals import clopper_pearson
from negsim.model.expansion import expand
from negsim.model.interventions import Intervention
from negsim.model.questions import Askable, Question
from negsim.model.scenario import Scenario, check_is_scenario
from negsim.results.answers import deadline
from negsim.running.simulation import simulate
from negsim.what_if.bench import Bench, own, question_of
from negsim.what_if.candidates import Candidate, Candidates, candidates_of, elements_under
from negsim.what_if.pairs import Told
from negsim.what_if.sensitivity import answer_in_words

__all__ = ["Package", "cheapest"]

FIRST_LOOK = 400
"""Histories after which a set that is far from the target is left."""
CLEARLY = 1e-4
"""Chance with which a set that reaches the target may be left after the first look."""
# 2**64 over the golden ratio: seeds that lie near each other stay apart.
FRESH = 0x9E3779B97F4A7C15
"""Added to the seed: what is chosen in some histories is confirmed in others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The cheapest set of changes that reaches a target, or the best that was found.

    Parameters
    ----------
    levers, texts : tuple of str
        Names of the changes, and the words for them; none where nothing has to be changed.
    steps : tuple of Intervention
        What ``scenario.supposing(*package.steps)`` needs to make it so.
    cost : float
        Sum of their costs.
    target : float
        The probability that was wanted.
    reached : bool
        Whether the target lies below the interval, in histories that had no part in the choice.
    answer : Estimate
        The probability with these changes, from those histories.
    what, question, by : str
        The answer as a noun, the question and its deadline.
    tried, left : int
        Sets that were looked at, and sets that cost no more than the limit of sets allowed to look at.
    refused : mapping of str to str
        Sets that the scenario does not allow, each with the reason.
    level : float
        Of all sets that were confirmed together.
    n, seed : int
        Histories of each set while choosing, and the seed of the choice.

    See Also
    --------
    cheapest : Find it.
    Levers : Every change alone.

    Examples
    --------
    >>> import negsim as ns
    >>> early = {"early": ns.Do(fact="memorandum.delivered", on="2025-01-02")}
    >>> found = ns.cheapest(ns.load("toy"), "talks_day_5", 0.9, {"early": 2.0}, early, seed=1)
    >>> found.levers, found.cost, found.reached
    (('early',), 2.0, True)
    """

    levers: tuple[str, ...]
    texts: tuple[str, ...]
    steps: tuple[Intervention, ...]
    cost: float
    target: float
    reached: bool
    answer: Estimate
    what: str
    question: str
    by: str
    tried: int
    left: int
    refused: Mapping[str, str]
    level: float
    n: int
    seed: int

    @property
    def sentence(self) -> str:
        """One sentence for people, with its uncertainty."""
        low, high = self.answer.ends()
        have = f"{self.what} is {self.answer.printed} [{low} to {high}]"
        goal = f"{100 * self.target:g} %"
        more = f" {self.left:,} sets were not looked at." if self.left else ""
        if self.reached and not self.levers:
            return f"Nothing has to be changed: {have}, and {goal} is wanted.{more}"
        changes = "; and ".join(self.texts)
        sets = f"{self.tried:,} {'set' if self.tried == 1 else 'sets'} tried"
        if not self.reached:
            near = f"The nearest, at a cost of {self.cost:g}: {changes}" if changes else "None is nearer than no change"
            return f"No set of these changes is seen to bring {self.what} to {goal} ({sets}). {near}. In the model {have}.{more}"
        return f"Cheapest for {goal} ({sets}), at a cost of {self.cost:g}: {changes}. In the model {have}.{more}"

    def __str__(self) -> str:
        return self.sentence

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns
        -------
        dict
            Numbers as they are, and the sentence.
        """
        low, high = self.answer.low, self.answer.high
        return {
            "question": self.question,
            "by": self.by,
            "target": self.target,
            "levers": list(self.levers),
            "texts": list(self.texts),
            "cost": self.cost,
            "reached": self.reached,
            "probability": self.answer.value,
            "low": low,
            "high": high,
            "tried": self.tried,
            "left": self.left,
            "refused": dict(self.refused),
            "level": self.level,
            "n": self.n,
            "seed": self.seed,
            "sentence": self.sentence,
        }


def cheapest(
    scenario: Scenario,
    question: Question | Askable,
    target: float,
    costs: Mapping[str, float],
    candidates: Candidates | None = None,
    *,
    replications: int = 4_000,
    seed: int | None = None,
    draws: int | None = None,
    most: int = 3,
    tries: int = 400,
    level: float = 0.95,
) -> Package:
    """Find the cheapest set of changes that makes an answer as likely as is wanted.

    Parameters
    ----------
    scenario : Scenario
        As it is.
    question : str, Question or condition
        A yes/no question, without ``given``.
    target : float
        The probability that is wanted, in (0, 1).
    costs : mapping of str to float
        What each change costs, by the name that `levers` gives it or that it has among the candidates; above 0, in any
        unit. Changes without a cost are not considered.
    candidates : iterable or mapping, optional
        Interventions in place of all that the scenario has, as in `levers`.
    replications : int
        Histories of each set while choosing; four times as many, fresh ones, confirm the choice.
    seed : int, optional
        Of the histories; drawn and stored in the result if not given.
    draws : int, optional
        Rows of parameters, as in `simulate`; by default every parameter has its best value.
    most : int
        Changes in a set, at most.
    tries : int
        Sets to look at, at most, the cheapest first.
    level : float, optional
        Of the intervals of all sets that are confirmed, together.

    Returns
    -------
    Package
        Prints as a sentence.

    Raises
    ------
    ArgumentError
        If the target is no probability, or a cost is none or belongs to no change.
    EstimateError
        If the question has no yes or no, or is asked given a condition.

    See Also
    --------
    levers : What each change does alone.

    Notes
    -----
    Sets are looked at from the cheapest on: one that is far from the target after 400 histories is left, one that reaches
    it in all histories is confirmed in fresh ones. It is taken if the target lies below the interval; the k-th set that is
    confirmed has the level 1 - (1 - level)/2^k, so that all hold together. No set is left out because its parts do nothing
    alone: two preconditions may be idle one by one.

    Examples
    --------
    >>> import negsim as ns
    >>> early = {"early": ns.Do(fact="memorandum.delivered", on="2025-01-02")}
    >>> print(ns.cheapest(ns.load("toy"), "talks_day_5", 0.5, {"early": 2.0}, early, seed=1).levers)
    ()
    """
    check_level(level)
    check_is_scenario(scenario, "cheapest")
    known = {one.name: one for one in candidates_of(scenario, candidates)}
    prices = _checked(target, costs, known, most, tries)
    asked = question_of(scenario, question)
    asking = own(scenario, asked)
    # One history: this run is there for its seed, its rows and its program alone.
    first = simulate(
        scenario, replications=1, seed=seed, draws=draws, questions=asking, keep="answers", on_error="count"
    )
    search = _Search(Bench(first, asked, replications), Bench(first, asked, min(FIRST_LOOK, replications)), target)
    chosen, answer, reached = _searched(search, _sets(known, prices, most), tries, level, draws)
    total = sum(math.comb(len(prices), size) for size in range(most + 1))
    return Package(
        levers=tuple(one.name for one in chosen),
        texts=tuple(one.text for one in chosen),
        steps=tuple(step for one in chosen for step in one.steps),
        cost=math.fsum(prices[one.name] for one in chosen),
        target=target,
        reached=reached,
        answer=answer,
        what=answer_in_words(search.bench.base, search.bench.base.asked(asked.name)),
        question=asked.called,
        by=deadline(asked, scenario),
        tried=search.tried,
        # Sets come in the order of their cost: behind the first confirmed one there is none that is cheaper.
        left=0 if reached else total - search.tried,
        refused=search.refused,
        level=level,
        n=replications,
        seed=first.seed,
    )


def _checked(
    target: float, costs: Mapping[str, float], known: Mapping[str, Candidate], most: int, tries: int
) -> dict[str, float]:
    """What each change costs, by name."""
    # A boolean is a number to Python; True would be taken for a probability of 1.
    if isinstance(target, bool) or not isinstance(target, (int, float)) or not 0 < target < 1:
        raise ArgumentError(f"target is {target!r}; give the probability that is wanted, above 0 and below 1")
    for name, number in (("most", most), ("tries", tries)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ArgumentError(f"{name} is {number!r}; give a whole number from 1 on")
    if not isinstance(costs, Mapping) or not costs:
        raise ArgumentError(f"costs is {costs!r}; give what each change costs, such as {{'stalling off': 3}}")
    for name, cost in costs.items():
        if name not in known:
            raise ArgumentError(
                f"costs names {name!r}, which is no change of this scenario{nearest(str(name), known)}; ns.levers lists them"
            )
        # With costs of 0 a larger set would be as cheap as a smaller one, and luck would choose between them.
        if isinstance(cost, bool) or not isinstance(cost, (int, float)) or not (math.isfinite(cost) and cost > 0):
            raise ArgumentError(f"costs: {name} costs {cost!r}; give a number above 0")
    return {name: float(cost) for name, cost in costs.items()}


def _sets(known: Mapping[str, Candidate], prices: Mapping[str, float], most: int) -> Iterator[tuple[Candidate, ...]]:
    """All sets of so many changes, the cheapest first, of equal cost the smaller; from none on."""
    names = sorted(prices, key=lambda name: (prices[name], name))
    found = [chosen for size in range(min(most, len(names)) + 1) for chosen in combinations(names, size)]
    # fsum, so that sets of the same costs tie exactly, in whatever order they are added up.
    found.sort(key=lambda chosen: (math.fsum(prices[name] for name in chosen), len(chosen), chosen))
    for chosen in found:
        yield tuple(known[name] for name in chosen)


class _Search:
    """Looks at sets of changes: first in a few histories, then in all; one use."""

    def __init__(self, bench: Bench, quick: Bench, target: float) -> None:
        self.bench, self.quick, self.target = bench, quick, target
        self.plain = expand(bench.first.scenario.parts)
        self.tried = 0
        self.refused: dict[str, str] = {}
        self.best: tuple[float, tuple[Candidate, ...]] = (-1.0, ())

    def share(self, chosen: tuple[Candidate, ...]) -> float:
        """The share of histories with yes under a set; -1 where it is far from the target or not allowed."""
        # Counted before it can be refused: a refused set takes time as well.
        self.tried += 1
        try:
            steps = tuple(step for one in chosen for step in one.steps)
            under = elements_under(self.bench.first.scenario, steps, self.plain)
            few = self.quick.told(under)
            # The exact interval needs independent histories, which those of one row of parameters are not.
            if not self.quick.base.clustered and clopper_pearson(*_counted(few), CLEARLY)[1] < self.target:
                found = _share(few)
            else:
                found = _share(self.bench.told(under))
        except NegsimError as error:
            self.refused[" and ".join(one.name for one in chosen)] = str(error)
            return -1.0
        # Strictly: of equally good sets the cheaper one came first.
        if found > self.best[0]:
            self.best = (found, chosen)
        return found


def _counted(told: Told) -> tuple[int, int]:
    good = ~told.failed
    return int(np.sum(told.yes & good)), int(np.sum(good))


def _share(told: Told) -> float:
    hits, n = _counted(told)
    return hits / n if n else -1.0


def _searched(
    search: _Search, sets: Iterator[tuple[Candidate, ...]], tries: int, level: float, draws: int | None
) -> tuple[tuple[Candidate, ...], Estimate, bool]:
    """The first set that is confirmed, else the one with the largest share."""
    confirmed = 0
    for chosen in sets:
        if search.tried >= tries:
            break
        if search.share(chosen) < search.target:
            continue
        confirmed += 1
        # Each look at fresh histories has half the error of the one before, so that all together keep the level.
        answer = _confirmed(search.bench, chosen, 1 - (1 - level) / 2**confirmed, draws)
        if answer.low is not None and answer.low > search.target:
            return chosen, answer, True
    chosen = search.best[1]
    return chosen, _confirmed(search.bench, chosen, 1 - (1 - level) / 2 ** (confirmed + 1), draws), False


def _confirmed(bench: Bench, chosen: Sequence[Candidate], level: float, draws: int | None) -> Estimate:
    """The answer under a set, in histories that had no part in the choice."""
    supposed = bench.first.scenario.supposing(*(step for one in chosen for step in one.steps))
    # The sum must not leave the range of seeds.
    fresh = (bench.first.seed + FRESH) % 2**63
    asking = own(supposed, bench.asked)
    runs = simulate(
        supposed, replications=4 * bench.n, seed=fresh, draws=draws, questions=asking, keep="answers", on_error="count"
    )
    return runs.probability(bench.asked.name).estimate(level)
