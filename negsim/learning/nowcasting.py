"""The nowcast: a probability with a step at each piece of news, and what each of them did to it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from negsim.engines import ENGINES
from negsim.engines.exact import Observed
from negsim.errors import EngineError, EstimateError, NotRecorded
from negsim.estimates import Estimate
from negsim.estimates.shapley import MOST_EXACT, shapley_values
from negsim.laws.draws import check_seed, fresh_seed
from negsim.learning.explicit import explicit
from negsim.learning.updated import Updated
from negsim.learning.updating import update
from negsim.model.inputs import Dated
from negsim.model.observed import Observation, dates_of, known_by, news_in_order
from negsim.model.questions import Question
from negsim.model.scenario import Fixing, Scenario, check_is_scenario
from negsim.results.answers import stated
from negsim.running.solving import solve

__all__ = ["Nowcast", "NewsStep", "nowcast"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsStep:
    """The answer after one more piece of news.

    Parameters
    ----------
    item : str
        Name of the item; empty for the answer before any news.
    title : str
        What people read of it.
    date : str
        When it became known, wall clock of the scenario.
    day : float
        The same in days from the start.
    answer : Estimate
        The probability, given the news up to it.
    added : float
        What it added in log odds; infinite where it decided the question, not a number where that was decided before.

    See Also
    --------
    Nowcast : All steps of all questions.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Observation(name="talks", happened="talks.held", at="5 days")
    >>> found = ns.nowcast(ns.load("toy"), [talks], engine="exact")
    >>> [step.item for step in found.steps("summit_by_day_30")]
    ['', 'talks']
    """

    item: str
    title: str
    date: str
    day: float
    answer: Estimate
    added: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Nowcast:
    """A scenario's answers as the news came in.

    Parameters
    ----------
    scenario : Scenario
        Whose questions they are.
    news : tuple of Observation
        In the order in which they became known.
    answers : tuple of mapping from str to Estimate
        Of each question, before any news and after each item.
    questions : tuple of Question
        Those that have a probability.
    runs : Updated or None
        Histories conditioned on all the news; None where they were solved exactly.
    engine : str
        By what they were answered.
    seed : int
        Of the draws.
    settings : mapping
        Arguments of `update`.
    warnings : tuple of str
        Of all updates.
    known : mapping from set of str to mapping
        Answers given some of the news by name, as far as they were asked for.

    See Also
    --------
    nowcast : Make one.
    NewsStep : The answer after one more piece of news.
    passing : What becomes of a probability if nothing happens.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Observation(name="talks", happened="talks.held", at="5 days")
    >>> found = ns.nowcast(ns.load("toy"), [talks], engine="exact")
    >>> round(found.steps("summit_by_day_30")[-1].answer.value, 7)
    0.5090754
    """

    scenario: Scenario
    news: tuple[Observation, ...]
    answers: tuple[dict[str, Estimate], ...]
    questions: tuple[Question, ...]
    runs: Updated | None
    engine: str
    seed: int
    settings: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    known: dict[frozenset[str], dict[str, Estimate]] = field(default_factory=dict, repr=False)

    def steps(self, question: str) -> tuple[NewsStep, ...]:
        """The answers to one question, before any news and after each item.

        Parameters
        ----------
        question : str
            Its name.

        Returns
        -------
        tuple of NewsStep
            The first has no item.
        """
        self._check(question)
        calendar, horizon = self.scenario.calendar, self.scenario.horizon
        answers = [one[question] for one in self.answers]
        first = NewsStep(
            item="", title="before any news", date=calendar.date_text(0.0), day=0.0, answer=answers[0], added=0.0
        )
        found = [first]
        for item, before, after in zip(self.news, answers[:-1], answers[1:], strict=True):
            at = dates_of(item, calendar, horizon).known
            found.append(
                NewsStep(
                    item=item.name,
                    title=item.called,
                    date=calendar.date_text(at),
                    day=at / 86_400e6,
                    answer=after,
                    added=log_odds(after.value) - log_odds(before.value),
                )
            )
        return tuple(found)

    def contributions(self, question: str, *, exact: int = MOST_EXACT) -> dict[str, float]:
        """What each item contributes in log odds, on average over all orders in which they could have become known.

        Up to twelve items every subset is answered, each once for all questions; of more, 128 orders are sampled.

        Parameters
        ----------
        question : str
            Its name.
        exact : int, optional
            Items up to which all subsets are answered.

        Returns
        -------
        dict
            Shapley values by item; they add up to all that the news did.

        Raises
        ------
        EstimateError
            If some of the news decide the question, so that there are no odds.
        """
        self._check(question)
        return shapley_values([item.name for item in self.news], self._value(question), seed=self.seed, exact=exact)

    def in_order(self, question: str) -> dict[str, float]:
        """What each item added in log odds to those before it.

        Parameters
        ----------
        question : str
            Its name.

        Returns
        -------
        dict
            By item, in the order in which they became known.
        """
        return {step.item: step.added for step in self.steps(question)[1:]}

    def _value(self, question: str) -> Any:
        by_name = {item.name: item for item in self.news}

        def value(names: frozenset[str]) -> float:
            # Kept by the set of names: the orders of arrival share most of their sets.
            if names not in self.known:
                # In the order in which they became known, whatever order is asked about.
                chosen = [by_name[name] for name in by_name if name in names]
                self.known[names], _, _ = _answered(self.scenario, chosen, self.questions, self.engine, self.settings)
            odds = log_odds(self.known[names][question].value)
            # A question that is decided would carry infinity to every share.
            if math.isinf(odds):
                raise EstimateError(
                    f"question {question}: {', '.join(sorted(names)) or 'no news'} decide it, so that there are no odds to "
                    "divide among the news; ask one that is still open"
                )
            return odds

        return value

    def _check(self, question: str) -> None:
        if question not in self.answers[0]:
            raise NotRecorded(f"question {question!r} has no nowcast; there is one of {', '.join(self.answers[0])}")

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns
        -------
        dict
            Ready for JSON.
        """
        return {
            "scenario": self.scenario.name,
            "engine": self.engine,
            "seed": self.seed,
            "warnings": list(self.warnings),
            "questions": {
                one.name: [
                    {
                        "item": step.item,
                        "title": step.title,
                        "date": step.date,
                        **step.answer.as_dict(),
                        "added": _plain(step.added),
                    }
                    for step in self.steps(one.name)
                ]
                for one in self.questions
            },
        }


