"""What all laws have in common; the families are in `negsim.model.families`.

A law is given by its usual parameters or by what people know of it (``median``, quantiles such as ``p5`` and ``p95``,
``mean``, ``"90 % within 3 weeks"``). Arguments are numbers, durations or expressions of *parameters*; they are solved
once, at lowering, by :func:`negsim.laws.solve`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from negsim.errors import ScenarioError, nearest
from negsim.laws.statements import KNOWLEDGE
from negsim.model.calendar import days, duration_or_none
from negsim.model.expressions import Expression, Number, as_number
from negsim.model.expressions.inputs import Numeric

if TYPE_CHECKING:
    from negsim.model.lawkeys import Quantity

__all__ = ["Distribution", "probable", "put", "quantity"]

WITHIN = re.compile(r"\s*(\d{1,2}(?:\.\d{1,6})?)\s*%\s+within\s+(.{1,40})", re.IGNORECASE)


def quantity(value: Quantity) -> Expression:
    """Return a number, a duration (in days) or an expression of parameters as an expression.

    >>> str(quantity("2 weeks")), str(quantity("delay * 2"))
    ('14', 'delay * 2')
    """
    if isinstance(value, str):
        length = duration_or_none(value)
        return Number(length) if length is not None else as_number(value)
    return Number(days(value)) if isinstance(value, timedelta) else as_number(value)


@dataclass(frozen=True, slots=True, init=False, repr=False)
class Distribution:
    """A law on numbers: base of `Exponential`, `Weibull` and the others.

    Parameters
    ----------
    *values : number, duration or expression of parameters
        The usual parameters of the law, in order (``keys``).
    **given : number, duration or expression of parameters
        The usual parameters by name, or what is known in their place: ``mean``, ``median``, ``p5`` and other quantiles
        (days, for clocks), ``within`` with a ``share``, or ``within="90 % within 3 weeks"``.

    Attributes
    ----------
    given : tuple of (str, Expression)
        What is said of the law, sorted by key.
    floor, ceiling : Expression or None
        Truncation bounds.
    never : Expression or None
        Probability that it never happens; None for a proper law.

    Raises
    ------
    ScenarioError
        If a key is unknown or said twice, or there are too many values.

    See Also
    --------
    Fixed : A clock that fires after a fixed time.
    Elicited : A belief as people say it.

    Examples
    --------
    >>> from negsim.model.families import LogNormal
    >>> LogNormal(median="2 weeks", p90="6 weeks").or_never(0.1).truncated(low=1)
    LogNormal(median=14, p90=42).truncated(1, None).or_never(0.1)
    """

    given: tuple[tuple[str, Expression], ...]
    floor: Expression | None
    ceiling: Expression | None
    never: Expression | None

    family: ClassVar[str] = ""
    keys: ClassVar[tuple[str, ...]] = ()
    aliases: ClassVar[tuple[str, ...]] = ()
    is_clock: ClassVar[bool] = True

    def __init__(self, *values: Any, **given: Any) -> None:
        if len(values) > len(self.keys):
            raise ScenarioError(
                f"{self.family} takes at most {len(self.keys)} values in order ({', '.join(self.keys)}), not "
                f"{len(values)}"
            )
        for key, value in zip(self.keys, values, strict=False):
            if key in given:
                raise ScenarioError(f"{self.family}: {key} is given twice; name it or put it in order, not both")
            given[key] = value
        _split_within(given)
        # With three parameters two statements do not fix the law.
        allowed = (*self.keys, *self.aliases, *(KNOWLEDGE if len(self.keys) < 3 else ()))
        for key in given:
            if key not in allowed:
                raise ScenarioError(
                    f"{self.family} has no {key!r}{nearest(key, allowed)}; it takes {', '.join(allowed)}"
                )
        # Sorted, so that laws that say the same in another order are equal.
        put(self, given=tuple(sorted((key, quantity(value)) for key, value in given.items())))
        put(self, floor=None, ceiling=None, never=None)

    def truncated(self, low: Quantity | None = None, high: Quantity | None = None) -> Self:
        """The same law, given that the value lies within ``[low, high]``.

        Parameters
        ----------
        low : number, duration or expression of parameters, optional
            Lower bound; none if left out.
        high : number, duration or expression of parameters, optional
            Upper bound; none if left out.

        Returns
        -------
        Distribution
            A new law of the same class.
        """
        return self._copy(
            floor=None if low is None else quantity(low), ceiling=None if high is None else quantity(high)
        )

    def or_never(self, probability: Numeric) -> Self:
        """The same law, except that with this probability it never happens (a defective law).

        Parameters
        ----------
        probability : number or expression of parameters
            Within [0, 1].

        Returns
        -------
        Distribution
            A new law of the same class.

        Raises
        ------
        ScenarioError
            If it is no probability, or the law is none for clocks.
        """
        if not self.is_clock:
            raise ScenarioError(f"{self.family} is not a clock, so or_never has no meaning; weight an outcome instead")
        return self._copy(never=probable(probability))

    def _copy(self, **changes: object) -> Self:
        # Not by the constructor, which would read what was given once more.
        twin = object.__new__(type(self))
        put(twin, given=self.given, floor=self.floor, ceiling=self.ceiling, never=self.never)
        put(twin, **changes)
        return twin

    def arguments(self) -> Iterator[Expression]:
        """All expressions that the law depends on."""
        yield from (value for _, value in self.given)
        yield from (tree for tree in (self.floor, self.ceiling, self.never) if tree is not None)

    def __repr__(self) -> str:
        text = ", ".join(f"{key}={value}" for key, value in self.given)
        tail = "" if self.floor is None and self.ceiling is None else f".truncated({self.floor}, {self.ceiling})"
        return f"{type(self).__name__}({text}){tail}" + ("" if self.never is None else f".or_never({self.never})")


def put(target: object, **fields: object) -> None:
    """Set fields of a frozen record while it is made."""
    for name, value in fields.items():
        object.__setattr__(target, name, value)


def probable(value: Numeric, word: str = "or_never") -> Expression:
    """Return a probability as an expression; a number outside [0, 1] is refused in the name of ``word``."""
    p = as_number(value)
    if isinstance(p, Number) and not 0 <= p.value <= 1:
        raise ScenarioError(f"{word}({p}): a probability lies in [0, 1]; give such a number")
    return p


def _split_within(given: dict[str, Any]) -> None:
    """Read ``within="90 % within 3 weeks"`` as share and within."""
    found = WITHIN.fullmatch(given["within"]) if isinstance(given.get("within"), str) else None
    if found:
        given["share"] = float(found.group(1)) / 100
        given["within"] = found.group(2)
