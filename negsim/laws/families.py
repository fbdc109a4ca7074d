"""`Law`: one distribution on plain numbers (days, unless a law is used for something else than a time)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from negsim.errors import LawError, nearest
from negsim.laws import plain

PARAMETERS: dict[str, tuple[str, ...]] = {
    "exponential": ("rate",),
    "weibull": ("shape", "scale"),
    "gamma": ("shape", "scale"),
    "erlang": ("k", "scale"),
    "lognormal": ("mu", "sigma"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "normal": ("mu", "sigma"),
    "beta": ("a", "b"),
    "logitnormal": ("mu", "sigma"),
}
BELIEF_ONLY = frozenset({"logitnormal"})
"""Families that a belief may come to, and that no clock, effect or initial value is drawn from."""
FAMILIES: frozenset[str] = frozenset(PARAMETERS) - BELIEF_ONLY
CLOCK_FAMILIES: frozenset[str] = FAMILIES - {"normal", "beta"}
POSITIVE = frozenset({"rate", "shape", "scale", "k", "sigma", "a", "b"})


def check_family(family: object) -> str:
    """Return the family's name if it is one, else raise `LawError` with the nearest name."""
    if isinstance(family, str) and family in PARAMETERS:
        return family
    known = ", ".join(sorted(FAMILIES))
    raise LawError(f"unknown family of laws {family!r}{nearest(str(family), FAMILIES)}; known: {known}")


def number(family: str, key: str, value: object) -> float:
    """Return a finite float, else raise `LawError`; true and false are not numbers here."""
    try:
        x = math.nan if isinstance(value, bool | str | bytes) else float(value)  # type: ignore[arg-type]  # checked here
    except (TypeError, ValueError, OverflowError):
        x = math.nan
    if not math.isfinite(x):
        raise LawError(f"{family}: {key} = {value!r} is not a finite number; give a number such as 2.5")
    return x


def positive(family: str, key: str, value: object) -> float:
    """Return a finite float above 0, else raise `LawError`."""
    x = number(family, key, value)
    if not x > 0.0:
        raise LawError(f"{family}: {key} = {value!r} must be above 0; give a positive number")
    return x


@dataclass(frozen=True, slots=True)
class Law:
    """A checked distribution: family, canonical parameters, truncation, probability of never.

    Parameters
    ----------
    family : str
        One of `FAMILIES`, or logitnormal; those in `CLOCK_FAMILIES` can time an action (normal and beta cannot).
    params : tuple of float
        exponential (rate,), weibull and gamma (shape, scale), erlang (k, scale) with k whole, lognormal, normal and
        logitnormal (mu, sigma), uniform (low, high), triangular and pert (low, mode, high), beta (a, b). Times in days, rates per
        day. PERT is the beta law on [low, high] with shapes ``1 + 4*(mode - low)/(high - low)`` and
        ``1 + 4*(high - mode)/(high - low)`` (Malcolm et al. 1959, doi:10.1287/opre.7.5.646).
    low, high : float, optional
        Truncation: the law given that the value lies in [low, high]. None leaves that side open.
    never : float
        Probability in [0, 1] that it does not happen at all; wraps the truncated law. Clock families only.
    mixed : bool
        Whether the formulas of a law that may never happen hold, as they do for every ``never`` above 0; said of a
        ``never`` of 0, it keeps a law to them whose parameter happens to be 0 in some rows.

    Raises
    ------
    LawError
        Unknown family, wrong number of parameters, a parameter out of its range or not finite, a truncation that leaves
        no probability.

    Examples
    --------
    >>> Law("weibull", (2.0, 10.0))
    Law(family='weibull', params=(2.0, 10.0), low=None, high=None, never=0.0)
    >>> Law("exponential", (0.3,), high=7.0, never=0.2).defective
    True
    """

    family: str
    params: tuple[float, ...]
    low: float | None = None
    high: float | None = None
    never: float = 0.0
    mixed: bool = field(default=False, repr=False)

    def __post_init__(self) -> None:
        check_family(self.family)
        object.__setattr__(self, "params", _checked_params(self.family, self.params))
        object.__setattr__(self, "never", _checked_never(self.family, self.never))
        object.__setattr__(self, "mixed", self.mixed or self.never > 0.0)
        for side in ("low", "high"):
            value = getattr(self, side)
            if value is not None:
                object.__setattr__(self, side, number(self.family, f"truncation {side}", value))
        if self.truncated:
            _check_truncation(self)

    @classmethod
    def trusted(
        cls, family: str, params: tuple[float, ...], bounds: tuple[float | None, float | None], never: float | None
    ) -> Law:
        """A law whose parameters have been checked already: laws are made by the hundred thousand."""
        law, put = object.__new__(cls), object.__setattr__
        put(law, "family", family)
        put(law, "params", params)
        put(law, "low", bounds[0])
        put(law, "high", bounds[1])
        put(law, "never", never or 0.0)
        put(law, "mixed", never is not None)
        if law.truncated:
            _check_truncation(law)
        return law

    @property
    def truncated(self) -> bool:
        """Whether the law is cut on either side."""
        return self.low is not None or self.high is not None

    @property
    def defective(self) -> bool:
        """Whether with some probability it never happens."""
        return self.never > 0.0

    @property
    def bounds(self) -> tuple[float, float]:
        """The truncation as numbers, -inf and inf where a side is open."""
        return -math.inf if self.low is None else self.low, math.inf if self.high is None else self.high

    @property
    def support(self) -> tuple[float, float]:
        """Smallest interval that holds all the (finite) values: a clock's must not begin below 0."""
        low, high = _plain_support(self.family, self.params)
        return max(low, self.bounds[0]), min(high, self.bounds[1])


