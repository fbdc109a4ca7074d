"""The name by which pages of parties know phrases."""

from __future__ import annotations

from negsim.wording.phrases import Phrases as Sentences

__all__ = ["Sentences"]
