"""Rows of parameters drawn from what is believed of them, worked out when they are looked at.

Replication r uses row ``r % draws``, so of a million rows a thousand replications need a thousand.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from negsim.program.lowering import Program

__all__ = ["MOST_DRAWS", "DrawnRows", "parameter_rows"]

MOST_DRAWS = 10_000_000
FEW = 4096
"""Up to so many rows are worked out at once and kept as they are."""
CHUNK, KEPT_CHUNKS = 4096, 64


def parameter_rows(program: Program, seed: int, draws: int | None) -> Sequence[tuple[float, ...]]:
    """The best values, or so many rows drawn from what is believed of the parameters."""
    if draws is None:
        return (program.best(),)
    return program.draws(seed, range(draws)) if draws <= FEW else DrawnRows(program, seed, draws)


class DrawnRows(Sequence[tuple[float, ...]]):
    """So many rows of parameters, the same numbers as if all had been drawn at once.

    Threads may look at them at the same time: at worst both work out the same chunk.
    """

    def __init__(self, program: Program, seed: int, draws: int) -> None:
        self.program, self.seed, self.draws = program, seed, draws
        self._chunks: OrderedDict[int, NDArray[np.float64]] = OrderedDict()

    def __len__(self) -> int:
        return self.draws

    @overload
    def __getitem__(self, place: int) -> tuple[float, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[tuple[float, ...], ...]: ...
    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return tuple(self[number] for number in range(self.draws)[place])
        number = range(self.draws)[place]
        return tuple(self._chunk(number // CHUNK)[number % CHUNK].tolist())

    def table(self, numbers: NDArray[np.int64]) -> NDArray[np.float64]:
        """Some of the rows, (numbers, parameters)."""
        found = np.empty((len(numbers), len(self.program.parameters)))
        chunks = numbers // CHUNK
        for chunk in np.unique(chunks).tolist():
            there = chunks == chunk
            found[there] = self._chunk(chunk)[numbers[there] % CHUNK]
        return found

    def __eq__(self, other: object) -> bool:
        if isinstance(other, DrawnRows):
            mine, theirs = (
                (one.program.parameters, one.program.correlations, one.program.constraints, one.seed)
                for one in (self, other)
            )
            if mine == theirs:
                return self.draws == other.draws
        return (
            isinstance(other, Sequence)
            and len(other) == self.draws
            and all(a == b for a, b in zip(self, other, strict=True))
        )

    __hash__ = None  # type: ignore[assignment] # as other sequences that are compared by what is in them

    def __getstate__(self) -> tuple[Program, int, int]:
        return self.program, self.seed, self.draws

    def __setstate__(self, state: tuple[Program, int, int]) -> None:
        self.__init__(*state)  # type: ignore[misc] # what is kept are the arguments

    def _chunk(self, number: int) -> NDArray[np.float64]:
        found = self._chunks.get(number)
        if found is None:
            rows = range(number * CHUNK, min((number + 1) * CHUNK, self.draws))
            found = self.program.drawn(self.seed, rows)
            while len(self._chunks) >= KEPT_CHUNKS:
                self._chunks.pop(next(iter(self._chunks)), None)
            self._chunks[number] = found
        return found
