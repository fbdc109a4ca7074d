"""The exact engine: answers without sampling where a scenario is Markov, and the judge of the others elsewhere."""

from __future__ import annotations

from negsim.engines.exact.curves import ExactCurve, ExactPassage
from negsim.engines.exact.kernel import ExactKernel
from negsim.engines.exact.questions import Observed
from negsim.engines.exact.solution import Solution
from negsim.engines.exact.structure import Impossible, Shape

__all__ = ["ExactCurve", "ExactKernel", "ExactPassage", "Impossible", "Observed", "Shape", "Solution"]
