"""Probabilities in words (ICD 203), and percentages with no more digits than their range supports."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

from negsim.errors import EstimateError
from negsim.estimates.base import check_order, check_probability, whole

__all__ = ["round_to_range", "words", "words_for_range"]

# Upper ends and words below one half; the scale is symmetric, so the upper half is read from the other end.
_SCALE = (
    (0.05, "almost no chance", "almost certain"),
    (0.20, "very unlikely", "very likely"),
    (0.45, "unlikely", "likely"),
)

# Width of the range from which on a resolution (in percent) is all that it supports.
_RESOLUTIONS = ((0.2, "5"), (0.05, "1"), (0.01, "0.1"), (0.001, "0.01"), (0.0001, "0.001"))


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


def words_for_range(low: float, high: float) -> str:
    """Return the words for a range of probabilities: one if both ends agree, else from one to the other.

    Parameters
    ----------
    low, high : float
        Ends, probabilities, ``low <= high``.

    Raises
    ------
    EstimateError
        If an end is not in [0, 1] or they are in the wrong order.

    Examples
    --------
    >>> words_for_range(0.25, 0.4), words_for_range(0.25, 0.7)
    ('unlikely', 'unlikely to likely')
    """
    check_order(low, high)
    first, last = words(low), words(high)
    return first if first == last else f"{first} to {last}"


def round_to_range(value: float, low: float, high: float, digits: int | None = None) -> str:
    """Return a probability in percent, rounded to what its range supports, and never as certainty.

    A range at least 20 points wide supports steps of 5 %, 5 points 1 %, 1 point 0.1 %, and so on.

    Parameters
    ----------
    value : float
        Probability; it may lie outside the range (a mean over draws can).
    low, high : float
        Ends of the range, probabilities, ``low <= high``.
    digits : int, optional
        Decimals of the percentage, from 0 to 12, instead of those from the range.

    Raises
    ------
    EstimateError
        If a number is not a probability, the range is in the wrong order, or `digits` is not such a count.

    Examples
    --------
    >>> round_to_range(0.5234, 0.4, 0.65), round_to_range(0.5234, 0.5, 0.56), round_to_range(0.5234, 0.52, 0.53)
    ('50 %', '52 %', '52.3 %')
    >>> round_to_range(0.01, 0.0, 0.3), round_to_range(0.999, 0.99, 1.0, digits=0)
    ('< 5 %', '> 99 %')
    """
    for name, number in (("value", value), ("low", low), ("high", high)):
        check_probability(name, number)
    check_order(low, high)
    step = _resolution(high - low) if digits is None else _step(digits)
    rounded = (Decimal(repr(float(value))) * 100 / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step
    if rounded == 0:
        return f"< {step} %"
    return f"> {100 - step} %" if rounded == 100 else f"{rounded} %"


def _resolution(width: float) -> Decimal:
    """Return the step in percent that a range supports."""
    # 0.53 - 0.52 is a hair more than 0.01, 0.65 - 0.45 a hair less than 0.2: compare at 12 digits.
    return next((Decimal(step) for least, step in _RESOLUTIONS if round(width, 12) >= least), Decimal("0.0001"))


def _step(digits: int) -> Decimal:
    """Return the step in percent of a number of decimals."""
    if whole("digits", digits) > 12:
        raise EstimateError(f"digits is {digits!r}; more than 12 decimals of a percentage mean nothing")
    return Decimal(1).scaleb(-digits)
