"""The words of negotiation: data that expands into plain variables, actions and questions.

A word is one file of this folder: a frozen dataclass with ``name``, ``expand()`` and the class attribute ``table``. It is
found by being there; no list has to be kept. Its name for users goes to the stub of the front door, `negsim/__init__.pyi`.

>>> [word.__name__ for word in WORDS if word.table in ("meeting", "promise")]
['Meeting', 'Promise']
"""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import is_dataclass

from negsim.model.making import explained

__all__ = ["WORDS"]


def _listed() -> dict[str, type]:
    """The words by their tables; their parts (`Postpone`, `Rung`) explain wrong arguments as words do."""
    found: dict[str, type] = {}
    for module in sorted(one.name for one in pkgutil.iter_modules(__path__)):
        home = importlib.import_module(f"{__name__}.{module}")
        for name in getattr(home, "__all__", ()):
            one = getattr(home, name)
            # A module also has the words that it imports; each belongs to its home alone.
            if isinstance(one, type) and is_dataclass(one) and one.__module__ == home.__name__:
                globals()[name] = explained(one)
                if isinstance(vars(one).get("table"), str):
                    found[one.table] = one  # type: ignore[attr-defined] # as just seen
    return dict(sorted(found.items()))


WORDS: tuple[type, ...] = tuple(_listed().values())
"""The words that a file may use without further ado."""
