"""The engines beside two yardsticks of other hands, one core, side by side: ``python benchmarks/compare_limits.py``.

The yardsticks are programs of the bench scenario alone: one in C, written for speed, and one in SimPy, as a good
engineer writes it. They are looked for in ``../shared/bench``; without them the engines are compared with each other.
All rates are per second of processor time, and each ratio is the median of rounds in which both ran, one after the other.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import negsim as ns
from negsim.engines import Job, prepare, simulating
from negsim.program import lower

HERE = Path(__file__).resolve().parent
YARDSTICKS = HERE.parent.parent / "shared" / "bench"
EXPECTED_EVENTS = (76.0, 77.5)
Rate = Callable[[], float]


def engine_rate(name: str, replications: int) -> Rate:
    """Replications a second of one of our engines, in this thread."""
    program = lower(ns.load(HERE / "istanbul-bench.toml"))
    kernel: Any = prepare(name, program)
    size = min(16_384, replications)

    def rate() -> float:
        began, events = time.thread_time(), 0
        for first in range(0, replications, size):
            job = Job(seed=1, replications=range(first, min(first + size, replications)), rows=(program.best(),))
            events += int(kernel.run(job).events.sum())
        seconds = time.thread_time() - began
        if replications >= 10_000 and not EXPECTED_EVENTS[0] < events / replications < EXPECTED_EVENTS[1]:
            raise SystemExit(f"{name}: {events / replications} events a replication are not the bench scenario's")
        return replications / seconds

    return rate


def program_rate(command: list[str], replications: int) -> Rate:
    """Replications a second of another program, which takes how many as its first argument after the command."""

    def rate() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        subprocess.run(command, check=True, capture_output=True, cwd=YARDSTICKS)
        return replications / (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before)

    return rate


def yardsticks(folder: Path) -> dict[str, Rate]:
    """Those that are there and can be built."""
    found: dict[str, Rate] = {}
    source, compiler = YARDSTICKS / "c_limit.c", shutil.which("gcc") or shutil.which("cc")
    if source.exists() and compiler:
        binary = str(folder / "c_limit")
        subprocess.run([compiler, "-O3", "-march=native", "-ffast-math", "-o", binary, str(source), "-lm"], check=True)
        for mode in ("clocks", "direct"):
            found[f"c_limit {mode}"] = program_rate([binary, "60000", "1", mode], 60_000)
    if (YARDSTICKS / "simpy_model.py").exists():
        found["simpy_model"] = program_rate([sys.executable, "simpy_model.py", "300", "1"], 300)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        rates = yardsticks(Path(folder))
        rates |= {name: engine_rate(name, 30_000 if name == "compiled" else 100) for name in simulating()}
        ours = "compiled" if "compiled" in rates else "reference"
        rates[ours]()  # the first run also reserves memory
        measured: dict[str, list[float]] = {name: [] for name in rates}
        for _ in range(rounds):
            for name, rate in rates.items():
                measured[name].append(rate())
    print(f"{'':16}{'replications/s':>16}{ours + ' is so many times as fast':>36}")
    for name, values in measured.items():
        ratio = statistics.median(mine / other for mine, other in zip(measured[ours], values, strict=True))
        print(f"{name:16}{statistics.median(values):16,.0f}{ratio:36.3f}")


if __name__ == "__main__":
    main()
