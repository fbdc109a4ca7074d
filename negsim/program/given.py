"""Rows of parameters of one's own: a design, a posterior, what somebody else believes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from negsim.errors import ArgumentError, nearest
from negsim.errors.problems import short
from negsim.program.lowering import Program

__all__ = ["GivenRows", "given_rows"]

GivenRows: TypeAlias = Mapping[str, ArrayLike] | ArrayLike
"""Columns by name (a mapping, a data frame, an array with named fields), or an array with a column for each parameter."""


def given_rows(program: Program, rows: Any) -> tuple[tuple[float, ...], ...]:
    """Rows of all parameters, those that nobody names at their best values.

    Raises
    ------
    ArgumentError
        If a column names no parameter, columns differ in length, or a value is no finite number; claims take 0 and 1.

    Examples
    --------
    >>> import negsim as ns
    >>> from negsim.program import lower
    >>> rate = ns.Parameter("rate", 0.5)
    >>> program = lower(ns.Scenario("s", start="2025-01-01", end=9, parts=[rate, ns.Parameter("share", 0.25)]))
    >>> given_rows(program, {"share": [0.1, 0.9]})
    ((0.5, 0.1), (0.5, 0.9))
    """
    names = [parameter.name for parameter in program.parameters]
    columns = _columns(names, rows)
    count = {len(column) for column in columns.values()}
    if len(count) != 1 or 0 in count:
        sizes = ", ".join(f"{name} has {len(column)}" for name, column in columns.items()) or "there are no columns"
        raise ArgumentError(f"rows: every column needs as many values, one a row, and at least one ({sizes})")
    table = np.tile(np.array(program.best(), dtype=np.float64), (*count, 1))
    for name, column in columns.items():
        table[:, names.index(name)] = _checked(name, column, isinstance(_parameter(program, name).best, bool))
    wrong = np.flatnonzero(~program.beliefs.allowed(table))
    if wrong.size:
        broken = next(
            one for one in program.constraints if not replace(program.beliefs, constraints=[one]).allowed(table).all()
        )
        raise ArgumentError(
            f"rows: '{broken.holds}' does not hold in row {wrong[0]}; give rows in which it does, or leave the constraint "
            f"{broken.name} out of the scenario"
        )
    return tuple(map(tuple, table.tolist()))


def _parameter(program: Program, name: str) -> Any:
    return next(one for one in program.parameters if one.name == name)


def _columns(names: list[str], rows: Any) -> dict[str, NDArray[Any]]:
    """Columns by name, whatever they came in."""
    if isinstance(rows, Mapping) or hasattr(rows, "columns"):  # a data frame is no mapping, and has the same words
        found = {
            name: np.atleast_1d(np.asarray(rows[name]))
            for name in (rows if isinstance(rows, Mapping) else rows.columns)
        }
    else:
        array = np.asarray(rows)
        if array.dtype.names:
            found = {name: np.atleast_1d(array[name]) for name in array.dtype.names}
        elif array.ndim == 2 and array.shape[1] == len(names):
            found = dict(zip(names, array.T, strict=True))
        else:
            shape = " by ".join(map(str, array.shape)) or "a single value"
            raise ArgumentError(
                f"rows: {shape} is no row a draw with a column for each of the {len(names)} parameters, in the order of "
                "scenario.expanded.parameters; name the columns, as in rows={'rate': [0.1, 0.2]}"
            )
    for name in found:
        if name not in names:
            raise ArgumentError(
                f"rows: there is no parameter {short(name)}{nearest(str(name), names)}; leave the column out"
            )
    return found


def _checked(name: str, column: NDArray[Any], claim: bool) -> NDArray[np.float64]:
    try:
        values = column.astype(np.float64)
    except (TypeError, ValueError):
        values = np.full(len(column), np.nan)
    wrong = ~np.isfinite(values) | (claim & ~np.isin(values, (0.0, 1.0)))
    if values.ndim != 1 or wrong.any():
        row = int(np.argmax(wrong.reshape(len(wrong), -1).any(axis=1)))
        needed = "true or false (1 or 0)" if claim else "a finite number"
        raise ArgumentError(f"rows: {name} is {short(column[row])} in row {row}; give {needed}")
    return values
