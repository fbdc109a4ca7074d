"""Which of the things that nobody knows exactly carry the answer: read from finished runs, without simulating more."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import answered, counted, numbers
from negsim.errors import EstimateError
from negsim.estimates import Estimate
from negsim.estimates.givendata import GivenData, RowMeans
from negsim.estimates.pickfreeze import total
from negsim.estimates.resampled import resampled_estimate, two_sided
from negsim.model.parameters import Parameter
from negsim.model.questions import Askable, Question
from negsim.program.probes import Asked
from negsim.results.answers import deadline
from negsim.results.runs import Runs
from negsim.running.again import again, equalised
from negsim.what_if.influences import Influence, Sensitivity
from negsim.why.phrases import Phrases

__all__ = ["answer_in_words", "given_data", "history_values", "needs_runs", "sensitivity"]

Floats = NDArray[np.float64]


def sensitivity(
    runs: Runs,
    question: Question | Askable,
    *,
    threshold: float | None = None,
    totals: bool = False,
    level: float = 0.95,
) -> Sensitivity:
    """Tell which uncertain parameters carry the answer to a question, and what it would be worth to know them.

    Parameters
    ----------
    runs : Runs
        With parameters drawn: ``simulate(..., draws=n)``, best half as many draws as histories or fewer.
    question : str, Question or condition
        With a probability, or with a number as its answer (``duration``, ``value``, ``fired``); without ``given``.
    threshold : float, optional
        The value of information is told for max(p - threshold, 0): the gain of somebody who acts, at a cost of
        threshold, only if it pays. By default the answer itself, where the decision is closest.
    totals : bool, optional
        Also total effects, interactions included, where the variance stands out from chance. Each parameter is drawn
        anew in histories that are otherwise told as before, so this costs one more run for each parameter; at least two
        histories a row are needed.
    level : float, optional
        Confidence level of all intervals.

    Returns
    -------
    Sensitivity
        The influence of each parameter, the largest expected move first; prints as sentences.

    Raises
    ------
    EstimateError
        If the parameters were not drawn, single histories were not kept, fewer than 30 rows have a history, or the
        question is conditional.

    See Also
    --------
    Sensitivity : Which parameters carry an answer.
    draw_sensitivity : Draw how far each parameter moves the answer.
    watch : The same for what can be seen to happen.

    Notes
    -----
    The answer of each row of parameters is regressed on each parameter's rank; what the fit explains of mere noise is
    taken out, and intervals come from resampled rows (keyed draws of kind ``bootstrap``). The variance is that of the
    *probability*, not of the yes or no of a history, which chance decides as well.

    Examples
    --------
    >>> import negsim as ns
    >>> rate = ns.Parameter("rate", 0.3, ns.LogNormal(median=0.3, sigma=0.8), unit="per day")
    >>> memo = ns.Action(name="deliver", when="not memo", clock=ns.Exponential("rate"), effects=["memo = true"])
    >>> asked = ns.Question(name="early", condition="memo", by="3 days")
    >>> tiny = ns.Scenario("tiny", start="2025-01-01", end=40, parts=[rate, ns.Fact("memo"), memo, asked])
    >>> found = ns.sensitivity(ns.simulate(tiny, replications=4_000, draws=1_000, seed=1), "early")
    >>> found["rate"].share.high > 0.9, found["rate"].stands_out
    (True, True)
    """
    needs_runs(runs, "sensitivity")
    # Regression knows no weights: weighted histories are turned into ones that count alike.
    runs = counting_alike(runs)
    entry = runs.asked(question)
    values, good = history_values(runs, entry)
    found, kept = given_data(runs, entry, values, good)
    if entry.question.probable and threshold is not None and not 0 <= threshold <= 1:
        raise EstimateError(
            f"threshold is {threshold!r}; it is compared with a probability, so it lies between 0 and 1"
        )
    unit = "points" if entry.question.probable else ""
    teller = _Teller(runs, entry, found, found.mean if threshold is None else threshold, unit, level, int(good.sum()))
    sets = _sets_of_histories(runs) if totals else 0
    # of a variance that may be nothing no shares are told, total or not
    extra = _totals(runs, entry, found, sets, kept) if totals and teller.bounded else {}
    return teller.told(extra)


def needs_runs(runs: Any, what: str) -> None:
    """Refuse what has no single histories."""
    if not isinstance(runs, Runs):
        raise EstimateError(
            f"{what} reads single histories, which were not kept; simulate with keep='answers' or 'all'"
        )


def counting_alike(runs: Runs) -> Runs:
    """The runs themselves, or as many of each history as it counts, where they do not all count alike."""
    return runs if runs.weights is None else equalised(runs, runs.replications, by_row=True)


def history_values(runs: Runs, entry: Asked) -> tuple[Floats, NDArray[np.bool_]]:
    """What each history answers as a number (yes is 1), and which histories count."""
    question = entry.question
    # A given chooses histories and so rows: what is regressed on would no longer be spread as it is believed.
    if entry.given is not None:
        raise EstimateError(
            f"question {question.name} is asked given a condition, which changes what is believed of the parameters as "
            "well; ask one without given="
        )
    good = counted(runs.block, entry, entry.by) & ~runs.block.failed
    return _answers(runs, entry), good


def _answers(runs: Runs, entry: Asked) -> Floats:
    if entry.question.probable:
        return answered(runs.block, entry, entry.after, entry.by)[0].astype(np.float64)
    return np.asarray(numbers(runs.block, entry), dtype=np.float64)


def given_data(
    runs: Runs, entry: Asked, values: Floats, good: NDArray[np.bool_]
) -> tuple[GivenData, NDArray[np.int64]]:
    """The estimators over the rows of parameters that have a history, and the numbers of these rows."""
    if not runs.clustered:
        raise EstimateError(
            "nothing can be told of what the parameters carry, because they were not drawn from what is believed of them;"
            " use simulate(..., draws=2_000)"
        )
    if not good.any():
        raise EstimateError(f"question {entry.question.name}: no history counts, so that there is nothing to explain")
    known = _KNOWN.setdefault(runs, {})
    key = (entry.question, entry.by, entry.after)
    if key not in known:
        known[key] = _regressed(runs, entry, values, good)
    return known[key]


_KNOWN: WeakKeyDictionary[Runs, dict[Any, tuple[GivenData, NDArray[np.int64]]]] = WeakKeyDictionary()
"""What was worked out of finished runs: `watch` and `report` ask for it after `sensitivity`."""


def _regressed(
    runs: Runs, entry: Asked, values: Floats, good: NDArray[np.bool_]
) -> tuple[GivenData, NDArray[np.int64]]:
    rows, kept = RowMeans.of(runs.draw[good], len(runs.rows), values[good])
    inputs = {
        parameter.name: runs.parameters[kept, place]
        for place, parameter in enumerate(runs.program.parameters)
        # A parameter that never varies explains nothing.
        if parameter.belief is not None and np.ptp(runs.parameters[kept, place]) > 0
    }
    return GivenData(inputs, rows, seed=runs.seed, name=entry.question.name), kept


def answer_in_words(runs: Runs, entry: Asked) -> str:
    """The answer to a question as a noun: what moves."""
    question = entry.question
    title = Phrases(runs.scenario).question(question)
    return f"the probability of '{title}'" if question.probable else f"the mean of '{title}'"


class _Teller:
    """Puts the estimators' numbers into results; one use."""

    def __init__(
        self, runs: Runs, entry: Asked, found: GivenData, threshold: float, unit: str, level: float, n: int
    ) -> None:
        self.runs, self.entry, self.found, self.threshold = runs, entry, found, threshold
        self.unit, self.level, self.n = unit, level, n
        self.limits = (0.0, 1.0) if unit else (-math.inf, math.inf)
        self.standing = found.standing_out(level)
        # The variance of the whole may come out near zero or below by chance: shares of it would be noise over noise.
        self.bounded = not math.isnan(found.whole) and found.whole > two_sided(level) * float(found.whole_errors.std())

    def estimate(
        self, value: float, errors: Floats, unit: str = "", limits: tuple[float, float] | None = None
    ) -> Estimate:
        return resampled_estimate(
            value, errors, self.level, self.n, unit=unit, limits=(0.0, math.inf) if limits is None else limits
        )

    def told(self, totals: dict[str, tuple[float, Floats]]) -> Sensitivity:
        found, entry = self.found, self.entry
        # Stable: of equal ones the order of the scenario stays, and runs repeat.
        order = np.argsort(-found.moves, kind="stable").tolist()
        ones = [self.influence(place, totals) for place in order]
        variance = None if math.isnan(found.whole) else self.estimate(found.whole, found.whole_errors)
        chance = None
        if variance is not None and self.unit:
            # What is left of p(1 - p), the variance of a yes or no, is chance.
            chance = found.mean * (1 - found.mean) - variance.value
        answer = self.answer(found.mean, found.resampled(found.rows.mean[:, None])[:, 0])
        return Sensitivity(
            question=entry.question.name,
            by=deadline(entry.question, self.runs.scenario),
            what=answer_in_words(self.runs, entry),
            answer=answer,
            variance=variance,
            chance=chance,
            worth=self.worth_of_all(),
            threshold=self.threshold,
            influences=tuple(self.ties(ones, order)),
            n=self.n,
            rows=len(found.rows.mean),
            method=f"Given-data regression on ranks, from {self.n:,} histories of {len(found.rows.mean):,} draws of the parameters",
            notes=self.notes(),
        )

    def notes(self) -> tuple[str, ...]:
        if math.isnan(self.found.whole):
            return (
                "Shares of the variance cannot be told, because each draw of the parameters has one history; "
                f"simulate with draws={max(30, self.n // 2):_} or fewer.",
            )
        if not self.bounded:
            return ("What is not known of the parameters makes no difference in all that stands out from chance.",)
        return ()

    def answer(self, value: float, errors: Floats) -> Estimate:
        return self.estimate(value, errors, "%" if self.unit else "", self.limits)

    def influence(self, place: int, totals: dict[str, tuple[float, Floats]]) -> Influence:
        found, name = self.found, list(self.found.inputs)[place]
        parameter = self.runs.scenario.expanded.parameters[name]
        variance = self.estimate(found.effects[place].variance, found.variance_errors[:, place])
        stands_out = self.standing[place]
        # At both ends of nine tenths of what is believed.
        ends = [self.end(place, rank) for rank in (0.05, 0.95)]
        share = None
        if self.bounded:
            share = self.estimate(float(found.shares[place]), found.share_errors[:, place], "%", (0.0, 1.0))
        return Influence(
            parameter=name,
            title=_title(self.runs, parameter),
            # Unit "1" is how files write that there is none.
            unit="" if parameter.unit == "1" else parameter.unit,
            grade=parameter.grade,
            move=self.moved(place, variance),
            variance=variance,
            share=share,
            worth=self.worth(place, variance),
            low=ends[0],
            high=ends[1],
            total=self.total(*totals[name]) if name in totals else None,
            claim=isinstance(parameter.best, bool),
            stands_out=stands_out,
        )

    def end(self, place: int, rank: float) -> tuple[float, Estimate]:
        value, answer, errors = self.found.at(place, rank)
        return value, self.answer(answer, errors)

    def moved(self, place: int, variance: Estimate) -> Estimate:
        """The expected move; of what does not stand out no more is known than that it is below the spread's upper end."""
        value = float(self.found.moves[place])
        if self.standing[place]:
            return self.estimate(value, self.found.move_errors[:, place], self.unit)
        # An estimate never lies outside its own interval.
        most = max(math.sqrt(variance.high), value)
        return Estimate(
            value=value,
            low=0.0,
            high=most,
            level=self.level,
            kind="chance",
            method=variance.method,
            n=self.n,
            unit=self.unit,
        )

    def worth(self, place: int, variance: Estimate) -> Estimate:
        value = float(self.worths[place])
        if self.standing[place]:
            return self.estimate(value, self.errors_of_worth[:, place])
        # For a threshold at the mean, half the spread bounds the mean payoff above it: E max(X, 0) = E|X|/2 <= sd/2.
        most = max(math.sqrt(variance.high) / 2, value)
        return Estimate(
            value=value, low=0.0, high=most, level=self.level, kind="chance", method=variance.method, n=self.n
        )

    @cached_property
    def worths(self) -> Floats:
        return self.found.worths(self.threshold)

    @cached_property
    def errors_of_worth(self) -> Floats:
        return self.found.worth_errors(self.threshold)

    def worth_of_all(self) -> Estimate | None:
        """All parameters known: the fits together, with the variance of the whole."""
        if not self.bounded:
            return None
        found, every = self.found, self.found.together()
        value = float(found.worths(self.threshold, [every])[0])
        above = (found.mean + every > self.threshold).astype(np.float64)
        payoff = np.maximum(found.mean + every - self.threshold, 0.0)
        means = found.rows.mean - found.mean
        errors = found.resampled(np.stack([payoff, above * (means - every), means], axis=1))
        # The fits are scaled to the whole variance, whose error is half an error of their spread.
        scale = (above * every).mean() * found.whole_errors / (2 * found.whole)
        # The error of knowing nothing, whose worth changes with the mean only where it is above the threshold.
        return self.estimate(value, errors[:, 0] + errors[:, 1] - errors[:, 2] * (found.mean > self.threshold) + scale)

    def total(self, value: float, errors: Floats) -> Estimate:
        return self.estimate(value, errors, "%", (0.0, 1.0))

    def ties(self, ones: list[Influence], order: list[int]) -> list[Influence]:
        """Mark what is not distinguishable from the leader of its group, on the same resamples."""
        told, leader = [], -1
        for number, one in enumerate(ones):
            tied = False
            if leader >= 0:
                first, this = order[leader], order[number]
                gap = self.found.variances[first] - self.found.variances[this]
                errors = self.found.variance_errors[:, first] - self.found.variance_errors[:, this]
                # On the variances, which are regressed on the same resamples; the moves are their roots.
                tied = bool(gap <= two_sided(self.level) * errors.std())
            leader = leader if tied else number
            told.append(replace(one, tied=tied))
        return told


