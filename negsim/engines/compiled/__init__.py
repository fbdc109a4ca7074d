"""The compiled engine: a table-driven kernel in C, ahead-of-time compiled, that tells the reference engine's histories.

Importing it fails with `ImportError` where no C compiler made its extension.
"""

from __future__ import annotations

from negsim.engines.compiled.kernel import CompiledKernel

__all__ = ["CompiledKernel"]
