"""The edge of the house: tables, pictures and texts for people. matplotlib is imported only where it is drawn with."""

from __future__ import annotations

import importlib
from typing import Any

__all__ = ["plots"]


def __getattr__(name: str) -> Any:
    # ``ns.plots`` is this room's submodule: it is imported when it is first asked for.
    if name in __all__:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