def _title(runs: Runs, parameter: Parameter) -> str:
    return Phrases(runs.scenario).name(parameter.name)


def _sets_of_histories(runs: Runs) -> int:
    """Histories of each row of parameters: two of them are told apart."""
    sets = runs.replications // len(runs.rows)
    if sets < 2:
        raise EstimateError(
            f"total effects need two histories of each draw of the parameters at least; use draws={runs.replications // 2:_}"
        )
    return sets


def _totals(
    runs: Runs, entry: Asked, found: GivenData, sets: int, kept: NDArray[np.int64]
) -> dict[str, tuple[float, Floats]]:
    """Total effects as shares, with their resampled errors: each parameter drawn anew under the same keys.

    The histories of one row have keys of their own, so any two of them are independent sets; the histories of the changed
    rows are told with the numbers, hence the keys, of the plain ones.
    """
    draws = len(runs.rows)
    # Rows that no history has had: the keys of the next draws.
    fresh = runs.program.drawn(runs.seed, range(draws, 2 * draws))
    places = {parameter.name: place for place, parameter in enumerate(runs.program.parameters)}
    plain = _sets(runs, entry, draws, sets)
    told = {}
    for name in found.inputs:
        rows = runs.parameters.copy()
        rows[:, places[name]] = fresh[:, places[name]]
        other = again(runs, runs.program, draws * sets, tuple(map(tuple, rows.tolist())))
        halves = total(plain, _sets(other, entry, draws, sets))[kept]
        share = float(halves.mean()) / found.whole
        errors = found.resampled(halves[:, None])[:, 0] - share * found.whole_errors
        # Kept away from zero: a resample with hardly any variance would throw the share anywhere.
        told[name] = (share, errors / np.maximum(found.whole + found.whole_errors, 0.1 * found.whole))
    return told


def _sets(runs: Runs, entry: Asked, draws: int, sets: int) -> Floats:
    """Answers by row of parameters and number of its history, (draws, sets); failed histories count as no."""
    values = np.where(runs.block.failed, 0.0, _answers(runs, entry))[: draws * sets]
    # Replication r has row r modulo the rows, so that the sets of histories come first and the rows within them.
    return values.reshape(sets, draws).T
