"""Families of distributions on plain numbers: hazards for clocks, quantiles for draws, fits to what people know."""

from __future__ import annotations

from negsim.laws.densities import hazard_rate, log_density, log_hazard_rate
from negsim.laws.elicitation import BELIEF_FAMILIES, Fit, Miss, default_families, elicit, quantile_points
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
from negsim.laws.quick import quick_solver
from negsim.laws.statements import QUANTILES

__all__ = [
    "BELIEF_FAMILIES",
    "CLOCK_FAMILIES",
    "FAMILIES",
    "PARAMETERS",
    "QUANTILES",
    "Fit",
    "Law",
    "Miss",
    "cumulative_hazard",
    "default_families",
    "elicit",
    "hazard_rate",
    "inverse_hazard",
    "log_density",
    "log_hazard_rate",
    "mean",
    "median",
    "quantile",
    "quantile_points",
    "quick_solver",
    "solve",
    "survival",
    "upper_quantile",
]
