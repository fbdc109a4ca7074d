"""Zones of possible agreement: what both sides prefer to no agreement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from negsim.bargaining.sides import Side
from negsim.errors import ScenarioError

__all__ = ["Interval", "best_package", "frontier", "interval"]


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval of one issue; empty if ``low > high``."""

    low: float
    high: float

    @property
    def empty(self) -> bool:
        """Whether nothing lies in it."""
        return not self.low <= self.high

    @property
    def width(self) -> float:
        """Its length; 0 if it is empty."""
        return 0.0 if self.empty else self.high - self.low


def interval(first: Side, second: Side) -> Interval:
    """The zone of possible agreement of two sides on one issue.

    .. math:: \\{x: U_1(x) \\ge r_1 \\wedge U_2(x) \\ge r_2\\}

    Examples
    --------
    >>> interval(Side(ideal={"price": 10}, limit={"price": 6}), Side(ideal={"price": 4}, limit={"price": 7}))
    Interval(low=6.0, high=7.0)
    >>> interval(Side(ideal={"price": 10}, limit={"price": 8}), Side(ideal={"price": 4}, limit={"price": 7})).empty
    True
    """
    if set(first.ideal) != set(second.ideal) or len(first.ideal) != 1:
        raise ScenarioError("interval asks of one issue that both sides have; use best_package for several")
    (issue,) = first.ideal
    spans = []
    for side in (first, second):
        reach = (1 - side.reservation) * abs(side.limit[issue] - side.ideal[issue])
        spans.append((side.ideal[issue] - reach, side.ideal[issue] + reach))
    return Interval(max(low for low, _ in spans), min(high for _, high in spans))


def _programme(first: Side, second: Side) -> tuple[list[str], NDArray[np.float64], NDArray[np.float64]]:
    """Rows of ``A y <= b`` for y = (x, d1, d2): d bounds the distances |x - a| from above."""
    # Sorted, so that the programme and its answer do not hang on how issues were written down.
    issues = sorted(first.ideal)
    if issues != sorted(second.ideal):
        raise ScenarioError(f"both sides need the same issues, not {issues} and {sorted(second.ideal)}")
    n = len(issues)
    rows, bounds = [], []
    for s, side in enumerate((first, second)):
        for k, issue in enumerate(issues):
            # |x - a| <= d is two inequalities, one for each sign.
            for sign in (1.0, -1.0):
                row = np.zeros(3 * n)
                row[k], row[n * (s + 1) + k] = sign, -1.0
                rows.append(row)
                bounds.append(sign * side.ideal[issue])
    return issues, np.array(rows), np.array(bounds)


def _costs(side: Side, issues: Sequence[str]) -> NDArray[np.float64]:
    return np.array([side.weights[issue] / abs(side.limit[issue] - side.ideal[issue]) for issue in issues])


def best_package(first: Side, second: Side, weight: float = 0.5) -> dict[str, float] | None:
    """The package that maximises ``weight * U1 + (1 - weight) * U2`` with both at least at their reservations.

    A linear programme, because utilities are concave and piecewise linear. None if the zone is empty.

    Examples
    --------
    >>> peace = Side(ideal={"land": 0, "arms": 1}, limit={"land": 1, "arms": 0}, salience={"land": 3, "arms": 1})
    >>> power = Side(ideal={"land": 1, "arms": 0}, limit={"land": 0, "arms": 1}, salience={"land": 1, "arms": 3})
    >>> best_package(peace, power)
    {'arms': 0.0, 'land': 0.0}
    """
    from scipy.optimize import linprog

    issues, rows, bounds = _programme(first, second)
    n = len(issues)
    one, two = _costs(first, issues), _costs(second, issues)
    goal = np.concatenate([np.zeros(n), weight * one, (1 - weight) * two])
    limits = [np.concatenate([np.zeros(n), one, np.zeros(n)]), np.concatenate([np.zeros(2 * n), two])]
    rows = np.vstack([rows, *limits])
    bounds = np.concatenate([bounds, [1 - first.reservation, 1 - second.reservation]])
    # Issues may go beyond ideals and limits, distances not below 0.
    ranges = [(None, None)] * n + [(0, None)] * (2 * n)
    found = linprog(goal, A_ub=rows, b_ub=bounds, bounds=ranges, method="highs")
    if not found.success:
        return None
    # Adding zero turns -0.0 into 0.0.
    return {issue: float(value) + 0.0 for issue, value in zip(issues, found.x[:n], strict=True)}


def frontier(first: Side, second: Side, points: int = 21) -> list[tuple[float, float]]:
    """Corners of the Pareto frontier of the zone, as pairs of utilities; empty if the zone is.

    Notes
    -----
    Each point maximises a weighted sum, so points between corners are mixtures of the neighbours.
    """
    # A dict for its order: many weights lead to the same corner.
    found: dict[tuple[float, float], None] = {}
    for weight in np.linspace(0.0, 1.0, points):
        # A little weight on the other side, so that ties go to what is better for both.
        package = best_package(first, second, float(np.clip(weight, 1e-6, 1 - 1e-6)))
        if package is None:
            return []
        found[(round(first.utility(package), 12), round(second.utility(package), 12))] = None
    return sorted(found)
