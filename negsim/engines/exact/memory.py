"""How many states fit into the memory at hand."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["memory_at_hand", "states_at_hand"]

A_STATE = 1_500.0
"""Bytes of a state with its transitions while it is explored and solved: 650 were measured with six transitions a state."""
SHARE = 0.5
"""Of the memory at hand that states may take."""
LEAST, MOST = 100_000, 20_000_000
LIMITS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def states_at_hand() -> int:
    """Most states to explore where no number is asked for: half of the memory at hand, to two digits.

    Examples
    --------
    >>> 100_000 <= states_at_hand() <= 20_000_000
    True
    """
    fits = min(max(SHARE * memory_at_hand() / A_STATE, LEAST), MOST)
    return int(float(f"{fits:.1e}"))


def memory_at_hand() -> float:
    """Bytes that can still be had: of the machine, and of the group of processes that this one is in; infinite if not told."""
    return min([_free(), *(_within(limit, used) for limit, used in LIMITS)])


def _free() -> float:
    """What the system says is available, else the whole memory of the machine."""
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * float(line.split()[1])
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (AttributeError, IndexError, ValueError, OSError):
        return float("inf")


def _within(limit: str, used: str) -> float:
    """What a limit on a group of processes leaves; infinite if there is none."""
    try:
        return max(0.0, float(Path(limit).read_text("ascii")) - float(Path(used).read_text("ascii")))
    except (ValueError, OSError):
        return float("inf")
