"""The results of a whole run, laid out before it begins: what a worker hands back is copied to its own rows.

Nothing is joined at the end and nothing is copied for a checkpoint, so that a run needs the memory of its results and
of the blocks under way, and no more. What a block has is read from the block itself: a new array needs no line here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from negsim.engines.blocks import ARRAYS, Block, Job, Trajectory, empty_block, first_told
from negsim.errors import NegsimError, SimulationError
from negsim.program import Program

__all__ = ["Rows", "bytes_a_row"]


def _none(program: Program, job: Job) -> Block:
    """A block of no replications, which has the kinds and the widths of all its arrays."""
    return empty_block(program, replace(job, replications=range(0)))


def bytes_a_row(program: Program, job: Job) -> int:
    """Bytes of one replication's results."""
    block = _none(program, job)
    return sum(_width(getattr(block, name)) * getattr(block, name).itemsize for name in ARRAYS)


def _width(array: NDArray[Any]) -> int:
    return int(np.prod(array.shape[1:], dtype=np.int64))


@dataclass(slots=True)
class Rows:
    """Arrays with a row for every replication that a run may come to, of which the first ``done`` are filled.

    Attributes
    ----------
    arrays : mapping from name to array
        As those of `Block`.
    done : int
    failures, traces : list
        As those of `Block`.
    """

    arrays: dict[str, NDArray[Any]]
    done: int = 0
    failures: list[SimulationError] = field(default_factory=list)
    traces: list[Trajectory] = field(default_factory=list)

    @classmethod
    def of(cls, program: Program, job: Job, count: int) -> Rows:
        """Room for so many replications; memory is taken as it is filled.

        Raises
        ------
        NegsimError
            If there is not as much.
        """
        like = _none(program, job)
        try:
            arrays = {
                name: np.empty((count, *getattr(like, name).shape[1:]), getattr(like, name).dtype) for name in ARRAYS
            }
        except (MemoryError, ValueError):
            raise NegsimError(
                f"{count:,} replications need {count * bytes_a_row(program, job):,} bytes, which this machine does not "
                "give; use keep='counts', or fewer replications"
            ) from None
        return cls(arrays)

    @property
    def room(self) -> int:
        """How many replications there is room for."""
        return len(self.arrays["failed"])

    def add(self, block: Block) -> None:
        """Take the results of the next replications."""
        stop = self.done + len(block.failed)
        for name, array in self.arrays.items():
            array[self.done : stop] = getattr(block, name)
        self.failures += block.failures
        self.traces += block.traces
        self.done = stop

    def pieces(self, first: int, stop: int) -> list[NDArray[np.uint8]]:
        """The bytes of some rows, an array after the other, as views of the memory itself."""
        return [array[first:stop].reshape(-1).view(np.uint8) for array in self.arrays.values()]

    def layout(self) -> list[list[Any]]:
        """Names, kinds and widths of the arrays, as plain data."""
        return [[name, array.dtype.str, _width(array)] for name, array in self.arrays.items()]

    def block(self) -> Block:
        """What is done, read-only."""
        filled: dict[str, Any] = {}
        for name, array in self.arrays.items():
            filled[name] = array[: self.done]
            filled[name].flags.writeable = False
        return Block(**filled, failures=first_told(self.failures), traces=list(self.traces))
