"""Calibration of the range: what was said of questions, against what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from negsim.errors import EstimateError
from negsim.estimates import Proportion
from negsim.report.pictures.style import FAINT, HIGH, INK, LOW, Sheet, held_to_percent, plain_axes
from negsim.results.answers import Answer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["calibration"]


@dataclass(frozen=True, slots=True)
class _Bin:
    """Questions with neighbouring probabilities: their mean, their mean range, and how many came true."""

    value: float
    low: float
    high: float
    yes: int
    n: int


def calibration(
    answers: Sequence[Answer],
    outcomes: Mapping[str, bool] | Sequence[bool],
    ax: Axes | None = None,
    *,
    bins: int = 5,
    title: str | None = None,
) -> Axes:
    """Draw how often questions came true against the probability, and the range, that was said of them.

    Questions are taken together with their neighbours, equally many in each group; equal probabilities stay together.
    Across: the mean probability and the mean range of ignorance. Up: the share that came true, with its interval. A
    range that is honest crosses the diagonal.

    Parameters
    ----------
    answers : sequence of Answer
        Rows of one or several scenarios, as `answers` gives them.
    outcomes : mapping of str to bool, or sequence of bool
        What became of each question, by its name or in the order of the answers.
    ax : matplotlib Axes, optional
        By default a new figure's; nothing is shown.
    bins : int, optional
        Groups at most.
    title : str, optional
        By default how many questions there are.

    Returns
    -------
    Axes

    Raises
    ------
    EstimateError
        If an outcome is missing, or no answer is a probability.
    """
    told = _paired(answers, outcomes)
    sheet = Sheet(ax, 5.0, 4.0)
    ax = sheet.ax
    ax.plot([0, 1], [0, 1], color=FAINT, lw=1, ls=":")
    for one in _binned(told, bins):
        share = Proportion(hits=one.yes, n=one.n).interval()
        ax.plot([one.value] * 2, [share.low, share.high], color=HIGH, lw=1.4)
        ax.plot([one.low, one.high], [one.yes / one.n] * 2, color=LOW, lw=2, alpha=0.6, marker="|", ms=9, clip_on=False)
        ax.plot([one.value], [one.yes / one.n], "o", ms=5 + min(5.0, one.n / 5), color=HIGH, clip_on=False, zorder=4)
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="Probability said", ylabel="Share that came true")
    ax.yaxis.label.set(size=8, color=INK)
    for axis in (ax.xaxis, ax.yaxis):
        held_to_percent(axis)
    plain_axes(ax)
    heading = f"{len(told)} question{'s' if len(told) > 1 else ''}: what was said, and what became of it"
    return sheet.finish(title if title is not None else heading, _note(told))


def _paired(answers: Sequence[Answer], outcomes: Any) -> list[tuple[float, float, float, bool]]:
    """Probability, range and outcome of each question that has a probability."""
    if isinstance(outcomes, Mapping):
        missing = [one.id for one in answers if one.id not in outcomes]
        if missing:
            raise EstimateError(f"outcomes lacks {', '.join(missing[:5])}; say of each question whether it came true")
        became = [bool(outcomes[one.id]) for one in answers]
    else:
        became = [bool(one) for one in outcomes]
    if len(became) != len(answers):
        raise EstimateError(f"{len(answers)} answers and {len(became)} outcomes; give one outcome for each answer")
    told = []
    for one, came in zip(answers, became, strict=True):
        if one.is_share and np.isfinite(one.value):
            # The range always holds the number that was said.
            low = one.value if one.band_low is None else min(one.band_low, one.value)
            high = one.value if one.band_high is None else max(one.band_high, one.value)
            told.append((one.value, low, high, came))
    if not told:
        raise EstimateError(
            "no answer is a probability, so that there is nothing to compare; give answers of yes or no"
        )
    return sorted(told)


def _binned(told: list[tuple[float, float, float, bool]], bins: int) -> list[_Bin]:
    """Groups of neighbours, equally many in each as far as equal probabilities stay together."""
    values = [one[0] for one in told]
    # A group begins where its first probability does: equal ones must not be torn apart.
    edges = sorted({int(np.searchsorted(values, values[k * len(told) // bins])) for k in range(min(bins, len(told)))})
    found = []
    for first, stop in zip(edges, [*edges[1:], len(told)], strict=True):
        value, low, high, came = (float(np.mean(column)) for column in zip(*told[first:stop], strict=True))
        found.append(_Bin(value, low, high, round(came * (stop - first)), stop - first))
    return found


def _note(told: list[tuple[float, float, float, bool]]) -> str:
    low, high = (sum(one[k] for one in told) for k in (1, 2))
    came = sum(one[3] for one in told)
    return (
        "Across, orange: the mean range of ignorance (5–95 %) of a group. Up: the share that came true, with its 95 % interval. "
        f"Dotted: what was said is what happens. In all {came} of {len(told)} came true; "
        f"the ranges say {low:.1f} to {high:.1f}. Questions on one process are not independent."
    )
