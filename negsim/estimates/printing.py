"""Numbers as text: no more digits than their uncertainty supports, and never out of an interval that they lie in.

One number has one text. Tables, pictures, pages and data all take it from here, so that none of them says 22 % where
another says 20 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Decimal, localcontext

from negsim.errors import EstimateError
from negsim.estimates.checks import check_order, check_probability, whole

__all__ = ["UNITS", "printed_ends", "printed_number", "printed_range", "printed_share", "round_to_range", "upward"]

Ends = tuple[float, float]

# Steps of a percentage, the coarsest first.
_STEPS = tuple(Decimal(step) for step in ("5", "1", "0.1", "0.01", "0.001", "0.0001"))
_HUNDRED = Decimal(100)
UNITS = ("", "%", "points")
"""A number as it is, a probability in percent, a difference of two probabilities in points of a percent."""
_FINEST = 17
"""Decimals at which every float between two others has a text of its own: rounding stops there at the latest."""


def round_to_range(value: float, low: float, high: float, digits: int | None = None) -> str:
    """Return a probability in percent, rounded to what its range supports, and never as certainty.

    A range at least 20 points wide supports steps of 5 %, 4 points 1 %, 0.4 points 0.1 %, and so on; finer ones are
    taken where the number would otherwise leave the range.

    Parameters
    ----------
    value : float
        Probability; it may lie outside the range (a mean over draws can).
    low, high : float
        Ends of the range, probabilities, ``low <= high``.
    digits : int, optional
        Least decimals of the percentage, from 0 to 12, instead of those from the range.

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
    return printed_share(value, [(low, high)], digits, bounded=False)


def printed_share(value: float, ranges: Sequence[Ends], digits: int | None = None, *, bounded: bool = True) -> str:
    """Return a probability in percent, rounded to what all its ranges together support.

    Parameters
    ----------
    value : float
    ranges : sequence of (low, high)
        Monte Carlo interval, range over draws: the text leaves none that the value lies in. At least one.
    digits : int, optional
        Least decimals of the percentage, from 0 to 12, instead of those that the ranges support.
    bounded : bool, optional
        Whether 0 and 1 are printed as the bound that the ranges leave: what was never seen is not impossible.

    Examples
    --------
    >>> printed_share(0.223, [(0.209, 0.24), (0.08, 0.41)])
    '22 %'
    """
    for low, high in ranges:
        check_order(low, high)
        check_probability("low", low)
        check_probability("high", high)
    check_probability("value", value)
    exact, inside = _percent(value), [(_percent(low), _percent(high)) for low, high in ranges if low <= value <= high]
    if bounded and value in (0.0, 1.0) and any(low < high for low, high in inside):
        return _bound(value, inside)
    inside = [pair for pair in inside if pair not in ((0, 0), (_HUNDRED, _HUNDRED))]  # no text says certainty
    for step in _steps(ranges, digits):
        rounded = _rounded(exact, step)
        # Next to 0 and 1 the text is a bound one step away, which must not lie beyond the ranges either.
        told = min(max(rounded, step), _HUNDRED - step)
        if all(low <= one <= high for low, high in inside for one in (rounded, told)):
            break
    if told == rounded:
        return f"{rounded:f} %"
    return f"< {step:f} %" if rounded < told else f"> {_HUNDRED - step:f} %"


def _bound(value: float, inside: Sequence[tuple[Decimal, Decimal]]) -> str:
    """What was never seen, or always, is not certain: the nearest end of its ranges bounds it."""
    if value == 0.0:
        return f"< {upward(min(high for _, high in inside if high))} %"
    return f"> {_HUNDRED - upward(_HUNDRED - max(low for low, _ in inside if low < _HUNDRED)):f} %"


def upward(percent: Decimal) -> Decimal:
    """Return a small percentage rounded up to two digits, so that it stays a bound.

    >>> upward(Decimal("0.029953"))
    Decimal('0.03')
    """
    if percent == 0:
        return percent
    rounded = percent.quantize(Decimal(1).scaleb(percent.adjusted() - 1), rounding=ROUND_CEILING)
    return Decimal(f"{rounded.normalize():f}")


def _percent(share: float) -> Decimal:
    return _scaled(share, "%")


def _steps(ranges: Sequence[Ends], digits: int | None) -> Iterator[Decimal]:
    """Steps in percent, from the one that the ranges support (or that is asked for) down."""
    if digits is not None:
        if whole("digits", digits) > 12:
            raise EstimateError(f"digits is {digits!r}; more than 12 decimals of a percentage mean nothing")
        first = Decimal(1).scaleb(-digits)
    else:
        first = resolution(max(high for _, high in ranges) - min(low for low, _ in ranges))
    yield first
    finer = Decimal(1).scaleb(first.adjusted() - (first == Decimal(1).scaleb(first.adjusted())))
    yield from (finer.scaleb(-k) for k in range(_FINEST + finer.adjusted()))


def resolution(width: float) -> Decimal:
    """Return the step in percent that a range of that width (a share) supports: a quarter of it, at most.

    >>> resolution(0.3), resolution(0.03)
    (Decimal('5'), Decimal('0.1'))
    """
    # 0.65 - 0.45 is a hair less than 0.2: compare at 12 digits.
    return next((step for step in _STEPS if round(width, 12) >= 0.04 * float(step)), _STEPS[-1])


def _rounded(number: Decimal, step: Decimal) -> Decimal:
    # The usual 28 digits are not enough for means above 1e28; a float has up to 309 before the point.
    with localcontext(prec=400):
        return (number / step).quantize(Decimal(1), rounding=ROUND_HALF_EVEN) * step


