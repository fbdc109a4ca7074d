"""Probabilities in the words of ICD 203."""

from __future__ import annotations

from decimal import Decimal

from negsim.estimates.checks import check_probability

__all__ = ["words"]

# Upper ends and words below one half; the scale is symmetric, so the upper half is read from the other end.
_SCALE = (
    (0.05, "almost no chance", "almost certain"),
    (0.20, "very unlikely", "very likely"),
    (0.45, "unlikely", "likely"),
)


def words(p: float) -> str:
    """Return the words of estimative probability for `p`.

    "almost no chance" below 5 %, "very unlikely" to 20 %, "unlikely" to 45 %, "roughly even chance" from 45 to 55 %,
    "likely" to 80 %, "very likely" to 95 %, "almost certain" above.

    Parameters
    ----------
    p : float
        Probability.

    Raises
    ------
    EstimateError
        If `p` is not in [0, 1].

    Notes
    -----
    The standard has words for probabilities; a range is told in figures, not in two words.

    Intelligence Community Directive 203, "Analytic Standards" (2015), section D.6.e(2)(a). Its ranges share their ends
    and leave out what is below 1 % and above 99 %. Here an end belongs to the range nearer one half, and the outermost
    words cover the rest: a simulation cannot vouch for "impossible".

    Examples
    --------
    >>> words(0.52), words(0.2), words(0.0003)
    ('roughly even chance', 'unlikely', 'almost no chance')
    """
    check_probability("p", p)
    for end, below, above in _SCALE:
        if p < end:
            return below
        # The ends are mirrored in decimal: 1 - 0.05 as a float is not 0.95 on every end.
        if p > float(1 - Decimal(str(end))):
            return above
    return "roughly even chance"
