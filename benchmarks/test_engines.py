"""How fast the engines are; every benchmark asserts the events simulated, so that a faster wrong engine fails.

Run with ``pytest -m benchmark benchmarks/test_engines.py``.
"""

from __future__ import annotations

import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import negsim as ns
from negsim.engines import Job, prepare, simulating
from negsim.program import Program, lower

pytestmark = pytest.mark.benchmark

BENCH = Path(__file__).with_name("istanbul-bench.toml")
ENGINE_NAMES = simulating()
REPLICATIONS = {"compiled": 20_000, "reference": 100}
compiled = pytest.mark.skipif("compiled" not in ENGINE_NAMES, reason="no C compiler made the compiled engine")


@cache
def program_of(name: str) -> Program:
    return lower(ns.load(BENCH if name == "bench" else name))


def ring(actions: int, horizon: float = 20.0) -> Program:
    """Sparse dependencies: five actions a party, each reading two facts; a fifth of them paced by a level."""
    parts: list[Any] = []
    for i in range(actions):
        party = f"p{i // 5}"
        parts += [ns.Fact(f"f{i}", i % 2 == 0)] + ([ns.Party(party)] if i % 5 == 0 else [])
        left = f"f{(i - 1) % actions}"
        effects = [f"f{i} = not f{i}"]
        pace = "1"
        if i % 5 == 0:
            parts.append(ns.Level(f"l{i}", low=-1, high=1, step=0.25))
            pace, effects = f"exp(0.5 * l{i})", [*effects, f"l{i} += 0.25 if {left} else -0.25"]
        clock = ns.Exponential(0.5)
        parts.append(
            ns.Action(name=f"a{i}", by=party, when=f"not {left} or f{i}", clock=clock, pace=pace, effects=effects)
        )
    return lower(ns.Scenario("ring", start="2025-01-01", end=horizon, parts=parts))


def events(kernel: Any, program: Program, replications: int, first: int = 0, block: int = 1000) -> int:
    """Simulate in blocks; how many events it were."""
    done = 0
    for begin in range(first, first + replications, block):
        numbers = range(begin, min(begin + block, first + replications))
        done += int(kernel.run(Job(seed=1, replications=numbers, rows=(program.best(),))).events.sum())
    return done


@pytest.mark.parametrize("engine", ENGINE_NAMES)
@pytest.mark.parametrize(("name", "low", "high"), [("bench", 76.0, 77.5), ("istanbul-2025", 5.0, 1e6)])
def test_scenario(benchmark: Any, engine: str, name: str, low: float, high: float) -> None:
    program, count = program_of(name), REPLICATIONS[engine]
    kernel = prepare(engine, program)
    events(kernel, program, 10)
    done = benchmark.pedantic(events, (kernel, program, count), rounds=5)
    benchmark.extra_info["events a second"] = done / benchmark.stats.stats.median
    # of a hundred replications only the size can be foreseen
    slack = 3.0 if count < 1000 else 0.0
    assert low - slack < done / count < high + slack


@compiled
@pytest.mark.parametrize("actions", [10, 100, 1000, 10_000])
def test_cost_against_actions(benchmark: Any, actions: int) -> None:
    program = ring(actions)
    kernel = prepare("compiled", program)
    count = max(2, 20_000 // actions)
    done = benchmark.pedantic(events, (kernel, program, count), rounds=3, warmup_rounds=1)
    benchmark.extra_info["ns an event"] = benchmark.stats.stats.median / done * 1e9
    assert 5.0 < done / count / actions < 10.0


@compiled
def test_cost_an_event_grows_no_faster_than_log() -> None:
    """10,000 actions of 2,000 parties against 100, side by side; the median of paired ratios."""
    few, many = ring(100), ring(10_000)
    kernels = [(prepare("compiled", program), program, count) for program, count in ((few, 1000), (many, 10))]
    ratios = []
    for _ in range(9):
        cost = []
        for kernel, program, count in kernels:
            began = time.perf_counter()
            done = events(kernel, program, count)
            cost.append((time.perf_counter() - began) / done)
            assert done > count * 5 * len(program.actions)
        ratios.append(cost[1] / cost[0])
    assert sorted(ratios)[4] < 4.0, ratios


@compiled
@pytest.mark.parametrize("horizon", [10, 100, 1000])
def test_cost_against_horizon(benchmark: Any, horizon: int) -> None:
    program = ring(20, horizon)
    kernel = prepare("compiled", program)
    count = 20_000 // horizon
    done = benchmark.pedantic(events, (kernel, program, count), rounds=3, warmup_rounds=1)
    benchmark.extra_info["ns an event"] = benchmark.stats.stats.median / done * 1e9
    assert 0.25 < done / count / (20 * horizon) < 0.5


@compiled
@pytest.mark.parametrize("replications", [100, 1000, 10_000, 100_000])
def test_cost_against_replications(benchmark: Any, replications: int) -> None:
    program = program_of("bench")
    kernel = prepare("compiled", program)
    done = benchmark.pedantic(events, (kernel, program, replications), rounds=3, warmup_rounds=1)
    benchmark.extra_info["us a replication"] = benchmark.stats.stats.median / replications * 1e6
    assert 74 < done / replications < 80


@pytest.mark.parametrize("engine", ENGINE_NAMES)
def test_making_ready(benchmark: Any, engine: str) -> None:
    """From the lowered program to the first history."""
    program = program_of("istanbul-2025")
    job = Job(seed=1, replications=[0], rows=(program.best(),))
    block = benchmark(lambda: prepare(engine, program).run(job))
    assert block.events[0] > 0


def test_start_up(benchmark: Any) -> None:
    """A new interpreter, the front door, one small run."""
    code = "import negsim as ns; print(ns.simulate(ns.load('toy'), replications=10, seed=1).block.events.sum())"
    done = benchmark.pedantic(
        lambda: subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True), rounds=5
    )
    assert int(done.stdout) > 10
