"""Which news would move the answer most: everything that can happen in a scenario, by when it is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import answered, numbers
from negsim.errors import EstimateError
from negsim.estimates import Conditional, Estimate, Proportion, Rows
from negsim.estimates.news import Readings, bits_of, moves_of
from negsim.estimates.resampled import two_sided
from negsim.model.calendar import DAY, Dated
from negsim.model.questions import Askable, Question
from negsim.program.probes import Asked
from negsim.results.answers import deadline
from negsim.results.estimators import needs_probability
from negsim.results.runs import Runs
from negsim.what_if.influences import Influence
from negsim.what_if.items import Item, best_first, deadlines, news_of
from negsim.what_if.sensitivity import answer_in_words, needs_runs, sensitivity
from negsim.what_if.signals import Signal, Watching

__all__ = ["watch"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAST, PART = 4_000, 5
"""Histories that are told again at least, and which part of the run: so that it costs a fifth of the run."""
MOST = 25
"""Pieces of news that are told with all their intervals."""
RARE = 5
"""In fewer histories than this news says nothing that could be told."""


def watch(
    runs: Runs,
    question: Question | Askable,
    *,
    dates: Iterable[Dated] | None = None,
    conditions: Iterable[str] = (),
    histories: int | None = None,
    parameters: bool = True,
    most: int = MOST,
    level: float = 0.95,
) -> Watching:
    """Tell which news would move the answer to a question most: what to watch, and by when.

    Every fact that can become true and every act, with each of its outcomes, is looked at by "known by date D": its
    chance, the answer's probability if it has happened and if not, the expected move, and the information in bits. What
    cannot happen before the answer is known is left out; of several names for one thing, the one with an actor stays.

    Parameters
    ----------
    runs : Runs
        Finished runs whose single histories were kept.
    question : str, Question or condition
        With a probability; without ``given``.
    dates : iterable of dates, instants or days, optional
        By default about twelve days up to the question's deadline.
    conditions : iterable of str, optional
        Further conditions that count as news once they become true.
    histories : int, optional
        First times are not kept by ordinary runs, so that many of the same histories are told again; by default a
        fifth of them, 4,000 at least.
    parameters : bool, optional
        Whether parameters stand in the ranked list too, if they were drawn.
    most : int, optional
        How many pieces of news to tell.
    level : float, optional
        Confidence level of all intervals.

    Returns
    -------
    Watching
        The signals, the largest expected move first; prints as sentences.

    Raises
    ------
    EstimateError
        If the answer is a number, the question is conditional, or single histories were not kept.

    See Also
    --------
    Watching : What to watch for one question.
    draw_watching : Draw the expected moves by date.
    sensitivity : The same for what is believed of parameters.

    Examples
    --------
    >>> import negsim as ns
    >>> runs = ns.simulate(ns.load("toy"), replications=5_000, seed=1)
    >>> found = ns.watch(runs, "summit_by_day_30", dates=["15 days"])
    >>> found.signals[0].name, found.signals[0].by
    ('ceasefire.agreed', '2025-01-16T00:00')
    """
    needs_runs(runs, "watch")
    entry = runs.asked(question)
    needs_probability(entry)
    if entry.given is not None:
        raise EstimateError(f"question {entry.question.name} is asked given a condition; ask one without given=")
    # By default only part of the run is told again, because first times of everything cost as much as the histories.
    wanted = max(LEAST, runs.replications // PART) if histories is None else histories
    looked = _look(runs, entry, min(runs.replications, max(1, wanted)), tuple(conditions), list(dates or ()))
    signals = _ranked([looked.signal(place, level) for place in looked.telling()[:most]], level)
    believed = None
    # Regression from fewer rows than 30 says nothing that would stand out.
    if parameters and runs.clustered and min(len(runs.rows), runs.replications) >= 30:
        believed = sensitivity(runs, question, level=level)
    ranked: Sequence[Signal | Influence] = signals
    if believed is not None:
        ranked = _ranked([*signals, *(one for one in believed.influences if one.stands_out)], level)
    share = looked.share(np.ones(len(looked.yes), dtype=bool), looked.yes, level)
    return Watching(
        question=entry.question.name,
        by=deadline(entry.question, runs.scenario),
        what=answer_in_words(runs, entry),
        answer=share,
        signals=tuple(one for one in signals if isinstance(one, Signal)),
        parameters=believed,
        ranked=tuple(ranked),
        n=len(looked.yes),
        rows=len(runs.rows),
        method=f"From the first {len(looked.yes):,} of {runs.replications:,} histories, told again with all first times",
    )


@dataclass(frozen=True)
class _Looked:
    """News by item and date over the histories that did not fail."""

    runs: Runs
    items: tuple[Item, ...]
    times: Floats
    yes: Bools
    row: NDArray[np.int64] | None
    dates: list[float]
    readings: list[Readings]

    def telling(self) -> list[int]:
        """Items that can be told, the largest expected move at any date first."""
        if not self.items:
            return []
        best = np.max([one.move for one in self.readings], axis=0)
        # An item that moves nothing is no news.
        return [place for place in np.argsort(-best, kind="stable").tolist() if best[place] > 0]

    def signal(self, place: int, level: float) -> Signal:
        """One item at its most telling date."""
        date = int(np.argmax([one.move[place] for one in self.readings]))
        return self.at(place, date, level)

    def at(self, place: int, date: int, level: float) -> Signal:
        item, calendar = self.items[place], self.runs.scenario.calendar
        seen = self.times[:, place] <= self.dates[date]
        every = np.ones(len(seen), dtype=bool)
        said = [calendar.date_text(one) for one in self.dates]
        # The move has its error from all histories at once; chance and answers have theirs from shares.
        move, error = (float(getattr(self.readings[date], name)[place]) for name in ("move", "error"))
        bits, bits_error = bits_of(seen, self.yes, self.row)
        return Signal(
            name=item.name,
            party=item.by,
            text=item.text,
            by=said[date],
            chance=self.share(every, seen, level),
            given_yes=self.share(seen, self.yes, level),
            given_no=self.share(~seen, self.yes, level),
            move=self.normal(move, error, level, "points", 1.0),
            bits=self.normal(bits, bits_error, level, "", 1.0),
            dates=tuple(
                (by, float(one.chance[place]), float(one.move[place]))
                for by, one in zip(said, self.readings, strict=True)
            ),
        )

    def share(self, given: Bools, yes: Bools, level: float) -> Estimate:
        """How often yes among those that count."""
        n, hits, size = len(given), int((given & yes).sum()), int(given.sum())
        rows = None
        if self.row is not None:
            # Failed histories are gone already, so that none is unknown here.
            rows = Rows.of(self.row, len(self.runs.rows), yes.astype(np.float64), given, given & False)
        if size == n:
            return Proportion(hits=hits, n=n, rows=rows, effective=self.worth(size)).estimate(level)
        return Conditional(hits=hits, given=size, n=n, rows=rows, effective=self.worth(size)).estimate(level)

    def worth(self, count: int) -> float | None:
        """Of histories drawn in proportion to their weights, whose clusters are islands and no rows: how many there are."""
        return None if self.runs.weights is None else float(count)

    def normal(self, value: float, error: float, level: float, unit: str, highest: float) -> Estimate:
        """A number with its normal interval, kept within what is possible."""
        z = two_sided(level)
        return Estimate(
            value=value,
            low=max(0.0, value - z * error),
            # The value itself may lie above the highest by a rounding, and an interval contains its value.
            high=max(value, min(highest, value + z * error)),
            level=level,
            kind="chance",
            method="delta method over rows" if self.row is not None else "delta method",
            n=len(self.yes),
            unit=unit,
        )


def _look(runs: Runs, entry: Asked, histories: int, conditions: Sequence[str], dates: Sequence[Dated]) -> _Looked:
    found = news_of(runs, histories, conditions)
    good = ~found.runs.block.failed
    if not good.any():
        raise EstimateError(f"question {entry.question.name}: all {histories:,} histories failed, so nothing is known")
    again = _same(found.runs, entry)
    yes = answered(found.runs.block, again, again.after, again.by)[0][good]
    times = found.times[good]
    when = (
        np.rint(numbers(found.runs.block, again)[good] * DAY) if entry.question.row.timed else np.full(len(yes), np.inf)
    )
    kept = _kept(found.items, times, yes, when, entry.by)
    # By columns, because each item is compared with each date.
    times = np.asfortranarray(times[:, kept])
    row = found.runs.draw[good] if runs.clustered else None
    due = [one for one in deadlines(runs.scenario, dates, entry.by) if one <= runs.program.horizon]
    readings = [moves_of(times <= date, yes, row) for date in due]
    return _Looked(runs, tuple(found.items[place] for place in kept), times, yes, row, due, readings)


def _same(again: Runs, entry: Asked) -> Asked:
    """The question as the histories told again recorded it."""
    known = again.program.probes.asked.get(entry.question.name)
    return (
        # A question of that name may have been asked anew with another condition.
        known if known is not None and known.question == entry.question else again.asked(str(entry.question.condition))
    )


def _kept(items: Sequence[Item], times: Floats, yes: Bools, when: Floats, by: float) -> list[int]:
    """Items that can be news: neither always known nor hardly ever so, not the answer itself, each thing once."""
    seen: set[bytes] = set()
    kept = []
    # Of equal columns the first stays: the one that reads best must come first.
    for place in sorted(range(len(items)), key=lambda number: best_first(items[number])):
        column = times[:, place]
        came = column <= by
        known = came & (column > 0)
        late = not (came & ~(yes & (when <= column))).any()  # only once the answer is there
        # As bytes a column can be looked up in a set.
        key = np.ascontiguousarray(column).tobytes()
        if known.sum() < RARE or (late and yes.any()) or key in seen:
            continue
        seen.add(key)
        kept.append(place)
    return kept


def _ranked(ones: Sequence[Signal | Influence], level: float) -> list[Signal | Influence]:
    """The largest expected move first; what the leader of its group is not distinguishable from is marked."""
    told: list[Signal | Influence] = []
    leader: Estimate | None = None
    for one in sorted(ones, key=lambda each: -each.move.value):
        tied = leader is not None and bool(leader.value - one.move.value <= _gap(leader, one.move))
        leader = leader if tied else one.move
        told.append(replace(one, tied=tied))
    return told


def _gap(one: Estimate, other: Estimate) -> float:
    """Half the width of the interval of a difference, as if the two were independent: wider than it is if both move alike."""
    # Half widths of the two intervals added as squares, as those of independent numbers are.
    return float(np.hypot(one.high - one.low, other.high - other.low) / 2)
