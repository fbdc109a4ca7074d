"""What histories conditioned on news say: `Runs` with weights, and what each piece of news did to them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from negsim.estimates import Estimate, Interval
from negsim.estimates.rows import quantile_t
from negsim.learning.islands import Step, Voyage
from negsim.model.observed import Observation
from negsim.program import Program
from negsim.results.runs import Runs

__all__ = ["ItemEffect", "TableRows", "Updated", "effects_of", "evidence_of"]


class TableRows(Sequence[tuple[float, ...]]):
    """Rows of parameters that stand in an array, one a history."""

    def __init__(self, table: NDArray[np.float64]) -> None:
        self.table = table
        # Rows stand for finished histories, and nobody may change them.
        table.setflags(write=False)

    def __len__(self) -> int:
        return len(self.table)

    @overload
    def __getitem__(self, place: int) -> tuple[float, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[tuple[float, ...], ...]: ...
    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return tuple(map(tuple, self.table[place].tolist()))
        return tuple(self.table[place].tolist())

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.float64]:
        return np.asarray(self.table, dtype=dtype)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemEffect:
    """What one piece of news did to the histories.

    Attributes
    ----------
    name : str
    closes : float
        By when it was decided, in microseconds from the start.
    log_evidence : float
        Logarithm of the probability (or density, per day) of all news up to it.
    effective : float
        How many equal histories they were worth after it, before any resampling.
    share : float
        The same as a share of all histories.
    resampled : int
        Islands that were resampled then.
    """

    name: str
    closes: float
    log_evidence: float
    effective: float
    share: float
    resampled: int


@dataclass(frozen=True, kw_only=True, repr=False)
class Updated(Runs):
    """Histories conditioned on news: runs with weights, of which every question can be asked.

    Parameters
    ----------
    scenario : Scenario
        Whose histories they are.
    program : Program
        The tables that the engine ran.
    seed : int
        Seed of the keyed draws.
    rows : sequence of tuple of float
        Values of the parameters: of each history, where they were drawn.
    drawn : bool
        Whether rows were drawn from what is believed of the parameters.
    engine : str
        Name of the engine.
    note : str
        What a reader should know besides, in a sentence.
    seconds : float
        Time spent simulating (seconds).
    max_events : int
        Most firings in one history.
    requested : int
        Histories in all.
    log_weights : float array, (n,)
        Logarithm of what each history counts.
    islands : int array, (n,)
        Which of 32 islands each history belongs to.
    block : Block
        The arrays, one row a history.
    news : tuple of Observation
        In the order in which they became known.
    effects : tuple of ItemEffect
        What each did to the histories, in the order of the dates they are about.
    log_evidence : Estimate
        Logarithm of the probability of all the news under the scenario (of its density, per day, for each item that is
        at an instant between the dates of the calendar).
    warnings : tuple of str
        What a reader must know before believing a number: an item that few histories could bring.
    retell : function, optional
        Tells the same histories once more, with other things recorded of them.

    See Also
    --------
    update : Condition a scenario's histories on news.
    Observation : One piece of news.
    Runs : Simulated histories as arrays.

    Examples
    --------
    >>> import negsim as ns
    >>> talks = ns.Observation(name="talks", happened="talks.held", at="5 days")
    >>> runs = ns.update(ns.load("toy"), [talks], replications=3_200, seed=1)
    >>> [effect.name for effect in runs.effects]
    ['talks']
    """

    news: tuple[Observation, ...]
    effects: tuple[ItemEffect, ...]
    log_evidence: Estimate
    warnings: tuple[str, ...] = ()
    retell: Callable[[Program], Runs] | None = field(default=None, compare=False)

    __eq__ = Runs.__eq__
    __hash__ = Runs.__hash__

    @property
    def expected(self) -> dict[str, float]:
        """How likely each item was, given those before it; of one that has a density, that density a day."""
        logs = [0.0, *(effect.log_evidence for effect in self.effects)]
        # Evidence grows item by item: its quotients are the chances of each.
        pairs = zip(self.effects, logs[:-1], logs[1:], strict=True)
        return {effect.name: math.exp(after - before) for effect, before, after in pairs}

    @property
    def retold(self) -> Callable[[Program], Runs] | None:
        """What tells the same histories once more under a program that records other things as well."""
        return self.retell


def effects_of(voyages: Sequence[Voyage], size: int) -> tuple[ItemEffect, ...]:
    """Return what each item did to all islands together; those without a history left count nothing.

    Parameters
    ----------
    voyages : sequence of Voyage
    size : int
        Histories of all islands.
    """
    # Islands that ended early have fewer steps than those that lived through all.
    names = max((voyage.steps for voyage in voyages), key=len)
    found: list[ItemEffect] = []
    # From the last to the first, because an item that is not settled takes what the next settled one says.
    for k in reversed(range(len(names))):
        steps = [voyage.steps[k] for voyage in voyages if k < len(voyage.steps)]
        one = _effect(steps, size)
        if found and not all(step.settled for step in steps):
            # what histories are worth shows only when everything that they are drawn towards has counted
            one = replace(one, effective=found[-1].effective, share=found[-1].share)
        found.append(one)
    return tuple(reversed(found))


def _effect(steps: Sequence[Step], size: int) -> ItemEffect:
    total, squares = (np.logaddexp.reduce([getattr(step, key) for step in steps]) for key in ("log_sum", "log_squares"))
    effective = float(np.exp(2 * total - squares)) if total > -np.inf else 0.0
    return ItemEffect(
        name=steps[0].item,
        closes=steps[0].closes,
        log_evidence=float(total - math.log(size)),
        effective=effective,
        share=effective / size,
        resampled=sum(step.resampled for step in steps),
    )


def evidence_of(voyages: Sequence[Voyage], level: float = 0.95) -> Estimate:
    """Return the logarithm of the evidence, its error from how islands differ; the evidence itself has no bias."""
    logs = np.array(
        [
            np.logaddexp.reduce(voyage.log_weights) - math.log(max(1, len(voyage.log_weights) + voyage.lost))
            if voyage.block is not None
            else -np.inf
            for voyage in voyages
        ]
    )
    top, k = float(logs.max()), len(logs)
    # On the scale of the largest: evidence of rare news is smaller than any float.
    scaled = np.exp(logs - top)
    value = top + math.log(float(scaled.mean()))
    error = float(scaled.std(ddof=1) / scaled.mean()) / math.sqrt(k)
    half = quantile_t(k, level) * error
    found = Interval(low=value - half, high=value + half, level=level, method="t over islands")
    return Estimate(
        value=value,
        low=found.low,
        high=found.high,
        level=level,
        kind="chance",
        method=found.method,
        n=sum(len(voyage.log_weights) for voyage in voyages),
    )
