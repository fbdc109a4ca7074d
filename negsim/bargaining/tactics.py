"""Concession tactics: how far a side has moved from its ideal towards its limit."""

from __future__ import annotations

import math

from negsim.errors import ScenarioError

__all__ = ["conceded", "exponent_of", "imitate"]


def conceded(time: float, deadline: float, exponent: float, start: float = 0.0) -> float:
    """Share of the way from ideal to limit that is conceded by a time (time-dependent tactic).

    .. math:: \\alpha(t) = \\kappa + (1 - \\kappa) \\left(\\frac{\\min(t, T)}{T}\\right)^{1/\\beta}

    Parameters
    ----------
    time, deadline : float
        In the same unit; beyond the deadline everything is conceded.
    exponent : float
        ``beta`` in the convention of Faratin et al., whose *reciprocal* is the power: below 1 boulware (holds out to
        the end), 1 linear, above 1 conceder (gives early). Half-way ``beta = 0.2`` has conceded 0.03125 and
        ``beta = 2`` 0.70711. Texts that write ``(t/T)^e`` mean ``e = 1 / beta``.
    start : float
        ``kappa``, conceded in the opening offer.

    Notes
    -----
    Faratin, Sierra & Jennings 1998, *Robot. Auton. Syst.* 24:159, doi:10.1016/S0921-8890(98)00029-3, polynomial family.

    Examples
    --------
    >>> conceded(5, 10, 0.2), round(conceded(5, 10, 2), 5)
    (0.03125, 0.70711)
    """
    if not (deadline > 0 and exponent > 0 and 0 <= start <= 1 and time >= 0):
        raise ScenarioError(
            f"conceded needs time >= 0, deadline > 0, exponent > 0 and start in [0, 1], not {time!r}, {deadline!r}, {exponent!r}, {start!r}"
        )
    share = min(time, deadline) / deadline
    return float(start + (1 - start) * share ** (1 / exponent))


def exponent_of(time: float, deadline: float, share: float) -> float:
    """The exponent with which a share is conceded by a time: the inverse of `conceded` (opening offer 0).

    .. math:: \\beta = \\frac{\\ln (t/T)}{\\ln \\alpha}

    Examples
    --------
    >>> round(exponent_of(5, 10, 0.03125), 12)
    0.2
    """
    if not (0 < time < deadline and 0 < share < 1):
        raise ScenarioError(
            f"exponent_of needs 0 < time < deadline and a share in (0, 1), not {time!r}, {deadline!r}, {share!r}"
        )
    return math.log(time / deadline) / math.log(share)


def imitate(own: float, other_moved: float, ratio: float = 1.0, start: float = 0.0) -> float:
    """Tit for tat: concede as much as the other side conceded in its last move.

    .. math:: \\alpha_1' = \\operatorname{clip}(\\alpha_1 + \\rho\\, \\Delta\\alpha_2,\\ \\kappa,\\ 1)

    Parameters
    ----------
    own : float
        Conceded so far.
    other_moved : float
        What the other side conceded in its last move; negative if it took something back.
    ratio : float
        1 answers in kind, more is generous, less is stingy.
    start : float
        Conceded in the opening offer; it never goes back behind it.

    Notes
    -----
    The absolute form of the behaviour-dependent tactics of Faratin et al. 1998 (as `conceded`), on shares of the way
    instead of prices, so that issues of different units compare.

    Examples
    --------
    >>> imitate(0.25, 0.125)
    0.375
    """
    return min(max(own + ratio * other_moved, start), 1.0)
