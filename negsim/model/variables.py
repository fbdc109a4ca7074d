"""State variables: what can change while the story is told."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from negsim.errors import ScenarioError
from negsim.model.clocks import Chance, Distribution
from negsim.model.expressions import Expression, Number, Operand, Ref, Truth, as_condition, as_number
from negsim.model.inputs import Amount, Conditional, Numeric, Size, Truthful, ordered_record, preset
from negsim.model.names import check_name

if TYPE_CHECKING:
    from negsim.model.effects import Effect

__all__ = ["Counter", "Fact", "Level", "Variable"]


@ordered_record
class Fact(Operand):
    """Something that is true or false.

    Parameters
    ----------
    name : str
        Dotted name, lower case.
    initial : bool, Chance or condition on parameters
        Value at the start; ``chance(0.6)`` is drawn once a replication.
    title : str
        One line for people: a clause that says that it is so ("Kyiv has the memorandum"), or what it is called.
    holds, fails : str
        That it is so, and that it is not, as clauses, where the title is not to say it: "Kyiv does not have it yet".

    See Also
    --------
    Counter : A whole number.
    Level : A real number within bounds.

    Examples
    --------
    >>> memo = Fact("memorandum.delivered")
    >>> print(memo & ~Fact("broken"))
    memorandum.delivered and not broken
    """

    name: str
    initial: Truthful = preset(Truth(False))
    title: str = ""
    holds: str = ""
    fails: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "fact")
        if not isinstance(self.initial, Chance):
            object.__setattr__(self, "initial", as_condition(self.initial))

    def __expression__(self) -> Expression:
        return Ref(self.name, "condition")

    def set(self, value: Conditional) -> Effect:
        """The effect that gives the fact this truth value (a condition on the state before the firing).

        Parameters
        ----------
        value : bool or condition
            On the state before the firing.

        Returns
        -------
        Effect
            For an action or an outcome.
        """
        from negsim.model.effects import Effect

        return Effect(self.name, "set", as_condition(value))


@ordered_record
class Counter(Operand):
    """A whole number.

    Parameters
    ----------
    name : str
        What it is called by; unique in the scenario.
    initial : int or number-valued expression of parameters
        Value at the start (default 0).
    title : str
        What people read in place of the name.

    See Also
    --------
    Fact : A variable that is true or false.
    Level : A real number within bounds.

    Examples
    --------
    >>> print(Counter("rounds") >= 2)
    rounds >= 2
    """

    name: str
    initial: Amount = preset(Number(0.0))
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "counter")
        object.__setattr__(self, "initial", as_number(self.initial))
        # Expressions are checked where a history begins.
        if isinstance(self.initial, Number) and not self.initial.value.is_integer():
            raise ScenarioError(
                f"counter {self.name}: initial must be whole, not {self.initial.value!r}; use a Level for fractions"
            )

    def __expression__(self) -> Expression:
        return Ref(self.name, "number")

    def set(self, value: Numeric) -> Effect:
        """The effect that gives the counter this whole value.

        Parameters
        ----------
        value : int or number-valued expression
            Of the state before the firing.

        Returns
        -------
        Effect
            For an action or an outcome.
        """
        from negsim.model.effects import Effect

        return Effect(self.name, "set", as_number(value))

    def add(self, value: Numeric = 1) -> Effect:
        """The effect that adds this whole number.

        Parameters
        ----------
        value : int or number-valued expression
            Of the state before the firing (default 1).

        Returns
        -------
        Effect
            For an action or an outcome.
        """
        from negsim.model.effects import Effect

        return Effect(self.name, "add", as_number(value))


@ordered_record
class Level(Operand):
    """A real number, clipped to ``[low, high]`` after every change, optionally on a grid of ``step``.

    Parameters
    ----------
    name : str
        What it is called by; unique in the scenario.
    initial : number, Distribution or number-valued expression of parameters
        Value at the start (default 0); a law is drawn from once a history.
    low, high : float
        Bounds; on the grid if there is one.
    step : float, optional
        Grid: values are whole multiples of it, rounded half to even. It is the decimal that its shortest text says
        (0.1 is one tenth), and each value is the nearest double of its decimal: three steps of 0.1 are 0.3.
    title : str
        What people read in place of the name.

    See Also
    --------
    Counter : A whole number.
    Fact : A variable that is true or false.

    Examples
    --------
    >>> trust = Level("trust", low=-3, high=3, step=0.1)
    >>> print(trust - 0.3)
    trust - 0.3
    """

    name: str
    initial: Size = preset(Number(0.0))
    low: float = -math.inf
    high: float = math.inf
    step: float | None = None
    title: str = ""

    def __post_init__(self) -> None:
        check_name(self.name, "level")
        if not isinstance(self.initial, Distribution):
            object.__setattr__(self, "initial", as_number(self.initial))
        for key in ("low", "high"):
            object.__setattr__(self, key, _real(getattr(self, key), f"level {self.name}: {key}"))
        if not self.low < self.high:
            raise ScenarioError(f"level {self.name}: low {self.low!r} must be below high {self.high!r}")
        if self.step is not None:
            self._check_grid()
        if isinstance(self.initial, Number) and not self.low <= self.initial.value <= self.high:
            raise ScenarioError(
                f"level {self.name}: initial {self.initial.value!r} lies outside [{self.low!r}, {self.high!r}]"
            )

    def _check_grid(self) -> None:
        step = _real(self.step, f"level {self.name}: step")
        object.__setattr__(self, "step", step)
        if not 0 < step < math.inf:
            raise ScenarioError(f"level {self.name}: step must be positive and finite, not {step!r}")
        p, q = grid = decimal_grid(step)
        if max(p, q) >= WHOLE:
            raise ScenarioError(f"level {self.name}: step {step!r} has too many digits; use fewer, such as 0.001")
        for key, bound in (("low", self.low), ("high", self.high)):
            # A bound beside the grid would be reached by clipping, and left by rounding.
            if math.isfinite(bound) and on_grid(bound, grid) != bound:
                raise ScenarioError(
                    f"level {self.name}: {key} {bound!r} is not on the grid of {step!r}; make it a multiple"
                )

    def __expression__(self) -> Expression:
        return Ref(self.name, "number")

    def set(self, value: Numeric | Distribution) -> Effect:
        """The effect that gives the level this value (a number, an expression or a law).

        Parameters
        ----------
        value : number, Distribution or number-valued expression
            The new value, clipped to the bounds; a law is drawn from at each firing.

        Returns
        -------
        Effect
            For an action or an outcome.
        """
        from negsim.model.effects import Effect

        return Effect(self.name, "set", value if isinstance(value, Distribution) else as_number(value))

    def add(self, value: Numeric | Distribution) -> Effect:
        """The effect that adds this much (a number, an expression or a law, drawn at each firing).

        Parameters
        ----------
        value : number, Distribution or number-valued expression
            What is added; a law is drawn from at each firing.

        Returns
        -------
        Effect
            For an action or an outcome.
        """
        from negsim.model.effects import Effect

        return Effect(self.name, "add", value if isinstance(value, Distribution) else as_number(value))


Variable = Fact | Counter | Level

WHOLE = 2.0**53
"""Whole numbers are exact in floats up to here."""


def decimal_grid(step: float) -> tuple[float, float]:
    """Return the step as p/q in lowest terms: the decimal that its shortest text says.

    >>> decimal_grid(0.1), decimal_grid(2.5), decimal_grid(0.05)
    ((1.0, 10.0), (5.0, 2.0), (1.0, 20.0))
    """
    # By its shortest text, because 0.1 as a float is no tenth.
    fraction = Fraction(repr(step))
    p, q = fraction.numerator, fraction.denominator
    return (float(p), float(q)) if max(p, q) < 2**1000 else (math.inf, math.inf)


def on_grid(value: float, grid: tuple[float, float]) -> float:
    """Return the nearest point of the grid p/q, k*p/q with one product and one division; NaN if k*p is not exact.

    >>> on_grid(0.1 + 0.2, (1.0, 10.0))
    0.3
    """
    p, q = grid
    # One product and one division: the same bits in every engine.
    steps = value * q / p
    if not abs(steps) <= WHOLE:
        return math.nan
    scaled = float(round(steps)) * p
    return scaled / q + 0.0 if abs(scaled) <= WHOLE else math.nan  # + 0.0: no minus zero


def _real(value: Any, what: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        raise ScenarioError(f"{what} must be a number, not {value!r}")
    return float(value)
