"""How long a scenario of 50 parties, 300 meetings and 200 promises takes to build, check, lower and simulate (processor time).

    python benchmarks/large_scenario.py

Validation is to stay under a second. The work done is asserted: a faster scenario with fewer meetings fails.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

import negsim as ns

T = TypeVar("T")
PARTIES, MEETINGS, PROMISES = 50, 300, 200


def large() -> ns.Scenario:
    names = [f"party_{k}" for k in range(PARTIES)]
    promises = [
        ns.Promise(
            f"promise_{k}",
            by=names[k % PARTIES],
            to=names[(k + 1) % PARTIES],
            delay=ns.LogNormal(median=20 + k % 30, sigma=0.8),
        )
        for k in range(PROMISES)
    ]
    meetings = [
        ns.Meeting(
            f"meeting_{k}",
            among=[names[k % PARTIES], names[(k + 7) % PARTIES]],
            on=1 + k % 180,
            requires={names[k % PARTIES]: promises[k % PROMISES].delivered},
            on_date=0.5,
            waiver=0.4,
            otherwise=ns.Postpone(ns.LogNormal(mu=2.0, sigma=1.75), never=0.45),
        )
        for k in range(MEETINGS)
    ]
    return ns.Scenario("large", start="2025-01-01", end=200, parts=[*map(ns.Party, names), *promises, *meetings])


def timed(label: str, work: Callable[[], T]) -> T:
    began = time.process_time()
    result = work()
    print(f"{label:32} {time.process_time() - began:8.3f} s")
    return result


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--replications", type=int, default=200)
    n = options.parse_args().replications
    timed("first build, imports included", large)
    scenario = timed("build and check", large)
    text = timed("write as TOML", lambda: ns.dumps(scenario))
    assert timed("read from TOML and check", lambda: ns.loads(text)) == scenario
    timed("lower", lambda: ns.lower(scenario))
    runs = timed(f"simulate {n} histories", lambda: ns.simulate(scenario, replications=n, seed=1))
    assert runs.events > n * (MEETINGS + PROMISES) / 2
    print(f"{runs.events:,} events, {runs.events / runs.seconds:,.0f} a second, engine {runs.engine}")


if __name__ == "__main__":
    main()
