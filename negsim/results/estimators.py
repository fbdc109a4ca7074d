"""From counts by row of parameters to estimates: what arrays of histories and mere counts have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import answered, counted, numbers, times_of
from negsim.errors import EstimateError
from negsim.estimates import (
    Band,
    Conditional,
    Curve,
    CurveRows,
    Mean,
    Proportion,
    Quantile,
    Rows,
    check_effective,
    effective_number,
    quantile_of,
    weighted_quantile_of,
)
from negsim.estimates.curves import CurvePoint
from negsim.model.calendar import DAY, Calendar, Dated, moment
from negsim.program.probes import Asked
from negsim.results.refusals import NothingCounted, refuse_all_failed, refuse_given, refuse_never, refuse_none
from negsim.results.tally import reached_by_row
from negsim.results.weighing import Weighing, weighted_curve, weighted_share

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "FirstPassage",
    "NothingCounted",
    "band_of",
    "bounded",
    "limits",
    "mean_of",
    "mean_over",
    "needs_probability",
    "never_share",
    "passage",
    "quantile_in",
    "refuse_all_failed",
    "refuse_none",
    "refuse_given",
    "refuse_never",
    "share",
]


@dataclass(frozen=True, slots=True)
class FirstPassage:
    """When a condition is first true: a cumulative curve with a simultaneous band, in days and in dates.

    Parameters
    ----------
    curve : Curve
        Probability by time (days), with its band.
    calendar : Calendar
        Start and time zone.
    horizon : float
        The scenario's end, in microseconds from the start.

    See Also
    --------
    Runs : Simulated histories as arrays.
    Curve : The cumulative curve of a first time, with its band.

    Examples
    --------
    >>> import negsim as ns
    >>> passage = ns.simulate(ns.load("toy"), replications=2_000, seed=1).first_passage("talks_day_5")
    >>> 0.7 < passage.at(5).value < 0.85
    True
    """

    curve: Curve
    calendar: Calendar
    horizon: float = math.inf

    def at(self, when: Dated) -> CurvePoint:
        """Probability that it happened by a date (the whole day), with the band.

        Parameters
        ----------
        when : date, instant or days
            By when; a bare date is the whole of that day.

        Returns
        -------
        CurvePoint
            Probability, with the ends of the band.
        """
        time = self.calendar.deadline(moment(when, "at"), "at") / DAY
        if not 0 <= time <= self.horizon:
            raise EstimateError(
                f"at {when!r} lies outside the simulated time (to {self.calendar.label(self.horizon * DAY)}); "
                "move the scenario's end"
            )
        return self.curve.at(time)

    def __repr__(self) -> str:
        return f"<FirstPassage from {self.calendar.start}: {self.curve}>"

    def _repr_html_(self) -> str:
        from negsim.results.shown import passage_card

        return passage_card(self)

    def to_dataframe(self) -> pd.DataFrame:
        """A row for each time at which the curve rises: date in the scenario's zone, days, value and band."""
        from negsim.results.shown import passage_frame

        return passage_frame(self)

    def quantile(self, p: float) -> tuple[str, str, str]:
        """The date by which the probability reaches p, and the band's dates; ``"never"`` beyond what is reached.

        Parameters
        ----------
        p : float
            Probability, strictly between 0 and 1.

        Returns
        -------
        tuple of str
            The date, and those of the band's ends.
        """
        found = self.curve.quantile(p)
        times = (found.time, found.low, found.high)
        early, low, high = (self.calendar.label(time * DAY) for time in times)
        return early, low, high


def share(
    entry: Asked, rows: Rows, n: int, *, clustered: bool, weighing: Weighing | None = None
) -> Proportion | Conditional:
    """Return how often the answer is yes, from hits and replications that count by row of parameters.

    Parameters
    ----------
    entry : Asked
    rows : Rows
    n : int
        Replications in all.
    clustered : bool
        Whether the rows are clusters; else the replications are independent.
    weighing : Weighing, optional
        Of weighted histories: how many count and say yes, and what they are worth.

    Raises
    ------
    EstimateError
        If what the question is given came true in no history.
    EffectiveError
        If the weighted histories that count are worth fewer than 30 equal ones.
    """
    if weighing is not None:
        if weighing.counted == 0 and entry.given is not None:
            refuse_none(entry, n)
        return weighted_share(entry, rows, n, weighing)
    # Counts come as floats, whole ones below 2**53; they are whole numbers again for the exact interval.
    hits, good, unknown = (round(float(one.sum())) for one in (rows.total, rows.size, rows.unknown))
    kept = rows if clustered else None
    if entry.given is None:
        return Proportion(hits=hits, n=n, unknown=unknown, rows=kept)
    if good == 0:
        refuse_none(entry, n)
    return Conditional(hits=hits, given=good, n=n, unknown=unknown, rows=kept)


