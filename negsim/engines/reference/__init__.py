"""The reference engine: SimPy processes, written to be read. It is the meaning of a scenario.

`agenda` orders what is due, `clocks` has a SimPy process for each action, `world` the state and the firings, `watch`
what is recorded, `kernel` runs replications one after another.
"""

from __future__ import annotations

from negsim.engines.reference.kernel import ReferenceKernel

__all__ = ["ReferenceKernel"]
