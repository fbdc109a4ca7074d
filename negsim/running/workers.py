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
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from negsim.engines import ENGINES, Block, Job, Kernel, prepare
from negsim.errors import WorkerError
from negsim.program import Program
from negsim.results.tally import Tally

__all__ = ["AHEAD", "Pace", "Plan", "processors", "results", "threads_for"]

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a run is cut into blocks, and when nothing more is to be begun.

    Attributes
    ----------
    size : callable
        How many replications the next block has.
    go_on : callable
        Asked before each block. Once it says no, blocks that wait are left away, and those under way are finished.
    ahead : callable
        How many blocks may be under way or waiting, for so many workers.
    """

    size: Callable[[], int]
    go_on: Callable[[], bool]
    ahead: Callable[[int], int] = lambda workers: AHEAD * workers


def results(
    plan: Plan,
    kernel: Callable[[], Kernel],
    first: int,
    stop: int,
    pace: Pace,
    workers: int | None,
    executor: Executor | None,
) -> Iterator[Result]:
    """Yield (number after the block's last replication, block or tally), in order, without gaps.

    ``kernel`` makes the plan's program ready here, if that is needed.

    Raises
    ------
    WorkerError
        If a worker was lost, or the scenario cannot be sent to one.
    """
    if executor is not None:
        packed = _packed(plan)
        try:
            yield from _through(lambda a, b: executor.submit(_elsewhere, packed, a, b), first, stop, pace, processors())
        except BrokenExecutor as error:
            raise WorkerError(
                f"a worker was lost ({error or 'no reason was given'}); make a new executor and run again, with a "
                "checkpoint to go on from there"
            ) from None
        return
    threads = threads_for(plan.engine, workers)
    ready = kernel()
    if threads == 1 or stop - first <= pace.size():
        yield from _here(plan, ready, first, stop, pace)
        return
    ended = np.zeros(1, np.int32)
    told = replace(plan, job=replace(plan.job, ended=ended))
    with ThreadPoolExecutor(threads, thread_name_prefix="negsim") as pool:
        try:
            yield from _through(lambda a, b: pool.submit(told.run, ready, a, b), first, stop, pace, threads)
        except BaseException:
            # The pool waits for its threads, and nobody waits for what they are about any more.
            ended[:] = 1
            raise


def threads_for(engine: str, workers: int | None) -> int:
    """Threads: as many as asked for, else one a processor if the engine releases the GIL."""
    return workers or (processors() if ENGINES[engine].releases_gil else 1)


def _packed(plan: Plan) -> bytes:
    try:
        return pickle.dumps(plan)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise WorkerError(
            f"the scenario cannot be sent to another process ({error}); use functions that are importable by name as "
            "policies, or threads (no executor)"
        ) from None


def _here(plan: Plan, kernel: Kernel, first: int, stop: int, pace: Pace) -> Iterator[Result]:
    """Blocks one after the other, in this thread."""
    start = first
    while start < stop and pace.go_on():
        end = min(start + pace.size(), stop)
        yield end, plan.run(kernel, start, end)
        start = end


def _through(
    submit: Callable[[int, int], Future[Block | Tally]], first: int, stop: int, pace: Pace, workers: int
) -> Iterator[Result]:
    """Keep a window of blocks under way; hand them back in order."""
    waiting: deque[tuple[int, Future[Block | Tally]]] = deque()
    start = first
    try:
        while start < stop or waiting:
            while start < stop and len(waiting) < pace.ahead(workers) and pace.go_on():
                end = min(start + pace.size(), stop)
                waiting.append((end, submit(start, end)))
                start = end
            if start < stop and not pace.go_on():
                while waiting and waiting[-1][1].cancel():  # from the last, so that what is left has no gap
                    waiting.pop()
                stop = start = waiting[-1][0] if waiting else start
            if not waiting:
                return
            end, future = waiting.popleft()
            yield end, future.result()
    finally:
        for _, future in waiting:
            future.cancel()
