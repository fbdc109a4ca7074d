"""Clocks: what decides how long it takes from enabling to firing. Laws are in `negsim.model.families`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from negsim.errors import ScenarioError
from negsim.model.calendar import Dated, Duration, Moment, moment, period_of
from negsim.model.distributions import Distribution, probable, put, quantity
from negsim.model.expressions import Expression, Number, as_number
from negsim.model.expressions.inputs import Amount, Given, Numeric, ordered_record, preset
from negsim.model.families import (
    LAWS,
    Beta,
    Erlang,
    Exponential,
    Gamma,
    LogNormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
    Weibull,
)

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

    Parameters
    ----------
    p : number or expression of parameters
        Probability of true, within [0, 1].

    Returns
    -------
    Chance
        For `Fact` (as its initial value) and `Parameter` (as its belief).

    Raises
    ------
    ScenarioError
        If it is no probability.

    See Also
    --------
    Fact : A variable that is true or false.
    Beta : A law on shares, between 0 and 1.

    Examples
    --------
    >>> chance(0.6)
    Chance(p=parse('0.6'))
    """
    return Chance(as_number(p))


@ordered_record
class Fixed:
    """Fires exactly ``after`` that time of being enabled; with probability ``never`` not at all.

    Parameters
    ----------
    after : number, duration or expression of parameters
        The time (days) from enabling to firing.
    never : number or expression of parameters
        Probability that it does not fire at all (default 0).

    Raises
    ------
    ScenarioError
        If the time is no length of time.

    See Also
    --------
    On : A clock that fires at calendar instants.
    Distribution : Base of all laws.

    Examples
    --------
    >>> Fixed("3 days").after
    parse('3')
    """

    after: Span
    never: Amount = preset(Number(0.0))

    def __post_init__(self) -> None:
        put(self, after=quantity(self.after), never=as_number(self.never))

    def or_never(self, probability: Numeric) -> Fixed:
        """The same clock, except that with this probability it never fires.

        Parameters
        ----------
        probability : number or expression of parameters
            Within [0, 1].

        Returns
        -------
        Fixed
            A new clock; this one stays as it is.

        Raises
        ------
        ScenarioError
            If it is no probability.
        """
        return replace(self, never=probable(probability))

    def arguments(self) -> Iterator[Expression]:
        """All expressions that the clock depends on."""
        yield self.after
        yield self.never


@dataclass(frozen=True, slots=True, init=False)
class On:
    """Fires at calendar instants (with an hour), if the guard holds when its turn comes.

    Parameters
    ----------
    *instants : instant
        ISO text with an hour, a ``datetime``, or days from the start; they may come as one list.

    Raises
    ------
    ScenarioError
        If none is given, or one is no instant.

    See Also
    --------
    Every : A clock that fires at regular intervals.
    Fixed : A clock that fires after a fixed time.

    Examples
    --------
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

    Parameters
    ----------
    period : duration
        How long from one to the next: text such as ``"2 weeks"``, a ``timedelta`` or days.
    start : instant, optional
        The first time; by default one period after the scenario's start.

    See Also
    --------
    On : A clock that fires at calendar instants.
    Fixed : A clock that fires after a fixed time.

    Examples
    --------
    >>> Every("1 week", start="2025-06-02T13:00").start
    '2025-06-02T13:00'
    """

    period: Duration
    start: Opening = preset(None)

    def __post_init__(self) -> None:
        put(self, period=period_of(self.period))
        if self.start is not None:
            put(self, start=moment(self.start, "Every start"))


@dataclass(frozen=True, slots=True)
class Immediately:
    """Fires each time the guard turns true; the start counts as one such time.

    See Also
    --------
    Fixed : A clock that fires after a fixed time.
    On : A clock that fires at calendar instants.

    Examples
    --------
    >>> Immediately()
    Immediately()
    """


Clock = Distribution | Fixed | On | Every | Immediately