def log_odds(p: float) -> float:
    """The logarithm of the odds; infinite at 0 and 1."""
    if p <= 0.0:
        return -math.inf
    return math.inf if p >= 1.0 else math.log(p / (1 - p))


def _plain(number: float) -> float | str:
    return number if math.isfinite(number) else str(number)


def nowcast(
    scenario: Scenario,
    news: Iterable[Observation],
    *,
    replications: int = 10_000,
    seed: int | None = None,
    draws: int | None = None,
    as_of: Dated | None = None,
    fix: Fixing | None = None,
    engine: str = "auto",
    workers: int | None = None,
    most: int | None = None,
) -> Nowcast:
    """Answer a scenario's questions before any news and after each item, in the order in which they became known.

    Parameters
    ----------
    scenario : Scenario
        What was believed before the news.
    news : iterable of Observation
        In any order.
    replications : int
        Histories of each update.
    seed : int, optional
        As for `simulate`; the same for all updates, so that steps are not noise.
    draws : int, optional
        As for `update`.
    as_of : date, instant or days, optional
        Refuse news that were not known then.
    fix : mapping of str to bool or float, optional
        As for `simulate`.
    engine : str
        One that simulates, or ``exact`` where the scenario and the news allow it.
    workers : int, optional
        As for `update`.
    most : int, optional
        As for `update`.

    Returns
    -------
    Nowcast
        With a step at each item.

    Raises
    ------
    ContradictionError, EffectiveError, HindsightError
        As `update`.

    See Also
    --------
    update : Condition a scenario's histories on news.
    Nowcast : A scenario's answers as the news came in.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Observation(name="talks", happened="talks.held", at="5 days")
    >>> late = ns.Observation(name="late", not_happened="ceasefire.agreed", by="15 days")
    >>> found = ns.nowcast(ns.load("toy"), [talks, late], engine="exact")
    >>> {name: round(one, 6) for name, one in found.contributions("summit_by_day_30").items()}
    {'talks': 0.092653, 'late': -0.920231}
    """
    check_is_scenario(scenario, "nowcast")
    seed = fresh_seed() if seed is None else check_seed(seed)
    scenario = scenario.fixing(fix or {})
    items = news_in_order(news, scenario.calendar, scenario.horizon)
    if as_of is not None:
        known_by(items, as_of, scenario.calendar, scenario.horizon)
    questions = tuple(one for one in stated(scenario) if one.probable)
    settings = {"replications": replications, "seed": seed, "draws": draws, "workers": workers, "most": most}
    found, runs, warnings = [], None, []
    # from the prior each time, with the same keys: steps are not the noise of two runs
    for k in range(len(items) + 1):
        answers, runs, told = _answered(scenario, items[:k], questions, engine, settings)
        found.append(answers)
        warnings += [text for text in told if text not in warnings]
    # Only those that have an answer after each item: a line with gaps shows no steps.
    names = set.intersection(*(set(one) for one in found))
    return Nowcast(
        scenario=scenario,
        news=items,
        answers=tuple({name: one[name] for name in one if name in names} for one in found),
        questions=tuple(one for one in questions if one.name in names),
        runs=runs,
        engine=engine if runs is None else runs.engine,
        seed=seed,
        settings=settings,
        warnings=tuple(warnings),
    )


def _answered(
    scenario: Scenario,
    items: Sequence[Observation],
    questions: Sequence[Question],
    engine: str,
    settings: dict[str, Any],
) -> tuple[dict[str, Estimate], Updated | None, tuple[str, ...]]:
    """The answers given some of the news; of questions that have none (what they are given never came) nothing."""
    if engine in ENGINES and ENGINES[engine].solves:
        return _solved(scenario, items, questions), None, ()
    runs = update(scenario, items, engine=engine, **settings)
    found = {}
    for question in questions:
        try:
            found[question.name] = runs.probability(question.name).estimate()
        except EstimateError:
            # It is given something that came true in no history.
            continue
    return found, runs, runs.warnings


def _solved(scenario: Scenario, items: Sequence[Observation], questions: Sequence[Question]) -> dict[str, Estimate]:
    told, observed = explicit(scenario, items)
    solution = solve(told, observed=[Observed(condition=condition, **{how: when}) for condition, how, when in observed])
    found = {}
    for question in questions:
        try:
            found[question.name] = solution.probability(question.name)
        except EngineError:
            if not items:
                continue
            raise
    return found
