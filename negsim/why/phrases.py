"""Elements of a scenario in plain words; see `negsim.wording.phrases`, whose interface this is."""

from __future__ import annotations

from negsim.wording.phrases import Phrases

__all__ = ["Phrases"]
