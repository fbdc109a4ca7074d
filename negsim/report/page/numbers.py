"""Numbers of a report: each with its uncertainty, and the place at which the report's data have it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from negsim.estimates import Estimate

__all__ = ["Number", "counted", "exactly", "measured", "placed", "said"]


class Number(dict[str, Any]):
    """A number as plain data, which knows under which pointer (RFC 6901) the report's data have it.

    >>> Number(value=0.5, printed="50 %").ref
    ''
    """

    ref: str = ""


def said(value: float | None) -> float | None:
    """A number as JSON has it: nothing in place of infinities and of what is no number."""
    # JSON has neither; an interval without an end is one that is not known.
    return None if value is None or not math.isfinite(value) else float(value)


def measured(one: Estimate | None) -> Number | None:
    """A number with its interval, and its range over draws where it has one."""
    if one is None:
        return None
    found = Number(
        value=said(one.value),
        low=said(one.low),
        high=said(one.high),
        level=one.level,
        kind=one.kind,
        method=one.method,
        n=one.n,
        unit=one.unit,
        printed=one.printed,
        ends=_ends(one),
        range=None,
    )
    if one.spread is not None:
        low, high = one.spread
        found["range"] = {"low": low, "high": high, "level": 0.9, "method": "quantiles over draws of parameters"}
        found["range"] |= {"errors": list(one.spread_errors)}
    return found


def _ends(one: Estimate) -> str:
    """The ends of the interval as text, with the unit; nothing where there is no interval."""
    if one.method == "none" or one.kind == "exact" or not (math.isfinite(one.low) and math.isfinite(one.high)):
        return ""
    # Without the sign of the unit, which stands once at the end.
    low, high = one.ends()
    return f"{low} to {high}{f' {one.unit}' if one.unit else ''}"


def exactly(value: float, printed: str, unit: str = "", method: str = "stated", n: int = 0) -> Number:
    """A number without error: one that the scenario states, or a count."""
    number = said(value)
    return Number(
        value=number, low=number, high=number, level=None, kind="exact", method=method, n=n, unit=unit,
        printed=printed, ends="", range=None,
    )  # fmt: skip


def counted(count: int, n: int = 0) -> Number:
    """How many histories there are of a kind, of so many."""
    found = exactly(count, f"{count:,}", method="count")
    found["n"] = n
    return found


def placed(tree: Any, ref: str = "") -> Iterator[Number]:
    """Tell every number in a tree of plain data where it is; gives all of them."""
    if isinstance(tree, Number):
        tree.ref = ref
        yield tree
    elif isinstance(tree, dict):
        for key, value in tree.items():
            # RFC 6901: the tilde first, because the slash is written with one.
            yield from placed(value, f"{ref}/{str(key).replace('~', '~0').replace('/', '~1')}")
    elif isinstance(tree, list | tuple):
        for place, value in enumerate(tree):
            yield from placed(value, f"{ref}/{place}")
