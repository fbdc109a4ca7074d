"""Rows of the kernel's tables as numpy sees them; ``types.h`` says what they mean, and the door compares the sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LAYOUTS", "Array", "integers", "table", "together"]

# Bytes of a line of the caches, of a huge page.
LINE, PAGE = 64, 2**21

Array = NDArray[Any]


def _layout(first: str = "", last: str = "", between: Iterable[tuple[str, str]] = ()) -> np.dtype[np.void]:
    """32-bit integers, then others, then floats."""
    fields = [(name, "i4") for name in first.split()]
    return np.dtype([*fields, *between, *((name, "f8") for name in last.split())], align=True)


LAYOUTS: dict[str, np.dtype[np.void]] = {
    "Expr": _layout(
        "form slot count word",
        "value",
        [("code", "i8"), ("offset", "i8"), ("mask", "u8"), ("want", "u8"), ("columns", "i8")],
    ),
    "Term": _layout("last word", "", [("mask", "u8"), ("want", "u8")]),
    "Dimension": _layout("slot stride"),
    "Atom": _layout("bit op", "value"),
    "Slot": _layout(
        "",
        "low high p q",
        [("kind", "i2"), ("changing", "i2")]
        + [(name, "i4") for name in ("initial", "law", "atom", "atoms", "grid", "cell", "first")],
    ),
    "Effect": _layout(
        "slot add amount law",
        "",
        [
            ("value", "f8"),
            ("constant", "i4"),
            ("stream", "i4"),
            ("kind", "i4"),
            ("next", "i4"),
            ("values", "i4"),
            ("atoms", "i4"),
            ("bit", "u8"),
            ("unused", "u8"),
        ],
    ),
    "Outcome": _layout(
        "weight effect effects listed simple guard guards pace paces probe probes", "", [("unused", "5i4")]
    ),
    "GuardDep": _layout("", "", [("changed", "u8"), ("mask", "u8"), ("want", "u8"), ("target", "i4"), ("word", "i4")]),
    "Dep": _layout("", "", [("changed", "u8"), ("target", "i4"), ("what", "i4")]),
    "Action": _layout(
        "guard law pace speed outcome outcomes limit instant instants fired fireds weighed",
        "",
        [(name, "u1") for name in ("kind", "memory", "branching", "steady", "early", "safe")] + [("unused", "10u1")],
    ),
    "First": _layout("condition throughout"),
    "Edge": _layout("condition unused", "after"),
    "Dated": _layout("condition column", "date"),
    "Fired": _layout("outcome column", "after date"),
    "Instant": _layout("", "when", [("occurrence", "i8")]),
    "Law": _layout(
        "family cut defective plain has_low has_high",
        "a b c low high never ever upper mass width rising falling at_mode alpha beta exponent h0 u0 u1 u2 u3",
    ),
}


def table(name: str, rows: Sequence[Sequence[Any]]) -> Array:
    """Rows as an array; one more than needed, so that no address is empty. Short rows are filled up with zeros."""
    array = np.zeros(len(rows) + 1, LAYOUTS[name])
    for field, column in zip(LAYOUTS[name].names or (), zip(*rows, strict=True), strict=False):
        array[field][: len(rows)] = column
    return array


def together(arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The same arrays in one piece of memory, each from a line of the caches on.

    Above four megabytes numpy asks for huge pages, so that the processor need not look up thousands of small ones.
    """
    places, size = {}, 0
    for name, array in arrays.items():
        places[name] = size
        size += (array.nbytes + LINE - 1) // LINE * LINE
    memory = _aligned(size, np.empty)
    found = {}
    for name, array in arrays.items():
        first = places[name]
        found[name] = memory[first : first + array.nbytes].view(array.dtype)
        found[name][:] = array
    return found


def _aligned(size: int, make: Callable[..., Array]) -> Array:
    """Bytes that begin with a line of the caches, or with a huge page if they are many."""
    page = PAGE if size >= PAGE else LINE
    memory = make(size + page, dtype=np.uint8)
    start = -memory.ctypes.data % page
    return memory[start : start + size]


def blank(name: str, count: int) -> Array:
    """So many rows of a layout, all zero, laid out as by `together`: for arrays that are large to copy."""
    layout = LAYOUTS[name]
    return _aligned(count * layout.itemsize, np.zeros).view(layout)


def integers(values: Iterable[int]) -> Array:
    """Numbers of rows as an array, and one more."""
    return np.array([*values, 0], dtype=np.int32)
