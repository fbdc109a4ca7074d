"""Rows of the kernel's tables as numpy sees them; ``types.h`` says what they mean, and the door compares the sizes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LAYOUTS", "Array", "integers", "table"]

Array = NDArray[Any]


def _layout(first: str = "", last: str = "", between: Iterable[tuple[str, str]] = ()) -> np.dtype[np.void]:
    """32-bit integers, then others, then floats."""
    fields = [(name, "i4") for name in first.split()]
    return np.dtype([*fields, *between, *((name, "f8") for name in last.split())], align=True)


LAYOUTS: dict[str, np.dtype[np.void]] = {
    "Expr": _layout(
        "form slot count word", "value", [("code", "i8"), ("offset", "i8"), ("mask", "u8"), ("want", "u8")]
    ),
    "Term": _layout("last word", "", [("mask", "u8"), ("want", "u8")]),
    "Dimension": _layout("slot stride"),
    "Atom": _layout("bit op", "value"),
    "Slot": _layout("kind initial law atom atoms grid changing cell", "low high step first"),
    "Effect": _layout(
        "slot add amount law",
        "",
        [("value", "f8"), ("constant", "i4"), ("stream", "i4"), ("kind", "i4"), ("next", "i4"), ("values", "i4"), ("atoms", "i4"),
         ("bit", "u8")],
    ),
    "Outcome": _layout("weight effect effects listed simple guard guards pace paces probe probes unused"),
    "GuardDep": _layout("", "", [("changed", "u8"), ("mask", "u8"), ("want", "u8"), ("target", "i4"), ("word", "i4")]),
    "Dep": _layout("", "", [("changed", "u8"), ("target", "i4"), ("what", "i4")]),
    "Action": _layout(
        "kind guard law pace speed memory outcome outcomes branching steady instant instants fired fireds weighed early",
        "",
        [("rank", "i4"), ("safe", "i4"), ("limit", "i8")],
    ),
    "First": _layout("condition throughout"),
    "Dated": _layout("condition column", "date"),
    "Fired": _layout("outcome column", "date"),
    "Instant": _layout("", "when", [("occurrence", "i8")]),
    "Law": _layout(
        "family cut defective plain has_low has_high",
        "a b c low high never ever upper mass width rising falling at_mode alpha beta exponent h0",
    ),
}


def table(name: str, rows: Sequence[Sequence[Any]]) -> Array:
    """Rows as an array; one more than needed, so that no address is empty."""
    array = np.zeros(len(rows) + 1, LAYOUTS[name])
    if rows:
        array[: len(rows)] = [tuple(row) for row in rows]
    return array


def integers(values: Iterable[int]) -> Array:
    """Numbers of rows as an array, and one more."""
    return np.array([*values, 0], dtype=np.int32)
