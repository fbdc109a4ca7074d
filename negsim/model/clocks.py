"""Clocks: what decides how long it takes from enabling to firing. Laws are in `negsim.model.distributions`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from negsim.errors import ScenarioError
from negsim.model.calendar import Dated, Duration, Moment, moment, period_of
from negsim.model.distributions import (
    LAWS,
    Beta,
    Distribution,
    Erlang,
    Exponential,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
    Weibull,
    probable,
    put,
    quantity,
)
from negsim.model.expressions import Expression, Number, as_number
from negsim.model.expressions.inputs import Amount, Given, Numeric, ordered_record, preset

if TYPE_CHECKING:
    from negsim.model.lawkeys import Quantity

    Span: TypeAlias = Given[Expression, Quantity]
    Opening: TypeAlias = Given[Moment | None, Dated | None]
else:
    Span, Opening = Expression, Moment | None

__all__ = [
    "LAWS",
    "Beta",
    "Chance",
    "Clock",
    "Distribution",
    "Erlang",
    "Every",
    "Exponential",
    "Fixed",
    "Gamma",
    "Immediately",
    "LogNormal",
    "Normal",
    "On",
    "Pert",
    "Triangular",
    "Uniform",
    "Weibull",
    "chance",
    "quantity",
]


@ordered_record
class Chance:
    """True with probability ``p`` (a number or an expression of parameters), drawn once a replication."""

    p: Amount

    def __post_init__(self) -> None:
        put(self, p=probable(self.p, "chance"))


def chance(p: Numeric) -> Chance:
    """Return the initial value or belief "true with probability p".

    >>> chance(0.6)
    Chance(p=parse('0.6'))
    """
    return Chance(as_number(p))


@ordered_record
class Fixed:
    """Fires exactly ``after`` that time of being enabled; with probability ``never`` not at all.

    >>> Fixed("3 days").after
    parse('3')
    """

    after: Span
    never: Amount = preset(Number(0.0))

    def __post_init__(self) -> None:
        put(self, after=quantity(self.after), never=as_number(self.never))

    def or_never(self, probability: Numeric) -> Fixed:
        """The same clock, except that with this probability it never fires."""
        return replace(self, never=probable(probability))

    def arguments(self) -> Iterator[Expression]:
        """All expressions that the clock depends on."""
        yield self.after
        yield self.never


@dataclass(frozen=True, slots=True, init=False)
class On:
    """Fires at calendar instants (with an hour), if the guard holds when its turn comes.

    >>> On("2025-06-02T13:00").instants
    ('2025-06-02T13:00',)
    """

    instants: tuple[Moment, ...]

    def __init__(self, *instants: object) -> None:
        flat = instants[0] if len(instants) == 1 and isinstance(instants[0], (list, tuple)) else instants
        if not flat:
            raise ScenarioError("On needs at least one instant; write On('2025-06-02T13:00')")
        put(self, instants=tuple(moment(value, "On") for value in flat))


@ordered_record
class Every:
    """Fires every ``period`` from ``start`` on (by default one period after the scenario's start), if the guard holds.

    Whole days and weeks keep the wall clock over daylight saving; other periods, and those said in hours, are elapsed
    time.
    """

    period: Duration
    start: Opening = preset(None)

    def __post_init__(self) -> None:
        put(self, period=period_of(self.period))
        if self.start is not None:
            put(self, start=moment(self.start, "Every start"))


@dataclass(frozen=True, slots=True)
class Immediately:
    """Fires each time the guard turns true; the start counts as one such time."""


Clock = Distribution | Fixed | On | Every | Immediately
