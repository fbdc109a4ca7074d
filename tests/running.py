"""Small things that many tests need: a scenario in one line, its history on any engine, and keyed draws by formula."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pytest

import negsim as ns
from negsim.engines import Block, Job, Trajectory, prepare, simulating
from negsim.laws.draws import Stream
from negsim.program import lower

DAY = 86_400_000_000.0
AVAILABLE = simulating()
on_every_engine = pytest.mark.parametrize("engine", AVAILABLE)


def scenario(*parts: Any, end: Any = 40, start: str = "2025-01-01", zone: str = "UTC", **said: Any) -> ns.Scenario:
    """A scenario of these parts, forty days from New Year."""
    return ns.Scenario("tiny", start=start, end=end, zone=zone, parts=parts, **said)


def block_of(
    described: ns.Scenario,
    engine: str,
    *,
    seed: int = 1,
    replications: int | Sequence[int] = 1,
    questions: Iterable[ns.Question] = (),
    rows: Any = None,
    **said: Any,
) -> Block:
    """One block of replications, straight from the engine."""
    program = lower(described, questions)
    numbers = range(replications) if isinstance(replications, int) else replications
    job = Job(seed=seed, replications=numbers, rows=(program.best(),) if rows is None else rows, **said)
    return prepare(engine, program).run(job)


def trajectory(described: ns.Scenario, engine: str, *, seed: int = 1, replication: int = 0, **said: Any) -> Trajectory:
    """One history with its full log."""
    return block_of(described, engine, seed=seed, replications=[replication], trace=replication + 1, **said).traces[0]


def told(described: ns.Scenario, engine: str, **said: Any) -> list[tuple[float, str]]:
    """The events of one history: when, who."""
    return [(event.time, event.action) for event in trajectory(described, engine, **said).events]


def names(described: ns.Scenario, engine: str, **said: Any) -> list[str]:
    """Who fired, in order."""
    return [name for _, name in told(described, engine, **said)]


def final(described: ns.Scenario, engine: str, variable: str, **said: Any) -> float:
    """The value of a variable at the end of one history."""
    block = block_of(described, engine, **said)
    return float(block.final[0, lower(described).index[variable]])


def asked(engine: str, *parts: Any, **question: Any) -> float:
    """The answer to one question in one history; times and durations in days."""
    named = ns.Question(name="q", **question)
    block = block_of(scenario(*parts, named), engine)
    if named.kind == "fired":
        return int(block.fired[0, 0])
    if named.kind in ("holds", "value"):
        return float(block.at[0, 0])
    times = {"duration": block.held, "happens": block.edges}.get(named.kind, block.first)
    return float(times[0, 0]) / DAY


def target(name: str, occurrence: int = 0, *, seed: int = 1, replication: int = 0) -> float:
    """The unit exponential target of an action's clock."""
    return -math.log(Stream(seed, "action", name).uniforms(replication, occurrence)[0])


def uniform_b(name: str, occurrence: int = 0, *, seed: int = 1, replication: int = 0) -> float:
    """The uniform that chooses the outcome of an action's firing."""
    return Stream(seed, "action", name).uniforms(replication, occurrence)[1]


def switch(fact: str, on: float, value: str = "true", name: str | None = None) -> ns.Action:
    """An action that sets a fact at an instant."""
    return ns.Action(name=name or f"switch.{fact}.d{int(on)}", clock=ns.On(on), effects=[f"{fact} = {value}"])
