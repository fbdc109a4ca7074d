"""What is said of a law, by key: its usual parameters, or what people know of it.

Type checkers and editors read the keys here; `negsim.laws.statements` says which of them determine a law.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypeAlias, TypedDict

from negsim.model.expressions import Operand

__all__ = [
    "Known",
    "BetaKeys",
    "ErlangKeys",
    "ExponentialKeys",
    "GammaKeys",
    "LogNormalKeys",
    "NormalKeys",
    "PertKeys",
    "TriangularKeys",
    "UniformKeys",
    "WeibullKeys",
    "Quantity",
]

Quantity: TypeAlias = Operand | float | str | timedelta
"""A number, a length of time as text or ``timedelta``, or an expression of parameters."""


class Known(TypedDict, total=False):
    """What people know of a law: its mean, quantiles, or a share and what it lies within."""

    mean: Quantity
    median: Quantity
    p1: Quantity
    p2: Quantity
    p5: Quantity
    p10: Quantity
    p15: Quantity
    p20: Quantity
    p25: Quantity
    p30: Quantity
    p40: Quantity
    p50: Quantity
    p60: Quantity
    p70: Quantity
    p75: Quantity
    p80: Quantity
    p85: Quantity
    p90: Quantity
    p95: Quantity
    p98: Quantity
    p99: Quantity
    share: Operand | float
    within: Quantity


class ExponentialKeys(Known, total=False):
    """What determines an Exponential law."""

    rate: Quantity


class WeibullKeys(Known, total=False):
    """What determines a Weibull law."""

    shape: Quantity
    scale: Quantity


class GammaKeys(Known, total=False):
    """What determines a Gamma law."""

    shape: Quantity
    scale: Quantity
    rate: Quantity


class ErlangKeys(Known, total=False):
    """What determines an Erlang law."""

    k: Quantity
    scale: Quantity
    rate: Quantity


class LogNormalKeys(Known, total=False):
    """What determines a LogNormal law."""

    mu: Quantity
    sigma: Quantity


class UniformKeys(Known, total=False):
    """What determines an Uniform law."""

    low: Quantity
    high: Quantity


class TriangularKeys(TypedDict, total=False):
    """What determines a Triangular law."""

    low: Quantity
    mode: Quantity
    high: Quantity


class PertKeys(TypedDict, total=False):
    """What determines a Pert law."""

    low: Quantity
    mode: Quantity
    high: Quantity


class NormalKeys(Known, total=False):
    """What determines a Normal law."""

    mu: Quantity
    sigma: Quantity


class BetaKeys(Known, total=False):
    """What determines a Beta law."""

    a: Quantity
    b: Quantity
