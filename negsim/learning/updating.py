"""Conditioning on news: any scenario, by histories that are drawn towards the news, weighed and resampled."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from negsim.engines import choose
from negsim.errors import ArgumentError
from negsim.laws.draws import check_seed, fresh_seed
from negsim.learning import keeping  # noqa: F401  # whoever has conditioned histories can save them
from negsim.learning.items import questions_of
from negsim.learning.sailing import MOST, Sailing
from negsim.learning.updated import Updated
from negsim.model.inputs import Dated
from negsim.model.observed import Observation, known_by, news_in_order
from negsim.model.questions import Question
from negsim.model.scenario import Fixing, Scenario, check_is_scenario
from negsim.program import lower

__all__ = ["update"]


def update(
    scenario: Scenario,
    news: Iterable[Observation],
    *,
    replications: int = 10_000,
    seed: int | None = None,
    draws: int | None = None,
    questions: Iterable[Question] = (),
    as_of: Dated | None = None,
    fix: Fixing | None = None,
    engine: str = "auto",
    workers: int | None = None,
    most: int | None = None,
    move: bool = True,
    max_events: int = 100_000,
) -> Updated:
    """Condition a scenario's histories on news, by the rules of probability.

    Histories are stopped at each date of the news. Clocks that decide an item are drawn so that it comes about, with the
    probability of that as weight; everything else counts as likely as it brings the item. Where the weights become too
    unequal, histories are cloned in proportion to them, together with their parameters.

    Parameters
    ----------
    scenario : Scenario
        What was believed before the news.
    news : iterable of Observation
        In any order.
    replications : int
        How many histories; rounded up to 32 islands. More are taken if an item leaves them worth less than a fifth.
    seed : int, optional
        As for `simulate`.
    draws : int, optional
        How many rows of parameters to draw from what is believed of them, rounded up to islands; with as many as there are
        histories, each has its own. The news then also teach about parameters. By default every parameter has its best
        value.
    questions : iterable of Question
        Asked besides the scenario's own.
    as_of : date, instant or days, optional
        Refuse news that were not known then.
    fix : mapping of str to bool or float, optional
        As for `simulate`.
    engine : str
        One that simulates; all give the same weights up to rounding.
    workers : int, optional
        Threads. No answer depends on them.
    most : int, optional
        Most histories that may be taken (default: four times as many as asked for).
    move : bool
        Whether rows of parameters are moved a little where an island has lost three quarters of them (the kernel of Liu
        and West); the note says so. Without it they are only cloned.
    max_events : int
        Most firings in one history.

    Returns
    -------
    Updated
        `Runs` with weights, and what each item did to them.

    Raises
    ------
    ContradictionError
        If no history could bring an item; the message names it.
    EffectiveError
        If an item leaves histories that are worth fewer than 30 equal ones; the message names it.
    HindsightError
        If news were not known yet at ``as_of``.
    ScenarioError
        If an item does not fit the scenario.

    See Also
    --------
    Observation : One piece of news.
    nowcast : The probability with a step at each item, and what each of them did.
    simulate : Simulate a scenario's histories.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Observation(name="talks", happened="talks.held", at="5 days", source="definition")
    >>> runs = ns.update(ns.load("toy"), [talks], replications=20_000, seed=1)
    >>> 0.49 < runs.probability("summit_by_day_30").value < 0.53
    True
    """
    check_is_scenario(scenario, "update")
    seed = fresh_seed() if seed is None else check_seed(seed)
    _check_counts(replications=replications, draws=draws, most=most, workers=workers, max_events=max_events)
    scenario = scenario.fixing(fix or {})
    items = news_in_order(news, scenario.calendar, scenario.horizon)
    if as_of is not None:
        known_by(items, as_of, scenario.calendar, scenario.horizon)
    program = lower(scenario, [*questions, *questions_of(scenario, items)])
    chosen, note = choose(engine, program)
    sailing = Sailing(scenario, program, items, seed, draws, chosen, workers, max_events, note, move)
    return sailing.enough(replications, MOST * replications if most is None else most)


def _check_counts(**counts: Any) -> None:
    for name, value in counts.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise ArgumentError(f"{name} is {value!r}; it must be a whole number from 1 on")
