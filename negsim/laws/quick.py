"""Many laws of one family, told by the same statements: what `solve` gives, without reading the statements anew.

A run with ten thousand rows of parameters solves each of its laws ten thousand times.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from negsim.errors import LawError
from negsim.laws.families import CLOCK_FAMILIES, FAMILIES, PARAMETERS, Law
from negsim.laws.fitting import solved_by
from negsim.laws.statements import QUANTILES, Quantile, Statements, read

__all__ = ["quick_solver"]

Bounds = tuple[float | None, float | None]


def quick_solver(family: str, keys: tuple[str, ...]) -> Callable[[tuple[float, ...], Bounds, float | None], Law | None]:
    """Return a function from values, truncation and the probability of never (None: not said) to the law.

    It returns None where the values are not plainly in order (positive, finite, rising): `solve` then says what is wrong,
    or knows better. Its numbers are those of `solve` to the last bit.

    Examples
    --------
    >>> quick_solver("exponential", ("mean",))((4.0,), (None, None), None).params
    (0.25,)
    """
    names = PARAMETERS[family]
    places = [keys.index(name) for name in names] if set(keys) == set(names) else None
    known = family in FAMILIES - {"erlang"} and (places is not None or _reduced(family, keys))
    most_never = 1.0 if family in CLOCK_FAMILIES else 0.0

    def solved(values: tuple[float, ...], bounds: Bounds, never: float | None) -> Law | None:
        if not (known and 0.0 <= (never or 0.0) <= most_never and all(0.0 < value < math.inf for value in values)):
            return None
        if places is None:
            params = _solved(family, dict(zip(keys, values, strict=True)))
        else:
            params = tuple(values[place] for place in places)
        if params is None or (names[0] == "low" and not _in_order(params)):
            return None
        if any(bound is not None and not math.isfinite(bound) for bound in bounds):
            return None
        return Law.trusted(family, params, bounds, never)

    return solved


def _reduced(family: str, keys: tuple[str, ...]) -> bool:
    """Whether one statement beside all parameters but one is what is said."""
    said = [key for key in keys if key in QUANTILES or key == "mean"]
    params = [key for key in keys if key in PARAMETERS[family]]
    if family == "beta" or len(said) != 1 or len(params) + 1 != len(PARAMETERS[family]) or len(keys) != len(params) + 1:
        return False
    try:
        read(family, dict.fromkeys(keys, 0.5))
    except LawError:
        return False
    return True


def _solved(family: str, values: dict[str, float]) -> tuple[float, ...] | None:
    """The parameters, as `solve` finds them."""
    params = {key: value for key, value in values.items() if key in PARAMETERS[family]}
    quantiles = tuple(Quantile(key, p, values[key]) for key, p in QUANTILES.items() if key in values)
    try:
        found = solved_by(Statements(family, params, quantiles, values.get("mean")))
    except (LawError, ArithmeticError, ValueError):
        return None
    return found if all(0.0 < abs(value) < math.inf for value in found) and found[-1] > 0.0 else None


def _in_order(params: tuple[float, ...]) -> bool:
    low, mode, high = params[0], params[-2], params[-1]
    return low < high and low <= mode <= high and 1e-300 <= (high - low) * (high - low) < math.inf
