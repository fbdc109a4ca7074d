"""Families of distributions on plain numbers: hazards for clocks, quantiles for draws, fits to what people know."""

from __future__ import annotations

from negsim.laws.families import CLOCK_FAMILIES, FAMILIES, PARAMETERS, Law
from negsim.laws.fitting import solve
from negsim.laws.quantities import (
    cumulative_hazard,
    inverse_hazard,
    mean,
    median,
    quantile,
    survival,
    upper_quantile,
)

__all__ = [
    "CLOCK_FAMILIES",
    "FAMILIES",
    "PARAMETERS",
    "Law",
    "cumulative_hazard",
    "inverse_hazard",
    "mean",
    "median",
    "quantile",
    "solve",
    "survival",
    "upper_quantile",
]
