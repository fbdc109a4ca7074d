"""Hypothesis profiles: the same examples in every run; many more, and new ones, with NEGSIM_TESTS=thorough."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

import negsim as ns

# A scenario shows itself in one line; an example that fails is printed whole, as the file that it would be.
ns.Scenario._repr_pretty_ = lambda scenario, printer, _: printer.text(ns.dumps(scenario))  # type: ignore[attr-defined]

# Whole scenarios are large examples: that they are slow to draw is no fault of a test.
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile(
    "default", derandomize=True, deadline=None, max_examples=40, database=None, suppress_health_check=SLOW
)
settings.register_profile("thorough", deadline=None, max_examples=2000, print_blob=True, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("NEGSIM_TESTS", "default"))
