"""The arguments of `solve`, checked with words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from negsim.engines.exact.transient import METHODS
from negsim.errors import EngineError, UnknownName, nearest
from negsim.model.elements import written_out
from negsim.model.expressions import reads
from negsim.program import Program

__all__ = ["check_arguments", "check_claims", "check_stages", "listed", "values_of"]

T = TypeVar("T")
MOST_STAGES = 1_000


def check_arguments(method: Any, max_states: Any, max_seconds: Any, tolerance: Any, stages: Any) -> None:
    """Refuse arguments of a wrong type or size.

    Raises
    ------
    EngineError
        With the name, the value and what would do.
    """
    if method not in METHODS:
        hint = nearest(method, METHODS) if isinstance(method, str) else ""
        raise EngineError(f"method is {_shown(method)}{hint}; use one of {', '.join(METHODS)}")
    if max_states is not None and not (_whole(max_states) and max_states >= 1):
        raise EngineError(f"max_states is {_shown(max_states)}; it must be a whole number from 1 on")
    if not _real(max_seconds) or not max_seconds > 0:
        raise EngineError(f"max_seconds is {_shown(max_seconds)}; it must be a number of seconds above 0")
    if not _real(tolerance) or not 0 < tolerance <= 0.01:
        raise EngineError(f"tolerance is {_shown(tolerance)}; it must be a probability above 0, 0.01 at most")
    check_stages(stages)


def check_stages(stages: Any) -> None:
    """Refuse a number of stages that is none."""
    if stages is not None and not (_whole(stages) and 1 <= stages <= MOST_STAGES):
        raise EngineError(f"stages is {_shown(stages)}; it must be a whole number from 1 to {MOST_STAGES:,}, or None")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _real(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def listed(values: Iterable[object], kind: type[T], name: str) -> tuple[T, ...]:
    """Several things of one kind as a tuple."""
    if isinstance(values, (kind, str)) or not isinstance(values, Iterable):
        raise EngineError(f"{name} is {_shown(values)}; give a list of {kind.__name__}")
    found: list[T] = []
    for one in written_out(values):
        if not isinstance(one, kind):
            raise EngineError(f"{name} holds {_shown(one)}; give a list of {kind.__name__}")
        found.append(one)
    return tuple(found)


def check_claims(program: Program, claims: Sequence[str]) -> None:
    """Refuse laws that read a claim: rates are numbers of the whole chain, a claim differs from history to history."""
    for law, place in zip(program.laws, program.probes.law_places, strict=True):
        for name in sorted({name for tree in law.arguments() for name in reads(tree)} & set(claims)):
            raise EngineError(
                f"{place}: its law reads the contested claim {name}, which the exact engine mixes over; let a pace or a "
                f"weight read it, read it one way with fix={{{name!r}: True}}, or simulate"
            )


def values_of(program: Program, given: Mapping[str, float]) -> tuple[float, ...]:
    """A row of parameter values: the given ones, else the best."""
    if not isinstance(given, Mapping):
        raise EngineError(f"parameters is {_shown(given)}; give a mapping from name to number")
    names = [parameter.name for parameter in program.parameters]
    for name, value in given.items():
        if name not in names:
            raise UnknownName(f"no parameter is named {name!r}{nearest(str(name), names)}")
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise EngineError(f"parameters: {name} is {_shown(value)}; give a finite number")
    return tuple(float(given.get(name, best)) for name, best in zip(names, program.best(), strict=True))