def printed_number(value: float, ranges: Sequence[Ends], digits: int | None = None, *, unit: str = "") -> str:
    """Return a number with the decimals that a fifth of its interval's width supports; otherwise as `printed_share`.

    >>> printed_number(2.5, [(0.4, 4.6)]), printed_number(12.0, [(12.0, 12.0)]), printed_number(2.0, [(1.99996, 2.1)])
    ('2.5', '12', '2.00')
    >>> printed_number(0.0312, [(0.029, 0.033)], unit="points")
    '3.12 points'
    """
    tail = f" {unit}" if unit else ""
    if not math.isfinite(value):
        return "never" if value == math.inf else str(value)
    exact = _scaled(value, unit)
    inside = [(_scaled(low, unit), _scaled(high, unit)) for low, high in ranges if low <= value <= high]
    width = max(high for _, high in ranges) - min(low for low, _ in ranges)
    if width == 0 and digits is None:
        return _plain(exact) + tail if unit else _short(value)
    first = _places(width * _scale(unit)) if digits is None else whole("digits", digits)
    for places in range(first, first + _FINEST):
        rounded = _rounded(exact, Decimal(1).scaleb(-places))
        if all(low <= rounded <= high for low, high in inside):
            break
    return _plain(rounded) + tail


def _short(value: float) -> str:
    """A number that is known exactly: seven digits if they say it all."""
    text = f"{value:.7g}"
    return text if float(text) == value else repr(float(value))


def _scale(unit: str) -> int:
    return 100 if unit else 1


def _scaled(value: float, unit: str) -> Decimal:
    return _scale(unit) * Decimal(repr(float(value)))


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.removeprefix("-") if number == 0 else text


def _places(width: float) -> int:
    """Decimals that a fifth of a width supports; two if nothing is known."""
    if not math.isfinite(width):
        return 2
    return 6 if width == 0 else min(12, max(0, math.ceil(-math.log10(width / 5))))


def printed_ends(low: float, high: float, value: str, *, unit: str) -> tuple[str, str]:
    """Return the ends of a Monte Carlo interval as text, without the unit, around the number's own text.

    Parameters
    ----------
    low, high : float
    value : str
        The number as `printed_share` or `printed_number` gave it: the ends never cross it.
    unit : str
        One of `UNITS`.

    Examples
    --------
    >>> printed_ends(0.5172, 0.5231, "52 %", unit="%"), printed_ends(2.0, 3.0, "2.5", unit="")
    (('51.7', '52.3'), ('2.0', '3.0'))
    """
    places = _places(_scale(unit) * (high - low))
    return _around(low, high, (places, places), value, unit)


def printed_range(low: float, high: float, errors: Ends, value: str) -> tuple[str, str]:
    """Return the ends of a range over draws in percent (without the sign), with the digits that their errors support.

    Parameters
    ----------
    low, high : float
        Probabilities.
    errors : pair of float
        Standard errors of the two ends.
    value : str
        The number as `printed_share` gave it: an end that does not lie beyond it is not printed beyond it.

    Examples
    --------
    >>> printed_range(0.0812, 0.4147, (0.002, 0.02), "22 %"), printed_range(0.21, 0.4147, (0.06, 0.06), "22 %")
    (('8.1', '41'), ('20', '40'))
    """
    steps = [resolution(4 * error) for error in errors]  # two standard errors to each side
    # Both ends alike, but for one next to 0 or 1, where finer steps tell more.
    steps = [step if not 0.1 < end < 0.9 else max(steps) for step, end in zip(steps, (low, high), strict=True)]
    places = [-1 if step == 5 else -step.adjusted() for step in steps]
    return _around(low, high, (places[0], places[1]), value, "%")


def _around(low: float, high: float, places: tuple[int, int], value: str, unit: str) -> tuple[str, str]:
    """Round two ends to so many decimals (-1: to fives), finer where one would cross the number or meet the other."""
    told = _number_in(value)
    one = _end(low, places[0], unit, [(None, told)])
    # Two ends that differ are not printed as one.
    apart = (_number_in(one), None) if low != high and one != "-inf" else (None, None)
    two = _end(high, places[1], unit, [(told, None), apart], strictly=apart[0])
    return one, two


def _end(
    end: float,
    places: int,
    unit: str,
    limits: Sequence[tuple[Decimal | None, Decimal | None]],
    strictly: Decimal | None = None,
) -> str:
    """Round an end, finer where it would leave limits that it respects, or claim certainty."""
    if math.isinf(end):
        return str(end)
    exact = _scaled(end, unit)
    kept = [pair for pair in limits if _within(exact, pair)]
    for decimals in range(places, places + _FINEST):
        rounded = _rounded(exact, Decimal(5) if decimals < 0 else Decimal(1).scaleb(-decimals))
        certain = unit == "%" and rounded in (0, 100) and rounded != exact
        if all(_within(rounded, pair) for pair in kept) and not certain and rounded != strictly:
            break
    return _plain(rounded)


def _within(number: Decimal, limits: tuple[Decimal | None, Decimal | None]) -> bool:
    low, high = limits
    return (low is None or low <= number) and (high is None or number <= high)


def _number_in(text: str) -> Decimal | None:
    """The number that a text of this module stands for, None if it has none."""
    try:
        return Decimal(text.removesuffix("%").removesuffix("points").strip().lstrip("<> "))
    except ArithmeticError:
        return None
