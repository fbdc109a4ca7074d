"""Blocks of replications handed out to workers, and taken back in the order of their numbers.

A worker is anything with the ``concurrent.futures.Executor`` protocol: threads (the compiled kernel releases the
GIL), processes, Dask (``Client.get_executor()``), MPI (``mpi4py.futures``). What a block contains depends on its
replications alone, so no answer depends on who computed it.
"""

from __future__ import annotations

import os
import pickle
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from negsim.engines import ENGINES, Block, Job, Kernel, prepare
from negsim.program import Program
from negsim.tally import Tally

__all__ = ["Plan", "processors", "results"]

AHEAD = 3
"""Blocks waiting in the queue for each worker: enough to keep all busy, few enough to stop soon."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything a worker must know besides the numbers of the replications.

    ``edges`` is given when counts are kept instead of arrays.
    """

    program: Program
    engine: str
    job: Job
    edges: NDArray[np.float64] | None = None

    def run(self, kernel: Kernel, first: int, stop: int) -> Block | Tally:
        """Simulate replications ``first`` to ``stop`` (without it)."""
        block = kernel.run(replace(self.job, replications=range(first, stop)))
        if self.edges is None:
            return block
        return Tally.of(block, self.program, self.edges, len(self.job.rows))


@lru_cache(maxsize=2)
def _unpacked(packed: bytes) -> tuple[Plan, Kernel]:
    """A worker's plan and its kernel, made once in each process."""
    plan: Plan = pickle.loads(packed)
    return plan, prepare(plan.engine, plan.program)


def _elsewhere(packed: bytes, first: int, stop: int) -> Block | Tally:
    """A block in another process."""
    plan, kernel = _unpacked(packed)
    return plan.run(kernel, first, stop)


Result = tuple[int, Block | Tally]


def results(
    plan: Plan, first: int, stop: int, size: int, workers: int | None, executor: Executor | None, go_on: Callable[[], bool]
) -> Iterator[Result]:
    """Yield (number after the block's last replication, block or tally), in order, without gaps.

    ``go_on`` is asked before a block is handed out; once it says no, what is under way is finished and nothing more
    is begun.
    """
    if executor is not None:
        packed = pickle.dumps(plan)
        yield from _through(executor, lambda a, b: executor.submit(_elsewhere, packed, a, b), first, stop, size, AHEAD * processors(), go_on)
        return
    kernel = prepare(plan.engine, plan.program)
    threads = workers or (processors() if ENGINES[plan.engine].releases_gil else 1)
    if threads == 1 or stop - first <= size:
        for start in range(first, stop, size):
            if not go_on():
                return
            end = min(start + size, stop)
            yield end, plan.run(kernel, start, end)
        return
    with ThreadPoolExecutor(threads, thread_name_prefix="negsim") as pool:
        yield from _through(pool, lambda a, b: pool.submit(plan.run, kernel, a, b), first, stop, size, AHEAD * threads, go_on)


def _through(
    pool: Executor,
    submit: Callable[[int, int], Future[Block | Tally]],
    first: int,
    stop: int,
    size: int,
    ahead: int,
    go_on: Callable[[], bool],
) -> Iterator[Result]:
    """Keep a window of blocks under way; hand them back in order."""
    waiting: deque[tuple[int, Future[Block | Tally]]] = deque()
    start = first
    try:
        while start < stop or waiting:
            while start < stop and len(waiting) < ahead and go_on():
                end = min(start + size, stop)
                waiting.append((end, submit(start, end)))
                start = end
            if not waiting:
                return
            end, future = waiting.popleft()
            yield end, future.result()
    finally:
        for _, future in waiting:
            future.cancel()
