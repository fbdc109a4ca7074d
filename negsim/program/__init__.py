"""What an engine sees: a scenario lowered to tables, its questions to probes, its laws to numbers."""

from __future__ import annotations

from negsim.program.lowering import Program, lower
from negsim.program.rows import ActionRow, Bound, EffectRow, OutcomeRow, Slot

__all__ = ["ActionRow", "Bound", "EffectRow", "OutcomeRow", "Program", "Slot", "lower"]