def never_share(rows: Rows, *, clustered: bool, weighing: Weighing | None = None) -> Proportion:
    """Return how often something is never reached, from how often it is, by row."""
    # Counted as the rest, so that the two shares add up to one in every row.
    never = Rows(total=rows.size - rows.total, size=rows.size, unknown=rows.unknown)
    if weighing is not None:
        hits, n = weighing.counted - weighing.hits, weighing.counted + weighing.failed
        return Proportion(hits=hits, n=n, unknown=weighing.failed, rows=never, effective=weighing.effective)
    hits, good, unknown = (round(float(one.sum())) for one in (never.total, never.size, never.unknown))
    return Proportion(hits=hits, n=good + unknown, unknown=unknown, rows=never if clustered else None)


def limits(entry: Asked) -> tuple[float, float]:
    """Between which numbers every answer to a question lies: no interval of a mean goes beyond."""
    highest = {"": math.inf, "share": 1.0, "count": math.inf, "days": entry.by / DAY}
    most = entry.question.row.most
    anywhere = most == "" or any(weight < 0 for _, weight in entry.terms)
    return -math.inf if anywhere else 0.0, highest[most]


def needs_probability(entry: Asked) -> None:
    """Refuse a question whose answer is a number."""
    question = entry.question
    if not question.probable:
        advice = "give it at_least=" if "at_least" in question.row.keys else "ask one of kind reached, happens or holds"
        raise EstimateError(
            f"question {question.name} is of kind {question.kind!r}: its answer is a number and has no probability; "
            f"{advice}, or use mean()"
        )


def needs_draws(runs: Any) -> None:
    """Refuse a range over draws where every parameter had its best value."""
    if not runs.drawn or len(runs.rows) < 2:
        raise EstimateError(
            "there is no range over parameter draws, because every parameter had its best value; use "
            "simulate(..., draws=200)"
        )


def band_of(runs: Any, found: Proportion | Conditional, low: float, high: float) -> Band:
    """Return the range of a share over draws, or say why there is none."""
    needs_draws(runs)
    if found.effective is not None:
        raise EstimateError(
            "there is no range over parameter draws of weighted histories, because each island has its own rows; look at "
            "the weighted rows themselves (runs.parameters, runs.weights)"
        )
    if not runs.clustered:
        raise EstimateError(
            "there is no range over parameter draws, because nothing is believed of any parameter; give the uncertain"
            " ones a belief"
        )
    if found.unknown == runs.replications:
        raise EstimateError(f"all {runs.replications:,} replications failed, so that there is no range over draws")
    band = found.band(low, high)
    if band is None:
        raise EstimateError(
            "a range over parameter draws needs at least two draws with two replications that count; simulate more"
            " replications, or fewer draws"
        )
    return band


def passage(runs: Any, entry: Asked, level: float) -> FirstPassage:
    """Return the curve of the first time in arrays of histories (see `Runs.first_passage`)."""
    block, failed = runs.block, runs.block.failed
    counts = counted(block, entry, entry.by) & ~failed
    if not counts.any():
        _refuse_none(runs, entry, counts)
    times = times_of(block, entry)
    # What came before the window is no answer to it, and does not come a second time.
    times = np.where(times < entry.after, math.inf, times)
    rows = None
    if runs.clustered:
        k, weights = runs.clusters, runs.weights
        weighed = None if weights is None else weights[counts]
        reached = reached_by_row(times[counts], runs.cluster[counts], runs.pivots, k, weighed)
        size, unknown = by_row(runs, counts)
        rows = CurveRows(hits=np.cumsum(reached, axis=1, dtype=np.float64), size=size, unknown=unknown)
        if weighed is not None:
            curve = weighted_curve(entry, times[counts] / DAY, weighed, int(failed.sum()), level, rows)
            return FirstPassage(curve, runs.scenario.calendar, runs.program.horizon / DAY)
    curve = Curve.of(times[counts] / DAY, unknown=int(failed.sum()), level=level, rows=rows)
    return FirstPassage(curve, runs.scenario.calendar, runs.program.horizon / DAY)