def _plain_support(family: str, params: tuple[float, ...]) -> tuple[float, float]:
    if family in ("uniform", "triangular", "pert"):
        return params[0], params[-1]
    if family in ("beta", "logitnormal"):
        return 0.0, 1.0
    return (-math.inf if family == "normal" else 0.0), math.inf


def _checked_params(family: str, params: Iterable[float]) -> tuple[float, ...]:
    names = PARAMETERS[family]
    values = tuple(params) if isinstance(params, Iterable) and not isinstance(params, str) else (params,)
    if len(values) != len(names):
        raise LawError(f"{family}: got {len(values)} parameters {values!r}; give {len(names)}: ({', '.join(names)})")
    numbers = tuple(
        positive(family, name, value) if name in POSITIVE else number(family, name, value)
        for name, value in zip(names, values, strict=True)
    )
    if names[0] == "k" and not numbers[0].is_integer():
        raise LawError(f"{family}: k = {numbers[0]!r} must be a whole number of stages; for others use 'gamma'")
    if names[0] == "low":
        _check_order(family, numbers)
    return numbers


def _check_order(family: str, values: tuple[float, ...]) -> None:
    low, mode, high = values[0], values[-2], values[-1]
    if not (low < high and low <= mode <= high):
        names = " <= ".join(PARAMETERS[family])
        raise LawError(f"{family}: {values!r} is out of order; give numbers with {names} and low below high")
    if not math.isfinite((high - low) * (high - low)):
        raise LawError(f"{family}: {values!r} is too wide for float arithmetic; bring low and high closer together")
    if not (high - low) * (high - low) >= 1e-300:
        raise LawError(f"{family}: {values!r} is too narrow for float arithmetic; use a fixed duration")


def _checked_never(family: str, never: object) -> float:
    p = number(family, "never", never)
    if not 0.0 <= p <= 1.0:
        raise LawError(f"{family}: never = {never!r} must be a probability; give a number from 0 to 1")
    if p > 0.0 and family not in CLOCK_FAMILIES:
        raise LawError(f"{family}: never = {never!r}, but it is no clock; set never to 0 or use a clock family")
    return p


def _check_truncation(law: Law) -> None:
    low, high = law.bounds
    if not low < high:
        raise LawError(f"{law.family}: truncation [{low!r}, {high!r}] is empty; give low below high")
    survival = plain.survival(law.family, law.params)
    if not survival(low) > survival(high):
        raise LawError(
            f"{law.family}{law.params!r}: truncation [{low!r}, {high!r}] leaves no probability (below float precision);"
            " widen it or move it to where the law has mass"
        )
