"""How many histories are handed out at a time, and how much memory there is for them."""

from __future__ import annotations

import os

from negsim.running import workers

__all__ = ["block_size", "physical_memory"]

BLOCK = {"compiled": 16384, "reference": 250}
MOST_IN_BLOCK = 65_536


def block_size(engine: str, replications: int, rows: int, threads: int | None) -> int:
    """Replications handed out at a time: many blocks for each worker, but each row of parameters often in a block."""
    # Eighths, so that progress, checkpoints and budgets have something to go by in short runs too.
    size = min(BLOCK[engine], replications // 8)
    if engine == "compiled" and rows > 1:
        # A block is simulated in the order of its rows, and each row's laws and tables are made ready once a block:
        # large blocks share that work among more histories.
        size = max(size, min(MOST_IN_BLOCK, -(-replications // (2 * (threads or workers.processors())))))
    return max(1, size)


def physical_memory() -> float:
    """Bytes of memory of this machine; infinite if it does not say."""
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, ValueError, OSError):
        # A system that does not say how much memory it has is not refused anything.
        return float("inf")