def by_row(runs: Any, counts: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return how many replications count, and how many failed, by row of parameters."""
    k, weights = runs.clusters, runs.weights
    size, failed = (
        np.bincount(runs.cluster[one], weights=None if weights is None else weights[one], minlength=k)
        for one in (counts, runs.block.failed)
    )
    return size.astype(np.float64), failed.astype(np.float64)


def _refuse_none(runs: Any, entry: Asked, counts: NDArray[np.bool_]) -> NoReturn:
    """Say why no history counts."""
    if runs.block.failed.all():
        refuse_all_failed(entry.question.name, runs.replications, runs.failures)
    share(entry, runs.sums(counts, counts), runs.replications, clustered=False)
    # `share` has just refused everything else.
    raise AssertionError("a question without a given counts every history that did not fail")


@dataclass(frozen=True, slots=True)
class _Numbers:
    """What histories answer, (n,); which of them count and did not fail; how often a time is never reached."""

    values: NDArray[np.float64]
    counts: NDArray[np.bool_]
    never: Proportion | None


def _numbers(runs: Any, entry: Asked) -> _Numbers:
    block = runs.block
    counts = counted(block, entry, entry.by) & ~block.failed
    if not counts.any():
        _refuse_none(runs, entry, counts)
    # Of histories that do not count the numbers mean nothing; they are left out by `counts` and not by their value.
    values = numbers(block, entry)
    if entry.question.row.mean != "times":
        return _Numbers(values, counts, None)
    yes = answered(block, entry, entry.after, entry.by)[0]
    never = never_share(runs.sums(yes, counts), clustered=runs.clustered, weighing=runs.weighing(yes, counts))
    # Never is later than any time: quantiles need no special case.
    return _Numbers(np.where(yes, values, math.inf), counts, never)


def mean_of(runs: Any, entry: Asked) -> Mean:
    """Return the mean of what arrays of histories answer (see `Runs.mean`)."""
    found, name = _numbers(runs, entry), entry.question.name
    if found.never is None:
        return mean_over(runs, name, found.values, found.counts, limits(entry))
    # The mean is that of the histories that get there; the others are told as a share beside it.
    got = found.counts & np.isfinite(found.values)
    if not got.any():
        refuse_never(name, int(found.counts.sum()))
    return replace(mean_over(runs, name, found.values, got, limits(entry)), never=found.never)


def mean_over(
    runs: Any, name: str, values: NDArray[np.float64], counts: NDArray[np.bool_], limits: tuple[float, float]
) -> Mean:
    """Return the mean of an array over the histories that count."""
    if runs.block.failed.all():
        refuse_all_failed(name, runs.replications, runs.failures)
    # NaN of a failed history must not reach a sum, even where it is multiplied by no count.
    rows = runs.sums(np.where(counts, values, 0.0), counts) if runs.clustered else None
    if runs.weights is not None and rows is not None:
        check_effective(f"question {name}", effective_number(runs.weights[counts]))
        unknown = int(runs.block.failed.sum())
        return bounded(Mean.weighted(values[counts], runs.weights[counts], rows=rows, unknown=unknown), limits)
    return bounded(Mean.of(values[counts], unknown=int(runs.block.failed.sum()), rows=rows), limits)


def bounded(found: Mean, limits: tuple[float, float]) -> Mean:
    """Return the mean with the limits of its values; rounding may have put it a hair beyond."""
    # Rounding can put a mean a little outside of what its values can be; the bounds give way then.
    return replace(found, least=min(limits[0], found.mean), most=max(limits[1], found.mean))


def quantile_in(runs: Any, entry: Asked, p: float, level: float) -> Quantile:
    """Return a quantile of what arrays of histories answer (see `Runs.quantile`)."""
    found = _numbers(runs, entry)
    if runs.weights is not None:
        return weighted_quantile_of(
            found.values[found.counts],
            runs.weights[found.counts],
            p,
            row=runs.cluster[found.counts],
            k=runs.clusters,
            level=level,
            never=found.never,
            least=limits(entry)[0],
        )
    failed = by_row(runs, found.counts)[1]
    return quantile_of(
        found.values[found.counts],
        p,
        level=level,
        unknown=int(failed.sum()),
        row=runs.cluster[found.counts] if runs.clustered else None,
        failed_by_row=failed if runs.clustered else None,
        never=found.never,
        least=limits(entry)[0],
    )
