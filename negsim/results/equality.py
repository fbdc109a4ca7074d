"""When results are equal: the same scenario and questions, the same histories. Who computed them, and how fast, is no matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from negsim.engines.blocks import ARRAYS
from negsim.errors import SimulationError
from negsim.program.drawn import DrawnRows

__all__ = ["digest", "same", "same_answers"]

BASE = ("scenario", "seed", "drawn", "max_events", "requested", "replications")
"""What the results of all kinds have in common, beside rows and program."""


def same(one: Any, other: Any) -> bool:
    """Whether two results of histories are of one kind and hold the same, bit for bit."""
    if one is other:
        return True
    if not _same_base(one, other):
        return False
    return _same_counts(one.tally, other.tally) if hasattr(one, "tally") else _same_histories(one, other)


def _same_histories(one: Any, other: Any) -> bool:
    arrays = all(_alike(getattr(one.block, name), getattr(other.block, name)) for name in ARRAYS)
    beside = all(_alike(getattr(one, name), getattr(other, name)) for name in _beside(one))
    return arrays and beside and list(one.traces) == list(other.traces)


def _same_counts(one: Any, other: Any) -> bool:
    first, second = one.arrays(), other.arrays()
    return first.keys() == second.keys() and all(_alike(first[name], second[name]) for name in first)


def same_answers(one: Any, other: Any) -> bool:
    """Whether two `Solved` hold the same answers."""
    names = ("scenario", "seed", "drawn", "level", "found", "weights", "refused")
    # Not the seconds, the engine's name or its note: they say how, and not what.
    plain = all(getattr(one, name) == getattr(other, name) for name in names)
    return plain and same_rows(one.rows, other.rows) and one.program == other.program


def digest(results: Any) -> int:
    """A number that equal results share."""
    return hash((type(results).__name__, results.scenario.name, results.seed, results.replications))


def same_rows(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether the parameters have the same values in all draws."""
    if len(one) != len(other):
        return False
    if isinstance(one, DrawnRows) and isinstance(other, DrawnRows):
        # Rows that are drawn follow from these three; a million of them need not be looked at.
        return (one.seed, one.draws) == (other.seed, other.draws) and one.program == other.program
    return all(tuple(a) == tuple(b) for a, b in zip(one, other, strict=True))


def _same_base(one: Any, other: Any) -> bool:
    if type(one) is not type(other) or any(getattr(one, name) != getattr(other, name) for name in BASE):
        return False
    # Programs are compared too: questions that were asked besides belong to what a run can answer.
    failures = [_told(error) for error in one.failures] == [_told(error) for error in other.failures]
    return failures and one.program == other.program and same_rows(one.rows, other.rows)


def _told(error: SimulationError) -> tuple[Any, ...]:
    return type(error).__name__, error.message, error.action, error.time, error.replication


def _beside(results: Any) -> list[str]:
    """Arrays of results that stand beside the block, such as weights, and what else a kind of results has."""
    known = {*BASE, "program", "rows", "engine", "note", "seconds", "block", "tally"}
    return [one.name for one in fields(results) if one.name not in known and one.compare]


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        # As bytes: NaN of a failed history is like itself, and -0.0 is not 0.0.
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    # Weights against none at all are a difference, and no question to ask of an array.
    return not isinstance(one, np.ndarray) and not isinstance(other, np.ndarray) and bool(one == other)
