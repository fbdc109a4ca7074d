"""How far each piece of news that came in moved an answer: shared out over all orders of arrival."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import answered
from negsim.errors import EstimateError
from negsim.estimates import Estimate
from negsim.estimates.news import mean_error, shapley
from negsim.estimates.resampled import two_sided
from negsim.model.calendar import Dated, moment
from negsim.model.expressions import parse
from negsim.model.questions import Askable, Question
from negsim.program import lower
from negsim.results.estimators import needs_probability
from negsim.results.runs import Runs
from negsim.running.again import again
from negsim.what_if.sensitivity import answer_in_words, needs_runs
from negsim.why.phrases import Phrases

__all__ = ["Attribution", "News", "attribute"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Sets = dict[frozenset[int], Floats]

# Eight pieces make 256 sets already, each with an influence for every history; the count doubles with each piece.
MOST, FEWEST = 8, 30


@dataclass(frozen=True, slots=True)
class News:
    """A piece of news: by a date a condition came true, or did not.

    Parameters
    ----------
    what : str
        Condition, such as ``"talks.held"``.
    by : date, instant or days
        Until when it is looked for: to the end of a bare date.
    came : bool, optional
        Whether it had come true by then, or had not.

    See Also
    --------
    attribute : Share out among pieces of news what they did to an answer.

    Examples
    --------
    >>> News("talks.held", by="5 days").came
    True
    """

    what: str
    by: Dated
    came: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """What each piece of news did to the log odds of an answer: what `attribute` found.

    Parameters
    ----------
    what : str
        The answer in words ("the probability of ...").
    before, after : Estimate
        The probability without the news and with all of it.
    steps : tuple of (News, str, Estimate)
        News, its words, and its share of the change in log odds; they add up to the whole change.
    effective : int
        Histories in which all the news is so.

    See Also
    --------
    attribute : Share out among pieces of news what they did to an answer.
    News : A piece of news, which came or did not.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=2_000, seed=1)
    >>> found = ns.attribute(runs, "summit_by_day_30", [ns.News("ceasefire.agreed", "15 days", came=False)])
    >>> found.after.value < found.before.value, found.steps[0][2].value < 0
    (True, True)
    """

    what: str
    before: Estimate
    after: Estimate
    steps: tuple[tuple[News, str, Estimate], ...]
    effective: int

    def __iter__(self) -> Iterator[tuple[News, str, Estimate]]:
        return iter(self.steps)

    def __str__(self) -> str:
        lines = [f"Without the news {self.what} is {self.before}; with all of it {self.after}."]
        for _, text, one in self.steps:
            low, high = one.ends()
            way = "spoke for it" if one.value > 0 else "spoke against it"
            lines.append(f"  That {text} {way}: {one.printed} in log odds [{low} to {high}].")
        return "\n".join(lines)

    def as_dict(self) -> dict[str, Any]:
        """Give everything as plain data.

        Returns
        -------
        dict
            The two probabilities, the steps with their words and estimates, and the number of histories.
        """
        steps = [
            {"what": news.what, "by": str(news.by), "came": news.came, "text": text, "log_odds": one.as_dict()}
            for news, text, one in self.steps
        ]
        return {
            "before": self.before.as_dict(),
            "after": self.after.as_dict(),
            "steps": steps,
            "effective": self.effective,
        }


def attribute(runs: Runs, question: Question | Askable, news: Iterable[News], *, level: float = 0.95) -> Attribution:
    """Share out among pieces of news what they together did to an answer, in log odds.

    The histories are told again with the news recorded. The probability is taken over those in which some of the news is
    so, for every selection of it, and each piece gets its average step over all orders of arrival (Shapley value).

    Parameters
    ----------
    runs : Runs
        Finished runs whose single histories were kept.
    question : str, Question or condition
        With a probability; without ``given``.
    news : iterable of News
        At most eight.
    level : float, optional
        Confidence level of all intervals, strictly between 0 and 1.

    Returns
    -------
    Attribution
        Prints as one sentence for the whole change, and one for each piece of news.

    Raises
    ------
    EstimateError
        If there is no news or too much of it, single histories were not kept, or the question is conditional or has no
        probability; if fewer than 30 histories have all the news, or the answer is the same in all of some selection, so that its
        odds are not known.

    See Also
    --------
    News : A piece of news, which came or did not.
    watch : Tell which news would move the answer most.
    together : Tell how often answers come together.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=20_000, seed=1)
    >>> told = ns.attribute(runs, "summit_by_day_30", [ns.News("talks.held", "5 days"), ns.News("ceasefire.agreed", "15 days", came=False)])
    >>> [round(one.value, 1) for _, _, one in told]
    [0.1, -0.9]
    """
    needs_runs(runs, "attribute")
    two_sided(level)  # refuses what is no level
    # Read several times below; an iterable may be a generator.
    items = tuple(news)
    if not 1 <= len(items) <= MOST:
        raise EstimateError(f"attribute takes 1 to {MOST} pieces of news, not {len(items)}")
    entry = runs.asked(question)
    needs_probability(entry)
    # The news is the condition already; what a further one does would be nobody's share.
    if entry.given is not None:
        raise EstimateError(f"question {entry.question.name} is asked given a condition; ask one without given=")
    so, yes, row = _histories(runs, entry.question.name, question, items)
    sets = {
        frozenset(some): _subset(items, some, so, yes)
        for size in range(len(items) + 1)
        for some in combinations(range(len(items)), size)
    }
    return _told(runs, answer_in_words(runs, entry), items, sets, row, level)


def _histories(
    runs: Runs, name: str, question: Question | Askable, items: tuple[News, ...]
) -> tuple[Bools, Bools, NDArray[np.int64] | None]:
    """Which news is so in each history, (n, news); what it answers; its row of parameters where these were drawn."""
    asked = [Question(name=f"news_{number}", kind="when", condition=one.what) for number, one in enumerate(items)]
    stated = runs.scenario.expanded.questions
    # What was asked of the run alone is in no scenario, and has to be recorded again beside the news.
    own = [entry.question for other, entry in runs.program.probes.asked.items() if other not in stated]
    told = again(runs, lower(runs.scenario, [*own, *asked]))
    # A failed history has no answer, and to count it either way would move the odds of every subset.
    good = ~told.block.failed
    calendar = runs.scenario.calendar
    columns = []
    # By the first time, not by what holds on the date: news is that it came true, even if it was lost again.
    for one, made in zip(items, asked, strict=True):
        date = calendar.deadline(moment(one.by, "news"), "news")
        came = told.block.first[:, told.program.probes.asked[made.name].column] <= date
        columns.append(came if one.came else ~came)
    entry = told.asked(name if name in told.program.probes.asked else question)
    yes = answered(told.block, entry, entry.after, entry.by)[0]
    return np.stack(columns, axis=1)[good], yes[good], told.draw[good] if runs.clustered else None


def _subset(items: tuple[News, ...], some: tuple[int, ...], so: Bools, yes: Bools) -> Floats:
    """Log odds where some of the news is so, first, and its influence by history after it."""
    there = so[:, list(some)].all(axis=1)
    size, hits = int(there.sum()), int((there & yes).sum())
    told = " and ".join(f"'{items[one].what}'{'' if items[one].came else ' not'} by {items[one].by}" for one in some)
    if size < FEWEST:
        raise EstimateError(f"only {size} histories have the news {told}; {FEWEST} are needed: simulate more")
    if hits in (0, size):
        raise EstimateError(
            f"given the news {told or 'that there is none'} the answer is the same in all {size:,} histories, so that its "
            "odds are not known; simulate more, or leave out what settles the answer"
        )
    p = hits / size
    # What one history does to the log odds: its residue over p(1 - p), as one of those that are in the set.
    influence = there * (yes - p) / (p * (1 - p)) * (len(yes) / size)
    return np.concatenate([[math.log(p / (1 - p))], influence])


def _told(
    runs: Runs, what: str, items: tuple[News, ...], sets: Sets, row: NDArray[np.int64] | None, level: float
) -> Attribution:
    values = shapley({some: float(one[0]) for some, one in sets.items()}, len(items))
    # Shapley shares are linear in what sets are worth: the same sums give the influences of the shares.
    arrays: Any = {some: one[1:] for some, one in sets.items()}  # they add up as numbers do
    influences: Floats = np.stack(shapley(arrays, len(items)), axis=1)
    errors = mean_error(influences, row)
    z, n = two_sided(level), len(influences)
    said, calendar = Phrases(runs.scenario), runs.scenario.calendar

    def text(one: News) -> str:
        date = calendar.date_text(calendar.deadline(moment(one.by, "news"), "news"))
        return f"'{said.condition(parse(one.what))}' {'was' if one.came else 'was not'} so by {date}"

    def estimate(value: float, error: float) -> Estimate:
        return Estimate(
            value=value,
            low=value - z * error,
            high=value + z * error,
            level=level,
            kind="chance",
            method="delta method",
            n=n,
        )

    def share(one: Floats) -> Estimate:
        # Back from log odds, in which everything is worked out, to the probability that people know.
        p = 1 / (1 + math.exp(-one[0]))
        error = float(mean_error((one[1:] * p * (1 - p))[:, None], row)[0])
        low, high = max(0.0, p - z * error), min(1.0, p + z * error)
        return Estimate(value=p, low=low, high=high, level=level, kind="chance", method="delta method", n=n, unit="%")

    every = sets[frozenset(range(len(items)))]
    steps = zip(items, values, errors, strict=True)
    return Attribution(
        what=what,
        before=share(sets[frozenset()]),
        after=share(every),
        steps=tuple((one, text(one), estimate(value, float(error))) for one, value, error in steps),
        # Influence is zero outside the set of all news, so what is not zero counts the histories that have all of it.
        effective=int(np.count_nonzero(every[1:])),
    )
