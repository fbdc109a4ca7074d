"""Laws: of the time from enabling to firing, of sizes and of beliefs.

A law is given by its usual parameters or by what people know of it (``median``, quantiles such as ``p5`` and ``p95``,
``mean``, ``"90 % within 3 weeks"``). Arguments are numbers, durations or expressions of *parameters*; they are solved
once, at lowering, by :func:`negsim.laws.solve`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self, Unpack

from negsim.errors import ScenarioError, nearest
from negsim.laws.statements import KNOWLEDGE
from negsim.model.calendar import days, duration_or_none
from negsim.model.expressions import Expression, Number, as_number
from negsim.model.expressions.inputs import Numeric

if TYPE_CHECKING:
    from negsim.model.lawkeys import (
        BetaKeys,
        ErlangKeys,
        ExponentialKeys,
        GammaKeys,
        LogNormalKeys,
        NormalKeys,
        PertKeys,
        Quantity,
        TriangularKeys,
        UniformKeys,
        WeibullKeys,
    )

__all__ = [
    "LAWS",
    "Beta",
    "Distribution",
    "Erlang",
    "Exponential",
    "Gamma",
    "LogNormal",
    "Normal",
    "Pert",
    "Triangular",
    "Uniform",
    "Weibull",
    "probable",
    "put",
    "quantity",
]

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

    Attributes
    ----------
    given : tuple of (str, Expression)
        What is said of the law, sorted by key.
    floor, ceiling : Expression or None
        Truncation bounds.
    never : Expression or None
        Probability that it never happens; None for a proper law.
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
        allowed = (*self.keys, *self.aliases, *(KNOWLEDGE if len(self.keys) < 3 else ()))
        for key in given:
            if key not in allowed:
                raise ScenarioError(
                    f"{self.family} has no {key!r}{nearest(key, allowed)}; it takes {', '.join(allowed)}"
                )
        put(self, given=tuple(sorted((key, quantity(value)) for key, value in given.items())))
        put(self, floor=None, ceiling=None, never=None)

    def truncated(self, low: Quantity | None = None, high: Quantity | None = None) -> Self:
        """The same law, given that the value lies within ``[low, high]``."""
        return self._copy(
            floor=None if low is None else quantity(low), ceiling=None if high is None else quantity(high)
        )

    def or_never(self, probability: Numeric) -> Self:
        """The same law, except that with this probability it never happens (a defective law)."""
        if not self.is_clock:
            raise ScenarioError(f"{self.family} is not a clock, so or_never has no meaning; weight an outcome instead")
        return self._copy(never=probable(probability))

    def _copy(self, **changes: object) -> Self:
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


class Exponential(Distribution):
    """Constant hazard: ``rate`` a day (or ``mean``, ``median``, ``p90``, ``within`` in days)."""

    __slots__ = ()
    family = "exponential"
    keys = ("rate",)

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[ExponentialKeys]) -> None: ...


class Weibull(Distribution):
    """Hazard rising (shape > 1) or falling (shape < 1) as a power of age; ``scale`` in days."""

    __slots__ = ()
    family = "weibull"
    keys = ("shape", "scale")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[WeibullKeys]) -> None: ...


class Gamma(Distribution):
    """Gamma law of ``shape`` and ``scale`` (days) or ``rate`` (1/days)."""

    __slots__ = ()
    family = "gamma"
    keys = ("shape", "scale")
    aliases = ("rate",)

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[GammaKeys]) -> None: ...


class Erlang(Distribution):
    """Sum of ``k`` exponential stages; ``scale`` (days) of one stage, or its ``rate``."""

    __slots__ = ()
    family = "erlang"
    keys = ("k", "scale")
    aliases = ("rate",)

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[ErlangKeys]) -> None: ...


class LogNormal(Distribution):
    """Logarithm normal with mean ``mu`` and standard deviation ``sigma``; or ``median`` (days) and ``sigma``."""

    __slots__ = ()
    family = "lognormal"
    keys = ("mu", "sigma")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[LogNormalKeys]) -> None: ...


class Uniform(Distribution):
    """Equally likely anywhere between ``low`` and ``high``."""

    __slots__ = ()
    family = "uniform"
    keys = ("low", "high")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[UniformKeys]) -> None: ...


class Triangular(Distribution):
    """Triangle on ``low``, ``mode``, ``high``."""

    __slots__ = ()
    family = "triangular"
    keys = ("low", "mode", "high")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[TriangularKeys]) -> None: ...


class Pert(Distribution):
    """Smooth triangle: beta law on ``low``, ``high`` with its mode at ``mode`` (weight 4)."""

    __slots__ = ()
    family = "pert"
    keys = ("low", "mode", "high")

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[PertKeys]) -> None: ...


class Normal(Distribution):
    """Normal law of ``mu`` and ``sigma``: for sizes of effects, initial values and beliefs, not for clocks."""

    __slots__ = ()
    family = "normal"
    keys = ("mu", "sigma")
    is_clock = False

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[NormalKeys]) -> None: ...


class Beta(Distribution):
    """Beta law of ``a`` and ``b`` on [0, 1]: for sizes of effects, initial values and beliefs, not for clocks."""

    __slots__ = ()
    family = "beta"
    keys = ("a", "b")
    is_clock = False

    if TYPE_CHECKING:

        def __init__(self, *values: Quantity, **given: Unpack[BetaKeys]) -> None: ...


LAWS: Mapping[str, type[Distribution]] = {
    law.family: law for law in (Beta, Erlang, Exponential, Gamma, LogNormal, Normal, Pert, Triangular, Uniform, Weibull)
}
