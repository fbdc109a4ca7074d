"""Where bargaining should end if the axioms held: Nash, Kalai-Smorodinsky, Rubinstein."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from negsim.errors import ScenarioError

__all__ = ["Point", "kalai_smorodinsky", "nash", "rubinstein"]

Frontier = Callable[[float], float]
"""The most that the second side can have when the first has u1: not increasing."""


class Point(NamedTuple):
    """A pair of utilities."""

    first: float
    second: float


def _check(
    frontier: Frontier, low: float, high: float, disagreement: tuple[float, float]
) -> tuple[float, float] | None:
    """The part of ``[low, high]`` in which both gain, None if there is none."""
    if not low < high:
        raise ScenarioError(f"the frontier needs low < high, not {low!r} and {high!r}")
    start = max(low, disagreement[0])
    if start > high or frontier(start) < disagreement[1]:
        return None
    if frontier(high) >= disagreement[1]:
        return start, high
    return start, _root(lambda u: frontier(u) - disagreement[1], start, high)


def _root(f: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that falls through zero does so, by halving."""
    # Two hundred halvings leave no float between the ends, whatever the interval was.
    for _ in range(200):
        middle = low + (high - low) / 2
        if f(middle) > 0:
            low = middle
        else:
            high = middle
    return low + (high - low) / 2


def nash(
    frontier: Frontier,
    *,
    low: float = 0.0,
    high: float = 1.0,
    disagreement: tuple[float, float] = (0.0, 0.0),
    power: float = 0.5,
) -> Point | None:
    """The Nash point: the product of gains over disagreement is largest.

    .. math:: \\max_{u_1} (u_1 - d_1)^{\\alpha} (f(u_1) - d_2)^{1 - \\alpha}

    Parameters
    ----------
    frontier : callable
        Concave and not increasing on ``[low, high]``: the most the second can have when the first has u1.
    low, high : float
    disagreement : tuple of float
    power : float
        Bargaining power of the first, in (0, 1); 0.5 is the symmetric solution.

    Returns
    -------
    Point or None
        None if no point gives both at least their disagreement utility.

    Notes
    -----
    Nash 1950, *Econometrica* 18:155, doi:10.2307/1907266.

    Examples
    --------
    >>> u = nash(lambda u1: 1 - u1 * u1)
    >>> round(u.first, 7), round(u.second, 7)
    (0.5773503, 0.6666667)
    """
    if not 0 < power < 1:
        raise ScenarioError(f"power must lie in (0, 1), not {power!r}")
    part = _check(frontier, low, high, disagreement)
    if part is None:
        return None
    first = _peak(lambda u: _product(u - disagreement[0], frontier(u) - disagreement[1], power), *part)
    return Point(first, frontier(first))


def _product(one: float, two: float, power: float) -> float:
    # A loss counts nothing: a power of a negative number would be no real one.
    return float(max(one, 0.0) ** power * max(two, 0.0) ** (1 - power))


def _peak(f: Callable[[float], float], low: float, high: float) -> float:
    """Where a function with one peak is largest: golden section, then the zero of a five-point derivative."""
    ratio = (5**0.5 - 1) / 2
    left, right = low, high
    while right - left > 1e-6 * (high - low):
        one, two = right - ratio * (right - left), left + ratio * (right - left)
        if f(one) > f(two):
            right = two
        else:
            left = one
    # Near a flat top values are equal to rounding long before their places are; the slope tells them apart.
    centre, step = (left + right) / 2, 1e-3 * (high - low)
    # Near an end the five points of the derivative would lie outside.
    if centre - 3 * step <= low or centre + 3 * step >= high:
        return centre

    def slope(u: float) -> float:
        return 8 * (f(u + step) - f(u - step)) - (f(u + 2 * step) - f(u - 2 * step))

    found = _root(slope, centre - step, centre + step)
    # At a kink the five points see both sides of it: then the golden section's answer stands.
    return found if f(found) >= f(centre) else centre


def kalai_smorodinsky(
    frontier: Frontier, *, low: float = 0.0, high: float = 1.0, disagreement: tuple[float, float] = (0.0, 0.0)
) -> Point | None:
    """The Kalai-Smorodinsky point: both get the same share of the most they could get.

    .. math:: \\frac{u_1 - d_1}{b_1 - d_1} = \\frac{u_2 - d_2}{b_2 - d_2}, \\qquad u_2 = f(u_1)

    Returns
    -------
    Point or None
        None if no point gives both at least their disagreement utility.

    Notes
    -----
    Kalai & Smorodinsky 1975, *Econometrica* 43:513, doi:10.2307/1914280.

    Examples
    --------
    >>> u = kalai_smorodinsky(lambda u1: 1 - u1 * u1)
    >>> round(u.first, 7), round(u.second, 7)
    (0.618034, 0.618034)
    """
    part = _check(frontier, low, high, disagreement)
    if part is None:
        return None
    one, two = part[1] - disagreement[0], frontier(part[0]) - disagreement[1]
    # Nothing to share: what the one side can have at most is what it has already.
    if one <= 0 or two <= 0:
        return Point(part[0], frontier(part[0]))
    first = _root(lambda u: (frontier(u) - disagreement[1]) * one - (u - disagreement[0]) * two, *part)
    return Point(first, frontier(first))


def rubinstein(first: float, second: float) -> Point:
    """Shares of a pie of 1 in alternating offers, when the first side proposes first.

    .. math:: x_1 = \\frac{1 - \\delta_2}{1 - \\delta_1 \\delta_2}, \\qquad x_2 = 1 - x_1

    Parameters
    ----------
    first, second : float
        Discount factors a round, in [0, 1), of who proposes first and of the other.

    Notes
    -----
    Rubinstein 1982, *Econometrica* 50:97, doi:10.2307/1912531.

    Examples
    --------
    >>> round(rubinstein(0.9, 0.8).first, 7)
    0.7142857
    """
    for delta in (first, second):
        if not 0 <= delta < 1:
            raise ScenarioError(f"a discount factor must lie in [0, 1), not {delta!r}")
    share = (1 - second) / (1 - first * second)
    return Point(share, 1 - share)
