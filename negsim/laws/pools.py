"""Several opinions as one: of probabilities, and the law that several laws are pooled to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Real

from negsim.errors import LawError, nearest
from negsim.laws.families import Law

__all__ = ["METHODS", "Pooled", "checked_weights", "pool"]

METHODS = ("linear", "log_odds")


def pool(values: Sequence[float], weights: Sequence[float] | None = None, method: str = "linear") -> float:
    """Pool the probabilities that several people give to one event.

    Parameters
    ----------
    values : sequence of float
        Probabilities, in [0, 1]; with ``"log_odds"`` in (0, 1).
    weights : sequence of float, optional
        Of the people, positive, in any unit; equal ones if not given.
    method : {"linear", "log_odds"}
        Weighted mean of the probabilities (Stone 1961, doi:10.1214/aoms/1177704873), or of their log odds (Genest, Zidek
        1986, doi:10.1214/ss/1177013825). The linear pool keeps to the middle; where people know different things, the
        pool of log odds loses less.

    Returns
    -------
    float
        A probability.

    Raises
    ------
    LawError
        If a value is no probability, a weight is not positive, there are not as many, or the method is unknown.

    See Also
    --------
    Pool : What several people believe of a number, as one belief.

    Examples
    --------
    >>> round(pool([0.9, 0.99]), 6), round(pool([0.9, 0.99], method="log_odds"), 6)
    (0.945, 0.967585)
    """
    numbers = [_probability(value) for value in values]
    shares = checked_weights(weights, len(numbers))
    if check_pooling(method) == "linear":
        return math.fsum(share * value for share, value in zip(shares, numbers, strict=True))
    if not all(0.0 < value < 1.0 for value in numbers):
        raise LawError(
            "a probability of 0 or 1 has no log odds, and would decide the pool alone; say how near to it, or use "
            "method='linear'"
        )
    odds = math.fsum(share * math.log(value / (1.0 - value)) for share, value in zip(shares, numbers, strict=True))
    return 1.0 / (1.0 + math.exp(-odds)) if odds >= 0.0 else math.exp(odds) / (1.0 + math.exp(odds))


def _probability(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, Real) or not 0.0 <= float(value) <= 1.0:
        raise LawError(f"pool: {value!r} is no probability; give numbers from 0 to 1")
    return float(value)


def check_pooling(method: str) -> str:
    """The method, if it is one.

    Raises
    ------
    LawError
    """
    if method not in METHODS:
        raise LawError(f"{method!r} is no way of pooling{nearest(str(method), METHODS)}; use {' or '.join(METHODS)}")
    return method


def checked_weights(weights: Sequence[float] | None, several: int) -> tuple[float, ...]:
    """Weights that sum to one.

    Raises
    ------
    LawError
        If one is not positive, or there are not as many as opinions.
    """
    if several == 0:
        raise LawError("there is nobody to pool; give the opinions of one or more people")
    if weights is None:
        return (1.0 / several,) * several
    found = tuple(weights)
    wrong = [
        one for one in found if isinstance(one, bool) or not isinstance(one, Real) or not 0.0 < float(one) < math.inf
    ]
    if wrong or len(found) != several:
        raise LawError(f"weights = {list(found)!r} must be {several} positive numbers, one for each opinion")
    total = math.fsum(found)
    return tuple(float(one) / total for one in found)


@dataclass(frozen=True, slots=True, init=False)
class Pooled(Law):
    """What several laws are pooled to; no clock.

    Parameters
    ----------
    laws : sequence of Law
    weights : sequence of float
        Summing to one.
    method : {"linear", "log_odds"}
        The mixture of the laws, or the law whose log odds at each share are the mean of theirs (values in (0, 1)).
    """

    laws: tuple[Law, ...] = field(default=())
    weights: tuple[float, ...] = field(default=())
    method: str = "linear"

    def __init__(self, laws: Sequence[Law], weights: Sequence[float], method: str = "linear") -> None:
        put = object.__setattr__
        for name, value in (
            *(("family", "pool"), ("params", ()), ("low", None), ("high", None), ("never", 0.0), ("mixed", False)),
            *(("laws", tuple(laws)), ("weights", tuple(weights)), ("method", check_pooling(method))),
        ):
            put(self, name, value)
        if method == "log_odds" and not all(law.support[0] >= 0.0 and law.support[1] <= 1.0 for law in self.laws):
            raise LawError("only shares, numbers between 0 and 1, can be pooled in log odds; use by = 'linear'")

    @property
    def support(self) -> tuple[float, float]:
        """Smallest interval that holds all the values."""
        return min(law.support[0] for law in self.laws), max(law.support[1] for law in self.laws)
