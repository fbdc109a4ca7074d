"""Histories told in pieces: stopped, written to plain arrays, read, and gone on from on any engine."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from negsim.engines import Job, Snapshot, prepare
from negsim.engines.blocks import ARRAYS, Block
from negsim.program import Program


def through_a_file(snapshot: Snapshot) -> Snapshot:
    """What comes back of a snapshot that was written to a file of plain arrays."""
    file = io.BytesIO()
    np.savez(file, **snapshot.values)
    file.seek(0)
    with np.load(file, allow_pickle=False) as found:
        return Snapshot.of(dict(found))


def bits(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """An array of which equal entries are equal bits."""
    return array.view(np.int64) if array.dtype == np.float64 else array


def unlike(one: Any, two: Any, names: Sequence[str] = ARRAYS) -> list[Any]:
    """Everything in which arrays of two blocks or snapshots differ, to the last bit, with the first places."""
    found: list[Any] = []
    for name in names:
        a, b = getattr(one, name), getattr(two, name)
        if a.shape != b.shape or a.dtype != b.dtype:
            found.append((name, a.shape, b.shape, a.dtype, b.dtype))
            continue
        found += [
            (name, tuple(place), a[tuple(place)], b[tuple(place)]) for place in np.argwhere(bits(a) != bits(b))[:3]
        ]
    return found


def differ(one: Snapshot, two: Snapshot) -> list[Any]:
    """Everything in which two snapshots differ."""
    found = unlike(one, two, list(one.arrays))
    return found + [
        (name, x, two.values[name])
        for name, x in one.values.items()
        if name not in one.arrays and x != two.values[name]
    ]


def in_pieces(program: Program, job: Job, cuts: Sequence[float], engines: Sequence[str]) -> Block:
    """The job's block, stopped at each cut; the next piece is told from a file, by the next engine."""
    population = prepare(engines[0], program).begin(job)
    for cut, engine in zip(cuts, engines[1:], strict=True):
        population = prepare(engine, program).resume(through_a_file(population.advance(cut).snapshot()))
    return population.advance(program.horizon).block()
