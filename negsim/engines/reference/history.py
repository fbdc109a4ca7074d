"""What clocks and questions see of the history that they belong to."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["History"]


class History(Protocol):
    """One history, now: its instant in microseconds, its number and branch, which its draws carry, and its state."""

    now: float
    replication: int
    branch: int
    state: list[Any]
