"""What an engine sees: a scenario lowered to tables, its questions to probes, its laws to numbers."""

from __future__ import annotations

from negsim.program.lowering import ActionRow, Bound, EffectRow, OutcomeRow, Program, Slot, lower

__all__ = ["ActionRow", "Bound", "EffectRow", "OutcomeRow", "Program", "Slot", "lower"]
